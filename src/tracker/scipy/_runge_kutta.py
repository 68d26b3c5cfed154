"""A step of an explicit Runge-Kutta method, and its dense output, in recorded calls.

The tableaus are those of SciPy's solver classes: Dormand and Prince (1980), Bogacki and Shampine (1989), and DOP853 of
Hairer, Norsett and Wanner, Solving Ordinary Differential Equations I (1993), section II.10.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, Final

import numpy as np

from tracker._arrays import dispatch, handles
from tracker._arrays.leaf import collect
from tracker._core.node import EVERYTHING, PULLBACKS, Op

_Slope = Callable[[Any, Any], Any]


def step(slope: _Slope, solver: Any, t: Any, y: Any, f: Any, h: Any) -> tuple[Any, Any, list[Any]]:
    """State and slope at `t + h`, and all stages, the new slope last."""
    stages = [f]
    *inner, last = rows(solver)
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


_Row = tuple[list[int], Any]


NOTHING: Final[_Row] = ([], np.zeros(0))


@functools.cache
def rows(solver: Any) -> list[_Row]:
    """Of each stage, and of the result, which stages it is made of and their weights."""
    return [*[_row(solver.A[s]) for s in range(1, solver.n_stages)], _row(solver.B)]


def _row(a: Any) -> _Row:
    used = np.flatnonzero(a)
    return used.tolist(), np.asarray(a, float)[used]


def join(new: Any, y: Any, h: float, row: _Row, stages: list[Any]) -> None:
    """Make `new`, a leaf that holds `y + h * sum_j a[j] * stages[j]`, the result of that step; unless it is plain.

    `y` and `stages` are operands of the record.
    """
    node = handles.node_of(new)
    if node is not None:
        node.op = _ADVANCE
        node.args = (y, h * row[1], *[stages[j] for j in row[0]])


def operand(x: Any) -> Any:
    """`x` as the record refers to it."""
    node = handles.node_of(x)
    return x if node is None else node


def as_vector(slope: Any) -> Any:
    """What a right-hand side gave, as an array of shape (n,)."""
    if type(slope) is list or type(slope) is tuple:
        slope = collect(slope)
    return slope if getattr(slope, "ndim", 0) == 1 else np.reshape(slope, (-1,))


def _advanced(y: Any, h: Any, row: _Row, stages: list[Any]) -> Any:
    """`y + h * sum_j a[j] * stages[j]`, one step of the record."""
    used = [stages[j] for j in row[0]]
    if handles.is_tracked(h):
        return dispatch.record(_ADVANCE_WITH_WIDTH, (y, h, tuple(row[1].tolist()), *used), None)
    return dispatch.record(_ADVANCE, (y, h * row[1], *used), None)


# A step of known width: weights (s,) are those of the method times the width


def _advance(y: Any, weights: Any, *stages: Any) -> Any:
    return y + np.dot(weights, np.array(stages))


def _joint(dy: Any, new: Any, values: Any) -> list[Any]:
    """The gradients of all arguments at once: half the time of a rule for each, benchmarks/solve_ivp.py."""
    weights = values[1]
    if handles.is_tracked(dy):
        return [dy, None, *[weight * dy for weight in weights]]
    return [dy, None, *(weights[:, None] * dy)]


def _tangent(tangents: Any, new: Any, y: Any, weights: Any, *stages: Any) -> Any:
    total = 0.0 * new if tangents[0] is None else tangents[0]
    for weight, tangent in zip(weights, tangents[2:], strict=True):
        if tangent is not None:
            total = total + weight * tangent
    return total


_ADVANCE = Op(_advance, "scipy.integrate.solve_ivp", PULLBACKS, ())
_ADVANCE.joint = _joint
_ADVANCE.pushforward = _tangent
_ADVANCE.variadic = True
_ADVANCE.reads = [0]


# A step whose width is tracked


def _advance_by(y: Any, h: Any, a: Any, *stages: Any) -> Any:
    return y + h * np.dot(a, np.array(stages))


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


def _tangent_by(tangents: Any, new: Any, y: Any, h: Any, a: Any, *stages: Any) -> Any:
    total = 0.0 * new if tangents[0] is None else tangents[0]
    if tangents[1] is not None:
        total = total + tangents[1] * _weighted(a, stages)
    for weight, tangent in zip(a, tangents[3:], strict=True):
        if tangent is not None:
            total = total + (h * weight) * tangent
    return total


_RULES = (_by_state, _by_width, None, _by_stage)
_ADVANCE_WITH_WIDTH = Op(_advance_by, "scipy.integrate.solve_ivp", PULLBACKS, _RULES)
_ADVANCE_WITH_WIDTH.pushforward = _tangent_by
_ADVANCE_WITH_WIDTH.variadic = True
_ADVANCE_WITH_WIDTH.reads = [0, EVERYTHING - 1, 0, 1 << 2]  # the width needs the stages, a stage the width
