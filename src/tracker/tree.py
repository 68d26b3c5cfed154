"""Nested structures: taking them apart into leaves and putting them together again.

>>> leaves, treedef = flatten({"W": 1.0, "layers": [2.0, None]})
>>> leaves
[1.0, 2.0, None]
>>> unflatten(treedef, [10.0, 20.0, None])
{'W': 10.0, 'layers': [20.0, None]}
"""

import copy
import dataclasses
import threading
from collections.abc import Callable, Iterable
from enum import Enum
from types import MappingProxyType, SimpleNamespace
from typing import Any, Final, TypeVar, dataclass_transform, overload

import numpy as np
import optree

from tracker._arrays import operands
from tracker._arrays.array import TrackedArray
from tracker._arrays.real import TrackedReal
from tracker.errors import ParameterTypeError

__all__ = ["as_argument", "flatten", "is_parameter", "map", "names", "static", "struct", "unflatten"]

T = TypeVar("T")

_NAMESPACE: Final = "tracker"
_STATIC: Final = "tracker.static"
_FIXED: Final = "tracker.fixed"
_LEAF: Final = optree.treespec_leaf(none_is_leaf=True, namespace=_NAMESPACE)
_UNSET: Final = object()
_AS_GIVEN: Final = frozenset({float, complex, bool, str, tuple, dict, type(None)})


# Flatten and unflatten


def flatten(tree: Any, top_level: bool = False) -> tuple[list[Any], optree.PyTreeSpec]:
    """All leaves of `tree`, in a fixed order, and the structure that `unflatten` needs.

    With `top_level=True` a tree that is a number or a list of numbers is one leaf, made by `as_argument`.
    Classes are learnt when first seen: a dataclass or an attrs class needs no registration.

    >>> flatten([1, 2], top_level=True)[0]
    [array([1., 2.])]
    """
    if top_level:
        tree = as_argument(tree)
    if type(tree) in _leaf_types:  # saves optree's 1 us for a single array
        return [tree], _LEAF
    while True:
        leaves, treedef = optree.tree_flatten(tree, none_is_leaf=True, namespace=_NAMESPACE)
        unknown = {type(leaf) for leaf in leaves if type(leaf) not in _leaf_types}
        if not unknown or not _learn(unknown):
            return leaves, treedef


def unflatten(treedef: optree.PyTreeSpec, leaves: list[Any]) -> Any:
    """The tree with this structure and these leaves.

    >>> leaves, treedef = flatten((1.0, {"b": 2.0}))
    >>> unflatten(treedef, [leaf / 2 for leaf in leaves])
    (0.5, {'b': 1.0})
    """
    return leaves[0] if treedef is _LEAF else treedef.unflatten(leaves)


def map(f: Callable[..., Any], tree: Any, *others: Any) -> Any:
    """`f(leaf, *other_leaves)` for each leaf of `tree`, as a tree of the same structure.

    `others` have at least the structure of `tree`: they are cut off where `tree` has a leaf. Static fields
    are taken from `tree`. Raises `ValueError` where the structures differ.

    >>> map(lambda a, b: a + b, {"a": 1.0, "b": [2.0]}, {"a": 10.0, "b": [20.0]})
    {'a': 11.0, 'b': [22.0]}
    """
    leaves, treedef = flatten(tree)
    for other in others:
        flatten(other)  # so that classes which occur only here are known
    rows = zip(leaves, *(treedef.flatten_up_to(other) for other in others), strict=True)
    return unflatten(treedef, [row[0] if type(row[0]) is _Static else f(*row) for row in rows])


def names(tree: Any, root: str = "") -> list[str]:
    """How each leaf is reached, in the order of `flatten`: for messages.

    >>> names({"W": [1.0, 2.0]}, "params")
    ["params['W'][0]", "params['W'][1]"]
    """
    flatten(tree)  # so that all classes are known
    accessors = optree.tree_accessors(tree, none_is_leaf=True, namespace=_NAMESPACE)
    return [accessor.codify(root) for accessor in accessors]


# What is differentiated


def is_parameter(leaf: Any) -> bool:
    """Whether a leaf is differentiated: floats, complex numbers, arrays of them, and tracked values.

    >>> [is_parameter(leaf) for leaf in (1.0, 2j, np.ones(2), 1, np.arange(2), "relu", None)]
    [True, True, True, False, False, False, False]
    """
    kind = _leaf_types.get(type(leaf))
    if kind is None:
        kind = _kind(type(leaf))
    return leaf.dtype.kind in "fc" if kind is _ARRAY else kind is _PARAMETER


