"""Systems of linear equations with a matrix given in full, least squares, inverses and determinants."""

from __future__ import annotations

from typing import Any

import numpy as np
import scipy.linalg as sl

from tracker._arrays import handles
from tracker._rules.products import conj_transpose
from tracker._rules.spectral import hermitian_of
from tracker.scipy._array import given
from tracker.scipy.linalg._call import VECTOR_OR_MATRIX, call, gathered
from tracker.scipy.linalg._systems import linear_system

_lib: Any = sl
_HERMITIAN = ("pos", "positive definite", "her", "hermitian")
_SYMMETRIC = ("sym", "symmetric")
_FLIPPED = {"upper triangular": "lower triangular", "lower triangular": "upper triangular"}


def _read(a: Any, assume_a: Any, lower: Any) -> Any:
    """The matrix that SciPy sees in `a` when it assumes this structure."""
    if assume_a in _HERMITIAN:
        return hermitian_of(a, "L" if lower else "U")
    if assume_a in _SYMMETRIC:
        half = np.tril(a) if lower else np.triu(a)
        return half + np.swapaxes(np.tril(a, -1) if lower else np.triu(a, 1), -1, -2)
    if assume_a == "diagonal":
        return np.tril(np.triu(a))
    if assume_a == "tridiagonal":
        return np.tril(np.triu(a, -1), 1)
    if assume_a == "upper triangular":
        return np.triu(a)
    return np.tril(a) if assume_a == "lower triangular" else a


def solve(
    a: Any, b: Any, lower: bool = False, overwrite_a: bool = False, overwrite_b: bool = False,
    check_finite: bool = True, assume_a: str | None = None, transposed: bool = False,
) -> Any:  # fmt: skip
    """The solution x of a x = b (of a^T x = b with `transposed`): (..., n, n), (n,) or (..., n, k) -> as b.

    With `assume_a` SciPy reads a part of `a`, one triangle (the lower with `lower`) of a "pos", "sym" or "her" one:
    the gradient lies there. Raises what SciPy raises.

    >>> import tracker
    >>> tracker.gradient(lambda b: solve(np.diag([2.0, 4.0]), b).sum(), np.ones(2))
    (array([0.5 , 0.25]),)
    """
    a = gathered(a)
    a = np.atleast_2d(a) if np.ndim(a) < 2 else a
    return _solution(
        gathered(b), a, lower=lower, check_finite=check_finite, assume_a=assume_a, transposed=transposed
    )  # fmt: skip


def _solve(b: Any, a: Any, **options: Any) -> Any:
    return _lib.solve(a, b, **given(**options))  # None is no structure to SciPy 1.13


def _solve_adjoint(dy: Any, a: Any, *, lower: Any, assume_a: Any, transposed: Any, check_finite: Any) -> Any:
    options = {"lower": lower, "check_finite": False, "transposed": False}
    if transposed:  # SciPy takes real ones only
        return _solution(dy, a, assume_a=assume_a, **options)
    if assume_a in _SYMMETRIC:
        return _solution(dy, np.conj(a), assume_a=assume_a, **options)
    if assume_a in _HERMITIAN:
        return _solution(dy, a, assume_a=assume_a, **options)
    return _solution(dy, conj_transpose(a), assume_a=_FLIPPED.get(assume_a, assume_a), **options)


def _multiply(x: Any, a: Any, *, lower: Any, assume_a: Any, transposed: Any, check_finite: Any) -> Any:
    a = _read(a, assume_a, lower)
    if a.size == 1:
        return a.reshape(()) * x
    return (np.swapaxes(a, -1, -2) if transposed else a) @ x


_solution = linear_system("scipy.linalg.solve", 2, _solve, _solve_adjoint, _multiply)


def solve_triangular(
    a: Any, b: Any, trans: Any = 0, lower: bool = False, unit_diagonal: bool = False, overwrite_b: bool = False,
    check_finite: bool = True,
) -> Any:  # fmt: skip
    """The solution x of op(a) x = b, a triangular: (..., n, n), (n,) or (..., n, k) -> shape of b.

    `trans` 0, 1, 2 (or "N", "T", "C"): op(a) is a, its transpose, its conjugate transpose. The gradient by a is
    zero in the triangle that is not read, and on the diagonal with `unit_diagonal`.

    >>> import tracker
    >>> a = np.array([[2.0, 7.0], [1.0, 4.0]])
    >>> tracker.gradient(lambda b: np.sum(solve_triangular(a, b, lower=True)), np.array([2.0, 5.0]))
    (array([0.375, 0.25 ]),)
    """
    trans = {"N": 0, "T": 1, "C": 2}.get(trans, trans)
    if trans not in (0, 1, 2):
        raise ValueError(f"trans must be 0, 1, 2, 'N', 'T' or 'C'; it was {trans!r}.")
    return _triangular(
        gathered(b), gathered(a), trans=trans, lower=lower, unit_diagonal=unit_diagonal, check_finite=check_finite
    )


def _solve_triangular(b: Any, a: Any, **options: Any) -> Any:
    return _lib.solve_triangular(a, b, **options)


def _triangular_adjoint(dy: Any, a: Any, *, trans: Any, **options: Any) -> Any:
    if trans == 1:
        return np.conj(_triangular(np.conj(dy), a, trans=0, **options))
    return _triangular(dy, a, trans=2 if trans == 0 else 0, **options)


