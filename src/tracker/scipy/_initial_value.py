"""solve_ivp: SciPy solves; the record is of the steps it took, or of the whole, with the adjoint equation.

By the steps: each step is recorded, with the step sizes that SciPy chose held fixed. That is exact for the numbers that
SciPy returned, to all orders and in both modes. By the adjoint: Chen et al. (2018), NeurIPS, "Neural ordinary
differential equations", section 2; there the state comes from the dense output of the solution.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from tracker._arrays import dispatch, handles
from tracker._arrays.leaf import collect
from tracker._core.node import EVERYTHING, PULLBACKS, Op
from tracker._transforms.sweeps import sweep_roots
from tracker.errors import UnsupportedKeywordError
from tracker.scipy._adjoint import by_adjoint
from tracker.scipy._dense_solution import DenseSolution
from tracker.scipy._events import end_of, plain_events, with_events
from tracker.scipy._problem import EXPLICIT, Problem
from tracker.scipy._recorded_steps import Recording
from tracker.scipy._repeated_steps import along_the_steps
from tracker.scipy._transposed_steps import Evaluations, transposed
from tracker.scipy._watch import unpaused, watched


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
    `sol` of `dense_output` takes times within `t_span` and solves again for each call that is differentiated.
    `t_events` and `y_events` move with all that the solution and the `events` depend on, and so does the end of a
    solution that an event stops. Raises `DegenerateError` where an event only touches zero.

    >>> import tracker
    >>> decay = lambda t, y, rate: -rate * y
    >>> end = lambda rate: solve_ivp(decay, (0, 1), [2.0], args=(rate,), rtol=1e-8).y[0, -1]
    >>> bool(np.isclose(tracker.gradient(end, 0.5)[0], -2 * np.exp(-0.5), rtol=1e-6))
    True
    """
    if gradient not in (None, "steps", "adjoint"):
        raise ValueError(f'gradient is "steps", "adjoint" or None; it was {gradient!r}.')
    times = None if t_eval is None else _gathered(t_eval)
    problem = Problem(fun, tuple(t_span), _gathered(y0), method, times, args, vectorized, options)
    solve: Callable[[Problem], Any] = lambda problem: _solved(problem, gradient)
    if not events and not dense_output:
        return solve(problem)
    result, seen = _plainly(problem, events, dense_output)
    if not (seen or problem.is_tracked()):
        return result
    end = end_of(problem, result)
    options = {**problem.options, "events": plain_events(events)} if events else problem.options
    result = with_events(problem, events, result, solve) if events else solve(problem)
    result.sol = DenseSolution(problem._replace(options=options), solve, end) if dense_output else None
    return result


def _solved(problem: Problem, gradient: str | None) -> Any:
    return _by_adjoint(problem, gradient) if not problem.is_explicit() or gradient == "adjoint" else _by_steps(problem)


def _gathered(x: Any) -> Any:
    return collect(x) if isinstance(x, list | tuple) else x


def _plainly(problem: Problem, events: Any, dense_output: bool) -> tuple[Any, list[Any]]:
    """SciPy's result with `events` and `dense_output`, and the tracked values that were met."""
    asked = plain_events(events) if events else events
    return watched(lambda: problem.solve(problem.plain_slope, problem.method, events=asked, dense_output=dense_output))


def _by_adjoint(problem: Problem, gradient: Any) -> Any:
    solve: Callable[[bool], Any] = lambda dense: problem.solve(problem.plain_slope, problem.method, dense_output=dense)
    dense = problem.is_tracked()
    result, seen = watched(lambda: solve(dense))
    if not seen and not problem.is_tracked():
        return result
    if gradient == "steps":
        raise UnsupportedKeywordError(
            f"solve_ivp: the steps of method {problem.method!r} can't be differentiated. "
            f'Take gradient="adjoint", or a method of {", ".join(EXPLICIT)}.'
        )
    if isinstance(result.y, list):
        return result  # SciPy's y where it came to none of the times
    if not dense:
        result = watched(lambda: solve(True))[0]
    return by_adjoint(problem, result, seen)


def _by_steps(problem: Problem) -> Any:
    recording = Recording(problem)
    result = recording.solve()
    if isinstance(result.y, list) or (recording.level < 0 and not problem.has_tracked_times()):
        return result  # a list is SciPy's y where it came to none of the times
    ends = recording.ends or [float(handles.plain(problem.t_span[0]))]
    if recording.has_columns():
        result.y = _at_once(problem, result, recording)
    else:
        y = recording.solution() if recording.has_steps() else along_the_steps(problem, result, ends)
        if not problem.is_scipys():
            _check_steps(problem, handles.plain(y), result.y)
        result.y = as_scipys(y, result.y)
    result.t = problem.times_of(result)
    return result


def _check_steps(problem: Problem, y: Any, value: Any) -> None:
    """Raise unless a class of one's own takes the steps of its tableau."""
    if not np.all(np.abs(y - value) <= 1e-6 * np.max(np.abs(value))):
        raise UnsupportedKeywordError(
            f"solve_ivp: {problem.solver.__name__} does not take the steps that its coefficients A, B and C say, so "
            'they can\'t be differentiated. Take gradient="adjoint".'
        )


def as_scipys(y: Any, value: Any) -> Any:
    """`y` with SciPy's values, from which it differs by rounding, in SciPy's order in memory."""
    op = Op(lambda _: value, "solve_ivp", PULLBACKS, (lambda dy, new, y: np.broadcast_to(dy, np.shape(y)),))
    op.pushforward = lambda tangents, new, y: np.broadcast_to(tangents[0], np.shape(new))
    return dispatch.record(op, (y,), None)


def _at_once(problem: Problem, result: Any, recording: Recording) -> Any:
    """`y` recorded as one function of all that it depends on."""
    sources, level, ends = recording.sources(), recording.level, recording.ends
    nodes = [handles.node_of(x) for x in sources]
    value, times = result.y, problem.times

    def joint(dy: Any, _: Any, __: Any) -> list[Any]:
        with unpaused():
            return backwards(dy)

    def backwards(dy: Any) -> list[Any]:
        if not handles.is_tracked(dy):
            found = _gradients(np.asarray(dy))
            if found is not None:
                return found
        root = handles.node_of(along_the_steps(problem, result, ends))
        swept = sweep_roots([root], [dy], level, {n: None for n in nodes if n is not None})
        return [None if n is None else swept.get(n) for n in nodes]

    def _gradients(dy: Any) -> list[Any] | None:
        together = Evaluations(problem, recording.accepted, level)
        if not together.record() or not together.agree(nodes):
            return None
        state, slopes = transposed(problem.solver, ends, together.jacobians(), dy, handles.plain(times))
        found = together.sweep(slopes, nodes)[1:]
        for i, source in enumerate(sources):
            if source is problem.y0:
                found[i] = state if found[i] is None else found[i] + state
        return found

    op = Op(lambda *_: value, "solve_ivp", PULLBACKS, (None,) * len(sources))
    op.joint = joint
    op.reads = [EVERYTHING - 1] * len(sources)
    op.opaque = True
    return dispatch.record(op, tuple(sources), None)
