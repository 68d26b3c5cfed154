"""Sorting, order statistics and distinct values."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import numpy as np

from tests.cases.case import Case, Input, case, scalar, uniform, value, wrapped


def spread(*shape: int) -> Input:
    """Numbers that differ by at least 0.3 from each other: no step of a difference reorders them."""

    def make(rng: np.random.Generator) -> Any:
        n = int(np.prod(shape))
        return (0.4 * (rng.permutation(n) - n / 2) + rng.uniform(0, 0.1, n)).reshape(shape)

    return Input(make)


_GAPS = value([[1.0, np.nan, 2.0, -1.5], [np.nan, 0.5, 3.0, 7.0], [0.3, -0.7, 1.1, 4.0]])
_WEIGHTS = np.array([[1.0, 2.0, 0.5, 1.0], [2.0, 1.0, 1.0, 3.0], [1.0, 0.7, 0.2, 2.0]])

_METHODS = (
    "inverted_cdf",
    "averaged_inverted_cdf",
    "closest_observation",
    "interpolated_inverted_cdf",
    "hazen",
    "weibull",
    "linear",
    "median_unbiased",
    "normal_unbiased",
    "lower",
    "higher",
    "midpoint",
    "nearest",
)
_SMOOTH = ("linear", "weibull", "hazen", "interpolated_inverted_cdf", "median_unbiased", "normal_unbiased")

_SORTS = [
    *(
        c.but(complex=True)
        for c in (
            case(np.sort, spread(6)),
            case(np.sort, spread(3, 4)),
            case(np.sort, spread(3, 4), 0),
            case(np.sort, spread(2, 3, 4), axis=-2),
            case(np.sort, spread(3, 4), axis=None),
            case(np.sort, spread(3, 4), kind="heapsort"),
            case(np.sort, spread(3, 4), axis=0, stable=True),
            case(np.sort, spread(0, 3)),
            case(np.partition, spread(9), 4),
            case(np.partition, spread(3, 7), (1, 5)),
            case(np.partition, spread(7, 3), 2, axis=0),
            case(np.partition, spread(2, 7, 3), -2, axis=-2),
            case(np.partition, spread(3, 4), 5, axis=None),
            case(np.sort_complex, spread(5)),
            case(np.sort_complex, spread(2, 5)),
        )
    ),
    case(np.partition, value(np.random.default_rng(0).permutation(100)), 50),  # long enough for vector instructions
]


def _statistics(f: Callable[..., Any], x: Any, *q: Any) -> list[Case]:
    return [
        case(f, x, *q),
        case(f, x, *q, axis=0),
        case(f, x, *q, axis=-1),
        case(f, x, *q, axis=(0, 1)),
        case(f, x, *q, axis=1, keepdims=True),
        case(f, x, *q, keepdims=True),
        case(f, spread(5), *q),
        case(f, spread(4), *q),
        case(f, spread(2, 3, 4), *q, axis=(-1, 0)),
        case(f, spread(2, 3, 4), *q, axis=(0, 2), keepdims=True),
        case(f, spread(2, 3, 4), *q, axis=1),
    ]


if "descending" in inspect.signature(np.sort).parameters:  # NumPy 2.5
    _SORTS += [case(np.sort, spread(3, 4), descending=True), case(np.sort, spread(3, 4), axis=0, descending=True)]


_QUANTILES = [
    *_statistics(np.median, spread(3, 4)),
    *_statistics(np.nanmedian, _GAPS),
    *(case(f, spread(1)) for f in (np.median, np.nanmedian)),
    *(case(f, spread(3, 0), axis=0) for f in (np.median,)),
    *(
        c
        for f, x, whole in (
            (np.quantile, spread(3, 4), 1),
            (np.percentile, spread(3, 4), 100),
            (np.nanquantile, _GAPS, 1),
            (np.nanpercentile, _GAPS, 100),
        )
        for c in (
            *_statistics(f, x, 0.3 * whole),
            *_statistics(f, x, np.array([0.77, 0.1]) * whole),
            case(f, x, np.array([0.0, 0.5, 1.0]) * whole, axis=1),
            case(f, x, 0, axis=1),
            case(f, x, whole, axis=1),
            case(f, x, np.array([[0.2, 0.3], [0.9, 0.41]]) * whole, axis=0),
            case(f, x, [0.2 * whole], axis=0),
            *(case(f, x, np.array([0.41, 0.07, 0.93]) * whole, axis=-1, method=m) for m in _METHODS),
            *(case(f, spread(5), 0.5 * whole, method=m) for m in _METHODS),
            case(f, spread(3, 4), 0.3 * whole, axis=1, method="inverted_cdf", weights=_WEIGHTS),
            *(
                case(f, x, uniform(0.45 * whole, 0.49 * whole, 2), axis=1, method=m)
                for m in ("linear", "weibull", "lower")
            ),
            *(case(f, spread(6), scalar(0.36 * whole), method=m) for m in _SMOOTH),
            case(f, spread(6), scalar(0.05 * whole), method="weibull"),
            wrapped(f, lambda q, f=f: f(np.array([1.0, 4.0, 2.0, 8.0]), q), scalar(0.4 * whole)),
        )
    ),
]

_WEIGHTED = [
    case(f, spread(3, 4), q, axis=0, method="inverted_cdf", weights=np.array([1.0, 2.0, 0.5]))
    for f, q in ((np.quantile, 0.6), (np.percentile, [60, 20]))
]

_DISTINCT = [
    *(
        c.but(complex=True)
        for c in (
            case(np.unique, spread(5)),
            case(np.unique, spread(2, 3)),
            wrapped(np.unique, lambda a: np.sort(np.unique(a, sorted=False)), spread(5)),  # it comes in any order
            wrapped(np.unique_values, lambda a: np.sort(np.unique_values(a)), spread(2, 3)),
        )
    ),
    case(np.unique, spread(0)),
    case(np.unique, spread(3, 2), axis=0),
    case(np.unique, spread(3, 4), axis=1),
    case(np.unique, spread(3, 4, 2), axis=-2),
    wrapped(np.unique, lambda a: np.unique(a, return_index=True)[0], spread(5)),
    wrapped(np.unique, lambda a: np.unique(a, True, True, True)[0], spread(2, 3)),
    wrapped(np.unique, lambda a: np.unique(a, axis=0, return_inverse=True)[0], spread(3, 2)),
    wrapped(np.unique_all, lambda a: np.unique_all(a).values, spread(2, 3)),
    wrapped(np.unique_counts, lambda a: np.unique_counts(a).values, spread(2, 3)),
    wrapped(np.unique_inverse, lambda a: np.unique_inverse(a)[0], spread(2, 3)),
]

CASES: list[Case] = [*_SORTS, *_QUANTILES, *_WEIGHTED, *_DISTINCT]
