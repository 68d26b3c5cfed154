"""A step of an explicit Runge-Kutta method, and its dense output, in recorded calls.

The tableaus are those of SciPy's solver classes: Dormand and Prince (1980), Bogacki and Shampine (1989), and DOP853 of
Hairer, Norsett and Wanner, Solving Ordinary Differential Equations I (1993), section II.10.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import numpy as np

from tracker._arrays import dispatch, handles
from tracker._core.node import EVERYTHING, PULLBACKS, Op

_Slope = Callable[[Any, Any], Any]


def step(slope: _Slope, solver: Any, t: Any, y: Any, f: Any, h: Any) -> tuple[Any, Any, list[Any]]:
    """State and slope at `t + h`, and all stages, the new slope last."""
    stages = [f]
    *inner, last = _rows(solver)
    for c, row in zip(solver.C[1:], inner, strict=True):
        stages.append(slope(t + c * h, _advanced(y, h, row, stages)))
    new = _advanced(y, h, last, stages)
    stages.append(slope(t + h, new))
    return new, stages[-1], stages


def interpolate(
    slope: _Slope, solver: Any, t: Any, y: Any, new: Any, f_new: Any, h: Any, stages: list[Any], x: Any
) -> Any:
    """The states (n, m) at the fractions `x` (m,) of the step, as SciPy's dense output gives them."""
    if not hasattr(solver, "A_EXTRA"):
        powers = np.stack([x ** (i + 1) for i in range(solver.P.shape[1])])
        return y[:, None] + h * (np.stack(stages, axis=1) @ (solver.P @ powers))
    for a, c in zip(solver.A_EXTRA, solver.C_EXTRA, strict=True):
        stages.append(slope(t + c * h, _advanced(y, h, _row(a), stages)))
    change = new - y
    parts = [change, h * stages[0] - change, 2 * change - h * (f_new + stages[0])]
    parts += [_advanced(np.zeros_like(handles.plain(y)), h, _row(d), stages) for d in solver.D]
    total: Any = 0.0
    for i, part in enumerate(reversed(parts)):
        total = (total + part[:, None]) * (x if i % 2 == 0 else 1 - x)
    return y[:, None] + total


_Row = tuple[tuple[int, ...], tuple[float, ...]]


@functools.cache
def _rows(solver: Any) -> list[_Row]:
    """Of each stage, and of the result, which stages it is made of and their weights."""
    return [*[_row(solver.A[s]) for s in range(1, solver.n_stages)], _row(solver.B)]


def _row(a: Any) -> _Row:
    used = np.flatnonzero(a).tolist()
    return tuple(used), tuple(np.asarray(a, float)[used].tolist())


def _advanced(y: Any, h: Any, row: _Row, stages: list[Any]) -> Any:
    """`y + h * sum_j a[j] * stages[j]`, one step of the record."""
    op = _ADVANCE_WITH_WIDTH if handles.is_tracked(h) else _ADVANCE
    return dispatch.record(op, (y, h, row[1], *[stages[j] for j in row[0]]), None)


def _advance(y: Any, h: Any, a: Any, *stages: Any) -> Any:
    return y + h * np.dot(a, np.array(stages))


def _joint(dy: Any, new: Any, values: Any) -> list[Any]:
    """The gradients of all arguments at once: half the time of a rule for each, benchmarks/solve_ivp.py."""
    h, a = values[1], values[2]
    if handles.is_tracked(dy):
        return [dy, None, None, *[(h * weight) * dy for weight in a]]
    return [dy, None, None, *np.multiply.outer(h * np.array(a), dy)]


def _weighted(a: Any, stages: Any) -> Any:
    total = a[0] * stages[0]
    for weight, stage in zip(a[1:], stages[1:]):
        total = total + weight * stage
    return total


def _by_state(dy: Any, new: Any, y: Any, h: Any, a: Any, *stages: Any) -> Any:
    return dy


def _by_width(dy: Any, new: Any, y: Any, h: Any, a: Any, *stages: Any) -> Any:
    return np.sum(np.conj(_weighted(a, stages)) * dy)


def _by_stage(i: int, dy: Any, new: Any, y: Any, h: Any, a: Any, *stages: Any) -> Any:
    return (h * a[i - 3]) * dy


def _tangent(tangents: Any, new: Any, y: Any, h: Any, a: Any, *stages: Any) -> Any:
    total = 0.0 * new if tangents[0] is None else tangents[0]
    if tangents[1] is not None:
        total = total + tangents[1] * _weighted(a, stages)
    for weight, tangent in zip(a, tangents[3:], strict=True):
        if tangent is not None:
            total = total + (h * weight) * tangent
    return total


_RULES = (_by_state, _by_width, None, _by_stage)
_ADVANCE_WITH_WIDTH = Op(_advance, "scipy.integrate.solve_ivp", PULLBACKS, _RULES)
_ADVANCE_WITH_WIDTH.reads = [0, EVERYTHING - 1, 0, 1 << 2]  # the width needs the stages, a stage the width
_ADVANCE = Op(_advance, "scipy.integrate.solve_ivp", PULLBACKS, _RULES)
_ADVANCE.joint = _joint
_ADVANCE.reads = [0]
for _op in (_ADVANCE, _ADVANCE_WITH_WIDTH):
    _op.variadic = True
    _op.pushforward = _tangent
