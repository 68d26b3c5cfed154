"""Eigenvalues and eigenvectors of general, Hermitian, band and tridiagonal matrices.

SciPy's values. Their derivatives are those of numpy.linalg, for SciPy's order, signs and choice of eigenvalues.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import scipy.linalg as sl

from tracker._arrays import handles
from tracker._rules.products import conj_transpose
from tracker._rules.spectral import hermitian_of
from tracker.errors import UnsupportedKeywordError
from tracker.scipy._signature import as_installed
from tracker.scipy._watch import any_tracked
from tracker.scipy.linalg._banded import dense_triangle
from tracker.scipy.linalg._call import call, gathered
from tracker.scipy.linalg._singular import columns_onto
from tracker.scipy.linalg._solve import solve_triangular

_lib: Any = sl


# General matrices


def eig(
    a: Any, b: Any = None, left: bool = False, right: bool = True, overwrite_a: bool = False,
    overwrite_b: bool = False, check_finite: bool = True, homogeneous_eigvals: bool = False,
) -> Any:  # fmt: skip
    """Eigenvalues w (..., n), then left and right vectors (..., n, n) as asked for, of a v = w v or a v = w b v.

    Of tracked matrices, complex vectors of a v = w b v are refused (LAPACK's choice of their phases is unknown), left
    ones without the right, and `homogeneous_eigvals`: `NotImplementedError`. Vectors of equal eigenvalues raise
    `LinAlgError`.

    >>> import tracker
    >>> tracker.gradient(lambda a: eig(a)[0][1].real, np.array([[1.0, 5.0], [0.0, 2.0]]))[0].round(12)
    array([[0., 0.],
           [5., 1.]])
    """
    a, b = gathered(a), gathered(b)
    options = {"left": left, "right": right, "check_finite": check_finite, "homogeneous_eigvals": homogeneous_eigvals}
    if any_tracked((a, b)):
        _refuse_homogeneous("eig", homogeneous_eigvals)
        if b is not None and left and not right:
            raise UnsupportedKeywordError(
                "scipy.linalg.eig: left vectors of a generalised problem alone have no derivative, as SciPy scales the "
                "first of them only. Take right=True as well."
            )

    def composition(a: Any, b: Any) -> Any:
        theirs = _lib.eig(handles.plain(a), handles.plain(b), **options)
        values = theirs[0] if left or right else theirs
        if not (left or right):
            return _in_order(values, np.linalg.eigvals(a if b is None else np.linalg.solve(b, a)))
        w, v = np.linalg.eig(a if b is None else np.linalg.solve(b, a))
        order = _order(values, handles.plain(w))
        found = [w[order]]
        if left:
            rows = conj_transpose(np.linalg.inv(v if b is None else b @ v))
            found.append(_signed(_scaled(rows)[:, order], theirs[1]))
        if right:
            found.append(_signed(v[:, order], theirs[-1]))
        return tuple(found)

    found = call(_lib.eig, composition, (2, 2), a, b, **options)
    if b is not None and (left or right):
        _refuse_phases(found[1])
    return found


def _refuse_phases(vectors: Any) -> None:
    if handles.is_tracked(vectors) and vectors.dtype.kind == "c":
        raise UnsupportedKeywordError(
            "scipy.linalg.eig: complex vectors of a generalised problem have no derivative, as LAPACK's choice of "
            "their phases is unknown. Take eigvals(a, b), or eig(solve(b, a)), whose largest entries are real."
        )


def _scaled(v: Any) -> Any:
    """Columns as geev scales them: of norm 1, the largest entry real if they are complex."""
    v = v / np.sqrt(np.sum(np.abs(v) ** 2, axis=0))
    if v.dtype.kind != "c":
        return v
    largest = np.argmax(np.abs(handles.plain(v)), axis=0)
    pivot = v[largest, np.arange(v.shape[1])]
    return v * (np.conj(pivot) / np.abs(pivot))


def _signed(v: Any, theirs: Any) -> Any:
    return v * np.where(np.real(np.sum(np.conj(handles.plain(v)) * theirs, axis=0)) < 0, -1, 1)


def _order(theirs: Any, ours: Any) -> Any:
    """Where SciPy's eigenvalues are among ours."""
    return np.argmin(np.abs(theirs[:, None] - ours[None, :]), axis=1)


def _in_order(theirs: Any, w: Any) -> Any:
    return w[_order(theirs, handles.plain(w))]


def _refuse_homogeneous(name: str, homogeneous_eigvals: bool) -> None:
    if homogeneous_eigvals:
        raise UnsupportedKeywordError(
            f"scipy.linalg.{name} with homogeneous_eigvals=True has no derivative: the common factor of each pair is "
            "LAPACK's choice. Leave it out."
        )


@as_installed(sl.eigvals)
def eigvals(
    a: Any, b: Any = None, overwrite_a: bool = False, overwrite_b: bool = False, check_finite: bool = True,
    homogeneous_eigvals: bool = False,
) -> Any:  # fmt: skip
    """Eigenvalues w (..., n) of a v = w v, or of a v = w b v with a regular b: `eig` without vectors.

    >>> import tracker
    >>> tracker.gradient(lambda b: eigvals(np.diag([2.0, 8.0]), b)[1].real, np.eye(2))[0].round(12)
    array([[ 0.,  0.],
           [ 0., -8.]])
    """
    return eig(a, b, False, False, check_finite=check_finite, homogeneous_eigvals=homogeneous_eigvals)


# Hermitian matrices


def eigh(
    a: Any, b: Any = None, *, lower: bool = True, eigvals_only: bool = False, overwrite_a: bool = False,
    overwrite_b: bool = False, type: int = 1, check_finite: bool = True, subset_by_index: Any = None,
    subset_by_value: Any = None, driver: str | None = None,
) -> Any:  # fmt: skip
    """Eigenvalues w (..., k) and vectors v (..., n, k) of a v = w b v, a Hermitian, b positive definite (1 by default).

    `type` 2 is a b v = w v, 3 is b a v = w v. One triangle is read, and has the gradient. Reduced to the standard
    problem by b's Cholesky factor. `LinAlgError` for vectors of equal eigenvalues.

    >>> import tracker
    >>> tracker.gradient(lambda b: eigh(np.diag([2.0, 8.0]), b, eigvals_only=True)[1], np.eye(2))[0].round(12)
    array([[ 0.,  0.],
           [ 0., -8.]])
    """
    options = {
        "lower": lower, "eigvals_only": eigvals_only, "type": type, "check_finite": check_finite,
        "subset_by_index": subset_by_index, "subset_by_value": subset_by_value, "driver": driver,
    }  # fmt: skip
    uplo: Any = "L" if lower else "U"

    def composition(a: Any, b: Any) -> Any:
        theirs = _lib.eigh(handles.plain(a), handles.plain(b), **options)
        if b is None:
            return _chosen(a, uplo, theirs, eigvals_only)
        factor = np.linalg.cholesky(b if lower else conj_transpose(b))
        reduced = _reduced(hermitian_of(a, uplo), factor, type)
        back = lambda v: factor @ v if type == 3 else solve_triangular(factor, v, 2, lower=True)
        return _chosen(reduced, uplo, theirs, eigvals_only, back)

    return call(_lib.eigh, composition, (2, 2), a, b, **options)


def _reduced(a: Any, factor: Any, type: int) -> Any:
    """The standard problem, Hermitian: Golub and Van Loan, Matrix Computations (2013), section 8.7.2."""
    if type == 1:
        half = solve_triangular(factor, a, lower=True)
        return conj_transpose(solve_triangular(factor, conj_transpose(half), lower=True))
    return conj_transpose(factor) @ a @ factor


def _chosen(a: Any, uplo: Any, theirs: Any, eigvals_only: bool, back: Any = lambda v: v) -> Any:
    """The eigenvalues (and vectors, with SciPy's signs) that SciPy gives, which follow one another."""
    values = theirs if eigvals_only else theirs[0]
    w, v = (np.linalg.eigvalsh(a, UPLO=uplo), None) if eigvals_only else np.linalg.eigh(a, UPLO=uplo)
    first = int(np.argmin(np.abs(handles.plain(w) - values[0]))) if values.size else 0
    if w.size == values.size:
        first = 0
    chosen = slice(first, first + values.size)
    if v is None:
        return w[chosen]
    v = back(v[:, chosen])
    return w[chosen], v @ columns_onto(handles.plain(v), theirs[1], values.size)


def eigvalsh(
    a: Any, b: Any = None, *, lower: bool = True, overwrite_a: bool = False, overwrite_b: bool = False, type: int = 1,
    check_finite: bool = True, subset_by_index: Any = None, subset_by_value: Any = None, driver: str | None = None,
) -> Any:  # fmt: skip
    """Eigenvalues alone, as `eigh` with `eigvals_only`: (..., n, n) -> (..., k).

    >>> import tracker
    >>> tracker.gradient(lambda a: eigvalsh(a)[1], np.diag([2.0, 8.0]))[0].round(12)
    array([[0., 0.],
           [0., 1.]])
    """
    return eigh(
        a, b, lower=lower, eigvals_only=True, type=type, check_finite=check_finite, subset_by_index=subset_by_index,
        subset_by_value=subset_by_value, driver=driver,
    )  # fmt: skip


# Band and tridiagonal ones: SciPy's values, derivatives by the dense matrix


def eig_banded(
    a_band: Any, lower: bool = False, eigvals_only: bool = False, overwrite_a_band: bool = False, select: Any = "a",
    select_range: Any = None, max_ev: int = 0, check_finite: bool = True,
) -> Any:  # fmt: skip
    """Eigenvalues w (..., k) and vectors (..., n, k) of a Hermitian matrix, diagonals in (..., u + 1, n).

    `select` "a", "v" or "i" with `select_range`, as in SciPy. Vectors of a complex tracked matrix are refused.

    >>> import tracker
    >>> tracker.gradient(lambda a: eig_banded(a, eigvals_only=True)[1], np.array([[2.0, 8.0]]))[0].round(12)
    array([[0., 1.]])
    """
    a_band = gathered(a_band)
    if handles.is_tracked(a_band) and a_band.dtype.kind == "c" and not eigvals_only:
        raise UnsupportedKeywordError(
            "scipy.linalg.eig_banded: LAPACK's choice of the phases of complex vectors is unknown, so they have no "
            "derivative. Take eigvals_only=True, or eigh of the dense matrix."
        )
    options = {
        "lower": lower, "eigvals_only": eigvals_only, "select": select, "select_range": select_range,
        "max_ev": max_ev, "check_finite": check_finite,
    }  # fmt: skip

    def composition(a: Any) -> Any:
        theirs = _lib.eig_banded(handles.plain(a), **options)
        return _chosen(dense_triangle(a, lower), "L" if lower else "U", theirs, eigvals_only)

    return call(_lib.eig_banded, composition, (2,), a_band, **options)


def eigvals_banded(
    a_band: Any, lower: bool = False, overwrite_a_band: bool = False, select: Any = "a", select_range: Any = None,
    check_finite: bool = True,
) -> Any:  # fmt: skip
    """Eigenvalues alone, as `eig_banded` with `eigvals_only`: (..., u + 1, n) -> (..., k).

    >>> import tracker
    >>> tracker.gradient(lambda a: eigvals_banded(a)[1], np.array([[2.0, 8.0]]))[0].round(12)
    array([[0., 1.]])
    """
    return eig_banded(
        a_band, lower, True, select=select, select_range=select_range, check_finite=check_finite
    )  # fmt: skip


def eigh_tridiagonal(
    d: Any, e: Any, eigvals_only: bool = False, select: Any = "a", select_range: Any = None, check_finite: bool = True,
    tol: float = 0.0, lapack_driver: str = "auto",
) -> Any:  # fmt: skip
    """Eigenvalues w (..., k) and vectors (..., n, k) of the matrix with diagonal d (..., n), e (..., n - 1) beside it.

    >>> import tracker
    >>> tracker.gradient(lambda d: eigh_tridiagonal(d, [0.0], True)[1], np.array([2.0, 8.0]))[0].round(12)
    array([0., 1.])
    """
    options = {
        "eigvals_only": eigvals_only, "select": select, "select_range": select_range, "check_finite": check_finite,
        "tol": tol, "lapack_driver": lapack_driver,
    }  # fmt: skip

    def composition(d: Any, e: Any) -> Any:
        theirs = _lib.eigh_tridiagonal(handles.plain(d), handles.plain(e), **options)
        return _chosen(np.diag(d) + np.diag(e, -1), "L", theirs, eigvals_only)

    return call(_lib.eigh_tridiagonal, composition, (1, 1), d, e, **options)


def eigvalsh_tridiagonal(
    d: Any, e: Any, select: Any = "a", select_range: Any = None, check_finite: bool = True, tol: float = 0.0,
    lapack_driver: str = "auto",
) -> Any:  # fmt: skip
    """Eigenvalues alone, as `eigh_tridiagonal` with `eigvals_only`: (..., n), (..., n - 1) -> (..., k).

    >>> import tracker
    >>> tracker.gradient(lambda d: eigvalsh_tridiagonal(d, [0.0])[1], np.array([2.0, 8.0]))[0].round(12)
    array([0., 1.])
    """
    return eigh_tridiagonal(d, e, True, select, select_range, check_finite, tol, lapack_driver)
