"""Sums, products, moments and extrema over axes, and their NaN-skipping kin."""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.lib.array_utils import normalize_axis_tuple

from tracker._core.registry import composed, linear, method, quicker, rule
from tracker._rules import one_pass
from tracker._rules.choosing import only
from tracker._rules.cumulative import (
    add_reduceat,
    conj,
    logaddexp_accumulate,
    maximum_accumulate,
    minimum_accumulate,
)
from tracker._rules.overridable import overridable

__all__ = ["conj", "logaddexp_accumulate", "maximum_accumulate", "minimum_accumulate"]

MISSING: Any = np._NoValue  # what NumPy's signatures have for "not given"

# ---------------------------------------------------------------- axes, masks, counts


def unreduce(dy: Any, ndim: int, axis: Any, keepdims: Any) -> Any:
    """`dy` with the axes that were reduced put back as length 1; a number broadcasts as it is."""
    if axis is None or (keepdims and keepdims is not MISSING):
        return dy
    if type(axis) is int:  # reshape takes a fifth of the time of expand_dims
        k = axis + ndim if axis < 0 else axis
        shape = dy.shape
        return dy.reshape((*shape[:k], 1, *shape[k:]))
    return np.expand_dims(dy, axis if type(axis) is tuple else axes_of(axis, ndim))


def axes_of(axis: Any, ndim: int) -> tuple[int, ...]:
    """The axes that `axis` names, None being all of them; a number may be reduced along axis 0 or -1."""
    return tuple(range(ndim)) if axis is None or not ndim else tuple(normalize_axis_tuple(axis, ndim))


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


def masked_by(where: Any) -> dict[str, Any]:
    """`where=` for a reduction, left out where it masks nothing: not every library's reductions take it."""
    return {} if unmasked(where) else {"where": where}


def unmasked(where: Any) -> bool:
    return where is True or where is MISSING


def flags(where: Any) -> Any:
    """`where=` as an array: NumPy lets numbers stand for flags."""
    return where if hasattr(where, "dtype") else np.asarray(where, bool)


def select(where: Any, x: Any) -> Any:
    return x if unmasked(where) else only(x, where)


def count(where: Any, shape: tuple[int, ...], axis: Any) -> Any:
    """How many entries are reduced: a number, or with a mask an array with the axes kept."""
    if unmasked(where):
        if axis is None:
            return math.prod(shape)
        return math.prod(shape[k] for k in axes_of(axis, len(shape)))
    return np.sum(np.broadcast_to(where, shape), axis=axis, keepdims=True)


def per_entry(dy: Any, n: Any) -> Any:
    """`dy` over a `count`; where that is 0 nothing will be selected."""
    return dy / max(n, 1) if isinstance(n, int) else divide(dy, np.maximum(n, 1))


def skipping_nan(plain: Callable[..., Any]) -> Callable[..., Any]:
    """The rule of a NaN-skipping function: that of its plain namesake, with a mask."""
    k = list(inspect.signature(plain).parameters).index("where") - 3

    def nan_rule(dy: Any, y: Any, a: Any, *args: Any, **kwargs: Any) -> Any:
        a = a if hasattr(a, "ndim") else np.float64(a)
        where = args[k] if len(args) > k else kwargs.pop("where", True)
        valid = ~np.isnan(a) if unmasked(where) else ~np.isnan(a) & flags(where)
        if len(args) > k:
            return plain(dy, y, a, *args[:k], valid, *args[k + 1 :], **kwargs)
        return plain(dy, y, a, *args, where=valid, **kwargs)

    return nan_rule


def entry(tangents: Any, k: int) -> Any:
    """The tangent of argument `k`, None if it has none."""
    return tangents[k] if k < len(tangents) else None


def plus(dy: Any, more: Any) -> Any:
    return more if dy is None else dy if more is None else dy + more


# ---------------------------------------------------------------- sum, mean


def _sum_pullback(
    dy: Any, y: Any, a: Any, axis: Any = None, dtype: Any = None, out: Any = None,
    keepdims: Any = False, initial: Any = 0, where: Any = True,
) -> Any:  # fmt: skip
    return select(where, unreduce(dy, a.ndim, axis, keepdims))


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
    return plus(np.sum(t, axis=axis, dtype=dtype, keepdims=keepdims, **masked_by(where)), t_initial)


def _mean_pullback(
    dy: Any, y: Any, a: Any, axis: Any = None, dtype: Any = None, out: Any = None,
    keepdims: Any = False, *, where: Any = True,
) -> Any:  # fmt: skip
    return select(where, per_entry(unreduce(dy, a.ndim, axis, keepdims), count(where, a.shape, axis)))


