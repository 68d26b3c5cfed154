"""scipy.spatial.distance, differentiable by the points and by what a metric takes besides."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import scipy.spatial.distance

from tracker._arrays import handles
from tracker._arrays.leaf import collect
from tracker.errors import UnsupportedKeywordError
from tracker.scipy._derived import derived
from tracker.scipy._distance_sums import of_cdist, of_pdist
from tracker.scipy._distances import METRICS
from tracker.scipy._without import rest_of as _rest_of
from tracker.scipy._without.spatial import DISTANCE as _REST
from tracker.scipy.spatial._pairs import (
    braycurtis,
    canberra,
    chebyshev,
    cityblock,
    correlation,
    cosine,
    euclidean,
    jensenshannon,
    mahalanobis,
    minkowski,
    seuclidean,
    sqeuclidean,
    squareform,
)

__all__ = [
    "braycurtis",
    "canberra",
    "cdist",
    "chebyshev",
    "cityblock",
    "correlation",
    "cosine",
    "euclidean",
    "jensenshannon",
    "mahalanobis",
    "minkowski",
    "pdist",
    "seuclidean",
    "sqeuclidean",
    "squareform",
]

__getattr__ = _rest_of("spatial.distance", _REST)

_distance: Any = scipy.spatial.distance
_SUMS = ("euclidean", "sqeuclidean")
_NEEDED = {"seuclidean": "V", "mahalanobis": "VI"}


def cdist(XA: Any, XB: Any, metric: Any = "euclidean", *, out: Any = None, **kwargs: Any) -> Any:
    """`scipy.spatial.distance.cdist` of (m, d) and (n, d), differentiable by both and by `w`, `p`, `V`, `VI`.

    Metrics of real vectors: euclidean, sqeuclidean, seuclidean, cityblock, chebyshev, minkowski, cosine, correlation,
    canberra, braycurtis, mahalanobis. Others raise `NotImplementedError` on tracked values, as does the use of a
    variance (`V`, `VI`) that SciPy would compute. The derivative of a distance of zero is zero.

    >>> import tracker
    >>> tracker.gradient(lambda a: cdist(a, [[0.0, 0.0]])[0, 0], np.array([[3.0, 4.0]]))
    (array([[0.6, 0.8]]),)
    """
    a, b = _array(XA), _array(XB)
    value: Callable[..., Any] = lambda a, b, given: _distance.cdist(a, b, metric, out=out, **given)
    if not _any_tracked(a, b, kwargs):
        return value(a, b, kwargs)
    f = _differentiable("cdist", metric, out, kwargs)
    composition = lambda a, b, given: f(a[:, None, :], b[None, :, :], **given)
    known = str(metric).lower()
    quick = (lambda dy, y, a, b, _: of_cdist(known, dy, y, a, b)) if known in _SUMS and not kwargs else None
    return derived("scipy.spatial.distance.cdist", value, composition, a, b, kwargs, quick=quick)


def pdist(X: Any, metric: Any = "euclidean", *, out: Any = None, **kwargs: Any) -> Any:
    """`scipy.spatial.distance.pdist` of (m, d): m (m - 1) / 2 distances; differentiable as `cdist` is.

    >>> import tracker
    >>> tracker.gradient(lambda x: pdist(x)[0], np.array([[3.0, 4.0], [0.0, 0.0]]))[0]
    array([[ 0.6,  0.8],
           [-0.6, -0.8]])
    """
    x = _array(X)
    value: Callable[..., Any] = lambda x, given: _distance.pdist(x, metric, out=out, **given)
    if not _any_tracked(x, kwargs):
        return value(x, kwargs)
    f = _differentiable("pdist", metric, out, kwargs)

    def composition(x: Any, given: Any) -> Any:
        i, j = np.triu_indices(x.shape[0], 1)
        return f(x[i], x[j], **given)

    known = str(metric).lower()
    quick = (lambda dy, y, x, _: of_pdist(known, dy, y, x)) if known in _SUMS and not kwargs else None
    return derived("scipy.spatial.distance.pdist", value, composition, x, kwargs, quick=quick)


def _differentiable(name: str, metric: Any, out: Any, kwargs: dict[str, Any]) -> Any:
    if out is not None:
        raise UnsupportedKeywordError(f"{name} can't be differentiated with out=. Use the value that is returned.")
    known = str(metric).lower()
    if callable(metric) or known not in METRICS:
        _distance.pdist(np.ones((2, 2)), metric)  # raises what SciPy raises
        raise UnsupportedKeywordError(
            f"{name} can't be differentiated with metric={metric!r}. It can with {', '.join(METRICS)}; a metric of "
            "your own is applied to x[:, None] and y[None] in plain NumPy."
        )
    if known in _NEEDED and kwargs.get(_NEEDED[known]) is None:
        raise UnsupportedKeywordError(
            f"{name} can't be differentiated with metric={metric!r} unless {_NEEDED[known]}= is given."
        )
    if known == "chebyshev" and kwargs.get("w") is not None:
        raise UnsupportedKeywordError(f"{name} can't be differentiated with metric='chebyshev' and w=.")
    return METRICS[known]


def _array(x: Any) -> Any:
    x = collect(x) if isinstance(x, list | tuple) else x
    return x if handles.is_tracked(x) else np.asarray(x)


def _any_tracked(*xs: Any) -> bool:
    return any(handles.is_tracked(v) for x in xs for v in (x.values() if isinstance(x, dict) else [x]))
