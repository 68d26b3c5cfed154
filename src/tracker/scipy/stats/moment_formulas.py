"""Formulas of means, variances and entropies that take more than a line of the table in `moments`."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, Final

import numpy as np
import scipy.special as sp

Formula = Callable[..., Any] | None

PI: Final = math.pi
EULER: Final = 0.57721566490153286061
ZETA_3: Final = float(sp.zeta(3.0))


def exists_where(condition: Any, f: Callable[[], Any], otherwise: float) -> Any:
    """`f()` where the condition holds, else `otherwise`."""
    return np.where(condition, f(), otherwise)[()]


def gamma_entropy(a: Any) -> Any:
    return a + sp.gammaln(a) + (1 - a) * sp.digamma(a)


def beta_entropy(a: Any, b: Any) -> Any:
    total = a + b
    return sp.betaln(a, b) - (a - 1) * sp.digamma(a) - (b - 1) * sp.digamma(b) + (total - 2) * sp.digamma(total)


def chi_mean(df: Any) -> Any:
    return math.sqrt(2) * np.exp(sp.gammaln(0.5 * (df + 1)) - sp.gammaln(0.5 * df))


def of_powers(k: Callable[..., Any]) -> tuple[Formula, Formula]:
    """Mean and variance from the raw moments k(n, *shapes)."""
    return lambda *s: k(1, *s), lambda *s: k(2, *s) - k(1, *s) ** 2


def invgamma_var(a: Any) -> Any:
    return exists_where(a > 2, lambda: 1 / ((a - 1) ** 2 * (a - 2)), math.inf)


def f_mean(n: Any, d: Any) -> Any:
    return exists_where(d > 2, lambda: d / (d - 2) + 0 * n, math.inf)


def f_var(n: Any, d: Any) -> Any:
    return exists_where(d > 4, lambda: 2 * d * d * (n + d - 2) / (n * (d - 2) ** 2 * (d - 4)), math.inf)


def f_entropy(n: Any, d: Any) -> Any:
    a, b = 0.5 * n, 0.5 * d
    return (
        np.log(d) - np.log(n) + sp.betaln(a, b) + (1 - a) * sp.digamma(a) - (1 + b) * sp.digamma(b)
        + (a + b) * sp.digamma(a + b)
    )  # fmt: skip


def t_entropy(df: Any) -> Any:
    half, up = 0.5 * df, 0.5 * (df + 1)
    return up * (sp.digamma(up) - sp.digamma(half)) + 0.5 * np.log(df) + sp.betaln(half, 0.5)


def fisk_power(k: int, c: Any) -> Any:
    return exists_where(c > k, lambda: (k * PI / c) / np.sin(k * PI / np.where(c > k, c, k + 1.0)), math.inf)


def burr_power(k: int, c: Any, d: Any) -> Any:
    return exists_where(c > k, lambda: d * sp.beta(1 - k / c, d + k / c), math.nan)


def burr12_power(k: int, c: Any, d: Any) -> Any:
    return exists_where(c * d > k, lambda: d * sp.beta(1 + k / c, d - k / c), math.nan)


def genextreme_mean(c: Any) -> Any:
    """(1 - Gamma(1 + c)) / c; by its power series at c = 0, DLMF 5.7.3."""
    zero = c == 0
    d = np.where(zero, 1.0, c)
    first, second = EULER**2 / 2 + PI**2 / 12, EULER**3 / 6 + EULER * PI**2 / 12 + ZETA_3 / 3
    y = np.where(zero, EULER - c * first + c * c * second, (1 - sp.gamma(1 + d)) / d)
    return np.where(c > -1, y, math.inf)[()]


def genextreme_var(c: Any) -> Any:
    """(Gamma(1 + 2 c) - Gamma(1 + c)^2) / c^2; by its power series at c = 0, DLMF 5.7.3."""
    zero = c == 0
    d = np.where(zero, 1.0, c)
    z2, z4 = PI**2 / 6, PI**4 / 90
    first = 2 * (ZETA_3 + EULER * z2)
    second = 3.5 * z4 + 1.5 * z2 * z2 + 4 * EULER * ZETA_3 + 2 * EULER**2 * z2
    y = np.where(zero, z2 - c * first + c * c * second, (sp.gamma(1 + 2 * d) - sp.gamma(1 + d) ** 2) / (d * d))
    return np.where(c > -0.5, y, math.inf)[()]


def genpareto_mean(c: Any) -> Any:
    return exists_where(c < 1, lambda: 1 / (1 - c), math.inf)


def triangle_var(c: Any) -> Any:
    return (1 - c + c * c) / 18


def truncated(k: int, b: Any, c: Any) -> Any:
    """The k-th moment of truncpareto."""
    return b / (b - k) * np.expm1((k - b) * np.log(c)) / np.expm1(-b * np.log(c))


def skewnorm_mean(a: Any) -> Any:
    return math.sqrt(2 / PI) * a / np.sqrt(1 + a * a)


def johnsonsu_mean(a: Any, b: Any) -> Any:
    return -np.exp(0.5 / (b * b)) * np.sinh(a / b)


def johnsonsu_var(a: Any, b: Any) -> Any:
    e = np.exp(1 / (b * b))
    return 0.5 * np.expm1(1 / (b * b)) * (e * np.cosh(2 * a / b) + 1)


def rice_mean(b: Any) -> Any:
    """sqrt(pi/2) L_(1/2)(-b^2 / 2), with Bessel functions scaled by the exponential."""
    x = 0.25 * b * b
    return math.sqrt(PI / 2) * ((1 + 2 * x) * sp.i0e(x) + 2 * x * sp.i1e(x))


def foldnorm_mean(c: Any) -> Any:
    return math.sqrt(2 / PI) * np.exp(-0.5 * c * c) + c * sp.erf(c / math.sqrt(2))


def asymmetric_var(k: Any) -> Any:
    return 1 / (k * k) + k * k


def gengamma_power(n: int, a: Any, c: Any) -> Any:
    return np.exp(sp.gammaln(a + n / c) - sp.gammaln(a))


def trapezoid_power(n: int, c: Any, d: Any) -> Any:
    """The integral of x^n times the density, by its three pieces."""
    return 2 / (1 + d - c) * (_polynomial(n + 1, d) - c ** (n + 1)) / ((n + 1) * (n + 2))


def _polynomial(n: int, d: Any) -> Any:
    """(1 - d^(n+1)) / (1 - d) without the division."""
    return sum((d**k for k in range(1, n + 1)), start=1.0)
