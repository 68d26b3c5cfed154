"""Losses: of predictions and targets of one shape, brought together by `agg` (the mean; None: left apart)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from tracker.nn.activations import softplus
from tracker.nn.softmax import log_softmax

Agg = Callable[[Any], Any] | None


def aggregate(agg: Agg, x: Any) -> Any:
    """What `agg` makes of the losses x."""
    return x if agg is None else agg(x)


def check_alike(y: Any, target: Any) -> None:
    """Raise `ValueError` unless the shapes are the same: broadcasting would hide a mistake."""
    if np.shape(y) != np.shape(target):
        raise ValueError(f"predictions {np.shape(y)} and targets {np.shape(target)} must have the same shape.")


def xlogy(x: Any, y: Any) -> Any:
    """x log(y), 0 where x is."""
    zero = x == 0
    return np.where(zero, 0 * x, x * np.log(np.where(zero, 1, y)))


def mse(y: Any, target: Any, *, agg: Agg = np.mean) -> Any:
    """(y - target)^2. Raises `ValueError`, as all losses do, if the shapes differ.

    >>> float(mse(np.array([1.0, 3.0]), np.zeros(2)))
    5.0
    """
    check_alike(y, target)
    return aggregate(agg, (y - target) ** 2)


def mae(y: Any, target: Any, *, agg: Agg = np.mean) -> Any:
    """abs(y - target).

    >>> float(mae(np.array([1.0, -3.0]), np.zeros(2)))
    2.0
    """
    check_alike(y, target)
    return aggregate(agg, np.abs(y - target))


def huber(y: Any, target: Any, *, delta: float = 1.0, agg: Agg = np.mean) -> Any:
    """Half the squared error up to `delta`, linear beyond: Huber (1964).

    >>> float(huber(np.array([3.0]), np.zeros(1)))
    2.5
    """
    check_alike(y, target)
    error = np.abs(y - target)
    near = np.minimum(error, delta)
    return aggregate(agg, near * (error - 0.5 * near))


def msle(y: Any, target: Any, *, eps: float = 1e-7, agg: Agg = np.mean) -> Any:
    """(log(target + eps) - log(y + eps))^2, for numbers that are not negative.

    >>> float(msle(np.array([1.0]), np.array([np.e]), eps=0.0))
    1.0
    """
    check_alike(y, target)
    return aggregate(agg, (np.log(target + eps) - np.log(y + eps)) ** 2)


def label_smoothing(target: Any, amount: float, *, axis: int | None = -1) -> Any:
    """Targets (..., classes) along `axis` moved by `amount` towards 1 / classes; None: towards 1/2, for two classes.

    Raises `ValueError` unless 0 <= amount < 1. Szegedy et al. (2016), section 7.

    >>> label_smoothing(np.array([0.0, 1.0]), 0.5)
    array([0.25, 0.75])
    """
    if not 0 <= amount < 1:
        raise ValueError(f"label_smoothing takes an amount with 0 <= amount < 1; it was given {amount}.")
    return target * (1 - amount) + amount / (2 if axis is None else target.shape[axis])


def crossentropy(p: Any, target: Any, *, axis: int = -1, agg: Agg = np.mean) -> Any:
    """-sum(target * log(p)) along `axis`, for probabilities p; 0 where the target is.

    >>> float(crossentropy(np.array([0.0, 1.0]), np.array([0.0, 1.0]))) == 0.0
    True
    """
    check_alike(p, target)
    return aggregate(agg, -np.sum(xlogy(target, p), axis=axis))


def logit_crossentropy(scores: Any, target: Any, *, axis: int = -1, agg: Agg = np.mean) -> Any:
    """`crossentropy` of softmax(scores), for scores of any size.

    >>> float(logit_crossentropy(np.array([1000.0, 0.0]), np.array([0.0, 1.0])))
    1000.0
    """
    check_alike(scores, target)
    return aggregate(agg, -np.sum(target * log_softmax(scores, axis=axis), axis=axis))


def binary_crossentropy(p: Any, target: Any, *, agg: Agg = np.mean) -> Any:
    """-target log(p) - (1 - target) log(1 - p), for probabilities p.

    >>> float(binary_crossentropy(np.array([1.0]), np.array([1.0]))) == 0.0
    True
    """
    check_alike(p, target)
    return aggregate(agg, -xlogy(target, p) - xlogy(1 - target, 1 - p))


def logit_binary_crossentropy(scores: Any, target: Any, *, agg: Agg = np.mean) -> Any:
    """`binary_crossentropy` of sigmoid(scores), for scores of any size.

    >>> float(logit_binary_crossentropy(np.array([-1000.0]), np.array([1.0])))
    1000.0
    """
    check_alike(scores, target)
    return aggregate(agg, softplus(scores) - target * scores)


def kl_divergence(p: Any, target: Any, *, axis: int = -1, agg: Agg = np.mean) -> Any:
    """sum(target * log(target / p)) along `axis`.

    >>> float(kl_divergence(np.array([0.5, 0.5]), np.array([0.5, 0.5])))
    0.0
    """
    check_alike(p, target)
    return aggregate(agg, np.sum(xlogy(target, target) - xlogy(target, p), axis=axis))


def poisson(y: Any, target: Any, *, agg: Agg = np.mean) -> Any:
    """y - target * log(y): the likelihood of counts `target` at the rate y, without its constant.

    >>> float(poisson(np.array([1.0]), np.array([3.0])))
    1.0
    """
    check_alike(y, target)
    return aggregate(agg, y - xlogy(target, y))
