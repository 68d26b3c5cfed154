"""Tests of a distribution's shape, of means, variances and counts: statistic and p-value by every entry of the data."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import scipy.special as sp
import scipy.stats

from tracker._arrays import handles
from tracker.errors import UnsupportedKeywordError
from tracker.scipy._signature import NOT_GIVEN, as_installed, only_given
from tracker.scipy._watch import any_tracked
from tracker.scipy.stats.arguments import as_array
from tracker.scipy.stats.of_scipy import no_omission, of_scipy
from tracker.scipy.stats.samples import kurtosis, skew

__all__ = [
    "bartlett",
    "chisquare",
    "f_oneway",
    "jarque_bera",
    "kurtosistest",
    "normaltest",
    "power_divergence",
    "skewtest",
    "ttest_ind_from_stats",
]


class Significance(NamedTuple):
    """Statistic and p-value."""

    statistic: Any
    pvalue: Any


def _test(name: str, formula: Callable[..., Any], call: Callable[..., Any], nan_policy: str, *xs: Any) -> Any:
    if not any_tracked(xs):
        return call(getattr(scipy.stats, name), *xs)
    arrays = [as_array(x) for x in xs]
    no_omission(name, nan_policy, *[x for x in arrays if x is not None])

    def value(*values: Any) -> Any:
        found = call(getattr(scipy.stats, name), *values)
        return found.statistic, found.pvalue

    return Significance(*of_scipy(f"scipy.stats.{name}", value, formula, *arrays))


def _normal_chance(z: Any, alternative: str) -> Any:
    if alternative == "two-sided":
        return 2 * sp.ndtr(-np.abs(z))
    return sp.ndtr(z if alternative == "less" else -z)


def _count(x: Any, axis: Any) -> int:
    return int(np.size(x) if axis is None else np.shape(x)[axis])


def _skew_z(a: Any, axis: Any) -> Any:
    """R. D'Agostino, Transformation to normality of the null distribution of g1, Biometrika 57 (1970), p. 679."""
    n = float(_count(a, axis))
    if n < 8:  # SciPy's answer to small samples
        return skew(a, axis) * math.nan
    y = skew(a, axis) * math.sqrt((n + 1) * (n + 3) / (6 * (n - 2)))
    beta = 3 * (n**2 + 27 * n - 70) * (n + 1) * (n + 3) / ((n - 2) * (n + 5) * (n + 7) * (n + 9))
    w = math.sqrt(2 * (beta - 1)) - 1
    return np.arcsinh(y / math.sqrt(2 / (w - 1))) / math.sqrt(0.5 * math.log(w))


def _kurtosis_z(a: Any, axis: Any) -> Any:
    """F. Anscombe and W. Glynn, Distribution of the kurtosis statistic b2, Biometrika 70 (1983), p. 227."""
    n = float(_count(a, axis))
    if n < 5:
        return kurtosis(a, axis, fisher=False) * math.nan
    variance = 24 * n * (n - 2) * (n - 3) / ((n + 1) ** 2 * (n + 3) * (n + 5))
    x = (kurtosis(a, axis, fisher=False) - 3 * (n - 1) / (n + 1)) / math.sqrt(variance)
    third = 6 * (n * n - 5 * n + 2) / ((n + 7) * (n + 9)) * math.sqrt(6 * (n + 3) * (n + 5) / (n * (n - 2) * (n - 3)))
    freedom = 6 + 8 / third * (2 / third + math.sqrt(1 + 4 / third**2))
    denominator = 1 + x * math.sqrt(2 / (freedom - 4))
    root = np.sign(denominator) * np.cbrt((1 - 2 / freedom) / np.abs(denominator))
    return (1 - 2 / (9 * freedom) - root) / math.sqrt(2 / (9 * freedom))


def skewtest(a: Any, axis: Any = 0, nan_policy: str = "propagate", alternative: str = "two-sided", *,
             keepdims: bool = False) -> Any:  # fmt: skip
    """Whether the skewness is that of a normal distribution, as scipy.stats.skewtest; without `axis`.

    >>> import tracker
    >>> tracker.gradcheck(lambda a: skewtest(a).statistic, np.array([1.0, 2, 4, 7, 3, 9, 8, 8.5]))
    True
    """

    def formula(a: Any) -> Any:
        z = _skew_z(a, axis)
        return z, _normal_chance(z, alternative)

    call = lambda f, a: f(a, axis, nan_policy, alternative, keepdims=keepdims)
    return _test("skewtest", formula, call, nan_policy, a)


