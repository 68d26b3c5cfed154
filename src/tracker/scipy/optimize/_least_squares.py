"""scipy.optimize.least_squares, from any structure, differentiable through the fit."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import scipy.optimize

from tracker._arrays import handles
from tracker._transforms.higher import jacobian as _jacobian
from tracker._transforms.recording import no_grad, stop_gradient
from tracker._transforms.reverse import grad
from tracker.errors import UnsupportedKeywordError
from tracker.scipy._array import given
from tracker.scipy._implicit import free_solution
from tracker.scipy._vector import Layout, ravel
from tracker.scipy.optimize._bounds import refuse_tracked

_Map = Callable[..., Any]
_optimize: Any = scipy.optimize

# scipy.optimize.least_squares: rho(z) of each loss
_LOSSES: dict[Any, Callable[[Any], Any]] = {
    "linear": lambda z: z,
    "soft_l1": lambda z: 2 * (np.sqrt(1 + z) - 1),
    "huber": lambda z: np.where(z <= 1, z, 2 * np.sqrt(np.maximum(z, 1)) - 1),
    "cauchy": lambda z: np.log1p(z),
    "arctan": lambda z: np.arctan(z),
}


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
    diff_step: Any = None,
    tr_solver: Any = None,
    tr_options: Any = None,
    jac_sparsity: Any = None,
    max_nfev: int | None = None,
    verbose: int = 0,
    args: Any = (),
    kwargs: Any = None,
    callback: Any = None,
    workers: Any = None,
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
    refuse_tracked("least_squares", bounds)
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
            loss=loss,
            f_scale=handles.plain(f_scale),
            diff_step=diff_step,
            tr_solver=tr_solver,
            jac_sparsity=jac_sparsity,
            max_nfev=max_nfev,
            verbose=verbose,
            **given(x_scale=x_scale, tr_options=tr_options, callback=callback, workers=workers),
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
