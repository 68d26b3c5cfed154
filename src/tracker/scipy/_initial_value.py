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

from tracker import tree
from tracker._arrays import dispatch, handles
from tracker._arrays.leaf import collect
from tracker._core.node import EVERYTHING, PULLBACKS, Op
from tracker._transforms.recording import stop_gradient
from tracker._transforms.sweeps import sweep_roots
from tracker.errors import UnsupportedKeywordError
from tracker.scipy._adjoint import by_adjoint, distinct, is_deep
from tracker.scipy._runge_kutta import interpolate, step
from tracker.scipy._transposed_steps import FEW, Evaluations, Log, transposed, within
from tracker.scipy._watch import any_tracked, unpaused, watched

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
    log = Log()
    logged: Any = _logging(solver, log) if explicit else solver
    given = {
        **options,
        "events": events,
        "vectorized": vectorized,
        "args": stop_gradient(args),
        "t_eval": handles.plain(times),
    }
    parts = (y0, tuple(t_span), times, args)
    by_steps = explicit and gradient != "adjoint"
    dense = dense_output or (not by_steps and any_tracked(parts))
    solve: Callable[[bool], Any] = lambda dense: _integrate.solve_ivp(
        log.noting(_plainly(fun)) if explicit else _plainly(fun),
        handles.plain(tuple(t_span)),
        handles.plain(y0),
        method=logged,
        dense_output=dense,
        **given,
    )
    result, seen = watched(lambda: solve(dense))
    if not seen and not any_tracked(parts):
        return result
    _refuse(events, dense_output, method, explicit, gradient)
    if by_steps:
        log.ends.insert(0, float(handles.plain(t_span[0])))
        recorded: Callable[[], Any] = lambda: _along_the_steps(
            fun, t_span, y0, solver, times, args, vectorized, result, log.ends
        )
        sources = distinct([y0, *tree.flatten(args)[0], *seen])
        if not any_tracked((*t_span, times)) and _has_few_states(solver, times, result, log, sources):
            return _at_once(fun, y0, solver, times, args, vectorized, result, log, sources, recorded)
        y = recorded()
        result.y = result.y + (y - stop_gradient(y))
        return _with_times(result, times, t_span, log.ends)
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
    return lambda *given: handles.plain(fun(*given))


def _logging(solver: Any, log: Log) -> Any:
    """The solver, noting the end of each step it takes."""

    class Logging(solver):  # type: ignore[misc]
        def _step_impl(self) -> Any:
            outcome = super()._step_impl()
            if outcome[0]:
                log.accept(self.n_stages, float(self.t))
            return outcome

    return Logging


def _along_the_steps(
    fun: Any, t_span: Any, y0: Any, solver: Any, times: Any, args: Any, vectorized: bool, result: Any, ends: list[float]
) -> Any:
    """`y` recorded: the steps between `ends` done again on tracked values."""

    def slope(t: Any, y: Any) -> Any:
        dy = fun(t, y[:, None] if vectorized else y, *(args or ()))
        dy = collect(dy) if isinstance(dy, list | tuple) else dy
        return np.reshape(dy, (-1,)) if np.ndim(handles.plain(dy)) != 1 else dy

    clock: list[Any] = list(ends)
    clock[0] = t_span[0]
    if result.status == 0:
        clock[-1] = t_span[1]
    y = y0 if handles.is_tracked(y0) else np.asarray(y0, result.y.dtype)
    f = slope(clock[0], y)
    states, found = [y], []
    for k in range(len(ends) - 1):
        h = clock[k + 1] - clock[k]
        new, f_new, stages = step(slope, solver, clock[k], y, f, h)
        if times is not None:
            chosen = within(handles.plain(times), ends, k)
            if chosen.size:
                x = (times[chosen] - clock[k]) / h
                found.append(interpolate(slope, solver, clock[k], y, new, f_new, h, stages, x))
        else:
            states.append(new)
        y, f = new, f_new
    return np.stack(states, axis=1) if times is None else np.concatenate(found, axis=1)


def _with_times(result: Any, times: Any, t_span: Any, ends: list[float]) -> Any:
    if times is not None:
        result.t = times
    elif any_tracked(tuple(t_span)):
        clock: list[Any] = list(ends)
        clock[0] = t_span[0]
        if result.status == 0:
            clock[-1] = t_span[1]
        result.t = collect(clock)
    return result


def _has_few_states(solver: Any, times: Any, result: Any, log: Log, sources: list[Any]) -> bool:
    """Whether the gradient can be taken from all evaluations at once: see `_transposed_steps`."""
    return (
        len(result.y) <= FEW
        and len(log.ends) > 1
        and result.y.dtype.kind == "f"
        and (times is None or not hasattr(solver, "A_EXTRA"))
        and len({handles.level_of(x) for x in sources}) == 1
        and not any(is_deep(x) or np.iscomplexobj(handles.plain(x)) for x in sources)
    )


def _at_once(
    fun: Any, y0: Any, solver: Any, times: Any, args: Any, vectorized: bool, result: Any, log: Log,
    sources: list[Any],
    recorded: Callable[[], Any],
) -> Any:  # fmt: skip
    """The result with `y` recorded as one function of all `sources`."""
    level = handles.level_of(sources[0])
    nodes = [handles.node_of(x) for x in sources]

    def joint(dy: Any, _: Any, __: Any) -> list[Any]:
        with unpaused():
            return backwards(dy)

    def backwards(dy: Any) -> list[Any]:
        if not handles.is_tracked(dy):
            found = _gradients(np.asarray(dy))
            if found is not None:
                return found
        root = handles.node_of(recorded())
        swept = sweep_roots([root], [dy], level, {n: None for n in nodes if n is not None})
        return [None if n is None else swept.get(n) for n in nodes]

    def _gradients(dy: Any) -> list[Any] | None:
        together = Evaluations(fun, args, vectorized, log, level)
        if not together.record() or not together.agree(nodes):
            return None
        state, slopes = transposed(solver, log.ends, together.jacobians(), dy, handles.plain(times))
        found = together.sweep(slopes, nodes)[1:]
        for i, source in enumerate(sources):
            if source is y0:
                found[i] = state if found[i] is None else found[i] + state
        return found

    value = result.y
    op = Op(lambda *_: value, "solve_ivp", PULLBACKS, (None,) * len(sources))
    op.joint = joint
    op.reads = [EVERYTHING - 1] * len(sources)
    op.opaque = True
    result.y = dispatch.record(op, tuple(sources), None)
    return _with_times(result, times, (0.0, 0.0), log.ends)
