"""Changing shapes, joining, splitting, repeating, reordering, adding and removing."""

from __future__ import annotations

import itertools
import math
from typing import Any

import numpy as np

from tracker._core.registry import composed, each, linear, rule
from tracker._rules.indexing import add_at, along, counting, scatter
from tracker._rules.overridable import overridable
from tracker._rules.reductions import axes_of

# ---------------------------------------------------------------- shapes


def _plain_order(order: Any, ndim: int) -> Any:
    """`order` if it says the same of arrays with another memory layout, as tangents and gradients may have."""
    if order in ("A", "K") and ndim > 1:
        raise NotImplementedError(f'order="{order}" has no derivative, it depends on memory; give order="C" or "F".')
    return "F" if order == "F" else "C"


def _reshaped(x: Any, shape: Any, order: str) -> Any:
    return np.reshape(x, shape) if order == "C" else np.reshape(x, shape, order="F")  # Dask's takes no order


def _reshape_pullback(dy: Any, y: Any, a: Any, shape: Any = None, order: Any = "C", *, copy: Any = None) -> Any:
    return _reshaped(dy, a.shape, _plain_order(order, a.ndim))


def _reshape_pushforward(
    tangents: Any, y: Any, a: Any, shape: Any = None, order: Any = "C", *, copy: Any = None
) -> Any:
    return _reshaped(tangents[0], y.shape, _plain_order(order, a.ndim))


def _transpose_adjoint(dy: Any, y: Any, a: Any, axes: Any = None) -> Any:
    if axes is None:
        return np.transpose(dy)
    ndim = a.ndim
    axes = [k % ndim for k in (axes if np.ndim(axes) else (axes,))]
    return np.transpose(dy, [axes.index(k) for k in range(ndim)])


def _rollaxis_adjoint(dy: Any, y: Any, a: Any, axis: int, start: int = 0) -> Any:
    axis, start = axis % dy.ndim, start + dy.ndim if start < 0 else start
    return np.moveaxis(dy, start - 1 if axis < start else start, axis)


rule(np.reshape, _reshape_pullback, pushforward=_reshape_pushforward)
rule(
    np.ravel,
    lambda dy, y, a, order="C": _reshaped(dy, a.shape, _plain_order(order, a.ndim)),
    pushforward=lambda tangents, y, a, order="C": np.ravel(tangents[0], _plain_order(order, a.ndim)),
)
linear(np.transpose, _transpose_adjoint)
linear(np.matrix_transpose, lambda dy, y, x: np.matrix_transpose(dy))
linear(np.linalg.matrix_transpose, lambda dy, y, x: np.matrix_transpose(dy))
linear(np.moveaxis, lambda dy, y, a, source, destination: np.moveaxis(dy, destination, source))
linear(np.swapaxes, lambda dy, y, a, axis1, axis2: np.swapaxes(dy, axis1, axis2))
linear(np.rollaxis, _rollaxis_adjoint)
linear(np.squeeze, lambda dy, y, a, axis=None: np.reshape(dy, a.shape))
linear(np.expand_dims, lambda dy, y, a, axis: np.reshape(dy, a.shape))
linear(np.broadcast_to, lambda dy, y, array, shape, subok=False: dy)
linear(np.broadcast_arrays, each(lambda i, dy, y, *args, subok=False: dy[i]))


def _atleast_adjoint(i: int, dy: Any, y: Any, *arys: Any) -> Any:
    d = dy if len(arys) == 1 else dy[i]
    return None if d is None else np.reshape(d, np.shape(arys[i]))


linear(np.atleast_1d, each(_atleast_adjoint))
linear(np.atleast_2d, each(_atleast_adjoint))
linear(np.atleast_3d, each(_atleast_adjoint))

# ---------------------------------------------------------------- copies

linear(np.copy, lambda dy, y, a, order="K", subok=False: dy)
linear(np.astype, lambda dy, y, x, dtype, *, copy=True, device=None: dy)


def _full_like_adjoint(
    dy: Any, y: Any, a: Any, fill_value: Any, dtype: Any = None, order: Any = "K", subok: Any = True,
    shape: Any = None, *, device: Any = None,
) -> Any:  # fmt: skip
    return dy


linear(np.full_like, None, _full_like_adjoint)

