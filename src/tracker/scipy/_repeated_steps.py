"""The steps that SciPy took done again on tracked values: for whatever else can't record them, exact to all orders."""

from __future__ import annotations

from typing import Any

import numpy as np

from tracker._arrays import handles
from tracker.scipy._problem import Problem
from tracker.scipy._runge_kutta import interpolate, step
from tracker.scipy._transposed_steps import within


def along_the_steps(problem: Problem, result: Any, ends: list[float]) -> Any:
    """`y` (n, number of times) recorded, the steps between the `ends` having the widths that SciPy chose."""
    slope, solver, times = problem.slope, problem.solver, problem.times
    clock = problem.clock(ends, result.status)
    y = problem.initial_state(result.y.dtype)
    f = slope(clock[0], y)
    if len(ends) == 1:
        return _without_steps(problem, y, f, result)
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
    return np.stack(states).T if times is None else np.concatenate(found, axis=1)


def _without_steps(problem: Problem, y: Any, f: Any, result: Any) -> Any:
    """`y` of a span of no length, or of a failure at its start: the initial state, which moves with both ends."""
    start, end = problem.t_span
    ends = (start, end)[: result.y.shape[1]] if problem.times is None else problem.times[: result.y.shape[1]]
    states = [step(problem.slope, problem.solver, start, y, f, t - start)[0] for t in ends]
    return np.stack(states).T
