"""A distribution of vectors or matrices: SciPy's value and checks, the derivative of a formula."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import Any, final

import numpy as np
import scipy.stats

from tracker import tree
from tracker._arrays.leaf import is_tracked
from tracker._transforms.recording import data
from tracker.errors import NoRuleError
from tracker.scipy.stats.arguments import as_array
from tracker.scipy.stats.frozen import Frozen
from tracker.scipy.stats.of_scipy import of_scipy
from tracker.scipy.stats.undone import undone

Formula = Callable[..., Any]


@final
class Joint:
    """One of scipy.stats' multivariate distributions, with SciPy's signatures; `formulas` by the methods' names.

    `pdf` follows from `logpdf`, `pmf` from `logpmf`. Called with parameters it is frozen. Raises what SciPy raises.

    >>> import numpy as np
    >>> import tracker
    >>> from tracker.scipy.stats import multivariate_normal, wishart
    >>> tracker.gradient(lambda m: multivariate_normal.logpdf(np.ones(2), m, np.eye(2)), np.zeros(2))
    (array([1., 1.]),)
    >>> round(tracker.gradient(lambda df: wishart.logpdf(np.eye(1), df, np.eye(1)), 2.0)[0], 6)
    -0.057966
    """

    def __init__(
        self, name: str, formulas: dict[str, Formula], whole: tuple[str, ...] = (), draw: Formula | None = None
    ) -> None:
        self.name = name
        self._whole, self._draw = whole, draw
        self._formulas = dict(formulas)
        for log, plain in (("logpdf", "pdf"), ("logpmf", "pmf")):
            if log in formulas and plain not in formulas:
                self._formulas[plain] = _exponential(formulas[log])

    def __repr__(self) -> str:
        return f"tracker.scipy.stats.{self.name}"

    def __call__(self, *args: Any, **kwargs: Any) -> Frozen:
        getattr(scipy.stats, self.name)(*data(list(args)), **data(kwargs))  # SciPy's checks
        return Frozen(self, args, kwargs)

    def __getattr__(self, name: str) -> Any:
        formulas: dict[str, Formula] = self.__dict__.get("_formulas", {})
        if name not in formulas:
            return undone(self, name, (*formulas, "rvs"))
        return lambda *args, **kwargs: self._call(name, args, kwargs)

    def _call(self, name: str, args: Any, kwargs: Any) -> Any:
        signature = inspect.signature(self._formulas[name])
        given = signature.bind(*args, **kwargs)
        given.apply_defaults()
        for key in self._whole:
            if key in given.arguments and is_tracked(as_array(given.arguments[key])):
                raise NoRuleError(
                    f"{self!r} is a distribution on whole numbers: there is no derivative by {key}, which is tracked "
                    f"and a whole number. Pass tracker.stop_gradient({key})."
                )
        formula, theirs = self._formulas[name], getattr(getattr(scipy.stats, self.name), name)
        return of_scipy(f"{self!r}.{name}", theirs, formula, *given.args)

    def rvs(self, *args: Any, size: Any = None, random_state: Any = None, **kwargs: Any) -> Any:
        """SciPy's random numbers; those of the normal move with its parameters, others need constant ones.

        >>> import numpy as np
        >>> import tracker
        >>> from tracker.scipy.stats import multivariate_normal
        >>> f = lambda m: np.sum(multivariate_normal.rvs(m, np.eye(2), size=3, random_state=0))
        >>> tracker.gradient(f, np.zeros(2))
        (array([3., 3.]),)
        """
        draw = getattr(scipy.stats, self.name).rvs
        seed = {"random_state": random_state} | ({} if size is None else {"size": size})
        z = draw(*data(list(args)), **data(kwargs), **seed)
        if not any(is_tracked(x) for x in tree.flatten((args, kwargs))[0]):
            return z
        if self._draw is None:
            raise NoRuleError(
                f"{self!r}.rvs has no derivative by its parameters, one of which is tracked. Pass "
                "tracker.stop_gradient of it, and take the derivative of logpdf (the score) instead."
            )
        return self._draw(z, *args, **kwargs)


def _exponential(log: Formula) -> Formula:
    """The density of its logarithm, with the same signature."""

    @functools.wraps(log)
    def density(*values: Any) -> Any:
        return np.exp(log(*values))

    return density
