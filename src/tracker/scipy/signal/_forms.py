"""Frequency responses by the coefficients of a filter, and wave forms by time and frequencies."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import scipy.signal

from tracker._arrays import handles
from tracker.errors import UnsupportedKeywordError
from tracker.scipy._array import array
from tracker.scipy._derived import derived

_signal: Any = scipy.signal


def _response(name: str, call: Any, formula: Any, *xs: Any) -> tuple[Any, Any]:
    """(frequencies, response): the frequencies are those of the plain coefficients."""
    arrays = [np.atleast_1d(array(x)) for x in xs]
    frequencies = call(*[handles.plain(x) for x in arrays])[0]
    return frequencies, derived(f"scipy.signal.{name}", lambda *xs: call(*xs)[1], formula, *arrays)


def _no_plot(name: str, plot: Any) -> None:
    if plot is not None:
        raise UnsupportedKeywordError(f"{name} is differentiated without plot=. Leave it out.")


def _constant_frequencies(name: str, worN: Any) -> None:
    if handles.level_of(worN) >= 0:
        raise UnsupportedKeywordError(
            f"{name} is differentiated by the coefficients. For frequencies w write numpy.polyval(b[::-1], z) / "
            "numpy.polyval(a[::-1], z), z = numpy.exp(-1j * w); or of freqs polyval(b, 1j * w) / polyval(a, 1j * w)."
        )


def freqz(b: Any, a: Any = 1, worN: Any = 512, whole: bool = False, plot: Any = None, fs: float = 2 * np.pi,
          include_nyquist: bool = False) -> tuple[Any, Any]:  # fmt: skip
    """`scipy.signal.freqz` of vectors b and a, (frequencies, response), by both.

    >>> import tracker
    >>> tracker.gradient(lambda b: np.abs(freqz(b, worN=4)[1][0]), [1.0, 2.0])
    (array([1., 1.]),)
    """
    _no_plot("freqz", plot)
    _constant_frequencies("freqz", worN)
    if max(np.ndim(b), np.ndim(a)) > 1 and max(handles.level_of(b), handles.level_of(a)) >= 0:
        raise UnsupportedKeywordError("freqz is differentiated for vectors of coefficients.")
    call: Callable[..., Any] = lambda b, a: _signal.freqz(b, a, worN, whole, None, fs, include_nyquist)

    def formula(b: Any, a: Any) -> Any:
        turn = np.exp(-2j * np.pi / fs * call(handles.plain(b), handles.plain(a))[0])
        return np.polyval(b[::-1], turn) / np.polyval(a[::-1], turn)

    return _response("freqz", call, formula, b, a)


def freqs(b: Any, a: Any, worN: Any = 200, plot: Any = None) -> tuple[Any, Any]:
    """`scipy.signal.freqs`, (frequencies, response), by b and a; the frequencies are constants."""
    _no_plot("freqs", plot)
    _constant_frequencies("freqs", worN)
    call: Callable[..., Any] = lambda b, a: _signal.freqs(b, a, worN)

    def formula(b: Any, a: Any) -> Any:
        s = 1j * call(handles.plain(b), handles.plain(a))[0]
        return np.polyval(b, s) / np.polyval(a, s)

    return _response("freqs", call, formula, b, a)


def freqz_sos(sos: Any, worN: Any = 512, whole: bool = False, fs: float = 2 * np.pi) -> tuple[Any, Any]:
    """`scipy.signal.freqz_sos` of sections (n, 6), (frequencies, response), by the sections."""
    _constant_frequencies("freqz_sos", worN)
    call: Callable[..., Any] = lambda sos: _signal.freqz_sos(sos, worN, whole, fs)

    def formula(sos: Any) -> Any:
        turn = np.exp(-2j * np.pi / fs * call(handles.plain(sos))[0])
        h: Any = 1.0
        for k in range(sos.shape[0]):
            h = h * (np.polyval(sos[k, 2::-1], turn) / np.polyval(sos[k, :2:-1], turn))
        return h

    return _response("freqz_sos", call, formula, sos)


sosfreqz = freqz_sos


def sawtooth(t: Any, width: Any = 1.0) -> Any:
    """`scipy.signal.sawtooth`, by time; at its jumps the derivative is the one to the right."""
    width = np.asarray(array(handles.plain(width))) if not handles.is_tracked(width) else width
    if handles.is_tracked(width):
        raise UnsupportedKeywordError("sawtooth is differentiated by t. Pass tracker.stop_gradient(width).")

    def composition(t: Any) -> Any:
        phase = np.mod(handles.plain(t), 2 * np.pi)
        rising = phase < width * 2 * np.pi
        falls = 1 / (np.pi * np.where(rising, 1.0, 1 - width))
        slope = np.where(rising, 1 / (np.pi * np.where(rising, width, 1.0)), -falls)
        slope = np.where((width >= 0) & (width <= 1), slope, np.nan)
        return slope * t

    return derived("scipy.signal.sawtooth", lambda t: _signal.sawtooth(t, width), composition, array(t))


def sweep_poly(t: Any, poly: Any, phi: Any = 0) -> Any:
    """`scipy.signal.sweep_poly`, a cosine whose frequency is a polynomial of time: by time, coefficients and phase."""
    poly = poly.coeffs if isinstance(poly, np.poly1d) else array(poly)
    value = lambda t, poly, phi: _signal.sweep_poly(t, poly, phi)
    formula = lambda t, poly, phi: np.cos(2 * np.pi * np.polyval(np.polyint(poly), t) + np.pi / 180 * phi)
    return derived("scipy.signal.sweep_poly", value, formula, array(t), poly, phi)


def vectorstrength(events: Any, period: Any) -> tuple[Any, Any]:
    """`scipy.signal.vectorstrength`, (strength, phase) of events (n,), by the events and by the period or periods."""

    def formula(events: Any, period: Any) -> Any:
        mean = np.mean(np.exp(2j * np.pi / np.reshape(period, (-1, 1)) * events), axis=1)
        shape = np.shape(period)
        return np.reshape(np.abs(mean), shape), np.reshape(np.angle(mean), shape)

    value = lambda events, period: tuple(_signal.vectorstrength(events, period))
    return derived("scipy.signal.vectorstrength", value, formula, array(events), array(period))  # type: ignore[no-any-return]
