"""Running sums, products, extrema and logarithms of sums."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from tracker._core.registry import linear, rule
from tracker._rules.choosing import only
from tracker._rules.elementwise import share
from tracker._rules.indexing import along, counting, scatter


def conj(x: Any) -> Any:
    """The conjugate; a real array itself, where np.conj would copy."""
    return np.conj(x) if np.iscomplexobj(x) else x


# ---------------------------------------------------------------- sums


def _cumsum_adjoint(dy: Any, y: Any, a: Any, axis: Any = None, dtype: Any = None, out: Any = None) -> Any:
    if axis is None or a.ndim == 0:
        return np.reshape(np.flip(np.cumsum(np.flip(dy))), a.shape)
    return np.flip(np.cumsum(np.flip(dy, axis), axis=axis), axis)


def _cumulative_sum_adjoint(
    dy: Any, y: Any, x: Any, /, *, axis: Any = None, dtype: Any = None, out: Any = None, include_initial: bool = False
) -> Any:
    dy = np.moveaxis(dy, 0 if axis is None else axis, -1)
    dx = np.flip(np.cumsum(np.flip(dy[..., 1:] if include_initial else dy, -1), axis=-1), -1)
    return _unrow(dx, x.shape, axis)


def add_reduceat(a: Any, indices: Any, axis: int = 0, dtype: Any = None, out: Any = None) -> Any:
    """`np.add.reduceat` as a function that can have a rule."""
    return np.add.reduceat(a, indices, axis, dtype)


def _add_reduceat_adjoint(
    dy: Any, y: Any, a: Any, indices: Any, axis: int = 0, dtype: Any = None, out: Any = None
) -> Any:
    """Each segment's gradient repeated over it: `a[i:j]` for neighbouring indices i < j, else `a[i]` alone."""
    n, count = a.shape[axis], dy.shape[axis]
    if not count:
        return np.zeros_like(dy, shape=a.shape)
    start = np.astype(np.add(indices, 0), np.intp, copy=False)
    length = np.concatenate((start[1:], n + 0 * start[:1])) - start
    parts = np.maximum(length, 1)
    spread = np.take(dy, np.repeat(counting(count, start), parts), axis)
    if np.all(length > 0):  # one segment after the other
        return scatter(spread, along(axis, a.ndim, slice(int(start[0]), None)), a.shape)
    places = np.repeat(start - np.cumsum(parts) + parts, parts)
    places = places + counting(places.size, start)
    return scatter(spread, along(axis, a.ndim, places), a.shape)


def _nancumsum_pullback(dy: Any, y: Any, a: Any, axis: Any = None, dtype: Any = None, out: Any = None) -> Any:
    return np.where(np.isnan(a), 0, _cumsum_adjoint(dy, y, a, axis))


linear(np.cumsum, _cumsum_adjoint)
if hasattr(np, "cumulative_sum"):  # NumPy 2.1
    linear(np.cumulative_sum, _cumulative_sum_adjoint)
linear(add_reduceat, _add_reduceat_adjoint)
rule(
    np.nancumsum,
    _nancumsum_pullback,
    pushforward=lambda tangents, y, a, axis=None, dtype=None, out=None: np.cumsum(
        np.where(np.isnan(a), 0, tangents[0]), axis=axis, dtype=dtype
    ),
)

# ---------------------------------------------------------------- products


def _row(x: Any, axis: Any) -> Any:
    """`x` with the axis of accumulation last; None stands for all of them, flattened."""
    return np.reshape(x, (np.size(x),)) if axis is None or np.ndim(x) == 0 else np.moveaxis(x, axis, -1)


def _unrow(row: Any, shape: tuple[int, ...], axis: Any) -> Any:
    """The inverse of `_row`, for an argument of this shape."""
    return np.reshape(row, shape) if axis is None or not shape else np.moveaxis(row, -1, axis)


