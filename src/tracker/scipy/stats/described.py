"""More summaries of data: trimmed by limits, k-statistics, quantiles, directions, all at once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import scipy.stats

from tracker._arrays.handles import is_tracked
from tracker._transforms.recording import data
from tracker.errors import UnsupportedKeywordError
from tracker.scipy._derived import derived
from tracker.scipy._signature import NOT_GIVEN, as_installed, only_given
from tracker.scipy.stats.arguments import as_array
from tracker.scipy.stats.of_scipy import no_omission, of_scipy
from tracker.scipy.stats.relations import PearsonRResult, pearsonr
from tracker.scipy.stats.samples import kurtosis, skew

__all__ = [
    "describe",
    "directional_stats",
    "kstat",
    "kstatvar",
    "obrientransform",
    "pointbiserialr",
    "quantile",
    "scoreatpercentile",
    "tmax",
    "tmean",
    "tmin",
    "tsem",
    "tstd",
    "tvar",
]

_scipy: Any = scipy.stats


# Within limits, which are constants. What is outside of them does not count


def _within(a: Any, limits: Any, inclusive: Any) -> Any:
    """Which entries lie within the limits."""
    plain = data(a)
    low, high = (None, None) if limits is None else limits
    found = np.ones(np.shape(plain), bool)
    if low is not None:
        found &= plain >= low if inclusive[0] else plain > low
    if high is not None:
        found &= plain <= high if inclusive[1] else plain < high
    return found


def _trimmed(name: str, formula: Callable[[Any, Any], Any], a: Any, limits: Any, inclusive: Any, options: Any) -> Any:
    a = as_array(a)
    no_omission(name, options["nan_policy"], a)
    theirs = getattr(scipy.stats, name)
    value = lambda a: theirs(a, limits, inclusive, **options)
    return of_scipy(f"scipy.stats.{name}", value, lambda a: formula(a, _within(a, limits, inclusive)), a)


def tmean(a: Any, limits: Any = None, inclusive: Any = (True, True), axis: Any = None, *,
          nan_policy: str = "propagate", keepdims: bool = False) -> Any:  # fmt: skip
    """The mean of what is within limits, as scipy.stats.tmean; without `axis`.

    >>> import tracker
    >>> tracker.gradient(lambda a: tmean(a, (0.0, 2.5)), [1.0, 2.0, 6.0])
    (array([0.5, 0.5, 0. ]),)
    """
    options = {"axis": axis, "nan_policy": nan_policy, "keepdims": keepdims}
    return _trimmed("tmean", lambda a, at: np.mean(a, axis=axis, where=at), a, limits, inclusive, options)


def tvar(a: Any, limits: Any = None, inclusive: Any = (True, True), axis: Any = 0, ddof: int = 1, *,
         nan_policy: str = "propagate", keepdims: bool = False) -> Any:  # fmt: skip
    """The variance of what is within limits, as scipy.stats.tvar; without `axis`."""
    options = {"axis": axis, "ddof": ddof, "nan_policy": nan_policy, "keepdims": keepdims}
    return _trimmed("tvar", lambda a, at: np.var(a, axis=axis, ddof=ddof, where=at), a, limits, inclusive, options)


def tstd(a: Any, limits: Any = None, inclusive: Any = (True, True), axis: Any = 0, ddof: int = 1, *,
         nan_policy: str = "propagate", keepdims: bool = False) -> Any:  # fmt: skip
    """The standard deviation of what is within limits, as scipy.stats.tstd; without `axis`."""
    options = {"axis": axis, "ddof": ddof, "nan_policy": nan_policy, "keepdims": keepdims}
    return _trimmed("tstd", lambda a, at: np.std(a, axis=axis, ddof=ddof, where=at), a, limits, inclusive, options)


def tsem(a: Any, limits: Any = None, inclusive: Any = (True, True), axis: Any = 0, ddof: int = 1, *,
         nan_policy: str = "propagate", keepdims: bool = False) -> Any:  # fmt: skip
    """The standard error of the mean of what is within limits, as scipy.stats.tsem; without `axis`."""

    def formula(a: Any, at: Any) -> Any:
        return np.std(a, axis=axis, ddof=ddof, where=at) / np.sqrt(np.sum(at, axis=axis))

    options = {"axis": axis, "ddof": ddof, "nan_policy": nan_policy, "keepdims": keepdims}
    return _trimmed("tsem", formula, a, limits, inclusive, options)


def tmin(a: Any, lowerlimit: Any = None, axis: Any = 0, inclusive: bool = True, nan_policy: str = "propagate", *,
         keepdims: bool = False) -> Any:  # fmt: skip
    """The smallest entry above a limit, as scipy.stats.tmin; without `axis`."""
    a = as_array(a)
    no_omission("tmin", nan_policy, a)
    value = lambda a: _scipy.tmin(a, lowerlimit, axis, inclusive, nan_policy, keepdims=keepdims)

    def formula(a: Any) -> Any:
        at = _within(a, (lowerlimit, None), (inclusive, True))
        return np.min(np.where(at, a, np.inf), axis=axis)

    return of_scipy("scipy.stats.tmin", value, formula, a)


def tmax(a: Any, upperlimit: Any = None, axis: Any = 0, inclusive: bool = True, nan_policy: str = "propagate", *,
         keepdims: bool = False) -> Any:  # fmt: skip
    """The largest entry below a limit, as scipy.stats.tmax; without `axis`."""
    a = as_array(a)
    no_omission("tmax", nan_policy, a)
    value = lambda a: _scipy.tmax(a, upperlimit, axis, inclusive, nan_policy, keepdims=keepdims)

    def formula(a: Any) -> Any:
        at = _within(a, (None, upperlimit), (True, inclusive))
        return np.max(np.where(at, a, -np.inf), axis=axis)

    return of_scipy("scipy.stats.tmax", value, formula, a)


# k-statistics: M. Kendall and A. Stuart, The Advanced Theory of Statistics 1 (1969), 12.10 and 12.16


def _kstat(a: Any, n: int, axis: Any) -> Any:
    """In central sums, which don't depend on where zero is."""
    count = a.size if axis is None else a.shape[axis]
    if n == 1:
        return np.mean(a, axis=axis)
    d = a - np.mean(a, axis=axis, keepdims=True)
    second = np.sum(d**2, axis=axis)
    if n == 2:
        return second / (count - 1)
    if n == 3:
        return np.sum(d**3, axis=axis) * count / ((count - 1) * (count - 2))
    fourth = np.sum(d**4, axis=axis)
    whole = count * (count + 1) * fourth - 3 * (count - 1) * second**2
    return whole / ((count - 1) * (count - 2) * (count - 3))


