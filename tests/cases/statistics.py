"""Averages, covariance, counts, interpolation, convolution."""

from __future__ import annotations

import numpy as np

from tests.cases.case import Case, case, normal, positive, scalar, uniform, value, wrapped

_FREQUENCIES = np.array([1, 2, 1, 3, 2])
_WEIGHTS = np.array([0.5, 1.0, 2.0, 0.3, 0.7])
_XP = np.array([0.0, 0.7, 1.1, 2.5])
_FP = np.array([1.0, -0.5, 2.0, 0.3])
_OUTSIDE = value([-0.6, 0.2, 0.9, 1.0, 2.2, 3.1])

_AVERAGES = [
    *(
        c.but(complex=True)
        for c in (
            case(np.average, normal(4)),
            case(np.average, normal(3, 4), axis=0),
            case(np.average, normal(2, 3, 4), axis=(0, -1), keepdims=True),
            case(np.average, normal(4), None, positive(4)),
            case(np.average, normal(3, 4), None, positive(3, 4)),
            case(np.average, normal(3, 4), 1, positive(4)),
            case(np.average, normal(3, 4), -2, positive(3)),
            case(np.average, normal(3, 4), 0, positive(3, 4)),
            case(np.average, normal(2, 3, 4), (0, 2), positive(2, 4)),
            case(np.average, normal(2, 3, 4), (2, 0), positive(4, 2)),
            case(np.average, normal(2, 3, 4), (2, 0, 1), positive(4, 2, 3), keepdims=True),
            case(np.average, normal(3, 4), 1, positive(4), keepdims=True),
            case(np.average, normal(3, 4), 1, [1, 2, 3, 4]),
            case(np.average, [[1, 2], [3, 5]], 1, positive(2)),
            case(np.average, normal(3, 4), 1, positive(4), True),
            case(np.average, normal(3, 4), None, positive(3, 4), True),
            case(np.average, normal(3, 4), (1, 0), positive(4, 3), returned=True, keepdims=True),
        )
    ),
    wrapped(np.average, lambda a: np.average(a, axis=0, returned=True)[0], normal(3, 4)),
    wrapped(np.average, lambda a, w: np.average(a, axis=0, weights=w, returned=True)[1], normal(3, 4), positive(3)),
    wrapped(np.average, lambda a, w: np.average(a, weights=w), np.arange(4.0), positive(4)),
]

_COVARIANCES = [
    *(
        c.but(complex=True)
        for c in (
            case(np.cov, normal(3, 5)),
            case(np.cov, normal(5)),
            case(np.cov, normal(5, 3), rowvar=False),
            case(np.cov, normal(3, 5), bias=True),
            case(np.cov, normal(3, 5), ddof=0),
            case(np.cov, normal(3, 5), ddof=2),
            case(np.cov, normal(2, 5), normal(3, 5)),
            case(np.cov, normal(5), normal(5)),
            case(np.cov, normal(5, 2), normal(5, 3), False),
            case(np.cov, normal(5), normal(5), False),
            case(np.cov, normal(3, 5), fweights=_FREQUENCIES),
            case(np.cov, normal(3, 5), aweights=_WEIGHTS),
            case(np.cov, normal(3, 5), fweights=_FREQUENCIES, aweights=_WEIGHTS, ddof=1),
            case(np.corrcoef, normal(3, 5)),
            case(np.corrcoef, normal(5, 3), rowvar=False),
            case(np.corrcoef, normal(2, 5), normal(3, 5)),
            case(np.corrcoef, normal(5), normal(5)),
            case(np.corrcoef, normal(5, 2), normal(5, 3), False),
        )
    ),
    case(np.cov, normal(2, 5), None, True, False, None, None, positive(5)),
    case(np.cov, normal(2, 5), None, True, True, None, _FREQUENCIES, positive(5)),
    case(np.cov, normal(2, 5), normal(5), True, False, 2, _FREQUENCIES, positive(5)),
    case(np.cov, normal(2, 5), dtype=np.float64),
    case(np.corrcoef, normal(5)),
    case(np.cov, np.arange(5.0) ** 2, normal(5)),
    wrapped(np.cov, lambda m, w: np.cov(m, aweights=w), normal(3, 5), positive(5)),
    wrapped(np.cov, lambda m, z: np.cov(m, y=z), normal(3, 5), normal(5)),
    wrapped(np.corrcoef, lambda x, y: np.corrcoef(x, y=y)[0, 1], np.arange(5.0) ** 2, normal(5)),
]

_INTERPOLATIONS = [
    case(np.interp, _OUTSIDE, _XP, _FP),
    case(np.interp, uniform(0.1, 2.4, 2, 3), _XP, normal(4)),
    case(np.interp, scalar(0.9), _XP, normal(4)),
    case(np.interp, 0.9, value(_XP), normal(4)),
    case(np.interp, _OUTSIDE, value(_XP), normal(4)),
    case(np.interp, _OUTSIDE, value(_XP), normal(4), -1.0, 2.0),
    case(np.interp, _OUTSIDE, value(_XP), normal(4), scalar(-1.0), scalar(2.0)),
    case(np.interp, _OUTSIDE, value(_XP), normal(4), scalar(-1.0)),
    case(np.interp, _OUTSIDE, value(_XP), normal(4), period=2.7),
    case(np.interp, _OUTSIDE, value([1.1, 0.3, 2.5, 3.4]), normal(4), period=2.7),
    case(np.interp, _OUTSIDE, value(_XP), normal(4), period=-6.0),
    case(np.interp, _OUTSIDE, value([0.5]), normal(1)),
    case(np.interp, [0.2, 0.8], [0, 1, 2], normal(3)),
    case(np.interp, normal(0), value(_XP), normal(4)),
    case(np.interp, _OUTSIDE, value(_XP), _FP + 1j * _FP[::-1]),
    wrapped(np.interp, lambda x, xp, f: np.interp(x, xp, f + 1j * f**2), _FP, _XP, normal(4)),
    wrapped(np.interp, lambda x, xp, f, s: np.interp(x, xp, f, right=s), _OUTSIDE, _XP, _FP, scalar(2.0)),
]

_COUNTS = [
    case(np.bincount, np.array([0, 2, 2, 1, 5]), normal(5)),
    case(np.bincount, [0, 2, 2, 1, 5], normal(5), 9),
    wrapped(np.bincount, lambda w: np.bincount(np.array([3, 1, 1]), weights=w, minlength=2), normal(3)),
]

_CONVOLUTIONS = [
    case(f, normal(n), normal(m), *mode).but(complex=True)
    for f in (np.convolve, np.correlate)
    for n, m in ((5, 3), (3, 5), (4, 2), (2, 4), (6, 4), (4, 4), (3, 1), (1, 1), (7, 4), (4, 7))
    for mode in ((), ("full",), ("same",), ("valid",))
]
_PLAIN_CONVOLUTIONS = [
    case(np.convolve, normal(5), [1, 2, 3], "same"),
    case(np.convolve, [1, 2, 3], normal(5), mode="valid"),
    case(np.correlate, [1, 2, 3], normal(5), mode="same"),
    case(np.convolve, scalar(1.5), normal(3)),
]

CASES: list[Case] = [
    *_AVERAGES,
    *_COVARIANCES,
    *_INTERPOLATIONS,
    *_COUNTS,
    *_CONVOLUTIONS,
    *_PLAIN_CONVOLUTIONS,
]
