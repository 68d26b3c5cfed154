"""Rules for eigenvalues, eigenvectors and singular values.

Sources: Giles 2008, "An extended collection of matrix derivative results for forward and
reverse mode AD", section 3; Seeger et al. 2017, "Auto-differentiating linear algebra"; Wan
and Zhang 2019, "Automatic differentiation for complex valued SVD".

Eigenvectors are unique up to a factor only; LAPACK's choice of it is differentiated. Where
two eigenvalues are equal, vectors have no derivative: reverse mode raises if it is needed,
forward mode, which can't know, gives NaN in those vectors. Any basis does for the null space
in full matrices: reverse mode raises if the gradient depends on which, forward mode lets it
turn no more than it must.
"""

from typing import Any

import numpy as np

from tracker._core.registry import rule
from tracker._rules.products import conj, conj_transpose

# ---------------------------------------------------------------- what is determined


def fold_triangle(g: Any, uplo: str) -> Any:
    """The gradient by the one triangle that LAPACK reads, from that by the Hermitian matrix."""
    if g.dtype.kind == "c":
        g = (g + conj_transpose(g)) / 2
        turned = g
    else:
        turned = conj_transpose(g)
    if uplo.upper() == "L":
        return np.tril(g) + np.tril(turned, -1)
    return np.triu(g) + np.triu(turned, 1)


def hermitian_of(a: Any, uplo: str) -> Any:
    """The Hermitian matrix that one triangle stands for; a diagonal counts by its real part."""
    half = np.tril(a, -1) if uplo.upper() == "L" else np.triu(a, 1)
    diagonal = np.tril(np.triu(a))
    return half + conj_transpose(half) + (np.real(diagonal) if a.dtype.kind == "c" else diagonal)


def _eps(x: Any) -> Any:
    """What rounding may leave in a product of matrices of this size."""
    return 10 * max(x.shape[-1], 1) * np.finfo(x.dtype).eps


def _differences(w: Any) -> tuple[Any, Any]:
    """w_j - w_i, shape (..., n, n), and which are zero up to rounding."""
    gaps = w[..., None, :] - w[..., :, None]
    scale = np.max(np.abs(w), axis=-1, keepdims=True, initial=0)[..., None]
    return gaps, np.abs(gaps) <= _eps(w) * scale


def _inverse_gaps(gaps: Any, equal: Any) -> Any:
    return np.where(equal, 0, 1) / np.where(equal, 1, gaps)


def _material(m: Any, scale: Any) -> Any:
    """Where `m` is more than what rounding leaves of a zero."""
    return np.abs(m) > _eps(m) * np.max(np.abs(scale), initial=0)


def _require_distinct(name: str, what: str, w: Any, equal: Any, dv: Any) -> None:
    """Raise if the gradient asks for vectors of equal values: they jump as the matrix moves."""
    asked = np.any(_material(dv, dv), axis=-2)[..., None, :]
    bad = (np.triu(equal, 1) | np.tril(equal, -1)) & asked
    if not np.any(bad):
        return
    *batch, i, j = (int(k[0]) for k in np.nonzero(bad))
    place = f" of matrix {tuple(batch)}" if batch else ""
    raise np.linalg.LinAlgError(
        f"{name}: {what} {min(i, j)} and {max(i, j)}{place} are equal (degenerate, both about "
        f"{w[(*batch, i)]:.6g}), so their vectors have no derivative, but the gradient asks for "
        "it. Use the values only, or a function of the matrix that needs no vectors."
    )


def require_basis_free(name: str, m: Any, scale: Any) -> None:
    """Raise if the gradient depends on the choice of basis in a space where any will do."""
    if np.any(_material(m - conj_transpose(m), scale)):
        raise np.linalg.LinAlgError(
            f"{name}: the gradient depends on the choice of a basis of a null space, which is "
            "arbitrary. Use the reduced form (full_matrices=False, mode='reduced')."
        )


# ---------------------------------------------------------------- phases of complex vectors


def _fix_phase(dv: Any, v: Any, row: int, turn: Any) -> Any:
    """`dv` with what it says on the vectors' phases, `turn`, moved to where LAPACK fixes them.

    Entry `row` of each vector is kept real by the phase, which so depends on that entry.
    """
    pivot = np.real(v[..., row, :])
    moved = np.where(_material(turn, dv), turn, 0) / np.where(pivot == 0, 1, pivot)
    here = np.arange(v.shape[-2])[:, None] == row % v.shape[-2]
    return dv - np.where(here, 1j * moved[..., None, :], 0)


