"""Losses with a margin: nothing is lost on what is right by more than that."""

from __future__ import annotations

from typing import Any

import numpy as np

from tracker._arrays import handles
from tracker.nn.activations import relu
from tracker.nn.losses import Agg, aggregate, check_alike, check_labels


def _check_signs(loss: str, target: Any) -> None:
    if np.any(handles.plain(target) == 0):
        raise ValueError(f"{loss} takes targets -1 and 1; there is a 0. Of labels 0 and 1 take 2 * target - 1.")


def hinge(y: Any, target: Any, *, margin: float = 1.0, agg: Agg = np.mean) -> Any:
    """max(0, margin - y * target) for scores y and targets -1 and 1. Cortes & Vapnik (1995).

    Raises `ValueError` for a target of 0, as `squared_hinge` does: a label 0 or 1 has to be made a sign first.

    >>> float(hinge(np.array([2.0, 0.5]), np.array([1.0, -1.0])))
    0.75
    """
    check_alike(y, target)
    _check_signs("hinge", target)
    return aggregate(agg, relu(margin - y * target))


def squared_hinge(y: Any, target: Any, *, margin: float = 1.0, agg: Agg = np.mean) -> Any:
    """The square of `hinge`, smooth at the margin.

    >>> float(squared_hinge(np.array([2.0, 1.0]), np.array([1.0, -1.0])))
    2.0
    """
    check_alike(y, target)
    _check_signs("squared_hinge", target)
    return aggregate(agg, relu(margin - y * target) ** 2)


def siamese_contrastive(distance: Any, target: Any, *, margin: float = 1.0, agg: Agg = np.mean) -> Any:
    """(1 - target) d^2 + target max(0, margin - d)^2 for distances d of pairs, target 1 where they differ.

    Hadsell, Chopra & LeCun (2006), eq. 4, without its halves.

    >>> float(siamese_contrastive(np.array([0.5, 0.5]), np.array([0.0, 1.0])))
    0.25
    """
    check_alike(distance, target)
    check_labels("siamese_contrastive", target)
    return aggregate(agg, (1 - target) * distance**2 + target * relu(margin - distance) ** 2)
