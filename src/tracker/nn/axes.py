"""Linear maps along one axis."""

from __future__ import annotations

from typing import Any

import numpy as np

from tracker._transforms.custom import data


def like(x: Any, shape: tuple[int, ...]) -> Any:
    """Plain zeros of this shape, of the class and dtype of x."""
    return np.zeros_like(data(x), shape=shape)


def along(a: Any, x: Any, axis: int) -> Any:
    """The matrix a (m, n) times each column of x along `axis`, whose length n becomes m.

    >>> along(np.ones((1, 2)), np.array([[1.0, 2.0], [3.0, 4.0]]), 0)
    array([[4., 6.]])
    """
    return np.swapaxes(np.swapaxes(x, axis, -1) @ a.T, axis, -1)
