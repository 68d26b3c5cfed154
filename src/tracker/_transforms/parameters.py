"""Implicit parameters: `Params`, a set of leaves by identity, and `Grads`, their gradients."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Final

import numpy as np

from tracker import tree
from tracker._arrays import handles, leaves
from tracker._core.node import Node
from tracker._transforms.hooks import once_differentiable_after


class Params:
    """Tracked leaves, ordered, told apart by identity.

    Raises `TypeError` for anything that is not a tracked leaf.

    >>> import tracker
    >>> W = tracker.param([1.0, 2.0])
    >>> gs = tracker.gradient(lambda: (W * W).sum(), Params([W]))
    >>> gs[W]
    array([2., 4.])
    """

    def __init__(self, xs: Iterable[Any] = ()) -> None:
        self._leaves: dict[int, Any] = {}
        for x in xs:
            self.append(x)

    def append(self, x: Any) -> None:
        """Add a leaf; one that is there already is not added again."""
        if not leaves.is_param(x):
            raise TypeError(f"Params takes tracked leaves (made by tracker.param); it was given {_described(x)}.")
        self._leaves.setdefault(id(x), x)

    def __reduce__(self) -> Any:
        return Params, (list(self),)

    def __len__(self) -> int:
        return len(self._leaves)

    def __iter__(self) -> Iterator[Any]:
        return iter(list(self._leaves.values()))

    def __contains__(self, x: Any) -> bool:
        return id(x) in self._leaves

    def __repr__(self) -> str:
        return f"Params({list(self)!r})"


def _described(x: Any) -> str:
    if not handles.is_tracked(x):
        return f"a {type(x).__name__}"
    return "an argument of a function that is being differentiated" if x.is_leaf else "a value computed from others"


class Grads:
    """Gradients of implicit parameters: `gs[W]`, by identity.

    >>> import tracker
    >>> W, b = tracker.param(2.0), tracker.param(1.0)
    >>> gs = tracker.gradient(lambda: W * W + b, Params([W, b]))
    >>> [(p.data, g) for p, g in gs.items()]
    [(2.0, 4.0), (1.0, 1.0)]
    """

    def __init__(self, params: Params, found: dict[Node, Any]) -> None:
        self._params: Any = params
        self._gradients: dict[int, Any] = {}
        for p in params:
            leaf = leaves.leaf_of(p)
            assert leaf is not None
            gradient = found.get(leaf)
            self._gradients[id(p)] = leaves.zeros_of(leaf.spec, p.data) if gradient is None else gradient

    def __reduce__(self) -> Any:
        return _restore_grads, (self._params, self.values())

    def _mark(self, f: Callable[[Any], Any]) -> None:
        """Put `f(gradient)` in the place of each gradient."""
        self._gradients = {key: f(gradient) for key, gradient in self._gradients.items()}

    def __getitem__(self, p: Any) -> Any:
        try:
            return self._gradients[id(p)]
        except KeyError:
            raise KeyError("This value is not among the Params that the gradient was taken for.") from None

    def __len__(self) -> int:
        return len(self._gradients)

    def __iter__(self) -> Iterator[Any]:
        return iter(self._params)

    def __contains__(self, p: Any) -> bool:
        return id(p) in self._gradients

    def keys(self) -> list[Any]:
        return list(self._params)

    def values(self) -> list[Any]:
        return [self._gradients[id(p)] for p in self._params]

    def items(self) -> list[tuple[Any, Any]]:
        return [(p, self._gradients[id(p)]) for p in self._params]

    def __repr__(self) -> str:
        return f"Grads({self.values()!r})"


def _restore_grads(params: Params, gradients: list[Any]) -> Grads:
    nodes = [leaves.leaf_of(p) for p in params]
    return Grads(params, {n: g for n, g in zip(nodes, gradients, strict=True) if n is not None})


class _Running(threading.local):
    """How many functions of implicit parameters are running in this thread."""

    count: int = 0


_running = _Running()


def run(f: Callable[[], Any]) -> Any:
    """`f()`, noting that a gradient by implicit parameters is being taken of it."""
    _running.count += 1
    try:
        return f()
    finally:
        _running.count -= 1


def is_nested() -> bool:
    """Whether a gradient by implicit parameters is being taken of what runs now."""
    return _running.count > 0


def final_gradients(params: Params, found: dict[Node, Any], results: list[Any]) -> Grads:
    """The gradients of `results`, marked as final for outer derivatives: parameters have one level for all.

    So a derivative of such a gradient is refused, where it would silently miss it.
    """
    gradients = Grads(params, found)
    sources = [x for x in results if handles.level_of(x) > 0]
    for group in (list(params) if is_nested() else [], sources):
        if group:
            gradients._mark(once_differentiable_after("a gradient by Params", _FINAL, group))
    return gradients


_FINAL: Final = (
    "parameters belong to no derivative in particular. Give them as arguments, tracker.gradient(lambda W: ..., W), "
    "or pass the gradient to tracker.stop_gradient."
)


def zero_grad(xs: Any) -> None:
    """Clear the gradients of all leaves in `xs`, any nested structure.

    >>> import tracker
    >>> x = tracker.param(3.0)
    >>> (x * x).back()
    >>> zero_grad({"x": x})
    >>> x.grad
    0.0
    """
    for x in _leaves(xs):
        if handles.is_tracked(x):
            x.grad = None


def update(x: Any, dx: Any) -> None:
    """Add `dx` to the leaf `x` in place and clear its gradient; both may be nested structures, or Params and Grads.

    >>> import numpy as np
    >>> import tracker
    >>> x = tracker.param([1.0, 2.0])
    >>> update(x, np.array([0.5, 0.5]))
    >>> x.data
    array([1.5, 2.5])
    """
    pairs = [(leaf, step) for leaf, step in _pairs(x, dx) if handles.is_tracked(leaf) or leaf is x]
    for leaf, step in pairs:
        if not leaves.is_param(leaf):
            raise TypeError(f"update takes leaves (made by tracker.param); it was given {_described(leaf)}.")
        if step is None:
            raise TypeError("update was given None as the step of a leaf; leave both out, or give zeros.")
    new = [(leaf, handles.plain(leaf) + handles.plain(step)) for leaf, step in pairs]
    for leaf, value in new:
        if np.iscomplexobj(value) and leaf.dtype.kind != "c":
            raise TypeError(f"a complex step would make a leaf of dtype {leaf.dtype} complex; give np.real(step).")
        if value.shape != leaf.shape if hasattr(value, "shape") else leaf.shape != ():
            raise ValueError(f"the step changes the shape of a leaf from {leaf.shape} to {value.shape}")
    for leaf, value in new:
        leaves.set_leaf_value(leaf, value)
        leaf.grad = None


def _pairs(x: Any, dx: Any) -> list[tuple[Any, Any]]:
    if isinstance(x, Params):
        return [(p, dx[p]) for p in x] if isinstance(dx, Grads) else list(zip(x, dx, strict=True))
    pairs: list[tuple[Any, Any]] = []
    tree.map(lambda a, b: pairs.append((a, b)), x, dx)
    return pairs


def _leaves(xs: Any) -> list[Any]:
    if isinstance(xs, Params):
        return list(xs)
    return list(tree.flatten(xs)[0])
