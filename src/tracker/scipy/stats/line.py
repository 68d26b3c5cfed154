"""Continuous distributions on the whole line, in scipy.stats' parametrisation (its manual gives each density)."""

from __future__ import annotations

import math
from typing import Any, Final

import numpy as np
import scipy.special as sp

from tracker._rules.special.orders import nodes
from tracker.scipy.stats.arguments import no_nan
from tracker.scipy.stats.distribution import Continuous
from tracker.scipy.stats.pieces import LINE, LOG_2, LOG_PI, choose, log_normal
from tracker.scipy.stats.tails import log1mexp

__all__ = [
    "crystalball",
    "dgamma",
    "dweibull",
    "exponnorm",
    "genhyperbolic",
    "genlogistic",
    "gennorm",
    "jf_skew_t",
    "johnsonsu",
    "laplace_asymmetric",
    "loggamma",
    "norminvgauss",
    "powernorm",
    "skewcauchy",
    "skewnorm",
    "tukeylambda",
]

ROOT_2PI: Final = math.sqrt(2 * math.pi)


# Both sides of zero alike: the tail beyond |z| is half that of the distribution of |z|


def _two_sided(tail: Any) -> dict[str, Any]:
    """cdf and sf from the probability of more than |z|."""

    def upper(z: Any, *shapes: Any) -> Any:
        half = 0.5 * tail(np.abs(z), *shapes)
        return np.where(z > 0, half, 1 - half)[()]

    return {"cdf": lambda z, *shapes: upper(-z, *shapes), "sf": upper}


dgamma = Continuous(
    "dgamma",
    "a",
    LINE,
    lambda z, a: sp.xlogy(a - 1, np.abs(z)) - np.abs(z) - LOG_2 - sp.gammaln(a),
    **_two_sided(lambda r, a: sp.gammaincc(a, r)),
)
dweibull = Continuous(
    "dweibull",
    "c",
    LINE,
    lambda z, c: np.log(c) - LOG_2 + sp.xlogy(c - 1, np.abs(z)) - np.abs(z) ** c,
    **_two_sided(lambda r, c: np.exp(-(r**c))),
)
gennorm = Continuous(
    "gennorm",
    "beta",
    LINE,
    lambda z, beta: np.log(0.5 * beta) - sp.gammaln(1 / beta) - np.abs(z) ** beta,
    **_two_sided(lambda r, beta: sp.gammaincc(1 / beta, r**beta)),
)


# Skewed


def _asymmetric_logpdf(z: Any, k: Any) -> Any:
    return np.where(z > 0, -z * k, z / k) - np.log(k + 1 / k)


laplace_asymmetric = Continuous(
    "laplace_asymmetric",
    "kappa",
    LINE,
    _asymmetric_logpdf,
    lambda z, k: choose(z > 0, lambda z: 1 - np.exp(-z * k) / (1 + k * k), lambda z: _left(z, k), z, 1.0, -1.0),
    lambda z, k: choose(z > 0, lambda z: np.exp(-z * k) / (1 + k * k), lambda z: 1 - _left(z, k), z, 1.0, -1.0),
)


def _left(z: Any, k: Any) -> Any:
    return np.exp(z / k) * (k * k / (1 + k * k))


def _skewed_tail(z: Any, a: Any) -> Any:
    """The upper tail of skewcauchy."""
    up = (1 + a) / math.pi * np.arctan2(1 + a, np.abs(z))
    down = 1 - (1 - a) / math.pi * np.arctan2(1 - a, np.abs(z))
    return np.where(z > 0, up, down)[()]


def _below_one(shapes: list[Any]) -> Any:
    return np.abs(shapes[0]) < 1


skewcauchy = Continuous(
    "skewcauchy",
    "a",
    LINE,
    lambda z, a: -LOG_PI - np.log1p((z / (1 + a * np.sign(z))) ** 2),
    lambda z, a: _skewed_tail(-z, -a),
    _skewed_tail,
    valid=_below_one,
)


