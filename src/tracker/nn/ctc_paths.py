"""The probability of all paths that spell a target, and the part of them that is at each class at each time.

log_probs (time, n, classes) are logarithms of probabilities, spelled (n, marks) the classes of a target with blanks
around each, times (n,) how many steps count, ends (n,) the last mark that counts: a path ends there or one before.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from tracker._core.registry import rule
from tracker._transforms.forward import pushforward
from tracker._transforms.reverse import pullback
from tracker.nn._primitive import primitive
from tracker.nn.ctc_products import by_products
from tracker.nn.softmax import logsumexp

# The logarithm of nothing, finite: differences of infinities are NaN. No sum of logarithms gets near it.
NOTHING: Final = -1e30


def _may_skip(spelled: Any) -> Any:
    """Whether a path may pass over the mark before, to each mark from the third on: a blank between two others."""
    return (spelled[:, 2:] != spelled[:, :1]) & (spelled[:, 2:] != spelled[:, :-2])


def _may_end(spelled: Any, ends: Any) -> Any:
    marks = np.arange(spelled.shape[1])
    return (marks == ends[:, None]) | (marks == ends[:, None] - 1)


def _emitted(log_probs: Any, spelled: Any) -> Any:
    return log_probs[:, np.arange(len(spelled))[:, None], spelled]


def _definition(log_probs: Any, spelled: Any, times: Any, ends: Any) -> Any:
    emitted = _emitted(log_probs, spelled)
    alpha = np.where(np.arange(emitted.shape[2]) < 2, emitted[0], NOTHING)
    may_skip = _may_skip(spelled)
    skip = np.pad(may_skip, ((0, 0), (emitted.shape[2] - may_skip.shape[1], 0)))
    for t in range(1, emitted.shape[0]):
        before = np.pad(alpha, ((0, 0), (2, 0)), constant_values=NOTHING)
        ways = np.stack([alpha, before[:, 1:-1], np.where(skip, before[:, :-2], NOTHING)])
        alpha = np.where((t < times)[:, None], logsumexp(ways, axis=0) + emitted[t], alpha)
    return logsumexp(np.where(_may_end(spelled, ends), alpha, NOTHING), axis=-1)


@primitive
def paths(log_probs: Any, spelled: Any, times: Any, ends: Any) -> tuple[Any, Any]:
    """The logarithm of the probability of each target (n,), and its gradient (time, n, classes).

    By products of probabilities, and in logarithms where those would vanish.
    """
    emitted, skip = _emitted(log_probs, spelled), _may_skip(spelled)
    total, shares, lost = by_products(emitted, skip, times, ends)
    if np.any(lost):
        given = emitted[:, lost], skip[lost], times[lost], _may_end(spelled, ends)[lost]
        total[lost], shares[:, lost] = _in_logarithms(*given)
    return total.astype(emitted.dtype), _by_class(shares, spelled, np.zeros_like(log_probs))


def _by_class(shares: Any, spelled: Any, out: Any) -> Any:
    """The shares of the marks of each class, added up."""
    rows = np.arange(len(spelled))
    out[:, rows, spelled[:, 0]] = np.sum(shares[:, :, ::2], axis=-1)  # the blanks
    for mark in range(1, spelled.shape[1], 2):
        out[:, rows, spelled[:, mark]] += shares[:, :, mark]
    return out


def _in_logarithms(emitted: Any, may_skip: Any, times: Any, may_end: Any) -> tuple[Any, Any]:
    """The logarithm of the probability (n,), and the part of the paths that is at each mark: (time, n, marks).

    Graves et al. (2006), eqs. 5 to 14.
    """
    alphas = np.full_like(emitted, NOTHING)
    alphas[0, :, :2] = emitted[0, :, :2]
    for t in range(1, len(emitted)):
        a, new = alphas[t - 1], np.copy(alphas[t - 1])
        new[:, 1:] = np.logaddexp(new[:, 1:], a[:, :-1])
        new[:, 2:] = np.where(may_skip, np.logaddexp(new[:, 2:], a[:, :-2]), new[:, 2:])
        alphas[t] = np.where((t < times)[:, None], new + emitted[t], a)
    total = logsumexp(np.where(may_end, alphas[-1], NOTHING), axis=-1)
    return total, _shares(total, alphas, emitted, may_skip, times, may_end)


def _shares(total: Any, alphas: Any, emitted: Any, may_skip: Any, times: Any, may_end: Any) -> Any:
    shares = np.zeros_like(emitted)
    beta = np.where(may_end, np.zeros_like(emitted[0]), NOTHING)
    possible = (total > NOTHING / 2)[:, None]
    for t in reversed(range(len(emitted))):
        counts = (t < times)[:, None]
        exponent = np.where(counts & possible, alphas[t] + beta - total[:, None], NOTHING)
        np.exp(exponent, out=shares[t])
        after = beta + emitted[t]
        new = np.copy(after)
        new[:, :-1] = np.logaddexp(new[:, :-1], after[:, 1:])
        new[:, :-2] = np.where(may_skip, np.logaddexp(new[:, :-2], after[:, 2:]), new[:, :-2])
        beta = np.where(counts, new, beta)
    return shares


def _pulled(dy: Any, y: Any, log_probs: Any, spelled: Any, times: Any, ends: Any) -> Any:
    if type(dy[0]) is np.ndarray and type(log_probs) is np.ndarray:
        return dy[0][:, None] * y[1]
    return pullback(lambda x: _definition(x, spelled, times, ends), log_probs)[1](dy[0])[0]


def _pushed(tangents: Any, y: Any, log_probs: Any, spelled: Any, times: Any, ends: Any) -> Any:
    moved = pushforward(lambda x: _definition(x, spelled, times, ends), (log_probs,), (tangents[0],))[1]
    return moved, np.zeros_like(y[1])


rule(paths, _pulled, None, None, None, pushforward=_pushed)
