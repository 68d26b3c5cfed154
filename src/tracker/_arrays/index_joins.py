"""`np.r_[x, 1.0]` and `np.c_[x, y]` of tracked parts: NumPy's own classes say the shape and dtype of each part.

They are Python classes that make their parts plain arrays, and offer other arrays no protocol. So their `__getitem__`
is replaced by one that does what it did unless it meets a tracked value.
"""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable
from typing import Any

import numpy as np

import tracker._arrays.handles as _handles
from tracker._arrays.leaf import collect
from tracker.errors import ConversionError


def install() -> None:
    """Put tracker's `__getitem__` into the classes of np.r_ and np.c_."""
    for builder in (np.r_, np.c_):
        _extend(type(builder))


def _extend(kind: Any) -> None:
    """Around NumPy's own `__getitem__`, however often tracker is loaded."""
    numpys = getattr(kind.__getitem__, "of_numpy", kind.__getitem__)

    @functools.wraps(numpys)
    def __getitem__(self: Any, key: Any) -> Any:
        if isinstance(key, str):  # names of the caller's variables, which NumPy looks up one frame above
            caller = sys._getframe(1)
            return np.bmat(key, caller.f_globals, caller.f_locals)
        try:
            return numpys(self, key)
        except ConversionError as error:
            return _joined(lambda *parts: numpys(self, parts), self.axis, key, error)

    __getitem__.of_numpy = numpys  # type: ignore[attr-defined]
    kind.__getitem__ = __getitem__


def _joined(join: Callable[..., Any], axis: int, key: Any, error: ConversionError) -> Any:
    """The parts in the shapes and the dtype that NumPy gives them, concatenated."""
    given = key if type(key) is tuple else (key,)
    directive = given[:1] if isinstance(given[0], str) else ()
    if directive in (("r",), ("c",)):  # a numpy.matrix
        raise error
    parts = [_part(part, error) for part in given[len(directive) :]]
    whole = join(*directive, *[_handles.plain(part) for part in parts])
    if not _handles.is_inexact(whole.dtype):
        raise error
    shaped = []
    for part in parts:
        plain = join(*directive, _handles.plain(part))
        laid = np.reshape(part, plain.shape) if _handles.is_tracked(part) else plain
        shaped.append(laid.astype(whole.dtype))
    return np.concatenate(shaped, int(directive[0].split(",")[0]) if directive else axis)


def _part(x: Any, error: ConversionError) -> Any:
    """A tracked value, also for a list of tracked numbers and for a slice between them; else as it is."""
    if not isinstance(x, slice):
        return collect(x) if _handles.level_of(x) >= 0 else x
    if _handles.level_of((x.start, x.stop, x.step)) < 0:
        return x
    if not isinstance(x.step, complex):
        raise error
    return np.linspace(0 if x.start is None else x.start, x.stop, int(abs(x.step)))
