"""Differences, slopes and integrals of samples along an axis."""

from __future__ import annotations

import numpy as np

from tests.cases.case import Case, case, normal, positive, scalar, value, wrapped

_KNOTS = np.array([0.0, 0.4, 1.5, 1.8, 3.0])
_WIDE = value([0.1, 0.9, 1.7, 3.0, 3.4])

_DIFFS = [
    *(
        c.but(complex=True)
        for c in (
            case(np.diff, normal(5)),
            case(np.diff, normal(5), 2),
            case(np.diff, normal(5), 0),
            case(np.diff, normal(3, 4), axis=0),
            case(np.diff, normal(2, 3, 4), 3, -2),
            case(np.diff, normal(2, 5, 4), n=2, axis=1),
            case(np.diff, normal(2), 3),
            case(np.diff, normal(1)),
            case(np.diff, normal(0, 3), axis=-1),
            case(np.diff, normal(4), prepend=0.5, append=[1.0, 2.0]),
            case(np.diff, normal(4), 1, -1, normal(2), normal(3)),
            case(np.diff, normal(3, 4), 2, 0, normal(1, 4), normal(2, 4)),
            case(np.diff, normal(3, 4), 1, -1, normal(3, 2)),
            case(np.diff, normal(4), 0, -1, normal(2)),
            case(np.diff, [1.0, 2.0, 4.0], 1, -1, normal(2)),
            case(np.ediff1d, normal(5)),
            case(np.ediff1d, normal(2, 3)),
            case(np.ediff1d, normal(1)),
            case(np.ediff1d, normal(0)),
            case(np.ediff1d, normal(5), normal(2), normal(3)),
            case(np.ediff1d, normal(2, 3), normal(2, 2)),
            case(np.ediff1d, normal(4), 1.5, [2.0, 3.0]).but(float32=False),
        )
    ),
    case(np.diff, normal(4), 1, -1, scalar(0.3), scalar(1.2)),
    case(np.diff, normal(3, 4), 1, 0, scalar(0.3)),
    wrapped(np.diff, lambda a, b: np.diff(a, append=b), normal(4), normal(2)),
    wrapped(np.diff, lambda a, b: np.diff(a, prepend=b, append=2.0), normal(4), scalar(1.0)),
    wrapped(np.ediff1d, lambda a, b: np.ediff1d(a, to_begin=b), normal(4), scalar(1.0)),
    case(np.ediff1d, np.arange(4.0), None, normal(2)),
    case(np.unwrap, value([0.1, 3.0, 6.5, -3.0, 0.2])),
    case(np.unwrap, value([[0.1, 3.0, 6.5], [9.0, 0.2, 0.1]]), axis=0),
    case(np.unwrap, value([0.1, 3.0, 6.5, -3.0, 0.2]), 4.0, period=3.0),
]

_GRADIENTS = [
    *(
        c.but(complex=True)
        for c in (
            case(np.gradient, normal(5)),
            case(np.gradient, normal(5), edge_order=2),
            case(np.gradient, normal(5), 0.5),
            case(np.gradient, normal(5), _KNOTS),
            case(np.gradient, normal(5), _KNOTS, edge_order=2),
            case(np.gradient, normal(2)),
            case(np.gradient, normal(2), [0.5, 2.0]),
            case(np.gradient, normal(3), edge_order=2),
            case(np.gradient, normal(3), [0, 1, 3], edge_order=2),
            case(np.gradient, normal(3, 5)),
            case(np.gradient, normal(3, 5), 0.5),
            case(np.gradient, normal(3, 5), 0.5, 2.0),
            case(np.gradient, normal(3, 5), 0.5, _KNOTS),
            case(np.gradient, normal(3, 5), [0.0, 1.0, 3.0], _KNOTS, edge_order=2),
            case(np.gradient, normal(3, 5), axis=0),
            case(np.gradient, normal(3, 5), _KNOTS, axis=-1),
            case(np.gradient, normal(3, 5, 4), _KNOTS, 0.5, axis=(1, 0), edge_order=2),
        )
    ),
    case(np.gradient, normal(5), scalar(0.5)),
    case(np.gradient, normal(5), _WIDE),
    case(np.gradient, normal(5), _WIDE, edge_order=2),
    case(np.gradient, normal(3), value([0.0, 1.0, 3.0]), edge_order=2),
    case(np.gradient, normal(2), value([0.5, 2.0])),
    case(np.gradient, normal(3, 5), scalar(0.5)),
    case(np.gradient, normal(3, 5), scalar(0.5), _WIDE),
    case(np.gradient, normal(3, 5), value([0.0, 1.0, 3.0]), _WIDE, edge_order=2),
    case(np.gradient, normal(3, 5), _WIDE, axis=1),
    case(np.gradient, np.arange(5.0) ** 2, _WIDE),
    case(np.gradient, [1, 2, 4, 8, 16], _WIDE),
    wrapped(np.gradient, lambda f: np.gradient(f)[1], normal(3, 5)),
]

_INTEGRALS = [
    *(
        c.but(complex=True)
        for c in (
            case(np.trapezoid, normal(0, 2), axis=-2),
            case(np.trapezoid, normal(2, 1), normal(1)),
            case(np.trapezoid, normal(0), normal(0)),
            case(np.trapezoid, normal(2, 1), None, scalar(0.3)),
            case(np.trapezoid, normal(5)),
            case(np.trapezoid, normal(5), dx=0.3),
            case(np.trapezoid, normal(5), _KNOTS),
            case(np.trapezoid, normal(3, 5), _KNOTS),
            case(np.trapezoid, normal(5, 3), _KNOTS, axis=0),
            case(np.trapezoid, normal(2, 5, 3), None, 0.5, -2),
            case(np.trapezoid, normal(5, 3), axis=0),
            case(np.trapezoid, normal(1)),
            case(np.trapezoid, normal(0, 3)),
        )
    ),
    case(np.trapezoid, normal(5), normal(5)),
    case(np.trapezoid, normal(3, 5), normal(5)),
    case(np.trapezoid, normal(5, 3), normal(5), axis=0),
    case(np.trapezoid, normal(3, 5), normal(3, 5)),
    case(np.trapezoid, normal(5, 3), normal(5, 3), axis=-2),
    case(np.trapezoid, normal(5), normal(3, 5)),
    case(np.trapezoid, normal(5), None, scalar(0.4)),
    case(np.trapezoid, normal(3, 5), None, positive(4)),
    case(np.trapezoid, [1.0, 3.0, 2.0], normal(3)),
    wrapped(np.trapezoid, lambda y, h: np.trapezoid(y, dx=h, axis=0), normal(4, 2), scalar(0.4)),
]

CASES: list[Case] = [*_DIFFS, *_GRADIENTS, *_INTEGRALS]
