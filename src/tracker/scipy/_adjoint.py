"""solve_ivp recorded as one step, its gradient by the continuous adjoint equation."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from typing import Any, Final, NamedTuple

import numpy as np
import scipy.integrate

from tracker import tree
from tracker._arrays import dispatch, handles
from tracker._core.levels import new_level
from tracker._core.node import EVERYTHING, PULLBACKS, Op
from tracker._core.sweep import differentiate
from tracker._transforms.recording import stop_gradient
from tracker._transforms.sweeps import sweep_roots
from tracker.errors import NotDifferentiableError
from tracker.scipy._problem import Problem
from tracker.scipy._watch import distinct, is_deep, unpaused, watching

_integrate: Any = scipy.integrate
_TOGETHER: Final = 64  # evaluations whose record is kept at a time
_WAY_OUT = 'solve_ivp(gradient="adjoint") has first derivatives in reverse mode alone: take gradient="steps".'


def by_adjoint(problem: Problem, result: Any, captured: list[Any]) -> Any:
    """The result with `y` recorded as one function of all that it depends on."""
    p = problem
    sources = distinct([p.y0, *p.t_span, p.times, *tree.flatten(p.args)[0], *captured])
    if len({handles.level_of(x) for x in sources}) > 1 or any(is_deep(x) for x in sources):
        raise NotDifferentiableError(_WAY_OUT)
    solution = _Solution(result.sol, np.array(result.t, float), result.status)
    system = _System(problem, sources, bool(captured))
    result.sol = None

    def joint(dy: Any, _: Any, __: Any) -> list[Any]:
        if handles.is_tracked(dy):
            raise NotDifferentiableError(_WAY_OUT)
        with unpaused():
            return _backwards(system, solution, dy)

    value = result.y
    op = Op(lambda *_: value, "solve_ivp", PULLBACKS, (None,) * len(sources))
    op.joint = joint
    op.pushforward = _refuse
    op.reads = [EVERYTHING - 1] * len(sources)
    op.opaque = True
    result.y = dispatch.record(op, tuple(sources), None)
    result.t = problem.times_of(result)
    return result


class _Solution(NamedTuple):
    """What the solver found: the state at any time, the times of the output, and whether it came to the end."""

    at: Any
    times: Any
    status: int


class _System:
    """The right-hand side, and products with its derivatives."""

    def __init__(self, problem: Problem, sources: list[Any], captures: bool) -> None:
        self.problem, self.sources, self.level = problem, sources, handles.level_of(sources[0])
        self.nodes = [handles.node_of(x) for x in sources]
        self.constant = problem._replace(args=stop_gradient(problem.args))
        self.captures = captures  # tracked values other than the arguments

    def by_state(self, t: float, y: Any, dy: Any) -> tuple[Any, Any]:
        """The slope, and the product of `dy` with its Jacobian by the state; everything else is constant."""
        # within a watch a call takes twice the time, benchmarks/solve_ivp.py
        with watching() if self.captures else contextlib.nullcontext():
            level = new_level()
            state = handles.new_leaf(y, level)
            leaf = handles.node_of(state)
            slope = self.constant.slope(t, state)
        value, root = handles.plain(slope), handles.node_of(slope)
        if root is not None and root.level == level:
            for node, gradient in differentiate(root, np.asarray(dy, value.dtype)):
                if node is leaf:
                    return value, handles.plain(gradient)
        return value, np.zeros_like(y)

    def by_sources(self, times: Any, states: Any, weights: Any) -> list[Any]:
        """The sum of the products of `weights` (n, m) with the Jacobians by each source at `states` (n, m)."""
        slopes = [self.problem.slope(t, y) for t, y in zip(times.tolist(), states.T, strict=True)]
        roots = [handles.node_of(slope) if handles.level_of(slope) == self.level else None for slope in slopes]
        seeds = [np.asarray(w, handles.plain(slope).dtype) for w, slope in zip(weights.T, slopes, strict=True)]
        found = sweep_roots(roots, seeds, self.level, {n: None for n in self.nodes if n is not None})
        return [None if n is None else found.get(n) for n in self.nodes]


def _backwards(system: _System, solution: _Solution, dy: Any) -> list[Any]:
    """The gradient of each source: the adjoint equation from the last output back to the first.

    What the right-hand side depends on has no part in the equation: its gradient is an integral along the solution.
    """
    problem, sol, ts = system.problem, solution.at, solution.times
    y0, (start, end), times = problem.y0, problem.t_span, problem.times
    state = np.zeros(dy.shape[0], np.result_type(dy, handles.plain(y0), float))
    gradients = [np.zeros(np.shape(x), np.asarray(x).dtype) for x in map(handles.plain, system.sources)]
    by_time = np.zeros(ts.size, state.dtype)
    slope: Callable[[float, Any], Any] = lambda t, z: -system.by_state(t, sol(t), z)[1]
    given = problem.options
    chosen = {k: given[k] for k in ("rtol", "atol", "max_step") if k in given and np.ndim(given[k]) == 0}
    first = float(handles.plain(start))
    marks = np.flatnonzero(np.any(dy, axis=0))[::-1]  # outputs without a gradient are passed over
    for k, before in zip(marks, [*ts[marks[1:]], first], strict=True):
        by_time[k] = np.sum(np.real(np.conj(dy[:, k]) * system.by_state(ts[k], sol(ts[k]), dy[:, k])[0]))
        state = state + dy[:, k]
        if before != ts[k]:
            back = _integrate.solve_ivp(
                slope, (ts[k], before), state, method=problem.method, dense_output=True, **chosen
            )
            _integrate_sources(system, sol, back, problem.method, gradients)
            state = back.y[:, -1]
    _add(gradients, system.sources, y0, state)
    at_start = system.by_state(first, sol(first), state)[0]
    by_start = -np.sum(np.real(np.conj(state) * at_start))
    if times is not None:
        _add(gradients, system.sources, times, np.pad(by_time, (0, len(times) - ts.size)))
    else:
        by_start = by_start + by_time[0]
        if solution.status == 0:
            _add(gradients, system.sources, end, by_time[-1])
    _add(gradients, system.sources, start, by_start)
    return gradients


def _integrate_sources(system: _System, sol: Any, back: Any, method: Any, gradients: list[Any]) -> None:
    """Add the integral of the adjoint state times the Jacobian by each source: Gauss's rule on the steps of `back`."""
    nodes, weights = np.polynomial.legendre.leggauss(5 if method in ("DOP853", _integrate.DOP853) else 3)
    edges = back.t
    half, middle = -np.diff(edges) / 2, (edges[:-1] + edges[1:]) / 2
    at = (middle[:, None] + half[:, None] * nodes).ravel()
    seeds = (half[:, None] * weights).ravel()
    for first in range(0, at.size, _TOGETHER):
        part = slice(first, first + _TOGETHER)
        states, adjoints = sol(at[part]), back.sol(at[part])
        found = system.by_sources(at[part], states, adjoints * seeds[part])
        for i, gradient in enumerate(found):
            if gradient is not None:
                gradients[i] = gradients[i] + gradient


def _add(gradients: list[Any], sources: list[Any], x: Any, dx: Any) -> None:
    for k, source in enumerate(sources):
        if source is x:
            gradients[k] = gradients[k] + dx


def _refuse(*_: Any, **__: Any) -> Any:
    raise NotDifferentiableError(_WAY_OUT)
