"""Reverse mode for users: gradient, withgradient, grad, value_and_grad, pullback, back."""

from __future__ import annotations

import contextlib
import math
import threading
import warnings
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from tracker import tree
from tracker._arrays import handles, operators
from tracker._arrays.gradients import algebra
from tracker._core.levels import enter_pause, leave_pause, new_level
from tracker._core.node import Node, Spec
from tracker._core.sweep import differentiate, free
from tracker._transforms.arguments import RESULTS, Argument, own_gradient, settle, untrack
from tracker._transforms.parameters import Params, final_gradients, is_nested, run
from tracker.errors import ConstantLossWarning, LossTypeError, NonFiniteLossError, NotDifferentiableError


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
    level = new_level()
    inputs = [Argument(a, level) for a in args]
    result = f(*[i.tracked for i in inputs])
    loss = _loss_of(result)
    found: dict[Node, Any] = {}
    if any(i.is_differentiated() for i in inputs):
        check_loss(loss, check_finite)
        found = _sweep_loss(loss, level)
    return WithGradient(untrack(result, level), tuple([i.gradient(found) for i in inputs]))


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
    both = value_and_grad(f, argnums, has_aux, check_finite)

    def gradient_of(*args: Any, **kwargs: Any) -> Any:
        value, found = both(*args, **kwargs)
        return (found, value[1]) if has_aux else found

    return gradient_of


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
    several = isinstance(argnums, tuple | list)
    numbers = [argnums] if isinstance(argnums, int) else list(argnums)

    def value_and_gradient_of(*args: Any, **kwargs: Any) -> Any:
        places = [n + len(args) if n < 0 else n for n in numbers]
        for n in places:
            if not 0 <= n < len(args):
                raise ValueError(f"argnums={argnums!r}, but the function was called with {len(args)} arguments.")

        def of_chosen(*chosen: Any) -> Any:
            full = list(args)
            for n, x in zip(places, chosen, strict=True):
                full[n] = x
            value = f(*full, **kwargs)
            if has_aux and not (isinstance(value, tuple) and len(value) == 2):
                raise TypeError("has_aux=True: the function must return (loss, aux).")
            return value

        value, found = withgradient(of_chosen, *[args[n] for n in places], check_finite=check_finite)
        return value, (found if several else found[0])

    return value_and_gradient_of


def pullback(f: Callable[..., Any], *args: Any) -> tuple[Any, Callable[[Any], Any]]:
    """`(y, back)`: the value `y = f(*args)`, any structure, and the adjoint of its derivative.

    `back(dy)`, with `dy` shaped like `y`, gives a tuple with one gradient per argument; it
    may be called again. With one `Params` argument it gives a `Grads`.
    Raises `ValueError` if `dy` is not shaped like `y`.

    >>> y, back = pullback(lambda x: x**2, np.array([1.0, 2.0]))
    >>> y, back(np.array([1.0, 10.0]))
    (array([1., 4.]), (array([ 2., 40.]),))
    """
    params = args[0] if len(args) == 1 and isinstance(args[0], Params) else None
    level = 0 if params is not None else new_level()
    # the caller may go on to change its arrays before `back` is called: copies
    inputs = [] if params is not None else [Argument(tree.map(_copied, a), level) for a in args]
    result = f(*[i.tracked for i in inputs]) if params is None else run(f)
    outputs, structure = tree.flatten(result)
    roots = [_root_at(x, level) for x in outputs]
    y = result if params is not None and is_nested() else untrack(result, level)

    def back(dy: Any) -> Any:
        found = _sweep_outputs(roots, _seeds(structure, roots, outputs, dy), level)
        if params is not None:
            return final_gradients(params, found, outputs)
        return tuple([i.gradient(found) for i in inputs])

    return y, back


