"""a + b and its kin: small arrays by kernels.c where that was compiled, everything else by NumPy."""

from __future__ import annotations

import operator
from typing import Any, Final

try:
    from tracker._arrays import kernels as _kernels
except ImportError:
    _compiled: Any = None
else:
    _compiled = _kernels


def _no_kernel(*_: Any) -> None:
    """What the kernels say to an array that they leave to NumPy."""


def _function(name: str, otherwise: Any) -> Any:
    return otherwise if _compiled is None else getattr(_compiled, name)


add: Final = _function("add", operator.add)
subtract: Final = _function("subtract", operator.sub)
multiply: Final = _function("multiply", operator.mul)
divide: Final = _function("divide", operator.truediv)
negative: Final = _function("negative", operator.neg)
add_into: Final = _function("add_into", operator.add)  # the sum, which may be written into the first
scaled: Final = _function("scaled", _no_kernel)  # dy times a program of the operands, or None
fitted: Final = _function("fitted", _no_kernel)  # a gradient summed or broadcast to a shape and dtype, or None
has_nan: Final = _function("has_nan", _no_kernel)  # whether an entry is NaN, or None
chosen: Final = _function("chosen", _no_kernel)  # the pullback of maximum (sign 1) or minimum (-1), or None
extremal: Final = _function("extremal", _no_kernel)  # the pullback of max or min over the last axes, or None
