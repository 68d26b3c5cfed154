"""Making tracked values: `param`, `collect`, `zeros`."""

from __future__ import annotations

from typing import Any

import numpy as np

import tracker._arrays.dispatch as _dispatch
import tracker._arrays.handles as _handles
import tracker._arrays.mutators as _mutators
import tracker._arrays.operators as _operators
import tracker._arrays.paths as _paths
from tracker._arrays import foreign, operands, reading_order
from tracker._arrays.array import TrackedArray
from tracker._arrays.real import TrackedReal
from tracker._arrays.spec import is_array
from tracker._core.node import takers
from tracker._core.registry import composed, linear, lookup, named
from tracker.errors import ConversionError, ParameterTypeError


def param(x: Any) -> Any:
    """A tracked leaf that owns a copy of `x`.

    Lists, tuples, numbers and arrays of any shape; integers become float64, the floating and
    complex types keep their dtype. Of a tracked `x` it is a new tracked value, recorded as
    its identity. Raises `TypeError` for bool, str, object and datetime64.

    >>> x = param([1, 2, 3])
    >>> (x**2).sum().back()
    >>> x.grad
    array([2., 4., 6.])
    """
    if _handles.is_tracked(x):
        return _dispatch.record(_operators.table.identity, (x,), None)
    if _handles.level_of(x) >= 0:
        return param(collect(x))
    return _handles.new_leaf(own_value(x), 0)


def own_value(x: Any) -> Any:
    """A copy of `x` as a parameter holds it, or `ParameterTypeError`."""
    if type(x) is float or type(x) is complex:
        return x
    if type(x) is int:
        return float(x)
    if isinstance(x, np.generic):
        return _as_inexact_scalar(x)
    if not is_array(x):
        x = _array_of(x)
    operands.refuse_kind(x)
    kind = x.dtype.kind
    if kind in "iu":
        return x.astype(np.float64)
    if kind not in "fc":
        raise _not_a_parameter(f"an array of dtype {x.dtype}")
    return np.array(x) if isinstance(x, np.ndarray) else foreign.copied(x)


def _as_inexact_scalar(x: Any) -> Any:
    if x.dtype.kind in "fc":
        return x
    if x.dtype.kind in "iu":
        return np.float64(x)
    raise _not_a_parameter(f"a {type(x).__name__}")


def _array_of(x: Any) -> Any:
    if x is None or isinstance(x, bool | str | bytes | dict | set) or not hasattr(x, "__len__"):
        raise _not_a_parameter(f"a {type(x).__name__}")
    return np.array(x)


def _not_a_parameter(what: str) -> ParameterTypeError:
    return ParameterTypeError(
        f"param takes numbers and arrays of floating, complex or integer dtype; it was given {what}. "
        "Convert it first, or pass it as a constant."
    )


def is_tracked(x: Any) -> bool:
    """Whether `x` is a tracked array or number.

    >>> is_tracked(param(1.0)), is_tracked(1.0)
    (True, False)
    """
    return isinstance(x, TrackedArray | TrackedReal)


def is_leaf(x: Any) -> bool:
    """Whether `x` was not computed from tracked values: true of leaves and of plain values.

    >>> x = param(1.0)
    >>> is_leaf(x), is_leaf(2 * x), is_leaf(3.0)
    (True, False, True)
    """
    return bool(x.is_leaf) if _handles.is_tracked(x) else True


def zeros(shape: Any, dtype: Any = float) -> TrackedArray:
    """A tracked array of zeros to write tracked values into; itself no parameter.

    >>> y = zeros(2)
    >>> y[0] = param(3.0)
    >>> y
    tracked([3., 0.])
    """
    result = _handles.new_buffer(np.zeros(shape, dtype), 0)
    assert isinstance(result, TrackedArray)
    return result


def collect(xs: Any) -> Any:
    """One array from a sequence, however nested, of tracked and plain numbers and arrays.

    It is what `np.array` would build; gradients flow to each part.

    >>> x = param(2.0)
    >>> collect([x, 1.0, [x * x][0]])
    tracked([2., 1., 4.])
    """
    if _handles.level_of(xs) < 0 and not _handles.is_tracked(xs):
        y = np.array(xs)
        if y.dtype.kind == "O":
            raise ConversionError(
                f"collect takes sequences (lists, tuples, arrays), however nested, of numbers and arrays; a "
                f"{type(xs).__name__} of objects may hold tracked values whose gradients would be lost. "
                "Give a list: tracker.collect(list(xs)), tracker.collect(list(xs.values()))."
            )
        return y
    return _dispatch.collect(xs)


