"""Gamma, beta, zeta and the incomplete gamma and beta functions, by their orders too."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import scipy.special as sp
from scipy.special import _ufuncs  # zeta and lambertw are Python functions around these ufuncs

from tracker._core.node import CONSTANT, Op
from tracker._core.registry import supply
from tracker._rules.elementwise import is_complex, where_zero
from tracker._rules.overridable import overridable
from tracker._rules.special.orders import beta_by_a, gamma_by_order
from tracker._rules.special.table import partials


def trigamma(x: Any) -> Any:
    """psi'(x) = zeta(2, x), DLMF 25.11.12."""
    return _complex_trigamma(x) if is_complex(x) else _ufuncs._zeta(2.0, x)


def _complex_trigamma(z: Any) -> Any:
    """Right of 1/2 by recurrence and Stirling's series, DLMF 5.15.5 and 5.15.8; left of it by reflection, 5.15.6."""
    left = np.real(z) < 0.5
    w = np.where(left, 1 - z, z)
    total: Any = 0.0
    for _ in range(12):
        total = total + 1 / (w * w)
        w = w + 1
    inverse = 1 / (w * w)
    series: Any = 0.0
    for bernoulli in (43867 / 798, -3617 / 510, 7 / 6, -691 / 2730, 5 / 66, -1 / 30, 1 / 42, -1 / 30, 1 / 6):
        series = (series + bernoulli) * inverse
    total = total + 1 / w + 0.5 * inverse + series / w
    turned = math.pi / np.sin(math.pi * np.where(left, z, 0.5))
    return np.where(left, turned * turned - total, total)


def rgamma_slope(y: Any, x: Any) -> Any:
    """-psi(x) / gamma(x); (-1)^n n! at x = -n, DLMF 5.7.1."""
    pole = (y == 0) & (np.real(x) <= 0)
    if not np.any(pole):
        return -y * sp.digamma(x)
    at_pole = np.cos(math.pi * x) * sp.gamma(1 - np.where(pole, x, 0))
    return np.where(pole, at_pole, -y * sp.digamma(np.where(pole, 1, x)))


def _psi(a: Any, b: Any) -> Any:
    return sp.digamma(a) - sp.digamma(b)


partials(sp.gamma, lambda y, x: y * sp.digamma(x))
partials(sp.gammaln, lambda y, x: sp.digamma(x))
partials(sp.loggamma, lambda y, x: sp.digamma(x))
partials(sp.rgamma, rgamma_slope)
partials(sp.digamma, lambda y, x: trigamma(x))
supply(sp.gammasgn, Op(sp.gammasgn, "", CONSTANT, ()), "scipy.special.gammasgn")
supply(sp.round, Op(sp.round, "", CONSTANT, ()), "scipy.special.round")
partials(sp.beta, lambda y, a, b: y * _psi(a, a + b), lambda y, a, b: y * _psi(b, a + b))
partials(sp.betaln, lambda y, a, b: _psi(a, a + b), lambda y, a, b: _psi(b, a + b))
partials(sp.binom, lambda y, n, k: y * _psi(n + 1, n - k + 1), lambda y, n, k: y * _psi(n - k + 1, k + 1))
partials(sp.poch, lambda y, z, m: y * _psi(z + m, z), lambda y, z, m: y * sp.digamma(z + m))


# Incomplete gamma


@overridable
def gamma_density(a: Any, x: Any) -> Any:
    """x^(a-1) e^(-x) / Gamma(a), DLMF 8.8.13. A function with rules: the logarithm has no derivative at x = 0."""
    return np.exp(sp.xlogy(a - 1, x) - x - sp.gammaln(a))


def _density_slope(y: Any, a: Any, x: Any) -> Any:
    zero = x == 0
    inside = y * ((a - 1) / where_zero(x, 1) - 1)
    if not np.any(zero):
        return inside
    lower = np.where(a == 1, 0, gamma_density(np.where(a == 1, 1, a - 1), np.where(zero, x, 1)))  # 1 / Gamma(0) = 0
    return np.where(zero, lower - y, inside)


partials(gamma_density, lambda y, a, x: sp.xlogy(y, x) - y * sp.digamma(a), _density_slope)

partials(sp.gammainc, lambda y, a, x: gamma_by_order(a, x), lambda y, a, x: gamma_density(a, x))
partials(sp.gammaincc, lambda y, a, x: -gamma_by_order(a, x), lambda y, a, x: -gamma_density(a, x))
partials(
    sp.gammaincinv,
    lambda x, a, p: -gamma_by_order(a, x) / gamma_density(a, x),
    lambda x, a, p: 1 / gamma_density(a, x),
)
partials(
    sp.gammainccinv,
    lambda x, a, p: -gamma_by_order(a, x) / gamma_density(a, x),
    lambda x, a, p: -1 / gamma_density(a, x),
)

# Incomplete beta: I_x(a, b) = 1 - I_(1-x)(b, a), DLMF 8.17.4


def beta_density(a: Any, b: Any, x: Any) -> Any:
    """x^(a-1) (1-x)^(b-1) / B(a, b)."""
    return np.exp(sp.xlogy(a - 1, x) + sp.xlog1py(b - 1, -x) - sp.betaln(a, b))


def beta_by_b(a: Any, b: Any, x: Any) -> Any:
    return -beta_by_a(b, a, 1 - x, x)


partials(
    sp.betainc,
    lambda y, a, b, x: beta_by_a(a, b, x, 1 - x),
    lambda y, a, b, x: beta_by_b(a, b, x),
    lambda y, a, b, x: beta_density(a, b, x),
)
partials(
    sp.betaincc,
    lambda y, a, b, x: -beta_by_a(a, b, x, 1 - x),
    lambda y, a, b, x: -beta_by_b(a, b, x),
    lambda y, a, b, x: -beta_density(a, b, x),
)
for _inverse, _sign in ((sp.betaincinv, 1), (sp.betainccinv, -1)):
    partials(
        _inverse,
        lambda x, a, b, p: -beta_by_a(a, b, x, 1 - x) / beta_density(a, b, x),
        lambda x, a, b, p: -beta_by_b(a, b, x) / beta_density(a, b, x),
        lambda x, a, b, p, sign=_sign: sign / beta_density(a, b, x),
    )

# Lambert's W, DLMF 4.13.4; the dilogarithm, DLMF 25.12.2


def spence_slope(y: Any, z: Any) -> Any:
    """log(z) / (1 - z); by 2F1(1, 1; 2; 1 - z) near 1, where it is -1 (DLMF 15.4.1)."""
    near = np.abs(z - 1) < 0.25
    w = 1 - z
    series = -sp.hyp2f1(1.0, 1.0, 2.0, np.where(near, w, 0))
    return np.where(near, series, np.log(np.where(near, 1, z)) / where_zero(np.where(near, 1, w), 1))


partials(_ufuncs._lambertw, lambda y, z, k, tol: np.exp(-y) / (1 + y), None, None)
partials(sp.wrightomega, lambda y, z: y / (1 + y))
partials(sp.spence, spence_slope)
