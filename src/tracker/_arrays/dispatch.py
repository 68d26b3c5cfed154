"""Recording: one call on tracked values becomes one node."""

from __future__ import annotations

from typing import Any, Final

import numpy as np

import tracker._arrays.array as _array
import tracker._arrays.buffers as _buffers
import tracker._arrays.conversions as _conversions
import tracker._arrays.forward as _forward
import tracker._arrays.handles as _handles
import tracker._arrays.kept as _kept
import tracker._arrays.keywords as _keywords
import tracker._arrays.operators as _operators
import tracker._arrays.real as _real
import tracker._arrays.views as _views
from tracker._arrays import coefficients, operands
from tracker._core.levels import current_pause, state
from tracker._core.node import BUFFER, CONSTANT, PARTIALS, Node, Op
from tracker._core.registry import complex_forms
from tracker.errors import ConversionError

_ndarray: Final = np.ndarray
_isnan: Final = np.isnan


# One and two arguments: the paths that nearly every call takes


def unary(op: Op, x: Any) -> Any:
    """Record `op(x)`, `x` tracked."""
    if state.pauses == 0 and op.kind != CONSTANT:
        if isinstance(x, _array.TrackedArray):
            node = x.node if x.root is None else x.current()
            if not node.forward and node.op is not BUFFER:
                mask = op.reads[0] if op.reads else op.reads_of(0)
                if mask & 2 and not node.kept:
                    x.keep(node)
                y = op.fun(x.value)
                spec = node.spec if op.keeps_spec and node.spec.shape else None
                return _handles.wrap(op, (node,), None, y, node.level, mask, spec)
        elif isinstance(x, _real.TrackedReal):
            if not x.forward:
                return _handles.wrap(op, (x,), None, op.fun(x.value), x.level, 0, None)
    return record(op, (x,), None)


def binary(op: Op, a: Any, b: Any) -> Any:
    """Record `op(a, b)`, at least one of them tracked."""
    if state.pauses == 0 and op.kind != CONSTANT and len(op.reads) == 2:
        if isinstance(a, _array.TrackedArray):
            node = a.node if a.root is None else a.current()
            if not node.forward and node.op is not BUFFER:
                if isinstance(b, _array.TrackedArray):
                    other = b.node if b.root is None else b.current()
                    if other.level == node.level and other.op is not BUFFER:
                        y = op.fun(a.value, b.value)
                        mask = op.reads[0] | op.reads[1]
                        if mask & 2 and not node.kept:
                            a.keep(node)
                        if mask & 4 and not other.kept:
                            b.keep(other)
                        same = op.keeps_spec and other.spec is node.spec and node.spec.shape
                        spec = node.spec if same else None
                        return _handles.wrap(op, (node, other), None, y, node.level, mask, spec)
                elif type(b) is float or type(b) is int:
                    y = op.fun(a.value, b)
                    mask = op.reads[0]
                    if mask & 2 and not node.kept:
                        a.keep(node)
                    spec = node.spec if op.keeps_spec and node.spec.shape else None
                    return _handles.wrap(op, (node, b), None, y, node.level, mask, spec)
                elif type(b) is _ndarray and type(a.value) is _ndarray:
                    y = (op.fun if op.on_arrays is None else op.on_arrays)(a.value, b)
                    if type(y) is tuple:
                        return record(op, (a, b), None)
                    mask = op.reads[0]
                    if mask & 4:
                        if b.dtype is not y.dtype and op.kind == PARTIALS:
                            b = operands.as_computed(op, (a.value, b), y.dtype)[1]
                        b = _kept.kept_constant(b)
                    if mask & 2 and not node.kept:
                        a.keep(node)
                    return _handles.wrap(op, (node, b), None, y, node.level, mask, None)
        elif isinstance(b, _array.TrackedArray):
            node = b.node if b.root is None else b.current()
            if not node.forward and node.op is not BUFFER:
                if type(a) is float or type(a) is int:
                    y = op.fun(a, b.value)
                    mask = op.reads[1]
                    if mask & 4 and not node.kept:
                        b.keep(node)
                    spec = node.spec if op.keeps_spec and node.spec.shape else None
                    return _handles.wrap(op, (a, node), None, y, node.level, mask, spec)
                if type(a) is _ndarray and type(b.value) is _ndarray:
                    y = (op.fun if op.on_arrays is None else op.on_arrays)(a, b.value)
                    if type(y) is tuple:
                        return record(op, (a, b), None)
                    mask = op.reads[1]
                    if mask & 2:
                        if a.dtype is not y.dtype and op.kind == PARTIALS:
                            a = operands.as_computed(op, (a, b.value), y.dtype)[0]
                        a = _kept.kept_constant(a)
                    if mask & 4 and not node.kept:
                        b.keep(node)
                    return _handles.wrap(op, (a, node), None, y, node.level, mask, None)
        elif isinstance(a, _real.TrackedReal) and isinstance(b, _real.TrackedReal):
            if a.level == b.level and not a.forward:
                return _handles.wrap(op, (a, b), None, op.fun(a.value, b.value), a.level, 0, None)
        elif isinstance(a, _real.TrackedReal) and (type(b) is float or type(b) is int):
            if not a.forward:
                return _handles.wrap(op, (a, b), None, op.fun(a.value, b), a.level, 0, None)
    if _defers(a) or _defers(b) or _is_for_objects(a, b):
        return NotImplemented
    return record(op, (a, b), None)


