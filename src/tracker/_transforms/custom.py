"""Rules of the user's own: custom_gradient, rule, track, hooks, values that stop or end gradients."""

from __future__ import annotations

import contextlib
import functools
import inspect
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from tracker import tree
from tracker._arrays import dispatch, handles, protocols
from tracker._arrays.array import TrackedArray
from tracker._arrays.real import TrackedReal
from tracker._core import registry
from tracker._core.levels import Pause, current_pause, enter_pause, leave_pause, new_level, state
from tracker._core.node import EVERYTHING, PULLBACKS, Op
from tracker.errors import NotDifferentiableError, RuleError


def rule(
    f: Callable[..., Any],
    *pullbacks: Callable[..., Any] | None,
    pushforward: Callable[..., Any] | None = None,
    sequences: tuple[int, ...] = (),
) -> None:
    """Declare the derivative of `f` by one pullback per positional argument.

    A pullback is called as `pullback(dy, y, *args, **kwargs)` and returns the gradient of
    its argument; None stands for an argument without one. `pushforward(tangents, y, *args,
    **kwargs)` gives the tangent of y, with None for tangents of constants; without it,
    forward mode is taken from the pullbacks. `sequences` are the positions of arguments
    that are lists of arrays: their pullbacks return lists. A new rule replaces an old one.

    >>> import tracker
    >>> def cube(x):
    ...     return x * x * x
    >>> rule(cube, lambda dy, y, x: 3 * x * x * dy)
    >>> tracker.gradient(lambda x: tracker.track(cube, x), 2.0)
    (12.0,)
    """
    registry.rule(f, *pullbacks, pushforward=pushforward, sequences=sequences)
    registry.guard(f)


def partials(f: Callable[..., Any], *rules: Callable[..., Any] | None) -> None:
    """Declare the partial derivatives of the elementwise `f`, one per argument (None: none).

    Each is called as `partial(y, *args, **kwargs)`. Both modes follow from them.

    >>> import tracker
    >>> from scipy.special import erf
    >>> partials(erf, lambda y, x: 2 / np.sqrt(np.pi) * np.exp(-x * x))
    >>> tracker.gradient(lambda x: erf(x), 0.0)
    (1.1283791670955126,)
    """
    registry.partials(f, *rules)


def linear(f: Callable[..., Any], *adjoints: Callable[..., Any] | None, sequences: tuple[int, ...] = ()) -> None:
    """Declare `f` linear (jointly) in the arguments that have an adjoint.

    An adjoint is called as `adjoint(dy, y, *args, **kwargs)`; forward mode applies f itself.

    >>> import tracker
    >>> def twice(x):
    ...     return 2 * x
    >>> linear(twice, lambda dy, y, x: 2 * dy)
    >>> tracker.gradient(lambda x: tracker.track(twice, x), 1.0)
    (2.0,)
    """
    registry.linear(f, *adjoints, sequences=sequences)
    registry.guard(f)


def constant(*functions: Callable[..., Any]) -> None:
    """Declare that the derivative of each function is zero: its results are plain.

    >>> import tracker
    >>> def level(x):
    ...     return np.floor(x)
    >>> constant(level)
    >>> tracker.track(level, tracker.param(1.5))
    np.float64(1.0)
    """
    registry.constant(*functions)


