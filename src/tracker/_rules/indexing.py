"""Reading and writing entries: `x[index]`, take, where, diagonals, triangles, insert and delete."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, Final

import numpy as np

from tracker._core.node import GETITEM, SETITEM
from tracker._core.registry import linear, method, name, rule

# ---------------------------------------------------------------- x[index]


def overridable(f: Callable[..., Any]) -> Callable[..., Any]:
    """`f` as NumPy's functions are: an array of another kind (a tracked one) may take the call over (NEP 18)."""

    plain = np.ndarray.__array_function__

    @functools.wraps(f)
    def call(*args: Any) -> Any:
        takers = [x for x in args if getattr(type(x), "__array_function__", plain) is not plain]
        types = [type(x) for x in takers]
        for x in takers:
            y = x.__array_function__(call, types, args, {})
            if y is not NotImplemented:
                return y
        return f(*args)

    return call


@overridable
def getitem(x: Any, index: Any) -> Any:
    """`x[index]`."""
    return x[index]


@overridable
def setitem(x: Any, index: Any, v: Any) -> Any:
    """A copy of `x` in which `x[index] = v`; of several writes to one entry the last one stays."""
    y = np.copy(x)
    if np.ndim(v) > 1 and may_repeat(index):
        # NumPy goes through index and v in memory order: which write is the last must not depend on that
        v = np.copy(v, order="C")
    y[index] = v
    return y


@overridable
def scatter(dy: Any, index: Any, shape: tuple[int, ...]) -> Any:
    """Zeros of `shape` with `dy` added at `index`, repeatedly where it repeats: the adjoint of `x[index]`."""
    x = np.zeros_like(dy, shape=shape, order="C")
    if may_repeat(index):
        rows = index[0] if isinstance(index, tuple) and len(index) == 1 else index
        if not (_has_long_rows(x, rows, dy) and _put_rows(x, rows, dy)):  # half the time of add.at
            accumulate(x, index, dy)
    else:
        x[index] = dy
    return x


@overridable
def add_at(x: Any, index: Any, v: Any) -> Any:
    """A copy of `x` with `v` added at `index`, repeatedly where it repeats."""
    y = np.copy(x, order="K")
    np.add.at(y, index, v)
    return y


def accumulate(x: Any, index: Any, v: Any) -> None:
    """Add `v` at `index`, repeatedly where it repeats, into `x` itself, which is C-contiguous."""
    if x.ndim < 2 or np.size(v) < x.size / 8 or type(x) is not np.ndarray:
        np.add.at(x, index, v)
    elif not isinstance(index, tuple) and np.ndim(index) == 1 and x.size >= 256 * len(x) > 0:
        for k, row in zip(index, np.broadcast_to(v, (len(index), *x.shape[1:])), strict=True):
            x[k] += row  # long rows: faster than add.at in any form
    else:
        # one index into a flat array is the only kind for which add.at is fast
        places = np.arange(x.size).reshape(x.shape)[index]
        np.add.at(x.reshape(-1), places.reshape(-1), np.broadcast_to(v, places.shape).reshape(-1))


def _has_long_rows(x: Any, index: Any, dy: Any) -> bool:
    """Whether `index` is a vector, longer than a few, of rows of at least 128 entries."""
    plain = type(index) is np.ndarray and type(dy) is np.ndarray and type(x) is np.ndarray
    return plain and index.ndim == 1 and x.ndim > 1 and len(index) > 8 and x.size >= 128 * len(x) > 0


def _put_rows(x: Any, index: Any, rows: Any) -> bool:
    """Add long rows into `x`, which is zero: first occurrences, then second ones, ...; False if these are many."""
    index = np.where(np.less(index, 0), np.add(index, len(x)), index)
    order = np.argsort(index, kind="stable")
    ordered = index[order]
    first = np.flatnonzero(np.concatenate(([True], ordered[1:] != ordered[:-1])))
    counts = np.diff(first, append=len(ordered))
    if np.max(counts) > 16:
        return False
    x[ordered[first]] = rows[order[first]]
    for k in range(1, int(np.max(counts))):
        there = first[counts > k] + k
        x[ordered[there]] += rows[order[there]]
    return True