def _mean_pushforward(
    tangents: Any, y: Any, a: Any, axis: Any = None, dtype: Any = None, out: Any = None,
    keepdims: Any = False, *, where: Any = True,
) -> Any:  # fmt: skip
    # not np.mean, which warns of empty slices a second time
    total = np.sum(tangents[0], axis=axis, dtype=dtype, keepdims=True, **masked_by(where))
    return np.reshape(per_entry(total, count(where, np.shape(a), axis)), y.shape)


def _sum_of_array(
    a: Any, axis: Any = None, dtype: Any = None, out: Any = None,
    keepdims: Any = False, initial: Any = MISSING, where: Any = True,
) -> Any:  # fmt: skip
    """What np.sum comes down to, without its own microsecond."""
    if initial is MISSING and where is True and keepdims is not MISSING:
        return _add_reduce(a, axis, dtype, out, keepdims)
    return np.sum(a, axis, dtype, out, keepdims, initial, where)


def _mean_of_array(
    a: Any, axis: Any = None, dtype: Any = None, out: Any = None,
    keepdims: Any = False, *, where: Any = True,
) -> Any:  # fmt: skip
    """What np.mean comes down to, without its own two microseconds."""
    plain = dtype is None and out is None and where is True and (keepdims is False or keepdims is True)
    if not (plain and type(a) is np.ndarray and a.dtype.char in "fd" and a.size > 0):
        return np.mean(a, axis, dtype, out, keepdims, where=where)
    if axis is None and not keepdims:
        total = _add_reduce(a, None)
        return type(total)(total / np.intp(a.size))
    if type(axis) is int and a.ndim > 1:
        total = _add_reduce(a, axis, None, None, keepdims)
        return np.true_divide(total, np.intp(a.shape[axis]), out=total, casting="unsafe")
    return np.mean(a, axis, None, None, keepdims)


_add_reduce: Any = np.add.reduce
_BETWEEN = (None, None, None, None)  # axis, dtype, out, keepdims
rule(np.sum, _sum_pullback, *_BETWEEN, _sum_pullback_initial, pushforward=_sum_pushforward)
rule(
    np.nansum,
    skipping_nan(_sum_pullback),
    *_BETWEEN,
    _sum_pullback_initial,
    pushforward=skipping_nan(_sum_pushforward),
)
quicker(np.sum, _sum_of_array)
linear(np.mean, _mean_pullback)
quicker(np.mean, _mean_of_array)
rule(np.nanmean, skipping_nan(_mean_pullback), pushforward=skipping_nan(_mean_pushforward))

# ---------------------------------------------------------------- prod


def _others(a: Any, axis: Any, dtype: Any, where: Any) -> Any:
    """For each entry the product of all others that are reduced with it.

    Not as prod(a) / a: exact with any number of zeros, to all orders.
    """
    a = a if dtype is None else np.astype(a, dtype)
    rows = to_rows(a if unmasked(where) else np.where(where, a, 1), axis)
    others = _products_of_others(np.moveaxis(rows, -1, 0))
    return from_rows(np.moveaxis(others, 0, -1), np.shape(a), axis)


@overridable
def _products_of_others(x: Any) -> Any:
    """For each entry along the first axis the product of all others: by halves, in 2 n products."""
    if type(x) is not np.ndarray:
        return _products_of_others_of_any(x)
    y = np.empty_like(x)
    _write_products_of_others(x, y)
    return y


def _write_products_of_others(x: Any, y: Any) -> None:
    half, odd = divmod(len(x), 2)
    if not half:
        y[...] = 1
        return
    left, right = x[:half], x[half : 2 * half]
    pairs, outside = np.empty_like(x[: half + odd]), np.empty_like(x[: half + odd])
    np.multiply(left, right, out=pairs[:half])
    pairs[half:] = x[2 * half :]
    _write_products_of_others(pairs, outside)
    np.multiply(outside[:half], right, out=y[:half])
    np.multiply(outside[:half], left, out=y[half : 2 * half])
    y[2 * half :] = outside[half:]


def _products_of_others_of_any(x: Any) -> Any:
    half = x.shape[0] // 2
    if not half:
        return np.ones_like(x)
    left, right = x[:half], x[half : 2 * half]
    pairs = left * right
    if x.shape[0] > 2 * half:
        pairs = np.concatenate((pairs, x[2 * half :]))
    outside = _products_of_others_of_any(pairs)
    of_pairs = outside[:half]
    return np.concatenate((of_pairs * right, of_pairs * left, outside[half:]))


