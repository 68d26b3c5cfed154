"""Convolution, recursive filters and smoothing, by signals, kernels and filter coefficients."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import scipy.signal

from tracker._arrays import handles
from tracker._arrays.leaf import collect
from tracker.errors import UnsupportedKeywordError
from tracker.scipy._convolution import by_one, convolution, convolved
from tracker.scipy._derived import derived
from tracker.scipy._linear_map import linear_map
from tracker.scipy._recursive import filtered, final_state, fixed_filter, steady_state, steady_states
from tracker.scipy._stencil import filtered as stencil_filtered
from tracker.scipy._stencil import spread_along

_signal: Any = scipy.signal
_PADS = {"mirror": "reflect", "nearest": "edge", "constant": "constant", "wrap": "wrap"}


def convolve(in1: Any, in2: Any, mode: str = "full", method: str = "auto") -> Any:
    """`scipy.signal.convolve` of arrays of the same number of dimensions, differentiable by both.

    >>> import tracker
    >>> tracker.gradient(lambda x: np.sum(convolve(x, [1.0, 2.0], "valid")), np.ones(3))[0].round(12)
    array([2., 3., 1.])
    """
    value = lambda a, b: _signal.convolve(a, b, mode, method)
    return convolution("scipy.signal.convolve", value, mode, None, method, _array(in1), _array(in2))


def fftconvolve(in1: Any, in2: Any, mode: str = "full", axes: Any = None) -> Any:
    """`scipy.signal.fftconvolve`, differentiable by both.

    >>> import tracker
    >>> tracker.gradient(lambda x: np.sum(fftconvolve(x, [1.0, 2.0], "valid")), np.ones(3))[0].round(12)
    array([2., 3., 1.])
    """
    value = lambda a, b: _signal.fftconvolve(a, b, mode, axes)
    return convolution("scipy.signal.fftconvolve", value, mode, axes, "fft", _array(in1), _array(in2))


def correlate(in1: Any, in2: Any, mode: str = "full", method: str = "auto") -> Any:
    """`scipy.signal.correlate`, differentiable by both.

    >>> import tracker
    >>> tracker.gradient(lambda x: np.sum(correlate(x, [1.0, 2.0], "valid")), np.ones(3))[0].round(12)
    array([1., 3., 2.])
    """

    def composition(a: Any, b: Any) -> Any:
        swapped = mode == "valid" and any(m < n for m, n in zip(a.shape, b.shape, strict=True))
        if swapped:
            return np.conj(np.flip(composition(b, a)))
        return convolved(a, np.conj(np.flip(b)), mode)

    value: Callable[..., Any] = lambda a, b: _signal.correlate(a, b, mode, method)
    in1, in2 = _array(in1), _array(in2)
    if in1.ndim == in2.ndim and all(m >= n for m, n in zip(in1.shape, in2.shape, strict=True)):
        if handles.is_tracked(in1) and handles.level_of(in2) < 0 and not handles.is_tracked(in2):
            turned = np.conj(np.flip(in2))
            return by_one("scipy.signal.correlate", lambda a: value(a, in2), turned, mode, None, method, in1)
    return derived("scipy.signal.correlate", value, composition, in1, in2)


def lfilter(b: Any, a: Any, x: Any, axis: int = -1, zi: Any = None) -> Any:
    """`scipy.signal.lfilter`, differentiable by the coefficients `b`, `a`, the signal and the initial state `zi`.

    With `zi` it gives the signal and the final state.

    >>> import tracker
    >>> tracker.gradient(lambda x: lfilter([1.0], [1.0, -0.5], x)[2], np.zeros(3))[0]
    array([0.25, 0.5 , 1.  ])
    """
    b, a, x = np.atleast_1d(_array(b)), np.atleast_1d(_array(a)), _array(x)
    if zi is not None:
        continued = lambda b, a, x, zi: tuple(_signal.lfilter(b, a, x, axis, zi))

        def composition(b: Any, a: Any, x: Any, zi: Any) -> Any:
            x, state = np.moveaxis(x, axis, -1), np.moveaxis(zi, axis, -1)
            y = filtered(b, a, x, state)
            return np.moveaxis(y, -1, axis), np.moveaxis(final_state(b, a, x, y, state), -1, axis)

        return derived("scipy.signal.lfilter", continued, composition, b, a, x, _array(zi))
    if handles.is_tracked(x) and not handles.is_tracked(b) and not handles.is_tracked(a):
        return _along(axis, x, fixed_filter(b, a))
    value = lambda b, a, x: _signal.lfilter(b, a, x, axis)
    return derived("scipy.signal.lfilter", value, lambda b, a, x: _along(axis, x, lambda x: filtered(b, a, x)), b, a, x)


def sosfilt(sos: Any, x: Any, axis: int = -1, zi: Any = None) -> Any:
    """`scipy.signal.sosfilt`, differentiable by the sections `sos` (n, 6), the signal and the initial states `zi`.

    With `zi` it gives the signal and the final states.

    >>> import tracker
    >>> tracker.gradient(lambda x: sosfilt([[1.0, 0, 0, 1, -0.5, 0]], x)[2], np.zeros(3))[0]
    array([0.25, 0.5 , 1.  ])
    """
    sos, x = _array(sos), _array(x)
    if zi is not None:
        continued = lambda sos, x, zi: tuple(_signal.sosfilt(sos, x, axis, zi))
        along = axis % max(np.ndim(x), 1)

        def composition(sos: Any, x: Any, zi: Any) -> Any:
            y, after = cascade(sos, np.moveaxis(x, along, -1), np.moveaxis(zi, along + 1, -1))
            return np.moveaxis(y, -1, along), np.moveaxis(after, -1, along + 1)

        return derived("scipy.signal.sosfilt", continued, composition, sos, x, _array(zi))
    if handles.is_tracked(x) and not handles.is_tracked(sos):
        sos = np.array(sos)
        backwards = lambda dy: np.flip(_signal.sosfilt(np.conj(sos), np.flip(dy, axis), axis), axis)
        return linear_map("scipy.signal.sosfilt", lambda x: _signal.sosfilt(sos, x, axis), backwards)(x)

    def from_rest(sos: Any, x: Any) -> Any:
        for k in range(sos.shape[0]):
            x = filtered(sos[k, :3], sos[k, 3:], x)
        return x

    value = lambda sos, x: _signal.sosfilt(sos, x, axis)
    return derived("scipy.signal.sosfilt", value, lambda sos, x: _along(axis, x, lambda x: from_rest(sos, x)), sos, x)


def cascade(sos: Any, x: Any, states: Any) -> tuple[Any, Any]:
    """The signal through all sections along the last axis, from states (n, ..., 2), and the states after it."""
    after = []
    for k in range(sos.shape[0]):
        b, a = sos[k, :3], sos[k, 3:]
        y = filtered(b, a, x, states[k])
        after.append(final_state(b, a, x, y, states[k]))
        x = y
    return x, np.stack(after)


def filtfilt(
    b: Any,
    a: Any,
    x: Any,
    axis: int = -1,
    padtype: Any = "odd",
    padlen: int | None = None,
    method: str = "pad",
    irlen: Any = None,
) -> Any:
    """`scipy.signal.filtfilt`, differentiable by the coefficients and by the signal.

    Raises `NotImplementedError` if something is tracked and the method is "gust".

    >>> import tracker
    >>> f = lambda x: filtfilt([0.5, 0.5], [1.0], x, padlen=0)[2]
    >>> tracker.gradient(f, np.zeros(5))[0].round(12) + 0.0
    array([0.  , 0.25, 0.5 , 0.25, 0.  ])
    """
    b, a, x = _array(b), _array(a), _array(x)
    if method != "pad":
        _refuse("filtfilt", "method", b, a, x)
    taps = max(np.size(handles.plain(b)), np.size(handles.plain(a)))
    edge = 0 if padtype is None else 3 * taps if padlen is None else padlen

    def both_ways(b: Any, a: Any, x: Any) -> Any:
        state = steady_state(b, a)
        return there_and_back(lambda x: filtered(b, a, x, state * x[..., :1]), x, edge, padtype)

    value = lambda b, a, x: _signal.filtfilt(b, a, x, axis, padtype, padlen, method, irlen)
    composition = lambda b, a, x: _along(axis, x, lambda x: both_ways(b, a, x))
    return derived("scipy.signal.filtfilt", value, composition, b, a, x)


def sosfiltfilt(sos: Any, x: Any, axis: int = -1, padtype: Any = "odd", padlen: int | None = None) -> Any:
    """`scipy.signal.sosfiltfilt`, differentiable by the sections and by the signal.

    >>> import tracker
    >>> f = lambda x: sosfiltfilt([[0.5, 0.5, 0, 1, 0, 0]], x, padlen=0)[2]
    >>> tracker.gradient(f, np.zeros(5))[0].round(12) + 0.0
    array([0.  , 0.25, 0.5 , 0.25, 0.  ])
    """
    sos, x = _array(sos), _array(x)

    def both_ways(sos: Any, x: Any) -> Any:
        plain = handles.plain(sos)
        taps = 2 * len(plain) + 1 - min(np.sum(plain[:, 2] == 0), np.sum(plain[:, 5] == 0))
        edge = 0 if padtype is None else 3 * taps if padlen is None else padlen
        states = steady_states(sos)[(slice(None),) + (None,) * (len(x.shape) - 1)]
        return there_and_back(lambda x: cascade(sos, x, states * x[..., :1])[0], x, edge, padtype)

    value = lambda sos, x: _signal.sosfiltfilt(sos, x, axis, padtype, padlen)
    composition = lambda sos, x: _along(axis, x, lambda x: both_ways(sos, x))
    return derived("scipy.signal.sosfiltfilt", value, composition, sos, x)


def there_and_back(f: Callable[[Any], Any], x: Any, edge: int, padtype: Any) -> Any:
    """The signal, longer by `edge` at both ends, through the filter `f` forwards and backwards."""
    y = np.flip(f(np.flip(f(_extended(x, edge, padtype)), -1)), -1)
    return y[..., edge : y.shape[-1] - edge]


# States


def lfilter_zi(b: Any, a: Any) -> Any:
    """`scipy.signal.lfilter_zi`: the state of a filter whose input has been 1 for ever, by its coefficients.

    >>> import tracker
    >>> tracker.gradient(lambda a: lfilter_zi([1.0], [1.0, a])[0], -0.5)
    (-4.0,)
    """

    def composition(b: Any, a: Any) -> Any:
        first = int(np.flatnonzero(handles.plain(a))[0])
        return steady_state(b, a[first:])

    return derived("scipy.signal.lfilter_zi", _signal.lfilter_zi, composition, *_coefficients(b, a))


def sosfilt_zi(sos: Any) -> Any:
    """`scipy.signal.sosfilt_zi`: the states (n, 2) of sections whose input has been 1 for ever, by the sections.

    >>> import tracker
    >>> tracker.gradient(lambda a: sosfilt_zi(tracker.collect([[1.0, 0, 0, 1, a, 0]]))[0, 0], -0.5)
    (-4.0,)
    """
    return derived("scipy.signal.sosfilt_zi", _signal.sosfilt_zi, steady_states, _array(sos))


def lfiltic(b: Any, a: Any, y: Any, x: Any = None) -> Any:
    """`scipy.signal.lfiltic`: the state of a filter after the outputs y and the inputs x, the latest first.

    >>> import tracker
    >>> tracker.gradient(lambda y: lfiltic([1.0], [1.0, -0.5], y)[0], [2.0])
    (array([0.5]),)
    """
    b, a, y = _coefficients(b, a, y)

    def composition(b: Any, a: Any, y: Any, *inputs: Any) -> Any:
        rest = np.zeros(max(b.shape[0], a.shape[0]) - 1)
        last = [np.flip(np.concatenate([z, rest])[: len(rest)]) for z in (*inputs, y)]
        x, y = last if inputs else (rest, *last)
        return final_state(b, a, x, y, rest)

    inputs = [] if x is None else _coefficients(x)
    return derived("scipy.signal.lfiltic", _signal.lfiltic, composition, b, a, y, *inputs)


def _coefficients(*lists: Any) -> list[Any]:
    return [np.atleast_1d(_array(x)) for x in lists]


# Smoothing


def savgol_filter(
    x: Any,
    window_length: int,
    polyorder: int,
    deriv: int = 0,
    delta: float = 1.0,
    axis: int = -1,
    mode: str = "interp",
    cval: float = 0.0,
) -> Any:
    """`scipy.signal.savgol_filter`, differentiable by the signal.

    >>> import tracker
    >>> tracker.gradient(lambda x: savgol_filter(x, 3, 1)[2], np.zeros(5))[0].round(9) + 0.0
    array([0.        , 0.33333333, 0.33333333, 0.33333333, 0.        ])
    """
    settings = (window_length, polyorder, deriv, delta)
    half = window_length // 2
    before = (window_length - 1) // 2

    def adjoint(dy: Any) -> Any:
        weights = _signal.savgol_coeffs(*settings, use="dot")
        if mode != "interp":
            return spread_along(dy, weights, _PADS[mode], dy.ndim - 1, before)
        n = dy.shape[-1]
        inner = spread_along(dy[..., half : n - half], weights, None, dy.ndim - 1, before)
        # an even window begins one place later
        dx = np.pad(inner, [(0, 0)] * (dy.ndim - 1) + [(half - before, 0)])
        # the polynomials through the first and the last window, at their outer halves
        ends = _signal.savgol_filter(np.eye(window_length), *settings, axis=0)
        dx[..., :window_length] += dy[..., :half] @ ends[:half]
        dx[..., n - window_length :] += dy[..., n - half :] @ ends[window_length - half :]
        return dx

    value = lambda x, cval: _signal.savgol_filter(x, *settings, axis, mode, cval)
    return stencil_filtered("scipy.signal.savgol_filter", value, lambda dy: _along(axis, dy, adjoint), cval, _array(x))


def _array(x: Any) -> Any:
    x = collect(x) if isinstance(x, list | tuple) else x
    return x if handles.is_tracked(x) else np.asarray(x)


def _refuse(name: str, keyword: str, *arrays: Any) -> None:
    if any(handles.level_of(x) >= 0 for x in arrays):
        raise UnsupportedKeywordError(f"{name} can't be differentiated with this {keyword}=. Leave it out.")


def _along(axis: int, x: Any, f: Any) -> Any:
    return np.moveaxis(f(np.moveaxis(x, axis, -1)), -1, axis)


def _extended(x: Any, n: int, padtype: Any) -> Any:
    """The signal continued by `n` samples at both ends."""
    if n == 0:
        return x
    if padtype == "constant":
        return np.concatenate([x[..., :1] * np.ones(n), x, x[..., -1:] * np.ones(n)], axis=-1)
    left, right = np.flip(x[..., 1 : n + 1], -1), np.flip(x[..., -n - 1 : -1], -1)
    if padtype == "odd":
        left, right = 2 * x[..., :1] - left, 2 * x[..., -1:] - right
    return np.concatenate([left, x, right], axis=-1)
