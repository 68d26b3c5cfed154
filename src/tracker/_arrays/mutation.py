"""Reading entries and writing in place: views, `x[i] = v`, `x += y`, `out=`.

A write records a node "x with v at index" and moves the handle there. The buffer itself is
written, not copied, unless a rule will read what it held (`shared`): then the handle goes on
with a copy and the record keeps the old buffer. So a loop of n scalar writes costs O(n).
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np

import tracker._arrays.array as _array
import tracker._arrays.dispatch as _dispatch
import tracker._arrays.handles as _handles
import tracker._arrays.leaves as _leaves
import tracker._arrays.operators as _operators
from tracker._core.levels import current_pause, state
from tracker._core.node import BUFFER, Node
from tracker.errors import CheckpointError, ConversionError

_ndarray: Final = np.ndarray


# Reading


def take(x: Any, index: Any) -> Any:
    """`x[index]`: a view of x for basic indices, as in NumPy."""
    basic = _is_basic(index)
    if not basic:
        index = plain_index(index)
        basic = _is_basic(index)
    node = x.current()
    if state.pauses or node.forward or node.op is BUFFER:
        return _take_otherwise(x, index)
    y = x.value[index]
    op = _operators.table.getitem
    result = _handles.wrap(op, (node, index), None, y, node.level, 0, None)
    if basic and isinstance(result, _array.TrackedArray):
        _link(result, x, (op, (index,), None, 0, -1))
    return result


def _take_otherwise(x: Any, index: Any) -> Any:
    y = _dispatch.record(_operators.table.getitem, (x, index), None)
    if isinstance(y, _array.TrackedArray) and _is_basic(index):
        _link(y, x, (_operators.table.getitem, (index,), None, 0, -1))
    return y


def plain_index(index: Any) -> Any:
    """An index without tracking, its arrays copied: the caller may go on to change them."""
    if isinstance(index, _ndarray):
        return index.copy(order="K")  # repeated entries: the last in memory order wins
    if type(index) is tuple:
        return tuple([plain_index(i) for i in index])
    return _handles.plain(index)


def _is_basic(index: Any) -> bool:
    """Whether an index takes a view: integers, slices of plain numbers, None and Ellipsis."""
    if type(index) is tuple:
        for i in range(len(index)):
            if type(index[i]) is tuple or not _is_basic(index[i]):  # x[(0, 1),] is an integer-array index
                return False
        return True
    if type(index) is slice:
        return _is_plain(index.start) and _is_plain(index.stop) and _is_plain(index.step)
    return index is None or type(index) is int or index is Ellipsis or isinstance(index, np.integer)


def _is_plain(bound: Any) -> bool:
    return bound is None or type(bound) is int or not _handles.is_tracked(bound)


def _link(view: Any, base: Any, path: Any) -> None:
    """Make `view` a view of `base`, taken by `path`: (op, further arguments, keywords, position, output)."""
    root = base if base.root is None else base.root
    view.base = base
    view.root = root
    view.path = path
    view.version = root.version


def note_views(result: Any, op: Any, args: Any, kwargs: Any, y: Any) -> None:
    """Link results that share memory with an argument (reshape, transpose, split, ...) to it."""
    if isinstance(result, tuple | list):
        for k, r in enumerate(result):
            _note_view(r, op, args, kwargs, y[k], k)
    else:
        _note_view(result, op, args, kwargs, y, -1)


def _note_view(result: Any, op: Any, args: Any, kwargs: Any, y: Any, output: int) -> None:
    if not isinstance(result, _array.TrackedArray):
        return
    if isinstance(y, _array.TrackedArray):
        if y.base is None:
            return
    elif type(y) is _ndarray and y.base is None and not _is_among(y, args):
        return
    for i, x in enumerate(args):
        if isinstance(x, _array.TrackedArray) and _shares(y, x.value):
            rest = (*args[:i], *args[i + 1 :])
            _link(result, x, (op, rest, kwargs, i, output))
            return
        if not isinstance(x, _array.TrackedArray) and isinstance(y, _ndarray) and _shares_any(y, x):
            result.value = np.copy(y)
            result.shared = False
            if result.node.kept:
                result.node.value = result.value
                result.shared = True
            return


def _is_among(y: Any, args: Any) -> bool:
    """Whether a function handed back an argument as it is."""
    for x in args:
        if _value(x) is y:
            return True
    return False


def _value(x: Any) -> Any:
    return x.value if isinstance(x, _array.TrackedArray) else x


def _shares(y: Any, value: Any) -> bool:
    if isinstance(y, _array.TrackedArray) and isinstance(value, _array.TrackedArray):
        root = value if value.root is None else value.root
        return y.root is root or y is value
    if type(y) is type(value) and hasattr(y, "dtype") and not isinstance(y, np.generic):
        return bool(np.may_share_memory(y, value))
    return y is value


def _shares_any(y: Any, x: Any) -> bool:
    if type(x) is list or type(x) is tuple:
        return any(_shares_any(y, e) for e in x)
    return isinstance(x, _ndarray) and bool(np.may_share_memory(y, x))


def guarded(y: Any, args: Any, pause: Any) -> Any:
    """The plain result of a call while recording is off; read-only where a write into it would change a record."""
    if type(y) is tuple or type(y) is list:
        return type(y)([guarded(e, args, pause) for e in y])
    if type(y) is _ndarray and _is_kept(y, args, pause):
        y = y.view()
        y.flags.writeable = False
    return y


def _is_kept(y: Any, args: Any, pause: Any) -> bool:
    """Whether `y` shares memory with a tracked array that a record needs, or that a checkpoint must not change."""
    for x in args:
        if isinstance(x, _array.TrackedArray) and not _handles.is_constant_buffer(x):
            root = x if x.root is None else x.root
            if (root.shared or pause.seen is not None) and np.may_share_memory(y, _handles.plain(x)):
                return True
    return False


def refresh(view: Any) -> None:
    """Take `view` again from its base, which has been written to since."""
    stale: list[Any] = []
    root = view.root
    while view.root is not None and view.version != root.version:
        stale.append(view)
        view = view.base
    for v in stale[::-1]:
        base = v.base
        v.version = root.version
        fresh = _taken_again(v.path, base)
        v.value = fresh.value
        v.node = fresh.node


def _taken_again(path: Any, base: Any) -> Any:
    """The view of `base` by `path`, as a handle of its own."""
    op, rest, kwargs, position, output = path
    node = base.node
    if node.forward:
        fresh = _dispatch.record(op, (*rest[:position], base, *rest[position:]), kwargs)
        return fresh if output < 0 else fresh[output]
    level = node.level
    others = [_dispatch._value_at(x, level) for x in rest]
    y = op.fun(*others[:position], base.value, *others[position:], **(kwargs or {}))
    if _handles.is_constant_buffer(base):
        return _handles.new_buffer(y if output < 0 else y[output], level)
    nodes = [_dispatch._argument(x, level, False) for x in rest]
    args = (*nodes[:position], node, *nodes[position:])
    fresh = _handles.wrap(op, args, kwargs, y, level, 0, None)
    return fresh if output < 0 else fresh[output]


# Writing


def assign(x: Any, index: Any, v: Any) -> None:
    """`x[index] = v`, recorded."""
    if type(index) is not int:
        index = plain_index(index)
    if type(v) is list or type(v) is tuple:
        v = _dispatch.collect(v) if _handles.level_of(v) >= 0 else v
    elif isinstance(v, _array.TrackedArray) and _handles.is_constant_buffer(v):
        v = v.value.copy() if isinstance(v.value, _ndarray) else v.value
    node = x.current()
    pause = current_pause()
    if pause is not None:
        v = _dispatch.paused(v, pause)
        if node.level < pause.level and not _handles.is_tracked(v):
            if pause.seen is not None and not _handles.is_constant_buffer(x):
                raise CheckpointError(
                    "A checkpointed function wrote into a tracked array that it did not make. It would be written "
                    "again on the way back: write into a copy (np.copy(x)), or leave tracker.checkpoint out."
                )
            _write_unrecorded(x, index, v)
            return
    level = _handles.level_of(v)
    root = x if x.root is None else x.root
    if level > root.node.level:
        _lift(root, level)
    elif level < 0 and _handles.is_constant_buffer(root):
        # nothing tracked in it yet, and nothing to differentiate
        if root.shared:
            _own(root)
            x.current()
        x.value[index] = _apart(v, x.value, index)
        return
    if root.shared:
        _own(root)
    node = x.current()
    level = node.level
    value = _dispatch._value_at(v, level)
    if _handles.is_tracked(value) and not _handles.is_tracked(x.value):
        _lift_values(root)
        node = x.current()
    if node.forward or _dispatch._is_forward(v, level):
        _write_forward(x, index, v)
        return
    if node.op is BUFFER and node.value is None:
        node.value = np.copy(x.value)  # what it was made with: the record can be run again
    x.value[index] = _apart(value, x.value, index)
    op = _operators.table.setitem
    if x.origin is None and node.op is None:
        x.origin = node
    _move(x, Node(op, (node, index, _dispatch._argument(_frozen(v), level, False)), None, None, node.spec, level))


def _frozen(v: Any) -> Any:
    return v.copy() if isinstance(v, _ndarray) else v


def _apart(v: Any, buffer: Any, index: Any) -> Any:
    """`v`, or a copy if it may lie in the buffer: with a mask NumPy reads entries that it has just written."""
    if type(v) is _ndarray and type(index) is not int and type(index) is not slice and type(buffer) is _ndarray:
        return v.copy() if np.may_share_memory(v, buffer) else v
    return v


def _move(x: Any, node: Node) -> None:
    """Let the handle go on from `node`; a view carries its bases along."""
    x.node = node
    root = x if x.root is None else x.root
    root.version += 1
    while x.root is not None:
        x.version = root.version
        base = x.base
        if base.origin is None and base.node.op is None:
            base.origin = base.node
        base.node = _written_through(x, base)
        x = base


def _written_through(view: Any, base: Any) -> Node:
    """The node "base with the view's new value in its place"."""
    op, args = _base_with(view, base.node, view.node)
    return Node(op, args, None, None, base.node.spec, base.node.level)


def _base_with(view: Any, base: Any, v: Any) -> Any:
    """The operation, and its arguments, that puts `v` in the place that `view` has in its base."""
    op, rest, kwargs, position, output = view.path
    spec = view.base.node.spec
    if op is _operators.table.getitem:
        return _operators.table.setitem, (base, rest[0], v)
    if spec.is_complex and op.fun in (np.real, np.imag):
        return (_PARTS.real if op.fun is np.real else _PARTS.imag), (base, v)
    # any other view: the positions its entries have in the flat base
    values = (*rest[:position], np.arange(spec.size).reshape(spec.shape), *rest[position:])
    positions = op.fun(*_handles.plain(values), **(kwargs or {}))
    return _PARTS.flat, (base, positions if output < 0 else positions[output], v)


class _Parts:
    """The operations that write through views; bound when rules are registered."""

    def __init__(self) -> None:
        self.flat: Any = None
        self.real: Any = None
        self.imag: Any = None


_PARTS: Final = _Parts()


def with_real(z: Any, v: Any) -> Any:
    """`z` with the real part `v`."""
    y = _copy_for(z, v)
    np.real(y)[...] = v
    return y


def with_imag(z: Any, v: Any) -> Any:
    """`z` with the imaginary part `v`."""
    y = _copy_for(z, v)
    np.imag(y)[...] = v
    return y


def _copy_for(z: Any, v: Any) -> Any:
    """A copy of `z` that `v` can be written into."""
    y = np.copy(z)
    return _handles.new_buffer(y, 0) if _handles.is_tracked(v) and not _handles.is_tracked(y) else y


def put_flat(x: Any, positions: Any, v: Any) -> Any:
    """A copy of `x` with `x.flat[positions] = v`."""
    flat = np.copy(np.reshape(x, (-1,)))
    flat[positions] = v
    return np.reshape(flat, x.shape)


def _lift(root: Any, level: int) -> None:
    """Make a handle of a lower level one of this level, where it is a constant so far."""
    inner = _array.TrackedArray(root.node, root.value)
    inner.shared = root.shared
    root.node = Node(BUFFER, (), None, None, root.node.spec, level)
    root.value = inner.value if _handles.is_constant_buffer(inner) else inner
    root.shared = False
    root.version += 1


def _lift_values(root: Any) -> None:
    """Make the plain buffer of `root` one that can take tracked values of lower levels."""
    root.value = _handles.new_buffer(root.value, 0)
    root.version += 1


def _own(root: Any) -> None:
    """Leave the buffer to the record, which still needs it, and go on with a copy."""
    root.value = np.copy(root.value, order="K")
    root.shared = False
    root.version += 1


def _write_unrecorded(x: Any, index: Any, v: Any) -> None:
    root = x if x.root is None else x.root
    if root.shared:
        _own(root)
        x.current()
    x.value[index] = _apart(v, x.value, index)
    root.version += 1
    _leaves.renew(root)


def _write_forward(x: Any, index: Any, v: Any) -> None:
    """A write into a value of a forward-mode level: value and tangent."""
    root = x if x.root is None else x.root
    updated = _dispatch.record(_operators.table.setitem, (x, index, v), None)
    if x.root is None:
        _adopt(root, updated)
        return
    op, args = _base_with(x, x.base, updated)
    assign(x.base, Ellipsis, _dispatch.record(op, args, None))
    x.current()


def _adopt(x: Any, y: Any) -> None:
    """Let the handle `x` (a root) go on as `y`."""
    if x.origin is None and x.node.op is None:
        x.origin = x.node
    x.node = y.node
    x.value = y.value
    x.shared = y.shared
    x.version += 1


def update_with(x: Any, y: Any) -> Any:
    """`x op= ...`, where y is `x op ...`: into x itself, as NumPy does."""
    if y is NotImplemented:
        return y
    if np.shape(y) != x.shape:
        raise ValueError(
            f"non-broadcastable output operand with shape {x.shape} doesn't match the broadcast shape {np.shape(y)}"
        )
    if not np.can_cast(y.dtype, x.dtype, casting="same_kind"):
        # NumPy's own error for it
        np.add(np.empty(0, y.dtype), 0, out=np.empty(0, x.dtype))
    pause = current_pause()
    recorded = isinstance(y, _array.TrackedArray) and pause is None
    if recorded and x.root is None and y.root is None and y.dtype == x.dtype and _same_layout(x.value, y.value):
        _adopt(x, y)
    else:
        assign(x, Ellipsis, y)
    return x


def _same_layout(a: Any, b: Any) -> bool:
    """Whether what is a view of one would be a view of the other."""
    a, b = _handles.plain(a), _handles.plain(b)
    return type(a) is not _ndarray or (type(b) is _ndarray and a.strides == b.strides)


def _replace_all(x: Any, y: Any) -> None:
    """Let `x` hold `y`, of the same shape and dtype."""
    if x.root is None and isinstance(y, _array.TrackedArray) and y.root is None and current_pause() is None:
        _adopt(x, y)  # made as a copy of x: its layout is the same
    else:
        assign(x, Ellipsis, y)


def write_out(out: Any, y: Any, f: Any) -> Any:
    """`out=`: the result into `out`, which must be tracked to take it."""
    if type(out) is tuple and len(out) == 1:
        out = out[0]
    if not isinstance(out, _array.TrackedArray) and not _handles.is_tracked(y):
        np.copyto(out, y)
        return out
    _tracked_target(out, f)
    return update_with(out, y)


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
    if type(values) is tuple:
        return tuple([_masked(v, mask, o, op) for v, o in zip(values, out or (None,) * len(values), strict=True)])
    return _masked(values, mask, out[0] if out else None, op)


def _flags(mask: Any) -> Any:
    """`where=` as NumPy takes it: numbers and lists stand for flags, arrays of numbers don't."""
    if type(mask) is _ndarray and mask.dtype != bool:
        np.positive(0.0, where=mask, out=np.empty(mask.shape))  # raises
    return mask if np.ndim(mask) and hasattr(mask, "dtype") else np.asarray(mask, bool)


