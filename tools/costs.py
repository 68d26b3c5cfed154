"""What a value and gradient costs as a multiple of the plain call, for arrays of 300,000 entries.

It prints those over MOST, dearest first. Run it with one thread and an allocator that keeps its memory, since
glibc's gives large arrays back to the system and pays more for fresh pages than cheap functions take:
`OMP_NUM_THREADS=1 MALLOC_TRIM_THRESHOLD_=1000000000 MALLOC_MMAP_THRESHOLD_=1000000000 python -m tools.costs`.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, Final

import numpy as np

import tracker

MOST: Final = 4.0
_RNG: Final = np.random.default_rng(0)
_V: Final = _RNG.uniform(0.1, 0.9, 300_000)
_W: Final = _RNG.uniform(0.1, 0.9, 300_000)
_M: Final = _V.reshape(1000, 300)
_S: Final = _RNG.uniform(0.1, 0.9, (200, 200)) + 5 * np.eye(200)
_ROWS: Final = _RNG.integers(0, 1000, 1000)

_UNARY = "sin tan arcsin arctan tanh exp log sqrt square abs negative sort cumsum cumprod diff gradient unwrap"
_BINARY = "add multiply divide power arctan2 hypot maximum logaddexp"
_AXIS = "sum mean var max prod median sort cumsum nanmax"

CALLS: Final[dict[str, tuple[Callable[[Any], Any], Any]]] = {
    **{name: (getattr(np, name), _V) for name in _UNARY.split()},
    **{name: (lambda a, name=name: getattr(np, name)(a, _W), _V) for name in _BINARY.split()},
    **{f"{name} axis=0": (lambda a, name=name: getattr(np, name)(a, axis=0), _M) for name in _AXIS.split()},
    "take axis=0": (lambda a: np.take(a, _ROWS, axis=0), _M),
    "clip": (lambda a: np.clip(a, 0.2, 0.8), _V),
    "tile": (lambda a: np.tile(a, (2, 2)), _M),
    "partition": (lambda a: np.partition(a, 50), _V),
    "histogram": (lambda a: np.histogram(_W, 50, weights=a)[0], _V),
    "polyval": (lambda a: np.polyval([1.0, 2.0, 3.0, 4.0], a), _V),
    "concatenate": (lambda a: np.concatenate([a, a]), _M),
    "matmul": (lambda a: a @ a.T, _M),
    "solve": (lambda a: np.linalg.solve(a, _W[:200]), _S),
    "det": (np.linalg.det, _S),
    "svdvals": (np.linalg.svdvals, _S),
    "cholesky": (np.linalg.cholesky, _S @ _S.T),
    "rfft": (lambda a: np.abs(np.fft.rfft(a)), _V),
}


def seconds(f: Callable[[], Any]) -> float:
    """The least processor time of 25 calls after a first one: what else runs on the machine adds little to it."""
    f()
    samples = []
    for _ in range(25):
        start = time.process_time()
        f()
        samples.append(time.process_time() - start)
    return min(samples)


def value_and_gradient(f: Callable[[Any], Any], x: Any) -> Any:
    y, back = tracker.pullback(f, x)
    return back(np.ones_like(y))


def multiples() -> dict[str, float]:
    """By call: the cost of value and gradient over that of the value."""
    return {
        name: seconds(lambda f=f, x=x: value_and_gradient(f, x)) / seconds(lambda f=f, x=x: f(x))
        for name, (f, x) in CALLS.items()
    }


if __name__ == "__main__":
    for name, multiple in sorted(multiples().items(), key=lambda item: -item[1]):
        if multiple > MOST:
            print(f"{name:16} {multiple:6.1f}")
