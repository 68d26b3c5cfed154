"""PyTorch's and optax's steps on one problem, and PyTorch's learning rates: `python -m tests.optimiser_peers` writes
optimiser_steps.json and schedule_rates.json.

The problem: from START, 8 steps along the gradient CURVATURE * (x - TARGET), in float64. That of "complex" rules begins
at SPIRAL, whose gradient turns about TARGET, off any line through the plane; optax, as tracker, takes a complex number
for one parameter, PyTorch for two. "Options" are others than the defaults. Where a library's formula is another one
than the paper's, its arguments are chosen so that both are the same; comments say how.
"""

import json
import math
from pathlib import Path
from unittest.mock import patch

import numpy as np

START = np.array([[1.0, -2.0, 0.5], [3.0, 0.25, -1.5]])
TARGET = np.array([[0.9, 1.0, 0.55], [-1.0, 0.3, -1.2]])
CURVATURE = np.array([[1.0, 0.5, 2.0], [3.0, 0.1, 1.5]])
SPIRAL = START + 1j * START[::-1, ::-1]
STEPS = 8
FILE = Path(__file__).with_name("optimiser_steps.json")
RATES = Path(__file__).with_name("schedule_rates.json")


def gradient(x):
    away = x - TARGET
    return CURVATURE * away + (0.3 + 0.15j) * np.conj(away) if np.iscomplexobj(x) else CURVATURE * away


def torch_makers():
    from torch import optim

    return {
        "Descent": lambda p: optim.SGD(p, lr=0.1),
        "WeightDecay": lambda p: optim.SGD(p, lr=0.1, weight_decay=0.2),
        "Momentum": lambda p: optim.SGD(p, lr=0.1, momentum=0.9),
        "Nesterov": lambda p: optim.SGD(p, lr=0.1, momentum=0.9, nesterov=True),
        "RMSProp": lambda p: optim.RMSprop(p, lr=0.1, alpha=0.9, eps=1e-8),
        "RMSProp, centred": lambda p: optim.RMSprop(p, lr=0.1, alpha=0.9, eps=1e-8, centered=True),
        "Adam": lambda p: optim.Adam(p, lr=0.1),
        "AdamW": lambda p: optim.AdamW(p, lr=0.1, weight_decay=0.2),
        "AdaMax": lambda p: optim.Adamax(p, lr=0.1, eps=0),  # its eps is added inside the maximum
        "AdaGrad": lambda p: optim.Adagrad(p, lr=0.1, eps=1e-8, initial_accumulator_value=1e-8),
        "AdaDelta": lambda p: optim.Adadelta(p, lr=1.0, rho=0.9, eps=1e-8),
        "Muon": lambda p: optim.Muon(p, lr=0.02, momentum=0.95, weight_decay=0.01),
        "AMSGrad": lambda p: optim.Adam(p, lr=0.1, amsgrad=True, eps=0),
        "Rprop": lambda p: optim.Rprop(p, lr=0.1, etas=(0.5, 1.2), step_sizes=(1e-6, 50)),
        "Momentum, options": lambda p: optim.SGD(p, lr=0.2, momentum=0.5),
        "Nesterov, options": lambda p: optim.SGD(p, lr=0.2, momentum=0.5, nesterov=True),
        "RMSProp, options": lambda p: optim.RMSprop(p, lr=0.2, alpha=0.7, eps=0.1),
        "RMSProp, centred, options": lambda p: optim.RMSprop(p, lr=0.2, alpha=0.7, eps=0.1, centered=True),
        "Adam, options": lambda p: optim.Adam(p, lr=0.2, betas=(0.6, 0.7), eps=0.1),
        "AdamW, options": lambda p: optim.AdamW(p, lr=0.2, betas=(0.6, 0.7), eps=0.1, weight_decay=0.3),
        "AdamW, not coupled": lambda p: optim.AdamW(p, lr=0.2, weight_decay=0.3 / 0.2),  # which it multiplies by lr
        "Adam after WeightDecay": lambda p: optim.Adam(p, lr=0.1, weight_decay=0.2),
        "AdaMax, options": lambda p: optim.Adamax(p, lr=0.2, betas=(0.6, 0.7), eps=0),
        "AdaGrad, options": lambda p: optim.Adagrad(p, lr=0.2, eps=0.1, initial_accumulator_value=0.1),
        "AdaDelta, options": lambda p: optim.Adadelta(p, lr=1.0, rho=0.6, eps=0.01),
        "Muon, options": lambda p: optim.Muon(p, lr=0.1, momentum=0.6, weight_decay=0.3),
        "Rprop, options": lambda p: optim.Rprop(p, lr=0.05, etas=(0.3, 1.5), step_sizes=(0.02, 0.2)),
    }


