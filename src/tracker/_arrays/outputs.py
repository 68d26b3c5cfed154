"""`out=` and `where=`: results written into arrays that the caller gave."""

from __future__ import annotations

from typing import Any, Final

import numpy as np

import tracker._arrays.array as _array
import tracker._arrays.buffers as _buffers
import tracker._arrays.dispatch as _dispatch
import tracker._arrays.handles as _handles
import tracker._arrays.mutation as _mutation
from tracker.errors import ConversionError

_ndarray: Final = np.ndarray


def write_out(out: Any, y: Any, f: Any) -> Any:
    """`out=`: the result into `out`, which must be tracked to take it."""
    if type(out) is tuple and len(out) == 1:
        out = out[0]
    if not isinstance(out, _array.TrackedArray):
        y = _buffers.without_buffers(y)
        if not _handles.is_tracked(y):
            np.copyto(out, y)
            return out
    _tracked_target(out, f)
    return _mutation.update_with(out, y)


def broadcast_out(out: Any, y: Any, f: Any) -> Any:
    """`out=` of a ufunc, which may be larger than the result."""
    if out is None:
        return y
    shape = np.shape(_handles.plain(out))
    if np.shape(y) != shape and np.broadcast_shapes(np.shape(y), shape) == shape:
        y = np.broadcast_to(y, shape)
    return write_out(out, y, f)


def _tracked_target(out: Any, f: Any) -> None:
    if not isinstance(out, _array.TrackedArray):
        raise ConversionError(
            f"out= of numpy.{getattr(f, '__name__', f)} is a plain array: a tracked result written into it "
            "would lose its gradient. Use an array made by np.zeros_like(tracked) or tracker.zeros(shape)."
        )


def masked_call(op: Any, inputs: Any, kwargs: Any, out: Any) -> Any:
    """A ufunc with `where=mask`: entries outside the mask keep what `out` held."""
    mask = _flags(_handles.plain(kwargs.pop("where")))
    targets = [x for x in out or () if x is not None]
    shape = np.broadcast_shapes(np.shape(mask), *[np.shape(_handles.plain(x)) for x in (*inputs, *targets)])
    mask = np.broadcast_to(mask, shape)
    # entries outside the mask are not computed: they may be out of the function's domain
    picked = [np.broadcast_to(x, shape)[mask] if np.ndim(x) else x for x in inputs]
    values = _dispatch.record(op, tuple(picked), kwargs)
    for y, target in zip(values if type(values) is tuple else (values,), out or (), strict=False):
        if target is not None:
            _check_cast(y, target, kwargs.get("casting", "same_kind"))
    if type(values) is tuple:
        return tuple([_masked(v, mask, o, op) for v, o in zip(values, out or (None,) * len(values), strict=True)])
    return _masked(values, mask, out[0] if out else None, op)


def _flags(mask: Any) -> Any:
    """`where=` as NumPy takes it: numbers and lists stand for flags, arrays of numbers don't."""
    if type(mask) is _ndarray and mask.dtype != bool:
        np.positive(0.0, where=mask, out=np.empty(mask.shape))  # raises
    return mask if np.ndim(mask) and hasattr(mask, "dtype") else np.asarray(mask, bool)


def _check_cast(y: Any, out: Any, casting: Any) -> None:
    if not np.can_cast(y.dtype, out.dtype, casting):
        raise TypeError(f"out= has dtype {out.dtype}, which the result, {y.dtype}, is not cast to ({casting})")


def _masked(values: Any, mask: Any, target: Any, op: Any) -> Any:
    """`target` (zeros if None) with `values` where the mask is true."""
    if target is not None and not isinstance(target, _array.TrackedArray):
        values = _buffers.without_buffers(values)
    if target is None:
        if not mask.shape:  # a number: zero where it is not computed
            return values if mask else values.dtype.type(0)
        empty = np.zeros(mask.shape, values.dtype)
        target = _handles.new_buffer(empty, 0) if _handles.is_tracked(values) else empty
    elif _handles.is_tracked(values):
        _tracked_target(target, op.fun)
    target[mask] = values
    return target
