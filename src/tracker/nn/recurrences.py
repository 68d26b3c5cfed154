"""The loops over time of recurrent layers, each one step of the record, back-propagated in one loop through time.

A loop is written twice: as its definition, in functions that have rules, and with buffers for plain NumPy
arrays, forward and backward. All else (forward mode, higher orders, other arrays) runs the definition.
Their arguments: x (time, batch, n_in), weights w_in (rows, n_in) and w (rows, n), biases (rows,), states (batch, n),
and whether the gradient by x is wanted; rows is n times the number of gates.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import numpy as np

from tracker._core.registry import lookup, rule
from tracker._transforms.forward import pushforward
from tracker._transforms.reverse import pullback
from tracker.nn._primitive import primitive
from tracker.nn.activations import relu, sigmoid

Arrays = tuple[Any, ...]


def _is_plain(*arrays: Any) -> bool:
    """Whether the loops with buffers can take these arrays."""
    return all(type(x) is np.ndarray for x in arrays) and len({x.dtype.char for x in arrays}) == 1


def _alike(*arrays: Any) -> Arrays:
    """The arrays in their common dtype."""
    dtype = np.result_type(*arrays)
    return tuple(np.astype(x, dtype, copy=False) for x in arrays)


def _register(f: Callable[..., Any], definition: Callable[..., Arrays], backward: Callable[..., Arrays]) -> None:
    """The rule of `f`, whose results begin with those of `definition`; `backward(dy, y, *arrays)` is quick."""
    n = definition.__code__.co_argcount

    def joint(dy: Any, y: Any, values: Any) -> Any:
        if not _is_plain(*values[:-1], *(part for part in dy if part is not None)):
            expected, back = pullback(definition, *values)
            return back(_complete(dy, expected))
        return backward(dy, y, *values)

    def forward(tangents: Any, y: Any, *values: Any) -> Any:
        moved = pushforward(definition, values, tangents)[1]
        return (*moved, *(np.zeros_like(part) for part in y[len(moved) :]))

    rule(f, *[_entry(joint, k) for k in range(n)], pushforward=forward)
    op = lookup(f)
    assert op is not None
    op.joint = joint


def _entry(joint: Callable[..., Any], k: int) -> Callable[..., Any]:
    return lambda dy, y, *values: joint(dy, y, values)[k]


def _complete(dy: Any, y: Arrays) -> Arrays:
    """Zeros where a result was not used."""
    return tuple(np.zeros_like(part) if d is None else d for part, d in zip(y, dy))


def _stacked(states: list[Any], h: Any) -> Any:
    return np.stack(states) if states else h[None][:0]


def _projected(x: Any, w_in: Any) -> Any:
    """What the inputs give to the gates at all times: one product, (time, batch, rows)."""
    return (x.reshape(-1, x.shape[-1]) @ w_in.T).reshape(*x.shape[:2], w_in.shape[0])


# What is kept in cache on the way back: at most so many rows of gradients before they go into those of the weights.
# Fresh memory costs more than arithmetic here (benchmarks/recurrent.py).
_ROWS: Final = 256


def _back_through_time(
    step: Callable[..., None], x: Any, w_in: Any, w: Any, h: Any, hs: Any, wanted: bool, apart: bool = False
) -> Arrays:
    """Gradients by x, w_in, w and the biases of both, from `step(t, dz, dv)`, called from the last step to the first.

    It writes the gradients by w_in x and by w h, (batch, rows) each: one array for both unless they are `apart`.
    """
    steps, batch, n_in = x.shape
    length = max(1, min(steps, _ROWS // max(1, batch)))
    dz = np.empty_like(w, shape=(length, batch, w.shape[0]))
    dv = np.empty_like(dz) if apart else dz
    dx = np.empty_like(x, shape=x.shape, order="C") if wanted else None
    dw_in, dw, db, dbv = np.zeros_like(w_in), np.zeros_like(w), *_zeros(w[:, 0], 2)
    for end in range(steps, 0, -length):
        start = max(0, end - length)
        for t in reversed(range(start, end)):
            step(t, dz[t - start], dv[t - start])
        gates = dz[: end - start].reshape(-1, w.shape[0])
        dw_in += gates.T @ x[start:end].reshape(-1, n_in)
        db += gates.sum(axis=0)
        if dx is not None:
            np.matmul(gates, w_in, out=dx[start:end].reshape(-1, n_in))
        if apart:
            gates = dv[: end - start].reshape(-1, w.shape[0])
            dbv += gates.sum(axis=0)
        if start == 0:
            dw += gates[:batch].T @ h
            gates = gates[batch:]
        dw += gates.T @ hs[max(0, start - 1) : end - 1].reshape(-1, w.shape[1])
    return dx, dw_in, dw, db, dbv


def _zeros(x: Any, k: int) -> list[Any]:
    return [np.zeros_like(x) for _ in range(k)]


# Elman (1990): h' = activation(w_in x + w h + b)

_SLOPES: Final[dict[Any, Callable[..., Any]]] = {
    np.tanh: lambda h, out: np.subtract(1, np.multiply(h, h, out=out), out=out),
    relu: lambda h, out: np.greater(h, 0, out=out, casting="unsafe"),
}


def rnn(x: Any, w_in: Any, w: Any, b: Any, h: Any, activation: Callable[[Any], Any], wanted: bool = True) -> Any:
    """All states (time, batch, n) of h' = activation(w_in x + w h + b).

    >>> rnn(np.ones((2, 1, 1)), np.ones((1, 1)), np.ones((1, 1)), np.zeros(1), np.zeros((1, 1)), relu).ravel()
    array([1., 2.])
    """
    loop = _ELMAN.get(activation)
    return (_elman(x, w_in, w, b, h, activation) if loop is None else loop(x, w_in, w, b, h, wanted))[0]


def _elman(x: Any, w_in: Any, w: Any, b: Any, h: Any, activation: Callable[[Any], Any]) -> Arrays:
    states = []
    for z in _projected(x, w_in):
        h = activation(z + h @ w.T + b)
        states.append(h)
    return (_stacked(states, h),)


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
            slope(y[0][t], dz)
            dz *= dh
            np.matmul(dz, w, out=dh)

        dx, dw_in, dw, db, _ = _back_through_time(step, x, w_in, w, h, y[0], wanted)
        return dx, dw_in, dw, db, dh, None

    return backward


_register(tanh_loop, _tanh_definition, _elman_backward(np.tanh))
_register(relu_loop, _relu_definition, _elman_backward(relu))
_ELMAN: Final[dict[Any, Callable[..., Any]]] = {np.tanh: tanh_loop, relu: relu_loop}


# Hochreiter & Schmidhuber (1997) with the forget gate of Gers, Schmidhuber & Cummins (2000)


def _lstm_definition(x: Any, w_in: Any, w: Any, b: Any, h: Any, c: Any, wanted: bool) -> Arrays:
    hs, cs = [], []
    for z in _projected(x, w_in):
        i, f, g, o = np.split(z + h @ w.T + b, 4, axis=-1)
        c = sigmoid(f) * c + sigmoid(i) * np.tanh(g)
        h = sigmoid(o) * np.tanh(c)
        hs.append(h)
        cs.append(c)
    return _stacked(hs, h), _stacked(cs, c)


@primitive
def lstm(x: Any, w_in: Any, w: Any, b: Any, h: Any, c: Any, wanted: bool = True) -> Arrays:
    """All states h and c, (time, batch, n), and the values of the gates, in the order input, forget, cell, output.

    >>> lstm(np.zeros((1, 1, 1)), *np.ones((2, 4, 1)), np.zeros(4), np.zeros((1, 1)), np.ones((1, 1)))[1]
    array([[[0.5]]])
    """
    # sigmoid(x) is (1 + tanh(x / 2)) / 2: one tanh for all gates, which NumPy vectorises, as it does not expit
    x, w_in, w, b, h, c = _alike(x, w_in, w, b, h, c)
    n = w.shape[1]
    scale, shift = (np.full_like(b, 0.5) for _ in range(2))
    scale[2 * n : 3 * n], shift[2 * n : 3 * n] = 1, 0
    gates, wt = _projected(x, w_in), np.copy(w.T, order="C")
    product = np.empty_like(gates, shape=gates.shape[1:])
    hs, cs = (np.empty_like(gates, shape=(len(x), *h.shape)) for _ in range(2))
    for t in range(len(x)):
        a = gates[t]
        a += np.matmul(h, wt, out=product)
        a += b
        a *= scale
        np.tanh(a, out=a)
        a *= scale
        a += shift
        i, f, g, o = _quarters(a)
        np.multiply(f, c, out=cs[t])
        h, c = hs[t], cs[t]
        c += np.multiply(i, g, out=h)
        np.multiply(o, np.tanh(c, out=h), out=h)
    return hs, cs, gates


def _quarters(a: Any) -> list[Any]:
    n = a.shape[-1] // 4
    return [a[..., k * n : (k + 1) * n] for k in range(4)]


def _lstm_backward(dy: Arrays, y: Arrays, x: Any, w_in: Any, w: Any, b: Any, h: Any, c: Any, wanted: bool) -> Arrays:
    (hs, cs, gates), n = y, w.shape[1]
    squares = np.empty_like(gates, shape=gates.shape[1:])
    dh, dc, part, tanh_c = _zeros(h, 4)

    def step(t: int, dz: Any, _: Any) -> None:
        a = gates[t]
        (i, f, g, o), (di, df, dg, do) = _quarters(a), _quarters(dz)
        np.multiply(a, a, out=squares)
        np.subtract(a, squares, out=dz)  # the slopes: a - a**2 of a sigmoid, 1 - a**2 of tanh
        np.subtract(1, squares[:, 2 * n : 3 * n], out=dg)
        _add_to(dh, dy[0], t)
        do *= np.multiply(dh, np.tanh(cs[t], out=tanh_c), out=part)
        np.multiply(part, tanh_c, out=part)
        np.multiply(np.subtract(dh, part, out=part), o, out=part)
        np.add(dc, part, out=dc)
        _add_to(dc, dy[1], t)
        di *= np.multiply(dc, g, out=part)
        df *= np.multiply(dc, cs[t - 1] if t else c, out=part)
        dg *= np.multiply(dc, i, out=part)
        np.multiply(dc, f, out=dc)
        np.matmul(dz, w, out=dh)

    dx, dw_in, dw, db, _ = _back_through_time(step, x, w_in, w, h, hs, wanted)
    return dx, dw_in, dw, db, dh, dc, None


def _add_to(total: Any, dy: Any, t: int) -> None:
    if dy is not None:
        np.add(total, dy[t], out=total)


_register(lstm, _lstm_definition, _lstm_backward)


# Cho et al. (2014), with the reset gate after the product: its bias is within the gate


def _gru_definition(x: Any, w_in: Any, w: Any, b_in: Any, b: Any, h: Any, wanted: bool) -> Arrays:
    hs, n = [], w.shape[1]
    for z in _projected(x, w_in):
        z = z + b_in
        v = h @ w.T + b
        reset, update = np.split(sigmoid(z[..., : 2 * n] + v[..., : 2 * n]), 2, axis=-1)
        new = np.tanh(z[..., 2 * n :] + reset * v[..., 2 * n :])
        h = new + update * (h - new)
        hs.append(h)
    return (_stacked(hs, h),)


@primitive
def gru(x: Any, w_in: Any, w: Any, b_in: Any, b: Any, h: Any, wanted: bool = True) -> Arrays:
    """All states (time, batch, n), then the values of w h + b for the new state and of the gates.

    Gates are in the order reset, update, new.

    >>> gru(np.zeros((1, 1, 1)), *np.zeros((2, 3, 1)), *np.zeros((2, 3)), np.ones((1, 1)))[0]
    array([[[0.5]]])
    """
    x, w_in, w, b_in, b, h = _alike(x, w_in, w, b_in, b, h)
    n = w.shape[1]
    gates, wt = _projected(x, w_in), np.copy(w.T, order="C")
    product = np.empty_like(gates, shape=gates.shape[1:])
    hs, inner = (np.empty_like(gates, shape=(len(x), *h.shape)) for _ in range(2))
    for t in range(len(x)):
        a, new = gates[t, :, : 2 * n], gates[t, :, 2 * n :]
        gates[t] += b_in
        np.matmul(h, wt, out=product)
        product += b
        a += product[:, : 2 * n]
        a *= 0.5
        np.tanh(a, out=a)
        a *= 0.5
        a += 0.5
        inner[t] = product[:, 2 * n :]
        new += np.multiply(a[:, :n], inner[t], out=product[:, :n])
        np.tanh(new, out=new)
        np.subtract(h, new, out=hs[t])
        h = hs[t]
        h *= a[:, n:]
        h += new
    return hs, inner, gates


def _gru_backward(dy: Arrays, y: Arrays, x: Any, w_in: Any, w: Any, b_in: Any, b: Any, h: Any, wanted: bool) -> Arrays:
    (hs, inner, gates), n = y, w.shape[1]
    squares = np.empty_like(gates, shape=gates.shape[1:])
    dh, part = _zeros(h, 2)

    def step(t: int, dz: Any, dv: Any) -> None:
        a = gates[t]
        reset, update, new = a[:, :n], a[:, n : 2 * n], a[:, 2 * n :]
        np.multiply(a, a, out=squares)
        np.subtract(a, squares, out=dz)
        np.subtract(1, squares[:, 2 * n :], out=dz[:, 2 * n :])
        _add_to(dh, dy[0], t)
        dz[:, n : 2 * n] *= np.multiply(np.subtract(hs[t - 1] if t else h, new, out=part), dh, out=part)
        dz[:, 2 * n :] *= np.multiply(np.subtract(1, update, out=part), dh, out=part)
        dz[:, :n] *= np.multiply(dz[:, 2 * n :], inner[t], out=part)
        dv[...] = dz
        dv[:, 2 * n :] *= reset
        np.multiply(dh, update, out=part)
        np.add(np.matmul(dv, w, out=dh), part, out=dh)

    dx, dw_in, dw, db_in, db = _back_through_time(step, x, w_in, w, h, hs, wanted, apart=True)
    return dx, dw_in, dw, db_in, db, dh, None


_register(gru, _gru_definition, _gru_backward)
