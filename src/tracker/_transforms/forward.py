"""Forward mode for users: pushforward, and a function recorded as one forward-mode step."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from tracker import tree
from tracker._arrays import handles, leaves
from tracker._arrays.array import TrackedArray
from tracker._arrays.fitting import fit_tangent
from tracker._arrays.forward import new_dual
from tracker._core.levels import new_level


def pushforward(f: Callable[..., Any], args: tuple[Any, ...], tangents: tuple[Any, ...]) -> tuple[Any, Any]:
    """`(y, dy)`: the value `y = f(*args)` and its derivative in the direction `tangents`.

    One sweep, nothing is recorded. `tangents` has the structure of `args`, with None for
    what does not move; y and dy may be nested structures. Raises `ValueError` where a
    tangent does not have its argument's shape.

    >>> pushforward(lambda x, y: x * y, (2.0, 3.0), (1.0, 0.0))
    (6.0, 3.0)
    """
    if not (isinstance(args, tuple | list) and isinstance(tangents, tuple | list)):
        raise TypeError("args and tangents are tuples: pushforward(f, (x,), (dx,)).")
    if len(args) != len(tangents):
        raise ValueError(f"{len(args)} arguments, but {len(tangents)} tangents: give one (or None) per argument.")
    level = new_level()
    with np.errstate(all="ignore"):
        duals = [_dual_argument(a, t, level) for a, t in zip(args, tangents, strict=True)]
    result = f(*duals)
    leaves, structure = tree.flatten(result)
    handles.refuse_held(leaves)
    y = [_primal(x, level) for x in leaves]
    dy = [_tangent(x, level) for x in leaves]
    return tree.unflatten(structure, y), tree.unflatten(structure, dy)


def _dual_argument(argument: Any, tangent: Any, level: int) -> Any:
    leaves, structure = tree.flatten(argument, True)
    given = _tangents(argument, structure, leaves, tangent)
    duals = [x if t is None else _dual(x, t, level) for x, t in zip(leaves, given, strict=True)]
    return tree.unflatten(structure, duals)


def _tangents(argument: Any, structure: Any, leaves: list[Any], tangent: Any) -> list[Any]:
    if tangent is None:
        return [None] * len(leaves)
    if len(leaves) == 1 and structure == tree.flatten(leaves[0])[1]:
        return [np.array(tangent, float) if isinstance(tangent, list | tuple) else tangent]
    try:
        return list(structure.flatten_up_to(tangent))
    except (ValueError, TypeError) as error:
        raise ValueError(f"A tangent must have its argument's structure. {error}") from error


def _dual(x: Any, tangent: Any, level: int) -> Any:
    if not tree.is_parameter(x):
        tree.refuse_foreign(x)
        return x
    if isinstance(x, TrackedArray):
        x = handles.snapshot(x)
    if np.shape(tangent) != np.shape(x):
        raise ValueError(f"A tangent has shape {np.shape(tangent)}, but its argument has shape {np.shape(x)}.")
    if np.iscomplexobj(tangent) and not handles.spec_of(x).is_complex:
        raise TypeError("A tangent is complex, but its argument is real: give its real part.")
    dual = new_dual(x, fit_tangent(tangent, handles.spec_of(x)), level)
    if isinstance(dual, TrackedArray):
        dual.shared = True
    return dual


def _belongs(x: Any, level: int) -> bool:
    node = handles.node_of(x)
    return node is not None and node.level == level


def _primal(x: Any, level: int) -> Any:
    if not _belongs(x, level):
        return x
    return _copied(x.value)


def _tangent(x: Any, level: int) -> Any:
    if _belongs(x, level):
        node = handles.node_of(x)
        assert node is not None
        if node.forward:
            return _copied(node.slot)
    if not tree.is_parameter(x):
        return None
    return leaves.zeros_of(handles.spec_of(x), handles.plain(x))


def _copied(x: Any) -> Any:
    """Memory of its own: a tangent may be one of the arguments, or a view of it."""
    if isinstance(x, np.ndarray):
        return x.copy()
    return handles.snapshot(x) if isinstance(x, TrackedArray) else x
