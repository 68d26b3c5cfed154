"""The gradients of Euclidean distances by their points, in products of matrices instead of all the differences."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import numpy as np
import scipy.spatial.distance

_distance: Any = scipy.spatial.distance
_NEAR: Final = 1e-3  # of the length of the points, below which a sum would lose what their difference still has


def of_cdist(metric: str, dy: Any, y: Any, a: Any, b: Any) -> Any:
    """The gradients by `a` (m, d) and `b` (n, d) of their distances `y` (m, n); None: take all differences."""
    weights = _weights(metric, dy, y)
    return None if weights is None else _by_points(weights, _lengths(metric, y), a, b)


def of_pdist(metric: str, dy: Any, y: Any, a: Any) -> Any:
    """The same for the distances `y` of the rows of `a` from each other."""
    weights = _weights(metric, dy, y)
    if weights is None:
        return None
    square: Callable[[Any], Any] = lambda x: _distance.squareform(x, checks=False)
    found = _by_points(square(weights), square(_lengths(metric, y)), a, a)
    return None if found is None else found[:1]


def _lengths(metric: str, y: Any) -> Any:
    return np.sqrt(y) if metric == "sqeuclidean" else y


def _weights(metric: str, dy: Any, y: Any) -> Any:
    """What the difference of two points counts in its gradient; zero where they are one."""
    if metric == "sqeuclidean":
        weights = 2 * dy
    else:
        weights = np.divide(dy, y, out=np.zeros_like(y), where=y > 0)
    return weights if np.all(np.isfinite(weights)) else None


def _by_points(weights: Any, lengths: Any, a: Any, b: Any) -> Any:
    """The sums over j of weights[i, j] * (a[i] - b[j]), and over i of their negatives."""
    if not (np.all(np.isfinite(a)) and np.all(np.isfinite(b))):
        return None
    near = lengths < _NEAR * np.add.outer(np.linalg.norm(a, axis=1), np.linalg.norm(b, axis=1))
    i, j = np.nonzero(near & (weights != 0))
    if len(i) > weights.size // 16:
        return None
    share = weights[i, j, None] * (a[i] - b[j])
    weights = np.where(near, 0, weights)
    by_a = np.sum(weights, axis=1)[:, None] * a - weights @ b
    by_b = np.sum(weights, axis=0)[:, None] * b - weights.T @ a
    np.add.at(by_a, i, share)
    np.subtract.at(by_b, j, share)
    return by_a, by_b
