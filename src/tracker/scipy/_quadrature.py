"""Adaptive quadrature: SciPy finds value and intervals, and the sum over these intervals is what is differentiated."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import scipy.integrate
import scipy.special

from tracker._arrays import handles
from tracker._arrays.leaf import collect
from tracker._transforms.recording import stop_gradient
from tracker.errors import DegenerateError, UnsupportedKeywordError
from tracker.scipy._watch import any_tracked, plainly, watched

_integrate: Any = scipy.integrate


def _gauss() -> tuple[Any, Any]:
    nodes, weights = np.polynomial.legendre.leggauss(21)
    return (nodes + 1) / 2, weights / 2


def _double_exponential() -> tuple[Any, Any]:
    """The trapezoidal rule in x = 1 / (1 + exp(-pi sinh t)), for singularities at the ends.

    Takahasi and Mori (1974), Publ. RIMS 9, "Double exponential formulas for numerical integration". It comes as close
    to 0 as 1e-37, to 1 as the nearest number.
    """
    t = np.arange(-32, 25) / 8
    left, right = 1 / (1 + np.exp(-np.pi * np.sinh(t))), 1 / (1 + np.exp(np.pi * np.sinh(t)))
    return left, np.pi * np.cosh(t) * left * right / 8


_GAUSS, _DOUBLE_EXPONENTIAL = _gauss(), _double_exponential()
_AGREEMENT = 1e-6  # between the sum over the intervals and SciPy's value, relative to the sum of absolute values
_CLOSE = 1e-9  # there the integrand is smooth, and so is its derivative


def quad(
    func: Any,
    a: Any,
    b: Any,
    args: Any = (),
    full_output: Any = 0,
    epsabs: float = 1.49e-8,
    epsrel: float = 1.49e-8,
    limit: int = 50,
    points: Any = None,
    weight: Any = None,
    wvar: Any = None,
    wopts: Any = None,
    maxp1: int = 50,
    limlst: int = 50,
    complex_func: bool = False,
) -> Any:
    """`scipy.integrate.quad`, differentiable by the limits, by `args` and by what `func` captures.

    The derivative is that of a Gauss sum of 21 points on each interval that SciPy came to use, or of a sum that closes
    in on the ends of the intervals, if there are singularities. Raises
    `NotImplementedError` with `weight=` (or both `complex_func` and `full_output`), and `DegenerateError` where that
    sum is not the integral (at strong singularities).

    >>> import tracker
    >>> round(tracker.gradient(lambda c: quad(lambda x: np.exp(-c * x), 0.0, np.inf)[0], 2.0)[0], 9)
    -0.25
    """
    if not callable(func):
        return _integrate.quad(func, 0.0, 1.0)  # raises
    options = {
        "epsabs": epsabs, "epsrel": epsrel, "limit": limit, "points": points, "weight": weight, "wvar": wvar,
        "wopts": wopts, "maxp1": maxp1, "limlst": limlst,
    }  # fmt: skip
    if complex_func and not full_output:
        parts = [_part(func, take) for take in (np.real, np.imag)]
        real, imaginary = (quad(part, a, b, args, **options) for part in parts)
        return real[0] + 1j * imaginary[0], real[1] + 1j * imaginary[1]
    args = args if isinstance(args, tuple) else (args,)
    limits = [handles.plain(a), handles.plain(b)]
    f = lambda x: plainly(func(x, *args))
    result, seen = watched(lambda: _integrate.quad(f, *limits, (), 1, **options, complex_func=complex_func))
    shown = result if full_output else result[:2]
    if not (seen or any_tracked((a, b, args))):
        return shown
    for name, setting in (("weight", weight), ("complex_func", complex_func)):
        if setting:
            raise UnsupportedKeywordError(f"quad can't be differentiated with {name}=. Put it into the function.")
    info = result[2]
    intervals = np.stack([info["alist"], info["blist"]], axis=1)[: info["last"]]
    total = _integral(lambda x: func(x, *args), a, b, intervals, result[0], "quad")
    return (total, *shown[1:])


def _part(func: Callable[..., Any], take: Any) -> Callable[..., Any]:
    """The real or imaginary part of a function."""
    return lambda *given: take(func(*given))


def fixed_quad(func: Callable[..., Any], a: Any, b: Any, args: Any = (), n: int = 5) -> tuple[Any, None]:
    """`scipy.integrate.fixed_quad`: Gauss's rule of order n, differentiable by the limits, `args` and captured values.

    >>> import tracker
    >>> tracker.gradient(lambda c: fixed_quad(lambda x: c * x, 0.0, 2.0)[0], 3.0)[0]
    2.0
    """
    if any(np.isinf(handles.plain(x)) for x in (a, b)):
        raise ValueError("Gaussian quadrature is only available for finite limits.")
    nodes, weights = scipy.special.roots_legendre(n)
    x = (b - a) * (np.real(nodes) + 1) / 2.0 + a
    return (b - a) / 2.0 * np.sum(weights * func(x, *args), axis=-1), None


def quad_vec(
    f: Callable[..., Any],
    a: Any,
    b: Any,
    epsabs: float = 1e-200,
    epsrel: float = 1e-8,
    norm: str = "2",
    cache_size: float = 100e6,
    limit: float = 10000,
    workers: Any = 1,
    points: Any = None,
    quadrature: Any = None,
    full_output: bool = False,
    *,
    args: Any = (),
) -> Any:
    """`scipy.integrate.quad_vec`, differentiable as `quad` is; `f` may give an array.

    >>> import tracker
    >>> g = lambda c: quad_vec(lambda x: x ** np.array([1.0, 2.0]) * c, 0.0, 1.0)[0]
    >>> tracker.jacobian(g, 3.0).round(9)
    array([0.5       , 0.33333333])
    """
    args = args if isinstance(args, tuple) else (args,)
    limits = [handles.plain(a), handles.plain(b)]
    plain = lambda x: plainly(f(x, *args))
    settings = (epsabs, epsrel, norm, cache_size, limit, workers, points, quadrature, True)
    result, seen = watched(lambda: _integrate.quad_vec(plain, *limits, *settings))
    shown = result if full_output else result[:2]
    if not (seen or any_tracked((a, b, args))):
        return shown
    live = lambda x: collect(f(x, *args))
    if np.all(np.isfinite(limits)):
        total = _integral(live, a, b, np.sort(result[2].intervals, axis=1), result[0], "quad_vec")
    else:
        total = _integral(live, a, b, _geometric(), result[0], "quad_vec")
    return (total, *shown[1:])


def _geometric() -> Any:
    """Intervals of (0, 1) that grow finer towards its ends: for an integral over an infinite range."""
    edges = np.concatenate([[0.0], 2.0 ** np.arange(-12, 0), 1 - 2.0 ** np.arange(-2, -13, -1), [1.0]])
    return np.stack([edges[:-1], edges[1:]], axis=1)


def _integral(f: Any, a: Any, b: Any, intervals: Any, value: Any, name: str) -> Any:
    """The integral as a recorded sum, its value SciPy's."""
    low, high = handles.plain(a), handles.plain(b)
    if low == high:
        intervals = np.array([[0.0, 1.0]])
    elif np.isfinite(low) and np.isfinite(high):
        intervals = np.sort((intervals - low) / (high - low), axis=1)  # SciPy swaps limits that fall
    live = lambda t: _term(f, a, b, t)
    total, error = _sum(live, intervals, _GAUSS, value)
    if error > _CLOSE:
        with np.errstate(all="ignore"):  # it comes closer to the ends than SciPy does
            other = _sum(live, intervals, _DOUBLE_EXPONENTIAL, value)
        total, error = (total, error) if error <= other[1] else other
    if error <= _AGREEMENT:
        return value + (total - stop_gradient(total))
    raise DegenerateError(
        f"{name}: the integral can't be differentiated here, as sums on SciPy's intervals give another value: a "
        "singularity, or too large a tolerance. Take the singularity out by a substitution, or break the interval "
        "there with points=."
    )


