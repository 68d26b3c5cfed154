"""A gradient or tangent fitted to its value: summed or broadcast to its shape, in its dtype, real where it is real."""

from __future__ import annotations

from typing import Any, Final

import numpy as np

import tracker._arrays.array as _array
import tracker._arrays.dispatch as _dispatch
import tracker._arrays.handles as _handles
import tracker._arrays.operators as _operators
import tracker._arrays.real as _real
from tracker._core.node import Spec
from tracker.errors import RuleError

_ndarray: Final = np.ndarray


def fit(dy: Any, spec: Spec, op: Any, position: int) -> Any:
    """`dy` summed down or broadcast up to the shape of `spec`, in its dtype and realness."""
    if spec.dtype is None:
        raise RuleError(f"The rule of {op.name} gave one gradient for a result of several parts.")
    if isinstance(dy, tuple | list):
        raise RuleError(
            f"The rule of {getattr(op, 'name', op)} gave a {type(dy).__name__} as the gradient of argument {position}, "
            "which is one array. Give an array of its shape."
        )
    shape = dy.shape if hasattr(dy, "shape") else np.shape(dy)
    if shape != spec.shape:
        dy = _reshaped(dy, shape, spec.shape, op, position)
    have = dy.dtype if hasattr(dy, "dtype") else None
    if have is not None and have != spec.dtype:
        if have.kind == "c" and spec.dtype.kind != "c":
            dy = np.real(dy)
        if dy.dtype != spec.dtype:
            dy = dy.astype(spec.dtype)
    elif have is None and spec.dtype.kind != "c" and isinstance(dy, complex):
        dy = dy.real
    if spec.scalar is None:
        return _as_array(dy, spec)
    return _as_scalar(dy, spec)


def _as_array(dy: Any, spec: Spec) -> Any:
    """A number for a 0-d array's gradient made an array."""
    if spec.shape == () and not hasattr(dy, "__setitem__"):
        if _handles.is_tracked(dy):
            return _dispatch.record_scalar(dy)
        return np.array(dy, spec.dtype)
    return dy


def _as_scalar(dy: Any, spec: Spec) -> Any:
    if _handles.is_tracked(dy):
        return dy[()] if isinstance(dy, _array.TrackedArray) else dy
    if type(dy) is spec.scalar:
        return dy
    return spec.scalar(dy if not isinstance(dy, _ndarray) else dy[()])


def _reshaped(dy: Any, shape: Any, wanted: Any, op: Any, position: int) -> Any:
    key = (shape, wanted)
    plan = _plans.get(key)
    if plan is None:
        if len(_plans) > 4096:
            _plans.clear()
        plan = _plan(shape, wanted, op, position)
        _plans[key] = plan
    padded, summed, between, grown = plan
    if padded is not None:
        dy = dy.reshape(padded) if type(dy) is _ndarray else np.reshape(dy, padded)
    if summed:
        if type(dy) is _ndarray:
            dy = _sum(dy, summed, None, None, True)
        else:
            dy = np.sum(dy, axis=summed, keepdims=True)
    if between is not None:
        dy = dy.reshape(between) if type(dy) is _ndarray else np.reshape(dy, between)
    return _grown(dy, wanted) if grown else dy


_plans: Final[dict[Any, Any]] = {}
_sum: Final[Any] = np.add.reduce


def _plan(shape: Any, wanted: Any, op: Any, position: int) -> Any:
    """How to get from one shape to the other: reshape, sum axes, reshape, broadcast."""
    extra = len(shape) - len(wanted)
    aligned = (1,) * extra + tuple(wanted)
    padded = (1,) * -extra + tuple(shape)
    pairs = list(zip(padded, aligned, strict=True))
    if any(m != 1 and n not in (1, m) for n, m in pairs):
        raise RuleError(
            f"The rule of {getattr(op, 'name', op)} gave a gradient of shape {tuple(shape)} for its argument "
            f"{position}, which has shape {tuple(wanted)}. A gradient has its argument's shape (or "
            "broadcasts to it)."
        )
    summed = tuple([i for i, (n, m) in enumerate(pairs) if m == 1 and n != 1])
    between = tuple([1 if i in summed else n for i, n in enumerate(padded)])[extra:] if extra > 0 else None
    grown = any(m != 1 and n == 1 for n, m in pairs)
    return (padded if extra < 0 else None), summed, between, grown


def _grown(dy: Any, wanted: Any) -> Any:
    """`dy` broadcast: a copy if that is small, which is quicker to make than the view is."""
    if type(dy) is not _ndarray and not isinstance(dy, np.generic):
        return np.broadcast_to(dy, wanted)
    size = 1
    for n in wanted:
        size *= n
    if size > 1000:
        return np.broadcast_to(dy, wanted)
    filled = np.empty(wanted, dy.dtype)
    filled[...] = dy
    return filled


def fit_tangent(dy: Any, spec: Spec) -> Any:
    """A tangent in the shape and dtype of its value."""
    dy = fit(dy, spec, "a pushforward", 0)
    return of_kind(dy, spec) if isinstance(dy, _real.TrackedReal) else dy


_PYTHONS: Final = (float, complex)


def of_kind(x: Any, spec: Spec) -> Any:
    """The tracked number `x` as one of Python's where `spec` is of such a one."""
    if spec.scalar in _PYTHONS and x.spec.scalar not in _PYTHONS:
        return _dispatch.record(_operators.table.python_number, (x,), None)
    return x
