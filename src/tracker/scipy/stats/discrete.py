"""Distributions on whole numbers, in scipy.stats' parametrisation; by their shapes."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import scipy.special as sp

from tracker._rules.special.gamma import gamma_density
from tracker._rules.special.noncentral import chi_square_cdf, chi_square_sf
from tracker._transforms.recording import data
from tracker.scipy.stats.arguments import all_positive
from tracker.scipy.stats.counting import Discrete

__all__ = [
    "bernoulli",
    "betabinom",
    "betanbinom",
    "binom",
    "boltzmann",
    "dlaplace",
    "geom",
    "logser",
    "nbinom",
    "planck",
    "poisson",
    "skellam",
    "yulesimon",
    "zipf",
    "zipfian",
]

INF = math.inf


def _probability(p: Any) -> Any:
    return (p >= 0) & (p <= 1)


def _log_binom(n: Any, k: Any) -> Any:
    return -np.log(n + 1.0) - sp.betaln(n - k + 1.0, k + 1.0)


# Trials

bernoulli = Discrete(
    "bernoulli",
    "p",
    (0, 1),
    lambda k, p: sp.xlogy(k, p) + sp.xlog1py(1 - k, -p),
    lambda s: _probability(s[0]),
    lambda k, p: 1 - p + 0 * k,
    lambda k, p: p + 0 * k,
    lambda p: p,
    lambda p: p * (1 - p),
    pmf=lambda k, p: np.where(k == 1, p, 1 - p),
)
binom = Discrete(
    "binom",
    "n p",
    lambda n, p: (0, n),
    lambda k, n, p: _log_binom(n, k) + sp.xlogy(k, p) + sp.xlog1py(n - k, -p),
    lambda s: (s[0] >= 0) & _probability(s[1]),
    lambda k, n, p: sp.bdtr(1.0 * k, n, p),
    lambda k, n, p: sp.bdtrc(1.0 * k, n, p),
    lambda n, p: n * p,
    lambda n, p: n * p * (1 - p),
    whole="n",
    pmf=lambda k, n, p: sp.binom(n, k) * p**k * (1 - p) ** (n - k),
)
betabinom = Discrete(
    "betabinom",
    "n a b",
    lambda n, a, b: (0, n),
    lambda k, n, a, b: _log_binom(n, k) + sp.betaln(k + a, n - k + b) - sp.betaln(a, b),
    lambda s: (s[0] >= 0) & (s[1] > 0) & (s[2] > 0),
    mean=lambda n, a, b: n * a / (a + b),
    var=lambda n, a, b: n * (a + b + n) * a * b / ((a + b) ** 2 * (a + b + 1)),
    whole="n",
)
geom = Discrete(
    "geom",
    "p",
    (1, INF),
    lambda k, p: sp.xlog1py(k - 1, -p) + np.log(p),
    lambda s: _probability(s[0]) & (s[0] > 0),
    lambda k, p: -np.expm1(sp.xlog1py(k, -p)),
    lambda k, p: np.exp(sp.xlog1py(k, -p)),
    lambda p: 1 / p,
    lambda p: (1 - p) / (p * p),
    pmf=lambda k, p: (1 - p) ** (k - 1) * p,
)
nbinom = Discrete(
    "nbinom",
    "n p",
    (0, INF),
    lambda k, n, p: sp.gammaln(n + k) - sp.gammaln(k + 1.0) - sp.gammaln(n) + n * np.log(p) + sp.xlog1py(k, -p),
    lambda s: (s[0] > 0) & _probability(s[1]) & (s[1] > 0),
    lambda k, n, p: sp.betainc(n, k + 1.0, p),
    lambda k, n, p: sp.betaincc(n, k + 1.0, p),
    lambda n, p: n * (1 - p) / p,
    lambda n, p: n * (1 - p) / (p * p),
    pmf=lambda k, n, p: np.exp(sp.gammaln(n + k) - sp.gammaln(k + 1.0) - sp.gammaln(n)) * p**n * (1 - p) ** k,
)
betanbinom = Discrete(
    "betanbinom",
    "n a b",
    (0, INF),
    lambda k, n, a, b: -np.log(n + k) - sp.betaln(n, k + 1.0) + sp.betaln(a + n, b + k) - sp.betaln(a, b),
    lambda s: (s[0] >= 0) & (s[1] > 0) & (s[2] > 0),
    mean=lambda n, a, b: np.where(a > 1, n * b / (a - 1.0), INF)[()],
    whole="n",
)

# Counts


def _log_ratio(mu1: Any, mu2: Any) -> Any:
    return 0.5 * (np.log(mu1) - np.log(mu2))


def _skellam_logpmf(k: Any, mu1: Any, mu2: Any) -> Any:
    """J. G. Skellam, The frequency distribution of the difference between two Poisson variates, J. Roy. Stat. Soc. 109
    (1946), p. 296."""
    root = np.sqrt(mu1 * mu2)
    gap = np.sqrt(mu1) - np.sqrt(mu2)
    return -gap * gap + k * _log_ratio(mu1, mu2) + np.log(sp.ive(np.abs(k), 2 * root))


def _skellam_cdf(k: Any, mu1: Any, mu2: Any) -> Any:
    """By noncentral chi-square distributions: N. Johnson, On an extension of the connexion between Poisson and
    chi-square distributions, Biometrika 46 (1959), p. 352."""
    up = k >= 0
    low = chi_square_cdf(2 * mu2, np.where(up, 2.0, -2 * k), 2 * mu1)
    return np.where(up, chi_square_sf(2 * mu1, np.where(up, 2 * (k + 1), 2.0), 2 * mu2), low)


def _skellam_sf(k: Any, mu1: Any, mu2: Any) -> Any:
    return _skellam_cdf(-k - 1, mu2, mu1)


poisson = Discrete(
    "poisson",
    "mu",
    (0, INF),
    lambda k, mu: sp.xlogy(k, mu) - sp.gammaln(k + 1.0) - mu,
    lambda s: s[0] >= 0,
    lambda k, mu: sp.pdtr(k, mu),
    lambda k, mu: sp.pdtrc(k, mu),
    lambda mu: mu,
    lambda mu: mu,
    pmf=lambda k, mu: gamma_density(k + 1.0, mu),
)
skellam = Discrete(
    "skellam",
    "mu1 mu2",
    (-INF, INF),
    _skellam_logpmf,
    all_positive,
    _skellam_cdf,
    _skellam_sf,
    lambda mu1, mu2: mu1 - mu2,
    lambda mu1, mu2: mu1 + mu2,
)

# Exponentials and powers


def _two_sided_sf(k: Any, a: Any) -> Any:
    tail = np.exp(-a * (np.abs(k + 0.5) + 0.5)) / (1 + np.exp(-a))
    return np.where(k >= 0, tail, 1 - tail)


dlaplace = Discrete(
    "dlaplace",
    "a",
    (-INF, INF),
    lambda k, a: np.log(np.tanh(0.5 * a)) - a * np.abs(k),
    all_positive,
    lambda k, a: _two_sided_sf(-k - 1, a),
    _two_sided_sf,
    lambda a: 0 * a,
    lambda a: 2 * np.exp(a) / np.expm1(a) ** 2,
)
planck = Discrete(
    "planck",
    "lambda_",
    (0, INF),
    lambda k, lam: np.log(-np.expm1(-lam)) - lam * k,
    all_positive,
    lambda k, lam: -np.expm1(-lam * (k + 1)),
    lambda k, lam: np.exp(-lam * (k + 1)),
    lambda lam: 1 / np.expm1(lam),
    lambda lam: np.exp(lam) / np.expm1(lam) ** 2,
)
boltzmann = Discrete(
    "boltzmann",
    "lambda_ N",
    lambda lam, n: (0, n - 1),
    lambda k, lam, n: np.log(np.expm1(-lam) / np.expm1(-lam * n)) - lam * k,
    lambda s: (s[0] > 0) & (s[1] > 0),
    lambda k, lam, n: np.expm1(-lam * (k + 1)) / np.expm1(-lam * n),
    lambda k, lam, n: np.exp(-lam * (k + 1)) * np.expm1(-lam * (n - k - 1)) / np.expm1(-lam * n),
    lambda lam, n: 1 / np.expm1(lam) - n / np.expm1(lam * n),
    whole="N",
)


def _logser_sf(k: Any, p: Any) -> Any:
    """The sum of p^j / j for j > k: DLMF 15.2.1."""
    return -(p ** (k + 1.0)) / (k + 1.0) * sp.hyp2f1(1.0, k + 1.0, k + 2.0, p) / np.log1p(-p)


logser = Discrete(
    "logser",
    "p",
    (1, INF),
    lambda k, p: sp.xlogy(k, p) - np.log(k) - np.log(-np.log1p(-p)),
    lambda s: (s[0] > 0) & (s[0] < 1),
    lambda k, p: 1 - _logser_sf(k, p),
    _logser_sf,
    lambda p: p / ((p - 1) * np.log1p(-p)),
    lambda p: -p * (np.log1p(-p) + p) / ((1 - p) * np.log1p(-p)) ** 2,
)
yulesimon = Discrete(
    "yulesimon",
    "alpha",
    (1, INF),
    lambda k, a: np.log(a) + sp.betaln(k, a + 1),
    all_positive,
    lambda k, a: 1 - k * sp.beta(1.0 * k, a + 1),
    lambda k, a: k * sp.beta(1.0 * k, a + 1),
    lambda a: np.where(a > 1, a / np.where(a > 1, a - 1.0, 1.0), INF)[()],
)
zipf = Discrete(
    "zipf",
    "a",
    (1, INF),
    lambda k, a: -a * np.log(k) - np.log(sp.zeta(a, 1.0)),
    lambda s: s[0] > 1,
    lambda k, a: 1 - sp.zeta(a, k + 1.0) / sp.zeta(a, 1.0),
    lambda k, a: sp.zeta(a, k + 1.0) / sp.zeta(a, 1.0),
)


def _harmonic(a: Any, n: Any) -> Any:
    """The sum of j^-a for j = 1, ..., n."""
    n, a = np.broadcast_arrays(n, a)
    n = data(n)
    j = np.arange(1.0, float(np.max(n, initial=1.0)) + 1) if np.all(n == n) else np.ones(1)
    return np.sum(np.where(j <= n[..., None], j ** -a[..., None], 0.0), axis=-1)


zipfian = Discrete(
    "zipfian",
    "a n",
    lambda a, n: (1, n),
    lambda k, a, n: -a * np.log(k) - np.log(_harmonic(a, n)),
    lambda s: (s[0] >= 0) & (s[1] > 0),
    lambda k, a, n: _harmonic(a, k) / _harmonic(a, n),
    lambda k, a, n: (_harmonic(a, n) - _harmonic(a, k)) / _harmonic(a, n),
    whole="n",
)
