"""numpy.emath: functions that go over to complex numbers where the real ones have no value."""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from tracker._core.registry import composed

_SINGLE: Final = frozenset("fFbhBH")  # NumPy makes these complex64, all else complex128


def _complex(x: Any) -> Any:
    return np.astype(x, np.complex64 if x.dtype.char in _SINGLE else np.complex128)


def _array(x: Any) -> Any:
    """`x` as an array, or as a number whose dtype is as strong as that of the array NumPy makes of it."""
    if isinstance(x, list | tuple):
        return np.stack(x)
    if not hasattr(type(x), "__array_function__"):
        return np.asarray(x)
    return x if np.ndim(x) else np.positive(x)


def _if_negative(x: Any) -> Any:
    x = _array(x)
    return _complex(x) if np.any(np.isreal(x) & np.less(x, 0)) else x


def _if_beyond_one(x: Any) -> Any:
    x = _array(x)
    return _complex(x) if np.any(np.isreal(x) & np.greater(np.abs(x), 1)) else x


def _power(x: Any, p: Any) -> Any:
    x, p = _if_negative(x), _array(p)
    return np.power(x, p * 1.0 if np.any(np.isreal(p) & np.less(p, 0)) else p)


composed(np.emath.sqrt, lambda x: np.sqrt(_if_negative(x)))
composed(np.emath.log, lambda x: np.log(_if_negative(x)))
composed(np.emath.log2, lambda x: np.log2(_if_negative(x)))
composed(np.emath.log10, lambda x: np.log10(_if_negative(x)))
composed(np.emath.logn, lambda n, x: np.log(_if_negative(x)) / np.log(_if_negative(n)))
composed(np.emath.power, _power)
composed(np.emath.arccos, lambda x: np.arccos(_if_beyond_one(x)))
composed(np.emath.arcsin, lambda x: np.arcsin(_if_beyond_one(x)))
composed(np.emath.arctanh, lambda x: np.arctanh(_if_beyond_one(x)))
