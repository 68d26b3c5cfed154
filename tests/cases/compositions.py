"""Cases for functions that run other functions with rules: polynomials, ranges, pieces, sets, histograms, emath."""

from __future__ import annotations

from typing import Any

import numpy as np

from tests.cases.case import Case, case, normal, positive, scalar, uniform, value, wrapped
from tracker._rules.bessel import i0_derivative
from tracker._rules.differences import _centre_back, _diff_back
from tracker._rules.polynomials import horner
from tracker._rules.reductions import _products_of_others, maximum_reduce, minimum_reduce

_DATA = np.array([0.1, 0.4, 0.45, 1.3, 1.9, 2.2, 2.0, -3.0])
_EDGES = np.array([0.0, 0.42, 1.5, 2.2])


def _wide(x: Any) -> Any:
    return np.stack([np.sum(x), np.max(x)])


_POLYNOMIALS = [
    case(np.polyval, normal(4), normal(3)).but(complex=True),
    case(np.polyval, normal(4), scalar(0.7)),
    case(np.polyval, [1, 2, 3], normal(2, 3)),
    wrapped(horner, lambda x: np.polyval([2.0, -1.0, 0.3, 0.5], x), normal(2, 3)).but(complex=True),
    wrapped(horner, lambda x: np.polyval([2.0], x), normal(3)),
    case(np.polyval, normal(3), [1.0, 2.0]),
    wrapped(np.polyval, lambda x: np.poly1d([1.0, 2.0, 3.0])(x), normal(3)),
    case(np.polynomial.polynomial.polyval2d, normal(3), normal(3), normal(4, 2)),
    case(np.polynomial.polynomial.polyval2d, scalar(0.3), scalar(0.4), np.ones((2, 3))),
    case(np.polynomial.polynomial.polygrid2d, normal(3), normal(2), normal(4, 2)),
    case(np.polyadd, normal(3), normal(5)),
    case(np.polyadd, normal(3), [1, 2]),
    case(np.polysub, normal(5), normal(3)).but(complex=True),
    case(np.polymul, normal(3), normal(4)).but(complex=True),
    case(np.polymul, [0, 0, 2, 1], normal(3)),
    case(np.polydiv, normal(5), positive(3)).but(float32=False),
    case(np.polydiv, normal(2), positive(3)),
    case(np.polyder, normal(5)).but(complex=True),
    case(np.polyder, normal(5), 2),
    case(np.polyder, normal(5), m=0),
    case(np.polyint, normal(4)),
    case(np.polyint, normal(4), 2, [1.0, 2.0]),
    case(np.polyint, normal(4), 2, normal(2)),
    case(np.polyint, normal(4), m=3, k=2.0),
    case(np.poly, normal(4)),
    case(np.poly, normal(3, 3)),
    case(np.roots, value([1.0, -6.0, 11.0, -6.0])),
    case(np.roots, value([1.0, 0.3, 2.0])),
    wrapped(np.roots, lambda p: np.roots(np.pad(p, (1, 2))), value([2.0, -3.0, 0.5])),
    case(np.vander, normal(4)),
    case(np.vander, normal(4), 3, True),
    case(np.vander, normal(3), N=5),
    case(np.polyfit, np.linspace(0.0, 1.0, 6), normal(6), 2),
    case(np.polyfit, value([0.0, 0.3, 0.5, 1.1, 1.4]), normal(5), 1),
    case(np.polyfit, np.linspace(0.0, 1.0, 6), normal(6, 2), 2),
    case(np.polyfit, np.linspace(0.0, 1.0, 6), normal(6), 2, w=np.arange(1.0, 7.0)),
    case(np.polyfit, np.arange(5.0), normal(5), 1, None, False, positive(5)),
    case(np.polyfit, np.arange(6.0), normal(6), 1, cov=True),
    wrapped(np.polyfit, lambda x, y: np.polyfit(x, y, 1, cov="unscaled")[0], np.arange(6.0), normal(6)),
    wrapped(np.polyfit, lambda x, y: np.polyfit(x, y, 1, full=True)[:2], np.arange(6.0), normal(6)).but(note=" full"),
]

_RANGES = [
    case(np.linspace, scalar(0.5), scalar(2.0), 5),
    case(np.linspace, scalar(0.5), 2, 4, endpoint=False),
    case(np.linspace, normal(3), normal(3), 4),
    case(np.linspace, normal(3), normal(2, 3), 4, axis=-1),
    case(np.linspace, 0, scalar(2.0), 1),
    case(np.linspace, 0, scalar(2.0), 0),
    case(np.linspace, scalar(0.5), scalar(2.0), 4, True, True),
    case(np.logspace, scalar(0.5), scalar(1.0), 4),
    case(np.logspace, normal(3), normal(3), 4, base=2.0),
    case(np.geomspace, scalar(0.5), scalar(8.0), 4),
    case(np.geomspace, positive(3), positive(3), 4, axis=1),
    case(np.geomspace, scalar(-0.5), scalar(-8.0), 4, endpoint=False),
]

