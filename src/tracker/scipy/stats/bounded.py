"""Continuous distributions between fixed ends, in scipy.stats' parametrisation."""

from __future__ import annotations

import math
from typing import Any, Final

import numpy as np
import scipy.special as sp

from tracker.scipy.stats.distribution import Continuous
from tracker.scipy.stats.pieces import LOG_2, LOG_PI, LOG_ROOT_2PI, log_normal

__all__ = [
    "anglit",
    "arcsine",
    "argus",
    "bradford",
    "cosine",
    "johnsonsb",
    "rdist",
    "semicircular",
    "trapezoid",
    "triang",
    "wrapcauchy",
]

UNIT: Final = (0.0, 1.0)
BALL: Final = (-1.0, 1.0)
QUARTER: Final = math.pi / 4

anglit = Continuous(
    "anglit",
    "",
    (-QUARTER, QUARTER),
    lambda z: np.log(np.cos(2 * z)),
    lambda z: np.sin(z + QUARTER) ** 2,
    lambda z: np.sin(QUARTER - z) ** 2,
    ppf=lambda q: np.arcsin(np.sqrt(q)) - QUARTER,
    isf=lambda q: QUARTER - np.arcsin(np.sqrt(q)),
)
arcsine = Continuous(
    "arcsine",
    "",
    UNIT,
    lambda z: -LOG_PI - 0.5 * (np.log(z) + np.log1p(-z)),
    lambda z: 2 / math.pi * np.arcsin(np.sqrt(z)),
    lambda z: 2 / math.pi * np.arcsin(np.sqrt(1 - z)),
    ppf=lambda q: np.sin(0.5 * math.pi * q) ** 2,
    isf=lambda q: np.cos(0.5 * math.pi * q) ** 2,
)
bradford = Continuous(
    "bradford",
    "c",
    UNIT,
    lambda z, c: np.log(c) - np.log1p(c * z) - np.log(np.log1p(c)),
    lambda z, c: np.log1p(c * z) / np.log1p(c),
    lambda z, c: np.log1p(c * (1 - z) / (1 + c * z)) / np.log1p(c),
    ppf=lambda q, c: np.expm1(q * np.log1p(c)) / c,
)
johnsonsb = Continuous(
    "johnsonsb",
    "a b",
    UNIT,
    lambda z, a, b: np.log(b) - np.log(z) - np.log1p(-z) + log_normal(a + b * sp.logit(z)),
    lambda z, a, b: sp.ndtr(a + b * sp.logit(z)),
    lambda z, a, b: sp.ndtr(-a - b * sp.logit(z)),
    lambda z, a, b: sp.log_ndtr(a + b * sp.logit(z)),
    lambda z, a, b: sp.log_ndtr(-a - b * sp.logit(z)),
    valid=lambda shapes: (shapes[1] > 0) & (shapes[0] == shapes[0]),
    ppf=lambda q, a, b: sp.expit((sp.ndtri(q) - a) / b),
    isf=lambda q, a, b: sp.expit((-sp.ndtri(q) - a) / b),
    vanishes=True,
)
rdist = Continuous(
    "rdist",
    "c",
    BALL,
    lambda z, c: sp.xlog1py(0.5 * c - 1, -z * z) - sp.betaln(0.5 * c, 0.5),
    lambda z, c: sp.betainc(0.5 * c, 0.5 * c, 0.5 * (1 + z)),
    lambda z, c: sp.betainc(0.5 * c, 0.5 * c, 0.5 * (1 - z)),
)


def _semicircle(z: Any) -> Any:
    """The area left of z, as that of a beta distribution: without cancellation at the end."""
    return sp.betainc(1.5, 1.5, 0.5 * (1 + z))


semicircular = Continuous(
    "semicircular",
    "",
    BALL,
    lambda z: LOG_2 - LOG_PI + 0.5 * np.log1p(-z * z),
    _semicircle,
    lambda z: _semicircle(-z),
)


# ARGUS: H. Albrecht, Search for hadronic b -> u decays, Physics Letters B 241 (1990), p. 278; the normalisation
# Phi(chi) - chi phi(chi) - 1/2 is half an incomplete gamma function of 3/2


def _argus_mass(t: Any) -> Any:
    return sp.gammainc(1.5, t)


