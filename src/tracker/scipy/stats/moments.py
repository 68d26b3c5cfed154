"""Mean, variance and entropy of continuous distributions in standard form, by their shapes.

Formulas are from N. Johnson, S. Kotz and N. Balakrishnan, Continuous Univariate Distributions (1994-95), and, for
entropies, from A. Lazo and P. Rathie, On the entropy of continuous probability distributions, IEEE Transactions on
Information Theory 24 (1978), p. 120; None where none of school level is known.
"""

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
LOG_2: Final = math.log(2)
LOG_PI: Final = math.log(PI)
NORMAL_ENTROPY: Final = 0.5 * math.log(2 * PI * math.e)
_nothing: Final = lambda *_: math.nan
_endless: Final = lambda *_: math.inf


def _where(condition: Any, f: Callable[[], Any], otherwise: float) -> Any:
    return np.where(condition, f(), otherwise)[()]


def _gamma_entropy(a: Any) -> Any:
    return a + sp.gammaln(a) + (1 - a) * sp.digamma(a)


def _beta_entropy(a: Any, b: Any) -> Any:
    total = a + b
    return sp.betaln(a, b) - (a - 1) * sp.digamma(a) - (b - 1) * sp.digamma(b) + (total - 2) * sp.digamma(total)


def _chi_mean(df: Any) -> Any:
    return math.sqrt(2) * np.exp(sp.gammaln(0.5 * (df + 1)) - sp.gammaln(0.5 * df))


def _of_powers(k: Callable[..., Any]) -> tuple[Formula, Formula]:
    """Mean and variance from the raw moments k(n, *shapes)."""
    return lambda *s: k(1, *s), lambda *s: k(2, *s) - k(1, *s) ** 2


def _invgamma_var(a: Any) -> Any:
    return _where(a > 2, lambda: 1 / ((a - 1) ** 2 * (a - 2)), math.inf)


def _f_mean(n: Any, d: Any) -> Any:
    return _where(d > 2, lambda: d / (d - 2) + 0 * n, math.inf)


def _f_var(n: Any, d: Any) -> Any:
    return _where(d > 4, lambda: 2 * d * d * (n + d - 2) / (n * (d - 2) ** 2 * (d - 4)), math.inf)


def _f_entropy(n: Any, d: Any) -> Any:
    a, b = 0.5 * n, 0.5 * d
    return (
        np.log(d) - np.log(n) + sp.betaln(a, b) + (1 - a) * sp.digamma(a) - (1 + b) * sp.digamma(b)
        + (a + b) * sp.digamma(a + b)
    )  # fmt: skip


def _t_entropy(df: Any) -> Any:
    half, up = 0.5 * df, 0.5 * (df + 1)
    return up * (sp.digamma(up) - sp.digamma(half)) + 0.5 * np.log(df) + sp.betaln(half, 0.5)


def _fisk_power(k: int, c: Any) -> Any:
    return _where(c > k, lambda: (k * PI / c) / np.sin(k * PI / np.where(c > k, c, k + 1.0)), math.inf)


def _burr_power(k: int, c: Any, d: Any) -> Any:
    return _where(c > k, lambda: d * sp.beta(1 - k / c, d + k / c), math.nan)


def _burr12_power(k: int, c: Any, d: Any) -> Any:
    return _where(c * d > k, lambda: d * sp.beta(1 + k / c, d - k / c), math.nan)


def _genextreme_mean(c: Any) -> Any:
    """(1 - Gamma(1 + c)) / c; by its power series at c = 0, DLMF 5.7.3."""
    zero = c == 0
    d = np.where(zero, 1.0, c)
    first, second = EULER**2 / 2 + PI**2 / 12, EULER**3 / 6 + EULER * PI**2 / 12 + ZETA_3 / 3
    y = np.where(zero, EULER - c * first + c * c * second, (1 - sp.gamma(1 + d)) / d)
    return np.where(c > -1, y, math.inf)[()]


