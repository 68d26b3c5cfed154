"""How calls are recorded: with NumPy's value and the derivative of a composition of functions that have rules."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np

from tracker._arrays import handles
from tracker._core.node import LINEAR, Op
from tracker._core.registry import pullbacks_op
from tracker._core.sweep import differentiate
from tracker._transforms.sweeps import level_of_caller
from tracker.errors import DroppedZerosWarning
from tracker.polynomial._family import Family
from tracker.scipy._array import array
from tracker.scipy._derived import derived


def valued(family: Family, rest: str, composition: Callable[..., Any], *args: Any) -> Any:
    """NumPy's function of `args`, recorded as one step with the derivative of `composition(family, *args)`.

    NumPy drops zeros that end its results: what the composition gives beyond has no place in it.
    """
    name = _name(family, rest)
    return derived(
        name,
        family.theirs(rest),
        lambda *given: composition(family, *given),
        *args,
        formed=lambda found, y: _formed(name, found, y),
    )


def _formed(name: str, found: Any, y: Any) -> Any:
    """What the composition gave in the shape of NumPy's value `y`; a remainder that is zero has no warning."""
    if isinstance(y, tuple):
        return _formed(name, found[0], y[0]), found[1][: len(y[1])]
    if found.shape == y.shape:
        return found
    if len(found) > y.shape[0] and _depends_on_arguments(found[y.shape[0] :]):
        warnings.warn(
            f"{name} gave {y.shape[0]} coefficients of {len(found)}: NumPy drops zeros that end a result. Those have a "
            "derivative, which is missing from the gradient. Start from small numbers, not from zeros.",
            DroppedZerosWarning,
            stacklevel=level_of_caller(),
        )
    return np.broadcast_to(found[tuple(slice(n) for n in y.shape)], y.shape)


def _depends_on_arguments(x: Any) -> bool:
    """Whether the derivative of a recorded value is other than zero."""
    node = handles.node_of(x)
    if node is None:
        return False
    uneven = np.cos(np.arange(1.0, x.size + 1)).reshape(x.shape).astype(x.dtype)
    slopes = [node.slot] if node.forward else [g for _, g in differentiate(node, uneven)]
    return any(np.any(handles.plain(g)) for g in slopes)


def series(c: Any) -> Any:
    """Coefficients, at least one: a list may hold tracked numbers, a number stands for itself; floats for integers."""
    c = array(c)
    c = c if np.ndim(c) else np.atleast_1d(c)
    return c.astype(float) if c.dtype.kind in "iu" else c


def step(family: Family, rest: str, f: Any, *pullbacks: Any, pushforward: Any) -> Op:
    """A function with rules of its own."""
    op = pullbacks_op(f, pullbacks, pushforward)
    op.name = _name(family, rest)
    return op


def linear_step(family: Family, rest: str, f: Any, adjoint: Any) -> Op:
    """A function that is linear in its first argument."""
    op = Op(f, _name(family, rest), LINEAR, (adjoint,))
    op.reads = [0]
    return op


def _name(family: Family, rest: str) -> str:
    return f"tracker.polynomial.{family.section}.{family.name(rest)}"