def _sum(f: Any, intervals: Any, rule: tuple[Any, Any], value: Any) -> tuple[Any, float]:
    """The sum over the intervals by a rule for (0, 1), recorded; how far it is from SciPy's value."""
    total: Any = 0.0
    size: Any = 0.0
    for left, right in intervals:
        for node, weight in zip(*rule, strict=True):
            at = left + (right - left) * node
            if not left < at < right:  # by rounding
                continue
            term = f(at) * (weight * (right - left))
            total = total + term
            size = size + np.abs(handles.plain(term))
    errors = np.abs(handles.plain(total) - value) / (size + 1e-300)
    return total, float(np.nan_to_num(np.max(errors, initial=0.0), nan=np.inf))


def _term(f: Any, a: Any, b: Any, t: float) -> Any:
    """The integrand in a variable that runs over (0, 1), times dx/dt: QUADPACK's substitutions (qagi)."""
    low, high = handles.plain(a), handles.plain(b)
    if np.isfinite(low) and np.isfinite(high):
        return f(a + (b - a) * t) * (b - a)
    far = (1 - t) / t
    sign = 1.0 if low < high else -1.0
    if np.isfinite(low):
        return f(a + sign * far) * (sign / t**2)
    if np.isfinite(high):
        return f(b - sign * far) * (sign / t**2)
    return (f(far) + f(-far)) * (sign / t**2)
