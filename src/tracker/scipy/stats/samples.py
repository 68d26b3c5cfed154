"""Summaries of data: SciPy's values and errors, by every entry and by weights."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import scipy.special as sp
import scipy.stats

from tracker.scipy._signature import NOT_GIVEN, as_installed, only_given
from tracker.scipy.stats.arguments import as_array
from tracker.scipy.stats.of_scipy import constant, kept_axes, no_omission, of_scipy

__all__ = [
    "circmean",
    "circstd",
    "circvar",
    "entropy",
    "gmean",
    "gstd",
    "gzscore",
    "hmean",
    "iqr",
    "kurtosis",
    "median_abs_deviation",
    "moment",
    "pmean",
    "sem",
    "skew",
    "trim_mean",
    "variation",
    "zmap",
    "zscore",
]

_NORMAL_QUARTILE = float(sp.ndtri(0.75))


def _summary(name: str, formula: Callable[..., Any], options: dict[str, Any], *xs: Any) -> Any:
    """scipy.stats' function of this name, of the arrays and with the options."""
    arrays = [as_array(x) for x in xs]
    constant(name, **options)
    no_omission(name, options.get("nan_policy", "propagate"), *arrays)
    theirs = getattr(scipy.stats, name)
    call = lambda *values: theirs(*values, **options)
    return of_scipy(f"scipy.stats.{name}", call, _of_vectors(formula), *arrays)


def _of_vectors(formula: Callable[..., Any]) -> Callable[..., Any]:
    """The formula with numbers taken for vectors of one entry."""
    return lambda *xs: formula(*[x if x is None else np.atleast_1d(x) for x in xs])


def _count(a: Any, axis: Any) -> Any:
    shape = np.shape(a)
    if axis is None:
        return math.prod(shape)
    return math.prod(shape[i] for i in (axis if isinstance(axis, tuple) else (axis,)))


def _central(a: Any, order: int, axis: Any, center: Any = None) -> Any:
    middle = np.mean(a, axis=axis, keepdims=True) if center is None else center
    d = a - middle
    return np.mean(_power(d, order) if isinstance(order, int) and 2 <= order <= 4 else d**order, axis=axis)


def _power(d: Any, order: int) -> Any:
    """A power of 2, 3 or 4 by products, a tenth of the time of NumPy's."""
    square = d * d
    return square if order == 2 else square * d if order == 3 else square * square


def moment(a: Any, order: int = 1, axis: Any = 0, nan_policy: str = "propagate", *, center: Any = None,
           keepdims: bool = False) -> Any:  # fmt: skip
    """The central moment of this order (or about `center`), as scipy.stats.moment; without `axis`.

    >>> import tracker
    >>> tracker.gradcheck(lambda a: moment(a, 2), np.array([1.0, 2.0, 6.0]))
    True
    """

    def formula(a: Any, center: Any) -> Any:
        if np.ndim(order):
            return np.stack([_central(a, k, axis, center) for k in order])  # type: ignore[attr-defined]
        return _central(a, order, axis, center)

    a, center = as_array(a), as_array(center)
    no_omission("moment", nan_policy, a)
    theirs = lambda a, center: scipy.stats.moment(a, order, axis, nan_policy, center=center, keepdims=keepdims)
    return of_scipy("scipy.stats.moment", theirs, _of_vectors(formula), a, center)


def skew(a: Any, axis: Any = 0, bias: bool = True, nan_policy: str = "propagate", *, keepdims: bool = False) -> Any:
    """The skewness, as scipy.stats.skew; without `axis`.

    >>> import tracker
    >>> tracker.gradcheck(skew, np.array([1.0, 2.0, 6.0]))
    True
    """

    def formula(a: Any) -> Any:
        n = _count(a, axis)
        y = _central(a, 3, axis) / _central(a, 2, axis) ** 1.5
        return y if bias or n < 3 else y * (math.sqrt(n * (n - 1)) / (n - 2))

    return _summary("skew", formula, {"axis": axis, "bias": bias, "nan_policy": nan_policy, "keepdims": keepdims}, a)


