"""Distributions that are sums of others: noncentral chi-square and F, Rice and von Mises."""

from __future__ import annotations

import math
from typing import Any, Final

import numpy as np
import scipy.special as sp

from tracker._rules.special.noncentral import (
    chi_square_cdf,
    chi_square_sf,
    counts,
    noncentral_f_cdf,
    noncentral_f_sf,
)
from tracker._transforms.recording import data
from tracker.scipy.special import logsumexp
from tracker.scipy.stats.distribution import Continuous
from tracker.scipy.stats.pieces import HALF, LINE, LOG_2, log_i0e

__all__ = ["ncf", "ncx2", "rice", "vonmises", "vonmises_line"]

LOG_2PI: Final = math.log(2 * math.pi)


# Noncentral chi-square: a chi-square distribution of df + 2 j, j of a Poisson distribution of mean nc / 2.
# N. Johnson, S. Kotz and N. Balakrishnan, Continuous Univariate Distributions 2 (1995), 29.3 and 29.4


def _row(*xs: Any) -> Any:
    return [np.expand_dims(x, -1) for x in np.broadcast_arrays(*xs)]


def _log_poisson(j: Any, m: Any) -> Any:
    return sp.xlogy(j, m) - m - sp.gammaln(j + 1)


def _mixture_logpdf(each: Any, nc: Any, reach: Any, *args: Any) -> Any:
    """The logarithm of the Poisson mean of exp(each(j, *args))."""
    j = counts(0.5 * nc, reach)
    nc, *args = _row(nc, *args)
    terms = each(j, *args)
    central = nc == 0
    y = logsumexp(terms + _log_poisson(j, 0.5 * np.where(central, 1.0, nc)), axis=-1)
    if not np.any(central):
        return y
    near = terms[..., :1] + np.log(_few(np.where(central, nc, 0.0), np.exp(terms[..., :5] - terms[..., :1])))
    return np.where(central, near, y[..., None])[..., 0]


def _chi_square_term(j: Any, z: Any, df: Any) -> Any:
    a = 0.5 * df + j
    return sp.xlogy(a - 1, z) - 0.5 * z - a * LOG_2 - sp.gammaln(a)


def _f_term(j: Any, z: Any, n: Any, d: Any) -> Any:
    a, b, total = 0.5 * n + j, 0.5 * d, n * z + d
    u, v = n * z / total, d / total
    return sp.xlogy(a - 1, u) + (b - 1) * np.log(v) - sp.betaln(a, b) + np.log(n) + np.log(v) - np.log(total)


def _few(nc: Any, values: Any) -> Any:
    """The Poisson mean of five values at nc = 0, where the logarithm of nc has no derivative: right to order four."""
    m, j = 0.5 * nc, np.arange(5)
    return np.sum(np.exp(-m) * m**j / sp.gamma(j + 1.0) * values, axis=-1, keepdims=True)


ncx2 = Continuous(
    "ncx2",
    "df nc",
    HALF,
    lambda z, df, nc: _mixture_logpdf(_chi_square_term, nc, 0.5 * np.sqrt(nc * z), z, df),
    chi_square_cdf,
    chi_square_sf,
    valid=lambda s: (s[0] > 0) & (s[1] >= 0),
)
ncf = Continuous(
    "ncf",
    "dfn dfd nc",
    HALF,
    lambda z, n, d, nc: _mixture_logpdf(_f_term, nc, 0.0, z, n, d),
    noncentral_f_cdf,
    noncentral_f_sf,
    valid=lambda s: (s[0] > 0) & (s[1] > 0) & (s[2] >= 0),
)
rice = Continuous(
    "rice",
    "b",
    HALF,
    lambda z, b: np.log(z) - 0.5 * (z - b) ** 2 + log_i0e(z * b),
    lambda z, b: chi_square_cdf(z * z, 2.0, b * b),
    lambda z, b: chi_square_sf(z * z, 2.0, b * b),
    valid=lambda s: s[0] >= 0,
)


# Von Mises: its Fourier series, M. Abramowitz and I. Stegun, Handbook of Mathematical Functions, 9.6.34, integrated


def _turn_logpdf(z: Any, kappa: Any) -> Any:
    return kappa * sp.cosm1(z) - LOG_2PI - log_i0e(kappa)


def _turn_cdf(z: Any, kappa: Any) -> Any:
    largest = float(np.max(data(kappa), initial=0.0))
    j = np.arange(1.0, 9 * math.sqrt(largest if math.isfinite(largest) else 0.0) + 20)
    x, k = _row(z, kappa)
    series = np.sum(sp.ive(j, k) / sp.i0e(k) * np.sin(j * x) / j, axis=-1)
    return 0.5 + (0.5 * z + series) / math.pi


def _von_mises(name: str, support: tuple[float, float]) -> Continuous:
    return Continuous(
        name,
        "kappa",
        support,
        _turn_logpdf,
        _turn_cdf,
        lambda z, kappa: _turn_cdf(-z, kappa),
        valid=lambda s: s[0] >= 0,
    )


vonmises = _von_mises("vonmises", LINE)
vonmises_line = _von_mises("vonmises_line", (-math.pi, math.pi))
