"""Rules for singular values and their vectors; see spectral.py for what has a derivative.

Source: Wan and Zhang 2019, "Automatic differentiation for complex valued SVD".
"""

from typing import Any

import numpy as np

from tracker._core.registry import rule
from tracker._rules.products import conj, conj_transpose
from tracker._rules.spectral import (
    diagonal,
    differences,
    eps,
    fix_phase,
    fold_triangle,
    has_real_row,
    hermitian_of,
    inverse_gaps,
    material,
    nan_where_equal,
    require_basis_free,
    require_distinct,
)


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
        g = g + u1 * (1j * np.imag(diagonal(mu))[..., None, :] * over_s)
    g = g @ conj_transpose(v1)
    if u.shape[-2] > k:
        g = g + (_outside(du, u, u1, mu, s) * over_s) @ conj_transpose(v1)
    if v.shape[-2] > k:
        g = g + (u1 * over_s) @ conj_transpose(_outside(dv, v, v1, mv, s))
    return g


def _svd_gaps(s: Any, du: Any, dv: Any) -> Any:
    """1 / (s_j^2 - s_i^2), zero for equal ones."""
    gaps, equal = differences(s)
    for d in (du, dv):
        require_distinct("numpy.linalg.svd", "singular values", s, equal, d[..., : s.shape[-1]])
    sums = s[..., None, :] + s[..., :, None]
    return inverse_gaps(gaps, equal) / np.where(equal, 1, sums)


def _zero(s: Any) -> Any:
    """Which singular values are zero up to rounding."""
    return s <= eps(s) * s[..., :1]


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
    if np.any(_zero(s) & np.any(material(out, d), axis=-2)):
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
    if not np.any(material(turn, both)):
        return du, dv
    turn = np.concatenate(
        [turn, np.zeros_like(turn, shape=(*turn.shape[:-1], max(u.shape[-1], v.shape[-1]) - k))], axis=-1
    )
    if has_real_row(v[..., :k]):
        return du, fix_phase(dv, v, 0, turn[..., : v.shape[-1]])
    if has_real_row(u[..., :k]):
        return fix_phase(du, u, 0, turn[..., : u.shape[-1]]), dv
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
    gaps, equal = differences(s)
    f = inverse_gaps(gaps, equal) / np.where(equal, 1, s[..., None, :] + s[..., :, None])
    f = nan_where_equal(f, equal)
    ps, sp = p * s[..., None, :], s[..., :, None] * p
    turn_u, turn_v = f * (ps + conj_transpose(ps)), f * (sp + conj_transpose(sp))
    du, dv = u1 @ turn_u, v1 @ turn_v
    if u.dtype.kind == "c":
        du = du + u1 * (1j * np.imag(diagonal(p)) / s)[..., None, :]
    du, dv = (
        du + (da @ v1 - u1 @ p) / s[..., None, :],
        dv + (conj_transpose(da) @ u1 - v1 @ conj_transpose(p)) / s[..., None, :],
    )
    if u.dtype.kind == "c":
        du, dv = _push_svd_phase(du, dv, u1, v1)
    du, dv = _with_rest(du, u, u1, k), _with_rest(dv, v, v1, k)
    return du, np.real(diagonal(p)), conj_transpose(dv)


def _push_svd_phase(du: Any, dv: Any, u: Any, v: Any) -> tuple[Any, Any]:
    fixed, pivot = (dv, v) if has_real_row(v) else (du, u)
    if not pivot.size:
        return du, dv
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


rule(np.linalg.svd, svd_pullback, pushforward=svd_pushforward)
rule(np.linalg.svdvals, svdvals_pullback)
