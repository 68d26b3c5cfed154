"""autograd and tracker: functions made with `autograd.extend.primitive` in tracked programs.

A function written with `autograd.numpy` needs no bridge: those are NumPy's functions, and tracker differentiates them
as it does `numpy`'s. A primitive of your own has rules that only autograd knows; `from_autograd` uses them.

>>> import autograd.numpy as anp
>>> import tracker
>>> tracker.gradient(lambda x: anp.sum(anp.sin(x)), np.zeros(2))[0]
array([1., 1.])
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import numpy as np

from tracker import tree
from tracker._arrays.array import TrackedArray
from tracker._arrays.handles import is_tracked, plain
from tracker._arrays.real import TrackedReal
from tracker._core import registry
from tracker._transforms.custom import custom_gradient, track
from tracker._transforms.reverse import pullback
from tracker.errors import RuleError

try:
    from autograd.core import VSpace, primitive_jvps, primitive_vjps
    from autograd.numpy.numpy_vspaces import ArrayVSpace
except ImportError as error:
    raise ImportError(
        "tracker.interop.autograd is a bridge to autograd, which is missing: pip install autograd"
    ) from error

__all__ = ["from_autograd"]


def from_autograd(primitive: Callable[..., Any]) -> Callable[..., Any]:
    """`primitive`, made by `autograd.extend.primitive`, as a function for tracked programs.

    Its derivatives are those given by `defvjp` (reverse mode) and `defjvp` (forward mode); where only one of them was
    given, the other mode follows from it. They can be differentiated again if they are made of NumPy calls or
    `autograd.numpy`'s. Arguments are arrays and numbers, or nested structures of them if the rules give gradients of
    the same structure. autograd does not differentiate by keywords; the rules are looked up when they are needed,
    and `NotImplementedError` names an argument that has none.

    Raises `TypeError` if `primitive` has neither kind of rule, or for a keyword that is tracked.

    >>> from autograd.extend import defvjp, primitive
    >>> import tracker
    >>> @primitive
    ... def cube(x):
    ...     return x**3
    >>> defvjp(cube, lambda y, x: lambda dy: 3 * x**2 * dy)
    >>> tracker.grad(tracker.grad(from_autograd(cube)))(2.0)
    12.0
    """
    name = _name(primitive)
    if primitive not in primitive_vjps and primitive not in primitive_jvps:
        raise TypeError(
            f"{name} has no rules in autograd: give it some with autograd.extend.defvjp or defjvp. "
            "A function that is no primitive and made of autograd.numpy's functions needs no bridge."
        )

    @functools.wraps(primitive)
    def value(*args: Any, **kwargs: Any) -> Any:
        return primitive(*args, **kwargs)

    def back(i: int, dy: Any, y: Any, *args: Any, **kwargs: Any) -> Any:
        return _gradient(primitive, i, dy, y, args, kwargs) if tree.is_parameter(args[i]) else None

    def forward(tangents: Any, y: Any, *args: Any, **kwargs: Any) -> Any:
        moving = [i for i, t in enumerate(tangents) if t is not None]
        return primitive_jvps[primitive](tuple(moving), [tangents[i] for i in moving], y, args, kwargs)

    registry.rule(value, registry.each(back), pushforward=forward if primitive in primitive_jvps else None)
    registry.guard(value)

    @functools.wraps(primitive)
    def call(*args: Any, **kwargs: Any) -> Any:
        for key, setting in kwargs.items():
            if any(map(is_tracked, tree.flatten(setting)[0])):
                raise TypeError(
                    f"{name}: the keyword {key} is tracked, and autograd has no derivatives by keywords. Give it by "
                    "position, with a rule of its own, or pass tracker.stop_gradient(x)."
                )
        nested = any(tree.flatten(x)[0] != [x] for x in args if not hasattr(x, "dtype"))
        return _of_structures(primitive, call, args, kwargs) if nested else track(value, *args, **kwargs)

    return call


def _of_structures(primitive: Any, call: Callable[..., Any], args: Any, kwargs: Any) -> Any:
    """A call with nested arguments, as one step of all the arrays in them that may be differentiated."""
    leaves, structure = tree.flatten(args)
    places = [i for i, x in enumerate(leaves) if tree.is_parameter(x)]
    if not any(is_tracked(leaves[i]) for i in places):
        return primitive(*args, **kwargs)

    def recorded(*xs: Any) -> Any:
        full = list(leaves)
        for i, x in zip(places, xs, strict=True):
            full[i] = x
        given = tree.unflatten(structure, full)
        y = call(*given, **kwargs)  # which a derivative around this one records in turn

        def back(dy: Any) -> tuple[Any, ...]:
            found: list[Any] = []
            for i, x in enumerate(given):
                parts, part = tree.flatten(x)
                live = any(map(tree.is_parameter, parts))
                dx = _gradient(primitive, i, dy, y, given, kwargs) if live else None
                found += _like(name, i, part, dx) if live else [None] * len(parts)
            return tuple(found[i] for i in places)

        return y, back

    recorded.__name__ = name = _name(primitive)
    return custom_gradient(recorded)(*[leaves[i] for i in places])


def _gradient(primitive: Any, i: int, dy: Any, y: Any, args: Any, kwargs: Any) -> Any:
    """The gradient of argument `i`, in tracker's convention."""
    if primitive in primitive_vjps:
        several = isinstance(y, tuple | list)
        given = type(y)(_seed(*pair) for pair in zip(dy, y, strict=True)) if several else _conj(dy)
        try:
            back = primitive_vjps[primitive]((i,), y, args, kwargs)
        except NotImplementedError as error:  # which counts arguments from the first that is asked for
            raise NotImplementedError(
                f"{_name(primitive)} has no rule in autograd for argument {i}: give it one with defvjp, or pass "
                f"tracker.stop_gradient(x). (autograd: {error})"
            ) from None
        return tree.map(_conj, next(iter(back(given))))
    zeros = tree.map(lambda x: np.zeros_like(x) if tree.is_parameter(x) else x, args[i])
    return pullback(lambda t: primitive_jvps[primitive]((i,), [t], y, args, kwargs), zeros)[1](dy)[0]


def _name(primitive: Any) -> str:
    return getattr(primitive, "__name__", None) or repr(primitive)


def _like(name: str, i: int, structure: Any, dx: Any) -> list[Any]:
    try:
        return list(structure.flatten_up_to(dx))
    except ValueError as error:
        raise RuleError(
            f"{name}: autograd's rule for argument {i} gave a gradient of another structure than the argument. {error}"
        ) from None


def _seed(dy: Any, y: Any) -> Any:
    """autograd's rules get a gradient for each result, also for those that are not used."""
    return np.zeros_like(y) if dy is None else _conj(dy)


def _conj(x: Any) -> Any:
    """autograd's complex gradients are the conjugates of tracker's."""
    return np.conj(x) if np.iscomplexobj(x) else x


for _kind in (TrackedArray, TrackedReal):  # autograd's rules add gradients, and make zeros of them, by their space
    VSpace.register(_kind, lambda x: ArrayVSpace(np.asarray(plain(x))))
