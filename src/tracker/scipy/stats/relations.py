"""Two samples: correlation, regression, distance."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import scipy.special as sp
import scipy.stats

from tracker._transforms.recording import data
from tracker.errors import UnsupportedKeywordError
from tracker.scipy._signature import NOT_GIVEN, as_installed, only_given
from tracker.scipy._watch import any_tracked
from tracker.scipy.stats.arguments import as_array
from tracker.scipy.stats.continuous import beta
from tracker.scipy.stats.of_scipy import kept_axes, no_omission, of_scipy

__all__ = ["energy_distance", "linregress", "pearsonr", "wasserstein_distance"]


class PearsonRResult(NamedTuple):
    """The coefficient and the probability of one as far from zero, if there is no correlation."""

    statistic: Any
    pvalue: Any


@as_installed(scipy.stats.pearsonr)
def pearsonr(x: Any, y: Any, *, alternative: str = "two-sided", method: Any = None, axis: Any = NOT_GIVEN) -> Any:
    """Pearson's correlation of x and y, and its p-value, as scipy.stats.pearsonr (exact distribution); no `axis`.

    >>> import tracker
    >>> tracker.gradcheck(lambda y: pearsonr([1.0, 2.0, 4.0], y).statistic, np.array([2.0, 3.0, 1.0]))
    True
    """
    options = {"alternative": alternative, **only_given(axis=axis)}
    axis = options.get("axis", 0)
    if method is not None:
        if any_tracked((x, y)):
            raise UnsupportedKeywordError("pearsonr of tracked values takes no method=: its p-values are drawn.")
        return scipy.stats.pearsonr(x, y, method=method, **options)

    if not any_tracked((x, y)):
        return scipy.stats.pearsonr(x, y, **options)

    def value(x: Any, y: Any) -> Any:
        r = scipy.stats.pearsonr(x, y, **options)
        return r.statistic, r.pvalue

    def formula(x: Any, y: Any) -> Any:
        d, e = x - np.mean(x, axis=axis, keepdims=True), y - np.mean(y, axis=axis, keepdims=True)
        r = np.sum(d * e, axis=axis) / np.sqrt(np.sum(d * d, axis=axis) * np.sum(e * e, axis=axis))
        n = np.size(x) if axis is None else np.shape(x)[axis]
        return r, _chance(r, n, alternative)

    return PearsonRResult(*of_scipy("scipy.stats.pearsonr", value, formula, as_array(x), as_array(y)))


def _chance(r: Any, n: int, alternative: str) -> Any:
    """By Student's distribution of r: a beta distribution on (-1, 1)."""
    if n == 2:
        return 1 + 0 * r
    null = beta(0.5 * n - 1, 0.5 * n - 1, loc=-1.0, scale=2.0)
    if alternative == "two-sided":
        return 2 * null.sf(np.abs(r))
    return null.sf(r) if alternative == "greater" else null.cdf(r)


def linregress(
    x: Any, y: Any, alternative: str = "two-sided", *, axis: int | None = 0, nan_policy: str = "propagate",
    keepdims: bool = False,
) -> Any:  # fmt: skip
    """The line through points x, y along `axis`, as scipy.stats.linregress: slope, intercept, rvalue, pvalue, stderr.

    >>> import tracker
    >>> tracker.gradient(lambda y: linregress([0.0, 1.0, 2.0], y).slope, [1.0, 2.0, 4.0])
    (array([-0.5,  0. ,  0.5]),)
    """
    kind: list[Any] = []
    x, y = as_array(x), as_array(y)
    no_omission("linregress", nan_policy, x, y)
    options = {"axis": axis, "nan_policy": nan_policy} if axis != 0 or nan_policy != "propagate" else {}
    options |= kept_axes(keepdims)

    def value(x: Any, y: Any) -> Any:
        found = scipy.stats.linregress(x, y, alternative=alternative, **options)
        kind[:] = [type(found)]
        return (*found, found.intercept_stderr)

    def formula(x: Any, y: Any) -> Any:
        n = np.size(x) if axis is None else np.shape(x)[axis]
        mean: Callable[[Any], Any] = lambda z: np.mean(z, axis=axis)
        d, e = x - np.mean(x, axis=axis, keepdims=True), y - np.mean(y, axis=axis, keepdims=True)
        xx, yy, xy = mean(d * d), mean(e * e), mean(d * e)
        r, slope, df = xy / np.sqrt(xx * yy), xy / xx, n - 2
        error = np.sqrt((1 - r) * (1 + r) * yy / xx / df) if df else 0 * slope
        rest = (slope, mean(y) - slope * mean(x), r, _of_slope(slope, error, df, alternative), error)
        return (*rest, error * np.sqrt(xx + mean(x) ** 2))

    *five, last = of_scipy("scipy.stats.linregress", value, formula, x, y)
    return kind[0](*five, intercept_stderr=last)


def _of_slope(slope: Any, error: Any, df: int, alternative: str) -> Any:
    """The p-value of Student's t."""
    if df == 0:
        return 0 * slope
    t = slope / error
    if alternative == "two-sided":
        return 2 * sp.stdtr(df, -np.abs(t))
    return sp.stdtr(df, t if alternative == "less" else -t)


# Distances between two distribution functions: A. Ramdas, N. Garcia and M. Cuturi, On Wasserstein two sample testing
# and related families of nonparametric tests, Entropy 19 (2017), p. 47


def _gaps(u: Any, v: Any, u_weights: Any, v_weights: Any) -> tuple[Any, Any]:
    """Widths between neighbours of the joint sample, and the difference of the distribution functions there."""
    joint = np.concatenate([u, v])
    order = np.argsort(data(joint), kind="stable")
    n = np.shape(u)[0]
    a = np.ones(n) if u_weights is None else u_weights
    b = np.ones(np.shape(v)[0]) if v_weights is None else v_weights
    steps = np.concatenate([a / np.sum(a), -b / np.sum(b)])
    return np.diff(joint[order]), np.cumsum(steps[order])[:-1]


def wasserstein_distance(u_values: Any, v_values: Any, u_weights: Any = None, v_weights: Any = None) -> Any:
    """The first Wasserstein distance of two samples, as scipy.stats.wasserstein_distance; by weights, too.

    >>> import tracker
    >>> tracker.gradient(wasserstein_distance, [0.0, 1.0], [3.0, 4.0])
    (array([-0.5, -0.5]), array([0.5, 0.5]))
    """

    def formula(u: Any, v: Any, a: Any, b: Any) -> Any:
        widths, gaps = _gaps(u, v, a, b)
        return np.sum(np.abs(gaps) * widths)

    return _distance("wasserstein_distance", formula, u_values, v_values, u_weights, v_weights)


def energy_distance(u_values: Any, v_values: Any, u_weights: Any = None, v_weights: Any = None) -> Any:
    """The energy distance of two samples, as scipy.stats.energy_distance; by weights, too."""

    def formula(u: Any, v: Any, a: Any, b: Any) -> Any:
        widths, gaps = _gaps(u, v, a, b)
        return np.sqrt(2 * np.sum(gaps * gaps * widths))

    return _distance("energy_distance", formula, u_values, v_values, u_weights, v_weights)


def _distance(name: str, formula: Any, *xs: Any) -> Any:
    return of_scipy(f"scipy.stats.{name}", getattr(scipy.stats, name), formula, *[as_array(x) for x in xs])
