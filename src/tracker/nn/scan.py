"""A cell run over a sequence, step by step."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from tracker import tree
from tracker.nn.lengths import checked, within


def scan(cell: Callable[[Any, Any], tuple[Any, Any]], xs: Any, state: Any, lengths: Any = None) -> tuple[Any, Any]:
    """`y, state = cell(x, state)` for each x of `xs` (time, ...): `(ys, state)`, ys (time, ...), the last state.

    With `lengths` (*batch), for xs (time, *batch, ...), states stay as they are after the end of each sequence, and
    ys are zero there; y and all parts of the state are (*batch, ...).
    Raises `ValueError` for a sequence of no steps, whose results have no known shape, and for lengths that are no
    whole numbers up to `time`, or 0 where there is no state to begin with.

    >>> scan(lambda x, total: (x + total, x + total), np.array([1.0, 2.0, 3.0]), 0.0)
    (array([1., 3., 6.]), np.float64(6.0))
    """
    ends = None if lengths is None else _ends(lengths, len(xs), state)
    ys = []
    for t, x in enumerate(xs):
        y, after = cell(x, state)
        if ends is not None and (t or state is not None):
            after = tree.map(lambda new, old, going=t < ends: np.where(_like(going, new), new, old), after, state)
        state = after
        ys.append(y)
    if not ys:
        raise ValueError("scan was given a sequence of no steps: its results have no known shape.")
    together = np.stack(ys)
    return (together if ends is None else np.where(within(ends, together), together, 0)), state


def _ends(lengths: Any, steps: int, state: Any) -> Any:
    return checked("lengths", lengths, np.shape(lengths), steps, least=1 if state is None else 0)


def _like(going: Any, x: Any) -> Any:
    return going.reshape(*going.shape, *[1] * (np.ndim(x) - going.ndim))
