"""Windows over the spatial axes of (n, c, ...): taken out as columns (`unfold`) and summed back (`fold`)."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np

from tracker._core.registry import linear
from tracker.nn._primitive import primitive
from tracker.nn.inputs import check_images


class Windows(NamedTuple):
    """Windows of the shape `kernel` over arrays of the shape `size`; a number or pair for each spatial axis."""

    size: tuple[int, ...]
    kernel: tuple[int, ...]
    stride: tuple[int, ...]
    pad: tuple[tuple[int, int], ...]
    dilation: tuple[int, ...]

    @property
    def padded(self) -> tuple[int, ...]:
        return tuple(n + low + high for n, (low, high) in zip(self.size, self.pad))

    @property
    def places(self) -> tuple[int, ...]:
        """How many windows there are along each axis."""
        spans = [d * (k - 1) + 1 for k, d in zip(self.kernel, self.dilation)]
        return tuple((n - span) // s + 1 for n, span, s in zip(self.padded, spans, self.stride))

    def taps(self) -> Iterator[tuple[tuple[int, ...], Any]]:
        """Each place in a window, and the slices of the padded array that it has in all windows."""
        for tap in itertools.product(*map(range, self.kernel)):
            starts = [i * d for i, d in zip(tap, self.dilation)]
            ends = [a + (n - 1) * s + 1 for a, n, s in zip(starts, self.places, self.stride)]
            yield tap, (..., *(slice(a, e, s) for a, e, s in zip(starts, ends, self.stride)))


def windows(size: Any, kernel: Any, stride: Any = 1, pad: Any = 0, dilation: Any = 1) -> Windows:
    """`Windows` from what users give: numbers or one number an axis; `pad` also pairs, "same" or "valid".

    A flat `pad` of twice as many numbers as axes is (before, after) for each axis in turn. Raises
    `ValueError` for a wrong number of entries, or if no window fits.
    """
    ndim = len(size)
    kernel, stride, dilation = (
        per_axis(x, ndim, name) for x, name in ((kernel, "window"), (stride, "stride"), (dilation, "dilation"))
    )
    pairs = _pairs(pad, tuple(size), kernel, stride, dilation)
    found = Windows(tuple(size), kernel, stride, pairs, dilation)
    if min(found.places, default=1) < 1:
        raise ValueError(
            f"no window of shape {kernel} (dilation {dilation}) fits into an input of spatial shape {tuple(size)} "
            f"padded by {pairs}. Pad it more, or take a smaller window."
        )
    return found


def per_axis(x: Any, ndim: int, name: str) -> tuple[int, ...]:
    """One positive number for each of `ndim` axes."""
    found = tuple(x) if isinstance(x, Sequence) else (x,) * ndim
    if not all(isinstance(n, int | np.integer) for n in found):
        raise TypeError(f"{name} is a whole number, or one for each spatial axis; it was given as {x!r}.")
    if len(found) != ndim:
        raise ValueError(
            f"{name} {x!r} has {len(found)} entries for {ndim} spatial axes. Give a number, or one an axis."
        )
    if min(found, default=1) < 1:
        raise ValueError(f"{name} must be positive; it is {x!r}.")
    return found


def _pairs(pad: Any, size: Any, kernel: Any, stride: Any, dilation: Any) -> tuple[tuple[int, int], ...]:
    if pad == "valid":
        return ((0, 0),) * len(size)
    if pad == "same":  # as many windows as would start in the input; an odd remainder goes behind
        spans = [d * (k - 1) + 1 for k, d in zip(kernel, dilation)]
        totals = [max((-(-n // s) - 1) * s + span - n, 0) for n, s, span in zip(size, stride, spans)]
        return tuple((t // 2, t - t // 2) for t in totals)
    entries = tuple(pad) if isinstance(pad, Sequence) and not isinstance(pad, str) else (pad,) * len(size)
    if len(entries) == 2 * len(size) and all(map(_is_whole, entries)):
        entries = tuple(zip(entries[::2], entries[1::2]))
    entries = tuple((p, p) if _is_whole(p) else p for p in entries)
    if len(entries) != len(size) or not all(map(_is_pair, entries)):
        raise ValueError(
            f'pad {pad!r} does not fit {len(size)} spatial axes. Give a number, one or a pair for each axis, or "same".'
        )
    return tuple((int(low), int(high)) for low, high in entries)


def _is_whole(p: Any) -> bool:
    return isinstance(p, int | np.integer)


def _is_pair(p: Any) -> bool:
    return isinstance(p, Sequence) and len(p) == 2 and all(_is_whole(n) and n >= 0 for n in p)


def padded(x: Any, w: Windows, fill: float = 0.0) -> Any:
    """x with its borders."""
    if not any(itertools.chain(*w.pad)):
        return x
    whole: Any = np.full_like(x, fill, shape=(*x.shape[:2], *w.padded))
    whole[inside(w)] = x
    return whole


def inside(w: Windows) -> Any:
    """Where the array lies within its borders."""
    return (..., *(slice(low, low + n) for n, (low, _) in zip(w.size, w.pad)))


@primitive
def columns(x: Any, w: Windows) -> Any:
    """The windows of x (n, c, *size) as columns: (n, c * prod(kernel), prod(count))."""
    n, c = x.shape[:2]
    source = padded(x, w)
    out = np.empty_like(x, shape=(n, c, *w.kernel, *w.places))
    for tap, place in w.taps():
        out[(slice(None), slice(None), *tap)] = source[place]
    return out.reshape(n, c * math.prod(w.kernel), math.prod(w.places))


@primitive
def images(cols: Any, w: Windows) -> Any:
    """The adjoint of `columns`: each entry of x the sum of its occurrences, (n, c, *size)."""
    n, c = cols.shape[0], cols.shape[1] // math.prod(w.kernel)
    cols = cols.reshape(n, c, *w.kernel, *w.places)
    whole = np.zeros_like(cols, shape=(n, c, *w.padded))
    for tap, place in w.taps():
        whole[place] += cols[(slice(None), slice(None), *tap)]
    return whole[inside(w)].copy() if any(itertools.chain(*w.pad)) else whole


linear(columns, lambda dy, y, x, w: images(dy, w), None)
linear(images, lambda dy, y, cols, w: columns(dy, w), None)


def unfold(x: Any, window: Any, stride: Any = 1, pad: Any = 0, dilation: Any = 1) -> Any:
    """The windows of x (n, c, *size) as columns: (n, c * prod(window), number of windows).

    >>> unfold(np.arange(4.0).reshape(1, 1, 4), 2)
    array([[[0., 1., 2.],
            [1., 2., 3.]]])
    """
    check_images("unfold", x)
    return columns(x, windows(x.shape[2:], window, stride, pad, dilation))


def fold(cols: Any, size: Any, window: Any, stride: Any = 1, pad: Any = 0, dilation: Any = 1) -> Any:
    """The adjoint of `unfold`: columns summed into an array (n, c, *size). Raises `ValueError` where they do not fit.

    >>> fold(np.ones((1, 2, 3)), (4,), 2)
    array([[[1., 2., 2., 1.]]])
    """
    over = windows((size,) if isinstance(size, int) else size, window, stride, pad, dilation)
    taps, places = math.prod(over.kernel), math.prod(over.places)
    if cols.ndim != 3 or cols.shape[1] % taps or cols.shape[2] != places:
        raise ValueError(f"fold takes columns (n, c * {taps}, {places}) for these windows; it was given {cols.shape}.")
    return images(cols, over)
