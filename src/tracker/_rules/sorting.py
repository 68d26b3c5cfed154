"""Sorting, order statistics and distinct values."""

from __future__ import annotations

import functools
import inspect
import math
from collections.abc import Callable
from typing import Any, Final, NamedTuple

import numpy as np

from tracker._core.registry import lookup, rule
from tracker._rules import one_pass
from tracker._rules.choosing import only
from tracker._rules.indexing import scatter
from tracker._rules.reductions import axes_of, divide, from_rows, to_rows

# ---------------------------------------------------------------- sort, partition


def _refuse_fields(order: Any) -> None:
    if order is not None:
        raise NotImplementedError("order= names the fields of a structured array, which can't be differentiated.")


def _line(x: Any, axis: Any) -> tuple[Any, int]:
    """The array and the axis along which it is sorted: axis=None flattens."""
    return (np.reshape(x, (np.size(x),)), 0) if axis is None else (x, axis)


def _put_back(dy: Any, places: Any, axis: int) -> Any:
    """The adjoint of `np.take_along_axis(x, places, axis)` for a permutation."""
    if type(dy) is np.ndarray and type(places) is np.ndarray:
        dx = np.empty_like(dy)
        np.put_along_axis(dx, places, dy, axis)
        return dx
    flat = np.take_along_axis(np.reshape(np.arange(dy.size, like=places), dy.shape), places, axis)
    return np.reshape(scatter(np.ravel(dy), np.ravel(flat), (dy.size,)), dy.shape)


def _sort_pullback(
    dy: Any, y: Any, a: Any, axis: Any = -1, kind: Any = None, order: Any = None, **how: Any
) -> Any:  # how: stable; since NumPy 2.5 descending
    _refuse_fields(order)
    x, line = _line(a, axis)
    return np.reshape(_put_back(dy, np.argsort(x, axis=line, kind=kind, **how), line), np.shape(a))


def _sort_pushforward(
    tangents: Any, y: Any, a: Any, axis: Any = -1, kind: Any = None, order: Any = None, **how: Any
) -> Any:
    _refuse_fields(order)
    x, line = _line(a, axis)
    return np.take_along_axis(_line(tangents[0], axis)[0], np.argsort(x, axis=line, kind=kind, **how), line)


def _partition_places(y: Any, x: Any, kth: Any, axis: int, kind: Any) -> Any:
    """Where each entry of the partitioned `y` was in `x`."""
    if type(x) is np.ndarray and axis in (-1, x.ndim - 1):
        found = one_pass.matched(x, np.ascontiguousarray(y))
        if found is not None:
            return found
    places = np.argpartition(x, kth, axis, kind)
    if np.array_equal(np.take_along_axis(x, places, axis), y):
        return places
    # between the kth entries np.partition and np.argpartition need not agree: match the sorted entries
    places = np.empty_like(places)
    np.put_along_axis(places, np.argsort(y, axis), np.argsort(x, axis), axis)
    return places


def _partition_pullback(
    dy: Any, y: Any, a: Any, kth: Any, axis: Any = -1, kind: Any = "introselect", order: Any = None
) -> Any:
    _refuse_fields(order)
    x, line = _line(a, axis)
    return np.reshape(_put_back(dy, _partition_places(y, x, kth, line, kind), line), np.shape(a))


def _partition_pushforward(
    tangents: Any, y: Any, a: Any, kth: Any, axis: Any = -1, kind: Any = "introselect", order: Any = None
) -> Any:
    _refuse_fields(order)
    x, line = _line(a, axis)
    return np.take_along_axis(_line(tangents[0], axis)[0], _partition_places(y, x, kth, line, kind), line)


rule(np.sort, _sort_pullback, pushforward=_sort_pushforward)
rule(np.partition, _partition_pullback, pushforward=_partition_pushforward)
rule(
    np.sort_complex,
    lambda dy, y, a: _sort_pullback(dy, y, a),
    pushforward=lambda tangents, y, a: _sort_pushforward(tangents, y, a) + 0j,
)

