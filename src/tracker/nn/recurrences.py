"""The loops over time of recurrent layers, each one step of the record, back-propagated in one loop through time.

A loop is written twice: as its definition, in functions that have rules, and with buffers for plain NumPy
arrays, forward and backward. All else (forward mode, higher orders, other arrays) runs the definition.
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
        if not _is_plain(*values, *(part for part in dy if part is not None)):
            expected, back = pullback(definition, *values)
            return back(_complete(dy, expected))
        return backward(_complete(dy, y), y, *values)

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


def _stacked(states: list[Any], z: Any, n: int) -> Any:
    return np.stack(states) if states else z[..., :n]


def _weight_gradient(dz: Any, first: Any, states: Any) -> Any:
    """The sum over steps of dz_t' h_(t-1): one product for all of time."""
    before = np.concatenate([first[None], states[:-1]])[: len(dz)]
    return dz.reshape(-1, dz.shape[-1]).T @ before.reshape(-1, first.shape[-1])


# Elman (1990): h' = activation(z + w h)

_SLOPES: Final[dict[Any, Callable[..., Any]]] = {
    np.tanh: lambda h, out: np.subtract(1, np.multiply(h, h, out=out), out=out),
    relu: lambda h, out: np.greater(h, 0, out=out, casting="unsafe"),
}


def rnn(z: Any, w: Any, h: Any, activation: Callable[[Any], Any]) -> Any:
    """All states (time, batch, n) of h' = activation(z + h w'), z (time, batch, n), w (n, n), h (batch, n).

    >>> rnn(np.ones((2, 1, 1)), np.ones((1, 1)), np.zeros((1, 1)), relu).ravel()
    array([1., 2.])
    """
    if activation is np.tanh:
        return tanh_loop(z, w, h)[0]
    return relu_loop(z, w, h)[0] if activation is relu else _elman(z, w, h, activation)[0]


def _elman(z: Any, w: Any, h: Any, activation: Callable[[Any], Any]) -> Arrays:
    states = []
    for z_t in z:
        h = activation(z_t + h @ w.T)
        states.append(h)
    return (_stacked(states, z, w.shape[1]),)


def _tanh_definition(z: Any, w: Any, h: Any) -> Arrays:
    return _elman(z, w, h, np.tanh)


def _relu_definition(z: Any, w: Any, h: Any) -> Arrays:
    return _elman(z, w, h, relu)


@primitive
def tanh_loop(z: Any, w: Any, h: Any) -> Arrays:
    """`rnn` with tanh."""
    return _elman(z, w, h, np.tanh)


@primitive
def relu_loop(z: Any, w: Any, h: Any) -> Arrays:
    """`rnn` with relu."""
    return _elman(z, w, h, relu)


def _elman_backward(activation: Any) -> Callable[..., Arrays]:
    slope = _SLOPES[activation]

    def backward(dy: Arrays, y: Arrays, z: Any, w: Any, h: Any) -> Arrays:
        dh = np.zeros_like(h)
        dz = np.empty_like(z)
        for t in reversed(range(len(z))):
            dh += dy[0][t]
            slope(y[0][t], dz[t])
            dz[t] *= dh
            np.matmul(dz[t], w, out=dh)
        return dz, _weight_gradient(dz, h, y[0]), dh

    return backward


_register(tanh_loop, _tanh_definition, _elman_backward(np.tanh))
_register(relu_loop, _relu_definition, _elman_backward(relu))


# Hochreiter & Schmidhuber (1997) with the forget gate of Gers, Schmidhuber & Cummins (2000)


def _lstm_definition(z: Any, w: Any, h: Any, c: Any) -> Arrays:
    hs, cs = [], []
    for z_t in z:
        i, f, g, o = np.split(z_t + h @ w.T, 4, axis=-1)
        c = sigmoid(f) * c + sigmoid(i) * np.tanh(g)
        h = sigmoid(o) * np.tanh(c)
        hs.append(h)
        cs.append(c)
    n = w.shape[1]
    return _stacked(hs, z, n), _stacked(cs, z, n)


@primitive
def lstm(z: Any, w: Any, h: Any, c: Any) -> Arrays:
    """All states h and c, (time, batch, n), for z (time, batch, 4n), w (4n, n), h and c (batch, n).

    Gates are in the order input, forget, cell, output. Then follows what the way back needs.

    >>> lstm(np.zeros((1, 1, 4)), np.ones((4, 1)), np.zeros((1, 1)), np.ones((1, 1)))[1]
    array([[[0.5]]])
    """
    return _lstm_forward(*_alike(z, w, h, c))


def _quarters(a: Any) -> list[Any]:
    n = a.shape[-1] // 4
    return [a[..., k * n : (k + 1) * n] for k in range(4)]


def _lstm_forward(z: Any, w: Any, h: Any, c: Any) -> Arrays:
    # sigmoid(x) is (1 + tanh(x / 2)) / 2: one tanh for all gates, which NumPy vectorises, as it does not expit
    steps, n = len(z), h.shape[-1]
    scale, shift = (np.full_like(z, 0.5, shape=(4 * n,)) for _ in range(2))
    scale[2 * n : 3 * n], shift[2 * n : 3 * n] = 1, 0
    gates, product, wt = np.empty_like(z), np.empty_like(z, shape=z.shape[1:]), np.copy(w.T, order="C")
    hs, cs, bounded = (np.empty_like(z, shape=(steps, *h.shape)) for _ in range(3))
    for t in range(steps):
        a = gates[t]
        np.matmul(h, wt, out=product)
        np.add(z[t], product, out=a)
        a *= scale
        np.tanh(a, out=a)
        a *= scale
        a += shift
        i, f, g, o = _quarters(a)
        np.multiply(f, c, out=cs[t])
        h, c = hs[t], cs[t]
        c += np.multiply(i, g, out=h)
        np.multiply(o, np.tanh(c, out=bounded[t]), out=h)
    return hs, cs, bounded, gates