def refuse_foreign(leaf: Any) -> None:
    """Raise for an array of floats that only another library can compute with: it would have no gradient."""
    if operands.is_foreign(type(leaf)) and any(kind in str(leaf.dtype) for kind in ("float", "complex")):
        kind = type(leaf)
        raise ParameterTypeError(
            f"An argument is or holds an array of {kind.__module__.partition('.')[0]} ({kind.__name__}, shape "
            f"{tuple(leaf.shape)}), which NumPy's functions can't differentiate. Give np.asarray(x), or use the "
            "function within that library by tracker.interop (to_jax, to_torch). A constant can be a static field, "
            "or a variable that the function captures."
        )


def as_argument(x: Any) -> Any:
    """`x` as a function gets it when it is a whole argument: integers floated, a list of numbers an array.

    Anything else comes back as it is. A list is one of numbers if it is a list of lists of numbers, too.
    Raises `ValueError` if those differ in length.

    >>> as_argument(2), as_argument([1, 2]), as_argument([1.0, None])
    (2.0, array([1., 2.]), [1.0, None])
    """
    cls = type(x)
    if cls in _AS_GIVEN:
        return x
    if cls is list:
        return _array_of(x) if _holds_numbers(x) else x
    if isinstance(x, int):
        return x if isinstance(x, Enum) else float(x)
    if isinstance(x, np.integer):
        return np.float64(x)
    if cls is np.ndarray or _is_array_type(cls):
        return x.astype(np.float64) if x.dtype.kind in "iu" else x
    return x


def _holds_numbers(x: list[Any]) -> bool:
    return all(_holds_numbers(e) if type(e) is list else _is_number(e) for e in x)


def _is_number(x: Any) -> bool:
    return isinstance(x, int | float | complex | np.number | TrackedReal) and not isinstance(x, bool)


def _array_of(x: list[Any]) -> Any:
    try:
        return _array_from(x)
    except ValueError as error:
        raise ValueError(
            "A list of numbers that is a whole argument is made an array, and the lists in this one differ in length. "
            "Give arrays in the list, or a dict or tuple of lists: those are structure."
        ) from error


def _array_from(x: list[Any]) -> Any:
    if _holds_tracked(x):  # np.stack has a rule, np.array can have none
        return np.stack([_array_from(e) if type(e) is list else e for e in x])
    array = np.array(x)
    return array if array.dtype.kind in "fc" else np.array(x, dtype=np.float64)


def _holds_tracked(x: list[Any]) -> bool:
    return any(_holds_tracked(e) if type(e) is list else type(e) is TrackedReal for e in x)


# Classes

_CONSTANT: Final = "constant"
_PARAMETER: Final = "parameter"
_ARRAY: Final = "array"  # a parameter if its dtype says so

_lock: Final = threading.Lock()
# Written under the lock, read without. Only ever grows, by one entry for each class that occurs as a leaf.
_leaf_types: Final[dict[type, str]] = {}


class _Static:
    """A field that is carried along: a leaf that is no parameter, whatever it holds.

    It is `fixed` if it belongs to the model's values nevertheless, to be saved and counted.
    """

    __slots__ = ("fixed", "value")

    def __init__(self, value: Any, fixed: bool = False) -> None:
        self.value = value
        self.fixed = fixed


def _learn(classes: set[type]) -> bool:
    """Register those of `classes` that are structures; whether there were any."""
    found = False
    with _lock:
        for cls in classes:
            if (node := _node(cls)) is None:
                _leaf_types[cls] = _kind(cls)
                continue
            found = True
            if not _is_registered(cls):
                optree.register_pytree_node(cls, *node, path_entry_type=_entry_type(cls), namespace=_NAMESPACE)
    return found


def _is_registered(cls: type) -> bool:
    return optree.register_pytree_node.get(cls, namespace=_NAMESPACE) is not None


def _kind(cls: type) -> str:
    if issubclass(cls, Enum):
        return _CONSTANT
    if issubclass(cls, float | complex | np.inexact):
        return _PARAMETER
    return _ARRAY if _is_array_type(cls) else _CONSTANT


def _is_array_type(cls: type) -> bool:
    follows = hasattr(cls, "__array_ufunc__") or hasattr(cls, "__array_function__")
    return follows and hasattr(cls, "dtype") and not issubclass(cls, np.generic)


_Node = tuple[Callable[[Any], Any], Callable[[Any, Any], Any]]


