"""Dropout as layers: nothing in testing, `dropout` in training."""

from __future__ import annotations

from typing import Any

import numpy as np

from tracker.nn.dropout import alpha_dropout, check_probability, dropout
from tracker.tree import static, struct


def _given(rng: np.random.Generator | None, layer: Any) -> np.random.Generator:
    if not isinstance(rng, np.random.Generator):
        raise TypeError(f"{type(layer).__name__} needs a generator in training: nn.training(model, x, state, rng).")
    return rng


@struct
class Dropout:
    """x in testing; in training, `layer.training(x, None, rng)`, entries are zero with probability p: see `dropout`.

    >>> Dropout(0.5)(np.ones(3))
    array([1., 1., 1.])
    >>> Dropout(0.5).training(np.ones(3), None, np.random.default_rng(1))[0]
    array([0., 2., 2.])
    """

    p: float = static()
    axis: Any = static(default=None)

    def __post_init__(self) -> None:
        check_probability(self.p)

    def __call__(self, x: Any) -> Any:
        return x

    def training(self, x: Any, state: None, rng: np.random.Generator | None) -> tuple[Any, None]:
        return self._drop(_given(rng, self), x, self.p, self.axis), None

    _drop = staticmethod(dropout)


@struct
class AlphaDropout(Dropout):
    """`alpha_dropout` in training, nothing in testing, as `Dropout`.

    >>> AlphaDropout(0.5)(np.ones(3))
    array([1., 1., 1.])
    """

    _drop = staticmethod(alpha_dropout)
