"""Sums, products, moments and extrema over axes, and their NaN-skipping kin."""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.lib.array_utils import normalize_axis_tuple

from tracker._core.registry import linear, lookup, method, rule
from tracker._rules.cumulative import add_reduceat, conj, maximum_accumulate, minimum_accumulate, products_before

__all__ = ["conj", "logaddexp_reduce", "maximum_accumulate", "minimum_accumulate"]

MISSING: Any = np._NoValue  # what NumPy's signatures have for "not given"

# ---------------------------------------------------------------- axes, masks, counts


def unreduce(dy: Any, ndim: int, axis: Any, keepdims: Any) -> Any:
    """`dy` with the axes that were reduced put back as length 1; a number broadcasts as it is."""
    if axis is None or (keepdims and keepdims is not MISSING):
        return dy
    return np.expand_dims(dy, axis)


def axes_of(axis: Any, ndim: int) -> tuple[int, ...]:
    """The axes that `axis` names, None being all of them."""
    return tuple(range(ndim)) if axis is None else tuple(normalize_axis_tuple(axis, ndim))


def to_rows(x: Any, axis: Any) -> Any:
    """`x` with the reduced axes made one last axis, shape (..., n)."""
    shape = np.shape(x)
    axes = axes_of(axis, len(shape))
    x = np.moveaxis(x, axes, tuple(range(-len(axes), 0)))
    return np.reshape(x, (*x.shape[: len(shape) - len(axes)], math.prod(shape[k] for k in axes)))


def from_rows(rows: Any, shape: tuple[int, ...], axis: Any) -> Any:
    """The inverse of `to_rows` for an array of this shape."""
    axes = axes_of(axis, len(shape))
    x = np.reshape(rows, (*rows.shape[:-1], *(shape[k] for k in axes)))
    return np.moveaxis(x, tuple(range(-len(axes), 0)), axes)


def divide(dy: Any, n: Any) -> Any:
    """`dy / n` for an array of whole numbers, in the precision of `dy` (at least single: n may be large)."""
    return dy / n.astype(np.result_type(dy.dtype, np.float32))


def _unmasked(where: Any) -> bool:
    return where is True or where is MISSING


def _select(where: Any, x: Any, other: Any = 0) -> Any:
    return x if _unmasked(where) else np.where(where, x, other)


def _count(where: Any, shape: tuple[int, ...], axis: Any) -> Any:
    """How many entries are reduced: a number, or with a mask an array with the axes kept."""
    if _unmasked(where):
        return math.prod(shape[k] for k in axes_of(axis, len(shape)))
    return np.sum(np.broadcast_to(where, shape), axis=axis, keepdims=True)


def _per_entry(dy: Any, n: Any) -> Any:
    """`dy` over a `_count`; where that is 0 nothing will be selected."""
    return dy / max(n, 1) if isinstance(n, int) else divide(dy, np.maximum(n, 1))


def _skipping_nan(plain: Callable[..., Any]) -> Callable[..., Any]:
    """The rule of a NaN-skipping function: that of its plain namesake, with a mask."""
    k = list(inspect.signature(plain).parameters).index("where") - 3

    def nan_rule(dy: Any, y: Any, a: Any, *args: Any, **kwargs: Any) -> Any:
        a = a if hasattr(a, "ndim") else np.float64(a)
        where = args[k] if len(args) > k else kwargs.pop("where", True)
        valid = ~np.isnan(a) if _unmasked(where) else ~np.isnan(a) & where
        if len(args) > k:
            return plain(dy, y, a, *args[:k], valid, *args[k + 1 :], **kwargs)
        return plain(dy, y, a, *args, where=valid, **kwargs)

    return nan_rule


def entry(tangents: Any, k: int) -> Any:
    """The tangent of argument `k`, None if it has none."""
    return tangents[k] if k < len(tangents) else None


def _plus(dy: Any, more: Any) -> Any:
    return more if dy is None else dy if more is None else dy + more


# ---------------------------------------------------------------- sum, mean


def _sum_pullback(
    dy: Any, y: Any, a: Any, axis: Any = None, dtype: Any = None, out: Any = None,
    keepdims: Any = False, initial: Any = 0, where: Any = True,
) -> Any:  # fmt: skip
    return _select(where, unreduce(dy, a.ndim, axis, keepdims))


