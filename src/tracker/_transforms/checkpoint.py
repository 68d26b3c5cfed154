"""checkpoint: run a function without keeping its intermediates; run it again on the way back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from tracker import tree
from tracker._arrays import dispatch, handles
from tracker._arrays.array import TrackedArray
from tracker._core.levels import Pause, current_pause, enter_pause, leave_pause, new_level
from tracker._core.node import PULLBACKS, Op
from tracker._transforms.arguments import track_leaf
from tracker._transforms.sweeps import sweep_roots
from tracker.errors import CheckpointError, ConversionError


def checkpoint(f: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    """`f(*args, **kwargs)` without keeping intermediates; recomputed on the way back.

    Tracked variables that f captures get their gradients too. Random numbers drawn from
    NumPy's global state, or from a Generator that is an argument, a global, an attribute of
    f's object or otherwise captured by f, are drawn again as they were; if f gives another
    result the second time, `RuntimeError` is
    raised. Nested and forward derivatives run f as it is.
    Griewank and Walther (2000), ACM TOMS 26(1).

    >>> import tracker
    >>> tracker.gradient(lambda x: checkpoint(lambda t: np.exp(np.sin(t)), x), 0.0)
    (1.0,)
    """
    if current_pause() is not None:
        return f(*args, **kwargs)
    leaves, structure = tree.flatten((args, kwargs))
    generators = _Generators(f, leaves)
    y, captured = _watch(f, structure, leaves)
    sources = [x for x in leaves if handles.is_tracked(x)] + captured  # one that f captures, too, counts twice
    if not sources:
        return y
    levels = {handles.level_of(x) for x in sources}
    nested = len(levels) > 1 or any(handles.is_tracked(x.value) for x in sources)
    if nested or any(_is_forward(x) for x in sources):
        generators.restore()
        return f(*args, **kwargs)
    return _record(f, structure, leaves, sources, y, generators)


def _watch(f: Callable[..., Any], structure: Any, leaves: list[Any]) -> tuple[Any, list[Any]]:
    """The plain result of f, and the tracked values that it met."""
    level = new_level()
    seen: dict[int, Any] = {}
    inputs = [track_leaf(x.data, level) if handles.is_tracked(x) else x for x in leaves]
    token = enter_pause(Pause(new_level(), seen))
    try:
        positional, keywords = tree.unflatten(structure, inputs)
        y = f(*positional, **keywords)
    except ValueError as error:
        if "read-only" in str(error):
            raise CheckpointError(
                "A checkpointed function wrote through a view of a tracked array that it did not make, or into another "
                "read-only array. Write into a copy (np.copy(x)), or leave tracker.checkpoint out."
            ) from error
        raise
    finally:
        leave_pause(token)
    # what f hands on untouched is met here
    parts, shape = tree.flatten(y)
    for x in parts:
        if handles.is_tracked(x):
            seen[id(x)] = x
    y = tree.unflatten(shape, [handles.plain(x) for x in parts])
    mine = {id(x) for x in inputs}
    captured = [x for k, x in seen.items() if k not in mine and handles.level_of(x) < level]
    return y, captured


def _is_forward(x: Any) -> bool:
    node = handles.node_of(x)
    return node is not None and node.forward


def _record(
    f: Callable[..., Any], structure: Any, leaves: list[Any], sources: list[Any], y: Any, generators: _Generators
) -> Any:
    """The result as one step of the record, whose pullback runs f again."""
    outputs, shape = tree.flatten(y)
    for x in outputs:
        if isinstance(x, np.ndarray) and x.dtype.kind == "O":
            raise ConversionError(
                f"A checkpointed function gave an array of objects (shape {x.shape}), which would lose its gradient. "
                "Return a list or tuple, or tracker.collect of one."
            )
    inexact = [k for k, x in enumerate(outputs) if tree.is_parameter(x)]
    values = tuple([outputs[k] for k in inexact])
    if not values:
        return y
    level = handles.level_of(sources[0])
    nodes = [handles.node_of(x) for x in sources]
    held = [_held(x) for x in leaves]

    def joint(dy: Any, _: Any, __: Any) -> list[Any]:
        tracked = [
            handles.new_leaf(v, level) if handles.is_tracked(x) else x for x, v in zip(leaves, held, strict=True)
        ]
        for x in tracked:
            if isinstance(x, TrackedArray):
                x.shared = True
        mine = [handles.node_of(x) for x in tracked]  # now: f may write into its arguments
        before = generators.swap()
        try:
            positional, keywords = tree.unflatten(structure, tracked)
            again = tree.flatten(f(*positional, **keywords))[0]
        finally:
            generators.put_back(before)
        _check_same([again[k] for k in inexact], values)
        stops = {n: None for n in nodes if n is not None}
        roots = [handles.node_of(again[k]) for k in inexact]
        seeds = list(dy)
        found = sweep_roots(roots, seeds, level, stops)
        new_nodes = [n for n, old in zip(mine, leaves, strict=True) if handles.is_tracked(old)]
        return [found.get(n) for n in (*new_nodes, *nodes[len(new_nodes) :]) if n is not None]

    op = Op(lambda *_: values, "checkpoint", PULLBACKS, (None,) * len(sources))
    op.joint = joint
    op.reads = [0] * len(sources)
    op.opaque = True
    results = iter(dispatch.record(op, tuple(sources), None))
    for k in inexact:
        outputs[k] = next(results)
    return tree.unflatten(shape, outputs)


def _held(x: Any) -> Any:
    """The plain value of an argument; a later write into that goes into a copy."""
    if isinstance(x, TrackedArray):
        (x if x.root is None else x.root).shared = True
    return handles.plain(x)


def _check_same(again: list[Any], values: tuple[Any, ...]) -> None:
    for a, b in zip(again, values, strict=True):
        if not np.array_equal(handles.plain(a), b, equal_nan=True):
            raise CheckpointError(
                "The checkpointed function gave another result when it was run again, so its gradient would be "
                "wrong. It must depend on its arguments alone, and what it captures must not change meanwhile."
            )


class _Generators:
    """The random states that a function may draw from, as they were before it ran."""

    def __init__(self, f: Any, leaves: list[Any]) -> None:
        cells = [c.cell_contents for c in getattr(f, "__closure__", None) or () if _is_filled(c)]
        names = getattr(getattr(f, "__code__", None), "co_names", ())
        known = getattr(f, "__globals__", {})
        own = vars(f.__self__).values() if hasattr(getattr(f, "__self__", None), "__dict__") else ()
        candidates = [*leaves, *cells, *(getattr(f, "__defaults__", None) or ())]
        candidates += [*own, *[known[name] for name in names if name in known]]
        self._generators = [g for g in candidates if isinstance(g, np.random.Generator | np.random.RandomState)]
        self._states = self._current()

    def _current(self) -> list[Any]:
        own = [g.bit_generator.state if isinstance(g, np.random.Generator) else g.get_state() for g in self._generators]
        return [np.random.get_state(), *own]  # noqa: NPY002 (what users draw from)

    def _set(self, states: list[Any]) -> None:
        np.random.set_state(states[0])  # noqa: NPY002
        for g, state in zip(self._generators, states[1:], strict=True):
            if isinstance(g, np.random.Generator):
                g.bit_generator.state = state
            else:
                g.set_state(state)

    def restore(self) -> None:
        self._set(self._states)

    def swap(self) -> list[Any]:
        """Go back to the states before the first run; the present ones are returned."""
        present = self._current()
        self._set(self._states)
        return present

    def put_back(self, states: list[Any]) -> None:
        self._set(states)


def _is_filled(cell: Any) -> bool:
    try:
        cell.cell_contents  # noqa: B018 (an empty cell raises)
    except ValueError:
        return False
    return True
