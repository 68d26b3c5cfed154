"""Multivariate normal, Dirichlet and Wishart densities, by value and by parameter."""

from __future__ import annotations

import math
from typing import Any, final

import numpy as np
import scipy.special as sp

from tracker.scipy.special import multigammaln
from tracker.scipy.stats.distribution import as_array

__all__ = ["dirichlet", "multivariate_normal", "wishart"]


@final
class MultivariateNormal:
    """scipy.stats.multivariate_normal, for a positive definite covariance."""

    def logpdf(self, x: Any, mean: Any, cov: Any) -> Any:
        """The logarithm of the density: x (..., n), mean (n,), cov (n, n) -> (...).

        Raises `numpy.linalg.LinAlgError` if cov is singular or indefinite.

        >>> import tracker
        >>> tracker.gradient(lambda m: multivariate_normal.logpdf(np.ones(2), m, np.eye(2)), np.zeros(2))
        (array([1., 1.]),)
        """
        x, mean, cov = as_array(x), as_array(mean), as_array(cov)
        factor = np.linalg.cholesky(cov)
        scaled = np.linalg.solve(factor, (x - mean)[..., None])[..., 0]
        log_det = np.sum(np.log(np.diagonal(factor)))
        return -0.5 * np.sum(scaled * scaled, axis=-1) - log_det - 0.5 * cov.shape[-1] * math.log(2 * math.pi)

    def pdf(self, x: Any, mean: Any, cov: Any) -> Any:
        """The density: see `logpdf`."""
        return np.exp(self.logpdf(x, mean, cov))


@final
class Dirichlet:
    """scipy.stats.dirichlet."""

    def logpdf(self, x: Any, alpha: Any) -> Any:
        """The logarithm of the density: x (n,) with sum 1, alpha (n,) -> ().

        >>> import tracker
        >>> tracker.gradient(lambda x: dirichlet.logpdf(x, [3.0, 1.0]), [0.5, 0.5])
        (array([4., 0.]),)
        """
        x, alpha = as_array(x), as_array(alpha)
        constant = sp.gammaln(np.sum(alpha)) - np.sum(sp.gammaln(alpha))
        return constant + np.sum(sp.xlogy(alpha - 1, x))

    def pdf(self, x: Any, alpha: Any) -> Any:
        """The density: see `logpdf`."""
        return np.exp(self.logpdf(x, alpha))


@final
class Wishart:
    """scipy.stats.wishart."""

    def logpdf(self, x: Any, df: Any, scale: Any) -> Any:
        """The logarithm of the density: x and scale positive definite, (n, n), df > n - 1 -> ().

        >>> import tracker
        >>> f = lambda df: wishart.logpdf(np.eye(1), df, np.eye(1))
        >>> round(tracker.gradient(f, 2.0)[0], 6)
        -0.057966
        """
        x, scale = as_array(x), as_array(scale)
        n = scale.shape[-1]
        log_x, log_scale = np.linalg.slogdet(x)[1], np.linalg.slogdet(scale)[1]
        constant = 0.5 * n * df * math.log(2) + 0.5 * df * log_scale + multigammaln(0.5 * df, n)
        return 0.5 * (df - n - 1) * log_x - 0.5 * np.trace(np.linalg.solve(scale, x)) - constant

    def pdf(self, x: Any, df: Any, scale: Any) -> Any:
        """The density: see `logpdf`."""
        return np.exp(self.logpdf(x, df, scale))


multivariate_normal = MultivariateNormal()
dirichlet = Dirichlet()
wishart = Wishart()