def kstat(data: Any, n: int = 2, *, axis: Any = None, nan_policy: str = "propagate", keepdims: bool = False) -> Any:
    """The unbiased estimate of the n-th cumulant, n = 1 ... 4, as scipy.stats.kstat; without `axis`.

    >>> import tracker
    >>> tracker.gradcheck(lambda a: kstat(a, 3), np.array([1.0, 2.0, 6.0, 4.0]))
    True
    """
    a = as_array(data)
    no_omission("kstat", nan_policy, a)
    value = lambda a: scipy.stats.kstat(a, n, axis=axis, nan_policy=nan_policy, keepdims=keepdims)
    return of_scipy("scipy.stats.kstat", value, lambda a: _kstat(a, n, axis), a)


def kstatvar(data: Any, n: int = 2, *, axis: Any = None, nan_policy: str = "propagate", keepdims: bool = False) -> Any:
    """The unbiased estimate of the variance of `kstat`, n = 1, 2, as scipy.stats.kstatvar; without `axis`."""
    a = as_array(data)
    no_omission("kstatvar", nan_policy, a)

    def formula(a: Any) -> Any:
        count = a.size if axis is None else a.shape[axis]
        k2 = _kstat(a, 2, axis)
        if n == 1:
            return k2 / count
        return (2 * count * k2**2 + (count - 1) * _kstat(a, 4, axis)) / (count * (count + 1))

    value = lambda a: scipy.stats.kstatvar(a, n, axis=axis, nan_policy=nan_policy, keepdims=keepdims)
    return of_scipy("scipy.stats.kstatvar", value, formula, a)


# Quantiles


def quantile(x: Any, p: Any, *, method: str = "linear", axis: Any = 0, nan_policy: str = "propagate",
             keepdims: Any = None, weights: Any = None) -> Any:  # fmt: skip
    """The quantiles p, constants, along one axis, as scipy.stats.quantile with NumPy's methods, without weights."""
    x = as_array(x)
    if weights is not None:
        if is_tracked(x) or is_tracked(as_array(weights)):
            raise UnsupportedKeywordError("quantile can't be differentiated with weights=. Leave it out.")
        return _scipy.quantile(
            x, p, method=method, axis=axis, nan_policy=nan_policy, keepdims=keepdims, weights=weights
        )
    no_omission("quantile", nan_policy, x)
    value = lambda x: _scipy.quantile(x, p, method=method, axis=axis, nan_policy=nan_policy, keepdims=keepdims)

    def formula(x: Any) -> Any:
        found: Any = np.quantile(x, p, axis=axis, method=method)  # type: ignore[call-overload]
        return np.moveaxis(found, 0, axis) if np.ndim(p) and axis is not None and np.ndim(x) > 1 else found

    return of_scipy("scipy.stats.quantile", value, formula, x)


