"""Arrays of other libraries, where these don't do what NumPy does: Dask's are computed later, and have no memory."""

from __future__ import annotations

from typing import Any, Final

import numpy as np

_ndarray: Final = np.ndarray


def is_lazy(x: Any) -> bool:
    """Whether `x` is an array of Dask, which does not know its entries yet."""
    return type(x) is not _ndarray and hasattr(x, "__dask_graph__")


def copied(x: Any) -> Any:
    """A copy of an array of any library, tracked ones included."""
    return np.positive(x) if is_lazy(x) else np.copy(x)


def share_memory(x: Any, y: Any) -> bool:
    """Whether two arrays of one library may share memory."""
    return x is y if is_lazy(x) else bool(np.may_share_memory(x, y))
