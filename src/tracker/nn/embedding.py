"""Rows of a table by index, and indices as rows."""

from __future__ import annotations

from typing import Any

import numpy as np


def embedding(indices: Any, weight: Any) -> Any:
    """The rows of `weight` (entries, width) at whole numbers `indices` (...): (..., width).

    Raises `TypeError` for indices that are not whole numbers, `IndexError` outside the table.

    >>> embedding(np.array([1, 0]), np.array([[1.0, 2.0], [3.0, 4.0]]))
    array([[3., 4.],
           [1., 2.]])
    """
    check_whole(indices, weight.shape[0])
    return weight[indices]


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
