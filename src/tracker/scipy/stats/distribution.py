"""A continuous distribution: arguments as in SciPy, location and scale, the edges of the support."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, final

import numpy as np

from tracker._transforms.recording import data
from tracker.errors import NoRuleError
from tracker.scipy.stats.arguments import all_positive, as_array, as_scalar, bind, is_valid, narrowed, voided
from tracker.scipy.stats.frozen import Frozen
from tracker.scipy.stats.inverse import quantile, reparametrised
from tracker.scipy.stats.moments import MOMENTS
from tracker.scipy.stats.tails import Tails
from tracker.scipy.stats.undone import plainly, undone

Support = tuple[float, float] | Callable[..., tuple[Any, Any]]


@final
class Continuous:
    """A continuous distribution in its standard form, moved by `loc` and stretched by `scale`.

    `logpdf`, `cdf`, `sf` and their logarithms are functions of z = (x - loc) / scale and the shapes, on the open
    support; `ppf` and `isf` of a probability and the shapes. Those that are left out follow from the others. Outside
    of the support densities are 0 and their derivatives, too; parameters that are no distribution's give NaN.
    A density that `vanishes` is zero at finite ends where its formula is a difference of infinities.
    Called with parameters it is frozen: `norm(1.0, 2.0).logpdf(x)`.
    """

    def __init__(
        self,
        name: str,
        shapes: str,
        support: Support,
        logpdf: Callable[..., Any],
        cdf: Callable[..., Any] | None = None,
        sf: Callable[..., Any] | None = None,
        logcdf: Callable[..., Any] | None = None,
        logsf: Callable[..., Any] | None = None,
        valid: Callable[..., Any] = all_positive,
        ppf: Callable[..., Any] | None = None,
        isf: Callable[..., Any] | None = None,
        vanishes: bool = False,
    ) -> None:
        self.name = name
        self.shapes = tuple(shapes.split())
        self._ends = support
        self._logpdf, self._valid = logpdf, valid
        self._tails = Tails(name, cdf, sf, logcdf, logsf)
        self._ppf, self._isf, self._vanishes = ppf, isf, vanishes

    def __repr__(self) -> str:
        return f"tracker.scipy.stats.{self.name}"

    def __call__(self, *args: Any, **kwargs: Any) -> Frozen:
        bind(self.name, self.shapes, args, kwargs, "scale")
        return Frozen(self, args, kwargs)

    def __getattr__(self, name: str) -> Any:
        return undone(self, name, [key for key in vars(type(self)) if not key.startswith("_")])

    def _standard(self, x: Any, args: Any, kwargs: Any) -> tuple[Any, list[Any], Any, Any]:
        """x, shapes, loc and scale, with NaN for the parameters where there is no such distribution."""
        x, shapes, loc, scale = bind(self.name, self.shapes, args, kwargs, "scale", x)
        valid = self._valid(shapes) & (scale > 0)
        if not is_valid(valid):
            shapes, scale = [voided(s, valid) for s in shapes], voided(scale, valid)
        return x, shapes, loc, scale

    def _limits(self, shapes: list[Any]) -> tuple[Any, Any]:
        return self._ends(*shapes) if callable(self._ends) else self._ends

    def _at(self, f: Any, x: Any, args: Any, kwargs: Any, below: float, above: float, density: bool) -> Any:
        x, shapes, loc, scale = self._standard(x, args, kwargs)
        z = (x - loc) / scale
        low, high = self._limits(shapes)
        under, over = (z < low, z > high) if density else (z <= low, z >= high)
        outside = under | over
        some = bool(np.any(outside))
        if some:  # the branch that is not taken must not be evaluated off its domain
            z = np.where(outside, _between(data(low), data(high)), z)
        y = f(z, *shapes)
        if density:
            y = self._at_ends(y, z, low, high)
        if density and not (isinstance(scale, float) and scale == 1):
            y = y - (math.log(scale) if isinstance(scale, float | int) else np.log(scale))
        if some:
            y = np.where(under, below, np.where(over, above, y))[()]
        known = z == z
        y = y if is_valid(known) else voided(y, known)
        return as_scalar(narrowed(y, [x, *shapes, loc, scale]))

    def _at_ends(self, y: Any, z: Any, low: Any, high: Any) -> Any:
        """The logarithm of the density, minus infinity at ends where the formula has no limit."""
        ends = np.isinf(z) | (((z == low) | (z == high)) & self._vanishes)
        return np.where(ends & (y != y), -math.inf, y)[()] if np.any(ends) else y

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
        return self._at(self._tails.cdf, x, args, kwargs, 0.0, 1.0, False)

    def sf(self, x: Any, *args: Any, **kwargs: Any) -> Any:
        """The probability of more than x."""
        return self._at(self._tails.sf, x, args, kwargs, 1.0, 0.0, False)

    def logcdf(self, x: Any, *args: Any, **kwargs: Any) -> Any:
        """The logarithm of `cdf`."""
        return self._at(self._tails.logcdf, x, args, kwargs, -math.inf, 0.0, False)

    def logsf(self, x: Any, *args: Any, **kwargs: Any) -> Any:
        """The logarithm of `sf`."""
        return self._at(self._tails.logsf, x, args, kwargs, 0.0, -math.inf, False)

    def ppf(self, q: Any, *args: Any, **kwargs: Any) -> Any:
        """The quantile: the x of which `cdf` is q; NaN where q is no probability.

        >>> import tracker
        >>> from tracker.scipy.stats import expon
        >>> tracker.gradient(expon.ppf, 0.5, 0.0, 3.0)[0]
        6.0
        """
        return self._inverse(q, args, kwargs, False)

    def isf(self, q: Any, *args: Any, **kwargs: Any) -> Any:
        """The x of which `sf` is q; NaN where q is no probability."""
        return self._inverse(q, args, kwargs, True)

    def _inverse(self, q: Any, args: Any, kwargs: Any, upper: bool) -> Any:
        q, shapes, loc, scale = self._standard(q, args, kwargs)
        inside = (q > 0) & (q < 1)
        inner = q if np.all(inside) else np.where(inside, q, 0.4)
        closed = self._isf if upper else self._ppf
        z = quantile(self, inner, shapes, upper) if closed is None else closed(inner, *shapes)
        if not np.all(inside):
            first, last = self._limits(shapes)[:: -1 if upper else 1]
            z = np.where(q == 0, first, np.where(q == 1, last, np.where(inside, z, math.nan)))[()]
        return as_scalar(narrowed(z * scale + loc, [q, *shapes, loc, scale]))

    def median(self, *args: Any, **kwargs: Any) -> Any:
        """The median: `ppf(0.5)`."""
        return self.ppf(0.5, *args, **kwargs)

    def interval(self, confidence: Any, *args: Any, **kwargs: Any) -> Any:
        """The two quantiles that leave out the same probability on both sides."""
        rest = 0.5 * (1 - as_array(confidence))
        return self.ppf(rest, *args, **kwargs), self.ppf(1 - rest, *args, **kwargs)

    def support(self, *args: Any, **kwargs: Any) -> Any:
        """The lowest and the highest value."""
        _, shapes, loc, scale = self._standard(0.0, args, kwargs)
        low, high = self._limits(shapes)
        return low * scale + loc, high * scale + loc

    def _moment(self, k: int, args: Any, kwargs: Any) -> tuple[Any, Any, Any]:
        """The k-th of mean, variance and entropy in standard form; loc and scale."""
        _, shapes, loc, scale = self._standard(0.0, args, kwargs)
        formula = MOMENTS.get(self.name, (None, None, None))[k]
        if formula is None:
            return None, loc, scale
        return formula(*shapes), loc, scale

    def _without_formula(self, k: int, args: Any, kwargs: Any) -> Any:
        """SciPy's own number."""
        found = plainly(self, ("mean", "var", "entropy")[k], *args, **kwargs)
        if found is None:
            raise NoRuleError(
                f"{self!r} has no formula for its {('mean', 'variance', 'entropy')[k]}. Take the mean of a sample, "
                f"{self!r}.rvs(..., size=n, random_state=rng), or tracker.scipy.integrate.quad."
            )
        return found

    def mean(self, *args: Any, **kwargs: Any) -> Any:
        """The mean.

        >>> import tracker
        >>> from tracker.scipy.stats import gamma
        >>> tracker.gradient(gamma.mean, 3.0, 0.0, 2.0)
        (2.0, 1.0, 3.0)
        """
        m, loc, scale = self._moment(0, args, kwargs)
        return self._without_formula(0, args, kwargs) if m is None else m * scale + loc

    def var(self, *args: Any, **kwargs: Any) -> Any:
        """The variance."""
        v, _, scale = self._moment(1, args, kwargs)
        return self._without_formula(1, args, kwargs) if v is None else v * scale * scale

    def std(self, *args: Any, **kwargs: Any) -> Any:
        """The standard deviation."""
        v, _, scale = self._moment(1, args, kwargs)
        return np.sqrt(self._without_formula(1, args, kwargs)) if v is None else np.sqrt(v) * scale

    def entropy(self, *args: Any, **kwargs: Any) -> Any:
        """The differential entropy."""
        h, _, scale = self._moment(2, args, kwargs)
        return self._without_formula(2, args, kwargs) if h is None else h + np.log(scale)

    def nnlf(self, theta: Any, x: Any) -> Any:
        """The negative log-likelihood of the data x; theta = (*shapes, loc, scale)."""
        return -np.sum(self.logpdf(x, *theta))

    def rvs(self, *args: Any, size: Any = None, random_state: Any = None, **kwargs: Any) -> Any:
        """SciPy's random numbers of this seed, differentiable by loc, scale and the shapes.

        A draw z moves with the shapes so that its probability cdf(z) stays: M. Figurnov, S. Mohamed and A. Mnih,
        Implicit reparameterization gradients, NeurIPS 31 (2018), equation 5.

        >>> import tracker
        >>> from tracker.scipy.stats import norm
        >>> tracker.gradient(lambda m: np.mean(norm.rvs(m, 1.0, size=4, random_state=0)), 2.0)
        (1.0,)
        """
        return reparametrised(self, args, kwargs, size, random_state)


def _between(low: Any, high: Any) -> Any:
    """A point of the open support, away from its middle, where densities have kinks."""
    bounded = np.isfinite(low) & np.isfinite(high)
    first, last = np.where(bounded, low, 0.0), np.where(bounded, high, 0.0)
    half = np.where(np.isfinite(low), low + 0.6, np.where(np.isfinite(high), high - 0.6, 0.6))
    return np.where(bounded, 0.4 * first + 0.6 * last, half)[()]
