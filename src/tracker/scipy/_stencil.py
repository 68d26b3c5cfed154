"""Correlation with a short kernel at every place of an array, in recorded calls."""

from __future__ import annotations

from typing import Any

import numpy as np

from tracker._arrays import dispatch


def padded(x: Any, widths: list[tuple[int, int]], mode: Any, cval: float) -> Any:
    """`x` continued by `widths` in one of numpy.pad's modes; None leaves it as it is."""
    if mode is None or not any(map(any, widths)):
        return x
    return np.pad(x, widths, mode, constant_values=cval) if mode == "constant" else np.pad(x, widths, mode)


def correlated_along(x: Any, weights: Any, mode: Any, cval: float, axis: int, before: int) -> Any:
    """sum_j weights[j] * x[i + j - before] along one axis."""
    axis %= len(x.shape)
    n = weights.shape[0]
    widths = [(0, 0)] * len(x.shape)
    widths[axis] = (before, n - 1 - before)
    x = padded(x, widths, mode, cval)
    length = x.shape[axis] - n + 1
    total: Any = 0.0
    for j in range(n):
        total = total + weights[j] * x[(slice(None),) * axis + (slice(j, j + length),)]
    return total


def correlated(x: Any, weights: Any, modes: list[Any], cval: float, before: list[int]) -> Any:
    """The same with a kernel of as many dimensions as `x`."""
    for axis, mode in enumerate(modes):
        widths = [(0, 0)] * len(x.shape)
        widths[axis] = (before[axis], weights.shape[axis] - 1 - before[axis])
        x = padded(x, widths, mode, cval)
    lengths = [m - n + 1 for m, n in zip(x.shape, weights.shape, strict=True)]
    live = dispatch.is_tracked(weights)
    total: Any = np.zeros(lengths)
    for place in np.ndindex(*weights.shape):
        if live or weights[place] != 0:
            index = tuple([slice(j, j + length) for j, length in zip(place, lengths, strict=True)])
            total = total + weights[place] * x[index]
    return total