# ---------------------------------------------------------------- median, quantiles

# How far the virtual index moves with q, less the size of the sample: 1 - alpha - beta of Hyndman & Fan,
# The American Statistician 50 (1996), 361. In a method that is not here the result is a step function of q.
_SLOPES: Final = {
    "linear": -1.0,
    "interpolated_inverted_cdf": 0.0,
    "hazen": 0.0,
    "weibull": 1.0,
    "median_unbiased": 1 / 3,
    "normal_unbiased": 1 / 4,
}
# In these the result is an entry of the sample.
_PICKING: Final = frozenset(("inverted_cdf", "closest_observation", "lower", "higher", "nearest"))


class _Neighbours(NamedTuple):
    """What a quantile lies between, each of shape (number of quantiles, ...)."""

    low: Any
    high: Any
    share: Any  # how far from low to high
    inside: Any  # whether a change of q moves it
    n: Any  # size of the sample


def _neighbours(f: Callable[..., Any], x: Any, q: Any, method: Any) -> _Neighbours:
    """The neighbours of the quantiles of `x` (n, ...) in the sorted sample.

    Where a method puts its quantiles, `f` itself tells, applied to the ranks 0, 1, 2, ...
    """
    rest = x.shape[1:]
    n = len(x)
    if f in (np.nanquantile, np.nanpercentile):
        # NaNs sort to the end; a sample of nothing else is treated like one with a single entry
        n = np.maximum(np.sum(~np.isnan(x), axis=0), 1)
        ranks = np.reshape(np.arange(len(x)), (-1, *(1 for _ in rest)))
        place = f(np.where(ranks < n, ranks, np.nan), q, axis=0, method=method)
        place = np.reshape(place, (np.size(q), *rest))
        x = np.sort(x, axis=0)
    else:
        place = np.reshape(f(np.arange(n), q, method=method), (np.size(q), *(1 for _ in rest)))
        kth = np.clip(np.floor(place), 0, max(n - 2, 0)).astype(int)
        x = np.partition(x, sorted({*np.ravel(kth).tolist(), *np.ravel(np.minimum(kth + 1, n - 1)).tolist()}), axis=0)
    below = np.clip(np.floor(place), 0, np.maximum(n - 2, 0)).astype(int)
    low = np.take_along_axis(x, below, axis=0)
    high = np.take_along_axis(x, np.minimum(below + 1, n - 1), axis=0)
    inside = (place > 0) & (place < n - 1) if method != "linear" else n > 1
    return _Neighbours(low, high, place - below, inside, n)


def _split(dy: Any, equal: Any) -> Any:
    """`dy` split evenly among the entries that equal an order statistic."""
    return only(divide(dy, np.maximum(np.sum(equal, axis=0), 1)), equal)


def _average(t: Any, equal: Any) -> Any:
    """The transpose of `_split`."""
    return divide(np.sum(only(t, equal), axis=0), np.maximum(np.sum(equal, axis=0), 1))


def _number(share: Any) -> Any:
    """An array of one entry as a number, which goes with any kind of array."""
    return np.sum(share) if share.size == 1 else share


def _register(f: Callable[..., Any], *pullbacks: Any, pushforward: Any) -> None:
    """The rules of `f`, which is evaluated only if it leaves its argument as it is."""
    place = list(inspect.signature(f).parameters).index("overwrite_input")

    @functools.wraps(f)
    def call(*args: Any, **kwargs: Any) -> Any:
        if kwargs.get("overwrite_input") or args[place : place + 1] == (True,):
            raise NotImplementedError("overwrite_input=True destroys what the derivative needs: leave it out.")
        return f(*args, **kwargs)

    rule(f, *pullbacks, pushforward=pushforward)
    op = lookup(f)
    assert op is not None
    op.fun = call


