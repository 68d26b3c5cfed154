"""Rules that step by signs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from tracker.optim.rule import NOT_NEGATIVE, PART, Range, Rule, mean, must_be_real


@dataclass(frozen=True)
class Lion(Rule):
    """The sign of a momentum: Chen et al., arXiv:2302.06675, algorithm 2, without its weight decay.

    The defaults are Optimisers.jl's, which updates the momentum with the two weights exchanged; this follows the
    paper, where `beta=(0.9, 0.99)` is advised.

    >>> Lion()
    Lion(eta=0.001, beta=(0.9, 0.999))
    """

    elementwise: ClassVar[bool] = True
    ranges: ClassVar[Mapping[str, Range]] = {"beta": PART}
    eta: float = 0.001
    beta: tuple[float, float] = (0.9, 0.999)

    def init(self, x: Any) -> Any:
        return np.zeros_like(x)

    def apply(self, state: Any, x: Any, dx: Any) -> tuple[Any, Any]:
        return mean(state, dx, self.beta[1]), self.eta * np.sign(mean(state, dx, self.beta[0]))


@dataclass(frozen=True)
class Rprop(Rule):
    """A step size for each entry, from signs alone, for whole batches: Riedmiller and Braun (1993).

    `ell`: factors after a change of sign and without; `gamma`: the smallest and the largest step, in this order.

    >>> Rprop()
    Rprop(eta=0.001, ell=(0.5, 1.2), gamma=(1e-06, 50.0))
    """

    elementwise: ClassVar[bool] = True
    ranges: ClassVar[Mapping[str, Range]] = {"ell": NOT_NEGATIVE, "gamma": NOT_NEGATIVE}
    eta: float = 0.001
    ell: tuple[float, float] = (0.5, 1.2)
    gamma: tuple[float, float] = (1e-6, 50.0)

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.gamma[0] > self.gamma[1]:
            raise ValueError(f"Rprop: gamma is the smallest step and the largest; it was given {self.gamma}.")

    def init(self, x: Any) -> Any:
        return np.zeros_like(x), np.zeros_like(x) + self.eta

    def apply(self, state: Any, x: Any, dx: Any) -> tuple[Any, Any]:
        must_be_real("Rprop", dx)
        before, size = state
        turn = np.sign(before) * np.sign(dx)  # not the sign of the product, which underflows
        longer = np.minimum(size * self.ell[1], self.gamma[1])
        shorter = np.maximum(size * self.ell[0], self.gamma[0])
        size = np.where(turn > 0, longer, np.where(turn < 0, shorter, size))
        dx = np.where(turn < 0, 0, dx).astype(size.dtype)
        return (dx, size), size * np.sign(dx)
