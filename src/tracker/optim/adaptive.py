"""Rules that divide by the size of the gradients before."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from tracker.optim.rule import (
    NOT_NEGATIVE,
    PART,
    Range,
    Rule,
    mean,
    mean_square,
    over_root,
    positive,
    scratch_like,
    square,
    zeros_real,
)


@dataclass(frozen=True)
class RMSProp(Rule):
    """Steps divided by a running root mean square: Tieleman and Hinton, Coursera lecture 6.5 (2012).
    `centred=True` divides by a running standard deviation: Graves, arXiv:1308.0850, eq. 38-41.

    >>> RMSProp()
    RMSProp(eta=0.001, rho=0.9, epsilon=1e-08, centred=False)
    """

    elementwise: ClassVar[bool] = True
    fixed: ClassVar[frozenset[str]] = frozenset({"centred"})
    ranges: ClassVar[Mapping[str, Range]] = {"rho": PART, "epsilon": NOT_NEGATIVE}
    eta: float = 0.001
    rho: float = 0.9
    epsilon: float = 1e-8
    centred: bool = False

    def init(self, x: Any) -> Any:
        return zeros_real(x), np.zeros_like(x) if self.centred else None

    def apply(self, state: Any, x: Any, dx: Any) -> tuple[Any, Any]:
        total, middle = state
        spread = total = mean_square(total, dx, self.rho)
        if self.centred:
            middle = mean(middle, dx, self.rho)
            spread = np.maximum(total - square(middle), 0)  # rounding may leave a variance below zero
        return (total, middle), over_root(dx, spread, self.epsilon, self.eta, scratch_like(dx))


@dataclass(frozen=True)
class AdaGrad(Rule):
    """Steps divided by the root of all squares so far: Duchi, Hazan, Singer, JMLR 12 (2011).

    >>> AdaGrad()
    AdaGrad(eta=0.1, epsilon=1e-08)
    """

    elementwise: ClassVar[bool] = True
    ranges: ClassVar[Mapping[str, Range]] = {"epsilon": NOT_NEGATIVE}
    eta: float = 0.1
    epsilon: float = 1e-8

    def init(self, x: Any) -> Any:
        start = zeros_real(x)
        return start + positive(self.epsilon, start)

    def apply(self, state: Any, x: Any, dx: Any) -> tuple[Any, Any]:
        total = state + square(dx)
        return total, over_root(dx, total, self.epsilon, self.eta, scratch_like(dx))


@dataclass(frozen=True)
class AdaDelta(Rule):
    """No learning rate: the ratio of the sizes of steps and gradients. Zeiler, arXiv:1212.5701, algorithm 1.

    >>> AdaDelta()
    AdaDelta(rho=0.9, epsilon=1e-08)
    """

    elementwise: ClassVar[bool] = True
    ranges: ClassVar[Mapping[str, Range]] = {"rho": PART, "epsilon": NOT_NEGATIVE}
    rho: float = 0.9
    epsilon: float = 1e-8

    def init(self, x: Any) -> Any:
        return zeros_real(x), zeros_real(x)

    def apply(self, state: Any, x: Any, dx: Any) -> tuple[Any, Any]:
        total, steps = state
        total = mean_square(total, dx, self.rho)
        epsilon = positive(self.epsilon, total)
        step = dx * np.sqrt((steps + epsilon) / (total + epsilon))
        return (total, mean_square(steps, step, self.rho)), step


@dataclass(frozen=True)
class AMSGrad(Rule):
    """Adam whose second moment never falls: Reddi, Kale, Kumar, arXiv:1904.09237, algorithm 2.

    As there without bias correction (PyTorch's has one), and with moments that begin at zero (Optimisers.jl's at
    `epsilon`).

    >>> AMSGrad()
    AMSGrad(eta=0.001, beta=(0.9, 0.999), epsilon=1e-08)
    """

    elementwise: ClassVar[bool] = True
    ranges: ClassVar[Mapping[str, Range]] = {"beta": PART, "epsilon": NOT_NEGATIVE}
    eta: float = 0.001
    beta: tuple[float, float] = (0.9, 0.999)
    epsilon: float = 1e-8

    def init(self, x: Any) -> Any:
        return np.zeros_like(x), zeros_real(x), zeros_real(x)

    def apply(self, state: Any, x: Any, dx: Any) -> tuple[Any, Any]:
        first, second, largest = state
        first = mean(first, dx, self.beta[0])
        second = mean_square(second, dx, self.beta[1])
        largest = np.maximum(largest, second)
        return (first, second, largest), over_root(first, largest, self.epsilon, self.eta, scratch_like(dx))
