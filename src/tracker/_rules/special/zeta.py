"""Zeta functions by their exponent."""

from __future__ import annotations

import math
from typing import Any, Final

import numpy as np
import scipy.special as sp
from scipy.special import _ufuncs

from tracker._rules.elementwise import is_complex
from tracker._rules.special.table import partials, refused

TERMS: Final = 12
_BERNOULLI: Final = (1 / 6, -1 / 30, 1 / 42, -1 / 30, 5 / 66, -691 / 2730, 7 / 6, -3617 / 510, 43867 / 798)


def zeta_by_exponent(s: Any, q: Any) -> Any:
    """The derivative by s of the sum of (q + n)^-s, s > 1: that of Euler and Maclaurin's formula, DLMF 25.11.7."""
    total: Any = 0.0
    for n in range(TERMS):
        total = total - np.log(q + n) * (q + n) ** -s
    end = q + TERMS
    log_end, last = np.log(end), end**-s
    total = total - end * last * (log_end + 1 / (s - 1)) / (s - 1) - 0.5 * log_end * last
    rising, slope = s, 1 / s  # (s)_(2k-1) and its logarithmic derivative
    for k, bernoulli in enumerate(_BERNOULLI, 1):
        factor = bernoulli / math.factorial(2 * k) * last * end ** (1 - 2 * k)
        total = total + factor * rising * (slope - log_end)
        rising = rising * (s + (2 * k - 1)) * (s + 2 * k)
        slope = slope + 1 / (s + (2 * k - 1)) + 1 / (s + 2 * k)
    return total


def riemann_by_exponent(s: Any) -> Any:
    """The derivative of Riemann's zeta function; left of 1/2 by the functional equation, DLMF 25.4.1."""
    if is_complex(s):
        return refused("zeta", "x (complex)")()
    left = s < 0.5
    right = zeta_by_exponent(np.where(left, 2.0, s), 1.0)
    if not np.any(left):
        return right
    t = np.where(left, s, 0.0)
    sine, cosine = np.sin(0.5 * math.pi * t), np.cos(0.5 * math.pi * t)
    # the pole of zeta(1 - s) at s = 0 against the zero of the sine: taken together with it
    safe = np.where(t == 0, -1.0, t)
    mirrored = _ufuncs._riemann_zeta(1 - safe)
    inner = ((math.log(2 * math.pi) - sp.digamma(1 - safe)) * mirrored - zeta_by_exponent(1 - safe, 1.0)) * sine
    slope = 2 * (2 * math.pi) ** (safe - 1) * sp.gamma(1 - safe) * (inner + 0.5 * math.pi * cosine * mirrored)
    return np.where(left, np.where(t == 0, -0.5 * math.log(2 * math.pi), slope), right)  # DLMF 25.6.11


partials(
    _ufuncs._zeta,
    lambda y, x, q: zeta_by_exponent(x, q),
    lambda y, x, q: -x * _ufuncs._zeta(x + 1, q),
)
partials(_ufuncs._riemann_zeta, lambda y, s: riemann_by_exponent(s))
partials(sp.zetac, lambda y, s: riemann_by_exponent(s))
