"""Learning rates that change: functions of the number of the step, from 0.

>>> import numpy as np
>>> from tracker import optim
>>> schedule = warm_up(cosine(0.1, 100), 10)
>>> state = optim.setup(optim.Adam(), np.ones(2))
>>> state = optim.adjust(state, schedule(0))
>>> state.rule.eta
0.01
"""

from __future__ import annotations

import math
from collections.abc import Callable

__all__ = ["Schedule", "constant", "cosine", "exponential", "one_cycle", "step", "warm_up"]

Schedule = Callable[[int], float]


def constant(eta: float) -> Schedule:
    """`eta` at every step.

    >>> constant(0.1)(7)
    0.1
    """
    return lambda t: eta


def step(eta: float, every: int, factor: float = 0.1) -> Schedule:
    """`eta`, multiplied by `factor` once in `every` steps.

    >>> [step(1.0, 2, 0.5)(t) for t in range(5)]
    [1.0, 1.0, 0.5, 0.5, 0.25]
    """
    _positive("every", every)
    return lambda t: eta * factor ** (t // every)


def exponential(eta: float, factor: float) -> Schedule:
    """`eta`, multiplied by `factor` at each step.

    >>> exponential(1.0, 0.5)(3)
    0.125
    """
    return lambda t: eta * factor**t


def cosine(eta: float, steps: int, final: float = 0.0) -> Schedule:
    """Half a cosine from `eta` down to `final` at `steps`, and `final` from then on.

    Loshchilov and Hutter, SGDR, arXiv:1608.03983, eq. 5.

    >>> [round(cosine(1.0, 4)(t), 3) for t in (0, 2, 4, 9)]
    [1.0, 0.5, 0.0, 0.0]
    """
    _positive("steps", steps)
    return lambda t: _cosine(eta, final, min(t / steps, 1.0))


def warm_up(schedule: Schedule, steps: int) -> Schedule:
    """A straight line up to `schedule(0)`, reached at the last of `steps` steps, and then the schedule.

    >>> [warm_up(constant(1.0), 4)(t) for t in range(5)]
    [0.25, 0.5, 0.75, 1.0, 1.0]
    """
    _positive("steps", steps)
    if not callable(schedule):
        raise TypeError(f"warm_up takes a schedule, such as constant({schedule!r}); it was given {schedule!r}.")
    return lambda t: schedule(0) * (t + 1) / steps if t < steps else schedule(t - steps)


def one_cycle(peak: float, steps: int, rise: float = 0.3, start: float = 25.0, end: float = 1e4) -> Schedule:
    """From `peak / start` up to `peak` for a part `rise` of all `steps`, then down to `peak / start / end`.

    Smith and Topin, Super-convergence, arXiv:1708.07120, with cosines for lines. Raises `ValueError` if `rise` is not
    between 0 and 1.

    >>> [round(one_cycle(1.0, 11)(t), 3) for t in (0, 2, 10)]
    [0.04, 0.96, 0.0]
    """
    _positive("steps", steps)
    if not 0 <= rise <= 1:
        raise ValueError(f"one_cycle rises for a part of all steps, between 0 and 1; it was given rise={rise}.")
    top, last = rise * steps - 1, steps - 1

    def schedule(t: int) -> float:
        if t <= top:
            return _cosine(peak / start, peak, t / top if top > 0 else 1.0)
        return _cosine(peak, peak / start / end, min((t - top) / (last - top), 1.0) if last > top else 1.0)

    return schedule


def _cosine(first: float, last: float, part: float) -> float:
    return last + (first - last) * (1 + math.cos(math.pi * part)) / 2


def _positive(name: str, value: int) -> None:
    if value < 1:
        raise ValueError(f"a schedule needs {name} of at least 1; it was given {value}.")