def back(y: Any, dy: Any = None, *, once: bool = True, check_finite: bool = True) -> None:
    """Back-propagate from `y` into the `grad` of every leaf it depends on, adding to it.

    `dy` is the gradient of `y`, of its shape; it may be left out for a real number, which
    is checked as `gradient` checks a loss. `once=True` frees the record; a second `back`
    through it raises `RuntimeError`. If anything raises, no gradient has changed.

    >>> import tracker
    >>> x = tracker.param([1.0, 2.0])
    >>> back(np.sum(x**2))
    >>> x.grad
    array([2., 4.])
    """
    if not handles.is_tracked(y):
        raise TypeError(f"back needs a tracked value; it was given a {type(y).__name__}.")
    root = handles.node_of(y)
    assert root is not None
    if root.level > 0:
        raise NotDifferentiableError(
            "back fills the leaves' grad with plain numbers, and this value belongs to a derivative that is being "
            "taken around it, which would not see them. Use tracker.gradient inside of another derivative."
        )
    if dy is None:
        check_loss(y, check_finite)
        dy = _one(root.spec, y)
    else:
        dy = _seed(y, root, dy)
    with np.errstate(all="ignore"):
        found = differentiate(root, dy)
    _commit(found)
    if once:
        free(root)


def _commit(found: list[tuple[Node, Any]]) -> None:
    """Add the gradients to their leaves' totals: all or none."""
    with _totals:
        _add_to_totals(found)


_totals = threading.Lock()  # two threads may add to one leaf


def _add_to_totals(found: list[tuple[Node, Any]]) -> None:
    totals = []
    for k in range(len(found)):
        leaf, gradient = found[k]
        old = leaf.total
        totals.append(own_gradient(found, k) if old is None else old + gradient)
    before = [leaf.total for leaf, _ in found]
    try:
        for (leaf, _), total in zip(found, totals, strict=True):
            leaf.total = total
    except BaseException:
        for (leaf, _), total in zip(found, before, strict=True):
            leaf.total = total
        raise


# Arguments


def _copied(x: Any) -> Any:
    return x.copy(order="K") if isinstance(x, np.ndarray) else x


# Losses


def _loss_of(result: Any) -> Any:
    """The loss: the first entry of a tuple or dict, or the result itself."""
    if isinstance(result, tuple | dict):
        if not result:
            raise LossTypeError("The function returned nothing: a loss is a real number.")
        return next(iter(result.values())) if isinstance(result, dict) else result[0]
    return result


def check_loss(loss: Any, check_finite: bool) -> None:
    """Raise unless `loss` is a real number, or an array of shape (), and finite."""
    x = handles.plain(loss)
    kind = "f" if type(x) is float else getattr(getattr(x, "dtype", None), "kind", None)
    if kind != "f" or (type(x) is not float and x.shape != ()):
        raise LossTypeError(
            f"A loss is one real floating-point number; this one is {_describe(x)}. "
            "Reduce it (np.sum, np.mean, np.real), or use tracker.pullback or tracker.jacobian."
        )
    if check_finite and not math.isfinite(x):
        raise NonFiniteLossError(
            f"The loss is {x}, so its gradient would be of no use. Pass check_finite=False to get it all the same."
        )


def _describe(x: Any) -> str:
    if hasattr(x, "dtype") and hasattr(x, "shape"):
        return f"of shape {x.shape} and dtype {x.dtype}"
    return f"a {type(x).__name__}"


def _one(spec: Spec, loss: Any) -> Any:
    if spec.scalar is not None:
        return spec.scalar(1)
    x = handles.plain(loss)
    return np.ones((), spec.dtype) if isinstance(x, np.ndarray) else np.ones_like(x)  # of its array type


# Sweeping


def _root_at(x: Any, level: int) -> Node | None:
    """The node of `x` at this level: `x` itself, or what it holds at a lower one."""
    while handles.is_tracked(x):
        node = handles.node_of(x)
        assert node is not None
        if node.level == level:
            return node
        x = x.value
    return None


