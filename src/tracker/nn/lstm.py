"""The long short-term memory of Hochreiter & Schmidhuber (1997), with the forget gate of Gers et al. (2000)."""

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


def _lstm_definition(x: Any, w_in: Any, w: Any, b: Any, h: Any, c: Any, wanted: bool) -> Arrays:
    hs, cs = [], []
    for z in projected(x, w_in):
        i, f, g, o = np.split(z + h @ w.T + b, 4, axis=-1)
        c = sigmoid(f) * c + sigmoid(i) * np.tanh(g)
        h = sigmoid(o) * np.tanh(c)
        hs.append(h)
        cs.append(c)
    return stacked(hs, h), stacked(cs, c)


def lstm(x: Any, w_in: Any, w: Any, b: Any, h: Any, c: Any) -> Any:
    """All states h and c, (time, batch, n), the gates in the order input, forget, cell, output.

    >>> lstm(np.zeros((1, 1, 1)), *np.ones((2, 4, 1)), np.zeros(4), np.zeros((1, 1)), np.ones((1, 1)))[1]
    array([[[0.5]]])
    """
    return lstm_loop(x, w_in, w, b, h, c, is_tracked(x))[:2]


@primitive
def lstm_loop(x: Any, w_in: Any, w: Any, b: Any, h: Any, c: Any, wanted: bool) -> Arrays:
    """The states of `lstm`, then what the way back needs."""
    x, w_in, w, b, h, c = alike(x, w_in, w, b, h, c)
    n = w.shape[1]
    # sigmoid(x) is (1 + tanh(x / 2)) / 2: one tanh for all gates, which NumPy vectorises, as it does not expit
    scale = np.full_like(b, 0.5)
    scale[2 * n : 3 * n] = 1
    gates = first_gates(x, w_in * scale[:, None], n)
    wt = np.copy(np.swapaxes(by_gate(w * scale[:, None], n), -1, -2), order="C")
    b = (b * scale).reshape(4, 1, n)
    product = np.empty_like(gates, shape=(4, *h.shape))
    hs, cs = (np.empty_like(gates, shape=(len(x), *h.shape)) for _ in range(2))
    for t in range(len(x)):
        a = gates[:, t]
        a += np.matmul(h, wt, out=product)
        a += b
        np.tanh(a, out=a)
        to_sigmoid(a[:2])
        to_sigmoid(a[3])
        i, f, g, o = a
        np.multiply(f, c, out=cs[t])
        h, c = hs[t], cs[t]
        c += np.multiply(i, g, out=h)
        np.multiply(o, np.tanh(c, out=h), out=h)
    return hs, cs, gates


def _lstm_backward(dy: Arrays, y: Arrays, x: Any, w_in: Any, w: Any, b: Any, h: Any, c: Any, wanted: bool) -> Arrays:
    hs, cs, gates = y
    rows, product = by_gate(w, w.shape[1]), np.empty_like(gates, shape=(4, *h.shape))
    dh, dc, part, tanh_c = zeros(h, 4)

    def step(t: int, dz: Any, _: Any) -> None:
        a = gates[:, t]
        (i, f, g, o), (di, df, dg, do) = a, dz
        np.multiply(a, a, out=dz)
        np.subtract(a, dz, out=product)  # the slopes: a - a**2 of a sigmoid, 1 - a**2 of tanh
        np.subtract(1, dg, out=product[2])
        add_to(dh, dy[0], t)
        np.multiply(dh, np.tanh(cs[t], out=tanh_c), out=part)
        np.multiply(product[3], part, out=do)
        np.multiply(part, tanh_c, out=part)
        np.multiply(np.subtract(dh, part, out=part), o, out=part)
        np.add(dc, part, out=dc)
        add_to(dc, dy[1], t)
        product[:3] *= dc
        np.multiply(product[0], g, out=di)
        np.multiply(product[1], cs[t - 1] if t else c, out=df)
        np.multiply(product[2], i, out=dg)
        np.multiply(dc, f, out=dc)
        dot(dz, rows, product, dh)

    dx, dw_in, dw, db, _ = back_through_time(step, x, w_in, w, h, hs, wanted)
    return dx, dw_in, dw, db, dh, dc, None


register(lstm_loop, _lstm_definition, _lstm_backward)
