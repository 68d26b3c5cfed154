"""Noncentral chi-square, F and t: Poisson means of central ones (Poisson probabilities are gamma densities).

N. Johnson, S. Kotz and N. Balakrishnan, Continuous Univariate Distributions 2 (1995), chapters 29 to 31. With shift
parameter nc the weights are a Poisson distribution's of mean m = nc / 2; their derivative by m shifts them by one. All
is plain NumPy, so higher derivatives follow.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, Final

import numpy as np
import scipy.special as sp

from tracker._rules.special.gamma import beta_by_b, beta_density, gamma_density
from tracker._rules.special.orders import beta_by_a, gamma_by_order
from tracker._rules.special.table import partials

Term = Callable[..., Any]


def counts(m: Any, reach: Any) -> Any:
    """0, 1, ... beyond where a Poisson mean of m or of `reach` has its largest terms: (n,)."""
    peak = 1.0
    largest = 1e7  # beyond it, infinities included, nothing is summed
    while np.any(((m > peak) & (m < largest)) | ((reach > peak) & (reach < largest))):  # plain, also for tracked m
        peak *= 1.2
    n = int(peak + 11 * math.sqrt(peak) + 40)
    return np.cumsum(np.ones_like(m + 0.0, shape=(n,))) - 1  # an array of the kind of m


def _columns(*xs: Any) -> Any:
    return [np.expand_dims(x, -1) for x in np.broadcast_arrays(*xs)]


def _mean(term: Term, m: Any, reach: Any, *args: Any) -> Any:
    """The Poisson mean of term(j, *args)."""
    j = counts(m, reach)
    m, *args = _columns(m, *args)
    return np.sum(gamma_density(j + 1, m) * term(j, *args), axis=-1)


def _by_mean(term: Term, m: Any, reach: Any, *args: Any) -> Any:
    """Its derivative by m: the mean of the differences term(j + 1) - term(j)."""
    return _mean(lambda j, *xs: term(j + 1, *xs) - term(j, *xs), m, reach, *args)


# Chi-square: chndtr(x, df, nc), the mean of P(df/2 + j, x/2)


def _chi(term: Term) -> Term:
    return lambda x, df, nc: _mean(term, 0.5 * nc, 0.5 * np.sqrt(np.abs(nc * x)), x, df)


chi_square_cdf: Final[Term] = _chi(lambda j, x, df: sp.gammainc(0.5 * df + j, 0.5 * x))
chi_square_sf: Final[Term] = _chi(lambda j, x, df: sp.gammaincc(0.5 * df + j, 0.5 * x))
CHI_SQUARE: Final[tuple[Term, ...]] = (
    _chi(lambda j, x, df: 0.5 * gamma_density(0.5 * df + j, 0.5 * x)),
    _chi(lambda j, x, df: 0.5 * gamma_by_order(0.5 * df + j, 0.5 * x)),
    lambda x, df, nc: 0.5 * (sp.chndtr(x, df + 2, nc) - sp.chndtr(x, df, nc)),
)
partials(
    sp.chndtr,
    lambda y, x, df, nc: CHI_SQUARE[0](x, df, nc),
    lambda y, x, df, nc: CHI_SQUARE[1](x, df, nc),
    lambda y, x, df, nc: CHI_SQUARE[2](x, df, nc),
)

# F: ncfdtr(dfn, dfd, nc, f), the mean of I_u(dfn/2 + j, dfd/2), u = dfn f / (dfn f + dfd)


def _share(n: Any, d: Any, f: Any) -> tuple[Any, Any]:
    total = n * f + d
    return n * f / total, d / total


def _f_mean(term: Term) -> Term:
    def mean(n: Any, d: Any, nc: Any, f: Any) -> Any:
        u, v = _share(n, d, f)
        return _mean(term, 0.5 * nc, 0.0, n, d, u, v)

    return mean


_f_density: Final = _f_mean(lambda j, n, d, u, v: beta_density(0.5 * n + j, 0.5 * d, u))


_f_cdf: Final = _f_mean(lambda j, n, d, u, v: sp.betainc(0.5 * n + j, 0.5 * d, u))
_f_sf: Final = _f_mean(lambda j, n, d, u, v: sp.betaincc(0.5 * n + j, 0.5 * d, u))
noncentral_f_cdf: Final[Term] = lambda f, n, d, nc: _f_cdf(n, d, nc, f)
noncentral_f_sf: Final[Term] = lambda f, n, d, nc: _f_sf(n, d, nc, f)


def _f_by_n(n: Any, d: Any, nc: Any, f: Any) -> Any:
    u, v = _share(n, d, f)
    order = _f_mean(lambda j, n, d, u, v: 0.5 * beta_by_a(0.5 * n + j, 0.5 * d, u, v))
    return order(n, d, nc, f) + _f_density(n, d, nc, f) * u * v / n


def _f_by_d(n: Any, d: Any, nc: Any, f: Any) -> Any:
    u, v = _share(n, d, f)
    order = _f_mean(lambda j, n, d, u, v: 0.5 * beta_by_b(0.5 * n + j, 0.5 * d, u))
    return order(n, d, nc, f) - _f_density(n, d, nc, f) * u * v / d


def _f_by_shift(n: Any, d: Any, nc: Any, f: Any) -> Any:
    u, v = _share(n, d, f)
    term = lambda j, n, d, u, v: sp.betainc(0.5 * n + j, 0.5 * d, u)
    return 0.5 * _by_mean(term, 0.5 * nc, 0.0, n, d, u, v)


def _f_by_x(n: Any, d: Any, nc: Any, f: Any) -> Any:
    _, v = _share(n, d, f)
    return _f_density(n, d, nc, f) * n * v / (n * f + d)


F: Final[tuple[Term, ...]] = (_f_by_n, _f_by_d, _f_by_shift, _f_by_x)
partials(
    sp.ncfdtr,
    lambda y, n, d, nc, f: _f_by_n(n, d, nc, f),
    lambda y, n, d, nc, f: _f_by_d(n, d, nc, f),
    lambda y, n, d, nc, f: _f_by_shift(n, d, nc, f),
    lambda y, n, d, nc, f: _f_by_x(n, d, nc, f),
)

# Student's t: R. Lenth, Cumulative distribution function of the non-central t distribution, Applied Statistics 38
# (1989), p. 185 (algorithm AS 243). For t > 0, with w = t^2 / (t^2 + v) and m = nc^2 / 2, it is Phi(-nc) and half the
# Poisson sum of I_w(j + 1/2, v/2) + q_j I_w(j + 1, v/2), q_j = nc Gamma(j + 1) / (sqrt(2) Gamma(j + 3/2));
# for t < 0 it is 1 less that of -t and -nc


def _odd(j: Any, nc: Any) -> Any:
    """q_j."""
    return nc * math.sqrt(0.5) * np.exp(sp.gammaln(j + 1) - sp.gammaln(j + 1.5))


def _t_sum(term: Term, v: Any, nc: Any, t: Any) -> Any:
    """Half the Poisson mean of term(j + 1/2, b, w) + q_j term(j + 1, b, w) for t > 0, b = v / 2."""

    def both(j: Any, nc: Any, b: Any, w: Any) -> Any:
        return 0.5 * (term(j + 0.5, b, w) + _odd(j, nc) * term(j + 1, b, w))

    return _mean(both, 0.5 * nc * nc, 0.0, nc, 0.5 * v, t * t / (t * t + v))


def _by_side(part: Term, sign: int) -> Term:
    """For either sign of t: the mirrored distribution's derivative, times `sign` where it is mirrored."""

    def whole(v: Any, nc: Any, t: Any) -> Any:
        side = np.where(t < 0, -1.0, 1.0)
        factor = 1.0 if sign == 1 else side
        return factor * part(v, nc * side, np.abs(t))

    return whole


