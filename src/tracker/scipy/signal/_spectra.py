"""Spectra of windows of a signal, and what Fourier transforms make of it: by the signals."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import scipy.signal

from tracker._arrays import handles
from tracker.errors import UnsupportedKeywordError
from tracker.scipy._array import array
from tracker.scipy._derived import derived
from tracker.scipy._linear_map import linear_map

_signal: Any = scipy.signal
TRENDS = 'Spectra are differentiated with detrend="constant", "linear" or False.'


def detrend(data: Any, axis: int = -1, type: Any = "linear", bp: Any = 0, overwrite_data: bool = False) -> Any:
    """`scipy.signal.detrend`, differentiable by the signal: a projection, which is its own adjoint.

    >>> import tracker
    >>> tracker.gradient(lambda x: detrend(x, type="constant")[0], np.zeros(4))
    (array([ 0.75, -0.25, -0.25, -0.25]),)
    """
    step: Callable[[Any], Any] = lambda x: _signal.detrend(x, axis, type, bp)
    x = array(data)
    return linear_map("scipy.signal.detrend", step, step)(x) if handles.is_tracked(x) else step(x)


def hilbert(x: Any, N: int | None = None, axis: int = -1) -> Any:
    """`scipy.signal.hilbert`, the analytic signal, differentiable by the signal."""

    def composition(x: Any) -> Any:
        n = x.shape[axis] if N is None else N
        keep = np.zeros(n)
        keep[0] = 1.0
        keep[1 : (n + 1) // 2] = 2.0
        if n % 2 == 0:
            keep[n // 2] = 1.0
        spectrum = np.fft.fft(np.moveaxis(x, axis, -1), n) * keep
        return np.moveaxis(np.fft.ifft(spectrum), -1, axis)

    return derived("scipy.signal.hilbert", lambda x: _signal.hilbert(x, N, axis), composition, array(x))


def resample(x: Any, num: int, t: Any = None, axis: int = 0, window: Any = None, domain: str = "time") -> Any:
    """`scipy.signal.resample` of a real signal, differentiable by it; with `t` a pair, as SciPy gives.

    Raises `NotImplementedError` for tracked signals in the frequency domain, complex ones, and with a window.
    """
    x = array(x)
    if handles.is_tracked(x) and (window is not None or domain != "time" or x.dtype.kind == "c"):
        raise UnsupportedKeywordError("resample is differentiated for real signals in time, without a window.")
    if not handles.is_tracked(x):
        return _signal.resample(x, num, t, axis, window, domain)

    def composition(x: Any) -> Any:
        n = x.shape[axis]
        fewer = min(num, n)
        weights = np.ones(fewer // 2 + 1)
        if fewer % 2 == 0 and num != n:  # the bin that is its own mirror image on one side only
            weights[-1] = 2.0 if num < n else 0.5
        spectrum = np.fft.rfft(np.moveaxis(x, axis, -1))[..., : fewer // 2 + 1] * weights
        return np.moveaxis(np.fft.irfft(spectrum, num) * (num / n), -1, axis)

    y = derived("scipy.signal.resample", lambda x: _signal.resample(x, num, None, axis), composition, x)
    return y if t is None else (y, _signal.resample(handles.plain(x), num, t, axis)[1])


# Windows of the signal: P. Welch, IEEE Transactions on Audio and Electroacoustics 15 (1967), p. 70


class Windows:
    """How a signal of n samples is cut into windows, as SciPy reads these arguments."""

    def __init__(self, n: int, window: Any, nperseg: Any, noverlap: Any, nfft: Any, detrend: Any, overlap: int) -> None:
        given = window if isinstance(window, np.ndarray | list) else None
        size = (256 if given is None else len(given)) if nperseg is None else int(nperseg)
        self.size = min(size, n)
        self.window = _signal.get_window(window, self.size) if given is None else np.asarray(given)
        self.step = self.size - (self.size // overlap if noverlap is None else int(noverlap))
        self.nfft = self.size if nfft is None else int(nfft)
        self.detrend = detrend

    def spectra(self, x: Any, one_sided: bool) -> Any:
        """The transform of each window: (..., windows, frequencies)."""
        cut: Any = np.lib.stride_tricks.sliding_window_view(x, self.size, axis=-1)
        cut = cut[..., :: self.step, :]
        if self.detrend:
            cut = detrend(cut, type=self.detrend)
        return (np.fft.rfft if one_sided else np.fft.fft)(cut * self.window, self.nfft)

    def power(self, a: Any, b: Any, fs: float, scaling: str, one_sided: bool) -> Any:
        """The product of two spectra, scaled; frequencies that stand for their mirror images count twice."""
        w = self.window
        scale = 1 / (fs * np.sum(w * w)) if scaling == "density" else 1 / np.sum(w) ** 2
        weights = np.full(a.shape[-1], scale)
        if one_sided:
            weights[1 : None if self.nfft % 2 else -1] *= 2
        return np.conj(a) * b * weights


def estimate(
    name: str, formula: Callable[..., Any], call: Callable[..., Any], axis: int, xs: tuple[Any, ...]
) -> tuple[Any, ...]:
    """What `call` gives; all but its last part, the estimate, are constants."""
    arrays = [array(x) for x in xs]
    if not any(handles.is_tracked(x) for x in arrays):
        return tuple(call(*arrays))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # SciPy's warnings come with the value
        constants = tuple(call(*[handles.plain(x) for x in arrays]))[:-1]
    composition = lambda *xs: formula(*[np.moveaxis(x, axis, -1) for x in xs])
    return (*constants, derived(f"scipy.signal.{name}", lambda *xs: call(*xs)[-1], composition, *arrays))


def only(holds: bool, message: str, *xs: Any) -> None:
    if not holds and any(handles.level_of(x) >= 0 for x in xs):
        raise UnsupportedKeywordError(message)


def is_one_sided(return_onesided: bool, *xs: Any) -> bool:
    return return_onesided and not any(x.dtype.kind == "c" for x in xs)


def in_every_scipy(window: Any) -> Any:
    """A window by the name that SciPy before 1.16 has, too: those for spectra are periodic anyway."""
    if isinstance(window, str):
        return window.removesuffix("_periodic")
    if isinstance(window, tuple) and window and isinstance(window[0], str):
        return (window[0].removesuffix("_periodic"), *window[1:])
    return window


def csd(x: Any, y: Any, fs: float = 1.0, window: Any = "hann_periodic", nperseg: Any = None, noverlap: Any = None,
        nfft: Any = None, detrend: Any = "constant", return_onesided: bool = True, scaling: str = "density",
        axis: int = -1, average: str = "mean") -> tuple[Any, Any]:  # fmt: skip
    """`scipy.signal.csd` of signals of equal length, (frequencies, cross spectrum), by both; not with medians.

    Raises `NotImplementedError` for tracked signals of other lengths, and for `average="median"`.
    """
    window = in_every_scipy(window)

    def formula(x: Any, y: Any) -> Any:
        cut = Windows(x.shape[-1], window, nperseg, noverlap, nfft, detrend, 2)
        one = is_one_sided(return_onesided, x, y)
        powers = cut.power(cut.spectra(x, one), cut.spectra(y, one), fs, scaling, one)
        return np.moveaxis(np.mean(powers, axis=-2), -1, axis)

    call = lambda x, y: _signal.csd(
        x, y, fs, window, nperseg, noverlap, nfft, detrend, return_onesided, scaling, axis, average
    )
    x, y = array(x), array(y)
    same = x.shape[axis] == y.shape[axis]
    only(same and average == "mean", "csd is differentiated for signals of equal length, with average='mean'.", x, y)
    only(not callable(detrend), TRENDS, x, y)
    return estimate("csd", formula, call, axis, (x, y))


def welch(x: Any, fs: float = 1.0, window: Any = "hann_periodic", nperseg: Any = None, noverlap: Any = None,
          nfft: Any = None, detrend: Any = "constant", return_onesided: bool = True, scaling: str = "density",
          axis: int = -1, average: str = "mean") -> tuple[Any, Any]:  # fmt: skip
    """`scipy.signal.welch`, (frequencies, power spectrum), by the signal; not with medians.

    >>> import tracker
    >>> x = np.array([1.0, -1.0, 2.0, 0.5])
    >>> tracker.gradcheck(lambda x: welch(x, nperseg=4)[1], x, order=2)
    True
    """
    window = in_every_scipy(window)

    def formula(x: Any) -> Any:
        cut = Windows(x.shape[-1], window, nperseg, noverlap, nfft, detrend, 2)
        one = is_one_sided(return_onesided, x)
        spectra = cut.spectra(x, one)
        powers = np.real(cut.power(spectra, spectra, fs, scaling, one))
        return np.moveaxis(np.mean(powers, axis=-2), -1, axis)

    call = lambda x: _signal.welch(
        x, fs, window, nperseg, noverlap, nfft, detrend, return_onesided, scaling, axis, average
    )
    only(average == "mean", "welch is differentiated with average='mean'.", x)
    only(not callable(detrend), TRENDS, x)
    return estimate("welch", formula, call, axis, (x,))


def periodogram(x: Any, fs: float = 1.0, window: Any = "boxcar", nfft: Any = None, detrend: Any = "constant",
                return_onesided: bool = True, scaling: str = "density", axis: int = -1) -> tuple[Any, Any]:  # fmt: skip
    """`scipy.signal.periodogram`, (frequencies, power spectrum), by the signal; `nfft` may not cut it short."""

    def formula(x: Any) -> Any:
        n = x.shape[-1]
        cut = Windows(n, "boxcar" if window is None else window, n, 0, nfft, detrend, 2)
        one = is_one_sided(return_onesided, x)
        spectra = cut.spectra(x, one)[..., 0, :]
        return np.moveaxis(np.real(cut.power(spectra, spectra, fs, scaling, one)), -1, axis)

    call = lambda x: _signal.periodogram(x, fs, window, nfft, detrend, return_onesided, scaling, axis)
    x = array(x)
    whole = nfft is None or nfft >= x.shape[axis]
    only(whole, "periodogram is not differentiated with nfft less than the signal's length.", x)
    only(not callable(detrend), TRENDS, x)
    return estimate("periodogram", formula, call, axis, (x,))


def coherence(x: Any, y: Any, fs: float = 1.0, window: Any = "hann_periodic", nperseg: Any = None,
              noverlap: Any = None, nfft: Any = None, detrend: Any = "constant",
              axis: int = -1) -> tuple[Any, Any]:  # fmt: skip
    """`scipy.signal.coherence` of signals of equal length, (frequencies, coherence), by both."""
    window = in_every_scipy(window)

    def formula(x: Any, y: Any) -> Any:
        given = (fs, window, nperseg, noverlap, nfft, detrend)
        cross, first, second = csd(x, y, *given)[1], welch(x, *given)[1], welch(y, *given)[1]
        return np.moveaxis(np.abs(cross) ** 2 / first / second, -1, axis)

    call = lambda x, y: _signal.coherence(x, y, fs, window, nperseg, noverlap, nfft, detrend, axis)
    x, y = array(x), array(y)
    same = x.shape[axis] == y.shape[axis]
    only(same, "coherence is differentiated for signals of equal length.", x, y)
    only(not callable(detrend), TRENDS, x, y)
    return estimate("coherence", formula, call, axis, (x, y))


def spectrogram(x: Any, fs: float = 1.0, window: Any = ("tukey_periodic", 0.25), nperseg: Any = None,
                noverlap: Any = None, nfft: Any = None, detrend: Any = "constant", return_onesided: bool = True,
                scaling: str = "density", axis: int = -1, mode: str = "psd") -> tuple[Any, Any, Any]:  # fmt: skip
    """`scipy.signal.spectrogram`, (frequencies, times, powers), by the signal; in mode "psd"."""
    window = in_every_scipy(window)

    def formula(x: Any) -> Any:
        cut = Windows(x.shape[-1], window, nperseg, noverlap, nfft, detrend, 8)
        one = is_one_sided(return_onesided, x)
        spectra = cut.spectra(x, one)
        powers = np.real(cut.power(spectra, spectra, fs, scaling, one))
        return np.moveaxis(np.swapaxes(powers, -1, -2), -2, axis - 1 if axis < 0 else axis)

    call = lambda x: _signal.spectrogram(
        x, fs, window, nperseg, noverlap, nfft, detrend, return_onesided, scaling, axis, mode
    )
    other = mode in ("complex", "magnitude", "angle", "phase")
    only(not other, 'spectrogram is differentiated in mode "psd"; take stft, numpy.abs and numpy.angle.', x)
    only(not callable(detrend), TRENDS, x)
    return estimate("spectrogram", formula, call, axis, (x,))
