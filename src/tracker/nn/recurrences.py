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


# With buffers, gates come first, (gates, ..., n): products of n columns are quicker than those of all gates at once,
# and so is arithmetic on the slices of one gate (benchmarks/lstm.py).


def _by_gate(a: Any, n: int) -> Any:
    return a.reshape(-1, n, *a.shape[1:])


def _first_gates(x: Any, w_in: Any, n: int) -> Any:
    """What the inputs give to the gates at all times: (gates, time, batch, n)."""
    y = np.matmul(x.reshape(-1, x.shape[-1]), np.swapaxes(_by_gate(w_in, n), -1, -2))
    return y.reshape(len(w_in) // n, *x.shape[:2], n)


# What is kept in cache on the way back: at most so many rows of gradients before they go into those of the weights.
# Fresh memory costs more than arithmetic here.
_ROWS: Final = 256


def _back_through_time(
    step: Callable[..., None], x: Any, w_in: Any, w: Any, h: Any, hs: Any, wanted: bool, apart: bool = False
) -> Arrays:
    """Gradients by x, w_in, w and the biases of both, from `step(t, dz, dv)`, called from the last step to the first.

    It writes the gradients by w_in x and by w h, (gates, batch, n) each: one array for both unless they are `apart`.
    """
    steps, (batch, n) = len(x), h.shape
    length = max(1, min(steps, _ROWS // max(1, batch)))
    dz = np.empty_like(w, shape=(len(w) // n, length, batch, n))
    dv = np.empty_like(dz) if apart else dz
    dx = np.empty_like(x, shape=x.shape, order="C") if wanted else None
    dw_in, dw = np.zeros_like(w_in), np.zeros_like(w)
    db, dbv = _zeros(w[:, 0], 2)
    for end in range(steps, 0, -length):
        start = max(0, end - length)
        for t in reversed(range(start, end)):
            step(t, dz[:, t - start], dv[:, t - start])
        part = dz[:, : end - start]
        db += np.sum(part, axis=(1, 2)).reshape(-1)
        _add_product(dw_in, part, x[start:end])
        if dx is not None:
            np.sum(part @ _by_gate(w_in, n)[:, None], axis=0, out=dx[start:end])
        if apart:
            part = dv[:, : end - start]
            dbv += np.sum(part, axis=(1, 2)).reshape(-1)
        if start == 0:
            _add_product(dw, part[:, :1], h[None])
            part = part[:, 1:]
        _add_product(dw, part, hs[max(0, start - 1) : end - 1])
    return dx, dw_in, dw, db, dbv


def _add_product(dw: Any, dz: Any, x: Any) -> None:
    """Add the sum over time and batch of dz (gates, time, batch, n) times x (time, batch, m) to dw (rows, m)."""
    rows = dz.reshape(len(dz), -1, dz.shape[-1])
    dw += np.matmul(np.swapaxes(rows, -1, -2), x.reshape(-1, dw.shape[1])).reshape(dw.shape)


def _dot(dz: Any, w: Any, product: Any, out: Any) -> Any:
    """The gradient by h of the gates' products: dz (gates, batch, n), w (gates, n, n), to (batch, n)."""
    return np.sum(np.matmul(dz, w, out=product), axis=0, out=out)


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
            slope(y[0][t], dz[0])
            dz *= dh
            np.matmul(dz[0], w, out=dh)

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
    x, w_in, w, b, h, c = _alike(x, w_in, w, b, h, c)
    n = w.shape[1]
    # sigmoid(x) is (1 + tanh(x / 2)) / 2: one tanh for all gates, which NumPy vectorises, as it does not expit
    scale = np.full_like(b, 0.5)
    scale[2 * n : 3 * n] = 1
    gates = _first_gates(x, w_in * scale[:, None], n)
    wt = np.copy(np.swapaxes(_by_gate(w * scale[:, None], n), -1, -2), order="C")
    b = (b * scale).reshape(4, 1, n)
    product = np.empty_like(gates, shape=(4, *h.shape))
    hs, cs = (np.empty_like(gates, shape=(len(x), *h.shape)) for _ in range(2))
    for t in range(len(x)):
        a = gates[:, t]
        a += np.matmul(h, wt, out=product)
        a += b
        np.tanh(a, out=a)
        _to_sigmoid(a[:2])
        _to_sigmoid(a[3])
        i, f, g, o = a
        np.multiply(f, c, out=cs[t])
        h, c = hs[t], cs[t]
        c += np.multiply(i, g, out=h)
        np.multiply(o, np.tanh(c, out=h), out=h)
    return hs, cs, gates


def _to_sigmoid(a: Any) -> None:
    a *= 0.5
    a += 0.5


def _lstm_backward(dy: Arrays, y: Arrays, x: Any, w_in: Any, w: Any, b: Any, h: Any, c: Any, wanted: bool) -> Arrays:
    hs, cs, gates = y
    by_gate, product = _by_gate(w, w.shape[1]), np.empty_like(gates, shape=(4, *h.shape))
    dh, dc, part, tanh_c = _zeros(h, 4)

    def step(t: int, dz: Any, _: Any) -> None:
        a = gates[:, t]
        (i, f, g, o), (di, df, dg, do) = a, dz
        np.multiply(a, a, out=dz)
        np.subtract(a, dz, out=product)  # the slopes: a - a**2 of a sigmoid, 1 - a**2 of tanh
        np.subtract(1, dg, out=product[2])
        _add_to(dh, dy[0], t)
        np.multiply(dh, np.tanh(cs[t], out=tanh_c), out=part)
        np.multiply(product[3], part, out=do)
        np.multiply(part, tanh_c, out=part)
        np.multiply(np.subtract(dh, part, out=part), o, out=part)
        np.add(dc, part, out=dc)
        _add_to(dc, dy[1], t)
        product[:3] *= dc
        np.multiply(product[0], g, out=di)
        np.multiply(product[1], cs[t - 1] if t else c, out=df)
        np.multiply(product[2], i, out=dg)
        np.multiply(dc, f, out=dc)
        _dot(dz, by_gate, product, dh)

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
    gates = _first_gates(x, w_in, n)
    wt = np.copy(np.swapaxes(_by_gate(w, n), -1, -2), order="C")
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
        _to_sigmoid(a[:2])
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
    by_gate, product = _by_gate(w, w.shape[1]), np.empty_like(gates, shape=(3, *h.shape))
    dh, part = _zeros(h, 2)

    def step(t: int, dz: Any, dv: Any) -> None:
        a = gates[:, t]
        reset, update, new = a
        np.multiply(a, a, out=product)
        np.subtract(a, product, out=dz)  # the slopes: a - a**2 of a sigmoid, 1 - a**2 of tanh
        np.subtract(1, product[2], out=dz[2])
        _add_to(dh, dy[0], t)
        dz[1] *= np.multiply(np.subtract(hs[t - 1] if t else h, new, out=part), dh, out=part)
        dz[2] *= np.multiply(np.subtract(1, update, out=part), dh, out=part)
        dz[0] *= np.multiply(dz[2], inner[t], out=part)
        dv[:2] = dz[:2]
        np.multiply(dz[2], reset, out=dv[2])
        np.multiply(dh, update, out=part)
        np.add(_dot(dv, by_gate, product, dh), part, out=dh)

    dx, dw_in, dw, db_in, db = _back_through_time(step, x, w_in, w, h, hs, wanted, apart=True)
    return dx, dw_in, dw, db_in, db, dh, None


_register(gru, _gru_definition, _gru_backward)
