"""Gradients of maxima over windows that lie side by side, by passes over long runs of memory."""

from __future__ import annotations

import itertools
import math
from typing import Any

import numpy as np

from tracker.nn.windows import Windows


def is_tiled(w: Windows) -> bool:
    """Whether the windows touch each other and nothing else: no overlap, gap or border."""
    return w.stride == w.kernel and not any(itertools.chain(*w.pad)) and set(w.dilation) <= {1}


def to_tile_maxima(dy: Any, x: Any, y: Any, w: Windows) -> Any:
    """dy (n, c, *places) given to where x equals the window's maximum y, evenly among equals: (n, c, *size)."""
    covered = tuple(p * k for p, k in zip(w.places, w.kernel))
    within = (..., *map(slice, covered))
    tiles = x[within].reshape(*x.shape[:2], *_split(w, w.kernel))
    won = tiles == _spread(y, w)
    dx = _selected(won, _spread(dy / np.maximum(_counted(won, w), 1).astype(y.real.dtype), w))
    dx = dx.reshape(*x.shape[:2], *covered)
    if covered == w.size:
        return dx
    whole: Any = np.zeros_like(dx, shape=x.shape)
    whole[within] = dx
    return whole


def _split(w: Windows, kernel: tuple[int, ...]) -> tuple[int, ...]:
    """The spatial shape with each axis but the last parted into places and tile."""
    pairs = [size for pair in zip(w.places[:-1], kernel) for size in pair]
    return (*pairs, w.places[-1] * w.kernel[-1])


def _spread(y: Any, w: Windows) -> Any:
    """y (n, c, *places) repeated along the last axis, to be broadcast along the other tiles' axes."""
    k = w.kernel[-1]
    wide: Any = np.empty_like(y, shape=(*y.shape[:-1], y.shape[-1] * k))
    for j in range(k):
        wide[..., j::k] = y
    return wide.reshape(*y.shape[:2], *_split(w, (1,) * len(w.kernel)))


def _counted(won: Any, w: Windows) -> Any:
    """How many entries of each window are true: (n, c, *places)."""
    tile = w.kernel[:-1]
    dtype = np.uint8 if math.prod(w.kernel) < 256 else np.int64
    rows: Any = np.zeros_like(won, shape=(*won.shape[:2], *w.places[:-1], won.shape[-1]), dtype=dtype)
    for tap in itertools.product(*map(range, tile)):
        rows += won[(..., *(i for place in tap for i in (slice(None), place)), slice(None))]
    k = w.kernel[-1]
    return sum((rows[..., j::k] for j in range(1, k)), start=rows[..., ::k])


def _selected(won: Any, dy: Any) -> Any:
    """dy where `won`, else 0; a product where that is the same: `where` is slow for a mask without a pattern."""
    return won * dy if np.all(np.isfinite(dy)) else np.where(won, dy, 0)
