"""Continuous distributions on (0, inf) and (-inf, 0) of powers and exponentials, in scipy.stats' parametrisation."""

from __future__ import annotations

from typing import Any

import numpy as np
import scipy.special as sp

from tracker.scipy.stats.distribution import Continuous
from tracker.scipy.stats.pieces import HALF, LOG_2, NEGATIVE
from tracker.scipy.stats.tails import log1mexp

__all__ = [
    "burr",
    "burr12",
    "exponpow",
    "exponweib",
    "genexpon",
    "gompertz",
    "halflogistic",
    "invweibull",
    "kappa3",
    "loglaplace",
    "mielke",
    "weibull_max",
]

exponpow = Continuous(
    "exponpow",
    "b",
    HALF,
    lambda z, b: 1 + np.log(b) + sp.xlogy(b - 1, z) + z**b - np.exp(z**b),
    logsf=lambda z, b: -np.expm1(z**b),
    ppf=lambda q, b: np.log1p(-np.log1p(-q)) ** (1 / b),
    isf=lambda q, b: np.log1p(-np.log(q)) ** (1 / b),
)
exponweib = Continuous(
    "exponweib",
    "a c",
    HALF,
    lambda z, a, c: np.log(a) + np.log(c) + (a - 1) * log1mexp(-(z**c)) - z**c + sp.xlogy(c - 1, z),
    logcdf=lambda z, a, c: a * log1mexp(-(z**c)),
    ppf=lambda q, a, c: (-log1mexp(np.log(q) / a)) ** (1 / c),
)
gompertz = Continuous(
    "gompertz",
    "c",
    HALF,
    lambda z, c: np.log(c) + z - c * np.expm1(z),
    logsf=lambda z, c: -c * np.expm1(z),
    ppf=lambda q, c: np.log1p(-np.log1p(-q) / c),
    isf=lambda q, c: np.log1p(-np.log(q) / c),
)
genexpon = Continuous(
    "genexpon",
    "a b c",
    HALF,
    lambda z, a, b, c: np.log(a - b * np.expm1(-c * z)) - (a + b) * z - b * np.expm1(-c * z) / c,
    logsf=lambda z, a, b, c: -(a + b) * z - b * np.expm1(-c * z) / c,
)
invweibull = Continuous(
    "invweibull",
    "c",
    HALF,
    lambda z, c: np.log(c) - (c + 1) * np.log(z) - z**-c,
    logcdf=lambda z, c: -(z**-c),
    ppf=lambda q, c: (-np.log(q)) ** (-1 / c),
    isf=lambda q, c: (-np.log1p(-q)) ** (-1 / c),
    vanishes=True,
)
weibull_max = Continuous(
    "weibull_max",
    "c",
    NEGATIVE,
    lambda z, c: np.log(c) + sp.xlogy(c - 1, -z) - (-z) ** c,
    logcdf=lambda z, c: -((-z) ** c),
    ppf=lambda q, c: -((-np.log(q)) ** (1 / c)),
    isf=lambda q, c: -((-np.log1p(-q)) ** (1 / c)),
)
burr = Continuous(
    "burr",
    "c d",
    HALF,
    lambda z, c, d: np.log(c) + np.log(d) + sp.xlogy(c * d - 1, z) - (d + 1) * np.log1p(z**c),
    logcdf=lambda z, c, d: -d * np.log1p(z**-c),
    ppf=lambda q, c, d: np.expm1(-np.log(q) / d) ** (-1 / c),
)
burr12 = Continuous(
    "burr12",
    "c d",
    HALF,
    lambda z, c, d: np.log(c) + np.log(d) + sp.xlogy(c - 1, z) - (d + 1) * np.log1p(z**c),
    logsf=lambda z, c, d: -d * np.log1p(z**c),
    ppf=lambda q, c, d: np.expm1(-np.log1p(-q) / d) ** (1 / c),
    isf=lambda q, c, d: np.expm1(-np.log(q) / d) ** (1 / c),
)
mielke = Continuous(
    "mielke",
    "k s",
    HALF,
    lambda z, k, s: np.log(k) + sp.xlogy(k - 1, z) - (1 + k / s) * np.log1p(z**s),
    logcdf=lambda z, k, s: -k / s * np.log1p(z**-s),
    ppf=lambda q, k, s: np.expm1(-np.log(q) * s / k) ** (-1 / s),
)
kappa3 = Continuous(
    "kappa3",
    "a",
    HALF,
    lambda z, a: np.log(a) - (1 + 1 / a) * np.log(a + z**a),
    logcdf=lambda z, a: -np.log1p(a * z**-a) / a,
    ppf=lambda q, a: (np.expm1(-a * np.log(q)) / a) ** (-1 / a),
)
halflogistic = Continuous(
    "halflogistic",
    "",
    HALF,
    lambda z: LOG_2 - z - 2 * np.log1p(np.exp(-z)),
    lambda z: np.tanh(0.5 * z),
    lambda z: 2 * sp.expit(-z),
    ppf=lambda q: 2 * np.arctanh(q),
    isf=lambda q: -sp.logit(0.5 * q),
)


def _inner(z: Any) -> Any:
    return np.where(z < 1, z, 1.0)


def _outer(z: Any) -> Any:
    return np.where(z < 1, 1.0, z)


loglaplace = Continuous(
    "loglaplace",
    "c",
    HALF,
    lambda z, c: np.log(0.5 * c) + np.where(z < 1, sp.xlogy(c - 1, z), -(c + 1) * np.log(z)),
    lambda z, c: np.where(z < 1, 0.5 * _inner(z) ** c, 1 - 0.5 * _outer(z) ** -c),
    lambda z, c: np.where(z < 1, 1 - 0.5 * _inner(z) ** c, 0.5 * _outer(z) ** -c),
)
