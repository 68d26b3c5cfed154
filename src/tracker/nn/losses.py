"""Losses: of predictions and targets of one shape, brought together by `agg` (the mean; None: left apart)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from tracker.nn.activations import softplus
from tracker.nn.softmax import log_softmax

Agg = Callable[[Any], Any] | None


def _agg(agg: Agg, x: Any) -> Any:
    return x if agg is None else agg(x)


def _check(y: Any, target: Any) -> None:
    if np.shape(y) != np.shape(target):
        raise ValueError(f"predictions {np.shape(y)} and targets {np.shape(target)} must have the same shape.")


def _xlogy(x: Any, y: Any) -> Any:
    """x log(y), 0 where x is."""
    zero = x == 0
    return np.where(zero, 0 * x, x * np.log(np.where(zero, 1, y)))


def mse(y: Any, target: Any, *, agg: Agg = np.mean) -> Any:
    """(y - target)^2. Raises `ValueError`, as all losses do, if the shapes differ.

    >>> float(mse(np.array([1.0, 3.0]), np.zeros(2)))
    5.0
    """
    _check(y, target)
    return _agg(agg, (y - target) ** 2)


def mae(y: Any, target: Any, *, agg: Agg = np.mean) -> Any:
    """abs(y - target).

    >>> float(mae(np.array([1.0, -3.0]), np.zeros(2)))
    2.0
    """
    _check(y, target)
    return _agg(agg, np.abs(y - target))


def huber(y: Any, target: Any, *, delta: float = 1.0, agg: Agg = np.mean) -> Any:
    """Half the squared error up to `delta`, linear beyond: Huber (1964).

    >>> float(huber(np.array([3.0]), np.zeros(1)))
    2.5
    """
    _check(y, target)
    error = np.abs(y - target)
    near = np.minimum(error, delta)
    return _agg(agg, near * (error - 0.5 * near))


def crossentropy(p: Any, target: Any, *, axis: int = -1, agg: Agg = np.mean) -> Any:
    """-sum(target * log(p)) along `axis`, for probabilities p; 0 where the target is.

    >>> float(crossentropy(np.array([0.0, 1.0]), np.array([0.0, 1.0]))) == 0.0
    True
    """
    _check(p, target)
    return _agg(agg, -np.sum(_xlogy(target, p), axis=axis))


def logit_crossentropy(scores: Any, target: Any, *, axis: int = -1, agg: Agg = np.mean) -> Any:
    """`crossentropy` of softmax(scores), for scores of any size.

    >>> float(logit_crossentropy(np.array([1000.0, 0.0]), np.array([0.0, 1.0])))
    1000.0
    """
    _check(scores, target)
    return _agg(agg, -np.sum(target * log_softmax(scores, axis=axis), axis=axis))


def binary_crossentropy(p: Any, target: Any, *, agg: Agg = np.mean) -> Any:
    """-target log(p) - (1 - target) log(1 - p), for probabilities p.

    >>> float(binary_crossentropy(np.array([1.0]), np.array([1.0]))) == 0.0
    True
    """
    _check(p, target)
    return _agg(agg, -_xlogy(target, p) - _xlogy(1 - target, 1 - p))


def logit_binary_crossentropy(scores: Any, target: Any, *, agg: Agg = np.mean) -> Any:
    """`binary_crossentropy` of sigmoid(scores), for scores of any size.

    >>> float(logit_binary_crossentropy(np.array([-1000.0]), np.array([1.0])))
    1000.0
    """
    _check(scores, target)
    return _agg(agg, softplus(scores) - target * scores)


def kl_divergence(p: Any, target: Any, *, axis: int = -1, agg: Agg = np.mean) -> Any:
    """sum(target * log(target / p)) along `axis`.

    >>> float(kl_divergence(np.array([0.5, 0.5]), np.array([0.5, 0.5])))
    0.0
    """
    _check(p, target)
    return _agg(agg, np.sum(_xlogy(target, target) - _xlogy(target, p), axis=axis))


def poisson(y: Any, target: Any, *, agg: Agg = np.mean) -> Any:
    """y - target * log(y): the likelihood of counts `target` at the rate y, without its constant.

    >>> float(poisson(np.array([1.0]), np.array([3.0])))
    1.0
    """
    _check(y, target)
    return _agg(agg, y - _xlogy(target, y))
