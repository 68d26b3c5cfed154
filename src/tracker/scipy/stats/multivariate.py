"""Multivariate distributions: SciPy's values and errors, derivatives of the formulas in SciPy's manual.

Formulas of matrix distributions are from A. Gupta and D. Nagar, Matrix Variate Distributions (2000).
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import scipy.special as sp

from tracker._arrays.leaf import is_tracked
from tracker._transforms.recording import data
from tracker.errors import NoRuleError
from tracker.scipy.special import multigammaln
from tracker.scipy.stats.arguments import as_array
from tracker.scipy.stats.joint import Joint

__all__ = [
    "dirichlet",
    "dirichlet_multinomial",
    "invwishart",
    "matrix_normal",
    "multinomial",
    "multivariate_normal",
    "multivariate_t",
    "normal_inverse_gamma",
    "vonmises_fisher",
    "wishart",
]

LOG_2PI = math.log(2 * math.pi)


# Points are the last axis; a number stands for a vector of one entry


def _points(x: Any, n: int) -> Any:
    """x as (..., n), as SciPy reads it."""
    x = as_array(x)
    if np.ndim(x) == 0:
        return np.reshape(x, (1, 1))
    return x[:, None] if np.ndim(x) == 1 and n == 1 else x


def _matrix(a: Any, n: int) -> Any:
    """A covariance (n, n), given as that, as its diagonal or as one number."""
    a = as_array(getattr(a, "covariance", a))
    return a if np.ndim(a) == 2 else a * np.eye(n)


def _size(mean: Any, cov: Any) -> int:
    """How many entries a point has: SciPy asks the mean and the covariance."""
    rows = np.shape(as_array(getattr(cov, "covariance", cov)))
    return int(max(1 if mean is None else np.size(data(as_array(mean))), *rows[:1], 1))


def _distance(x: Any, mean: Any, cov: Any, singular: bool = False) -> tuple[Any, Any, int]:
    """The squared Mahalanobis distance, the logarithm of the determinant, and the rank of the covariance."""
    n = _size(mean, cov)
    c = _matrix(cov, n)
    d = _points(x, n) - (0.0 if mean is None else as_array(mean))
    if singular:
        return _degenerate(d, c)
    factor = np.linalg.cholesky(c)
    scaled = np.linalg.solve(factor, np.swapaxes(np.atleast_2d(d), -1, -2))
    return np.sum(scaled * scaled, axis=-2), 2 * np.sum(np.log(np.diagonal(factor))), n


def _degenerate(d: Any, cov: Any) -> tuple[Any, Any, int]:
    """On the subspace of a singular covariance, which must be a constant."""
    if is_tracked(cov):
        raise NoRuleError(
            "A covariance with allow_singular=True has no derivative: its rank may change. Pass "
            "tracker.stop_gradient(cov), or leave allow_singular out if it is positive definite."
        )
    values, vectors = np.linalg.eigh(cov)
    kept = values > 1e6 * np.finfo(float).eps * np.max(np.abs(values))
    scaled = d @ (vectors[:, kept] / np.sqrt(values[kept]))
    return np.sum(scaled * scaled, axis=-1), np.sum(np.log(values[kept])), int(np.sum(kept))


def _normal_logpdf(x: Any, mean: Any = None, cov: Any = 1, allow_singular: bool = False) -> Any:
    square, log_det, n = _distance(x, mean, cov, allow_singular)
    return -0.5 * (n * LOG_2PI + log_det + square)


def _normal_entropy(mean: Any = None, cov: Any = 1) -> Any:
    n = _size(mean, cov)
    return 0.5 * (n * (LOG_2PI + 1) + np.linalg.slogdet(_matrix(cov, n))[1])


def _normal_draw(z: Any, mean: Any = None, cov: Any = 1) -> Any:
    """A draw moves with the mean and with the factor of the covariance: mean + L e."""
    n = _size(mean, cov)
    start = 0.0 if mean is None else as_array(mean)
    fixed = np.linalg.solve(np.linalg.cholesky(data(_matrix(cov, n))), np.atleast_2d(z - data(start)).T)
    moved = np.swapaxes(np.linalg.cholesky(_matrix(cov, n)) @ fixed, 0, 1) + start
    return np.reshape(moved, np.shape(z))


multivariate_normal = Joint(
    "multivariate_normal", {"logpdf": _normal_logpdf, "entropy": _normal_entropy}, draw=_normal_draw
)


def _t_logpdf(x: Any, loc: Any = None, shape: Any = 1, df: Any = 1) -> Any:
    square, log_det, n = _distance(x, loc, shape)
    if np.isinf(data(df)):
        return -0.5 * (n * LOG_2PI + log_det + square)
    half = 0.5 * (df + n)
    constant = sp.gammaln(half) - sp.gammaln(0.5 * df) - 0.5 * n * np.log(df * math.pi) - 0.5 * log_det
    return constant - half * np.log1p(square / df)


multivariate_t = Joint("multivariate_t", {"logpdf": _t_logpdf})


# Proportions


def _whole(x: Any, alpha: Any) -> Any:
    """Proportions with the last one, which may be left out, along the first axis."""
    x = as_array(x)
    if x.shape[0] == alpha.shape[0]:
        return x
    return np.concatenate([x, 1 - np.sum(x, axis=0, keepdims=True)])


def _dirichlet_logpdf(x: Any, alpha: Any) -> Any:
    alpha = as_array(alpha)
    constant = sp.gammaln(np.sum(alpha)) - np.sum(sp.gammaln(alpha))
    x = np.moveaxis(_whole(x, alpha), 0, -1)
    return constant + np.sum(sp.xlogy(alpha - 1, x), axis=-1)


def _dirichlet_pdf(x: Any, alpha: Any) -> Any:
    """Without logarithms where a proportion is 0: they have no derivative there."""
    alpha = as_array(alpha)
    log = _dirichlet_logpdf(x, alpha)
    x = np.moveaxis(_whole(x, alpha), 0, -1)
    if not np.any(x == 0):
        return np.exp(log)
    constant = sp.gammaln(np.sum(alpha)) - np.sum(sp.gammaln(alpha))
    return np.exp(constant) * np.prod(x ** (alpha - 1), axis=-1)


def _dirichlet_mean(alpha: Any) -> Any:
    alpha = as_array(alpha)
    return alpha / np.sum(alpha)


def _dirichlet_cov(alpha: Any) -> Any:
    mean, total = _dirichlet_mean(alpha), np.sum(as_array(alpha))
    return (np.diag(mean) - np.outer(mean, mean)) / (total + 1)


def _dirichlet_var(alpha: Any) -> Any:
    mean, total = _dirichlet_mean(alpha), np.sum(as_array(alpha))
    return mean * (1 - mean) / (total + 1)


def _dirichlet_entropy(alpha: Any) -> Any:
    alpha = as_array(alpha)
    total, n = np.sum(alpha), alpha.shape[0]
    log_beta = np.sum(sp.gammaln(alpha)) - sp.gammaln(total)
    return log_beta + (total - n) * sp.digamma(total) - np.sum((alpha - 1) * sp.digamma(alpha))


dirichlet = Joint(
    "dirichlet",
    {
        "logpdf": _dirichlet_logpdf,
        "pdf": _dirichlet_pdf,
        "mean": _dirichlet_mean,
        "var": _dirichlet_var,
        "cov": _dirichlet_cov,
        "entropy": _dirichlet_entropy,
    },
)


def _chances(p: Any) -> Any:
    """p with the last entry what the others leave, where they don't sum to 1, as SciPy has it."""
    p = as_array(p)
    off = np.abs(1 - np.sum(data(p), axis=-1, keepdims=True)) > 10 * np.finfo(float).eps
    if not np.any(off):
        return p
    rest = 1 - np.sum(p[..., :-1], axis=-1, keepdims=True)
    return np.concatenate([p[..., :-1], np.where(off, rest, p[..., -1:])], axis=-1)


