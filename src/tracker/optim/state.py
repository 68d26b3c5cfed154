"""The state of an optimiser, a tree like the model with a `Leaf` for each parameter, and how it is used."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any

import numpy as np
import optree

from tracker import tree
from tracker._arrays import dispatch
from tracker._arrays.leaf import param
from tracker._transforms.parameters import Grads
from tracker.optim.rules import OptimiserChain, Rule


@dataclass(eq=False)
class Leaf:
    """What belongs to one parameter: its rule, the rule's state, and whether it is frozen.

    >>> from tracker import optim
    >>> optim.setup(optim.Momentum(), np.ones(2))
    Leaf(rule=Momentum(eta=0.01, rho=0.9), state=array([0., 0.]), frozen=False)
    """

    rule: Rule = tree.static()  # noqa: RUF009  (a field, as dataclasses.field makes it)
    state: Any = None
    frozen: bool = tree.static(False)


def setup(rule: Rule, model: Any) -> Any:
    """The state of `rule` for every parameter of `model`: a tree like the model.

    An array that occurs in several places gets one `Leaf`, and is updated once by the sum of its gradients.
    Raises `ValueError` if there is no parameter in the model, `TypeError` for a rule that is a class.

    >>> from tracker import optim
    >>> setup(optim.Descent(0.5), {"W": np.ones(2), "name": "dense"})
    {'W': Leaf(rule=Descent(eta=0.5), state=None, frozen=False), 'name': None}
    """
    if isinstance(rule, type) or not hasattr(rule, "apply"):
        raise TypeError(f"setup takes a rule, such as optim.Adam(), and then the model; it was given {rule!r}.")
    leaves, treedef = tree.flatten(model)
    made: dict[int, Leaf] = {}
    states: list[Any] = []
    for i, x in enumerate(leaves):
        if not tree.is_parameter(x):
            states.append(x if type(x) is tree._Static else None)
            continue
        if (key := _identity(x, i)) not in made:
            made[key] = Leaf(rule, rule.init(dispatch.plain(x)))
        states.append(made[key])
    if not made:
        raise ValueError("setup found no parameter in the model: a float, or an array of floats or complex numbers.")
    return tree.unflatten(treedef, states)


def update(state: Any, model: Any, grads: Any) -> tuple[Any, Any]:
    """The next state and the next model; what is given stays as it is.

    `grads` is like the model, with `None` where there is no gradient, or `Grads`. Leaves made by `param` become new
    ones. Raises `ValueError` if state, model and gradients do not belong together.

    >>> from tracker import optim
    >>> state = setup(optim.Descent(0.5), [np.ones(2), 3.0])
    >>> update(state, [np.ones(2), 3.0], [np.ones(2), None])[1]
    [array([0.5, 0.5]), 3.0]
    """
    return _Step(state, model, grads).taken(_stepped)


def update_in_place(state: Any, model: Any, grads: Any) -> tuple[Any, Any]:
    """As `update`, but writes into the model's arrays; the state it returns is new.

    Numbers can't be written into: the returned model has the new ones. An error leaves everything as it was.
    Raises `ValueError` for an array that is read-only, too.

    >>> from tracker import optim
    >>> W = np.ones(2)
    >>> state, _ = update_in_place(setup(optim.Descent(0.5), {"W": W}), {"W": W}, {"W": np.ones(2)})
    >>> W
    array([0.5, 0.5])
    """
    step = _Step(state, model, grads)
    for i in step.changes:
        x = step.leaves[i]
        if isinstance(x, np.ndarray) and not x.flags.writeable:
            raise ValueError(f"{step.name(i)} is read-only: use optim.update, or give a copy of it.")
    return step.taken(_stepped_in_place)


def adjust(state: Any, eta: float | None = None, **hyperparameters: Any) -> Any:
    """`state` with another learning rate, or other hyperparameters, in each rule that has them.

    Raises `TypeError` if no rule has such a hyperparameter.

    >>> from tracker import optim
    >>> adjust(setup(optim.Momentum(), np.ones(1)), 0.5, rho=0.8).rule
    Momentum(eta=0.5, rho=0.8)
    """
    if eta is not None:
        hyperparameters["eta"] = eta
    for name, value in hyperparameters.items():
        if isinstance(value, np.generic):  # a NumPy float64 would make float32 steps float64
            hyperparameters[name] = value.item()
    used: set[str] = set()
    new: dict[int, Leaf] = {}
    leaves, treedef = _leaves(state)
    for leaf in leaves:
        if isinstance(leaf, Leaf) and id(leaf) not in new:
            new[id(leaf)] = dataclasses.replace(leaf, rule=_adjusted(leaf.rule, hyperparameters, used))
    if unknown := hyperparameters.keys() - used:
        raise TypeError(f"adjust: no rule in this state has a hyperparameter {', '.join(sorted(unknown))}.")
    return tree.unflatten(treedef, [new.get(id(leaf), leaf) for leaf in leaves])


def freeze(state: Any) -> None:
    """Keep the parameters of `state`, or of a part of it (`state["encoder"]`), as they are until `thaw`.

    >>> from tracker import optim
    >>> state = setup(optim.Descent(), {"a": 1.0, "b": 1.0})
    >>> freeze(state["a"])
    >>> update(state, {"a": 1.0, "b": 1.0}, {"a": 1.0, "b": 1.0})[1]
    {'a': 1.0, 'b': 0.9}
    """
    _set_frozen(state, True)


def thaw(state: Any) -> None:
    """Undo `freeze`, for the whole state or a part of it.

    >>> from tracker import optim
    >>> state = setup(optim.Descent(), 1.0)
    >>> freeze(state)
    >>> thaw(state)
    >>> state.frozen
    False
    """
    _set_frozen(state, False)


def _set_frozen(state: Any, frozen: bool) -> None:
    for leaf in _leaves(state)[0]:
        if isinstance(leaf, Leaf):
            leaf.frozen = frozen


def _leaves(state: Any) -> tuple[list[Any], Any]:
    """The `Leaf`s of a state, whole, and the structure around them."""
    tree.flatten(state)  # so that all classes are known
    leaves, treedef = optree.tree_flatten(
        state, is_leaf=lambda x: isinstance(x, Leaf), none_is_leaf=True, namespace=tree._NAMESPACE
    )
    return leaves, treedef


def _adjusted(rule: Any, new: dict[str, Any], used: set[str]) -> Any:
    if isinstance(rule, OptimiserChain):
        return OptimiserChain(*(_adjusted(part, new, used) for part in rule.rules))
    names = {field.name for field in dataclasses.fields(rule)} if dataclasses.is_dataclass(rule) else set()
    mine = {name: value for name, value in new.items() if name in names}
    used.update(mine)
    return dataclasses.replace(rule, **mine) if mine else rule


# One step


def _identity(x: Any, position: int) -> int:
    """Same for the same array. Python shares equal numbers as it likes, so each of those is its own."""
    return -position - 1 if isinstance(x, float | complex | np.generic) else id(x)


class _Step:
    """State, model and gradients that were found to belong together."""

    def __init__(self, state: Any, model: Any, grads: Any) -> None:
        self.model = model
        self.leaves, self.treedef = tree.flatten(model)
        self.states = self._like_model(state, "state", "make one for this model with optim.setup")
        by_leaf = isinstance(grads, Grads)
        found = self.leaves if by_leaf else self._like_model(grads, "gradient", "take it for this model")
        self.changes: dict[int, Any] = {}
        self.places: dict[int, list[int]] = {}
        for i, (x, leaf, dx) in enumerate(zip(self.leaves, self.states, found, strict=True)):
            if not tree.is_parameter(x):
                continue
            if not isinstance(leaf, Leaf):
                raise ValueError(f"the state has no entry for {self.name(i)}: make one with optim.setup.")
            if dispatch.is_tracked(x) and not x.is_leaf:
                raise TypeError(f"{self.name(i)} was computed from others: optimisers take leaves, made by param.")
            key = _identity(x, i)
            first = self.places.setdefault(key, [i])[0]
            if first != i:
                self.places[key].append(i)
            if by_leaf:
                dx = grads[x] if x in grads and first == i else None
            if dx is not None and not leaf.frozen:
                dx = self._checked(i, x, dispatch.plain(dx))
                self.changes[first] = dx if first not in self.changes else self.changes[first] + dx

    def _like_model(self, other: Any, what: str, remedy: str) -> list[Any]:
        tree.flatten(other)  # so that classes which occur only here are known
        try:
            return list(self.treedef.flatten_up_to(other))
        except ValueError as error:
            raise ValueError(f"the {what} has not the structure of the model: {error} You may {remedy}.") from None

    def name(self, i: int) -> str:
        return tree.names(self.model, "model")[i]

    def _checked(self, i: int, x: Any, dx: Any) -> Any:
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

    def taken(self, write: Any) -> tuple[Any, Any]:
        """Everything is computed before anything is written, so that an error leaves nothing half-done."""
        leaves, states, steps = list(self.leaves), list(self.states), {}
        for i, dx in self.changes.items():
            old = self.states[i]
            new, step = old.rule.apply(old.state, dispatch.plain(leaves[i]), dx)
            states[i] = Leaf(old.rule, new, old.frozen)
            if step is not None:
                steps[i] = step
        for i, step in steps.items():
            leaves[i] = write(leaves[i], step)
        for first, *others in self.places.values():
            for i in others:
                leaves[i], states[i] = leaves[first], states[first]
        return tree.unflatten(self.treedef, states), tree.unflatten(self.treedef, leaves)


def _stepped(x: Any, step: Any) -> Any:
    if dispatch.is_tracked(x):
        return param(dispatch.plain(x) - step)
    if hasattr(x, "dtype"):
        return np.subtract(x, step, out=np.empty_like(x)) if isinstance(x, np.ndarray) else (x - step).astype(x.dtype)
    return type(x)(x - step)


def _stepped_in_place(x: Any, step: Any) -> Any:
    if dispatch.is_tracked(x):
        dispatch.set_leaf_value(x, dispatch.plain(x) - step)
        return x
    if isinstance(x, np.ndarray):
        np.subtract(x, step, out=x)
        return x
    if hasattr(x, "dtype") and not isinstance(x, np.generic):
        x[...] = x - step
        return x
    return _stepped(x, step)
