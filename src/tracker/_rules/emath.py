"""numpy.emath: functions that go over to complex numbers where the real ones have no value."""

from __future__ import annotations

from typing import Any

import numpy as np

from tracker._core.registry import composed


def _complex(x: Any) -> Any:
    return np.astype(np.asarray(x) if isinstance(x, int | float) else x, np.result_type(x, np.complex64))


def _array(x: Any) -> Any:
    return np.stack(x) if isinstance(x, list | tuple) else x


def _if_negative(x: Any) -> Any:
    x = _array(x)
    return _complex(x) if np.isrealobj(x) and np.any(np.less(x, 0)) else x


def _if_beyond_one(x: Any) -> Any:
    x = _array(x)
    return _complex(x) if np.isrealobj(x) and np.any(np.abs(x) > 1) else x


def _power(x: Any, p: Any) -> Any:
    x, p = _if_negative(x), _array(p)
    if np.result_type(p).kind in "iu" and np.any(np.less(p, 0)):
        p = p * np.float64(1)  # as strong as the array that NumPy makes of it
    return np.power(x, p)


composed(np.emath.sqrt, lambda x: np.sqrt(_if_negative(x)))
composed(np.emath.log, lambda x: np.log(_if_negative(x)))
composed(np.emath.log2, lambda x: np.log2(_if_negative(x)))
composed(np.emath.log10, lambda x: np.log10(_if_negative(x)))
composed(np.emath.logn, lambda n, x: np.log(_if_negative(x)) / np.log(_if_negative(n)))
composed(np.emath.power, _power)
composed(np.emath.arccos, lambda x: np.arccos(_if_beyond_one(x)))
composed(np.emath.arcsin, lambda x: np.arcsin(_if_beyond_one(x)))
composed(np.emath.arctanh, lambda x: np.arctanh(_if_beyond_one(x)))
