"""What each sample counts in an integral of samples, where the places are plain: the integral is linear in the samples.

A width is a number, or an array (..., n - 1) of the widths of the intervals along the last axis.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from tracker.scipy._linear_map import linear_map


def widths(x: Any, dx: Any, axis: int) -> Any:
    """The widths of the intervals between plain samples at `x`, or at distances of `dx`."""
    if x is None:
        return dx if np.ndim(dx) == 0 else np.moveaxis(np.asarray(dx), axis, -1)
    return np.diff(x) if np.ndim(x) == 1 else np.moveaxis(np.diff(x, axis=axis), axis, -1)


def integral(name: str, value: Callable[[Any], Any], weights: Any, axis: int) -> Callable[[Any], Any]:
    """`value`, the sum over `axis` of the samples times `weights` (n,) or (..., n), as a linear map."""

    def adjoint(dy: Any) -> Any:
        # once for all lines, in the precision of the gradient
        return np.moveaxis(np.expand_dims(dy, -1) * weights.astype(np.real(dy).dtype, copy=False), -1, axis)

    return linear_map(name, value, adjoint)


def running_trapezoid(name: str, value: Callable[[Any], Any], h: Any, start: int, axis: int) -> Callable[[Any], Any]:
    """`value`, trapezoids summed one by one behind `start` zeros, as a linear map."""

    def adjoint(dy: Any) -> Any:
        g = np.moveaxis(dy, axis, -1)[..., start:]
        g = np.flip(np.cumsum(np.flip(g, -1), axis=-1), -1) * (h / 2)
        dx = np.zeros((*g.shape[:-1], g.shape[-1] + 1), g.dtype)
        dx[..., :-1] += g
        dx[..., 1:] += g
        return np.moveaxis(dx, -1, axis)

    return linear_map(name, value, adjoint)


def trapezoid_weights(n: int, h: Any) -> Any:
    """Half of the widths on both sides."""
    w = _zeros(n, h)
    w[..., :-1] += h / 2
    w[..., 1:] += h / 2
    return w


def simpson_weights(n: int, h: Any) -> Any:
    """Those of parabolas through three samples each; of an even number the last interval as Cartwright has it."""
    if n == 2:
        return trapezoid_weights(n, h)
    w = _zeros(n, h)
    left, right = (h, h) if np.ndim(h) == 0 else (h[..., :-1:2], h[..., 1::2])
    first, second = first_part(left, right), first_part(right, left)
    w[..., :-2:2] += first[0] + second[2]
    w[..., 1:-1:2] += first[1] + second[1]
    w[..., 2::2] += first[2] + second[0]
    if n % 2 == 0:
        last = first_part(h, h) if np.ndim(h) == 0 else first_part(h[..., -1], h[..., -2])
        for k, weight in enumerate(last):
            w[..., -1 - k] += weight
    return w


def first_part(h: Any, next_h: Any) -> tuple[Any, Any, Any]:
    """What a, b and c count in the integral from a to b of the parabola through them: Cartwright (2017), equation 8."""
    share, ratio = h / (h + next_h), h / next_h
    both = share * ratio
    return h / 6 * (3 - share), h / 6 * (3 + both + share), h / 6 * -both


def romberg_weights(n: int, h: Any) -> Any:
    """Those of 2^k + 1 samples: trapezoids of 1, 2, 4, ... intervals, extrapolated."""
    count = int(n - 1).bit_length()
    shares = np.eye(count)
    for j in range(1, count):
        shares = shares[1:] + (shares[1:] - shares[:-1]) / (4**j - 1)
    w = _zeros(n, h)
    for k, share in enumerate(shares[0]):
        step = (n - 1) >> k
        w[..., ::step] += share * trapezoid_weights((1 << k) + 1, h * step)
    return w


def _zeros(n: int, h: Any) -> Any:
    return np.zeros((*np.shape(h)[:-1], n), np.result_type(h, np.float64))