def kurtosis(a: Any, axis: Any = 0, fisher: bool = True, bias: bool = True, nan_policy: str = "propagate", *,
             keepdims: bool = False) -> Any:  # fmt: skip
    """The kurtosis, 0 for a normal distribution (3 if not `fisher`), as scipy.stats.kurtosis; without `axis`.

    >>> import tracker
    >>> tracker.gradcheck(kurtosis, np.array([1.0, 2.0, 6.0, 7.0]))
    True
    """

    def formula(a: Any) -> Any:
        n = _count(a, axis)
        y = _central(a, 4, axis) / _central(a, 2, axis) ** 2
        return y if bias or n < 4 else y * ((n * n - 1) / ((n - 2) * (n - 3)))

    options = {"axis": axis, "fisher": fisher, "bias": bias, "nan_policy": nan_policy, "keepdims": keepdims}
    return _summary("kurtosis", formula, options, a)


def variation(a: Any, axis: Any = 0, nan_policy: str = "propagate", ddof: int = 0, *, keepdims: bool = False) -> Any:
    """The standard deviation divided by the mean, as scipy.stats.variation; without `axis`."""
    formula = lambda a: np.std(a, axis=axis, ddof=ddof) / np.mean(a, axis=axis)
    options = {"axis": axis, "nan_policy": nan_policy, "ddof": ddof, "keepdims": keepdims}
    return _summary("variation", formula, options, a)


def sem(a: Any, axis: Any = 0, ddof: int = 1, nan_policy: str = "propagate", *, keepdims: bool = False) -> Any:
    """The standard error of the mean, as scipy.stats.sem; without `axis`."""
    formula = lambda a: np.std(a, axis=axis, ddof=ddof) / math.sqrt(_count(a, axis))
    return _summary("sem", formula, {"axis": axis, "ddof": ddof, "nan_policy": nan_policy, "keepdims": keepdims}, a)


# Means. Weights are an argument like the data


def _average(a: Any, weights: Any, axis: Any) -> Any:
    if weights is None:
        return np.mean(a, axis=axis)
    return np.sum(a * weights, axis=axis) / np.sum(weights + 0 * a, axis=axis)


def _mean(name: str, formula: Callable[..., Any], first: tuple[Any, ...], a: Any, weights: Any, options: Any) -> Any:
    a, weights = as_array(a), as_array(weights)
    no_omission(name, options["nan_policy"], a)
    theirs = getattr(scipy.stats, name)
    call = lambda a, weights: theirs(a, *first, weights=weights, **options)
    return of_scipy(f"scipy.stats.{name}", call, _of_vectors(formula), a, weights)


def gmean(a: Any, axis: Any = 0, dtype: Any = None, weights: Any = None, *, nan_policy: str = "propagate",
          keepdims: bool = False) -> Any:  # fmt: skip
    """The geometric mean, as scipy.stats.gmean; by `weights`, too; without `axis`.

    >>> import tracker
    >>> tracker.gradient(gmean, [1.0, 4.0])
    (array([1.  , 0.25]),)
    """
    formula = lambda a, weights: np.exp(_average(np.log(a), weights, axis))
    options = {"axis": axis, "dtype": dtype, "nan_policy": nan_policy, "keepdims": keepdims}
    return _mean("gmean", formula, (), a, weights, options)


def hmean(a: Any, axis: Any = 0, dtype: Any = None, *, weights: Any = None, nan_policy: str = "propagate",
          keepdims: bool = False) -> Any:  # fmt: skip
    """The harmonic mean, as scipy.stats.hmean; by `weights`, too; without `axis`."""
    formula = lambda a, weights: 1 / _average(1 / a, weights, axis)
    options = {"axis": axis, "dtype": dtype, "nan_policy": nan_policy, "keepdims": keepdims}
    return _mean("hmean", formula, (), a, weights, options)


def pmean(a: Any, p: float, *, axis: Any = 0, dtype: Any = None, weights: Any = None, nan_policy: str = "propagate",
          keepdims: bool = False) -> Any:  # fmt: skip
    """The power mean of the constant power p, as scipy.stats.pmean; by `weights`, too; without `axis`."""

    def formula(a: Any, weights: Any) -> Any:
        if p == 0:
            return np.exp(_average(np.log(a), weights, axis))
        return _average(a**p, weights, axis) ** (1 / p)

    constant("pmean", p=p)
    options = {"axis": axis, "dtype": dtype, "nan_policy": nan_policy, "keepdims": keepdims}
    return _mean("pmean", formula, (p,), a, weights, options)


