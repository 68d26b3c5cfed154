"""scipy.optimize.minimize and minimize_scalar, from any structure, differentiable through the minimum."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import numpy as np
import scipy.optimize

from tracker._arrays import handles
from tracker._transforms.higher import hessian as _hessian
from tracker._transforms.higher import hvp as _hvp
from tracker._transforms.higher import jacobian as _jacobian
from tracker._transforms.recording import no_grad, stop_gradient
from tracker._transforms.reverse import grad, value_and_grad
from tracker.errors import UnsupportedKeywordError
from tracker.scipy._implicit import free_solution, solution
from tracker.scipy._vector import Layout, ravel
from tracker.scipy.optimize._bounds import inside, refuse_tracked
from tracker.scipy.optimize._results import both, number

_Map = Callable[..., Any]
_optimize: Any = scipy.optimize

_WITHOUT_GRADIENT = ("nelder-mead", "powell", "cobyla", "cobyqa")
_WITH_PRODUCTS = ("newton-cg", "trust-ncg", "trust-krylov", "trust-constr")
_WITH_HESSIAN = ("dogleg", "trust-exact")


def minimize(
    fun: Callable[..., Any],
    x0: Any,
    args: Any = (),
    method: Any = None,
    jac: Any = None,
    hess: Any = None,
    hessp: Any = None,
    bounds: Any = None,
    constraints: Any = (),
    tol: float | None = None,
    callback: Any = None,
    options: Any = None,
) -> Any:
    """`scipy.optimize.minimize` with gradients and Hessian products of its own, from any structure `x0`.

    The result's `x` and `jac` have the structure of `x0`; `x` and `fun` depend on what is tracked in `args` or captured
    by `fun`, at most at the price of one linear system of the size of `x`. `bounds` are in the order in which the
    structure is flattened; entries at a bound stay there. A given `jac`, `hess` or `hessp` is SciPy's business and gets
    vectors. Raises `NotImplementedError` if a result with constraints would have to be differentiated, and
    `DegenerateError` if x is no isolated minimum.

    >>> result = minimize(lambda p: (p["a"] - 1) ** 2 + np.sum((p["b"] - 2) ** 2), {"a": 0.0, "b": np.zeros(2)})
    >>> {key: np.round(x, 6).tolist() for key, x in result.x.items()}
    {'a': 1.0, 'b': [2.0, 2.0]}
    >>> import tracker
    >>> tracker.gradient(lambda c: minimize(lambda x: (x - c) ** 2 + c, 0.0).x, 3.0)
    (1.0,)
    """
    args = args if isinstance(args, tuple) else (args,)
    layout = Layout(x0)
    if not layout.places:
        raise ValueError(f"could not convert x0 to numbers: there are none in {x0!r}.")
    plain_args = stop_gradient(args)
    refuse_tracked("minimize", bounds)

    def objective(x: Any) -> Any:
        return number(fun(layout.restore(x), *plain_args))

    def live(x: Any) -> Any:
        y = fun(layout.restore(x), *args)
        return number(y[0] if jac is True else y)

    name = method.lower() if isinstance(method, str) else ""
    given = _derivatives(objective, name, jac, hess, hessp)
    function: Any = objective
    if given["jac"] is None:
        function = (
            (lambda x: handles.plain(objective(x)))
            if name in _WITHOUT_GRADIENT
            else value_and_grad(objective, check_finite=False)
        )
        given["jac"] = None if name in _WITHOUT_GRADIENT else True
    elif jac is True:
        function = lambda x: both(fun(layout.restore(x), *plain_args))
    with no_grad():
        result = _optimize.minimize(
            function,
            layout.vector,
            method=method,
            bounds=bounds,
            constraints=_constraints(constraints, layout),
            tol=tol,
            callback=_callback(callback, layout),
            options=options,
            **given,
        )
    _as_function(result, live, layout, bounds, constraints)
    return result


def _derivatives(objective: Callable[[Any], Any], method: str, jac: Any, hess: Any, hessp: Any) -> dict[str, Any]:
    """What SciPy is told of derivatives: the caller's, else tracker's where the method makes use of them."""
    if hess is None and hessp is None:
        if method in _WITH_PRODUCTS:
            hessp = lambda x, v: _hvp(objective, x, v)
        elif method in _WITH_HESSIAN:
            hess = lambda x: _hessian(objective, x)
    return {"jac": None if jac is False else jac, "hess": hess, "hessp": hessp}


def _constraints(constraints: Any, layout: Layout) -> Any:
    """The constraints as functions of the vector, with tracker's Jacobians where none are given."""
    if isinstance(constraints, list | tuple):
        return [_constraints(c, layout) for c in constraints]
    if isinstance(constraints, dict):
        extra = constraints.get("args", ())
        f: _Map = lambda x: ravel(constraints["fun"](layout.restore(x), *stop_gradient(extra)))
        given = {**constraints, "fun": f, "args": ()}
        if not callable(constraints.get("jac")):
            given["jac"] = lambda x: _jacobian(f, x)
        return given
    if isinstance(constraints, _optimize.NonlinearConstraint):
        c = constraints
        g: _Map = lambda x: ravel(c.fun(layout.restore(x)))
        jac = c.jac if callable(c.jac) else (lambda x: _jacobian(g, x))
        hess = c.hess if callable(c.hess) else (lambda x, v: _hessian(lambda t: np.sum(g(t) * v), x))
        return _optimize.NonlinearConstraint(g, c.lb, c.ub, jac, hess, c.keep_feasible)
    return constraints