def _lstm_backward(dy: Arrays, y: Arrays, z: Any, w: Any, h: Any, c: Any) -> Arrays:
    hs, cs, bounded, gates = y
    n = h.shape[-1]
    dz, squares, dh, dc, part = np.empty_like(z), np.empty_like(gates, shape=gates.shape[1:]), *_zeros(h, 3)
    for t in reversed(range(len(z))):
        a, d, tanh_c = gates[t], dz[t], bounded[t]
        (i, f, g, o), (di, df, dg, do) = _quarters(a), _quarters(d)
        np.multiply(a, a, out=squares)
        np.subtract(a, squares, out=d)  # the slopes: a - a**2 of a sigmoid, 1 - a**2 of tanh
        np.subtract(1, squares[:, 2 * n : 3 * n], out=dg)
        dh += dy[0][t]
        do *= np.multiply(dh, tanh_c, out=part)
        np.subtract(1, np.multiply(tanh_c, tanh_c, out=part), out=part)
        part *= o
        part *= dh
        dc += part
        dc += dy[1][t]
        di *= np.multiply(dc, g, out=part)
        df *= np.multiply(dc, cs[t - 1] if t else c, out=part)
        dg *= np.multiply(dc, i, out=part)
        dc *= f
        np.matmul(d, w, out=dh)
    return dz, _weight_gradient(dz, h, hs), dh, dc


def _zeros(x: Any, k: int) -> list[Any]:
    return [np.zeros_like(x) for _ in range(k)]


_register(lstm, _lstm_definition, _lstm_backward)


# Cho et al. (2014), with the reset gate after the product: its bias is within the gate


def _gru_definition(z: Any, w: Any, b: Any, h: Any) -> Arrays:
    hs = []
    n = w.shape[1]
    for z_t in z:
        v = h @ w.T + b
        reset, update = np.split(sigmoid(z_t[..., : 2 * n] + v[..., : 2 * n]), 2, axis=-1)
        new = np.tanh(z_t[..., 2 * n :] + reset * v[..., 2 * n :])
        h = new + update * (h - new)
        hs.append(h)
    return (_stacked(hs, z, n),)


@primitive
def gru(z: Any, w: Any, b: Any, h: Any) -> Arrays:
    """All states (time, batch, n), for z (time, batch, 3n), w (3n, n), b (3n,), h (batch, n).

    Gates are in the order reset, update, new. Then follows what the way back needs.

    >>> gru(np.zeros((1, 1, 3)), np.zeros((3, 1)), np.zeros(3), np.ones((1, 1)))[0]
    array([[[0.5]]])
    """
    return _gru_forward(*_alike(z, w, b, h))


def _gru_forward(z: Any, w: Any, b: Any, h: Any) -> Arrays:
    steps, n = len(z), h.shape[-1]
    gates, product, wt = np.empty_like(z), np.empty_like(z, shape=z.shape[1:]), np.copy(w.T, order="C")
    hs, inner = (np.empty_like(z, shape=(steps, *h.shape)) for _ in range(2))
    for t in range(steps):
        a, new = gates[t, :, : 2 * n], gates[t, :, 2 * n :]
        np.matmul(h, wt, out=product)
        product += b
        np.add(z[t, :, : 2 * n], product[:, : 2 * n], out=a)
        a *= 0.5
        np.tanh(a, out=a)
        a *= 0.5
        a += 0.5
        inner[t] = product[:, 2 * n :]
        np.multiply(a[:, :n], inner[t], out=new)
        new += z[t, :, 2 * n :]
        np.tanh(new, out=new)
        np.subtract(h, new, out=hs[t])
        h = hs[t]
        h *= a[:, n:]
        h += new
    return hs, inner, gates


def _gru_backward(dy: Arrays, y: Arrays, z: Any, w: Any, b: Any, h: Any) -> Arrays:
    hs, inner, gates = y
    n = h.shape[-1]
    dz, dv = np.empty_like(z), np.empty_like(z)
    squares, dh, part = np.empty_like(gates, shape=gates.shape[1:]), *_zeros(h, 2)
    for t in reversed(range(len(z))):
        a, d, v = gates[t], dz[t], dv[t]
        reset, update, new = a[:, :n], a[:, n : 2 * n], a[:, 2 * n :]
        np.multiply(a, a, out=squares)
        np.subtract(a, squares, out=d)
        np.subtract(1, squares[:, 2 * n :], out=d[:, 2 * n :])
        dh += dy[0][t]
        np.subtract(hs[t - 1] if t else h, new, out=part)
        part *= dh
        d[:, n : 2 * n] *= part
        np.subtract(1, update, out=part)
        part *= dh
        d[:, 2 * n :] *= part
        d[:, :n] *= np.multiply(d[:, 2 * n :], inner[t], out=part)
        v[...] = d
        v[:, 2 * n :] *= reset
        np.multiply(dh, update, out=part)
        np.matmul(v, w, out=dh)
        dh += part
    return dz, _weight_gradient(dv, h, hs), dv.sum(axis=(0, 1)), dh


_register(gru, _gru_definition, _gru_backward)
