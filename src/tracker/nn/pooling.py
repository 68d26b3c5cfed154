"""Pooling over windows of the spatial axes of x (n, c, *size)."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from tracker._core.registry import linear, rule
from tracker._transforms.recording import data
from tracker.nn._primitive import primitive
from tracker.nn.inputs import check_images
from tracker.nn.tiles import is_tiled, to_tile_maxima
from tracker.nn.windows import Windows, inside, padded, windows


def _over(x: Any, window: Any, stride: Any, pad: Any, empty: bool = True) -> Windows:
    """The windows; raises `ValueError` for those within the border alone unless `empty` ones are allowed."""
    check_images("pooling", x)
    w = windows(x.shape[2:], window, window if stride is None else stride, pad)
    if not empty and any(
        low >= k or (count - 1) * s >= low + n
        for n, k, s, (low, _), count in zip(w.size, w.kernel, w.stride, w.pad, w.places)
    ):
        raise ValueError(f"pad {pad!r} makes windows {w.kernel} of the border alone: pad less.")
    return w


# Maxima


@primitive
def window_max(x: Any, w: Windows) -> Any:
    """The maximum of each window, (n, c, *count)."""
    source = padded(x, w, -np.inf)
    y: Any = None
    for _, place in w.taps():
        part = source[place]
        y = part.copy() if y is None else np.maximum(y, part, out=y)
    return y


@primitive
def to_maxima(dy: Any, x: Any, y: Any, w: Windows) -> Any:
    """dy (n, c, *count) given to where the maximum of each window is, evenly among equals: (n, c, *size)."""
    if is_tiled(w):
        return to_tile_maxima(dy, x, y, w)
    source = padded(x, w, np.nan)  # which equals no maximum
    dy = dy / _ties(source, y, w)
    whole = np.zeros_like(dy, shape=source.shape)
    for _, place in w.taps():
        whole[place] += np.where(source[place] == y, dy, 0)
    return whole[inside(w)]


@primitive
def at_maxima(dx: Any, x: Any, y: Any, w: Windows) -> Any:
    """The mean of dx (n, c, *size) over the places where each window has its maximum: (n, c, *count)."""
    source, moved = padded(x, w, np.nan), padded(dx, w)
    total = np.zeros_like(dx, shape=y.shape)
    for _, place in w.taps():
        total += np.where(source[place] == y, moved[place], 0)
    return total / _ties(source, y, w)


def _ties(source: Any, y: Any, w: Windows) -> Any:
    """How often each window has its maximum; 1 where that is NaN."""
    ties = np.zeros_like(y)
    for _, place in w.taps():
        ties += source[place] == y
    return np.maximum(ties, 1)


linear(to_maxima, lambda dy, out, g, x, y, w: at_maxima(dy, x, y, w), None, None, None)
linear(at_maxima, lambda dy, out, g, x, y, w: to_maxima(dy, x, y, w), None, None, None)
rule(
    window_max,
    lambda dy, y, x, w: to_maxima(dy, x, y, w),
    None,
    pushforward=lambda t, y, x, w: at_maxima(t[0], x, y, w),
)


def maxpool(x: Any, window: Any, stride: Any = None, pad: Any = 0) -> Any:
    """The maximum of each window of x (n, c, *size): (n, c, *count). Equal maxima share their gradient evenly.

    `stride` is the window where it is not given; borders never win. Raises `ValueError`, as `meanpool` does, for a
    window within the border alone.

    >>> maxpool(np.array([[[1.0, 3.0, 2.0, 0.0]]]), 2)
    array([[[3., 2.]]])
    """
    return window_max(x, _over(x, window, stride, pad, empty=False))


# Means and norms


@primitive
def window_sum(x: Any, w: Windows) -> Any:
    """The sum of each window, (n, c, *count)."""
    source = padded(x, w)
    total = np.zeros_like(x, shape=(*x.shape[:2], *w.places))
    for _, place in w.taps():
        total += source[place]
    return total


@primitive
def spread(y: Any, w: Windows) -> Any:
    """The adjoint of `window_sum`: (n, c, *size)."""
    whole = np.zeros_like(y, shape=(*y.shape[:2], *w.padded))
    for _, place in w.taps():
        whole[place] += y
    return whole[inside(w)].copy()


linear(window_sum, lambda dy, y, x, w: spread(dy, w), None)
linear(spread, lambda dy, y, x, w: window_sum(dy, w), None)


def meanpool(x: Any, window: Any, stride: Any = None, pad: Any = 0, *, count_borders: bool = False) -> Any:
    """The mean of each window of x (n, c, *size): (n, c, *count). Borders count with `count_borders`, as zeros.

    >>> meanpool(np.array([[[1.0, 3.0, 2.0, 0.0]]]), 2)
    array([[[2., 1.]]])
    >>> meanpool(np.array([[[1.0]]]), 2, pad=1), meanpool(np.array([[[1.0]]]), 2, pad=1, count_borders=True)
    (array([[[1.]]]), array([[[0.5]]]))
    """
    w = _over(x, window, stride, pad, empty=count_borders)
    if count_borders:
        return window_sum(x, w) / math.prod(w.kernel)
    return window_sum(x, w) / window_sum(np.ones_like(data(x), shape=(1, 1, *w.size)), w)


def lpnormpool(x: Any, p: float, window: Any, stride: Any = None, pad: Any = 0) -> Any:
    """The p-norm of each window of x (n, c, *size), p at least 1: (n, c, *count). Its gradient at 0 is 0.

    >>> lpnormpool(np.array([[[3.0, -4.0]]]), 2, 2)
    array([[[5.]]])
    """
    if not p >= 1:
        raise ValueError(f"lpnormpool takes p of at least 1; it was given {p}.")
    total = window_sum(np.abs(x) ** p, _over(x, window, stride, pad))
    zero = total == 0
    return np.where(zero, 0 * total, np.where(zero, 1, total) ** (1 / p))


def global_maxpool(x: Any) -> Any:
    """The maximum over all spatial axes, kept as length 1: (n, c, 1, ...).

    >>> global_maxpool(np.array([[[1.0, 3.0]]]))
    array([[[3.]]])
    """
    check_images("global_maxpool", x)
    return np.max(x, axis=tuple(range(2, x.ndim)), keepdims=True)


def global_meanpool(x: Any) -> Any:
    """The mean over all spatial axes, kept as length 1: (n, c, 1, ...).

    >>> global_meanpool(np.array([[[1.0, 3.0]]]))
    array([[[2.]]])
    """
    check_images("global_meanpool", x)
    return np.mean(x, axis=tuple(range(2, x.ndim)), keepdims=True)
