"""Rules for triangular factors: cholesky, qr."""

from typing import Any

import numpy as np

from tracker._core.registry import rule
from tracker._rules.products import conj_transpose
from tracker._rules.spectral import fold_triangle, require_basis_free

_BLOCK = 64  # below this size a product costs less than the steps of a recursion


def cholesky_pullback(dy: Any, y: Any, a: Any, *, upper: bool = False) -> Any:
    if upper:
        return conj_transpose(_cholesky_reverse(conj_transpose(dy), conj_transpose(y)))
    return _cholesky_reverse(dy, y)


def _cholesky_reverse(dl: Any, l: Any) -> Any:
    """The gradient by the lower triangle, which is all that LAPACK reads, in about n^3 steps.

    Murray 2016, "Differentiation of the Cholesky decomposition", split in halves
    instead of blocks: with l = [[a, 0], [b, c]], first that of c, then b, then a.
    """
    n = l.shape[-1]
    if n <= _BLOCK:
        return _cholesky_reverse_small(dl, l)
    h = n // 2
    a, b, c = l[..., :h, :h], l[..., h:, :h], l[..., h:, h:]
    dc = _cholesky_reverse(dl[..., h:, h:], c)
    db = _over_triangle(dl[..., h:, :h] - (dc + conj_transpose(dc)) @ b, a)
    da = _cholesky_reverse(dl[..., :h, :h] - conj_transpose(db) @ b, a)
    top = np.concatenate([da, np.zeros_like(b, shape=(*b.shape[:-2], h, n - h))], axis=-1)
    return np.concatenate([top, np.concatenate([db, dc], axis=-1)], axis=-2)


def _cholesky_reverse_small(dl: Any, l: Any) -> Any:
    """Murray 2016: l^-H s l^-1, where s is the lower half of l^H dl, mirrored."""
    inverse = np.linalg.inv(l)
    half = np.tril(conj_transpose(l) @ dl)
    mirrored = half + conj_transpose(np.tril(half, -1))
    g = conj_transpose(inverse) @ mirrored @ inverse
    return fold_triangle(g / 2, "L")


def _over_triangle(x: Any, l: Any) -> Any:
    """x @ inv(l) for a lower triangle l."""
    n = l.shape[-1]
    if n <= _BLOCK:
        return x @ np.linalg.inv(l)
    h = n // 2
    right = _over_triangle(x[..., h:], l[..., h:, h:])
    left = _over_triangle(x[..., :h] - right @ l[..., h:, :h], l[..., :h, :h])
    return np.concatenate([left, right], axis=-1)


def qr_pullback(dy: Any, y: Any, a: Any, mode: str = "reduced") -> Any:
    """Walter and Lehmann 2018, "Algorithmic differentiation of linear algebra functions", for
    tall matrices; Roberts and Roberts 2020, "QR and LQ decomposition matrix backpropagation
    algorithms", for wide ones."""
    _refuse_raw(mode)
    q, r = np.linalg.qr(a) if mode == "r" else y
    dq, dr = (None, dy) if mode == "r" else dy
    k = min(a.shape[-2], a.shape[-1])
    if dq is not None and q.shape[-1] > k:
        dq = _tall_part(dq, q, k)
    q, r = q[..., :k], r[..., :k, :]
    dq = np.zeros_like(q) if dq is None else dq
    dr = np.zeros_like(r) if dr is None else dr[..., :k, :]
    r1, dr1, r2, dr2 = r[..., :k], dr[..., :k], r[..., k:], dr[..., k:]
    if r.shape[-1] > k:
        dq = dq + q @ (r2 @ conj_transpose(dr2))
    m = dr1 @ conj_transpose(r1) - conj_transpose(q) @ dq
    upper = np.triu(m, 1)
    m = upper + conj_transpose(upper) + np.real(np.triu(m) - upper)
    g = conj_transpose(np.linalg.solve(r1, conj_transpose(dq + q @ m)))
    return np.concatenate([g, q @ dr2], axis=-1) if r.shape[-1] > k else g


def _tall_part(dq: Any, q: Any, k: int) -> Any:
    """The gradient by the first k columns of a complete q, that by the others taken into it.

    Those span the space orthogonal to the first; how they turn in it is LAPACK's choice.
    """
    rest, drest = q[..., k:], dq[..., k:]
    require_basis_free("numpy.linalg.qr", conj_transpose(rest) @ drest, drest)
    return dq[..., :k] - rest @ (conj_transpose(drest) @ q[..., :k])


def qr_pushforward(tangents: Any, y: Any, a: Any, mode: str = "reduced") -> Any:
    _refuse_raw(mode)
    da = tangents[0]
    q, r = np.linalg.qr(a) if mode == "r" else y
    k = min(a.shape[-2], a.shape[-1])
    rest, q, r = q[..., k:], q[..., :k], r[..., :k, :]
    turned = conj_transpose(q)
    z = conj_transpose(np.linalg.solve(conj_transpose(r[..., :k]), conj_transpose(da[..., :k])))
    c = turned @ z
    lower, diagonal = np.tril(c, -1), np.tril(c) - np.tril(c, -1)
    turn = lower - conj_transpose(lower) + (diagonal - np.conj(diagonal)) / 2
    dq = q @ (turn - c) + z
    dr = (c - turn) @ r[..., :k]
    if r.shape[-1] > k:
        dr = np.concatenate([dr, turned @ (da[..., k:] - dq @ r[..., k:])], axis=-1)
    if mode == "r":
        return dr
    if rest.shape[-1]:
        drest = -q @ (conj_transpose(z) @ rest)
        dq = np.concatenate([dq, drest], axis=-1)
        dr = np.concatenate([dr, np.zeros_like(dr, shape=(*dr.shape[:-2], rest.shape[-1], dr.shape[-1]))], axis=-2)
    return dq, dr


def _refuse_raw(mode: str) -> None:
    if mode not in ("reduced", "complete", "r"):
        raise NotImplementedError(
            f"numpy.linalg.qr with mode={mode!r} has no derivative: use 'reduced', 'complete' or 'r'."
        )


rule(np.linalg.cholesky, cholesky_pullback)
rule(np.linalg.qr, qr_pullback, pushforward=qr_pushforward)
