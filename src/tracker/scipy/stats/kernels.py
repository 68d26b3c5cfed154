"""Kernel density estimates."""

from __future__ import annotations

import math
from typing import Any, final

import numpy as np
import scipy.special as sp
import scipy.stats

from tracker._arrays.leaf import is_tracked
from tracker._transforms.recording import data
from tracker.errors import NoRuleError
from tracker.scipy.special import logsumexp
from tracker.scipy.stats.arguments import as_array
from tracker.scipy.stats.of_scipy import of_scipy

__all__ = ["gaussian_kde"]


@final
class gaussian_kde:  # noqa: N801 (SciPy's name)
    """A sum of normal densities around data (n,) or (d, n), as scipy.stats.gaussian_kde; by points, data, weights.

    bw_method is "scott", "silverman" or a number, which may be tracked. Raises what SciPy raises.

    >>> import tracker
    >>> tracker.gradient(lambda p: gaussian_kde([0.0, 1.0, 2.0])(p)[0], [1.0])
    (array([0.]),)
    >>> f = lambda x: gaussian_kde(x).logpdf([0.5])[0]
    >>> tracker.gradcheck(f, np.array([0.0, 1.0, 3.0]))
    True
    """

    def __init__(self, dataset: Any, bw_method: Any = None, weights: Any = None) -> None:
        if callable(bw_method):
            raise NoRuleError("gaussian_kde takes no function for its bandwidth: pass the number that it gives.")
        self._given = (as_array(dataset), as_array(weights), bw_method)
        plain = self._plain(*data(list(self._given)))
        self.d, self.n, self.neff, self.factor = plain.d, plain.n, plain.neff, plain.factor

    @staticmethod
    def _plain(dataset: Any, weights: Any, bw_method: Any) -> Any:
        return scipy.stats.gaussian_kde(dataset, bw_method, weights)

    def __call__(self, points: Any) -> Any:
        """The density at points (m,) or (d, m): (m,)."""
        return self._at("evaluate", points, lambda *given: np.exp(_log_density(*given)))

    evaluate = pdf = __call__

    def logpdf(self, x: Any) -> Any:
        """The logarithm of the density at points (m,) or (d, m): (m,)."""
        return self._at("logpdf", x, _log_density)

    def _at(self, name: str, points: Any, formula: Any) -> Any:
        theirs = lambda points, *given: getattr(self._plain(*given), name)(points)
        return of_scipy(f"scipy.stats.gaussian_kde.{name}", theirs, formula, as_array(points), *self._given)

    def integrate_box_1d(self, low: Any, high: Any) -> Any:
        """The probability between low and high, for data of one variable; by both ends, too."""

        def formula(low: Any, high: Any, *given: Any) -> Any:
            centres, weights, cov = _kernel(*given)
            scale = np.sqrt(cov[0, 0])
            return np.sum(weights * (sp.ndtr((high - centres[0]) / scale) - sp.ndtr((low - centres[0]) / scale)))

        theirs = lambda low, high, *given: self._plain(*given).integrate_box_1d(low, high)
        return of_scipy("scipy.stats.gaussian_kde.integrate_box_1d", theirs, formula, low, high, *self._given)

    def resample(self, size: Any = None, seed: Any = None) -> Any:
        """SciPy's random points of the estimate; data and weights must be plain."""
        if any(is_tracked(x) for x in self._given):
            raise NoRuleError("gaussian_kde.resample chooses among the data: there is no derivative by them.")
        return self._plain(*self._given).resample(size, seed)

    @property
    def covariance(self) -> Any:
        """The covariance of one kernel, (d, d)."""
        theirs = lambda *given: self._plain(*given).covariance
        return of_scipy("scipy.stats.gaussian_kde.covariance", theirs, lambda *g: _kernel(*g)[2], *self._given)


def _kernel(dataset: Any, weights: Any, bw_method: Any) -> tuple[Any, Any, Any]:
    """Centres (d, n), weights of sum 1 and the kernel's covariance: D. Scott, Multivariate Density Estimation (1992),
    6.43; B. Silverman, Density Estimation (1986), 4.14."""
    centres = dataset[None] if np.ndim(dataset) == 1 else dataset
    d, n = np.shape(centres)
    w = np.full(n, 1 / n) if weights is None else weights / np.sum(weights)
    neff = 1 / np.sum(w * w)
    if bw_method is None or isinstance(bw_method, str):
        count = neff if bw_method in (None, "scott") else neff * (0.25 * (d + 2))
        factor = count ** (-1 / (d + 4))
    else:
        factor = bw_method
    moved = centres - np.sum(w * centres, axis=1, keepdims=True)
    return centres, w, (moved * w) @ moved.T / (1 - np.sum(w * w)) * factor**2


def _log_density(points: Any, *given: Any) -> Any:
    centres, weights, cov = _kernel(*given)
    d = np.shape(centres)[0]
    points = np.atleast_2d(points)
    if np.shape(points)[0] != d:  # one point of d variables
        points = np.reshape(points, (d, 1))
    factor = np.linalg.cholesky(cov)
    between = np.linalg.solve(factor, points)[:, :, None] - np.linalg.solve(factor, centres)[:, None, :]
    exponents = -0.5 * np.sum(between * between, axis=0)
    log_volume = np.sum(np.log(np.diagonal(factor))) + 0.5 * d * math.log(2 * math.pi)
    return logsumexp(exponents, axis=1, b=weights) - log_volume
