"""Recording: one call on tracked values becomes one node."""

from __future__ import annotations

from typing import Any, Final

import numpy as np

import tracker._arrays.array as _array
import tracker._arrays.conversions as _conversions
import tracker._arrays.forward as _forward
import tracker._arrays.handles as _handles
import tracker._arrays.operators as _operators
import tracker._arrays.real as _real
import tracker._arrays.views as _views
from tracker._arrays import operands
from tracker._core.levels import current_pause, has_ended, state
from tracker._core.node import BUFFER, CONSTANT, PARTIALS, Held, Node, Op
from tracker._core.registry import complex_forms, parameter_names
from tracker.errors import ConversionError, FreedRecordError, NoRuleError

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
                    mask = op.reads[0]
                    if mask & 4:
                        if b.dtype is not y.dtype and op.kind == PARTIALS:
                            b = operands.as_computed(op, (a.value, b), y.dtype)[1]
                        b = kept_constant(b)
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
                    mask = op.reads[1]
                    if mask & 2:
                        if a.dtype is not y.dtype and op.kind == PARTIALS:
                            a = operands.as_computed(op, (a, b.value), y.dtype)[0]
                        a = kept_constant(a)
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


def power(x: Any, exponent: Any) -> Any:
    """Record `x**exponent`, `x` tracked; a square has a simpler rule."""
    if (type(exponent) is int or type(exponent) is float) and exponent == 2:
        return unary(_operators.SQUARE, x)
    return binary(_operators.POWER, x, exponent)


def _defers(x: Any) -> bool:
    """Whether the operator should be left to `x`, which declares that it wants no ufuncs."""
    return getattr(x, "__array_ufunc__", True) is None


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
            return complex_forms[op.fun](*args)
        if op.fun is _isnan:
            _conversions.refuse_root_finder(args[0])
        return op.fun(*_handles.plain(args), **{k: _handles.plain(v) for k, v in (kwargs or {}).items()})
    if state.pauses == 0 and not op.sequences and len(args) > 0:
        x = args[0]
        inert = op.kind != PARTIALS or len(args) == 1 or type(args[1]) is not tuple  # there a tuple is an operand
        if inert and isinstance(x, _array.TrackedArray) and type(x.value) is _ndarray and _all_inert(args, kwargs):
            node = x.current()
            if not node.forward and node.op is not BUFFER:
                return _record_first(op, x, node, args, kwargs)
    if kwargs:
        args, kwargs = _move_tracked_keywords(op, args, kwargs)
    if len(args) > len(op.rules) and not op.variadic and op.joint is None:
        _refuse_settings(op, args, kwargs)
    args = _collect_lists(op, args)
    to_array = operands.sequence if op.kind == PARTIALS else operands.as_numpy
    if op.name.startswith("numpy.") and op.name != "numpy.matmul":
        for x in args:
            operands.refuse_sparse(x)
    args = tuple([to_array(x) for x in args])
    pause = current_pause()
    if pause is not None:
        tracked = args
        args = tuple([paused(x, pause) for x in args])
        if _handles.level_of(args) < 0:
            return _views.guarded(op.fun(*args, **(kwargs or {})), tracked, pause)
    level = _handles.level_of(args)
    if level < 0:
        return op.fun(*args, **(kwargs or {}))
    if _holds_buffer(args):
        original = args
        args = tuple([without_buffers(x) for x in args])
        if _handles.level_of(args) < 0:
            return _call_on_buffers(op, original, args, kwargs)
        _share_buffers(original)
    level = _handles.level_of(args)
    values = [value_at(x, level) for x in args]
    for setting in (kwargs or {}).values():
        if type(setting) is not _ndarray and isinstance(setting, _ndarray):
            operands.refuse_kind(setting)
    y = evaluate(op, values, kwargs or {})
    if op.kind == PARTIALS and not kwargs and not isinstance(y, tuple):
        args = operands.as_computed(op, args, _handles.spec_of(y).dtype)
        values = [value_at(x, level) for x in args]
    if is_forward(args, level):
        dual = _forward.push(op, args, values, kwargs or {}, y, level)
        if not op.ufunc:
            _views.note_views(dual, op, args, kwargs, y)
        return dual
    mask = 0
    for i, x in enumerate(args):
        if _handles.level_of(x) == level:
            mask |= op.reads_of(i)
    nodes = tuple([argument(x, level, mask & (2 << i) != 0) for i, x in enumerate(args)])
    kept = {k: _frozen(v) for k, v in kwargs.items()} if kwargs else None
    result = _handles.wrap(op, nodes, kept, y, level, mask, None)
    if not op.ufunc:
        _views.note_views(result, op, args, kwargs, y)
    return result


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