_FUNCTIONAL = [
    case(np.apply_along_axis, np.sum, 0, normal(3, 4)),
    case(np.apply_along_axis, np.cumsum, 1, normal(2, 3, 2)),
    case(np.apply_along_axis, np.outer, -1, normal(3, 2), np.array([1.0, 2.0])),
    case(np.apply_along_axis, _wide, 0, normal(3, 2, 2)),
    case(np.apply_over_axes, np.sum, normal(2, 3, 4), [0, -1]),
    case(np.apply_over_axes, np.mean, normal(3, 4), 1),
    wrapped(np.piecewise, lambda x: np.piecewise(x, [x < 0, x >= 0], [lambda v: v * v, np.exp]), normal(6)),
    wrapped(np.piecewise, lambda x: np.piecewise(x, [x < -0.5, x > 0.5], [np.sin, 2.0, np.cos]), normal(2, 4)),
    wrapped(np.piecewise, lambda x: np.piecewise(x, x > 0, [lambda v, k: k * v, 3.0], 2.0), normal(5)),
]

# Others tell entries apart by equality with a plain one, which no small change keeps: tests/test_coverage.py.
_SETS = [case(np.union1d, normal(4), normal(3)), case(np.setxor1d, normal(4), normal(3))]

_HISTOGRAMS = [
    wrapped(np.histogram, lambda w: np.histogram(_DATA, bins=_EDGES, weights=w)[0], normal(8)),
    wrapped(np.histogram, lambda w: np.histogram(_DATA, bins=5, weights=w)[0], normal(8)),
    wrapped(np.histogram, lambda w: np.histogram(_DATA, 4, (0.0, 2.0), None, w)[0], normal(8)),
    case(np.histogram, _DATA, 3, None, True, positive(8)),
    wrapped(np.histogram, lambda a: np.histogram(a, 4)[1], normal(8)).but(note=" edges"),
    wrapped(np.histogram2d, lambda w: np.histogram2d(_DATA, _DATA[::-1], [3, 2], weights=w)[0], normal(8)),
    wrapped(np.histogramdd, lambda w: np.histogramdd((_DATA, _DATA**2), 3, None, False, w)[0], positive(8)),
    wrapped(np.histogram_bin_edges, lambda a: np.histogram_bin_edges(a, 3), normal(5)),
]

_EMATH = [
    *(case(f, uniform(-2, -0.3, 4)) for f in (np.emath.sqrt, np.emath.log, np.emath.log2, np.emath.log10)),
    *(case(f, positive(3)) for f in (np.emath.sqrt, np.emath.log, np.emath.log2, np.emath.log10)),
    *(case(f, value([0.3, 1.7, -0.4, -2.0])) for f in (np.emath.arccos, np.emath.arcsin, np.emath.arctanh)),
    *(case(f, uniform(-0.9, 0.9, 3)) for f in (np.emath.arccos, np.emath.arcsin, np.emath.arctanh)),
    case(np.emath.logn, positive(3), uniform(-2, -0.3, 3)),
    case(np.emath.logn, 2, positive(3)),
    case(np.emath.power, uniform(-2, -0.3, 3), normal(3)),
    case(np.emath.power, positive(3), -2),
]

_BESSEL = [
    case(np.nextafter, normal(3), 2.0),
    case(np.i0, normal(4)),
    *(case(i0_derivative, normal(4), n) for n in (1, 2, 3)),
    case(np.i0, value([0.0, 1e-9, 3.0, -7.5, 12.0])).but(float32=False),
]

_METHODS = [
    # rows of 4 and 8: where NumPy 2.4 negates wrongly, float32 and float64
    *(case(f, normal(3, n)) for f in (_diff_back, _centre_back) for n in (4, 5, 8)),
    *(case(_products_of_others, x) for x in (normal(5, 2), normal(4), value([0.0, 2.0, 0.0, 1.5, -1.0]))),
    wrapped(np.ix_, lambda x, y: np.ix_(x, [2, 0], y, [True, False, True]), normal(3), normal(2)),
    wrapped(maximum_reduce, lambda x: np.maximum.reduce(x, axis=1, keepdims=True), normal(3, 4)),
    wrapped(minimum_reduce, lambda x: np.minimum.reduce(x, dtype=np.float64, initial=0.3), normal(3, 4)),
]

CASES: list[Case] = [*_METHODS, *_POLYNOMIALS, *_RANGES, *_FUNCTIONAL, *_SETS, *_HISTOGRAMS, *_EMATH, *_BESSEL]
