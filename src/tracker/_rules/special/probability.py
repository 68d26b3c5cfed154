"""Distribution functions of scipy.special and their inverses, in terms of the incomplete gamma and beta functions."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import scipy.special as sp

from tracker._rules.special.elementary import boxcox_by_lambda
from tracker._rules.special.gamma import beta_density, gamma_density
from tracker._rules.special.orders import beta_by_a, gamma_by_order
from tracker._rules.special.table import partials, refused

# None stands for k that SciPy rounds down: its derivative is zero.
# Gamma: gdtr(a, b, x) = P(b, a x); chi-square: chdtr(v, x) = P(v/2, x/2); Poisson: pdtr(k, m) = Q(floor(k) + 1, m)

for _f, _s in ((sp.gdtr, 1), (sp.gdtrc, -1)):
    partials(
        _f,
        lambda y, a, b, x, s=_s: s * x * gamma_density(b, a * x),
        lambda y, a, b, x, s=_s: s * gamma_by_order(b, a * x),
        lambda y, a, b, x, s=_s: s * a * gamma_density(b, a * x),
    )
for _f, _s in ((sp.chdtr, 1), (sp.chdtrc, -1)):
    partials(
        _f,
        lambda y, v, x, s=_s: 0.5 * s * gamma_by_order(0.5 * v, 0.5 * x),
        lambda y, v, x, s=_s: 0.5 * s * gamma_density(0.5 * v, 0.5 * x),
    )
partials(
    sp.chdtri,
    lambda x, v, p: -gamma_by_order(0.5 * v, 0.5 * x) / gamma_density(0.5 * v, 0.5 * x),
    lambda x, v, p: -2 / gamma_density(0.5 * v, 0.5 * x),
)
for _f, _s in ((sp.pdtr, -1), (sp.pdtrc, 1)):
    partials(_f, None, lambda y, k, m, s=_s: s * gamma_density(np.floor(k) + 1, m))
partials(sp.pdtri, None, lambda m, k, y: -1 / gamma_density(np.floor(k) + 1, m))

# Binomial: bdtr(k, n, p) = I_(1-p)(n - k, k + 1); negative binomial: nbdtr(k, n, p) = I_p(n, k + 1); whole numbers k, n


def _binomial(k: Any, n: Any, p: Any) -> Any:
    k = np.floor(k)
    return beta_density(k + 1, n - k, p)


for _f, _s in ((sp.bdtr, -1), (sp.bdtrc, 1)):
    partials(_f, None, refused(_f.__name__, "n"), lambda y, k, n, p, s=_s: s * _binomial(k, n, p))
partials(sp.bdtri, None, refused("bdtri", "n"), lambda p, k, n, y: -1 / _binomial(k, n, p))
for _f, _s in ((sp.nbdtr, 1), (sp.nbdtrc, -1)):
    partials(
        _f,
        refused(_f.__name__, "k"),
        refused(_f.__name__, "n"),
        lambda y, k, n, p, s=_s: s * beta_density(n, k + 1.0, p),
    )
partials(sp.nbdtri, refused("nbdtri", "k"), refused("nbdtri", "n"), lambda p, k, n, y: 1 / beta_density(n, k + 1.0, p))

# F: fdtr(n, d, x) = I_u(n/2, d/2), u = n x / (n x + d)


def _f_parts(n: Any, d: Any, x: Any) -> tuple[Any, Any, Any]:
    """u, 1 - u and the density by u."""
    total = n * x + d
    return n * x / total, d / total, beta_density(0.5 * n, 0.5 * d, n * x / total)


def f_by_n(n: Any, d: Any, x: Any) -> Any:
    u, v, density = _f_parts(n, d, x)
    return 0.5 * beta_by_a(0.5 * n, 0.5 * d, u, v) + density * u * v / n


def f_by_d(n: Any, d: Any, x: Any) -> Any:
    u, v, density = _f_parts(n, d, x)
    return -0.5 * beta_by_a(0.5 * d, 0.5 * n, v, u) - density * u * v / d


def f_by_x(n: Any, d: Any, x: Any) -> Any:
    _, v, density = _f_parts(n, d, x)
    return density * n * v / (n * x + d)


for _f, _s in ((sp.fdtr, 1), (sp.fdtrc, -1)):
    partials(
        _f,
        lambda y, n, d, x, s=_s: s * f_by_n(n, d, x),
        lambda y, n, d, x, s=_s: s * f_by_d(n, d, x),
        lambda y, n, d, x, s=_s: s * f_by_x(n, d, x),
    )
partials(
    sp.fdtri,
    lambda x, n, d, p: -f_by_n(n, d, x) / f_by_x(n, d, x),
    lambda x, n, d, p: -f_by_d(n, d, x) / f_by_x(n, d, x),
    lambda x, n, d, p: 1 / f_by_x(n, d, x),
)

# Student's t: for t > 0 1 - I_w(v/2, 1/2) / 2, w = v / (v + t^2)


def t_density(v: Any, t: Any) -> Any:
    return np.exp(-0.5 * (v + 1) * np.log1p(t * t / v) - sp.betaln(0.5 * v, 0.5)) / np.sqrt(v)


def t_by_freedom(v: Any, t: Any) -> Any:
    """By the order of I_w, and through w: dw/dv = w (1 - w) / v; odd in t."""
    total = v + t * t
    order = -0.25 * np.sign(t) * beta_by_a(0.5 * v, 0.5, v / total, t * t / total)
    return order - 0.5 * t * t_density(v, t) / v


partials(sp.stdtr, lambda y, v, t: t_by_freedom(v, t), lambda y, v, t: t_density(v, t))
partials(
    sp.stdtrit,
    lambda t, v, p: -t_by_freedom(v, t) / t_density(v, t),
    lambda t, v, p: 1 / t_density(v, t),
)

# Normal, by its mean and its deviation


def normal_slope(z: Any) -> Any:
    return math.sqrt(2 * math.pi) * np.exp(0.5 * z * z)


partials(
    sp.nrdtrimn,
    lambda y, p, std, x: -std * normal_slope(sp.ndtri(p)),
    lambda y, p, std, x: -sp.ndtri(p),
    lambda y, p, std, x: 1.0,
)
partials(
    sp.nrdtrisd,
    lambda y, mn, p, x: -1 / sp.ndtri(p),
    lambda y, mn, p, x: -y * normal_slope(sp.ndtri(p)) / sp.ndtri(p),
    lambda y, mn, p, x: 1 / sp.ndtri(p),
)

# Tukey's lambda: the inverse of Q(p) = (p^lam - (1 - p)^lam) / lam


def _tukey_slope(p: Any, lam: Any) -> Any:
    """dp/dx = 1 / Q'(p)."""
    return 1 / (p ** (lam - 1) + (1 - p) ** (lam - 1))


def _tukey_by_lambda(p: Any, x: Any, lam: Any) -> Any:
    inside = (p > 0) & (p < 1)
    q = np.where(inside, p, 0.5)
    moved = boxcox_by_lambda(np.log(q), lam) - boxcox_by_lambda(np.log1p(-q), lam)
    return np.where(inside, -moved * _tukey_slope(q, lam), 0)


partials(sp.tklmbda, lambda p, x, lam: _tukey_slope(p, lam), _tukey_by_lambda)
