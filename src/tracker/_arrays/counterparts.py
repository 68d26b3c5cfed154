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
    wrapped: Any = None  # the function that one of SciPy's decorators (they call theirs f) is about to call
    for _ in range(_FURTHER):
        if frame is None:
            break
        module = str(frame.f_globals.get("__name__", ""))
        if module.startswith("scipy."):
            if not module.startswith("scipy._lib"):
                found = frame
            elif str(getattr(frame.f_locals.get("f"), "__module__", "")).startswith("scipy."):
                wrapped = frame.f_locals["f"]
        elif (found is not None or wrapped is not None) and not module.startswith(("numpy", "tracker.")):
            break
        frame = frame.f_back
    if found is None:
        return None if wrapped is None else _advice(str(wrapped.__module__), str(wrapped.__name__))
    module = str(found.f_globals["__name__"])
    matrix = found.f_locals.get("self")
    if module.startswith("scipy.sparse.") and hasattr(matrix, "tocsr") and found.f_code.co_name != "__init__":
        return f"Write tracker.scipy.sparse.csr_matrix(A) in place of A, a {type(matrix).__name__} of scipy.sparse."
    return _advice(module, _called(found))


def around_scipy(frame: FrameType | None) -> str | None:
    """The same, where SciPy itself asks for a number: the innermost frame outside of tracker is one of SciPy's."""
    frame = outside(frame)
    inside = frame is not None and str(frame.f_globals.get("__name__", "")).startswith("scipy.")
    return instead_of_scipy(frame) if inside else None


def in_root_finder(frame: FrameType | None) -> bool:
    """Whether the check that `scipy.optimize.brentq` and its kin make of each value is asking."""
    frame = outside(frame)
    return frame is not None and frame.f_globals.get("__name__") == "scipy.optimize._zeros_py"


def outside(frame: FrameType | None) -> FrameType | None:
    """The innermost frame outside of tracker."""
    while frame is not None and str(frame.f_globals.get("__name__", "")).startswith("tracker."):
        frame = frame.f_back
    return frame


def _called(frame: FrameType) -> str:
    """What a user wrote to get into this frame: a function, a class, or a distribution and its method."""
    name, own = frame.f_code.co_name, frame.f_locals.get("self")
    if name == "__init__":
        return type(own).__name__
    decorated = frame.f_locals.get("hypotest_fun_in")  # in the wrapper that scipy.stats' decorator makes
    if decorated is not None:
        return str(decorated.__name__)
    if name == "wrapper" and own is None and "fun" in frame.f_locals:  # scipy.special's decorator
        return str(frame.f_locals["fun"].__name__)
    if type(own).__name__ == "MultiUFunc":
        return str(own.__name__)  # type: ignore[union-attr]
    if own is None or not str(frame.f_globals["__name__"]).startswith("scipy.stats"):
        return name
    distribution = getattr(own, "dist", own)  # a frozen one has it
    kind = type(distribution).__name__.removesuffix("_gen").removesuffix("_frozen")
    method = frame.f_locals["fun"].__name__ if name == "wrapper" and "fun" in frame.f_locals else name
    return f"{getattr(distribution, 'name', None) or kind}.{method}"


def _advice(module: str, name: str) -> str:
    section = _public(module)
    if name.startswith("_") and hasattr(_module(section), name[1:]):
        name = name[1:]  # SciPy keeps the work in a private function of the same name
    whole = f"scipy.{section}" if name.startswith("_") else f"scipy.{section}.{name}"
    ours = _module(section)
    if ours is None:
        return f"tracker.scipy does not cover scipy.{section}, so {whole} has no derivative. {_why_not(section)}"
    if name.startswith("_"):
        return f"Use tracker.scipy.{section} instead of {whole}."
    first, _, method = name.partition(".")
    counterpart = getattr(ours, first, None)
    refusal = getattr(counterpart, "refusal", None)
    if refusal is not None:
        return f"{whole} has no derivative: {refusal}"
    ours_too = counterpart is not None and counterpart is not getattr(_theirs(section), first, None)
    if ours_too and (not method or hasattr(counterpart, method)):
        return f"Call tracker.scipy.{section}.{name} instead of {whole}."
    return f"{whole} has no differentiable counterpart in tracker.scipy.{section}."


def _why_not(section: str) -> str:
    """Why a whole section of SciPy has no counterpart."""
    reasons: dict[str, str] = importlib.import_module("tracker.scipy._without.whole").REASONS
    return reasons.get(section, "Where the function is simple, write it with NumPy.")


def _theirs(section: str) -> Any:
    """SciPy's section itself: what a counterpart merely passes on is none."""
    return importlib.import_module(f"scipy.{section}")


def _public(module: str) -> str:
    """The section of SciPy that a (private) module belongs to: "spatial.distance", "optimize"."""
    parts = []
    for part in module.split(".")[1:]:
        if part.startswith("_"):
            break
        parts.append(part)
    return ".".join(parts)


def _module(section: str) -> Any:
    """tracker's counterpart of a section of SciPy, imported now."""
    try:
        return importlib.import_module(f"tracker.scipy.{section}")
    except ModuleNotFoundError:
        return None