def kurtosistest(a: Any, axis: Any = 0, nan_policy: str = "propagate", alternative: str = "two-sided", *,
                 keepdims: bool = False) -> Any:  # fmt: skip
    """Whether the kurtosis is that of a normal distribution, as scipy.stats.kurtosistest; without `axis`."""

    def formula(a: Any) -> Any:
        z = _kurtosis_z(a, axis)
        return z, _normal_chance(z, alternative)

    call = lambda f, a: f(a, axis, nan_policy, alternative, keepdims=keepdims)
    return _test("kurtosistest", formula, call, nan_policy, a)


def normaltest(a: Any, axis: Any = 0, nan_policy: str = "propagate", *, keepdims: bool = False) -> Any:
    """Both of these tests together, as scipy.stats.normaltest; without `axis`."""

    def formula(a: Any) -> Any:
        square = _skew_z(a, axis) ** 2 + _kurtosis_z(a, axis) ** 2
        return square, np.exp(-square / 2)

    call = lambda f, a: f(a, axis, nan_policy, keepdims=keepdims)
    return _test("normaltest", formula, call, nan_policy, a)


def jarque_bera(x: Any, *, axis: Any = None, nan_policy: str = "propagate", keepdims: bool = False) -> Any:
    """Whether skewness and kurtosis are those of a normal distribution, as scipy.stats.jarque_bera; without `axis`."""

    def formula(x: Any) -> Any:
        square = _count(x, axis) / 6 * (skew(x, axis) ** 2 + kurtosis(x, axis) ** 2 / 4)
        return square, np.exp(-square / 2)

    call = lambda f, x: f(x, axis=axis, nan_policy=nan_policy, keepdims=keepdims)
    return _test("jarque_bera", formula, call, nan_policy, x)


def f_oneway(*samples: Any, axis: int = 0, equal_var: bool = True, nan_policy: str = "propagate",
             keepdims: bool = False) -> Any:  # fmt: skip
    """Whether samples have one mean, as scipy.stats.f_oneway; by all of them; without `axis`. Not Welch's."""
    if not equal_var:
        if any(handles.level_of(x) >= 0 for x in samples):
            raise UnsupportedKeywordError("f_oneway can't be differentiated with equal_var=False. Leave it out.")
        return scipy.stats.f_oneway(*samples, axis=axis, equal_var=False, nan_policy=nan_policy)

    def formula(*xs: Any) -> Any:
        counts = [x.shape[axis] for x in xs]
        n, k = sum(counts), len(xs)
        means = [np.mean(x, axis=axis, keepdims=True) for x in xs]
        whole = sum(m * c for m, c in zip(means, counts, strict=True)) / n
        between = sum(c * np.sum((m - whole) ** 2, axis=axis) for m, c in zip(means, counts, strict=True))
        within = sum(np.sum((x - m) ** 2, axis=axis) for x, m in zip(xs, means, strict=True))
        f = between / (k - 1) / (within / (n - k))
        return f, sp.fdtrc(k - 1, n - k, f)

    call = lambda f, *xs: f(*xs, axis=axis, nan_policy=nan_policy, keepdims=keepdims)
    return _test("f_oneway", formula, call, nan_policy, *samples)


def bartlett(*samples: Any, axis: int = 0, nan_policy: str = "propagate", keepdims: bool = False) -> Any:
    """Whether samples have one variance, as scipy.stats.bartlett; by all of them; without `axis`.

    M. Bartlett, Properties of sufficiency and statistical tests, Proceedings of the Royal Society A 160 (1937), p. 268.
    """

    def formula(*xs: Any) -> Any:
        freedom = [x.shape[axis] - 1 for x in xs]
        total, k = sum(freedom), len(xs)
        squares = [np.var(x, axis=axis, ddof=1) for x in xs]
        pooled = sum(f * v for f, v in zip(freedom, squares, strict=True)) / total
        logs = total * np.log(pooled) - sum(f * np.log(v) for f, v in zip(freedom, squares, strict=True))
        t = logs / (1 + (sum(1 / f for f in freedom) - 1 / total) / (3 * (k - 1)))
        return t, sp.chdtrc(k - 1, t)

    call = lambda f, *xs: f(*xs, axis=axis, nan_policy=nan_policy, keepdims=keepdims)
    return _test("bartlett", formula, call, nan_policy, *samples)