def may_repeat(index: Any) -> bool:
    """Whether two places of `x[index]` may be one entry of `x`: only integer arrays do that."""
    entries = index if isinstance(index, tuple) else (index,)
    return any(isinstance(i, list | tuple) or (getattr(i, "ndim", 0) and i.dtype != bool) for i in entries)


def counting(n: int, like: Any) -> Any:
    """0, 1, 2, ... n - 1, of the array type of `like`."""
    if type(like) is np.ndarray:
        return np.arange(n)
    return np.cumsum(np.ones_like(like, shape=(n,), dtype=np.intp)) - 1


def _setitem_adjoint_v(dy: Any, y: Any, x: Any, index: Any, v: Any) -> Any:
    dv = getitem(dy, index)
    if may_repeat(index):
        # write running numbers the same way: those still there afterwards were the last
        order = counting(dv.size, dv).reshape(dv.shape)
        last = np.zeros_like(order, shape=x.shape)
        last[index] = order
        dv = np.where(last[index] == order, dv, 0)
    # v may have more axes than x[index], of length 1
    return np.reshape(dv, (1,) * (v.ndim - dv.ndim) + dv.shape) if v.ndim > dv.ndim else dv


linear(getitem, lambda dy, y, x, index: scatter(dy, index, x.shape))
linear(setitem, lambda dy, y, x, index, v: setitem(dy, index, 0), None, _setitem_adjoint_v)
linear(scatter, lambda dy, y, dx, index, shape: getitem(dy, index))
linear(add_at, lambda dy, y, x, index, v: dy, None, lambda dy, y, x, index, v: getitem(dy, index))


def along(axis: int, ndim: int, index: Any) -> tuple[Any, ...]:
    """The index that applies `index` to one axis and takes the others whole."""
    return (slice(None),) * (axis % ndim) + (index,)


# ---------------------------------------------------------------- picking by index


def _plain_positions(indices: Any, n: int, mode: str) -> Any:
    """`indices` as `x[...]` understands them, for an axis of length `n`."""
    if np.size(indices) == 0:
        return np.zeros(np.shape(indices), np.intp)  # [] would be floating
    if mode == "wrap":
        return np.mod(indices, n)
    if mode == "clip":
        return np.clip(indices, 0, n - 1)
    return np.astype(np.add(indices, 0), np.intp, copy=False)  # an array of integers, whatever it was


def _take_adjoint(dy: Any, y: Any, a: Any, indices: Any, axis: Any = None, out: Any = None, mode: str = "raise") -> Any:
    shape = a.shape
    if axis is None or not shape:
        return np.reshape(scatter(dy, _plain_positions(indices, a.size, mode), (a.size,)), shape)
    positions = _plain_positions(indices, shape[axis], mode)
    return scatter(dy, along(axis, len(shape), positions), shape)


def _take_along_axis_adjoint(dy: Any, y: Any, arr: Any, indices: Any, axis: Any = -1) -> Any:
    shape = arr.shape
    if axis is None:
        return np.reshape(scatter(dy, indices, (arr.size,)), shape)
    index: list[Any] = list(np.indices(shape[: axis % len(shape)] + (1,) + shape[axis % len(shape) + 1 :], sparse=True))
    index[axis] = indices
    return scatter(dy, tuple(index), shape)


def _mask(condition: Any, n: int) -> Any:
    """`condition` as a mask of length `n`; NumPy lets it be shorter, or longer with nothing but False."""
    if np.shape(condition) == (n,) and getattr(condition, "dtype", np.dtype(float)).kind == "b":
        return condition
    return np.bincount(np.flatnonzero(condition), minlength=n).astype(bool)


def _compress_adjoint(dy: Any, y: Any, condition: Any, a: Any, axis: Any = None, out: Any = None) -> Any:
    shape = a.shape
    if axis is None:
        return np.reshape(scatter(dy, _mask(condition, a.size), (a.size,)), shape)
    return scatter(dy, along(axis, len(shape), _mask(condition, shape[axis])), shape)


def _extract_adjoint(dy: Any, y: Any, condition: Any, arr: Any) -> Any:
    return np.reshape(scatter(dy, _mask(condition, arr.size), (arr.size,)), arr.shape)


linear(np.take, _take_adjoint)
linear(np.take_along_axis, _take_along_axis_adjoint)
linear(np.compress, None, _compress_adjoint)
linear(np.extract, None, _extract_adjoint)

