"""The adjoint of spline interpolation of an image at plain places: gradients spread over the image.

The weights are those of `_resample`; their prefilter is undone by SciPy's own, transposed.
"""

from __future__ import annotations

import functools
import itertools
import math
from typing import Any

import numpy as np
import scipy.ndimage
import scipy.sparse

from tracker._rules import one_pass
from tracker.scipy._resample import MIRROR, PREPAD, basis, bent, left_knot, wrapped
from tracker.scipy._stencil import folded

_sparse: Any = scipy.sparse
_ndimage: Any = scipy.ndimage
_FILTERS = {"mirror": "mirror", "reflect": "reflect", "wrap": "grid-wrap"}


def spread(dy: Any, shape: Any, places: list[Any], order: int, mode: str, prefilter: bool) -> Any:
    """The gradient of an image of this shape from that of its values at `places`, arrays that broadcast to `dy`."""
    if dy.size == 0 or 0 in shape:
        return np.zeros(shape, dy.dtype)
    filtered = order > 1 and prefilter
    pad = PREPAD if filtered and mode in ("nearest", "grid-constant") else 0
    if mode == "constant":
        beyond = [(q < 0) | (q > n - 1) for q, n in zip(places, shape, strict=True)]
        dy = np.where(functools.reduce(np.logical_or, beyond), 0, dy)
    lengths = [n + 2 * pad for n in shape]
    supports = [_supports(q + pad, n, order, mode) for q, n in zip(places, lengths, strict=True)]
    dx = _spread_by_axes(dy, lengths, supports) if _is_grid(places) else _scattered(dy, lengths, supports)
    for axis in reversed(range(dx.ndim)):
        if filtered:
            dx = _coefficients_back(dx, axis, order, MIRROR[mode])
        if pad:
            dx = folded(dx, (pad, pad), "edge" if mode == "nearest" else "constant", axis)
    return dx


def _is_grid(places: list[Any]) -> bool:
    """Whether each coordinate changes along its own axis alone."""
    return all(q.ndim == len(places) and q.size == q.shape[axis] for axis, q in enumerate(places))


def _supports(q: Any, n: int, order: int, mode: str) -> list[tuple[Any, Any]]:
    """For each spline around `q` the entry that it belongs to, and its weight."""
    q = bent(q, n, mode)
    left = left_knot(q, order)
    weights = basis(q - left, order)
    # far outside nothing counts: all entries come from a short table
    start = np.fmax(np.fmin(left, n + order), -order - 1).astype(np.intp) - order // 2
    first = int(np.min(start))
    reached = np.arange(first, int(np.max(start)) + order + 1)
    entry = np.clip(reached, 0, n - 1) if mode == "grid-constant" else wrapped(reached, n, MIRROR[mode])
    number = [start - first + k for k in range(order + 1)]
    if mode == "grid-constant":
        inside = (reached >= 0) & (reached < n)
        weights = [np.where(inside[i], weight, 0) for i, weight in zip(number, weights, strict=True)]
    return [(entry[i], weight) for i, weight in zip(number, weights, strict=True)]


def _scattered(dy: Any, lengths: list[int], supports: list[Any]) -> Any:
    """`dy` times the products of the weights, added at every combination of the entries."""
    if np.iscomplexobj(dy):
        return _scattered(dy.real, lengths, supports) + 1j * _scattered(dy.imag, lengths, supports)
    total = np.zeros(math.prod(lengths))
    strides = [math.prod(lengths[axis + 1 :]) for axis in range(len(lengths))]
    *others, last = [
        [(entry * stride, weight) for entry, weight in support]
        for support, stride in zip(supports, strides, strict=True)
    ]
    entries, weights = (np.stack([_flat(x, dy.shape) for x in part]) for part in zip(*last, strict=True))
    for corner in itertools.product(*others):
        row: Any = 0
        share = dy
        for step, weight in corner:
            row, share = row + step, share * weight
        row, share = _flat(row, dy.shape), _flat(share, dy.shape)
        if not one_pass.add_weighted(total, row, share, entries, weights):
            for entry, weight in zip(entries, weights, strict=True):
                total += np.bincount(row + entry, share * weight, total.size)
    return np.reshape(total, lengths)


def _flat(x: Any, shape: Any) -> Any:
    return np.ravel(np.broadcast_to(x, shape))


def _spread_by_axes(dy: Any, lengths: list[int], supports: list[Any]) -> Any:
    """The same for a grid: a sparse matrix (n, m) along each axis."""
    for axis, support in enumerate(supports):
        m = dy.shape[axis]
        entries, weights = (np.stack([np.ravel(x) for x in part], axis=-1) for part in zip(*support, strict=True))
        data = (weights.ravel(), entries.ravel(), np.arange(0, weights.size + 1, len(support)))
        matrix = _sparse.csr_array(data, shape=(m, lengths[axis])).T
        rows = np.moveaxis(dy, axis, 0)
        found = np.reshape(matrix @ np.reshape(rows, (m, -1)), (lengths[axis], *rows.shape[1:]))
        dy = np.moveaxis(found, 0, axis)
    return dy


def _coefficients_back(dx: Any, axis: int, order: int, mode: str) -> Any:
    """The transpose of the prefilter: of a mirrored image it is the same with the entries at the ends doubled."""
    if dx.shape[axis] < 2:
        return dx
    ends = np.ones(dx.shape[axis])
    if mode == "mirror":
        ends[[0, -1]] = 2.0
    ends = ends.reshape([-1 if k == axis else 1 for k in range(dx.ndim)])
    output = np.complex128 if np.iscomplexobj(dx) else np.float64
    return _ndimage.spline_filter1d(dx * ends, order, axis, output, _FILTERS[mode]) / ends
