"""Bessel, Airy, Kelvin and Struve functions and their integrals: DLMF 10.6, 10.29, 9.2, 11.4.

Derivatives by order are refused: they are no closed formula in scipy.special's functions (DLMF 10.15).
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import scipy.special as sp

from tracker._rules.elementwise import where_zero
from tracker._rules.special.table import outputs, partials, real_only, refused


def _cylinder(f: Any, slope: Any) -> None:
    partials(f, refused(f.__name__, "v (the order)"), slope)


def _difference(f: Any, v: Any, z: Any) -> Any:
    return 0.5 * (f(v - 1, z) - f(v + 1, z))


def _sum(f: Any, v: Any, z: Any) -> Any:
    return 0.5 * (f(v - 1, z) + f(v + 1, z))


def _scaled(f: Any, slope: Any) -> None:
    """A function scaled by the exponential of a real part: real arguments only."""

    def partial(y: Any, v: Any, z: Any) -> Any:
        real_only(f.__name__, z)
        return slope(y, v, z)

    _cylinder(f, partial)


_cylinder(sp.jv, lambda y, v, z: _difference(sp.jv, v, z))
_cylinder(sp.yv, lambda y, v, z: _difference(sp.yv, v, z))
_cylinder(sp.yn, lambda y, n, z: _difference(sp.yv, n, z))
_cylinder(sp.iv, lambda y, v, z: _sum(sp.iv, v, z))
_cylinder(sp.kv, lambda y, v, z: -_sum(sp.kv, v, z))
_cylinder(sp.kn, lambda y, n, z: -_sum(sp.kv, n, z))
_cylinder(sp.kve, lambda y, v, z: y - _sum(sp.kve, v, z))
_scaled(sp.jve, lambda y, v, z: _difference(sp.jve, v, z))
_scaled(sp.yve, lambda y, v, z: _difference(sp.yve, v, z))
_scaled(sp.ive, lambda y, v, z: _sum(sp.ive, v, z) - np.sign(z) * y)
_cylinder(sp.hankel1, lambda y, v, z: _difference(sp.hankel1, v, z))
_cylinder(sp.hankel2, lambda y, v, z: _difference(sp.hankel2, v, z))
_cylinder(sp.hankel1e, lambda y, v, z: _difference(sp.hankel1e, v, z) - 1j * y)
_cylinder(sp.hankel2e, lambda y, v, z: _difference(sp.hankel2e, v, z) + 1j * y)


def _far(y: Any, x: Any, second: float, slope: Any) -> Any:
    """`slope(x)`; far out, where its terms cancel, that of DLMF 10.40.1 and 10.40.2 to their second term."""
    far = np.abs(x) > 1e6
    if not np.any(far):
        return slope(x)
    u = 1 / np.where(far, x, 1.0)
    return np.where(far, -0.5 * u * (1 + second * np.abs(u)) * y, slope(np.where(far, 1.0, x)))


partials(sp.j0, lambda y, x: -sp.j1(x))
partials(sp.j1, lambda y, x: _difference(sp.jv, 1.0, x))
partials(sp.y0, lambda y, x: -sp.y1(x))
partials(sp.y1, lambda y, x: _difference(sp.yv, 1.0, x))
partials(sp.i0, lambda y, x: sp.i1(x))
partials(sp.i1, lambda y, x: _sum(sp.iv, 1.0, x))
partials(sp.i0e, lambda y, x: _far(y, x, 0.25, lambda x: sp.i1e(x) - np.sign(x) * y))
partials(sp.i1e, lambda y, x: _far(y, x, -0.75, lambda x: _sum(sp.ive, 1.0, x) - np.sign(x) * y))
partials(sp.k0, lambda y, x: -sp.k1(x))
partials(sp.k1, lambda y, x: -_sum(sp.kv, 1.0, x))
partials(sp.k0e, lambda y, x: _far(y, x, -0.25, lambda x: y - sp.k1e(x)))
partials(sp.k1e, lambda y, x: _far(y, x, 0.75, lambda x: y - _sum(sp.kve, 1.0, x)))

# Airy


def _airye_slopes(y: Any, z: Any) -> Any:
    """Ai, Ai' times exp(zeta), Bi, Bi' times exp(-|Re zeta|), with zeta = 2/3 z^(3/2)."""
    real_only("airye", z)
    root = np.sqrt(z)
    grows = np.where(z > 0, np.sqrt(np.where(z > 0, z, 1)), 0)
    return y[1] + root * y[0], z * y[0] + root * y[1], y[3] - grows * y[2], z * y[2] - grows * y[3]


outputs(sp.airy, lambda y, z: (y[1], z * y[0], y[3], z * y[2]))
outputs(sp.airye, _airye_slopes)
outputs(sp.itairy, lambda y, x: (*sp.airy(x)[::2], *sp.airy(-x)[::2]))

# Kelvin: w'' + w'/x = i w for ber + i bei and ker + i kei, DLMF 10.61.3


def _per(slope: Any, x: Any) -> Any:
    return slope / where_zero(x, 1)


partials(sp.ber, lambda y, x: sp.berp(x))
partials(sp.bei, lambda y, x: sp.beip(x))
partials(sp.ker, lambda y, x: sp.kerp(x))
partials(sp.kei, lambda y, x: sp.keip(x))
partials(sp.berp, lambda y, x: -sp.bei(x) - _per(y, x))
partials(sp.beip, lambda y, x: np.where(x == 0, 0.5, sp.ber(x) - _per(y, x)))
partials(sp.kerp, lambda y, x: -sp.kei(x) - y / x)
partials(sp.keip, lambda y, x: sp.ker(x) - y / x)
outputs(sp.kelvin, lambda y, x: (y[2], y[3], 1j * y[0] - y[2] / x, 1j * y[1] - y[3] / x))

# Struve, DLMF 11.4.27, 11.4.28 and their sums with 11.4.23 and 11.4.24


def _struve_power(v: Any, x: Any) -> Any:
    return (0.5 * x) ** v * sp.rgamma(v + 1.5) * (0.5 / math.sqrt(math.pi))


_cylinder(sp.struve, lambda y, v, x: _difference(sp.struve, v, x) + _struve_power(v, x))
_cylinder(sp.modstruve, lambda y, v, x: _sum(sp.modstruve, v, x) + _struve_power(v, x))

# Integrals

outputs(sp.itj0y0, lambda y, x: (sp.j0(x), sp.y0(x)))
outputs(sp.iti0k0, lambda y, x: (sp.i0(x), sp.k0(x)))
outputs(sp.it2j0y0, lambda y, x: ((1 - sp.j0(x)) / where_zero(x, 1), -sp.y0(x) / x))
outputs(sp.it2i0k0, lambda y, x: ((sp.i0(x) - 1) / where_zero(x, 1), -sp.k0(x) / x))
partials(sp.itstruve0, lambda y, x: sp.struve(0.0, x))
partials(sp.itmodstruve0, lambda y, x: sp.modstruve(0.0, x))
partials(sp.it2struve0, lambda y, x: -sp.struve(0.0, x) / x)
partials(
    sp.besselpoly,
    lambda y, a, k, v: sp.besselpoly(a, k + 1, v - 1) - sp.besselpoly(a, k + 1, v + 1),
    refused("besselpoly", "lmb"),
    refused("besselpoly", "nu"),
)
