"""What NumPy rejects of plain values is rejected of tracked ones with NumPy's own error.

For functions that tracker writes in others, which meet a mistake at another place than NumPy does.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np

import tracker._arrays.handles as _handles
from tracker.errors import NoRuleError

# What NumPy and Python raise for arguments that don't fit.
MISTAKES: Final = (TypeError, ValueError, LookupError, AttributeError, ArithmeticError)


def error_of(f: Any, args: Any, kwargs: Any) -> Exception | None:
    """The error of the same call on copies of the plain values, None if it raises none."""
    try:
        f(*_copies(args), **{k: _copies(v) for k, v in kwargs.items()})
    except MISTAKES as error:
        return error
    return None


def as_numpy_says(f: Any, args: Any, kwargs: Any, error: Exception) -> Exception:
    """What to raise for a call that ended in `error`, a mistake found on tracker's way to the result."""
    theirs = error_of(f, args, kwargs)
    if theirs is None:
        module = getattr(f, "__module__", None) or "numpy"
        return NoRuleError(
            f"{module}.{f.__name__} of tracked values has no derivative rule for these arguments ({error}). Pass "
            "arrays of the usual shapes and dtypes, or tracker.stop_gradient(x)."
        )
    return error if isinstance(error, type(theirs)) else theirs


# Functions that call a user's, and what stands for that when NumPy is asked: it is called once for each, no more.
STAND_INS: Final[dict[Any, Any]] = {
    np.apply_along_axis: lambda row, *args, **kwargs: 0.0,
    np.apply_over_axes: lambda x, axis: x,
    np.piecewise: lambda x, *args, **kwargs: 0.0,
}


def without_calls(f: Any, args: Any, kwargs: Any, error: Exception) -> Exception:
    """What to raise for one of STAND_INS: NumPy's error, or `error` if NumPy finds the call itself right."""
    theirs = error_of(f, _standing(args, STAND_INS[f]), {k: _standing(v, STAND_INS[f]) for k, v in kwargs.items()})
    return error if theirs is None or isinstance(error, type(theirs)) else theirs


def _standing(x: Any, stand_in: Any) -> Any:
    if type(x) is list or type(x) is tuple:
        return type(x)([_standing(e, stand_in) for e in x])
    return stand_in if callable(x) else x


def _copies(x: Any) -> Any:
    """`x` plain, with arrays of its own: the call may write into them."""
    if type(x) is list or type(x) is tuple:
        return type(x)([_copies(e) for e in x])
    x = _handles.plain(x)
    return x.copy() if isinstance(x, np.ndarray) else x
