"""Writing the entries of one array in a loop, value and gradient: does a write cost the same at any size?

`y[i] = s * x[i]` for all i of 1e3 to 1e6 entries, whose gradient by s is the sum of x. A write that copied
the array would cost a thousand times as much at the last size.
"""

from __future__ import annotations

import sys

import numpy as np

import tracker
from benchmarks import peers, report, timing

SIZES = [1_000, 10_000, 100_000, 1_000_000]
MOST_SPREAD = 2.0  # a step at the last size has its record out of the cache, which is no copy


def written(n: int):
    """The loop over n entries: plain NumPy, and its gradient by tracker."""
    x = np.linspace(0.0, 1.0, n).tolist()

    def loss(s):
        y = np.zeros_like(s, shape=n) if tracker.is_tracked(s) else np.zeros(n)
        for i in range(n):
            y[i] = s * x[i]
        return np.sum(y)

    return {"NumPy, value": lambda: loss(2.0), peers.TRACKER: lambda: tracker.gradient(loss, 2.0)}


def check(n: int = 1000) -> None:
    """The gradient is the sum of x: n / 2."""
    (g,) = written(n)[peers.TRACKER]()
    if not np.isclose(g, n / 2, rtol=1e-12):
        sys.exit(f"the gradient is {g}, and should be {n / 2}")


def seconds_a_write() -> dict[str, dict[str, float]]:
    """By size and contender; the sizes take turns, so that noise is no trend."""
    calls = {f"{n} {name}": f for n in SIZES for name, f in written(n).items()}
    result: dict[str, dict[str, float]] = {str(n): {} for n in SIZES}
    for key, time in timing.compare(calls, budget=60).items():
        n, name = key.split(" ", 1)
        result[n][name] = time / int(n)
    return result


def as_text(result) -> str:
    header = ["writes", *dict.fromkeys(name for times in result.values() for name in times)]
    rows = [[f"{int(n):,}", *(report.cell(t, name) for name in header[1:])] for n, t in result.items()]
    own = [times[peers.TRACKER] for times in result.values()]
    spread = f"A write costs {max(own) / min(own):.3g} times as much at one size as at another, at most {MOST_SPREAD}."
    return f"{report.table(header, rows)}\n\n{spread}"


if __name__ == "__main__":
    check()
    report.emit(seconds_a_write(), as_text)
