"""Solvers under names of their own: roots in brackets, least squares of one sign or in order; Rosenbrock's function."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import numpy as np
import scipy.optimize

from tracker._arrays import handles
from tracker._transforms.higher import hessian, hvp
from tracker._transforms.reverse import grad
from tracker.scipy._array import array
from tracker.scipy._derived import derived
from tracker.scipy._signature import NOT_GIVEN, as_installed, only_given
from tracker.scipy.optimize._root import root, root_scalar

_optimize: Any = scipy.optimize
_RTOL: Final = 4 * float(np.finfo(float).eps)


# Roots


def _root_between(
    method: str, f: Any, a: Any, b: Any, args: Any, tolerances: tuple[float, float], maxiter: int, full_output: bool,
    disp: bool, options: Any = None,
) -> Any:  # fmt: skip
    xtol, rtol = tolerances
    found = root_scalar(f, args, method, (a, b), xtol=xtol, rtol=rtol, maxiter=maxiter, options=options)
    if disp and not found.converged:
        raise RuntimeError(f"{method} failed to converge after {maxiter} iterations, value is {found.root}")
    return (found.root, found) if full_output else found.root


def bisect(f: Any, a: Any, b: Any, args: Any = (), xtol: float = 2e-12, rtol: float = _RTOL, maxiter: int = 100,
           full_output: bool = False, disp: bool = True) -> Any:  # fmt: skip
    """`scipy.optimize.bisect`: the root of f between a and b, by what f captures or gets by `args`."""
    return _root_between("bisect", f, a, b, args, (xtol, rtol), maxiter, full_output, disp)


def brenth(f: Any, a: Any, b: Any, args: Any = (), xtol: float = 2e-12, rtol: float = _RTOL, maxiter: int = 100,
           full_output: bool = False, disp: bool = True) -> Any:  # fmt: skip
    """`scipy.optimize.brenth`: the root of f between a and b, by what f captures or gets by `args`."""
    return _root_between("brenth", f, a, b, args, (xtol, rtol), maxiter, full_output, disp)


def brentq(f: Any, a: Any, b: Any, args: Any = (), xtol: float = 2e-12, rtol: float = _RTOL, maxiter: int = 100,
           full_output: bool = False, disp: bool = True) -> Any:  # fmt: skip
    """`scipy.optimize.brentq`: the root of f between a and b, by what f captures or gets by `args`.

    >>> import tracker
    >>> round(tracker.gradient(lambda c: brentq(lambda x: x**3 - c, 0.0, 10.0), 8.0)[0], 9)
    0.083333333
    """
    return _root_between("brentq", f, a, b, args, (xtol, rtol), maxiter, full_output, disp)


def ridder(f: Any, a: Any, b: Any, args: Any = (), xtol: float = 2e-12, rtol: float = _RTOL, maxiter: int = 100,
           full_output: bool = False, disp: bool = True) -> Any:  # fmt: skip
    """`scipy.optimize.ridder`: the root of f between a and b, by what f captures or gets by `args`."""
    return _root_between("ridder", f, a, b, args, (xtol, rtol), maxiter, full_output, disp)


def toms748(f: Any, a: Any, b: Any, args: Any = (), k: int = 1, xtol: float = 2e-12, rtol: float = _RTOL,
            maxiter: int = 100, full_output: bool = False, disp: bool = True) -> Any:  # fmt: skip
    """`scipy.optimize.toms748`: the root of f between a and b, by what f captures or gets by `args`."""
    return _root_between("toms748", f, a, b, args, (xtol, rtol), maxiter, full_output, disp, {"k": k})


def fixed_point(func: Any, x0: Any, args: Any = (), xtol: float = 1e-8, maxiter: int = 500,
                method: str = "del2") -> Any:  # fmt: skip
    """`scipy.optimize.fixed_point`: x with func(x) = x, by what func captures or gets by `args`.

    Found by `root`, with the exact Jacobian, to the tolerance `xtol`; `maxiter` and `method` are SciPy's own search's.
    """
    found = root(lambda x, *given: func(x, *given) - x, x0, args, tol=xtol)
    if not found.success:
        raise RuntimeError(f"fixed_point failed to converge: {found.message}")
    return found.x


# Least squares


@as_installed(scipy.optimize.nnls)
def nnls(A: Any, b: Any, *, maxiter: int | None = None, atol: Any = NOT_GIVEN) -> tuple[Any, Any]:
    """`scipy.optimize.nnls`: x >= 0 of least |A x - b|, and that norm, by A (m, n) and b (m,).

    The entries of x that are zero stay so.

    >>> import tracker
    >>> tracker.gradient(lambda b: nnls([[1.0, 0.0], [0.0, 1.0]], b)[0][0], [2.0, -1.0])
    (array([1., 0.]),)
    """
    deprecated = only_given(atol=atol)

    def composition(a: Any, b: Any) -> Any:
        positive = _optimize.nnls(handles.plain(a), handles.plain(b))[0] > 0
        part = np.linalg.lstsq(a[:, positive], b, rcond=None)[0]
        x = np.eye(a.shape[1])[:, positive] @ part
        return x, np.linalg.norm(a @ x - b)

    value: Callable[..., Any] = lambda a, b: tuple(_optimize.nnls(a, b, maxiter=maxiter, **deprecated))
    return derived("scipy.optimize.nnls", value, composition, array(A), array(b))  # type: ignore[no-any-return]


def isotonic_regression(y: Any, *, weights: Any = None, increasing: bool = True) -> Any:
    """`scipy.optimize.isotonic_regression`: `x` of the result, which only rises, by y (n,) and by the weights.

    It is the mean of each block; the blocks are constants.
    """
    y, weights = array(y), array(weights)
    theirs: Callable[..., Any] = lambda y, w: _optimize.isotonic_regression(y, weights=w, increasing=increasing)
    result = theirs(handles.plain(y), weights if weights is None else handles.plain(weights))

    def composition(y: Any, w: Any) -> Any:
        ends = np.asarray(result.blocks)
        lengths, ends = np.diff(ends), ends[:-1]
        if w is None:
            means = np.add.reduceat(y, ends) / lengths
        else:
            means = np.add.reduceat(y * w, ends) / np.add.reduceat(w, ends)
        return np.repeat(means, lengths)

    result.x = derived("scipy.optimize.isotonic_regression", lambda y, w: theirs(y, w).x, composition, y, weights)
    return result


# Rosenbrock's function


def _valley(x: Any) -> Any:
    return np.sum(100 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2, axis=0)


def rosen(x: Any) -> Any:
    """`scipy.optimize.rosen` of (n, ...)."""
    return derived("scipy.optimize.rosen", _optimize.rosen, _valley, array(x))


def rosen_der(x: Any) -> Any:
    """`scipy.optimize.rosen_der` of (n,), the gradient of `rosen`."""
    return derived("scipy.optimize.rosen_der", _optimize.rosen_der, grad(_valley), array(x))


def rosen_hess(x: Any) -> Any:
    """`scipy.optimize.rosen_hess` of (n,), (n, n)."""
    composition = lambda x: hessian(_valley, x)
    return derived("scipy.optimize.rosen_hess", _optimize.rosen_hess, composition, array(x))


def rosen_hess_prod(x: Any, p: Any) -> Any:
    """`scipy.optimize.rosen_hess_prod` of (n,) and (n,), (n,)."""
    composition = lambda x, p: hvp(_valley, x, p)
    return derived("scipy.optimize.rosen_hess_prod", _optimize.rosen_hess_prod, composition, array(x), array(p))
