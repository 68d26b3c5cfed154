"""scipy.sparse with tracked values in a fixed pattern: products, solutions, eigenvalues."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import scipy.sparse
import scipy.sparse.linalg

from tracker._arrays import dispatch
from tracker._arrays.leaf import collect
from tracker._core.node import EVERYTHING, PULLBACKS, Op
from tracker.errors import DegenerateError, UnsupportedKeywordError
from tracker.scipy._derived import derived

__all__ = ["SparseMatrix", "coo_matrix", "csr_matrix", "eigsh", "spsolve"]

_sparse: Any = scipy.sparse
_linalg: Any = scipy.sparse.linalg


class SparseMatrix:
    """A sparse matrix: `data` (nnz,), tracked or plain, at the fixed places `row` and `col` (nnz,).

    Values at the same place are added. `A @ x` takes (n,) or (n, k); `A.T`, `A * number`, `A.toarray()`.

    >>> import tracker
    >>> f = lambda v: (SparseMatrix(v, [0, 1], [1, 0], (2, 2)) @ np.array([2.0, 3.0]))[0]
    >>> tracker.gradient(f, np.array([1.0, 1.0]))
    (array([3., 0.]),)
    """

    __array_ufunc__ = None  # so that NumPy's operators hand over to __rmatmul__

    def __init__(self, data: Any, row: Any, col: Any, shape: Any = None) -> None:
        self.data = collect(data) if isinstance(data, list | tuple) else data
        plain = _sparse.coo_array((dispatch.plain(self.data), (np.asarray(row), np.asarray(col))), shape)
        self.row, self.col, self.shape = np.asarray(row), np.asarray(col), plain.shape

    @property
    def T(self) -> SparseMatrix:  # noqa: N802 (SciPy's name)
        return SparseMatrix(self.data, self.col, self.row, self.shape[::-1])

    def toscipy(self) -> Any:
        """The plain matrix, as SciPy has it."""
        return _csr(dispatch.plain(self.data), self.row, self.col, self.shape)

    def toarray(self) -> Any:
        """The dense matrix, tracked if the values are."""
        return self @ np.eye(self.shape[1])

    def __matmul__(self, x: Any) -> Any:
        x = collect(x) if isinstance(x, list | tuple) else x
        if not dispatch.is_tracked(self.data) and not dispatch.is_tracked(x):
            return self.toscipy() @ x
        if np.shape(x)[:1] != self.shape[1:]:
            raise ValueError(f"a matrix of shape {self.shape} times an array of shape {np.shape(x)}")
        return dispatch.record(_PRODUCT, (self.data, x, _Pattern(self.row, self.col, self.shape)), None)

    def __rmatmul__(self, x: Any) -> Any:
        return np.transpose(self.T @ np.transpose(x))

    def __mul__(self, factor: Any) -> SparseMatrix:
        return SparseMatrix(self.data * factor, self.row, self.col, self.shape)

    __rmul__ = __mul__


class _Pattern:
    """Where the values stand: a constant argument of the product."""

    def __init__(self, row: Any, col: Any, shape: Any) -> None:
        self.row, self.col, self.shape = row, col, shape

    def transposed(self) -> _Pattern:
        return _Pattern(self.col, self.row, self.shape[::-1])


def _csr(data: Any, row: Any, col: Any, shape: Any) -> Any:
    return _sparse.coo_array((data, (row, col)), shape).tocsr()


def _multiply(data: Any, x: Any, pattern: _Pattern) -> Any:
    return _csr(data, pattern.row, pattern.col, pattern.shape) @ x


def _product(data: Any, x: Any, pattern: _Pattern) -> Any:
    return dispatch.record(_PRODUCT, (data, x, pattern), None)


def _by_data(dy: Any, y: Any, data: Any, x: Any, pattern: _Pattern) -> Any:
    terms = dy[pattern.row] * np.conj(x[pattern.col])
    return terms if terms.ndim == 1 else np.sum(terms, axis=1)


def _by_vector(dy: Any, y: Any, data: Any, x: Any, pattern: _Pattern) -> Any:
    return _product(np.conj(data), dy, pattern.transposed())


def _tangent(tangents: Any, y: Any, data: Any, x: Any, pattern: _Pattern) -> Any:
    total: Any = 0.0
    if tangents[0] is not None:
        total = total + _product(tangents[0], x, pattern)
    if tangents[1] is not None:
        total = total + _product(data, tangents[1], pattern)
    return total


_PRODUCT = Op(_multiply, "scipy.sparse product", PULLBACKS, (_by_data, _by_vector, None))
_PRODUCT.pushforward = _tangent
_PRODUCT.reads = [EVERYTHING & ~3, EVERYTHING & ~5, 0]


def coo_matrix(arg: Any, shape: Any = None) -> SparseMatrix:
    """`scipy.sparse.coo_matrix((data, (row, col)), shape)` with tracked data, or a SciPy matrix as it is.

    >>> import tracker
    >>> A = coo_matrix((tracker.param([1.0, 2.0]), ([0, 1], [1, 1])), (2, 2))
    >>> A @ np.array([1.0, 10.0])
    tracked([10., 20.])
    """
    if _sparse.issparse(arg):
        plain = arg.tocoo()
        return SparseMatrix(plain.data, plain.row, plain.col, plain.shape)
    data, (row, col) = arg
    return SparseMatrix(data, row, col, shape)


def csr_matrix(arg: Any, shape: Any = None) -> SparseMatrix:
    """`scipy.sparse.csr_matrix((data, indices, indptr), shape)` with tracked data; else as `coo_matrix`.

    >>> import tracker
    >>> A = csr_matrix((tracker.param([1.0, 2.0]), [1, 1], [0, 1, 2]), (2, 2))
    >>> A @ np.array([1.0, 10.0])
    tracked([10., 20.])
    """
    if _sparse.issparse(arg) or len(arg) == 2:
        return coo_matrix(arg, shape)
    data, indices, indptr = arg
    row = np.repeat(np.arange(len(indptr) - 1), np.diff(indptr))
    columns = np.asarray(indices)
    size = (len(indptr) - 1, int(columns.max()) + 1) if shape is None else shape
    return SparseMatrix(data, row, columns, size)


def spsolve(A: Any, b: Any, permc_spec: Any = None, use_umfpack: bool = True) -> Any:
    """`scipy.sparse.linalg.spsolve` for a `SparseMatrix` (n, n) and `b` (n,) or (n, k), differentiable by both.

    One more system, with the transposed matrix, is the whole gradient.

    >>> import tracker
    >>> f = lambda v: spsolve(SparseMatrix(v, [0, 1], [0, 1], (2, 2)), np.array([1.0, 1.0]))[0]
    >>> tracker.gradient(f, np.array([2.0, 4.0]))[0]
    array([-0.25, -0.  ])
    """
    A = A if isinstance(A, SparseMatrix) else coo_matrix(A)
    b = collect(b) if isinstance(b, list | tuple) else b
    b = b[:, 0] if np.ndim(b) == 2 and np.shape(b)[1] == 1 else b  # SciPy's result is a vector
    pattern = _Pattern(A.row, A.col, A.shape)
    if not dispatch.is_tracked(A.data) and not dispatch.is_tracked(b):
        return _linalg.spsolve(A.toscipy().tocsc(), b, permc_spec, use_umfpack)
    return dispatch.record(_SOLVE, (A.data, b, pattern), None)


def _run_solve(data: Any, b: Any, pattern: _Pattern) -> Any:
    return _linalg.spsolve(_csr(data, pattern.row, pattern.col, pattern.shape).tocsc(), b)


def _solved(data: Any, b: Any, pattern: _Pattern) -> Any:
    return dispatch.record(_SOLVE, (data, b, pattern), None)


def _solve_by_data(dy: Any, y: Any, data: Any, b: Any, pattern: _Pattern) -> Any:
    return -_by_data(_solve_by_b(dy, y, data, b, pattern), None, data, y, pattern)


def _solve_by_b(dy: Any, y: Any, data: Any, b: Any, pattern: _Pattern) -> Any:
    return _solved(np.conj(data), dy, pattern.transposed())


def _solve_tangent(tangents: Any, y: Any, data: Any, b: Any, pattern: _Pattern) -> Any:
    right: Any = 0.0 * y if tangents[1] is None else tangents[1]
    if tangents[0] is not None:
        right = right - _product(tangents[0], y, pattern)
    return _solved(data, right, pattern)


_SOLVE = Op(_run_solve, "scipy.sparse.linalg.spsolve", PULLBACKS, (_solve_by_data, _solve_by_b, None))
_SOLVE.pushforward = _solve_tangent
_SOLVE.reads = [EVERYTHING & ~4, EVERYTHING & ~5, 0]


def eigsh(A: Any, k: int = 6, *, return_eigenvectors: bool = False, **options: Any) -> Any:
    """The eigenvalues (k,) of `scipy.sparse.linalg.eigsh` for a symmetric `SparseMatrix`, differentiable by its values.

    Magnus (1985), Econometric Theory 1(2): d lambda = v^H dA v. First derivatives in both modes. Tracked values raise
    `NotImplementedError` with `return_eigenvectors=True` or `M=`, and `DegenerateError` where eigenvalues coincide.

    >>> import tracker
    >>> f = lambda v: eigsh(SparseMatrix(v, [0, 1, 2], [0, 1, 2], (3, 3)), 1)[0]
    >>> tracker.gradient(f, np.array([1.0, 2.0, 5.0]))[0].round(9)
    array([0., 0., 1.])
    """
    A = A if isinstance(A, SparseMatrix) else coo_matrix(A)
    solve: Callable[[Any, bool], Any] = lambda data, vectors: _linalg.eigsh(
        _csr(data, A.row, A.col, A.shape), k, return_eigenvectors=vectors, **options
    )
    if not dispatch.is_tracked(A.data):
        return solve(A.data, return_eigenvectors)
    if return_eigenvectors or options.get("M") is not None:
        raise UnsupportedKeywordError("eigsh is differentiated by eigenvalues alone, without M= and eigenvectors.")
    if dispatch.is_tracked(A.data.value):
        raise UnsupportedKeywordError("eigsh has first derivatives only. Take numpy.linalg.eigvalsh(A.toarray()).")
    values, v = solve(dispatch.plain(A.data), True)
    if np.any(np.diff(np.sort(values)) <= 1e-9 * np.max(np.abs(values))):
        raise DegenerateError("eigsh: eigenvalues coincide, and have no derivative there.")
    own = solve(dispatch.plain(A.data), False)  # SciPy has them in another order then
    v = v[:, np.argsort(values)[np.argsort(np.argsort(own))]]
    weights = np.conj(v[A.row]) * v[A.col]
    return derived("scipy.sparse.linalg.eigsh", lambda data: own, lambda data: np.real(data @ weights), A.data)