def _masked(values: Any, mask: Any, target: Any, op: Any) -> Any:
    """`target` (zeros if None) with `values` where the mask is true."""
    if target is None:
        empty = np.zeros(mask.shape, values.dtype)
        target = _handles.new_buffer(empty, 0) if _handles.is_tracked(values) else empty
    elif _handles.is_tracked(values):
        _tracked_target(target, op.fun)
    target[mask] = values
    return target


def ufunc_at(ufunc: Any, x: Any, index: Any, *v: Any) -> None:
    """`ufunc.at(x, index, v)`: of an index that occurs again and again the results go on from each other."""
    if not isinstance(x, _array.TrackedArray):
        raise ConversionError(
            f"numpy.{ufunc.__name__}.at writes a tracked value into a plain array, which would lose its "
            "gradient. Write into np.zeros_like(tracked) or tracker.zeros(shape)."
        )
    index = plain_index(index)
    if len(v) != ufunc.nin - 1 or ufunc.nout != 1:
        ufunc.at(_handles.plain(x).copy(), index, *_handles.plain(v))  # raises
    if ufunc is np.add or ufunc is np.subtract:
        term = v[0] if ufunc is np.add else -np.positive(v[0])
        _replace_all(x, _dispatch.record(_operators.table.add_at, (x, index, term), None))
        return
    places = np.arange(x.size).reshape(x.shape)[index]
    v = tuple([np.broadcast_to(e, places.shape) for e in v])
    for turn in _turns(places.reshape(-1)):
        at = np.unravel_index(places.reshape(-1)[turn], x.shape)
        x[at] = ufunc(x[at], *[np.reshape(e, -1)[turn] for e in v])


