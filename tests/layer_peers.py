"""PyTorch's values and gradients of layers: `python -m tests.layer_peers` writes layer_references.json.

All in float64. Weights and inputs are `wave`s; the loss is the sum of the results times further waves. Each entry
is the results followed by the gradients by the inputs and the parameters, in the order of `PEERS`.
"""

import json
from pathlib import Path

import numpy as np

FILE = Path(__file__).with_name("layer_references.json")


def wave(k, *shape):
    """Numbers between -1 and 1, others for another k."""
    return np.sin(1.0 + 3.7 * k + 1.3 * np.arange(np.prod(shape, dtype=int))).reshape(shape)


RECURRENT = {  # name: (gates, how many states)
    "RNN": (1, 1),
    "LSTM": (4, 2),
    "GRU": (3, 1),
}
PARAMETERS = ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
STEPS, BATCH, N_IN, HIDDEN = 3, 2, 3, 2
WIDTH, HEADS = 4, 2


def recurrent_inputs(name):
    """xs, the states, the parameters."""
    gates, states = RECURRENT[name]
    rows = gates * HIDDEN
    shapes = [(rows, N_IN), (rows, HIDDEN), (rows,), (rows,)]
    return (
        wave(0, STEPS, BATCH, N_IN),
        [wave(1 + k, BATCH, HIDDEN) for k in range(states)],
        [wave(3 + k, *shape) for k, shape in enumerate(shapes)],
    )


def attention_inputs():
    """q, k, v, then weight and bias of query, key, value and out."""
    projections = [wave(5 + k, *shape) for k in range(4) for shape in ((WIDTH, WIDTH), (WIDTH,))]
    return [wave(0, 2, 3, WIDTH), wave(1, 2, 5, WIDTH), wave(2, 2, 5, WIDTH)], projections


def torch_recurrent(name):
    import torch

    xs, states, weights = recurrent_inputs(name)
    layer = getattr(torch.nn, name)(N_IN, HIDDEN, dtype=torch.float64)
    with torch.no_grad():
        for parameter, w in zip(PARAMETERS, weights):
            getattr(layer, f"{parameter}_l0").copy_(torch.tensor(w))
    xs, *states = (torch.tensor(x, requires_grad=True) for x in (xs, *states))
    given = tuple(h[None] for h in states)
    ys, last = layer(xs, given if name == "LSTM" else given[0])
    results = [ys, *(h[0] for h in (last if name == "LSTM" else (last,)))]
    return torch_outcome(results, [xs, *states, *(getattr(layer, f"{p}_l0") for p in PARAMETERS)])


LENGTHS = [4, 1, 3]


def stacked_inputs(name):
    """xs (4, 3, N_IN) and the parameters of two layers in both directions."""
    rows = RECURRENT[name][0] * HIDDEN
    shapes = [
        shape for n_in in (N_IN, 2 * HIDDEN) for _ in "ab" for shape in ((rows, n_in), (rows, HIDDEN), (rows,), (rows,))
    ]
    return wave(0, 4, len(LENGTHS), N_IN), [wave(3 + k, *shape) for k, shape in enumerate(shapes)]


def torch_stacked(name):
    import torch

    xs, weights = stacked_inputs(name)
    layer = getattr(torch.nn, name)(N_IN, HIDDEN, num_layers=2, bidirectional=True, dtype=torch.float64)
    names = [f"{p}_l{k}{way}" for k in (0, 1) for way in ("", "_reverse") for p in PARAMETERS]
    with torch.no_grad():
        for parameter, w in zip(names, weights):
            getattr(layer, parameter).copy_(torch.tensor(w))
    xs = torch.tensor(xs, requires_grad=True)
    packed = torch.nn.utils.rnn.pack_padded_sequence(xs, torch.tensor(LENGTHS), enforce_sorted=False)
    ys, last = layer(packed)
    ys, _ = torch.nn.utils.rnn.pad_packed_sequence(ys)
    results = [ys, *(last if name == "LSTM" else (last,))]  # a last state is (2 * 2, batch, n)
    return torch_outcome(results, [xs, *(getattr(layer, parameter) for parameter in names)])


KEYS = [2, 5]  # how many of five keys there are


