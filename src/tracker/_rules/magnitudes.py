"""Signs, magnitudes and the parts of complex numbers."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from tracker._core.registry import rule
from tracker._rules import one_pass
from tracker._rules.elementwise import is_complex, partials, where_zero
from tracker._rules.overridable import overridable

partials(np.nextafter, lambda y, x, towards: 1, None)


def abs_pullback(dy: Any, y: Any, x: Any, **_: Any) -> Any:
    """The steepest ascent of |z|; zero at zero."""
    found = one_pass.with_sign(dy, x)
    return dy * direction(x) if found is None else found


def direction(x: Any) -> Any:
    """x / |x|, 0 at 0."""
    return x / where_zero(np.abs(x), 1) if is_complex(x) else np.sign(x)


@overridable
def complex_sign(z: Any) -> Any:
    """numpy.sign of complex numbers, z / |z|."""
    return np.sign(z)


def _turned(dz: Any, u: Any, z: Any) -> Any:
    """What of `dz` turns z, over |z|; the Jacobian of z / |z| is its own transpose."""
    return (dz - u * np.real(np.conj(u) * dz)) / where_zero(np.abs(z), np.inf)


rule(complex_sign, lambda dy, y, z: _turned(dy, y, z), pushforward=lambda t, y, z: _turned(t[0], y, z))


def abs_pushforward(tangents: Any, y: Any, x: Any, **_: Any) -> Any:
    dx = tangents[0]
    return np.real(np.conj(direction(x)) * dx) if is_complex(x) else direction(x) * dx


rule(np.absolute, abs_pullback, pushforward=abs_pushforward)
partials(np.fabs, lambda y, x: np.sign(x))
partials(np.copysign, lambda y, a, b: np.copysign(1.0, a) * np.copysign(1.0, b), None)
partials(np.heaviside, None, lambda y, a, b: 1.0 * (a == 0))

# Complex parts: linear over the reals, so not by complex partial derivatives

rule(np.conjugate, lambda dy, y, x, **_: np.conj(dy), pushforward=lambda t, y, x, **_: np.conj(t[0]))
rule(np.real, lambda dy, y, val: dy, pushforward=lambda t, y, val: np.real(t[0]))
rule(np.imag, lambda dy, y, val: 1j * dy, pushforward=lambda t, y, val: np.imag(t[0]))


def angle_pullback(dy: Any, y: Any, z: Any, deg: Any = False) -> Any:
    """i z / |z|^2 by steepest ascent; zero for real numbers and at zero."""
    h = where_zero(np.abs(z), 1)
    turn = 1j * z / h / h * dy
    return turn * (180 / math.pi) if deg else turn


def angle_pushforward(tangents: Any, y: Any, z: Any, deg: Any = False) -> Any:
    h = where_zero(np.abs(z), 1)
    dy = np.imag(tangents[0] * np.conj(z) / h / h)
    return dy * (180 / math.pi) if deg else dy


rule(np.angle, angle_pullback, pushforward=angle_pushforward)
rule(
    np.real_if_close,
    lambda dy, y, a, tol=100: dy,
    pushforward=lambda t, y, a, tol=100: t[0] if is_complex(y) else np.real(t[0]),
)
