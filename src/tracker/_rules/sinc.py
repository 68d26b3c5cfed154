"""sinc and all its derivatives."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from tracker._rules.elementwise import partials
from tracker._rules.overridable import overridable


@overridable
def sinc_derivative(x: Any, n: int) -> Any:
    """The n-th derivative of sin(pi x) / (pi x).

    Power series near 0; elsewhere from u s_n + n s_(n-1) = sin^(n)(u), u = pi x, which is
    Leibniz' rule for the n-th derivative of u s(u) = sin(u).
    """
    u = math.pi * x
    near = np.abs(u) < n + 2
    small = np.where(near, u, 0)
    square = small * small
    series = 0 * small
    for k in range(18 + 2 * n, (n + 1) // 2 - 1, -1):  # Horner's scheme
        c = (-1) ** k * (math.factorial(2 * k) // math.factorial(2 * k - n)) / math.factorial(2 * k + 1)
        series = series * square + c
    series = series * small if n % 2 else series
    large = np.where(near, 1, u)
    s = np.sin(large) / large
    for m in range(1, n + 1):
        s = (np.sin(large + m * math.pi / 2) - m * s) / large
    return math.pi**n * np.where(near, series, s)


partials(sinc_derivative, lambda y, x, n: sinc_derivative(x, n + 1), None)
partials(np.sinc, lambda y, x: sinc_derivative(x, 1))