def torch_attention(masked=False):
    import torch

    inputs, projections = attention_inputs()
    layer = torch.nn.MultiheadAttention(WIDTH, HEADS, batch_first=True, dtype=torch.float64)
    made = [torch.tensor(w, requires_grad=True) for w in projections]
    q, k, v = (torch.tensor(x, requires_grad=True) for x in inputs)
    y, _ = torch.nn.functional.multi_head_attention_forward(
        *(x.swapaxes(0, 1) for x in (q, k, v)),
        embed_dim_to_check=WIDTH,
        num_heads=HEADS,
        in_proj_weight=torch.cat(made[0:6:2]),
        in_proj_bias=torch.cat(made[1:6:2]),
        bias_k=None,
        bias_v=None,
        add_zero_attn=False,
        dropout_p=0.0,
        out_proj_weight=made[6],
        out_proj_bias=made[7],
        training=layer.training,
        key_padding_mask=torch.arange(5) >= torch.tensor(KEYS)[:, None] if masked else None,
        attn_mask=~torch.ones(3, 5, dtype=torch.bool).tril() if masked else None,
    )
    return torch_outcome([y.swapaxes(0, 1)], [q, k, v, *made])


def torch_outcome(results, leaves):
    import torch

    sum((y * torch.tensor(wave(20 + k, *y.shape))).sum() for k, y in enumerate(results)).backward()
    return [y.detach().numpy() for y in results] + [x.grad.numpy() for x in leaves]


def functional(f, *shapes):
    """What `f` of waves of these shapes gives, with torch.nn.functional and torch themselves at hand."""

    def run():
        import torch

        leaves = [torch.tensor(wave(k, *shape), requires_grad=True) for k, shape in enumerate(shapes)]
        y = f(torch, torch.nn.functional, *leaves)
        return torch_outcome(y if isinstance(y, tuple) else (y,), leaves)

    return run


def batch_norm(torch, f, x, weight, bias):
    mean, var = torch.zeros(3, dtype=x.dtype), torch.ones(3, dtype=x.dtype)
    y = f.batch_norm(x, mean, var, weight, bias, training=True)
    return y, f.batch_norm(x, mean, var, weight, bias)


CTC_TARGETS = [[1, 1, 3], [2, 3, 1], [3, 1, 1]]
CTC_LENGTHS, CTC_TARGET_LENGTHS = [6, 5, 3], [3, 3, 1]