def _quantile_adjoint(
    f: Callable[..., Any], dy: Any, y: Any, a: Any, q: Any, axis: Any, method: Any, weighted: bool
) -> Any:
    """The gradient of `f(a, q)` by `a`; ties share it evenly, as in np.max."""
    x = np.moveaxis(to_rows(a, axis), -1, 0)
    if np.size(a) == 0 or np.size(q) == 0:
        return np.zeros_like(a)
    flat = (np.size(q), *x.shape[1:])
    dy = np.reshape(dy, flat)
    if method in _PICKING or weighted:
        y = np.reshape(y, flat)
        parts = [_split(dy[k], x == y[k]) for k in range(np.size(q))]
    else:
        near = _neighbours(f, x, q, method)
        parts = []
        for k in range(np.size(q)):
            share = _number(near.share[k])
            lower = _split(dy[k] * (1 - share), x == near.low[k])
            parts.append(lower + _split(dy[k] * share, x == near.high[k]))
    return from_rows(np.moveaxis(functools.reduce(np.add, parts), 0, -1), np.shape(a), axis)


def _quantile_tangent(
    f: Callable[..., Any], t: Any, y: Any, a: Any, q: Any, axis: Any, method: Any, weighted: bool
) -> Any:
    """The transpose of `_quantile_adjoint`."""
    x, t = np.moveaxis(to_rows(a, axis), -1, 0), np.moveaxis(to_rows(t, axis), -1, 0)
    if np.size(a) == 0 or np.size(q) == 0:
        return np.zeros_like(y)
    if method in _PICKING or weighted:
        picked = np.reshape(y, (np.size(q), *x.shape[1:]))
        parts = [_average(t, x == picked[k]) for k in range(np.size(q))]
    else:
        near = _neighbours(f, x, q, method)
        lower = np.stack([_average(t, x == near.low[k]) for k in range(np.size(q))])
        upper = np.stack([_average(t, x == near.high[k]) for k in range(np.size(q))])
        parts = (1 - near.share) * lower + near.share * upper
    return np.reshape(np.stack(parts) if isinstance(parts, list) else parts, y.shape)


def _quantile_slope(f: Callable[..., Any], a: Any, q: Any, axis: Any, method: Any) -> Any:
    """How the quantiles of `a` change with `q`, of shape (number of quantiles, ...); 0 in a method of steps."""
    x = np.moveaxis(to_rows(a, axis), -1, 0)
    if method not in _SLOPES or np.size(a) == 0 or np.size(q) == 0:
        return np.zeros_like(a, shape=(np.size(q), *x.shape[1:]))
    near = _neighbours(f, x, q, method)
    unit = 0.01 if f in (np.percentile, np.nanpercentile) else 1.0
    return np.where(near.inside, (near.high - near.low) * ((near.n + _SLOPES[method]) * unit), 0)


def _register_quantile(f: Callable[..., Any]) -> None:
    def pullback_a(
        dy: Any, y: Any, a: Any, q: Any, axis: Any = None, out: Any = None, overwrite_input: Any = False,
        method: Any = "linear", keepdims: Any = False, *, weights: Any = None,
    ) -> Any:  # fmt: skip
        return _quantile_adjoint(f, dy, y, a, q, axis, method, weights is not None)

    def pullback_q(
        dy: Any, y: Any, a: Any, q: Any, axis: Any = None, out: Any = None, overwrite_input: Any = False,
        method: Any = "linear", keepdims: Any = False, *, weights: Any = None,
    ) -> Any:  # fmt: skip
        slope = _quantile_slope(f, a, q, axis, method)
        dq = np.reshape(dy, slope.shape) * slope
        return np.reshape(np.sum(dq, axis=tuple(range(1, slope.ndim))), np.shape(q))

    def pushforward(
        tangents: Any, y: Any, a: Any, q: Any, axis: Any = None, out: Any = None, overwrite_input: Any = False,
        method: Any = "linear", keepdims: Any = False, *, weights: Any = None,
    ) -> Any:  # fmt: skip
        t, t_q = tangents[:2]
        dy = 0 if t is None else _quantile_tangent(f, t, y, a, q, axis, method, weights is not None)
        if t_q is None:
            return dy
        slope = _quantile_slope(f, a, q, axis, method)
        return dy + np.reshape(slope * np.reshape(t_q, (-1, *(1 for _ in slope.shape[1:]))), y.shape)

    _register(f, pullback_a, pullback_q, pushforward=pushforward)


