"""Which classes are structures, how their instances are taken apart, and which leaves are parameters."""

import dataclasses
import threading
from collections.abc import Callable
from enum import Enum
from types import SimpleNamespace
from typing import Any, Final, TypeVar

import numpy as np
import optree

from tracker._arrays import operands
from tracker._arrays.array import TrackedArray
from tracker._arrays.real import TrackedReal

T = TypeVar("T")

NAMESPACE: Final = "tracker"
STATIC: Final = "tracker.static"  # in a field's metadata
FIXED: Final = "tracker.fixed"
_UNSET: Final = object()

CONSTANT: Final = "constant"
PARAMETER: Final = "parameter"
ARRAY: Final = "array"  # a parameter if its dtype says so

_lock: Final = threading.Lock()
# Written under the lock, read without. Only ever grows, by one entry for each class that occurs as a leaf.
leaf_types: Final[dict[type, str]] = {}


class Static:
    """A field that is carried along: a leaf that is no parameter, whatever it holds.

    It is `fixed` if it belongs to the model's values nevertheless, to be saved and counted.
    """

    __slots__ = ("fixed", "value")

    def __init__(self, value: Any, fixed: bool = False) -> None:
        self.value = value
        self.fixed = fixed


def learn(classes: set[type]) -> bool:
    """Register those of `classes` that are structures; whether there were any."""
    found = False
    with _lock:
        for cls in classes:
            if (node := _node(cls)) is None:
                leaf_types[cls] = kind_of(cls)
                continue
            found = True
            if not _is_registered(cls):
                optree.register_pytree_node(cls, *node, path_entry_type=_entry_type(cls), namespace=NAMESPACE)
    return found


def _is_registered(cls: type) -> bool:
    return optree.register_pytree_node.get(cls, namespace=NAMESPACE) is not None


def kind_of(cls: type) -> str:
    if issubclass(cls, Enum):
        return CONSTANT
    if issubclass(cls, float | complex | np.inexact):
        return PARAMETER
    return ARRAY if is_array_type(cls) else CONSTANT


def is_array_type(cls: type) -> bool:
    follows = hasattr(cls, "__array_ufunc__") or hasattr(cls, "__array_function__")
    return follows and hasattr(cls, "dtype") and not issubclass(cls, np.generic) and not operands.is_foreign(cls)


_Node = tuple[Callable[[Any], Any], Callable[[Any, Any], Any]]


def _node(cls: Any) -> _Node | None:
    """How to take an instance of `cls` apart and to put it together; None for a leaf."""
    if is_array_type(cls) or issubclass(cls, Enum):  # these may be dataclasses, too
        return None
    if hasattr(cls, "tocsr"):  # one of SciPy's sparse matrices is a dict
        return None
    if dataclasses.is_dataclass(cls):
        return _fields_node(cls, dataclasses.fields(cls))
    if hasattr(cls, "__attrs_attrs__"):
        return _fields_node(cls, cls.__attrs_attrs__)
    if issubclass(cls, SimpleNamespace):
        return _namespace_node(cls)
    if issubclass(cls, dict):
        return _mapping_node(cls)
    if issubclass(cls, list | tuple):
        return _sequence_node(cls)
    return None


def _entry_type(cls: type) -> type[optree.PyTreeEntry]:
    return optree.GetItemEntry if issubclass(cls, dict | list | tuple) else optree.GetAttrEntry


def _fields_node(cls: Any, fields: tuple[Any, ...]) -> _Node:
    """A dataclass or an attrs class: fields only, so that a cached property is computed anew."""
    keys = tuple(field.name for field in fields)
    statics = frozenset(field.name for field in fields if field.metadata.get(STATIC, False))
    fixed = frozenset(field.name for field in fields if field.metadata.get(FIXED, False))

    def take_apart(x: Any) -> tuple[list[Any], None, tuple[str, ...]]:
        return [_field(x, key, key in statics, key in fixed) for key in keys], None, keys

    def put_together(_: None, values: tuple[Any, ...]) -> Any:
        # Not cls(...): a gradient is no valid instance (None where there is nothing to differentiate, negative
        # where a validator wants positive), and __post_init__ may compute or refuse. object.__setattr__
        # passes by frozen classes and attrs' on_setattr hooks.
        made: Any = object.__new__(cls)
        for key, value in zip(keys, values, strict=True):
            if type(value) is not Static:
                object.__setattr__(made, key, value)
            elif value.value is not _UNSET:
                object.__setattr__(made, key, value.value)
        return made

    return take_apart, put_together


def _field(x: Any, key: str, is_static: bool, is_fixed: bool) -> Any:
    value = getattr(x, key, _UNSET)  # a field with init=False may have no value yet
    if is_static or value is _UNSET:
        return Static(value)
    return Static(value, fixed=True) if is_fixed else value


def _namespace_node(cls: Any) -> _Node:
    def take_apart(x: Any) -> tuple[list[Any], tuple[str, ...], tuple[str, ...]]:
        keys = tuple(vars(x))
        return list(vars(x).values()), keys, keys

    def put_together(keys: tuple[str, ...], values: tuple[Any, ...]) -> Any:
        made: Any = cls.__new__(cls)
        vars(made).update(zip(keys, values, strict=True))
        return made

    return take_apart, put_together


# Subclasses of built-in containers: optree knows the built-in ones alone, and a container that it takes for a
# leaf would lose its gradients. The last child holds the instance's own attributes.


def _mapping_node(cls: Any) -> _Node:
    def take_apart(x: Any) -> tuple[list[Any], tuple[Any, ...], tuple[Any, ...]]:
        keys = tuple(x)
        return [*x.values(), _attributes(x)], keys, (*keys, "__dict__")

    def put_together(keys: tuple[Any, ...], values: tuple[Any, ...]) -> Any:
        made: Any = cls.__new__(cls)
        for key, value in zip(keys, values[:-1], strict=True):
            made[key] = value
        return _with_attributes(made, values[-1])

    return take_apart, put_together


def _sequence_node(cls: Any) -> _Node:
    base: Any = list if issubclass(cls, list) else tuple

    def take_apart(x: Any) -> tuple[list[Any], None]:
        return [*x, _attributes(x)], None

    def put_together(_: None, values: tuple[Any, ...]) -> Any:
        made: Any = base.__new__(cls, values[:-1])
        if isinstance(made, list):
            list.extend(made, values[:-1])
        return _with_attributes(made, values[-1])

    return take_apart, put_together


def _attributes(x: Any) -> Static:
    return Static(getattr(x, "__dict__", None))


def _with_attributes(made: T, attributes: Any) -> T:
    if type(attributes) is Static and attributes.value:
        vars(made).update(attributes.value)
    return made


leaf_types.update(dict.fromkeys((float, complex, np.float64, np.float32, TrackedArray, TrackedReal), PARAMETER))
leaf_types.update(dict.fromkeys((int, bool, str, type(None), Static), CONSTANT))
leaf_types[np.ndarray] = ARRAY
