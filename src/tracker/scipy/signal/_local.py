"""Filters of images and of ranks, convolution in two dimensions, and changes of the sampling rate by whole numbers."""

from __future__ import annotations

from typing import Any

import numpy as np
import scipy.signal

from tracker._arrays import handles
from tracker.errors import UnsupportedKeywordError
from tracker.scipy._array import array
from tracker.scipy._convolution import convolved
from tracker.scipy._derived import derived
from tracker.scipy.ndimage import rank_filter

_signal: Any = scipy.signal
_PADS = {"wrap": "wrap", "circular": "wrap", "symm": "symmetric", "symmetric": "symmetric"}


def oaconvolve(in1: Any, in2: Any, mode: str = "full", axes: Any = None) -> Any:
    """`scipy.signal.oaconvolve`, differentiable by both."""
    value = lambda a, b: _signal.oaconvolve(a, b, mode, axes)
    composition = lambda a, b: convolved(a, b, mode, axes)
    return derived("scipy.signal.oaconvolve", value, composition, array(in1), array(in2))


def convolve2d(in1: Any, in2: Any, mode: str = "full", boundary: str = "fill", fillvalue: float = 0) -> Any:
    """`scipy.signal.convolve2d`, differentiable by both; what lies outside is a constant, or the image again.

    >>> import tracker
    >>> tracker.gradient(lambda x: convolve2d(x, [[1.0, 2.0]])[0, 1], np.ones((1, 2)))[0].round(12)
    array([[2., 1.]])
    """
    value = lambda a, b: _signal.convolve2d(a, b, mode, boundary, fillvalue)
    composition = lambda a, b: _convolved2d(a, b, mode, boundary, fillvalue)
    return derived("scipy.signal.convolve2d", value, composition, array(in1), array(in2))


def correlate2d(in1: Any, in2: Any, mode: str = "full", boundary: str = "fill", fillvalue: float = 0) -> Any:
    """`scipy.signal.correlate2d`, differentiable by both; what lies outside is a constant, or the image again."""
    value = lambda a, b: _signal.correlate2d(a, b, mode, boundary, fillvalue)

    def composition(a: Any, b: Any) -> Any:
        if mode == "valid" and any(m < n for m, n in zip(a.shape, b.shape, strict=True)):
            return np.conj(np.flip(_convolved2d(b, np.conj(np.flip(a)), mode, boundary, fillvalue)))
        return _convolved2d(a, np.conj(np.flip(b)), mode, boundary, fillvalue, 0)

    return derived("scipy.signal.correlate2d", value, composition, array(in1), array(in2))


def _convolved2d(a: Any, b: Any, mode: str, boundary: str, fillvalue: float, middle: int = 1) -> Any:
    """The convolution of the continued image; of an even size, the `middle` is one further on in a correlation: 0."""
    if mode == "valid":
        return convolved(a, b, mode)
    if boundary in ("fill", "pad") and fillvalue == 0:
        full = convolved(a, b, "full")
    else:
        widths = [(n - 1, n - 1) for n in b.shape]
        constant = boundary in ("fill", "pad")
        longer = np.pad(a, widths, constant_values=fillvalue) if constant else _continued(a, widths, _PADS[boundary])
        full = convolved(longer, b, "valid")
    if mode == "full":
        return full
    start = [(n - middle) // 2 for n in b.shape]
    return full[tuple([slice(s, s + m) for s, m in zip(start, a.shape, strict=True)])]


def _continued(a: Any, widths: list[tuple[int, int]], mode: Any) -> Any:
    return np.pad(a, widths, mode)


def medfilt(volume: Any, kernel_size: Any = None) -> Any:
    """`scipy.signal.medfilt`, the median of what is around, zeros outside: differentiable by the signal."""

    def composition(x: Any) -> Any:
        sizes = [int(n) for n in np.broadcast_to(3 if kernel_size is None else kernel_size, (x.ndim,))]
        return rank_filter(x, int(np.prod(sizes)) // 2, sizes, mode="constant")

    value = lambda x: _signal.medfilt(x, kernel_size)
    return derived("scipy.signal.medfilt", value, composition, np.atleast_1d(array(volume)))


def medfilt2d(input: Any, kernel_size: Any = 3) -> Any:
    """`scipy.signal.medfilt2d`, the median of what is around, zeros outside: differentiable by the image."""

    def composition(x: Any) -> Any:
        sizes = [int(n) for n in np.broadcast_to(kernel_size, (2,))]
        return rank_filter(x, int(np.prod(sizes)) // 2, sizes, mode="constant")

    return derived("scipy.signal.medfilt2d", lambda x: _signal.medfilt2d(x, kernel_size), composition, array(input))


def order_filter(a: Any, domain: Any, rank: int) -> Any:
    """`scipy.signal.order_filter`, a rank of what the domain takes in, zeros outside: differentiable by the array."""
    composition = lambda a: rank_filter(a, rank, footprint=np.asarray(domain) != 0, mode="constant")
    return derived("scipy.signal.order_filter", lambda a: _signal.order_filter(a, domain, rank), composition, array(a))


def wiener(im: Any, mysize: Any = None, noise: Any = None) -> Any:
    """`scipy.signal.wiener`, differentiable by the image and by the power of the noise."""

    def composition(x: Any, noise: Any) -> Any:
        sizes = [int(n) for n in np.broadcast_to(3 if mysize is None else mysize, (x.ndim,))]
        box, count = np.ones(sizes), float(np.prod(sizes))
        mean = convolved(x, box, "same") / count
        variance = convolved(x * x, box, "same") / count - mean**2
        noise = np.mean(variance) if noise is None else noise
        smoother = handles.plain(variance) < handles.plain(noise)
        safe = np.where(smoother, 1.0, variance)
        return np.where(smoother, mean, mean + (x - mean) * (1 - noise / safe))

    noise = noise if noise is None else array(noise)
    return derived("scipy.signal.wiener", lambda x, p: _signal.wiener(x, mysize, p), composition, array(im), noise)


def upfirdn(h: Any, x: Any, up: int = 1, down: int = 1, axis: int = -1, mode: str = "constant", cval: float = 0) -> Any:
    """`scipy.signal.upfirdn` with zeros outside: `up - 1` zeros in between, filtered, each `down`-th; by h and x."""
    h, x = array(h), array(x)
    if (mode != "constant" or cval != 0) and (handles.is_tracked(h) or handles.is_tracked(x)):
        raise UnsupportedKeywordError("upfirdn is differentiated with zeros outside, mode='constant'.")

    def composition(h: Any, x: Any) -> Any:
        x = np.moveaxis(x, axis, -1)
        n = x.shape[-1]
        zeros = [(0, 0)] * x.ndim + [(0, up - 1)]
        spread = np.reshape(np.pad(x[..., None], zeros), (*x.shape[:-1], n * up))[..., : (n - 1) * up + 1]
        found = convolved(spread, np.reshape(h, (1,) * (x.ndim - 1) + (-1,)), "full", -1)
        return np.moveaxis(found[..., ::down], -1, axis)

    return derived(
        "scipy.signal.upfirdn", lambda h, x: _signal.upfirdn(h, x, up, down, axis, mode, cval), composition, h, x
    )