def unless_deferred(f: Any, a: Any, b: Any) -> Any:
    """`f(a, b)`, at least one of them tracked; an operator that is left to the other gives NotImplemented."""
    return NotImplemented if _defers(a) or _defers(b) else f(a, b)


def power(x: Any, exponent: Any) -> Any:
    """Record `x**exponent`, `x` tracked; a square has a simpler rule."""
    if (type(exponent) is int or type(exponent) is float) and exponent == 2:
        return unary(_operators.SQUARE, x)
    return binary(_operators.POWER, x, exponent)


def _defers(x: Any) -> bool:
    """Whether the operator should be left to `x`, which declares that it wants no ufuncs."""
    if getattr(x, "__array_ufunc__", True) is not None:
        return False
    coefficients.refuse_series(x)
    return True


def _is_for_objects(a: Any, b: Any) -> bool:
    """Whether one is a tracked number and the other an object, whose own operator serves numbers."""
    if isinstance(a, _real.TrackedReal):
        return operands.is_unknown(type(b))
    return isinstance(b, _real.TrackedReal) and operands.is_unknown(type(a))


# Any call


def record(op: Op, args: tuple[Any, ...], kwargs: Any) -> Any:
    """Record `op(*args, **kwargs)`; any argument may be tracked, or a list of tracked values."""
    if op.kind == CONSTANT:
        if op.fun in complex_forms and _handles.spec_of(args[0]).is_complex:
            return complex_forms[op.fun](*_of_loop(op, args, kwargs))
        if op.fun is _isnan:
            _conversions.refuse_root_finder(args[0])
        return op.fun(*_handles.plain(args), **{k: _handles.plain(v) for k, v in (kwargs or {}).items()})
    if kwargs and "dtype" in kwargs:
        operands.refuse_object_dtype(op.name, kwargs["dtype"])
        args = _in_complex_loop(op, args, kwargs) if op.ufunc else _real_parts(op, args, kwargs["dtype"])
    if state.pauses == 0 and not op.sequences and len(args) > 0:
        x = args[0]
        inert = op.kind != PARTIALS or len(args) == 1 or type(args[1]) is not tuple  # there a tuple is an operand
        if inert and isinstance(x, _array.TrackedArray) and type(x.value) is _ndarray and _all_inert(args, kwargs):
            node = x.current()
            if not node.forward and node.op is not BUFFER:
                return _record_first(op, x, node, args, kwargs)
    if kwargs:
        args, kwargs = _keywords.move_tracked_keywords(op, args, kwargs)
    if len(args) > len(op.rules) and not op.variadic and op.joint is None:
        _keywords.refuse_settings(op, args, kwargs)
    args = _collect_lists(op, args)
    to_array = operands.sequence if op.kind == PARTIALS else operands.as_numpy
    for x in args:
        if type(x) is not _ndarray and not _handles.is_tracked(x):
            operands.refuse_sparse(op, x)
    args = tuple([to_array(x) for x in args])
    pause = current_pause()
    if pause is not None:
        tracked = args
        args = tuple([_kept.paused(x, pause) for x in args])
        if _handles.level_of(args) < 0:
            return _views.guarded(op.fun(*args, **(kwargs or {})), tracked, pause)
    level = _handles.level_of(args)
    if level < 0:
        return op.fun(*args, **(kwargs or {}))
    if _buffers.holds_buffer(args):
        original = args
        args = tuple([_buffers.without_buffers(x) for x in args])
        if _handles.level_of(args) < 0:
            return _call_on_buffers(op, original, args, kwargs)
        _buffers.share_buffers(original)
    level = _handles.level_of(args)
    values = [_kept.value_at(x, level) for x in args]
    for setting in (kwargs or {}).values():
        if type(setting) is not _ndarray and isinstance(setting, _ndarray):
            operands.refuse_kind(setting)
    y = evaluate(op, values, kwargs or {})
    if op.kind == PARTIALS and not kwargs and not isinstance(y, tuple):
        args = operands.as_computed(op, args, _handles.spec_of(y).dtype)
        values = [_kept.value_at(x, level) for x in args]
    if _kept.is_forward(args, level):
        dual = _forward.push(op, args, values, kwargs or {}, y, level)
        if not op.ufunc:
            _views.note_views(dual, op, args, kwargs, y)
        return dual
    mask = 0
    for i, x in enumerate(args):
        if _handles.level_of(x) == level:
            mask |= op.reads_of(i)
    nodes = tuple([_kept.argument(x, level, mask & (2 << i) != 0) for i, x in enumerate(args)])
    kept = {k: _kept.frozen(v) for k, v in kwargs.items()} if kwargs else None
    result = _handles.wrap(op, nodes, kept, y, level, mask, None)
    if not op.ufunc:
        _views.note_views(result, op, args, kwargs, y)
    return result