def _sum_pullback_initial(
    dy: Any, y: Any, a: Any, axis: Any = None, dtype: Any = None, out: Any = None,
    keepdims: Any = False, initial: Any = 0, where: Any = True,
) -> Any:  # fmt: skip
    return dy


def _sum_pushforward(
    tangents: Any, y: Any, a: Any, axis: Any = None, dtype: Any = None, out: Any = None,
    keepdims: Any = False, initial: Any = 0, where: Any = True,
) -> Any:  # fmt: skip
    t, t_initial = tangents[0], entry(tangents, 5)
    if t is None:
        return np.broadcast_to(t_initial, y.shape)
    return _plus(np.sum(t, axis=axis, dtype=dtype, keepdims=keepdims, where=where), t_initial)


def _mean_pullback(
    dy: Any, y: Any, a: Any, axis: Any = None, dtype: Any = None, out: Any = None,
    keepdims: Any = False, *, where: Any = True,
) -> Any:  # fmt: skip
    return _select(where, _per_entry(unreduce(dy, a.ndim, axis, keepdims), _count(where, a.shape, axis)))


def _mean_pushforward(
    tangents: Any, y: Any, a: Any, axis: Any = None, dtype: Any = None, out: Any = None,
    keepdims: Any = False, *, where: Any = True,
) -> Any:  # fmt: skip
    # not np.mean, which warns of empty slices a second time
    total = np.sum(tangents[0], axis=axis, dtype=dtype, keepdims=True, where=where)
    return np.reshape(_per_entry(total, _count(where, np.shape(a), axis)), y.shape)


_BETWEEN = (None, None, None, None)  # axis, dtype, out, keepdims
rule(np.sum, _sum_pullback, *_BETWEEN, _sum_pullback_initial, pushforward=_sum_pushforward)
rule(
    np.nansum,
    _skipping_nan(_sum_pullback),
    *_BETWEEN,
    _sum_pullback_initial,
    pushforward=_skipping_nan(_sum_pushforward),
)
linear(np.mean, _mean_pullback)
rule(np.nanmean, _skipping_nan(_mean_pullback), pushforward=_skipping_nan(_mean_pushforward))

# ---------------------------------------------------------------- prod


def _others(a: Any, axis: Any, dtype: Any, where: Any) -> Any:
    """For each entry the product of all others that are reduced with it.

    From both sides, not as prod(a) / a: exact with any number of zeros, to all orders.
    """
    rows = to_rows(_select(where, a if dtype is None else np.astype(a, dtype), 1), axis)
    after = np.flip(products_before(np.flip(rows, -1)), -1)
    return from_rows(products_before(rows) * after, np.shape(a), axis)


def _prod_pullback(
    dy: Any, y: Any, a: Any, axis: Any = None, dtype: Any = None, out: Any = None,
    keepdims: Any = False, initial: Any = MISSING, where: Any = True,
) -> Any:  # fmt: skip
    dy = unreduce(dy, np.ndim(a), axis, keepdims)
    dy = dy if initial is MISSING else dy * np.conj(initial)
    return _select(where, dy * conj(_others(a, axis, dtype, where)))


def _prod_pullback_initial(
    dy: Any, y: Any, a: Any, axis: Any = None, dtype: Any = None, out: Any = None,
    keepdims: Any = False, initial: Any = MISSING, where: Any = True,
) -> Any:  # fmt: skip
    return dy * np.conj(np.prod(a, axis=axis, dtype=dtype, keepdims=keepdims, where=where))


def _prod_pushforward(
    tangents: Any, y: Any, a: Any, axis: Any = None, dtype: Any = None, out: Any = None,
    keepdims: Any = False, initial: Any = MISSING, where: Any = True,
) -> Any:  # fmt: skip
    t, t_initial = tangents[0], entry(tangents, 5)
    dy = more = None
    if t is not None:
        dy = np.sum(t * _others(a, axis, dtype, where), axis=axis, keepdims=keepdims, where=where)
        dy = dy if initial is MISSING else dy * initial
    if t_initial is not None:
        more = t_initial * np.prod(a, axis=axis, dtype=dtype, keepdims=keepdims, where=where)
    return _plus(dy, more)


rule(np.prod, _prod_pullback, *_BETWEEN, _prod_pullback_initial, pushforward=_prod_pushforward)
rule(
    np.nanprod,
    _skipping_nan(_prod_pullback),
    *_BETWEEN,
    _skipping_nan(_prod_pullback_initial),
    pushforward=_skipping_nan(_prod_pushforward),
)

