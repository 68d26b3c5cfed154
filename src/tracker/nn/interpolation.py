"""Weighted sums of entries along an axis, such as linear interpolation; their adjoint is another of them."""

from __future__ import annotations

import functools
from typing import Any, NamedTuple

import numpy as np

from tracker._core.registry import linear
from tracker.nn._primitive import primitive


class Terms(NamedTuple):
    """Entry i is the sum over k of weights[k][i] times entry indices[k][i]; for the adjoint, `back` is that."""

    indices: Any
    weights: Any
    back: Any


@functools.lru_cache(maxsize=64)
def interpolating(n: int, m: int, align_corners: bool) -> Terms:
    """m places among n entries: cells of equal width, or points of which the first and last are entries.

    >>> interpolating(2, 3, True).weights
    array([[1. , 0.5, 1. ],
           [0. , 0.5, 0. ]])
    """
    i = np.arange(m)
    places = i * (n - 1) / max(m - 1, 1) if align_corners else np.maximum((i + 0.5) * n / m - 0.5, 0)
    low = np.minimum(places.astype(int), n - 1)
    part = np.minimum(places - low, 1) * (low < n - 1)
    indices = np.stack([low, np.where(part > 0, low + 1, low)])
    weights = np.stack([1 - part, part])
    return Terms(indices, weights, _transposed(indices, weights, n))


def _transposed(indices: Any, weights: Any, n: int) -> tuple[Any, Any]:
    """For each of n entries where it goes to and with which weights: as many rows as the most have."""
    entry, k = np.nonzero(weights.T)
    to = indices[k, entry]
    order = np.argsort(to, kind="stable")
    count = np.bincount(to, minlength=n)
    rank = np.arange(len(to)) - np.repeat(np.cumsum(count) - count, count)
    first = np.zeros(n, int)
    first[to[::-1]] = entry[::-1]
    # rows that are not needed add nothing, of what is added anyway: zero times NaN reaches no other entry
    there, by = np.tile(first, (max(1, count.max()), 1)), np.zeros((max(1, count.max()), n))
    there[rank, to[order]] = entry[order]
    by[rank, to[order]] = weights[k, entry][order]
    return there, by


@primitive
def mixed(x: Any, terms: Terms, axis: int) -> Any:
    """The sums of entries of x (..., n, ...) along `axis`: (..., m, ...)."""
    shape = [1] * (x.ndim - axis - 1)
    total = None
    for indices, weights in zip(terms.indices, terms.weights):
        part = np.take(x, indices, axis=axis)
        part *= _as(x, weights).reshape(-1, *shape)
        total = part if total is None else np.add(total, part, out=total)
    return total


def _as(x: Any, weights: Any) -> Any:
    """The weights in the dtype and the kind of array that x is."""
    if type(x) is np.ndarray:
        return weights.astype(x.dtype)
    like = np.zeros_like(x, shape=weights.shape)
    for i, weight in enumerate(weights.tolist()):
        like[i] = weight
    return like


def _adjoint(dy: Any, y: Any, x: Any, terms: Terms, axis: int) -> Any:
    indices, weights = terms.back
    back = Terms(indices, weights, (terms.indices, terms.weights))
    seen = np.max(back.weights, axis=0) > 0
    dx = mixed(dy, back, axis)
    return dx if np.all(seen) else np.where(seen.reshape(-1, *[1] * (x.ndim - axis - 1)), dx, 0)


linear(mixed, _adjoint, None, None)
