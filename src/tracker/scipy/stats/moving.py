"""Continuous distributions whose ends depend on their shapes: extremes, truncated and shifted ones."""

from __future__ import annotations

from typing import Any

import numpy as np
import scipy.special as sp

from tracker.scipy.stats.arguments import no_nan
from tracker.scipy.stats.distribution import Continuous
from tracker.scipy.stats.pieces import INF, LOG_2, expm1_over, log1p_over, log_between, log_normal, times
from tracker.scipy.stats.tails import log1mexp

__all__ = [
    "genextreme",
    "genhalflogistic",
    "genpareto",
    "kappa4",
    "loguniform",
    "pearson3",
    "reciprocal",
    "truncexpon",
    "truncnorm",
    "truncpareto",
    "truncweibull_min",
]

# y = -log(1 - c z) / c, which is z for c = 0, turns the generalised distributions into their plain ones, and
# dy/dz = exp(c y): J. Hosking and J. Wallis, Regional Frequency Analysis (1997), appendix A


def _reduced(z: Any, c: Any) -> Any:
    return log1p_over(-c, z)


def _pole(c: Any, sign: int) -> Any:
    """1 / c where c has this sign, else infinity of this sign."""
    there = sign * c > 0
    return np.where(there, 1 / np.where(there, c, 1.0), sign * INF)[()]


def _genextreme_logpdf(z: Any, c: Any) -> Any:
    y = _reduced(z, c)
    return -np.exp(-y) - times(1 - c, y)


genextreme = Continuous(
    "genextreme",
    "c",
    lambda c: (_pole(c, -1), _pole(c, 1)),
    _genextreme_logpdf,
    logcdf=lambda z, c: -np.exp(-_reduced(z, c)),
    valid=no_nan,
    ppf=lambda q, c: expm1_over(-c, -np.log(-np.log(q))),
    isf=lambda q, c: expm1_over(-c, -np.log(-np.log1p(-q))),
)
genpareto = Continuous(
    "genpareto",
    "c",
    lambda c: (0.0, _pole(-c, 1)),
    lambda z, c: -(1 + c) * log1p_over(c, z),
    logsf=lambda z, c: -log1p_over(c, z),
    valid=no_nan,
    ppf=lambda q, c: expm1_over(c, -np.log1p(-q)),
    isf=lambda q, c: expm1_over(c, -np.log(q)),
)


def _half_logistic_logpdf(z: Any, c: Any) -> Any:
    y = _reduced(z, c)
    return LOG_2 - times(1 - c, y) - 2 * np.log1p(np.exp(-y))


genhalflogistic = Continuous(
    "genhalflogistic",
    "c",
    lambda c: (0.0, 1 / c),
    _half_logistic_logpdf,
    lambda z, c: np.tanh(0.5 * _reduced(z, c)),
    lambda z, c: 2 * sp.expit(-_reduced(z, c)),
    ppf=lambda q, c: expm1_over(-c, 2 * np.arctanh(q)),
    isf=lambda q, c: expm1_over(-c, -sp.logit(0.5 * q)),
)


def _kappa_logcdf(z: Any, h: Any, k: Any) -> Any:
    w = np.exp(-_reduced(z, k))
    return -log1p_over(-h, np.where(h * w > 1, 1 / np.where(h > 0, h, 1.0), w))  # beyond the end by rounding


def _kappa_logpdf(z: Any, h: Any, k: Any) -> Any:
    return times(1 - h, _kappa_logcdf(z, h, k)) - times(1 - k, _reduced(z, k))


def _kappa_ends(h: Any, k: Any) -> tuple[Any, Any]:
    positive = h > 0
    start = expm1_over(-k, np.log(np.where(positive, h, 1.0)))
    return np.where(positive, start, _pole(k, -1))[()], _pole(k, 1)


kappa4 = Continuous(
    "kappa4",
    "h k",
    _kappa_ends,
    _kappa_logpdf,
    logcdf=_kappa_logcdf,
    valid=no_nan,
    ppf=lambda q, h, k: expm1_over(-k, -np.log(-expm1_over(h, np.log(q)))),
)


# Pearson's third: a gamma distribution of shape (2 / skew)^2 with mean 0 and variance 1. For a tiny skew it is
# Edgeworth's series around the normal, N. Johnson, S. Kotz and N. Balakrishnan, Continuous Univariate Distributions 1
# (1994), 12.4.2, to second order: the skewness is skew and the kurtosis 3/2 skew^2

_TINY = 1e-4  # the third order is below rounding; gammaln of the shape would cancel


