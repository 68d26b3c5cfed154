"""Parameters of distribution functions found from a probability: the implicit function of F(parameters) = p."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import scipy.special as sp

from tracker._rules.special.gamma import beta_by_b, beta_density, gamma_density
from tracker._rules.special.noncentral import CHI_SQUARE, F, T
from tracker._rules.special.orders import beta_by_a, gamma_by_order
from tracker._rules.special.probability import f_by_d, f_by_n, f_by_x, t_by_freedom, t_density
from tracker._rules.special.table import partials

Slope = Callable[..., Any]


def inverse(ufunc: Any, slopes: tuple[Slope, ...], unknown: int, place: int | None = None) -> None:
    """The ufunc that gives argument `unknown` of a function, of which `slopes` are the partials.

    Its arguments are the function's, with the probability in place of the unknown (or at `place`).
    """
    at = unknown if place is None else place

    def known(y: Any, args: tuple[Any, ...]) -> tuple[Any, ...]:
        rest = [*args[:at], *args[at + 1 :]]
        rest.insert(unknown, y)
        return tuple(rest)

    def rule_of(i: int) -> Slope:
        slope = slopes[i]
        return lambda y, *args: -slope(*known(y, args)) / slopes[unknown](*known(y, args))

    rules = [rule_of(i) for i in range(len(slopes)) if i != unknown]
    rules.insert(at, lambda y, *args: 1 / slopes[unknown](*known(y, args)))
    partials(ufunc, *rules)


_BETA = (lambda a, b, x: beta_by_a(a, b, x, 1 - x), beta_by_b, beta_density)
inverse(sp.btdtria, _BETA, 0)
inverse(sp.btdtrib, _BETA, 1)

_CHI = (
    lambda v, x: 0.5 * gamma_by_order(0.5 * v, 0.5 * x),
    lambda v, x: 0.5 * gamma_density(0.5 * v, 0.5 * x),
)
inverse(sp.chdtriv, _CHI, 0)

_GAMMA = (
    lambda a, b, x: x * gamma_density(b, a * x),
    lambda a, b, x: gamma_by_order(b, a * x),
    lambda a, b, x: a * gamma_density(b, a * x),
)
inverse(sp.gdtria, _GAMMA, 0)
inverse(sp.gdtrib, _GAMMA, 1)
inverse(sp.gdtrix, _GAMMA, 2)

inverse(sp.fdtridfd, (f_by_n, f_by_d, f_by_x), 1)
inverse(sp.stdtridf, (t_by_freedom, t_density), 0)

# Counts, taken for real numbers: pdtr(k, m) = Q(k + 1, m), bdtr(k, n, p) = 1 - I_p(k + 1, n - k),
# nbdtr(k, n, p) = I_p(n, k + 1)

_POISSON = (
    lambda k, m: -gamma_by_order(k + 1, m),
    lambda k, m: -gamma_density(k + 1, m),
)
inverse(sp.pdtrik, _POISSON, 0)

_BINOMIAL = (
    lambda k, n, p: beta_by_b(k + 1, n - k, p) - beta_by_a(k + 1, n - k, p, 1 - p),
    lambda k, n, p: -beta_by_b(k + 1, n - k, p),
    lambda k, n, p: -beta_density(k + 1, n - k, p),
)
inverse(sp.bdtrik, _BINOMIAL, 0)
inverse(sp.bdtrin, _BINOMIAL, 1)

_NEGATIVE = (
    lambda k, n, p: beta_by_b(n, k + 1, p),
    lambda k, n, p: beta_by_a(n, k + 1, p, 1 - p),
    lambda k, n, p: beta_density(n, k + 1, p),
)
inverse(sp.nbdtrik, _NEGATIVE, 0)
inverse(sp.nbdtrin, _NEGATIVE, 1)

# Noncentral

for _ufunc, _slopes, _unknown in (
    (sp.chndtrix, CHI_SQUARE, 0),
    (sp.chndtridf, CHI_SQUARE, 1),
    (sp.chndtrinc, CHI_SQUARE, 2),
    (sp.ncfdtri, F, 3),
    (sp.nctdtridf, T, 0),
    (sp.nctdtrinc, T, 1),
    (sp.nctdtrit, T, 2),
):
    inverse(_ufunc, _slopes, _unknown)
