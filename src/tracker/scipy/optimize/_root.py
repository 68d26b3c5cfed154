"""scipy.optimize.root and root_scalar, differentiable through the root."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import scipy.optimize

from tracker._arrays import handles
from tracker._transforms.higher import jacobian as _jacobian
from tracker._transforms.recording import no_grad, stop_gradient
from tracker._transforms.reverse import grad
from tracker.scipy._implicit import solution
from tracker.scipy._vector import Layout, ravel
from tracker.scipy.optimize._results import both, number

_Map = Callable[..., Any]
_optimize: Any = scipy.optimize


def root(
    fun: Callable[..., Any],
    x0: Any,
    args: Any = (),
    method: str = "hybr",
    jac: Any = None,
    tol: float | None = None,
    callback: Any = None,
    options: Any = None,
) -> Any:
    """`scipy.optimize.root` with the Jacobian of its own, from any structure `x0`.

    `fun` gives as many numbers as `x0` has, in any structure. `x` of the result depends on what is tracked in `args` or
    captured by `fun`. A callable `jac` gets vectors.

    >>> import tracker
    >>> f = lambda c: root(lambda x: {"u": x["u"] ** 2 - c, "v": x["v"] - x["u"]}, {"u": 1.0, "v": 1.0}).x["v"]
    >>> round(f(4.0), 9), round(tracker.gradient(f, 4.0)[0], 9)
    (2.0, 0.25)
    """
    args = args if isinstance(args, tuple) else (args,)
    layout = Layout(x0)
    plain_args = stop_gradient(args)
    equations: _Map = lambda x: ravel(fun(layout.restore(x), *plain_args))
    if jac is None and method in ("hybr", "lm"):
        jac = lambda x: _jacobian(equations, x)
    with no_grad():
        result = _optimize.root(
            (lambda x: both(fun(layout.restore(x), *plain_args))) if jac is True else equations,
            layout.vector,
            method=method,
            jac=jac,
            tol=tol,
            callback=None if callback is None else lambda x, f: callback(layout.restore(x), f),
            options=options,
        )
    first: _Map = (lambda y: y[0]) if jac is True else (lambda y: y)
    live: _Map = lambda x: ravel(first(fun(layout.restore(x), *args)))
    result.x = layout.restore(solution(live, np.asarray(result.x, float).reshape(-1), "root"))
    return result


def root_scalar(
    f: Callable[..., Any],
    args: Any = (),
    method: str | None = None,
    bracket: Sequence[float] | None = None,
    fprime: Any = None,
    fprime2: Any = None,
    x0: float | None = None,
    x1: float | None = None,
    xtol: float | None = None,
    rtol: float | None = None,
    maxiter: int | None = None,
    options: Any = None,
) -> Any:
    """`scipy.optimize.root_scalar` with the derivatives of its own.

    `root` of the result depends on what is tracked in `args` or captured by `f`.

    >>> import tracker
    >>> f = lambda c: root_scalar(lambda x: x**3 - c, bracket=(0, 10)).root
    >>> round(f(8.0), 9), round(tracker.gradient(f, 8.0)[0], 9)
    (2.0, 0.083333333)
    """
    args = args if isinstance(args, tuple) else (args,)
    plain_args = stop_gradient(args)
    equation: _Map = lambda x: f(x, *plain_args)
    slope = grad(lambda x: number(equation(x)), check_finite=False)
    if fprime is None and (method in ("newton", "halley") or (method is None and bracket is None and x1 is None)):
        fprime = lambda x: slope(float(x))
    if fprime2 is None and method == "halley":
        fprime2 = lambda x: grad(slope, check_finite=False)(float(x))
    with no_grad():
        result = _optimize.root_scalar(
            (lambda x: handles.plain(equation(x))) if fprime is not True else equation,
            (),
            method,
            None if bracket is None else [float(handles.plain(b)) for b in bracket],
            fprime,
            fprime2,
            x0 if x0 is None else handles.plain(x0),
            x1 if x1 is None else handles.plain(x1),
            xtol,
            rtol,
            maxiter,
            options,
        )
    first: _Map = (lambda y: y[0]) if fprime is True else (lambda y: y)
    live: _Map = lambda x: np.reshape(first(f(x[0], *args)), (1,))
    solved = solution(live, np.array([result.root], float), "root_scalar")
    if handles.is_tracked(solved):
        result.root = solved[0]
    return result
