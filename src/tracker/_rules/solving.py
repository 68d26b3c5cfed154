"""Rules for linear systems and inverses: solve, inv, tensorsolve, tensorinv.

Source: Giles 2008, "An extended collection of matrix derivative results for forward and reverse mode AD".
"""

import math
from typing import Any

import numpy as np

from tracker._core.registry import rule
from tracker._rules.products import array, conj, conj_transpose

_WORTHWHILE = 64  # below this size a solution costs less than to look whether it is known


def solve_pullback_a(dy: Any, y: Any, a: Any, b: Any) -> Any:
    g = _of_quadratic_form(dy, y, a, b)
    g = _solve_transposed(a, dy) if g is None else g
    if dy.ndim < a.ndim:
        return -g[..., :, None] * conj(y)[..., None, :]
    return -g @ conj_transpose(y)


def solve_pullback_b(dy: Any, y: Any, a: Any, b: Any) -> Any:
    a = array(a, dy)
    g = _of_quadratic_form(dy, y, a, b)
    return _solve_transposed(a, dy) if g is None else g


def _of_quadratic_form(dy: Any, y: Any, a: Any, b: Any) -> Any:
    """inv(a)^T dy without another factorisation where `dy` is a multiple of `b` and `a` symmetric; else None.

    So it is for y in b @ solve(a, b), which stands in each Gaussian likelihood: benchmarks/gp.py.
    """
    if not all(type(x) is np.ndarray and x.dtype.char in "fd" for x in (dy, y, a, b)):
        return None
    if dy.ndim != 1 or b.ndim != 1 or a.ndim != 2 or b.size < _WORTHWHILE:
        return None
    k = np.argmax(np.abs(b))
    factor = dy[k] / b[k]
    if not np.all(np.abs(dy - factor * b) <= 4 * np.finfo(dy.dtype).eps * np.abs(dy)):  # NaN is not
        return None
    return factor * y if np.array_equal(a, a.T) else None


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
    moved = [] if axes is None else list(dict.fromkeys([ax % ndim for ax in axes]))
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
