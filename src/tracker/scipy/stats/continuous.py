"""Continuous distributions in scipy.stats' parametrisation (its manual gives each density)."""

from __future__ import annotations

import math
from typing import Any, Final

import numpy as np
import scipy.special as sp

from tracker.scipy.stats.distribution import Continuous

__all__ = [
    "beta",
    "betaprime",
    "cauchy",
    "chi",
    "chi2",
    "expon",
    "f",
    "fisk",
    "gamma",
    "gumbel_l",
    "gumbel_r",
    "halfcauchy",
    "halfnorm",
    "hypsecant",
    "invgamma",
    "laplace",
    "levy",
    "logistic",
    "lognorm",
    "lomax",
    "maxwell",
    "moyal",
    "norm",
    "pareto",
    "powerlaw",
    "rayleigh",
    "t",
    "uniform",
    "weibull_min",
]

INF: Final = math.inf
LINE: Final = (-INF, INF)
HALF: Final = (0.0, INF)
LOG_ROOT_2PI: Final = 0.5 * math.log(2 * math.pi)
LOG_2: Final = math.log(2)
ROOT_2: Final = math.sqrt(2)


def _normal(z: Any) -> Any:
    return -0.5 * z * z - LOG_ROOT_2PI


# Without shapes

norm = Continuous("norm", "", LINE, _normal, sp.ndtr, lambda z: sp.ndtr(-z), sp.log_ndtr, lambda z: sp.log_ndtr(-z))
expon = Continuous("expon", "", HALF, lambda z: -z, lambda z: -np.expm1(-z), lambda z: np.exp(-z), None, lambda z: -z)
uniform = Continuous("uniform", "", (0.0, 1.0), lambda z: 0 * z, lambda z: z, lambda z: 1 - z)
laplace = Continuous(
    "laplace",
    "",
    LINE,
    lambda z: -LOG_2 - np.abs(z),
    lambda z: np.where(z > 0, 1 - 0.5 * np.exp(-np.abs(z)), 0.5 * np.exp(-np.abs(z))),
    lambda z: np.where(z > 0, 0.5 * np.exp(-np.abs(z)), 1 - 0.5 * np.exp(-np.abs(z))),
)
logistic = Continuous(
    "logistic",
    "",
    LINE,
    lambda z: sp.log_expit(z) + sp.log_expit(-z),
    sp.expit,
    lambda z: sp.expit(-z),
    sp.log_expit,
    lambda z: sp.log_expit(-z),
)
cauchy = Continuous(
    "cauchy",
    "",
    LINE,
    lambda z: -math.log(math.pi) - 2 * np.log(np.hypot(1.0, z)),
    lambda z: np.arctan2(1.0, -z) / math.pi,
    lambda z: np.arctan2(1.0, z) / math.pi,
)
gumbel_r = Continuous(
    "gumbel_r",
    "",
    LINE,
    lambda z: -z - np.exp(-z),
    lambda z: np.exp(-np.exp(-z)),
    lambda z: -np.expm1(-np.exp(-z)),
    lambda z: -np.exp(-z),
)
gumbel_l = Continuous(
    "gumbel_l",
    "",
    LINE,
    lambda z: z - np.exp(z),
    lambda z: -np.expm1(-np.exp(z)),
    lambda z: np.exp(-np.exp(z)),
    None,
    lambda z: -np.exp(z),
)
rayleigh = Continuous(
    "rayleigh",
    "",
    HALF,
    lambda z: np.log(z) - 0.5 * z * z,
    lambda z: -np.expm1(-0.5 * z * z),
    lambda z: np.exp(-0.5 * z * z),
    None,
    lambda z: -0.5 * z * z,
)
halfnorm = Continuous(
    "halfnorm", "", HALF, lambda z: LOG_2 + _normal(z), lambda z: sp.erf(z / ROOT_2), lambda z: 2 * sp.ndtr(-z)
)
halfcauchy = Continuous(
    "halfcauchy",
    "",
    HALF,
    lambda z: math.log(2 / math.pi) - np.log1p(z * z),
    lambda z: 2 / math.pi * np.arctan(z),
    lambda z: 2 / math.pi * np.arctan2(1.0, z),
)
maxwell = Continuous(
    "maxwell",
    "",
    HALF,
    lambda z: LOG_2 + 2 * np.log(z) + _normal(z),
    lambda z: sp.gammainc(1.5, 0.5 * z * z),
    lambda z: sp.gammaincc(1.5, 0.5 * z * z),
)
moyal = Continuous(
    "moyal",
    "",
    LINE,
    lambda z: -0.5 * (z + np.exp(-z)) - LOG_ROOT_2PI,
    lambda z: sp.erfc(np.exp(-0.5 * z) / ROOT_2),
    lambda z: sp.erf(np.exp(-0.5 * z) / ROOT_2),
)
levy = Continuous(
    "levy",
    "",
    HALF,
    lambda z: -LOG_ROOT_2PI - 1.5 * np.log(z) - 0.5 / z,
    lambda z: sp.erfc(np.sqrt(0.5 / z)),
    lambda z: sp.erf(np.sqrt(0.5 / z)),
    vanishes=True,
)
hypsecant = Continuous(
    "hypsecant",
    "",
    LINE,
    lambda z: -math.log(math.pi) - np.logaddexp(z, -z) + LOG_2,
    lambda z: 2 / math.pi * np.arctan(np.exp(z)),
    lambda z: 2 / math.pi * np.arctan(np.exp(-z)),
)

# With shapes

