"""Sparse matrices with tracked values in a fixed pattern, and their products."""

from __future__ import annotations

from typing import Any

import numpy as np
import scipy.sparse

from tracker._arrays import dispatch, handles
from tracker._arrays.leaf import collect
from tracker._core.node import EVERYTHING, PULLBACKS, Op

_sparse: Any = scipy.sparse


class SparseMatrix:
    """A sparse matrix: `data` (nnz,), tracked or plain, at the fixed places `row` and `col` (nnz,).

    Values at the same place are added. `A @ x` takes (n,), (n, k) or another sparse matrix; `A + B`, `A - B`,
    `A * number`, `A / number`, `A.T`, `A.conj()`, `A.diagonal()`, `A.toarray()`.

    >>> import tracker
    >>> f = lambda v: (SparseMatrix(v, [0, 1], [1, 0], (2, 2)) @ np.array([2.0, 3.0]))[0]
    >>> tracker.gradient(f, np.array([1.0, 1.0]))
    (array([3., 0.]),)
    """

    __array_ufunc__ = None  # so that NumPy's operators hand over to __rmatmul__

    def __init__(self, data: Any, row: Any, col: Any, shape: Any = None) -> None:
        self.data = collect(data) if isinstance(data, list | tuple) else data
        plain = _sparse.coo_array((handles.plain(self.data), (np.asarray(row), np.asarray(col))), shape)
        self.row, self.col, self.shape = np.asarray(row), np.asarray(col), plain.shape

    @property
    def T(self) -> SparseMatrix:  # noqa: N802 (SciPy's name)
        return SparseMatrix(self.data, self.col, self.row, self.shape[::-1])

    def toscipy(self) -> Any:
        """The plain matrix, as SciPy has it."""
        return _csr(handles.plain(self.data), self.row, self.col, self.shape)

    def toarray(self) -> Any:
        """The dense matrix, tracked if the values are."""
        return self @ np.eye(self.shape[1])

    def conj(self) -> SparseMatrix:
        """The matrix of conjugate values."""
        return SparseMatrix(np.conj(self.data), self.row, self.col, self.shape)

    def diagonal(self) -> Any:
        """The entries (min(m, n),) of the main diagonal."""
        on = np.flatnonzero(self.row == self.col)
        places = np.zeros(len(on), int)
        pick = SparseMatrix(self.data[on], self.row[on], places, (min(self.shape), 1))
        return (pick @ np.ones(1)) if len(on) else np.zeros(min(self.shape))

    def __matmul__(self, x: Any) -> Any:
        if isinstance(x, SparseMatrix) or _sparse.issparse(x):
            return _sparse_product(self, coo_matrix(x))
        x = collect(x) if isinstance(x, list | tuple) else x
        if not handles.is_tracked(self.data) and not handles.is_tracked(x):
            return self.toscipy() @ x
        if np.shape(x)[:1] != self.shape[1:]:
            raise ValueError(f"a matrix of shape {self.shape} times an array of shape {np.shape(x)}")
        return dispatch.record(_PRODUCT, (self.data, x, Pattern(self.row, self.col, self.shape)), None)

    def __rmatmul__(self, x: Any) -> Any:
        if _sparse.issparse(x):
            return _sparse_product(coo_matrix(x), self)
        return np.transpose(self.T @ np.transpose(x))

    def dot(self, x: Any) -> Any:
        """`A @ x`."""
        return self @ x

    def __mul__(self, factor: Any) -> SparseMatrix:
        _refuse_arrays(factor)
        return SparseMatrix(self.data * factor, self.row, self.col, self.shape)

    __rmul__ = __mul__

    def __truediv__(self, factor: Any) -> SparseMatrix:
        _refuse_arrays(factor)
        return SparseMatrix(self.data / factor, self.row, self.col, self.shape)

    def __neg__(self) -> SparseMatrix:
        return SparseMatrix(-self.data, self.row, self.col, self.shape)

    def __add__(self, other: Any) -> SparseMatrix:
        other = coo_matrix(other)
        if self.shape != other.shape:
            raise ValueError(f"a matrix of shape {self.shape} plus one of shape {other.shape}")
        values = np.concatenate([self.data, other.data])
        return SparseMatrix(values, _joined(self.row, other.row), _joined(self.col, other.col), self.shape)

    __radd__ = __add__

    def __sub__(self, other: Any) -> SparseMatrix:
        return self + -coo_matrix(other)

    def __rsub__(self, other: Any) -> SparseMatrix:
        return coo_matrix(other) - self