# ---------------------------------------------------------------- picking by condition


_BITS: Final[dict[str, Any]] = {"f": np.int32, "d": np.int64}
_FEW: Final = 1000  # entries, below which looking at the mask costs more than it saves


@overridable
def only(x: Any, mask: Any) -> Any:
    """`np.where(mask, x, 0)`, faster where the mask has no pattern or seldom holds."""
    bits = _BITS.get(x.dtype.char) if isinstance(x, np.ndarray | np.generic) else None
    if bits is None or type(mask) is not np.ndarray or mask.dtype != bool:
        return np.where(mask, x, 0)
    if mask.size > _FEW and np.count_nonzero(mask) < mask.size / 16:
        y = np.zeros(np.broadcast(x, mask).shape, x.dtype)
        np.copyto(y, x, where=mask)  # skips what is not chosen
        return y
    y = np.empty_like(x) if x.shape == mask.shape else np.empty(np.broadcast(x, mask).shape, x.dtype)
    # a product of whole numbers: unlike that of floats it makes 0 of infinity and NaN, too
    np.multiply(x.view(bits), mask, out=y.view(bits))
    return y


linear(only, lambda dy, y, x, mask: only(dy, mask), None)


def _choose_adjoint(dy: Any, y: Any, a: Any, choices: Any, out: Any = None, mode: str = "raise") -> Any:
    chosen = _plain_positions(a, len(choices), mode)
    parts = [only(dy, chosen == i) for i in range(len(choices))]
    if isinstance(choices, list | tuple):
        return parts
    return np.stack(parts, axis=dy.ndim + 1 - choices.ndim)  # one array: entries broadcast behind its first axis


def _select_first(condlist: Any) -> Any:
    """Which condition is the first to hold, len(condlist) where none does."""
    return np.select(condlist, list(range(len(condlist))), len(condlist))


def _select_adjoint(dy: Any, y: Any, condlist: Any, choicelist: Any, default: Any = 0) -> list[Any]:
    first = _select_first(condlist)
    return [_for_list(only(dy, first == i), choice) for i, choice in enumerate(choicelist)]


def _for_list(dy: Any, choice: Any) -> Any:
    """The gradient of a choice; of a list of numbers a list."""
    if not isinstance(choice, list | tuple):
        return dy
    if any(isinstance(e, list | tuple) or np.shape(e) for e in choice):
        raise NotImplementedError("numpy.select of nested lists has no derivative rule: make them arrays, numpy.stack.")
    dy = np.sum(dy, axis=tuple(range(dy.ndim - 1)))
    return [dy[k] for k in range(len(choice))] if len(choice) == dy.size else [np.sum(dy)]


def _select_adjoint_default(dy: Any, y: Any, condlist: Any, choicelist: Any, default: Any = 0) -> Any:
    return only(dy, _select_first(condlist) == len(condlist))


linear(
    np.where,
    None,
    lambda dy, y, condition, a, b: only(dy, condition),
    lambda dy, y, condition, a, b: only(dy, np.logical_not(condition)),
)
linear(np.choose, None, _choose_adjoint, sequences=(1,))
linear(np.select, None, _select_adjoint, _select_adjoint_default, sequences=(1,))

# ---------------------------------------------------------------- diagonals and triangles


def _on_diagonal(dx: Any, shape: tuple[int, ...], offset: int, axis1: int, axis2: int) -> Any:
    """Zeros of `shape` with the last axis of `dx` on a diagonal: the adjoint of np.diagonal."""
    n, m = shape[axis1], shape[axis2]
    rest = dx.shape[:-1]
    # of the flat matrix a diagonal is a slice: no index arrays, no accumulation
    start = offset if offset >= 0 else -offset * m
    stop = start + dx.shape[-1] * (m + 1)
    flat = scatter(dx, (..., slice(start, stop, m + 1)), (*rest, n * m))
    return np.moveaxis(np.reshape(flat, (*rest, n, m)), (-2, -1), (axis1, axis2))


def _diag_adjoint(dy: Any, y: Any, v: Any, k: int = 0) -> Any:
    return np.diagonal(dy, k) if v.ndim == 1 else _on_diagonal(dy, v.shape, k, 0, 1)


