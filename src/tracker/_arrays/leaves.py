"""Leaves: their gradients and values, copies and pickles."""

from __future__ import annotations

from typing import Any, Final

import numpy as np

import tracker._arrays.array as _array
import tracker._arrays.handles as _handles
import tracker._arrays.operators as _operators
from tracker._core.node import FREED, Node, Spec
from tracker.errors import ConversionError

_ndarray: Final = np.ndarray


def leaf_of(x: Any) -> Node | None:
    """The leaf that a handle is or was before it was written to."""
    if isinstance(x, _array.TrackedArray):
        node = x.current()
        return node if node.op is None else x.origin
    return x if x.op is None else None


NO_GRADIENT: Final = (
    "Only a leaf has a gradient, and this value was computed from others. "
    "Use tracker.hook to see its gradient, or tracker.gradient."
)


def leaf_gradient(x: Any) -> Any:
    leaf = leaf_of(x)
    if leaf is None:
        raise AttributeError(NO_GRADIENT)
    return zeros_of(leaf.spec, x.data) if leaf.total is None else leaf.total


def set_leaf_gradient(x: Any, value: Any) -> None:
    leaf = leaf_of(x)
    if leaf is None:
        raise AttributeError("Only a leaf has a gradient, and this value was computed from others.")
    leaf.total = None if value is None else _as_gradient(value, leaf.spec)


def _as_gradient(value: Any, spec: Spec) -> Any:
    """What a user sets as a gradient, in the shape and dtype of its leaf."""
    value = _handles.plain(value)
    if np.shape(value) != spec.shape:
        raise ValueError(f"the gradient of a leaf of shape {spec.shape} has that shape, not {np.shape(value)}")
    dtype = value.dtype if hasattr(value, "dtype") else np.asarray(value).dtype
    if not np.can_cast(dtype, spec.dtype, "same_kind"):
        raise TypeError(f"the gradient of a leaf of dtype {spec.dtype} can't be of dtype {dtype}")
    if spec.scalar is not None:
        return spec.scalar(value)
    return value.astype(spec.dtype) if hasattr(value, "astype") else np.array(value, spec.dtype)


def set_leaf_value(x: Any, value: Any) -> None:
    """Give a leaf another value, in a buffer of its own."""
    if isinstance(x, _array.TrackedArray):
        x.value = np.array(value, x.node.spec.dtype) if type(value) is _ndarray else value
        x.shared = False
        x.version += 1
        renew(x)
    else:
        x.value = x.spec.scalar(value)


def renew(x: Any) -> None:
    """After an unrecorded change of a handle's value: no rule may take the old one for the new."""
    old = x.node
    if not old.kept:
        return
    if old.op is None:
        x.node = Node(None, (), None, None, old.spec, old.level)
        x.node.total = old.total
        old.op = FREED  # a record made before the change can't be swept any more
        old.total = None
    else:
        x.node = Node(_operators.table.identity, (old,), None, None, old.spec, old.level)


def zeros_of(spec: Spec, like: Any) -> Any:
    """A gradient of zeros: of `like`'s array type, or a scalar of the right type."""
    if spec.scalar is not None:
        return spec.scalar(0)
    return np.zeros_like(like)


def is_param(x: Any) -> bool:
    """Whether `x` is a leaf that `param` made, not an argument of a function that is being differentiated."""
    node = _handles.node_of(x)
    return node is not None and node.op is None and node.level == 0


def copy_of(x: Any) -> Any:
    """What copy.copy and copy.deepcopy give: an independent leaf of a `param`, else a recorded copy."""
    if is_param(x):
        return _handles.new_leaf(np.copy(x.data) if isinstance(x, _array.TrackedArray) else x.data, 0)
    return np.copy(x) if isinstance(x, _array.TrackedArray) else x


def reduce_leaf(x: Any) -> Any:
    """Pickling: the value of a leaf; anything else belongs to a record, which does not travel."""
    if not is_param(x):
        raise ConversionError(
            "Of tracked values only parameters can be pickled: a record does not travel. Pickle x.data, or the leaves."
        )
    return _restore_leaf, (x.data,)


def _restore_leaf(x: Any) -> Any:
    return _handles.new_leaf(x, 0)


def back(y: Any, dy: Any, once: bool, check_finite: bool) -> None:
    _operators.table.back(y, dy, once=once, check_finite=check_finite)