def _skewnorm_cdf(z: Any, a: Any) -> Any:
    """Phi(z) - 2 T(z, a); both are nearly the same in a tail that the skewness empties.

    There it is the rest of Owen's integral, 1/pi times that of exp(-z^2 (1 + x^2) / 2) / (1 + x^2) over x > a:
    D. Owen, Tables for computing bivariate normal probabilities, Annals of Mathematical Statistics 27 (1956), p. 1075.
    """
    z = np.clip(z, -1e150, 1e150)  # squares overflow beyond
    empty = (z < -1) & (a > 0)
    if not np.any(empty):
        return sp.ndtr(z) - 2 * sp.owens_t(z, a)
    h, b = np.where(empty, z, -1.0), np.where(empty, a, 1.0)
    scale = 1 / (h * h * b - h)
    rest: Any = 0.0
    for s, weight in nodes():
        x = scale * s
        rest = rest + weight * np.exp(-h * h * x * (b + 0.5 * x)) / (1 + (b + x) ** 2)
    rest = rest * scale * np.exp(-0.5 * h * h * (1 + b * b)) / math.pi
    return np.where(empty, rest, sp.ndtr(z) - 2 * sp.owens_t(z, a))


skewnorm = Continuous(
    "skewnorm",
    "a",
    LINE,
    lambda z, a: LOG_2 + log_normal(z) + sp.log_ndtr(a * z),
    _skewnorm_cdf,
    lambda z, a: _skewnorm_cdf(-z, -a),
    valid=no_nan,
)
johnsonsu = Continuous(
    "johnsonsu",
    "a b",
    LINE,
    lambda z, a, b: np.log(b) - 0.5 * np.log1p(z * z) + log_normal(a + b * np.arcsinh(z)),
    lambda z, a, b: sp.ndtr(a + b * np.arcsinh(z)),
    lambda z, a, b: sp.ndtr(-a - b * np.arcsinh(z)),
    lambda z, a, b: sp.log_ndtr(a + b * np.arcsinh(z)),
    lambda z, a, b: sp.log_ndtr(-a - b * np.arcsinh(z)),
    valid=lambda shapes: (shapes[1] > 0) & (shapes[0] == shapes[0]),
    ppf=lambda q, a, b: np.sinh((sp.ndtri(q) - a) / b),
    isf=lambda q, a, b: np.sinh((-sp.ndtri(q) - a) / b),
)
genlogistic = Continuous(
    "genlogistic",
    "c",
    LINE,
    lambda z, c: np.log(c) + sp.log_expit(-z) + c * sp.log_expit(z),
    logcdf=lambda z, c: c * sp.log_expit(z),
    ppf=lambda q, c: np.log(q) / c - log1mexp(np.log(q) / c),
)
powernorm = Continuous(
    "powernorm",
    "c",
    LINE,
    lambda z, c: np.log(c) + log_normal(z) + (c - 1) * sp.log_ndtr(-z),
    logsf=lambda z, c: c * sp.log_ndtr(-z),
    isf=lambda q, c: -sp.ndtri_exp(np.log(q) / c),
)
loggamma = Continuous(
    "loggamma",
    "c",
    LINE,
    lambda z, c: c * z - np.exp(z) - sp.gammaln(c),
    lambda z, c: sp.gammainc(c, np.exp(z)),
    lambda z, c: sp.gammaincc(c, np.exp(z)),
)


# The normal and an exponential


def _log_beside(z: Any, k: Any) -> Any:
    return 0.5 / (k * k) - z / k + sp.log_ndtr(z - 1 / k)


exponnorm = Continuous(
    "exponnorm",
    "K",
    LINE,
    lambda z, k: _log_beside(z, k) - np.log(k),
    lambda z, k: sp.ndtr(z) - np.exp(_log_beside(z, k)),
    lambda z, k: sp.ndtr(-z) + np.exp(_log_beside(z, k)),
)


# Normal with a power for its left tail


def _crystal_mass(beta: Any, m: Any) -> tuple[Any, Any]:
    """The integrals over the power's side and in all."""
    left = m / (beta * (m - 1)) * np.exp(-0.5 * beta * beta)
    return left, left + ROOT_2PI * sp.ndtr(beta)


def _log_power(z: Any, beta: Any, m: Any) -> Any:
    """(m / beta) / (m / beta - beta - z), the power's base, which is 1 at z = -beta; logarithm."""
    return -np.log1p((-beta - z) * beta / m)


def _crystal_logpdf(z: Any, beta: Any, m: Any) -> Any:
    core = z > -beta
    body = np.where(core, -0.5 * z * z, -0.5 * beta * beta + m * _log_power(np.where(core, -beta, z), beta, m))
    return body - np.log(_crystal_mass(beta, m)[1])


