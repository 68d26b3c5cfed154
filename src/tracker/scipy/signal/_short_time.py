"""Short-time Fourier transforms and their inverse: by the signal and by the spectra, to which they are linear."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import scipy.signal

from tracker._arrays import handles
from tracker.scipy._array import array
from tracker.scipy._derived import derived
from tracker.scipy._linear_map import linear_map
from tracker.scipy.signal._spectra import TRENDS, Windows, estimate, in_every_scipy, is_one_sided, only

_signal: Any = scipy.signal
_EDGES: Any = {
    "zeros": {"mode": "constant"},
    "constant": {"mode": "edge"},
    "even": {"mode": "reflect"},
    "odd": {"mode": "reflect", "reflect_type": "odd"},
}


def stft(x: Any, fs: float = 1.0, window: Any = "hann_periodic", nperseg: Any = 256, noverlap: Any = None,
         nfft: Any = None, detrend: Any = False, return_onesided: bool = True, boundary: Any = "zeros",
         padded: bool = True, axis: int = -1, scaling: str = "spectrum") -> tuple[Any, Any, Any]:  # fmt: skip
    """`scipy.signal.stft`, (frequencies, times, transforms of the windows), by the signal.

    >>> import tracker
    >>> x = np.array([1.0, -1.0, 2.0, 0.5])
    >>> tracker.gradcheck(lambda x: np.abs(stft(x, nperseg=4)[2]) ** 2, x, order=2)
    True
    """
    window = in_every_scipy(window)

    def formula(x: Any) -> Any:
        cut = Windows(x.shape[-1], window, nperseg, noverlap, nfft, detrend, 2)
        spectra = cut.spectra(_extended(x, cut, boundary, padded), is_one_sided(return_onesided, x))
        spectra = spectra / _factor(cut.window, fs, scaling)
        return np.moveaxis(np.swapaxes(spectra, -1, -2), -2, axis - 1 if axis < 0 else axis)

    call: Callable[[Any], Any] = lambda x: _signal.stft(
        x, fs, window, nperseg, noverlap, nfft, detrend, return_onesided, boundary, padded, axis, scaling
    )
    only(not callable(detrend), TRENDS, x)
    return estimate("stft", formula, call, axis, (x,))


def _extended(x: Any, cut: Windows, boundary: Any, padded: bool) -> Any:
    """The signal with half a window more at both ends, and zeros to fill the last window."""
    ahead = [(0, 0)] * (x.ndim - 1)
    if boundary is not None:
        x = np.pad(x, [*ahead, (cut.size // 2, cut.size // 2)], **_EDGES[boundary])
    if padded:
        x = np.pad(x, [*ahead, (0, -(x.shape[-1] - cut.size) % cut.step % cut.size)])
    return x


def _factor(window: Any, fs: float, scaling: str) -> Any:
    return np.sum(window) if scaling == "spectrum" else np.sqrt(fs * np.sum(window**2))


def istft(Zxx: Any, fs: float = 1.0, window: Any = "hann_periodic", nperseg: Any = None, noverlap: Any = None,
          nfft: Any = None, input_onesided: bool = True, boundary: bool = True, time_axis: int = -1,
          freq_axis: int = -2, scaling: str = "spectrum") -> tuple[Any, Any]:  # fmt: skip
    """`scipy.signal.istft`, (times, signal), by the spectra.

    Griffin and Lim (1984), IEEE Transactions on Acoustics, Speech and Signal Processing 32, p. 236, equation 6.

    >>> import tracker
    >>> x = np.array([1.0, -1.0, 2.0, 0.5])
    >>> tracker.gradient(lambda x: istft(stft(x, nperseg=4)[2])[1][2], x)[0].round(12) + 0.0
    array([0., 0., 1., 0.])
    """
    window = in_every_scipy(window)
    call: Callable[[Any], Any] = lambda z: _signal.istft(
        z, fs, window, nperseg, noverlap, nfft, input_onesided, boundary, time_axis, freq_axis, scaling
    )
    z = array(Zxx)
    if not handles.is_tracked(z):
        return call(z)  # type: ignore[no-any-return]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # SciPy's warnings come with the value
        times = call(handles.plain(z))[0]
    bins = z.shape[freq_axis]
    usual = 2 * (bins - 1) if input_onesided else bins
    size = usual if nperseg is None else int(nperseg)
    count = (size if input_onesided and size == usual + 1 else usual) if nfft is None else int(nfft)
    step = size - (size // 2 if noverlap is None else int(noverlap))
    w = np.asarray(window) if isinstance(window, np.ndarray | list) else _signal.get_window(window, size)
    keep = slice(size // 2, -(size // 2)) if boundary else slice(None)

    def composition(z: Any) -> Any:
        first, last = freq_axis % z.ndim, time_axis % z.ndim
        frames = (np.fft.irfft if input_onesided else np.fft.ifft)(np.moveaxis(z, (first, last), (-2, -1)), count, -2)
        add = _overlap_add(size, step)
        weight = add(np.broadcast_to((w**2)[:, None], (size, z.shape[last])))[keep]
        signal = add(frames[..., :size, :] * (w * _factor(w, fs, scaling))[:, None])[..., keep]
        signal = signal / np.where(weight > 1e-10, weight, 1.0)
        return np.moveaxis(signal, -1, last - (first < last))

    return times, derived("scipy.signal.istft", lambda z: call(z)[1], composition, z)


def _overlap_add(size: int, step: int) -> Callable[[Any], Any]:
    """The sum of frames (..., size, n), each `step` samples after the one before: (..., size + (n - 1) step)."""

    def add(frames: Any) -> Any:
        n = frames.shape[-1]
        y = np.zeros((*frames.shape[:-2], size + (n - 1) * step), frames.dtype)
        for i in range(n):
            y[..., i * step : i * step + size] += frames[..., i]
        return y

    def cut(y: Any) -> Any:
        windows: Any = np.lib.stride_tricks.sliding_window_view(y, size, axis=-1)
        return np.swapaxes(windows[..., ::step, :], -1, -2).copy()

    return linear_map("the sum of overlapping frames", add, cut)
