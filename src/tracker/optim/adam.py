"""Adam, and rules made from it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from tracker.optim.rule import (
    NOT_NEGATIVE,
    PART,
    Range,
    Rule,
    constant,
    mean,
    mean_square,
    over_root,
    plus,
    positive,
    scaled,
    scratch_like,
    square,
    zeros_real,
)

try:
    import tracker.optim.kernels as _kernels
except ImportError:
    _compiled: Any = None
else:
    _compiled = _kernels


def _in_one_pass(state: Any, dx: Any, beta: tuple[float, float], epsilon: float, factor: float) -> Any:
    """The next two moments and the step by kernels.c; None where NumPy has to make them."""
    first, second, _ = state
    return _compiled.adam(dx, first, second, beta[0], 1 - beta[0], beta[1], 1 - beta[1], epsilon, factor)


def _are_plain(dx: Any, first: Any, second: Any) -> bool:
    if not (type(dx) is type(first) is type(second) is np.ndarray):
        return False
    return dx.dtype is first.dtype is second.dtype and dx.dtype.char in "fd" and dx.ndim > 0


def _in_passes(state: Any, dx: Any, beta: tuple[float, float], epsilon: float, factor: float) -> Any:
    """The same by NumPy, with the steps of `mean`, `mean_square` and `over_root` written out: a fifth quicker."""
    first, second, _ = state
    char = dx.dtype.char
    scratch = np.multiply(dx, constant(1 - beta[0], char))
    first = np.multiply(first, constant(beta[0], char))
    first += scratch
    np.multiply(dx, dx, scratch)
    scratch *= constant(1 - beta[1], char)
    second = np.multiply(second, constant(beta[1], char))
    second += scratch
    np.sqrt(second, scratch)
    scratch += constant(epsilon, char)
    np.divide(first, scratch, scratch)
    scratch *= constant(factor, char)
    return first, second, scratch


@dataclass(frozen=True)
class Adam(Rule):
    """Adaptive moments: Kingma and Ba, arXiv:1412.6980, algorithm 1.

    >>> Adam()
    Adam(eta=0.001, beta=(0.9, 0.999), epsilon=1e-08)
    """

    elementwise: ClassVar[bool] = True
    fused: ClassVar[bool] = _compiled is not None
    ranges: ClassVar[Mapping[str, Range]] = {"beta": PART, "epsilon": NOT_NEGATIVE}
    eta: float = 0.001
    beta: tuple[float, float] = (0.9, 0.999)
    epsilon: float = 1e-8

    def init(self, x: Any) -> Any:
        return np.zeros_like(x), zeros_real(x), self.beta

    def apply(self, state: Any, x: Any, dx: Any) -> tuple[Any, Any]:
        first, second, powers = state
        size = math.sqrt(1 - powers[1])  # taken out of the root: a pass over the array less
        epsilon, factor = self.epsilon * size, self.eta * size / (1 - powers[0])
        done = None
        if type(factor) is type(epsilon) is float and type(self)._moments is Adam._moments:
            done = _in_one_pass(state, dx, self.beta, epsilon, factor) if self.fused else None
            if done is None and _are_plain(dx, first, second):
                done = _in_passes(state, dx, self.beta, epsilon, factor)
        if done is not None:
            return (done[0], done[1], self._powers(powers)), done[2]
        first, second, powers = self._moments(state, dx)
        return (first, second, self._powers(powers)), over_root(first, second, epsilon, factor, scratch_like(dx))

    def _moments(self, state: Any, dx: Any) -> Any:
        first, second, powers = state
        return mean(first, dx, self.beta[0]), mean_square(second, dx, self.beta[1]), powers

    def _powers(self, powers: tuple[float, float]) -> tuple[float, float]:
        return powers[0] * self.beta[0], powers[1] * self.beta[1]


@dataclass(frozen=True)
class AdamW(Adam):
    """Adam with weight decay beside the gradient: Loshchilov and Hutter, arXiv:1711.05101, algorithm 2.

    `couple=True` multiplies the decay by `eta`, as PyTorch does; `False` follows the paper. `decay` is Optimisers.jl's
    `lambda`, which Python keeps for itself.

    >>> AdamW()
    AdamW(eta=0.001, beta=(0.9, 0.999), epsilon=1e-08, decay=0.0, couple=True)
    """

    ranges: ClassVar[Mapping[str, Range]] = {**Adam.ranges, "decay": NOT_NEGATIVE}
    decay: float = 0.0
    couple: bool = True

    def apply(self, state: Any, x: Any, dx: Any) -> tuple[Any, Any]:
        state, step = super().apply(state, x, dx)
        return state, plus(step, scaled(x, self.eta * self.decay if self.couple else self.decay))


@dataclass(frozen=True)
class RAdam(Adam):
    """Adam with its early steps rectified: Liu et al., arXiv:1908.03265, algorithm 2.

    The variance counts as tractable above 4, as in the paper; PyTorch waits until 5.

    >>> RAdam()
    RAdam(eta=0.001, beta=(0.9, 0.999), epsilon=1e-08)
    """

    fused: ClassVar[bool] = False

    def init(self, x: Any) -> Any:
        return (*super().init(x), 1)

    def apply(self, state: Any, x: Any, dx: Any) -> tuple[Any, Any]:
        *moments, t = state
        first, second, powers = self._moments(moments, dx)
        most = 2 / (1 - self.beta[1]) - 1
        rho = most - 2 * t * powers[1] / (1 - powers[1])
        if rho > 4:
            ratio = (rho - 4) * (rho - 2) * most / ((most - 4) * (most - 2) * rho)
            size = math.sqrt(1 - powers[1])
            factor = self.eta * math.sqrt(ratio) * size / (1 - powers[0])
            step = over_root(first, second, self.epsilon * size, factor)
        else:
            step = self.eta / (1 - powers[0]) * first
        return (first, second, self._powers(powers), t + 1), step


@dataclass(frozen=True)
class AdaMax(Adam):
    """Adam with the infinity norm: Kingma and Ba, arXiv:1412.6980, algorithm 2.

    >>> AdaMax()
    AdaMax(eta=0.001, beta=(0.9, 0.999), epsilon=1e-08)
    """

    fused: ClassVar[bool] = False

    def apply(self, state: Any, x: Any, dx: Any) -> tuple[Any, Any]:
        first, largest, powers = state
        first = mean(first, dx, self.beta[0])
        largest = np.maximum(self.beta[1] * largest, np.abs(dx))
        step = self.eta / (1 - powers[0]) * first / (largest + positive(self.epsilon, largest))
        return (first, largest, self._powers(powers)), step


@dataclass(frozen=True)
class OAdam(Adam):
    """Optimistic Adam, for adversarial training: Daskalakis et al., arXiv:1711.00141, algorithm 1.

    >>> OAdam()
    OAdam(eta=0.001, beta=(0.5, 0.9), epsilon=1e-08)
    """

    beta: tuple[float, float] = (0.5, 0.9)

    def init(self, x: Any) -> Any:
        return (*super().init(x), np.zeros_like(x))

    def apply(self, state: Any, x: Any, dx: Any) -> tuple[Any, Any]:
        *moments, before = state
        moments, step = super().apply(tuple(moments), x, dx)
        return (*moments, step), 2 * step - before


@dataclass(frozen=True)
class NAdam(Adam):
    """Adam with Nesterov's momentum: Dozat, Incorporating Nesterov momentum into Adam (2016), algorithm 8.

    As there and in Optimisers.jl with `beta[1]` in the second moment's correction (PyTorch leaves it out).

    >>> NAdam()
    NAdam(eta=0.001, beta=(0.9, 0.999), epsilon=1e-08)
    """

    fused: ClassVar[bool] = False

    def apply(self, state: Any, x: Any, dx: Any) -> tuple[Any, Any]:
        first, second, powers = self._moments(state, dx)
        beta = self.beta[0]
        ahead = beta / (1 - beta * powers[0]) * first
        ahead = plus(ahead, (1 - beta) / (1 - powers[0]) * dx)
        step = over_root(ahead, second * (self.beta[1] / (1 - powers[1])), self.epsilon, self.eta)
        return (first, second, self._powers(powers)), step


@dataclass(frozen=True)
class AdaBelief(Adam):
    """Adam with the spread of gradients about their mean: Zhuang et al., arXiv:2010.07468, algorithm 2.

    >>> AdaBelief()
    AdaBelief(eta=0.001, beta=(0.9, 0.999), epsilon=1e-16)
    """

    fused: ClassVar[bool] = False
    epsilon: float = 1e-16

    def _moments(self, state: Any, dx: Any) -> Any:
        first, second, powers = state
        first = mean(first, dx, self.beta[0])
        spread = mean(second, square(dx - first), self.beta[1])
        return first, spread + positive(self.epsilon, spread), powers
