"""Evenly spaced numbers between tracked ends: compositions of functions with rules."""

from __future__ import annotations

import operator
from typing import Any

import numpy as np

from tracker._core.registry import composed


def linspace(
    start: Any, stop: Any, num: Any = 50, endpoint: bool = True, retstep: bool = False, dtype: Any = None,
    axis: int = 0, *, device: Any = None,
) -> Any:  # fmt: skip
    """NumPy's steps: start + k * step, the last one stop itself."""
    num = _count(num)
    np.linspace(0.0, 1.0, 0, device=device)  # raises for any but "cpu"
    _refuse_dtype("linspace", dtype)
    gaps = num - 1 if endpoint else num
    start, stop = _number(start) * 1.0, _number(stop) * 1.0
    dt = np.result_type(start, stop, float(num))
    delta = np.subtract(stop, start)
    counts = _counts(num, delta, dt.type(0).real.dtype)
    y, step = _offsets(counts, delta, gaps)
    y = y + start
    if endpoint and num > 1:
        y = np.concatenate([y[:-1], np.expand_dims(np.broadcast_to(stop, y.shape[1:]), 0)])
    y = np.moveaxis(y, 0, axis) if axis != 0 else y
    y = np.astype(y, dt)
    y = y if dtype is None else np.astype(y, dtype)
    return (y, step) if retstep else y


def _offsets(counts: Any, delta: Any, gaps: int) -> tuple[Any, Any]:
    if gaps <= 0:
        return counts * delta, np.nan
    step = delta / gaps
    if np.any(step == 0):
        return (counts / gaps) * delta, step
    return counts * step, step


def _counts(num: int, delta: Any, dtype: Any) -> Any:
    """0, 1, ... along a first axis before those of `delta`, in an array of its kind."""
    counts = np.reshape(np.arange(num), (-1,) + (1,) * np.ndim(delta))
    if isinstance(delta, np.ndarray | np.generic | float | complex):
        return counts.astype(dtype)
    return np.astype(np.zeros_like(delta, shape=counts.shape, dtype=dtype) + counts, dtype)


def _number(x: Any) -> Any:
    return np.stack(x) if isinstance(x, list | tuple | range) else x


def _count(num: Any) -> int:
    n = operator.index(num)
    if n < 0:
        raise ValueError(f"Number of samples, {n}, must be non-negative.")
    return n


def _refuse_dtype(name: str, dtype: Any) -> None:
    if dtype is not None and np.dtype(dtype).kind not in "fc":
        raise NotImplementedError(
            f"numpy.{name} with dtype={dtype!r} and a tracked end has no derivative: leave dtype out, "
            "or pass tracker.stop_gradient of the ends."
        )


def logspace(
    start: Any, stop: Any, num: Any = 50, endpoint: bool = True, base: Any = 10.0, dtype: Any = None, axis: int = 0
) -> Any:
    """base ** linspace."""
    _refuse_dtype("logspace", dtype)
    start, stop, base = _number(start), _number(stop), _number(base)
    if np.ndim(base):
        ndim = len(np.broadcast_shapes(np.shape(start), np.shape(stop), np.shape(base)))
        start, stop, base = (np.reshape(v, (1,) * (ndim - np.ndim(v)) + np.shape(v)) for v in (start, stop, base))
        base = np.expand_dims(base, axis=axis)
    y = np.power(base, np.linspace(start, stop, num=num, endpoint=endpoint, axis=axis))
    return y if dtype is None else np.astype(y, dtype)


def geomspace(start: Any, stop: Any, num: Any = 50, endpoint: bool = True, dtype: Any = None, axis: int = 0) -> Any:
    """A geometric progression, between complex ends along a logarithmic spiral."""
    _refuse_dtype("geomspace", dtype)
    start, stop = _array_of(start), _array_of(stop)
    if np.any(np.equal(start, 0)) or np.any(np.equal(stop, 0)):
        raise ValueError("Geometric sequence cannot include zero")
    num = _count(num)
    kind = np.result_type(start, stop, float(num), np.zeros((), dtype))
    start, stop = np.astype(start, kind), np.astype(stop, kind)
    turn = np.sign(start)  # -1, or of complex numbers the direction
    first, last = start / turn, stop / turn
    y = np.logspace(np.log10(first), np.log10(last), num=num, endpoint=endpoint, base=10.0, dtype=kind)
    if num:
        y = np.concatenate([_row(first, y), y[1:]])
    if num > 1 and endpoint:
        y = np.concatenate([y[:-1], _row(last, y)])
    y = y * turn
    y = np.moveaxis(y, 0, axis) if axis != 0 else y
    return y if dtype is None else np.astype(y, dtype)


def _array_of(x: Any) -> Any:
    """`x` as an array, or as a number whose dtype is as strong as that of the array NumPy makes of it."""
    if isinstance(x, list | tuple | range):
        return np.stack(x)
    if np.ndim(x):
        return x
    return x * np.int8(1) if hasattr(type(x), "__array_function__") else np.asarray(x)


def _row(x: Any, y: Any) -> Any:
    return np.expand_dims(np.broadcast_to(x, y.shape[1:]), 0)


composed(np.linspace, linspace)
composed(np.logspace, logspace)
composed(np.geomspace, geomspace)