def _refuse_arrays(factor: Any) -> None:
    """Raise for a factor that is no number: SciPy's matrices and its arrays differ in what that means."""
    if np.shape(factor) or isinstance(factor, SparseMatrix) or _sparse.issparse(factor):
        raise TypeError(
            "A sparse matrix is multiplied and divided by numbers with * and /. Write A @ x for a product, "
            "diags(x) @ A to scale the rows of A by x, A @ diags(x) for the columns."
        )


def _joined(a: Any, b: Any) -> Any:
    return np.concatenate([a, b])


def _sparse_product(a: SparseMatrix, b: SparseMatrix) -> SparseMatrix:
    """The product by pairs: every value of a column of `a` with every value of that row of `b`."""
    if a.shape[1] != b.shape[0]:
        raise ValueError(f"a matrix of shape {a.shape} times one of shape {b.shape}")
    order = np.argsort(b.row, kind="stable")
    starts = np.searchsorted(b.row[order], np.arange(b.shape[0] + 1))
    partners = np.diff(starts)[a.col]
    left = np.repeat(np.arange(len(a.col)), partners)
    within = np.arange(len(left)) - np.repeat(np.cumsum(partners) - partners, partners)
    right = order[starts[a.col[left]] + within]
    return SparseMatrix(a.data[left] * b.data[right], a.row[left], b.col[right], (a.shape[0], b.shape[1]))


class Pattern:
    """Where the values stand: a constant argument of products and solutions."""

    def __init__(self, row: Any, col: Any, shape: Any) -> None:
        self.row, self.col, self.shape = row, col, shape

    def transposed(self) -> Pattern:
        return Pattern(self.col, self.row, self.shape[::-1])

    def matrix(self, data: Any) -> Any:
        """SciPy's matrix with these plain values, in compressed rows."""
        return _csr(data, self.row, self.col, self.shape)

    def by_values(self, left: Any, right: Any) -> Any:
        """The entries of `left @ right^H` at the places: the gradient by the values of what is bilinear in them."""
        terms = left[self.row] * np.conj(right[self.col])
        return terms if terms.ndim == 1 else np.sum(terms, axis=1)


def _csr(data: Any, row: Any, col: Any, shape: Any) -> Any:
    return _sparse.coo_array((data, (row, col)), shape).tocsr()


def _multiply(data: Any, x: Any, pattern: Pattern) -> Any:
    return pattern.matrix(data) @ x


def product(data: Any, x: Any, pattern: Pattern) -> Any:
    return dispatch.record(_PRODUCT, (data, x, pattern), None)


def _by_data(dy: Any, y: Any, data: Any, x: Any, pattern: Pattern) -> Any:
    return pattern.by_values(dy, x)


def _by_vector(dy: Any, y: Any, data: Any, x: Any, pattern: Pattern) -> Any:
    return product(np.conj(data), dy, pattern.transposed())


def _tangent(tangents: Any, y: Any, data: Any, x: Any, pattern: Pattern) -> Any:
    total: Any = 0.0
    if tangents[0] is not None:
        total = total + product(tangents[0], x, pattern)
    if tangents[1] is not None:
        total = total + product(data, tangents[1], pattern)
    return total


_PRODUCT = Op(_multiply, "scipy.sparse product", PULLBACKS, (_by_data, _by_vector, None))
_PRODUCT.pushforward = _tangent
_PRODUCT.reads = [EVERYTHING & ~3, EVERYTHING & ~5, 0]


