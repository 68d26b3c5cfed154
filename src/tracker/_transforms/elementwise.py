"""A Python function of numbers, applied to every entry of arrays and differentiated by dual numbers."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import numpy as np

from tracker._arrays import handles
from tracker._arrays.forward import new_dual
from tracker._arrays.leaf import collect
from tracker._core.levels import new_level
from tracker._transforms.custom import record_joint
from tracker._transforms.forward import _primal, _tangent
from tracker.errors import NotDifferentiableError


def elementwise(f: Callable[..., Any]) -> Callable[..., Any]:
    """Decorator: `f`, a function of numbers, `if` and all, becomes one of arrays that broadcast.

    What `np.vectorize(f)` is for plain arrays. Arguments of shapes that broadcast to (n, m) give
    (n, m), or a tuple of such where f returns a tuple; numbers give numbers. The value and the
    partial derivatives come from one run of f per entry and differentiated argument, with dual
    numbers; derivatives nest. Keywords reach f as they are. Raises `TypeError` for complex or
    tracked keyword arguments, and an error where f uses a tracked variable that is not among its
    arguments, whose gradient would be lost.

    >>> import tracker
    >>> @elementwise
    ... def soft_threshold(x, t):
    ...     if abs(x) <= t:
    ...         return 0.0
    ...     return x - t if x > 0 else x + t
    >>> soft_threshold(np.array([-3.0, 0.5, 2.0]), 1.0)
    array([-2.,  0.,  1.])
    >>> tracker.gradient(lambda x, t: np.sum(soft_threshold(x, t)), np.array([-3.0, 0.5, 2.0]), 1.0)
    (array([1., 0., 1.]), 0.0)
    """

    @functools.wraps(f)
    def call(*args: Any, **kwargs: Any) -> Any:
        if any(handles.level_of(v) >= 0 for v in kwargs.values()):
            raise TypeError(f"{_name(f)} was given a tracked keyword argument: pass it by position.")
        arrays = tuple([collect(a) if isinstance(a, list | tuple) else a for a in args])
        g = functools.partial(f, **kwargs) if kwargs else f
        return _apply(g, _name(f), arrays)

    return call


def _name(f: Any) -> str:
    return str(getattr(f, "__name__", "elementwise"))


def _apply(f: Callable[..., Any], name: str, args: tuple[Any, ...]) -> Any:
    """`f` of every entry; where an argument is tracked, the call is recorded as one step.

    Its partial derivatives are outputs of a `_Jet`, itself applied entry by entry: so they are
    recorded in turn where the values are tracked by an outer derivative.
    """
    if not args:
        raise TypeError(f"{name} needs at least one argument to go over the entries of.")
    kinds = [np.result_type(handles.plain(a)).kind for a in args]
    if "c" in kinds:
        raise NotDifferentiableError(f"{name}: tracker.elementwise takes real arguments, not complex ones.")
    if 0 in np.broadcast_shapes(*[np.shape(a) for a in args]):
        return functools.reduce(np.add, args) * 0.0
    if max(map(handles.level_of, args)) < 0:
        return _loop(f, args)
    moving = [i for i, kind in enumerate(kinds) if kind == "f"]

    def run(*values: Any) -> tuple[Any, Callable[[Any], Any]]:
        jet = _Jet(f, moving)
        results = _apply(jet, name, values)
        outputs = results[: jet.outputs]

        def back(dy: Any) -> tuple[Any, ...]:
            given = (dy,) if jet.single else dy
            gradients: list[Any] = [None] * len(values)
            for k, i in enumerate(moving, 1):
                slopes = results[k * jet.outputs : (k + 1) * jet.outputs]
                terms = [d * slope for d, slope in zip(given, slopes, strict=True) if d is not None]
                gradients[i] = functools.reduce(np.add, terms) if terms else None
            return tuple(gradients)

        return (outputs[0] if jet.single else outputs), back

    return record_joint(name, run, args)


class _Jet:
    """The outputs of `f` at some numbers, then their partial derivatives by each number that moves."""

    def __init__(self, f: Callable[..., Any], moving: list[int]) -> None:
        self.f = f
        self.moving = moving
        self.outputs = 0
        self.single = True

    def __call__(self, *numbers: Any) -> tuple[Any, ...]:
        values: list[Any] = []
        slopes: list[Any] = []
        for i in self.moving:
            level = new_level()
            moved = list(numbers)
            moved[i] = new_dual(numbers[i], type(handles.plain(numbers[i]))(1), level)
            result = self.f(*moved)
            self.single = not isinstance(result, tuple)
            parts = (result,) if self.single else result
            values = [_primal(part, level) for part in parts]
            slopes += [_slope(part, level) for part in parts]
        self.outputs = len(values)
        return (*values, *slopes)


def _slope(part: Any, level: int) -> Any:
    tangent = _tangent(part, level)
    return 0.0 if tangent is None else tangent


def _loop(f: Callable[..., Any], args: tuple[Any, ...]) -> Any:
    """`f` of the entries of plain arrays, one after the other."""
    shape = np.broadcast_shapes(*[np.shape(a) for a in args])
    if not shape:
        return f(*[a[()] if isinstance(a, np.ndarray) else a for a in args])
    flat = [np.ravel(np.broadcast_to(a, shape)) for a in args]
    results = [f(*numbers) for numbers in zip(*flat, strict=True)]
    if not isinstance(results[0], tuple):
        return _array(results, shape)
    return tuple([_array(column, shape) for column in zip(*results, strict=True)])


def _array(numbers: Any, shape: tuple[int, ...]) -> Any:
    return np.reshape(collect(list(numbers)), shape)