def recurrence(a: Any, b: Any) -> Any:
    """`s[k] = b[k] + a[k] * s[k - 1]` along the last axis; a mask `a` selects instead of multiplying.

    Halves the problem by eliminating every other unknown (cyclic reduction): O(n) work in
    O(log n) NumPy calls, and no division. Hockney, J. ACM 12 (1965), 95; Blelloch, CMU-CS-90-190 (1990), 1.4.
    """
    n = b.shape[-1]
    if n < 2:
        return b
    even_a, odd_a, even_b, odd_b = a[..., ::2], a[..., 1::2], b[..., ::2], b[..., 1::2]
    half = n // 2
    odd = recurrence(odd_a * even_a[..., :half], odd_b + _carried(odd_a, even_b[..., :half]))
    rest = even_b[..., 1:] + _carried(even_a[..., 1:], odd[..., : (n - 1) // 2])
    even = np.concatenate((even_b[..., :1], rest), axis=-1)
    s = np.reshape(np.stack((even[..., :half], odd), axis=-1), (*b.shape[:-1], 2 * half))
    return s if n == 2 * half else np.concatenate((s, even[..., half:]), axis=-1)


def _carried(a: Any, s: Any) -> Any:
    return only(s, a) if a.dtype == bool else a * s


def recurrence_back(a: Any, b: Any) -> Any:
    """`s[k] = b[k] + a[k + 1] * s[k + 1]`: the transpose of `recurrence`."""
    return np.flip(recurrence(np.flip(np.concatenate((a[..., 1:], a[..., :1]), axis=-1), -1), np.flip(b, -1)), -1)


def products_before(row: Any) -> Any:
    """The product of all earlier entries along the last axis."""
    return np.cumprod(np.concatenate((np.ones_like(row[..., :1]), row[..., :-1]), axis=-1), axis=-1)


def _cumprod_back(dy: Any, y: Any, x: Any) -> Any:
    """Of rows: what is before an entry, times a sum over what follows; exact with zeros, to all orders."""
    before = np.concatenate((np.ones_like(y[..., :1]), y[..., :-1]), axis=-1)
    return conj(before) * recurrence_back(conj(x), dy)


def _as_result(x: Any, y: Any) -> Any:
    """`x` in the dtype of the result, which may be without the imaginary part (dtype=)."""
    return np.astype(x, y.dtype) if getattr(x, "dtype", y.dtype) != y.dtype else x


def _cumprod_pullback(dy: Any, y: Any, a: Any, axis: Any = None, dtype: Any = None, out: Any = None) -> Any:
    a = _as_result(a, y)
    return _unrow(_cumprod_back(_row(dy, axis), _row(y, axis), _row(a, axis)), np.shape(a), axis)


def _cumprod_pushforward(
    tangents: Any, y: Any, a: Any, axis: Any = None, dtype: Any = None, out: Any = None
) -> Any:  # fmt: skip
    row, t = (_row(_as_result(x, y), axis) for x in (a, tangents[0]))
    return _unrow(recurrence(row, products_before(row) * t), y.shape, axis)


def _cumulative_prod_pullback(
    dy: Any, y: Any, x: Any, /, *, axis: Any = None, dtype: Any = None, out: Any = None, include_initial: bool = False
) -> Any:
    dy, y = _row(dy, axis), _row(y, axis)
    if include_initial:
        dy, y = dy[..., 1:], y[..., 1:]
    return _unrow(_cumprod_back(dy, y, _row(_as_result(x, y), axis)), np.shape(x), axis)


def _cumulative_prod_pushforward(
    tangents: Any, y: Any, x: Any, /, *, axis: Any = None, dtype: Any = None, out: Any = None,
    include_initial: bool = False,
) -> Any:  # fmt: skip
    row, t = (_row(_as_result(v, y), axis) for v in (x, tangents[0]))
    dy = recurrence(row, products_before(row) * t)
    if include_initial:
        dy = np.concatenate((np.zeros_like(dy, shape=(*dy.shape[:-1], 1)), dy), axis=-1)
    return _unrow(dy, y.shape, axis)


def _nancumprod_pullback(dy: Any, y: Any, a: Any, axis: Any = None, dtype: Any = None, out: Any = None) -> Any:
    missing = np.isnan(a)
    return np.where(missing, 0, _cumprod_pullback(dy, y, np.where(missing, 1, a), axis))


def _nancumprod_pushforward(
    tangents: Any, y: Any, a: Any, axis: Any = None, dtype: Any = None, out: Any = None
) -> Any:  # fmt: skip
    missing = np.isnan(a)
    return _cumprod_pushforward((np.where(missing, 0, tangents[0]),), y, np.where(missing, 1, a), axis)


rule(np.cumprod, _cumprod_pullback, pushforward=_cumprod_pushforward)
if hasattr(np, "cumulative_prod"):  # NumPy 2.1
    rule(np.cumulative_prod, _cumulative_prod_pullback, pushforward=_cumulative_prod_pushforward)
rule(np.nancumprod, _nancumprod_pullback, pushforward=_nancumprod_pushforward)

# ---------------------------------------------------------------- extrema


def maximum_accumulate(a: Any, axis: int = 0, dtype: Any = None, out: Any = None) -> Any:
    """`np.maximum.accumulate` as a function that can have a rule."""
    return np.maximum.accumulate(a, axis, dtype)


def minimum_accumulate(a: Any, axis: int = 0, dtype: Any = None, out: Any = None) -> Any:
    """`np.minimum.accumulate` as a function that can have a rule."""
    return np.minimum.accumulate(a, axis, dtype)


def fmax_accumulate(a: Any, axis: int = 0, dtype: Any = None, out: Any = None) -> Any:
    """`np.fmax.accumulate` as a function that can have a rule."""
    return np.fmax.accumulate(a, axis, dtype)


def fmin_accumulate(a: Any, axis: int = 0, dtype: Any = None, out: Any = None) -> Any:
    """`np.fmin.accumulate` as a function that can have a rule."""
    return np.fmin.accumulate(a, axis, dtype)


def _records(y: Any, x: Any, axis: int, skips_nan: bool) -> tuple[Any, Any, Any]:
    """Of rows: where `y` stays what it was, which entries of `x` equal it, and how many did so far."""
    y, x = np.moveaxis(y, axis, -1), np.moveaxis(x, axis, -1)
    x = np.astype(x, y.dtype, copy=False)  # with dtype= the result is rounded: nothing else would equal it
    stays = (y[..., 1:] == y[..., :-1]) | (np.isnan(y[..., 1:]) & np.isnan(y[..., :-1]))
    stays = np.concatenate((np.zeros(y[..., :1].shape, bool), stays), axis=-1)
    equal = x == y if skips_nan else (x == y) | np.isnan(x)
    count = recurrence(stays, np.astype(equal, np.result_type(y.dtype, np.float32)))
    return stays, equal, np.maximum(count, 1)


def _extremum_rule(accumulate: Any, skips_nan: bool) -> None:
    """Entries that tie for the extremum so far share its gradient evenly."""

    def pull(dy: Any, y: Any, a: Any, axis: int = 0, dtype: Any = None, out: Any = None) -> Any:
        stays, equal, count = _records(y, a, axis, skips_nan)
        da = recurrence_back(stays, np.moveaxis(dy, axis, -1) / count)
        return np.moveaxis(only(da, equal), -1, axis)

    def push(tangents: Any, y: Any, a: Any, axis: int = 0, dtype: Any = None, out: Any = None) -> Any:
        stays, equal, count = _records(y, a, axis, skips_nan)
        t = only(np.moveaxis(tangents[0], axis, -1), equal)
        return np.moveaxis(recurrence(stays, t) / count, -1, axis)

    rule(accumulate, pull, pushforward=push)


for _f, _skips in (
    (maximum_accumulate, False), (minimum_accumulate, False), (fmax_accumulate, True), (fmin_accumulate, True),
):  # fmt: skip
    _extremum_rule(_f, _skips)

# ---------------------------------------------------------------- log of a sum of exponentials


def logaddexp_accumulate(a: Any, axis: int = 0, dtype: Any = None, out: Any = None) -> Any:
    """`np.logaddexp.accumulate` as a function that can have a rule."""
    return np.logaddexp.accumulate(a, axis, dtype)


def _shares(y: Any, x: Any) -> tuple[Any, Any]:
    """Of rows: the share of the sum before an entry in the sum after it, and the entry's own."""
    before, own = y[..., :-1], x[..., 1:]
    first = np.ones_like(y[..., :1])
    carried = np.concatenate((0 * first, share(before, own, math.e)), axis=-1)
    return carried, np.concatenate((first, share(own, before, math.e)), axis=-1)


def _logaddexp_pullback(dy: Any, y: Any, a: Any, axis: int = 0, dtype: Any = None, out: Any = None) -> Any:
    carried, own = _shares(np.moveaxis(y, axis, -1), np.moveaxis(a, axis, -1))
    return np.moveaxis(own * recurrence_back(carried, np.moveaxis(dy, axis, -1)), -1, axis)


def _logaddexp_pushforward(tangents: Any, y: Any, a: Any, axis: int = 0, dtype: Any = None, out: Any = None) -> Any:
    carried, own = _shares(np.moveaxis(y, axis, -1), np.moveaxis(a, axis, -1))
    return np.moveaxis(recurrence(carried, own * np.moveaxis(tangents[0], axis, -1)), -1, axis)


rule(logaddexp_accumulate, _logaddexp_pullback, pushforward=_logaddexp_pushforward)
