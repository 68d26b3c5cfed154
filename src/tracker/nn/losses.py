"""Losses: of predictions and targets of one shape, brought together by `agg` (the mean; None: left apart)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import numpy as np

from tracker._arrays import handles
from tracker.nn.activations import softplus
from tracker.nn.embedding import as_whole, check_whole
from tracker.nn.softmax import log_softmax

Agg = Callable[[Any], Any] | None

_ROUNDING: Final = 1e-3  # of float16: how far outside numbers may be


def aggregate(agg: Agg, x: Any) -> Any:
    """What `agg` makes of the losses x."""
    return x if agg is None else agg(x)


def masked(mask: Any, agg: Callable[[Any], Any] = np.mean) -> Callable[[Any], Any]:
    """An `agg` of those losses alone where `mask`, boolean and of their shape, is true; the others do not count.

    Raises `TypeError` for a mask that is not boolean, `ValueError` if it is true nowhere or of another shape.

    >>> y, target = np.array([1.0, 3.0, np.nan]), np.zeros(3)
    >>> float(mse(y, target, agg=masked(np.array([True, True, False]))))
    5.0
    """
    mask = np.asarray(mask)
    if mask.dtype != np.bool:
        raise TypeError(f"a mask is boolean, true where losses count; it was given as {mask.dtype}.")
    if not np.any(mask):
        raise ValueError("this mask leaves nothing: it is true nowhere.")

    def chosen(x: Any) -> Any:
        if np.shape(x) != mask.shape:
            raise ValueError(f"losses of shape {np.shape(x)} were given a mask of shape {mask.shape}.")
        return agg(x[mask])

    return chosen


def check_alike(y: Any, target: Any) -> None:
    """Raise `ValueError` unless the shapes are the same: broadcasting would hide a mistake."""
    if np.shape(y) != np.shape(target):
        raise ValueError(f"predictions {np.shape(y)} and targets {np.shape(target)} must have the same shape.")


def difference(y: Any, target: Any) -> Any:
    """y - target; whole numbers, which could wrap around, as real ones. Raises as `check_alike` does."""
    check_alike(y, target)
    if all(getattr(x, "dtype", None) is not None and x.dtype.kind in "biu" for x in (y, target)):
        return np.subtract(y, target, dtype=np.float64)
    return y - target


def check_not_negative(loss: str, what: str, x: Any, remedy: str) -> None:
    """Raise `ValueError` for an array with numbers below 0; NaN passes."""
    x = handles.plain(x)
    if isinstance(x, np.ndarray) and x.size and np.min(x) < -_ROUNDING:
        raise ValueError(f"{loss} takes {what} that are not negative; there is {np.min(x):g}. {remedy}")


def _check_part(loss: str, what: str, x: Any, remedy: str) -> None:
    x = handles.plain(x)
    if isinstance(x, np.ndarray) and x.size and (np.min(x) < -_ROUNDING or np.max(x) > 1 + _ROUNDING):
        raise ValueError(f"{loss} takes {what} from 0 to 1; there are {np.min(x):g} to {np.max(x):g}. {remedy}")


def check_probabilities(loss: str, p: Any, remedy: str = "Of scores take nn.softmax or nn.sigmoid first.") -> None:
    """Raise `ValueError` for what is no probability: scores, for which a loss may still be a number.

    >>> check_probabilities("dice", np.array([0.5, 2.0]))
    Traceback (most recent call last):
    ValueError: dice takes probabilities from 0 to 1; there are 0.5 to 2. Of scores take nn.softmax or nn.sigmoid first.
    """
    _check_part(loss, "probabilities", p, remedy)


def check_labels(loss: str, target: Any) -> None:
    """Raise `ValueError` for targets outside 0 to 1."""
    _check_part(loss, "targets", target, "Of labels -1 and 1 take (target + 1) / 2.")


def xlogy(x: Any, y: Any) -> Any:
    """x log(y), 0 where x is; its derivative by x there is log(y) where that is finite, else 0."""
    return _times_log(x, y, (x == 0) & ~((y > 0) & (y < np.inf)))


def _times_log(x: Any, y: Any, without: Any) -> Any:
    return np.where(without, 0 * x, x * np.log(np.where(without, 1, y)))


def mse(y: Any, target: Any, *, agg: Agg = np.mean) -> Any:
    """(y - target)^2. Raises `ValueError`, as all losses do, if the shapes differ.

    >>> float(mse(np.array([1.0, 3.0]), np.zeros(2)))
    5.0
    """
    return aggregate(agg, difference(y, target) ** 2)


def mae(y: Any, target: Any, *, agg: Agg = np.mean) -> Any:
    """abs(y - target).

    >>> float(mae(np.array([1.0, -3.0]), np.zeros(2)))
    2.0
    """
    return aggregate(agg, np.abs(difference(y, target)))


def huber(y: Any, target: Any, *, delta: float = 1.0, agg: Agg = np.mean) -> Any:
    """Half the squared error up to `delta`, linear beyond: Huber (1964). Raises `ValueError` for a delta below 0.

    >>> float(huber(np.array([3.0]), np.zeros(1)))
    2.5
    """
    if delta < 0:
        raise ValueError(f"huber takes a delta of at least 0; it was given {delta}.")
    error = np.abs(difference(y, target))
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

    Raises `ValueError` unless 0 <= amount < 1 and targets are from 0 to 1. Szegedy et al. (2016), section 7.

    >>> label_smoothing(np.array([0.0, 1.0]), 0.5)
    array([0.25, 0.75])
    """
    if not 0 <= amount < 1:
        raise ValueError(f"label_smoothing takes an amount with 0 <= amount < 1; it was given {amount}.")
    check_labels("label_smoothing", target)
    return target * (1 - amount) + amount / (2 if axis is None else target.shape[axis])


