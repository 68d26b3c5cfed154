"""Functions that write into their first argument: `np.add.at`, `np.copyto`, `x.put` and their kin, `x.flat`."""

from __future__ import annotations

import sys
from typing import Any, Final

import numpy as np

import tracker._arrays.array as _array
import tracker._arrays.buffers as _buffers
import tracker._arrays.dispatch as _dispatch
import tracker._arrays.handles as _handles
import tracker._arrays.mutation as _mutation
import tracker._arrays.operators as _operators
import tracker._arrays.views as _views
from tracker._arrays import counterparts
from tracker.errors import ConversionError


def write(f: Any, args: Any, kwargs: Any) -> Any:
    """`f(*args, **kwargs)`, one of MUTATORS; what carries no derivative may go into a plain array."""
    if args and not isinstance(args[0], _array.TrackedArray):
        plain = _buffers.without_buffers(args), {k: _buffers.without_buffers(v) for k, v in kwargs.items()}
        if _handles.level_of(plain[0]) < 0 and _handles.level_of(tuple(plain[1].values())) < 0:
            return f(*plain[0], **plain[1])
    return MUTATORS[f](*args, **kwargs)


def ufunc_at(ufunc: Any, x: Any, index: Any, *v: Any) -> None:
    """`ufunc.at(x, index, v)`: of an index that occurs again and again the results go on from each other."""
    if not isinstance(x, _array.TrackedArray):
        v = _buffers.without_buffers(v)
        if _handles.level_of(v) < 0:
            ufunc.at(_handles.plain(x), _views.plain_index(index), *v)  # a number raises
            return
        raise ConversionError(
            f"numpy.{ufunc.__name__}.at writes a tracked value into a plain array, which would lose its "
            "gradient. Write into np.zeros_like(tracked) or tracker.zeros(shape)."
        )
    index = _views.plain_index(index)
    if len(v) != ufunc.nin - 1 or ufunc.nout != 1:
        ufunc.at(_handles.plain(x).copy(), index, *_handles.plain(v))  # raises
    if ufunc is np.add or ufunc is np.subtract:
        term = v[0] if ufunc is np.add else -np.positive(v[0])
        _mutation.replace_all(x, _dispatch.record(_operators.table.add_at, (x, index, term), None))
        return
    places = np.arange(x.size).reshape(x.shape)[index]
    v = tuple([np.broadcast_to(e, places.shape) for e in v])
    for turn in _turns(places.reshape(-1)):
        at = np.unravel_index(places.reshape(-1)[turn], x.shape)
        x[at] = ufunc(x[at], *[np.reshape(e, -1)[turn] for e in v])


def _turns(places: Any) -> Any:
    """Positions in `places`: those of first occurrences, of second ones, and so on, in their order."""
    order = np.argsort(places, kind="stable")
    ranked = places[order]
    first = np.flatnonzero(np.concatenate((np.ones(min(1, len(ranked)), bool), ranked[1:] != ranked[:-1])))
    turn = np.empty(len(places), np.intp)
    turn[order] = np.arange(len(places)) - np.repeat(first, np.diff(first, append=len(places)))
    return [np.flatnonzero(turn == k) for k in range(turn.max(initial=-1) + 1)]


def put(x: Any, indices: Any, values: Any, mode: str = "raise") -> None:
    """ndarray.put: into the flattened array."""
    plain = _handles.plain(values)
    np.put(np.empty(1, x.dtype), 0, plain, mode)  # type: ignore[arg-type]  # rejects what is no number
    if np.size(plain) == 0:
        return
    positions = np.arange(x.size)
    flat: Any = np.take(positions, _handles.plain(indices), mode=mode)  # type: ignore[call-overload]
    _write_flat(x, flat, values)


def _write_flat(x: Any, places: Any, values: Any) -> None:
    """`values`, again and again if they are fewer, at these places of the flattened array."""
    if np.shape(values) != places.shape:
        values = np.resize(values, places.shape)
    if x.ndim:
        x[np.unravel_index(places, x.shape)] = values
    elif places.size:
        x[()] = np.ravel(values)[-1]


