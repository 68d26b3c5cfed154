"""Fourier transforms at some frequencies: the chirp z-transform, linear in the signal."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import scipy.signal

from tracker._arrays import handles
from tracker.scipy._array import array
from tracker.scipy._linear_map import linear_map
from tracker.scipy.signal._spectra import only

_signal: Any = scipy.signal
_CONSTANT = "is differentiated by the signal alone: write numpy.exp(-1j * numpy.outer(w, n)) @ x for the frequencies w."


def czt(x: Any, m: Any = None, w: Any = None, a: Any = 1 + 0j, *, axis: int = -1) -> Any:
    """`scipy.signal.czt`, the chirp z-transform sum_n x_n a**-n w**(n k), k < m, by the signal.

    Rabiner, Schafer and Rader (1969), Bell System Technical Journal 48, p. 1249. `NotImplementedError` for tracked
    `w` and `a`.

    >>> import tracker
    >>> tracker.gradient(lambda x: czt(x, 3, 0.5, 2.0)[1].real, np.array([5.0, 3.0]))[0].round(12)
    array([1.  , 0.25])
    """
    only(handles.level_of(w) < 0 and handles.level_of(a) < 0, f"czt {_CONSTANT}", w, a)
    x = array(x)
    forward: Callable[[Any], Any] = lambda x: _signal.czt(x, m, w, a, axis=axis)
    if not handles.is_tracked(x):
        return forward(x)
    n = np.arange(x.shape[axis])

    def adjoint(dy: Any) -> Any:
        dy = np.moveaxis(dy, axis, -1)
        count = dy.shape[-1]
        found = (count * np.fft.ifft(dy))[..., n % count] if w is None else _signal.czt(dy, len(n), np.conj(w), axis=-1)
        return np.moveaxis(found * np.conj(a * 1.0) ** -n, -1, axis)

    return linear_map("scipy.signal.czt", forward, adjoint)(x)


def zoom_fft(x: Any, fn: Any, m: Any = None, *, fs: float = 2, endpoint: bool = False, axis: int = -1) -> Any:
    """`scipy.signal.zoom_fft`, the Fourier transform at m frequencies within `fn`, by the signal.

    >>> import tracker
    >>> tracker.gradient(lambda x: zoom_fft(x, [0, 1])[1].real, np.array([5.0, 3.0]))[0].round(12)
    array([1., 0.])
    """
    only(handles.level_of(fn) < 0, f"zoom_fft {_CONSTANT}", fn)
    x = array(x)
    forward: Callable[[Any], Any] = lambda x: _signal.zoom_fft(x, fn, m, fs=fs, endpoint=endpoint, axis=axis)
    if not handles.is_tracked(x):
        return forward(x)
    n = x.shape[axis]
    start, end = (0.0, np.ravel(fn)[0]) if np.size(fn) == 1 else fn

    def adjoint(dy: Any) -> Any:
        dy = np.moveaxis(dy, axis, -1)
        step = (end - start) / (dy.shape[-1] - endpoint)
        found = _signal.zoom_fft(dy, [0, -step * n], n, fs=fs)
        return np.moveaxis(found * np.exp(2j * np.pi * np.arange(n) * (start / fs)), -1, axis)

    return linear_map("scipy.signal.zoom_fft", forward, adjoint)(x)
