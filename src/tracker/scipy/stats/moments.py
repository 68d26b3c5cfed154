"""Mean, variance and entropy of continuous distributions in standard form, by their shapes.

Formulas are from N. Johnson, S. Kotz and N. Balakrishnan, Continuous Univariate Distributions (1994-95), and, for
entropies, from A. Lazo and P. Rathie, On the entropy of continuous probability distributions, IEEE Transactions on
Information Theory 24 (1978), p. 120; None where none of school level is known.
"""

from __future__ import annotations

import math
from typing import Final

import numpy as np
import scipy.special as sp

import tracker.scipy.stats.moment_formulas as formula
from tracker.scipy.stats.moment_formulas import EULER, PI, Formula, exists_where
from tracker.scipy.stats.pieces import LOG_2, LOG_PI

NORMAL_ENTROPY: Final = 0.5 * math.log(2 * PI * math.e)
_nothing: Final = lambda *_: math.nan
_endless: Final = lambda *_: math.inf


MOMENTS: Final[dict[str, tuple[Formula, Formula, Formula]]] = {
    "alpha": (_endless, _endless, None),
    "anglit": (lambda: 0.0, lambda: PI * PI / 16 - 0.5, lambda: 1 - LOG_2),
    "arcsine": (lambda: 0.5, lambda: 0.125, lambda: math.log(PI / 4)),
    "beta": (lambda a, b: a / (a + b), lambda a, b: a * b / ((a + b) ** 2 * (a + b + 1)), formula.beta_entropy),
    "betaprime": (
        lambda a, b: exists_where(b > 1, lambda: a / (b - 1), math.inf),
        lambda a, b: exists_where(b > 2, lambda: a * (a + b - 1) / ((b - 2) * (b - 1) ** 2), math.inf),
        None,
    ),
    "bradford": (
        lambda c: (c - np.log1p(c)) / (c * np.log1p(c)),
        lambda c: ((c + 2) * np.log1p(c) - 2 * c) / (2 * c * np.log1p(c) ** 2),
        lambda c: 0.5 * np.log1p(c) - np.log(c / np.log1p(c)),
    ),
    "burr": (*formula.of_powers(formula.burr_power), None),
    "burr12": (*formula.of_powers(formula.burr12_power), None),
    "cauchy": (_nothing, _nothing, lambda: math.log(4 * PI)),
    "chi": (
        formula.chi_mean,
        lambda df: df - formula.chi_mean(df) ** 2,
        lambda df: sp.gammaln(0.5 * df) + 0.5 * (df - LOG_2 - (df - 1) * sp.digamma(0.5 * df)),
    ),
    "chi2": (lambda df: df, lambda df: 2 * df, lambda df: formula.gamma_entropy(0.5 * df) + LOG_2),
    "cosine": (lambda: 0.0, lambda: PI * PI / 3 - 2, lambda: math.log(4 * PI) - 1),
    "dgamma": (lambda a: 0 * a, lambda a: a * (a + 1), lambda a: formula.gamma_entropy(a) + LOG_2),
    "dweibull": (
        lambda c: 0 * c,
        lambda c: sp.gamma(1 + 2 / c),
        lambda c: EULER * (1 - 1 / c) - np.log(c) + 1 + LOG_2,
    ),
    "erlang": (lambda a: a, lambda a: a, formula.gamma_entropy),
    "expon": (lambda: 1.0, lambda: 1.0, lambda: 1.0),
    "exponnorm": (lambda K: K, lambda K: 1 + K * K, None),
    "f": (formula.f_mean, formula.f_var, formula.f_entropy),
    "fatiguelife": (lambda c: 1 + 0.5 * c * c, lambda c: c * c * (1 + 1.25 * c * c), None),
    "fisk": (*formula.of_powers(formula.fisk_power), lambda c: 2 - np.log(c)),
    "foldcauchy": (_endless, _endless, None),
    "foldnorm": (formula.foldnorm_mean, lambda c: 1 + c * c - formula.foldnorm_mean(c) ** 2, None),
    "gamma": (lambda a: a, lambda a: a, formula.gamma_entropy),
    "genextreme": (formula.genextreme_mean, formula.genextreme_var, lambda c: EULER * (1 - c) + 1),
    "gengamma": (
        *formula.of_powers(formula.gengamma_power),
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
        formula.genpareto_mean,
        lambda c: exists_where(c < 0.5, lambda: 1 / ((1 - c) ** 2 * (1 - 2 * c)), math.inf),
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
        lambda a: exists_where(a > 1, lambda: 1 / (a - 1), math.inf),
        formula.invgamma_var,
        lambda a: a - (a + 1) * sp.digamma(a) + sp.gammaln(a),
    ),
    "invgauss": (lambda mu: mu, lambda mu: mu**3, None),
    "invweibull": (
        lambda c: exists_where(c > 1, lambda: sp.gamma(1 - 1 / c), math.inf),
        lambda c: exists_where(c > 2, lambda: sp.gamma(1 - 2 / c) - sp.gamma(1 - 1 / c) ** 2, math.inf),
        lambda c: 1 + EULER + EULER / c - np.log(c),
    ),
    "johnsonsu": (formula.johnsonsu_mean, formula.johnsonsu_var, None),
    "laplace": (lambda: 0.0, lambda: 2.0, lambda: LOG_2 + 1),
    "laplace_asymmetric": (lambda k: 1 / k - k, formula.asymmetric_var, lambda k: 1 + np.log(k + 1 / k)),
    "levy": (_endless, _endless, lambda: 0.5 * (1 + 3 * EULER + math.log(16 * PI))),
    "levy_l": (_endless, _endless, lambda: 0.5 * (1 + 3 * EULER + math.log(16 * PI))),
    "loggamma": (
        lambda c: sp.digamma(c),
        lambda c: sp.zeta(2.0, c),
        lambda c: sp.gammaln(c) - c * sp.digamma(c) + c,
    ),
    "logistic": (lambda: 0.0, lambda: PI * PI / 3, lambda: 2.0),
    "loglaplace": (
        lambda c: exists_where(c > 1, lambda: c * c / (c * c - 1), math.inf),
        lambda c: exists_where(c > 2, lambda: c * c / (c * c - 4) - (c * c / (c * c - 1)) ** 2, math.inf),
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
        lambda c: exists_where(c > 1, lambda: 1 / (c - 1), math.inf),
        lambda c: exists_where(c > 2, lambda: c / ((c - 1) ** 2 * (c - 2)), math.inf),
        lambda c: 1 + 1 / c - np.log(c),
    ),
    "maxwell": (lambda: 2 * math.sqrt(2 / PI), lambda: 3 - 8 / PI, lambda: EULER + 0.5 * math.log(2 * PI) - 0.5),
    "moyal": (lambda: EULER + LOG_2, lambda: PI * PI / 2, None),
    "nakagami": (
        lambda nu: np.exp(sp.gammaln(nu + 0.5) - sp.gammaln(nu)) / np.sqrt(nu),
        lambda nu: 1 - np.exp(2 * sp.gammaln(nu + 0.5) - 2 * sp.gammaln(nu)) / nu,
        lambda nu: formula.gamma_entropy(nu) - 0.5 * sp.digamma(nu) - 0.5 * np.log(nu) - LOG_2,
    ),
    "ncf": (
        lambda n, d, nc: exists_where(d > 2, lambda: d * (n + nc) / (n * (d - 2)), math.inf),
        lambda n, d, nc: exists_where(
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
        lambda b: exists_where(b > 1, lambda: b / (b - 1), math.inf),
        lambda b: exists_where(b > 2, lambda: b / ((b - 2) * (b - 1) ** 2), math.inf),
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
        lambda c: LOG_2 + formula.beta_entropy(0.5 * c, 0.5 * c),
    ),
    "rice": (formula.rice_mean, lambda b: 2 + b * b - formula.rice_mean(b) ** 2, None),
    "semicircular": (lambda: 0.0, lambda: 0.25, lambda: LOG_PI - 0.5),
    "skewcauchy": (_nothing, _nothing, None),
    "skewnorm": (formula.skewnorm_mean, lambda a: 1 - formula.skewnorm_mean(a) ** 2, None),
    "t": (
        lambda df: exists_where(df > 1, lambda: 0 * df, math.inf),
        lambda df: np.where(df > 2, df / (df - 2), np.where(df > 1, math.inf, math.nan))[()],
        formula.t_entropy,
    ),
    "trapezoid": (
        *formula.of_powers(formula.trapezoid_power),
        lambda c, d: 0.5 * (1 - d + c) / (1 + d - c) + np.log(0.5 * (1 + d - c)),
    ),
    "triang": (lambda c: (1 + c) / 3, formula.triangle_var, lambda c: 0.5 - LOG_2 + 0 * c),
    "truncexpon": (
        lambda b: 1 - b / np.expm1(b),
        lambda b: 1 - (b / np.expm1(b)) ** 2 * np.exp(b),
        lambda b: np.log(-np.expm1(-b)) + 1 - b / np.expm1(b),
    ),
    "truncpareto": (
        *formula.of_powers(formula.truncated),
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
