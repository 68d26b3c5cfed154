"""Arguments of distributions as in SciPy: by position or keyword, lists and numbers, in one dtype."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from tracker._arrays.leaf import collect
from tracker._arrays.real import TrackedReal
from tracker._transforms.recording import data


def bind(name: str, shapes: tuple[str, ...], args: tuple[Any, ...], kwargs: Any, last: str, x: Any = 0.0) -> Any:
    """x, the list of shapes, loc and scale of a call. `last` is "scale" or, where there is none, "loc"."""
    names = (*shapes, "loc", "scale")[: len(shapes) + (2 if last == "scale" else 1)]
    if len(args) > len(names):
        raise TypeError(f"{name} takes at most {len(names)} parameters ({', '.join(names)}); {len(args)} were given.")
    given = dict(zip(names, args, strict=False))
    for key, value in kwargs.items():
        if key not in names or key in given:
            raise TypeError(f"{name} got an unexpected or repeated parameter {key!r}; it takes {', '.join(names)}.")
        given[key] = value
    missing = [key for key in shapes if key not in given]
    if missing:
        raise TypeError(f"{name} needs the shape parameters {', '.join(missing)}.")
    values = [x, *[given[key] for key in shapes], given.get("loc", 0.0), given.get("scale", 1.0)]
    x, *found, loc, scale = _in_one_dtype([_real(name, as_array(v)) for v in values])
    return x, found, loc, scale


def _real(name: str, x: Any) -> Any:
    if getattr(getattr(x, "dtype", None), "kind", "") == "c" or type(x) is complex:
        raise TypeError(f"{name} takes real numbers; it was given complex ones. Pass their real parts.")
    return x


def as_scalar(y: Any) -> Any:
    """A NumPy number for an array without axes and for Python's number, as SciPy gives; other results as they are."""
    if type(y) is float:
        return np.float64(y)
    return y[()] if isinstance(y, np.ndarray) and y.ndim == 0 else y


def as_array(x: Any) -> Any:
    """Lists become arrays; arrays and numbers, tracked or not, stay."""
    return collect(x) if isinstance(x, list | tuple) else x


def _in_one_dtype(values: list[Any]) -> list[Any]:
    """Python's numbers take on the arrays' precision, so that special functions of them keep it.

    As NumPy's, they divide by zero and overflow as arrays do; Python's own would raise.
    """
    dtype = precision(values)
    if dtype is None:
        return [v * np.float64(1) if _kind(v) is float else v for v in values]
    return [v * dtype.type(1) if _is_weak(v) else v for v in values]


def precision(values: list[Any]) -> Any:
    """The dtype of arguments that are all less precise than float64, Python's numbers apart; None otherwise."""
    dtypes = [v.dtype for v in values if hasattr(v, "dtype") and not _is_weak(v)]
    if not dtypes or any(d not in (np.float32, np.float16) for d in dtypes):
        return None
    return np.result_type(*dtypes)


def narrowed(y: Any, values: list[Any]) -> Any:
    """`y` in the precision of the arguments: many functions of scipy.special take Python's numbers for float64."""
    dtype = precision(values)
    return y if dtype is None or y.dtype == dtype else y.astype(dtype)


def _is_weak(x: Any) -> bool:
    """Whether NumPy lets the precision of `x` be decided by arrays: Python's numbers, also tracked ones."""
    return _kind(x) is float or _kind(x) is int


def _kind(x: Any) -> type:
    return type(x) if type(x) is not TrackedReal else type(data(x))


def all_positive(shapes: list[Any]) -> Any:
    valid: Any = True
    for shape in shapes:
        valid = valid & (shape > 0)
    return valid


def no_nan(shapes: list[Any]) -> Any:
    """All numbers are allowed, infinities left out."""
    valid: Any = True
    for shape in shapes:
        valid = valid & (abs(shape) < math.inf)
    return valid


def is_valid(valid: Any) -> bool:
    return bool(np.all(valid))


def voided(x: Any, valid: Any) -> Any:
    """`x`, but NaN where it is not valid: and so is every derivative there."""
    return x + np.where(valid, 0.0, math.nan)[()]
