"""Losses for classes of very different size: focal, dice, Tversky."""

from __future__ import annotations

from typing import Any

import numpy as np

from tracker.nn.losses import (
    Agg,
    aggregate,
    check_alike,
    check_labels,
    check_not_negative,
    check_probabilities,
    xlogy,
)


def focal(p: Any, target: Any, *, gamma: float = 2.0, axis: int = -1, agg: Agg = np.mean) -> Any:
    """-sum(target (1 - p)^gamma log(p)) along `axis`, for probabilities p: Lin et al. (2017), eq. 4.

    >>> round(float(focal(np.array([0.5, 0.5]), np.array([0.0, 1.0]), gamma=1.0)), 6)  # log(2) / 2
    0.346574
    """
    check_alike(p, target)
    check_probabilities("focal", p)
    return aggregate(agg, -np.sum(xlogy(target * (1 - p) ** gamma, p), axis=axis))


def binary_focal(p: Any, target: Any, *, gamma: float = 2.0, agg: Agg = np.mean) -> Any:
    """-target (1 - p)^gamma log(p) - (1 - target) p^gamma log(1 - p), for probabilities p.

    >>> round(float(binary_focal(np.array([0.5]), np.array([0.0]), gamma=1.0)), 6)  # log(2) / 2
    0.346574
    """
    check_alike(p, target)
    check_probabilities("binary_focal", p)
    check_labels("binary_focal", target)
    return aggregate(agg, -xlogy(target * (1 - p) ** gamma, p) - xlogy((1 - target) * p**gamma, 1 - p))


def dice(p: Any, target: Any, *, smooth: float = 1.0, axis: Any = None, agg: Agg = np.mean) -> Any:
    """1 - (2 sum(p target) + smooth) / (sum(p^2) + sum(target^2) + smooth) along `axis`: Milletari et al. (2016).

    Raises `ValueError` for a p below 0, as `tversky` does.

    >>> float(dice(np.array([0.0, 0.0]), np.array([1.0, 1.0]), smooth=2.0))
    0.5
    """
    check_alike(p, target)
    check_not_negative("dice", "shares", p, "Of scores take nn.softmax or nn.sigmoid first.")
    shared = np.sum(p * target, axis=axis)
    whole = np.sum(p * p, axis=axis) + np.sum(target * target, axis=axis)
    return aggregate(agg, 1 - (2 * shared + smooth) / (whole + smooth))


def tversky(
    p: Any, target: Any, *, beta: float = 0.7, smooth: float = 1.0, axis: Any = None, agg: Agg = np.mean
) -> Any:
    """`dice` that weighs what is missed by `beta`, false alarms by 1 - beta: Salehi et al. (2017), eq. 3.

    >>> float(tversky(np.array([1.0, 0.0]), np.array([1.0, 1.0]), beta=1.0, smooth=0.0))
    0.5
    """
    check_alike(p, target)
    check_not_negative("tversky", "shares", p, "Of scores take nn.softmax or nn.sigmoid first.")
    shared = np.sum(p * target, axis=axis)
    wrong = beta * np.sum((1 - p) * target, axis=axis) + (1 - beta) * np.sum(p * (1 - target), axis=axis)
    return aggregate(agg, 1 - (shared + smooth) / (shared + wrong + smooth))
