"""How long `import` takes in a fresh process, NumPy's own part included."""

from __future__ import annotations

import statistics
import subprocess
import sys

from benchmarks import peers, report

NAMES = {"numpy": "NumPy", "tracker": peers.TRACKER, "autograd": peers.AUTOGRAD, "torch": peers.TORCH, "jax": "JAX"}
REPEATS = 15
MOST_OVER_NUMPY = 0.15  # s

PROGRAM = "import time; start = time.perf_counter(); import {}; print(time.perf_counter() - start)"


def once(module: str) -> float:
    return float(subprocess.check_output([sys.executable, "-c", PROGRAM.format(module)]))


def medians() -> dict[str, float]:
    modules = [module for module in NAMES if peers.installed(module)]
    for module in modules:
        once(module)  # into the disk cache
    samples = [[once(module) for module in modules] for _ in range(REPEATS)]
    return {NAMES[module]: statistics.median(times) for module, times in zip(modules, zip(*samples), strict=True)}


def as_text(times):
    rows = [[name, report.duration(t), f"{1e3 * (t - times['NumPy']):.0f} ms"] for name, t in times.items()]
    return report.table(["import", "time", "over NumPy"], rows)


if __name__ == "__main__":
    report.emit(medians(), as_text)
