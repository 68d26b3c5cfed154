"""Rules that act elementwise, applied to many small arrays at once.

A NumPy call costs as much as 500 entries, and a rule makes a dozen. So small arrays are put together for a step, and
the results taken apart again; the numbers are the same. benchmarks/adam.py measures it. (To step a large array in
blocks that stay in the cache costs more than it saves.)
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import optree

from tracker._arrays.handles import is_tracked
from tracker.optim.rule import Rule

SMALL: Final = 2048  # entries: arrays up to here are put together
BLOCK: Final = 16384  # entries of what is put together, at most: temporaries stay in the cache

Work = tuple[Rule, Any, Any, Any]  # rule, state, array, gradient
Result = tuple[Any, Any]  # next state, step or None


def applied(work: list[Work]) -> list[Result]:
    """`rule.apply(state, x, dx)` for each piece of work."""
    results: list[Result] = [(None, None)] * len(work)
    groups: dict[Any, _Group] = {}
    for i, (rule, state, x, dx) in enumerate(work):
        if type(x) is type(dx) is np.ndarray and x.size <= SMALL and rule.elementwise and not rule.fused:
            leaves, structure = optree.tree_flatten(state, none_is_leaf=True)
            scalars = _scalars(leaves, x.shape)
            if scalars is not None:
                key = id(rule), x.dtype, structure, scalars
                if (group := groups.get(key)) is None:
                    group = groups[key] = _Group(rule, structure)
                group.members.append((i, leaves, x, dx))
                continue
        results[i] = rule.apply(state, x, dx)
    for group in groups.values():
        group.apply(results)
    return results


def _scalars(leaves: list[Any], shape: tuple[int, ...]) -> tuple[Any, ...] | None:
    """What is no array in a state, in its place; None if an array in it has another shape than this, or is tracked."""
    found: list[Any] = []
    for leaf in leaves:
        if type(leaf) is not np.ndarray:
            if is_tracked(leaf):
                return None
            found.append(leaf)
        elif leaf.shape == shape:
            found.append(None)
        else:
            return None
    return tuple(found)


class _Group:
    """Small arrays of one dtype whose states differ in their arrays only."""

    def __init__(self, rule: Rule, structure: Any) -> None:
        self.rule = rule
        self.structure = structure
        self.members: list[tuple[int, list[Any], Any, Any]] = []

    def apply(self, results: list[Result]) -> None:
        batch: list[tuple[int, list[Any], Any, Any]] = []
        size = 0
        for member in self.members:
            if size + member[2].size > BLOCK:
                self._apply(batch, results)
                batch, size = [], 0
            batch.append(member)
            size += member[2].size
        self._apply(batch, results)

    def _apply(self, batch: list[tuple[int, list[Any], Any, Any]], results: list[Result]) -> None:
        places, states, xs, dxs = zip(*batch, strict=True)
        if len(batch) == 1:
            results[places[0]] = self.rule.apply(self.structure.unflatten(states[0]), xs[0], dxs[0])
            return
        columns = zip(*states, strict=True)
        joined = [_joined(column) if type(column[0]) is np.ndarray else column[0] for column in columns]
        new, step = self.rule.apply(self.structure.unflatten(joined), _joined(xs), _joined(dxs))
        parts, structure = optree.tree_flatten(new, none_is_leaf=True)
        steps = [None] * len(batch) if step is None else _parted(step, xs)
        if not parts:
            rows: Any = [()] * len(batch)
        else:
            rows = zip(*[_parted(p, xs) if type(p) is np.ndarray else [p] * len(batch) for p in parts])
        for i, mine, own in zip(places, rows, steps, strict=True):
            results[i] = structure.unflatten(mine), own


def _parted(joined: Any, like: Any) -> list[Any]:
    """The parts of a vector that have the shapes of `like`: views."""
    found: list[Any] = []
    start = 0
    for x in like:
        stop = start + x.size
        part = joined[start:stop]
        found.append(part if x.ndim == 1 else part.reshape(x.shape))
        start = stop
    return found


def _joined(arrays: Any) -> Any:
    return np.concatenate([a.ravel() for a in arrays])
