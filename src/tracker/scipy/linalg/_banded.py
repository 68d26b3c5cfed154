"""Systems with a band matrix, in SciPy's layout: row u + i - j of `ab` holds the entries (i, j)."""

from __future__ import annotations

from typing import Any

import numpy as np
import scipy.linalg as sl

from tracker._rules.products import conj_transpose
from tracker.scipy.linalg._call import VECTOR_OR_MATRIX, call, gathered
from tracker.scipy.linalg._systems import linear_system

_lib: Any = sl


def solve_banded(
    l_and_u: tuple[int, int], ab: Any, b: Any, overwrite_ab: bool = False, overwrite_b: bool = False,
    check_finite: bool = True,
) -> Any:  # fmt: skip
    """The solution x of a x = b, a with l diagonals below and u above: ab (..., l + u + 1, n), b (n,) or (..., n, k).

    Entries of `ab` that lie outside of the matrix have gradient zero.

    >>> import tracker
    >>> ab = np.array([[0.0, 1.0], [2.0, 4.0]])
    >>> tracker.gradient(lambda b: solve_banded((0, 1), ab, b)[0], np.ones(2))
    (array([ 0.5  , -0.125]),)
    """
    return _band(gathered(b), gathered(ab), l_and_u=tuple(l_and_u), check_finite=check_finite)


def _solve_banded(b: Any, ab: Any, *, l_and_u: Any, check_finite: Any) -> Any:
    return _lib.solve_banded(l_and_u, ab, b, check_finite=check_finite)


def _band_adjoint(dy: Any, ab: Any, *, l_and_u: Any, check_finite: Any) -> Any:
    below, above = l_and_u
    rows = [np.roll(np.conj(ab[..., above + k, :]), k, axis=-1) for k in range(below, -above - 1, -1)]
    return _band(dy, np.stack(rows, axis=-2), l_and_u=(above, below), check_finite=check_finite)


def _band_times(x: Any, ab: Any, *, l_and_u: Any, check_finite: Any) -> Any:
    below, above = l_and_u
    columns = x[:, None] if x.ndim == 1 else x
    # row r of ab multiplies the entries of x in place, then moves them up by the number of its diagonal
    parts = [_moved(ab[..., above - k, :, None] * columns, -k) for k in range(-below, above + 1)]
    total = sum(parts[1:], start=parts[0])
    return total[..., 0] if x.ndim == 1 else total


def _moved(x: Any, k: int) -> Any:
    """`x` moved down by k rows, zeros coming in."""
    n = x.shape[-2]
    rows = np.arange(n)[:, None]
    return np.where((rows - k >= 0) & (rows - k < n), np.roll(x, k, axis=-2), 0)


_band = linear_system("scipy.linalg.solve_banded", 2, _solve_banded, _band_adjoint, _band_times)


def solveh_banded(
    ab: Any, b: Any, overwrite_ab: bool = False, overwrite_b: bool = False, lower: bool = False,
    check_finite: bool = True,
) -> Any:  # fmt: skip
    """The solution x of a x = b, a positive definite, one triangle's diagonals in ab (..., u + 1, n).

    >>> import tracker
    >>> ab = np.array([[0.0, 1.0], [2.0, 1.0]])
    >>> tracker.gradient(lambda b: solveh_banded(ab, b)[0], np.ones(2))[0].round(12)
    array([ 1., -1.])
    """
    return _definite_band(gathered(b), gathered(ab), lower=lower, check_finite=check_finite)


def _solveh_banded(b: Any, ab: Any, *, lower: Any, check_finite: Any) -> Any:
    return _lib.solveh_banded(ab, b, lower=lower, check_finite=check_finite)


def _definite_band_adjoint(dy: Any, ab: Any, **options: Any) -> Any:
    return _definite_band(dy, ab, **options)