def _argus_logpdf(z: Any, chi: Any) -> Any:
    square = chi * chi
    body = np.log(z) + 0.5 * np.log1p(-z * z) - 0.5 * square * (1 - z) * (1 + z)
    return 3 * np.log(chi) - LOG_ROOT_2PI - np.log(0.5 * _argus_mass(0.5 * square)) + body


argus = Continuous(
    "argus",
    "chi",
    UNIT,
    _argus_logpdf,
    sf=lambda z, chi: _argus_mass(0.5 * chi * chi * (1 - z) * (1 + z)) / _argus_mass(0.5 * chi * chi),
)


# Angles


def _turned(t: Any) -> Any:
    """(t - sin t) / (2 pi), by its power series near zero, where it is t^3 / (12 pi)."""
    near = np.abs(t) < 0.5
    s = np.where(near, t, 0.0)
    series: Any = 0.0
    for k in range(8, 0, -1):
        series = s * s * (series + (-1) ** (k + 1) / math.factorial(2 * k + 1))
    return np.where(near, s * series, t - np.sin(t)) / (2 * math.pi)


cosine = Continuous(
    "cosine",
    "",
    (-math.pi, math.pi),
    lambda z: LOG_2 + 2 * np.log(np.cos(0.5 * z)) - math.log(2 * math.pi),
    lambda z: _turned(math.pi + z),
    lambda z: _turned(math.pi - z),
)


def _wrapped_cdf(z: Any, c: Any) -> Any:
    """arctan of (1 + c) / (1 - c) tan(z / 2), in the right half turn; P. Fisher, Statistical Analysis of Circular
    Data (1993), 3.3.4."""
    return np.arctan2((1 + c) * np.sin(0.5 * z), (1 - c) * np.cos(0.5 * z)) / math.pi


wrapcauchy = Continuous(
    "wrapcauchy",
    "c",
    (0.0, 2 * math.pi),
    lambda z, c: np.log1p(-c * c) - math.log(2 * math.pi) - np.log((1 - c) ** 2 + 4 * c * np.sin(0.5 * z) ** 2),
    _wrapped_cdf,
    lambda z, c: _wrapped_cdf(2 * math.pi - z, c),
    valid=lambda shapes: (shapes[0] > 0) & (shapes[0] < 1),
)


# Straight pieces. A side of no width is never asked for; its width must not divide


def _wide(width: Any) -> Any:
    return np.where(width > 0, width, 1.0)


def _trapezoid_logpdf(z: Any, c: Any, d: Any) -> Any:
    rising, falling = z < c, z > d
    slope = np.where(rising, z / _wide(c), np.where(falling, (1 - z) / _wide(1 - d), 1.0))
    return np.log(slope) + LOG_2 - np.log(1 + d - c)


def _trapezoid_cdf(z: Any, c: Any, d: Any) -> Any:
    rising, falling = z < c, z > d
    left, middle = z * z / _wide(c), 2 * z - c
    right = 1 + d - c - (1 - z) ** 2 / _wide(1 - d)
    return np.where(rising, left, np.where(falling, right, middle)) / (1 + d - c)


trapezoid = Continuous(
    "trapezoid",
    "c d",
    UNIT,
    _trapezoid_logpdf,
    _trapezoid_cdf,
    lambda z, c, d: _trapezoid_cdf(1 - z, 1 - d, 1 - c),
    valid=lambda s: (s[0] >= 0) & (s[0] <= 1) & (s[1] >= s[0]) & (s[1] <= 1),
)
triang = Continuous(
    "triang",
    "c",
    UNIT,
    lambda z, c: LOG_2 + np.log(np.where(z < c, z / _wide(c), (1 - z) / _wide(1 - c))),
    lambda z, c: np.where(z < c, z * z / _wide(c), 1 - (1 - z) ** 2 / _wide(1 - c)),
    lambda z, c: np.where(z < c, 1 - z * z / _wide(c), (1 - z) ** 2 / _wide(1 - c)),
    valid=lambda s: (s[0] >= 0) & (s[0] <= 1),
    ppf=lambda q, c: np.where(q < c, np.sqrt(c * q), 1 - np.sqrt((1 - c) * (1 - q))),
)
