"""`reduce`, `accumulate` and `reduceat` of ufuncs of two arguments that have no function of their own in NumPy."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from tracker._core.registry import composed, lookup, method, rule
from tracker._rules.cumulative import conj, fmax_accumulate, fmin_accumulate, recurrence, recurrence_back
from tracker._rules.extrema import _max_pullback, _max_pullback_initial, _max_pushforward
from tracker._rules.reductions import MISSING, entry, from_rows, plus, select, skipping_nan, to_rows, unmasked, unreduce


def _named(f: Any, ufunc: Any, kind: str) -> Any:
    f.__module__, f.__name__ = "numpy", f"{ufunc.__name__}.{kind}"
    method(ufunc, kind, f)
    return f


def _reduce_of(ufunc: Any) -> Any:
    """`ufunc.reduce` as a function that can have a rule."""

    def reduce(
        a: Any, axis: Any = 0, dtype: Any = None, out: Any = None, keepdims: bool = False,
        initial: Any = MISSING, where: Any = True,
    ) -> Any:  # fmt: skip
        return ufunc.reduce(a, axis, dtype, None, keepdims, initial, where)

    return _named(reduce, ufunc, "reduce")


def _accumulate_of(ufunc: Any) -> Any:
    """`ufunc.accumulate` as a function that can have a rule."""

    def accumulate(a: Any, axis: int = 0, dtype: Any = None, out: Any = None) -> Any:
        return ufunc.accumulate(a, axis, dtype)

    return _named(accumulate, ufunc, "accumulate")


# ---------------------------------------------------------------- from left to right, by the partial derivatives


def _slopes(ufunc: Any, y: Any, a: Any) -> tuple[Any, Any]:
    """Of rows with the results `y` of accumulate: of each but the first how it follows the one before, and `a`."""
    op = lookup(ufunc)
    assert op is not None
    before, after, x = y[..., :-1], y[..., 1:], a[..., 1:]
    one = np.ones_like(after)
    return tuple([one * partial(after, before, x) for partial in op.rules])


def _accumulate_rule(ufunc: Any) -> None:
    """y[k] = f(y[k - 1], a[k]): a linear recurrence for the tangents, and its transpose."""

    def pull(dy: Any, y: Any, a: Any, axis: int = 0, dtype: Any = None, out: Any = None) -> Any:
        dy, y, a = (np.moveaxis(x, axis, -1) for x in (dy, y, np.astype(a, y.dtype, copy=False)))
        by_before, by_entry = _slopes(ufunc, y, a)
        dy = recurrence_back(conj(np.concatenate((np.ones_like(y[..., :1]), by_before), axis=-1)), dy)
        return np.moveaxis(np.concatenate((dy[..., :1], conj(by_entry) * dy[..., 1:]), axis=-1), -1, axis)

    def push(tangents: Any, y: Any, a: Any, axis: int = 0, dtype: Any = None, out: Any = None) -> Any:
        t, y, a = (np.moveaxis(x, axis, -1) for x in (tangents[0], y, np.astype(a, y.dtype, copy=False)))
        by_before, by_entry = _slopes(ufunc, y, a)
        t = np.concatenate((t[..., :1], by_entry * t[..., 1:]), axis=-1)
        dy = recurrence(np.concatenate((np.ones_like(y[..., :1]), by_before), axis=-1), t)
        return np.moveaxis(dy, -1, axis)

    rule(_accumulate_of(ufunc), pull, pushforward=push)


def _shares_in_order(ufunc: Any, rows: Any) -> Any:
    """How the result of `ufunc.reduce` over each row follows its entries."""
    by_before, by_entry = _slopes(ufunc, ufunc.accumulate(rows, -1), rows)
    # what comes after an entry hands its change on
    after = np.flip(np.cumprod(np.flip(by_before, -1), axis=-1), -1)
    last = np.ones_like(rows[..., :1])
    return np.concatenate((last, by_entry), axis=-1) * np.concatenate((after, last), axis=-1)


def _reduce_in_order_rule(ufunc: Any) -> None:
    def shares(a: Any, axis: Any, dtype: Any, initial: Any, where: Any) -> tuple[Any, Any]:
        """Of `initial` (None where there is none) with the axes kept, and of the entries of `a`."""
        if not unmasked(where):
            raise NotImplementedError(
                f"numpy.{ufunc.__name__}.reduce with where= has no derivative rule: leave out what is masked, x[where]."
            )
        shape = np.shape(a)
        rows = to_rows(a if dtype is None else np.astype(a, dtype), axis)
        if initial is MISSING or initial is None:
            return None, from_rows(_shares_in_order(ufunc, rows), shape, axis)
        first = np.zeros_like(rows[..., :1]) if rows.shape[-1] else np.zeros_like(rows, shape=(*rows.shape[:-1], 1))
        found = _shares_in_order(ufunc, np.concatenate((first + initial, rows), axis=-1))
        one_each = tuple(1 if axis is None or k in _places(axis, len(shape)) else n for k, n in enumerate(shape))
        return np.reshape(found[..., 0], one_each), from_rows(found[..., 1:], shape, axis)

    def pull(
        dy: Any, y: Any, a: Any, axis: Any = 0, dtype: Any = None, out: Any = None, keepdims: bool = False,
        initial: Any = MISSING, where: Any = True,
    ) -> Any:  # fmt: skip
        return unreduce(dy, np.ndim(a), axis, keepdims) * conj(shares(a, axis, dtype, initial, where)[1])

    def pull_initial(
        dy: Any, y: Any, a: Any, axis: Any = 0, dtype: Any = None, out: Any = None, keepdims: bool = False,
        initial: Any = MISSING, where: Any = True,
    ) -> Any:  # fmt: skip
        return unreduce(dy, np.ndim(a), axis, keepdims) * conj(shares(a, axis, dtype, initial, where)[0])

    def push(
        tangents: Any, y: Any, a: Any, axis: Any = 0, dtype: Any = None, out: Any = None, keepdims: bool = False,
        initial: Any = MISSING, where: Any = True,
    ) -> Any:  # fmt: skip
        of_initial, of_entries = shares(a, axis, dtype, initial, where)
        return _change(tangents, of_initial, of_entries, y, axis)

    rule(_reduce_of(ufunc), pull, None, None, None, None, pull_initial, pushforward=push)


def _places(axis: Any, ndim: int) -> tuple[int, ...]:
    return tuple(k % ndim for k in (axis if isinstance(axis, tuple) else (axis,)))


def _change(tangents: Any, of_initial: Any, of_entries: Any, y: Any, axis: Any) -> Any:
    """The tangent of a reduction, from how it follows `initial` and the entries."""
    t, t_initial = tangents[0], entry(tangents, 5)
    dy = None if t is None else np.sum(of_entries * t, axis=axis, keepdims=True)
    return np.reshape(plus(dy, None if t_initial is None else of_initial * t_initial), y.shape)


# ---------------------------------------------------------------- in any order, by the share of each entry


def _exponential_share(base: float) -> Any:
    """base^x / base^y; of entries that are as infinite as their sum, evenly."""

    def share(x: Any, y: Any, ties: Any) -> Any:
        infinite = np.isinf(y)
        part = np.exp((np.where(infinite, 0, x) - np.where(infinite, 0, y)) * math.log(base))
        return np.where(infinite, np.equal(x, y) / ties, part) if np.any(infinite) else part

    return share


def _hypot_share(x: Any, y: Any, ties: Any) -> Any:
    """x / y, 0 where the length is 0."""
    return x / np.where(y == 0, 1, y)


def _ties(a: Any, y: Any, axis: Any, initial: Any, where: Any) -> Any:
    """How many of the entries, and `initial`, equal the result `y`; one at least."""
    equal = np.equal(a, y) if unmasked(where) else np.equal(a, y) & where
    n = np.sum(equal, axis=axis, keepdims=True)
    return np.maximum(n if initial is MISSING or initial is None else n + np.equal(initial, y), 1)


def _reduce_rule(ufunc: Any, share: Any) -> None:
    def shares(y: Any, a: Any, axis: Any, keepdims: bool, initial: Any, where: Any) -> tuple[Any, Any]:
        """Of `initial` (None where there is none) and of the entries."""
        y = unreduce(y, np.ndim(a), axis, keepdims)
        ties = _ties(a, y, axis, initial, where)
        of_initial = None if initial is MISSING or initial is None else share(initial, y, ties)
        return of_initial, select(where, share(a, y, ties))

    def pull(
        dy: Any, y: Any, a: Any, axis: Any = 0, dtype: Any = None, out: Any = None, keepdims: bool = False,
        initial: Any = MISSING, where: Any = True,
    ) -> Any:  # fmt: skip
        return unreduce(dy, np.ndim(a), axis, keepdims) * shares(y, a, axis, keepdims, initial, where)[1]

    def pull_initial(
        dy: Any, y: Any, a: Any, axis: Any = 0, dtype: Any = None, out: Any = None, keepdims: bool = False,
        initial: Any = MISSING, where: Any = True,
    ) -> Any:  # fmt: skip
        return unreduce(dy, np.ndim(a), axis, keepdims) * shares(y, a, axis, keepdims, initial, where)[0]

    def push(
        tangents: Any, y: Any, a: Any, axis: Any = 0, dtype: Any = None, out: Any = None, keepdims: bool = False,
        initial: Any = MISSING, where: Any = True,
    ) -> Any:  # fmt: skip
        of_initial, of_entries = shares(y, a, axis, keepdims, initial, where)
        if not unmasked(where) and tangents[0] is not None:
            tangents = (select(where, tangents[0]), *tangents[1:])
        return _change(tangents, of_initial, of_entries, y, axis)

    rule(_reduce_of(ufunc), pull, None, None, None, None, pull_initial, pushforward=push)


# ---------------------------------------------------------------- extrema that skip NaN


def _extremum_rule(ufunc: Any) -> None:
    pull_a, pull_start, push_both = map(skipping_nan, (_max_pullback, _max_pullback_initial, _max_pushforward))

    def pull(
        dy: Any, y: Any, a: Any, axis: Any = 0, dtype: Any = None, out: Any = None, keepdims: bool = False,
        initial: Any = MISSING, where: Any = True,
    ) -> Any:  # fmt: skip
        return pull_a(dy, y, _as_type(a, dtype), axis, None, keepdims, initial, where)

    def pull_initial(
        dy: Any, y: Any, a: Any, axis: Any = 0, dtype: Any = None, out: Any = None, keepdims: bool = False,
        initial: Any = MISSING, where: Any = True,
    ) -> Any:  # fmt: skip
        return pull_start(dy, y, _as_type(a, dtype), axis, None, keepdims, initial, where)

    def push(
        tangents: Any, y: Any, a: Any, axis: Any = 0, dtype: Any = None, out: Any = None, keepdims: bool = False,
        initial: Any = MISSING, where: Any = True,
    ) -> Any:  # fmt: skip
        moved = (tangents[0], None, None, None, entry(tangents, 5))  # where np.nanmax has its initial
        return push_both(moved, y, _as_type(a, dtype), axis, None, keepdims, initial, where)

    rule(_reduce_of(ufunc), pull, None, None, None, None, pull_initial, pushforward=push)


def _as_type(a: Any, dtype: Any) -> Any:
    return a if dtype is None else np.astype(a, dtype)


# ---------------------------------------------------------------- slices


def _fold(ufunc: Any, x: Any, dtype: Any) -> Any:
    """`ufunc.reduce` without the identity: of one entry that entry, -0.0 included."""
    if len(x) == 1:
        return np.astype(x[0], ufunc.resolve_dtypes((x.dtype, x.dtype, None))[2] if dtype is None else dtype)
    return ufunc.reduce(x, axis=0, dtype=dtype)


def _reduceat_of(ufunc: Any) -> None:
    """`ufunc.reduceat` as a reduction of each slice: `a[i:j]` for neighbouring indices i < j, else `a[i]` alone."""

    def reduceat(a: Any, indices: Any, axis: Any = 0, dtype: Any = None, out: Any = None) -> Any:
        a = np.moveaxis(np.stack(a) if isinstance(a, list | tuple) else a, axis, 0)
        ufunc.reduceat(np.ones(len(a)), indices)  # raises for indices that are none
        starts = np.astype(np.add(indices, 0), np.intp).tolist()
        if not starts:
            return np.moveaxis(a[:0] if dtype is None else np.astype(a[:0], dtype), 0, axis)
        slices = [a[i:j] if i < j else a[i : i + 1] for i, j in zip(starts, [*starts[1:], len(a)], strict=True)]
        return np.stack([_fold(ufunc, x, dtype) for x in slices], axis=axis)

    composed(_named(reduceat, ufunc, "reduceat"), reduceat)


# np.power and np.arctan2 are left out: where their loops are vectorised (AVX-512) NumPy 2.4 folds them wrongly,
# np.power.reduce([1.3, 0.7, 0.6]) being 1.3**0.6
_IN_ORDER: tuple[Any, ...] = (np.subtract, np.true_divide, np.float_power, np.fmod, np.remainder)
_IN_ANY_ORDER: tuple[Any, ...] = (
    (np.logaddexp, _exponential_share(math.e)),
    (np.logaddexp2, _exponential_share(2)),
    (np.hypot, _hypot_share),
)
for _ufunc in _IN_ORDER:
    _reduce_in_order_rule(_ufunc)
for _ufunc, _share in _IN_ANY_ORDER:
    _reduce_rule(_ufunc, _share)
for _ufunc in (np.fmax, np.fmin):
    _extremum_rule(_ufunc)
method(np.fmax, "accumulate", fmax_accumulate)
method(np.fmin, "accumulate", fmin_accumulate)
for _ufunc in (*_IN_ORDER, np.logaddexp2, np.hypot):
    _accumulate_rule(_ufunc)
_SLICED: tuple[Any, ...] = (
    np.multiply, np.maximum, np.minimum, np.fmax, np.fmin, np.logaddexp, np.logaddexp2, np.hypot,
)  # fmt: skip
for _ufunc in (*_SLICED, *_IN_ORDER):
    _reduceat_of(_ufunc)
