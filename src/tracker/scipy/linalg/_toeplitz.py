"""Products and systems with Toeplitz and circulant matrices."""

from __future__ import annotations

from typing import Any

import numpy as np
import scipy.linalg as sl

from tracker._arrays import handles
from tracker.scipy._derived import derived
from tracker.scipy.linalg._call import VECTOR_OR_MATRIX, call, gathered
from tracker.scipy.linalg._structured import toeplitz_of
from tracker.scipy.linalg._systems import linear_system

_lib: Any = sl


def matmul_toeplitz(c_or_cr: Any, x: Any, check_finite: bool = False, workers: int | None = None) -> Any:
    """The product of the Toeplitz matrix of c or (c, r) with x: (..., m), (..., n), (n,) or (..., n, k).

    >>> import tracker
    >>> tracker.gradient(lambda c: np.sum(matmul_toeplitz((c, [0.0, 1.0]), [1.0, 2.0])), np.ones(2))
    (array([3., 1.]),)
    """
    c, r = c_or_cr if isinstance(c_or_cr, tuple) else (c_or_cr, np.conj(gathered(c_or_cr)))
    composition = lambda c, r, x: toeplitz_of(c, r) @ x
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
    return toeplitz_of(*[np.broadcast_to(p, batch + p.shape[-1:]) for p in (c, r)]) @ x


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
        size = np.abs(handles.plain(spectrum))
        cut = size.max(axis=-1, keepdims=True) * size.shape[-1] * np.finfo(np.float64).eps if tol is None else tol
        zero = size <= cut
        x = np.where(zero, 0, np.fft.fft(np.moveaxis(b, baxis, -1)) / np.where(zero, 1, spectrum))
        x = np.fft.ifft(x)
        return np.moveaxis(x if "c" in (c.dtype.kind, b.dtype.kind) else np.real(x), -1, outaxis)

    value = lambda c, b: _lib.solve_circulant(c, b, singular, tol, caxis, baxis, outaxis)
    c, b = (np.atleast_1d(x) if np.ndim(x) == 0 else x for x in (gathered(c), gathered(b)))
    return derived("scipy.linalg.solve_circulant", value, composition, c, b)
