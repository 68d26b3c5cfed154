"""scipy.optimize with exact derivatives: fed to the solvers, and taken through their solutions.

The functions take SciPy's arguments. What is minimised or solved is plain NumPy code; gradients, Jacobians and Hessian
products are tracker's unless you give your own. A start `x0` may be any nested structure: functions are called with
that structure, and results have it. A result depends, by the implicit function theorem, on every tracked value that
the function captures or gets by `args`.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import scipy.optimize

from tracker import tree
from tracker._arrays import handles
from tracker._transforms.higher import hessian as _hessian
from tracker._transforms.higher import hvp as _hvp
from tracker._transforms.higher import jacobian as _jacobian
from tracker._transforms.recording import no_grad, stop_gradient
from tracker._transforms.reverse import grad, value_and_grad
from tracker.errors import UnsupportedKeywordError
from tracker.scipy._implicit import free_solution, solution
from tracker.scipy._vector import Layout, ravel

_Map = Callable[..., Any]
_optimize: Any = scipy.optimize

__all__ = ["least_squares", "minimize", "minimize_scalar", "root", "root_scalar"]

_WITHOUT_GRADIENT = ("nelder-mead", "powell", "cobyla", "cobyqa")
_WITH_PRODUCTS = ("newton-cg", "trust-ncg", "trust-krylov", "trust-constr")
_WITH_HESSIAN = ("dogleg", "trust-exact")

# scipy.optimize.least_squares: rho(z) of each loss
_LOSSES: dict[Any, Callable[[Any], Any]] = {
    "linear": lambda z: z,
    "soft_l1": lambda z: 2 * (np.sqrt(1 + z) - 1),
    "huber": lambda z: np.where(z <= 1, z, 2 * np.sqrt(np.maximum(z, 1)) - 1),
    "cauchy": lambda z: np.log1p(z),
    "arctan": lambda z: np.arctan(z),
}


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
    plain_args = stop_gradient(args)
    _refuse_tracked("minimize", bounds)

    def objective(x: Any) -> Any:
        return _number(fun(layout.restore(x), *plain_args))

    def live(x: Any) -> Any:
        y = fun(layout.restore(x), *args)
        return _number(y[0] if jac is True else y)

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
        function = lambda x: _both(fun(layout.restore(x), *plain_args))
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


def _both(result: Any) -> Any:
    return handles.plain(result[0]), ravel(handles.plain(result[1]))


def _number(y: Any) -> Any:
    """A loss; SciPy allows arrays of one entry."""
    return np.reshape(y, ()) if np.ndim(handles.plain(y)) and np.size(handles.plain(y)) == 1 else y


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
        free = _inside(vector, bounds)
        vector = free_solution(grad(live, check_finite=False), vector, free, "minimize")
        value = live(vector)
        result.fun = value
    result.x = layout.restore(vector)
    if getattr(result, "jac", None) is not None and np.shape(result.jac) == layout.vector.shape:
        result.jac = layout.restore(result.jac)


def _refuse_tracked(name: str, bounds: Any) -> None:
    """Raise for bounds that are tracked: an entry at one of them would move with it."""
    pairs = (bounds.lb, bounds.ub) if isinstance(bounds, _optimize.Bounds) else bounds
    if pairs is not None and any(handles.is_tracked(x) for x in tree.flatten(pairs, True)[0]):
        raise UnsupportedKeywordError(
            f"{name} is not differentiated by its bounds. Substitute a variable that keeps within them, or pass "
            "tracker.stop_gradient(bounds)."
        )


def _inside(x: Any, bounds: Any) -> Any:
    """Which entries of `x` are not at a bound."""
    if bounds is None:
        return np.ones(x.shape, bool)
    if not isinstance(bounds, _optimize.Bounds):
        pairs = list(bounds)
        low = np.array([-np.inf if b[0] is None else b[0] for b in pairs], float)
        high = np.array([np.inf if b[1] is None else b[1] for b in pairs], float)
        bounds = _optimize.Bounds(low, high)
    return (x > bounds.lb) & (x < bounds.ub)


def least_squares(
    fun: Callable[..., Any],
    x0: Any,
    jac: Any = None,
    bounds: Any = (-np.inf, np.inf),
    method: str = "trf",
    ftol: float | None = 1e-8,
    xtol: float | None = 1e-8,
    gtol: float | None = 1e-8,
    x_scale: Any = None,
    loss: Any = "linear",
    f_scale: float = 1.0,
    args: Any = (),
    kwargs: Any = None,
    **options: Any,
) -> Any:
    """`scipy.optimize.least_squares` with the Jacobian of its own, from any structure `x0`.

    `fun` gives residuals of any structure. `x`, `fun` and `cost` of the result depend on what is tracked in `args`,
    `kwargs`, `f_scale` or captured by `fun`. A callable `jac` gets vectors. Raises as `minimize` does.

    >>> t = np.arange(4.0)
    >>> result = least_squares(lambda p: p["a"] * t + p["b"] - (2 * t + 1), {"a": 0.0, "b": 0.0})
    >>> round(result.x["a"], 6), round(result.x["b"], 6)
    (2.0, 1.0)
    """
    args = args if isinstance(args, tuple) else (args,)
    layout = Layout(x0)
    frozen = stop_gradient((args, kwargs or {}))
    _refuse_tracked("least_squares", bounds)
    residuals: _Map = lambda x: ravel(fun(layout.restore(x), *frozen[0], **frozen[1]))
    live: _Map = lambda x: ravel(fun(layout.restore(x), *args, **(kwargs or {})))
    with no_grad():
        result = _optimize.least_squares(
            residuals,
            layout.vector,
            jac=(lambda x: _jacobian(residuals, x)) if jac is None else jac,
            bounds=bounds,
            method=method,
            ftol=ftol,
            xtol=xtol,
            gtol=gtol,
            x_scale=x_scale,
            loss=loss,
            f_scale=handles.plain(f_scale),
            **options,
        )
    vector = result.x
    if handles.is_tracked(live(vector)) or handles.is_tracked(f_scale):
        cost = _cost(live, loss, f_scale)
        lower, upper = (bounds.lb, bounds.ub) if isinstance(bounds, _optimize.Bounds) else bounds
        free = (vector > lower) & (vector < upper)
        vector = free_solution(grad(cost, check_finite=False), vector, free, "least_squares")
        result.fun, result.cost = live(vector), cost(vector)
    result.x = layout.restore(vector)
    return result


def _cost(residuals: Any, loss: Any, scale: float) -> Callable[[Any], Any]:
    """Half the sum of the losses of the squared residuals."""
    if loss not in _LOSSES:
        raise UnsupportedKeywordError(
            f"least_squares can't be differentiated with loss={loss!r}: take one of {', '.join(_LOSSES)}."
        )
    return lambda x: 0.5 * scale**2 * np.sum(_LOSSES[loss]((residuals(x) / scale) ** 2))


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
            (lambda x: _both(fun(layout.restore(x), *plain_args))) if jac is True else equations,
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
    slope = grad(lambda x: _number(equation(x)), check_finite=False)
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
    _refuse_tracked("minimize_scalar", bounds)
    with no_grad():
        result = _optimize.minimize_scalar(
            lambda x: handles.plain(fun(x, *plain_args)), bracket, bounds, (), method, tol, options
        )
    live: _Map = lambda x: _number(fun(x[0], *args))
    place = np.array([result.x], float).reshape(1)
    if handles.is_tracked(live(place)):
        solved = solution(grad(live, check_finite=False), place, "minimize_scalar")
        result.x, result.fun = solved[0] if handles.is_tracked(solved) else result.x, live(solved)
    return result
