"""A chain of 1e2 to 1e6 recorded steps on 10 float64: is the cost of a step the same, and what does it weigh?

`python -m benchmarks.scaling bytes N` measures the memory of a record of N steps beside its arrays.
"""

from __future__ import annotations

import sys
import tracemalloc

import numpy as np

from benchmarks import peers, report, timing

LENGTHS = [100, 1_000, 10_000, 100_000, 1_000_000]
PEERS_UP_TO = 100_000  # beyond that autograd and PyTorch take most of a minute
MOST_BYTES, MOST_SPREAD = 350, 1.2


def chain(xp, data, x):
    y = x
    for _ in range(data[0]):
        y = xp.sin(y)
    return xp.sum(y)


def contenders(length):
    """The chain by each of those that record it."""
    x, data = (np.linspace(0.5, 1.5, 10),), (length,)
    found = {peers.TRACKER: peers.tracker_gradient(chain, x, data)}
    if length <= PEERS_UP_TO and peers.installed("autograd"):
        found[peers.AUTOGRAD] = peers.autograd_gradient(chain, x, data)
    if length <= PEERS_UP_TO and peers.installed("torch"):
        found[peers.TORCH] = peers.torch_gradient(lambda torch, _, x: chain(torch, data, x), x, ())
    return found


def seconds_a_step() -> dict[str, dict[str, float]]:
    """By length and contender; the lengths take turns, so that noise is no trend."""
    calls = {f"{n} {name}": f for n in LENGTHS for name, f in contenders(n).items()}
    result: dict[str, dict[str, float]] = {str(n): {} for n in LENGTHS}
    for key, time in timing.compare(calls, budget=90).items():
        n, name = key.split(" ", 1)
        result[n][name] = time / int(n)
    return result


def bytes_a_step(steps: int) -> float:
    """Memory of the record of `steps` steps, without the arrays, per step."""
    import tracker

    values = np.linspace(0.5, 1.5, 10)
    y = tracker.param(values)
    np.sin(y)
    tracemalloc.start()
    for _ in range(steps):
        y = np.sin(y)
    total, _ = tracemalloc.get_traced_memory()
    return total / steps - sys.getsizeof(values.copy())


def as_text(result):
    header = ["steps", *dict.fromkeys(name for times in result.values() for name in times)]
    return report.table(
        header, [[f"{int(n):,}", *(report.cell(t, name) for name in header[1:])] for n, t in result.items()]
    )


if __name__ == "__main__":
    if "bytes" in sys.argv:
        report.emit(bytes_a_step(int(sys.argv[2])), lambda size: f"{size:.0f} bytes a step")
    else:
        report.emit(seconds_a_step(), as_text)
