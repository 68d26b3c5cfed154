"""Nested structures as the vectors that SciPy's solvers work on."""

from __future__ import annotations

from typing import Any

import numpy as np

from tracker import tree
from tracker._arrays import handles


class Layout:
    """Where each leaf of a structure stands in a vector.

    >>> layout = Layout({"a": 1.0, "b": np.ones((2, 2))})
    >>> layout.restore(np.arange(5.0))
    {'a': 0.0, 'b': array([[1., 2.],
           [3., 4.]])}
    """

    def __init__(self, structure: Any) -> None:
        self.leaves, self.treedef = tree.flatten(structure, True)
        self.leaves = [handles.plain(x) for x in self.leaves]
        self.places = [i for i, x in enumerate(self.leaves) if tree.is_parameter(x)]
        for i in self.places:
            if np.iscomplexobj(self.leaves[i]):
                raise TypeError("The start has complex entries: give real and imaginary parts as entries of their own.")
        self.vector = np.concatenate([np.zeros(0), *[np.ravel(self.leaves[i]) for i in self.places]])

    def restore(self, vector: Any) -> Any:
        """The structure with the entries of `vector` (n,), tracked or plain, in arrays of its own.

        So a function that writes into what it is given does not write into the solver's vector.
        """
        leaves = list(self.leaves)
        start = 0
        for i in self.places:
            like = leaves[i]
            size = np.size(like)
            part = np.copy(vector[start : start + size])
            leaves[i] = _like(part, like)
            start += size
        return tree.unflatten(self.treedef, leaves)


def _like(part: Any, like: Any) -> Any:
    stays = part.dtype.kind == "c"  # a complex step
    if not isinstance(like, np.ndarray):
        return part[0] if stays or handles.is_tracked(part) else type(like)(part[0])
    shaped = np.reshape(part, like.shape)
    return shaped if stays or shaped.dtype == like.dtype else shaped.astype(like.dtype)


def ravel(structure: Any) -> Any:
    """All numbers of a structure in one vector, tracked if any of them is."""
    leaves = tree.flatten(structure, True)[0]
    parts = [np.reshape(x, (-1,)) if handles.is_tracked(x) else np.atleast_1d(x).ravel() for x in leaves]
    parts = [p for p in parts if p.dtype.kind in "fciu"]
    return parts[0] if len(parts) == 1 else np.concatenate([np.zeros(0), *parts])
