"""Spherical Bessel functions, spherical harmonics and Legendre functions of whole degree and order."""

from __future__ import annotations

from typing import Any

import numpy as np
import scipy.special as sp

from tracker._arrays.leaf import is_tracked
from tracker._rules.overridable import overridable
from tracker._rules.special.table import partials
from tracker.errors import NoRuleError
from tracker.scipy._derived import derived


def _constants(name: str, **orders: Any) -> None:
    for key, value in orders.items():
        if is_tracked(value):
            raise NoRuleError(
                f"scipy.special.{name} has no derivative by {key}, a whole number, which is tracked. Pass "
                f"tracker.stop_gradient({key})."
            )


# Spherical Bessel functions, DLMF 10.51.2 and 10.51.5: the derivative without a quotient, which z = 0 would spoil


def _bessel(f: Any, lower: float, upper: float) -> Any:
    """f(n, z, derivative) with f' = (lower n f_(n-1) + upper (n+1) f_(n+1)) / (2n + 1), for f and its derivative."""

    def slope(n: Any, z: Any, derivative: bool) -> Any:
        below, above = call(np.maximum(n - 1, 0), z, derivative), call(n + 1, z, derivative)
        return (lower * n * below + upper * (n + 1) * above) / (2 * n + 1)

    def plain(n: Any, z: Any, derivative: Any) -> Any:
        return f(n, z, derivative)

    plain.__name__ = f.__name__
    call = overridable(plain)
    partials(call, None, lambda y, n, z, derivative: slope(n, z, derivative), None)

    def function(n: Any, z: Any, derivative: bool = False) -> Any:
        _constants(f.__name__, n=n)
        call_of = lambda z: call(np.asarray(n), z, derivative)
        return derived(f"scipy.special.{f.__name__}", lambda z: f(n, z, derivative), call_of, z)

    function.__name__ = function.__qualname__ = f.__name__
    function.__doc__ = (
        f"The spherical Bessel function of whole order n at z, or its derivative, as scipy.special.{f.__name__}; by z."
    )
    return function


spherical_jn = _bessel(sp.spherical_jn, 1.0, -1.0)
spherical_yn = _bessel(sp.spherical_yn, 1.0, -1.0)
spherical_in = _bessel(sp.spherical_in, 1.0, 1.0)
spherical_kn = _bessel(sp.spherical_kn, -1.0, -1.0)


# Spherical harmonics, DLMF 14.30.1


@overridable
def _harmonic(n: Any, m: Any, theta: Any, phi: Any) -> Any:
    return sp.sph_harm_y(n, m, theta, phi)


def _by_theta(n: Any, m: Any, theta: Any, phi: Any) -> Any:
    """By the ladder operators, which have no quotient at the poles: A. Edmonds, Angular Momentum in Quantum Mechanics
    (1957), 2.5.19."""
    up, down = np.sqrt((n - m) * (n + m + 1)), np.sqrt((n + m) * (n - m + 1))
    raised = up * np.exp(-1j * phi) * _harmonic(n, np.minimum(m + 1, n), theta, phi)
    lowered = down * np.exp(1j * phi) * _harmonic(n, np.maximum(m - 1, -n), theta, phi)
    return 0.5 * (raised - lowered)


partials(
    _harmonic,
    None,
    None,
    lambda y, n, m, theta, phi: _by_theta(n, m, theta, phi),
    lambda y, n, m, theta, phi: 1j * m * y,
)


def sph_harm_y(n: Any, m: Any, theta: Any, phi: Any, *, diff_n: int = 0) -> Any:
    """The spherical harmonic of degree n and order m, as scipy.special.sph_harm_y; by both angles. Broadcast shape.

    >>> import tracker
    >>> f = lambda theta: np.real(sph_harm_y(2, 0, theta, 0.3))
    >>> tracker.gradcheck(f, 0.4, order=2)
    True
    """
    _constants("sph_harm_y", n=n, m=m)
    if diff_n != 0:
        if is_tracked(theta) or is_tracked(phi):
            raise NoRuleError("scipy.special.sph_harm_y of tracked angles gives values only: leave diff_n out.")
        return sp.sph_harm_y(n, m, theta, phi, diff_n=diff_n)
    formula = lambda theta, phi: _harmonic(np.asarray(n), np.asarray(m), theta, phi)
    theirs = lambda theta, phi: sp.sph_harm_y(n, m, theta, phi)
    return derived("scipy.special.sph_harm_y", theirs, formula, theta, phi)


def sph_legendre_p(n: Any, m: Any, theta: Any, *, diff_n: int = 0) -> Any:
    """The spherical Legendre function, sph_harm_y at phi = 0, as scipy.special.sph_legendre_p; by theta."""
    _constants("sph_legendre_p", n=n, m=m)
    if diff_n != 0:
        if is_tracked(theta):
            raise NoRuleError("scipy.special.sph_legendre_p of a tracked angle gives values only: leave diff_n out.")
        return sp.sph_legendre_p(n, m, theta, diff_n=diff_n)
    formula = lambda theta: np.expand_dims(np.real(_harmonic(np.asarray(n), np.asarray(m), theta, 0.0)), 0)  # as SciPy
    return derived("scipy.special.sph_legendre_p", lambda theta: sp.sph_legendre_p(n, m, theta), formula, theta)


def legendre_p(n: Any, z: Any, *, diff_n: int = 0) -> Any:
    """The Legendre polynomial of degree n, as scipy.special.legendre_p; by z."""
    _constants("legendre_p", n=n)
    if diff_n != 0:
        if is_tracked(z):
            raise NoRuleError("scipy.special.legendre_p of tracked z gives values only: leave diff_n out.")
        return sp.legendre_p(n, z, diff_n=diff_n)
    formula = lambda z: np.expand_dims(sp.eval_legendre(n, z), 0)  # as SciPy, for the orders of derivatives
    return derived("scipy.special.legendre_p", lambda z: sp.legendre_p(n, z), formula, z)
