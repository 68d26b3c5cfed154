"""A transform of scipy.fft along one axis or several as a linear map with its adjoint."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import numpy as np

from tracker._arrays import handles
from tracker._arrays.leaf import collect
from tracker.errors import UnsupportedKeywordError
from tracker.scipy._linear_map import linear_map

_Step = Callable[[Any], Any]


def transform(name: str, value: _Step, adjoint: _Step, x: Any) -> Any:
    """`value(x)` with `adjoint` for its derivative."""
    if not handles.is_tracked(x):
        return value(x)
    return linear_map(f"scipy.fft.{name}", value, adjoint)(x)


def gathered(x: Any) -> Any:
    """A list of tracked numbers as an array; all else as it is."""
    return collect(x) if isinstance(x, list | tuple) else x


def no_plan(name: str, plan: Any) -> None:
    """SciPy's transforms know no plans either."""
    if plan is not None:
        raise UnsupportedKeywordError(f"scipy.fft.{name} has no derivative with plan=. Leave it out.")


def sized(x: Any, n: int, axis: int) -> Any:
    """`x` cut to the length `n`, or filled up with zeros, along an axis: the adjoint of the same to its old length."""
    length = x.shape[axis]
    if n <= length:
        return x[(slice(None),) * (axis % x.ndim) + (slice(n),)]
    return np.pad(x, [(0, n - length if k == axis % x.ndim else 0) for k in range(x.ndim)])


def scaled(x: Any, factors: Any, axis: int) -> Any:
    """Each entry along an axis times its factor, in the precision of x."""
    factors = np.asarray(factors, x.real.dtype)
    return x * factors.reshape([-1 if k == axis % x.ndim else 1 for k in range(x.ndim)])


def axes_and_sizes(shape: tuple[int, ...], s: Any, axes: Any) -> tuple[list[int], list[int]]:
    """The axes of a transform in several, and the length of each, as SciPy reads its arguments."""
    ndim = len(shape)
    if axes is None:
        axes = range(ndim) if s is None else range(ndim - np.size(s), ndim)
    places = [int(a) % ndim for a in np.atleast_1d(np.asarray(axes, int))]
    return places, [shape[a] for a in places] if s is None else [int(n) for n in np.atleast_1d(s)]


def one_after_the_other(steps: list[_Step]) -> _Step:
    """The composition of maps, the first of them first."""
    return lambda x: functools.reduce(lambda y, step: step(y), steps, x)
