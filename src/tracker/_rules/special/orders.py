"""Derivatives of the incomplete gamma and beta functions by their orders.

With a density f(t; a) of distribution function P, dP/da is the integral of f (log t - E log t)
over (0, x), and minus that over (x, inf): the integrand changes sign once, at t0 = exp(E log t),
and its integral over all t is zero. So of the two sides of x the one without t0 is taken, where
nothing cancels. In u = log t (or logit t) the density falls off at least exponentially, and the
integral is done by the double exponential rule for such integrands: s = exp(w - exp(-w)), H.
Takahasi and M. Mori, Double exponential formulas for numerical integration, Publ. RIMS 9 (1974),
p. 721, in steps of w. For small x, power series serve. All is plain NumPy, so higher derivatives follow.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any, Final

import numpy as np
import scipy.special as sp

STEP: Final = 0.0625


def nodes(last: float = 6.0) -> Iterator[tuple[float, float]]:
    """Nodes s and weights ds of the rule on (0, inf)."""
    for k in range(round(-4.0 / STEP), round(last / STEP) + 1):
        w = k * STEP
        s = math.exp(w - math.exp(-w))
        yield s, STEP * s * (1 + math.exp(-w))


def gamma_by_order(a: Any, x: Any) -> Any:
    """dP(a, x)/da of the regularised lower incomplete gamma function, a > 0, x >= 0."""
    outside = (x <= 0) | np.isinf(x)
    return np.where(outside, 0, _by_region(x < 1, _gamma_series, _gamma_integral, a, np.where(outside, 1, x)))


def _by_region(near: Any, series: Any, integral: Any, a: Any, x: Any) -> Any:
    """The series where `near`, the integral elsewhere; the first alone where it serves all."""
    if np.all(near):
        return series(a, x)
    if not np.any(near):
        return integral(a, x)
    return np.where(near, series(a, np.where(near, x, 0.5)), integral(a, x))


def _gamma_series(a: Any, x: Any) -> Any:
    """Term by term from DLMF 8.7.1: P = sum of x^(a+n) exp(-x) / Gamma(a+n+1); x < 1."""
    log_x = np.log(x)
    term = np.exp(a * log_x - x - sp.gammaln(a + 1))
    total: Any = 0.0
    for n in range(1, 21):
        total = total + term * (log_x - sp.digamma(a + n))
        term = term * x / (a + n)
    return total


def _gamma_integral(a: Any, x: Any) -> Any:
    mean = sp.digamma(a)
    log_x = np.log(x)
    side = np.where(log_x < mean, -1, 1)  # away from where the integrand changes sign
    scale = 1 / (np.abs(a - x) + np.sqrt(x))
    peak = a * log_x - x - sp.gammaln(a)
    total: Any = 0.0
    for s, weight in nodes():
        u = side * scale * s
        total = total + weight * np.abs(log_x + u - mean) * np.exp(peak + a * u - x * np.expm1(u))
    return -scale * total


def beta_by_a(a: Any, b: Any, x: Any, x1: Any) -> Any:
    """dI_x(a, b)/da of the regularised incomplete beta function, a, b > 0, 0 <= x <= 1; x1 = 1 - x."""
    outside = (x <= 0) | (x1 <= 0)
    x, x1 = np.where(outside, 0.5, x), np.where(outside, 0.5, x1)
    near = (x < 0.3) & (x * (a + b) < 0.3 * (a + 1))
    if not np.any(near):
        inside = _beta_integral(a, b, x, x1)
    else:
        series = _beta_series(a, b, np.where(near, x, 0), np.where(near, np.log(x), 0), x1)
        inside = np.where(near, series, _beta_integral(a, b, x, x1))
    return np.where(outside, 0, inside)


def _beta_series(a: Any, b: Any, x: Any, log_x: Any, x1: Any) -> Any:
    """Term by term from DLMF 8.17.8; consecutive terms fall by 0.3 at least, and all have one sign."""
    term = np.exp(a * log_x + b * np.log(x1) - sp.betaln(a, b)) / a
    total: Any = 0.0
    for n in range(32):
        total = total + term * (log_x + sp.digamma(a + b + n) - sp.digamma(a + (n + 1)))
        term = term * x * (a + b + n) / (a + (n + 1))
    return total


def _beta_integral(a: Any, b: Any, x: Any, x1: Any) -> Any:
    mean = sp.digamma(a) - sp.digamma(a + b)
    log_x, log_x1 = np.log(x), np.log(x1)
    side = np.where(log_x < mean, -1, 1)
    scale = 1 / (np.abs(a * x1 - b * x) + np.sqrt((a + b) * x * x1))
    peak = a * log_x + b * log_x1 - sp.betaln(a, b)
    total: Any = 0.0
    for s, weight in nodes():
        u = side * scale * s
        # logit t = logit x + u: log t = log x + u - log(1 - x + x e^u), log(1 - t) likewise
        shift = np.logaddexp(log_x1, log_x + u)
        total = total + weight * np.abs(log_x + u - shift - mean) * np.exp(peak + a * u - (a + b) * shift)
    return -scale * total