@as_installed(scipy.stats.gstd)
def gstd(a: Any, axis: Any = 0, ddof: int = 1, *, keepdims: Any = NOT_GIVEN, nan_policy: Any = NOT_GIVEN) -> Any:
    """The geometric standard deviation, as scipy.stats.gstd; without `axis`."""
    formula = lambda a: np.exp(np.std(np.log(a), axis=axis, ddof=ddof))
    options = {"axis": axis, "ddof": ddof, **only_given(keepdims=keepdims, nan_policy=nan_policy)}
    return _summary("gstd", formula, options, a)


# Order


def iqr(x: Any, axis: Any = None, rng: Any = (25, 75), scale: Any = 1.0, nan_policy: str = "propagate",
        interpolation: str = "linear", keepdims: bool = False) -> Any:  # fmt: skip
    """The range between two percentiles, as scipy.stats.iqr; without `axis`.

    >>> import tracker
    >>> tracker.gradient(iqr, [1.0, 2.0, 4.0, 8.0, 9.0])
    (array([ 0., -1.,  0.,  1.,  0.]),)
    """

    def formula(x: Any) -> Any:
        low, high = (np.percentile(x, q, axis=axis, method=interpolation) for q in sorted(rng))  # type: ignore[call-overload]
        return (high - low) / (2 * _NORMAL_QUARTILE if scale == "normal" else scale)

    options = {"axis": axis, "rng": rng, "scale": scale, "nan_policy": nan_policy, "interpolation": interpolation,
               "keepdims": keepdims}  # fmt: skip
    return _summary("iqr", formula, options, x)


def median_abs_deviation(x: Any, axis: Any = 0, center: Any = np.median, scale: Any = 1.0,
                         nan_policy: str = "propagate", *, keepdims: bool = False) -> Any:  # fmt: skip
    """The median distance from the median, as scipy.stats.median_abs_deviation; without `axis`."""

    def formula(x: Any) -> Any:
        middle = center(x, axis=axis)
        middle = middle if axis is None else np.expand_dims(middle, axis)
        return np.median(np.abs(x - middle), axis=axis) / (_NORMAL_QUARTILE if scale == "normal" else scale)

    options = {"axis": axis, "center": center, "scale": scale, "nan_policy": nan_policy, **kept_axes(keepdims)}
    return _summary("median_abs_deviation", formula, options, x)


@as_installed(scipy.stats.trim_mean)
def trim_mean(a: Any, proportiontocut: float, axis: Any = 0, *, nan_policy: Any = NOT_GIVEN,
              keepdims: Any = NOT_GIVEN) -> Any:  # fmt: skip
    """The mean without this proportion at either end, as scipy.stats.trim_mean; without `axis`."""

    def formula(a: Any) -> Any:
        a = np.ravel(a) if axis is None else np.moveaxis(a, axis, 0)
        cut = int(proportiontocut * a.shape[0])
        return np.mean(np.sort(a, axis=0)[cut : a.shape[0] - cut], axis=0)

    rest = only_given(nan_policy=nan_policy, keepdims=keepdims)
    options = {"proportiontocut": proportiontocut, "axis": axis, **rest}
    return _summary("trim_mean", formula, options, a)


# Scores


def _scores(scores: Any, compare: Any, axis: Any, ddof: int) -> Any:
    middle = np.mean(compare, axis=axis, keepdims=True)
    return (scores - middle) / np.std(compare, axis=axis, ddof=ddof, keepdims=True)


def zscore(a: Any, axis: Any = 0, ddof: int = 0, nan_policy: str = "propagate") -> Any:
    """Each entry by its distance from the mean in standard deviations, as scipy.stats.zscore; same shape.

    >>> import tracker
    >>> tracker.gradcheck(lambda a: zscore(a)[2], np.array([1.0, 2.0, 6.0]))
    True
    """
    formula = lambda a: _scores(a, a, axis, ddof)
    return _summary("zscore", formula, {"axis": axis, "ddof": ddof, "nan_policy": nan_policy}, a)


