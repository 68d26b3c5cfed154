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
from tracker._arrays.handles import plain
from tracker._arrays.real import TrackedReal
from tracker._core import registry
from tracker._transforms.custom import track
from tracker._transforms.reverse import pullback

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
    `autograd.numpy`'s. Arguments are arrays and numbers; the rules are looked up when they are needed.

    Raises `TypeError` if `primitive` has neither kind of rule.

    >>> from autograd.extend import defvjp, primitive
    >>> import tracker
    >>> @primitive
    ... def cube(x):
    ...     return x**3
    >>> defvjp(cube, lambda y, x: lambda dy: 3 * x**2 * dy)
    >>> tracker.grad(tracker.grad(from_autograd(cube)))(2.0)
    12.0
    """
    name = getattr(primitive, "__name__", repr(primitive))
    if primitive not in primitive_vjps and primitive not in primitive_jvps:
        raise TypeError(
            f"{name} has no rules in autograd: give it some with autograd.extend.defvjp or defjvp. "
            "A function that is no primitive and made of autograd.numpy's functions needs no bridge."
        )

    @functools.wraps(primitive)
    def value(*args: Any, **kwargs: Any) -> Any:
        return primitive(*args, **kwargs)

    def back(i: int, dy: Any, y: Any, *args: Any, **kwargs: Any) -> Any:
        if not tree.is_parameter(args[i]):
            return None
        if primitive in primitive_vjps:
            return _conj(next(iter(primitive_vjps[primitive]((i,), y, args, kwargs)(_conj(dy)))))
        tangent = lambda t: primitive_jvps[primitive]((i,), [t], y, args, kwargs)
        return pullback(tangent, np.zeros_like(args[i]))[1](dy)[0]

    def forward(tangents: Any, y: Any, *args: Any, **kwargs: Any) -> Any:
        moving = [i for i, t in enumerate(tangents) if t is not None]
        return primitive_jvps[primitive](tuple(moving), [tangents[i] for i in moving], y, args, kwargs)

    registry.rule(value, registry.each(back), pushforward=forward if primitive in primitive_jvps else None)
    registry.guard(value)

    @functools.wraps(primitive)
    def call(*args: Any, **kwargs: Any) -> Any:
        return track(value, *args, **kwargs)

    return call


def _conj(x: Any) -> Any:
    """autograd's complex gradients are the conjugates of tracker's."""
    return np.conj(x) if np.iscomplexobj(x) else x


for _kind in (TrackedArray, TrackedReal):  # autograd's rules add gradients, and make zeros of them, by their space
    VSpace.register(_kind, lambda x: ArrayVSpace(np.asarray(plain(x))))
