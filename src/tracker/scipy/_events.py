"""Events of an initial value problem: their times and states, by the implicit function theorem.

An event is a zero of g(t, y(t)). Where the total derivative of g by time is not zero, Newton's step from SciPy's time,
recorded, has the right derivative by all that the solution and g depend on: dt = -dg / (dg/dt + dg/dy f).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from tracker._arrays import handles
from tracker._arrays.leaf import collect
from tracker._transforms.forward import pushforward
from tracker._transforms.recording import stop_gradient
from tracker.errors import DegenerateError
from tracker.scipy._dense_solution import DenseSolution
from tracker.scipy._implicit import depth_of
from tracker.scipy._problem import Problem
from tracker.scipy._runge_kutta import as_vector
from tracker.scipy._watch import plainly

_Solve = Callable[[Problem], Any]


def plain_events(events: Any) -> Any:
    """The event functions for SciPy, as a tuple."""
    return tuple([_plain(event) for event in _listed(events)])


def _listed(events: Any) -> Any:
    return (events,) if callable(events) else events


def _plain(event: Any) -> Any:
    def plain(t: Any, y: Any, *args: Any) -> Any:
        return plainly(event(t, y, *args))

    for name in ("terminal", "direction"):
        if hasattr(event, name):
            setattr(plain, name, getattr(event, name))
    return plain


def with_events(problem: Problem, events: Any, result: Any, solve: _Solve) -> Any:
    """SciPy's `result` with times and states recorded. A terminal event ends each of the solutions that it takes."""
    stopping = problem._replace(options={**problem.options, "events": plain_events(events)})
    states = DenseSolution(stopping, solve, end_of(problem, result))
    times = _times(problem, _listed(events), result.t_events, states)
    values = result.y_events
    result.y_events = [_states(states, t, y) for t, y in zip(times, values, strict=True)]
    if result.status == 1 and problem.times is None:
        result.t = collect([problem.t_span[0], *result.t[1:-1].tolist(), _at(times, end_of(problem, result))])
        result.y = _pinned(states(result.t), result.y)
    else:
        whole = problem if result.status != 1 else _until(stopping, len(result.t))
        found = solve(whole)
        result.t, result.y = found.t, found.y
    result.t_events = times
    return result


def _until(problem: Problem, count: int) -> Problem:
    """The problem with those times of `t_eval` that are reached."""
    return problem._replace(times=problem.times[:count])


def end_of(problem: Problem, result: Any) -> float | None:
    """The time of the event that ended SciPy's solution, if one did: of all events the last."""
    if result.status != 1:
        return None
    start = float(handles.plain(problem.t_span[0]))
    return float(max(np.concatenate(result.t_events), key=lambda t: abs(t - start)))


def _at(times: list[Any], end: float | None) -> Any:
    """The recorded time that has this value."""
    return next(t[k] for t in times for k in range(len(t)) if handles.plain(t)[k] == end)


def _times(problem: Problem, events: Any, plain: list[Any], states: DenseSolution) -> list[Any]:
    """The times of each event, recorded; an empty array where there are none."""
    which = [event for event, t in zip(events, plain, strict=True) for _ in range(len(t))]
    if not which:
        return plain
    start = np.concatenate(plain)

    def step(t: Any) -> Any:
        y = states(t)
        return np.stack([_newton(problem, event, t[k], y[:, k]) for k, event in enumerate(which)])

    depth, moved = depth_of(step(start)), start
    for _ in range(depth.bit_length()):
        moved = _pinned(moved - step(moved), start)
    ends = np.cumsum([len(t) for t in plain])
    return [moved[end - len(t) : end] if len(t) else t for end, t in zip(ends, plain, strict=True)]


def _newton(problem: Problem, event: Any, t: Any, y: Any) -> Any:
    """g / (dg/dt + dg/dy f)."""
    crossing = lambda t, y: np.reshape(collect([event(t, y, *problem.further)]), ())
    g, rate = pushforward(crossing, (t, y), (1.0, as_vector(problem.fun(t, y, *problem.further))))
    if handles.plain(rate) == 0:
        raise DegenerateError(
            "solve_ivp: the time of an event has no derivative where the event function only touches zero."
        )
    return g / rate


def _states(states: DenseSolution, times: Any, value: Any) -> Any:
    """The states (k, n) at the times of an event."""
    return _pinned(np.transpose(states(times)), value) if len(value) else value


def _pinned(y: Any, value: Any) -> Any:
    """`y` with a value from which it differs by rounding."""
    return value + (y - stop_gradient(y)) if handles.is_tracked(y) else value
