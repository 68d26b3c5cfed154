"""`np.mean` of a list of tracked numbers, which NumPy would make an array without asking us.

NumPy dispatches on a list's entries in `np.stack` and `np.concatenate`, not in `np.mean`: that
calls `np.asanyarray(list)`, as `np.array(list)` does. But it can be told by its frame. There, and
only there, tracked numbers become an object array, which `np.add.reduce` sums; and the dtype of the sum,
in NumPy's last step, `sum.dtype.type(sum / count)`, gives the mean of the array that NumPy would have made.
"""

from __future__ import annotations

from collections.abc import Callable
from types import FrameType, SimpleNamespace
from typing import Any, Final

import numpy as np
from numpy._core import _methods

from tracker._core.registry import refusals

_MEAN: Final = getattr(getattr(_methods, "_mean", None), "__code__", None)

_COMPARISONS: Final = tuple(
    getattr(getattr(f, "__wrapped__", f), "__code__", None) for f in (np.array_equal, np.array_equiv)
)
_JOINED: Final = {"r_": np.r_, "c_": np.c_}
_JOIN: Final = "NumPy makes the parts of a matrix plain. Use numpy.hstack, numpy.concatenate or numpy.column_stack."


def in_plain_mean(frame: FrameType | None) -> bool:
    """Whether NumPy's mean that gives one number is asking."""
    return of_plain_mean(frame) is not None


def asked_by_plain_mean(frame: FrameType) -> Any:
    """The list whose mean NumPy is taking, if it is that mean which asks a tracked number for its dtype.

    In `frame`, or behind one of real.py's own (interpreted core): what is called on the way asks, too.
    """
    asking = frame.f_back if frame.f_globals.get("__name__") == "tracker._arrays.real" else frame
    return of_plain_mean(asking, 1)


def of_plain_mean(frame: FrameType | None, depth: int = 3) -> Any:
    """The list whose mean, one number, NumPy is taking: in `frame`, or one above it (interpreted core)."""
    for _ in range(depth):
        if frame is None:
            return None
        if frame.f_code is _MEAN:
            given = frame.f_locals
            plain = not given.get("keepdims") and given.get("dtype") is None and given.get("out") is None
            flat = given.get("axis") is None or not any(type(e) in (list, tuple) for e in given["a"])
            return given["a"] if plain and flat and given.get("where") is True else None
        frame = frame.f_back
    return None


def dtype_that_gives(mean: Callable[[], Any]) -> Any:
    """What stands for the dtype of the sum in NumPy's mean, and gives `mean()` as the result."""
    return SimpleNamespace(type=lambda _: mean())


def in_comparison(frame: FrameType | None) -> bool:
    """Whether `np.array_equal` or `array_equiv` is asking: a failure would mean "no" to them."""
    for _ in range(3):
        if frame is None:
            return False
        if frame.f_code in _COMPARISONS:
            return True
        frame = frame.f_back
    return False


def refused_by_numpy(frame: FrameType | None) -> tuple[str, str] | None:
    """The name of the function of NumPy that is asking, and why it can't be followed, where that is known.

    None if SciPy calls it: it is SciPy's function that has a counterpart.
    """
    for _ in range(6):
        if frame is None:
            return None
        if str(frame.f_globals.get("__name__", "")).startswith("numpy."):
            name = frame.f_code.co_name
            for joined, of_numpy in _JOINED.items():
                if name == "__getitem__" and frame.f_locals.get("self") is of_numpy:
                    return joined, _JOIN
            reason = refusals.get(vars(np).get(name) or frame.f_globals.get(name))
            if reason is not None:
                return None if _is_of_scipy(frame.f_back) else (name, reason)
        frame = frame.f_back
    return None


def _is_of_scipy(frame: FrameType | None) -> bool:
    return frame is not None and str(frame.f_globals.get("__name__", "")).startswith("scipy.")


def as_object(x: Any) -> Any:
    """A 0-d object array that holds `x`."""
    array = np.empty((), object)
    array[()] = x
    return array
