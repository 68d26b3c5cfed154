"""The solution of an initial value problem as a function of time: it solves again for the times asked for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from tracker._arrays import handles
from tracker.scipy._array import array
from tracker.scipy._problem import Problem


class DenseSolution:
    """`sol` of `solve_ivp` with `dense_output`, where something is tracked: sol(t) of times () or (k,) within the span.

    It gives the state (n,) or states (n, k). The solver takes the same steps for any times, so that the values are
    those of SciPy's `sol`, and it has their derivatives, by the times too.
    """

    def __init__(self, problem: Problem, solve: Callable[[Problem], Any], end: float | None = None) -> None:
        self._problem, self._solve = problem, solve
        start, last = [float(handles.plain(t)) for t in problem.t_span]
        self._ends = [start, last if end is None else float(end)]  # the end: where an event stopped the solution
        self.t_min, self.t_max = min(self._ends), max(self._ends)

    def __call__(self, t: Any) -> Any:
        t = array(t)
        if np.ndim(t) > 1:
            raise ValueError("`t` must be a float or a 1-D array.")
        times = np.reshape(t, (-1,))
        plain = np.asarray(handles.plain(times), float)
        if np.any((plain < self.t_min) | (plain > self.t_max)):
            raise ValueError(
                f"Beyond its span, {self.t_min} to {self.t_max}, a solution with a derivative has no values."
            )
        distinct, first, again = np.unique(plain, return_index=True, return_inverse=True)
        if handles.is_tracked(times) and len(distinct) < len(plain):
            return np.stack([self(times[i]) for i in range(len(plain))], axis=1)
        found = self._states(times[first]) if self._ends[0] <= self._ends[1] else self._states(times[first[::-1]])
        found = found[:, again if self._ends[0] <= self._ends[1] else len(distinct) - 1 - again]
        return found if np.ndim(t) else found[:, 0]

    def _states(self, times: Any) -> Any:
        result = self._solve(self._problem._replace(times=times))
        if not result.success:
            raise ValueError(f"The solver did not come to the end: {result.message}")
        return result.y
