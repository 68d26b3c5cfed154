"""Hypergeometric functions (DLMF 13.3, 15.5, 16.3), orthogonal polynomials (18.9) and what solves a linear equation."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import scipy.special as sp

from tracker._rules.special.table import outputs, partials, refused


def _last(f: Any, names: str, slope: Any) -> None:
    """The derivative by the last argument; the parameters are refused by name."""
    partials(f, *[refused(f.__name__, name) for name in names.split()], slope)


_last(sp.hyp0f1, "v", lambda y, v, z: sp.hyp0f1(v + 1, z) / v)
_last(sp.hyp1f1, "a b", lambda y, a, b, z: sp.hyp1f1(a + 1, b + 1, z) * (a / b))
_last(sp.hyp2f1, "a b c", lambda y, a, b, c, z: sp.hyp2f1(a + 1, b + 1, c + 1, z) * (a * b / c))
_last(sp.hyperu, "a b", lambda y, a, b, x: -a * sp.hyperu(a + 1, b + 1, x))
_last(sp.wright_bessel, "a b", lambda y, a, b, x: sp.wright_bessel(a, a + b, x))
if hasattr(sp, "log_wright_bessel"):  # SciPy 1.14
    _last(sp.log_wright_bessel, "a b", lambda y, a, b, x: np.exp(sp.log_wright_bessel(a, a + b, x) - y))

# Polynomials: each derivative is one of degree n - 1, zero for n = 0


def _lower(f: Any, n: Any, *args: Any) -> Any:
    """f of degree n - 1; zero where n is 0."""
    if not np.any(n == 0):
        return f(n - 1, *args)
    return np.where(n == 0, 0, f(np.maximum(n - 1, 0), *args))


_last(sp.eval_chebyt, "n", lambda y, n, x: n * _lower(sp.eval_chebyu, n, x))
_last(sp.eval_chebyu, "n", lambda y, n, x: 2 * _lower(sp.eval_gegenbauer, n, 2.0, x))
_last(sp.eval_chebyc, "n", lambda y, n, x: n * _lower(sp.eval_chebys, n, x))
_last(sp.eval_chebys, "n", lambda y, n, x: _lower(sp.eval_gegenbauer, n, 2.0, 0.5 * x))
_last(sp.eval_sh_chebyt, "n", lambda y, n, x: 2 * n * _lower(sp.eval_sh_chebyu, n, x))
_last(sp.eval_sh_chebyu, "n", lambda y, n, x: 4 * _lower(sp.eval_gegenbauer, n, 2.0, 2 * x - 1))
_last(sp.eval_legendre, "n", lambda y, n, x: 0.5 * (n + 1) * _lower(sp.eval_jacobi, n, 1.0, 1.0, x))
_last(sp.eval_sh_legendre, "n", lambda y, n, x: (n + 1) * _lower(sp.eval_jacobi, n, 1.0, 1.0, 2 * x - 1))
_last(sp.eval_laguerre, "n", lambda y, n, x: -_lower(sp.eval_genlaguerre, n, 1.0, x))
_last(sp.eval_hermite, "n", lambda y, n, x: 2 * n * _lower(sp.eval_hermite, n, x))
_last(sp.eval_hermitenorm, "n", lambda y, n, x: n * _lower(sp.eval_hermitenorm, n, x))
_last(sp.eval_genlaguerre, "n alpha", lambda y, n, a, x: -_lower(sp.eval_genlaguerre, n, a + 1, x))
_last(sp.eval_gegenbauer, "n alpha", lambda y, n, a, x: 2 * a * _lower(sp.eval_gegenbauer, n, a + 1, x))
_last(
    sp.eval_jacobi,
    "n alpha beta",
    lambda y, n, a, b, x: 0.5 * (n + a + b + 1) * _lower(sp.eval_jacobi, n, a + 1, b + 1, x),
)
_last(
    sp.eval_sh_jacobi,
    "n p q",
    lambda y, n, p, q, x: (n + p) * _lower(sp.eval_jacobi, n, p - q + 1, q, 2 * x - 1) / sp.binom(2 * n + p - 1, n),
)
_last(sp.lpmv, "m v", lambda y, m, v, x: (v * x * y - (v + m) * sp.lpmv(m, v - 1, x)) / (x * x - 1))

# Value and slope w, w' of an equation w'' = c w


def _equation(f: Any, names: str, c: Any, unit: float = 1.0) -> None:
    slopes = lambda y, *args: (unit * y[1], unit * c(*args) * y[0])
    outputs(f, *[refused_output(f.__name__, name) for name in names.split()], slopes)


def refused_output(name: str, argument: str) -> Any:
    return refused(name, argument)


DEGREE = math.pi / 180
_equation(sp.pbdv, "v", lambda v, x: 0.25 * x * x - v - 0.5)  # DLMF 12.2.4
_equation(sp.pbvv, "v", lambda v, x: 0.25 * x * x - v - 0.5)
_equation(sp.pbwa, "a", lambda a, x: a - 0.25 * x * x)  # DLMF 12.14.1
_angular = {sp.mathieu_cem: sp.mathieu_a, sp.mathieu_sem: sp.mathieu_b}
_radial = {
    sp.mathieu_modcem1: sp.mathieu_a,
    sp.mathieu_modcem2: sp.mathieu_a,
    sp.mathieu_modsem1: sp.mathieu_b,
    sp.mathieu_modsem2: sp.mathieu_b,
}
for _f, _a in _angular.items():  # DLMF 28.2.1; x in degrees
    _equation(_f, "m q", lambda m, q, x, a=_a: 2 * q * np.cos(2 * DEGREE * x) - a(m, q), DEGREE)
for _f, _a in _radial.items():  # DLMF 28.20.1
    _equation(_f, "m q", lambda m, q, x, a=_a: a(m, q) - 2 * q * np.cosh(2 * x))


# Characteristic values by q: Hellmann and Feynman's theorem, with the integral of w^2 over a period equal to pi
# (DLMF 28.2.30); the trapezoid rule is exact for as many points as w has frequencies


def _mathieu_by_q(f: Any, m: Any, q: Any) -> Any:
    """2 / pi times the integral of w^2 cos 2x over a period."""
    points = 64
    while np.any(4 * m + 8 * np.sqrt(np.abs(q)) > points):
        points *= 2
    angle = np.cumsum(np.ones_like(q + 0.0, shape=(points,))) * (360 / points)  # an array of the kind of q
    m, q = (np.expand_dims(x, -1) for x in np.broadcast_arrays(m, q))
    w = f(m, q, angle)[0]
    return np.sum(w * w * np.cos(2 * DEGREE * angle), axis=-1) * (4 / points)


partials(sp.mathieu_a, refused("mathieu_a", "m (the order)"), lambda y, m, q: _mathieu_by_q(sp.mathieu_cem, m, q))
partials(sp.mathieu_b, refused("mathieu_b", "m (the order)"), lambda y, m, q: _mathieu_by_q(sp.mathieu_sem, m, q))