def _node(cls: Any) -> _Node | None:
    """How to take an instance of `cls` apart and to put it together; None for a leaf."""
    if _is_array_type(cls) or issubclass(cls, Enum):  # these may be dataclasses, too
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
    statics = frozenset(field.name for field in fields if field.metadata.get(_STATIC, False))
    fixed = frozenset(field.name for field in fields if field.metadata.get(_FIXED, False))

    def take_apart(x: Any) -> tuple[list[Any], None, tuple[str, ...]]:
        return [_field(x, key, key in statics, key in fixed) for key in keys], None, keys

    def put_together(_: None, values: tuple[Any, ...]) -> Any:
        # Not cls(...): a gradient is no valid instance (None where there is nothing to differentiate, negative
        # where a validator wants positive), and __post_init__ may compute or refuse. object.__setattr__
        # passes by frozen classes and attrs' on_setattr hooks.
        made: Any = object.__new__(cls)
        for key, value in zip(keys, values, strict=True):
            if type(value) is not _Static:
                object.__setattr__(made, key, value)
            elif value.value is not _UNSET:
                object.__setattr__(made, key, value.value)
        return made

    return take_apart, put_together


def _field(x: Any, key: str, is_static: bool, is_fixed: bool) -> Any:
    value = getattr(x, key, _UNSET)  # a field with init=False may have no value yet
    if is_static or value is _UNSET:
        return _Static(value)
    return _Static(value, fixed=True) if is_fixed else value


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


def _attributes(x: Any) -> _Static:
    return _Static(getattr(x, "__dict__", None))


def _with_attributes(made: T, attributes: Any) -> T:
    if type(attributes) is _Static and attributes.value:
        vars(made).update(attributes.value)
    return made


_leaf_types.update(dict.fromkeys((float, complex, np.float64, np.float32, TrackedArray, TrackedReal), _PARAMETER))
_leaf_types.update(dict.fromkeys((int, bool, str, type(None), _Static), _CONSTANT))
_leaf_types[np.ndarray] = _ARRAY


# struct and static


def static(default: Any = dataclasses.MISSING, **options: Any) -> Any:
    """A field of a `struct` or dataclass that is not a parameter: its gradient is None.

    `options` are those of `dataclasses.field`. Type checkers see that a field has a default only if it is given by
    name: `static(default=0.1)`. In an attrs class write `attrs.field(metadata={"tracker.static": True})`.

    >>> @struct
    ... class Layer:
    ...     W: np.ndarray
    ...     slope: float = static(0.1)
    >>> flatten(Layer(np.ones(2)))[0][0]
    array([1., 1.])
    >>> map(lambda leaf: 2 * leaf, Layer(np.ones(2)))
    Layer(W=array([2., 2.]), slope=0.1)
    """
    metadata = {**options.pop("metadata", {}), _STATIC: True}
    if default is not dataclasses.MISSING:
        options["default"] = default
    return dataclasses.field(metadata=metadata, **options)


@overload
def struct(cls: type[T], /) -> type[T]: ...
@overload
def struct(*, trainable: Iterable[str] | None = None, **options: Any) -> Callable[[type[T]], type[T]]: ...
@dataclass_transform(frozen_default=True, field_specifiers=(static, dataclasses.field))
def struct(cls: Any = None, /, *, trainable: Iterable[str] | None = None, **options: Any) -> Any:
    """Make `cls` a frozen dataclass whose fields are parameters, except for `static` ones.

    With `trainable` only the fields it names are parameters; the others have the gradient None, optimisers leave
    them as they are, but they are saved with the model. `options` are those of `dataclasses.dataclass`.
    Raises `TypeError` if `trainable` names what is no field, or a static one.

    >>> @struct(trainable=("intercept",))
    ... class Line:
    ...     slope: float
    ...     intercept: float = 0.0
    >>> from tracker import gradient
    >>> gradient(lambda line: line.slope + 3 * line.intercept, Line(2.0))[0]
    Line(slope=None, intercept=3.0)
    """
    dataclass = dataclasses.dataclass(**{"frozen": True, **options})
    make = dataclass if trainable is None else lambda cls: _restricted(dataclass(cls), trainable)
    return make if cls is None else make(cls)


def _restricted(cls: Any, trainable: Iterable[str]) -> Any:
    """`cls`, its fields other than the `trainable` ones marked as fixed, those it inherits included."""
    names = (trainable,) if isinstance(trainable, str) else tuple(trainable)
    fields = cls.__dataclass_fields__
    free = {field.name for field in dataclasses.fields(cls) if not field.metadata.get(_STATIC, False)}
    if unknown := sorted(set(names) - free):
        raise TypeError(
            f"trainable names {', '.join(unknown)}: {cls.__name__} has the fields {', '.join(sorted(free))}."
        )
    for name in free:
        fields[name] = copy.copy(fields[name])  # a base class has the same object
        fields[name].metadata = MappingProxyType({**fields[name].metadata, _FIXED: name not in names})
    return cls