def _genextreme_var(c: Any) -> Any:
    """(Gamma(1 + 2 c) - Gamma(1 + c)^2) / c^2; by its power series at c = 0, DLMF 5.7.3."""
    zero = c == 0
    d = np.where(zero, 1.0, c)
    z2, z4 = PI**2 / 6, PI**4 / 90
    first = 2 * (ZETA_3 + EULER * z2)
    second = 3.5 * z4 + 1.5 * z2 * z2 + 4 * EULER * ZETA_3 + 2 * EULER**2 * z2
    y = np.where(zero, z2 - c * first + c * c * second, (sp.gamma(1 + 2 * d) - sp.gamma(1 + d) ** 2) / (d * d))
    return np.where(c > -0.5, y, math.inf)[()]


def _genpareto_mean(c: Any) -> Any:
    return _where(c < 1, lambda: 1 / (1 - c), math.inf)


def _triangle_var(c: Any) -> Any:
    return (1 - c + c * c) / 18


def _truncated(k: int, b: Any, c: Any) -> Any:
    """The k-th moment of truncpareto."""
    return b / (b - k) * np.expm1((k - b) * np.log(c)) / np.expm1(-b * np.log(c))


def _skewnorm_mean(a: Any) -> Any:
    return math.sqrt(2 / PI) * a / np.sqrt(1 + a * a)


def _johnsonsu_mean(a: Any, b: Any) -> Any:
    return -np.exp(0.5 / (b * b)) * np.sinh(a / b)


def _johnsonsu_var(a: Any, b: Any) -> Any:
    e = np.exp(1 / (b * b))
    return 0.5 * np.expm1(1 / (b * b)) * (e * np.cosh(2 * a / b) + 1)


def _rice_mean(b: Any) -> Any:
    """sqrt(pi/2) L_(1/2)(-b^2 / 2), with Bessel functions scaled by the exponential."""
    x = 0.25 * b * b
    return math.sqrt(PI / 2) * ((1 + 2 * x) * sp.i0e(x) + 2 * x * sp.i1e(x))


def _foldnorm_mean(c: Any) -> Any:
    return math.sqrt(2 / PI) * np.exp(-0.5 * c * c) + c * sp.erf(c / math.sqrt(2))


def _asymmetric_var(k: Any) -> Any:
    return 1 / (k * k) + k * k


def _gengamma_power(n: int, a: Any, c: Any) -> Any:
    return np.exp(sp.gammaln(a + n / c) - sp.gammaln(a))


def _trapezoid_power(n: int, c: Any, d: Any) -> Any:
    """The integral of x^n times the density, by its three pieces."""
    return 2 / (1 + d - c) * (_polynomial(n + 1, d) - c ** (n + 1)) / ((n + 1) * (n + 2))


def _polynomial(n: int, d: Any) -> Any:
    """(1 - d^(n+1)) / (1 - d) without the division."""
    return sum((d**k for k in range(1, n + 1)), start=1.0)