# ---------------------------------------------------------------- joining


def _shapes(arrays: Any) -> list[tuple[int, ...]]:
    if isinstance(arrays, list | tuple):
        return [_shape(a) for a in arrays]
    return [arrays.shape[1:]] * arrays.shape[0]


def _shape(a: Any) -> tuple[int, ...]:
    """The shape of an array, or of a list of numbers which np.shape would make one."""
    return (len(a), *(_shape(a[0]) if a else ())) if isinstance(a, list | tuple) else np.shape(a)


def _as_given(parts: Any, arrays: Any) -> Any:
    """Gradients in the shapes of their arrays, as the list or as the one array that was given."""
    parts = [d if d.shape == s else np.reshape(d, s) for d, s in zip(parts, _shapes(arrays), strict=True)]
    return parts if isinstance(arrays, list | tuple) else np.stack(parts)


def _cut(dy: Any, lengths: list[int], axis: int) -> list[Any]:
    """`dy` in pieces of these lengths along `axis`."""
    before, ends = (slice(None),) * (axis % dy.ndim), itertools.accumulate(lengths)
    return [dy[(*before, slice(end - n, end))] for n, end in zip(lengths, ends, strict=True)]


def _pieces(dy: Any, arrays: Any, axis: int) -> Any:
    """`dy` cut along `axis` as it was joined; arrays with fewer axes were given length 1 there."""
    lengths = [s[axis] if len(s) == dy.ndim else 1 for s in _shapes(arrays)]
    return _as_given(_cut(dy, lengths, axis), arrays)


def _concatenate_adjoint(
    dy: Any, y: Any, arrays: Any, axis: Any = 0, out: Any = None, *, dtype: Any = None, casting: str = "same_kind"
) -> Any:
    if axis is not None:
        return _pieces(dy, arrays, axis)
    lengths = [math.prod(s) for s in _shapes(arrays)]
    return _as_given(_cut(dy, lengths, 0), arrays)


def _stack_adjoint(
    dy: Any, y: Any, arrays: Any, axis: int = 0, out: Any = None, *, dtype: Any = None, casting: str = "same_kind"
) -> Any:
    return _as_given(list(np.moveaxis(dy, axis, 0)), arrays)


def _vstack_adjoint(dy: Any, y: Any, tup: Any, *, dtype: Any = None, casting: str = "same_kind") -> Any:
    return _pieces(dy, tup, 0)


def _hstack_adjoint(dy: Any, y: Any, tup: Any, *, dtype: Any = None, casting: str = "same_kind") -> Any:
    return _pieces(dy, tup, 0 if dy.ndim == 1 else 1)


def _block_adjoint(dy: Any, y: Any, arrays: Any) -> Any:
    return _unblock(dy, arrays, _depth(arrays))


def _depth(arrays: Any) -> int:
    return 1 + _depth(arrays[0]) if isinstance(arrays, list) else 0


def _unblock(dy: Any, arrays: Any, depth: int) -> Any:
    """Cut `dy` as np.block joined it: the innermost lists along the last axis, the next along the last but one."""
    if depth == 0:
        return np.reshape(dy, np.shape(arrays))
    lengths = [_block_length(a, depth) for a in arrays]
    parts = _cut(dy, lengths, -depth)
    return [_unblock(d, a, depth - 1) for d, a in zip(parts, arrays, strict=True)]


def _block_length(arrays: Any, depth: int) -> int:
    """The length of a block along axis -depth."""
    while isinstance(arrays, list):
        arrays = arrays[0]
    return np.shape(arrays)[-depth] if np.ndim(arrays) >= depth else 1


linear(np.concatenate, _concatenate_adjoint, sequences=(0,))
linear(np.stack, _stack_adjoint, sequences=(0,))
linear(np.vstack, _vstack_adjoint, sequences=(0,))
linear(np.hstack, _hstack_adjoint, sequences=(0,))
linear(np.dstack, lambda dy, y, tup: _pieces(dy, tup, 2), sequences=(0,))
linear(np.column_stack, lambda dy, y, tup: _pieces(dy, tup, 1), sequences=(0,))
linear(np.block, _block_adjoint, sequences=(0,))

# ---------------------------------------------------------------- splitting