def track(f: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    """Call `f`, which has a rule, recording the call. Raises `NoRuleError` if it has none.

    >>> import tracker
    >>> track(np.sin, tracker.param(0.0))
    tracked(0.0)
    """
    op = registry.lookup(f)
    if op is None:
        raise protocols.no_rule(f, args, kwargs)
    return dispatch.record(op, args, kwargs)


def custom_gradient(f: Callable[..., Any]) -> Callable[..., Any]:
    """Decorator: `f` returns `(y, back)`, and `back(dy)` one gradient (or None) per argument.

    Arguments and y may be nested structures, with gradients of the same structure. Within f,
    tracked arguments are plain (or tracked by an outer derivative only). Raises
    `ValueError` if f uses another tracked value, whose gradient would be lost.

    >>> import tracker
    >>> @custom_gradient
    ... def scaled(x, factor):
    ...     return x * factor, lambda dy: (10 * dy, None)
    >>> tracker.gradient(lambda x: scaled(x, 2.0), 3.0)
    (10.0,)
    """
    name = getattr(f, "__name__", "custom_gradient")
    signature = inspect.signature(f)
    named = [p.name for p in signature.parameters.values() if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]

    @functools.wraps(f)
    def call(*args: Any, **kwargs: Any) -> Any:
        given = len(args)
        if kwargs or given < len(named):  # put keywords and defaults in their positions
            bound = signature.bind(*args, **kwargs)
            bound.apply_defaults()
            args = bound.args
            given = given if kwargs.keys().isdisjoint(named) else len(args)
            kwargs = bound.kwargs

        def run(*values: Any) -> tuple[Any, Callable[[Any], Any]]:
            result = f(*values, **kwargs)
            if not (isinstance(result, tuple) and len(result) == 2 and callable(result[1])):
                raise RuleError(f"{name} must return (y, back), with a function `back`; see tracker.custom_gradient.")
            y, back = result
            return y, lambda dy: _as_many(name, back(dy), given, len(values))

        return record_joint(name, run, args)

    return call


def _as_many(name: str, gradients: Any, given: int, n: int) -> tuple[Any, ...]:
    """One gradient for each of `n` arguments; those after the `given` ones, left at their default, may lack it."""
    if given == 1 and not isinstance(gradients, tuple):
        gradients = (gradients,)
    if not isinstance(gradients, tuple | list) or len(gradients) not in (given, n):
        got = len(gradients) if isinstance(gradients, tuple | list) else 1
        raise RuleError(f"back of {name} gave {got} gradients for {n} arguments. Give one (or None) per argument.")
    return (*gradients, *(None,) * (n - len(gradients)))


def record_joint(name: str, run: Callable[..., Any], args: tuple[Any, ...]) -> Any:
    """Record `y` of `y, back = run(*args)` as one step; `back(dy)` gives all gradients at once."""
    leaves, structure = tree.flatten(args)
    level = max(handles.level_of(x) for x in leaves) if leaves else -1
    pause = current_pause()
    if pause is not None:
        for x in leaves:
            dispatch.paused(x, pause)  # so that `checkpoint` gets to know what is captured
    if level < 0 or (pause is not None and level < pause.level):
        return run(*tree.unflatten(structure, [handles.plain(x) if level >= 0 else x for x in leaves]))[0]
    kept: list[Any] = []

    def call(*values: Any) -> Any:
        y, back = run(*tree.unflatten(structure, list(values)))
        parts, shape = tree.flatten(y)
        for part in parts:
            if handles.level_of(part) >= level:
                raise RuleError(
                    f"{name} uses a tracked value that is not among its arguments; its gradient would be lost. "
                    "Pass it as an argument."
                )
        kept[:] = [back, shape]
        return y if len(parts) == 1 and parts[0] is y else tuple(parts)

    def pull(i: int, dy: Any, y: Any, *values: Any) -> Any:
        return joint(dy, y, list(values))[i]

    def joint(dy: Any, y: Any, values: list[Any]) -> list[Any]:
        back, shape = kept
        gradients = back(tree.unflatten(shape, list(dy)) if isinstance(dy, tuple) else dy)
        flat: list[Any] = []
        for gradient, argument in zip(gradients, args, strict=True):
            flat.extend(_flat_gradients(gradient, argument))
        return flat

    op = Op(call, name, PULLBACKS, (pull,))
    op.joint = joint
    op.variadic = True
    op.reads = [EVERYTHING]  # `back` may hold any of it, and callers may go on to write into theirs
    op.opaque = True
    y = dispatch.record(op, tuple([_small_copy(x) for x in leaves]), None)
    return tree.unflatten(kept[1], list(y)) if type(y) is tuple else y


def _small_copy(x: Any) -> Any:
    """A small plain array as a copy; the record watches large ones."""
    return x.copy(order="K") if type(x) is np.ndarray and x.nbytes <= dispatch._COPIED else x


def _flat_gradients(gradient: Any, argument: Any) -> list[Any]:
    leaves, structure = tree.flatten(argument)
    if gradient is None:
        return [None] * len(leaves)
    return [gradient] if len(leaves) == 1 and leaves[0] is argument else list(structure.flatten_up_to(gradient))


# Values that treat their gradient in a special way


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


def once_differentiable_after(name: str, sources: list[Any]) -> Callable[[Any], Any]:
    """A function that marks plain values computed from the tracked `sources` as final."""

    def mark(value: Any) -> Any:
        if not tree.is_parameter(value):
            return value
        op = Op(lambda *_: value, name, PULLBACKS, (_refusals(name)[0],))
        op.pushforward = _refusals(name)[1]
        op.rules = (_refusals(name)[0],) * len(sources)
        op.reads = [0] * len(sources)
        op.opaque = True
        return dispatch.record(op, tuple(sources), None)

    return mark


def _refusals(name: str) -> tuple[Callable[..., Any], Callable[..., Any]]:
    def refuse(*_: Any, **__: Any) -> Any:
        raise NotDifferentiableError(
            f"{name} can't be differentiated again: it was marked with tracker.once_differentiable "
            "(or taken with nest=False)."
        )

    return refuse, refuse


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
    state.checking += 1
    try:
        yield
    finally:
        state.checking -= 1
