"""Functions that call a user's function: along an axis, over axes, by pieces."""

from __future__ import annotations

from typing import Any

import numpy as np

from tracker._core.registry import composed


def apply_along_axis(func1d: Any, axis: int, arr: Any, *args: Any, **kwargs: Any) -> Any:
    """`func1d` of every line along `axis`, its results in that axis's place."""
    arr = np.stack(arr) if isinstance(arr, list | tuple) else arr
    axis = _normalised(axis, arr.ndim)
    lines = np.moveaxis(arr, axis, -1)
    around = lines.shape[:-1]
    if 0 in around:
        raise ValueError("Cannot apply_along_axis when any iteration dimensions are 0")
    results = [func1d(lines[index], *args, **kwargs) for index in np.ndindex(around)]
    y = np.stack(results)
    y = np.reshape(y, around + y.shape[1:])
    inner = y.ndim - len(around)
    return np.moveaxis(y, tuple(range(len(around), y.ndim)), tuple(range(axis, axis + inner)))


def _normalised(axis: int, ndim: int) -> int:
    if not -ndim <= axis < ndim:
        raise np.exceptions.AxisError(axis, ndim)
    return axis % ndim


def apply_over_axes(func: Any, a: Any, axes: Any) -> Any:
    """`func(a, axis)` for each axis in turn, dropped axes put back."""
    y, ndim = a, np.ndim(a)
    for axis in np.atleast_1d(axes).tolist():
        axis = axis + ndim if axis < 0 else axis
        result = func(y, axis)
        if np.ndim(result) != np.ndim(y):
            result = np.expand_dims(result, axis)
            if np.ndim(result) != np.ndim(y):
                raise ValueError("function is not returning an array of the correct shape")
        y = result
    return y


def piecewise(x: Any, condlist: Any, funclist: Any, *args: Any, **kw: Any) -> Any:
    """Each function of the entries where its condition holds; the last one that holds counts."""
    x = np.stack(x) if isinstance(x, list | tuple) else x
    if not hasattr(type(x), "__getitem__"):  # a tracked number
        wheres = np.reshape(np.stack(condlist) if isinstance(condlist, list | tuple) else condlist, (-1, 1))
        return np.reshape(piecewise(np.reshape(x, (1,)), wheres, funclist, *args, **kw), ())
    if np.isscalar(condlist) or not (isinstance(condlist[0], list) or np.ndim(condlist[0]) or np.ndim(x) == 0):
        condlist = [condlist]
    conditions = [np.astype(np.asarray(c), bool) if not hasattr(c, "dtype") else np.astype(c, bool) for c in condlist]
    if len(conditions) == len(funclist) - 1:
        conditions.append(~np.any(np.stack(conditions), axis=0))
    elif len(conditions) != len(funclist):
        raise ValueError(
            f"with {len(conditions)} condition(s), either {len(conditions)} or {len(conditions) + 1} "
            "functions are expected"
        )
    y = np.zeros_like(x)
    for where, f in zip(conditions, funclist, strict=True):
        if not callable(f):
            y[where] = f
        elif np.any(where):
            y[where] = f(x[where], *args, **kw)
    return y


composed(np.apply_along_axis, apply_along_axis)
composed(np.apply_over_axes, apply_over_axes)
composed(np.piecewise, piecewise)
