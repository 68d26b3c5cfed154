"""Elliptic integrals and Jacobi's elliptic functions: DLMF 19.4, 19.18, 19.25, 22.13."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import scipy.special as sp

from tracker._rules.special.table import outputs, partials


def k_slope(m: Any, m1: Any) -> Any:
    """dK/dm = pi/8 2F1(3/2, 3/2; 2; m), by Euler's transformation (DLMF 19.5.1, 15.8.1); m1 = 1 - m."""
    return (math.pi / 8) * sp.hyp2f1(0.5, 0.5, 2.0, m) / m1


def e_slope(m: Any) -> Any:
    """dE/dm = -pi/8 2F1(1/2, 3/2; 2; m), DLMF 19.5.2."""
    return (-math.pi / 8) * sp.hyp2f1(0.5, 1.5, 2.0, m)


def _folded(phi: Any) -> tuple[Any, Any, Any]:
    """The number of half periods in phi, and sine and squared cosine of the rest."""
    n = np.round(phi / math.pi)
    rest = phi - n * math.pi
    return n, np.sin(rest), np.cos(rest) ** 2


def f_by_m(phi: Any, m: Any) -> Any:
    """dF(phi, m)/dm = sin^3 R_D(cos^2, 1, 1 - m sin^2) / 6, from DLMF 19.25.5 and 19.18.1."""
    n, s, c2 = _folded(phi)
    part = s**3 * sp.elliprd(c2, 1.0, 1 - m * s * s) / 6
    return part + 2 * n * k_slope(m, 1 - m) if np.any(n != 0) else part


def e_by_m(phi: Any, m: Any) -> Any:
    """(E - F) / (2 m) = -sin^3 R_D(cos^2, 1 - m sin^2, 1) / 6, DLMF 19.25.9."""
    n, s, c2 = _folded(phi)
    part = -(s**3) * sp.elliprd(c2, 1 - m * s * s, 1.0) / 6
    return part + 2 * n * e_slope(m) if np.any(n != 0) else part


def _delta(phi: Any, m: Any) -> Any:
    return np.sqrt(1 - m * np.sin(phi) ** 2)


partials(sp.ellipk, lambda y, m: k_slope(m, 1 - m))
partials(sp.ellipkm1, lambda y, p: -k_slope(1 - p, p))
partials(sp.ellipe, lambda y, m: e_slope(m))
partials(sp.ellipkinc, lambda y, phi, m: 1 / _delta(phi, m), lambda y, phi, m: f_by_m(phi, m))
partials(sp.ellipeinc, lambda y, phi, m: _delta(phi, m), lambda y, phi, m: e_by_m(phi, m))


def _agm_by(a: Any, b: Any, y: Any) -> Any:
    """agm(a, b) = pi/4 (a + b) / K(m), m = ((a - b) / (a + b))^2, DLMF 19.8.5."""
    total = a + b
    root = (a - b) / total
    m1 = 4 * a * b / (total * total)
    k = sp.ellipkm1(m1)
    return y / total - y / k * k_slope(root * root, m1) * 4 * root * b / (total * total)


partials(sp.agm, lambda y, a, b: _agm_by(a, b, y), lambda y, a, b: _agm_by(b, a, y))

# Carlson's symmetric integrals, DLMF 19.18.1 and partial fractions of the integrands


def _rd_by_x(x: Any, y: Any, z: Any, value: Any) -> Any:
    """By partial fractions of 1 / ((t + x) (t + z)); not defined by this formula at x = z."""
    return -0.5 * (sp.elliprd(y, z, x) - value) / (z - x)


def _rd_by_z(value: Any, x: Any, y: Any, z: Any) -> Any:
    """Euler's theorem: R_D is homogeneous of degree -3/2."""
    by_x = _rd_by_x(x, y, z, value)
    by_y = _rd_by_x(y, x, z, value)
    return -(1.5 * value + np.where(x == 0, 0, x * by_x) + np.where(y == 0, 0, y * by_y)) / z


partials(
    sp.elliprf,
    lambda f, x, y, z: -sp.elliprd(y, z, x) / 6,
    lambda f, x, y, z: -sp.elliprd(x, z, y) / 6,
    lambda f, x, y, z: -sp.elliprd(x, y, z) / 6,
)
partials(
    sp.elliprd,
    lambda f, x, y, z: _rd_by_x(x, y, z, f),
    lambda f, x, y, z: _rd_by_x(y, x, z, f),
    _rd_by_z,
)


def _rg_by_x(x: Any, y: Any, z: Any) -> Any:
    """From DLMF 19.23.7, with t / (t + x) = 1 - x / (t + x): R_F / 4 - x R_D(y, z, x) / 12."""
    zero = x == 0
    return 0.25 * sp.elliprf(x, y, z) - np.where(zero, 0, x * sp.elliprd(y, z, np.where(zero, 1, x))) / 12


partials(
    sp.elliprg,
    lambda g, x, y, z: _rg_by_x(x, y, z),
    lambda g, x, y, z: _rg_by_x(y, z, x),
    lambda g, x, y, z: _rg_by_x(z, x, y),
)


def _rj_by_x(value: Any, x: Any, y: Any, z: Any, p: Any) -> Any:
    """By partial fractions of 1 / ((t + x) (t + p)); not defined by this formula at x = p."""
    return -0.5 * (sp.elliprd(y, z, x) - value) / (p - x)


def _rj_by_p(value: Any, x: Any, y: Any, z: Any, p: Any) -> Any:
    """Euler's theorem: R_J is homogeneous of degree -3/2."""
    moved = [np.where(a == 0, 0, a * _rj_by_x(value, a, b, c, p)) for a, b, c in ((x, y, z), (y, z, x), (z, x, y))]
    return -(1.5 * value + moved[0] + moved[1] + moved[2]) / p


partials(
    sp.elliprj,
    lambda f, x, y, z, p: _rj_by_x(f, x, y, z, p),
    lambda f, x, y, z, p: _rj_by_x(f, y, z, x, p),
    lambda f, x, y, z, p: _rj_by_x(f, z, x, y, p),
    _rj_by_p,
)


def _rc_by_x(x: Any, y: Any) -> Any:
    """R_C(x, y) = 2F1(1/2, 1/2; 3/2; 1 - x/y) / sqrt(y), DLMF 19.2.17 and 15.4.4."""
    return -sp.hyp2f1(1.5, 1.5, 2.5, 1 - x / y) / (6 * y * np.sqrt(y))


partials(
    sp.elliprc,
    lambda f, x, y: _rc_by_x(x, y),
    lambda f, x, y: -(0.5 * f + x * _rc_by_x(x, y)) / y,  # homogeneous of degree -1/2
)


def _jacobi_by_m(y: Any, u: Any, m: Any) -> Any:
    """From F(ph, m) = u: the amplitude moves by -dn dF/dm."""
    sn, cn, dn, ph = y
    moved = -dn * f_by_m(ph, m)
    return cn * moved, -sn * moved, -(sn * sn + 2 * m * sn * cn * moved) / (2 * dn), moved


outputs(sp.ellipj, lambda y, u, m: (y[1] * y[2], -y[0] * y[2], -m * y[0] * y[1], y[2]), _jacobi_by_m)
