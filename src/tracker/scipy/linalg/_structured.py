"""Matrices made of vectors and of other matrices, and systems with Toeplitz and circulant ones."""

from __future__ import annotations

from typing import Any

import numpy as np
import scipy.linalg as sl

from tracker._arrays import dispatch
from tracker.scipy._derived import derived
from tracker.scipy.linalg._call import VECTOR_OR_MATRIX, call, gathered
from tracker.scipy.linalg._systems import linear_system

__all__ = [
    "block_diag",
    "circulant",
    "companion",
    "convolution_matrix",
    "diagsvd",
    "fiedler",
    "fiedler_companion",
    "hankel",
    "khatri_rao",
    "kron",
    "leslie",
    "matmul_toeplitz",
    "solve_circulant",
    "solve_toeplitz",
    "toeplitz",
]

_lib: Any = sl


def block_diag(*arrs: Any) -> Any:
    """The matrix with these matrices, (..., m_i, n_i), along its diagonal, zeros elsewhere.

    >>> import tracker
    >>> tracker.gradient(lambda a: np.sum(block_diag(a, a) ** 2), np.array([[3.0]]))
    (array([[12.]]),)
    """
    return derived("scipy.linalg.block_diag", _lib.block_diag, _blocks, *[gathered(a) for a in arrs])


def _blocks(*arrs: Any) -> Any:
    arrs = tuple([np.atleast_2d(a) for a in arrs])
    batch = np.broadcast_shapes(*[a.shape[:-2] for a in arrs])
    width = sum(a.shape[-1] for a in arrs)
    rows, before = [], 0
    for a in arrs:
        n = a.shape[-1]
        a = np.broadcast_to(a, batch + a.shape[-2:])
        rows.append(np.pad(a, (*[(0, 0)] * (a.ndim - 1), (before, width - before - n))))
        before += n
    return np.concatenate(rows, axis=-2)


def kron(a: Any, b: Any) -> Any:
    """The Kronecker product: (m, n), (p, q) -> (m p, n q). SciPy left its own for numpy.kron in 1.17.

    >>> import tracker
    >>> tracker.gradient(lambda a: np.sum(kron(a, np.ones((2, 2)))), np.array([[3.0]]))
    (array([[4.]]),)
    """
    return np.kron(a, b)


def khatri_rao(a: Any, b: Any) -> Any:
    """Kronecker products of corresponding columns: (..., m, k), (..., n, k) -> (..., m n, k).

    >>> import tracker
    >>> tracker.gradient(lambda a: np.sum(khatri_rao(a, np.ones((3, 2)))), np.ones((1, 2)))
    (array([[3., 3.]]),)
    """
    composition = lambda a, b: np.reshape(a[:, None, :] * b[None, :, :], (-1, a.shape[1]))
    return call(_lib.khatri_rao, composition, (2, 2), a, b)


def toeplitz(c: Any, r: Any = None) -> Any:
    """The matrix with first column c (..., m) and first row r (..., n), c's conjugate by default; r[0] is not used.

    >>> import tracker
    >>> tracker.gradient(lambda c: np.sum(toeplitz(c)), np.array([1.0, 2.0, 3.0]))
    (array([3., 4., 2.]),)
    """
    if r is None:
        return call(_lib.toeplitz, lambda c: _toeplitz(c, np.conj(c)), (1,), c)
    return call(_lib.toeplitz, _toeplitz, (1, 1), c, r)


def _toeplitz(c: Any, r: Any) -> Any:
    m, n = c.shape[-1], r.shape[-1]
    values = np.concatenate([c[..., ::-1], r[..., 1:]], axis=-1)
    return values[..., np.arange(m - 1, -1, -1)[:, None] + np.arange(n)[None, :]]


def hankel(c: Any, r: Any = None) -> Any:
    """The matrix with first column c (m,) and last row r (n,), zeros by default; r[0] is not used.

    >>> import tracker
    >>> tracker.gradient(lambda c: np.sum(hankel(c)), np.array([1.0, 2.0, 3.0]))
    (array([1., 2., 3.]),)
    """

    def composition(c: Any, r: Any) -> Any:
        c, r = np.reshape(c, (-1,)), np.zeros(c.size) if r is None else np.reshape(r, (-1,))
        values = np.concatenate([c, r[1:]])
        return values[np.arange(c.size)[:, None] + np.arange(r.size)[None, :]]

    return derived("scipy.linalg.hankel", _lib.hankel, composition, gathered(c), gathered(r))


