"""Pooling to a given number of windows, whatever the size."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np

from tracker.nn.pooling import maxpool


def _counts(x: Any, count: Any) -> tuple[int, ...]:
    size = x.shape[2:]
    counts = (int(count),) * len(size) if isinstance(count, int | np.integer) else tuple(count)
    if len(counts) != len(size) or min((*counts, *size), default=0) < 1:
        raise ValueError(f"adaptive pooling takes a positive count for each axis of {size}; it was given {count}.")
    return counts


def _windows(n: int, count: int) -> list[tuple[int, int]]:
    """First and end of each window, as even as they can be: floor(i n / count) to ceil((i + 1) n / count)."""
    return [(i * n // count, -(-(i + 1) * n // count)) for i in range(count)]


def adaptive_maxpool(x: Any, count: Any) -> Any:
    """The maximum of each of `count` windows along the axes of x (n, c, *size): (n, c, *count), as PyTorch has it.

    Windows overlap where `count`, a number or one an axis, does not divide the size. Raises `ValueError` for others.

    >>> adaptive_maxpool(np.array([[[1.0, 3.0, 2.0]]]), 2)
    array([[[3., 3.]]])
    """
    size, counts = x.shape[2:], _counts(x, count)
    if all(n % k == 0 for n, k in zip(size, counts)):
        return maxpool(x, tuple(n // k for n, k in zip(size, counts)))
    axes = tuple(range(2, x.ndim))
    places = itertools.product(*(_windows(n, k) for n, k in zip(size, counts)))
    parts = [np.max(x[(..., *(slice(*ends) for ends in place))], axis=axes) for place in places]
    return np.stack(parts, axis=-1).reshape(*x.shape[:2], *counts)


def adaptive_meanpool(x: Any, count: Any) -> Any:
    """The mean of each of the windows of `adaptive_maxpool`: (n, c, *count).

    >>> adaptive_meanpool(np.array([[[1.0, 3.0, 2.0]]]), 2)
    array([[[2. , 2.5]]])
    """
    for axis, k in enumerate(_counts(x, count), start=2):
        before = (slice(None),) * axis
        parts = [np.mean(x[(*before, slice(*ends))], axis=axis) for ends in _windows(x.shape[axis], k)]
        x = np.stack(parts, axis=axis)
    return x
