"""Values whose gradient is treated in a way of their own: hook, once_differentiable."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tracker import tree
from tracker._arrays import dispatch, handles
from tracker._arrays.array import TrackedArray
from tracker._core.node import PULLBACKS, Op
from tracker.errors import NotDifferentiableError


def _same(x: Any) -> Any:
    return x


def _through(name: str, x: Any, pullback: Callable[..., Any], pushforward: Callable[..., Any]) -> Any:
    """`x` itself, recorded as a step with these rules; its memory is shared, and copied on writing."""
    if not handles.is_tracked(x):
        return x
    op = Op(_same, name, PULLBACKS, (pullback,))
    op.pushforward = pushforward
    op.reads = [0]
    op.opaque = True
    y = dispatch.record(op, (x,), None)
    if isinstance(y, TrackedArray) and isinstance(x, TrackedArray):
        root = x if x.root is None else x.root
        root.shared = True
        y.base = y.root = y.path = None
        y.shared = True
    return y


def hook(f: Callable[[Any], Any], x: Any) -> Any:
    """`x` unchanged; on the way back its gradient becomes `f(gradient)` (None: stays as it is).

    >>> import tracker
    >>> tracker.gradient(lambda x: hook(lambda dy: 10 * dy, x) * 2, 1.0)
    (20.0,)
    """

    if not callable(f):
        raise TypeError(f"hook(f, x) takes the function first; it was given a {type(f).__name__}.")

    def pullback(dy: Any, y: Any, x: Any) -> Any:
        changed = f(dy)
        return dy if changed is None else changed

    return _through("hook", x, pullback, lambda tangents, y, x: tangents[0])


def once_differentiable(name: str, x: Any) -> Any:
    """`x`, marked as a gradient that must not be differentiated again.

    Doing so raises `NotImplementedError` naming `name`.

    >>> import tracker
    >>> tracker.gradient(lambda x: once_differentiable("sorting network", x), 1.0)
    Traceback (most recent call last):
        ...
    tracker.errors.NotDifferentiableError: sorting network can't be differentiated again...
    """
    return tree.map(lambda leaf: _through(name, leaf, *_refusals(name)), x)


def once_differentiable_after(name: str, reason: str, sources: list[Any]) -> Callable[[Any], Any]:
    """A function that marks plain values computed from the tracked `sources` as final; `reason` ends the error."""

    def mark(value: Any) -> Any:
        if not tree.is_parameter(value):
            return value
        refuse, refuse_forward = _refusals(name, reason)
        op = Op(lambda *_: value, name, PULLBACKS, (refuse,) * len(sources))
        op.pushforward = refuse_forward
        op.reads = [0] * len(sources)
        op.opaque = True
        return dispatch.record(op, tuple(sources), None)

    return mark


def _refusals(
    name: str, reason: str = "it was marked with tracker.once_differentiable."
) -> tuple[Callable[..., Any], Callable[..., Any]]:
    def refuse(*_: Any, **__: Any) -> Any:
        raise NotDifferentiableError(f"{name} can't be differentiated again: {reason}")

    return refuse, refuse
