"""Sparse systems solved by factors; one more system, with A^H, is the whole gradient."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import scipy.sparse.linalg

from tracker._arrays import dispatch, handles
from tracker._arrays.leaf import collect
from tracker._core.node import EVERYTHING, PULLBACKS, Op
from tracker.scipy.sparse._matrix import Pattern, coo_matrix, product

_lib: Any = scipy.sparse.linalg
_Run = Callable[[Any, Any], Any]


class Method:
    """How a system is solved: `run(matrix, b)` for plain values, `adjoint()` for the conjugate transpose, `again()` for
    further right-hand sides."""

    def __init__(self, run: _Run, adjoint: Callable[[], Method], again: Callable[[], Method] | None = None) -> None:
        self.run = run
        self.adjoint = adjoint
        self.again = again or self._same

    def _same(self) -> Method:
        return self


def _solution(data: Any, b: Any, pattern: Pattern, method: Method) -> Any:
    return dispatch.record(_SOLVE, (data, b, pattern, method), None)


def _run(data: Any, b: Any, pattern: Pattern, method: Method) -> Any:
    return method.run(pattern.matrix(data), b)


def _by_data(dy: Any, y: Any, data: Any, b: Any, pattern: Pattern, method: Method) -> Any:
    return -pattern.by_values(_by_b(dy, y, data, b, pattern, method), y)


def _by_b(dy: Any, y: Any, data: Any, b: Any, pattern: Pattern, method: Method) -> Any:
    return _solution(np.conj(data), dy, pattern.transposed(), method.adjoint())


def _tangent(tangents: Any, y: Any, data: Any, b: Any, pattern: Pattern, method: Method) -> Any:
    right: Any = 0.0 * y if tangents[1] is None else tangents[1]
    if tangents[0] is not None:
        right = right - product(tangents[0], y, pattern)
    return _solution(data, right, pattern, method.again())


_SOLVE = Op(_run, "a sparse solution", PULLBACKS, (_by_data, _by_b, None, None))
_SOLVE.pushforward = _tangent
_SOLVE.reads = [EVERYTHING & ~4, EVERYTHING & ~5, 0, 0]


def solved(a: Any, b: Any, method: Method) -> Any:
    a = coo_matrix(a)
    return _solution(a.data, b, Pattern(a.row, a.col, a.shape), method)


def gathered(b: Any) -> Any:
    return collect(b) if isinstance(b, list | tuple) else b


def spsolve(A: Any, b: Any, permc_spec: Any = None, use_umfpack: bool = True) -> Any:
    """`scipy.sparse.linalg.spsolve` for a sparse matrix (n, n) and `b` (n,) or (n, k), differentiable by both.

    >>> import tracker
    >>> from tracker.scipy.sparse import SparseMatrix
    >>> f = lambda v: spsolve(SparseMatrix(v, [0, 1], [0, 1], (2, 2)), np.array([1.0, 1.0]))[0]
    >>> tracker.gradient(f, np.array([2.0, 4.0]))[0]
    array([-0.25, -0.  ])
    """
    b = gathered(b)
    b = b[:, 0] if np.ndim(b) == 2 and np.shape(b)[1] == 1 else b  # SciPy's result is a vector
    method = Method(lambda m, b: _lib.spsolve(m.tocsc(), b, permc_spec, use_umfpack), lambda: method)
    return solved(A, b, method)


def factorized(A: Any) -> Callable[[Any], Any]:
    """`scipy.sparse.linalg.factorized`: a function that solves A x = b, differentiable by the values of A and by b.

    >>> import tracker
    >>> from tracker.scipy.sparse import SparseMatrix
    >>> f = lambda v: factorized(SparseMatrix(v, [0, 1], [0, 1], (2, 2)))(np.array([1.0, 1.0]))[0]
    >>> tracker.gradient(f, np.array([2.0, 4.0]))[0]
    array([-0.25, -0.  ])
    """
    A = coo_matrix(A)
    factors = _lib.splu(Pattern(A.row, A.col, A.shape).matrix(handles.plain(A.data)).tocsc())
    turned = Method(lambda m, b: _by_parts(factors, b, "H"), lambda: method)
    method = Method(lambda m, b: _by_parts(factors, b, "N"), lambda: turned)
    return lambda b: solved(A, gathered(b), method)


def _by_parts(factors: Any, b: Any, trans: str) -> Any:
    b = np.asarray(b)
    if b.dtype.kind == "c" and factors.L.dtype.kind != "c":
        return _by_parts(factors, b.real, trans) + 1j * _by_parts(factors, b.imag, trans)
    return factors.solve(np.ascontiguousarray(b, np.result_type(b.dtype, factors.L.dtype)), trans)


def spsolve_triangular(
    A: Any,
    b: Any,
    lower: bool = True,
    overwrite_A: bool = False,
    overwrite_b: bool = False,
    unit_diagonal: bool = False,
) -> Any:
    """`scipy.sparse.linalg.spsolve_triangular` for a sparse triangular matrix (n, n), differentiable by both.

    Values outside of the triangle raise, as in SciPy; the diagonal counts as 1, with no gradient, if `unit_diagonal`.

    >>> import tracker
    >>> from tracker.scipy.sparse import SparseMatrix
    >>> f = lambda v: spsolve_triangular(SparseMatrix(v, [0, 1], [0, 1], (2, 2)), np.array([1.0, 1.0]))[0]
    >>> tracker.gradient(f, np.array([2.0, 4.0]))[0]
    array([-0.25, -0.  ])
    """
    A = coo_matrix(A)
    if unit_diagonal:
        ones = np.where(A.row == A.col, 1.0, A.data)
        A = type(A)(ones, A.row, A.col, A.shape)

    def method(low: bool) -> Method:
        return Method(
            lambda m, b: _lib.spsolve_triangular(m, b, low, unit_diagonal=unit_diagonal), lambda: method(not low)
        )

    return solved(A, gathered(b), method(lower))
