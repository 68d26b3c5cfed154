"""Rules for linear systems and inverses: solve, inv, tensorsolve, tensorinv.

Source: Giles 2008, "An extended collection of matrix derivative results for forward and reverse mode AD".
"""

import math
from typing import Any

import numpy as np

from tracker._core.registry import rule
from tracker._rules.products import array, conj, conj_transpose


def solve_pullback_a(dy: Any, y: Any, a: Any, b: Any) -> Any:
    g = _solve_transposed(a, dy)
    if dy.ndim < a.ndim:
        return -g[..., :, None] * conj(y)[..., None, :]
    return -g @ conj_transpose(y)


def solve_pullback_b(dy: Any, y: Any, a: Any, b: Any) -> Any:
    return _solve_transposed(array(a, dy), dy)


def _solve_transposed(a: Any, dy: Any) -> Any:
    if dy.ndim < a.ndim and dy.ndim > 1:  # vectors, which solve would take for matrices
        return np.linalg.solve(conj_transpose(a), dy[..., None])[..., 0]
    return np.linalg.solve(conj_transpose(a), dy)


def solve_pushforward(tangents: Any, y: Any, a: Any, b: Any) -> Any:
    da, db = tangents
    a = array(a, y)
    vector = y.ndim < a.ndim
    if da is not None:
        moved = (da @ y[..., None])[..., 0] if vector else da @ y
        db = -moved if db is None else db - moved
    if vector:
        return np.linalg.solve(a, db[..., None])[..., 0]
    return np.linalg.solve(a, db)


def tensorsolve_pullback_a(dy: Any, y: Any, a: Any, b: Any, axes: Any = None) -> Any:
    order = _tensorsolve_order(axes, a.ndim)
    shape = [a.shape[ax] for ax in order]
    g = _tensorsolve_transposed(dy, a, order)
    return np.transpose((-g[:, None] * conj(y).ravel()).reshape(shape), np.argsort(order))


def tensorsolve_pullback_b(dy: Any, y: Any, a: Any, b: Any, axes: Any = None) -> Any:
    a = array(a, dy)
    return _tensorsolve_transposed(dy, a, _tensorsolve_order(axes, a.ndim)).reshape(b.shape)


def _tensorsolve_transposed(dy: Any, a: Any, order: list[int]) -> Any:
    a = np.transpose(a, order).reshape(dy.size, dy.size)
    return np.linalg.solve(conj_transpose(a), dy.ravel())


def _tensorsolve_order(axes: Any, ndim: int) -> list[int]:
    """The axes of the coefficient tensor with those in `axes` moved to the end."""
    moved = [] if axes is None else [ax % ndim for ax in axes]
    return [ax for ax in range(ndim) if ax not in moved] + moved


def inv_pullback(dy: Any, y: Any, a: Any) -> Any:
    turned = conj_transpose(y)
    return -turned @ dy @ turned


def inv_pushforward(tangents: Any, y: Any, a: Any) -> Any:
    return -y @ tangents[0] @ y


def tensorinv_pullback(dy: Any, y: Any, a: Any, ind: int = 2) -> Any:
    n = math.prod(a.shape[:ind])
    g = inv_pullback(dy.reshape(n, n), y.reshape(n, n), None)
    return g.reshape(a.shape)


rule(np.linalg.solve, solve_pullback_a, solve_pullback_b, pushforward=solve_pushforward)
rule(np.linalg.tensorsolve, tensorsolve_pullback_a, tensorsolve_pullback_b)
rule(np.linalg.inv, inv_pullback, pushforward=inv_pushforward)
rule(np.linalg.tensorinv, tensorinv_pullback)
