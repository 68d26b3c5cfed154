"""The modified Bessel function np.i0 and all its derivatives."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from tracker._core.registry import partials
from tracker._rules.overridable import overridable


@overridable
def i0_derivative(x: Any, n: int) -> Any:
    """The n-th derivative of I0: the mean over t of cos(t)**n exp(x cos t), with NumPy alone.

    Abramowitz and Stegun 1964, 9.6.16 (page 376), under the integral. The midpoint rule of m nodes
    on a periodic integrand errs by about I_2m(x), negligible for 2m > sqrt(80 |x|) + 20; nodes are
    taken in pairs of opposite sign, so that the odd derivatives have no cancellation near 0.
    """
    largest = float(np.max(np.where(np.isfinite(x), np.abs(x), 0), initial=0))
    m = 2 * math.ceil((math.sqrt(80 * min(largest, 750.0)) + 20) / 4)
    total: Any = 0
    for k in range(m // 2):
        c = math.cos((k + 0.5) * math.pi / m)
        total = total + (np.sinh(c * x) if n % 2 else np.cosh(c * x)) * (2 * c**n / m)
    return total


partials(i0_derivative, lambda y, x, n: i0_derivative(x, n + 1), None)
partials(np.i0, lambda y, x: i0_derivative(x, 1))
