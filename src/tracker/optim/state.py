"""The state of an optimiser, a tree like the model with a `Leaf` for each parameter, and how it is used."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any

import numpy as np
import optree

from tracker import tree
from tracker._arrays import handles
from tracker.optim.chain import MixedPrecision, OptimiserChain
from tracker.optim.muon import Muon
from tracker.optim.rule import Rule, kind, must_be_rule
from tracker.tree._classes import NAMESPACE, Static


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
    must_be_rule("setup takes a rule", rule)
    leaves, treedef = tree.flatten(model)
    made: dict[int, Leaf] = {}
    states: list[Any] = []
    for i, x in enumerate(leaves):
        if not tree.is_parameter(x):
            tree.refuse_foreign(x)
            states.append(x if type(x) is Static else None)
            continue
        if (key := _identity(x, i)) not in made:
            made[key] = Leaf(rule, rule.init(handles.plain(x)))
        states.append(made[key])
    if not made:
        others = sorted({type(x).__name__ for x in leaves if hasattr(x, "__dict__") and not isinstance(x, type)})
        hint = f" Mark classes of models with @tracker.struct; it was given {', '.join(others)}." if others else ""
        raise ValueError(
            f"setup found no parameter in the model: a float, or an array of floats or complex numbers.{hint}"
        )
    return tree.unflatten(treedef, states)


def adjust(state: Any, eta: float | None = None, **hyperparameters: Any) -> Any:
    """`state` with another learning rate, or other hyperparameters, in each rule that has them.

    Rules within a chain and the fallback of `Muon`, whose rate keeps its ratio to Muon's, are adjusted, too.
    Raises `TypeError` if no rule has such a hyperparameter, if it decides what the state holds, and for a model.

    >>> from tracker import optim
    >>> adjust(setup(optim.Momentum(), np.ones(1)), 0.5, rho=0.8).rule
    Momentum(eta=0.5, rho=0.8)
    """
    if eta is not None:
        hyperparameters["eta"] = eta
    if not hyperparameters:
        raise TypeError("adjust takes a learning rate, or hyperparameters by name: optim.adjust(state, 0.1, rho=0.8).")
    for name, value in hyperparameters.items():
        if isinstance(value, np.generic):  # a NumPy float64 would make float32 steps float64
            hyperparameters[name] = value.item()
    used: set[str] = set()
    new: dict[int, Leaf] = {}
    leaves, treedef = _leaves(state, "adjust takes")
    rules: dict[int, Rule] = {}  # what shares a rule goes on to: small arrays are stepped together by it
    for leaf in leaves:
        if isinstance(leaf, Leaf) and id(leaf) not in new:
            if (rule := rules.get(id(leaf.rule))) is None:
                rule = rules[id(leaf.rule)] = _adjusted(leaf.rule, hyperparameters, used)
            new[id(leaf)] = dataclasses.replace(leaf, rule=rule)
    if unknown := hyperparameters.keys() - used:
        raise TypeError(f"adjust: no rule in this state has a hyperparameter {', '.join(sorted(unknown))}.")
    return tree.unflatten(treedef, [new.get(id(leaf), leaf) for leaf in leaves])


def freeze(state: Any) -> None:
    """Keep the parameters of `state`, or of a part of it (`state["encoder"]`), as they are until `thaw`.

    Raises `TypeError` if there is no parameter's state in it: a model is no state.

    >>> from tracker import optim
    >>> state = setup(optim.Descent(), {"a": 1.0, "b": 1.0})
    >>> freeze(state["a"])
    >>> optim.update(state, {"a": 1.0, "b": 1.0}, {"a": 1.0, "b": 1.0})[1]
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
    for leaf in _leaves(state, "freeze and thaw take")[0]:
        if isinstance(leaf, Leaf):
            leaf.frozen = frozen


def kinds(state: Any) -> list[str]:
    """The kinds of rules in a state; none for what is no state, such as a rule.

    >>> from tracker import optim
    >>> kinds(optim.setup(optim.Adam(), [1.0, 2.0])), kinds(optim.Adam())
    (['Adam'], [])
    """
    return sorted({kind(leaf.rule) for leaf in _flat(state)[0] if isinstance(leaf, Leaf)})


def _leaves(state: Any, what: str) -> tuple[list[Any], Any]:
    """The `Leaf`s of a state, whole, and the structure around them. Raises `TypeError` if there are none."""
    leaves, treedef = _flat(state)
    if not any(isinstance(leaf, Leaf) for leaf in leaves):
        raise TypeError(
            f"{what} a state made by optim.setup, or a part of it; there is none in a {type(state).__name__}. "
            "For a model make one with optim.setup(rule, model)."
        )
    return leaves, treedef


def _flat(state: Any) -> tuple[list[Any], Any]:
    tree.flatten(state)  # so that all classes are known
    leaves, treedef = optree.tree_flatten(
        state, is_leaf=lambda x: isinstance(x, Leaf), none_is_leaf=True, namespace=NAMESPACE
    )
    return leaves, treedef


def _adjusted(rule: Any, new: dict[str, Any], used: set[str]) -> Any:
    if isinstance(rule, OptimiserChain):
        return OptimiserChain(*(_adjusted(part, new, used) for part in rule.rules))
    if isinstance(rule, MixedPrecision):
        return MixedPrecision(_adjusted(rule.rule, new, used), rule.dtype)
    names = {field.name for field in dataclasses.fields(rule)} if dataclasses.is_dataclass(rule) else set()
    mine = {name: value for name, value in new.items() if name in names}
    if refused := mine.keys() & getattr(rule, "fixed", ()):
        raise TypeError(
            f"adjust: {', '.join(sorted(refused))} of {type(rule).__name__} decides what the state holds: "
            "make a new state with optim.setup."
        )
    used.update(mine)
    if isinstance(rule, Muon) and "eta" in mine and rule.eta > 0 and hasattr(rule.opt, "eta"):
        scaled = _adjusted(rule.opt, {"eta": rule.opt.eta / rule.eta * mine["eta"]}, set())
        return dataclasses.replace(rule, opt=scaled, **mine)
    return dataclasses.replace(rule, **mine) if mine else rule


def _identity(x: Any, position: int) -> int:
    """Same for the same array. Python shares equal numbers as it likes, so each of those is its own."""
    return id(x) if type(x) is np.ndarray or not isinstance(x, float | complex | np.generic) else -position - 1
