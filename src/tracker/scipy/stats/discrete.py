"""Distributions on whole numbers, in scipy.stats' parametrisation; by their shapes."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import scipy.special as sp

from tracker.scipy.stats.distribution import Discrete

__all__ = ["bernoulli", "binom", "geom", "nbinom", "poisson"]


def _probability(p: Any) -> Any:
    return (p >= 0) & (p <= 1)


def _log_binom(n: Any, k: Any) -> Any:
    return -np.log(n + 1.0) - sp.betaln(n - k + 1.0, k + 1.0)


poisson = Discrete(
    "poisson",
    "mu",
    0,
    lambda mu: math.inf,
    lambda k, mu: sp.xlogy(k, mu) - sp.gammaln(k + 1.0) - mu,
    lambda k, mu: sp.pdtr(k, mu),
    lambda k, mu: sp.pdtrc(k, mu),
    lambda shapes: shapes[0] >= 0,
)
binom = Discrete(
    "binom",
    "n p",
    0,
    lambda n, p: n,
    lambda k, n, p: _log_binom(n, k) + sp.xlogy(k, p) + sp.xlog1py(n - k, -p),
    lambda k, n, p: sp.bdtr(1.0 * k, n, p),
    lambda k, n, p: sp.bdtrc(1.0 * k, n, p),
    lambda shapes: (shapes[0] >= 0) & _probability(shapes[1]),
)
bernoulli = Discrete(
    "bernoulli",
    "p",
    0,
    lambda p: 1,
    lambda k, p: sp.xlogy(k, p) + sp.xlog1py(1 - k, -p),
    lambda k, p: 1 - p + 0 * k,
    lambda k, p: p + 0 * k,
    lambda shapes: _probability(shapes[0]),
)
geom = Discrete(
    "geom",
    "p",
    1,
    lambda p: math.inf,
    lambda k, p: sp.xlog1py(k - 1, -p) + np.log(p),
    lambda k, p: -np.expm1(k * np.log1p(-p)),
    lambda k, p: np.exp(k * np.log1p(-p)),
    lambda shapes: _probability(shapes[0]) & (shapes[0] > 0),
)
nbinom = Discrete(
    "nbinom",
    "n p",
    0,
    lambda n, p: math.inf,
    lambda k, n, p: sp.gammaln(n + k) - sp.gammaln(k + 1.0) - sp.gammaln(n) + n * np.log(p) + sp.xlog1py(k, -p),
    lambda k, n, p: sp.betainc(n, k + 1.0, p),
    lambda k, n, p: sp.betaincc(n, k + 1.0, p),
    lambda shapes: (shapes[0] > 0) & _probability(shapes[1]) & (shapes[1] > 0),
)
