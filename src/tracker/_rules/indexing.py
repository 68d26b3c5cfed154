"""Reading and writing entries: `x[index]`, take, compress, extract."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from tracker._core.node import GETITEM, SETITEM
from tracker._core.registry import linear, method, name
from tracker._rules import one_pass
from tracker._rules.overridable import overridable

# x[index]


@overridable
def getitem(x: Any, index: Any) -> Any:
    """`x[index]`."""
    return x[index]


@overridable
def setitem(x: Any, index: Any, v: Any) -> Any:
    """A copy of `x` in which `x[index] = v`; of several writes to one entry the last one stays."""
    y = np.positive(x) if hasattr(x, "__dask_graph__") else np.copy(x)  # which Dask lacks
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
        if not (_add_rows(x, index, dy) or (_has_long_rows(x, rows, dy) and _put_rows(x, rows, dy))):
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
    if _add_rows(x, index, v):
        return
    if x.ndim < 2 or np.size(v) < x.size / 8 or type(x) is not np.ndarray:
        np.add.at(x, index, v)
    elif not isinstance(index, tuple) and np.ndim(index) == 1 and x.size >= 256 * len(x) > 0:
        for k, row in zip(index, np.broadcast_to(v, (len(index), *x.shape[1:])), strict=True):
            x[k] += row  # long rows: faster than add.at in any form
    else:
        # one index into a flat array is the only kind for which add.at is fast
        places = np.arange(x.size).reshape(x.shape)[index]
        np.add.at(x.reshape(-1), places.reshape(-1), np.broadcast_to(v, places.shape).reshape(-1))


def _add_rows(x: Any, index: Any, v: Any) -> bool:
    """Whether the kernel has added `v`: at whole numbers along one axis, the other axes taken whole."""
    if type(x) is not np.ndarray or type(v) is not np.ndarray or v.size < 512:
        return False
    entries = index if type(index) is tuple else (index,)
    axis = len(entries) - 1
    if not 0 <= axis < x.ndim or any(type(i) is not slice or i != slice(None) for i in entries[:-1]):
        return False
    places = np.ascontiguousarray(entries[-1]) if isinstance(entries[-1], list | np.ndarray) else None
    if places is None or places.dtype.kind not in "iu" or places.dtype == np.uint64:
        return False
    if v.shape != (*x.shape[:axis], *np.shape(entries[-1]), *x.shape[axis + 1 :]):
        return False
    length, m = x.shape[axis], math.prod(x.shape[axis + 1 :])
    return bool(one_pass.add_rows(x, places.astype(np.intp, copy=False), np.ascontiguousarray(v), length, m))


def _has_long_rows(x: Any, index: Any, dy: Any) -> bool:
    """Whether `index` is a vector, longer than a few, of rows of at least 128 entries."""
    plain = type(index) is np.ndarray and type(dy) is np.ndarray and type(x) is np.ndarray
    return plain and index.ndim == 1 and x.ndim > 1 and len(index) > 8 and x.size >= 128 * len(x) > 0


def _put_rows(x: Any, index: Any, rows: Any) -> bool:
    """Add long rows into `x`, which is zero: first occurrences, then second ones, ...; False if these are many."""
    index = index.astype(np.intp, copy=False)
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


# Picking by index


def plain_positions(indices: Any, n: int, mode: str) -> Any:
    """`indices` as `x[...]` understands them, for an axis of length `n`."""
    if np.size(indices) == 0:
        return np.zeros(np.shape(indices), np.intp)  # [] would be floating
    positions = np.astype(np.add(indices, 0), np.intp, copy=False)  # an array of integers, whatever it was
    if mode == "wrap":
        return np.mod(positions, n)
    return np.clip(positions, 0, n - 1) if mode == "clip" else positions


def _take_adjoint(dy: Any, y: Any, a: Any, indices: Any, axis: Any = None, out: Any = None, mode: str = "raise") -> Any:
    shape = a.shape
    if axis is None or not shape:
        return np.reshape(scatter(dy, plain_positions(indices, a.size, mode), (a.size,)), shape)
    positions = plain_positions(indices, shape[axis], mode)
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
    if not dy.size:  # where another axis is empty NumPy lets the condition be longer than this one
        return np.zeros_like(dy, shape=shape)
    return scatter(dy, along(axis, len(shape), _mask(condition, shape[axis])), shape)


def _extract_adjoint(dy: Any, y: Any, condition: Any, arr: Any) -> Any:
    return np.reshape(scatter(dy, _mask(condition, arr.size), (arr.size,)), arr.shape)


linear(np.take, _take_adjoint)
linear(np.take_along_axis, _take_along_axis_adjoint)
linear(np.compress, None, _compress_adjoint)
linear(np.extract, None, _extract_adjoint)

# what the arrays' layer records when entries are read and written
name("getitem", getitem, GETITEM)
name("setitem", setitem, SETITEM)
name("add_at", add_at)
method(np.add, "at", accumulate)
