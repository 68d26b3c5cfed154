"""Paths through a target by products of probabilities: quicker than their logarithms, where nothing vanishes.

Rabiner (1989), A tutorial on hidden Markov models, section V.A, for the scaling.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np

_STEPS: Final = 4  # after so many the numbers are brought back to size
_LEAST: Final = 1e-280  # what is smaller than 1e-308 has vanished, 28 digits below


def by_products(emitted: Any, may_skip: Any, times: Any, ends: Any) -> tuple[Any, Any, Any]:
    """Logarithms of the probabilities (n,), the parts at each mark (time, n, marks), and which are lost (n,).

    A row is lost unless at each time the products that are left add up to far more than any that vanished, so that
    these did not count. emitted (time, n, marks) are logarithms, may_skip (n, marks - 2); `paths` has the others.
    """
    steps, n, marks = emitted.shape
    rows, place = np.arange(n), np.arange(marks)
    top = np.max(emitted, axis=2)
    top = np.where(np.isfinite(top), top, 0.0)
    probable = np.exp(np.subtract(emitted, top[:, :, None], dtype=np.promote_types(emitted.dtype, np.float64)))

    # backwards is forwards through what is reversed: `at` and `mark` reverse, and reverse it again
    at = np.maximum(times - 1 - np.arange(steps)[:, None], 0)[:, :, None]
    mark = ends[:, None] - place
    within = mark >= 0
    reverse = at, rows[:, None], np.maximum(mark, 0)
    skip = np.pad(may_skip, ((0, 0), (marks - may_skip.shape[1], 0)))
    skip_back = np.pad(may_skip, ((0, 0), (0, marks - may_skip.shape[1])))[rows[:, None], reverse[2]] & within
    ways, logs = _ways(
        np.concatenate([probable, probable[reverse] * within], axis=1),
        np.concatenate([skip, skip_back]),
    )
    ahead, back = ways[:, :n], ways[:, n:][reverse] * within
    products = ahead * back
    products *= probable
    sums = np.sum(products, axis=2)
    counts = np.arange(steps)[:, None] < times
    largest = np.maximum(np.max(ahead, axis=2), np.max(back, axis=2))
    lost = np.any(counts & ~(sums >= _LEAST * np.maximum(largest, 1)), axis=0)

    with np.errstate(divide="ignore"):
        last = np.log(sums[times - 1, rows])  # there `back` is 1 where a path may end
    total = last + logs[times - 1, rows] + np.sum(top, axis=0, where=counts)
    products *= (counts / np.where(counts & ~lost, sums, 1))[:, :, None]
    return total, products, lost


def _ways(probable: Any, skip: Any) -> tuple[Any, Any]:
    """What reaches each mark at each time before it is emitted, and the logarithm of its scale (time, rows)."""
    steps, rows, marks = probable.shape
    ways, logs = np.empty_like(probable), np.zeros_like(probable[:, :, 0])
    ways[0] = np.arange(marks) < 2
    here = np.zeros_like(probable, shape=(rows, marks + 2))  # after two that nothing reaches
    factor, skipped = np.zeros_like(ways[0]), np.empty_like(ways[0])
    factor[skip] = 1
    for t in range(1, steps):
        np.multiply(ways[t - 1], probable[t - 1], out=here[:, 2:])
        if t % _STEPS == 0:
            size = np.max(here, axis=1)
            size[size == 0] = 1
            here /= size[:, None]
            logs[t] = np.log(size)
        np.add(here[:, 2:], here[:, 1:-1], out=ways[t])
        ways[t] += np.multiply(here[:, :-2], factor, out=skipped)
    return ways, np.cumsum(logs, axis=0)