def uncorrected(optimiser, t):
    """Takes PyTorch's bias correction back: with eps=0 it is a factor of the step."""
    optimiser.param_groups[0]["lr"] = 0.1 * (1 - 0.9**t) / math.sqrt(1 - 0.999**t)


def torch_steps(name):
    import torch

    x = torch.tensor(START, requires_grad=True)
    optimiser = torch_makers()[name]([x])
    path = []
    for t in range(1, STEPS + 1):
        x.grad = torch.tensor(gradient(x.detach().numpy()))
        if name == "AMSGrad":
            uncorrected(optimiser, t)
        with patch.object(torch.Tensor, "bfloat16", lambda x: x.clone()):  # Muon iterates in float64, too
            optimiser.step()
        path.append(x.detach().numpy().tolist())
    return path


def optimistic_steps(rate=0.1, betas=(0.5, 0.9), eps=1e-8):
    """Algorithm 1 of arXiv:1711.00141: twice the step of PyTorch's Adam less the one before."""
    import torch

    x, before, path = START, 0.0, []
    shadow = torch.zeros(START.shape, dtype=torch.float64, requires_grad=True)
    adam = torch.optim.Adam([shadow], lr=rate, betas=betas, eps=eps)
    for _ in range(STEPS):
        old = shadow.detach().numpy().copy()
        shadow.grad = torch.tensor(gradient(x))
        adam.step()
        step = old - shadow.detach().numpy()
        x, before = x - 2 * step + before, step
        path.append(x.tolist())
    return path


def chained_steps(name):
    """PyTorch's SGD with momentum on gradients that were clipped, had a penalty's added, or were accumulated."""
    import torch

    x = torch.tensor(START, requires_grad=True)
    optimiser = torch.optim.SGD([x], lr=0.1, momentum=0.9)
    path = []
    for t in range(1, STEPS + 1):
        loss = (torch.tensor(CURVATURE) * (x - torch.tensor(TARGET)) ** 2).sum() / 2
        if name == "SignDecay":
            loss = loss + 0.2 * x.abs().sum()
        (loss / 2 if name == "AccumGrad" else loss).backward()
        if name == "ClipGrad":
            torch.nn.utils.clip_grad_value_([x], 0.5)
        if name != "AccumGrad" or t % 2 == 0:
            optimiser.step()
            optimiser.zero_grad()
        path.append(x.detach().numpy().tolist())
    return path


OPTIMISTIC = {"OAdam": (), "OAdam, options": (0.2, (0.6, 0.7), 0.1)}
CHAINED = ("ClipGrad", "SignDecay", "AccumGrad")


def scheduled_rates(name):
    """The learning rates of PyTorch's scheduler for the first steps."""
    import torch
    from torch.optim import lr_scheduler as s

    optimiser = torch.optim.SGD([torch.zeros(1)], lr=0.5)
    rise = lambda: s.LinearLR(optimiser, 1 / 4, 1, total_iters=3)
    peer = {
        "constant": lambda: s.ConstantLR(optimiser, factor=1.0),
        "step": lambda: s.StepLR(optimiser, 3, gamma=0.2),
        "exponential": lambda: s.ExponentialLR(optimiser, gamma=0.9),
        "cosine": lambda: s.CosineAnnealingLR(optimiser, 11, eta_min=0.01),
        "warm_up": rise,
        "warm_up, cosine": lambda: s.SequentialLR(optimiser, [rise(), s.CosineAnnealingLR(optimiser, 8)], [4]),
        "one_cycle": lambda: s.OneCycleLR(optimiser, 0.5, total_steps=12, cycle_momentum=False),
        "one_cycle, other parts": lambda: s.OneCycleLR(
            optimiser, 0.5, total_steps=12, pct_start=0.6, div_factor=10, final_div_factor=50, cycle_momentum=False
        ),
    }[name]()
    rates = []
    for t in range(12):
        rates.append(optimiser.param_groups[0]["lr"])
        if t < 11:
            optimiser.step()
            peer.step()
    return rates


def optax_schedules():
    """Those of SCHEDULES that optax has, too."""
    import optax

    return {
        "constant": optax.constant_schedule(0.5),
        "step": optax.exponential_decay(0.5, 3, 0.2, staircase=True),
        "exponential": optax.exponential_decay(0.5, 1, 0.9),
        "cosine": optax.cosine_decay_schedule(0.5, 11, alpha=0.01 / 0.5),
        "warm_up": optax.linear_schedule(0.5 / 4, 0.5, 3),
        "warm_up, cosine": optax.join_schedules(
            [optax.linear_schedule(0.5 / 4, 0.5, 3), optax.cosine_decay_schedule(0.5, 8)], [4]
        ),
    }


def optax_rates(name):
    import jax

    with jax.enable_x64(True):
        schedule = optax_schedules()[name]
        return [float(schedule(t)) for t in range(12)]


