"""Momentum made orthogonal, for matrices."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from tracker.optim.adam import AdamW
from tracker.optim.rule import NOT_NEGATIVE, PART, Range, Rule, must_be_rule

# Quintic Newton-Schulz iteration: Jordan et al., Muon: An optimizer for hidden layers in neural networks (2024)
_QUINTIC = 3.4445, -4.7750, 2.0315
_QUINTIC_STEPS = 5


@dataclass(frozen=True)
class Muon(Rule):
    """Momentum made orthogonal, for matrices: Jordan et al., Muon (2024). Other arrays are given to `opt`.

    An array of more than two axes counts as a matrix of its first axis by the rest; a vector, or a matrix of one
    column, is given to `opt`, as is what `fallback(x)` says, for instance an embedding. `optim.adjust` of `eta` keeps
    the ratio of both learning rates.

    >>> rule = Muon()
    >>> rule.apply(rule.init(np.eye(2)), np.eye(2), np.eye(2))[1].shape
    (2, 2)
    """

    fixed: ClassVar[frozenset[str]] = frozenset({"opt", "fallback"})
    opt: Rule = AdamW(eta=3e-4, beta=(0.9, 0.95), decay=0.01)  # noqa: RUF009  (frozen: may be shared)
    ranges: ClassVar[Mapping[str, Range]] = {"mu": PART, "decay": NOT_NEGATIVE}
    eta: float = 0.02
    mu: float = 0.95
    decay: float = 0.01
    fallback: Callable[[Any], bool] | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        must_be_rule("opt of Muon is a rule", self.opt)

    def _falls_back(self, x: Any) -> bool:
        return _columns(x) == 1 or (self.fallback is not None and self.fallback(x))

    def init(self, x: Any) -> Any:
        return self.opt.init(x) if self._falls_back(x) else np.zeros_like(x)

    def apply(self, state: Any, x: Any, dx: Any) -> tuple[Any, Any]:
        if self._falls_back(x):
            return self.opt.apply(state, x, dx)
        velocity = self.mu * state + dx
        matrix = self.mu * velocity + dx
        matrix = matrix.reshape(len(x), _columns(x))  # not -1, which an array without entries forbids
        scale = math.sqrt(max(1.0, matrix.shape[0] / max(1, matrix.shape[1])))
        step = scale * _orthogonal(matrix).reshape(x.shape)
        return velocity, self.eta * (step + self.decay * x)


def _columns(x: Any) -> int:
    return math.prod(np.shape(x)[1:])


def _orthogonal(g: Any) -> Any:
    """Roughly the nearest matrix with orthonormal rows or columns: (n, m) -> (n, m)."""
    if g.shape[0] > g.shape[1]:
        return _orthogonal(g.conj().T).conj().T
    a, b, c = _QUINTIC
    norm = np.linalg.norm(g)
    g = g / (norm if norm > 1e-7 else 1e-7)
    for _ in range(_QUINTIC_STEPS):
        square = g @ g.conj().T
        g = a * g + (b * square + c * square @ square) @ g
    return g