def _triangle_times(x: Any, a: Any, *, trans: Any, lower: Any, unit_diagonal: Any, check_finite: Any) -> Any:
    offset = 1 if unit_diagonal else 0
    a = np.tril(a, -offset) if lower else np.triu(a, offset)
    return (a if trans == 0 else np.swapaxes(a, -1, -2) if trans == 1 else conj_transpose(a)) @ x


_triangular = linear_system("scipy.linalg.solve_triangular", 2, _solve_triangular, _triangular_adjoint, _triangle_times)


def inv(
    a: Any, overwrite_a: bool = False, check_finite: bool = True, *, assume_a: str | None = None, lower: bool = False
) -> Any:
    """The inverse: (..., n, n) -> (..., n, n). What `assume_a` says is not read has no gradient.

    >>> import tracker
    >>> tracker.gradient(lambda a: inv(a)[0, 0], np.array([[2.0]]))
    (array([[-0.25]]),)
    """

    def composition(a: Any) -> Any:
        read = _read(a, assume_a, lower)
        # SciPy leaves what is beside a diagonal as it is
        return np.linalg.inv(read) + (a - read) if assume_a == "diagonal" else np.linalg.inv(read)

    options = given(assume_a=assume_a, lower=lower or None)
    return call(_lib.inv, composition, (2,), a, check_finite=check_finite, **options)


def det(a: Any, overwrite_a: bool = False, check_finite: bool = True) -> Any:
    """The determinant: (..., n, n) -> (...).

    >>> import tracker
    >>> tracker.gradient(det, np.diag([2.0, 3.0]))[0].round(12)
    array([[3., 0.],
           [0., 2.]])
    """
    return call(_lib.det, np.linalg.det, (2,), a, check_finite=check_finite)


def pinv(
    a: Any, *, atol: float | None = None, rtol: float | None = None, return_rank: bool = False,
    check_finite: bool = True,
) -> Any:  # fmt: skip
    """The Moore-Penrose inverse: (..., m, n) -> (..., n, m); with `return_rank` also the rank.

    Singular values up to max(atol, rtol times the largest) count as zero; the derivative holds where the rank stays.

    >>> import tracker
    >>> tracker.gradient(lambda a: pinv(a)[0, 0], np.array([[2.0]]))[0].round(12)
    array([[-0.25]])
    """

    def composition(a: Any) -> Any:
        largest = np.linalg.svd(handles.plain(a), compute_uv=False).max(initial=0)
        return _ranked(np.linalg.pinv(a, rcond=_cut(a, atol, rtol, largest)), return_rank)

    return call(
        _lib.pinv, composition, (2,), a, atol=atol, rtol=rtol, return_rank=return_rank, check_finite=check_finite
    )


def pinvh(
    a: Any, atol: float | None = None, rtol: float | None = None, lower: bool = True, return_rank: bool = False,
    check_finite: bool = True,
) -> Any:  # fmt: skip
    """The Moore-Penrose inverse of a Hermitian matrix, read from one triangle: (..., n, n) -> (..., n, n).

    >>> import tracker
    >>> tracker.gradient(lambda a: pinvh(a)[0, 0], np.array([[2.0]]))[0].round(12)
    array([[-0.25]])
    """

    def composition(a: Any) -> Any:
        a = hermitian_of(a, "L" if lower else "U")
        largest = np.abs(np.linalg.eigvalsh(handles.plain(a))).max(initial=0)
        return _ranked(np.linalg.pinv(a, rcond=_cut(a, atol, rtol, largest), hermitian=True), return_rank)

    options = {"atol": atol, "rtol": rtol, "lower": lower, "return_rank": return_rank, "check_finite": check_finite}
    return call(_lib.pinvh, composition, (2,), a, **options)


def _cut(a: Any, atol: Any, rtol: Any, largest: Any) -> float:
    """SciPy's atol and rtol as the relative cut that numpy.linalg.pinv takes."""
    atol = 0.0 if atol is None else atol
    if rtol is None:
        rtol = max(a.shape) * np.finfo(a.dtype).eps
    return float(rtol + atol / largest) if largest else float(rtol)


def _ranked(inverse: Any, return_rank: bool) -> Any:
    return (inverse, 0) if return_rank else inverse


def lstsq(
    a: Any, b: Any, cond: float | None = None, overwrite_a: bool = False, overwrite_b: bool = False,
    check_finite: bool = True, lapack_driver: str | None = None,
) -> tuple[Any, Any, Any, Any]:  # fmt: skip
    """(x, residues, rank, s) of the least-squares problem: a (..., m, n), b (m,) or (..., m, k), x (n,) or (..., n, k).

    x, the sums of squared residuals and the singular values s are differentiated; where the rank does not change.

    >>> import tracker
    >>> a = np.array([[1.0], [1.0]])
    >>> tracker.gradient(lambda b: lstsq(a, b)[0][0], np.array([1.0, 3.0]))[0].round(12)
    array([0.5, 0.5])
    """

    def composition(a: Any, b: Any) -> Any:
        cut = np.finfo(np.result_type(a.dtype, b.dtype)).eps if cond is None else cond
        x, residues, rank, s = np.linalg.lstsq(a, b, rcond=float(cut))
        if lapack_driver == "gelsy":
            return x, np.zeros(0), rank, None
        return x, residues[0] if b.ndim == 1 and residues.size else residues, rank, s

    return call(  # type: ignore[no-any-return]
        _lib.lstsq, composition, (2, VECTOR_OR_MATRIX), a, b,
        cond=cond, check_finite=check_finite, lapack_driver=lapack_driver,
    )  # fmt: skip