composed(_products_of_others, _products_of_others_of_any)


def _times_others(dy: Any, a: Any, axis: Any) -> Any:
    """`dy` times the products of the others along one axis, or all; None where the halves below do it."""
    if type(a) is not np.ndarray or not isinstance(dy, np.ndarray | np.generic):
        return None
    if axis is None:
        return one_pass.others(np.asarray(dy), a, a.size, 1)
    if type(axis) is not int or a.ndim == 0:
        return None
    return one_pass.others(np.ascontiguousarray(dy), a, a.shape[axis], math.prod(a.shape[axis:][1:]))


def _as_real_as(y: Any, x: Any) -> Any:
    """`x`, or its real part where `y` is real: with a real dtype= NumPy drops the imaginary parts first."""
    return np.real(x) if np.iscomplexobj(x) and y.dtype.kind != "c" else x


def _prod_pullback(
    dy: Any, y: Any, a: Any, axis: Any = None, dtype: Any = None, out: Any = None,
    keepdims: Any = False, initial: Any = MISSING, where: Any = True,
) -> Any:  # fmt: skip
    a, initial = _as_real_as(y, a), _as_real_as(y, initial)
    dy = unreduce(dy, np.ndim(a), axis, keepdims)
    dy = dy if initial is MISSING or initial is None else dy * np.conj(initial)
    found = _times_others(dy, a, axis) if unmasked(where) and dtype is None else None
    return select(where, dy * conj(_others(a, axis, dtype, where))) if found is None else found


def _prod_pullback_initial(
    dy: Any, y: Any, a: Any, axis: Any = None, dtype: Any = None, out: Any = None,
    keepdims: Any = False, initial: Any = MISSING, where: Any = True,
) -> Any:  # fmt: skip
    a = _as_real_as(y, a)
    return dy * np.conj(np.prod(a, axis=axis, dtype=dtype, keepdims=keepdims, where=where))


def _prod_pushforward(
    tangents: Any, y: Any, a: Any, axis: Any = None, dtype: Any = None, out: Any = None,
    keepdims: Any = False, initial: Any = MISSING, where: Any = True,
) -> Any:  # fmt: skip
    t, t_initial = (_as_real_as(y, entry(tangents, k)) for k in (0, 5))
    a, initial = _as_real_as(y, a), _as_real_as(y, initial)
    dy = more = None
    if t is not None:
        dy = np.sum(t * _others(a, axis, dtype, where), axis=axis, keepdims=keepdims, where=where)
        dy = dy if initial is MISSING or initial is None else dy * initial
    if t_initial is not None:
        more = t_initial * np.prod(a, axis=axis, dtype=dtype, keepdims=keepdims, where=where)
    return plus(dy, more)


rule(np.prod, _prod_pullback, *_BETWEEN, _prod_pullback_initial, pushforward=_prod_pushforward)
rule(
    np.nanprod,
    skipping_nan(_prod_pullback),
    *_BETWEEN,
    skipping_nan(_prod_pullback_initial),
    pushforward=skipping_nan(_prod_pushforward),
)

# ---------------------------------------------------------------- the ufuncs' own methods


def maximum_reduce(a: Any, axis: Any = 0, dtype: Any = None, out: Any = None, **kwargs: Any) -> Any:
    """`np.maximum.reduce`, which takes a dtype where np.max has none."""
    return np.max(a if dtype is None else np.astype(a, dtype), axis, **kwargs)


def minimum_reduce(a: Any, axis: Any = 0, dtype: Any = None, out: Any = None, **kwargs: Any) -> Any:
    """`np.minimum.reduce`, which takes a dtype where np.min has none."""
    return np.min(a if dtype is None else np.astype(a, dtype), axis, **kwargs)


composed(maximum_reduce, maximum_reduce)
composed(minimum_reduce, minimum_reduce)
method(np.add, "reduce", np.sum)
method(np.multiply, "reduce", np.prod)
method(np.maximum, "reduce", maximum_reduce)
method(np.minimum, "reduce", minimum_reduce)
method(np.add, "accumulate", np.cumsum)
method(np.add, "reduceat", add_reduceat)
method(np.multiply, "accumulate", np.cumprod)
method(np.maximum, "accumulate", maximum_accumulate)
method(np.minimum, "accumulate", minimum_accumulate)
method(np.logaddexp, "accumulate", logaddexp_accumulate)