gamma = Continuous(
    "gamma",
    "a",
    HALF,
    lambda z, a: sp.xlogy(a - 1, z) - z - sp.gammaln(a),
    lambda z, a: sp.gammainc(a, z),
    lambda z, a: sp.gammaincc(a, z),
)
invgamma = Continuous(
    "invgamma",
    "a",
    HALF,
    lambda z, a: -(a + 1) * np.log(z) - sp.gammaln(a) - 1 / z,
    lambda z, a: sp.gammaincc(a, 1 / z),
    lambda z, a: sp.gammainc(a, 1 / z),
    vanishes=True,
)
chi2 = Continuous(
    "chi2",
    "df",
    HALF,
    lambda z, df: sp.xlogy(0.5 * df - 1, z) - 0.5 * z - sp.gammaln(0.5 * df) - 0.5 * LOG_2 * df,
    lambda z, df: sp.chdtr(df, z),
    lambda z, df: sp.chdtrc(df, z),
)
chi = Continuous(
    "chi",
    "df",
    HALF,
    lambda z, df: LOG_2 - 0.5 * LOG_2 * df - sp.gammaln(0.5 * df) + sp.xlogy(df - 1, z) - 0.5 * z * z,
    lambda z, df: sp.gammainc(0.5 * df, 0.5 * z * z),
    lambda z, df: sp.gammaincc(0.5 * df, 0.5 * z * z),
)
beta = Continuous(
    "beta",
    "a b",
    (0.0, 1.0),
    lambda z, a, b: sp.xlogy(a - 1, z) + sp.xlog1py(b - 1, -z) - sp.betaln(a, b),
    lambda z, a, b: sp.betainc(a, b, z),
    lambda z, a, b: sp.betaincc(a, b, z),
)
betaprime = Continuous(
    "betaprime",
    "a b",
    HALF,
    lambda z, a, b: sp.xlogy(a - 1, z) - sp.xlog1py(a + b, z) - sp.betaln(a, b),
    lambda z, a, b: sp.betainc(a, b, z / (1 + z)),
    lambda z, a, b: sp.betainc(b, a, 1 / (1 + z)),
)


def _student_logpdf(z: Any, df: Any) -> Any:
    """The normal's for infinitely many degrees of freedom."""
    endless = np.isinf(df)
    v = np.where(endless, 1.0, df) if np.any(endless) else df
    y = -0.5 * np.log(v) - sp.betaln(0.5 * v, 0.5) - 0.5 * (v + 1) * np.log1p(z * z / v)
    return np.where(endless, _normal(z), y) if np.any(endless) else y


def _student_cdf(z: Any, df: Any) -> Any:
    endless = np.isinf(df)
    if not np.any(endless):
        return sp.stdtr(df, z)
    return np.where(endless, sp.ndtr(z), sp.stdtr(np.where(endless, 1.0, df), z))


t = Continuous("t", "df", LINE, _student_logpdf, _student_cdf, lambda z, df: _student_cdf(-z, df))
f = Continuous(
    "f",
    "dfn dfd",
    HALF,
    lambda z, n, d: (
        0.5 * d * np.log(d)
        + 0.5 * n * np.log(n)
        + sp.xlogy(0.5 * n - 1, z)
        - 0.5 * (n + d) * np.log(d + n * z)
        - sp.betaln(0.5 * n, 0.5 * d)
    ),
    lambda z, n, d: sp.fdtr(n, d, z),
    lambda z, n, d: sp.fdtrc(n, d, z),
)
lognorm = Continuous(
    "lognorm",
    "s",
    HALF,
    lambda z, s: _normal(np.log(z) / s) - np.log(s) - np.log(z),
    lambda z, s: sp.ndtr(np.log(z) / s),
    lambda z, s: sp.ndtr(-np.log(z) / s),
    lambda z, s: sp.log_ndtr(np.log(z) / s),
    lambda z, s: sp.log_ndtr(-np.log(z) / s),
    vanishes=True,
)
weibull_min = Continuous(
    "weibull_min",
    "c",
    HALF,
    lambda z, c: np.log(c) + sp.xlogy(c - 1, z) - z**c,
    lambda z, c: -np.expm1(-(z**c)),
    lambda z, c: np.exp(-(z**c)),
    None,
    lambda z, c: -(z**c),
)
pareto = Continuous(
    "pareto",
    "b",
    (1.0, INF),
    lambda z, b: np.log(b) - (b + 1) * np.log(z),
    lambda z, b: -np.expm1(-b * np.log(z)),
    lambda z, b: z**-b,
    None,
    lambda z, b: -b * np.log(z),
)
lomax = Continuous(
    "lomax",
    "c",
    HALF,
    lambda z, c: np.log(c) - (c + 1) * np.log1p(z),
    lambda z, c: -np.expm1(-c * np.log1p(z)),
    lambda z, c: np.exp(-c * np.log1p(z)),
    None,
    lambda z, c: -c * np.log1p(z),
)
powerlaw = Continuous(
    "powerlaw",
    "a",
    (0.0, 1.0),
    lambda z, a: np.log(a) + sp.xlogy(a - 1, z),
    lambda z, a: z**a,
    lambda z, a: -np.expm1(a * np.log(z)),
    lambda z, a: a * np.log(z),
)
fisk = Continuous(
    "fisk",
    "c",
    HALF,
    lambda z, c: np.log(c) + sp.xlogy(c - 1, z) - 2 * np.log1p(z**c),
    lambda z, c: sp.expit(c * np.log(z)),
    lambda z, c: sp.expit(-c * np.log(z)),
    lambda z, c: sp.log_expit(c * np.log(z)),
    lambda z, c: sp.log_expit(-c * np.log(z)),
)