def _of_loop(op: Op, args: tuple[Any, ...], kwargs: Any) -> tuple[Any, ...]:
    """The arguments in the dtype that a ufunc's keywords ask for; what NumPy rejects is rejected."""
    if not kwargs:
        return args
    dtype = op.fun(*_handles.plain(args), **kwargs).dtype
    operands.refuse_objects(op.name, dtype)
    return args if dtype == _handles.spec_of(args[0]).dtype else (cast(args[0], dtype, {}), *args[1:])


def _in_complex_loop(op: Op, args: tuple[Any, ...], kwargs: Any) -> tuple[Any, ...]:
    """The arguments of a ufunc that `dtype=` makes compute with complex numbers, or without: its rule does, too."""
    dtype = np.dtype(kwargs["dtype"]) if kwargs["dtype"] is not None else None
    if dtype is None or (dtype.kind != "c" and not any(_is_complex(x) for x in args)):
        return args
    op.fun(*_handles.plain(args), **kwargs)  # raises as NumPy does (casting=)
    wanted = dtype.kind == "c"
    return tuple(
        [
            cast(x, dtype, {}) if _is_complex(x) != wanted and (_handles.is_tracked(x) or type(x) is _ndarray) else x
            for x in args
        ]
    )


def _real_parts(op: Op, args: tuple[Any, ...], dtype: Any) -> tuple[Any, ...]:
    """The arguments of a reduction whose real `dtype=` drops the imaginary parts first (the variances keep them)."""
    if dtype is None or not args or not _handles.is_tracked(args[0]) or not _is_complex(args[0]):
        return args
    if np.dtype(dtype).kind != "f" or op.name.endswith(("var", "std")):
        return args
    return (np.real(args[0]), *args[1:])


def _is_complex(x: Any) -> bool:
    return (_handles.is_tracked(x) or type(x) is _ndarray) and bool(_handles.spec_of(x).is_complex)


