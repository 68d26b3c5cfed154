"""The two tails of a distribution and their logarithms, each from what is given."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, final

import numpy as np
import scipy.stats

from tracker.errors import NoRuleError
from tracker.scipy._watch import any_tracked

Function = Callable[..., Any]


@final
class Tails:
    """cdf, sf, logcdf, logsf as functions of z and the shapes; those that are None follow from the others."""

    def __init__(
        self, name: str, cdf: Function | None, sf: Function | None, logcdf: Function | None, logsf: Function | None
    ) -> None:
        if cdf is None and logcdf is not None:
            cdf = lambda z, *shapes: np.exp(logcdf(z, *shapes))
        if sf is None and logsf is not None:
            sf = lambda z, *shapes: np.exp(logsf(z, *shapes))
        self.cdf = cdf or _complement(name, "cdf", logsf, sf)
        self.sf = sf or _complement(name, "sf", logcdf, cdf)
        self.logcdf = logcdf or _logarithm(self.cdf, self.sf, logsf)
        self.logsf = logsf or _logarithm(self.sf, self.cdf, logcdf)


def _complement(name: str, method: str, log_other: Function | None, other: Function | None) -> Function:
    if log_other is not None:
        return lambda z, *shapes: -np.expm1(log_other(z, *shapes))
    if other is not None:
        return lambda z, *shapes: 1 - other(z, *shapes)

    def refuse(*given: Any) -> Any:
        if not any_tracked(given):
            return getattr(getattr(scipy.stats, name), method)(*given)
        raise NoRuleError(
            f"The distribution function of tracker.scipy.stats.{name} has no derivative rule: SciPy integrates the "
            "density numerically. Its logpdf and pdf are differentiated; tracker.scipy.integrate.quad integrates them."
        )

    return refuse


def _logarithm(f: Function, other: Function, log_other: Function | None) -> Function:
    """The logarithm of f = 1 - other, by whichever is small."""
    if log_other is not None:
        return lambda z, *shapes: log1mexp(log_other(z, *shapes))

    def logarithm(z: Any, *shapes: Any) -> Any:
        y = f(z, *shapes)
        near = y > 0.5
        if not np.any(near):
            return np.log(y)
        return np.where(near, np.log1p(-other(z, *shapes)), np.log(np.where(near, 1.0, y)))[()]

    return logarithm


def log1mexp(x: Any) -> Any:
    """log(1 - exp(x)) for x <= 0. M. Maechler, Accurately computing log(1 - exp(-|a|)), Rmpfr vignette (2012)."""
    near = x > -math.log(2)
    return np.where(near, np.log(-np.expm1(np.where(near, x, -1.0))), np.log1p(-np.exp(np.where(near, -1.0, x))))[()]
