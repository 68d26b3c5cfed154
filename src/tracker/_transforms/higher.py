"""Whole Jacobians and Hessians, and products with them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from tracker import tree
from tracker._arrays import handles
from tracker._arrays.leaf import collect, own_value
from tracker._transforms.custom import record_joint
from tracker._transforms.forward import pushforward
from tracker._transforms.reverse import grad, pullback


def jacobian(f: Callable[..., Any], x: Any, mode: str | None = None) -> Any:
    """The derivative of the array `f(x)`, or list of numbers, by the array `x`, of shape `y.shape + x.shape`.

    `mode` is "reverse" (one sweep per entry of y), "forward" (one run of f per entry of x),
    or None: reverse unless y has more entries than x. Raises `ValueError` for another mode.
    With respect to complex x it is the complex derivative where f has one (is holomorphic), and
    for a real y the gradient of each entry.

    >>> jacobian(lambda x: x**2, np.array([1.0, 2.0]))
    array([[2., 0.],
           [0., 4.]])
    """
    if not (mode is None or isinstance(mode, str) and mode in ("reverse", "forward")):
        raise ValueError(f'mode is "reverse", "forward" or None; it was {mode!r}.')
    x = _array_argument(x)
    g = lambda x: _array_result(f(x))
    if mode == "forward":
        return _of_columns(g, x)
    y, back = pullback(g, x)
    if mode is None and np.size(handles.plain(y)) > np.size(handles.plain(x)):
        return _of_columns(g, x)
    return _by_rows(y, back, x)


def _array_result(y: Any) -> Any:
    if isinstance(y, list | tuple):
        return collect(list(y))
    plain = handles.plain(y)
    if not hasattr(plain, "shape") and not isinstance(plain, int | float | complex):
        raise TypeError(f"jacobian takes a function that gives an array; this one gave a {type(y).__name__}.")
    return y


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
    if not handles.is_tracked(x):
        return f(x)

    def run(value: Any) -> tuple[Any, Callable[[Any], Any]]:
        y = f(value)
        if not hasattr(y, "dtype") and not isinstance(y, complex | float | int):
            raise TypeError(f"forwarddiff: the function must return a number or an array, not a {type(y).__name__}.")
        columns = _by_columns(f, value, 1)
        turned = _by_columns(f, value, 1j) if _is_complex(value) else None
        axes = np.ndim(y)

        def back(dy: Any) -> Any:
            g = np.real(np.tensordot(np.conj(dy), columns, axes))
            return (g if turned is None else g + 1j * np.real(np.tensordot(np.conj(dy), turned, axes)),)

        return y, back

    return record_joint("forwarddiff", run, (x,))


def _array_argument(x: Any) -> Any:
    if handles.is_tracked(x) or tree.is_parameter(x):
        return x
    return own_value(x)


def _is_complex(x: Any) -> bool:
    return bool(np.iscomplexobj(handles.plain(x)))


def _unit(like: Any, k: int, step: complex) -> Any:
    """`step` in entry `k`, else zeros: an array or number of the kind of `like`."""
    if not hasattr(like, "__setitem__"):
        return type(like)(step)
    unit = np.zeros_like(like)
    unit[np.unravel_index(k, like.shape)] = step
    return unit


def _by_rows(y: Any, back: Callable[[Any], Any], x: Any) -> Any:
    shape = np.shape(y)
    plain = handles.plain(y)
    rows = []
    for k in range(np.size(plain)):
        dy = _unit(plain, k, 1)
        row = back(dy)[0]
        if _is_complex(y):  # back gives the conjugate, of which a real x keeps the real part
            row = np.conj(row) if _is_complex(x) else row + 1j * back(1j * dy)[0]
        rows.append(row)
    if not rows:
        return np.zeros((*shape, *np.shape(x)), np.result_type(plain, handles.plain(x)))
    return np.reshape(np.stack(rows), (*shape, *np.shape(x)))


def _of_columns(f: Callable[..., Any], x: Any) -> Any:
    columns = _by_columns(f, x, 1)
    if _is_complex(x) and not _is_complex(columns):
        return columns + 1j * _by_columns(f, x, 1j)
    return columns


def _by_columns(f: Callable[..., Any], x: Any, step: complex) -> Any:
    """The derivative of `f` along `step` in each entry of x."""
    shape = np.shape(x)
    plain = handles.plain(x)
    columns = []
    for k in range(np.size(plain)):
        y, column = pushforward(f, (x,), (_unit(plain, k, step),))
        columns.append(np.zeros(np.shape(y)) if column is None else column)  # None: of whole numbers
    if not columns:
        y = handles.plain(f(x))
        return np.zeros((*np.shape(y), *shape), np.result_type(y, plain))
    stacked = np.stack(columns, axis=-1)
    return np.reshape(stacked, (*np.shape(stacked)[:-1], *shape))
