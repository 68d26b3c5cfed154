"""Integrals of samples: SciPy's values, with the derivatives of the same rules written in NumPy calls."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import scipy.integrate

from tracker._arrays import handles
from tracker._arrays.leaf import collect
from tracker.scipy._derived import derived
from tracker.scipy._sample_weights import (
    first_part,
    integral,
    romberg_weights,
    running_trapezoid,
    simpson_weights,
    trapezoid_weights,
    widths,
)

_integrate: Any = scipy.integrate


def trapezoid(y: Any, x: Any = None, dx: Any = 1.0, axis: int = -1) -> Any:
    """`scipy.integrate.trapezoid`, differentiable by `y`, `x` and `dx`.

    >>> import tracker
    >>> tracker.gradient(lambda y: trapezoid(y, dx=2.0), np.ones(3))
    (array([1., 2., 1.]),)
    """

    def composition(y: Any, x: Any, dx: Any) -> Any:
        y, h = _aligned(y, x, dx, axis)
        return np.sum(h * (y[..., 1:] + y[..., :-1]) / 2, axis=-1)

    value: Callable[..., Any] = lambda y, x, dx: _integrate.trapezoid(y, x, dx, axis)
    y, x, dx = _arrays(y, x, dx)
    if _only_samples(y, x, dx):
        weights = trapezoid_weights(y.shape[axis], widths(x, dx, axis))
        return integral("scipy.integrate.trapezoid", lambda y: value(y, x, dx), weights, axis)(y)
    return derived("scipy.integrate.trapezoid", value, composition, y, x, dx)


def cumulative_trapezoid(y: Any, x: Any = None, dx: Any = 1.0, axis: int = -1, initial: Any = None) -> Any:
    """`scipy.integrate.cumulative_trapezoid`, differentiable by `y`, `x` and `dx`.

    >>> import tracker
    >>> tracker.gradient(lambda y: cumulative_trapezoid(y)[0], np.ones(3))
    (array([0.5, 0.5, 0. ]),)
    """

    def composition(y: Any, x: Any, dx: Any, initial: Any) -> Any:
        y, h = _aligned(y, x, dx, axis)
        return _from(initial, np.cumsum(h * (y[..., 1:] + y[..., :-1]) / 2, axis=-1), False, axis)

    value: Callable[..., Any] = lambda y, x, dx, initial: _integrate.cumulative_trapezoid(y, x, dx, axis, initial)
    y, x, dx = _arrays(y, x, dx)
    if _only_samples(y, x, dx) and (initial is None or (type(initial) in (int, float) and initial == 0)):
        map_of = lambda y: value(y, x, dx, initial)
        start = 0 if initial is None else 1
        return running_trapezoid("scipy.integrate.cumulative_trapezoid", map_of, widths(x, dx, axis), start, axis)(y)
    return derived("scipy.integrate.cumulative_trapezoid", value, composition, y, x, dx, initial)


def simpson(y: Any, x: Any = None, *, dx: Any = 1.0, axis: int = -1) -> Any:
    """`scipy.integrate.simpson`, differentiable by `y`, `x` and `dx`.

    >>> import tracker
    >>> tracker.gradient(lambda y: simpson(y, dx=3.0), np.ones(3))
    (array([1., 4., 1.]),)
    """

    def composition(y: Any, x: Any, dx: Any) -> Any:
        y, h = _aligned(y, x, dx, axis)
        n = y.shape[-1]
        if n == 2:
            return h[..., 0] * (y[..., 0] + y[..., 1]) / 2
        left, right = h[..., :-1:2], h[..., 1::2]
        a, b, c = y[..., :-2:2], y[..., 1:-1:2], y[..., 2::2]
        pairs = np.sum(_first_part(a, b, c, left, right) + _first_part(c, b, a, right, left), axis=-1)
        if n % 2:
            return pairs
        # an even number of samples leaves one interval, under the parabola of the last three: Cartwright (2017)
        return pairs + _first_part(y[..., -1], y[..., -2], y[..., -3], h[..., -1], h[..., -2])

    value: Callable[..., Any] = lambda y, x, dx: _integrate.simpson(y, x=x, dx=dx, axis=axis)
    y, x, dx = _arrays(y, x, dx)
    if _only_samples(y, x, dx):
        weights = simpson_weights(y.shape[axis], widths(x, dx, axis))
        return integral("scipy.integrate.simpson", lambda y: value(y, x, dx), weights, axis)(y)
    return derived("scipy.integrate.simpson", value, composition, y, x, dx)


def cumulative_simpson(y: Any, *, x: Any = None, dx: Any = 1.0, axis: int = -1, initial: Any = None) -> Any:
    """`scipy.integrate.cumulative_simpson`, differentiable by `y`, `x`, `dx` and `initial`.

    >>> import tracker
    >>> tracker.gradient(lambda y: cumulative_simpson(y, dx=3.0)[-1], np.ones(3))
    (array([1., 4., 1.]),)
    """

    def composition(y: Any, x: Any, dx: Any, initial: Any) -> Any:
        y, h = _aligned(y, x, dx, axis)
        if y.shape[-1] < 3:
            parts = h * (y[..., 1:] + y[..., :-1]) / 2
        else:
            parts = _alternating(*_halves(y, h))
        return _from(initial, np.cumsum(parts, axis=-1), True, axis)

    value: Callable[..., Any] = lambda y, x, dx, initial: _integrate.cumulative_simpson(
        y, x=x, dx=dx, axis=axis, initial=initial
    )
    return derived("scipy.integrate.cumulative_simpson", value, composition, *_arrays(y, x, dx), initial)


def romb(y: Any, dx: Any = 1.0, axis: int = -1, show: bool = False) -> Any:
    """`scipy.integrate.romb` of 2^k + 1 samples, differentiable by `y` and `dx`.

    >>> import tracker
    >>> tracker.gradient(lambda y: romb(y, dx=3.0), np.ones(3))
    (array([1., 4., 1.]),)
    """

    def composition(y: Any, dx: Any) -> Any:
        return dx * np.sum(np.moveaxis(y, axis, -1) * romberg_weights(y.shape[axis], 1.0), axis=-1)

    y = collect(y) if isinstance(y, list | tuple) else y
    value: Callable[..., Any] = lambda y, dx: _integrate.romb(y, dx, axis, show)
    if _only_samples(y, None, dx) and np.ndim(dx) == 0 and _is_power(y.shape[axis] - 1):
        return integral("scipy.integrate.romb", lambda y: value(y, dx), romberg_weights(y.shape[axis], dx), axis)(y)
    return derived("scipy.integrate.romb", value, composition, y, dx)


def _arrays(y: Any, x: Any, dx: Any) -> tuple[Any, Any, Any]:
    return collect(y) if isinstance(y, list | tuple) else y, collect(x) if isinstance(x, list | tuple) else x, dx


def _only_samples(y: Any, x: Any, dx: Any) -> bool:
    """Whether of all these `y` alone is tracked, an array."""
    plain = handles.level_of(x) < 0 and handles.level_of(dx) < 0 and not handles.is_tracked(x)
    return plain and handles.is_tracked(y) and np.ndim(y) > 0


def _is_power(n: int) -> bool:
    return n > 0 and n & (n - 1) == 0


def _aligned(y: Any, x: Any, dx: Any, axis: int) -> tuple[Any, Any]:
    """The samples along the last axis, and the widths of the intervals between them."""
    if x is None:
        h = dx if np.ndim(handles.plain(dx)) == 0 else np.moveaxis(dx, axis, -1)
        y = np.moveaxis(y, axis, -1)
        return y, h * np.ones((*y.shape[:-1], max(y.shape[-1] - 1, 0)))
    h = np.diff(x) if np.ndim(handles.plain(x)) == 1 else np.moveaxis(np.diff(x, axis=axis), axis, -1)
    y = np.moveaxis(y, axis, -1)
    return y, h * np.ones((*y.shape[:-1], max(y.shape[-1] - 1, 0)))


def _halves(y: Any, h: Any) -> tuple[Any, Any]:
    """The parabola through each three samples, integrated over its first and over its second interval."""
    left, right = h[..., :-1], h[..., 1:]
    a, b, c = y[..., :-2], y[..., 1:-1], y[..., 2:]
    return _first_part(a, b, c, left, right), _first_part(c, b, a, right, left)


def _first_part(a: Any, b: Any, c: Any, h: Any, next_h: Any) -> Any:
    """The integral from `a` to `b`: Cartwright (2017), J. Math. Sci. Math. Educ. 12(2), equation 8."""
    of_a, of_b, of_c = first_part(h, next_h)
    return of_a * a + of_b * b + of_c * c


def _alternating(first: Any, second: Any) -> Any:
    """First half, second half of every other parabola in turn; the last interval is always a second half."""
    n = first.shape[-1] + 1
    odd = np.arange(n - 1) % 2 == 0
    starts = np.concatenate([np.where(odd, first, 0.0), np.zeros((*first.shape[:-1], 1))], axis=-1)
    last = np.where(odd | (np.arange(n - 1) == n - 2), second, 0.0)
    ends = np.concatenate([np.zeros((*first.shape[:-1], 1)), last], axis=-1)
    return np.where(np.arange(n) == n - 1, ends, starts + ends)


def _from(initial: Any, sums: Any, added: bool, axis: int) -> Any:
    """The sums with `initial` before them (and added to them, in Simpson's)."""
    if initial is not None:
        start = np.moveaxis(initial, axis, -1) if np.ndim(handles.plain(initial)) else initial
        start = start * np.ones((*sums.shape[:-1], 1))
        sums = np.concatenate([start, sums + start if added else sums], axis=-1)
    return np.moveaxis(sums, -1, axis)
