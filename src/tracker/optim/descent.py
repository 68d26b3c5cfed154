"""First-order rules: the gradient, and velocities."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from tracker.optim.rule import PART, Range, Rule, plus, scaled


@dataclass(frozen=True)
class Descent(Rule):
    """Gradient descent: the step is `eta * dx`.

    >>> Descent()
    Descent(eta=0.1)
    """

    elementwise: ClassVar[bool] = True
    eta: float = 0.1

    def apply(self, state: Any, x: Any, dx: Any) -> tuple[Any, Any]:
        return state, scaled(dx, self.eta)


@dataclass(frozen=True)
class Momentum(Rule):
    """Descent with a velocity: Polyak, Some methods of speeding up the convergence of iteration methods (1964).

    >>> Momentum()
    Momentum(eta=0.01, rho=0.9)
    """

    elementwise: ClassVar[bool] = True
    ranges: ClassVar[Mapping[str, Range]] = {"rho": PART}
    eta: float = 0.01
    rho: float = 0.9

    def init(self, x: Any) -> Any:
        return np.zeros_like(x)

    def apply(self, state: Any, x: Any, dx: Any) -> tuple[Any, Any]:
        velocity = plus(scaled(state, self.rho), scaled(dx, self.eta))
        return velocity, velocity


@dataclass(frozen=True)
class Nesterov(Rule):
    """Momentum that looks ahead: Nesterov (1983), as in Sutskever et al., On the importance of initialization
    and momentum in deep learning (2013), eq. 3-4, in the variable where the gradient is taken.

    >>> Nesterov()
    Nesterov(eta=0.001, rho=0.9)
    """

    elementwise: ClassVar[bool] = True
    ranges: ClassVar[Mapping[str, Range]] = {"rho": PART}
    eta: float = 0.001
    rho: float = 0.9

    def init(self, x: Any) -> Any:
        return np.zeros_like(x)

    def apply(self, state: Any, x: Any, dx: Any) -> tuple[Any, Any]:
        push = scaled(dx, self.eta)
        velocity = plus(scaled(state, self.rho), push)
        return velocity, plus(push, scaled(velocity, self.rho))
