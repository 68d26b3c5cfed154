"""Matrices made of vectors and of other matrices."""

from __future__ import annotations

from typing import Any

import numpy as np
import scipy.linalg as sl

from tracker.scipy._derived import derived
from tracker.scipy.linalg._call import call, gathered

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
        return call(_lib.toeplitz, lambda c: toeplitz_of(c, np.conj(c)), (1,), c)
    return call(_lib.toeplitz, toeplitz_of, (1, 1), c, r)


def toeplitz_of(c: Any, r: Any) -> Any:
    """The Toeplitz matrix of equal batches of first columns and first rows."""
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
        c = np.atleast_1d(c)
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

    def composition(a: Any) -> Any:
        a = np.atleast_1d(a)
        return np.abs(a[..., :, None] - a[..., None, :])

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
