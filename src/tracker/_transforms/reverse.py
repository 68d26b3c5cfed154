"""Reverse mode for users: gradient, withgradient, grad, value_and_grad, pullback."""

from __future__ import annotations

import functools
import operator
from collections.abc import Callable
from types import MethodType
from typing import Any, NamedTuple, final

import numpy as np

from tracker import tree
from tracker._arrays import handles
from tracker._core.levels import begin_level, end_level, new_level
from tracker._core.node import Node
from tracker._transforms.arguments import Argument, untrack
from tracker._transforms.hooks import once_differentiable_after
from tracker._transforms.losses import check_loss, loss_of
from tracker._transforms.parameters import Params, final_gradients, is_nested, run
from tracker._transforms.recording import no_grad
from tracker._transforms.sweeps import root_at, seeds_of, sweep_loss, sweep_outputs, warn_of_constants


class WithGradient(NamedTuple):
    """A loss and its gradient, what `withgradient` returns.

    >>> WithGradient(2.0, (1.0,)).val
    2.0
    """

    val: Any
    grad: Any

    def __repr__(self) -> str:
        val = str(self.val) if isinstance(self.val, np.generic) else repr(self.val)
        return f"WithGradient(val={val}, grad={self.grad!r})"


# Gradients of functions


def gradient(f: Callable[..., Any], *args: Any, nest: bool | None = None, check_finite: bool = True) -> Any:
    """The gradient of the real number `f(*args)` by each argument, as a tuple.

    Each gradient has its argument's structure, shapes and dtypes; None stands where there
    is nothing to differentiate. With one `Params` argument, `f` takes none and the result
    is a `Grads`. Inside another derivative the result can be differentiated in turn;
    `nest=False` marks it as final instead.

    Raises `TypeError` if f returns anything but a real number (or array of shape ()), and
    `FloatingPointError` if that is not finite, unless `check_finite=False`.

    >>> gradient(lambda x, y: np.sum(x * y), np.array([1.0, 2.0]), 3.0)
    (array([3., 3.]), 3.0)
    """
    return withgradient(f, *args, nest=nest, check_finite=check_finite).grad


def withgradient(
    f: Callable[..., Any], *args: Any, nest: bool | None = None, check_finite: bool = True
) -> WithGradient:
    """The loss `f(*args)` and its gradient by each argument.

    If f returns a tuple, named tuple or dict, its first entry is the loss and the rest is
    carried along in `val`, untracked. Raises as `gradient` does.

    >>> withgradient(lambda x: x**2, 3.0)
    WithGradient(val=9.0, grad=(6.0,))
    """
    if len(args) == 1 and isinstance(args[0], Params):
        return _by_params(f, args[0], check_finite)
    if nest is False and any(handles.is_tracked(x) for a in args for x in tree.flatten(a, True)[0]):
        return _final(f, args, check_finite)
    level = begin_level()
    try:
        inputs = [Argument(a, level) for a in args]
        result = f(*[i.tracked for i in inputs])
        loss = loss_of(result)
        found: dict[Node, Any] = {}
        if any(i.is_differentiated() for i in inputs):
            check_loss(loss, check_finite)
            found = sweep_loss(loss, level)
        else:
            warn_of_constants(args)
        return WithGradient(untrack(result, level), tuple([i.gradient(found) for i in inputs]))
    finally:
        end_level(level)


def grad(
    f: Callable[..., Any],
    argnums: int | tuple[int, ...] = 0,
    has_aux: bool = False,
    check_finite: bool = True,
) -> Callable[..., Any]:
    """A function that returns the gradient of `f` by its argument(s) `argnums`.

    With `has_aux=True`, f returns `(loss, aux)` and the new function `(gradient, aux)`.

    >>> grad(grad(lambda x: x**3))(2.0)
    12.0
    """
    return _Grad(value_and_grad(f, argnums, has_aux, check_finite), has_aux)


def value_and_grad(
    f: Callable[..., Any],
    argnums: int | tuple[int, ...] = 0,
    has_aux: bool = False,
    check_finite: bool = True,
) -> Callable[..., Any]:
    """A function that returns the value of `f` and its gradient by its argument(s) `argnums`.

    With `has_aux=True`, f returns `(loss, aux)` and the new function `((loss, aux), gradient)`.

    >>> value_and_grad(lambda x, y: x * y, argnums=(0, 1))(2.0, 3.0)
    (6.0, (3.0, 2.0))
    """
    return _ValueAndGrad(f, argnums, has_aux, check_finite)


def pullback(f: Callable[..., Any], *args: Any) -> tuple[Any, Callable[[Any], Any]]:
    """`(y, back)`: the value `y = f(*args)`, any structure, and the adjoint of its derivative.

    `back(dy)`, with `dy` shaped like `y`, gives a tuple with one gradient per argument; it
    may be called again. With one `Params` argument it gives a `Grads`.
    Raises `ValueError` if `dy` is not shaped like `y`.

    >>> y, back = pullback(lambda x: x**2, np.array([1.0, 2.0]))
    >>> y, back(np.array([1.0, 10.0]))
    (array([1., 4.]), (array([ 2., 40.]),))
    """
    # the caller may go on to change its arrays before `back` is called: copies
    return pullback_of_lent(f, *[a if isinstance(a, Params) else tree.map(_copied, a) for a in args])


