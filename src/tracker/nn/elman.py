"""The simple recurrent network of Elman (1990): h' = activation(w_in x + w h + b)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import numpy as np

from tracker._arrays.handles import is_tracked
from tracker.nn._primitive import primitive
from tracker.nn.activations import relu
from tracker.nn.through_time import Arrays, back_through_time, projected, register, stacked

_SLOPES: Final[dict[Any, Callable[..., Any]]] = {
    np.tanh: lambda h, out: np.subtract(1, np.multiply(h, h, out=out), out=out),
    relu: lambda h, out: np.greater(h, 0, out=out, casting="unsafe"),
}


def rnn(x: Any, w_in: Any, w: Any, b: Any, h: Any, activation: Callable[[Any], Any]) -> Any:
    """All states (time, batch, n) of h' = activation(w_in x + w h + b).

    >>> rnn(np.ones((2, 1, 1)), np.ones((1, 1)), np.ones((1, 1)), np.zeros(1), np.zeros((1, 1)), relu).ravel()
    array([1., 2.])
    """
    loop = _LOOPS.get(activation)
    return (_elman(x, w_in, w, b, h, activation) if loop is None else loop(x, w_in, w, b, h, is_tracked(x)))[0]


def _elman(x: Any, w_in: Any, w: Any, b: Any, h: Any, activation: Callable[[Any], Any]) -> Arrays:
    states = []
    for z in projected(x, w_in):
        h = activation(z + h @ w.T + b)
        states.append(h)
    return (stacked(states, h),)


def _tanh_definition(x: Any, w_in: Any, w: Any, b: Any, h: Any, wanted: bool) -> Arrays:
    return _elman(x, w_in, w, b, h, np.tanh)


def _relu_definition(x: Any, w_in: Any, w: Any, b: Any, h: Any, wanted: bool) -> Arrays:
    return _elman(x, w_in, w, b, h, relu)


@primitive
def tanh_loop(x: Any, w_in: Any, w: Any, b: Any, h: Any, wanted: bool) -> Arrays:
    """`rnn` with tanh."""
    return _elman(x, w_in, w, b, h, np.tanh)


@primitive
def relu_loop(x: Any, w_in: Any, w: Any, b: Any, h: Any, wanted: bool) -> Arrays:
    """`rnn` with relu."""
    return _elman(x, w_in, w, b, h, relu)


def _elman_backward(activation: Any) -> Callable[..., Arrays]:
    slope = _SLOPES[activation]

    def backward(dy: Arrays, y: Arrays, x: Any, w_in: Any, w: Any, b: Any, h: Any, wanted: bool) -> Arrays:
        dh = np.zeros_like(h)

        def step(t: int, dz: Any, _: Any) -> None:
            np.add(dh, dy[0][t], out=dh)
            slope(y[0][t], dz[0])
            dz *= dh
            np.matmul(dz[0], w, out=dh)

        dx, dw_in, dw, db, _ = back_through_time(step, x, w_in, w, h, y[0], wanted)
        return dx, dw_in, dw, db, dh, None

    return backward


register(tanh_loop, _tanh_definition, _elman_backward(np.tanh))
register(relu_loop, _relu_definition, _elman_backward(relu))
_LOOPS: Final[dict[Any, Callable[..., Any]]] = {np.tanh: tanh_loop, relu: relu_loop}
