"""Distances between rows in recorded calls, for each of the metrics that have a derivative."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from tracker._arrays import handles


def _root(squared: Any) -> Any:
    """The square root; at zero, a distance has the derivative zero (the subgradient of least norm)."""
    apart = handles.plain(squared) > 0
    return np.where(apart, np.sqrt(np.where(apart, squared, 1.0)), 0.0)


def _ratio(a: Any, b: Any) -> Any:
    """`a / b`, and 0 where both are 0."""
    zero = handles.plain(b) == 0
    return np.where(zero, 0.0, a / np.where(zero, 1.0, b))


def _euclidean(a: Any, b: Any, w: Any = 1.0) -> Any:
    return _root(np.sum(w * (a - b) ** 2, axis=-1))


def _squared(a: Any, b: Any, w: Any = 1.0) -> Any:
    return np.sum(w * (a - b) ** 2, axis=-1)


def _seuclidean(a: Any, b: Any, V: Any) -> Any:
    return _root(np.sum((a - b) ** 2 / V, axis=-1))


def _cityblock(a: Any, b: Any, w: Any = 1.0) -> Any:
    return np.sum(w * np.abs(a - b), axis=-1)


def _chebyshev(a: Any, b: Any) -> Any:
    return np.max(np.abs(a - b), axis=-1)


def _minkowski(a: Any, b: Any, p: Any = 2.0, w: Any = 1.0) -> Any:
    total = np.sum(w * np.abs(a - b) ** p, axis=-1)
    apart = handles.plain(total) > 0
    return np.where(apart, np.where(apart, total, 1.0) ** (1 / p), 0.0)


def _cosine(a: Any, b: Any, w: Any = 1.0) -> Any:
    inner: Callable[[Any, Any], Any] = lambda u, v: np.sum(w * u * v, axis=-1)
    return 1 - inner(a, b) / np.sqrt(inner(a, a) * inner(b, b))


def _correlation(a: Any, b: Any, w: Any = None) -> Any:
    weights = np.ones(a.shape[-1]) if w is None else w
    weights = weights / np.sum(weights)
    centred: Callable[[Any], Any] = lambda u: u - np.sum(weights * u, axis=-1, keepdims=True)
    return _cosine(centred(a), centred(b), weights)


def _canberra(a: Any, b: Any, w: Any = 1.0) -> Any:
    return np.sum(w * _ratio(np.abs(a - b), np.abs(a) + np.abs(b)), axis=-1)


def _braycurtis(a: Any, b: Any, w: Any = 1.0) -> Any:
    return _ratio(np.sum(w * np.abs(a - b), axis=-1), np.sum(w * np.abs(a + b), axis=-1))


def _mahalanobis(a: Any, b: Any, VI: Any) -> Any:
    d = a - b
    return _root(np.sum((d @ VI) * d, axis=-1))


METRICS: dict[str, Callable[..., Any]] = {
    "euclidean": _euclidean,
    "sqeuclidean": _squared,
    "seuclidean": _seuclidean,
    "cityblock": _cityblock,
    "chebyshev": _chebyshev,
    "minkowski": _minkowski,
    "cosine": _cosine,
    "correlation": _correlation,
    "canberra": _canberra,
    "braycurtis": _braycurtis,
    "mahalanobis": _mahalanobis,
}
