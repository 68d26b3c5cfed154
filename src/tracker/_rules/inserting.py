"""Adding and removing entries: append, insert, delete, trim_zeros."""

from __future__ import annotations

from typing import Any

import numpy as np

from tracker._core.registry import composed, linear
from tracker._rules.indexing import along, counting, scatter


def _append_adjoint_arr(dy: Any, y: Any, arr: Any, values: Any, axis: Any = None) -> Any:
    if axis is None:
        return np.reshape(dy[: np.size(arr)], np.shape(arr))
    return dy[along(axis, dy.ndim, slice(0, np.shape(arr)[axis]))]


def _append_adjoint_values(dy: Any, y: Any, arr: Any, values: Any, axis: Any = None) -> Any:
    if axis is None:
        return np.reshape(dy[np.size(arr) :], np.shape(values))
    return dy[along(axis, dy.ndim, slice(np.shape(arr)[axis], None))]


def _insert_adjoint_arr(dy: Any, y: Any, arr: Any, obj: Any, values: Any, axis: Any = None) -> Any:
    n = arr.size if axis is None else arr.shape[axis]
    axis = axis if axis is not None else 0
    kept = _inserted(obj, n, dy.shape[axis]) < 0
    dx = dy[along(axis, dy.ndim, kept)]
    return np.reshape(dx, arr.shape)


def _insert_adjoint_values(dy: Any, y: Any, arr: Any, obj: Any, values: Any, axis: Any = None) -> Any:
    n = np.size(arr) if axis is None else np.shape(arr)[axis]
    axis = axis if axis is not None else 0
    number = _inserted(obj, n, dy.shape[axis])
    places = np.argsort(number)[n:]
    dv = dy[along(axis, dy.ndim, places)]
    # with one integer NumPy takes the first axis of values for the inserted ones
    return dv if isinstance(obj, slice) or np.ndim(obj) else np.moveaxis(dv, axis, 0)


def _inserted(obj: Any, n: int, total: int) -> Any:
    """For each place of the result which of the inserted values is there, -1 for the old entries."""
    return np.insert(np.full(n, -1), obj, np.arange(total - n))


def _delete_adjoint(dy: Any, y: Any, arr: Any, obj: Any, axis: Any = None) -> Any:
    shape = arr.shape if axis is not None else (arr.size,)
    axis = axis if axis is not None else 0
    kept = np.zeros_like(dy, shape=shape[axis : axis + 1] if axis >= 0 else shape[axis:][:1], dtype=bool)
    kept[np.delete(counting(shape[axis], dy), obj)] = True
    return np.reshape(scatter(dy, along(axis, len(shape), kept), shape), arr.shape)


def _kept_box(filt: Any, y: Any, trim: str) -> tuple[slice, ...]:
    """Where the result of np.trim_zeros lies in `filt`."""
    shape = y.shape
    where = np.nonzero(filt)
    first = [int(np.min(w)) if w.size else 0 for w in where] if "f" in trim.lower() else [0] * len(shape)
    starts = [0 if n == m else k for n, m, k in zip(shape, filt.shape, first, strict=True)]
    return tuple(slice(k, k + n) for k, n in zip(starts, shape, strict=True))


def trim_zeros(filt: Any, trim: Any = "fb", *axis: Any, **named: Any) -> Any:
    """What lies between the outer zeros of `filt`: a slice of it."""
    filled = filt != 0
    return filt[_kept_box(filled, np.trim_zeros(filled, trim, *axis, **named), trim)]


linear(np.append, _append_adjoint_arr, _append_adjoint_values)
linear(np.insert, _insert_adjoint_arr, None, _insert_adjoint_values)
linear(np.delete, _delete_adjoint)
composed(np.trim_zeros, trim_zeros)
