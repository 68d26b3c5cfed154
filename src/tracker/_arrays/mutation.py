"""Writing in place: `x[i] = v` and `x += y`.

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
import tracker._arrays.kept as _kept
import tracker._arrays.leaves as _leaves
import tracker._arrays.operators as _operators
import tracker._arrays.paths as _paths
import tracker._arrays.views as _views
from tracker._arrays import foreign
from tracker._core.levels import current_pause
from tracker._core.node import BUFFER, Node
from tracker.errors import CheckpointError, ConversionError

_ndarray: Final = np.ndarray


def assign(x: Any, index: Any, v: Any) -> None:
    """`x[index] = v`, recorded."""
    if type(index) is not int:
        index = _views.plain_index(index)
    if type(v) is list or type(v) is tuple:
        v = _dispatch.collect(v) if _handles.level_of(v) >= 0 else v
    elif isinstance(v, _array.TrackedArray) and _handles.is_constant_buffer(v):
        v = v.value.copy() if isinstance(v.value, _ndarray) else v.value
    node = x.current()
    pause = current_pause()
    if pause is not None:
        v = _kept.paused(v, pause)
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
    value = _kept.value_at(v, level)
    if _handles.is_tracked(value) and not _handles.is_tracked(x.value):
        _lift_values(root)
        node = x.current()
    if node.forward or _kept.is_forward(v, level):
        _write_forward(x, index, v)
        return
    if node.op is BUFFER and node.value is None:
        node.value = foreign.copied(x.value)  # what it was made with: the record can be run again
    x.value[index] = _apart(value, x.value, index)
    op = _operators.table.setitem
    if x.origin is None and node.op is None:
        x.origin = node
    _move(x, Node(op, (node, index, _kept.argument(_frozen(v), level, False)), None, None, node.spec, level))


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
        base.node = _paths.written_through(x, base)
        x = base


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
    root.value = foreign.copied(root.value)
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
    op, args = _paths.base_with(x, x.base, updated)
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
    if not np.can_cast(y.dtype, x.dtype, casting="same_kind"):
        # NumPy's own error for it
        np.add(np.empty(0, y.dtype), 0, out=np.empty(0, x.dtype))
    if np.shape(y) != x.shape:
        raise ValueError(
            f"non-broadcastable output operand with shape {x.shape} doesn't match the broadcast shape {np.shape(y)}"
        )
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


def replace_all(x: Any, y: Any) -> None:
    """Let `x` hold `y`, of the same shape and dtype."""
    if x.root is None and isinstance(y, _array.TrackedArray) and y.root is None and current_pause() is None:
        _adopt(x, y)  # made as a copy of x: its layout is the same
    else:
        assign(x, Ellipsis, y)


def replace_data(x: Any, value: Any) -> None:
    """`x.data = value`: new contents for a leaf."""
    if not x.is_leaf:
        raise ConversionError("Only a leaf's data can be replaced; this value was computed from others.")
    value = np.array(value, x.dtype)
    if value.shape != x.shape:
        raise ValueError(f"x.data has shape {x.shape}; the new data has shape {value.shape}")
    _leaves.set_leaf_value(x, value)
