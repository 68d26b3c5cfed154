"""The error function and its kin; exponential, sine, cosine and Fresnel integrals."""

from __future__ import annotations

import cmath
import math
from typing import Any

import numpy as np
import scipy.special as sp

from tracker._rules.elementwise import where_zero
from tracker._rules.special.table import outputs, partials, refused

TWO_OVER_ROOT_PI = 2 / math.sqrt(math.pi)
ROOT_HALF = math.sqrt(0.5)


def normal_density(x: Any) -> Any:
    return np.exp(-0.5 * x * x) * (1 / math.sqrt(2 * math.pi))


# Far out both terms of the slope cancel: the slopes of DLMF 7.12.1 and of the series of Dawson's integral


def _erfcx_slope(y: Any, x: Any) -> Any:
    if np.iscomplexobj(x):
        return 2 * x * y - TWO_OVER_ROOT_PI
    far = x > 50
    u = 1 / np.where(far, x, 1.0) ** 2
    series = 1 - u * (1.5 - u * (3.75 - u * (13.125 - 59.0625 * u)))
    return np.where(far, -0.5 * TWO_OVER_ROOT_PI * u * series, 2 * np.where(far, 0.0, x) * y - TWO_OVER_ROOT_PI)


def _dawsn_slope(y: Any, x: Any) -> Any:
    if np.iscomplexobj(x):
        return 1 - 2 * x * y
    far = np.abs(x) > 50
    u = 1 / np.where(far, x, 1.0) ** 2
    series = 1 + u * (1.5 + u * (3.75 + u * (13.125 + 59.0625 * u)))
    return np.where(far, -0.5 * u * series, 1 - 2 * np.where(far, 0.0, x) * y)


partials(sp.erf, lambda y, x: TWO_OVER_ROOT_PI * np.exp(-x * x))
partials(sp.erfc, lambda y, x: -TWO_OVER_ROOT_PI * np.exp(-x * x))
partials(sp.erfcx, _erfcx_slope)
partials(sp.erfi, lambda y, x: TWO_OVER_ROOT_PI * np.exp(x * x))
partials(sp.dawsn, _dawsn_slope)
partials(sp.wofz, lambda y, z: -2 * z * y + 1j * TWO_OVER_ROOT_PI)  # DLMF 7.10.2
partials(sp.erfinv, lambda y, x: np.exp(y * y) / TWO_OVER_ROOT_PI)
partials(sp.erfcinv, lambda y, x: -np.exp(y * y) / TWO_OVER_ROOT_PI)
partials(sp.ndtr, lambda y, x: normal_density(x))
partials(sp.ndtri, lambda y, p: math.sqrt(2 * math.pi) * np.exp(0.5 * y * y))
# phi / Phi and its inverse by erfcx: exp(-x^2/2 - y) would cancel far out on the left
partials(sp.log_ndtr, lambda y, x: math.sqrt(2 / math.pi) / sp.erfcx(-ROOT_HALF * x))
partials(sp.ndtri_exp, lambda y, p: math.sqrt(math.pi / 2) * sp.erfcx(-ROOT_HALF * y))
partials(
    sp.owens_t,
    lambda y, h, a: -0.5 * normal_density(h) * sp.erf(ROOT_HALF * a * h),
    lambda y, h, a: np.exp(-0.5 * h * h * (1 + a * a)) / (2 * math.pi * (1 + a * a)),
)


def _voigt_terms(x: Any, sigma: Any, gamma: Any) -> tuple[Any, Any]:
    """z = (x + i gamma) / (sigma sqrt 2) and w'(z) / (2 sigma^2 sqrt pi): V = Re w(z) / (sigma sqrt(2 pi))."""
    z = (x + 1j * gamma) * ROOT_HALF / sigma
    slope = -2 * z * sp.wofz(z) + 1j * TWO_OVER_ROOT_PI
    return z, slope / (2 * math.sqrt(math.pi) * sigma * sigma)


def _voigt_by_sigma(y: Any, x: Any, sigma: Any, gamma: Any) -> Any:
    z, slope = _voigt_terms(x, sigma, gamma)
    return -y / sigma - np.real(z * slope) / ROOT_HALF


partials(
    sp.voigt_profile,
    lambda y, x, sigma, gamma: np.real(_voigt_terms(x, sigma, gamma)[1]),
    _voigt_by_sigma,
    lambda y, x, sigma, gamma: -np.imag(_voigt_terms(x, sigma, gamma)[1]),
)


def _expn_slope(y: Any, n: Any, x: Any) -> Any:
    """-E_(n-1)(x); E_0(x) = exp(-x) / x (DLMF 8.19.13)."""
    n = np.trunc(n)  # as SciPy does
    return -np.where(n == 0, np.exp(-x) * (1 + x) / (x * x), sp.expn(np.maximum(n - 1, 0), x))


def _over(f: Any, x: Any) -> Any:
    """f(x) / x of a function that behaves like x at 0."""
    return np.where(x == 0, 1, f(x) / where_zero(x, 1))


partials(sp.exp1, lambda y, x: -np.exp(-x) / x)
partials(sp.expi, lambda y, x: np.exp(x) / x)
partials(sp.expn, refused("expn", "n (the order)"), _expn_slope)
outputs(sp.sici, lambda y, x: (_over(np.sin, x), np.cos(x) / x))
outputs(sp.shichi, lambda y, x: (_over(np.sinh, x), np.cosh(x) / x))
outputs(sp.fresnel, lambda y, x: (np.sin(0.5 * math.pi * x * x), np.cos(0.5 * math.pi * x * x)))


def _modified_fresnel(sign: int) -> Any:
    """F = integral of exp(+-i t^2) from x on, K = exp(-+i (x^2 + pi/4)) F / sqrt(pi)."""
    i = 1j * sign
    turn = cmath.exp(-i * math.pi / 4) / math.sqrt(math.pi)
    return lambda y, x: (-np.exp(i * x * x), -2 * i * x * y[1] - turn)


outputs(sp.modfresnelp, _modified_fresnel(1))
outputs(sp.modfresnelm, _modified_fresnel(-1))