MOMENTS: Final[dict[str, tuple[Formula, Formula, Formula]]] = {
    "alpha": (_endless, _endless, None),
    "anglit": (lambda: 0.0, lambda: PI * PI / 16 - 0.5, lambda: 1 - LOG_2),
    "arcsine": (lambda: 0.5, lambda: 0.125, lambda: math.log(PI / 4)),
    "beta": (lambda a, b: a / (a + b), lambda a, b: a * b / ((a + b) ** 2 * (a + b + 1)), _beta_entropy),
    "betaprime": (
        lambda a, b: _where(b > 1, lambda: a / (b - 1), math.inf),
        lambda a, b: _where(b > 2, lambda: a * (a + b - 1) / ((b - 2) * (b - 1) ** 2), math.inf),
        None,
    ),
    "bradford": (
        lambda c: (c - np.log1p(c)) / (c * np.log1p(c)),
        lambda c: ((c + 2) * np.log1p(c) - 2 * c) / (2 * c * np.log1p(c) ** 2),
        lambda c: 0.5 * np.log1p(c) - np.log(c / np.log1p(c)),
    ),
    "burr": (*_of_powers(_burr_power), None),
    "burr12": (*_of_powers(_burr12_power), None),
    "cauchy": (_nothing, _nothing, lambda: math.log(4 * PI)),
    "chi": (
        _chi_mean,
        lambda df: df - _chi_mean(df) ** 2,
        lambda df: sp.gammaln(0.5 * df) + 0.5 * (df - LOG_2 - (df - 1) * sp.digamma(0.5 * df)),
    ),
    "chi2": (lambda df: df, lambda df: 2 * df, lambda df: _gamma_entropy(0.5 * df) + LOG_2),
    "cosine": (lambda: 0.0, lambda: PI * PI / 3 - 2, lambda: math.log(4 * PI) - 1),
    "dgamma": (lambda a: 0 * a, lambda a: a * (a + 1), lambda a: _gamma_entropy(a) + LOG_2),
    "dweibull": (
        lambda c: 0 * c,
        lambda c: sp.gamma(1 + 2 / c),
        lambda c: EULER * (1 - 1 / c) - np.log(c) + 1 + LOG_2,
    ),
    "erlang": (lambda a: a, lambda a: a, _gamma_entropy),
    "expon": (lambda: 1.0, lambda: 1.0, lambda: 1.0),
    "exponnorm": (lambda K: K, lambda K: 1 + K * K, None),
    "f": (_f_mean, _f_var, _f_entropy),
    "fatiguelife": (lambda c: 1 + 0.5 * c * c, lambda c: c * c * (1 + 1.25 * c * c), None),
    "fisk": (*_of_powers(_fisk_power), lambda c: 2 - np.log(c)),
    "foldcauchy": (_endless, _endless, None),
    "foldnorm": (_foldnorm_mean, lambda c: 1 + c * c - _foldnorm_mean(c) ** 2, None),
    "gamma": (lambda a: a, lambda a: a, _gamma_entropy),
    "genextreme": (_genextreme_mean, _genextreme_var, lambda c: EULER * (1 - c) + 1),
    "gengamma": (
        *_of_powers(_gengamma_power),
        lambda a, c: sp.digamma(a) * (1 / c - a) + a + sp.gammaln(a) - np.log(np.abs(c)),
    ),
    "genhalflogistic": (None, None, lambda c: 2 - (2 * c + 1) * LOG_2),
    "genlogistic": (
        lambda c: EULER + sp.digamma(c),
        lambda c: PI * PI / 6 + sp.zeta(2.0, c),
        lambda c: -np.log(c) + sp.digamma(c + 1) + EULER + 1,
    ),
    "gennorm": (
        lambda b: 0 * b,
        lambda b: np.exp(sp.gammaln(3 / b) - sp.gammaln(1 / b)),
        lambda b: 1 / b - np.log(0.5 * b) + sp.gammaln(1 / b),
    ),
    "genpareto": (
        _genpareto_mean,
        lambda c: _where(c < 0.5, lambda: 1 / ((1 - c) ** 2 * (1 - 2 * c)), math.inf),
        lambda c: 1 + c,
    ),
    "gibrat": (
        lambda: math.exp(0.5),
        lambda: math.e * (math.e - 1),
        lambda: NORMAL_ENTROPY,
    ),
    "gompertz": (None, None, lambda c: 1 - np.log(c) - sp.exp1(c) * np.exp(c)),
    "gumbel_l": (lambda: -EULER, lambda: PI * PI / 6, lambda: EULER + 1),
    "gumbel_r": (lambda: EULER, lambda: PI * PI / 6, lambda: EULER + 1),
    "halfcauchy": (_endless, _endless, lambda: math.log(2 * PI)),
    "halfgennorm": (
        lambda b: np.exp(sp.gammaln(2 / b) - sp.gammaln(1 / b)),
        lambda b: np.exp(sp.gammaln(3 / b) - sp.gammaln(1 / b)) - np.exp(2 * sp.gammaln(2 / b) - 2 * sp.gammaln(1 / b)),
        lambda b: 1 / b - np.log(b) + sp.gammaln(1 / b),
    ),
    "halflogistic": (lambda: 2 * LOG_2, lambda: PI * PI / 3 - 4 * LOG_2**2, lambda: 2 - LOG_2),
    "halfnorm": (lambda: math.sqrt(2 / PI), lambda: 1 - 2 / PI, lambda: NORMAL_ENTROPY - LOG_2),
    "hypsecant": (lambda: 0.0, lambda: PI * PI / 4, lambda: math.log(2 * PI)),
    "invgamma": (
        lambda a: _where(a > 1, lambda: 1 / (a - 1), math.inf),
        _invgamma_var,
        lambda a: a - (a + 1) * sp.digamma(a) + sp.gammaln(a),
    ),
    "invgauss": (lambda mu: mu, lambda mu: mu**3, None),
    "invweibull": (
        lambda c: _where(c > 1, lambda: sp.gamma(1 - 1 / c), math.inf),
        lambda c: _where(c > 2, lambda: sp.gamma(1 - 2 / c) - sp.gamma(1 - 1 / c) ** 2, math.inf),
        lambda c: 1 + EULER + EULER / c - np.log(c),
    ),
    "johnsonsu": (_johnsonsu_mean, _johnsonsu_var, None),
    "laplace": (lambda: 0.0, lambda: 2.0, lambda: LOG_2 + 1),
    "laplace_asymmetric": (lambda k: 1 / k - k, _asymmetric_var, lambda k: 1 + np.log(k + 1 / k)),
    "levy": (_endless, _endless, lambda: 0.5 * (1 + 3 * EULER + math.log(16 * PI))),
    "levy_l": (_endless, _endless, lambda: 0.5 * (1 + 3 * EULER + math.log(16 * PI))),
    "loggamma": (
        lambda c: sp.digamma(c),
        lambda c: sp.zeta(2.0, c),
        lambda c: sp.gammaln(c) - c * sp.digamma(c) + c,
    ),
    "logistic": (lambda: 0.0, lambda: PI * PI / 3, lambda: 2.0),
    "loglaplace": (
        lambda c: _where(c > 1, lambda: c * c / (c * c - 1), math.inf),
        lambda c: _where(c > 2, lambda: c * c / (c * c - 4) - (c * c / (c * c - 1)) ** 2, math.inf),
        lambda c: np.log(2 / c) + 1,
    ),
    "lognorm": (
        lambda s: np.exp(0.5 * s * s),
        lambda s: np.exp(s * s) * np.expm1(s * s),
        lambda s: NORMAL_ENTROPY + np.log(s),
    ),
    "loguniform": (
        lambda a, b: (b - a) / np.log(b / a),
        lambda a, b: (b * b - a * a) / (2 * np.log(b / a)) - ((b - a) / np.log(b / a)) ** 2,
        lambda a, b: 0.5 * np.log(a * b) + np.log(np.log(b / a)),
    ),
    "lomax": (
        lambda c: _where(c > 1, lambda: 1 / (c - 1), math.inf),
        lambda c: _where(c > 2, lambda: c / ((c - 1) ** 2 * (c - 2)), math.inf),
        lambda c: 1 + 1 / c - np.log(c),
    ),
    "maxwell": (lambda: 2 * math.sqrt(2 / PI), lambda: 3 - 8 / PI, lambda: EULER + 0.5 * math.log(2 * PI) - 0.5),
    "moyal": (lambda: EULER + LOG_2, lambda: PI * PI / 2, None),
    "nakagami": (
        lambda nu: np.exp(sp.gammaln(nu + 0.5) - sp.gammaln(nu)) / np.sqrt(nu),
        lambda nu: 1 - np.exp(2 * sp.gammaln(nu + 0.5) - 2 * sp.gammaln(nu)) / nu,
        lambda nu: _gamma_entropy(nu) - 0.5 * sp.digamma(nu) - 0.5 * np.log(nu) - LOG_2,
    ),
    "ncf": (
        lambda n, d, nc: _where(d > 2, lambda: d * (n + nc) / (n * (d - 2)), math.inf),
        lambda n, d, nc: _where(
            d > 4,
            lambda: 2 * (d / n) ** 2 * ((n + nc) ** 2 + (n + 2 * nc) * (d - 2)) / ((d - 2) ** 2 * (d - 4)),
            math.inf,
        ),
        None,
    ),
    "ncx2": (lambda df, nc: df + nc, lambda df, nc: 2 * (df + 2 * nc), None),
    "norm": (lambda: 0.0, lambda: 1.0, lambda: NORMAL_ENTROPY),
    "norminvgauss": (
        lambda a, b: b / np.sqrt(a * a - b * b),
        lambda a, b: a * a / (a * a - b * b) ** 1.5,
        None,
    ),
    "pareto": (
        lambda b: _where(b > 1, lambda: b / (b - 1), math.inf),
        lambda b: _where(b > 2, lambda: b / ((b - 2) * (b - 1) ** 2), math.inf),
        lambda b: 1 + 1 / b - np.log(b),
    ),
    "pearson3": (lambda skew: 0 * skew, lambda skew: 1 + 0 * skew, None),
    "powerlaw": (
        lambda a: a / (a + 1),
        lambda a: a / ((a + 2) * (a + 1) ** 2),
        lambda a: 1 - 1 / a - np.log(a),
    ),
    "rayleigh": (lambda: math.sqrt(PI / 2), lambda: 2 - PI / 2, lambda: 1 + 0.5 * EULER - 0.5 * LOG_2),
    "rdist": (
        lambda c: 0 * c,
        lambda c: 1 / (c + 1),
        lambda c: LOG_2 + _beta_entropy(0.5 * c, 0.5 * c),
    ),
    "rice": (_rice_mean, lambda b: 2 + b * b - _rice_mean(b) ** 2, None),
    "semicircular": (lambda: 0.0, lambda: 0.25, lambda: LOG_PI - 0.5),
    "skewcauchy": (_nothing, _nothing, None),
    "skewnorm": (_skewnorm_mean, lambda a: 1 - _skewnorm_mean(a) ** 2, None),
    "t": (
        lambda df: _where(df > 1, lambda: 0 * df, math.inf),
        lambda df: np.where(df > 2, df / (df - 2), np.where(df > 1, math.inf, math.nan))[()],
        _t_entropy,
    ),
    "trapezoid": (
        *_of_powers(_trapezoid_power),
        lambda c, d: 0.5 * (1 - d + c) / (1 + d - c) + np.log(0.5 * (1 + d - c)),
    ),
    "triang": (lambda c: (1 + c) / 3, _triangle_var, lambda c: 0.5 - LOG_2 + 0 * c),
    "truncexpon": (
        lambda b: 1 - b / np.expm1(b),
        lambda b: 1 - (b / np.expm1(b)) ** 2 * np.exp(b),
        lambda b: np.log(-np.expm1(-b)) + 1 - b / np.expm1(b),
    ),
    "truncpareto": (
        *_of_powers(_truncated),
        None,
    ),
    "uniform": (lambda: 0.5, lambda: 1 / 12, lambda: 0.0),
    "vonmises": (None, None, lambda k: math.log(2 * PI) + np.log(sp.i0e(k)) + k * (1 - sp.i1e(k) / sp.i0e(k))),
    "vonmises_line": (
        lambda k: 0 * k, None, lambda k: math.log(2 * PI) + np.log(sp.i0e(k)) + k * (1 - sp.i1e(k) / sp.i0e(k))
    ),
    "wald": (lambda: 1.0, lambda: 1.0, None),
    "weibull_max": (
        lambda c: -sp.gamma(1 + 1 / c),
        lambda c: sp.gamma(1 + 2 / c) - sp.gamma(1 + 1 / c) ** 2,
        lambda c: EULER * (1 - 1 / c) - np.log(c) + 1,
    ),
    "weibull_min": (
        lambda c: sp.gamma(1 + 1 / c),
        lambda c: sp.gamma(1 + 2 / c) - sp.gamma(1 + 1 / c) ** 2,
        lambda c: EULER * (1 - 1 / c) - np.log(c) + 1,
    ),
    "wrapcauchy": (None, None, lambda c: np.log(2 * PI * (1 - c * c))),
}  # fmt: skip
MOMENTS["reciprocal"] = MOMENTS["loguniform"]
