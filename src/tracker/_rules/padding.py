"""np.pad, whose modes select entries, combine edges linearly, or repeat a statistic."""

from __future__ import annotations

from typing import Any

import numpy as np

from tracker._core.registry import rule
from tracker._rules.indexing import add_at, along, counting

_STATISTICS = ("maximum", "minimum", "median", "mean")


def _pad_pullback(dy: Any, y: Any, array: Any, pad_width: Any, mode: Any = "constant", **kwargs: Any) -> Any:
    shape = array.shape
    widths = _widths(pad_width, shape, mode)
    if not shape:
        return dy
    if mode in ("constant", "empty") or array.size == 0:
        return dy[_core(widths, shape)]
    # NumPy pads axis after axis: undone from the last to the first
    for axis in reversed(range(len(shape))):
        n, width = shape[axis], widths[axis]
        outside = [*range(width[0]), *range(width[0] + n, dy.shape[axis])]
        core = along(axis, len(shape), slice(width[0], width[0] + n))
        if mode in _STATISTICS:
            y = y[core]  # with the later axes cut back, y is what NumPy had before it padded them
        if outside:
            extra = dy[along(axis, len(shape), outside)]
            dy = dy[core]
            if mode in _STATISTICS:
                dy = _fold_statistic(dy, extra, y, axis, width, mode, kwargs.get("stat_length"))
            elif mode == "linear_ramp" or kwargs.get("reflect_type") == "odd":
                dy = _fold_edges(dy, extra, axis, outside, width, mode, kwargs)
            else:
                dy = add_at(dy, along(axis, len(shape), _sources(n, width, mode)[outside]), extra)
    return dy


def _pad_pushforward(tangents: Any, y: Any, array: Any, pad_width: Any, mode: Any = "constant", **kwargs: Any) -> Any:
    widths = _widths(pad_width, array.shape, mode)
    if mode in ("maximum", "minimum", "median") and array.size:
        return _statistic_pushforward(tangents[0], y, widths, array.shape, mode, kwargs.get("stat_length"))
    kwargs = {key: given for key, given in kwargs.items() if key not in ("constant_values", "end_values")}
    return np.pad(tangents[0], pad_width, "constant" if mode == "empty" else mode, **kwargs)


def _widths(pad_width: Any, shape: tuple[int, ...], mode: Any) -> list[list[int]]:
    """How much is put before and after, per axis."""
    if callable(mode):
        raise NotImplementedError("numpy.pad with a function for `mode` has no derivative; name one of NumPy's modes.")
    if not isinstance(pad_width, dict):
        return _pairs(pad_width, len(shape))
    pairs = [[0, 0] for _ in shape]
    for axis, width in pad_width.items():
        pairs[axis] = [width, width] if np.ndim(width) == 0 else list(width)
    return pairs


def _pairs(x: Any, ndim: int) -> list[Any]:
    pairs: list[Any] = np.broadcast_to(x, (ndim, 2)).tolist()
    return pairs


def _core(widths: list[list[int]], shape: tuple[int, ...]) -> tuple[slice, ...]:
    return tuple(slice(before, before + n) for (before, _), n in zip(widths, shape, strict=True))


# ---------------------------------------------------------------- selections and edges


def _sources(n: int, width: list[int], mode: Any) -> Any:
    """Which entry of an axis of length `n` each padded one is."""
    return np.pad(np.arange(n), width, mode)


def _fold_edges(
    dy: Any, extra: Any, axis: int, outside: list[int], width: list[int], mode: Any, kwargs: dict[str, Any]
) -> Any:
    """Modes whose padding is a first and b last entries, and (reflect_type="odd") 1 - a - b of the reflected one."""
    n, ndim = dy.shape[axis], dy.ndim
    options = {"reflect_type": "odd"} if "reflect_type" in kwargs else {}
    total: Any = 0
    for end in {0, n - 1}:
        at_end = (counting(n, dy) == end).astype(dy.dtype)
        unit = np.pad(at_end, width, mode, **options)[outside]
        share = np.reshape(unit, (-1,) + (1,) * (ndim - axis - 1))
        dy = add_at(dy, along(axis, ndim, slice(end, end + 1)), np.sum(extra * share, axis=axis, keepdims=True))
        total = total + share
    if mode == "linear_ramp":
        return dy
    return add_at(dy, along(axis, ndim, _sources(n, width, mode)[outside]), extra * (1 - total))


# ---------------------------------------------------------------- statistics


def _fold_statistic(dy: Any, extra: Any, y: Any, axis: int, width: list[int], mode: str, stat_length: Any) -> Any:
    ndim = dy.ndim
    sides = [slice(0, width[0]), slice(width[0], None)] if stat_length is not None else [slice(None)]
    for side, part in enumerate(sides):
        region = _region(stat_length, ndim, axis, side)
        x = y[region]
        total = np.sum(extra[along(axis, ndim, part)], axis=axis, keepdims=True)
        if mode == "mean":
            dy = add_at(dy, region, total / x.shape[axis])
        else:
            for hit, count in _hits(x, axis, mode):
                dy = add_at(dy, region, np.where(hit, total / count.astype(dy.dtype), 0))
    return dy


def _statistic_pushforward(
    dx: Any, y: Any, widths: list[list[int]], shape: tuple[int, ...], mode: str, stat_length: Any
) -> Any:
    core = _core(widths, shape)
    for axis in range(len(shape)):
        x = y[(slice(None),) * axis + core[axis:]]
        parts = [dx, dx, dx]
        for place, side in ((0, 0), (2, 1)):
            region = _region(stat_length, len(shape), axis, side)
            tangent = 0
            for hit, count in _hits(x[region], axis, mode):
                chosen = np.sum(np.where(hit, dx[region], 0), axis=axis, keepdims=True)
                tangent = tangent + chosen / count.astype(dx.dtype)
            parts[place] = np.repeat(tangent, widths[axis][side], axis)
        dx = np.concatenate(parts, axis)
    return dx


def _region(stat_length: Any, ndim: int, axis: int, side: int) -> tuple[Any, ...]:
    """The entries at one end of an axis whose statistic is repeated there."""
    length = None if stat_length is None else _pairs(stat_length, ndim)[axis][side]
    if length is None:
        return along(axis, ndim, slice(None))
    return along(axis, ndim, slice(0, length) if side == 0 else slice(-length, None))


def _hits(x: Any, axis: int, mode: str) -> list[tuple[Any, Any]]:
    """The entries that are the statistic (for a median one or two middles), and among how many it is to be shared."""
    if mode == "median":
        n = x.shape[axis]
        ordered = np.sort(x, axis=axis)
        chosen = [ordered[along(axis, x.ndim, slice(k, k + 1))] for k in {(n - 1) // 2, n // 2}]
    else:
        chosen = [(np.max if mode == "maximum" else np.min)(x, axis=axis, keepdims=True)]
    hits = [x == value for value in chosen]
    return [(hit, len(hits) * np.maximum(np.sum(hit, axis=axis, keepdims=True), 1)) for hit in hits]


rule(np.pad, _pad_pullback, pushforward=_pad_pushforward)