_POWERS = {"pearson": 1.0, "log-likelihood": 0.0, "freeman-tukey": -0.5, "mod-log-likelihood": -1.0, "neyman": -2.0,
           "cressie-read": 2 / 3}  # fmt: skip


@as_installed(scipy.stats.power_divergence)
def power_divergence(f_obs: Any, f_exp: Any = None, ddof: int = 0, axis: Any = 0, lambda_: Any = None, *,
                     nan_policy: Any = NOT_GIVEN, keepdims: Any = NOT_GIVEN) -> Any:  # fmt: skip
    """Cressie and Read's distance of counts, as scipy.stats.power_divergence; by both; without `axis`.

    N. Cressie and T. Read, Multinomial goodness-of-fit tests, J. Royal Statistical Society B 46 (1984), p. 440.
    """
    power: Any = _POWERS.get(lambda_, lambda_) if isinstance(lambda_, str) else 1.0 if lambda_ is None else lambda_
    options = only_given(nan_policy=nan_policy, keepdims=keepdims)
    call = lambda f, o, e: f(o, e, ddof, axis, lambda_, **options)
    formula = lambda o, e: _divergence(o, e, ddof, axis, power)
    return _test("power_divergence", formula, call, nan_policy, f_obs, f_exp)


@as_installed(scipy.stats.chisquare)
def chisquare(f_obs: Any, f_exp: Any = None, ddof: int = 0, axis: Any = 0, *, sum_check: Any = NOT_GIVEN,
              nan_policy: Any = NOT_GIVEN, keepdims: Any = NOT_GIVEN) -> Any:  # fmt: skip
    """Pearson's distance of counts from the expected ones, as scipy.stats.chisquare; by both; without `axis`.

    >>> import tracker
    >>> tracker.gradient(lambda o: chisquare(o).statistic, [16.0, 20.0, 24.0])[0].round(3)
    array([-0.427, -0.027,  0.373])
    """
    options = only_given(sum_check=sum_check, nan_policy=nan_policy, keepdims=keepdims)
    call = lambda f, o, e: f(o, e, ddof, axis, **options)
    return _test("chisquare", lambda o, e: _divergence(o, e, ddof, axis, 1.0), call, nan_policy, f_obs, f_exp)


def _divergence(observed: Any, expected: Any, ddof: int, axis: Any, power: float) -> Any:
    e = np.mean(observed, axis=axis, keepdims=True) if expected is None else expected
    if power == 1:
        terms = (observed - e) ** 2 / e
    elif power == 0:
        terms = 2 * sp.xlogy(observed, observed / e)
    elif power == -1:
        terms = 2 * sp.xlogy(e, e / observed)
    else:
        terms = observed * ((observed / e) ** power - 1) / (0.5 * power * (power + 1))
    total = np.sum(terms, axis=axis)
    return total, sp.chdtrc(_count(terms, axis) - 1 - ddof, total)


def ttest_ind_from_stats(mean1: Any, std1: Any, nobs1: Any, mean2: Any, std2: Any, nobs2: Any, equal_var: bool = True,
                         alternative: str = "two-sided") -> Any:  # fmt: skip
    """Student's test of two samples by their means and deviations, as scipy.stats.ttest_ind_from_stats; by these."""

    def formula(m1: Any, s1: Any, m2: Any, s2: Any) -> Any:
        u, v = s1**2, s2**2
        if equal_var:
            df: Any = nobs1 + nobs2 - 2.0
            square = ((nobs1 - 1) * u + (nobs2 - 1) * v) / df * (1 / nobs1 + 1 / nobs2)
        else:
            square = u / nobs1 + v / nobs2
            df = square**2 / ((u / nobs1) ** 2 / (nobs1 - 1) + (v / nobs2) ** 2 / (nobs2 - 1))
        t = (m1 - m2) / np.sqrt(square)
        if alternative == "two-sided":
            return t, 2 * sp.stdtr(df, -np.abs(t))
        return t, sp.stdtr(df, t if alternative == "less" else -t)

    call = lambda f, m1, s1, m2, s2: f(m1, s1, nobs1, m2, s2, nobs2, equal_var, alternative)
    return _test("ttest_ind_from_stats", formula, call, "propagate", mean1, std1, mean2, std2)
