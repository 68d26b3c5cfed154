"""Whole Jacobians and Hessians, and products with them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from tracker import tree
from tracker._arrays import dispatch
from tracker._arrays.leaf import own_value
from tracker._transforms.custom import record_joint
from tracker._transforms.forward import pushforward
from tracker._transforms.reverse import grad, pullback


def jacobian(f: Callable[..., Any], x: Any, mode: str | None = None) -> Any:
    """The derivative of the array `f(x)` by the array `x`, of shape `y.shape + x.shape`.

    `mode` is "reverse" (one sweep per entry of y), "forward" (one run of f per entry of x),
    or None: reverse unless y has more entries than x. Raises `ValueError` for another mode.

    >>> jacobian(lambda x: x**2, np.array([1.0, 2.0]))
    array([[2., 0.],
           [0., 4.]])
    """
    if mode not in (None, "reverse", "forward"):
        raise ValueError(f'mode is "reverse", "forward" or None; it was {mode!r}.')
    x = _array_argument(x)
    if mode == "forward":
        return _by_columns(f, x)
    y, back = pullback(f, x)
    if mode is None and np.size(dispatch.plain(y)) > np.size(dispatch.plain(x)):
        return _by_columns(f, x)
    return _by_rows(y, back, x)


def hessian(f: Callable[..., Any], x: Any) -> Any:
    """The second derivative of the real number `f(x)`, of shape `x.shape + x.shape`.

    >>> hessian(lambda x: x[0] ** 2 * x[1], np.array([2.0, 3.0]))
    array([[6., 4.],
           [4., 0.]])
    """
    return jacobian(grad(f), x, "reverse")


def hvp(f: Callable[..., Any], x: Any, v: Any) -> Any:
    """The Hessian of `f` at `x` times `v`, at the cost of a few gradients (forward over reverse).

    `x` and `v` may be nested structures. Pearlmutter (1994), Neural Computation 6(1).

    >>> hvp(lambda x: x[0] ** 2 * x[1], np.array([2.0, 3.0]), np.array([1.0, 0.0]))
    array([6., 4.])
    """
    return pushforward(grad(f), (x,), (v,))[1]


def forwarddiff(f: Callable[..., Any], x: Any) -> Any:
    """`f(x)`, recorded as one step whose derivative is taken in forward mode.

    Worth it where x has few entries and f takes many steps. `x` is a number or an array.
    Raises `ValueError` if f uses another tracked value, whose gradient would be lost.

    >>> gradient = grad(lambda x: forwarddiff(lambda t: np.sin(t) * t, x))
    >>> bool(np.isclose(gradient(2.0), np.cos(2.0) * 2.0 + np.sin(2.0)))
    True
    """
    if not dispatch.is_tracked(x):
        return f(x)

    def run(value: Any) -> tuple[Any, Callable[[Any], Any]]:
        y = f(value)
        columns = jacobian(f, value, "forward")
        axes = np.ndim(y)

        def back(dy: Any) -> Any:
            return (np.tensordot(dy, np.conj(columns), axes),)

        return y, back

    return record_joint("forwarddiff", run, (x,))


def _array_argument(x: Any) -> Any:
    if dispatch.is_tracked(x) or tree.is_parameter(x):
        return x
    return own_value(x)


def _by_rows(y: Any, back: Callable[[Any], Any], x: Any) -> Any:
    shape = np.shape(y)
    plain = dispatch.plain(y)
    rows = []
    for k in range(np.size(plain)):
        dy = np.zeros(shape, plain.dtype if hasattr(plain, "dtype") else type(plain))
        dy.reshape(-1)[k] = 1
        rows.append(back(dy)[0])
    if not rows:
        return np.zeros((*shape, *np.shape(x)))
    return np.reshape(np.stack(rows), (*shape, *np.shape(x)))


def _by_columns(f: Callable[..., Any], x: Any) -> Any:
    shape = np.shape(x)
    plain = dispatch.plain(x)
    columns = []
    for k in range(np.size(plain)):
        dx = np.zeros(shape, plain.dtype if hasattr(plain, "dtype") else type(plain))
        dx.reshape(-1)[k] = 1
        columns.append(pushforward(f, (x,), (dx if shape else dx[()],))[1])
    if not columns:
        return np.zeros((*np.shape(f(x)), *shape))
    stacked = np.stack(columns, axis=-1)
    return np.reshape(stacked, (*np.shape(stacked)[:-1], *shape))