# ---------------------------------------------------------------- var, std


def _deviation(a: Any, axis: Any, dtype: Any, where: Any, mean: Any) -> Any:
    """`a` less its mean, 0 where masked (selected here, so that a NaN there harms no derivative)."""
    if mean is MISSING:
        total = np.sum(a, axis=axis, dtype=dtype, keepdims=True, where=where)
        mean = _per_entry(total, _count(where, np.shape(a), axis))
    return _select(where, a - mean)


def _per_freedom(dy: Any, n: Any, ddof: Any, correction: Any) -> Any:
    """`dy` over the degrees of freedom of `n` entries: NaN where there are none, but for a zero `dy`."""
    freedom = n - (ddof if correction is MISSING else correction)
    if np.ndim(freedom) == 0:
        return dy / freedom if freedom > 0 else np.where(dy == 0, dy, np.nan)
    return np.where(freedom > 0, divide(dy, np.where(freedom > 0, freedom, 1)), np.where(dy == 0, dy, np.nan))


def _var_pullback(
    dy: Any, y: Any, a: Any, axis: Any = None, dtype: Any = None, out: Any = None, ddof: Any = 0,
    keepdims: Any = False, where: Any = True, mean: Any = MISSING, correction: Any = MISSING,
) -> Any:  # fmt: skip
    dy = unreduce(2 * dy, np.ndim(a), axis, keepdims)
    scale = _per_freedom(dy, _count(where, np.shape(a), axis), ddof, correction)
    return _select(where, scale * _deviation(a, axis, dtype, where, mean))


def _var_pullback_mean(
    dy: Any, y: Any, a: Any, axis: Any = None, dtype: Any = None, out: Any = None, ddof: Any = 0,
    keepdims: Any = False, where: Any = True, mean: Any = MISSING, correction: Any = MISSING,
) -> Any:  # fmt: skip
    return -_var_pullback(dy, y, a, axis, dtype, None, ddof, keepdims, where, mean, correction)


def _var_pushforward(
    tangents: Any, y: Any, a: Any, axis: Any = None, dtype: Any = None, out: Any = None, ddof: Any = 0,
    keepdims: Any = False, where: Any = True, mean: Any = MISSING, correction: Any = MISSING,
) -> Any:  # fmt: skip
    t_mean = entry(tangents, 7)
    t = _plus(tangents[0], None if t_mean is None else -t_mean)
    change = np.real(conj(_deviation(a, axis, dtype, where, mean)) * t)
    dy = 2 * np.sum(_select(where, change), axis=axis, keepdims=True)
    return np.reshape(_per_freedom(dy, _count(where, np.shape(a), axis), ddof, correction), y.shape)


def _over(dy: Any, y: Any, a: Any, axis: Any, where: Any, mean: Any) -> Any:
    """`dy / y`, axes kept, but 0 where the deviation `y` is (the subgradient of least norm).

    Of equal entries it may be off by rounding, if their mean is: that is no deviation either.
    """
    zero = y == 0
    if mean is MISSING:
        high = np.max(a, axis=axis, keepdims=True, initial=-np.inf, where=where)
        zero = zero | (high == np.min(a, axis=axis, keepdims=True, initial=np.inf, where=where))
    return np.where(zero, 0, dy / np.where(zero, 1, y))


def _std_pullback(
    dy: Any, y: Any, a: Any, axis: Any = None, dtype: Any = None, out: Any = None, ddof: Any = 0,
    keepdims: Any = False, where: Any = True, mean: Any = MISSING, correction: Any = MISSING,
) -> Any:  # fmt: skip
    ndim = np.ndim(a)
    dy = _over(unreduce(dy, ndim, axis, keepdims), unreduce(y, ndim, axis, keepdims), a, axis, where, mean)
    scale = _per_freedom(dy, _count(where, np.shape(a), axis), ddof, correction)
    return _select(where, scale * _deviation(a, axis, dtype, where, mean))


def _std_pullback_mean(
    dy: Any, y: Any, a: Any, axis: Any = None, dtype: Any = None, out: Any = None, ddof: Any = 0,
    keepdims: Any = False, where: Any = True, mean: Any = MISSING, correction: Any = MISSING,
) -> Any:  # fmt: skip
    return -_std_pullback(dy, y, a, axis, dtype, None, ddof, keepdims, where, mean, correction)


