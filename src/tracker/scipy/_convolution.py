"""Convolution: by one argument a linear map with SciPy's own correlation as its adjoint, by both in recorded calls."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import scipy.signal
from scipy.fft import next_fast_len

from tracker._arrays import handles
from tracker.scipy._derived import derived
from tracker.scipy._linear_map import linear_map

_signal: Any = scipy.signal


def convolution(name: str, value: Callable[..., Any], mode: str, axes: Any, method: str, a: Any, b: Any) -> Any:
    """`value(a, b)`, the convolution along `axes` (all), cut as SciPy cuts it for the mode."""
    live = [handles.level_of(x) >= 0 or handles.is_tracked(x) for x in (a, b)]
    if a.ndim == b.ndim > 0 and a.size and b.size and live == [True, False]:
        return by_one(name, lambda a: value(a, b), b, mode, axes, method, a)
    if a.ndim == b.ndim > 0 and a.size and b.size and live == [False, True]:
        return by_one(name, lambda b: value(a, b), a, mode, axes, method, b, second=True)
    return derived(name, value, lambda a, b: convolved(a, b, mode, axes), a, b)


def by_one(
    name: str, value: Callable[[Any], Any], other: Any, mode: str, axes: Any, method: str, x: Any, second: bool = False
) -> Any:
    """`value(x)`, the convolution of `x` with a plain array: the first one, or the `second`."""
    other = np.array(other)  # its owner may change it
    shape, size = x.shape, other.shape
    a, b = (size, shape) if second else (shape, size)

    def adjoint(dy: Any) -> Any:
        along = _axes(len(shape), axes)
        if mode == "valid" and any(a[i] < b[i] for i in along):
            cut = _cut(b, a, mode, along)
        else:
            cut = _cut(a, b, mode, along)
        full = np.zeros([shape[i] + size[i] - 1 if i in along else n for i, n in enumerate(dy.shape)], dy.dtype)
        full[cut] = dy
        return _correlated(full, other, along, method)

    return linear_map(name, value, adjoint)(x)


def _correlated(full: Any, other: Any, along: tuple[int, ...], method: str) -> Any:
    """The sum over k of full[n + k] conj(other[k]), wherever there are all terms."""
    if len(along) == full.ndim:
        return _signal.correlate(full, other, "valid", method)
    turned = np.conj(np.flip(other, along))
    found = _signal.fftconvolve(full, turned, "full", axes=along)
    lengths = [slice(other.shape[i] - 1, full.shape[i]) if i in along else slice(None) for i in range(full.ndim)]
    return found[tuple(lengths)]


def convolved(a: Any, b: Any, mode: str, axes: Any = None) -> Any:
    """The convolution of `a` and `b` along `axes` (all), cut as SciPy cuts it for the mode."""
    ndim = len(a.shape)
    if ndim == 0:
        return a * b
    along = _axes(ndim, axes)
    if mode == "valid" and any(a.shape[i] < b.shape[i] for i in along):
        a, b = b, a
    # longer than the result where that is quicker to transform; `_cut` leaves the rest out
    shape = [next_fast_len(a.shape[i] + b.shape[i] - 1) for i in along]
    full: Any
    if np.iscomplexobj(handles.plain(a)) or np.iscomplexobj(handles.plain(b)):
        full = np.fft.ifftn(np.fft.fftn(a, shape, along) * np.fft.fftn(b, shape, along), shape, along)
    else:
        full = np.fft.irfftn(np.fft.rfftn(a, shape, along) * np.fft.rfftn(b, shape, along), shape, along)
    return full[_cut(a.shape, b.shape, mode, along)]


def _axes(ndim: int, axes: Any) -> tuple[int, ...]:
    chosen = range(ndim) if axes is None else [axes] if np.ndim(axes) == 0 else axes
    return tuple([axis % ndim for axis in chosen])


def _cut(a: Any, b: Any, mode: str, along: tuple[int, ...]) -> tuple[slice, ...]:
    """Where in the full convolution of arrays of these shapes the result of a mode lies."""
    index = [slice(None)] * len(a)
    for i in along:
        m, n = a[i], b[i]
        index[i] = slice(0, m + n - 1)
        if mode == "same":
            start = (n - 1) // 2
            index[i] = slice(start, start + m)
        elif mode == "valid":
            index[i] = slice(n - 1, m)
    return tuple(index)
