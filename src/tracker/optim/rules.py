"""The update rules. Names and default hyperparameters are those of Optimisers.jl.

A rule is a frozen dataclass of hyperparameters with two methods. `init(x)` gives the state for an array `x`;
`apply(state, x, dx)` gives the next state and the step, an array like `x`, which is then *subtracted* from `x`.
Neither changes what it is given. A rule of your own is a dataclass with these two methods:

>>> @dataclass(frozen=True)
... class SignDescent(Rule):
...     eta: float = 0.1
...     def apply(self, state, x, dx):
...         return state, self.eta * np.sign(dx)
>>> apply(SignDescent(), None, np.ones(2), np.array([3.0, -2.0]))
(None, array([ 0.1, -0.1]))
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

# Quintic Newton-Schulz iteration: Jordan et al., Muon: An optimizer for hidden layers in neural networks (2024)
_QUINTIC = 3.4445, -4.7750, 2.0315
_QUINTIC_STEPS = 5


def init(rule: Rule, x: Any) -> Any:
    """The state that `rule` begins with for the array `x`.

    >>> init(Momentum(), np.ones(2))
    array([0., 0.])
    """
    return rule.init(x)


def apply(rule: Rule, state: Any, x: Any, dx: Any) -> tuple[Any, Any]:
    """The next state, and the step that is to be subtracted from `x`, for the gradient `dx`.

    >>> apply(Descent(0.5), None, np.ones(2), np.array([2.0, 4.0]))
    (None, array([1., 2.]))
    """
    new: tuple[Any, Any] = rule.apply(state, x, dx)
    return new


class Rule:
    """Base of all rules: no state, and the gradient as the step.

    >>> apply(Rule(), init(Rule(), 1.0), 1.0, 2.0)
    (None, 2.0)
    """

    def init(self, x: Any) -> Any:
        return None

    def apply(self, state: Any, x: Any, dx: Any) -> tuple[Any, Any]:
        return state, dx


def _abs2(x: Any) -> Any:
    return (x * x.conj()).real if np.iscomplexobj(x) else x * x


def _zeros_real(x: Any) -> Any:
    return np.zeros_like(x.real) if np.iscomplexobj(x) else np.zeros_like(x)


def _mean(old: Any, new: Any, beta: float) -> Any:
    """`beta * old + (1 - beta) * new` with one temporary array."""
    step = (1 - beta) * new
    step += beta * old
    return step


def _must_be_real(rule: str, dx: Any) -> None:
    if np.iscomplexobj(dx):
        raise TypeError(f"{rule} takes real gradients, and was given {dx.dtype}: complex numbers have no order.")


@dataclass(frozen=True)
class Descent(Rule):
    """Gradient descent: the step is `eta * dx`.

    >>> Descent()
    Descent(eta=0.1)
    """

    eta: float = 0.1

    def apply(self, state: Any, x: Any, dx: Any) -> tuple[Any, Any]:
        return state, self.eta * dx


@dataclass(frozen=True)
class Momentum(Rule):
    """Descent with a velocity: Polyak, Some methods of speeding up the convergence of iteration methods (1964).

    >>> Momentum()
    Momentum(eta=0.01, rho=0.9)
    """

    eta: float = 0.01
    rho: float = 0.9

    def init(self, x: Any) -> Any:
        return np.zeros_like(x)

    def apply(self, state: Any, x: Any, dx: Any) -> tuple[Any, Any]:
        velocity = self.rho * state + self.eta * dx
        return velocity, velocity


@dataclass(frozen=True)
class Nesterov(Rule):
    """Momentum that looks ahead: Nesterov (1983), as in Sutskever et al., On the importance of initialization
    and momentum in deep learning (2013), eq. 3-4, in the variable where the gradient is taken.

    >>> Nesterov()
    Nesterov(eta=0.001, rho=0.9)
    """

    eta: float = 0.001
    rho: float = 0.9

    def init(self, x: Any) -> Any:
        return np.zeros_like(x)

    def apply(self, state: Any, x: Any, dx: Any) -> tuple[Any, Any]:
        velocity = self.rho * state + self.eta * dx
        return velocity, self.rho * velocity + self.eta * dx


@dataclass(frozen=True)
class RMSProp(Rule):
    """Steps divided by a running root mean square: Tieleman and Hinton, Coursera lecture 6.5 (2012).
    `centred=True` divides by a running standard deviation: Graves, arXiv:1308.0850, eq. 38-41.

    >>> RMSProp()
    RMSProp(eta=0.001, rho=0.9, epsilon=1e-08, centred=False)
    """

    eta: float = 0.001
    rho: float = 0.9
    epsilon: float = 1e-8
    centred: bool = False

    def init(self, x: Any) -> Any:
        return _zeros_real(x), np.zeros_like(x) if self.centred else None

    def apply(self, state: Any, x: Any, dx: Any) -> tuple[Any, Any]:
        square, mean = state
        spread = square = _mean(square, _abs2(dx), self.rho)
        if self.centred:
            mean = _mean(mean, dx, self.rho)
            spread = np.maximum(square - _abs2(mean), 0)  # rounding may leave a variance below zero
        return (square, mean), self.eta * dx / (np.sqrt(spread) + self.epsilon)


@dataclass(frozen=True)
class Adam(Rule):
    """Adaptive moments: Kingma and Ba, arXiv:1412.6980, algorithm 1.

    >>> Adam()
    Adam(eta=0.001, beta=(0.9, 0.999), epsilon=1e-08)
    """

    eta: float = 0.001
    beta: tuple[float, float] = (0.9, 0.999)
    epsilon: float = 1e-8

    def init(self, x: Any) -> Any:
        return np.zeros_like(x), _zeros_real(x), self.beta

    def apply(self, state: Any, x: Any, dx: Any) -> tuple[Any, Any]:
        first, second, powers = self._moments(state, dx)
        step = second * (1 / (1 - powers[1]))
        step = np.sqrt(step, out=step if isinstance(step, np.ndarray) else None)
        step += self.epsilon
        step = first / step
        step *= self.eta / (1 - powers[0])
        return (first, second, self._powers(powers)), step

    def _moments(self, state: Any, dx: Any) -> Any:
        first, second, powers = state
        return _mean(first, dx, self.beta[0]), _mean(second, _abs2(dx), self.beta[1]), powers

    def _powers(self, powers: tuple[float, float]) -> tuple[float, float]:
        return powers[0] * self.beta[0], powers[1] * self.beta[1]


@dataclass(frozen=True)
class RAdam(Adam):
    """Adam with its early steps rectified: Liu et al., arXiv:1908.03265, algorithm 2.

    The variance counts as tractable above 4, as in the paper; PyTorch waits until 5.

    >>> RAdam()
    RAdam(eta=0.001, beta=(0.9, 0.999), epsilon=1e-08)
    """

    def init(self, x: Any) -> Any:
        return (*super().init(x), 1)

    def apply(self, state: Any, x: Any, dx: Any) -> tuple[Any, Any]:
        *moments, t = state
        first, second, powers = self._moments(moments, dx)
        most = 2 / (1 - self.beta[1]) - 1
        rho = most - 2 * t * powers[1] / (1 - powers[1])
        step = self.eta / (1 - powers[0]) * first
        if rho > 4:
            ratio = (rho - 4) * (rho - 2) * most / ((most - 4) * (most - 2) * rho)
            step = math.sqrt(ratio) * step / (np.sqrt(second / (1 - powers[1])) + self.epsilon)
        return (first, second, self._powers(powers), t + 1), step


@dataclass(frozen=True)
class AdaMax(Adam):
    """Adam with the infinity norm: Kingma and Ba, arXiv:1412.6980, algorithm 2.

    >>> AdaMax()
    AdaMax(eta=0.001, beta=(0.9, 0.999), epsilon=1e-08)
    """

    def apply(self, state: Any, x: Any, dx: Any) -> tuple[Any, Any]:
        first, largest, powers = state
        first = _mean(first, dx, self.beta[0])
        largest = np.maximum(self.beta[1] * largest, np.abs(dx))
        step = self.eta / (1 - powers[0]) * first / (largest + self.epsilon)
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
class AdaGrad(Rule):
    """Steps divided by the root of all squares so far: Duchi, Hazan, Singer, JMLR 12 (2011).

    >>> AdaGrad()
    AdaGrad(eta=0.1, epsilon=1e-08)
    """

    eta: float = 0.1
    epsilon: float = 1e-8

    def init(self, x: Any) -> Any:
        return _zeros_real(x) + self.epsilon

    def apply(self, state: Any, x: Any, dx: Any) -> tuple[Any, Any]:
        total = state + _abs2(dx)
        return total, self.eta * dx / (np.sqrt(total) + self.epsilon)


@dataclass(frozen=True)
class AdaDelta(Rule):
    """No learning rate: the ratio of the sizes of steps and gradients. Zeiler, arXiv:1212.5701, algorithm 1.

    >>> AdaDelta()
    AdaDelta(rho=0.9, epsilon=1e-08)
    """

    rho: float = 0.9
    epsilon: float = 1e-8

    def init(self, x: Any) -> Any:
        return _zeros_real(x), _zeros_real(x)

    def apply(self, state: Any, x: Any, dx: Any) -> tuple[Any, Any]:
        square, steps = state
        square = _mean(square, _abs2(dx), self.rho)
        step = dx * np.sqrt(steps + self.epsilon) / np.sqrt(square + self.epsilon)
        return (square, _mean(steps, _abs2(step), self.rho)), step


@dataclass(frozen=True)
class AMSGrad(Rule):
    """Adam whose second moment never falls: Reddi, Kale, Kumar, arXiv:1904.09237, algorithm 2.

    As there and in Optimisers.jl without bias correction (PyTorch's has one).

    >>> AMSGrad()
    AMSGrad(eta=0.001, beta=(0.9, 0.999), epsilon=1e-08)
    """

    eta: float = 0.001
    beta: tuple[float, float] = (0.9, 0.999)
    epsilon: float = 1e-8

    def init(self, x: Any) -> Any:
        return np.zeros_like(x), _zeros_real(x), _zeros_real(x)

    def apply(self, state: Any, x: Any, dx: Any) -> tuple[Any, Any]:
        first, second, largest = state
        first = _mean(first, dx, self.beta[0])
        second = _mean(second, _abs2(dx), self.beta[1])
        largest = np.maximum(largest, second)
        return (first, second, largest), self.eta * first / (np.sqrt(largest) + self.epsilon)


@dataclass(frozen=True)
class NAdam(Adam):
    """Adam with Nesterov's momentum: Dozat, Incorporating Nesterov momentum into Adam (2016), algorithm 8.

    As there and in Optimisers.jl with `beta[1]` in the second moment's correction (PyTorch leaves it out).

    >>> NAdam()
    NAdam(eta=0.001, beta=(0.9, 0.999), epsilon=1e-08)
    """

    def apply(self, state: Any, x: Any, dx: Any) -> tuple[Any, Any]:
        first, second, powers = self._moments(state, dx)
        beta = self.beta[0]
        ahead = beta / (1 - beta * powers[0]) * first + (1 - beta) / (1 - powers[0]) * dx
        scale = np.sqrt(second * (self.beta[1] / (1 - powers[1]))) + self.epsilon
        return (first, second, self._powers(powers)), self.eta * ahead / scale


@dataclass(frozen=True)
class AdamW(Adam):
    """Adam with weight decay beside the gradient: Loshchilov and Hutter, arXiv:1711.05101, algorithm 2.

    `couple=True` multiplies the decay by `eta`, as PyTorch does; `False` follows the paper.

    >>> AdamW()
    AdamW(eta=0.001, beta=(0.9, 0.999), epsilon=1e-08, decay=0.0, couple=True)
    """

    decay: float = 0.0
    couple: bool = True

    def apply(self, state: Any, x: Any, dx: Any) -> tuple[Any, Any]:
        state, step = super().apply(state, x, dx)
        return state, step + (self.eta * self.decay if self.couple else self.decay) * x


@dataclass(frozen=True)
class AdaBelief(Adam):
    """Adam with the spread of gradients about their mean: Zhuang et al., arXiv:2010.07468, algorithm 2.

    >>> AdaBelief()
    AdaBelief(eta=0.001, beta=(0.9, 0.999), epsilon=1e-16)
    """

    epsilon: float = 1e-16

    def _moments(self, state: Any, dx: Any) -> Any:
        first, second, powers = state
        first = _mean(first, dx, self.beta[0])
        return first, _mean(second, _abs2(dx - first), self.beta[1]) + self.epsilon, powers


@dataclass(frozen=True)
class Lion(Rule):
    """The sign of a momentum: Chen et al., arXiv:2302.06675, algorithm 2, without its weight decay.

    >>> Lion()
    Lion(eta=0.001, beta=(0.9, 0.999))
    """

    eta: float = 0.001
    beta: tuple[float, float] = (0.9, 0.999)

    def init(self, x: Any) -> Any:
        return np.zeros_like(x)

    def apply(self, state: Any, x: Any, dx: Any) -> tuple[Any, Any]:
        return _mean(state, dx, self.beta[1]), self.eta * np.sign(_mean(state, dx, self.beta[0]))


@dataclass(frozen=True)
class Rprop(Rule):
    """A step size for each entry, from signs alone, for whole batches: Riedmiller and Braun (1993).

    `ell`: factors after a change of sign and without; `gamma`: the smallest and the largest step.

    >>> Rprop()
    Rprop(eta=0.001, ell=(0.5, 1.2), gamma=(1e-06, 50.0))
    """

    eta: float = 0.001
    ell: tuple[float, float] = (0.5, 1.2)
    gamma: tuple[float, float] = (1e-6, 50.0)

    def init(self, x: Any) -> Any:
        return np.zeros_like(x), np.zeros_like(x) + self.eta

    def apply(self, state: Any, x: Any, dx: Any) -> tuple[Any, Any]:
        _must_be_real("Rprop", dx)
        before, size = state
        agree = before * dx
        factor = np.where(agree > 0, self.ell[1], np.where(agree < 0, self.ell[0], 1)).astype(size.dtype)
        size = np.clip(size * factor, *self.gamma)
        dx = np.where(agree < 0, 0, dx)
        return (dx, size), size * np.sign(dx)


@dataclass(frozen=True)
class SignDecay(Rule):
    """Adds `decay * sign(x)` to the gradient: the derivative of an L1 penalty.

    >>> SignDecay()
    SignDecay(decay=0.001)
    """

    decay: float = 1e-3

    def apply(self, state: Any, x: Any, dx: Any) -> tuple[Any, Any]:
        return state, dx + self.decay * np.sign(x)


@dataclass(frozen=True)
class WeightDecay(Rule):
    """Adds `decay * x` to the gradient: the derivative of an L2 penalty.

    >>> WeightDecay()
    WeightDecay(decay=0.0005)
    """

    decay: float = 5e-4

    def apply(self, state: Any, x: Any, dx: Any) -> tuple[Any, Any]:
        return state, dx + self.decay * x


@dataclass(frozen=True)
class ClipGrad(Rule):
    """Each entry of the gradient between `-delta` and `delta`.

    >>> apply(ClipGrad(1.0), None, np.ones(2), np.array([3.0, -0.5]))[1]
    array([ 1. , -0.5])
    """

    delta: float = 10.0

    def apply(self, state: Any, x: Any, dx: Any) -> tuple[Any, Any]:
        _must_be_real("ClipGrad", dx)
        return state, np.clip(dx, -self.delta, self.delta)


@dataclass(frozen=True)
class ClipNorm(Rule):
    """The gradient of each array scaled down so that its `p`-norm, over all entries, is at most `omega`.

    Raises `FloatingPointError` if the norm is infinite or NaN, unless `throw=False`.

    >>> apply(ClipNorm(1.0), None, np.ones(2), np.array([3.0, -4.0]))[1]
    array([ 0.6, -0.8])
    """

    omega: float = 10.0
    p: float = 2.0
    throw: bool = True

    def apply(self, state: Any, x: Any, dx: Any) -> tuple[Any, Any]:
        norm = float(np.linalg.norm(np.ravel(dx), self.p))
        if self.throw and not math.isfinite(norm):
            raise FloatingPointError(
                f"ClipNorm: the {self.p}-norm of a gradient of shape {np.shape(dx)} is {norm}. "
                "Look for what made it so, or pass throw=False."
            )
        return state, dx * min(1.0, self.omega / norm) if norm > 0 else dx


@dataclass(frozen=True)
class AccumGrad(Rule):
    """The mean of `n` gradients every `n`-th step, and nothing in between.

    Stands first in an `OptimiserChain`, which then leaves the rules behind it alone in between.

    >>> apply(AccumGrad(2), init(AccumGrad(2), np.ones(1)), np.ones(1), np.ones(1))
    ((array([0.5]), 1), None)
    """

    n: int

    def init(self, x: Any) -> Any:
        return np.zeros_like(x), 0

    def apply(self, state: Any, x: Any, dx: Any) -> tuple[Any, Any]:
        total, count = state
        total, count = total + dx / self.n, count + 1
        return ((total, count), None) if count < self.n else ((np.zeros_like(total), 0), total)


@dataclass(frozen=True, init=False)
class OptimiserChain(Rule):
    """Rules one after the other: each gets the step of the one before it as its gradient.

    >>> rule = OptimiserChain(WeightDecay(0.1), Descent(0.5))
    >>> apply(rule, init(rule, np.ones(1)), np.ones(1), np.ones(1))[1]
    array([0.55])
    """

    rules: tuple[Rule, ...]

    def __init__(self, *rules: Rule) -> None:
        object.__setattr__(self, "rules", rules)

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
class Muon(Rule):
    """Momentum made orthogonal, for matrices: Jordan et al., Muon (2024). Other arrays are given to `opt`.

    An array of more than two axes counts as a matrix of its first axis by the rest. `fallback(x)` true gives an
    array to `opt`, for instance an embedding.

    >>> rule = Muon()
    >>> apply(rule, init(rule, np.eye(2)), np.eye(2), np.eye(2))[1].shape
    (2, 2)
    """

    opt: Rule = AdamW(eta=3e-4, beta=(0.9, 0.95), decay=0.01)
    eta: float = 0.02
    mu: float = 0.95
    decay: float = 0.01
    fallback: Callable[[Any], bool] | None = None

    def _falls_back(self, x: Any) -> bool:
        return np.ndim(x) < 2 or (self.fallback is not None and self.fallback(x))

    def init(self, x: Any) -> Any:
        return self.opt.init(x) if self._falls_back(x) else np.zeros_like(x)

    def apply(self, state: Any, x: Any, dx: Any) -> tuple[Any, Any]:
        if self._falls_back(x):
            return self.opt.apply(state, x, dx)
        velocity = self.mu * state + dx
        matrix = self.mu * velocity + dx
        matrix = matrix.reshape(len(x), math.prod(np.shape(x)[1:]))  # not -1, which an array without entries forbids
        scale = math.sqrt(max(1.0, matrix.shape[0] / max(1, matrix.shape[1])))
        step = scale * _orthogonal(matrix).reshape(x.shape)
        return velocity, self.eta * (step + self.decay * x)


def _orthogonal(g: Any) -> Any:
    """Roughly the nearest matrix with orthonormal rows or columns: (n, m) -> (n, m)."""
    if g.shape[0] > g.shape[1]:
        return _orthogonal(g.conj().T).conj().T
    a, b, c = _QUINTIC
    g = g / max(float(np.linalg.norm(g)), 1e-7)
    for _ in range(_QUINTIC_STEPS):
        square = g @ g.conj().T
        g = a * g + (b * square + c * square @ square) @ g
    return g