def _push_phase(dv: Any, v: Any, row: int) -> Any:
    """Tangents of vectors, turned so that entry `row` stays real."""
    pivot = np.real(v[..., row, :])
    turn = np.where(pivot == 0, 0, np.imag(dv[..., row, :])) / np.where(pivot == 0, 1, pivot)
    return dv - 1j * turn[..., None, :] * v


def _has_real_row(v: Any) -> bool:
    return not np.any(_material(np.imag(v[..., 0, :]), 1))


def _diagonal(m: Any) -> Any:
    return np.diagonal(m, axis1=-2, axis2=-1)


# ---------------------------------------------------------------- Hermitian matrices


def eigh_pullback(dy: Any, y: Any, a: Any, UPLO: Any = "L") -> Any:
    dw, dv = dy
    w, v = y
    turned = conj_transpose(v)
    inner = np.zeros_like(v) if dw is None else v * dw[..., None, :]
    if dv is not None:
        if v.dtype.kind == "c":  # zheevd leaves the first (for "U" the last) entry real
            dv = _fix_phase(dv, v, _real_row(UPLO), np.imag(_diagonal(turned @ dv)))
        m = turned @ dv
        gaps, equal = _differences(w)
        _require_distinct("numpy.linalg.eigh", "eigenvalues", w, equal, dy[1])
        inner = inner + v @ (_inverse_gaps(gaps, equal) * m)
    return fold_triangle(inner @ turned, UPLO)


def eigh_pushforward(tangents: Any, y: Any, a: Any, UPLO: Any = "L") -> Any:
    w, v = y
    p = conj_transpose(v) @ hermitian_of(tangents[0], UPLO) @ v
    gaps, equal = _differences(w)
    dv = v @ (_nan_where_equal(_inverse_gaps(gaps, equal), equal) * p)
    if v.dtype.kind == "c":
        dv = _push_phase(dv, v, _real_row(UPLO))
    return np.real(_diagonal(p)), dv


def _real_row(uplo: str) -> int:
    return 0 if uplo.upper() == "L" else -1


def _nan_where_equal(f: Any, equal: Any) -> Any:
    pairs = np.triu(equal, 1) | np.tril(equal, -1)
    return np.where(pairs, np.nan, f).astype(f.dtype) if np.any(pairs) else f


def eigvalsh_pullback(dy: Any, y: Any, a: Any, UPLO: Any = "L") -> Any:
    v = np.linalg.eigh(a, UPLO)[1]
    return fold_triangle((v * dy[..., None, :]) @ conj_transpose(v), UPLO)


def eigvalsh_pushforward(tangents: Any, y: Any, a: Any, UPLO: Any = "L") -> Any:
    v = np.linalg.eigh(a, UPLO)[1]
    return np.real(np.sum(conj(v) * (hermitian_of(tangents[0], UPLO) @ v), axis=-2))


# ---------------------------------------------------------------- general matrices


def eig_pullback(dy: Any, y: Any, a: Any) -> Any:
    """geev makes each vector's norm 1 and its largest entry real: both are taken into account."""
    dw, dv = dy
    w, v = y
    turned = conj_transpose(v)
    g = np.zeros_like(v) if dw is None else dw[..., :, None] * turned
    if dv is not None:
        along = np.sum(conj(v) * dv, axis=-2, keepdims=True)
        dv = dv - np.real(along) * v
        if v.dtype.kind == "c":
            largest, pivot = _largest(v)
            dv = dv - np.where(largest, 1j * np.imag(along) / pivot, 0)
        m = turned @ dv
        gaps, equal = _differences(w)
        _require_distinct("numpy.linalg.eig", "eigenvalues", w, equal, dy[1])
        g = g + (conj(_inverse_gaps(gaps, equal)) * m) @ turned
    return np.linalg.solve(turned, g)


def eig_pushforward(tangents: Any, y: Any, a: Any) -> Any:
    w, v = y
    p = np.linalg.solve(v, tangents[0] @ v)
    gaps, equal = _differences(w)
    dv = v @ (_nan_where_equal(_inverse_gaps(gaps, equal), equal) * p)
    dv = dv - np.real(np.sum(conj(v) * dv, axis=-2, keepdims=True)) * v
    if v.dtype.kind == "c":
        largest, pivot = _largest(v)
        turn = np.sum(np.where(largest, np.imag(dv), 0), axis=-2, keepdims=True) / pivot
        dv = dv - 1j * turn * v
    return _diagonal(p), dv