def _multinomial_logpmf(x: Any, n: Any, p: Any) -> Any:
    x = as_array(x)
    terms = sp.xlogy(x, _chances(p)) - sp.gammaln(x + 1.0)
    return sp.gammaln(as_array(n) + 1.0) + np.sum(terms, axis=-1)


def _multinomial_pmf(x: Any, n: Any, p: Any) -> Any:
    """Without logarithms where a probability is 0: they have no derivative there."""
    x, p = as_array(x), _chances(p)
    if not np.any(p == 0):
        return np.exp(_multinomial_logpmf(x, n, p))
    log_ways = sp.gammaln(as_array(n) + 1.0) - np.sum(sp.gammaln(x + 1.0), axis=-1)
    return np.exp(log_ways) * np.prod(p**x, axis=-1)


def _multinomial_cov(n: Any, p: Any) -> Any:
    p = _chances(p)
    return n * (np.diag(p) - np.outer(p, p))


multinomial = Joint(
    "multinomial",
    {
        "logpmf": _multinomial_logpmf,
        "pmf": _multinomial_pmf,
        "mean": lambda n, p: n * _chances(p),
        "cov": _multinomial_cov,
    },
    whole=("x", "n"),
)


def _compound_logpmf(x: Any, alpha: Any, n: Any) -> Any:
    x, alpha, n = as_array(x), as_array(alpha), as_array(n)
    total = np.sum(alpha, axis=-1)
    terms = sp.gammaln(x + alpha) - sp.gammaln(alpha) - sp.gammaln(x + 1.0)
    return sp.gammaln(total) + sp.gammaln(n + 1.0) - sp.gammaln(n + total) + np.sum(terms, axis=-1)