def collect_values(xs: Any) -> Any:
    """The value of `collect`: its entries are of lower levels, or plain."""
    if type(xs) is not list and type(xs) is not tuple:
        return xs
    if _handles.level_of(xs) >= 0:
        return _dispatch.collect(xs)
    if any(is_array(e) and not isinstance(e, np.ndarray) for e in xs):
        return np.stack([collect_values(e) for e in xs])
    y = np.array(xs)
    if y.dtype.kind not in "fc":
        raise ConversionError(
            f"collect joins numbers and arrays; these would make an array of dtype {y.dtype}, "
            "which would lose the gradient of what is tracked. Leave out what is no number."
        )
    return y


def _collect_adjoint(dy: Any, y: Any, xs: Any) -> Any:
    return [_collect_adjoint(dy[i], None, x) if type(x) in (list, tuple) else dy[i] for i, x in enumerate(xs)]


def identity(x: Any) -> Any:
    """`x` in a buffer of its own."""
    return foreign.copied(x) if is_array(x) else x


def zero_dim(x: Any) -> Any:
    """A number as a 0-d array."""
    return _dispatch.record_scalar(x) if _handles.is_tracked(x) else np.array(x)


def python_number(x: Any) -> Any:
    """A number of NumPy as one of Python."""
    return _dispatch.record(_operators.table.python_number, (x,), None) if _handles.is_tracked(x) else x.item()


def bind() -> None:
    """Register what the arrays' layer itself records, and find what it uses; run once, after the rules."""
    linear(collect_values, _collect_adjoint, sequences=(0,))
    linear(zero_dim, lambda dy, y, x: dy)
    linear(python_number, lambda dy, y, x: dy)
    linear(identity, lambda dy, y, x: dy)
    linear(_paths.put_flat, _put_flat_adjoint_x, None, lambda dy, y, x, positions, v: dy.reshape(-1)[positions])
    linear(_paths.with_real, lambda dy, y, z, v: 1j * np.imag(dy), lambda dy, y, z, v: np.real(dy))
    linear(_paths.with_imag, lambda dy, y, z, v: np.real(dy), lambda dy, y, z, v: np.imag(dy))
    takers.extend((TrackedArray, TrackedReal))
    table = _operators.table
    table.collect = _required(collect_values)
    table.identity = _required(identity)
    table.zero_dim = _required(zero_dim)
    table.python_number = _required(python_number)
    table.ravel = _required(np.ravel)
    table.reshape = _required(np.reshape)
    table.getitem = named("getitem")
    table.setitem = named("setitem")
    table.add_at = named("add_at")
    table.mutators = _mutators.MUTATORS
    table.buffers = frozenset(
        (np.zeros_like, np.ones_like, np.empty_like, np.zeros, np.ones, np.empty, np.arange, np.eye, np.identity)
    )
    for f in (np.array, np.asarray, np.asanyarray):
        composed(f, _array_like)
    composed(np.ravel, reading_order.ravel)
    composed(np.reshape, reading_order.reshape)
    parts = _paths.PARTS
    parts.flat = _required(_paths.put_flat)
    parts.real = _required(_paths.with_real)
    parts.imag = _required(_paths.with_imag)
    _operators.bind_operators()


def _required(f: Any) -> Any:
    op = lookup(f)
    assert op is not None, f
    return op


def _array_like(x: Any, dtype: Any = None, *, ndmin: int = 0, **kwargs: Any) -> Any:
    """`np.array(xs, like=tracked)`: what `collect` builds."""
    y = collect(x)
    y = np.reshape(y, (1,) * (ndmin - y.ndim) + y.shape) if y.ndim < ndmin else y
    y = y if dtype is None else y.astype(dtype)
    return _handles.new_buffer(y, 0) if not is_tracked(y) and _handles.is_inexact(y.dtype) else y


def _put_flat_adjoint_x(dy: Any, y: Any, x: Any, positions: Any, v: Any) -> Any:
    return _paths.put_flat(dy, positions, 0)
