"""The steps of an explicit Runge-Kutta method, recorded while SciPy takes them.

Each evaluation that SciPy asks for is recorded on a leaf of its own. Once a step is accepted, the leaves of its
evaluations are joined to the state and the slopes that SciPy made them of; what a rejected step recorded is dropped. So
the right-hand side is called as often as SciPy calls it, and the values are SciPy's.

With few states, a right-hand side that takes the evaluations of the first step as the columns of a matrix is not
recorded any further: see `_transposed_steps`.
"""

from __future__ import annotations

import contextlib
import functools
import itertools
from typing import Any, Final

import numpy as np

from tracker._arrays import handles
from tracker._core.levels import current_pause
from tracker._core.node import BUFFER
from tracker.scipy._problem import Problem
from tracker.scipy._runge_kutta import NOTHING, as_vector, interpolate, join, operand, rows
from tracker.scipy._transposed_steps import Evaluations, within
from tracker.scipy._watch import any_tracked, distinct, is_deep, unpaused, watched, watching

_Call = tuple[Any, Any, Any]  # of the right-hand side: time, state (n,), slope (n,)
FEW: Final = 12  # states: n sweeps over all evaluations then cost less than one over each, benchmarks/solve_ivp.py


class Recording:
    """A right-hand side as SciPy calls it, and the record of the steps that were accepted."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.level = -1  # nothing tracked was met so far
        # whether all that happened can be recorded
        self.whole = current_pause() is None and problem.is_scipys() and not any_tracked(problem.t_span)
        self.in_columns = self.whole and _has_few_states(problem)  # whether that may work, or (once tried) does
        self.tried = False
        self.is_watched = self.in_columns  # all along, or each call
        self.seen: dict[int, Any] = {}  # what was met while nothing was recorded
        self.calls: list[_Call] = []  # since the last step
        self.accepted: list[_Call] = []  # the first one, and those of all steps
        self.ends: list[float] = []
        self._begin(problem.sources())

    def solve(self) -> Any:
        """SciPy's result, everything recorded that can be."""
        with watching() if self.is_watched else contextlib.nullcontext(self.seen) as self.seen:
            return self.problem.solve(self, _noting_steps(self.problem.solver), recording=self)

    def has_columns(self) -> bool:
        """Whether all evaluations can be taken at once, to be differentiated by `sources`."""
        sources = self.sources()
        return self.in_columns and self.tried and _are_alike(sources) and not any(map(_is_complex, sources))

    def has_steps(self) -> bool:
        """Whether `solution` is recorded."""
        return self.whole and not self.in_columns and bool(self.ends)

    def sources(self) -> list[Any]:
        """All that is tracked and was met, if evaluations go into columns."""
        return distinct([*self.problem.sources(), *self.seen.values()])

    def _begin(self, sources: list[Any]) -> None:
        """From now on evaluations are recorded, if all sources belong to one derivative in reverse mode."""
        if sources:
            self.level = handles.level_of(sources[0])
            self.whole = self.whole and _are_alike(sources)
            self.in_columns = self.in_columns and self.whole and not any(map(_is_complex, sources))

    def __call__(self, t: Any, y: Any, *args: Any) -> Any:
        if self.level < 0:
            slope = self._plain(t, y, args)
            if not self.seen:
                return slope
            self.calls.pop()
            self._begin(list(self.seen.values()))
        if self.in_columns or not self.whole:
            return self._plain(t, y, args)
        if not self.is_watched:
            return self._recorded(t, y)
        with unpaused():
            return self._recorded(t, y)

    def _plain(self, t: Any, y: Any, args: tuple[Any, ...]) -> Any:
        if self.is_watched:
            slope = self.problem.plain_slope(t, y, *args)
        else:
            slope, seen = watched(lambda: self.problem.plain_slope(t, y, *args))
            self.seen.update({id(x): x for x in seen})
        # once all go into columns, their values are checked again at the end
        self.calls.append((t, y, slope) if self.tried else (t, np.array(y).ravel(), np.array(slope).ravel()))
        return slope

    def _recorded(self, t: Any, y: Any) -> Any:
        held = y.copy() if y.ndim == 1 else y[:, 0].copy()
        follows = self.ends or self.calls or handles.is_tracked(self.problem.y0)
        state = handles.new_leaf(held, self.level) if follows else held
        leaf = handles.node_of(state)
        slope = as_vector(self.problem.fun(t, state if y.ndim == 1 else state[:, None], *self.problem.further))
        if leaf is not None and handles.node_of(state) is not leaf:
            y[...] = np.reshape(handles.plain(state), y.shape)  # the function wrote into it
            self.whole = False
        node, value = handles.node_of(slope), handles.plain(slope)
        if node is None or node.op is BUFFER:
            slope = np.array(value)
        else:
            slope = handles.snapshot(slope)  # functions may write each into the same array
            self.whole = self.whole and node.level == self.level and slope.value is value
        fits = value.dtype is held.dtype or np.can_cast(value.dtype, held.dtype, "same_kind")
        self.whole = self.whole and fits and value.shape == held.shape
        self.calls.append((t, state, slope))
        return value

    # Steps

    def accept(self, stages: int, start: float, end: float) -> None:
        """The last step stands."""
        if not self.ends:
            self.ends.append(start)
            self.accepted.extend(self.calls[:1])
        self.ends.append(end)
        if self.whole:
            self.accepted.extend(self.calls[-stages:])
        self.calls.clear()
        if self.in_columns and self.level >= 0 and not self.tried:
            self._try_columns()

    def _try_columns(self) -> None:
        """Find out whether the evaluations so far can be taken at once; if not, they are recorded now."""
        self.tried = True
        with unpaused():
            self.in_columns = Evaluations(self.problem, self.accepted, self.level).record()
            if not self.in_columns:
                for t, y, _ in self.accepted:
                    self._recorded(t, y[:, None] if self.problem.vectorized else y)
                self.accepted = self.calls.copy()
                self.calls.clear()

    def solution(self) -> Any:
        """`y` (n, number of times): the states after each step, or at the times of `t_eval`."""
        states, slopes = self._joined()
        times = self.problem.times
        if times is None:
            return np.stack(states).T
        found = []
        for k, start in enumerate(self.ends[:-1]):
            chosen = within(handles.plain(times), self.ends, k)
            if chosen.size:
                h = self.ends[k + 1] - start
                x = (times[chosen] - start) / h
                y, new, f_new = states[k], states[k + 1], slopes[k][-1]
                slope, solver = self.problem.slope, self.problem.solver
                found.append(interpolate(slope, solver, start, y, new, f_new, h, slopes[k], x))
        return np.concatenate(found, axis=1)

    def _joined(self) -> tuple[list[Any], list[list[Any]]]:
        """The states between the steps and the slopes within them, each made of those before."""
        parts, stages = rows(self.problem.solver), self.problem.solver.n_stages
        _, state, slope = self.accepted[0]
        join(state, operand(self.problem.y0), 0.0, NOTHING, [])
        states, slopes = [state], []
        for k, (start, end) in enumerate(itertools.pairwise(self.ends)):
            within_step, operands = [slope], [operand(slope)]
            before, h = operand(state), end - start
            made = self.accepted[1 + k * stages : 1 + (k + 1) * stages]
            for (_, state, slope), part in zip(made, parts, strict=True):
                join(state, before, h, part, operands)
                within_step.append(slope)
                operands.append(operand(slope))
            states.append(state)
            slopes.append(within_step)
        return states, slopes


@functools.cache
def _noting_steps(solver: Any) -> Any:
    """The solver, telling a recording of each step it takes."""

    class Noting(solver):  # type: ignore[misc]
        def __init__(self, *args: Any, recording: Recording, **options: Any) -> None:
            self.recording = recording
            super().__init__(*args, **options)

        def _step_impl(self) -> Any:
            start = float(self.t)
            outcome = super()._step_impl()
            if outcome[0]:
                self.recording.accept(self.n_stages, start, float(self.t))
            return outcome

    return Noting


def _has_few_states(problem: Problem) -> bool:
    """Whether to try all evaluations at once."""
    y0 = handles.plain(problem.y0)
    return (
        np.size(y0) <= FEW
        and not np.iscomplexobj(y0)
        and not handles.is_tracked(problem.times)
        and (problem.times is None or not hasattr(problem.solver, "A_EXTRA"))
    )


def _are_alike(sources: list[Any]) -> bool:
    """Whether all belong to one derivative, in reverse mode."""
    return len(set(map(handles.level_of, sources))) == 1 and not any(map(is_deep, sources))


def _is_complex(x: Any) -> bool:
    return np.iscomplexobj(handles.plain(x))
