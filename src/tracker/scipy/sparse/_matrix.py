"""Sparse matrices with tracked values in a fixed pattern, and their products."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import scipy.sparse

from tracker._arrays import dispatch, handles
from tracker._arrays.leaf import collect
from tracker._core.node import EVERYTHING, PULLBACKS, Op
from tracker._transforms.recording import data as data_of
from tracker.scipy._array import array

_sparse: Any = scipy.sparse
_NOT_GIVEN: Final = object()


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
        self.data = array(data)
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
        return self @ np.eye(self.shape[1], dtype=self.data.dtype)

    def conj(self) -> SparseMatrix:
        """The matrix of conjugate values."""
        return SparseMatrix(np.conj(self.data), self.row, self.col, self.shape)

    def diagonal(self) -> Any:
        """The entries (min(m, n),) of the main diagonal."""
        on = np.flatnonzero(self.row == self.col)
        places = np.zeros(len(on), int)
        pick = SparseMatrix(self.data[on], self.row[on], places, (min(self.shape), 1))
        return (pick @ np.ones(1, self.data.dtype)) if len(on) else np.zeros(min(self.shape), self.data.dtype)

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


def coo_matrix(
    arg1: Any, shape: Any = None, dtype: Any = None, copy: bool = False, *, maxprint: Any = None
) -> SparseMatrix:
    """`scipy.sparse.coo_matrix((data, (row, col)), shape)` with tracked data, or of a sparse or dense matrix.

    >>> import tracker
    >>> A = coo_matrix((tracker.param([1.0, 2.0]), ([0, 1], [1, 1])), (2, 2))
    >>> A @ np.array([1.0, 10.0])
    tracked([10., 20.])
    """
    return _made("coo_matrix", arg1, shape, dtype)


def csr_matrix(
    arg1: Any, shape: Any = None, dtype: Any = None, copy: bool = False, *, maxprint: Any = None
) -> SparseMatrix:
    """`scipy.sparse.csr_matrix((data, indices, indptr), shape)` with tracked data; else as `coo_matrix`.

    >>> import tracker
    >>> A = csr_matrix((tracker.param([1.0, 2.0]), [1, 1], [0, 1, 2]), (2, 2))
    >>> A @ np.array([1.0, 10.0])
    tracked([10., 20.])
    """
    return _made("csr_matrix", arg1, shape, dtype)


def csc_matrix(
    arg1: Any, shape: Any = None, dtype: Any = None, copy: bool = False, *, maxprint: Any = None
) -> SparseMatrix:
    """`scipy.sparse.csc_matrix((data, indices, indptr), shape)` with tracked data; else as `coo_matrix`.

    >>> import tracker
    >>> A = csc_matrix((tracker.param([1.0, 2.0]), [0, 1], [0, 0, 2]), (2, 2))
    >>> A @ np.array([1.0, 10.0])
    tracked([10., 20.])
    """
    return _made("csc_matrix", arg1, shape, dtype)


def _made(kind: str, arg: Any, shape: Any, dtype: Any) -> SparseMatrix:
    """Of everything that SciPy's class of this name takes; it says what is wrong, and in what shape."""
    if isinstance(arg, SparseMatrix):
        return arg if dtype is None else SparseMatrix(_cast(arg.data, dtype), arg.row, arg.col, arg.shape)
    theirs = getattr(_sparse, kind)(data_of(arg), shape, dtype)
    if isinstance(arg, tuple) and len(arg) == 3:  # compressed rows or columns
        major = np.repeat(np.arange(len(arg[2]) - 1), np.diff(arg[2]))
        row, col = (major, arg[1]) if kind == "csr_matrix" else (arg[1], major)
        return SparseMatrix(_cast(arg[0], dtype), row, col, theirs.shape)
    if isinstance(arg, tuple) and handles.level_of(arg[0]) >= 0:
        row, col = arg[1]
        return SparseMatrix(_cast(arg[0], dtype), row, col, theirs.shape)
    if handles.level_of(arg) >= 0:
        row, col = np.indices(theirs.shape).reshape(2, -1)
        return SparseMatrix(np.reshape(_cast(arg, dtype), (-1,)), row, col, theirs.shape)
    plain = theirs.tocoo()
    return SparseMatrix(plain.data, plain.row, plain.col, plain.shape)


def _cast(values: Any, dtype: Any) -> Any:
    values = array(values)
    return values if dtype is None else values.astype(dtype)


def diags(
    diagonals: Any, offsets: Any = 0, shape: Any = None, format: Any = None, dtype: Any = _NOT_GIVEN
) -> SparseMatrix:
    """`scipy.sparse.diags(diagonals, offsets, shape)`: a matrix by its diagonals, any of them tracked.

    A diagonal of one number fills its place.

    >>> import tracker
    >>> A = diags([tracker.param([1.0, 2.0]), [5.0]], [0, 1])
    >>> A @ np.array([1.0, 10.0])
    tracked([51., 20.])
    """
    kind = {} if dtype is _NOT_GIVEN else {"dtype": dtype}
    theirs = _sparse.diags(data_of(diagonals), offsets, shape, format, **kind)  # raises what SciPy raises
    if np.ndim(offsets) == 0:
        single = len(diagonals) == 0 or np.ndim(diagonals[0]) == 0
        diagonals, offsets = [diagonals] if single else [diagonals[0]], [offsets]
    values, rows, columns = [], [], []
    for diagonal, k in zip(diagonals, offsets, strict=True):
        first_row, first_column = max(0, -k), max(0, k)
        length = min(theirs.shape[0] - first_row, theirs.shape[1] - first_column)
        values.append(np.broadcast_to(np.atleast_1d(array(diagonal))[:length], (length,)))
        rows.append(first_row + np.arange(length))
        columns.append(first_column + np.arange(length))
    whole = _cast(np.concatenate(values), theirs.dtype)
    return SparseMatrix(whole, np.concatenate(rows), np.concatenate(columns), theirs.shape)


def diags_array(
    diagonals: Any, /, *, offsets: Any = 0, shape: Any = None, format: Any = None, dtype: Any = _NOT_GIVEN
) -> SparseMatrix:
    """`scipy.sparse.diags_array`, as `diags`.

    >>> import tracker
    >>> (diags_array(tracker.param([1.0, 2.0]), offsets=1) @ np.ones(3)).shape
    (3,)
    """
    return diags(diagonals, offsets, shape, format, dtype)


def plain(x: Any) -> Any:
    """SciPy's matrix for one of ours with plain values; for one with tracked values, those."""
    if not isinstance(x, SparseMatrix):
        return x
    return x.data if handles.is_tracked(x.data) else x.toscipy()