def _t_density(v: Any, nc: Any, t: Any) -> Any:
    """By dw/dt = 2 t v / (t^2 + v)^2; at t = 0 that of the first term, DLMF 8.17.8."""
    total = t * t + v
    positive = t > 0
    s = np.where(positive, t, 1.0)
    inside = _t_sum(beta_density, v, nc, s) * 2 * s * v / (s * s + v) ** 2
    at_zero = np.exp(-0.5 * nc * nc - sp.betaln(0.5, 0.5 * v)) / np.sqrt(v) + 0 * total
    return np.where(positive, inside, at_zero)


def _t_by_freedom(v: Any, nc: Any, t: Any) -> Any:
    total = t * t + v
    order = 0.5 * _t_sum(lambda a, b, w: beta_by_b(a, b, w), v, nc, t)
    return order - _t_sum(beta_density, v, nc, t) * t * t / (total * total)


def _t_by_shift(v: Any, nc: Any, t: Any) -> Any:
    """The derivatives of the weights: nc (p_(j-1) - p_j), and q_j by nc, by parts."""

    def term(j: Any, nc: Any, b: Any, w: Any) -> Any:
        even = nc * (sp.betainc(j + 1.5, b, w) - sp.betainc(j + 0.5, b, w))
        q = math.sqrt(0.5) * np.exp(sp.gammaln(j + 1) - sp.gammaln(j + 1.5))
        q_next = math.sqrt(0.5) * np.exp(sp.gammaln(j + 2) - sp.gammaln(j + 2.5))
        odd = q * sp.betainc(j + 1, b, w) + nc * nc * (q_next * sp.betainc(j + 2, b, w) - q * sp.betainc(j + 1, b, w))
        return 0.5 * (even + odd)

    normal = np.exp(-0.5 * nc * nc) / math.sqrt(2 * math.pi)
    return _mean(term, 0.5 * nc * nc, 0.0, nc, 0.5 * v, t * t / (t * t + v)) - normal


T: Final[tuple[Term, ...]] = (_by_side(_t_by_freedom, -1), _by_side(_t_by_shift, 1), _by_side(_t_density, 1))
partials(
    sp.nctdtr,
    lambda y, v, nc, t: T[0](v, nc, t),
    lambda y, v, nc, t: T[1](v, nc, t),
    lambda y, v, nc, t: T[2](v, nc, t),
)
