"""What a loss with its gradient costs as a multiple of the loss alone, for the functions of tools/calls.py.

The loss is `numpy.vdot(w, f(x))` for a plain array w. It prints those over MOST, dearest first. Run it with one
thread and an allocator that keeps its memory, since glibc's gives large arrays back to the system and pays more for
fresh pages than cheap functions take:
`OMP_NUM_THREADS=1 MALLOC_TRIM_THRESHOLD_=1000000000 MALLOC_MMAP_THRESHOLD_=1000000000 python -m tools.costs`.
Words after that restrict it to the functions in whose names they occur.
"""

from __future__ import annotations

import importlib
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any, Final

import numpy as np
import scipy

import tracker
import tracker.scipy
from tools.calls import NUMPY, SCIPY

MOST: Final = 4.0
SECONDS: Final = 0.3  # for each function
_SECTIONS: Final = "integrate interpolate linalg ndimage signal spatial.distance special stats"


def least_seconds(*fs: Callable[[], Any]) -> list[float]:
    """The least processor time of a call of each, taken in turns: what else runs on the machine adds little to it."""
    for f in fs:
        f()
    least = [float("inf")] * len(fs)
    end = time.process_time() + SECONDS
    rounds = 0
    while time.process_time() < end or rounds < 5:
        for k, f in enumerate(fs):
            start = time.process_time()
            f()
            least[k] = min(least[k], time.process_time() - start)
        rounds += 1
    return least


def multiple(theirs: Callable[[Any], Any], ours: Callable[[Any], Any], x: Any) -> float:
    """The cost of loss and gradient over that of the loss."""
    y = theirs(x)
    w = np.random.default_rng(1).standard_normal(np.shape(y)).astype(np.real(y).dtype)
    loss = lambda f: lambda x: np.vdot(w, f(x))
    alone, both = least_seconds(lambda: loss(theirs)(x), lambda: tracker.withgradient(loss(ours), x))
    return both / alone


def multiples(words: list[str]) -> Iterator[tuple[str, float]]:
    """By function, those alone in whose name one of the words occurs, if there are any."""
    for section in _SECTIONS.split():
        importlib.import_module(f"scipy.{section}")
        importlib.import_module(f"tracker.scipy.{section}")
    wanted = lambda name: not words or any(word in name for word in words)
    for name, (f, x) in NUMPY.items():
        if wanted(name):
            yield f"numpy: {name}", multiple(f, f, x)
    for name, (g, x) in SCIPY.items():
        if wanted(name):
            yield f"scipy.{name}", multiple(lambda x, g=g: g(scipy, x), lambda x, g=g: g(tracker.scipy, x), x)


if __name__ == "__main__":
    for name, found in sorted(multiples(sys.argv[1:]), key=lambda item: -item[1]):
        if found > MOST or len(sys.argv) > 1:
            print(f"{name:40} {found:6.1f}")
