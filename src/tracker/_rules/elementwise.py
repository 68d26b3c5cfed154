"""Elementwise functions: NumPy's float ufuncs, in the order of its manual, and their kin."""

from __future__ import annotations

import math
from typing import Any, Final

import numpy as np

import tracker._core.registry as _registry
from tracker._core.registry import composed, rule
from tracker._rules.indexing import only, overridable

MISSING: Any = np._NoValue  # what NumPy's signatures have for "not given"


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
    """b a^(b-1); zero, not NaN, at 0^0."""
    if type(b) is int or type(b) is float:
        return 2 * a if b == 2 else b * a ** (b - 1) if b else 0 * a
    if not np.any(a == 0):
        return b * a ** (b - 1)
    both_zero = (a == 0) & (b == 0)
    return b * a ** np.where(both_zero, 1, b - 1)


def power_by_exponent(y: Any, a: Any, b: Any) -> Any:
    """a^b log a; zero where a is."""
    return y * np.log(where_zero(a, 1))


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

# Choosing: ties are split evenly


def _choice(f: Any, loses: Any) -> None:
    """Rules of a function that picks one of two arguments; `loses(a, b)` says where it is not a, or a tie."""

    def share(dy: Any, a: Any, b: Any) -> Any:
        g = only(dy, np.logical_not(loses(a, b)))  # not ~: numbers compare to Python's bool, and ~True is -2
        tie = a == b
        return np.where(tie, dy / 2, g) if np.any(tie) else g

    def pushforward(tangents: Any, y: Any, a: Any, b: Any, **_: Any) -> Any:
        da, db = (0 if t is None else t for t in tangents)
        return np.where(a == b, (da + db) / 2, np.where(loses(a, b), db, da))

    rule(
        f,
        lambda dy, y, a, b, **_: share(dy, a, b),
        lambda dy, y, a, b, **_: share(dy, b, a),
        pushforward=pushforward,
    )


def _with_nan(lost: Any, nan: Any) -> Any:
    """`lost`, or where `nan` holds; nothing is done where there is none."""
    return lost | nan if np.any(nan) else lost


# **_ above and below: a ufunc's dtype, casting, order and their kin, which no derivative asks for
# a NaN wins with maximum and minimum, and loses with fmax and fmin
_choice(np.maximum, lambda a, b: _with_nan(a <= b, (b != b) & (a == a) if np.any(b != b) else False))
_choice(np.minimum, lambda a, b: _with_nan(a >= b, (b != b) & (a == a) if np.any(b != b) else False))
_choice(np.fmax, lambda a, b: _with_nan(a <= b, a != a))
_choice(np.fmin, lambda a, b: _with_nan(a >= b, a != a))


def clip(
    a: Any, a_min: Any = MISSING, a_max: Any = MISSING, out: Any = None, *, min: Any = MISSING, max: Any = MISSING,
    **kwargs: Any,
) -> Any:  # fmt: skip
    """numpy.clip as the minimum of a maximum; half the gradient passes at a bound."""
    given: Any = {"a_min": a_min, "a_max": a_max, "min": min, "max": max}
    given = {name: bound for name, bound in given.items() if bound is not MISSING}
    stands_in: Any = {name: None if bound is None else 0.0 for name, bound in given.items()}
    numpys: Any = np.clip
    numpys(0.0, **stands_in, **kwargs)  # raises for the bounds and keywords that NumPy rejects
    if kwargs:
        raise NotImplementedError(f"numpy.clip of tracked values does not take {sorted(kwargs)}.")
    a, low, high = [
        np.stack(b) if isinstance(b, list | tuple) and len(b) else b
        for b in (a, given.get("a_min", given.get("min")), given.get("a_max", given.get("max")))
    ]
    bounds = [b for b in (low, high) if b is not None]
    own = np.result_type(a)
    dtype = np.result_type(own, *bounds)  # one for both steps; to NumPy's clip even a Python number `a` is an array
    if own != dtype or np.result_type(a, *bounds) != dtype:
        a = np.multiply(a, np.ones((), dtype)[()])
    if all(b is None or isinstance(b, int | float | np.number | np.ndarray) for b in (low, high)) and bounds:
        y = clipped(a, low, high)
    else:
        y = a if low is None else np.maximum(a, low)
        y = y if high is None else np.minimum(y, high)
        y = +y if y is a else y
    if out is None:
        return y
    out[...] = y
    return out


@overridable
def clipped(a: Any, low: Any, high: Any) -> Any:
    """numpy.clip between plain bounds, None for none."""
    return np.clip(a, low, high)


def _inside(dy: Any, a: Any, low: Any, high: Any) -> Any:
    """`dy` where `a` is itself the result, half of it at a bound: as in a minimum of a maximum."""
    lost: Any = None
    for bound, beyond in ((low, np.less), (high, np.greater)):
        if bound is not None:
            over = _with_nan(beyond(a, bound), (bound != bound) & (a == a) if np.any(bound != bound) else False)
            lost = over if lost is None else lost | over
    dy = only(dy, np.logical_not(lost))
    for bound in (low, high):
        tie = False if bound is None else a == bound
        dy = np.where(tie, dy / 2, dy) if np.any(tie) else dy
    return dy