def _bounds(indices_or_sections: Any, n: int) -> list[tuple[int, int]]:
    """Where each part of an axis of length `n` starts and stops."""
    if np.ndim(indices_or_sections):
        stops = [0, *indices_or_sections, n]
    else:
        sections = int(indices_or_sections)  # NumPy takes 2.5 for 2
        size, longer = divmod(n, sections)
        stops = [i * size + min(i, longer) for i in range(sections + 1)]
    cuts = [slice(a, b).indices(n)[:2] for a, b in zip(stops[:-1], stops[1:], strict=True)]
    return [(a, max(a, b)) for a, b in cuts]


def _split_adjoint(dy: Any, y: Any, ary: Any, indices_or_sections: Any, axis: int = 0) -> Any:
    return _unsplit(dy, ary.shape, indices_or_sections, axis)


def _unsplit(dy: Any, shape: tuple[int, ...], indices_or_sections: Any, axis: int) -> Any:
    bounds = _bounds(indices_or_sections, shape[axis])
    follow = [a for a, _ in bounds] == [0, *(b for _, b in bounds[:-1])] and bounds[-1][1] == shape[axis]
    if follow:
        return _joined(dy, [b - a for a, b in bounds], shape, axis)
    cuts = [along(axis, len(shape), slice(a, b)) for a, b in bounds]
    return sum(scatter(d, cut, shape) for d, cut in zip(dy, cuts, strict=True) if d is not None)


def _joined(dy: Any, lengths: list[int], shape: tuple[int, ...], axis: int) -> Any:
    """The gradients of successive parts put together, zeros where a part was not used."""
    used = [d is not None for d in dy]
    whole = np.concatenate([d for d in dy if d is not None], axis)
    return whole if all(used) else scatter(whole, along(axis, len(shape), np.repeat(used, lengths)), shape)


def _unstack_adjoint(dy: Any, y: Any, x: Any, *, axis: int = 0) -> Any:
    (axis,) = axes_of(axis, x.ndim)
    used = [d is not None for d in dy]
    whole = np.stack([d for d in dy if d is not None], axis)
    return whole if all(used) else scatter(whole, along(axis, x.ndim, np.array(used)), x.shape)


linear(np.split, _split_adjoint)
linear(np.array_split, _split_adjoint)
linear(np.hsplit, lambda dy, y, ary, indices_or_sections: _unsplit(dy, ary.shape, indices_or_sections, +(ary.ndim > 1)))
linear(np.vsplit, lambda dy, y, ary, indices_or_sections: _unsplit(dy, ary.shape, indices_or_sections, 0))
linear(np.dsplit, lambda dy, y, ary, indices_or_sections: _unsplit(dy, ary.shape, indices_or_sections, 2))
if hasattr(np, "unstack"):  # NumPy 2.1
    linear(np.unstack, _unstack_adjoint)

# ---------------------------------------------------------------- repeating


def _tile_adjoint(dy: Any, y: Any, A: Any, reps: Any) -> Any:
    reps = tuple([int(r) for r in reps]) if np.ndim(reps) else (int(reps),)
    ndim = max(len(reps), A.ndim)
    reps = (1,) * (ndim - len(reps)) + reps
    shape = (1,) * (ndim - A.ndim) + A.shape
    for k, n in enumerate(reps):  # one axis at a time, the rest in long runs: much faster than all at once
        if n != 1:
            rest = math.prod(r * length for r, length in zip(reps[k + 1 :], shape[k + 1 :], strict=True))
            dy = np.sum(np.reshape(dy, (math.prod(shape[:k]), n, shape[k] * rest)), axis=1)
    return np.reshape(dy, A.shape)


def _repeat_adjoint(dy: Any, y: Any, a: Any, repeats: Any, axis: Any = None) -> Any:
    shape = a.shape if axis is not None and a.ndim else (a.size,)
    axis = axis % len(shape) if axis is not None else 0
    if np.size(repeats) == 1:
        count = int(repeats if np.ndim(repeats) == 0 else repeats[0])
        runs = np.reshape(dy, (math.prod(shape[: axis + 1]), count, math.prod(shape[axis + 1 :])))
        # einsum sums short runs faster than sum, which in turn sums long ones pairwise
        dx = np.einsum("ijk->ik", runs) if count < 32 else np.sum(runs, axis=1)
    else:
        dx = scatter(dy, along(axis, len(shape), np.repeat(counting(shape[axis], dy), repeats)), shape)
    return np.reshape(dx, a.shape)


