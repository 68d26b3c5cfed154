"""Convolution in recorded calls, by Fourier transforms."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.fft import next_fast_len

from tracker._arrays import handles


def convolved(a: Any, b: Any, mode: str, axes: Any = None) -> Any:
    """The convolution of `a` and `b` along `axes` (all), cut as SciPy cuts it for the mode."""
    ndim = len(a.shape)
    if ndim == 0:
        return a * b
    chosen = range(ndim) if axes is None else [axes] if np.ndim(axes) == 0 else axes
    along = tuple([axis % ndim for axis in chosen])
    if mode == "valid" and any(a.shape[i] < b.shape[i] for i in along):
        a, b = b, a
    # longer than the result where that is quicker to transform; `_cut` leaves the rest out
    shape = [next_fast_len(a.shape[i] + b.shape[i] - 1) for i in along]
    full: Any
    if np.iscomplexobj(handles.plain(a)) or np.iscomplexobj(handles.plain(b)):
        full = np.fft.ifftn(np.fft.fftn(a, shape, along) * np.fft.fftn(b, shape, along), shape, along)
    else:
        full = np.fft.irfftn(np.fft.rfftn(a, shape, along) * np.fft.rfftn(b, shape, along), shape, along)
    return full[_cut(a, b, mode, along)]


def _cut(a: Any, b: Any, mode: str, along: tuple[int, ...]) -> tuple[slice, ...]:
    index = [slice(None)] * len(a.shape)
    for i in along:
        m, n = a.shape[i], b.shape[i]
        index[i] = slice(0, m + n - 1)
        if mode == "same":
            start = (n - 1) // 2
            index[i] = slice(start, start + m)
        elif mode == "valid":
            index[i] = slice(n - 1, m)
    return tuple(index)
