"""Rules for determinants: det, of singular matrices, too, and slogdet.

Source: Giles 2008, "An extended collection of matrix derivative results for forward and reverse mode AD".
"""

from typing import Any

import numpy as np

from tracker._core.registry import rule
from tracker._rules.matrices import diagonal_mask, on_matrices
from tracker._rules.products import conj_transpose


def det_pullback(dy: Any, y: Any, a: Any) -> Any:
    """dy times the cofactors, also of singular matrices (Jacobi's formula)."""
    return on_matrices(dy) * conj_transpose(_adjugate(a, y))


def _adjugate(a: Any, det: Any) -> Any:
    """det(a) inv(a), accurate from one factorisation though inv(a) may be large (Stewart 1998,
    "On the adjugate matrix"); but its derivative is not, so there and for a singular matrix
    another formula is used."""
    if a.size == 0:
        return np.zeros_like(a)
    if np.all(det != 0):
        inverse = np.linalg.inv(a)
        condition = _size(inverse) * _size(a)
        if not np.any(condition > 0.01 / np.sqrt(np.finfo(a.dtype).eps)):
            return on_matrices(det) * inverse
    return _bordered_adjugate(a)


def _size(x: Any) -> Any:
    return np.max(np.abs(x), axis=(-2, -1))


def _bordered_adjugate(a: Any) -> Any:
    """The adjugate from the inverse of m = [[a, u], [v, 0]], with the blocks [[p, q], [r, w]].

    A border of at least as many rows as `a` lacks in rank makes m regular, and det a =
    det m det w (Jacobi's complementary minors; Horn and Johnson 2013, section 0.8.4), whose
    derivative by `a` is det m (p det w - q adj(w) r). Differentiable any number of times.
    """
    n = a.shape[-1]
    rank = int(np.min(np.linalg.matrix_rank(a)))
    width = min(n, max(2, n - rank))
    right = _scattered(a, n, width)
    below = conj_transpose(_scattered(a, n, width, 4.1))
    corner = np.zeros_like(a, shape=(*a.shape[:-2], width, width))
    m = np.concatenate([np.concatenate([a, right], axis=-1), np.concatenate([below, corner], axis=-1)], axis=-2)
    inverse = np.linalg.inv(m)
    q, r = inverse[..., :n, n:], inverse[..., n:, :n]
    adj_w, det_w = _polynomial_adjugate(inverse[..., n:, n:])
    det_m = on_matrices(np.linalg.det(m))
    return det_m * (inverse[..., :n, :n] * det_w - q @ adj_w @ r)


def _scattered(a: Any, n: int, width: int, start: float = 1.0) -> Any:
    """Columns of the kind of `a`, the same in each run, that look random: any do but a null set."""
    ones = np.ones_like(a, shape=(*a.shape[:-2], n, width))
    rows, columns = np.cumsum(ones, axis=-2), np.cumsum(ones, axis=-1)
    return np.cos(1.7 * rows * rows + 2.3 * rows * columns + start * columns)


def _polynomial_adjugate(w: Any) -> tuple[Any, Any]:
    """adj(w) and det(w), shape (..., 1, 1), without division by `w` (Faddeev and LeVerrier)."""
    n = w.shape[-1]
    diagonal = diagonal_mask(w, n, n, 0)
    m, product, sign = diagonal.astype(w.dtype), w, 1
    for k in range(1, n + 1):
        c = -np.sum(np.where(diagonal, product, 0), axis=(-2, -1), keepdims=True) / k
        if k < n:
            m, sign = product + np.where(diagonal, c, 0), -sign
            product = w @ m
    return sign * m, -sign * c


def slogdet_pullback(dy: Any, y: Any, a: Any) -> Any:
    """Of log |det a|: inv(a)^H; of the sign of a complex one, on the unit circle: its rotation.

    A singular matrix has no gradient: NaN, except where nothing comes in.
    """
    dsign, dlog = dy
    sign, log = y
    dz = np.zeros_like(log) if dlog is None else dlog
    if dsign is not None and a.dtype.kind == "c":
        turn = np.conj(sign) * dsign
        dz = dz + (turn - np.conj(turn)) / 2
    dz, singular = on_matrices(dz), on_matrices(log == -np.inf)
    if not np.any(singular):
        return dz * conj_transpose(np.linalg.inv(a))
    regular = np.where(singular, diagonal_mask(a, a.shape[-1], a.shape[-1], 0).astype(a.dtype), a)
    none = np.where(dz == 0, 0, np.nan)
    return np.where(singular, none, dz * conj_transpose(np.linalg.inv(regular)))


rule(np.linalg.det, det_pullback)
rule(np.linalg.slogdet, slogdet_pullback)