def _turns(places: Any) -> Any:
    """Positions in `places`: those of first occurrences, of second ones, and so on, in their order."""
    order = np.argsort(places, kind="stable")
    ranked = places[order]
    first = np.flatnonzero(np.concatenate((np.ones(min(1, len(ranked)), bool), ranked[1:] != ranked[:-1])))
    turn = np.empty(len(places), np.intp)
    turn[order] = np.arange(len(places)) - np.repeat(first, np.diff(first, append=len(places)))
    return [np.flatnonzero(turn == k) for k in range(turn.max(initial=-1) + 1)]


def put(x: Any, indices: Any, values: Any, mode: str = "raise") -> None:
    """ndarray.put: into the flattened array."""
    positions = np.arange(x.size)
    flat: Any = np.take(positions, _handles.plain(indices), mode=mode)  # type: ignore[call-overload]
    if np.shape(values) != flat.shape:
        values = np.resize(values, flat.shape)
    x[np.unravel_index(flat, x.shape)] = values


def replace_data(x: Any, value: Any) -> None:
    """`x.data = value`: new contents for a leaf."""
    if not x.is_leaf:
        raise ConversionError("Only a leaf's data can be replaced; this value was computed from others.")
    value = np.array(value, x.dtype)
    if value.shape != x.shape:
        raise ValueError(f"x.data has shape {x.shape}; the new data has shape {value.shape}")
    _leaves.set_leaf_value(x, value)