def _definite_band_times(x: Any, ab: Any, *, lower: Any, check_finite: Any) -> Any:
    columns = x[:, None] if x.ndim == 1 else x
    width = ab.shape[-2] - 1
    diagonal = ab[..., 0 if lower else width, :, None]
    total = (np.real(diagonal) if ab.dtype.kind == "c" else diagonal) * columns
    for k in range(1, width + 1):
        band = ab[..., k if lower else width - k, :, None]
        if lower:  # band[j] is entry (j + k, j)
            total = total + _moved(band * columns, k) + np.conj(band) * _moved(columns, -k)
        else:  # band[j] is entry (j - k, j)
            total = total + _moved(band * columns, -k) + np.conj(band) * _moved(columns, k)
    return total[..., 0] if x.ndim == 1 else total


_definite_band = linear_system(
    "scipy.linalg.solveh_banded", 2, _solveh_banded, _definite_band_adjoint, _definite_band_times
)


# Factors of a band matrix


def dense_triangle(ab: Any, lower: bool) -> Any:
    """The triangle (n, n) whose diagonals are the rows of `ab` (u + 1, n)."""
    n, width = ab.shape[-1], ab.shape[-2] - 1
    i, j = np.arange(n)[:, None], np.arange(n)[None, :]
    row = i - j if lower else width + i - j
    inside = (row >= 0) & (row <= width) & ((i >= j) if lower else (i <= j))
    return np.where(inside, ab[np.clip(row, 0, width), j], 0)


def _band_of(a: Any, width: int, lower: bool, beside: Any) -> Any:
    """The diagonals (width + 1, n) of a triangle (n, n), and what stands `beside` them in SciPy's result."""
    n = a.shape[-1]
    row, j = np.arange(width + 1)[:, None], np.arange(n)[None, :]
    i = j + row if lower else j + row - width
    inside = (i >= 0) & (i < n)
    return np.where(inside, a[np.clip(i, 0, n - 1), j], beside)


def cholesky_banded(ab: Any, overwrite_ab: bool = False, lower: bool = False, check_finite: bool = True) -> Any:
    """Cholesky's factor of a positive definite band matrix, in the same layout: (..., u + 1, n) -> (..., u + 1, n).

    >>> import tracker
    >>> tracker.gradient(lambda ab: cholesky_banded(ab)[0, 0], np.array([[4.0]]))
    (array([[0.25]]),)
    """

    def composition(ab: Any) -> Any:
        triangle = dense_triangle(ab, lower)
        factor = np.linalg.cholesky(triangle if lower else conj_transpose(triangle))
        return _band_of(factor if lower else conj_transpose(factor), ab.shape[-2] - 1, lower, ab)

    return call(_lib.cholesky_banded, composition, (2,), ab, lower=lower, check_finite=check_finite)


def cho_solve_banded(
    cb_and_lower: tuple[Any, bool], b: Any, overwrite_b: bool = False, check_finite: bool = True
) -> Any:
    """The solution x of a x = b from `(cholesky_banded(a, lower=lower), lower)`: b (n,) or (..., n, k).

    >>> import tracker
    >>> solve = lambda b: cho_solve_banded((np.array([[2.0]]), False), b)[0]
    >>> tracker.gradient(solve, np.ones(1))
    (array([0.25]),)
    """
    cb, lower = cb_and_lower

    def composition(cb: Any, b: Any) -> Any:
        triangle = dense_triangle(cb, lower)
        factor = triangle if lower else conj_transpose(triangle)
        half = np.linalg.solve(factor, b)
        return np.linalg.solve(conj_transpose(factor), half)

    options = {"lower": lower, "check_finite": check_finite}
    return call(_cho_solve_banded, composition, (2, VECTOR_OR_MATRIX), cb, b, **options)


def _cho_solve_banded(cb: Any, b: Any, *, lower: Any, check_finite: Any) -> Any:
    return _lib.cho_solve_banded((cb, lower), b, check_finite=check_finite)
