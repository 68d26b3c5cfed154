"""Nested structures: taking them apart into leaves and putting them together again.

>>> leaves, treedef = flatten({"W": 1.0, "layers": [2.0, None]})
>>> leaves
[1.0, 2.0, None]
>>> unflatten(treedef, [10.0, 20.0, None])
{'W': 10.0, 'layers': [20.0, None]}
"""

from collections.abc import Callable
from enum import Enum
from typing import Any, Final

import numpy as np
import optree

from tracker._arrays import operands
from tracker._arrays.real import TrackedReal
from tracker.errors import ParameterTypeError
from tracker.tree._classes import ARRAY, NAMESPACE, PARAMETER, Static, is_array_type, kind_of, leaf_types, learn
from tracker.tree._struct import replace, static, struct

__all__ = ["as_argument", "flatten", "is_parameter", "map", "names", "replace", "static", "struct", "unflatten"]

_LEAF: Final = optree.treespec_leaf(none_is_leaf=True, namespace=NAMESPACE)
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
    if type(tree) in leaf_types:  # saves optree's 1 us for a single array
        return [tree], _LEAF
    while True:
        leaves, treedef = optree.tree_flatten(tree, none_is_leaf=True, namespace=NAMESPACE)
        unknown = {type(leaf) for leaf in leaves if type(leaf) not in leaf_types}
        if not unknown or not learn(unknown):
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
    return unflatten(treedef, [row[0] if type(row[0]) is Static else f(*row) for row in rows])


def names(tree: Any, root: str = "") -> list[str]:
    """How each leaf is reached, in the order of `flatten`: for messages.

    >>> names({"W": [1.0, 2.0]}, "params")
    ["params['W'][0]", "params['W'][1]"]
    """
    flatten(tree)  # so that all classes are known
    accessors = optree.tree_accessors(tree, none_is_leaf=True, namespace=NAMESPACE)
    return [accessor.codify(root) for accessor in accessors]


# What is differentiated


def is_parameter(leaf: Any) -> bool:
    """Whether a leaf is differentiated: floats, complex numbers, arrays of them, and tracked values.

    >>> [is_parameter(leaf) for leaf in (1.0, 2j, np.ones(2), 1, np.arange(2), "relu", None)]
    [True, True, True, False, False, False, False]
    """
    kind = leaf_types.get(type(leaf))
    if kind is None:
        kind = kind_of(type(leaf))
    return leaf.dtype.kind in "fc" if kind is ARRAY else kind is PARAMETER


def refuse_foreign(leaf: Any) -> None:
    """Raise for an array of floats that only another library can compute with: it would have no gradient."""
    kind = type(leaf)
    if not operands.is_foreign(kind):
        return
    dtypes = str(leaf.dtype if hasattr(leaf, "dtype") else leaf.dtypes)
    if "float" in dtypes or "complex" in dtypes:
        advice = (
            "Give x.to_numpy()"
            if operands.is_labelled(kind)
            else "Give np.asarray(x), or use the function within that library by tracker.interop (to_jax, to_torch)"
        )
        raise ParameterTypeError(
            f"An argument is or holds an array of {kind.__module__.partition('.')[0]} ({kind.__name__}, shape "
            f"{tuple(leaf.shape)}), which NumPy's functions can't differentiate. {advice}. A constant can be a static "
            "field, or a variable that the function captures."
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
    if cls is np.ndarray or is_array_type(cls):
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
