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
    """A loss; SciPy allows arrays of one entry."""
    return np.reshape(y, ()) if np.ndim(handles.plain(y)) and np.size(handles.plain(y)) == 1 else y
