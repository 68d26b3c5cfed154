"""Set operations: entries of the arguments, chosen by their values. Compositions of functions with rules."""

from __future__ import annotations

from typing import Any

import numpy as np

from tracker._core.registry import composed


def union1d(ar1: Any, ar2: Any) -> Any:
    """The sorted distinct entries of both."""
    return np.unique(np.concatenate((ar1, ar2), axis=None))


def intersect1d(ar1: Any, ar2: Any, assume_unique: bool = False, return_indices: bool = False) -> Any:
    """The sorted distinct entries of the first that the second has too."""
    if assume_unique:
        ar1, ar2 = np.ravel(ar1), np.ravel(ar2)
    else:
        ar1, first = np.unique(ar1, return_index=True)
        ar2, second = np.unique(ar2, return_index=True)
    both = np.concatenate((ar1, ar2))
    order = np.argsort(both, kind="stable")  # of two that are equal, that of `ar1` comes first
    both = both[order]
    shared = np.flatnonzero(both[1:] == both[:-1])
    common = both[:-1][shared]
    if not return_indices:
        return common
    places, others = order[:-1][shared], order[1:][shared] - ar1.size
    return (common, places, others) if assume_unique else (common, first[places], second[others])


def setdiff1d(ar1: Any, ar2: Any, assume_unique: bool = False) -> Any:
    """The entries of the first that the second has not; sorted and distinct unless known to be so."""
    if assume_unique:
        ar1 = np.ravel(ar1)
    else:
        ar1, ar2 = np.unique(ar1), np.unique(ar2)
    return ar1[np.flatnonzero(np.isin(ar1, ar2, assume_unique=True, invert=True))]


def setxor1d(ar1: Any, ar2: Any, assume_unique: bool = False) -> Any:
    """The sorted entries that only one of both has."""
    if not assume_unique:
        ar1, ar2 = np.unique(ar1), np.unique(ar2)
    both = np.concatenate((ar1, ar2), axis=None)
    if both.size == 0:
        return both
    both = np.sort(both)
    apart = np.concatenate(([True], both[1:] != both[:-1], [True]))
    return both[np.flatnonzero(apart[1:] & apart[:-1])]


composed(np.union1d, union1d)
composed(np.intersect1d, intersect1d)
composed(np.setdiff1d, setdiff1d)
composed(np.setxor1d, setxor1d)