def _largest(v: Any) -> tuple[Any, Any]:
    """Where the largest entry of each column is, and its real part, shape (..., 1, n)."""
    k = np.argmax(np.abs(v), axis=-2)
    here = np.arange(v.shape[-2])[:, None] == k[..., None, :]
    return here, np.sum(np.where(here, np.real(v), 0), axis=-2, keepdims=True)


def eigvals_pullback(dy: Any, y: Any, a: Any) -> Any:
    w, v = np.linalg.eig(a)
    # Without vectors LAPACK may find the eigenvalues in another order.
    same = np.argmin(np.abs(y[..., :, None] - w[..., None, :]), axis=-1)
    turned = conj_transpose(np.take_along_axis(v, same[..., None, :], axis=-1))
    return np.linalg.solve(turned, dy[..., :, None] * turned)


# ---------------------------------------------------------------- singular values


def svd_pullback(
    dy: Any, y: Any, a: Any,
    full_matrices: bool = True, compute_uv: bool = True, hermitian: bool = False,
) -> Any:  # fmt: skip
    if compute_uv:
        g = _svd_reverse(dy, y)
    else:
        u, _, vh = np.linalg.svd(a, full_matrices=False, hermitian=hermitian)
        g = (u * dy[..., None, :]) @ vh
    return fold_triangle(g, "L") if hermitian else g


def svdvals_pullback(dy: Any, y: Any, x: Any) -> Any:
    u, _, vh = np.linalg.svd(x, full_matrices=False)
    return (u * dy[..., None, :]) @ vh


def _svd_reverse(dy: Any, y: Any) -> Any:
    du, ds, dvh = dy
    u, s, vh = y
    k = s.shape[-1]
    u1, v1 = u[..., :k], conj_transpose(vh[..., :k, :])
    if du is None and dvh is None:
        return (u1 * ds[..., None, :]) @ conj_transpose(v1)
    du = np.zeros_like(u) if du is None else du
    dv = conj_transpose(np.zeros_like(vh) if dvh is None else dvh)
    v = conj_transpose(vh)
    if u.dtype.kind == "c":
        du, dv = _fix_svd_phase(du, dv, u, v, k)
    mu, mv = conj_transpose(u1) @ du[..., :k], conj_transpose(v1) @ dv[..., :k]
    f = _svd_gaps(s, du, dv)
    n, m = f * mu, f * mv
    inner = (n + conj_transpose(n)) * s[..., None, :] + s[..., :, None] * (m + conj_transpose(m))
    g = u1 @ inner
    if ds is not None:
        g = g + u1 * ds[..., None, :]
    over_s = _reciprocal(s)[..., None, :]
    if u.dtype.kind == "c":
        g = g + u1 * (1j * np.imag(_diagonal(mu))[..., None, :] * over_s)
    g = g @ conj_transpose(v1)
    if u.shape[-2] > k:
        g = g + (_outside(du, u, u1, mu, s) * over_s) @ conj_transpose(v1)
    if v.shape[-2] > k:
        g = g + (u1 * over_s) @ conj_transpose(_outside(dv, v, v1, mv, s))
    return g


def _svd_gaps(s: Any, du: Any, dv: Any) -> Any:
    """1 / (s_j^2 - s_i^2), zero for equal ones."""
    gaps, equal = _differences(s)
    for d in (du, dv):
        _require_distinct("numpy.linalg.svd", "singular values", s, equal, d[..., : s.shape[-1]])
    sums = s[..., None, :] + s[..., :, None]
    return _inverse_gaps(gaps, equal) / np.where(equal, 1, sums)


def _zero(s: Any) -> Any:
    """Which singular values are zero up to rounding."""
    return s <= _eps(s) * s[..., :1]


def _reciprocal(s: Any) -> Any:
    zero = _zero(s)
    return np.where(zero, 0, 1) / np.where(zero, 1, s)


def _outside(d: Any, v: Any, v1: Any, m: Any, s: Any) -> Any:
    """The part of the vectors' gradient that leads out of their span, the rest of the basis
    (of full matrices, which turns the opposite way) included."""
    k = s.shape[-1]
    out = d[..., :k] - v1 @ m
    if d.shape[-1] > k:
        rest, drest = v[..., k:], d[..., k:]
        require_basis_free("numpy.linalg.svd", conj_transpose(rest) @ drest, drest)
        out = out - rest @ (conj_transpose(drest) @ v1)
    if np.any(_zero(s) & np.any(_material(out, d), axis=-2)):
        raise np.linalg.LinAlgError(
            "numpy.linalg.svd: a singular value is zero (degenerate), so its vectors have no "
            "derivative, but the gradient asks for it."
        )
    return out