for _f in (np.quantile, np.percentile, np.nanquantile, np.nanpercentile):
    _register_quantile(_f)


def _median_method(a: Any, axis: Any) -> str:
    """In an odd sample the median is an entry, which need not be looked for."""
    shape = np.shape(a)
    return "lower" if math.prod(shape[k] for k in axes_of(axis, len(shape))) % 2 else "linear"


def _median_pullback(
    dy: Any, y: Any, a: Any, axis: Any = None, out: Any = None, overwrite_input: Any = False, keepdims: Any = False
) -> Any:
    return _quantile_adjoint(np.quantile, dy, y, a, 0.5, axis, _median_method(a, axis), False)


def _median_pushforward(
    tangents: Any, y: Any, a: Any, axis: Any = None, out: Any = None, overwrite_input: Any = False,
    keepdims: Any = False,
) -> Any:  # fmt: skip
    return _quantile_tangent(np.quantile, tangents[0], y, a, 0.5, axis, _median_method(a, axis), False)


def _nanmedian_pullback(
    dy: Any, y: Any, a: Any, axis: Any = None, out: Any = None, overwrite_input: Any = False, keepdims: Any = False
) -> Any:
    return _quantile_adjoint(np.nanquantile, dy, y, a, 0.5, axis, "linear", False)


def _nanmedian_pushforward(
    tangents: Any, y: Any, a: Any, axis: Any = None, out: Any = None, overwrite_input: Any = False,
    keepdims: Any = False,
) -> Any:  # fmt: skip
    return _quantile_tangent(np.nanquantile, tangents[0], y, a, 0.5, axis, "linear", False)


_register(np.median, _median_pullback, pushforward=_median_pushforward)
_register(np.nanmedian, _nanmedian_pullback, pushforward=_nanmedian_pushforward)

# ---------------------------------------------------------------- distinct values


def _distinct_adjoint(dy: Any, y: Any, a: Any, axis: Any = None, equal_nan: bool = True) -> Any:
    """Equal entries share the gradient of their value evenly."""
    shape = np.shape(a)
    _, places, counts = np.unique(a, return_inverse=True, return_counts=True, axis=axis, equal_nan=equal_nan)
    if axis is None or len(shape) < 2:
        # in order: with sorted=False the values may come in any
        dy = np.take(dy, np.argsort(y))
        return np.reshape(np.take(divide(dy, counts), np.ravel(places)), shape)
    counts = np.reshape(counts, (-1, *(1 for _ in shape[axis % len(shape) + 1 :])))
    return np.take(divide(dy, counts), np.ravel(places), axis=axis)


def _unique_pullback(
    dy: Any, y: Any, ar: Any, return_index: bool = False, return_inverse: bool = False, return_counts: bool = False,
    axis: Any = None, *, equal_nan: bool = True, sorted: bool = True,
) -> Any:  # fmt: skip
    if return_index or return_inverse or return_counts:
        dy, y = dy[0], y[0]
    return None if dy is None else _distinct_adjoint(dy, y, ar, axis, equal_nan)


def _unique_fields_pullback(dy: Any, y: Any, x: Any) -> Any:
    return None if dy[0] is None else _distinct_adjoint(dy[0], y[0], x, equal_nan=False)


rule(np.unique, _unique_pullback)
rule(np.unique_values, lambda dy, y, x: _distinct_adjoint(dy, y, x, equal_nan=False))
rule(np.unique_all, _unique_fields_pullback)
rule(np.unique_counts, _unique_fields_pullback)
rule(np.unique_inverse, _unique_fields_pullback)
