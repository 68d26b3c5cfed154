"""A network on 64 images of 28 x 28, float32: 3 x 3 convolutions of 8 and 16 channels, each pooled, a dense layer."""

import numpy as np

from benchmarks import peers
from benchmarks.report import run

TARGETS = {peers.TORCH: 1.5}
BATCH, SIZE, CHANNELS, CLASSES = 64, 28, (1, 8, 16), 10


def cross_entropy(xp, data, w1, b1, w2, b2, w3, b3):
    from tracker import nn

    x, targets, _ = data
    for w, b in ((w1, b1), (w2, b2)):
        x = nn.maxpool(nn.relu(nn.conv(x, w, pad=1, bias=b)), 2)
    return nn.logit_crossentropy(x.reshape(BATCH, -1) @ w3 + b3, targets)


def cross_entropy_torch(torch, data, w1, b1, w2, b2, w3, b3):
    f = torch.nn.functional
    x, _, labels = data
    for w, b in ((w1, b1), (w2, b2)):
        x = f.max_pool2d(f.relu(f.conv2d(x, w, b, padding=1)), 2)
    return f.cross_entropy(torch.addmm(b3, x.reshape(BATCH, -1), w3), labels)


def cross_entropy_jax(jnp, data, w1, b1, w2, b2, w3, b3):
    import jax

    x, targets, _ = data
    for w, b in ((w1, b1), (w2, b2)):
        x = jax.nn.relu(jax.lax.conv(x, w, (1, 1), "SAME") + b.reshape(-1, 1, 1))
        x = jax.lax.reduce_window(x, -jnp.inf, jax.lax.max, (1, 1, 2, 2), (1, 1, 2, 2), "VALID")
    scores = x.reshape(BATCH, -1) @ w3 + b3
    return -jnp.mean(jnp.sum(targets * jax.nn.log_softmax(scores), axis=1))


def windows(x):
    """3 x 3 windows of images with a border of zeros: (n, c, h, w) -> (n, h, w, c, 3, 3)."""
    x = np.pad(x, ((0, 0), (0, 0), (1, 1), (1, 1)))
    return np.lib.stride_tricks.sliding_window_view(x, (3, 3), axis=(2, 3)).transpose(0, 2, 3, 1, 4, 5)


def conv_by_hand(x, w):
    """One product of all windows with the weights; the windows are kept for the way back."""
    rows = windows(x).reshape(-1, w[0].size)
    return (rows @ w.reshape(len(w), -1).T).reshape(len(x), *x.shape[2:], -1).transpose(0, 3, 1, 2), rows


def pool_by_hand(x):
    n, c, h, w = x.shape
    tiles = x.reshape(n, c, h // 2, 2, w // 2, 2)
    return tiles.max(axis=(3, 5)), tiles


def by_hand(data, w1, b1, w2, b2, w3, b3):
    x, targets, _ = data
    kept = []
    for w, b in ((w1, b1), (w2, b2)):
        y, rows = conv_by_hand(x, w)
        y = np.maximum(y + b.reshape(-1, 1, 1), 0)
        pooled, tiles = pool_by_hand(y)
        kept.append((x.shape, rows, y > 0, tiles, pooled))
        x = pooled
    features = x.reshape(BATCH, -1)
    scores = features @ w3 + b3
    scores -= scores.max(axis=1, keepdims=True)
    p = np.exp(scores)
    total = p.sum(axis=1, keepdims=True)
    value = -np.mean(np.sum(targets * (scores - np.log(total)), axis=1))

    p = (p / total - targets) / BATCH
    gradients = [p.sum(axis=0), features.T @ p]
    dy = (p @ w3.T).reshape(x.shape)
    for w, (shape, rows, positive, tiles, pooled) in zip((w2, w1), kept[::-1], strict=True):
        won = tiles == pooled[:, :, :, None, :, None]
        dy = won * (dy / won.sum(axis=(3, 5), dtype=dy.dtype))[:, :, :, None, :, None]  # equal maxima share
        dy = dy.reshape(positive.shape) * positive
        gradients += [dy.sum(axis=(0, 2, 3)), (dy.transpose(1, 0, 2, 3).reshape(len(w), -1) @ rows).reshape(w.shape)]
        if shape[1] > 1:  # the images need none
            dy, _ = conv_by_hand(dy, np.flip(w, (2, 3)).swapaxes(0, 1))
    return value, gradients[::-1]


def contenders():
    rng = np.random.default_rng(0)

    def normal(*shape, fan=1):
        return (rng.standard_normal(shape) / np.sqrt(fan)).astype(np.float32)

    params = []
    for n_in, n_out in zip(CHANNELS, CHANNELS[1:], strict=False):
        params += [normal(n_out, n_in, 3, 3, fan=9 * n_in), normal(n_out)]
    features = CHANNELS[-1] * (SIZE // 4) ** 2
    params += [normal(features, CLASSES, fan=features), normal(CLASSES)]
    labels = rng.integers(CLASSES, size=BATCH)
    data = normal(BATCH, 1, SIZE, SIZE), np.eye(CLASSES, dtype=np.float32)[labels], labels
    return peers.contenders(
        cross_entropy, params, data, by_hand=by_hand, torch=cross_entropy_torch, jax=cross_entropy_jax, autograd=False
    )


if __name__ == "__main__":
    run(contenders)
