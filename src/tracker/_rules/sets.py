"""Set operations: entries of the arguments, chosen by their values. Compositions of functions with rules."""

from __future__ import annotations

from typing import Any

import numpy as np

from tracker._core.registry import composed


def union1d(ar1: Any, ar2: Any) -> Any:
    """The sorted distinct entries of both."""
    return np.unique(np.concatenate((np.ravel(ar1), np.ravel(ar2))))


def intersect1d(ar1: Any, ar2: Any, assume_unique: bool = False, return_indices: bool = False) -> Any:
    """The sorted distinct entries of the first that the second has too."""
    _check_order(ar1, ar2)
    first, places = np.unique(ar1, return_index=True)
    keep = np.flatnonzero(np.isin(first, ar2))
    if not return_indices:
        return first[keep]
    second, others = np.unique(ar2, return_index=True)
    return first[keep], places[keep], others[np.flatnonzero(np.isin(second, ar1))]


def _check_order(*arrays: Any) -> None:
    """Raise what NumPy's sort of all entries raises for None, which has no order."""
    for x in arrays:
        entries = x if isinstance(x, list | tuple) else [x]
        if any(e is None or getattr(e, "dtype", np.dtype(float)).kind == "O" for e in entries):
            np.sort(np.array([0.0, None], object))


def setdiff1d(ar1: Any, ar2: Any, assume_unique: bool = False) -> Any:
    """The entries of the first that the second has not; sorted and distinct unless known to be so."""
    first = np.ravel(ar1) if assume_unique else np.unique(ar1)
    return first[np.flatnonzero(np.isin(first, ar2, invert=True))]


def setxor1d(ar1: Any, ar2: Any, assume_unique: bool = False) -> Any:
    """The sorted entries that only one of both has."""
    return np.sort(np.concatenate((setdiff1d(np.unique(ar1), ar2, True), setdiff1d(np.unique(ar2), ar1, True))))


composed(np.union1d, union1d)
composed(np.intersect1d, intersect1d)
composed(np.setdiff1d, setdiff1d)
composed(np.setxor1d, setxor1d)