def _all_inert(args: tuple[Any, ...], kwargs: Any) -> bool:
    """Whether all arguments but the first are settings: nothing that could be tracked, or change."""
    for i in range(1, len(args)):
        if not _is_inert(args[i]):
            return False
    if kwargs:
        for v in kwargs.values():
            if not _is_inert(v):
                return False
    return True


def _is_inert(x: Any) -> bool:
    kind = type(x)
    if kind is tuple:
        for e in x:
            if type(e) is not int:
                return False
        return True
    return x is None or kind is int or kind is bool or kind is str or kind is float or kind is type or x is _NO_VALUE


_NO_VALUE: Final[Any] = np._NoValue


def _record_first(op: Op, x: Any, node: Node, args: tuple[Any, ...], kwargs: Any) -> Any:
    """Record `op(x, *settings, **kwargs)`: the path that most functions take."""
    assert isinstance(x, _array.TrackedArray)
    f = op.fun if op.ufunc or op.on_arrays is None else op.on_arrays
    if kwargs:
        y = f(x.value, *args[1:], **kwargs)
    elif len(args) == 1:
        y = f(x.value)
    else:
        y = f(x.value, *args[1:])
    mask = op.reads[0] if op.reads else op.reads_of(0)
    if mask & 2:
        x.keep(node)
    result = _handles.wrap(op, (node, *args[1:]), kwargs or None, y, node.level, mask, None)
    if not op.ufunc and (type(y) is not _ndarray or y.base is not None or y is x.value):
        _views.note_views(result, op, args, kwargs, y)
    return result


def evaluate(op: Op, values: Any, kwargs: Any) -> Any:
    """`op` of values that may be tracked at lower levels, where its own rule serves, too."""
    if not op.opaque and _handles.level_of(tuple(values)) >= 0:
        return record(op, tuple(values), kwargs)
    return op.fun(*values, **kwargs)


def _call_on_buffers(op: Op, handles: Any, args: Any, kwargs: Any) -> Any:
    """A call on constant buffers alone; what shares their memory is a view of them."""
    y = op.fun(*args, **(kwargs or {}))
    result = _buffers.as_buffers(y)
    if not op.ufunc:
        _views.note_views(result, op, handles, kwargs, y)
    return result


def _collect_lists(op: Op, args: tuple[Any, ...]) -> tuple[Any, ...]:
    """Lists of tracked values, where the function expects one array, made one array."""
    found: list[Any] | None = None
    for i, x in enumerate(args):
        if (type(x) is list or type(x) is tuple) and i not in op.sequences and _handles.level_of(x) >= 0:
            if found is None:
                found = list(args)
            found[i] = collect(x)
    return args if found is None else tuple(found)


def collect(xs: Any) -> Any:
    """See `tracker.collect`."""
    return record(_operators.table.collect, (xs,), None) if not _handles.is_tracked(xs) else record_scalar(xs)


def record_scalar(x: Any) -> Any:
    """A tracked number as a 0-d array."""
    return x if isinstance(x, _array.TrackedArray) else record(_operators.table.zero_dim, (x,), None)


def cast(x: Any, dtype: Any, kwargs: Any) -> Any:
    """`x.astype(dtype)`: tracked if the result is inexact."""
    dtype = np.dtype(dtype)
    if dtype.kind in "OV":
        raise ConversionError(
            f"astype({dtype}) of a tracked value would lose its gradient. Use x.tolist() for tracked numbers, "
            "or x.data for the plain array."
        )
    if not _handles.is_inexact(dtype):
        return _handles.plain(x).astype(dtype, **kwargs)
    if isinstance(x, _real.TrackedReal):
        return record_scalar(x).astype(dtype, **kwargs)[()]
    return np.astype(x, dtype, copy=kwargs.pop("copy", True)) if not kwargs else _cast_with(x, dtype, kwargs)


def _cast_with(x: Any, dtype: Any, kwargs: Any) -> Any:
    copy = kwargs.get("copy", True)
    _handles.plain(x).astype(dtype, **kwargs)  # raises as NumPy does (casting=)
    return np.astype(x, dtype, copy=copy)