def circulant(c: Any) -> Any:
    """The circulant matrix with first column c: (..., n) -> (..., n, n).

    >>> import tracker
    >>> tracker.gradient(lambda c: np.trace(circulant(c)), np.array([1.0, 2.0, 3.0]))
    (array([3., 0., 0.]),)
    """

    def composition(c: Any) -> Any:
        n = np.arange(c.shape[-1])
        return c[..., (n[:, None] - n[None, :]) % max(n.size, 1)]

    return derived("scipy.linalg.circulant", _lib.circulant, composition, gathered(c))


def companion(a: Any) -> Any:
    """The companion matrix of a polynomial with coefficients a, the highest first: (..., n) -> (..., n - 1, n - 1).

    >>> import tracker
    >>> tracker.gradient(lambda a: companion(a)[0, 0], np.array([2.0, 3.0, 4.0]))
    (array([ 0.75, -0.5 ,  0.  ]),)
    """

    def composition(a: Any) -> Any:
        n = a.shape[-1] - 1
        first = (-a[..., 1:] / a[..., :1])[..., None, :]
        shifted = np.broadcast_to(np.eye(n - 1, n), (*a.shape[:-1], n - 1, n))
        return np.concatenate([first, shifted], axis=-2)

    return derived("scipy.linalg.companion", _lib.companion, composition, gathered(a))


def convolution_matrix(a: Any, n: int, mode: str = "full") -> Any:
    """The matrix that convolves a vector (n,) with a (..., m); `mode` as in numpy.convolve.

    >>> import tracker
    >>> tracker.gradient(lambda a: np.sum(convolution_matrix(a, 3, "valid")), np.array([1.0, 2.0]))
    (array([2., 2.]),)
    """

    def composition(a: Any) -> Any:
        m = a.shape[-1]
        rows = np.arange(m + n - 1)
        if mode == "same":
            low = (min(m, n) - 1) // 2
            rows = rows[low : low + max(m, n)]
        elif mode == "valid":
            rows = rows[min(m, n) - 1 : max(m, n)]
        k = rows[:, None] - np.arange(n)[None, :]
        return np.where((k >= 0) & (k < m), a[..., np.clip(k, 0, m - 1)], 0)

    value = lambda a: _lib.convolution_matrix(a, n, mode)
    return derived("scipy.linalg.convolution_matrix", value, composition, gathered(a))


def diagsvd(s: Any, M: int, N: int) -> Any:
    """The matrix (M, N) with s along its diagonal.

    >>> import tracker
    >>> tracker.gradient(lambda s: np.sum(diagsvd(s, 2, 3)), np.ones(2))
    (array([1., 1.]),)
    """

    def composition(s: Any) -> Any:
        square = np.diag(s)
        return np.pad(square, ((0, M - square.shape[0]), (0, N - square.shape[1])))

    return call(_lib.diagsvd, composition, (1,), s, M=M, N=N)


def fiedler(a: Any) -> Any:
    """The symmetric matrix of |a_i - a_j|: (..., n) -> (..., n, n).

    >>> import tracker
    >>> tracker.gradient(lambda a: fiedler(a)[0, 1], np.array([1.0, 4.0]))
    (array([-1.,  1.]),)
    """
    composition = lambda a: np.abs(a[..., :, None] - a[..., None, :])
    return derived("scipy.linalg.fiedler", _lib.fiedler, composition, gathered(a))


def fiedler_companion(a: Any) -> Any:
    """A companion matrix with five diagonals of a polynomial, the highest coefficient first: (n,) -> (n - 1, n - 1).

    >>> import tracker
    >>> tracker.gradient(lambda a: fiedler_companion(a)[0, 0], np.array([2.0, 3.0, 4.0]))
    (array([ 0.75, -0.5 ,  0.  ]),)
    """

    def composition(a: Any) -> Any:
        n = a.shape[-1]
        # SciPy puts a_1 ... a_n, negated and divided by a_0, in these places: one number marks each
        places = _lib.fiedler_companion(np.concatenate([[1.0], -np.arange(2.0, n + 1)]))
        index = places.astype(int)
        values = -a[..., 1:] / a[..., :1]
        return np.where(index > 1, values[..., np.clip(index - 2, 0, n - 2)], places)

    return derived("scipy.linalg.fiedler_companion", _lib.fiedler_companion, composition, gathered(a))


def leslie(f: Any, s: Any) -> Any:
    """The Leslie matrix of fecundities f (..., n) and survivals s (..., n - 1): (..., n, n).

    >>> import tracker
    >>> tracker.gradient(lambda s: np.sum(leslie(np.ones(3), s)), np.ones(2))
    (array([1., 1.]),)
    """

    def composition(f: Any, s: Any) -> Any:
        below = np.pad(np.diag(s), ((0, 0), (0, 1)))
        return np.concatenate([f[None, :], below])

    return call(_lib.leslie, composition, (1, 1), f, s)


