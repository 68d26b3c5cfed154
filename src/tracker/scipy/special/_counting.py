"""Numbers of choices for real arguments, and the periodic sinc."""

from __future__ import annotations

from typing import Any

import numpy as np
import scipy.special as sp

from tracker._arrays.leaf import is_tracked
from tracker.errors import NoRuleError
from tracker.scipy._derived import derived


def comb(N: Any, k: Any, *, exact: bool = False, repetition: bool = False) -> Any:
    """The number of choices of k among N, as scipy.special.comb; by both, by gamma functions. Broadcast shape.

    >>> import tracker
    >>> round(tracker.gradient(lambda n: comb(n, 2), 4.0)[0], 12)  # of n (n - 1) / 2
    3.5
    """

    def formula(N: Any, k: Any) -> Any:
        n = N + k - 1 if repetition else N
        return np.where((k <= n) & (n >= 0) & (k >= 0), sp.binom(n, k), 0.0)[()]

    theirs = lambda N, k: sp.comb(N, k, exact=exact, repetition=repetition)
    return derived("scipy.special.comb", theirs, formula, N, k)


def perm(N: Any, k: Any, exact: bool = False) -> Any:
    """The number of ordered choices of k among N, as scipy.special.perm; by both. Broadcast shape."""
    formula = lambda N, k: np.where((k <= N) & (N >= 0) & (k >= 0), sp.poch(N - k + 1, k), 0.0)[()]
    return derived("scipy.special.perm", lambda N, k: sp.perm(N, k, exact=exact), formula, N, k)


def factorial(n: Any, exact: bool = False, extend: str = "zero") -> Any:
    """The factorial of real n, as scipy.special.factorial; same shape.

    >>> import tracker
    >>> tracker.gradient(factorial, 2.0)[0] == 2 * sp.digamma(3.0)
    np.True_
    """

    def formula(n: Any) -> Any:
        return sp.gamma(n + 1) if extend == "complex" else np.where(n >= 0, sp.gamma(n + 1), 0.0)[()]

    options = {} if extend == "zero" else {"extend": extend}  # SciPy before 1.15 does not know it
    return derived("scipy.special.factorial", lambda n: sp.factorial(n, exact, **options), formula, n)


def diric(x: Any, n: Any) -> Any:
    """The periodic sinc sin(n x / 2) / (n sin(x / 2)) of a whole constant n, as scipy.special.diric; shape of x.

    >>> import tracker
    >>> tracker.gradient(lambda x: diric(x, 3), 0.5)[0] == -2 / 3 * np.sin(0.5)
    np.True_
    """
    if is_tracked(n) or np.ndim(n):
        raise NoRuleError("scipy.special.diric has a derivative rule for one whole number n, a constant.")

    def formula(x: Any) -> Any:
        """As a sum of cosines, which has no quotient."""
        return sum(np.cos((j - 0.5 * (n - 1)) * x) for j in range(int(n))) / n

    return derived("scipy.special.diric", lambda x: sp.diric(x, n), formula, x)
