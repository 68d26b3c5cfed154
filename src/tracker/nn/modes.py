"""Testing and training: what some layers do otherwise in training, with what they need given and given back.

`layer(x)` is testing. Training is `y, state = training(layer, x, state, rng)`: a layer that has a method `training`
gets the state it began or left with and a generator; all others just run. Nothing is remembered or drawn elsewhere.
"""

from __future__ import annotations

from typing import Any

import numpy as np


def states(layer: Any) -> Any:
    """The state with which training of `layer` begins, None if it has none; a container's is like its layers.

    >>> from tracker import nn
    >>> states(nn.Chain(np.tanh, nn.BatchNorm(1)))[1].var
    array([1.], dtype=float32)
    """
    return layer.states() if hasattr(layer, "states") else None


def evaluate(layer: Any, x: Any, state: Any = None) -> Any:
    """The result of `layer` in testing, with the state that training left: `layer(x, state)`, or `layer(x)` for None.

    >>> evaluate(np.tanh, 0.0)
    np.float64(0.0)
    """
    return layer(x) if state is None else layer(x, state)


def training(layer: Any, x: Any, state: Any = None, rng: np.random.Generator | None = None) -> tuple[Any, Any]:
    """`(y, state)` of `layer` in training. States carry no gradient.

    >>> from tracker import nn
    >>> model = nn.Chain(nn.Dropout(0.5), nn.BatchNorm(1))
    >>> y, state = training(model, np.ones((4, 1), np.float32), states(model), np.random.default_rng(0))
    >>> round(float(state[1].mean[0]), 2)
    0.15
    """
    return layer.training(x, state, rng) if hasattr(layer, "training") else (layer(x), None)
