"""Distances between two vectors: SciPy's values, by both vectors, weights and what else a metric takes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import scipy.spatial.distance
import scipy.special

from tracker._arrays import handles
from tracker.errors import UnsupportedKeywordError
from tracker.scipy._array import array
from tracker.scipy._derived import derived
from tracker.scipy._distances import METRICS

_distance: Any = scipy.spatial.distance


def _pair(name: str, u: Any, v: Any, *more: Any) -> Any:
    """The metric of this name; `more` are its other arguments, None where they are left out."""

    def composition(u: Any, v: Any, *more: Any) -> Any:
        if more and more[-1] is None:  # weights that are left out
            more = more[:-1]
        return METRICS[name](u, v, *more)

    given = [array(x) for x in (u, v, *more)]
    return derived(f"scipy.spatial.distance.{name}", getattr(_distance, name), composition, *given)


def braycurtis(u: Any, v: Any, w: Any = None) -> Any:
    """`scipy.spatial.distance.braycurtis` of (d,) and (d,), by both and by the weights."""
    return _pair("braycurtis", u, v, w)


def canberra(u: Any, v: Any, w: Any = None) -> Any:
    """`scipy.spatial.distance.canberra` of (d,) and (d,), by both and by the weights."""
    return _pair("canberra", u, v, w)


def chebyshev(u: Any, v: Any, w: Any = None) -> Any:
    """`scipy.spatial.distance.chebyshev` of (d,) and (d,), by both; weights say which entries count."""
    u, v = array(u), array(v)
    if w is not None:
        if handles.is_tracked(array(w)):
            raise UnsupportedKeywordError("chebyshev is not differentiated by w, which only says which entries count.")
        value: Callable[..., Any] = lambda u, v: _distance.chebyshev(u, v, w)
        counts = np.asarray(w) > 0
        return derived(
            "scipy.spatial.distance.chebyshev", value, lambda u, v: METRICS["chebyshev"](u[counts], v[counts]), u, v
        )
    return _pair("chebyshev", u, v)


def cityblock(u: Any, v: Any, w: Any = None) -> Any:
    """`scipy.spatial.distance.cityblock` of (d,) and (d,), by both and by the weights."""
    return _pair("cityblock", u, v, w)


def correlation(u: Any, v: Any, w: Any = None, centered: bool = True) -> Any:
    """`scipy.spatial.distance.correlation` of (d,) and (d,), by both and by the weights."""
    value: Callable[..., Any] = lambda u, v, w: _distance.correlation(u, v, w, centered)
    formula = METRICS["correlation" if centered else "cosine"]
    composition: Callable[..., Any] = lambda u, v, w: formula(u, v) if w is None else formula(u, v, w)
    return derived("scipy.spatial.distance.correlation", value, composition, array(u), array(v), array(w))


def cosine(u: Any, v: Any, w: Any = None) -> Any:
    """`scipy.spatial.distance.cosine` of (d,) and (d,), by both and by the weights."""
    return _pair("cosine", u, v, w)


def euclidean(u: Any, v: Any, w: Any = None) -> Any:
    """`scipy.spatial.distance.euclidean` of (d,) and (d,), by both and by the weights; 0 has the derivative 0.

    >>> import tracker
    >>> tracker.gradient(euclidean, [3.0, 4.0], [0.0, 0.0])
    (array([0.6, 0.8]), array([-0.6, -0.8]))
    """
    return _pair("euclidean", u, v, w)


def mahalanobis(u: Any, v: Any, VI: Any) -> Any:
    """`scipy.spatial.distance.mahalanobis` of (d,) and (d,), by both and by the inverse covariance (d, d)."""
    return _pair("mahalanobis", u, v, VI)


def minkowski(u: Any, v: Any, p: Any = 2, w: Any = None) -> Any:
    """`scipy.spatial.distance.minkowski` of (d,) and (d,), by both, by the weights and by the order p."""
    if not handles.is_tracked(p) and np.isinf(p):
        return chebyshev(u, v, w)
    return _pair("minkowski", u, v, p, w)


def seuclidean(u: Any, v: Any, V: Any) -> Any:
    """`scipy.spatial.distance.seuclidean` of (d,) and (d,), by both and by the variances (d,)."""
    return _pair("seuclidean", u, v, V)


def sqeuclidean(u: Any, v: Any, w: Any = None) -> Any:
    """`scipy.spatial.distance.sqeuclidean` of (d,) and (d,), by both and by the weights."""
    return _pair("sqeuclidean", u, v, w)


def jensenshannon(p: Any, q: Any, base: Any = None, *, axis: int = 0, keepdims: bool = False) -> Any:
    """`scipy.spatial.distance.jensenshannon` of distributions along an axis, by both; they are scaled to sum 1."""

    def composition(p: Any, q: Any) -> Any:
        p, q = p / np.sum(p, axis=axis, keepdims=True), q / np.sum(q, axis=axis, keepdims=True)
        m = (p + q) / 2
        entropies = scipy.special.rel_entr(p, m) + scipy.special.rel_entr(q, m)
        js = np.sum(entropies, axis=axis, keepdims=keepdims) / (1.0 if base is None else np.log(base))
        apart = handles.plain(js) > 0
        return np.where(apart, np.sqrt(np.where(apart, js, 1.0) / 2), 0.0)

    value = lambda p, q: _distance.jensenshannon(p, q, base, axis=axis, keepdims=keepdims)
    return derived("scipy.spatial.distance.jensenshannon", value, composition, array(p), array(q))


def squareform(X: Any, force: str = "no", checks: bool = True) -> Any:
    """`scipy.spatial.distance.squareform`: distances (n (n - 1) / 2,) as a matrix (n, n), and back.

    >>> import tracker
    >>> tracker.gradient(lambda d: np.sum(squareform(d)), [1.0, 2.0, 3.0])
    (array([2., 2., 2.]),)
    """

    def composition(x: Any) -> Any:
        if x.ndim == 2:
            return x[np.triu_indices(x.shape[0], 1)]
        n = round((1 + np.sqrt(1 + 8 * x.size)) / 2)
        i, j = np.triu_indices(n, 1)
        place = np.zeros((n, n), int)
        place[i, j] = place[j, i] = np.arange(x.size)
        return np.where(np.eye(n, dtype=bool), 0.0, x[place]) if x.size else np.zeros((n, n)) + np.sum(x)

    value = lambda x: _distance.squareform(x, force, checks)
    return derived("scipy.spatial.distance.squareform", value, composition, array(X))
