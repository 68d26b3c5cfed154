"""Power transforms of data and their log-likelihoods; the power is given."""

from __future__ import annotations

from typing import Any

import numpy as np
import scipy.special as sp
import scipy.stats

from tracker._arrays.leaf import is_tracked
from tracker.errors import NoRuleError
from tracker.scipy._signature import NOT_GIVEN, as_installed, only_given
from tracker.scipy.stats.arguments import as_array
from tracker.scipy.stats.of_scipy import kept_axes, no_omission, of_scipy

__all__ = ["boxcox", "boxcox_llf", "yeojohnson", "yeojohnson_llf"]


def _fitted(name: str, x: Any) -> None:
    if is_tracked(as_array(x)):
        raise NoRuleError(
            f"scipy.stats.{name} without lmbda finds it by a search, which has no derivative rule here. Pass lmbda; "
            f"tracker.scipy.optimize.minimize of tracker.scipy.stats.{name}_llf differentiates the search, too."
        )


@as_installed(scipy.stats.boxcox)
def boxcox(x: Any, lmbda: Any = None, alpha: Any = None, optimizer: Any = None, *, nan_policy: Any = NOT_GIVEN) -> Any:
    """Box and Cox's transform with power lmbda, as scipy.stats.boxcox; by both. Same shape as x.

    Without lmbda x must be plain.

    >>> import tracker
    >>> tracker.gradient(lambda x: boxcox(x, 2.0)[0], [3.0])
    (array([3.]),)
    """
    if lmbda is None:
        _fitted("boxcox", x)
        return scipy.stats.boxcox(x, None, alpha, optimizer, **only_given(nan_policy=nan_policy))
    theirs = lambda x, lmbda: scipy.stats.boxcox(x, lmbda, alpha, optimizer, **only_given(nan_policy=nan_policy))
    return of_scipy("scipy.stats.boxcox", theirs, sp.boxcox, as_array(x), lmbda)


def _johnson(x: Any, lmbda: Any) -> Any:
    """I.-K. Yeo and R. Johnson, A new family of power transformations, Biometrika 87 (2000), p. 954."""
    positive = x >= 0
    up = sp.boxcox1p(np.where(positive, x, 0.0), lmbda)
    down = sp.boxcox1p(np.where(positive, 0.0, -x), 2 - lmbda)
    return np.where(positive, up, -down)


@as_installed(scipy.stats.yeojohnson)
def yeojohnson(x: Any, lmbda: Any = None, *, nan_policy: Any = NOT_GIVEN) -> Any:
    """Yeo and Johnson's transform with power lmbda, as scipy.stats.yeojohnson; by both. Same shape as x."""
    if lmbda is None:
        _fitted("yeojohnson", x)
        return scipy.stats.yeojohnson(x, **only_given(nan_policy=nan_policy))
    theirs = lambda x, lmbda: scipy.stats.yeojohnson(x, lmbda, **only_given(nan_policy=nan_policy))
    return of_scipy("scipy.stats.yeojohnson", theirs, _johnson, as_array(x), lmbda)


def boxcox_llf(
    lmb: Any, data: Any, *, axis: int | None = 0, keepdims: bool = False, nan_policy: str = "propagate"
) -> Any:
    """The log-likelihood of the power of Box and Cox's transform, as scipy.stats.boxcox_llf; by both.

    >>> import tracker
    >>> tracker.gradcheck(lambda k: boxcox_llf(k, [1.0, 2.0, 5.0]), 1.0)
    True
    """

    def formula(lmb: Any, x: Any) -> Any:
        n = np.size(x) if axis is None else np.shape(x)[axis]
        variance = np.var(sp.boxcox(x, lmb), axis=axis)
        return (lmb - 1) * np.sum(np.log(x), axis=axis) - 0.5 * n * np.log(variance)

    no_omission("boxcox_llf", nan_policy, as_array(data))
    options = {"axis": axis, "nan_policy": nan_policy, **kept_axes(keepdims)}
    theirs = lambda lmb, x: scipy.stats.boxcox_llf(lmb, x, **options)
    return of_scipy("scipy.stats.boxcox_llf", theirs, formula, lmb, as_array(data))


def yeojohnson_llf(
    lmb: Any, data: Any, *, axis: int | None = 0, nan_policy: str = "propagate", keepdims: bool = False
) -> Any:
    """The log-likelihood of the power of Yeo and Johnson's transform, as scipy.stats.yeojohnson_llf; by both."""

    def formula(lmb: Any, x: Any) -> Any:
        n = np.size(x) if axis is None else np.shape(x)[axis]
        variance = np.var(_johnson(x, lmb), axis=axis)
        slopes = np.where(x >= 0, np.log1p(np.where(x >= 0, x, 0.0)), -np.log1p(np.where(x >= 0, 0.0, -x)))
        return (lmb - 1) * np.sum(slopes, axis=axis) - 0.5 * n * np.log(variance)

    no_omission("yeojohnson_llf", nan_policy, as_array(data))
    options = {"axis": axis, "nan_policy": nan_policy, **kept_axes(keepdims)}
    theirs = lambda lmb, x: scipy.stats.yeojohnson_llf(lmb, x, **options)
    return of_scipy("scipy.stats.yeojohnson_llf", theirs, formula, lmb, as_array(data))
