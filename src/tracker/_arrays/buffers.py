"""Tracked arrays that are constant so far: found among arguments, made plain, made."""

from __future__ import annotations

from typing import Any, Final

import numpy as np

import tracker._arrays.array as _array
import tracker._arrays.handles as _handles

_ndarray: Final = np.ndarray


def holds_buffer(x: Any) -> bool:
    """Whether there is a tracked array that is constant so far among the arguments."""
    if type(x) is tuple or type(x) is list:
        for e in x:
            if holds_buffer(e):
                return True
        return False
    return isinstance(x, _array.TrackedArray) and _handles.is_constant_buffer(x)


def without_buffers(x: Any) -> Any:
    """`x` with the tracked arrays in it that are constant so far plain: nothing of them needs a record."""
    if type(x) is tuple or type(x) is list:
        return type(x)([without_buffers(e) for e in x])
    return x.value if isinstance(x, _array.TrackedArray) and _handles.is_constant_buffer(x) else x


def share_buffers(x: Any) -> None:
    """Note that a record holds what these arrays hold now."""
    if type(x) is tuple or type(x) is list:
        for e in x:
            share_buffers(e)
    elif isinstance(x, _array.TrackedArray) and _handles.is_constant_buffer(x):
        root = x if x.root is None else x.root
        root.shared = True


def as_buffers(y: Any) -> Any:
    """What a call on constant buffers gives: again arrays that tracked values may be written into."""
    if type(y) is tuple or type(y) is list:
        return type(y)([as_buffers(e) for e in y])
    if isinstance(y, tuple):  # a named one
        return type(y)(*[as_buffers(e) for e in y])
    return _handles.new_buffer(y, 0) if type(y) is _ndarray and _handles.is_inexact(y.dtype) else y