# Products and systems


def matmul_toeplitz(c_or_cr: Any, x: Any, check_finite: bool = False, workers: int | None = None) -> Any:
    """The product of the Toeplitz matrix of c or (c, r) with x: (..., m), (..., n), (n,) or (..., n, k).

    >>> import tracker
    >>> tracker.gradient(lambda c: np.sum(matmul_toeplitz((c, [0.0, 1.0]), [1.0, 2.0])), np.ones(2))
    (array([3., 1.]),)
    """
    c, r = c_or_cr if isinstance(c_or_cr, tuple) else (c_or_cr, np.conj(gathered(c_or_cr)))
    composition = lambda c, r, x: _toeplitz(c, r) @ x
    options = {"check_finite": check_finite, "workers": workers}
    return call(_matmul_toeplitz, composition, (1, 1, VECTOR_OR_MATRIX), c, r, x, **options)


def _matmul_toeplitz(c: Any, r: Any, x: Any, **options: Any) -> Any:
    return _lib.matmul_toeplitz((c, r), x, **options)


def solve_toeplitz(c_or_cr: Any, b: Any, check_finite: bool = True) -> Any:
    """The solution x of T x = b, T the Toeplitz matrix of c or (c, r), each (..., n): b (n,) or (..., n, k).

    >>> import tracker
    >>> tracker.gradient(lambda b: solve_toeplitz([2.0, 1.0], b)[0], np.ones(2))[0].round(12)
    array([ 0.66666667, -0.33333333])
    """
    c, r = c_or_cr if isinstance(c_or_cr, tuple) else (c_or_cr, np.conj(gathered(c_or_cr)))
    return _toeplitz_system(gathered(b), gathered(c), gathered(r), check_finite=check_finite)


def _solve_toeplitz(b: Any, c: Any, r: Any, **options: Any) -> Any:
    return _lib.solve_toeplitz((c, r), b, **options)


def _toeplitz_adjoint(dy: Any, c: Any, r: Any, **options: Any) -> Any:
    batch = np.broadcast_shapes(c.shape[:-1], r.shape[:-1])
    first = np.broadcast_to(c[..., :1], (*batch, 1))
    rest = np.broadcast_to(r[..., 1:], batch + r[..., 1:].shape[-1:])
    return _toeplitz_system(dy, np.conj(np.concatenate([first, rest], axis=-1)), np.conj(c), **options)


def _toeplitz_times(x: Any, c: Any, r: Any, **options: Any) -> Any:
    batch = np.broadcast_shapes(c.shape[:-1], r.shape[:-1])
    return _toeplitz(*[np.broadcast_to(p, batch + p.shape[-1:]) for p in (c, r)]) @ x


_toeplitz_system = linear_system("scipy.linalg.solve_toeplitz", 1, _solve_toeplitz, _toeplitz_adjoint, _toeplitz_times)


def solve_circulant(
    c: Any, b: Any, singular: str = "raise", tol: float | None = None, caxis: int = -1, baxis: int = 0,
    outaxis: int = 0,
) -> Any:  # fmt: skip
    """The solution x of C x = b, C the circulant matrix of c, vectors along `caxis`, `baxis` and `outaxis`.

    With `singular="lstsq"`, what C takes to zero stays out of x, and the derivative holds where the rank stays.

    >>> import tracker
    >>> tracker.gradient(lambda b: solve_circulant([2.0, 0.0], b)[0], np.ones(2))
    (array([0.5, 0. ]),)
    """

    def composition(c: Any, b: Any) -> Any:
        spectrum = np.fft.fft(np.moveaxis(c, caxis, -1))
        size = np.abs(dispatch.plain(spectrum))
        cut = size.max(axis=-1, keepdims=True) * size.shape[-1] * np.finfo(np.float64).eps if tol is None else tol
        zero = size <= cut
        x = np.where(zero, 0, np.fft.fft(np.moveaxis(b, baxis, -1)) / np.where(zero, 1, spectrum))
        x = np.fft.ifft(x)
        return np.moveaxis(x if "c" in (c.dtype.kind, b.dtype.kind) else np.real(x), -1, outaxis)

    value = lambda c, b: _lib.solve_circulant(c, b, singular, tol, caxis, baxis, outaxis)
    c, b = (np.atleast_1d(x) if np.ndim(x) == 0 else x for x in (gathered(c), gathered(b)))
    return derived("scipy.linalg.solve_circulant", value, composition, c, b)
