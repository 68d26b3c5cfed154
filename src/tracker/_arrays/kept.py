"""Arguments as a record keeps them, and as the functions of a level see them."""

from __future__ import annotations

from typing import Any, Final

import numpy as np

import tracker._arrays.array as _array
import tracker._arrays.handles as _handles
import tracker._arrays.real as _real
from tracker._arrays import operands
from tracker._core.levels import has_ended
from tracker._core.node import Held, Node
from tracker.errors import FreedRecordError

_ndarray: Final = np.ndarray


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
        return type(x)([argument(e, level, read) for e in x]) if _handles.level_of(x) >= 0 else frozen(x)
    if type(x) is _ndarray:
        if x.dtype.kind in "iub":
            return x.copy(order="K")  # an index: callers do change theirs
        return kept_constant(x) if read else x
    return x


def frozen(x: Any) -> Any:
    """A plain argument as the record keeps it where no mark can watch it: lists and arrays copied."""
    if type(x) is _ndarray:
        return x.copy(order="K")
    if type(x) is list or (type(x) is tuple and any(type(e) is _ndarray or type(e) is list for e in x)):
        return type(x)([frozen(e) for e in x])
    return x


def kept_constant(x: Any) -> Any:
    """A plain array that a rule will read: its user may have changed it by then.

    A small one is copied; a large one is marked, and found out if it was overwritten.
    """
    if x.nbytes <= COPIED:
        return x.copy(order="K")
    return Held(x, _handles.fingerprint(x))


COPIED: Final = 1 << 16  # bytes: copying takes 5 us, less than the operation that uses the array


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
