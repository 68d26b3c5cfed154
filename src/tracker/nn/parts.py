"""The values that make up a model, each with its name: parameters, fields that are fixed, numbers; no static ones."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
import optree

from tracker import tree
from tracker._arrays import handles
from tracker._arrays.leaf import param
from tracker.tree._classes import NAMESPACE, Static


class Part(NamedTuple):
    """An array or number of a model; `path` is how it is reached: ("layers", 0, "weight")."""

    path: tuple[Any, ...]
    value: Any
    trainable: bool

    @property
    def name(self) -> str:
        return ".".join(map(str, self.path))


def parts(model: Any) -> list[Part]:
    """All parts of `model`, in a fixed order.

    >>> [part.name for part in parts({"layers": [np.ones(2), {"bias": 0.0}], "activation": np.tanh})]
    ['layers.0', 'layers.1.bias']
    """
    return list(_parts(model, (), True))


def _parts(x: Any, path: tuple[Any, ...], trainable: bool) -> Iterator[Part]:
    leaves, _ = tree.flatten(x)
    accessors = optree.tree_accessors(x, none_is_leaf=True, namespace=NAMESPACE)
    for leaf, accessor in zip(leaves, accessors, strict=True):
        here = (*path, *(entry.entry for entry in accessor))
        if is_part(leaf):
            yield Part(here, leaf, trainable and tree.is_parameter(leaf))
        elif type(leaf) is Static and leaf.fixed:
            yield from _parts(leaf.value, here, False)


def is_part(leaf: Any) -> bool:
    return isinstance(leaf, int | float | complex | np.generic) or hasattr(leaf, "dtype")


def with_parts(model: Any, values: Iterator[Any]) -> Any:
    """`model` with the next of `values` in the place of each part, in the order of `parts`.

    >>> with_parts({"a": 1.0, "f": np.tanh}, iter([2.0]))["a"]
    2.0
    """
    leaves, treedef = tree.flatten(model)
    made = []
    for leaf in leaves:
        if is_part(leaf):
            leaf = next(values)
        elif type(leaf) is Static and leaf.fixed:
            leaf = Static(with_parts(leaf.value, values), fixed=True)
        made.append(leaf)
    return tree.unflatten(treedef, made)


def plain(part: Part) -> Any:
    """The part as a NumPy array."""
    return np.asarray(handles.plain(part.value))


def mismatch(saved: Any, part: Part) -> str | None:
    """What is wrong with the array `saved` as this part, if anything."""
    old = plain(part)
    if (saved.shape, saved.dtype) == (old.shape, old.dtype):
        return None
    return f"{part.name} is {old.dtype} of shape {old.shape}; the file has {saved.dtype} of {saved.shape}"


def restored(found: list[Any], kept: list[Part]) -> Iterator[Any]:
    """The arrays `found` in a file as what the parts are; what was one array in several places is one again."""
    made: dict[int, tuple[Any, Any]] = {}  # where more than numbers are: what was found, and what was made of it
    for saved, part in zip(found, kept, strict=True):
        if not handles.is_tracked(part.value) and not isinstance(part.value, np.ndarray):
            yield as_part(saved, part)
            continue
        first, x = made.setdefault(id(part.value), (saved, as_part(saved, part)))
        same = first is saved or np.array_equal(first, saved, equal_nan=first.dtype.kind in "fc")
        yield x if same else as_part(saved, part)


def as_part(saved: Any, part: Part) -> Any:
    """The array `saved` as what the part is: an array, a tracked one, or a number."""
    x = part.value
    if handles.is_tracked(x):
        return param(saved)
    return saved if isinstance(x, np.ndarray) else saved[()] if isinstance(x, np.generic) else type(x)(saved[()])