def _resize_adjoint(dy: Any, y: Any, a: Any, new_shape: Any) -> Any:
    size = a.size
    flat = np.ravel(dy)
    rounds, rest = divmod(flat.size if size else 0, max(size, 1))
    dx = np.sum(np.reshape(flat[: rounds * size], (rounds, size)), axis=0)
    if rest:
        dx = add_at(dx, slice(0, rest), flat[rounds * size :])
    return np.reshape(dx, a.shape)


def _meshgrid_adjoint(
    i: int, dy: Any, y: Any, *xi: Any, copy: bool = True, sparse: bool = False, indexing: str = "xy"
) -> Any:
    if dy[i] is None:
        return None
    axis = 1 - i if indexing == "xy" and i < 2 and len(xi) > 1 else i
    others = tuple(k for k in range(len(xi)) if k != axis)
    return np.reshape(np.sum(dy[i], axis=others), np.shape(xi[i]))


@overridable
def overlap_add(dy: Any, shape: tuple[int, ...], axes: tuple[int, ...]) -> Any:
    """Zeros of `shape` to which each window in `dy` is added where it was: the adjoint of sliding_window_view."""
    for axis in reversed(axes):
        n = dy.shape[axis]
        x = np.zeros_like(dy, shape=(*dy.shape[:axis], n + dy.shape[-1] - 1, *dy.shape[axis + 1 : -1]))
        for k in range(dy.shape[-1]):
            x[along(axis, x.ndim, slice(k, k + n))] += dy[..., k]
        dy = x
    return dy


def _overlap_add_adjoint(dy: Any, y: Any, dx: Any, shape: tuple[int, ...], axes: tuple[int, ...]) -> Any:
    window = dx.shape[len(shape) :]
    return np.lib.stride_tricks.sliding_window_view(dy, window, axes)


def _windows_adjoint(
    dy: Any, y: Any, x: Any, window_shape: Any, axis: Any = None, *, subok: bool = False, writeable: bool = False
) -> Any:
    ndim = x.ndim
    axes = range(ndim) if axis is None else axis if np.ndim(axis) else (axis,)
    return overlap_add(dy, x.shape, tuple(k % ndim for k in axes))


linear(overlap_add, _overlap_add_adjoint)
linear(np.tile, _tile_adjoint)
linear(np.repeat, _repeat_adjoint)
linear(np.resize, _resize_adjoint)
linear(np.meshgrid, each(_meshgrid_adjoint))
linear(np.lib.stride_tricks.sliding_window_view, _windows_adjoint)

# ---------------------------------------------------------------- reordering

linear(np.flip, lambda dy, y, m, axis=None: np.flip(dy, axis))
linear(np.fliplr, lambda dy, y, m: np.fliplr(dy))
linear(np.flipud, lambda dy, y, m: np.flipud(dy))
linear(np.rot90, lambda dy, y, m, k=1, axes=(0, 1): np.rot90(dy, {0: 0, 1: 3, 2: 2}.get(k % 4, 1), axes))
linear(np.roll, lambda dy, y, a, shift, axis=None: np.roll(dy, -np.asarray(shift, np.intp), axis))


def ix_(*args: Any) -> tuple[Any, ...]:
    """Each vector along an axis of its own; of flags, where they hold."""
    return tuple([_along(_index_array(x), k, len(args)) for k, x in enumerate(args)])


def _index_array(x: Any) -> Any:
    """A sequence, which may hold tracked numbers, as an array; an empty one is of whole numbers."""
    if hasattr(x, "dtype"):
        return x
    if isinstance(x, list | tuple) and x:
        return np.stack(x)
    return np.asarray(x) if np.size(x) else np.zeros(np.shape(x), np.intp)


def _along(x: Any, k: int, n: int) -> Any:
    if np.ndim(x) != 1:
        raise ValueError("Cross index must be 1 dimensional")
    if x.dtype == bool:
        (x,) = np.nonzero(x)
    return np.reshape(x, (1,) * k + (-1,) + (1,) * (n - k - 1)) if x.size else np.ix_(*[np.empty(0, x.dtype)] * n)[k]


composed(np.ix_, ix_)
