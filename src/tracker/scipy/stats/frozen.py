"""A distribution with its parameters."""

from __future__ import annotations

from typing import Any, final

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
        method = getattr(self.dist, name)
        if name in _OF_VALUES:
            return lambda *x: method(*x, *self.args, **self.kwds)
        if name in _OF_NOTHING:
            return lambda: method(*self.args, **self.kwds)
        raise AttributeError(f"{self.dist!r}(...) has no {name!r}; it has {', '.join((*_OF_VALUES, *_OF_NOTHING))}.")

    def rvs(self, size: Any = None, random_state: Any = None) -> Any:
        """Random numbers: see the distribution's `rvs`."""
        return self.dist.rvs(*self.args, size=size, random_state=random_state, **self.kwds)
