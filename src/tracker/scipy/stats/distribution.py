"""What distributions share: arguments as in SciPy, location and scale, the edges of the support."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, final

import numpy as np

from tracker._arrays.leaf import collect, is_tracked
from tracker._transforms.custom import data
from tracker.errors import NoRuleError


def bind(name: str, shapes: tuple[str, ...], args: tuple[Any, ...], kwargs: dict[str, Any], last: str) -> Any:
    """Shapes, loc and scale of a call, by position or keyword."""
    names = (*shapes, "loc", "scale")[: len(shapes) + (2 if last == "scale" else 1)]
    if len(args) > len(names):
        raise TypeError(f"{name} takes at most {len(names)} parameters ({', '.join(names)}); {len(args)} were given.")
    given = dict(zip(names, args, strict=False))
    for key, value in kwargs.items():
        if key not in names or key in given:
            raise TypeError(f"{name} got an unexpected or repeated parameter {key!r}; it takes {', '.join(names)}.")
        given[key] = value
    missing = [key for key in shapes if key not in given]
    if missing:
        raise TypeError(f"{name} needs the shape parameters {', '.join(missing)}.")
    values = [given[key] for key in shapes]
    return [as_array(v) for v in values], as_array(given.get("loc", 0.0)), as_array(given.get("scale", 1.0))


def as_array(x: Any) -> Any:
    """Lists become arrays; arrays and numbers, tracked or not, stay."""
    return collect(x) if isinstance(x, list | tuple) else x


def all_positive(shapes: list[Any]) -> Any:
    valid: Any = True
    for shape in shapes:
        valid = valid & (shape > 0)
    return valid


@final
class Continuous:
    """A continuous distribution in its standard form, moved by `loc` and stretched by `scale`.

    `logpdf`, `cdf` and `sf` are functions of z = (x - loc) / scale and the shapes, on the open support (low, high).
    Outside of it densities are 0 and their derivatives, too; parameters that are no distribution's give NaN.
    """

    def __init__(
        self,
        name: str,
        shapes: str,
        support: tuple[float, float],
        logpdf: Callable[..., Any],
        cdf: Callable[..., Any],
        sf: Callable[..., Any] | None = None,
        logcdf: Callable[..., Any] | None = None,
        logsf: Callable[..., Any] | None = None,
        valid: Callable[..., Any] = all_positive,
    ) -> None:
        self.name = name
        self.shapes = tuple(shapes.split())
        self.low, self.high = support
        self._logpdf, self._cdf, self._valid = logpdf, cdf, valid
        self._sf = sf or (lambda z, *shapes: 1 - cdf(z, *shapes))
        self._logcdf = logcdf or (lambda z, *shapes: np.log(cdf(z, *shapes)))
        self._logsf = logsf or (lambda z, *shapes: np.log(self._sf(z, *shapes)))

    def __repr__(self) -> str:
        return f"tracker.scipy.stats.{self.name}"

    def _at(self, f: Any, x: Any, args: Any, kwargs: Any, below: float, above: float, closed: bool) -> Any:
        shapes, loc, scale = bind(self.name, self.shapes, args, kwargs, "scale")
        z = (as_array(x) - loc) / scale
        low = z < self.low if closed else z <= self.low
        high = z > self.high if closed else z >= self.high
        outside = low | high
        inner = np.where(outside, self._inner(), z)  # the branch that is not taken must not be evaluated off its domain
        y = np.where(low, below, np.where(high, above, f(inner, *shapes) - (np.log(scale) if closed else 0)))
        return np.where(self._valid(shapes) & (scale > 0) & (z == z), y, math.nan)[()]

    def _inner(self) -> float:
        if math.isinf(self.low):
            return 0.5
        return self.low + 0.5 if math.isinf(self.high) else 0.5 * (self.low + self.high) + 0.1

    def logpdf(self, x: Any, *args: Any, **kwargs: Any) -> Any:
        """The logarithm of the density at x, as scipy.stats' `logpdf(x, *shapes, loc=0, scale=1)`; broadcast shape.

        >>> import tracker
        >>> from tracker.scipy.stats import norm
        >>> tracker.gradient(norm.logpdf, 1.0, 0.0, 2.0)
        (-0.25, 0.25, -0.375)
        """
        return self._at(self._logpdf, x, args, kwargs, -math.inf, -math.inf, True)

    def pdf(self, x: Any, *args: Any, **kwargs: Any) -> Any:
        """The density at x."""
        return np.exp(self.logpdf(x, *args, **kwargs))

    def cdf(self, x: Any, *args: Any, **kwargs: Any) -> Any:
        """The probability of at most x."""
        return self._at(self._cdf, x, args, kwargs, 0.0, 1.0, False)

    def sf(self, x: Any, *args: Any, **kwargs: Any) -> Any:
        """The probability of more than x."""
        return self._at(self._sf, x, args, kwargs, 1.0, 0.0, False)

    def logcdf(self, x: Any, *args: Any, **kwargs: Any) -> Any:
        """The logarithm of `cdf`."""
        return self._at(self._logcdf, x, args, kwargs, -math.inf, 0.0, False)

    def logsf(self, x: Any, *args: Any, **kwargs: Any) -> Any:
        """The logarithm of `sf`."""
        return self._at(self._logsf, x, args, kwargs, 0.0, -math.inf, False)


@final
class Discrete:
    """A distribution on whole numbers from `low` on, moved by `loc`; differentiable by its shapes."""

    def __init__(
        self,
        name: str,
        shapes: str,
        low: int,
        high: Callable[..., Any],
        logpmf: Callable[..., Any],
        cdf: Callable[..., Any],
        sf: Callable[..., Any],
        valid: Callable[..., Any],
    ) -> None:
        self.name = name
        self.shapes = tuple(shapes.split())
        self.low, self.high = low, high
        self._logpmf, self._cdf, self._sf, self._valid = logpmf, cdf, sf, valid

    def __repr__(self) -> str:
        return f"tracker.scipy.stats.{self.name}"

    def _at(self, f: Any, k: Any, args: Any, kwargs: Any, ends: tuple[float, float], whole: bool) -> Any:
        shapes, loc, _ = bind(self.name, self.shapes, args, kwargs, "loc")
        k = as_array(k)
        if is_tracked(k) or is_tracked(loc):
            raise NoRuleError(
                f"{self.name} is a distribution on whole numbers: there is no derivative by "
                f"{'k' if is_tracked(k) else 'loc'}, which is tracked. Pass tracker.stop_gradient of it."
            )
        k = k - loc
        high = self.high(*data(shapes))
        low, above = k < self.low, k > high if whole else k >= high
        outside = low | above | (whole & (np.floor(k) != k))
        y = f(np.where(outside, self.low, k if whole else np.floor(k)), *shapes)
        y = np.where(low, ends[0], np.where(above, ends[1], np.where(outside, ends[0], y)))
        return np.where(self._valid(shapes), y, math.nan)[()]

    def logpmf(self, k: Any, *args: Any, **kwargs: Any) -> Any:
        """The logarithm of the probability of k, as scipy.stats' `logpmf(k, *shapes, loc=0)`; broadcast shape.

        >>> import tracker
        >>> from tracker.scipy.stats import poisson
        >>> tracker.gradient(lambda mu: poisson.logpmf(3, mu), 2.0)
        (0.5,)
        """
        return self._at(self._logpmf, k, args, kwargs, (-math.inf, -math.inf), True)

    def pmf(self, k: Any, *args: Any, **kwargs: Any) -> Any:
        """The probability of k."""
        return np.exp(self.logpmf(k, *args, **kwargs))

    def cdf(self, k: Any, *args: Any, **kwargs: Any) -> Any:
        """The probability of at most k."""
        return self._at(self._cdf, k, args, kwargs, (0.0, 1.0), False)

    def sf(self, k: Any, *args: Any, **kwargs: Any) -> Any:
        """The probability of more than k."""
        return self._at(self._sf, k, args, kwargs, (1.0, 0.0), False)

    def logcdf(self, k: Any, *args: Any, **kwargs: Any) -> Any:
        """The logarithm of `cdf`."""
        return self._at(lambda *a: np.log(self._cdf(*a)), k, args, kwargs, (-math.inf, 0.0), False)

    def logsf(self, k: Any, *args: Any, **kwargs: Any) -> Any:
        """The logarithm of `sf`."""
        return self._at(lambda *a: np.log(self._sf(*a)), k, args, kwargs, (0.0, -math.inf), False)
