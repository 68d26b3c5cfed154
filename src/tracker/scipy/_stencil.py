"""Correlation with a short kernel at every place of an array, in recorded calls."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from scipy.ndimage import correlate1d

from tracker._arrays import handles
from tracker._core.registry import lookup
from tracker.scipy._linear_map import linear_map

_PAD: Any = lookup(np.pad)
_FOLD: Any = _PAD.rules[0]


def padded(x: Any, widths: list[tuple[int, int]], mode: Any, cval: float) -> Any:
    """`x` continued by `widths` in one of numpy.pad's modes; None leaves it as it is."""
    if mode is None or not any(map(any, widths)):
        return x
    return np.pad(x, widths, mode, constant_values=cval) if mode == "constant" else np.pad(x, widths, mode)


def correlated_along(x: Any, weights: Any, mode: Any, cval: float, axis: int, before: int) -> Any:
    """sum_j weights[j] * x[i + j - before] along one axis."""
    axis %= len(x.shape)
    if not handles.is_tracked(weights) and (mode != "constant" or cval == 0):
        return _fixed(x.shape, weights, mode, axis, before)(x)
    n = weights.shape[0]
    widths = [(0, 0)] * len(x.shape)
    widths[axis] = (before, n - 1 - before)
    x = padded(x, widths, mode, cval)
    length = x.shape[axis] - n + 1
    total: Any = 0.0
    for j in range(n):
        total = total + weights[j] * x[(slice(None),) * axis + (slice(j, j + length),)]
    return total


def _fixed(shape: Any, weights: Any, mode: Any, axis: int, before: int) -> Callable[[Any], Any]:
    """The same with a plain kernel, as a linear map; its adjoint spreads, and folds what was padded back."""
    n = len(weights)
    widths, around = [(0, 0)] * len(shape), [(0, 0)] * len(shape)
    widths[axis], around[axis] = (before, n - 1 - before), (n - 1, n - 1)
    original = np.zeros((1,) * len(shape))
    original = np.broadcast_to(original, shape)

    def inside(x: Any, w: Any) -> Any:
        found = correlate1d(x, w, axis, mode="constant")
        return found[(slice(None),) * axis + (slice(n // 2, n // 2 + x.shape[axis] - n + 1),)]

    def spread(dy: Any) -> Any:
        wide = inside(np.pad(dy, around), weights[::-1])
        return wide if mode is None else _FOLD(wide, None, original, widths, mode)

    return linear_map("correlation", lambda x: inside(padded(x, widths, mode, 0.0), weights), spread)


def correlated(x: Any, weights: Any, modes: list[Any], cval: float, before: list[int]) -> Any:
    """The same with a kernel of as many dimensions as `x`."""
    for axis, mode in enumerate(modes):
        widths = [(0, 0)] * len(x.shape)
        widths[axis] = (before[axis], weights.shape[axis] - 1 - before[axis])
        x = padded(x, widths, mode, cval)
    lengths = [m - n + 1 for m, n in zip(x.shape, weights.shape, strict=True)]
    live = handles.is_tracked(weights)
    total: Any = np.zeros(lengths)
    for place in np.ndindex(*weights.shape):
        if live or weights[place] != 0:
            index = tuple([slice(j, j + length) for j, length in zip(place, lengths, strict=True)])
            total = total + weights[place] * x[index]
    return total
