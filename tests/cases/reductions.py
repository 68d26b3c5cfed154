"""Sums, products, moments and extrema over axes, and their NaN-skipping kin."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from tests.cases.case import Case, case, normal, scalar, value, wrapped
from tests.cases.sorting import spread
from tracker._core.registry import methods

_MASK = np.array([[True, False, True, True], [False, True, True, False], [True, True, True, True]])
_ROW_MASK = np.array([True, True, False, True])
_GAPS = value([[1.0, np.nan, 2.0, -1.5], [np.nan, 0.5, 3.0, np.nan], [0.3, -0.7, 1.1, 4.0]])
_ZEROS = value([[2.0, 0.0, 3.0, 0.0], [0.0, 1.0, -2.0, 0.5], [1.0, 4.0, -1.0, 0.7]])

_BOX = normal(2, 3, 4)
_AXES: list[dict[str, Any]] = [
    {},
    {"axis": 0},
    {"axis": -1},
    {"axis": (0, 2)},
    {"axis": (-1, 0)},
    {"axis": ()},
    {"axis": 1, "keepdims": True},
    {"axis": (2, 1), "keepdims": True},
    {"keepdims": True},
]


def _by_axes(f: Callable[..., Any], x: Any = _BOX) -> list[Case]:
    return [case(f, x, **keywords) for keywords in _AXES]


def _by_masks(f: Callable[..., Any], x: Any, **more: Any) -> list[Case]:
    return [
        case(f, x, where=_MASK, **more),
        case(f, x, axis=1, where=_ROW_MASK, **more),
        case(f, x, axis=1, where=_MASK, keepdims=True, **more),
        case(f, x, axis=(0, 1), where=_MASK[:, :1], **more),
        case(f, x, where=True, **more),
    ]


_SUMS = [
    *(c.but(complex=True) for f in (np.sum, np.mean, np.prod) for c in _by_axes(f)),
    *(c.but(complex=True) for f in (np.sum, np.mean, np.prod) for c in _by_masks(f, normal(3, 4))),
    *(c for f in (np.nansum, np.nanmean, np.nanprod) for c in _by_axes(f)),
    *(c for f in (np.nansum, np.nanmean, np.nanprod) for c in _by_masks(f, _GAPS)),
    *(case(f, _GAPS, **keywords) for f in (np.nansum, np.nanmean, np.nanprod) for keywords in _AXES[:3]),
    *(case(f, normal(3, 4)).but(complex=True) for f in (np.nansum, np.nanmean, np.nanprod)),
    *(case(f, normal(3, 4), 1, np.float64, None, True) for f in (np.sum, np.mean, np.prod, np.nansum, np.nanprod)),
    *(case(f, normal(3), dtype=complex) for f in (np.sum, np.mean, np.prod)),
    *(case(f, normal()) for f in (np.sum, np.mean, np.prod, np.nansum, np.nanmean, np.nanprod)),
    *(case(f, normal(), axis=axis) for f in (np.sum, np.prod, np.max) for axis in (0, -1)),
    *(case(f, normal(0, 3), axis=1) for f in (np.sum, np.mean, np.prod, np.nansum, np.nanprod)),
    *(case(f, normal(0, 3), axis=0) for f in (np.sum, np.prod, np.nansum, np.nanprod)),
    *(case(f, normal(3, 4), axis=0, initial=2.5) for f in (np.sum, np.prod, np.nansum, np.nanprod)),
    *(case(f, normal(3, 4), initial=2.5, where=_MASK) for f in (np.sum, np.prod, np.nansum, np.nanprod)),
    *(
        wrapped(f, lambda a, start, f=f: f(a, axis=0, initial=start, where=_MASK), x, scalar(1.3))
        for f, x in ((np.sum, normal(3, 4)), (np.prod, normal(3, 4)), (np.nansum, _GAPS), (np.nanprod, _GAPS))
    ),
    *(case(f, scalar(1.5)) for f in (np.sum, np.mean, np.prod, np.nansum, np.nanmean, np.nanprod)),
    case(np.prod, value([0.0, 2.0, 3.0])),
    case(np.prod, value([0.0, 2.0, 0.0, 4.0])),
    case(np.prod, value([0.0, 0.0, 0.0, 4.0])),
    case(np.prod, _ZEROS, axis=0),
    case(np.prod, _ZEROS, axis=1),
    case(np.prod, _ZEROS),
    case(np.prod, _ZEROS, where=_MASK),
    case(np.nanprod, value([0.0, np.nan, 0.0, 4.0])),
]

_MOMENTS = [
    *(c.but(complex=True) for f in (np.var, np.std) for c in _by_axes(f) if c.kwargs.get("axis") != ()),
    *(c.but(complex=True) for f in (np.var, np.std) for c in _by_masks(f, normal(3, 4))),
    *(c for f in (np.nanvar, np.nanstd) for c in _by_axes(f) if c.kwargs.get("axis") != ()),
    *(c for f in (np.nanvar, np.nanstd) for c in _by_masks(f, _GAPS)),
    *(case(f, _GAPS, **keywords) for f in (np.nanvar, np.nanstd) for keywords in ({}, {"axis": -1})),
    *(
        case(f, normal(3, 4), **keywords)
        for f in (np.var, np.std, np.nanvar, np.nanstd)
        for keywords in (
            {"ddof": 1},
            {"axis": 0, "ddof": 1.5},
            {"axis": 1, "correction": 1},
            {"axis": 1, "correction": 1, "keepdims": True},
            {"axis": 0, "dtype": np.float64},
            {"axis": 0, "mean": np.full((1, 4), 0.3)},
            {"axis": -1, "mean": np.full((3, 1), 0.3), "where": _MASK | ~_ROW_MASK, "ddof": 1},
        )
    ),
    *(
        wrapped(f, lambda a, f=f: f(a, axis=1, mean=np.mean(a, axis=1, keepdims=True)), normal(3, 4))
        for f in (np.var, np.std, np.nanvar, np.nanstd)
    ),
    *(
        wrapped(f, lambda a, m, f=f: f(a, axis=1, mean=m, ddof=1), normal(3, 4), normal(3, 1)).but(complex=f is np.var)
        for f in (np.var, np.std, np.nanvar, np.nanstd)
    ),
    *(wrapped(f, lambda a, m, f=f: f(a, mean=m), np.arange(4.0), normal(1)) for f in (np.var, np.std)),
    *(case(f, normal(0, 3), axis=1) for f in (np.var, np.std)),
    *(case(f, value([2.0, 5.0, 1.0, 1.5])) for f in (np.var, np.std)),
    case(np.var, value([1.0, 1.0, 1.0])),
    case(np.var, scalar(1.5)),
]

_EXTREMA = [
    *(
        c
        for f in (np.max, np.min, np.amax, np.amin, np.nanmax, np.nanmin, np.ptp)
        for c in _by_axes(f, spread(2, 3, 4))
    ),
    *(c for f, start in ((np.max, -9.0), (np.min, 9.0)) for c in _by_masks(f, spread(3, 4), initial=start)),
    *(c for f, start in ((np.nanmax, -9.0), (np.nanmin, 9.0)) for c in _by_masks(f, _GAPS, initial=start)),
    *(case(f, _GAPS, **keywords) for f in (np.nanmax, np.nanmin) for keywords in _AXES[:3]),
    *(case(f, spread(3, 4), axis=0, initial=0.1) for f in (np.max, np.min, np.amax, np.amin, np.nanmax, np.nanmin)),
    *(
        wrapped(f, lambda a, start, f=f: f(a, axis=0, initial=start), spread(3, 4), scalar(0.1))
        for f in (np.max, np.min, np.amax, np.amin, np.nanmax, np.nanmin)
    ),
    *(case(f, spread(3, 4), 1, None, True) for f in (np.max, np.min, np.ptp)),
    *(case(f, spread(0, 3), axis=1) for f in (np.max, np.min, np.ptp)),
    *(case(f, spread()) for f in (np.max, np.min, np.ptp)),
    *(case(f, scalar(1.5)) for f in (np.max, np.min, np.amax, np.amin, np.nanmax, np.nanmin, np.ptp)),
]

_logaddexp_reduce = methods[np.logaddexp, "reduce"]
_LOGADDEXP = [
    wrapped(
        _logaddexp_reduce, lambda low, a: np.logaddexp.reduce(np.concatenate((low, a))), np.array([-np.inf]), normal(3)
    ),
    wrapped(_logaddexp_reduce, lambda a: np.logaddexp.reduce(a + 800), normal(3)).but(float32=False),
    case(_logaddexp_reduce, normal(2, 0), axis=0),
]

CASES: list[Case] = [*_SUMS, *_MOMENTS, *_EXTREMA, *_LOGADDEXP]
