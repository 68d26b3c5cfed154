"""Elementwise functions: arithmetic, exponents and logarithms, trigonometric and hyperbolic functions."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

import tracker._core.registry as _registry
from tracker._core.registry import rule


def partials(f: Any, *rules: Any) -> None:
    """Built-in partial derivatives: their shapes are known to be right and are not checked."""
    _registry.partials(f, *rules, trusted=True)


def is_complex(x: Any) -> bool:
    """Whether x holds complex numbers."""
    dtype = getattr(x, "dtype", None)
    return isinstance(x, complex) if dtype is None else dtype.kind == "c"


def where_zero(x: Any, instead: Any) -> Any:
    """x with its zeros replaced: the safe denominator of a quotient that is 0 there."""
    return np.where(x == 0, instead, x)


# Arithmetic


def power_by_base(y: Any, a: Any, b: Any) -> Any:
    """b a^(b-1); zero, not NaN, at 0^0, and where an infinite b makes it constant."""
    if type(b) is int or type(b) is float:
        if abs(b) == math.inf:
            return _infinite_times(b, a**b)
        return 2 * a if b == 2 else b * a ** (b - 1) if b else 0 * a
    if np.any(np.isinf(b)):
        return _infinite_times(b, a ** np.where((a == 0) & (b == 0), 1, b - 1))
    if not np.any(a == 0):
        return b * a ** (b - 1)
    both_zero = (a == 0) & (b == 0)
    return b * a ** np.where(both_zero, 1, b - 1)


def _infinite_times(b: Any, p: Any) -> Any:
    """b p where b may be infinite: 0 where p is."""
    return np.where(np.isinf(b) & (p == 0), 0, b * p)


def power_by_exponent(y: Any, a: Any, b: Any) -> Any:
    """a^b log a; zero where a is."""
    a = where_zero(a, 1)
    if is_complex(y) and not is_complex(a):  # a negative number's power is complex, as its logarithm then is
        a = a + 0j
    return y * np.log(a)


partials(np.add, lambda y, a, b: 1, lambda y, a, b: 1)
partials(np.subtract, lambda y, a, b: 1, lambda y, a, b: -1)
partials(np.multiply, lambda y, a, b: b, lambda y, a, b: a)
partials(np.true_divide, lambda y, a, b: 1 / b, lambda y, a, b: -y / b)
partials(np.negative, lambda y, x: -1)
partials(np.positive, lambda y, x: 1)
partials(np.power, power_by_base, power_by_exponent)
partials(np.float_power, power_by_base, power_by_exponent)
partials(np.remainder, lambda y, a, b: 1, lambda y, a, b: -np.floor_divide(a, b))
partials(np.fmod, lambda y, a, b: 1, lambda y, a, b: -np.trunc(a / b))
partials(np.reciprocal, lambda y, x: -y * y)
partials(np.square, lambda y, x: 2 * x)
partials(np.sqrt, lambda y, x: 0.5 / y)
partials(np.cbrt, lambda y, x: 1.0 / (3 * y * y))
rule(
    np.divmod,
    lambda dy, y, a, b, **_: dy[1],
    lambda dy, y, a, b, **_: None if dy[1] is None else -dy[1] * y[0],
    pushforward=lambda t, y, a, b, **_: (None, _sum_of(t[0], None if t[1] is None else -y[0] * t[1])),
)
rule(np.modf, lambda dy, y, x, **_: dy[0], pushforward=lambda t, y, x, **_: (t[0], None))
rule(
    np.frexp,
    lambda dy, y, x, **_: None if dy[0] is None else np.ldexp(dy[0], -y[1]),
    pushforward=lambda t, y, x, **_: (np.ldexp(t[0], -y[1]), None),
)
partials(np.ldexp, lambda y, x, n: np.ldexp(1.0, n), None)


def _sum_of(a: Any, b: Any) -> Any:
    return b if a is None else a if b is None else a + b


# Exponents and logarithms


def share(a: Any, b: Any, base: float) -> Any:
    """base^a / (base^a + base^b); a half where both are the same infinity."""
    gap = np.where((a == b) & np.isinf(a), 0, b) - np.where((a == b) & np.isinf(a), 0, a)
    return 1 / (1 + np.exp(gap * math.log(base)))


partials(np.exp, lambda y, x: y)
partials(np.exp2, lambda y, x: y * math.log(2))
partials(np.expm1, lambda y, x: y + 1)
partials(np.log, lambda y, x: 1.0 / x)
partials(np.log2, lambda y, x: 1.0 / (x * math.log(2)))
partials(np.log10, lambda y, x: 1.0 / (x * math.log(10)))
partials(np.log1p, lambda y, x: 1.0 / (1 + x))
partials(np.logaddexp, lambda y, a, b: share(a, b, math.e), lambda y, a, b: share(b, a, math.e))
partials(np.logaddexp2, lambda y, a, b: share(a, b, 2), lambda y, a, b: share(b, a, 2))

# Trigonometric and hyperbolic

partials(np.sin, lambda y, x: np.cos(x))
partials(np.cos, lambda y, x: -np.sin(x))
partials(np.tan, lambda y, x: 1 + y * y)


def arcsin_slope(x: Any) -> Any:
    """1 / sqrt(1 - x^2); of complex x on the side of the branch cut that arcsin takes: 1 - x*x forgets it."""
    return 1.0 / (np.cos(np.arcsin(x)) if np.iscomplexobj(x) else np.sqrt((1 - x) * (1 + x)))


partials(np.arcsin, lambda y, x: arcsin_slope(x))
partials(np.arccos, lambda y, x: -arcsin_slope(x))
partials(np.arctan, lambda y, x: 1.0 / (1 + x * x))
partials(np.sinh, lambda y, x: np.cosh(x))
partials(np.cosh, lambda y, x: np.sinh(x))
partials(np.tanh, lambda y, x: 1.0 - y * y)  # 1.0, not 1: NumPy takes a float 0.1 us faster than an int
partials(np.arcsinh, lambda y, x: 1.0 / np.sqrt(x * x + 1))
partials(np.arccosh, lambda y, x: 1.0 / (np.sqrt(x - 1) * np.sqrt(x + 1)))
partials(np.arctanh, lambda y, x: 1.0 / ((1 - x) * (1 + x)))
partials(np.hypot, lambda y, a, b: a / where_zero(y, 1), lambda y, a, b: b / where_zero(y, 1))


def _over_square(x: Any, a: Any, b: Any) -> Any:
    """x / (a^2 + b^2), without overflow; zero where both are, or one is infinite."""
    square = a * a + b * b
    if np.all((square > 1e-30) & (square < 1e30)):  # as a rule; hypot is much slower
        return x / square
    h = where_zero(np.hypot(a, b), 1)
    return np.where(np.isinf(h), 0, x / h / h)


partials(np.arctan2, lambda y, a, b: _over_square(b, a, b), lambda y, a, b: -_over_square(a, a, b))
partials(np.deg2rad, lambda y, x: math.pi / 180)
partials(np.radians, lambda y, x: math.pi / 180)
partials(np.rad2deg, lambda y, x: 180 / math.pi)
partials(np.degrees, lambda y, x: 180 / math.pi)
