"""Student's t-tests: the statistic, its p-value and the degrees of freedom, by every entry of the data."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, final

import numpy as np
import scipy.special as sp
import scipy.stats

from tracker.errors import UnsupportedKeywordError
from tracker.scipy._watch import any_tracked
from tracker.scipy.stats.arguments import as_array
from tracker.scipy.stats.of_scipy import kept_axes, no_omission, of_scipy

__all__ = ["ttest_1samp", "ttest_ind", "ttest_rel"]


@final
class TtestResult(tuple[Any, Any]):
    """Statistic and p-value, with the degrees of freedom `df` besides, as SciPy's."""

    df: Any

    def __new__(cls, statistic: Any, pvalue: Any, df: Any) -> TtestResult:
        result = super().__new__(cls, (statistic, pvalue))
        result.df = df
        return result

    @property
    def statistic(self) -> Any:
        """Student's t."""
        return self[0]

    @property
    def pvalue(self) -> Any:
        """The probability of a statistic as extreme, if there is no difference."""
        return self[1]


def _chance(t: Any, df: Any, alternative: str) -> Any:
    if alternative == "two-sided":
        return 2 * sp.stdtr(df, -np.abs(t))
    return sp.stdtr(df, t if alternative == "less" else -t)


def _test(name: str, formula: Callable[..., Any], options: dict[str, Any], *xs: Any) -> Any:
    theirs = getattr(scipy.stats, name)
    if not any_tracked(xs):
        return theirs(*xs, **options)
    arrays = [as_array(x) for x in xs]
    no_omission(name, options["nan_policy"], *arrays)

    def value(*values: Any) -> Any:
        found = theirs(*values, **options)
        return found.statistic, found.pvalue, found.df + 0.0 * found.statistic

    def composition(*values: Any) -> Any:
        t, df = formula(*values)
        return t, _chance(t, df, options["alternative"]), df + 0 * t

    return TtestResult(*of_scipy(f"scipy.stats.{name}", value, composition, *arrays))


def _count(a: Any, axis: int | None) -> int:
    return int(np.size(a) if axis is None else np.shape(a)[axis])


def ttest_1samp(
    a: Any, popmean: Any, axis: int | None = 0, nan_policy: str = "propagate", alternative: str = "two-sided", *,
    keepdims: bool = False,
) -> Any:  # fmt: skip
    """Whether the mean of a is popmean, as scipy.stats.ttest_1samp; by both; without `axis`.

    >>> import tracker
    >>> tracker.gradcheck(lambda a: ttest_1samp(a, 0.5).pvalue, np.array([0.3, 1.2, 0.8]))
    True
    """

    def formula(a: Any, mean: Any) -> Any:
        n = _count(a, axis)
        return (np.mean(a, axis=axis) - mean) / np.sqrt(np.var(a, axis=axis, ddof=1) / n), n - 1.0

    options = {"axis": axis, "nan_policy": nan_policy, "alternative": alternative, **kept_axes(keepdims)}
    return _test("ttest_1samp", formula, options, a, popmean)


def ttest_rel(
    a: Any, b: Any, axis: int | None = 0, nan_policy: str = "propagate", alternative: str = "two-sided", *,
    keepdims: bool = False,
) -> Any:  # fmt: skip
    """Whether paired a and b have the same mean, as scipy.stats.ttest_rel; by both; without `axis`."""

    def formula(a: Any, b: Any) -> Any:
        d, n = a - b, _count(a, axis)
        return np.mean(d, axis=axis) / np.sqrt(np.var(d, axis=axis, ddof=1) / n), n - 1.0

    options = {"axis": axis, "nan_policy": nan_policy, "alternative": alternative, **kept_axes(keepdims)}
    return _test("ttest_rel", formula, options, a, b)


def ttest_ind(
    a: Any,
    b: Any,
    *,
    axis: int | None = 0,
    equal_var: bool = True,
    nan_policy: str = "propagate",
    alternative: str = "two-sided",
    trim: float = 0,
    method: Any = None,
    keepdims: bool = False,
) -> Any:
    """Whether a and b have the same mean, as scipy.stats.ttest_ind, Welch's if not `equal_var`; by both; no `axis`.

    B. Welch, The generalization of Student's problem when several different population variances are involved,
    Biometrika 34 (1947), p. 28.
    """

    def formula(a: Any, b: Any) -> Any:
        n, m = _count(a, axis), _count(b, axis)
        u, v = np.var(a, axis=axis, ddof=1), np.var(b, axis=axis, ddof=1)
        if equal_var:
            df = n + m - 2.0
            square = ((n - 1) * u + (m - 1) * v) / df * (1 / n + 1 / m)
        else:
            square = u / n + v / m
            df = square**2 / ((u / n) ** 2 / (n - 1) + (v / m) ** 2 / (m - 1))
        return (np.mean(a, axis=axis) - np.mean(b, axis=axis)) / np.sqrt(square), df

    options = {"axis": axis, "equal_var": equal_var, "nan_policy": nan_policy, "alternative": alternative}
    options |= kept_axes(keepdims)
    if trim or method is not None:
        if any_tracked((a, b)):
            raise UnsupportedKeywordError(
                "ttest_ind of tracked values takes no trim= (take numpy.sort(x)[i:j]) and no method=, which draws."
            )
        return scipy.stats.ttest_ind(a, b, **options, trim=trim, method=method)
    return _test("ttest_ind", formula, options, a, b)