def _compound_mean(alpha: Any, n: Any) -> Any:
    return n * _dirichlet_mean(alpha)


def _compound_cov(alpha: Any, n: Any) -> Any:
    mean, total = _dirichlet_mean(alpha), np.sum(as_array(alpha))
    return n * (n + total) / (1 + total) * (np.diag(mean) - np.outer(mean, mean))


def _compound_var(alpha: Any, n: Any) -> Any:
    mean, total = _dirichlet_mean(alpha), np.sum(as_array(alpha))
    return n * mean * (1 - mean) * (n + total) / (1 + total)


dirichlet_multinomial = Joint(
    "dirichlet_multinomial",
    {"logpmf": _compound_logpmf, "mean": _compound_mean, "var": _compound_var, "cov": _compound_cov},
    whole=("x", "n"),
)


# Positive definite matrices, (n, n) or, several, (n, n, k)


def _stack(x: Any) -> Any:
    """Matrices along the first axes; a number is one of size 1."""
    x = as_array(x)
    if np.ndim(x) < 2:
        return np.reshape(x, (-1, 1, 1))
    return np.moveaxis(x, -1, 0) if np.ndim(x) == 3 else x


def _square(scale: Any) -> Any:
    scale = as_array(scale)
    if np.ndim(scale) == 0:
        return np.reshape(scale, (1, 1))
    return scale if np.ndim(scale) == 2 else np.diag(scale)


def _wishart_logpdf(x: Any, df: Any, scale: Any) -> Any:
    x, scale = _stack(x), _square(scale)
    n = scale.shape[-1]
    log_x, log_scale = np.linalg.slogdet(x)[1], np.linalg.slogdet(scale)[1]
    constant = 0.5 * n * df * math.log(2) + 0.5 * df * log_scale + multigammaln(0.5 * df, n)
    trace = np.trace(np.linalg.solve(scale, x), axis1=-2, axis2=-1)
    return 0.5 * (df - n - 1) * log_x - 0.5 * trace - constant


