"""What is recorded and what is not: data, stop_gradient, no_grad, checked."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator
from typing import Any, Final

import numpy as np

from tracker import tree
from tracker._arrays import handles
from tracker._arrays.array import TrackedArray
from tracker._arrays.real import TrackedReal
from tracker._core.levels import Pause, enter_pause, leave_pause, new_level, state

_lock: Final = threading.Lock()


def data(x: Any) -> Any:
    """The plain value of `x`, and of everything tracked inside a nested structure.

    >>> import tracker
    >>> data(tracker.param([1.0, 2.0])), data({"a": (tracker.param(2.0), 3)})
    (array([1., 2.]), {'a': (2.0, 3)})
    """
    return tree.map(handles.plain, x)


def stop_gradient(x: Any) -> Any:
    """`x` as a constant: its plain value (in memory of its own), any nested structure.

    >>> import tracker
    >>> tracker.gradient(lambda x: x * stop_gradient(x), 3.0)
    (3.0,)
    """
    return tree.map(_stopped, x)


def _stopped(x: Any) -> Any:
    return np.copy(x.data) if isinstance(x, TrackedArray) else x.data if isinstance(x, TrackedReal) else x


@contextlib.contextmanager
def no_grad() -> Iterator[None]:
    """A context in which nothing is recorded: calls on tracked values give plain ones.

    Derivatives begun inside are taken as usual. Tracked arrays may be written in place.

    >>> import tracker
    >>> x = tracker.param([1.0, 2.0])
    >>> with no_grad():
    ...     x -= 0.5
    >>> x.data
    array([0.5, 1.5])
    """
    token = enter_pause(Pause(new_level(), None))
    try:
        yield
    finally:
        leave_pause(token)


@contextlib.contextmanager
def checked() -> Iterator[None]:
    """A context that finds every change of a plain array between forward and backward.

    Outside of it small arrays are copied and large ones sampled; inside, large ones are
    compared whole, which costs time and memory. A change raises `RuntimeError`.

    >>> import tracker
    >>> a = np.ones(10_000)
    >>> with checked():
    ...     y, back = tracker.pullback(lambda x: x * a, np.ones(10_000))
    ...     a[77] = 2.0
    ...     back(a)
    Traceback (most recent call last):
        ...
    tracker.errors.ChangedError: A plain array (shape (10000,), dtype float64) was changed...
    """
    _count_checked(1)
    try:
        yield
    finally:
        _count_checked(-1)


def _count_checked(change: int) -> None:
    with _lock:  # += from several threads may lose one
        state.checking += change
