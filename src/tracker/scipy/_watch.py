"""Running a function with everything tracked held constant, and finding out what it met."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from typing import Any

from tracker import tree
from tracker._arrays import handles, kept
from tracker._core.levels import Pause, current_pause, enter_pause, leave_pause, new_level


def watched(run: Callable[[], Any]) -> tuple[Any, list[Any]]:
    """The result, everything tracked being constant, and the tracked values that were met."""
    with watching() as seen:
        return run(), list(seen.values())


@contextlib.contextmanager
def watching() -> Iterator[dict[int, Any]]:
    """A context in which everything tracked is constant; what was met so far, by identity."""
    seen: dict[int, Any] = {}
    token = enter_pause(Pause(new_level(), seen))
    try:
        yield seen
    finally:
        leave_pause(token)


def plainly(x: Any) -> Any:
    """The plain value of what a watched function gave; it may be tracked itself, without a call that met it."""
    pause = current_pause()
    return handles.plain(x if pause is None else kept.paused(x, pause))


@contextlib.contextmanager
def unpaused() -> Iterator[None]:
    """A context in which calls are recorded: a sweep that records may itself be run within `no_grad`."""
    token = enter_pause(None)
    try:
        yield
    finally:
        leave_pause(token)


def any_tracked(xs: Any) -> bool:
    """Whether anything in a structure is tracked."""
    return any(handles.is_tracked(x) for x in tree.flatten(xs)[0])


def distinct(xs: list[Any]) -> list[Any]:
    """The tracked ones among `xs`, each once."""
    found: list[Any] = []
    for x in xs:
        if handles.is_tracked(x) and not any(x is y for y in found):
            found.append(x)
    return found


def is_deep(x: Any) -> bool:
    """Whether a tracked `x` belongs to several derivatives, or to forward mode."""
    node = handles.node_of(x)
    return handles.is_tracked(x.value) or (node is not None and node.forward)
