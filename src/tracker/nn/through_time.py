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

Arrays = tuple[Any, ...]


def _is_plain(*arrays: Any) -> bool:
    """Whether the loops with buffers can take these arrays."""
    return (
        all(type(x) is np.ndarray and x.dtype.kind == "f" for x in arrays) and len({x.dtype.char for x in arrays}) == 1
    )


def alike(*arrays: Any) -> Arrays:
    """The arrays in their common dtype."""
    dtype = np.result_type(*arrays)
    return tuple(np.astype(x, dtype, copy=False) for x in arrays)


def register(f: Callable[..., Any], definition: Callable[..., Arrays], backward: Callable[..., Arrays]) -> None:
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


def stacked(states: list[Any], h: Any) -> Any:
    """The states as one array (time, ...), like h if there are none."""
    return np.stack(states) if states else h[None][:0]


def projected(x: Any, w_in: Any) -> Any:
    """What the inputs give to the gates at all times: one product, (time, batch, rows)."""
    return (x.reshape(-1, x.shape[-1]) @ w_in.T).reshape(*x.shape[:2], w_in.shape[0])


# With buffers, gates come first, (gates, ..., n): products of n columns are quicker than those of all gates at once,
# and so is arithmetic on the slices of one gate (benchmarks/lstm.py).


def by_gate(a: Any, n: int) -> Any:
    """Rows of weights or of what they give by gate: (gates * n, ...) to (gates, n, ...)."""
    return a.reshape(-1, n, *a.shape[1:])


def first_gates(x: Any, w_in: Any, n: int) -> Any:
    """What the inputs give to the gates at all times: (gates, time, batch, n)."""
    y = np.matmul(x.reshape(-1, x.shape[-1]), np.swapaxes(by_gate(w_in, n), -1, -2))
    return y.reshape(len(w_in) // n, *x.shape[:2], n)


# What is kept in cache on the way back: at most so many rows of gradients before they go into those of the weights.
# Fresh memory costs more than arithmetic here.
_ROWS: Final = 256


def back_through_time(
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
    db, dbv = zeros(w[:, 0], 2)
    for end in range(steps, 0, -length):
        start = max(0, end - length)
        for t in reversed(range(start, end)):
            step(t, dz[:, t - start], dv[:, t - start])
        part = dz[:, : end - start]
        db += np.sum(part, axis=(1, 2)).reshape(-1)
        _add_product(dw_in, part, x[start:end])
        if dx is not None:
            np.sum(part @ by_gate(w_in, n)[:, None], axis=0, out=dx[start:end])
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


def dot(dz: Any, w: Any, product: Any, out: Any) -> Any:
    """The gradient by h of the gates' products: dz (gates, batch, n), w (gates, n, n), to (batch, n)."""
    return np.sum(np.matmul(dz, w, out=product), axis=0, out=out)


def zeros(x: Any, k: int) -> list[Any]:
    """k arrays of zeros like x."""
    return [np.zeros_like(x) for _ in range(k)]


def to_sigmoid(a: Any) -> None:
    """tanh(x / 2) to sigmoid(x), in place."""
    a *= 0.5
    a += 0.5


def add_to(total: Any, dy: Any, t: int) -> None:
    """Add the gradient of step t, where there is one."""
    if dy is not None:
        np.add(total, dy[t], out=total)