def _sweep_loss(loss: Any, level: int) -> dict[Node, Any]:
    root = _root_at(loss, level)
    if root is None:
        warnings.warn(
            "The loss does not depend on any argument through tracked operations: all gradients are zero.",
            ConstantLossWarning,
            stacklevel=4,
        )
        return {}
    with np.errstate(all="ignore"):
        found = differentiate(root, _one(root.spec, loss), private=level > 0)
    return settle(found)


def _sweep_outputs(roots: list[Any], seeds: list[Any], level: int) -> dict[Node, Any]:
    """The gradient of sum_k <seeds[k], outputs[k]>."""
    with np.errstate(all="ignore"):
        return settle(_sweep_roots(roots, seeds, level, ()))


def sweep_roots(roots: list[Any], seeds: list[Any], level: int, stops: Any) -> dict[Node, Any]:
    """The same, for a sweep within a sweep; nodes in `stops` count as leaves."""
    return dict(_sweep_roots(roots, seeds, level, stops))


def _sweep_roots(roots: list[Any], seeds: list[Any], level: int, stops: Any) -> list[tuple[Node, Any]]:
    live = [k for k, root in enumerate(roots) if root is not None and seeds[k] is not None]
    if not live:
        return []
    spec = Spec((0,) * len(live), None, None, False)
    root = Node(RESULTS, ([roots[k] for k in live],), None, None, spec, level)
    return differentiate(root, tuple([seeds[k] for k in live]), stops)


def _seeds(structure: Any, roots: list[Any], outputs: list[Any], dy: Any) -> list[Any]:
    if len(outputs) == 1 and structure == tree.flatten(outputs[0])[1]:
        given = [dy]
    else:
        try:
            given = structure.flatten_up_to(dy)
        except (ValueError, TypeError) as error:
            raise ValueError(f"dy must have the structure of the function's result. {error}") from error
    return [
        None if root is None or d is None else _seed(y, root, d)
        for y, root, d in zip(outputs, roots, given, strict=True)
    ]


def _seed(y: Any, root: Node, dy: Any) -> Any:
    """`dy` as the sweep takes it: of the shape and dtype of `y`."""
    if not handles.is_tracked(dy) and not hasattr(dy, "dtype"):
        dy = np.array(dy) if isinstance(dy, list | tuple) else dy
    if np.shape(dy) != root.spec.shape:
        raise ValueError(f"dy has shape {np.shape(dy)}, but the result has shape {root.spec.shape}.")
    if isinstance(dy, np.ndarray) and dy.dtype.kind in "biu":
        dy = dy.astype(root.spec.dtype)
    return algebra.fit(dy, root, RESULTS, 0)


# Implicit parameters, and gradients that end here


def _by_params(f: Callable[..., Any], params: Params, check_finite: bool) -> WithGradient:
    result = run(f)
    loss = _loss_of(result)
    check_loss(loss, check_finite)
    found = _sweep_loss(loss, 0)
    gradients: Any = final_gradients(params, found, [loss])
    return WithGradient(result if is_nested() else untrack(result, 0), gradients)


def _final(f: Callable[..., Any], args: tuple[Any, ...], check_finite: bool) -> WithGradient:
    """`nest=False`: values and gradients that may not be differentiated again."""
    from tracker._transforms.custom import once_differentiable_after

    plain = tree.map(handles.plain, args)
    tracked = [x for a in args for x in tree.flatten(a, True)[0] if handles.is_tracked(x)]
    with recording_only_inside():
        val, found = withgradient(f, *plain, check_finite=check_finite)
    mark = once_differentiable_after("gradient(..., nest=False)", tracked)
    return WithGradient(tree.map(mark, val), tree.map(mark, found))


@contextlib.contextmanager
def recording_only_inside() -> Any:
    """Treat everything tracked so far as constant; derivatives begun inside are recorded."""
    from tracker._core.levels import Pause

    token = enter_pause(Pause(new_level(), None))
    try:
        yield
    finally:
        leave_pause(token)


operators.table.back = back