def scoreatpercentile(a: Any, per: Any, limit: Any = (), interpolation_method: str = "fraction",
                      axis: Any = None) -> Any:  # fmt: skip
    """The percentile `per`, a constant, of what is within a limit, as scipy.stats.scoreatpercentile."""
    a = as_array(a)
    value = lambda a: _scipy.scoreatpercentile(a, per, limit, interpolation_method, axis)
    methods = {"fraction": "linear", "lower": "lower", "higher": "higher"}

    def formula(a: Any) -> Any:
        a = a[_within(a, limit, (True, True))] if limit else a
        return np.percentile(a, per, axis=axis, method=methods[interpolation_method])  # type: ignore[call-overload]

    return of_scipy("scipy.stats.scoreatpercentile", value, formula, a)


# Several at once


class DescribeResult(NamedTuple):
    """As scipy.stats.describe gives it."""

    nobs: Any
    minmax: Any
    mean: Any
    variance: Any
    skewness: Any
    kurtosis: Any


def describe(a: Any, axis: Any = 0, ddof: int = 1, bias: bool = True, nan_policy: str = "propagate") -> DescribeResult:
    """Number, range, mean, variance, skewness and kurtosis, as scipy.stats.describe; all but the number by a.

    >>> import tracker
    >>> tracker.gradient(lambda a: describe(a).variance, [1.0, 3.0])
    (array([-2.,  2.]),)
    """
    a = as_array(a)
    no_omission("describe", nan_policy, a)
    a = np.ravel(a) if axis is None else a
    axis = 0 if axis is None else axis
    plain = scipy.stats.describe(data(a), axis, ddof, bias, nan_policy)
    return DescribeResult(
        plain.nobs,
        (np.min(a, axis=axis), np.max(a, axis=axis)),
        np.mean(a, axis=axis),
        np.var(a, axis=axis, ddof=ddof),
        skew(a, axis, bias),
        kurtosis(a, axis, bias=bias),
    )


class DirectionalStats(NamedTuple):
    """As scipy.stats.directional_stats gives it."""

    mean_direction: Any
    mean_resultant_length: Any


def directional_stats(samples: Any, *, axis: Any = 0, normalize: bool = True) -> DirectionalStats:
    """Mean direction and its length of vectors (..., d), as scipy.stats.directional_stats."""

    def formula(x: Any) -> Any:
        x = np.moveaxis(x, axis, 0)
        x = x / np.linalg.norm(x, axis=-1, keepdims=True) if normalize else x
        mean = np.mean(x, axis=0)
        length = np.linalg.norm(mean, axis=-1, keepdims=True)
        return mean / length, length[..., 0]

    def value(x: Any) -> Any:
        found = scipy.stats.directional_stats(x, axis=axis, normalize=normalize)
        return found.mean_direction, found.mean_resultant_length

    return DirectionalStats(*of_scipy("scipy.stats.directional_stats", value, formula, as_array(samples)))


@as_installed(scipy.stats.obrientransform)
def obrientransform(*samples: Any, nan_policy: Any = NOT_GIVEN) -> Any:
    """Data whose means are the variances of the samples, as scipy.stats.obrientransform.

    Before SciPy 1.18 the samples, if tracked, must be of equal lengths.

    R. O'Brien, A simple test for variance effects in experimental designs, Psychological Bulletin 89 (1981), p. 570.
    """
    arrays = [as_array(x) for x in samples]
    if any(map(is_tracked, arrays)):
        no_omission("obrientransform", nan_policy, *arrays)

    def value(*xs: Any) -> Any:
        return scipy.stats.obrientransform(*xs, **only_given(nan_policy=nan_policy))

    def formula(*xs: Any) -> Any:
        rows = []
        for x in xs:
            n = x.size
            square = (x - np.mean(x)) ** 2
            total = np.sum(square)
            rows.append(((n - 1.5) * n * square - 0.5 * total) / ((n - 1) * (n - 2)))
        return tuple(rows)

    in_rows = lambda rows, y: rows if isinstance(y, tuple) else np.stack(rows)
    return derived("scipy.stats.obrientransform", value, formula, *arrays, formed=in_rows)


@as_installed(scipy.stats.pointbiserialr)
def pointbiserialr(
    x: Any, y: Any, *, axis: Any = NOT_GIVEN, nan_policy: Any = NOT_GIVEN, keepdims: Any = NOT_GIVEN
) -> Any:
    """Pearson's correlation of yes and no with y, and its p-value, as scipy.stats.pointbiserialr; without `axis`."""
    x, y = as_array(x), as_array(y)
    no_omission("pointbiserialr", nan_policy, x, y)
    x = x.astype(float) if x.dtype.kind in "bi" else x
    options = only_given(axis=axis, nan_policy=nan_policy, keepdims=keepdims)

    def value(x: Any, y: Any) -> Any:
        found = scipy.stats.pointbiserialr(x, y, **options)
        return found.statistic, found.pvalue

    formula = lambda x, y: tuple(pearsonr(x, y, **only_given(axis=axis)))
    return PearsonRResult(*of_scipy("scipy.stats.pointbiserialr", value, formula, x, y))
