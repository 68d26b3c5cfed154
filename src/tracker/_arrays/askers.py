"""Who is asking for a plain value, told by the frame of the call: NumPy's tests, or a library that knows plain ones."""

from __future__ import annotations

from opcode import opmap
from types import FrameType
from typing import Final

from tracker._arrays import callee
from tracker._arrays.counterparts import outside

_ASSERTIONS: Final = "numpy.testing._private.utils"
_LIBRARIES: Final = frozenset(
    ("h5py", "matplotlib", "networkx", "numba", "pandas", "plotly", "seaborn", "sklearn", "statsmodels", "xarray")
)

_DROPPING: Final = frozenset(("_linear_filter", "_bisect", "_brenth", "_brentq", "_ridder"))  # compiled, of SciPy
_STORES: Final = frozenset(opmap[name] for name in ("STORE_SUBSCR", "STORE_SLICE") if name in opmap)


def copies(frame: FrameType | None) -> bool:
    """Whether an assignment `plain[index] = x` is asking, which keeps no reference to what it gets."""
    frame = outside(frame)
    return frame is not None and frame.f_code.co_code[frame.f_lasti] in _STORES


def in_assertion(frame: FrameType | None) -> bool:
    """Whether one of numpy.testing's assertions is asking: it compares, and returns nothing."""
    frame = outside(frame)
    return frame is not None and frame.f_globals.get("__name__") == _ASSERTIONS


def library(frame: FrameType | None) -> str | None:
    """The library that is asking, by itself or through NumPy, if it is one known to take plain values alone."""
    frame = outside(frame)
    while frame is not None:
        name = str(frame.f_globals.get("__name__", "")).partition(".")[0]
        if name != "numpy":
            return name if name in _LIBRARIES else None
        frame = frame.f_back
    return None


def needs_namespace(frame: FrameType | None) -> bool:
    """Whether SciPy's copy of array-api-compat is asking for a module of functions, which it can't do without."""
    frame = outside(frame)
    if frame is None or frame.f_code.co_name != "array_namespace":
        return False
    return str(frame.f_globals.get("__name__", "")).startswith("scipy.")


def drops_errors(frame: FrameType | None) -> bool:
    """Whether compiled code of SciPy is asking that replaces whatever error it meets, without a cause."""
    frame = outside(frame)
    if frame is None:
        return False
    return str(frame.f_globals.get("__name__", "")).startswith("scipy.optimize._highspy") or (
        callee.called_name(frame) in _DROPPING
    )
