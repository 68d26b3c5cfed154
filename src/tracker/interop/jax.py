"""JAX functions inside tracked programs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax
import numpy as np

from tracker import tree
from tracker._arrays import dispatch
from tracker._transforms.custom import custom_gradient

__all__ = ["from_jax"]


def from_jax(f: Callable[..., Any]) -> Callable[..., Any]:
    """`f`, a JAX function from arrays to one array, as a function for tracked programs.

    Its derivatives, of any order in reverse mode, are JAX's. It runs in the precision of its arguments: JAX's x64
    mode is on while it does. The result is a NumPy array.

    >>> import jax.numpy as jnp
    >>> import tracker
    >>> tracker.gradient(from_jax(lambda x: jnp.sum(x**2)), np.array([1.0, 2.0]))[0]
    array([2., 4.])
    """

    def call(*args: Any) -> Any:
        if any(dispatch.is_tracked(x) for x in args):
            return recorded(*args)
        with jax.enable_x64(True):
            return np.array(f(*(jax.numpy.asarray(x) for x in args)))

    @custom_gradient
    def recorded(*args: Any) -> Any:
        return call(*args), lambda dy: tuple(_adjoint(f, i, x)(dy, *args) for i, x in enumerate(args))

    return call


def _adjoint(f: Callable[..., Any], i: int, x: Any) -> Callable[..., Any]:
    """The gradient of argument `i` by `dy` and the arguments: a JAX function, so it can be differentiated again."""
    if not tree.is_parameter(x):
        return lambda dy, *args: None

    def adjoint(dy: Any, *args: Any) -> Any:
        y, back = jax.vjp(lambda x: f(*args[:i], x, *args[i + 1 :]), args[i])
        return back(dy.astype(y.dtype))[0]

    return from_jax(adjoint)