def _diagonal_adjoint(dy: Any, y: Any, a: Any, offset: int = 0, axis1: int = 0, axis2: int = 1) -> Any:
    return _on_diagonal(dy, a.shape, offset, axis1, axis2)


linear(np.diag, _diag_adjoint)
linear(np.diagonal, _diagonal_adjoint)
linear(np.diagflat, lambda dy, y, v, k=0: np.reshape(np.diagonal(dy, k), v.shape))
linear(np.tril, lambda dy, y, m, k=0: np.tril(dy, k))
linear(np.triu, lambda dy, y, m, k=0: np.triu(dy, k))

# ---------------------------------------------------------------- adding and removing


def _append_adjoint_arr(dy: Any, y: Any, arr: Any, values: Any, axis: Any = None) -> Any:
    if axis is None:
        return np.reshape(dy[: np.size(arr)], np.shape(arr))
    return dy[along(axis, dy.ndim, slice(0, np.shape(arr)[axis]))]


def _append_adjoint_values(dy: Any, y: Any, arr: Any, values: Any, axis: Any = None) -> Any:
    if axis is None:
        return np.reshape(dy[np.size(arr) :], np.shape(values))
    return dy[along(axis, dy.ndim, slice(np.shape(arr)[axis], None))]


def _insert_adjoint_arr(dy: Any, y: Any, arr: Any, obj: Any, values: Any, axis: Any = None) -> Any:
    n = arr.size if axis is None else arr.shape[axis]
    axis = axis if axis is not None else 0
    kept = _inserted(obj, n, dy.shape[axis]) < 0
    dx = dy[along(axis, dy.ndim, kept)]
    return np.reshape(dx, arr.shape)


def _insert_adjoint_values(dy: Any, y: Any, arr: Any, obj: Any, values: Any, axis: Any = None) -> Any:
    n = np.size(arr) if axis is None else np.shape(arr)[axis]
    axis = axis if axis is not None else 0
    number = _inserted(obj, n, dy.shape[axis])
    places = np.argsort(number)[n:]
    dv = dy[along(axis, dy.ndim, places)]
    # with one integer NumPy takes the first axis of values for the inserted ones
    return dv if isinstance(obj, slice) or np.ndim(obj) else np.moveaxis(dv, axis, 0)


def _inserted(obj: Any, n: int, total: int) -> Any:
    """For each place of the result which of the inserted values is there, -1 for the old entries."""
    return np.insert(np.full(n, -1), obj, np.arange(total - n))


def _delete_adjoint(dy: Any, y: Any, arr: Any, obj: Any, axis: Any = None) -> Any:
    shape = arr.shape if axis is not None else (arr.size,)
    axis = axis if axis is not None else 0
    kept = np.zeros_like(dy, shape=shape[axis : axis + 1] if axis >= 0 else shape[axis:][:1], dtype=bool)
    kept[np.delete(counting(shape[axis], dy), obj)] = True
    return np.reshape(scatter(dy, along(axis, len(shape), kept), shape), arr.shape)


def _kept_box(filt: Any, y: Any, trim: str) -> tuple[slice, ...]:
    """Where the result of np.trim_zeros lies in `filt`."""
    shape = y.shape
    where = np.nonzero(filt)
    first = [int(np.min(w)) if w.size else 0 for w in where] if "f" in trim.lower() else [0] * len(shape)
    starts = [0 if n == m else k for n, m, k in zip(shape, filt.shape, first, strict=True)]
    return tuple(slice(k, k + n) for k, n in zip(starts, shape, strict=True))


linear(np.append, _append_adjoint_arr, _append_adjoint_values)
linear(np.insert, _insert_adjoint_arr, None, _insert_adjoint_values)
linear(np.delete, _delete_adjoint)
rule(
    np.trim_zeros,
    lambda dy, y, filt, trim="fb", axis=None: scatter(dy, _kept_box(filt, y, trim), filt.shape),
    pushforward=lambda tangents, y, filt, trim="fb", axis=None: tangents[0][_kept_box(filt, y, trim)],
)

# what the arrays' layer records when entries are read and written
name("getitem", getitem, GETITEM)
name("setitem", setitem, SETITEM)
name("add_at", add_at)
method(np.add, "at", accumulate)
