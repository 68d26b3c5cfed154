"""Rules made of rules: one after the other, or one in a higher precision."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from tracker.optim.rule import Rule, must_be_rule


@dataclass(frozen=True, init=False)
class OptimiserChain(Rule):
    """Rules one after the other: each gets the step of the one before it as its gradient.

    A chain of no rules gives the gradient as the step, as in Optimisers.jl.

    >>> from tracker import optim
    >>> rule = OptimiserChain(optim.WeightDecay(0.1), optim.Descent(0.5))
    >>> rule.apply(rule.init(np.ones(1)), np.ones(1), np.ones(1))[1]
    array([0.55])
    """

    rules: tuple[Rule, ...]

    def __init__(self, *rules: Rule) -> None:
        for rule in rules:
            must_be_rule("OptimiserChain takes rules", rule)
        object.__setattr__(self, "rules", rules)

    @property
    def elementwise(self) -> bool:  # type: ignore[override]  # of a class elsewhere; here it depends on the links
        return all(rule.elementwise for rule in self.rules)

    def init(self, x: Any) -> Any:
        return tuple(rule.init(x) for rule in self.rules)

    def apply(self, state: Any, x: Any, dx: Any) -> tuple[Any, Any]:
        states = list(state)
        for i, rule in enumerate(self.rules):
            if dx is None:
                break
            states[i], dx = rule.apply(states[i], x, dx)
        return tuple(states), dx


@dataclass(frozen=True)
class MixedPrecision(Rule):
    """A rule in a higher precision than the parameters': Micikevicius et al., arXiv:1710.03740.

    The state holds a copy of each parameter in `dtype` and the state of `rule` for it. The step takes the parameter to
    what the copy rounds to.

    >>> from tracker import optim
    >>> rule = MixedPrecision(optim.Descent(1e-4))
    >>> state = rule.init(np.ones(1, np.float16))
    >>> rule.apply(state, np.ones(1, np.float16), np.ones(1, np.float16))[0][0]
    array([0.9999], dtype=float32)
    """

    fixed: ClassVar[frozenset[str]] = frozenset({"rule", "dtype"})
    rule: Rule
    dtype: Any = np.float32

    def __post_init__(self) -> None:
        must_be_rule("MixedPrecision takes a rule", self.rule)

    def init(self, x: Any) -> Any:
        master = np.asarray(x, self._dtype(x)).copy()
        return master, self.rule.init(master)

    def apply(self, state: Any, x: Any, dx: Any) -> tuple[Any, Any]:
        master, inner = state
        inner, step = self.rule.apply(inner, master, dx.astype(master.dtype))
        if step is None:
            return (master, inner), None
        master = master - step
        return (master, inner), x - master.astype(_dtype(x))

    def _dtype(self, x: Any) -> Any:
        return np.result_type(self.dtype, _dtype(x))  # never lower than the parameter's; complex where that is


def _dtype(x: Any) -> Any:
    return x.dtype if hasattr(x, "dtype") else np.dtype(type(x))