def _std_pushforward(
    tangents: Any, y: Any, a: Any, axis: Any = None, dtype: Any = None, out: Any = None, ddof: Any = 0,
    keepdims: Any = False, where: Any = True, mean: Any = MISSING, correction: Any = MISSING,
) -> Any:  # fmt: skip
    ndim = np.ndim(a)
    dy = _var_pushforward(tangents, y, a, axis, dtype, None, ddof, keepdims, where, mean, correction)
    dy = _over(unreduce(dy, ndim, axis, keepdims), unreduce(2 * y, ndim, axis, keepdims), a, axis, where, mean)
    return np.reshape(dy, y.shape)


_BEFORE_MEAN = (None, None, None, None, None, None)  # axis, dtype, out, ddof, keepdims, where


def _by_position(f: Callable[..., Any]) -> Callable[..., Any]:
    """`f` taking `mean` by position too, since it is by their positions that arguments have rules."""

    def call(
        a: Any, axis: Any = None, dtype: Any = None, out: Any = None, ddof: Any = 0, keepdims: Any = MISSING,
        where: Any = MISSING, mean: Any = MISSING, correction: Any = MISSING,
    ) -> Any:  # fmt: skip
        return f(a, axis, dtype, out, ddof, keepdims, where=where, mean=mean, correction=correction)

    return call


def _register_moment(f: Callable[..., Any], pull: Any, pull_mean: Any, push: Any) -> None:
    rule(f, pull, *_BEFORE_MEAN, pull_mean, pushforward=push)
    op = lookup(f)
    assert op is not None
    op.fun = _by_position(f)


_MOMENTS: tuple[Any, ...] = (
    (np.var, np.nanvar, (_var_pullback, _var_pullback_mean, _var_pushforward)),
    (np.std, np.nanstd, (_std_pullback, _std_pullback_mean, _std_pushforward)),
)
for _moment, _nan_moment, _rules in _MOMENTS:
    _register_moment(_moment, *_rules)
    _register_moment(_nan_moment, *map(_skipping_nan, _rules))

# ---------------------------------------------------------------- max, min, ptp


def _chosen(y: Any, a: Any, axis: Any, initial: Any, where: Any) -> tuple[Any, Any]:
    """Which entries of `a` are the extremum `y` (axes kept), and how many values tie for it."""
    chosen = np.equal(a, y) | np.isnan(a)
    chosen = chosen if _unmasked(where) else chosen & where
    # without an axis count_nonzero need not go through integers: 20 times faster
    n = np.count_nonzero(chosen) if axis is None else np.sum(chosen, axis=axis, keepdims=True, dtype=np.int32)
    n = n if initial is MISSING else np.add(np.equal(initial, y), n)
    return chosen, np.maximum(n, 1)


def _max_pullback(
    dy: Any, y: Any, a: Any, axis: Any = None, out: Any = None, keepdims: Any = False,
    initial: Any = MISSING, where: Any = True,
) -> Any:  # fmt: skip
    chosen, n = _chosen(unreduce(y, np.ndim(a), axis, keepdims), a, axis, initial, where)
    return np.where(chosen, divide(unreduce(dy, np.ndim(a), axis, keepdims), n), 0)


def _max_pullback_initial(
    dy: Any, y: Any, a: Any, axis: Any = None, out: Any = None, keepdims: Any = False,
    initial: Any = MISSING, where: Any = True,
) -> Any:  # fmt: skip
    y = unreduce(y, np.ndim(a), axis, keepdims)
    _, n = _chosen(y, a, axis, initial, where)
    return np.where(np.equal(initial, y), divide(unreduce(dy, np.ndim(a), axis, keepdims), n), 0)


def _max_pushforward(
    tangents: Any, y: Any, a: Any, axis: Any = None, out: Any = None, keepdims: Any = False,
    initial: Any = MISSING, where: Any = True,
) -> Any:  # fmt: skip
    t, t_initial = tangents[0], entry(tangents, 4)
    kept = unreduce(y, np.ndim(a), axis, keepdims)
    chosen, n = _chosen(kept, a, axis, initial, where)
    dy = None if t is None else np.sum(np.where(chosen, t, 0), axis=axis, keepdims=True)
    more = None if t_initial is None else np.where(np.equal(initial, kept), t_initial, 0)
    return np.reshape(divide(_plus(dy, more), n), y.shape)


