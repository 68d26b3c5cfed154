"""Which derivative a tracked value belongs to, and where recording is switched off.

Every derivative that is taken gets a level of its own, later ones higher: a call that
mixes levels is recorded at the highest, and what belongs to lower ones is constant there.
Level 0 is that of `param`.
"""

from __future__ import annotations

import itertools
import threading
from contextvars import ContextVar
from typing import Any, Final, final

_levels: Final = itertools.count(2, 2)  # odd ones above them are begun and ended
_running: Final[set[int]] = set()


def new_level() -> int:
    """A level above all given out so far."""
    return next(_levels)


def begin_level() -> int:
    """The same, of a derivative that ends: by `end_level`."""
    level = next(_levels) + 1
    _running.add(level)
    return level


def end_level(level: int) -> None:
    _running.discard(level)


def has_ended(level: int) -> bool:
    return level & 1 == 1 and level not in _running


@final
class Pause:
    """While it is in force, values of levels below `level` are constants.

    With a `seen` dict, each tracked value that is met is noted there, by identity.
    """

    def __init__(self, level: int, seen: dict[int, Any] | None) -> None:
        self.level: int = level
        self.seen: dict[int, Any] | None = seen


@final
class _State:
    def __init__(self) -> None:
        self.pauses: int = 0  # how many are in force anywhere: a cheap test on every call
        self.checking: int = 0  # how many `checked` contexts are: marks cover whole arrays


state: Final = _State()
_lock: Final = threading.Lock()
_current: Final[ContextVar[Any]] = ContextVar("tracker_pause", default=None)


def current_pause() -> Pause | None:
    """The innermost pause of this thread or task."""
    return _current.get() if state.pauses else None


def enter_pause(pause: Pause | None) -> Any:
    """Put `pause` in force (None ends all outer ones); the token is for `leave_pause`."""
    with _lock:
        state.pauses += 1
    return _current.set(pause)


def leave_pause(token: Any) -> None:
    _current.reset(token)
    with _lock:
        state.pauses -= 1
