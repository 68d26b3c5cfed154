"""Views: what shares memory with an array, how it was taken, and taking it again once the array was written to."""

from __future__ import annotations

from typing import Any, Final

import numpy as np

import tracker._arrays.array as _array
import tracker._arrays.dispatch as _dispatch
import tracker._arrays.handles as _handles
import tracker._arrays.kept as _kept
import tracker._arrays.operators as _operators
from tracker._arrays import foreign
from tracker._core.levels import state
from tracker._core.node import BUFFER

_ndarray: Final = np.ndarray


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
        return foreign.share_memory(y, value)
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
    others = [_kept.value_at(x, level) for x in rest]
    y = op.fun(*others[:position], base.value, *others[position:], **(kwargs or {}))
    if _handles.is_constant_buffer(base):
        return _handles.new_buffer(y if output < 0 else y[output], level)
    nodes = [_kept.argument(x, level, False) for x in rest]
    args = (*nodes[:position], node, *nodes[position:])
    fresh = _handles.wrap(op, args, kwargs, y, level, 0, None)
    return fresh if output < 0 else fresh[output]
