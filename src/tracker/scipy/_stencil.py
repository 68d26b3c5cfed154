"""Correlation with a short kernel at every place of an array: in recorded calls, and its adjoint for a fixed kernel."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import scipy.ndimage

from tracker._arrays import handles
from tracker.scipy._linear_map import affine_map, linear_map

_ndimage: Any = scipy.ndimage


def padded(x: Any, widths: list[tuple[int, int]], mode: Any, cval: float) -> Any:
    """`x` continued by `widths` in one of numpy.pad's modes."""
    if not any(map(any, widths)):
        return x
    return np.pad(x, widths, mode, constant_values=cval) if mode == "constant" else np.pad(x, widths, mode)


def continued(x: Any, size: tuple[int, ...], modes: list[Any], cval: float, before: list[int]) -> Any:
    """`x` continued as far as a kernel of this size reaches."""
    for axis, mode in enumerate(modes):
        widths = [(0, 0)] * len(x.shape)
        widths[axis] = (before[axis], size[axis] - 1 - before[axis])
        x = padded(x, widths, mode, cval)
    return x


def products(dy: Any, longer: Any) -> Any:
    """The gradient of a kernel: the inner products of `dy` with what its entries met of the continued image."""
    size = [m - n + 1 for m, n in zip(longer.shape, dy.shape, strict=True)]
    found = np.empty(size, np.result_type(dy, longer))
    for place in np.ndindex(*size):
        index = tuple([slice(j, j + length) for j, length in zip(place, dy.shape, strict=True)])
        found[place] = np.sum(dy * longer[index])
    return found


def correlated(x: Any, weights: Any, modes: list[Any], cval: float, before: list[int]) -> Any:
    """sum_j weights[j] * x[i + j - before], with a kernel of as many dimensions as `x`."""
    x = continued(x, weights.shape, modes, cval, before)
    lengths = [m - n + 1 for m, n in zip(x.shape, weights.shape, strict=True)]
    live = handles.is_tracked(weights)
    total: Any = np.zeros(lengths)
    for place in np.ndindex(*weights.shape):
        if live or weights[place] != 0:
            index = tuple([slice(j, j + length) for j, length in zip(place, lengths, strict=True)])
            total = total + weights[place] * x[index]
    return total


def spread_along(dy: Any, weights: Any, mode: Any, axis: int, before: int) -> Any:
    """The adjoint of such a correlation along one axis, for a plain real kernel.

    `mode` is how `x` goes on beyond its ends; None: there is no `y` where it would have to.
    """
    n = len(weights)
    widths = [(0, 0)] * dy.ndim
    widths[axis] = (before, n - 1 - before)
    longer = np.pad(dy, widths)
    origin = n - 1 - n // 2 - before
    found = _ndimage.correlate1d(longer, weights[::-1], axis, mode="constant", origin=origin)
    return found if mode is None else folded(found, widths[axis], mode, axis)


def spread(dy: Any, weights: Any, modes: list[Any], before: list[int]) -> Any:
    """The adjoint of `correlated` for a plain real kernel."""
    widths = [(b, n - 1 - b) for b, n in zip(before, weights.shape, strict=True)]
    origins = [n - 1 - n // 2 - b for b, n in zip(before, weights.shape, strict=True)]
    found = _ndimage.correlate(np.pad(dy, widths), np.flip(weights), mode="constant", origin=origins)
    for axis in reversed(range(dy.ndim)):
        found = folded(found, widths[axis], modes[axis], axis)
    return found


def folded(x: Any, widths: tuple[int, int], mode: Any, axis: int) -> Any:
    """The adjoint of padding along one axis; `x` is written into."""
    before, after = widths
    n = x.shape[axis] - before - after
    inner = x[_along(axis, slice(before, before + n))]
    if mode != "constant":
        sources = np.pad(np.arange(n), widths, mode)
        for k in (*range(before), *range(before + n, len(sources))):
            inner[_along(axis, sources[k])] += x[_along(axis, k)]
    return inner


def filtered(name: str, value: Callable[[Any, Any], Any], adjoint: Callable[[Any], Any], cval: Any, x: Any) -> Any:
    """`value(x, cval)`, a filter that is linear but for what `cval` adds, as one step with this adjoint."""
    if cval == 0:
        return linear_map(name, lambda x: value(x, cval), adjoint)(x)
    return affine_map(name, lambda x: value(x, cval), lambda x: value(x, 0.0), adjoint)(x)


def _along(axis: int, index: Any) -> tuple[Any, ...]:
    return (slice(None),) * axis + (index,)
