"""Implicit parameters: `Params`, a set of leaves by identity, and `Grads`, their gradients."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from tracker import tree
from tracker._arrays import dispatch
from tracker._core.node import Node
from tracker._transforms.custom import once_differentiable_after


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
        if not dispatch.is_tracked(x) or not x.is_leaf:
            raise TypeError(f"Params takes tracked leaves (made by tracker.param); it was given a {type(x).__name__}.")
        self._leaves.setdefault(id(x), x)

    def __len__(self) -> int:
        return len(self._leaves)

    def __iter__(self) -> Iterator[Any]:
        return iter(list(self._leaves.values()))

    def __contains__(self, x: Any) -> bool:
        return id(x) in self._leaves

    def __repr__(self) -> str:
        return f"Params({list(self)!r})"


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
            leaf = dispatch.leaf_of(p)
            assert leaf is not None
            gradient = found.get(leaf)
            self._gradients[id(p)] = dispatch.zeros_of(leaf.spec, p.data) if gradient is None else gradient

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
    sources = [x for x in results if dispatch.level_of(x) > 0]
    for group in (list(params) if is_nested() else [], sources):
        if group:
            gradients._mark(once_differentiable_after("a gradient by Params", group))
    return gradients


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
        if dispatch.is_tracked(x):
            x.grad = None


def update(x: Any, dx: Any) -> None:
    """Add `dx` to the leaf `x` in place and clear its gradient; both may be nested structures.

    >>> import numpy as np
    >>> import tracker
    >>> x = tracker.param([1.0, 2.0])
    >>> update(x, np.array([0.5, 0.5]))
    >>> x.data
    array([1.5, 2.5])
    """
    pairs: list[tuple[Any, Any]] = []
    tree.map(lambda a, b: pairs.append((a, b)), x, dx)
    for leaf, _ in pairs:
        if dispatch.is_tracked(leaf) and not leaf.is_leaf:
            raise TypeError("update takes leaves (made by tracker.param); this value was computed from others.")
    new = [(leaf, dispatch.plain(leaf) + dispatch.plain(step)) for leaf, step in pairs if dispatch.is_tracked(leaf)]
    for leaf, value in new:
        if value.shape != leaf.shape if hasattr(value, "shape") else leaf.shape != ():
            raise ValueError(f"the step changes the shape of a leaf from {leaf.shape} to {value.shape}")
    for leaf, value in new:
        dispatch.set_leaf_value(leaf, value)
        leaf.grad = None


def _leaves(xs: Any) -> list[Any]:
    if isinstance(xs, Params):
        return list(xs)
    return list(tree.flatten(xs)[0])
