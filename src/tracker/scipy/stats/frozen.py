"""A distribution with its parameters."""

from __future__ import annotations

from typing import Any, final

from tracker.scipy.stats.undone import undone

_OF_VALUES = ("logpdf", "pdf", "logpmf", "pmf", "cdf", "sf", "logcdf", "logsf", "ppf", "isf", "interval")
_OF_NOTHING = ("mean", "var", "std", "entropy", "median", "support", "cov")


@final
class Frozen:
    """`norm(loc, scale)`: the methods of the distribution without its parameters.

    >>> import tracker
    >>> from tracker.scipy.stats import norm
    >>> tracker.gradient(lambda scale: norm(0.0, scale).logpdf(1.0), 2.0)
    (-0.375,)
    """

    def __init__(self, dist: Any, args: tuple[Any, ...], kwds: dict[str, Any]) -> None:
        self.dist, self.args, self.kwds = dist, args, kwds

    def __repr__(self) -> str:
        given = [repr(a) for a in self.args] + [f"{key}={value!r}" for key, value in self.kwds.items()]
        return f"{self.dist!r}({', '.join(given)})"

    def __getattr__(self, name: str) -> Any:
        known = hasattr(type(self.dist), name) or name in getattr(self.dist, "_formulas", ())
        if not known or name not in _OF_VALUES + _OF_NOTHING:
            return undone(self.dist, name, (*_OF_VALUES, *_OF_NOTHING), (self.args, self.kwds))
        method = getattr(self.dist, name)
        if name in _OF_VALUES:
            return lambda *x: method(*x, *self.args, **self.kwds)
        return lambda: method(*self.args, **self.kwds)

    def rvs(self, size: Any = None, random_state: Any = None) -> Any:
        """Random numbers: see the distribution's `rvs`."""
        return self.dist.rvs(*self.args, size=size, random_state=random_state, **self.kwds)