class Flat:
    """`x.flat`: tracked entries one after the other; may be indexed and assigned."""

    def __init__(self, x: Any) -> None:
        self._x: Any = x

    def __iter__(self) -> Any:
        flat = np.reshape(self._x, (-1,))
        return iter([flat[i] for i in range(self._x.size)])

    def __len__(self) -> int:
        return int(self._x.size)

    def __getitem__(self, index: Any) -> Any:
        y = np.reshape(self._x, (-1,))[index]
        return np.copy(y) if isinstance(y, _array.TrackedArray) else y

    def __setitem__(self, index: Any, v: Any) -> None:
        put(self._x, np.arange(self._x.size)[_views.plain_index(index)], v)


def copyto(dst: Any, src: Any, casting: Any = "same_kind", where: Any = True) -> None:
    """numpy.copyto into a tracked array."""
    _need_tracked(dst, "numpy.copyto")
    mask = _handles.plain(where)
    np.copyto(np.empty(dst.shape, dst.dtype), _handles.plain(src), casting, mask)  # what NumPy rejects is rejected
    dst[...] = src if mask is True else np.where(mask, src, dst)


def putmask(a: Any, mask: Any, values: Any) -> None:
    """numpy.putmask into a tracked array; `values` repeats if it is shorter."""
    _need_tracked(a, "numpy.putmask")
    mask = _mask_of(a, mask, "putmask")
    np.putmask(np.empty(0, a.dtype), np.empty(0, bool), _handles.plain(values))  # rejects what can't be cast
    if np.size(values):
        values = values if np.shape(values) == a.shape else np.resize(values, a.shape)
        a[...] = np.where(mask, values, a)


def place(arr: Any, mask: Any, vals: Any) -> None:
    """numpy.place into a tracked array; `vals` repeats if it is shorter."""
    _need_tracked(arr, "numpy.place")
    mask = _mask_of(arr, mask, "place")
    plain = _handles.plain(vals)
    np.place(np.empty(1, arr.dtype), np.array([mask.any()]), plain)  # rejects what can't be cast, or is empty
    if mask.any():
        _write_flat(arr, np.flatnonzero(mask), vals)


def _mask_of(x: Any, mask: Any, name: str) -> Any:
    mask = np.asarray(_handles.plain(mask), bool)
    if mask.size != x.size:
        raise ValueError(f"{name}: mask and data must be the same size")
    return mask.reshape(x.shape)


def put_along_axis(arr: Any, indices: Any, values: Any, axis: Any) -> None:
    """numpy.put_along_axis into a tracked array."""
    _need_tracked(arr, "numpy.put_along_axis")
    positions = np.arange(arr.size).reshape(arr.shape)
    flat = np.take_along_axis(positions, _handles.plain(indices), axis)
    arr[np.unravel_index(flat, arr.shape)] = values


def fill_diagonal(a: Any, val: Any, wrap: bool = False) -> None:
    """numpy.fill_diagonal into a tracked array."""
    _need_tracked(a, "numpy.fill_diagonal")
    np.empty(1, a.dtype).flat[:] = _handles.plain(val)  # rejects what is no number
    positions = np.full(a.shape, -1)
    np.fill_diagonal(positions, np.arange(a.size), wrap)
    where = np.argsort(positions.reshape(-1), kind="stable")[np.sum(positions < 0) :]
    if np.size(val):
        _write_flat(a, where, val)


def np_put(a: Any, ind: Any, v: Any, mode: str = "raise") -> None:
    """numpy.put into a tracked array."""
    _need_tracked(a, "numpy.put")
    put(a, ind, v, mode)


def _need_tracked(x: Any, name: str) -> None:
    if not isinstance(x, _array.TrackedArray):
        advice = counterparts.around_scipy(sys._getframe())
        raise ConversionError(
            f"{name} writes a tracked value into a plain array, which would lose its gradient. "
            f"{advice or 'Write into np.zeros_like(tracked) or tracker.zeros(shape).'}"
        )


MUTATORS: Final[dict[Any, Any]] = {
    np.copyto: copyto,
    np.putmask: putmask,
    np.place: place,
    np.put_along_axis: put_along_axis,
    np.fill_diagonal: fill_diagonal,
    np.put: np_put,
}