def _fix_svd_phase(du: Any, dv: Any, u: Any, v: Any, k: int) -> tuple[Any, Any]:
    """The common phase of each pair of vectors: gesdd keeps the first entry of one real."""
    turn = np.imag(np.sum(np.conj(u[..., :k]) * du[..., :k], axis=-2))
    turn = turn + np.imag(np.sum(np.conj(v[..., :k]) * dv[..., :k], axis=-2))
    both = np.max(np.abs(du), initial=0) + np.max(np.abs(dv), initial=0)
    if not np.any(_material(turn, both)):
        return du, dv
    turn = np.concatenate(
        [turn, np.zeros_like(turn, shape=(*turn.shape[:-1], max(u.shape[-1], v.shape[-1]) - k))], axis=-1
    )
    if _has_real_row(v[..., :k]):
        return du, _fix_phase(dv, v, 0, turn[..., : v.shape[-1]])
    if _has_real_row(u[..., :k]):
        return _fix_phase(du, u, 0, turn[..., : u.shape[-1]]), dv
    raise np.linalg.LinAlgError(
        "numpy.linalg.svd: the gradient depends on the phase of complex singular vectors, which is arbitrary."
    )


def svd_pushforward(
    tangents: Any, y: Any, a: Any,
    full_matrices: bool = True, compute_uv: bool = True, hermitian: bool = False,
) -> Any:  # fmt: skip
    da = hermitian_of(tangents[0], "L") if hermitian else tangents[0]
    if not compute_uv:
        return _svdvals_tangent(da, a, hermitian)
    u, s, vh = y
    k = s.shape[-1]
    v = conj_transpose(vh)
    u1, v1 = u[..., :k], v[..., :k]
    p = conj_transpose(u1) @ da @ v1
    gaps, equal = _differences(s)
    f = _inverse_gaps(gaps, equal) / np.where(equal, 1, s[..., None, :] + s[..., :, None])
    f = _nan_where_equal(f, equal)
    ps, sp = p * s[..., None, :], s[..., :, None] * p
    turn_u, turn_v = f * (ps + conj_transpose(ps)), f * (sp + conj_transpose(sp))
    du, dv = u1 @ turn_u, v1 @ turn_v
    if u.dtype.kind == "c":
        du = du + u1 * (1j * np.imag(_diagonal(p)) / s)[..., None, :]
    du, dv = (
        du + (da @ v1 - u1 @ p) / s[..., None, :],
        dv + (conj_transpose(da) @ u1 - v1 @ conj_transpose(p)) / s[..., None, :],
    )
    if u.dtype.kind == "c":
        du, dv = _push_svd_phase(du, dv, u1, v1)
    du, dv = _with_rest(du, u, u1, k), _with_rest(dv, v, v1, k)
    return du, np.real(_diagonal(p)), conj_transpose(dv)


def _push_svd_phase(du: Any, dv: Any, u: Any, v: Any) -> tuple[Any, Any]:
    fixed, pivot = (dv, v) if _has_real_row(v) else (du, u)
    real = np.real(pivot[..., 0, :])
    turn = (1j * np.imag(fixed[..., 0, :]) / np.where(real == 0, 1, real))[..., None, :]
    return du - turn * u, dv - turn * v


def _with_rest(dv: Any, v: Any, v1: Any, k: int) -> Any:
    """The tangents of the first k vectors, followed by those of the rest of a full basis."""
    if v.shape[-1] == k:
        return dv
    drest = -v1 @ (conj_transpose(dv) @ v[..., k:])
    return np.concatenate([dv, drest], axis=-1)


def _svdvals_tangent(da: Any, a: Any, hermitian: bool) -> Any:
    u, _, vh = np.linalg.svd(a, full_matrices=False, hermitian=hermitian)
    return np.real(np.sum(conj(u) * (da @ conj_transpose(vh)), axis=-2))


rule(np.linalg.eigh, eigh_pullback, pushforward=eigh_pushforward)
rule(np.linalg.eigvalsh, eigvalsh_pullback, pushforward=eigvalsh_pushforward)
rule(np.linalg.eig, eig_pullback, pushforward=eig_pushforward)
rule(np.linalg.eigvals, eigvals_pullback)
rule(np.linalg.svd, svd_pullback, pushforward=svd_pushforward)
rule(np.linalg.svdvals, svdvals_pullback)
