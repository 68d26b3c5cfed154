"""Which SciPy function is about to lose a gradient, told by the frames of the calls, and what to call instead.

SciPy converts its arguments and knows nothing of NumPy's protocols. Only the way to an error comes here.
"""

from __future__ import annotations

import importlib
from types import FrameType
from typing import Any, Final

from tracker._arrays import callee

_FURTHER: Final = 40  # frames looked at
_PLUMBING: Final = ("scipy._lib", "scipy._external")  # what the sections share


def instead_of_scipy(frame: FrameType | None) -> str | None:
    """What to call in place of the outermost function of SciPy above `frame`; None if there is none."""
    compiled = _compiled(frame)
    if compiled is not None:
        return _advice(*compiled)
    found: FrameType | None = None
    wrapped: Any = None  # the function that one of SciPy's decorators (they call theirs f) is about to call
    for _ in range(_FURTHER):
        if frame is None:
            break
        module = _module_of(frame)
        if module.startswith("scipy."):
            if not module.startswith(_PLUMBING):
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
    """The same, where the innermost frame outside of tracker and NumPy is one of SciPy's: it asks by itself."""
    asking = outside(frame)
    while asking is not None and _module_of(asking).startswith("numpy."):
        asking = asking.f_back
    inside = asking is not None and _module_of(asking).startswith("scipy.")
    return instead_of_scipy(frame) if inside else None


def asked_for_number(frame: FrameType | None) -> str | None:
    """The same, for SciPy's compiled functions as well."""
    compiled = _compiled(frame)
    return around_scipy(frame) if compiled is None else _advice(*compiled)


def _compiled(frame: FrameType | None) -> tuple[str, str] | None:
    """The compiled function of SciPy that someone else calls: it has no frame of its own."""
    frame = outside(frame)
    if frame is None or _module_of(frame).startswith("scipy."):
        return None
    return callee.compiled_of_scipy(frame)


def _module_of(frame: FrameType) -> str:
    return str(frame.f_globals.get("__name__", ""))


def in_root_finder(frame: FrameType | None) -> bool:
    """Whether the check that `scipy.optimize.brentq` and its kin make of each value is asking."""
    frame = outside(frame)
    return frame is not None and frame.f_globals.get("__name__") == "scipy.optimize._zeros_py"


def outside(frame: FrameType | None) -> FrameType | None:
    """The innermost frame outside of tracker."""
    while frame is not None and _module_of(frame).startswith("tracker."):
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
    if own is None:
        return name
    if not _module_of(frame).startswith("scipy.stats"):
        kind = type(own).__name__
        public = hasattr(_theirs(_public(_module_of(frame))), kind)
        return (kind if name == "__call__" else f"{kind}.{name}") if public else name
    distribution = getattr(own, "dist", own)  # a frozen one has it
    kind = type(distribution).__name__.removesuffix("_gen").removesuffix("_frozen")
    method = frame.f_locals["fun"].__name__ if name == "wrapper" and "fun" in frame.f_locals else name
    made = getattr(distribution, "name", None) or kind
    return made if method == "__call__" else f"{made}.{method}"


def _advice(module: str, name: str) -> str:
    section = _public(module)
    if name.startswith("_") and hasattr(_module(section), name[1:]):
        name = name[1:]  # SciPy keeps the work in a private function of the same name
    whole = f"scipy.{section}" if name.startswith("_") else f"scipy.{section}.{name}"
    ours = _module(section)
    if ours is None:
        return f"tracker.scipy does not cover scipy.{section}, so {whole} has no derivative. {_why_not(section)}"
    first, _, method = name.partition(".")
    if name.startswith("_") or method.startswith("_"):
        return f"Use tracker.scipy.{section} instead of {whole}."
    counterpart = getattr(ours, first, None)
    refusal = getattr(getattr(counterpart, method, counterpart) if method else counterpart, "refusal", None)
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
