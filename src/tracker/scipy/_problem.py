"""An initial value problem as solve_ivp was asked for it: SciPy's own solution, and the right-hand side to record."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import scipy.integrate

from tracker import tree
from tracker._arrays import handles
from tracker._arrays.leaf import collect
from tracker._transforms.recording import stop_gradient
from tracker.scipy._runge_kutta import as_vector
from tracker.scipy._watch import any_tracked, distinct, plainly

_integrate: Any = scipy.integrate
EXPLICIT = {"RK23": _integrate.RK23, "RK45": _integrate.RK45, "DOP853": _integrate.DOP853}


class Problem(NamedTuple):
    """`fun`, `t_span`, `y0` (n,), `method`, `times` (t_eval), `args`, `vectorized` and `options` of solve_ivp."""

    fun: Callable[..., Any]
    t_span: tuple[Any, ...]
    y0: Any
    method: Any
    times: Any
    args: Any
    vectorized: bool
    options: dict[str, Any]

    @property
    def solver(self) -> Any:
        """The solver's class; of a method that is none of `EXPLICIT`, what was given."""
        return EXPLICIT.get(self.method, self.method) if isinstance(self.method, str) else self.method

    @property
    def further(self) -> tuple[Any, ...]:
        """The arguments of the right-hand side behind time and state."""
        return () if self.args is None else tuple(self.args)

    def is_explicit(self) -> bool:
        return isinstance(self.solver, type) and issubclass(self.solver, tuple(EXPLICIT.values()))

    def is_scipys(self) -> bool:
        """Whether the steps are known to be those of the method's tableau: not so of a class derived from SciPy's."""
        return self.solver in EXPLICIT.values()

    def is_tracked(self) -> bool:
        return any_tracked((self.y0, self.t_span, self.times, self.args))

    def has_tracked_times(self) -> bool:
        return any_tracked((self.t_span, self.times))

    def sources(self) -> list[Any]:
        """What is tracked of the initial state and `args`."""
        return distinct([self.y0, *tree.flatten(self.args)[0]])

    def solve(self, fun: Callable[..., Any], method: Any, **more: Any) -> Any:
        """SciPy's result, with another right-hand side or method."""
        return _integrate.solve_ivp(
            fun, handles.plain(self.t_span), handles.plain(self.y0), method=method, t_eval=handles.plain(self.times),
            vectorized=self.vectorized, args=stop_gradient(self.args), **{**self.options, **more},
        )  # fmt: skip

    def plain_slope(self, t: Any, y: Any, *args: Any) -> Any:
        """The right-hand side for SciPy."""
        return plainly(self.fun(t, y, *args))

    def slope(self, t: Any, y: Any) -> Any:
        """The right-hand side (n,) at a tracked state (n,), with `args` as they were given."""
        return as_vector(self.fun(t, y[:, None] if self.vectorized else y, *self.further))

    def initial_state(self, dtype: Any) -> Any:
        """`y0` in the precision that SciPy computes in."""
        y0 = self.y0 if handles.is_tracked(self.y0) else np.asarray(self.y0)
        return y0.astype(dtype)

    def clock(self, ends: list[float], status: int) -> list[Any]:
        """The `ends` of the steps, the first and (if the solver came there) the last one as they were given."""
        clock: list[Any] = list(ends)
        clock[0] = self.t_span[0]
        if status == 0 and len(ends) > 1:
            clock[-1] = self.t_span[1]
        return clock

    def times_of(self, result: Any) -> Any:
        """`t` of the result: tracked where the times or the ends of the span are."""
        if self.times is not None:
            return self.times[: len(result.t)] if handles.is_tracked(self.times) else result.t
        if not any_tracked(self.t_span):
            return result.t
        return collect(self.clock(result.t.tolist(), result.status))