rule(
    clipped,
    lambda dy, y, a, low, high: _inside(dy, a, low, high),
    pushforward=lambda t, y, a, low, high: _inside(t[0], a, low, high),
)
composed(np.clip, clip)

# Signs and magnitudes

partials(np.nextafter, lambda y, x, towards: 1, None)


def abs_pullback(dy: Any, y: Any, x: Any, **_: Any) -> Any:
    """The steepest ascent of |z|; zero at zero."""
    return dy * direction(x)


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


def nan_to_num(x: Any, copy: Any = True, nan: Any = 0.0, posinf: Any = None, neginf: Any = None) -> Any:
    """numpy.nan_to_num, into `x` itself with copy=False."""
    x = np.stack(x) if isinstance(x, list | tuple) else x
    y = finite(x, nan, posinf, neginf)
    if copy or not np.ndim(x):
        return y
    x[...] = y
    return x


@overridable
def finite(x: Any, nan: Any, posinf: Any, neginf: Any) -> Any:
    """A copy of `x` with numbers instead of NaN and infinities."""
    return np.nan_to_num(x, True, nan, posinf, neginf)


def _where(test: Any, dy: Any, x: Any) -> Any:
    """`dy` where the test of `x` holds; of complex numbers each part by itself."""
    if not is_complex(x):
        return only(dy, test(x))
    return only(np.real(dy), test(np.real(x))) + 1j * only(np.imag(dy), test(np.imag(x)))


def _as_number(dy: Any, x: Any) -> Any:
    """The gradient of a number that stands in for real and for imaginary parts."""
    return np.real(dy) + np.imag(dy) if is_complex(x) else dy


rule(
    finite,
    lambda dy, y, x, nan, posinf, neginf: _where(np.isfinite, dy, x),
    lambda dy, y, x, nan, posinf, neginf: _as_number(_where(np.isnan, dy, x), x),
    lambda dy, y, x, nan, posinf, neginf: _as_number(_where(np.isposinf, dy, x), x),
    lambda dy, y, x, nan, posinf, neginf: _as_number(_where(np.isneginf, dy, x), x),
    pushforward=lambda t, y, x, *numbers: _first_of(
        ((np.isfinite, t[0]), (np.isnan, t[1]), (np.isposinf, t[2]), (np.isneginf, t[3])), x
    ),
)
composed(np.nan_to_num, nan_to_num)


def _first_of(choices: Any, x: Any) -> Any:
    """The tangent of each entry of `x`, among those that are given the one whose test holds."""
    if is_complex(x):
        parts = [
            _first_of([(test, part(t) if t is choices[0][1] and t is not None else t) for test, t in choices], part(x))
            for part in (np.real, np.imag)
        ]
        return parts[0] + 1j * parts[1]
    y: Any = 0
    for test, t in choices:
        y = y if t is None else np.where(test(x), t, y)
    return y


# sinc and its derivatives


def sinc_derivative(x: Any, n: int) -> Any:
    """The n-th derivative of sin(pi x) / (pi x).

    Power series near 0; elsewhere from u s_n + n s_(n-1) = sin^(n)(u), u = pi x, which is
    Leibniz' rule for the n-th derivative of u s(u) = sin(u).
    """
    u = math.pi * x
    near = np.abs(u) < n + 2
    small = np.where(near, u, 0)
    square = small * small
    series = 0 * small
    for k in range(18 + 2 * n, (n + 1) // 2 - 1, -1):  # Horner's scheme
        c = (-1) ** k * (math.factorial(2 * k) // math.factorial(2 * k - n)) / math.factorial(2 * k + 1)
        series = series * square + c
    series = series * small if n % 2 else series
    large = np.where(near, 1, u)
    s = np.sin(large) / large
    for m in range(1, n + 1):
        s = (np.sin(large + m * math.pi / 2) - m * s) / large
    return math.pi**n * np.where(near, series, s)


def sinc_partial(y: Any, x: Any) -> Any:
    return _sinc_derivative(x, 1)


class Derivatives:
    """`values(x, n)`, an n-th derivative, as a function that tracked arrays take over; its own rule is n + 1."""

    def __init__(self, name: str, values: Any) -> None:
        self.__name__ = name
        self._values = values

    def __call__(self, x: Any, n: int) -> Any:
        override = getattr(type(x), "__array_function__", None)
        if override is not None and override is not np.ndarray.__array_function__:
            y = override(x, self, (type(x),), (x, n), {})
            if y is not NotImplemented:
                return y
        return self._values(x, n)


_sinc_derivative: Final = Derivatives("sinc_derivative", sinc_derivative)
partials(_sinc_derivative, lambda y, x, n: _sinc_derivative(x, n + 1), None)
partials(np.sinc, sinc_partial)
