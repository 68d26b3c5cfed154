"""Rows of a table by index, and indices as rows."""

from __future__ import annotations

from typing import Any

import numpy as np


def embedding(indices: Any, weight: Any, *, padding: int | None = None) -> Any:
    """The rows of `weight` (entries, width) at whole numbers `indices` (...): (..., width).

    Where an index is `padding`, any whole number, the row is zero, and the table has no gradient from it.
    Raises `TypeError` for indices that are not whole numbers, `IndexError` outside the table.

    >>> embedding(np.array([1, 0, -1]), np.array([[1.0, 2.0], [3.0, 4.0]]), padding=-1)
    array([[3., 4.],
           [1., 2.],
           [0., 0.]])
    """
    indices = np.asarray(indices)
    if padding is None:
        check_whole(indices, weight.shape[0])
        return weight[indices]
    there = indices != padding
    indices = np.where(there, indices, np.zeros_like(indices))
    check_whole(indices, weight.shape[0])
    return np.where(there[..., None], weight[indices], 0)


def one_hot(indices: Any, n: int, dtype: Any = np.float64) -> Any:
    """For each index (...) a row of zeros with a one at it: (..., n). Raises as `embedding` does.

    >>> one_hot(np.array([1, 0]), 3)
    array([[0., 1., 0.],
           [1., 0., 0.]])
    """
    check_whole(indices, n)
    return np.eye(n, dtype=dtype)[indices]


def check_whole(indices: Any, n: int) -> None:
    """Raise unless `indices` are whole numbers from 0 to n - 1."""
    indices = np.asarray(indices)
    if indices.dtype.kind not in "iu":
        raise TypeError(f"indices are whole numbers; they were given as {indices.dtype}.")
    if indices.size and not 0 <= indices.min() <= indices.max() < n:
        raise IndexError(f"indices from {indices.min()} to {indices.max()} do not fit {n} entries, 0 to {n - 1}.")
