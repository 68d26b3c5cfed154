"""Rules for eigenvalues and eigenvectors, and what those for singular values share with them.

Sources: Giles 2008, "An extended collection of matrix derivative results for forward and
reverse mode AD", section 3; Seeger et al. 2017, "Auto-differentiating linear algebra".

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


def eps(x: Any) -> Any:
    """What rounding may leave in a product of matrices of this size."""
    return 10 * max(x.shape[-1], 1) * np.finfo(x.dtype).eps


def differences(w: Any) -> tuple[Any, Any]:
    """w_j - w_i, shape (..., n, n), and which are zero up to rounding."""
    gaps = w[..., None, :] - w[..., :, None]
    scale = np.max(np.abs(w), axis=-1, keepdims=True, initial=0)[..., None]
    return gaps, np.abs(gaps) <= eps(w) * scale


def inverse_gaps(gaps: Any, equal: Any) -> Any:
    return np.where(equal, 0, 1) / np.where(equal, 1, gaps)


def material(m: Any, scale: Any) -> Any:
    """Where `m` is more than what rounding leaves of a zero."""
    return np.abs(m) > eps(m) * np.max(np.abs(scale), initial=0)


def require_distinct(name: str, what: str, w: Any, equal: Any, dv: Any) -> None:
    """Raise if the gradient asks for vectors of equal values: they jump as the matrix moves."""
    asked = np.any(material(dv, dv), axis=-2)[..., None, :]
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
    if np.any(material(m - conj_transpose(m), scale)):
        raise np.linalg.LinAlgError(
            f"{name}: the gradient depends on the choice of a basis of a null space, which is "
            "arbitrary. Use the reduced form (full_matrices=False, mode='reduced')."
        )


# ---------------------------------------------------------------- phases of complex vectors


def fix_phase(dv: Any, v: Any, row: int, turn: Any) -> Any:
    """`dv` with what it says on the vectors' phases, `turn`, moved to where LAPACK fixes them.

    Entry `row` of each vector is kept real by the phase, which so depends on that entry.
    """
    if not v.size:
        return dv
    pivot = np.real(v[..., row, :])
    moved = np.where(material(turn, dv), turn, 0) / np.where(pivot == 0, 1, pivot)
    here = np.arange(v.shape[-2])[:, None] == row % v.shape[-2]
    return dv - np.where(here, 1j * moved[..., None, :], 0)


def _push_phase(dv: Any, v: Any, row: int) -> Any:
    """Tangents of vectors, turned so that entry `row` stays real."""
    if not v.size:
        return dv
    pivot = np.real(v[..., row, :])
    turn = np.where(pivot == 0, 0, np.imag(dv[..., row, :])) / np.where(pivot == 0, 1, pivot)
    return dv - 1j * turn[..., None, :] * v


def has_real_row(v: Any) -> bool:
    return not v.size or not np.any(material(np.imag(v[..., 0, :]), 1))


def diagonal(m: Any) -> Any:
    return np.diagonal(m, axis1=-2, axis2=-1)


# ---------------------------------------------------------------- Hermitian matrices


def eigh_pullback(dy: Any, y: Any, a: Any, UPLO: Any = "L") -> Any:
    dw, dv = dy
    w, v = y
    turned = conj_transpose(v)
    inner = np.zeros_like(v) if dw is None else v * dw[..., None, :]
    if dv is not None:
        if v.dtype.kind == "c":  # zheevd leaves the first (for "U" the last) entry real
            dv = fix_phase(dv, v, _real_row(UPLO), np.imag(diagonal(turned @ dv)))
        m = turned @ dv
        gaps, equal = differences(w)
        require_distinct("numpy.linalg.eigh", "eigenvalues", w, equal, dy[1])
        inner = inner + v @ (inverse_gaps(gaps, equal) * m)
    return fold_triangle(inner @ turned, UPLO)


def eigh_pushforward(tangents: Any, y: Any, a: Any, UPLO: Any = "L") -> Any:
    w, v = y
    p = conj_transpose(v) @ hermitian_of(tangents[0], UPLO) @ v
    gaps, equal = differences(w)
    dv = v @ (nan_where_equal(inverse_gaps(gaps, equal), equal) * p)
    if v.dtype.kind == "c":
        dv = _push_phase(dv, v, _real_row(UPLO))
    return np.real(diagonal(p)), dv


def _real_row(uplo: str) -> int:
    return 0 if uplo.upper() == "L" else -1


def nan_where_equal(f: Any, equal: Any) -> Any:
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
        gaps, equal = differences(w)
        require_distinct("numpy.linalg.eig", "eigenvalues", w, equal, dy[1])
        g = g + (conj(inverse_gaps(gaps, equal)) * m) @ turned
    return np.linalg.solve(turned, g)


def eig_pushforward(tangents: Any, y: Any, a: Any) -> Any:
    w, v = y
    p = np.linalg.solve(v, tangents[0] @ v)
    gaps, equal = differences(w)
    dv = v @ (nan_where_equal(inverse_gaps(gaps, equal), equal) * p)
    dv = dv - np.real(np.sum(conj(v) * dv, axis=-2, keepdims=True)) * v
    if v.dtype.kind == "c":
        largest, pivot = _largest(v)
        turn = np.sum(np.where(largest, np.imag(dv), 0), axis=-2, keepdims=True) / pivot
        dv = dv - 1j * turn * v
    return diagonal(p), dv


def _largest(v: Any) -> tuple[Any, Any]:
    """Where the largest entry of each column is, and its real part, shape (..., 1, n)."""
    if not v.shape[-2]:
        return np.zeros(v.shape, bool), np.ones_like(np.real(v), shape=(*v.shape[:-2], 1, 0))
    k = np.argmax(np.abs(v), axis=-2)
    here = np.arange(v.shape[-2])[:, None] == k[..., None, :]
    return here, np.sum(np.where(here, np.real(v), 0), axis=-2, keepdims=True)


def eigvals_pullback(dy: Any, y: Any, a: Any) -> Any:
    if a.size == 0:
        return np.zeros_like(a)
    w, v = np.linalg.eig(a)
    # Without vectors LAPACK may find the eigenvalues in another order.
    same = np.argmin(np.abs(y[..., :, None] - w[..., None, :]), axis=-1)
    ranks = np.argsort(np.argsort(y, axis=-1), axis=-1)
    repeated = np.any(np.sort(same, axis=-1)[..., 1:] == np.sort(same, axis=-1)[..., :-1], axis=-1, keepdims=True)
    same = np.where(repeated, np.take_along_axis(np.argsort(w, axis=-1), ranks, axis=-1), same)
    turned = conj_transpose(np.take_along_axis(v, same[..., None, :], axis=-1))
    return np.linalg.solve(turned, dy[..., :, None] * turned)


rule(np.linalg.eigh, eigh_pullback, pushforward=eigh_pushforward)
rule(np.linalg.eigvalsh, eigvalsh_pullback, pushforward=eigvalsh_pushforward)
rule(np.linalg.eig, eig_pullback, pushforward=eig_pushforward)
rule(np.linalg.eigvals, eigvals_pullback)
