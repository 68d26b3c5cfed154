"""Variances and standard deviations, and their NaN-skipping kin."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from tracker._core.registry import lookup, rule
from tracker._rules.cumulative import conj
from tracker._rules.reductions import (
    MISSING,
    count,
    divide,
    entry,
    masked_by,
    per_entry,
    plus,
    select,
    skipping_nan,
    unmasked,
    unreduce,
)


def _deviation(a: Any, axis: Any, dtype: Any, where: Any, mean: Any) -> Any:
    """`a` less its mean, 0 where masked (selected here, so that a NaN there harms no derivative)."""
    if mean is MISSING or mean is None:
        total = np.sum(a, axis=axis, dtype=dtype, keepdims=True, **masked_by(where))
        mean = per_entry(total, count(where, np.shape(a), axis))
    return select(where, a - mean)


def real_of(dy: Any, y: Any) -> Any:
    """`dy` as that of a real number: with a complex dtype= the result is one with a zero imaginary part."""
    return np.real(dy) if y.dtype.kind == "c" else dy


def _per_freedom(dy: Any, n: Any, ddof: Any, correction: Any) -> Any:
    """`dy` over the degrees of freedom of `n` entries: NaN where there are none, but for a zero `dy`."""
    freedom = n - 1.0 * (ddof if correction is MISSING else correction)
    if np.ndim(freedom) == 0:
        return dy / freedom if freedom > 0 else np.where(dy == 0, dy, np.nan)
    return np.where(freedom > 0, divide(dy, np.where(freedom > 0, freedom, 1)), np.where(dy == 0, dy, np.nan))


def _var_pullback(
    dy: Any, y: Any, a: Any, axis: Any = None, dtype: Any = None, out: Any = None, ddof: Any = 0,
    keepdims: Any = False, where: Any = True, mean: Any = MISSING, correction: Any = MISSING,
) -> Any:  # fmt: skip
    dy = unreduce(2 * real_of(dy, y), np.ndim(a), axis, keepdims)
    scale = _per_freedom(dy, count(where, np.shape(a), axis), ddof, correction)
    return select(where, scale * _deviation(a, axis, dtype, where, mean))


def _var_pullback_mean(
    dy: Any, y: Any, a: Any, axis: Any = None, dtype: Any = None, out: Any = None, ddof: Any = 0,
    keepdims: Any = False, where: Any = True, mean: Any = MISSING, correction: Any = MISSING,
) -> Any:  # fmt: skip
    return -_var_pullback(dy, y, a, axis, dtype, None, ddof, keepdims, where, mean, correction)


def _var_pullback_freedom(
    dy: Any, y: Any, a: Any, axis: Any = None, dtype: Any = None, out: Any = None, ddof: Any = 0,
    keepdims: Any = False, where: Any = True, mean: Any = MISSING, correction: Any = MISSING,
) -> Any:  # fmt: skip
    """By `ddof` or `correction`, whichever is given."""
    ndim = np.ndim(a)
    dy = unreduce(real_of(dy, y) * np.real(y), ndim, axis, keepdims)
    return _per_freedom(dy, count(where, np.shape(a), axis), ddof, correction)


def _var_pushforward(
    tangents: Any, y: Any, a: Any, axis: Any = None, dtype: Any = None, out: Any = None, ddof: Any = 0,
    keepdims: Any = False, where: Any = True, mean: Any = MISSING, correction: Any = MISSING,
) -> Any:  # fmt: skip
    t_mean = entry(tangents, 7)
    t = plus(tangents[0], None if t_mean is None else -t_mean)
    dy: Any = 0
    if t is not None:
        change = np.real(conj(_deviation(a, axis, dtype, where, mean)) * t)
        dy = 2 * np.sum(select(where, change), axis=axis, keepdims=True)
    t_freedom = plus(entry(tangents, 4), entry(tangents, 8))
    if t_freedom is not None:
        dy = dy + unreduce(y, np.ndim(a), axis, keepdims) * t_freedom
    return np.reshape(_per_freedom(dy, count(where, np.shape(a), axis), ddof, correction), y.shape)


def _over(dy: Any, y: Any, a: Any, axis: Any, where: Any, mean: Any) -> Any:
    """`dy / y`, axes kept, but 0 where the deviation `y` is (the subgradient of least norm).

    Of equal entries it may be off by rounding, if their mean is: that is no deviation either.
    """
    zero = y == 0
    if mean is MISSING or mean is None:
        if a.size == 0 or not unmasked(where):
            low, high = {"initial": np.inf, **masked_by(where)}, {"initial": -np.inf, **masked_by(where)}
        else:
            low = high = {}
        most = np.max(a, axis=axis, keepdims=True, **high)
        alike = most == np.min(a, axis=axis, keepdims=True, **low)
        # with dtype=float a single complex number deviates by its imaginary part
        zero = zero | (alike & (y <= np.finfo(y.dtype).eps ** 0.5 * np.abs(most)) if a.dtype.kind == "c" else alike)
    return np.where(zero, 0, dy / np.where(zero, 1, y))


def _std_pullback(
    dy: Any, y: Any, a: Any, axis: Any = None, dtype: Any = None, out: Any = None, ddof: Any = 0,
    keepdims: Any = False, where: Any = True, mean: Any = MISSING, correction: Any = MISSING,
) -> Any:  # fmt: skip
    ndim = np.ndim(a)
    dy, y = unreduce(real_of(dy, y), ndim, axis, keepdims), unreduce(y, ndim, axis, keepdims)
    dy = _over(dy, y, a, axis, where, mean)
    scale = _per_freedom(dy, count(where, np.shape(a), axis), ddof, correction)
    return select(where, scale * _deviation(a, axis, dtype, where, mean))


def _std_pullback_mean(
    dy: Any, y: Any, a: Any, axis: Any = None, dtype: Any = None, out: Any = None, ddof: Any = 0,
    keepdims: Any = False, where: Any = True, mean: Any = MISSING, correction: Any = MISSING,
) -> Any:  # fmt: skip
    return -_std_pullback(dy, y, a, axis, dtype, None, ddof, keepdims, where, mean, correction)


def _std_pullback_freedom(
    dy: Any, y: Any, a: Any, axis: Any = None, dtype: Any = None, out: Any = None, ddof: Any = 0,
    keepdims: Any = False, where: Any = True, mean: Any = MISSING, correction: Any = MISSING,
) -> Any:  # fmt: skip
    return _var_pullback_freedom(0.5 * dy, y, a, axis, dtype, None, ddof, keepdims, where, mean, correction)


def _std_pushforward(
    tangents: Any, y: Any, a: Any, axis: Any = None, dtype: Any = None, out: Any = None, ddof: Any = 0,
    keepdims: Any = False, where: Any = True, mean: Any = MISSING, correction: Any = MISSING,
) -> Any:  # fmt: skip
    ndim = np.ndim(a)
    dy = _var_pushforward(tangents, y * y, a, axis, dtype, None, ddof, keepdims, where, mean, correction)
    dy = _over(unreduce(dy, ndim, axis, keepdims), unreduce(2 * y, ndim, axis, keepdims), a, axis, where, mean)
    return np.reshape(dy, y.shape)


def _by_position(f: Callable[..., Any]) -> Callable[..., Any]:
    """`f` taking `mean` by position too, since it is by their positions that arguments have rules."""

    def call(
        a: Any, axis: Any = None, dtype: Any = None, out: Any = None, ddof: Any = 0, keepdims: Any = MISSING,
        where: Any = MISSING, mean: Any = MISSING, correction: Any = MISSING,
    ) -> Any:  # fmt: skip
        if np.iscomplexobj(mean) and not np.iscomplexobj(a):
            raise NotImplementedError(
                f"numpy.{f.__name__} of real numbers with a complex mean= has no derivative rule."
            )
        optional = {"axis": axis, "dtype": dtype, "out": out}
        given = {"keepdims": keepdims, "where": where, "mean": mean, "correction": correction}
        given = {name: x for name, x in given.items() if x is not MISSING}
        return f(a, ddof=ddof, **{name: x for name, x in optional.items() if x is not None}, **given)

    return call


def _register_moment(f: Callable[..., Any], pull: Any, pull_mean: Any, pull_freedom: Any, push: Any) -> None:
    between = (None, None, None)  # axis, dtype, out; keepdims, where
    rule(f, pull, *between, pull_freedom, *between[:2], pull_mean, pull_freedom, pushforward=push)
    op = lookup(f)
    assert op is not None
    op.fun = _by_position(f)


_MOMENTS: tuple[Any, ...] = (
    (np.var, np.nanvar, (_var_pullback, _var_pullback_mean, _var_pullback_freedom, _var_pushforward)),
    (np.std, np.nanstd, (_std_pullback, _std_pullback_mean, _std_pullback_freedom, _std_pushforward)),
)
for _moment, _nan_moment, _rules in _MOMENTS:
    _register_moment(_moment, *_rules)
    _register_moment(_nan_moment, *map(skipping_nan, _rules))
