"""The same gradient by each library that is installed, from one function written once.

A workload is `f(xp, data, *params)`, a loss in terms of `xp.tanh`, `xp.sum`...: `xp` is `numpy` for tracker,
`autograd.numpy`, `torch` or `jax.numpy` for the others. Where their users would write it otherwise (lax.scan in
a compiled JAX loop, PyTorch's fused losses), the workload gives a function of its own.
"""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

Loss = Callable[..., Any]
Thunk = Callable[[], Any]  # gives (value, gradients) when called

FORWARD, BY_HAND, TRACKER = "NumPy forward", "by hand", "tracker"
INTERPRETED, AUTOGRAD, TORCH = "tracker, interpreted", "autograd", "PyTorch"
JAX_EAGER, JAX_JIT = "JAX eager", "JAX jit"
COLUMNS = [FORWARD, BY_HAND, TRACKER, INTERPRETED, AUTOGRAD, TORCH, JAX_EAGER, JAX_JIT]


def installed(module: str) -> bool:
    return importlib.util.find_spec(module) is not None


def contenders(
    f: Loss,
    params: Sequence[Any],
    data: Sequence[Any] = (),
    *,
    by_hand: Callable[..., Any],
    torch: Loss | None = None,
    jax: Loss | None = None,
    jit: Loss | None = None,
    autograd: bool = True,
) -> dict[str, Thunk]:
    """Everyone who can compute the gradient of `f(xp, data, *params)` with respect to `params`.

    `torch`, `jax`, and `jit` for JAX once compiled, stand in for `f` where these libraries' users write it otherwise;
    `autograd` is false where it lacks what `f` calls. `by_hand(data, *params)` gives (value, gradients), and the truth
    to which all the others are held.
    """
    data, params = tuple(data), tuple(params)
    found = {FORWARD: lambda: f(np, data, *params), BY_HAND: lambda: by_hand(data, *params)}
    if installed("tracker"):
        found[TRACKER] = tracker_gradient(f, params, data)
    if autograd and installed("autograd"):
        found[AUTOGRAD] = autograd_gradient(f, params, data)
    if installed("torch"):
        found[TORCH] = torch_gradient(torch or f, params, data)
    if installed("jax"):
        found[JAX_EAGER] = jax_gradient(jax or f, params, data, compiled=False)
        found[JAX_JIT] = jax_gradient(jit or jax or f, params, data, compiled=True)
    return found


def check(found: dict[str, Thunk]) -> None:
    """Raise if someone's gradient is not the hand-written one."""
    _, truth = found[BY_HAND]()
    for name in found.keys() - {FORWARD, BY_HAND}:
        _, gradients = found[name]()
        for expected, given in zip(truth, gradients, strict=True):
            expected, given = np.asarray(expected), np.asarray(given)
            tolerance = 1e-3 if expected.dtype == np.float32 else 1e-6
            scale = np.max(np.abs(expected))
            np.testing.assert_allclose(given, expected, rtol=tolerance, atol=tolerance * scale, err_msg=name)


def tracker_gradient(f: Loss, params: tuple[Any, ...], data: tuple[Any, ...]) -> Thunk:
    import tracker

    def loss(*p: Any) -> Any:
        return f(np, data, *p)

    return lambda: tracker.withgradient(loss, *params)


def autograd_gradient(f: Loss, params: tuple[Any, ...], data: tuple[Any, ...]) -> Thunk:
    import autograd
    import autograd.numpy as anp

    gradient = autograd.value_and_grad(lambda p: f(anp, data, *p))
    return lambda: gradient(params)


def torch_gradient(f: Loss, params: tuple[Any, ...], data: tuple[Any, ...]) -> Thunk:
    import torch

    def tensor(x: Any) -> Any:
        dtype = None if isinstance(x, np.ndarray) else torch.float64
        return torch.tensor(x, dtype=dtype)

    leaves = [tensor(x).requires_grad_() for x in params]
    tensors = tuple(tensor(x) for x in data)

    def run() -> Any:
        value = f(torch, tensors, *leaves)
        return value, torch.autograd.grad(value, leaves)

    return run


def jax_gradient(f: Loss, params: tuple[Any, ...], data: tuple[Any, ...], compiled: bool) -> Thunk:
    import jax

    jax.config.update("jax_enable_x64", True)
    arrays, leaves = jax.device_put((data, params))
    gradient = jax.value_and_grad(lambda p, d: f(jax.numpy, d, *p))
    if compiled:
        gradient = jax.jit(gradient)
    return lambda: jax.block_until_ready(gradient(leaves, arrays))
