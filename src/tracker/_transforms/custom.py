"""Rules of the user's own: rule, partials, linear, constant, track, custom_gradient."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import Any

import numpy as np

from tracker import tree
from tracker._arrays import dispatch, handles, kept, protocols
from tracker._core import registry
from tracker._core.levels import current_pause
from tracker._core.node import EVERYTHING, PULLBACKS, Op
from tracker.errors import RuleError


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
    _require_functions("rule", f, *pullbacks, pushforward)
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
    _require_functions("partials", f, *rules)
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
    _require_functions("linear", f, *adjoints)
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
    _require_functions("constant", *functions)
    registry.constant(*functions)


def _require_functions(name: str, f: Any, *rules: Any) -> None:
    for k, x in enumerate((f, *rules)):
        if not (callable(x) or k and (x is None or isinstance(x, registry.each))):
            raise TypeError(f"{name} takes functions (the function first, None where there is no derivative): {x!r}")


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
    if gradients is None:
        raise RuleError(f"back of {name} gave None: is there a return missing? No gradient of one argument is (None,).")
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
            kept.paused(x, pause)  # so that `checkpoint` gets to know what is captured
    if level < 0 or (pause is not None and level < pause.level):
        return run(*tree.unflatten(structure, [handles.plain(x) if level >= 0 else x for x in leaves]))[0]
    remembered: list[Any] = []

    def call(*values: Any) -> Any:
        y, back = run(*tree.unflatten(structure, list(values)))
        parts, shape = tree.flatten(y)
        for part in parts:
            if handles.level_of(part) >= level:
                raise RuleError(
                    f"{name} uses a tracked value that is not among its arguments; its gradient would be lost. "
                    "Pass it as an argument."
                )
        remembered[:] = [back, shape]
        return y if len(parts) == 1 and parts[0] is y else tuple(parts)

    def pull(i: int, dy: Any, y: Any, *values: Any) -> Any:
        return joint(dy, y, list(values))[i]

    def joint(dy: Any, y: Any, values: list[Any]) -> list[Any]:
        back, shape = remembered
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
    return tree.unflatten(remembered[1], list(y)) if type(y) is tuple else y


def _small_copy(x: Any) -> Any:
    """A small plain array as a copy; the record watches large ones."""
    return x.copy(order="K") if type(x) is np.ndarray and x.nbytes <= kept.COPIED else x


def _flat_gradients(gradient: Any, argument: Any) -> list[Any]:
    leaves, structure = tree.flatten(argument)
    if gradient is None:
        return [None] * len(leaves)
    return [gradient] if len(leaves) == 1 and leaves[0] is argument else list(structure.flatten_up_to(gradient))