def coo_matrix(arg: Any, shape: Any = None) -> SparseMatrix:
    """`scipy.sparse.coo_matrix((data, (row, col)), shape)` with tracked data, or of a sparse or dense matrix.

    >>> import tracker
    >>> A = coo_matrix((tracker.param([1.0, 2.0]), ([0, 1], [1, 1])), (2, 2))
    >>> A @ np.array([1.0, 10.0])
    tracked([10., 20.])
    """
    if isinstance(arg, SparseMatrix):
        return arg
    if _is_dense(arg):
        row, col = np.indices(arg.shape).reshape(2, -1)
        return SparseMatrix(np.reshape(arg, (-1,)), row, col, arg.shape)
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
    if isinstance(arg, SparseMatrix) or _sparse.issparse(arg) or _is_dense(arg) or len(arg) == 2:
        return coo_matrix(arg, shape)
    data, indices, indptr = arg
    row = np.repeat(np.arange(len(indptr) - 1), np.diff(indptr))
    columns = np.asarray(indices)
    size = (len(indptr) - 1, int(columns.max()) + 1) if shape is None else shape
    return SparseMatrix(data, row, columns, size)


def csc_matrix(arg: Any, shape: Any = None) -> SparseMatrix:
    """`scipy.sparse.csc_matrix((data, indices, indptr), shape)` with tracked data; else as `coo_matrix`.

    >>> import tracker
    >>> A = csc_matrix((tracker.param([1.0, 2.0]), [0, 1], [0, 0, 2]), (2, 2))
    >>> A @ np.array([1.0, 10.0])
    tracked([10., 20.])
    """
    if isinstance(arg, tuple | list) and len(arg) == 3:
        return csr_matrix(arg, None if shape is None else shape[::-1]).T
    return coo_matrix(arg, shape)


def diags(diagonals: Any, offsets: Any = 0, shape: Any = None) -> SparseMatrix:
    """`scipy.sparse.diags(diagonals, offsets, shape)`: a matrix by its diagonals, any of them tracked.

    Raises `ValueError` if a diagonal's length is neither 1 nor that of its place.

    >>> import tracker
    >>> A = diags([tracker.param([1.0, 2.0]), [5.0]], [0, 1])
    >>> A @ np.array([1.0, 10.0])
    tracked([51., 20.])
    """
    if np.ndim(offsets) == 0:
        diagonals, offsets = [diagonals], [offsets]
    diagonals = [collect(d) if isinstance(d, list | tuple) else np.atleast_1d(d) for d in diagonals]
    if len(diagonals) != len(offsets):
        raise ValueError(f"Different number of diagonals and offsets: {len(diagonals)} and {len(offsets)}.")
    if shape is None:
        shape = (len(diagonals[0]) + abs(int(offsets[0])),) * 2
    values, rows, columns = [], [], []
    for diagonal, k in zip(diagonals, offsets, strict=True):
        first_row, first_column = max(0, -k), max(0, k)
        length = min(shape[0] - first_row, shape[1] - first_column)
        if length < 0 or len(diagonal) not in (1, length):
            raise ValueError(f"The diagonal at offset {k} has length {len(diagonal)} in a matrix of shape {shape}.")
        values.append(np.broadcast_to(diagonal, (length,)))
        rows.append(first_row + np.arange(length))
        columns.append(first_column + np.arange(length))
    return SparseMatrix(np.concatenate(values), np.concatenate(rows), np.concatenate(columns), shape)


def _is_dense(x: Any) -> bool:
    return getattr(x, "ndim", 0) == 2 and not _sparse.issparse(x)


def plain(x: Any) -> Any:
    """SciPy's matrix for one of ours with plain values; for one with tracked values, those."""
    if not isinstance(x, SparseMatrix):
        return x
    return x.data if handles.is_tracked(x.data) else x.toscipy()