class Flat:
    """`x.flat`: tracked entries one after the other; may be indexed and assigned."""

    def __init__(self, x: Any) -> None:
        self._x: Any = x

    def __iter__(self) -> Any:
        flat = np.reshape(self._x, (-1,))
        return iter([flat[i] for i in range(self._x.size)])

    def __len__(self) -> int:
        return int(self._x.size)

    def __getitem__(self, index: Any) -> Any:
        y = np.reshape(self._x, (-1,))[index]
        return np.copy(y) if isinstance(y, _array.TrackedArray) else y

    def __setitem__(self, index: Any, v: Any) -> None:
        put(self._x, np.arange(self._x.size)[plain_index(index)], v)


def copyto(dst: Any, src: Any, casting: Any = "same_kind", where: Any = True) -> None:
    """numpy.copyto into a tracked array."""
    _need_tracked(dst, "numpy.copyto")
    mask = _handles.plain(where)
    np.copyto(np.empty(dst.shape, dst.dtype), _handles.plain(src), casting, mask)  # what NumPy rejects is rejected
    dst[...] = src if mask is True else np.where(mask, src, dst)


def putmask(a: Any, mask: Any, values: Any) -> None:
    """numpy.putmask into a tracked array; `values` repeats if it is shorter."""
    _need_tracked(a, "numpy.putmask")
    mask = _handles.plain(mask)
    if np.shape(values) != a.shape:
        values = np.resize(values, a.shape)
    a[...] = np.where(mask, values, a)