def _gamma_of(z: Any, skew: Any) -> tuple[Any, Any, Any]:
    """Whether the skew is tiny, the shape, and the gamma variate."""
    tiny = np.abs(skew) < _TINY
    rate = 2 / np.where(tiny, 1.0, skew)
    a = rate * rate
    return tiny, a, a + rate * np.where(tiny, 0.0, z)


def _pearson_logpdf(z: Any, skew: Any) -> Any:
    tiny, a, g = _gamma_of(z, skew)
    s, t = np.where(tiny, skew, 0.0), np.where(tiny, z, 0.0)
    square = t * t
    near = log_normal(t) + s * t * (square - 3) / 6 + s * s * (square / 8 - square * square / 16 - 1 / 48)
    return np.where(tiny, near, 0.5 * np.log(a) + sp.xlogy(a - 1, g) - g - sp.gammaln(a))


def _pearson_cdf(z: Any, skew: Any) -> Any:
    tiny, a, g = _gamma_of(z, skew)
    s, t = np.where(tiny, skew, 0.0), np.where(tiny, z, 0.0)
    square = t * t
    second = t * ((square - 3) / 16 + (square * square - 10 * square + 15) / 72)
    near = sp.ndtr(t) - np.exp(log_normal(t)) * (s * (square - 1) / 6 + s * s * second)
    return np.where(tiny, near, np.where(skew > 0, sp.gammainc(a, g), sp.gammaincc(a, g)))


def _pearson_ends(skew: Any) -> tuple[Any, Any]:
    large = np.abs(skew) >= _TINY
    end = -2 / np.where(large, skew, 1.0)
    return np.where(large & (skew > 0), end, -INF)[()], np.where(large & (skew < 0), end, INF)[()]


pearson3 = Continuous(
    "pearson3",
    "skew",
    _pearson_ends,
    _pearson_logpdf,
    _pearson_cdf,
    lambda z, skew: _pearson_cdf(-z, -skew),
    valid=no_nan,
)

# Truncated

truncnorm = Continuous(
    "truncnorm",
    "a b",
    lambda a, b: (a, b),
    lambda z, a, b: log_normal(z) - log_between(a, b),
    logcdf=lambda z, a, b: log_between(a, z) - log_between(a, b),
    logsf=lambda z, a, b: log_between(z, b) - log_between(a, b),
    valid=lambda s: s[0] < s[1],
)
truncexpon = Continuous(
    "truncexpon",
    "b",
    lambda b: (0.0, b),
    lambda z, b: -z - np.log(-np.expm1(-b)),
    lambda z, b: np.expm1(-z) / np.expm1(-b),
    lambda z, b: np.exp(-z) * np.expm1(z - b) / np.expm1(-b),
    ppf=lambda q, b: -np.log1p(q * np.expm1(-b)),
)
truncpareto = Continuous(
    "truncpareto",
    "b c",
    lambda b, c: (1.0, c),
    lambda z, b, c: np.log(b / -np.expm1(-b * np.log(c))) - (b + 1) * np.log(z),
    lambda z, b, c: np.expm1(-b * np.log(z)) / np.expm1(-b * np.log(c)),
    lambda z, b, c: z**-b * np.expm1(b * np.log(z / c)) / np.expm1(-b * np.log(c)),
    valid=lambda s: (s[0] != 0) & (s[0] == s[0]) & (s[1] > 1),
    ppf=lambda q, b, c: np.exp(-np.log1p(q * np.expm1(-b * np.log(c))) / b),
)


def _log_weibull(low: Any, high: Any, c: Any) -> Any:
    """log(exp(-low^c) - exp(-high^c))."""
    return -(low**c) + log1mexp(low**c - high**c)


truncweibull_min = Continuous(
    "truncweibull_min",
    "c a b",
    lambda c, a, b: (a, b),
    lambda z, c, a, b: np.log(c) + sp.xlogy(c - 1, z) - z**c - _log_weibull(a, b, c),
    logcdf=lambda z, c, a, b: _log_weibull(a, z, c) - _log_weibull(a, b, c),
    logsf=lambda z, c, a, b: _log_weibull(z, b, c) - _log_weibull(a, b, c),
    valid=lambda s: (s[0] > 0) & (s[1] >= 0) & (s[2] > s[1]),
)


def _loguniform(name: str) -> Continuous:
    return Continuous(
        name,
        "a b",
        lambda a, b: (a, b),
        lambda z, a, b: -np.log(z) - np.log(np.log(b / a)),
        lambda z, a, b: np.log(z / a) / np.log(b / a),
        lambda z, a, b: np.log(b / z) / np.log(b / a),
        valid=lambda s: (s[0] > 0) & (s[1] > s[0]),
        ppf=lambda q, a, b: a * np.exp(q * np.log(b / a)),
    )


loguniform = _loguniform("loguniform")
reciprocal = _loguniform("reciprocal")
