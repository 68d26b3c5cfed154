"""Which function of numpy.polynomial is about to make tracked values plain, and its counterpart in tracker.polynomial.

NumPy gives other arrays no hook there; but it can be told by the frames of the calls. Only the way to an error
comes here, and the call of a polynomial's class, `Polynomial(c)(x)`, which maps x to its window.
"""

from __future__ import annotations

import importlib
from types import FrameType
from typing import Any, Final

import numpy as np
from numpy.polynomial import polyutils

from tracker.errors import ConversionError

_MAPDOMAIN: Final = polyutils.mapdomain.__code__


def refuse_series(x: Any) -> None:
    """Raise if `x`, which meets a tracked value, is a series of NumPy's: it would say that it can't, not what can."""
    kind = type(x)
    if str(kind.__module__).startswith("numpy.polynomial"):
        raise ConversionError(
            f"A tracked value would lose its gradient: numpy.polynomial.{kind.__name__} makes its arguments plain "
            f"arrays. Use tracker.polynomial.{kind.__name__}."
        )


def instead_of_polynomial(frame: FrameType | None) -> str | None:
    """The counterpart of the outermost function of numpy.polynomial above `frame`; None if there is none near."""
    found: FrameType | None = None
    for _ in range(12):
        if frame is None:
            break
        module = str(frame.f_globals.get("__name__", ""))
        if module.startswith("numpy.polynomial"):
            found = frame
        elif found is not None:
            if module.startswith("tracker.polynomial"):
                return None
            break
        frame = frame.f_back
    name = None if found is None else _called(found)
    return None if name is None else f"numpy.{name} makes its arguments plain arrays. Use tracker.{name}."


def _called(frame: FrameType) -> str | None:
    """What a user wrote to get into this frame, without "numpy.": a function, a class, or a method of one.

    None for a function that is NumPy's own in tracker.polynomial, too.
    """
    owner = frame.f_locals.get("self", frame.f_locals.get("cls"))
    name = frame.f_code.co_name
    if owner is not None:
        kind = owner if isinstance(owner, type) else type(owner)
        return f"polynomial.{kind.__name__}" + ("" if name.startswith("__") else f".{name}")
    section = str(frame.f_globals["__name__"]).removeprefix("numpy.")
    ours = importlib.import_module(f"tracker.{section}")
    return None if getattr(ours, name, None) is frame.f_globals.get(name) else f"{section}.{name}"


def maps_domain(frame: FrameType | None) -> bool:
    """Whether the call of a polynomial's class is asking: from `frame`, or one above it (interpreted core)."""
    for _ in range(3):
        if frame is None:
            return False
        if frame.f_code is _MAPDOMAIN:
            return bool(np.ndim(frame.f_locals["old"]) == 1)
        frame = frame.f_back
    return False