def pullback_of_lent(f: Callable[..., Any], *args: Any) -> tuple[Any, Callable[[Any], Any]]:
    """As `pullback`, of arrays that nobody writes into until `back` has been called for the last time."""
    params = args[0] if len(args) == 1 and isinstance(args[0], Params) else None
    level = 0 if params is not None else new_level()
    inputs = [] if params is not None else [Argument(a, level) for a in args]
    result = f(*[i.tracked for i in inputs]) if params is None else run(f)
    outputs, structure = tree.flatten(result)
    roots = [root_at(x, level) for x in outputs]
    y = result if params is not None and is_nested() else untrack(result, level)

    def back(dy: Any) -> Any:
        found = sweep_outputs(roots, seeds_of(structure, roots, outputs, dy), level)
        if params is not None:
            return final_gradients(params, found, outputs)
        return tuple([i.gradient(found) for i in inputs])

    return y, back


def _copied(x: Any) -> Any:
    """`x`, an array as a copy."""
    return x.copy(order="K") if isinstance(x, np.ndarray) else x


# What grad and value_and_grad make: objects rather than closures, so that they can be pickled for other processes


class _Derived:
    """A function made from another: it has its name, is described like it, and is bound to instances as methods are."""

    def __init__(self, f: Callable[..., Any]) -> None:
        functools.update_wrapper(self, f, updated=())

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        raise NotImplementedError

    def __get__(self, instance: Any, owner: Any = None) -> Any:
        return self if instance is None else MethodType(self, instance)


@final
class _ValueAndGrad(_Derived):
    def __init__(self, f: Callable[..., Any], argnums: Any, has_aux: bool, check_finite: bool) -> None:
        super().__init__(f)
        self.f, self.argnums, self.has_aux, self.check_finite = f, argnums, has_aux, check_finite
        self.several = isinstance(argnums, tuple | list)
        self.numbers = _integers(argnums if isinstance(argnums, tuple | list) else (argnums,))

    def __call__(self, *args: Any, **kwargs: Any) -> tuple[Any, Any]:
        if len(args) == 1 and isinstance(args[0], Params):
            raise TypeError("grad and value_and_grad take no Params: use gradient(f, Params(...)) or withgradient.")
        places = self.places(len(args))

        def of_chosen(*chosen: Any) -> Any:
            full = list(args)
            for n, x in zip(places, chosen, strict=True):
                full[n] = x
            value = self.f(*full, **kwargs)
            if self.has_aux and not (isinstance(value, tuple) and len(value) == 2):
                raise TypeError("has_aux=True: the function must return (loss, aux).")
            return value

        value, found = withgradient(of_chosen, *[args[n] for n in places], check_finite=self.check_finite)
        return value, (found if self.several else found[0])

    def places(self, count: int) -> list[int]:
        """The positions, among `count` arguments, of those by which the gradient is taken."""
        places = [n + count if n < 0 else n for n in self.numbers]
        for n in places:
            if not 0 <= n < count:
                raise ValueError(f"argnums={self.argnums!r}, but the function was called with {count} arguments.")
        return places


@final
class _Grad(_Derived):
    def __init__(self, both: Callable[..., Any], has_aux: bool) -> None:
        super().__init__(both)
        self.both, self.has_aux = both, has_aux

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        value, found = self.both(*args, **kwargs)
        return (found, value[1]) if self.has_aux else found


def _integers(argnums: Any) -> list[int]:
    try:
        return [operator.index(n) for n in argnums]
    except TypeError:
        given = argnums[0] if isinstance(argnums, tuple) and len(argnums) == 1 else argnums
        raise TypeError(
            "argnums is an integer or a tuple of integers, which count the positional arguments; it was given "
            f"{given!r}. grad(f) is a function: the gradient at x is grad(f)(x), or gradient(f, x)."
        ) from None


# Implicit parameters, and gradients that end here


def _by_params(f: Callable[..., Any], params: Params, check_finite: bool) -> WithGradient:
    result = run(f)
    loss = loss_of(result)
    check_loss(loss, check_finite)
    found = sweep_loss(loss, 0)
    gradients: Any = final_gradients(params, found, [loss])
    return WithGradient(result if is_nested() else untrack(result, 0), gradients)


def _final(f: Callable[..., Any], args: tuple[Any, ...], check_finite: bool) -> WithGradient:
    """`nest=False`: values and gradients that may not be differentiated again."""
    plain = tree.map(handles.plain, args)
    tracked = [x for a in args for x in tree.flatten(a, True)[0] if handles.is_tracked(x)]
    with no_grad():
        val, found = withgradient(f, *plain, check_finite=check_finite)
    mark = once_differentiable_after("gradient(..., nest=False)", "nest=False says so. Leave it out.", tracked)
    return WithGradient(tree.map(mark, val), tree.map(mark, found))