def place(arr: Any, mask: Any, vals: Any) -> None:
    """numpy.place into a tracked array; `vals` repeats if it is shorter."""
    _need_tracked(arr, "numpy.place")
    mask = np.asarray(_handles.plain(mask), bool)
    arr[mask] = np.resize(vals, (int(mask.sum()),))


def put_along_axis(arr: Any, indices: Any, values: Any, axis: Any) -> None:
    """numpy.put_along_axis into a tracked array."""
    _need_tracked(arr, "numpy.put_along_axis")
    positions = np.arange(arr.size).reshape(arr.shape)
    flat = np.take_along_axis(positions, _handles.plain(indices), axis)
    arr[np.unravel_index(flat, arr.shape)] = np.broadcast_to(values, flat.shape)


def fill_diagonal(a: Any, val: Any, wrap: bool = False) -> None:
    """numpy.fill_diagonal into a tracked array."""
    _need_tracked(a, "numpy.fill_diagonal")
    positions = np.full(a.shape, -1)
    np.fill_diagonal(positions, np.arange(a.size), wrap)
    where = np.argsort(positions.reshape(-1), kind="stable")[np.sum(positions < 0) :]
    if np.ndim(val):
        val = np.resize(val, where.shape)
    a[np.unravel_index(where, a.shape)] = val


def np_put(a: Any, ind: Any, v: Any, mode: str = "raise") -> None:
    """numpy.put into a tracked array."""
    _need_tracked(a, "numpy.put")
    put(a, ind, v, mode)


def _need_tracked(x: Any, name: str) -> None:
    if not isinstance(x, _array.TrackedArray):
        raise ConversionError(
            f"{name} writes a tracked value into a plain array, which would lose its gradient. "
            "Write into np.zeros_like(tracked) or tracker.zeros(shape)."
        )


MUTATORS: Final = {
    np.copyto: copyto,
    np.putmask: putmask,
    np.place: place,
    np.put_along_axis: put_along_axis,
    np.fill_diagonal: fill_diagonal,
    np.put: np_put,
}