def paused(x: Any, pause: Any) -> Any:
    """`x`, or its plain value where recording is off for its level."""
    if isinstance(x, _array.TrackedArray | _real.TrackedReal):
        while _handles.is_tracked(x) and _handles.level_of(x) < pause.level:
            if pause.seen is not None:
                pause.seen[id(x)] = x
            x = x.value
        return x
    if type(x) is list or type(x) is tuple:
        return type(x)([paused(e, pause) for e in x])
    return x


def _holds_buffer(x: Any) -> bool:
    """Whether there is a tracked array that is constant so far among the arguments."""
    if type(x) is tuple or type(x) is list:
        for e in x:
            if _holds_buffer(e):
                return True
        return False
    return isinstance(x, _array.TrackedArray) and _handles.is_constant_buffer(x)


def without_buffers(x: Any) -> Any:
    """`x` with the tracked arrays in it that are constant so far plain: nothing of them needs a record."""
    if type(x) is tuple or type(x) is list:
        return type(x)([without_buffers(e) for e in x])
    return x.value if isinstance(x, _array.TrackedArray) and _handles.is_constant_buffer(x) else x


def _share_buffers(x: Any) -> None:
    """Note that a record holds what these arrays hold now."""
    if type(x) is tuple or type(x) is list:
        for e in x:
            _share_buffers(e)
    elif isinstance(x, _array.TrackedArray) and _handles.is_constant_buffer(x):
        root = x if x.root is None else x.root
        root.shared = True


def _call_on_buffers(op: Op, handles: Any, args: Any, kwargs: Any) -> Any:
    """A call on constant buffers alone; what shares their memory is a view of them."""
    y = op.fun(*args, **(kwargs or {}))
    result = _buffers(y)
    if not op.ufunc:
        _views.note_views(result, op, handles, kwargs, y)
    return result


def _buffers(y: Any) -> Any:
    """What a call on constant buffers gives: again arrays that tracked values may be written into."""
    if type(y) is tuple or type(y) is list:
        return type(y)([_buffers(e) for e in y])
    if isinstance(y, tuple):  # a named one
        return type(y)(*[_buffers(e) for e in y])
    return _handles.new_buffer(y, 0) if type(y) is _ndarray and _handles.is_inexact(y.dtype) else y


def is_forward(x: Any, level: int) -> bool:
    """Whether this level is differentiated in forward mode."""
    if type(x) is list or type(x) is tuple:
        for e in x:
            if is_forward(e, level):
                return True
        return False
    node = _handles.node_of(x)
    return node is not None and node.level == level and node.forward


def value_at(x: Any, level: int) -> Any:
    """`x` as the functions of this level see it: its value if it belongs here, else itself."""
    if isinstance(x, _array.TrackedArray):
        return x.value if _belongs(x.current(), level) else x
    if isinstance(x, _real.TrackedReal):
        return x.value if _belongs(x, level) else x
    if (type(x) is list or type(x) is tuple) and _handles.level_of(x) >= 0:
        return type(x)([value_at(e, level) for e in x])
    if type(x) is not _ndarray and isinstance(x, _ndarray):
        operands.refuse_kind(x)
    return x


def _belongs(node: Node, level: int) -> bool:
    """Whether `node` is of this level; a lower one must still be going on."""
    if node.level == level:
        return True
    if has_ended(node.level):
        raise FreedRecordError(
            f"A value (shape {node.spec.shape}) that was recorded for a derivative which has ended, and was kept (in a "
            "cache, an attribute, a variable), is used for another one, where it would pass for a constant. Compute it "
            "anew each time; if it is a constant, keep x.data."
        )
    return False


