"""Random zeros, from a generator that the caller holds."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.lib.array_utils import normalize_axis_tuple

from tracker.nn.activations import _SELU_ALPHA, _SELU_SCALE


def check_probability(p: float) -> None:
    """Raise `ValueError` unless 0 <= p < 1.

    >>> check_probability(0.5)
    """
    if not 0 <= p < 1:
        raise ValueError(f"dropout takes a probability p with 0 <= p < 1; it was given {p}.")


def _kept(rng: np.random.Generator, x: Any, p: float, axis: Any) -> Any:
    """Which entries stay; along axes other than `axis` all alike."""
    if not isinstance(rng, np.random.Generator):
        raise TypeError(
            f"dropout takes (rng, x, p), rng = np.random.default_rng(0); it was given {type(rng).__name__}."
        )
    check_probability(p)
    axes = range(x.ndim) if axis is None else normalize_axis_tuple(axis, x.ndim, "axis")
    return rng.random([n if a in axes else 1 for a, n in enumerate(x.shape)], dtype=np.float32) >= p


def dropout(rng: np.random.Generator, x: Any, p: float, axis: Any = None) -> Any:
    """x with each entry zero with probability p, the others over 1 - p. The mask varies along `axis` only.

    Raises `ValueError` unless 0 <= p < 1, and for an axis that x has not. Srivastava et al. (2014), section 4.

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


def rrelu(rng: np.random.Generator, x: Any, low: float = 1 / 8, high: float = 1 / 3) -> Any:
    """x where it is positive, elsewhere x times a slope drawn for each entry: Xu et al. (2015), section 2.4.

    In testing use `leaky_relu` with the slope (low + high) / 2. Raises `ValueError` unless low <= high.

    >>> rrelu(np.random.default_rng(0), np.array([-1.0, 2.0]), 0.5, 0.5)
    array([-0.5,  2. ])
    """
    if not low <= high:
        raise ValueError(f"rrelu takes low <= high; it was given {low} and {high}.")
    return np.where(x > 0, x, rng.uniform(low, high, x.shape).astype(x.dtype) * x)
