"""Functions of scipy.spatial that compare sets of points."""

from __future__ import annotations

from typing import Any

import numpy as np
import scipy.spatial

from tracker._arrays import handles
from tracker.errors import UnsupportedKeywordError
from tracker.scipy._array import array
from tracker.scipy._derived import derived
from tracker.scipy._distances import METRICS
from tracker.scipy.linalg import orthogonal_procrustes

_spatial: Any = scipy.spatial


def _powers(x: Any, y: Any, p: Any) -> Any:
    """Minkowski's distance to the power p along the last axis: the largest difference, or the number of others."""
    if not handles.is_tracked(p) and np.isinf(p):
        return METRICS["chebyshev"](x, y)
    return np.sum(np.abs(x - y) ** p, axis=-1)


def _distances(x: Any, y: Any, p: Any) -> Any:
    if not handles.is_tracked(p) and np.isinf(p):
        return METRICS["chebyshev"](x, y)
    return METRICS["minkowski"](x, y, p)


def minkowski_distance_p(x: Any, y: Any, p: Any = 2.0) -> Any:
    """`scipy.spatial.minkowski_distance_p` of (..., d) and (..., d), the distance to the power p, by both and by p."""
    value = lambda x, y, p: _spatial.minkowski_distance_p(x, y, p)
    return derived("scipy.spatial.minkowski_distance_p", value, _powers, array(x), array(y), p)


def minkowski_distance(x: Any, y: Any, p: Any = 2.0) -> Any:
    """`scipy.spatial.minkowski_distance` of (..., d) and (..., d), by both and by p; 0 has the derivative 0.

    SciPy 1.18 deprecates it: take numpy.linalg.vector_norm(x - y, ord=p, axis=-1).
    """
    value = lambda x, y, p: _spatial.minkowski_distance(x, y, p)
    return derived("scipy.spatial.minkowski_distance", value, _distances, array(x), array(y), p)


def distance_matrix(x: Any, y: Any, p: Any = 2.0, threshold: int = 1000000) -> Any:
    """`scipy.spatial.distance_matrix` of (m, d) and (n, d), (m, n), by both and by p."""
    value = lambda x, y, p: _spatial.distance_matrix(x, y, p, threshold)
    composition = lambda x, y, p: _distances(x[:, None, :], y[None, :, :], p)
    return derived("scipy.spatial.distance_matrix", value, composition, array(x), array(y), p)


def procrustes(data1: Any, data2: Any) -> Any:
    """`scipy.spatial.procrustes` of (n, d) and (n, d): both standardised, the second one turned, and their distance.

    Of equal singular values the derivative does not exist, and raises.

    >>> import tracker
    >>> a, b = np.array([[1.0, 3.0], [1.0, 2.0], [2.0, 1.0]]), np.array([[4.0, -2.0], [4.0, -5.0], [2.0, -6.0]])
    >>> tracker.gradcheck(lambda a, b: procrustes(a, b)[2], a, b)
    True
    """

    def composition(a: Any, b: Any) -> Any:
        a, b = a - np.mean(a, axis=0), b - np.mean(b, axis=0)
        a, b = a / np.linalg.norm(a), b / np.linalg.norm(b)
        turn, scale = orthogonal_procrustes(a, b)
        b = b @ np.transpose(turn) * scale
        return a, b, np.sum((a - b) ** 2)

    return derived("scipy.spatial.procrustes", _spatial.procrustes, composition, array(data1), array(data2))


def geometric_slerp(start: Any, end: Any, t: Any, tol: float = 1e-7) -> Any:
    """`scipy.spatial.geometric_slerp` between unit vectors (d,), at t: (n, d), by t.

    The ends, which SciPy demands on the sphere, are constants: raises `NotImplementedError` for tracked ones.
    """
    start, end, t = array(start), array(end), array(t)
    if handles.is_tracked(start) or handles.is_tracked(end):
        raise UnsupportedKeywordError(
            "geometric_slerp is differentiated by t. By the ends write it as (sin((1 - t) * w) * start + sin(t * w) * "
            "end) / sin(w) with w = numpy.arccos(start @ end)."
        )

    def composition(t: Any) -> Any:
        along = end - (start @ end) * start
        length = np.linalg.norm(along)
        angle = t * np.arctan2(length, start @ end)
        across = along / (length if length > 0 else 1.0)
        return np.cos(angle)[..., None] * start + np.sin(angle)[..., None] * across

    value = lambda t: _spatial.geometric_slerp(start, end, t, tol)
    return derived("scipy.spatial.geometric_slerp", value, composition, t)
