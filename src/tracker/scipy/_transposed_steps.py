"""The gradient through the steps of an explicit Runge-Kutta method, with all of its evaluations taken at once.

Few states leave little to do in an evaluation but its overhead. So the right-hand side is evaluated once more, on all
states that it was given as the columns of one matrix; n sweeps give all Jacobians, the steps are transposed one by one
in plain arithmetic (Hairer, Lubich and Wanner, Geometric Numerical Integration (2006), section VI.10.2), and one more
sweep gives the gradients of what the right-hand side depends on. This supposes that it treats columns apart, as most
do. Every value is compared with what SciPy got, and the derivatives of some columns with those taken alone: if anything
differs, the steps are recorded instead.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from tracker._arrays import handles
from tracker._arrays.leaf import collect
from tracker._transforms.sweeps import sweep_roots
from tracker.scipy._problem import Problem


class Evaluations:
    """The right-hand side at all calls (time, state, slope) of a solve at once."""

    def __init__(self, problem: Problem, calls: list[tuple[Any, Any, Any]], level: int) -> None:
        self.problem, self.level = problem, level
        self.times = np.array([t for t, _, _ in calls], float)
        self.states = np.stack([np.ravel(handles.plain(y)) for _, y, _ in calls], axis=1)
        self.slopes = np.stack([np.ravel(handles.plain(f)) for _, _, f in calls], axis=1)
        self.leaf: Any = None
        self.root: Any = None

    def record(self) -> bool:
        """Evaluate; whether the values are SciPy's."""
        leaf = handles.new_leaf(self.states, self.level)
        try:
            slopes = _matrix(self.problem.fun(self.times, leaf, *self.problem.further), self.times.size)
        except Exception:  # noqa: BLE001 (whatever it raises for columns, it has not raised for each alone)
            return False
        values = handles.plain(slopes)
        if values.shape != self.slopes.shape:
            return False
        scale = np.max(np.abs(self.slopes), axis=1, keepdims=True)
        if not np.all(np.abs(values - self.slopes) <= 1e-11 * scale):
            return False
        self.leaf, self.root = handles.node_of(leaf), handles.node_of(slopes)
        if self.root is not None and self.root.level != self.level:
            self.root = None
        return True

    def sweep(self, seeds: Any, nodes: list[Any]) -> list[Any]:
        """The gradients of the states, and of the nodes, for gradients (n, m) of the slopes."""
        return _swept([self.root], [seeds], [self.leaf], self.level, nodes)

    def agree(self, nodes: list[Any]) -> bool:
        """Whether some columns have the derivatives that they have alone, and none from the others."""
        m = self.times.size
        columns = sorted({0, m // 3, (2 * m) // 3, m - 1})
        seeds = np.zeros_like(self.slopes)
        seeds[:, columns] = np.cos(1.0 + np.arange(self.slopes.shape[0] * len(columns))).reshape(-1, len(columns))
        leaves = [handles.new_leaf(self.states[:, i].copy(), self.level) for i in columns]
        alone = [self.problem.slope(float(self.times[i]), y) for i, y in zip(columns, leaves, strict=True)]
        roots = [handles.node_of(x) if handles.level_of(x) == self.level else None for x in alone]
        states = [handles.node_of(y) for y in leaves]
        found = _swept(roots, [seeds[:, i] for i in columns], states, self.level, nodes)
        expected = np.zeros_like(self.states)
        for i, g in zip(columns, found, strict=False):
            expected[:, i] = 0 if g is None else g
        together = self.sweep(seeds, nodes)
        pairs = [(together[0], expected), *zip(together[1:], found[len(columns) :], strict=True)]
        return all(_same(a, b) for a, b in pairs)

    def jacobians(self) -> Any:
        """The transposed Jacobian by the state of each evaluation, (m, n, n)."""
        n, m = self.states.shape
        transposed = np.zeros((m, n, n))
        for j in range(n):
            seeds = np.zeros((n, m))
            seeds[j] = 1.0
            found = self.sweep(seeds, [])[0]
            if found is not None:
                transposed[:, :, j] = found.T
        return transposed


def _swept(roots: list[Any], seeds: list[Any], leaves: list[Any], level: int, nodes: list[Any]) -> list[Any]:
    stops = {n: None for n in (*leaves, *nodes) if n is not None}
    found = sweep_roots(roots, seeds, level, stops)
    return [None if n is None else found.get(n) for n in (*leaves, *nodes)]


def _same(a: Any, b: Any) -> bool:
    if a is None or b is None:
        return not np.any(0.0 if a is None else a) and not np.any(0.0 if b is None else b)
    return bool(np.all(np.abs(a - b) <= 1e-9 * max(np.max(np.abs(a), initial=0.0), np.max(np.abs(b), initial=0.0))))


def _matrix(slopes: Any, m: int) -> Any:
    """What the right-hand side gave for m columns, (n, m); a constant component holds for all of them."""
    if not isinstance(slopes, list | tuple):
        return slopes
    return collect([np.broadcast_to(x, (m,)) for x in slopes])


def transposed(solver: Any, ends: list[float], jacobians: Any, dy: Any, times: Any) -> tuple[Any, Any]:
    """The gradients of the initial state (n,) and of all slopes (n, m), for that of the output, (n, outputs)."""
    n, stages = dy.shape[0], solver.n_stages
    slopes = np.zeros((jacobians.shape[0], n))
    state, new_slope = np.zeros(n), np.zeros(n)
    for k in range(len(ends) - 2, -1, -1):
        h = ends[k + 1] - ends[k]
        at = slopes[1 + k * stages :][:stages]  # stages 1, 2, ..., and the slope at the end of the step
        turned = jacobians[1 + k * stages :][:stages]
        inner, before = np.zeros((stages + 1, n)), 0.0
        if times is None:
            state = state + dy[:, k + 1]
        else:
            inner, before = _from_dense_output(solver, ends, k, h, dy, times)
        at[-1] = new_slope + inner[-1]
        state = state + turned[-1] @ at[-1]
        inner[:-1] += (h * solver.B)[:, None] * state
        state = state + before
        for s in range(stages - 1, 0, -1):
            at[s - 1] = inner[s]
            g = turned[s - 1] @ inner[s]
            state = state + g
            inner[:s] += (h * solver.A[s, :s])[:, None] * g
        new_slope = inner[0]
    slopes[0] = new_slope
    state = state + jacobians[0] @ new_slope
    return (state + dy[:, 0] if times is None else state), slopes.T


def _from_dense_output(solver: Any, ends: list[float], k: int, h: float, dy: Any, times: Any) -> tuple[Any, Any]:
    """The gradients of all slopes of step `k`, and of the state before it, through the outputs within the step."""
    chosen = within(times, ends, k)
    x = (times[chosen] - ends[k]) / h
    powers = np.stack([x ** (i + 1) for i in range(solver.P.shape[1])])
    return h * ((solver.P @ powers) @ dy[:, chosen].T), np.sum(dy[:, chosen], axis=1)


def within(times: Any, ends: list[float], k: int) -> Any:
    """The positions of the `times` that SciPy interpolates in step `k`."""
    forwards = ends[-1] >= ends[0]
    low, high = (ends[k], ends[k + 1]) if forwards else (ends[k + 1], ends[k])
    inside = (times > low) & (times <= high) if forwards else (times >= low) & (times < high)
    if k == 0:
        inside |= times == ends[0]
    return np.flatnonzero(inside)
