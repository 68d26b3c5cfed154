"""The gated unit of Cho et al. (2014), with the reset gate after the product: its bias is within the gate."""

from __future__ import annotations

from typing import Any

import numpy as np

from tracker._arrays.handles import is_tracked
from tracker.nn._primitive import primitive
from tracker.nn.activations import sigmoid
from tracker.nn.through_time import (
    Arrays,
    add_to,
    alike,
    back_through_time,
    by_gate,
    dot,
    first_gates,
    projected,
    register,
    stacked,
    to_sigmoid,
    zeros,
)


def _gru_definition(x: Any, w_in: Any, w: Any, b_in: Any, b: Any, h: Any, wanted: bool) -> Arrays:
    hs, n = [], w.shape[1]
    for z in projected(x, w_in):
        z = z + b_in
        v = h @ w.T + b
        reset, update = np.split(sigmoid(z[..., : 2 * n] + v[..., : 2 * n]), 2, axis=-1)
        new = np.tanh(z[..., 2 * n :] + reset * v[..., 2 * n :])
        h = new + update * (h - new)
        hs.append(h)
    return (stacked(hs, h),)


def gru(x: Any, w_in: Any, w: Any, b_in: Any, b: Any, h: Any) -> Any:
    """All states (time, batch, n); the gates in the order reset, update, new.

    >>> gru(np.zeros((1, 1, 1)), *np.zeros((2, 3, 1)), *np.zeros((2, 3)), np.ones((1, 1)))
    array([[[0.5]]])
    """
    return gru_loop(x, w_in, w, b_in, b, h, is_tracked(x))[0]


@primitive
def gru_loop(x: Any, w_in: Any, w: Any, b_in: Any, b: Any, h: Any, wanted: bool) -> Arrays:
    """The states of `gru`, then what the way back needs."""
    x, w_in, w, b_in, b, h = alike(x, w_in, w, b_in, b, h)
    n = w.shape[1]
    gates = first_gates(x, w_in, n)
    wt = np.copy(np.swapaxes(by_gate(w, n), -1, -2), order="C")
    b_in, b = b_in.reshape(3, 1, n), b.reshape(3, 1, n)
    product = np.empty_like(gates, shape=(3, *h.shape))
    hs, inner = (np.empty_like(gates, shape=(len(x), *h.shape)) for _ in range(2))
    for t in range(len(x)):
        a = gates[:, t]
        a += b_in
        np.add(np.matmul(h, wt, out=product), b, out=product)
        inner[t] = product[2]
        a[:2] += product[:2]
        a[:2] *= 0.5  # a sigmoid is (1 + tanh(x / 2)) / 2
        np.tanh(a[:2], out=a[:2])
        to_sigmoid(a[:2])
        reset, update, new = a
        new += np.multiply(reset, inner[t], out=product[0])
        np.tanh(new, out=new)
        np.subtract(h, new, out=hs[t])
        h = hs[t]
        h *= update
        h += new
    return hs, inner, gates


def _gru_backward(dy: Arrays, y: Arrays, x: Any, w_in: Any, w: Any, b_in: Any, b: Any, h: Any, wanted: bool) -> Arrays:
    hs, inner, gates = y
    rows, product = by_gate(w, w.shape[1]), np.empty_like(gates, shape=(3, *h.shape))
    dh, part = zeros(h, 2)

    def step(t: int, dz: Any, dv: Any) -> None:
        a = gates[:, t]
        reset, update, new = a
        np.multiply(a, a, out=product)
        np.subtract(a, product, out=dz)  # the slopes: a - a**2 of a sigmoid, 1 - a**2 of tanh
        np.subtract(1, product[2], out=dz[2])
        add_to(dh, dy[0], t)
        dz[1] *= np.multiply(np.subtract(hs[t - 1] if t else h, new, out=part), dh, out=part)
        dz[2] *= np.multiply(np.subtract(1, update, out=part), dh, out=part)
        dz[0] *= np.multiply(dz[2], inner[t], out=part)
        dv[:2] = dz[:2]
        np.multiply(dz[2], reset, out=dv[2])
        np.multiply(dh, update, out=part)
        np.add(dot(dv, rows, product, dh), part, out=dh)

    dx, dw_in, dw, db_in, db = back_through_time(step, x, w_in, w, h, hs, wanted, apart=True)
    return dx, dw_in, dw, db_in, db, dh, None


register(gru_loop, _gru_definition, _gru_backward)