def zmap(scores: Any, compare: Any, axis: Any = 0, ddof: int = 0, nan_policy: str = "propagate") -> Any:
    """The scores by mean and standard deviation of `compare`, as scipy.stats.zmap; shape of `scores`."""
    formula = lambda scores, compare: _scores(scores, compare, axis, ddof)
    return _summary("zmap", formula, {"axis": axis, "ddof": ddof, "nan_policy": nan_policy}, scores, compare)


def gzscore(a: Any, *, axis: Any = 0, ddof: int = 0, nan_policy: str = "propagate") -> Any:
    """The z-scores of the logarithms, as scipy.stats.gzscore; same shape."""
    formula = lambda a: _scores(np.log(a), np.log(a), axis, ddof)
    return _summary("gzscore", formula, {"axis": axis, "ddof": ddof, "nan_policy": nan_policy}, a)


# Angles, of a period high - low: K. Mardia and P. Jupp, Directional Statistics (2000), 2.2 and 2.3


def _resultant(x: Any, high: float, low: float, axis: Any) -> tuple[Any, Any]:
    """Mean sine and cosine."""
    angle = (x - low) * (2 * math.pi / (high - low))
    return np.mean(np.sin(angle), axis=axis), np.mean(np.cos(angle), axis=axis)


def circmean(samples: Any, high: float = 2 * math.pi, low: float = 0, axis: Any = None,
             nan_policy: str = "propagate", *, keepdims: bool = False) -> Any:  # fmt: skip
    """The mean direction, as scipy.stats.circmean; without `axis`.

    >>> import tracker
    >>> tracker.gradient(circmean, [0.1, 0.3])[0].round(6)
    array([0.5, 0.5])
    """
    formula = lambda x: np.arctan2(*_resultant(x, high, low, axis)) * ((high - low) / (2 * math.pi))
    options = {"high": high, "low": low, "axis": axis, "nan_policy": nan_policy, "keepdims": keepdims}
    return _summary("circmean", formula, options, samples)


def circvar(samples: Any, high: float = 2 * math.pi, low: float = 0, axis: Any = None,
            nan_policy: str = "propagate", *, keepdims: bool = False) -> Any:  # fmt: skip
    """The circular variance, as scipy.stats.circvar; without `axis`."""
    formula = lambda x: 1 - np.hypot(*_resultant(x, high, low, axis))
    options = {"high": high, "low": low, "axis": axis, "nan_policy": nan_policy, "keepdims": keepdims}
    return _summary("circvar", formula, options, samples)


def circstd(samples: Any, high: float = 2 * math.pi, low: float = 0, axis: Any = None,
            nan_policy: str = "propagate", *, normalize: bool = False, keepdims: bool = False) -> Any:  # fmt: skip
    """The circular standard deviation, as scipy.stats.circstd; without `axis`."""

    def formula(x: Any) -> Any:
        y = np.sqrt(-2 * np.log(np.hypot(*_resultant(x, high, low, axis))))
        return y if normalize else y * ((high - low) / (2 * math.pi))

    options = {"high": high, "low": low, "axis": axis, "nan_policy": nan_policy, "normalize": normalize,
               "keepdims": keepdims}  # fmt: skip
    return _summary("circstd", formula, options, samples)


# Information


def entropy(pk: Any, qk: Any = None, base: Any = None, axis: Any = 0, *, nan_policy: str = "propagate",
            keepdims: bool = False) -> Any:  # fmt: skip
    """The entropy of pk, or relative to qk, as scipy.stats.entropy, by both; they are scaled to sum 1. Without `axis`.

    >>> import tracker
    >>> tracker.gradient(lambda p: entropy(p, [0.5, 0.5]), [0.5, 0.5])
    (array([0., 0.]),)
    """

    def formula(pk: Any, qk: Any) -> Any:
        p = pk / np.sum(pk, axis=axis, keepdims=True)
        terms = sp.entr(p) if qk is None else sp.rel_entr(p, qk / np.sum(qk, axis=axis, keepdims=True))
        return np.sum(terms, axis=axis) / (1.0 if base is None else math.log(base))

    pk, qk = as_array(pk), as_array(qk)
    no_omission("entropy", nan_policy, pk, qk)
    options = {"base": base, "axis": axis, "nan_policy": nan_policy, "keepdims": keepdims}
    call = lambda pk, qk: scipy.stats.entropy(pk, qk, **options)
    return of_scipy("scipy.stats.entropy", call, _of_vectors(formula), pk, qk)
