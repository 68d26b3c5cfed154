"""Connectionist temporal classification: labels without their places in time."""

from __future__ import annotations

from typing import Any

import numpy as np

from tracker.nn.ctc_paths import NOTHING, paths
from tracker.nn.embedding import as_whole, check_whole
from tracker.nn.lengths import checked
from tracker.nn.losses import Agg, aggregate
from tracker.nn.softmax import log_softmax


def ctc(
    scores: Any,
    targets: Any,
    *,
    lengths: Any = None,
    target_lengths: Any = None,
    blank: int = 0,
    agg: Agg = np.mean,
) -> Any:
    """-log of the probability of all paths that spell the targets, (n,) brought together by `agg`.

    scores (time, n, classes) are of any size (their softmax is taken), targets (n, length) whole numbers other than
    `blank`. Each sequence counts up to its entry of `lengths` (n,), each target up to that of `target_lengths` (n,).
    A path spells what is left when repetitions and then blanks are struck out. Where the time is too short the loss is
    inf, and has no gradient.
    Raises `ValueError` for shapes or lengths that do not fit, `TypeError` and `IndexError` as `embedding` does.
    Graves et al. (2006).

    >>> even = np.zeros((2, 1, 2))  # 11, 01 and 10 spell 1, of four paths
    >>> round(float(np.exp(-ctc(even, np.array([[1]])))), 12)
    0.75
    """
    targets = as_whole("targets", targets)
    times, marks = _checked(scores, targets, lengths, target_lengths, blank)
    total = paths(log_softmax(scores), _with_blanks(targets, blank), times, 2 * marks)[0]
    return aggregate(agg, np.where(total < NOTHING / 2, np.inf, -total))


def _with_blanks(targets: Any, blank: int) -> Any:
    """A blank before, between and after: (n, length) to (n, 2 length + 1)."""
    n, length = targets.shape
    spelled = np.full((n, 2 * length + 1), blank)
    spelled[:, 1::2] = targets
    return spelled


def _checked(scores: Any, targets: Any, lengths: Any, target_lengths: Any, blank: int) -> tuple[Any, Any]:
    if scores.ndim != 3 or np.ndim(targets) != 2 or len(targets) != scores.shape[1] or not scores.shape[0]:
        raise ValueError(
            f"ctc takes scores (time, n, classes), time at least 1, and targets (n, length); it was given "
            f"{scores.shape} and {np.shape(targets)}."
        )
    check_whole(targets, scores.shape[2], "targets")
    check_whole(np.array([blank]), scores.shape[2])
    steps, n = scores.shape[:2]
    times = np.full(n, steps) if lengths is None else checked("ctc: lengths", lengths, (n,), steps, least=1)
    most = targets.shape[1]
    marks = np.full(n, most) if target_lengths is None else checked("ctc: target_lengths", target_lengths, (n,), most)
    if np.any((targets == blank) & (np.arange(targets.shape[1]) < marks[:, None])):
        raise ValueError(f"ctc: the targets contain {blank}, which is the blank.")
    return times, marks
