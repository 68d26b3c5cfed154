"""What a gradient of a value must look like."""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from tracker._core.node import Spec

_ndarray: Final = np.ndarray
_LIMIT: Final = 4096  # different specs that are remembered, so that equal ones are identical

_scalars: Final[dict[Any, Spec]] = {
    float: Spec((), np.dtype(float), float, False),
    complex: Spec((), np.dtype(complex), complex, True),
}
_arrays: Final[dict[Any, Spec]] = {}


def array_spec(shape: Any, dtype: Any) -> Spec:
    """The spec of an array; equal ones are the same object (unless very many are in use)."""
    key = (shape, dtype)
    found = _arrays.get(key)
    if found is None:
        if len(_arrays) >= _LIMIT:
            _arrays.clear()
        found = Spec(shape, dtype, None, dtype.kind == "c")
        _arrays[key] = found
    return found


def scalar_spec(kind: Any) -> Spec:
    """The spec of a scalar of this type."""
    found = _scalars.get(kind)
    if found is None:
        dtype = np.dtype(kind)
        found = Spec((), dtype, kind, dtype.kind == "c")
        _scalars[kind] = found
    return found


def is_array(x: Any) -> bool:
    """Whether `x` is an array (not a number, tracked or plain) that follows NumPy's protocols."""
    if type(x) is _ndarray:
        return True
    return hasattr(x, "__array_function__") and hasattr(x, "__getitem__") and not isinstance(x, np.generic)
