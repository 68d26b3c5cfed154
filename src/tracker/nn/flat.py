"""A model's parameters as one vector."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from tracker import tree


def destructure(model: Any) -> tuple[Any, Callable[[Any], Any]]:
    """All parameters of `model` as a vector (n,), and the function that makes a model of such a vector.

    What is no parameter is taken from `model`. An array in several places is in the vector once, and in all of these
    places of the model that is made. The function raises `ValueError` for another length.

    >>> vector, rebuild = destructure({"w": np.array([[1.0, 2.0]]), "n": 3})
    >>> vector, rebuild(2 * vector)
    (array([1., 2.]), {'w': array([[2., 4.]]), 'n': 3})
    """
    leaves, treedef = tree.flatten(model)
    first = {id(leaf): k for k, leaf in reversed(list(enumerate(leaves))) if isinstance(leaf, np.ndarray)}
    repeated = {k: first[id(leaf)] for k, leaf in enumerate(leaves) if first.get(id(leaf), k) != k}
    places = [k for k, leaf in enumerate(leaves) if tree.is_parameter(leaf) and k not in repeated]
    shapes = [np.shape(leaves[k]) for k in places]
    dtypes = [getattr(leaves[k], "dtype", None) for k in places]
    sizes = [math.prod(shape) for shape in shapes]
    parts = [np.reshape(leaves[k], -1) for k in places]
    vector = np.concatenate(parts) if parts else np.zeros(0)

    def rebuild(flat: Any) -> Any:
        if getattr(flat, "shape", None) != (sum(sizes),):
            given = f"an array {flat.shape}" if hasattr(flat, "shape") else f"a {type(flat).__name__}"
            raise ValueError(f"this model has {sum(sizes)} parameters, an array of them; it was given {given}.")
        made, start = list(leaves), 0
        for k, shape, dtype, size in zip(places, shapes, dtypes, sizes):
            part = flat[start : start + size].reshape(shape)
            made[k] = part if dtype is None or part.dtype == dtype else np.astype(part, dtype)
            start += size
        for k, place in repeated.items():
            made[k] = made[place]
        return tree.unflatten(treedef, made)

    return vector, rebuild
