"""Rows of a table by index, and indices as rows."""

from __future__ import annotations

from typing import Any

import numpy as np

from tracker._arrays.handles import is_tracked


def embedding(indices: Any, weight: Any, *, padding: int | None = None) -> Any:
    """The rows of `weight` (entries, width) at whole numbers `indices` (...): (..., width).

    Where an index is `padding`, any whole number, the row is zero, and the table has no gradient from it.
    Raises `TypeError` for indices that are not whole numbers, `IndexError` outside the table.

    >>> embedding(np.array([1, 0, -1]), np.array([[1.0, 2.0], [3.0, 4.0]]), padding=-1)
    array([[3., 4.],
           [1., 2.],
           [0., 0.]])
    """
    indices = as_whole("indices", indices)
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
    indices = as_whole("indices", indices)
    check_whole(indices, n)
    return np.eye(n, dtype=dtype)[indices]


def as_whole(what: str, given: Any) -> Any:
    """`given` as an array. Raises `TypeError` for a tracked one: whole numbers have no gradient."""
    if is_tracked(given):
        raise TypeError(
            f"{what} are whole numbers; these are tracked, and so real: gradient makes a parameter of each array it is "
            "given. Leave them out of its arguments: gradient(lambda model: loss(model, x, labels), model), or "
            "tracker.grad(loss)(model, x, labels)."
        )
    return np.asarray(given)


def check_whole(indices: Any, n: int, what: str = "indices") -> None:
    """Raise unless `indices`, an array, are whole numbers from 0 to n - 1."""
    if indices.dtype.kind not in "iu":
        raise TypeError(f"{what} are whole numbers; they were given as {indices.dtype}: {what}.astype(int).")
    if indices.size and not 0 <= indices.min() <= indices.max() < n:
        raise IndexError(f"{what} from {indices.min()} to {indices.max()} do not fit {n} entries, 0 to {n - 1}.")
