"""Rules for np.linalg: solving, inverses, determinants, Cholesky and QR factors.

Sources: Giles 2008, "An extended collection of matrix derivative results for forward and
reverse mode AD" (inv, det, solve); the others are named beside their formulas.
"""

import math
from typing import Any

import numpy as np

from tracker._core.registry import rule
from tracker._rules.matrices import diagonal_mask, on_matrices
from tracker._rules.products import array, conj, conj_transpose
from tracker._rules.spectral import eps, fold_triangle, hermitian_of, require_basis_free

_BLOCK = 64  # below this size a product costs less than the steps of a recursion


# ---------------------------------------------------------------- solve and its kin


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


# ---------------------------------------------------------------- inverses


def inv_pullback(dy: Any, y: Any, a: Any) -> Any:
    turned = conj_transpose(y)
    return -turned @ dy @ turned


def inv_pushforward(tangents: Any, y: Any, a: Any) -> Any:
    return -y @ tangents[0] @ y


def tensorinv_pullback(dy: Any, y: Any, a: Any, ind: int = 2) -> Any:
    n = math.prod(a.shape[:ind])
    g = inv_pullback(dy.reshape(n, n), y.reshape(n, n), None)
    return g.reshape(a.shape)


def pinv_pullback(dy: Any, y: Any, a: Any, rcond: Any = None, hermitian: bool = False, *, rtol: Any = None) -> Any:
    """Golub and Pereyra 1973, "The differentiation of pseudo-inverses", transposed.

    Holds where the rank does not change.
    """
    a = hermitian_of(a, "L") if hermitian else a
    cut = rcond if rtol is None else rtol
    if cut is not None and a.size and _cuts_off(a, cut):
        g = _truncated_pullback(dy, a, cut)
        return fold_triangle(g, "L") if hermitian else g
    turned, back = conj_transpose(y), conj_transpose(dy)
    left, right = (back @ y) @ turned, turned @ (y @ back)
    g = left - a @ (y @ left) + right - (right @ y) @ a - turned @ dy @ turned
    return fold_triangle(g, "L") if hermitian else g


def _cuts_off(a: Any, cut: Any) -> bool:
    """Whether a singular value counts as zero that is more than rounding."""
    s = np.linalg.svd(a, compute_uv=False)
    largest = s[..., :1]
    return bool(np.any((s <= _each(cut) * largest) & (s > eps(a) * largest)))


def _each(cut: Any) -> Any:
    """The cut of each matrix beside its singular values."""
    return cut if np.ndim(cut) == 0 else cut[..., None]


def _truncated_pullback(dy: Any, a: Any, cut: Any) -> Any:
    """The pseudo-inverse as an odd function f of the singular values: 1/s, or 0 up to the cut.

    Noferini 2017, "A formula for the Fréchet derivative of a generalized matrix function", SIAM J. Matrix Anal. Appl.
    38, theorem 4.1.
    """
    u, s, vh = np.linalg.svd(a, full_matrices=False)
    v, g = conj_transpose(vh), conj_transpose(dy)
    kept = s > _each(cut) * s[..., :1]
    f = np.where(kept, 1, 0) / np.where(kept, s, 1)
    m = conj_transpose(u) @ g @ v
    outer = u @ (m * _mean_slope(f, s, kept, -1) + conj_transpose(m) * _mean_slope(f, s, kept, 1)) @ vh
    if u.shape[-2] > s.shape[-1]:
        outer = outer + (g @ v - u @ m) * (f * f)[..., None, :] @ vh
    elif v.shape[-2] > s.shape[-1]:
        outer = outer + (u * (f * f)[..., None, :]) @ (conj_transpose(u) @ g - m @ vh)
    return outer


def _mean_slope(f: Any, s: Any, kept: Any, sign: int) -> Any:
    """Half the sum (-1) or half the difference (1) of the slopes of f from -s_j to s_i and from s_j to s_i."""
    i, j = s[..., :, None], s[..., None, :]
    one = kept[..., :, None] ^ kept[..., None, :]  # of the two is kept
    either = f[..., :, None] + f[..., None, :]
    both = f[..., :, None] * f[..., None, :]
    apart = np.where(one, np.abs(i - j), 1)
    together = np.where(one, i + j, 1)
    return np.where(one, either / apart - sign * either / together, -both - sign * both) / 2


def lstsq_pullback_a(dy: Any, y: Any, a: Any, b: Any, rcond: Any = None) -> Any:
    """Of the solution as of pinv(a) @ b; of the sums of squared residuals; of the singular values."""
    dx, dr, _, ds = dy
    x, b = _columns(y[0]), _columns(array(b, a))
    pseudo = _pinv_of_lstsq(a, rcond)
    residual, turned = b - a @ x, conj_transpose(pseudo)
    g = np.zeros_like(a)
    if dx is not None and y[2] < min(a.shape) and rcond is not None and rcond > 0:
        g = g + _truncated_pullback(_columns(dx) @ conj_transpose(b), a, rcond)
    elif dx is not None:
        dx = _columns(dx)
        xd = x @ conj_transpose(dx)
        g = g - turned @ dx @ conj_transpose(x)
        g = g + residual @ conj_transpose(dx) @ pseudo @ turned
        g = g + turned @ (xd - xd @ pseudo @ a)
    if dr is not None and dr.size:
        g = g - 2 * (residual * dr) @ conj_transpose(x)
    if ds is not None:
        u, _, vh = np.linalg.svd(a, full_matrices=False)
        g = g + (u * ds) @ vh
    return g


def lstsq_pullback_b(dy: Any, y: Any, a: Any, b: Any, rcond: Any = None) -> Any:
    dx, dr = dy[:2]
    a, shape = array(a, y[0]), b.shape
    g = np.zeros_like(_columns(b))
    if dx is not None:
        g = g + np.dot(conj_transpose(_pinv_of_lstsq(a, rcond)), _columns(dx))
    if dr is not None and dr.size:
        g = g + 2 * (_columns(b) - np.dot(a, _columns(y[0]))) * dr
    return g.reshape(shape)


def _columns(x: Any) -> Any:
    return x[:, None] if x.ndim == 1 else x


def _pinv_of_lstsq(a: Any, rcond: Any) -> Any:
    return np.linalg.pinv(a, rcond=None if rcond is None or rcond < 0 else rcond)


# ---------------------------------------------------------------- determinants


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


# ---------------------------------------------------------------- cholesky


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


# ---------------------------------------------------------------- qr


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


rule(np.linalg.solve, solve_pullback_a, solve_pullback_b, pushforward=solve_pushforward)
rule(np.linalg.tensorsolve, tensorsolve_pullback_a, tensorsolve_pullback_b)
rule(np.linalg.inv, inv_pullback, pushforward=inv_pushforward)
rule(np.linalg.tensorinv, tensorinv_pullback)
rule(np.linalg.pinv, pinv_pullback)
rule(np.linalg.lstsq, lstsq_pullback_a, lstsq_pullback_b)
rule(np.linalg.det, det_pullback)
rule(np.linalg.slogdet, slogdet_pullback)
rule(np.linalg.cholesky, cholesky_pullback)
rule(np.linalg.qr, qr_pullback, pushforward=qr_pushforward)