# name: (shapes of the inputs, PyTorch's function); tests/test_nn_peers.py has tracker's of the same name
SAME = {
    "nearest": ([(1, 2, 3, 4)], lambda t, f, x: f.interpolate(x, size=(5, 8))),
    "linear": ([(2, 1, 5)], lambda t, f, x: f.interpolate(x, size=8, mode="linear")),
    "bilinear": ([(1, 2, 3, 4)], lambda t, f, x: f.interpolate(x, scale_factor=2, mode="bilinear")),
    "bilinear, smaller": ([(1, 2, 5, 4)], lambda t, f, x: f.interpolate(x, size=(2, 3), mode="bilinear")),
    "bilinear, corners": (
        [(1, 2, 3, 4)],
        lambda t, f, x: f.interpolate(x, size=(5, 1), mode="bilinear", align_corners=True),
    ),
    "trilinear": ([(1, 1, 2, 3, 2)], lambda t, f, x: f.interpolate(x, scale_factor=2, mode="trilinear")),
    "pixel_shuffle": ([(2, 8, 2, 3)], lambda t, f, x: f.pixel_shuffle(x, 2)),
    "pixel_unshuffle": ([(2, 2, 4, 6)], lambda t, f, x: f.pixel_unshuffle(x, 2)),
    "pad, constant": ([(1, 2, 3, 4)], lambda t, f, x: f.pad(x, (2, 1, 0, 1), value=0.5)),
    "pad, reflect": ([(1, 2, 3, 4)], lambda t, f, x: f.pad(x, (2, 1, 0, 1), "reflect")),
    "pad, replicate": ([(1, 2, 3, 4)], lambda t, f, x: f.pad(x, (2, 1, 0, 1), "replicate")),
    "pad, circular": ([(1, 2, 3, 4)], lambda t, f, x: f.pad(x, (2, 1, 0, 1), "circular")),
    "adaptive_maxpool": ([(1, 2, 5, 7)], lambda t, f, x: f.adaptive_max_pool2d(x, (3, 2))),
    "adaptive_meanpool": ([(1, 2, 5, 7)], lambda t, f, x: f.adaptive_avg_pool2d(x, (3, 2))),
    "lpnormpool": ([(1, 2, 6)], lambda t, f, x: f.lp_pool1d(abs(x), 3, 2)),
    "layer_norm": ([(2, 3, 4), (3, 4), (3, 4)], lambda t, f, x, w, b: f.layer_norm(x, (3, 4), w, b)),
    "rms_norm": ([(2, 3, 4), (4,)], lambda t, f, x, w: f.rms_norm(x, (4,), w, eps=1e-5)),
    "group_norm": ([(2, 4, 3), (4,), (4,)], lambda t, f, x, w, b: f.group_norm(x, 2, w, b)),
    "instance_norm": ([(2, 3, 4), (3,), (3,)], lambda t, f, x, w, b: f.instance_norm(x, weight=w, bias=b)),
    "batch_norm": ([(4, 3, 2), (3,), (3,)], batch_norm),
    "bilinear layer": ([(3, 4, 2), (3,), (5, 4), (5, 2)], lambda t, f, w, b, x, y: f.bilinear(x, y, w, b)),
    "conv_transpose": (
        [(4, 3, 3, 2), (6,), (2, 4, 3, 5)],
        lambda t, f, w, b, x: f.conv_transpose2d(x, w, b, stride=2, padding=1, output_padding=1, groups=2),
    ),
    "grid_sample": (
        [(2, 3, 4, 5), (2, 3, 2, 2)],
        lambda t, f, x, grid: f.grid_sample(x, 1.3 * grid, align_corners=False),
    ),
    "grid_sample, border": (
        [(2, 3, 4, 5), (2, 3, 2, 2)],
        lambda t, f, x, grid: f.grid_sample(x, 1.3 * grid, padding_mode="border", align_corners=True),
    ),
    "hard_swish": ([(3, 4)], lambda t, f, x: f.hardswish(4 * x)),
    "thresholded_relu": ([(3, 4)], lambda t, f, x: f.threshold(x, 0.3, 0.0)),
    "mse": ([(2, 3), (2, 3)], lambda t, f, x, y: f.mse_loss(x, y)),
    "mae": ([(2, 3), (2, 3)], lambda t, f, x, y: f.l1_loss(x, y, reduction="sum")),
    "huber": ([(2, 3), (2, 3)], lambda t, f, x, y: f.huber_loss(x, y, delta=0.4)),
    "logit_crossentropy": (
        [(2, 3), (2, 3)],
        lambda t, f, x, y: f.cross_entropy(x, t.softmax(y, 1), label_smoothing=0.1),
    ),
    "binary_crossentropy": (
        [(2, 3), (2, 3)],
        lambda t, f, x, y: f.binary_cross_entropy(t.sigmoid(x), t.sigmoid(y)),
    ),
    "logit_binary_crossentropy": (
        [(2, 3), (2, 3)],
        lambda t, f, x, y: f.binary_cross_entropy_with_logits(x, t.sigmoid(y)),
    ),
    "kl_divergence": (
        [(2, 3), (2, 3)],
        lambda t, f, x, y: f.kl_div(t.log_softmax(x, 1), t.softmax(y, 1), reduction="batchmean"),
    ),
    "poisson": (
        [(2, 3), (2, 3)],
        lambda t, f, x, y: f.poisson_nll_loss(t.exp(x), t.exp(y), log_input=False, eps=0.0),
    ),
    "ctc": (
        [(6, 3, 4)],
        lambda t, f, x: f.ctc_loss(
            t.log_softmax(x, 2),
            t.tensor(CTC_TARGETS),
            t.tensor(CTC_LENGTHS),
            t.tensor(CTC_TARGET_LENGTHS),
            reduction="sum",
        ),
    ),
    "depthwise_conv": ([(6, 1, 3), (6,), (2, 3, 5)], lambda t, f, w, b, x: f.conv1d(x, w, b, groups=3)),
}


PEERS = {**{name: lambda name=name: torch_recurrent(name) for name in RECURRENT}, "attention": torch_attention}
PEERS["attention, masked"] = lambda: torch_attention(masked=True)
PEERS |= {f"{name}, stacked": lambda name=name: torch_stacked(name) for name in RECURRENT}
PEERS |= {name: functional(f, *shapes) for name, (shapes, f) in SAME.items()}


if __name__ == "__main__":
    FILE.write_text(json.dumps({name: [x.tolist() for x in peer()] for name, peer in PEERS.items()}) + "\n")
