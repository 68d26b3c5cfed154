"""The probability of all paths that spell a target, summed step by step in logarithms, and its gradient likewise.

emitted (time, n, marks) is the logarithm of each mark's probability, may_skip (n, marks - 2) whether a path may pass
over the blank before, times (n,) how many steps count, ends (n, marks) where a path may end.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from tracker._core.registry import rule
from tracker._transforms.forward import pushforward
from tracker._transforms.reverse import pullback
from tracker.nn._primitive import primitive
from tracker.nn.softmax import logsumexp

# The logarithm of nothing, finite: differences of infinities are NaN. No sum of logarithms gets near it.
NOTHING: Final = -1e30


def _definition(emitted: Any, may_skip: Any, times: Any, ends: Any) -> Any:
    alpha = np.where(np.arange(emitted.shape[2]) < 2, emitted[0], NOTHING)
    skip = np.pad(may_skip, ((0, 0), (emitted.shape[2] - may_skip.shape[1], 0)))
    for t in range(1, emitted.shape[0]):
        before = np.pad(alpha, ((0, 0), (2, 0)), constant_values=NOTHING)
        ways = np.stack([alpha, before[:, 1:-1], np.where(skip, before[:, :-2], NOTHING)])
        alpha = np.where((t < times)[:, None], logsumexp(ways, axis=0) + emitted[t], alpha)
    return logsumexp(np.where(ends, alpha, NOTHING), axis=-1)


@primitive
def paths(emitted: Any, may_skip: Any, times: Any, ends: Any) -> tuple[Any, Any]:
    """The logarithm of the probability of each target (n,), and of all beginnings of paths: (time, n, marks).

    Graves et al. (2006), eqs. 5 to 8.
    """
    alphas = np.full_like(emitted, NOTHING)
    alphas[0, :, :2] = emitted[0, :, :2]
    for t in range(1, len(emitted)):
        a, new = alphas[t - 1], np.copy(alphas[t - 1])
        new[:, 1:] = np.logaddexp(new[:, 1:], a[:, :-1])
        new[:, 2:] = np.where(may_skip, np.logaddexp(new[:, 2:], a[:, :-2]), new[:, 2:])
        alphas[t] = np.where((t < times)[:, None], new + emitted[t], a)
    return logsumexp(np.where(ends, alphas[-1], NOTHING), axis=-1), alphas


def _pulled(dy: Any, y: Any, emitted: Any, may_skip: Any, times: Any, ends: Any) -> Any:
    total, alphas = y
    if type(dy[0]) is np.ndarray and type(emitted) is np.ndarray:
        return dy[0][:, None] * _shares(total, alphas, emitted, may_skip, times, ends)
    return pullback(lambda x: _definition(x, may_skip, times, ends), emitted)[1](dy[0])[0]


def _shares(total: Any, alphas: Any, emitted: Any, may_skip: Any, times: Any, ends: Any) -> Any:
    """The part of the paths that is at each mark at each time, (time, n, marks): Graves et al. (2006), eqs. 9 to 14."""
    shares = np.zeros_like(emitted)
    beta = np.where(ends, np.zeros_like(emitted[0]), NOTHING)
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


def _pushed(tangents: Any, y: Any, emitted: Any, may_skip: Any, times: Any, ends: Any) -> Any:
    moved = pushforward(lambda x: _definition(x, may_skip, times, ends), (emitted,), (tangents[0],))[1]
    return moved, np.zeros_like(y[1])


rule(paths, _pulled, None, None, None, pushforward=_pushed)
