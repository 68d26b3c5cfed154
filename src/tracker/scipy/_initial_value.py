"""solve_ivp: SciPy solves; the record is of the steps it took, or of the whole, with the adjoint equation.

By the steps: each step is done again on tracked values, with the step sizes that SciPy chose held fixed. That is exact
for the numbers that SciPy returned, to all orders and in both modes. By the adjoint: Chen et al. (2018), NeurIPS,
"Neural ordinary differential equations", section 2; there the state comes from the dense output of the solution.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import scipy.integrate

from tracker._arrays import dispatch
from tracker._arrays.leaf import collect
from tracker._transforms.custom import stop_gradient
from tracker.errors import UnsupportedKeywordError
from tracker.scipy._adjoint import by_adjoint
from tracker.scipy._runge_kutta import interpolate, step
from tracker.scipy._watch import any_tracked, watched

_integrate: Any = scipy.integrate
_EXPLICIT = {"RK23": _integrate.RK23, "RK45": _integrate.RK45, "DOP853": _integrate.DOP853}


def solve_ivp(
    fun: Callable[..., Any],
    t_span: Any,
    y0: Any,
    method: Any = "RK45",
    t_eval: Any = None,
    dense_output: bool = False,
    events: Any = None,
    vectorized: bool = False,
    args: Any = None,
    *,
    gradient: str | None = None,
    **options: Any,
) -> Any:
    """`scipy.integrate.solve_ivp`, differentiable by everything that the solution depends on.

    That is `y0` (n,), both ends of `t_span`, `t_eval`, what is tracked in `args`, and what `fun` captures. `gradient`
    says how: "steps" (differentiates the steps that the solver took; explicit methods, the default there) or "adjoint"
    (solves the adjoint equation backwards, whatever the method, in memory that does not grow with the number of
    function evaluations; first derivatives in reverse mode). `y` of the result is (n, number of times).
    Raises `NotImplementedError` if a solution with `events` or `dense_output` is to be differentiated: times of
    interest are given by `t_eval`.

    >>> import tracker
    >>> decay = lambda t, y, rate: -rate * y
    >>> end = lambda rate: solve_ivp(decay, (0, 1), [2.0], args=(rate,), rtol=1e-8).y[0, -1]
    >>> bool(np.isclose(tracker.gradient(end, 0.5)[0], -2 * np.exp(-0.5), rtol=1e-6))
    True
    """
    if gradient not in (None, "steps", "adjoint"):
        raise ValueError(f'gradient is "steps", "adjoint" or None; it was {gradient!r}.')
    y0, times = _gathered(y0), None if t_eval is None else _gathered(t_eval)
    solver = _EXPLICIT.get(method, method)
    explicit = isinstance(solver, type) and issubclass(solver, tuple(_EXPLICIT.values()))
    log: list[float] = []
    logged = _logging(solver, log) if explicit else solver
    given = {
        **options,
        "events": events,
        "vectorized": vectorized,
        "args": stop_gradient(args),
        "t_eval": dispatch.plain(times),
    }
    parts = (y0, tuple(t_span), times, args)
    by_steps = explicit and gradient != "adjoint"
    dense = dense_output or (not by_steps and any_tracked(parts))
    solve: Callable[[bool], Any] = lambda dense: _integrate.solve_ivp(
        _plainly(fun), dispatch.plain(tuple(t_span)), dispatch.plain(y0), method=logged, dense_output=dense, **given
    )
    result, seen = watched(lambda: solve(dense))
    if not seen and not any_tracked(parts):
        return result
    _refuse(events, dense_output, method, explicit, gradient)
    if by_steps:
        times_of = [float(dispatch.plain(t_span[0])), *log]
        return _along_the_steps(fun, t_span, y0, solver, times, args, vectorized, result, times_of)
    if not dense:
        result = watched(lambda: solve(True))[0]
    return by_adjoint(fun, t_span, y0, method, times, args, vectorized, result, seen, options)


def _refuse(events: Any, dense_output: bool, method: Any, explicit: bool, gradient: Any) -> None:
    for name, value in (("events", events), ("dense_output", dense_output)):
        if value:
            raise UnsupportedKeywordError(
                f"solve_ivp can't be differentiated with {name}=: give the times of interest as t_eval, or pass "
                "tracker.stop_gradient of what the solution depends on."
            )
    if gradient == "steps" and not explicit:
        raise UnsupportedKeywordError(
            f'solve_ivp: the steps of method {method!r} can\'t be differentiated. Take gradient="adjoint", or a method '
            f"of {', '.join(_EXPLICIT)}."
        )


def _gathered(x: Any) -> Any:
    return collect(x) if isinstance(x, list | tuple) else x


def _plainly(fun: Callable[..., Any]) -> Callable[..., Any]:
    return lambda *given: dispatch.plain(fun(*given))


def _logging(solver: Any, log: list[float]) -> Any:
    """The solver, noting the end of each step it takes."""

    class Logging(solver):  # type: ignore[misc]
        def _step_impl(self) -> Any:
            outcome = super()._step_impl()
            if outcome[0]:
                log.append(float(self.t))
            return outcome

    return Logging


def _along_the_steps(
    fun: Any, t_span: Any, y0: Any, solver: Any, times: Any, args: Any, vectorized: bool, result: Any, ends: list[float]
) -> Any:
    """The result with `y` (and `t`) recorded: the steps between `ends` done again on tracked values."""

    def slope(t: Any, y: Any) -> Any:
        dy = fun(t, y[:, None] if vectorized else y, *(args or ()))
        dy = collect(dy) if isinstance(dy, list | tuple) else dy
        return np.reshape(dy, (-1,)) if np.ndim(dispatch.plain(dy)) != 1 else dy

    clock: list[Any] = list(ends)
    clock[0] = t_span[0]
    if result.status == 0:
        clock[-1] = t_span[1]
    y = y0 if dispatch.is_tracked(y0) else np.asarray(y0, result.y.dtype)
    f = slope(clock[0], y)
    states, found = [y], []
    for k in range(len(ends) - 1):
        h = clock[k + 1] - clock[k]
        new, f_new, stages = step(slope, solver, clock[k], y, f, h)
        if times is not None:
            chosen = _within(dispatch.plain(times), ends, k)
            if chosen.size:
                x = (times[chosen] - clock[k]) / h
                found.append(interpolate(slope, solver, clock[k], y, new, f_new, h, stages, x))
        else:
            states.append(new)
        y, f = new, f_new
    y = np.stack(states, axis=1) if times is None else np.concatenate(found, axis=1)
    result.y = result.y + (y - stop_gradient(y))
    if times is not None:
        result.t = times
    elif any_tracked((t_span[0], t_span[1])):
        result.t = collect(clock)
    return result


def _within(times: Any, ends: list[float], k: int) -> Any:
    """The positions of the `times` that SciPy interpolates in step `k`."""
    forwards = ends[-1] >= ends[0]
    low, high = (ends[k], ends[k + 1]) if forwards else (ends[k + 1], ends[k])
    inside = (times > low) & (times <= high) if forwards else (times >= low) & (times < high)
    if k == 0:
        inside |= times == ends[0]
    return np.flatnonzero(inside)
