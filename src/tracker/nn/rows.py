"""Functions of rows, run on a few rows at a time: what they compute on the way stays in the cache."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import numpy as np

_BYTES: Final = 1 << 17  # of an array's part: with its temporaries it fits a second-level cache


def by_rows(f: Callable[..., Any], *arrays: Any) -> Any:
    """f(*arrays), where f makes arrays of one shape into one of that shape, and each row (...) by itself.

    >>> by_rows(lambda x: x / np.sum(x, axis=-1, keepdims=True), np.array([[1.0, 3.0], [2.0, 2.0]]))
    array([[0.25, 0.75],
           [0.5 , 0.5 ]])
    """
    first = arrays[0]
    if any(type(x) is not np.ndarray or x.shape != first.shape for x in arrays) or first.nbytes <= 2 * _BYTES:
        return f(*arrays)
    rows = [x.reshape(-1, x.shape[-1]) for x in arrays]
    return _blocked(f, rows).reshape(first.shape)


def by_entries(f: Callable[..., Any], *arrays: Any) -> Any:
    """f(*arrays), where f is elementwise, of arrays of one shape."""
    first = arrays[0]
    if any(type(x) is not np.ndarray or x.shape != first.shape for x in arrays) or first.nbytes <= 2 * _BYTES:
        return f(*arrays)
    return _blocked(f, [x.reshape(-1) for x in arrays]).reshape(first.shape)


def _blocked(f: Callable[..., Any], arrays: list[Any]) -> Any:
    n = max(1, _BYTES * len(arrays[0]) // arrays[0].nbytes)
    part = f(*(x[:n] for x in arrays))
    whole = np.empty(arrays[0].shape, part.dtype)
    whole[:n] = part
    for start in range(n, len(whole), n):
        whole[start : start + n] = f(*(x[start : start + n] for x in arrays))
    return whole
