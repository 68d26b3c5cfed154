"""One step: from state, model and gradients to the next state and model."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable
from typing import Any, Final

import numpy as np

from tracker import tree
from tracker._arrays import handles, leaves, operands
from tracker._arrays.leaf import param
from tracker._transforms.parameters import Grads
from tracker._transforms.reverse import WithGradient
from tracker.optim.state import Leaf, _identity, kinds
from tracker.optim.together import applied

_ndarray: Final = np.ndarray


def update(state: Any, model: Any, grads: Any) -> tuple[Any, Any]:
    """The next state and the next model; what is given stays as it is.

    `grads` is like the model, with `None` where there is no gradient, or `Grads`. Leaves made by `param` become new
    ones. Inside a derivative by the model, the gradients or a hyperparameter, the step is differentiated.
    Raises `ValueError` if state, model and gradients do not belong together.

    >>> from tracker import optim
    >>> state = optim.setup(optim.Descent(0.5), [np.ones(2), 3.0])
    >>> update(state, [np.ones(2), 3.0], [np.ones(2), None])[1]
    [array([0.5, 0.5]), 3.0]
    """
    return _Step(state, model, grads).taken(_stepped, in_place=False)


def update_in_place(state: Any, model: Any, grads: Any) -> tuple[Any, Any]:
    """As `update`, but writes into the model's arrays; the state it returns is new.

    Numbers can't be written into: the returned model has the new ones. An error leaves everything as it was.
    Raises `ValueError` for an array that is read-only or overlaps another, too, and `TypeError` for a step that is
    to be differentiated.

    >>> from tracker import optim
    >>> W = np.ones(2)
    >>> state, _ = update_in_place(optim.setup(optim.Descent(0.5), {"W": W}), {"W": W}, {"W": np.ones(2)})
    >>> W
    array([0.5, 0.5])
    """
    step = _Step(state, model, grads)
    for i in step.changes:
        x = step.leaves[i]
        if type(x) is _ndarray and not x.flags.writeable:
            raise ValueError(f"{step.name(i)} is read-only: use optim.update, or give a copy of it.")
    step.refuse_overlaps()
    return step.taken(_stepped_in_place, in_place=True)


class _Step:
    """State, model and gradients that were found to belong together."""

    def __init__(self, state: Any, model: Any, grads: Any) -> None:
        self.model = model
        self.leaves, self.treedef = tree.flatten(model)
        self.states = self._like_model(state, "state", "make one for this model with optim.setup")
        self.by_leaf = isinstance(grads, Grads)
        found = (
            self.leaves
            if self.by_leaf
            else self._like_model(
                grads, "gradient", "take it for this model, with None for each parameter that has none"
            )
        )
        self.changes: dict[int, Any] = {}  # gradients by the first place of their parameter
        self.repeated: list[tuple[int, int]] = []  # other places of a parameter: (first, other)
        places: dict[int, int] = {}
        for i, (x, leaf, dx) in enumerate(zip(self.leaves, self.states, found, strict=True)):
            if not tree.is_parameter(x):
                continue
            if type(leaf) is not Leaf:
                raise ValueError(f"the state has no entry for {self.name(i)}: make one with optim.setup.")
            first = places.setdefault(_identity(x, i), i)
            if first != i:
                self.repeated.append((first, i))
            self._note(i, first, x, leaf, dx, grads)

    def _note(self, i: int, first: int, x: Any, leaf: Leaf, dx: Any, grads: Any) -> None:
        if type(x) is not _ndarray and handles.level_of(x) == 0 and not x.is_leaf:
            raise TypeError(f"{self.name(i)} was computed from others: optimisers take leaves, made by param.")
        if self.by_leaf:
            dx = grads[x] if x in grads and first == i else None
        if dx is None or leaf.frozen:
            return
        if not (type(dx) is _ndarray and type(x) is _ndarray and dx.dtype == x.dtype and dx.shape == x.shape):
            dx = self._checked(i, x, dx)
        self.changes[first] = dx if first not in self.changes else self.changes[first] + dx

    def _like_model(self, other: Any, what: str, remedy: str) -> list[Any]:
        try:
            return list(self.treedef.flatten_up_to(other))
        except ValueError as error:
            raise ValueError(
                f"the {what} has not the structure of the model: {self._difference(other, error)}. You may {remedy}."
            ) from None

    def _difference(self, other: Any, error: ValueError) -> str:
        """How `other` is not like the model: its kind, or what was found within, without the values."""
        if kinds(self.model):
            return "the model is a state: update takes and gives (state, model), in this order"
        if type(other) is type(self.model):
            return re.split(r"[;,] (?!expected:|got:)\w+: |, got (?!type:)", str(error))[0].rstrip(".")
        found = f"{type(other).__name__} was given for {type(self.model).__name__}"
        if isinstance(other, WithGradient):
            return f"{found}: of withgradient take .grad[0]"
        if type(other) is tuple and len(other) and type(other[0]) is type(self.model):
            return f"{found}: gradient gives a tuple, one entry for each argument, of which this is [0]"
        if type(other) is tuple and len(other) == 2 and type(other[1]) is type(self.model):
            return f"{found}: value_and_grad gives the value and the gradient, which is [1]"
        return found

    def name(self, i: int) -> str:
        return tree.names(self.model, "model")[i]

    def _checked(self, i: int, x: Any, dx: Any) -> Any:
        dx = operands.as_numpy(dx)
        if not hasattr(dx, "dtype"):
            if not isinstance(dx, int | float | complex):
                raise TypeError(f"the gradient of {self.name(i)} is a {type(dx).__name__}, not an array.")
            dx = np.asarray(dx)
        shape = getattr(x, "shape", ())
        if dx.shape != shape:
            raise ValueError(f"{self.name(i)} has shape {shape}, its gradient {dx.shape}.")
        dtype = x.dtype if hasattr(x, "dtype") else np.result_type(type(x))
        if dx.dtype == dtype:
            return dx
        if dx.dtype.kind == "c" and dtype.kind != "c":
            raise TypeError(f"{self.name(i)} is real, its gradient complex.")
        return dx.astype(dtype)

    def taken(self, write: Callable[[Any, Any], Any], in_place: bool) -> tuple[Any, Any]:
        """Everything is computed before anything is written, so that an error leaves nothing half-done."""
        leaves, states = list(self.leaves), list(self.states)
        old = [states[i] for i in self.changes]
        values = [_value(leaves[i]) for i in self.changes]
        try:
            results = applied(
                [(r.rule, r.state, x, dx) for r, x, dx in zip(old, values, self.changes.values(), strict=True)]
            )
        except ValueError:
            self._check_states(old, values)
            raise
        for i, x, (_, step) in zip(self.changes, values, results, strict=True):
            if type(step) is _ndarray and step.shape and step.shape != x.shape:
                self._check_states(old, values)
                raise ValueError(f"{self.name(i)} has shape {np.shape(x)}, the step of its rule {step.shape}.")
            if handles.is_tracked(step) and (in_place or handles.level_of(leaves[i]) == 0):
                raise TypeError(
                    f"the step of {self.name(i)} is tracked, and a leaf or array can't hold it: use optim.update "
                    "with plain parameters, or tracker.data of the gradients."
                )
        for i, leaf, (new, step) in zip(self.changes, old, results, strict=True):
            states[i] = Leaf(leaf.rule, new, leaf.frozen)
            if step is not None:
                leaves[i] = write(leaves[i], step)
        for first, other in self.repeated:
            leaves[other], states[other] = leaves[first], states[first]
        return tree.unflatten(self.treedef, states), tree.unflatten(self.treedef, leaves)

    def refuse_overlaps(self) -> None:
        """Raise for two arrays with entries in common: each of both steps would be written on top of the other."""
        arrays = [(i, self.leaves[i]) for i in self.changes if type(self.leaves[i]) is _ndarray]
        if all(x.base is None for _, x in arrays):  # no views: nothing can
            return
        by_memory: dict[int, list[int]] = {}
        for i, x in arrays:
            by_memory.setdefault(id(x if x.base is None else x.base), []).append(i)
        for places in by_memory.values():
            for i, j in itertools.combinations(places, 2):
                if np.may_share_memory(self.leaves[i], self.leaves[j]) and np.shares_memory(
                    self.leaves[i], self.leaves[j]
                ):
                    raise ValueError(
                        f"{self.name(j)} is a view of memory that {self.name(i)} has, too: give a copy of one, use "
                        "optim.update, or make the view where the model is used."
                    )

    def _check_states(self, old: list[Leaf], values: list[Any]) -> None:
        for i, leaf, x in zip(self.changes, old, values, strict=True):
            for part in tree.flatten(leaf.state)[0]:
                if isinstance(part, _ndarray) and part.ndim > 0 and part.shape != np.shape(x):
                    raise ValueError(
                        f"{self.name(i)} has shape {np.shape(x)}, its state is for shape {part.shape}: make one for "
                        "this model with optim.setup."
                    )


def _value(x: Any) -> Any:
    """A parameter as its rule gets it: plain, unless a derivative by it is being taken."""
    return x if type(x) is _ndarray or handles.level_of(x) > 0 else handles.plain(x)


def _stepped(x: Any, step: Any) -> Any:
    if handles.is_tracked(step) or handles.level_of(x) > 0:
        return x - step
    if type(x) is _ndarray:
        return np.subtract(x, step, out=np.empty_like(x))
    if handles.is_tracked(x):
        return param(handles.plain(x) - step)
    if hasattr(x, "dtype"):
        return np.subtract(x, step, out=np.empty_like(x)) if isinstance(x, _ndarray) else (x - step).astype(x.dtype)
    return type(x)(x - step)


def _stepped_in_place(x: Any, step: Any) -> Any:
    if isinstance(x, _ndarray):
        np.subtract(x, step, x)
        return x
    if handles.is_tracked(x):
        leaves.set_leaf_value(x, handles.plain(x) - step)
        return x
    if hasattr(x, "dtype") and not isinstance(x, np.generic):
        x[...] = x - step
        return x
    return _stepped(x, step)
