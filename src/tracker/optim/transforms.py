"""What is done to a gradient before a rule makes a step of it: the links of an `OptimiserChain` before the last."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from tracker._arrays.handles import is_tracked
from tracker.optim.rule import NOT_NEGATIVE, OR_INFINITE, Range, Rule, must_be_real


@dataclass(frozen=True)
class WeightDecay(Rule):
    """Adds `decay * x` to the gradient: the derivative of an L2 penalty. `decay` is Optimisers.jl's `lambda`.

    >>> WeightDecay()
    WeightDecay(decay=0.0005)
    """

    elementwise: ClassVar[bool] = True
    ranges: ClassVar[Mapping[str, Range]] = {"decay": NOT_NEGATIVE}
    decay: float = 5e-4

    def apply(self, state: Any, x: Any, dx: Any) -> tuple[Any, Any]:
        return state, dx + self.decay * x


@dataclass(frozen=True)
class SignDecay(Rule):
    """Adds `decay * sign(x)` to the gradient: the derivative of an L1 penalty. `decay` is Optimisers.jl's `lambda`.

    >>> SignDecay()
    SignDecay(decay=0.001)
    """

    elementwise: ClassVar[bool] = True
    ranges: ClassVar[Mapping[str, Range]] = {"decay": NOT_NEGATIVE}
    decay: float = 1e-3

    def apply(self, state: Any, x: Any, dx: Any) -> tuple[Any, Any]:
        return state, dx + self.decay * np.sign(x)


@dataclass(frozen=True)
class ClipGrad(Rule):
    """Each entry of the gradient between `-delta` and `delta`.

    >>> ClipGrad(1.0).apply(None, np.ones(2), np.array([3.0, -0.5]))[1]
    array([ 1. , -0.5])
    """

    elementwise: ClassVar[bool] = True
    ranges: ClassVar[Mapping[str, Range]] = {"delta": OR_INFINITE}
    delta: float = 10.0

    def apply(self, state: Any, x: Any, dx: Any) -> tuple[Any, Any]:
        must_be_real("ClipGrad", dx)
        return state, np.clip(dx, -self.delta, self.delta)


@dataclass(frozen=True)
class ClipNorm(Rule):
    """The gradient of each array scaled down so that its `p`-norm, over all entries, is at most `omega`.

    Raises `FloatingPointError` if the norm is infinite or NaN, unless `throw=False`.

    >>> ClipNorm(1.0).apply(None, np.ones(2), np.array([3.0, -4.0]))[1]
    array([ 0.6, -0.8])
    """

    ranges: ClassVar[Mapping[str, Range]] = {"omega": OR_INFINITE, "p": OR_INFINITE}
    omega: float = 10.0
    p: float = 2.0
    throw: bool = True

    def apply(self, state: Any, x: Any, dx: Any) -> tuple[Any, Any]:
        norm = _norm("ClipNorm", dx, self.p, self.throw)
        return state, dx * min(1.0, self.omega / norm) if norm > 0 else dx


@dataclass(frozen=True)
class NormGrowthCap(Rule):
    """The gradient of each array scaled down where its 2-norm has grown by more than the factor `tau` in a step.

    Chen et al., arXiv:2410.01623, section 4.3. A norm below `lb` (times the root of the number of entries if
    `scale`) is let be. The first gradient passes. Raises as `ClipNorm` does.

    >>> rule = NormGrowthCap(1.5)
    >>> state, dx = rule.apply(rule.init(np.ones(1)), np.ones(1), np.array([2.0]))
    >>> rule.apply(state, np.ones(1), np.array([10.0]))[1].round(6)
    array([3.])
    """

    ranges: ClassVar[Mapping[str, Range]] = {"tau": OR_INFINITE, "epsilon": NOT_NEGATIVE, "lb": NOT_NEGATIVE}
    tau: float = 1.01
    epsilon: float = 1e-8
    lb: float = 1e-7
    throw: bool = True
    scale: bool = True

    def init(self, x: Any) -> Any:
        return 0.0

    def apply(self, state: Any, x: Any, dx: Any) -> tuple[Any, Any]:
        norm = _norm("NormGrowthCap", dx, 2.0, self.throw)
        least = self.lb * math.sqrt(np.size(dx)) if self.scale else self.lb
        if state == 0 or norm < least or norm / (state + self.epsilon) <= self.tau:
            return norm, dx
        factor = self.tau * state / (norm + self.epsilon)
        return norm * factor, dx * factor


def _norm(rule: str, dx: Any, p: float, throw: bool) -> Any:
    norm = np.linalg.norm(np.ravel(dx), p) if np.size(dx) else 0.0
    norm = norm if is_tracked(norm) else float(norm)
    if throw and not np.isfinite(norm):
        raise FloatingPointError(
            f"{rule}: the {p}-norm of a gradient of shape {np.shape(dx)} is {norm}. "
            "Look for what made it so, or pass throw=False."
        )
    return norm


@dataclass(frozen=True)
class AccumGrad(Rule):
    """The mean of `n` gradients every `n`-th step, and nothing in between.

    Stands first in an `OptimiserChain`, which then leaves the rules behind it alone in between.
    Raises `ValueError` for an `n` below 1.

    >>> rule = AccumGrad(2)
    >>> rule.apply(rule.init(np.ones(1)), np.ones(1), np.ones(1))
    ((array([0.5]), 1), None)
    """

    elementwise: ClassVar[bool] = True
    n: int

    def __post_init__(self) -> None:
        if not isinstance(self.n, int) or self.n < 1:
            raise ValueError(f"AccumGrad accumulates a whole number of gradients, at least one; it was given {self.n}.")

    def init(self, x: Any) -> Any:
        return np.zeros_like(x), 0

    def apply(self, state: Any, x: Any, dx: Any) -> tuple[Any, Any]:
        total, count = state
        total, count = total + dx / self.n, count + 1
        return ((total, count), None) if count < self.n else ((np.zeros_like(total), 0), total)
