"""Which SciPy function is about to lose a gradient, told by the frames of the calls, and what to call instead.

SciPy converts its arguments and knows nothing of NumPy's protocols. Only the way to an error comes here.
"""

from __future__ import annotations

import importlib
from types import FrameType
from typing import Any, Final

_FURTHER: Final = 40  # frames looked at


def instead_of_scipy(frame: FrameType | None) -> str | None:
    """What to call in place of the outermost function of SciPy above `frame`; None if there is none."""
    found: FrameType | None = None
    for _ in range(_FURTHER):
        if frame is None:
            break
        module = str(frame.f_globals.get("__name__", ""))
        if module.startswith("scipy."):
            if not module.startswith("scipy._lib"):
                found = frame
        elif found is not None and not module.startswith(("numpy", "tracker.")):
            break
        frame = frame.f_back
    return None if found is None else _advice(found)


def _advice(frame: FrameType) -> str:
    section = _public(str(frame.f_globals["__name__"]))
    name = frame.f_code.co_name
    if name == "__init__":
        name = type(frame.f_locals.get("self")).__name__
    whole = f"scipy.{section}" if name.startswith("_") else f"scipy.{section}.{name}"
    ours = _module(section)
    if ours is None:
        return f"tracker.scipy does not cover scipy.{section}, so {whole} has no derivative."
    if name.startswith("_"):
        return f"Use tracker.scipy.{section} instead of {whole}."
    if hasattr(ours, name):
        return f"Call tracker.scipy.{section}.{name} instead of {whole}."
    return f"{whole} has no differentiable counterpart in tracker.scipy.{section}."


def _public(module: str) -> str:
    """The section of SciPy that a (private) module belongs to: "spatial.distance", "optimize"."""
    parts = []
    for part in module.split(".")[1:]:
        if part.startswith("_"):
            break
        parts.append(part)
    return ".".join(parts)


def _module(section: str) -> Any:
    """tracker's counterpart of a section of SciPy, imported now; of sparse.linalg it is sparse."""
    try:
        return importlib.import_module(f"tracker.scipy.{section}")
    except ModuleNotFoundError:
        return None