def _crystal_cdf(z: Any, beta: Any, m: Any) -> Any:
    left, total = _crystal_mass(beta, m)
    core = z > -beta
    tail = left * np.exp((m - 1) * _log_power(np.where(core, -beta, z), beta, m))
    inner = left + ROOT_2PI * (sp.ndtr(z) - sp.ndtr(-beta))
    return np.where(core, inner, tail) / total


def _crystal_sf(z: Any, beta: Any, m: Any) -> Any:
    return np.where(z > -beta, ROOT_2PI * sp.ndtr(-z) / _crystal_mass(beta, m)[1], 1 - _crystal_cdf(z, beta, m))


crystalball = Continuous(
    "crystalball",
    "beta m",
    LINE,
    _crystal_logpdf,
    _crystal_cdf,
    _crystal_sf,
    valid=lambda shapes: (shapes[0] > 0) & (shapes[1] > 1),
)


# Student's t with two shapes: M. C. Jones and M. J. Faddy, A skew extension of the t distribution, J. Roy. Stat. Soc. B
# 65 (2003), p. 159; 1 + u and 1 - u for u = z / sqrt(a + b + z^2) without cancellation


def _one_plus(z: Any, total: Any) -> Any:
    root = np.sqrt(total + z * z)
    return np.where(z > 0, 1 + z / root, total / (root * (root + np.abs(z))))


def _jf_logpdf(z: Any, a: Any, b: Any) -> Any:
    total = a + b
    powers = (a + 0.5) * np.log(_one_plus(z, total)) + (b + 0.5) * np.log(_one_plus(-z, total))
    return powers - (total - 1) * LOG_2 - sp.betaln(a, b) - 0.5 * np.log(total)


jf_skew_t = Continuous(
    "jf_skew_t",
    "a b",
    LINE,
    _jf_logpdf,
    lambda z, a, b: sp.betainc(a, b, 0.5 * _one_plus(z, a + b)),
    lambda z, a, b: sp.betainc(b, a, 0.5 * _one_plus(-z, a + b)),
)


# Hyperbolic: densities; O. Barndorff-Nielsen, Exponentially decreasing distributions for the logarithm of particle
# size, Proc. Roy. Soc. A 353 (1977), p. 401


def _inverse_gauss_logpdf(z: Any, a: Any, b: Any) -> Any:
    root = np.hypot(1.0, z)
    gamma = np.sqrt((a - b) * (a + b))
    return np.log(a) - LOG_PI - np.log(root) + np.log(sp.k1e(a * root)) + gamma + b * z - a * root


def _hyperbolic_logpdf(z: Any, p: Any, a: Any, b: Any) -> Any:
    root = np.hypot(1.0, z)
    square = (a - b) * (a + b)
    gamma = np.sqrt(square)
    constant = 0.5 * p * np.log(square) - 0.5 * math.log(2 * math.pi) - (p - 0.5) * np.log(a)
    bessel = np.log(sp.kve(p - 0.5, a * root)) - a * root - np.log(sp.kve(p, gamma)) + gamma
    return constant + bessel + (p - 0.5) * np.log(root) + b * z


def _steep(shapes: list[Any]) -> Any:
    return (shapes[-2] > 0) & (np.abs(shapes[-1]) < shapes[-2])


norminvgauss = Continuous("norminvgauss", "a b", LINE, _inverse_gauss_logpdf, valid=_steep)
genhyperbolic = Continuous("genhyperbolic", "p a b", LINE, _hyperbolic_logpdf, valid=_steep)


# Tukey's lambda: given by its quantile function (q^lam - (1-q)^lam) / lam, of which tklmbda is the inverse


def _tukey_logpdf(z: Any, lam: Any) -> Any:
    lower, upper = sp.tklmbda(z, lam), sp.tklmbda(-z, lam)
    return -np.log(lower ** (lam - 1) + upper ** (lam - 1))


def _tukey_quantile(q: Any, lam: Any) -> Any:
    return sp.boxcox(q, lam) - sp.boxcox1p(-q, lam)


def _tukey_ends(lam: Any) -> tuple[Any, Any]:
    bounded = lam > 0
    end = np.where(bounded, 1 / np.where(bounded, lam, 1.0), math.inf)[()]
    return -end, end


tukeylambda = Continuous(
    "tukeylambda",
    "lam",
    _tukey_ends,
    _tukey_logpdf,
    lambda z, lam: sp.tklmbda(z, lam),
    lambda z, lam: sp.tklmbda(-z, lam),
    valid=no_nan,
    ppf=_tukey_quantile,
    isf=lambda q, lam: -_tukey_quantile(q, lam),
)