def argument(x: Any, level: int, read: bool) -> Any:
    """`x` as a node of this level keeps it."""
    if isinstance(x, _array.TrackedArray):
        node = x.current()
        if node.level != level:
            return _handles.snapshot(x)
        if read:
            x.keep(node)
        return node
    if isinstance(x, _real.TrackedReal):
        return x if x.level == level else Held(x, None)
    if type(x) is list or type(x) is tuple:
        return type(x)([argument(e, level, read) for e in x]) if _handles.level_of(x) >= 0 else _frozen(x)
    if type(x) is _ndarray:
        if x.dtype.kind in "iub":
            return x.copy(order="K")  # an index: callers do change theirs
        return kept_constant(x) if read else x
    return x


def _frozen(x: Any) -> Any:
    """A plain argument as the record keeps it where no mark can watch it: lists and arrays copied."""
    if type(x) is _ndarray:
        return x.copy(order="K")
    if type(x) is list or (type(x) is tuple and any(type(e) is _ndarray or type(e) is list for e in x)):
        return type(x)([_frozen(e) for e in x])
    return x


def kept_constant(x: Any) -> Any:
    """A plain array that a rule will read: its user may have changed it by then.

    A small one is copied; a large one is marked, and found out if it was overwritten.
    """
    if x.nbytes <= _COPIED:
        return x.copy(order="K")
    return Held(x, _handles.fingerprint(x))


_COPIED: Final = 1 << 16  # bytes: copying takes 5 us, less than the operation that uses the array


def _collect_lists(op: Op, args: tuple[Any, ...]) -> tuple[Any, ...]:
    """Lists of tracked values, where the function expects one array, made one array."""
    found: list[Any] | None = None
    for i, x in enumerate(args):
        if (type(x) is list or type(x) is tuple) and i not in op.sequences and _handles.level_of(x) >= 0:
            if found is None:
                found = list(args)
            found[i] = collect(x)
    return args if found is None else tuple(found)


def _move_tracked_keywords(op: Op, args: tuple[Any, ...], kwargs: Any) -> Any:
    """The call with every tracked keyword argument at its position."""
    if not _any_tracked(kwargs):
        return args, kwargs
    names = parameter_names(op.fun)
    positional, kwargs = list(args), dict(kwargs)
    last = max((names.index(k) for k, v in kwargs.items() if k in names and _handles.level_of(v) >= 0), default=-1)
    for k, v in kwargs.items():
        if _handles.level_of(v) >= 0 and k not in names:
            raise _setting_error(op, args, kwargs, k)
    for name in names[len(positional) : last + 1]:
        positional.append(kwargs.pop(name) if name in kwargs else _default(op.fun, name))
    return tuple(positional), kwargs


def _refuse_settings(op: Op, args: tuple[Any, ...], kwargs: Any) -> None:
    """Raise for a tracked argument behind those that NumPy's function has rules for: an order, a tolerance."""
    if not op.name.startswith("numpy."):
        return  # the sweep tells the author of a rule
    for i in range(len(op.rules), len(args)):
        if _handles.level_of(args[i]) >= 0:
            names = parameter_names(op.fun)
            raise _setting_error(op, args, kwargs, names[i] if i < len(names) else str(i))


def _setting_error(op: Op, args: tuple[Any, ...], kwargs: Any, name: str) -> NoRuleError:
    """The error for a tracked argument without a rule; what NumPy rejects is rejected by NumPy first."""
    op.fun(*_handles.plain(args), **{k: _handles.plain(v) for k, v in (kwargs or {}).items()})
    return NoRuleError(
        f"{op.name} has no derivative rule for its argument {name!r}, which is tracked. "
        f"Pass tracker.stop_gradient({name}) if its gradient is not wanted."
    )


def _any_tracked(kwargs: Any) -> bool:
    for v in kwargs.values():
        if _handles.level_of(v) >= 0:
            return True
    return False


def _default(f: Any, name: str) -> Any:
    import inspect

    return inspect.signature(f).parameters[name].default


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