def _callback(callback: Any, layout: Layout) -> Any:
    if callback is None:
        return None
    if "intermediate_result" in inspect.signature(callback).parameters:

        def called(intermediate_result: Any) -> Any:
            intermediate_result.x = layout.restore(intermediate_result.x)
            return callback(intermediate_result=intermediate_result)

        return called
    return lambda x, *rest: callback(layout.restore(x), *rest)


def _as_function(result: Any, live: Any, layout: Layout, bounds: Any, constraints: Any) -> None:
    """Give the result its structure, and its dependence on what the function depends on."""
    vector = np.asarray(result.x, float)
    value = live(vector)
    if handles.is_tracked(value):
        if not (isinstance(constraints, list | tuple) and not constraints):
            raise UnsupportedKeywordError(
                "minimize with constraints= can't be differentiated by what the function captures or gets by args. "
                "Put a penalty into the function, or pass tracker.stop_gradient of these values."
            )
        free = inside(vector, bounds)
        vector = free_solution(grad(live, check_finite=False), vector, free, "minimize")
        value = live(vector)
        result.fun = value
    result.x = layout.restore(vector)
    if getattr(result, "jac", None) is not None and np.shape(result.jac) == layout.vector.shape:
        result.jac = layout.restore(result.jac)


def minimize_scalar(
    fun: Callable[..., Any],
    bracket: Any = None,
    bounds: Any = None,
    args: Any = (),
    method: Any = None,
    tol: float | None = None,
    options: Any = None,
) -> Any:
    """`scipy.optimize.minimize_scalar`, differentiable through the minimum.

    `x` and `fun` of the result depend on what is tracked in `args` or captured by `fun`. A minimum at a bound has no
    derivative here and raises `DegenerateError`.

    >>> import tracker
    >>> round(tracker.gradient(lambda c: minimize_scalar(lambda x: (x - c**2) ** 2).x, 3.0)[0], 9)
    6.0
    """
    args = args if isinstance(args, tuple) else (args,)
    plain_args = stop_gradient(args)
    refuse_tracked("minimize_scalar", bounds)
    with no_grad():
        result = _optimize.minimize_scalar(
            lambda x: handles.plain(fun(x, *plain_args)), bracket, bounds, (), method, tol, options
        )
    live: _Map = lambda x: number(fun(x[0], *args))
    place = np.array([result.x], float).reshape(1)
    if handles.is_tracked(live(place)):
        solved = solution(grad(live, check_finite=False), place, "minimize_scalar")
        result.x, result.fun = solved[0] if handles.is_tracked(solved) else result.x, live(solved)
    return result
