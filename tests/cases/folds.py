"""Cases for ufuncs' own methods: reduce, accumulate, reduceat."""

from __future__ import annotations

from typing import Any

import numpy as np

from tests.cases.case import Case, case, positive, scalar, value, wrapped
from tests.cases.sorting import spread
from tracker._core.registry import methods

_MASK = np.array([[True, False, True, True], [False, True, True, False], [True, True, True, True]])
_GAPS = value([[0.1, np.nan, 2.0, -1.5], [-1.7, 0.5, np.nan, 3.0], [0.3, -0.7, 1.1, 4.0]])
_APART = value(0.5313 + 0.1187 * np.array([[5, 2, 11, 0], [8, 1, 7, 3], [4, 10, 6, 9]]))
_MANY_AXES = (np.logaddexp, np.logaddexp2, np.hypot, np.fmax, np.fmin)
_IN_ORDER = (np.subtract, np.true_divide, np.float_power, np.fmod, np.remainder)
_SLICED = (np.multiply, np.maximum, np.minimum, *_MANY_AXES, *_IN_ORDER)


def _reductions(ufunc: Any, x: Any) -> list[Case]:
    f = methods[ufunc, "reduce"]
    return [
        wrapped(f, ufunc.reduce, x),
        *(case(f, x, axis=axis) for axis in (0, -1, (1,), ())),
        case(f, x, axis=1, keepdims=True, dtype=np.float64),
        case(f, x, axis=1, initial=1.93),
        case(f, x, 0, None, None, True, scalar(1.67)),
    ]


def _accumulations(ufunc: Any, x: Any) -> list[Case]:
    f = methods[ufunc, "accumulate"]
    return [wrapped(f, ufunc.accumulate, x), *(case(f, x, axis=axis) for axis in (1, -1)), case(f, x, 0, np.float64)]


_METHODS = [
    *(c for f in (*_MANY_AXES, *_IN_ORDER) for c in _reductions(f, _APART)),
    *(c for f in (*_MANY_AXES, *_IN_ORDER) for c in _accumulations(f, _APART)),
    *(case(methods[f, "reduce"], spread(2, 3, 4), axis=axis) for f in _MANY_AXES for axis in (None, (0, 2))),
    *(case(methods[f, "reduce"], spread(3, 4), axis=1, where=_MASK, initial=0.01) for f in _MANY_AXES),
    *(case(methods[f, "reduce"], _GAPS, axis=axis) for f in (np.fmax, np.fmin) for axis in (None, 0, 1)),
    *(case(methods[f, "accumulate"], _GAPS, axis=1) for f in (np.fmax, np.fmin)),
    *(case(methods[f, "accumulate"], positive(2, 1), axis=1) for f in (np.fmax, np.subtract, np.hypot)),
    case(methods[np.subtract, "reduce"], spread(2, 3), axis=0).but(complex=True),
    case(methods[np.true_divide, "reduce"], positive(3, 4), axis=1).but(complex=True),
    case(methods[np.true_divide, "accumulate"], positive(3, 4), axis=1).but(complex=True),
]

_SLICES = [wrapped(methods[f, "reduceat"], lambda x, f=f: f.reduceat(x, [0, 2, 1], axis=1), _APART) for f in _SLICED]

CASES: list[Case] = [*_METHODS, *_SLICES]
