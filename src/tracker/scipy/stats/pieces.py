"""Functions that several densities are made of, without cancellation where a shape is near zero."""

from __future__ import annotations

import math
from typing import Any, Final

import numpy as np
import scipy.special as sp

from tracker.scipy.stats.tails import log1mexp

LOG_2: Final = math.log(2)
LOG_PI: Final = math.log(math.pi)
LOG_ROOT_2PI: Final = 0.5 * math.log(2 * math.pi)
INF: Final = math.inf
LINE: Final = (-INF, INF)
HALF: Final = (0.0, INF)
NEGATIVE: Final = (-INF, 0.0)


def log_normal(z: Any) -> Any:
    """The logarithm of the standard normal density."""
    return -0.5 * z * z - LOG_ROOT_2PI


def log1p_over(c: Any, x: Any) -> Any:
    """log(1 + c x) / c, which is x for c = 0: x 2F1(1, 1; 2; -c x), DLMF 15.4.1."""
    z = c * x
    near = np.abs(z) < 0.1
    if np.all(near):
        return x * sp.hyp2f1(1.0, 1.0, 2.0, -z)
    far = np.log1p(np.where(near, 1.0, z)) / np.where(near, 1.0, c)
    return np.where(near, x * sp.hyp2f1(1.0, 1.0, 2.0, -np.where(near, z, 0.0)), far)[()]


def expm1_over(c: Any, y: Any) -> Any:
    """(exp(c y) - 1) / c, which is y for c = 0."""
    return y * sp.exprel(c * y)


def log_between(low: Any, high: Any) -> Any:
    """log(Phi(high) - Phi(low)) for low < high, in the tail where both are small."""
    upper = low > 0
    a, b = np.where(upper, -high, low), np.where(upper, -low, high)
    return sp.log_ndtr(b) + log1mexp(sp.log_ndtr(a) - sp.log_ndtr(b))


def times(a: Any, y: Any) -> Any:
    """a y; zero for a = 0 also where y is infinite."""
    lost = np.isinf(y) & (a == 0)
    return np.where(lost, 0.0, a * np.where(lost, 1.0, y))[()] if np.any(lost) else a * y


def log_i0e(x: Any) -> Any:
    """log(exp(-x) I0(x)) for x >= 0; its slope at 0 is that from the right, -1, though i0e(x) is even."""
    return np.log(sp.i0e(x)) - (x - np.abs(x))


def choose(condition: Any, f: Any, g: Any, x: Any, safe_f: float, safe_g: float) -> Any:
    """f(x) where the condition holds, g(x) elsewhere; each is evaluated at a safe x where it is not taken."""
    return np.where(condition, f(np.where(condition, x, safe_f)), g(np.where(condition, safe_g, x)))[()]
