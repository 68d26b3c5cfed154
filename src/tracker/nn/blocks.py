"""Blocks of images, laid out so that a convolution is one matrix product and copies of long runs of memory."""

from __future__ import annotations

import functools
import itertools
import math
from collections.abc import Iterator
from typing import Any, Final

import numpy as np

from tracker.nn.windows import Windows, inside

_BYTES: Final = (
    1 << 18
)  # of a block's columns: they stay in the cache, and the product below a BLAS' threads and packing
_WASTE: Final = 1.6  # how many times the places a frame may have


class Layout:
    """How `count` images at a time lie while they are multiplied.

    Images with their borders are channels first, (c, count, *padded). With stride 1 all of them are taken as one line
    of numbers: a tap of the window is that line, moved, and the results are as long as the line (the frame), with
    numbers between the rows that nothing is read from. Else the frame is the results alone.
    """

    def __init__(self, over: Windows, count: int) -> None:
        self.moved = is_moved(over)
        self.padded = (count, *over.padded)
        self.frame = (count, *(over.padded if self.moved else over.places))
        self.inside: Any = inside(over)
        self.places: Any = (..., *map(slice, over.places))
        shifts = _shifts(over) if self.moved else [0]
        self.length = math.prod(self.frame) - shifts[-1]  # of a column
        if self.moved:
            self.taps: list[Any] = [(slice(None), slice(shift, shift + self.length)) for shift in shifts]
        else:
            self.taps = [place for _, place in over.taps()]

    def borders(self, like: Any, channels: int, dtype: Any = None) -> Any:
        """Zeros for images and their borders: (c, count, *padded)."""
        return np.zeros_like(like, shape=(channels, *self.padded), dtype=dtype, order="C")

    def columns(self, like: Any, channels: int) -> Any:
        """Memory for the columns of images, windows flattened last: (c * prod(kernel), length)."""
        return np.empty_like(like, shape=(channels * len(self.taps), self.length), order="C")

    def frames(self, like: Any, channels: int, dtype: Any = None) -> Any:
        """Zeros for results: (out, prod(frame))."""
        return np.zeros_like(like, shape=(channels, math.prod(self.frame)), dtype=dtype, order="C")

    def results(self, frames: Any) -> Any:
        """The results among (out, prod(frame)): (count, out, *places)."""
        return frames.reshape(-1, *self.frame)[self.places].swapaxes(0, 1)

    def images(self, bordered: Any) -> Any:
        """The images within their borders: (count, c, *size)."""
        return bordered[self.inside].swapaxes(0, 1)

    def gather(self, bordered: Any, columns: Any) -> None:
        """Write the columns of images with borders."""
        line, parts = self._paired(bordered, columns)
        for k, place in enumerate(self.taps):
            parts[:, k] = line[place]

    def scatter(self, columns: Any, bordered: Any) -> None:
        """Add columns to images with borders: the adjoint of `gather`."""
        line, parts = self._paired(bordered, columns)
        for k, place in enumerate(self.taps):
            line[place] += parts[:, k]

    def _paired(self, bordered: Any, columns: Any) -> tuple[Any, Any]:
        """Images as the taps index them, and columns as what they give: (c, taps, ...)."""
        c = len(bordered)
        if self.moved:
            return bordered.reshape(c, -1), columns.reshape(c, -1, self.length)
        return bordered, columns.reshape(c, -1, *self.frame)


def is_moved(over: Windows) -> bool:
    return set(over.stride) <= {1} and math.prod(over.padded) <= _WASTE * math.prod(over.places)


def blocks(n: int, channels: int, itemsize: int, over: Windows) -> Iterator[tuple[Layout, list[slice]]]:
    """Layouts, and which of n images lie so: one for all blocks but a last, smaller one."""
    places = math.prod(over.padded if is_moved(over) else over.places)
    count = max(1, _BYTES // max(1, channels * math.prod(over.kernel) * places * itemsize))
    whole = n // count
    if whole:
        yield _layout(over, count), [slice(i * count, (i + 1) * count) for i in range(whole)]
    if n % count:
        yield _layout(over, n % count), [slice(whole * count, n)]


_layout = functools.lru_cache(maxsize=256)(Layout)


def _shifts(over: Windows) -> list[int]:
    """How far the line is moved for each tap."""
    steps = [math.prod(over.padded[axis + 1 :]) for axis in range(len(over.padded))]
    taps = itertools.product(*map(range, over.kernel))
    return [sum(i * d * s for i, d, s in zip(tap, over.dilation, steps)) for tap in taps]