SCHEDULES = (
    "constant",
    "step",
    "exponential",
    "cosine",
    "warm_up",
    "warm_up, cosine",
    "one_cycle",
    "one_cycle, other parts",
)


def optax_makers():
    import optax

    plain_amsgrad = lambda rate, *options: optax.chain(
        optax.scale_by_amsgrad(*options, bias_correction_mu=False, bias_correction_nu=False), optax.scale(-rate)
    )
    return {
        "RAdam": lambda: optax.radam(0.1, threshold=4.0),
        "AdaBelief": lambda: optax.adabelief(0.1, eps=1e-16, eps_root=1e-16),
        "Lion": lambda: optax.lion(0.1, b1=0.9, b2=0.999, weight_decay=0.0),
        # without Dozat's beta[1] under the root; PyTorch's keeps a product of momenta in float32
        "NAdam": lambda: optax.nadam(0.1 / math.sqrt(0.999), eps=0.0),
        "ClipNorm": lambda: optax.chain(optax.clip_by_global_norm(0.5), optax.sgd(0.1, momentum=0.9)),
        "AccumGrad": lambda: optax.MultiSteps(optax.sgd(0.1, momentum=0.9), 3, accumulator_dtype=None),
        "RAdam, options": lambda: optax.radam(0.2, b1=0.6, b2=0.8, eps=0.1, threshold=4.0),
        "AdaBelief, options": lambda: optax.adabelief(0.2, b1=0.6, b2=0.7, eps=0.1, eps_root=0.1),
        "Lion, options": lambda: optax.lion(0.2, b1=0.6, b2=0.7, weight_decay=0.0),
        "NAdam, options": lambda: optax.nadam(0.2 / math.sqrt(0.7), b1=0.6, b2=0.7, eps=0.1 / math.sqrt(0.7)),
        "AMSGrad, options": lambda: plain_amsgrad(0.2, 0.6, 0.7, 0.1),
        "Momentum, complex": lambda: optax.sgd(0.1, momentum=0.9),
        "Nesterov, complex": lambda: optax.sgd(0.1, momentum=0.9, nesterov=True),
        "RMSProp, complex": lambda: optax.rmsprop(0.1, decay=0.9, eps=1e-8, eps_in_sqrt=False),
        "RMSProp, centred, complex": lambda: optax.rmsprop(0.1, decay=0.9, eps=1e-8, eps_in_sqrt=False, centered=True),
        "Adam, complex": lambda: optax.adam(0.1),
        "AdamW, complex": lambda: optax.adamw(0.1, weight_decay=0.2),
        "RAdam, complex": lambda: optax.radam(0.1, threshold=4.0),
        "NAdam, complex": lambda: optax.nadam(0.1 / math.sqrt(0.999), eps=0.0),
        "AdaMax, complex": lambda: optax.adamax(0.1, eps=0.0),
        "AdaBelief, complex": lambda: optax.adabelief(0.1, eps=1e-16, eps_root=1e-16),
        "AMSGrad, complex": lambda: plain_amsgrad(0.1),
        "AdaGrad, complex": lambda: optax.adagrad(0.1, 0.0, 0.0),  # its eps is under the root
        "Lion, complex": lambda: optax.lion(0.1, b1=0.9, b2=0.999, weight_decay=0.0),
        "ClipNorm, complex": lambda: optax.chain(optax.clip_by_global_norm(0.5), optax.sgd(0.1, momentum=0.9)),
    }


def optax_steps(name):
    import jax
    import optax

    with jax.enable_x64(True):
        x = jax.numpy.asarray(beginning(name))
        optimiser = optax_makers()[name]()
        state, path = optimiser.init(x), []
        for _ in range(STEPS):
            steps, state = optimiser.update(jax.numpy.asarray(gradient(np.asarray(x))), state, x)
            x = optax.apply_updates(x, steps)
            path.append(in_reals(np.asarray(x)).tolist())
    return path


def beginning(name):
    return SPIRAL if name.endswith("complex") else START


def in_reals(x):
    """Real and imaginary parts of complex numbers, which JSON has not, on top of each other."""
    return np.stack([x.real, x.imag]) if np.iscomplexobj(x) else x


def main():
    paths = {f"torch {name}": torch_steps(name) for name in torch_makers()}
    paths |= {f"torch {name}": optimistic_steps(*options) for name, options in OPTIMISTIC.items()}
    paths |= {f"torch {name}": chained_steps(name) for name in CHAINED}
    RATES.write_text(json.dumps({name: scheduled_rates(name) for name in SCHEDULES}, indent=1) + "\n")
    paths |= {f"optax {name}": optax_steps(name) for name in optax_makers()}
    lines = ",\n".join(f"{json.dumps(name)}: {json.dumps(path)}" for name, path in paths.items())
    FILE.write_text(f"{{\n{lines}\n}}\n")


if __name__ == "__main__":
    main()
