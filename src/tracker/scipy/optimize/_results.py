"""What the functions given to SciPy return: plain values, vectors, a loss as a number."""

from __future__ import annotations

from typing import Any

import numpy as np

from tracker._arrays import handles
from tracker.scipy._vector import ravel


def both(result: Any) -> Any:
    """A value and its derivative: jac=True."""
    return handles.plain(result[0]), ravel(handles.plain(result[1]))


def number(y: Any) -> Any:
    """A loss; SciPy allows arrays of one entry, and raises `ValueError` for others."""
    plain = handles.plain(y)
    if np.ndim(plain) == 0:
        return y
    if np.size(plain) != 1:
        raise ValueError(
            f"The user-provided objective function must return a scalar value; it returned shape {np.shape(plain)}."
        )
    return np.reshape(y, ())
