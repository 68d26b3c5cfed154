"""Running sums, products and extrema."""

from __future__ import annotations

import numpy as np

from tests.cases.case import Case, case, normal, scalar, value, wrapped
from tests.cases.sorting import spread
from tracker._rules.cumulative import add_reduceat, logaddexp_accumulate, maximum_accumulate, minimum_accumulate

_GAPS = value([[1.0, np.nan, 2.0, -1.0], [np.nan, 0.5, 3.0, np.nan]])
_ZEROS = value([[2.0, 0.0, 3.0, 0.0, 1.5], [0.0, 1.0, -2.0, 0.5, 3.0]])

CASES: list[Case] = [
    *(
        c.but(complex=True)
        for f in (np.cumsum, np.cumprod)
        for c in (
            case(f, normal(7)),
            case(f, normal()),
            case(f, normal(3, 4)),
            case(f, normal(3, 4), 0),
            case(f, normal(2, 3, 5), axis=-1),
            case(f, normal(2, 3, 2), axis=1),
            case(f, normal(0, 3), axis=0),
            case(f, normal(3, 0), axis=0),
            case(f, normal(1), axis=0),
        )
    ),
    *(
        c.but(complex=True)
        for f in (np.cumulative_sum, np.cumulative_prod)
        for c in (
            case(f, normal(6)),
            case(f, normal()),
            case(f, normal(), include_initial=True),
            case(f, normal(6), include_initial=True),
            case(f, normal(3, 4), axis=0),
            case(f, normal(3, 4), axis=-2, include_initial=True),
            case(f, normal(3, 4), axis=-1, include_initial=True),
            case(f, normal(0, 3), axis=0, include_initial=True),
        )
    ),
    case(add_reduceat, normal(7), [0, 2, 5]).but(complex=True),
    case(add_reduceat, normal(7), [2, 3, 6]),
    case(add_reduceat, normal(7), np.array([0, 4, 1, 1, 6, 2])).but(complex=True),
    case(add_reduceat, normal(7), [6, 3, 3, 0]),
    case(add_reduceat, normal(4, 3), [1, 3], 0),
    case(add_reduceat, normal(2, 5, 3), [3, 0, 2], axis=1),
    case(add_reduceat, normal(2, 5), [0, 4, 1], axis=-1, dtype=np.float64),
    case(add_reduceat, normal(0, 3), [0, 2, 1], axis=1),
    case(add_reduceat, normal(3), np.zeros(0, int)),
    wrapped(add_reduceat, lambda a: np.add.reduceat(a, [0, 2, 1], axis=1), normal(2, 4)),
    case(np.cumsum, normal(3), dtype=np.float64),
    case(np.cumsum, normal(3), dtype=complex),
    case(np.cumprod, normal(5), dtype=np.float64),
    case(np.cumprod, value([2.0, 0.0, 3.0])),
    case(np.cumprod, value([0.0, 2.0, 0.0, 0.0, 5.0])),
    case(np.cumprod, _ZEROS, axis=1),
    case(np.cumprod, _ZEROS, axis=0),
    case(np.cumulative_prod, _ZEROS, axis=1, include_initial=True),
    *(
        case(f, x, **keywords)
        for f in (np.nancumsum, np.nancumprod)
        for x in (_GAPS, normal(2, 4))
        for keywords in ({}, {"axis": 0}, {"axis": -1})
    ),
    *(case(f, scalar(1.5)) for f in (np.cumsum, np.cumprod, np.cumulative_sum, np.nancumsum, np.nancumprod)),
    case(np.nancumsum, normal()),
    case(np.nancumprod, normal()),
    case(np.nancumsum, normal(2, 3)).but(complex=True),
    case(np.nancumprod, normal(2, 3)).but(complex=True),
    *(
        case(f, x, **keywords)
        for f in (maximum_accumulate, minimum_accumulate)
        for x in (spread(8, 5), spread(1, 4), spread(3, 0))
        for keywords in ({}, {"axis": 1}, {"axis": -2})
    ),
    case(maximum_accumulate, spread(9)),
    case(minimum_accumulate, spread(2, 3, 4), axis=1),
    *(
        case(logaddexp_accumulate, x, **keywords)
        for x in (normal(6, 5), normal(1, 4), normal(3, 0), normal(0, 3))
        for keywords in ({}, {"axis": 1}, {"axis": -2})
    ),
    case(logaddexp_accumulate, normal(1)),
    wrapped(logaddexp_accumulate, lambda a: np.logaddexp.accumulate(a + 800), normal(7)).but(float32=False),
    wrapped(logaddexp_accumulate, lambda a: np.logaddexp.accumulate(a - 800), normal(4)).but(float32=False),
]