def crossentropy(p: Any, target: Any, *, axis: int = -1, agg: Agg = np.mean) -> Any:
    """-sum(target * log(p)) along `axis`, for probabilities p; 0 where the target is.

    Raises `ValueError` for a p that is no probability, as all losses of probabilities do.

    >>> float(crossentropy(np.array([0.0, 1.0]), np.array([0.0, 1.0]))) == 0.0
    True
    """
    check_alike(p, target)
    check_probabilities("crossentropy", p, "Of scores take logit_crossentropy.")
    return aggregate(agg, -np.sum(xlogy(target, p), axis=axis))


def logit_crossentropy(scores: Any, target: Any, *, axis: int = -1, agg: Agg = np.mean) -> Any:
    """`crossentropy` of softmax(scores), for scores of any size; a score of -inf is a class that can't be.

    >>> float(logit_crossentropy(np.array([1000.0, 0.0]), np.array([0.0, 1.0])))
    1000.0
    """
    check_alike(scores, target)
    logs = log_softmax(scores, axis=axis)
    excluded = (handles.plain(target) == 0) & np.isneginf(np.real(handles.plain(scores)))
    if np.any(excluded):
        logs = np.where(excluded, 0, logs)
    return aggregate(agg, -np.sum(target * logs, axis=axis))


def label_crossentropy(scores: Any, labels: Any, *, ignore: int | None = None, agg: Agg = np.mean) -> Any:
    """-log(softmax(scores)) of the labels: scores (..., classes), whole numbers (...); as one-hot rows, without them.

    Where the label is `ignore` the loss does not count; left apart (`agg=None`) it is 0 there. Raises `ValueError` for
    other shapes or if all are ignored, and `TypeError` and `IndexError` as `embedding` does.

    >>> scores, labels = np.array([[0.0, 1000.0], [0.0, 0.0]]), np.array([0, -1])
    >>> float(label_crossentropy(scores, labels, ignore=-1))
    1000.0
    """
    labels = as_whole("labels", labels)
    if scores.shape[:-1] != labels.shape:
        raise ValueError(f"labels {labels.shape} are to be one for each row of scores {scores.shape}.")
    if ignore is None:
        return aggregate(agg, _of_labels(scores, labels))
    counts = labels != ignore
    rows = np.where(counts[..., None], scores, 0)  # what is not finite there is ignored, too
    losses = _of_labels(rows, np.where(counts, labels, np.zeros_like(labels)))
    return np.where(counts, losses, 0) if agg is None else masked(counts, agg)(losses)


def _of_labels(scores: Any, labels: Any) -> Any:
    check_whole(labels, scores.shape[-1], "labels")
    return -np.take_along_axis(log_softmax(scores), labels[..., None], axis=-1)[..., 0]


def binary_crossentropy(p: Any, target: Any, *, agg: Agg = np.mean) -> Any:
    """-target log(p) - (1 - target) log(1 - p), for probabilities p. Raises `ValueError` for targets outside 0 to 1.

    >>> float(binary_crossentropy(np.array([1.0]), np.array([1.0]))) == 0.0
    True
    """
    check_alike(p, target)
    check_probabilities("binary_crossentropy", p, "Of scores take logit_binary_crossentropy.")
    check_labels("binary_crossentropy", target)
    return aggregate(agg, -xlogy(target, p) - xlogy(1 - target, 1 - p))


def logit_binary_crossentropy(scores: Any, target: Any, *, agg: Agg = np.mean) -> Any:
    """`binary_crossentropy` of sigmoid(scores), for scores of any size. Raises `ValueError` as it does for targets.

    >>> float(logit_binary_crossentropy(np.array([-1000.0]), np.array([1.0])))
    1000.0
    """
    check_alike(scores, target)
    check_labels("logit_binary_crossentropy", target)
    return aggregate(agg, softplus(scores) - target * scores)


def kl_divergence(p: Any, target: Any, *, axis: int = -1, agg: Agg = np.mean) -> Any:
    """sum(target * log(target / p)) along `axis`; where the target is 0, that is 0 and has no gradient.

    >>> float(kl_divergence(np.array([0.5, 0.5]), np.array([0.5, 0.5])))
    0.0
    """
    check_alike(p, target)
    check_not_negative("kl_divergence", "probabilities", p, "Of logarithms take np.exp first, of scores nn.softmax.")
    zero = target == 0
    return aggregate(agg, np.sum(_times_log(target, target, zero) - _times_log(target, p, zero), axis=axis))


def poisson(y: Any, target: Any, *, agg: Agg = np.mean) -> Any:
    """y - target * log(y): the likelihood of counts `target` at the rate y, without its constant.

    Raises `ValueError` for a rate below 0.

    >>> float(poisson(np.array([1.0]), np.array([3.0])))
    1.0
    """
    check_alike(y, target)
    check_not_negative("poisson", "rates", y, "Of their logarithms take np.exp first.")
    return aggregate(agg, y - xlogy(target, y))
