"""Continuous distributions on (0, inf) and (-inf, 0), but for those in `powers`, in scipy.stats' parametrisation."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import scipy.special as sp

from tracker.scipy.stats.distribution import Continuous
from tracker.scipy.stats.pieces import HALF, LOG_2, LOG_PI, LOG_ROOT_2PI, NEGATIVE, log_between, log_normal
from tracker.scipy.stats.tails import log1mexp

__all__ = [
    "alpha",
    "dpareto_lognorm",
    "erlang",
    "fatiguelife",
    "foldcauchy",
    "foldnorm",
    "gengamma",
    "geninvgauss",
    "gibrat",
    "halfgennorm",
    "invgauss",
    "levy_l",
    "nakagami",
    "powerlognorm",
    "recipinvgauss",
    "rel_breitwigner",
    "wald",
]

# Of the gamma family


def _gengamma_tail(lower: Any, upper: Any) -> Any:
    """For a negative power the tails change places."""
    return lambda z, a, c: np.where(c > 0, lower(a, z**c), upper(a, z**c))[()]


erlang = Continuous(
    "erlang",
    "a",
    HALF,
    lambda z, a: sp.xlogy(a - 1, z) - z - sp.gammaln(a),
    lambda z, a: sp.gammainc(a, z),
    lambda z, a: sp.gammaincc(a, z),
    ppf=lambda q, a: sp.gammaincinv(a, q),
    isf=lambda q, a: sp.gammainccinv(a, q),
)
gengamma = Continuous(
    "gengamma",
    "a c",
    HALF,
    lambda z, a, c: np.log(np.abs(c)) + sp.xlogy(c * a - 1, z) - z**c - sp.gammaln(a),
    _gengamma_tail(sp.gammainc, sp.gammaincc),
    _gengamma_tail(sp.gammaincc, sp.gammainc),
    valid=lambda shapes: (shapes[0] > 0) & (shapes[1] != 0) & (shapes[1] == shapes[1]),
    vanishes=True,
)
halfgennorm = Continuous(
    "halfgennorm",
    "beta",
    HALF,
    lambda z, beta: np.log(beta) - sp.gammaln(1 / beta) - z**beta,
    lambda z, beta: sp.gammainc(1 / beta, z**beta),
    lambda z, beta: sp.gammaincc(1 / beta, z**beta),
)
nakagami = Continuous(
    "nakagami",
    "nu",
    HALF,
    lambda z, nu: LOG_2 + sp.xlogy(nu, nu) - sp.gammaln(nu) + sp.xlogy(2 * nu - 1, z) - nu * z * z,
    lambda z, nu: sp.gammainc(nu, nu * z * z),
    lambda z, nu: sp.gammaincc(nu, nu * z * z),
    ppf=lambda q, nu: np.sqrt(sp.gammaincinv(nu, q) / nu),
    isf=lambda q, nu: np.sqrt(sp.gammainccinv(nu, q) / nu),
)
geninvgauss = Continuous(
    "geninvgauss",
    "p b",
    HALF,
    lambda z, p, b: sp.xlogy(p - 1, z) - 0.5 * b * (1 - z) ** 2 / z - LOG_2 - np.log(sp.kve(p, b)),
    valid=lambda shapes: (shapes[0] == shapes[0]) & (shapes[1] > 0),
    vanishes=True,
)

# Of the normal and Cauchy families


def _not_negative(shapes: list[Any]) -> Any:
    return shapes[0] >= 0


foldnorm = Continuous(
    "foldnorm",
    "c",
    HALF,
    lambda z, c: np.logaddexp(log_normal(z - c), log_normal(z + c)),
    lambda z, c: np.exp(log_between(-c - z, z - c)),
    lambda z, c: sp.ndtr(c - z) + sp.ndtr(-c - z),
    valid=_not_negative,
)
foldcauchy = Continuous(
    "foldcauchy",
    "c",
    HALF,
    lambda z, c: np.log(1 / (1 + (z - c) ** 2) + 1 / (1 + (z + c) ** 2)) - LOG_PI,
    lambda z, c: (np.arctan(z - c) + np.arctan(z + c)) / math.pi,
    lambda z, c: (np.arctan2(1.0, z - c) + np.arctan2(1.0, z + c)) / math.pi,
    valid=_not_negative,
)
levy_l = Continuous(
    "levy_l",
    "",
    NEGATIVE,
    lambda z: -LOG_ROOT_2PI - 1.5 * np.log(-z) - 0.5 / np.abs(z),
    lambda z: sp.erf(np.sqrt(-0.5 / z)),
    lambda z: sp.erfc(np.sqrt(-0.5 / z)),
    vanishes=True,
)
gibrat = Continuous(
    "gibrat",
    "",
    HALF,
    lambda z: log_normal(np.log(z)) - np.log(z),
    lambda z: sp.ndtr(np.log(z)),
    lambda z: sp.ndtr(-np.log(z)),
    lambda z: sp.log_ndtr(np.log(z)),
    lambda z: sp.log_ndtr(-np.log(z)),
    ppf=lambda q: np.exp(sp.ndtri(q)),
    isf=lambda q: np.exp(-sp.ndtri(q)),
    vanishes=True,
)
powerlognorm = Continuous(
    "powerlognorm",
    "c s",
    HALF,
    lambda z, c, s: (
        np.log(c) - np.log(z) - np.log(s) + log_normal(np.log(z) / s) + (c - 1) * sp.log_ndtr(-np.log(z) / s)
    ),
    logsf=lambda z, c, s: c * sp.log_ndtr(-np.log(z) / s),
    isf=lambda q, c, s: np.exp(-sp.ndtri_exp(np.log(q) / c) * s),
    vanishes=True,
)
alpha = Continuous(
    "alpha",
    "a",
    HALF,
    lambda z, a: -2 * np.log(z) + log_normal(a - 1 / z) - sp.log_ndtr(a),
    logcdf=lambda z, a: sp.log_ndtr(a - 1 / z) - sp.log_ndtr(a),
    logsf=lambda z, a: log_between(a - 1 / z, a) - sp.log_ndtr(a),
    ppf=lambda q, a: 1 / (a - sp.ndtri(q * sp.ndtr(a))),
    vanishes=True,
)


def _fatigue(z: Any, c: Any) -> Any:
    root = np.sqrt(z)
    return (root - 1 / root) / c


fatiguelife = Continuous(
    "fatiguelife",
    "c",
    HALF,
    lambda z, c: np.log1p(z) - LOG_2 - np.log(c) - 1.5 * np.log(z) + log_normal(_fatigue(z, c)),
    lambda z, c: sp.ndtr(_fatigue(z, c)),
    lambda z, c: sp.ndtr(-_fatigue(z, c)),
    lambda z, c: sp.log_ndtr(_fatigue(z, c)),
    lambda z, c: sp.log_ndtr(-_fatigue(z, c)),
    vanishes=True,
)


# Inverse Gaussian: G. Giner and G. Smyth, statmod: probability calculations for the inverse Gaussian distribution,
# The R Journal 8 (2016), p. 339


def _wald_terms(z: Any, mu: Any) -> tuple[Any, Any, Any]:
    """log Phi(r), log Phi(-r) and the logarithm of what is added to either, r = (z / mu - 1) / sqrt(z)."""
    root = np.sqrt(z)
    r = root / mu - 1 / root
    return sp.log_ndtr(r), sp.log_ndtr(-r), 2 / mu + sp.log_ndtr(-root / mu - 1 / root)


def _wald_logcdf(z: Any, mu: Any) -> Any:
    below, _, more = _wald_terms(z, mu)
    return np.logaddexp(below, more)


def _wald_logsf(z: Any, mu: Any) -> Any:
    _, above, more = _wald_terms(z, mu)
    less = more < above  # where rounding leaves no difference the tail is as good as empty
    return np.where(less, above + log1mexp(np.where(less, more - above, -1.0)), -math.inf)[()]


def _wald_logpdf(z: Any, mu: Any) -> Any:
    return -LOG_ROOT_2PI - 1.5 * np.log(z) - 0.5 * (z / mu - 1) ** 2 / z


invgauss = Continuous("invgauss", "mu", HALF, _wald_logpdf, logcdf=_wald_logcdf, logsf=_wald_logsf, vanishes=True)
wald = Continuous(
    "wald",
    "",
    HALF,
    lambda z: _wald_logpdf(z, 1.0),
    logcdf=lambda z: _wald_logcdf(z, 1.0),
    logsf=lambda z: _wald_logsf(z, 1.0),
    vanishes=True,
)
recipinvgauss = Continuous(
    "recipinvgauss",
    "mu",
    HALF,
    lambda z, mu: -LOG_ROOT_2PI - 0.5 * np.log(z) - 0.5 * (1 / mu - z) ** 2 / z,
    logcdf=lambda z, mu: _wald_logsf(1 / z, mu),
    logsf=lambda z, mu: _wald_logcdf(1 / z, mu),
    vanishes=True,
)


# A lognormal between two powers: W. Reed and M. Jorgensen, The double Pareto-lognormal distribution, Communications
# in Statistics 33 (2004), p. 1733, equations 1 and 2


def _log_mills(x: Any) -> Any:
    return sp.log_ndtr(-x) - log_normal(x)


def _reed(z: Any, u: Any, s: Any, a: Any, b: Any) -> tuple[Any, Any, Any]:
    t = (np.log(z) - u) / s
    return t, _log_mills(a * s - t), _log_mills(b * s + t)


def _reed_logpdf(z: Any, u: Any, s: Any, a: Any, b: Any) -> Any:
    t, left, right = _reed(z, u, s, a, b)
    constant = np.log(a) + np.log(b) - np.log(a + b)
    return constant - np.log(z) + log_normal(t) + np.logaddexp(left, right)


def _reed_cdf(z: Any, u: Any, s: Any, a: Any, b: Any) -> Any:
    t, left, right = _reed(z, u, s, a, b)
    return sp.ndtr(t) - (b * np.exp(log_normal(t) + left) - a * np.exp(log_normal(t) + right)) / (a + b)


def _reed_sf(z: Any, u: Any, s: Any, a: Any, b: Any) -> Any:
    t, left, right = _reed(z, u, s, a, b)
    return sp.ndtr(-t) + (b * np.exp(log_normal(t) + left) - a * np.exp(log_normal(t) + right)) / (a + b)


dpareto_lognorm = Continuous(
    "dpareto_lognorm",
    "u s a b",
    HALF,
    _reed_logpdf,
    _reed_cdf,
    _reed_sf,
    valid=lambda p: (p[0] == p[0]) & (p[1] > 0) & (p[2] > 0) & (p[3] > 0),
    vanishes=True,
)


# Breit and Wigner's resonance in the energy: 1 / ((z^2 - rho^2)^2 + rho^2); the integral by partial fractions over
# the complex numbers +-sqrt(rho^2 - i rho)


def _resonance(rho: Any) -> Any:
    """sqrt(1 + 1 / rho^2)."""
    return np.hypot(1.0, 1 / rho)


def _resonance_logpdf(z: Any, rho: Any) -> Any:
    r = _resonance(rho)
    constant = 1.5 * LOG_2 - LOG_PI + np.log(r) - 0.5 * np.log1p(r)
    return constant - np.log1p(((z - rho) * (z + rho) / rho) ** 2)


def _resonance_cdf(z: Any, rho: Any) -> Any:
    scale = 2 / math.pi * np.sqrt(2 / (1 + _resonance(rho)))
    return scale * np.imag(np.sqrt(-1 + 1j / rho) * np.arctan(z / np.sqrt(-rho * (rho + 1j))))


rel_breitwigner = Continuous("rel_breitwigner", "rho", HALF, _resonance_logpdf, _resonance_cdf)
