"""Sequences of different lengths in one array: how many entries of each count, the rest being anything."""

from __future__ import annotations

from typing import Any

import numpy as np

from tracker.nn.embedding import as_whole


def length_mask(lengths: Any, n: int) -> Any:
    """Which of n places are within sequences of these lengths (...): boolean (..., n), for losses and attention.

    Raises `ValueError` for lengths that are no whole numbers from 0 to n.

    >>> length_mask([1, 3], 3)
    array([[ True, False, False],
           [ True,  True,  True]])
    """
    lengths = as_whole("lengths", lengths)
    return np.arange(n) < checked("length_mask: lengths", lengths, lengths.shape, n)[..., None]


def checked(name: str, given: Any, shape: tuple[int, ...], most: int, least: int = 0) -> Any:
    """`given` as an array; raises `ValueError` unless it is whole numbers from `least` to `most` in this shape."""
    found = as_whole(name, given)
    if found.shape != shape or found.dtype.kind not in "iu" or np.any((found < least) | (found > most)):
        raise ValueError(
            f"{name} are whole numbers from {least} to {most} in shape {shape}; they were given as {given}."
        )
    return found


def within(ends: Any, x: Any) -> Any:
    """Which entries of x (time, *batch, ...) count, for ends (*batch): broadcast with x."""
    times = np.arange(x.shape[0]).reshape(-1, *[1] * ends.ndim)
    return (times < ends).reshape(x.shape[0], *ends.shape, *[1] * (x.ndim - 1 - ends.ndim))


def flipped(x: Any, ends: Any) -> Any:
    """Each sequence of x (time, *batch, ...) backwards within its length (*batch), what follows where it was.

    >>> flipped(np.array([[1, 4], [2, 5], [3, 6]]), np.array([3, 2]))
    array([[3, 5],
           [2, 4],
           [1, 6]])
    """
    times = np.arange(x.shape[0]).reshape(-1, *[1] * ends.ndim)
    places = np.where(times < ends, ends - 1 - times, times)
    return np.take_along_axis(x, places.reshape(*places.shape, *[1] * (x.ndim - places.ndim)), axis=0)
