"""A distribution on whole numbers: its values are constants, its shapes are differentiated."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, final

import numpy as np
import scipy.stats

from tracker._arrays.leaf import is_tracked
from tracker._transforms.recording import data
from tracker.errors import NoRuleError
from tracker.scipy.stats.arguments import as_array, bind, is_valid, voided
from tracker.scipy.stats.frozen import Frozen
from tracker.scipy.stats.undone import plainly, undone

Ends = tuple[float, float] | Callable[..., tuple[Any, Any]]


@final
class Discrete:
    """A distribution on whole numbers between two ends, moved by `loc`; differentiable by its shapes.

    `logpmf`, `cdf` and `sf` are functions of a whole k and the shapes; without them `cdf` and `sf` are sums. Shapes
    named in `whole` are whole numbers, too. `pmf` is the probability without logarithms, for a last shape of 0 or 1.
    """

    def __init__(
        self,
        name: str,
        shapes: str,
        support: Ends,
        logpmf: Callable[..., Any],
        valid: Callable[..., Any],
        cdf: Callable[..., Any] | None = None,
        sf: Callable[..., Any] | None = None,
        mean: Callable[..., Any] | None = None,
        var: Callable[..., Any] | None = None,
        whole: str = "",
        pmf: Callable[..., Any] | None = None,
    ) -> None:
        self.name = name
        self.shapes = tuple(shapes.split())
        self._ends, self._valid = support, valid
        self._logpmf, self._pmf = logpmf, pmf
        self._cdf = cdf or (lambda k, *shapes: _summed(logpmf, self._limits(shapes)[0], k, shapes))
        self._sf = sf or (lambda k, *shapes: self._rest(k, shapes))
        self._mean, self._var = mean, var
        self._whole = tuple(whole.split())

    def __repr__(self) -> str:
        return f"tracker.scipy.stats.{self.name}"

    def __call__(self, *args: Any, **kwargs: Any) -> Frozen:
        bind(self.name, self.shapes, args, kwargs, "loc")
        return Frozen(self, args, kwargs)

    def __getattr__(self, name: str) -> Any:
        return undone(self, name, [key for key in vars(type(self)) if not key.startswith("_")])

    def _limits(self, shapes: Any) -> tuple[Any, Any]:
        return self._ends(*data(list(shapes))) if callable(self._ends) else self._ends

    def _rest(self, k: Any, shapes: Any) -> Any:
        """The sum above k where there is a last number, else what the sum up to k leaves."""
        high = self._limits(shapes)[1]
        return _summed(self._logpmf, k + 1, high, shapes) if np.all(np.isfinite(high)) else 1 - self._cdf(k, *shapes)

    def _given(self, k: Any, args: Any, kwargs: Any) -> tuple[Any, list[Any], Any]:
        k, shapes, loc, _ = bind(self.name, self.shapes, args, kwargs, "loc", k)
        valid = self._valid(shapes)
        for name, value in zip(("k", "loc", *self.shapes), (k, loc, *shapes), strict=True):
            if name not in ("k", "loc", *self._whole):
                continue
            if is_tracked(value):
                raise NoRuleError(
                    f"{self!r} is a distribution on whole numbers: there is no derivative by {name}, which is tracked "
                    f"and a whole number. Pass tracker.stop_gradient({name})."
                )
            if name in self._whole:
                valid = valid & (np.floor(value) == value)
        if not is_valid(valid):
            shapes = [voided(s, valid) for s in shapes]
        return k, shapes, loc

    def _at(self, f: Any, k: Any, args: Any, kwargs: Any, ends: tuple[float, float], whole: bool) -> Any:
        k, shapes, loc = self._given(k, args, kwargs)
        k = k - loc
        low, high = self._limits(shapes)
        under, over = k < low, k > high if whole else k >= high
        outside = under | over | (k != k) | (whole & (np.floor(k) != k))
        inner = np.where(outside, np.where(np.isfinite(low), low, 0.0), k if whole else np.floor(k))
        y = f(inner, *shapes)
        y = np.where(under, ends[0], np.where(over, ends[1], np.where(outside, ends[0], y)))
        return np.where(k == k, y, math.nan)[()] + sum((0 * s for s in shapes if np.any(data(s) != data(s))), start=0.0)

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
        y = np.exp(self.logpmf(k, *args, **kwargs))
        if self._pmf is None or np.all(y != 0):
            return y
        return np.where(y == 0, self._at(self._at_ends, k, args, kwargs, (0.0, 0.0), True), y)[()]

    def _at_ends(self, k: Any, *shapes: Any) -> Any:
        """The probability where the last shape is 0 or 1: its logarithm may be -inf there, without a derivative."""
        last = shapes[-1]
        ends = (last == 0) | (last == 1)
        assert self._pmf is not None
        return np.where(ends, self._pmf(k, *shapes[:-1], np.where(ends, last, 1.0)), 0.0)

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

    def mean(self, *args: Any, **kwargs: Any) -> Any:
        """The mean."""
        return self._moment(self._mean, "mean", args, kwargs, 1)

    def var(self, *args: Any, **kwargs: Any) -> Any:
        """The variance."""
        return self._moment(self._var, "variance", args, kwargs, 0)

    def std(self, *args: Any, **kwargs: Any) -> Any:
        """The standard deviation."""
        return np.sqrt(self.var(*args, **kwargs))

    def _moment(self, formula: Any, what: str, args: Any, kwargs: Any, moved: int) -> Any:
        _, shapes, loc = self._given(0.0, args, kwargs)
        if formula is None:
            found = plainly(self, {"variance": "var"}.get(what, what), *args, **kwargs)
            if found is not None:
                return found
            raise NoRuleError(f"{self!r} has no formula for its {what}. Sum k * {self!r}.pmf(k, ...) over k.")
        return formula(*shapes) + moved * loc

    def isf(self, q: Any, *args: Any, **kwargs: Any) -> Any:
        """As `ppf`, of the probability of more."""
        return getattr(scipy.stats, self.name).isf(data(q), *data(args), **data(kwargs))

    def median(self, *args: Any, **kwargs: Any) -> Any:
        """The median, a whole number, SciPy's own."""
        return getattr(scipy.stats, self.name).median(*data(args), **data(kwargs))

    def interval(self, confidence: Any, *args: Any, **kwargs: Any) -> Any:
        """The two quantiles that leave out the same probability on both sides, SciPy's own."""
        return getattr(scipy.stats, self.name).interval(data(confidence), *data(args), **data(kwargs))

    def support(self, *args: Any, **kwargs: Any) -> Any:
        """The lowest and the highest number, SciPy's own."""
        return getattr(scipy.stats, self.name).support(*data(args), **data(kwargs))

    def ppf(self, q: Any, *args: Any, **kwargs: Any) -> Any:
        """The quantile, a whole number: constant in q and in the parameters, SciPy's own."""
        return getattr(scipy.stats, self.name).ppf(data(q), *data(args), **data(kwargs))

    def rvs(self, *args: Any, size: Any = None, random_state: Any = None, **kwargs: Any) -> Any:
        """SciPy's random numbers of constant parameters; those of tracked ones have no derivative and are refused."""
        if any(is_tracked(as_array(a)) for a in (*args, *kwargs.values())):
            raise NoRuleError(
                f"{self!r}.rvs draws whole numbers, which don't move with a tracked parameter. Pass "
                "tracker.stop_gradient of it, and take the derivative of logpmf (the score) instead."
            )
        return getattr(scipy.stats, self.name).rvs(*args, size=size, random_state=random_state, **kwargs)


def _summed(logpmf: Any, first: Any, last: Any, shapes: Any) -> Any:
    """The sum of the probabilities of first, ..., last, entry by entry."""
    first, last, *shapes = np.broadcast_arrays(first, last, *shapes)
    first = data(first)  # with tracked shapes all come out tracked
    span = data(last) - first
    j = np.arange(max(float(np.max(span, initial=0.0)), 0.0) + 1)
    inside = j <= span[..., None]
    k = np.where(inside, first[..., None] + j, first[..., None])
    terms = np.exp(logpmf(k, *[s[..., None] for s in shapes]))
    return np.sum(np.where(inside, terms, 0.0), axis=-1)