def _ptp_pullback(dy: Any, y: Any, a: Any, axis: Any = None, out: Any = None, keepdims: Any = False) -> Any:
    high, low = np.max(a, axis=axis, keepdims=keepdims), np.min(a, axis=axis, keepdims=keepdims)
    return _max_pullback(dy, high, a, axis, None, keepdims) - _max_pullback(dy, low, a, axis, None, keepdims)


def _ptp_pushforward(tangents: Any, y: Any, a: Any, axis: Any = None, out: Any = None, keepdims: Any = False) -> Any:
    high, low = np.max(a, axis=axis, keepdims=keepdims), np.min(a, axis=axis, keepdims=keepdims)
    dy = _max_pushforward(tangents, high, a, axis, None, keepdims)
    return dy - _max_pushforward(tangents, low, a, axis, None, keepdims)


_BEFORE_INITIAL = (None, None, None)  # axis, out, keepdims
_EXTREMA: tuple[Any, ...] = (np.max, np.amax, np.min, np.amin)
_NAN_EXTREMA: tuple[Any, ...] = (np.nanmax, np.nanmin)
for _f in _EXTREMA:
    rule(_f, _max_pullback, *_BEFORE_INITIAL, _max_pullback_initial, pushforward=_max_pushforward)
for _f in _NAN_EXTREMA:
    rule(
        _f,
        _skipping_nan(_max_pullback),
        *_BEFORE_INITIAL,
        _skipping_nan(_max_pullback_initial),
        pushforward=_skipping_nan(_max_pushforward),
    )
rule(np.ptp, _ptp_pullback, pushforward=_ptp_pushforward)

# ---------------------------------------------------------------- log of a sum of exponentials


def logaddexp_reduce(
    a: Any, axis: Any = 0, dtype: Any = None, out: Any = None, keepdims: bool = False,
    initial: Any = MISSING, where: Any = True,
) -> Any:  # fmt: skip
    """`np.logaddexp.reduce` as a function that can have a rule."""
    reduce: Any = np.logaddexp.reduce
    return reduce(a, axis, dtype, out, keepdims, initial, where)


def _softmax(y: Any, a: Any, axis: Any, keepdims: Any, initial: Any, where: Any) -> Any:
    """The share of each entry in the sum; of entries that are all infinite, evenly."""
    y = unreduce(y, np.ndim(a), axis, keepdims)
    infinite = np.isinf(y)
    share = np.exp(np.where(infinite, 0, a) - np.where(infinite, 0, y))
    equal = _select(where, np.equal(a, y), False)
    n = np.maximum(np.sum(equal, axis=axis, keepdims=True), 1)
    return _select(where, np.where(infinite, equal / n, share))


def _logaddexp_pullback(
    dy: Any, y: Any, a: Any, axis: Any = 0, dtype: Any = None, out: Any = None, keepdims: bool = False,
    initial: Any = MISSING, where: Any = True,
) -> Any:  # fmt: skip
    return unreduce(dy, np.ndim(a), axis, keepdims) * _softmax(y, a, axis, keepdims, initial, where)


def _logaddexp_pushforward(
    tangents: Any, y: Any, a: Any, axis: Any = 0, dtype: Any = None, out: Any = None, keepdims: bool = False,
    initial: Any = MISSING, where: Any = True,
) -> Any:  # fmt: skip
    share = _softmax(y, a, axis, keepdims, initial, where)
    return np.sum(share * _select(where, tangents[0]), axis=axis, keepdims=keepdims)


rule(logaddexp_reduce, _logaddexp_pullback, pushforward=_logaddexp_pushforward)

# the ufuncs' own methods
method(np.add, "reduce", np.sum)
method(np.multiply, "reduce", np.prod)
method(np.maximum, "reduce", np.max)
method(np.minimum, "reduce", np.min)
method(np.add, "accumulate", np.cumsum)
method(np.add, "reduceat", add_reduceat)
method(np.multiply, "accumulate", np.cumprod)
method(np.maximum, "accumulate", maximum_accumulate)
method(np.minimum, "accumulate", minimum_accumulate)
method(np.logaddexp, "reduce", logaddexp_reduce)
