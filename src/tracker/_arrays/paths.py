"""Writing through a view: the operation that puts its new value in the place that it has in its base."""

from __future__ import annotations

from typing import Any, Final

import numpy as np

import tracker._arrays.handles as _handles
import tracker._arrays.operators as _operators
from tracker._core.node import Node


def written_through(view: Any, base: Any) -> Node:
    """The node "base with the view's new value in its place"."""
    op, args = base_with(view, base.node, view.node)
    return Node(op, args, None, None, base.node.spec, base.node.level)


def base_with(view: Any, base: Any, v: Any) -> Any:
    """The operation, and its arguments, that puts `v` in the place that `view` has in its base."""
    op, rest, kwargs, position, output = view.path
    spec = view.base.node.spec
    if op is _operators.table.getitem:
        return _operators.table.setitem, (base, rest[0], v)
    if spec.is_complex and op.fun in (np.real, np.imag):
        return (PARTS.real if op.fun is np.real else PARTS.imag), (base, v)
    # any other view: the positions its entries have in the flat base
    values = (*rest[:position], np.arange(spec.size).reshape(spec.shape), *rest[position:])
    positions = op.fun(*_handles.plain(values), **(kwargs or {}))
    return PARTS.flat, (base, positions if output < 0 else positions[output], v)


class _Parts:
    """The operations that write through views; bound when rules are registered."""

    def __init__(self) -> None:
        self.flat: Any = None
        self.real: Any = None
        self.imag: Any = None


PARTS: Final = _Parts()


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
