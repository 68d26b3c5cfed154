"""Random zeros, from a generator that the caller holds."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from tracker.nn.activations import _SELU_ALPHA, _SELU_SCALE


def _kept(rng: np.random.Generator, x: Any, p: float, axis: Any) -> Any:
    """Which entries stay; along axes other than `axis` all alike."""
    if not 0 <= p < 1:
        raise ValueError(f"dropout takes a probability p with 0 <= p < 1; it was given {p}.")
    axes = range(x.ndim) if axis is None else [a % x.ndim for a in ((axis,) if isinstance(axis, int) else axis)]
    return rng.random([n if a in axes else 1 for a, n in enumerate(x.shape)], dtype=np.float32) >= p


def dropout(rng: np.random.Generator, x: Any, p: float, axis: Any = None) -> Any:
    """x with each entry zero with probability p, the others over 1 - p. The mask varies along `axis` only.

    Raises `ValueError` unless 0 <= p < 1. Srivastava et al. (2014), section 4.

    >>> dropout(np.random.default_rng(0), np.array([1.0, 2.0]), 0.0)
    array([1., 2.])
    """
    return np.where(_kept(rng, x, p, axis), x * (1 / (1 - p)), 0)


def alpha_dropout(rng: np.random.Generator, x: Any, p: float, axis: Any = None) -> Any:
    """`dropout` that keeps mean 0 and variance 1, for `selu`: Klambauer et al. (2017), section 3.

    >>> alpha_dropout(np.random.default_rng(0), np.ones(2), 0.0)
    array([1., 1.])
    """
    low = -_SELU_ALPHA * _SELU_SCALE
    scale = 1 / math.sqrt((1 - p) * (1 + p * low * low)) if 0 <= p < 1 else 1.0
    return scale * np.where(_kept(rng, x, p, axis), x, low) - scale * p * low
