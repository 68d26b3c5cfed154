"""Discrete Fourier transforms.

All are linear. The adjoint of a transform is the opposite one with the scale moved to the
other direction. One that keeps half of a spectrum lets each bin stand for itself and its
conjugate, except bin 0 and, for even lengths, the last: its adjoint counts the others half,
or twice. A transform first cuts its input or fills it up with zeros; the adjoint does the
reverse last.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

import numpy as np

from tracker._core.registry import linear
from tracker._rules.cumulative import conj
from tracker._rules.indexing import along, getitem, scatter

_OPPOSITE: Final[dict[Any, Any]] = {None: "forward", "backward": "forward", "ortho": "ortho", "forward": "backward"}

# (dy, length of the transform, length of the input, axis, norm) -> gradient of the input
_Undo = Callable[[Any, int, int, int, Any], Any]


def _resized(x: Any, length: int, axis: int) -> Any:
    """`x` cut, or filled up with zeros, to `length`: its own adjoint, the other way round."""
    n = x.shape[axis]
    if length < n:
        return getitem(x, along(axis, x.ndim, slice(length)))
    if length == n:
        return x
    shape = list(x.shape)
    shape[axis] = length
    return scatter(x, along(axis, x.ndim, slice(n)), tuple(shape))


def _pairs_times(factor: float, spectrum: Any, n: int, axis: int) -> Any:
    """Half a spectrum of `n` bins, those that stand for two of them multiplied by `factor`."""
    if n < 3:
        return spectrum
    first, pairs, last = np.split(spectrum, [1, (n + 1) // 2], axis)
    return np.concatenate([first, factor * pairs, last], axis)


# ---------------------------------------------------------------- one axis


def _undo_fft(dy: Any, n: int, length: int, axis: int, norm: Any) -> Any:
    return _resized(np.fft.ifft(dy, None, axis, _OPPOSITE[norm]), length, axis)


def _undo_ifft(dy: Any, n: int, length: int, axis: int, norm: Any) -> Any:
    return _resized(np.fft.fft(dy, None, axis, _OPPOSITE[norm]), length, axis)


def _undo_rfft(dy: Any, n: int, length: int, axis: int, norm: Any) -> Any:
    return _resized(np.fft.irfft(_pairs_times(0.5, dy, n, axis), n, axis, _OPPOSITE[norm]), length, axis)


def _undo_irfft(dy: Any, n: int, length: int, axis: int, norm: Any) -> Any:
    return _resized(_pairs_times(2.0, np.fft.rfft(dy, None, axis, _OPPOSITE[norm]), n, axis), length, axis)


def _fft_adjoint(dy: Any, y: Any, a: Any, n: Any = None, axis: int = -1, norm: Any = None, out: Any = None) -> Any:
    return _undo_fft(dy, y.shape[axis], a.shape[axis], axis, norm)


def _ifft_adjoint(dy: Any, y: Any, a: Any, n: Any = None, axis: int = -1, norm: Any = None, out: Any = None) -> Any:
    return _undo_ifft(dy, y.shape[axis], a.shape[axis], axis, norm)


def _rfft_adjoint(dy: Any, y: Any, a: Any, n: Any = None, axis: int = -1, norm: Any = None, out: Any = None) -> Any:
    length = a.shape[axis]
    return _undo_rfft(dy, length if n is None else n, length, axis, norm)


def _irfft_adjoint(dy: Any, y: Any, a: Any, n: Any = None, axis: int = -1, norm: Any = None, out: Any = None) -> Any:
    return _undo_irfft(dy, y.shape[axis], a.shape[axis], axis, norm)


def _hfft_adjoint(dy: Any, y: Any, a: Any, n: Any = None, axis: int = -1, norm: Any = None, out: Any = None) -> Any:
    # hfft(a) is irfft(conj(a)) with the other scale
    return conj(_undo_irfft(dy, y.shape[axis], a.shape[axis], axis, _OPPOSITE[norm]))


def _ihfft_adjoint(dy: Any, y: Any, a: Any, n: Any = None, axis: int = -1, norm: Any = None, out: Any = None) -> Any:
    # ihfft(a) is conj(rfft(a)) with the other scale
    length = a.shape[axis]
    return _undo_rfft(conj(dy), length if n is None else n, length, axis, _OPPOSITE[norm])


linear(np.fft.fft, _fft_adjoint)
linear(np.fft.ifft, _ifft_adjoint)
linear(np.fft.rfft, _rfft_adjoint)
linear(np.fft.irfft, _irfft_adjoint)
linear(np.fft.hfft, _hfft_adjoint)
linear(np.fft.ihfft, _ihfft_adjoint)

# ---------------------------------------------------------------- several axes


def _lengths(shape: tuple[int, ...], s: Any, axes: Any) -> list[tuple[int, int]]:
    """(axis, length of the transform) as NumPy understands `s` and `axes`: -1 is "as it is"."""
    if axes is None:
        axes = range(-len(shape if s is None else s), 0)
    return [(k, shape[k] if s is None or s[i] in (-1, None) else int(s[i])) for i, k in enumerate(axes)]


def _undo_all(dy: Any, shape: tuple[int, ...], steps: Sequence[tuple[_Undo, int, int]], norm: Any) -> Any:
    """Undo transforms that were applied in this order to an array of `shape`."""
    now = list(shape)
    trail: list[tuple[_Undo, int, int, int]] = []
    for undo, axis, n in steps:
        trail.append((undo, n, now[axis], axis))
        now[axis] = n // 2 + 1 if undo is _undo_rfft else n
    for undo, n, length, axis in reversed(trail):
        dy = undo(dy, n, length, axis, norm)
    return dy


def _undo_fftn(dy: Any, shape: tuple[int, ...], s: Any, axes: Any, norm: Any) -> Any:
    return _undo_all(dy, shape, [(_undo_fft, k, n) for k, n in reversed(_lengths(shape, s, axes))], norm)


def _undo_ifftn(dy: Any, shape: tuple[int, ...], s: Any, axes: Any, norm: Any) -> Any:
    return _undo_all(dy, shape, [(_undo_ifft, k, n) for k, n in reversed(_lengths(shape, s, axes))], norm)


def _undo_rfftn(dy: Any, shape: tuple[int, ...], s: Any, axes: Any, norm: Any) -> Any:
    *others, last = _lengths(shape, s, axes)
    return _undo_all(dy, shape, [(_undo_rfft, *last), *((_undo_fft, k, n) for k, n in reversed(others))], norm)


def _undo_irfftn(dy: Any, shape: tuple[int, ...], s: Any, axes: Any, norm: Any) -> Any:
    *others, (k, n) = _lengths(shape, s, axes)
    last = (_undo_irfft, k, 2 * (n - 1) if s is None or s[-1] is None else n)
    return _undo_all(dy, shape, [*((_undo_ifft, k, n) for k, n in others), last], norm)


def _over_all(undo: Any) -> Any:
    return lambda dy, y, a, s=None, axes=None, norm=None, out=None: undo(dy, a.shape, s, axes, norm)


def _over_two(undo: Any) -> Any:
    return lambda dy, y, a, s=None, axes=(-2, -1), norm=None, out=None: undo(dy, a.shape, s, axes, norm)


linear(np.fft.fft2, _over_two(_undo_fftn))
linear(np.fft.ifft2, _over_two(_undo_ifftn))
linear(np.fft.fftn, _over_all(_undo_fftn))
linear(np.fft.ifftn, _over_all(_undo_ifftn))
linear(np.fft.rfft2, _over_two(_undo_rfftn))
linear(np.fft.irfft2, _over_two(_undo_irfftn))
linear(np.fft.rfftn, _over_all(_undo_rfftn))
linear(np.fft.irfftn, _over_all(_undo_irfftn))

# ---------------------------------------------------------------- order of the bins

linear(np.fft.fftshift, lambda dy, y, x, axes=None: np.fft.ifftshift(dy, axes))
linear(np.fft.ifftshift, lambda dy, y, x, axes=None: np.fft.fftshift(dy, axes))