def _inverse_logpdf(x: Any, df: Any, scale: Any) -> Any:
    x, scale = _stack(x), _square(scale)
    n = scale.shape[-1]
    log_x, log_scale = np.linalg.slogdet(x)[1], np.linalg.slogdet(scale)[1]
    constant = 0.5 * n * df * math.log(2) - 0.5 * df * log_scale + multigammaln(0.5 * df, n)
    trace = np.trace(np.linalg.solve(x, np.broadcast_to(scale, x.shape)), axis1=-2, axis2=-1)
    return -0.5 * (df + n + 1) * log_x - 0.5 * trace - constant


def _wishart_var(df: Any, scale: Any) -> Any:
    scale = _square(scale)
    diagonal = np.diagonal(scale)
    return df * (scale * scale + np.outer(diagonal, diagonal))


wishart = Joint(
    "wishart", {"logpdf": _wishart_logpdf, "mean": lambda df, scale: df * _square(scale), "var": _wishart_var}
)
invwishart = Joint(
    "invwishart",
    {"logpdf": _inverse_logpdf, "mean": lambda df, scale: _square(scale) / (df - np.shape(_square(scale))[0] - 1)},
)


# Matrices


def _matrix_logpdf(X: Any, mean: Any = None, rowcov: Any = 1, colcov: Any = 1) -> Any:
    X = as_array(X)
    m, n = X.shape[-2:]
    rows, columns = np.linalg.cholesky(_matrix(rowcov, m)), np.linalg.cholesky(_matrix(colcov, n))
    d = X - (0.0 if mean is None else as_array(mean))
    scaled = np.linalg.solve(rows, d)
    scaled = np.linalg.solve(columns, np.swapaxes(scaled, -1, -2))
    log_rows, log_columns = (2 * np.sum(np.log(np.diagonal(f))) for f in (rows, columns))
    square = np.sum(scaled * scaled, axis=(-2, -1))
    return -0.5 * (m * n * LOG_2PI + n * log_rows + m * log_columns + square)


def _matrix_entropy(rowcov: Any = 1, colcov: Any = 1) -> Any:
    m, n = _size(None, rowcov), _size(None, colcov)
    log_rows, log_columns = (np.linalg.slogdet(_matrix(c, k))[1] for c, k in ((rowcov, m), (colcov, n)))
    return 0.5 * (m * n * (LOG_2PI + 1) + n * log_rows + m * log_columns)


matrix_normal = Joint("matrix_normal", {"logpdf": _matrix_logpdf, "entropy": _matrix_entropy})


# Directions, and a normal mean with its variance


def _fisher_logpdf(x: Any, mu: Any = None, kappa: Any = 1) -> Any:
    """K. Mardia and P. Jupp, Directional Statistics (2000), 9.3.4."""
    x, mu = as_array(x), as_array(mu)
    half = 0.5 * mu.shape[0]
    log_bessel = np.log(sp.ive(half - 1, kappa)) + kappa
    return (half - 1) * np.log(kappa) - half * LOG_2PI - log_bessel + kappa * np.sum(mu * x, axis=-1)


vonmises_fisher = Joint("vonmises_fisher", {"logpdf": _fisher_logpdf})


def _gauss_gamma_logpdf(x: Any, s2: Any, mu: Any = 0, lmbda: Any = 1, a: Any = 1, b: Any = 1) -> Any:
    x, s2, mu, lmbda, a, b = (as_array(v) for v in (x, s2, mu, lmbda, a, b))
    constant = 0.5 * np.log(lmbda) - 0.5 * LOG_2PI + a * np.log(b) - sp.gammaln(a)
    return constant - (a + 1.5) * np.log(s2) - (2 * b + lmbda * (x - mu) ** 2) / (2 * s2)


normal_inverse_gamma = Joint("normal_inverse_gamma", {"logpdf": _gauss_gamma_logpdf})
