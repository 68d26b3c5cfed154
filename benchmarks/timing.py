"""Medians over interleaved repeats: a noisy machine is equally noisy for everyone."""

from __future__ import annotations

import gc
import statistics
import time
from collections.abc import Callable
from typing import Any

SAMPLE = 0.01  # s: a shorter call is repeated within a sample


def seconds(f: Callable[[], Any], calls: int = 1) -> float:
    """The mean time of a call."""
    start = time.perf_counter()
    for _ in range(calls):
        f()
    return (time.perf_counter() - start) / calls


def compare(contenders: dict[str, Callable[[], Any]], budget: float = 20.0) -> dict[str, float]:
    """The median time of each contender in seconds, all taking turns for `budget` seconds.

    The first call of each does not count unless it used up much of its share of the budget: then it is the
    only sample. The next two say how often it can be called in a sample. JAX must have compiled before: see
    `peers.check`.
    """
    share = budget / len(contenders)
    samples = {name: [seconds(f)] for name, f in contenders.items()}
    gc.collect()
    gc.freeze()  # what the libraries made on import is not part of anyone's work
    slow = {name for name, [first] in samples.items() if first > share / 3}
    calls = {
        name: max(1, round(SAMPLE / min(seconds(f), seconds(f)))) for name, f in contenders.items() if name not in slow
    }
    for name in contenders.keys() - slow:
        samples[name].clear()

    end = time.perf_counter() + budget
    rounds = 0
    while rounds < 5 or (time.perf_counter() < end and rounds < 200):
        for name, f in contenders.items():
            if name not in slow:
                if calls[name] > 1:
                    f()  # the allocator tidies up here what the call before left, 0.1 s after a long record
                samples[name].append(seconds(f, calls[name]))
        rounds += 1
    return {name: statistics.median(times) for name, times in samples.items()}
