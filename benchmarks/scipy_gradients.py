"""A gradient through tracker's counterparts beside SciPy's own call: `python -m benchmarks.scipy_gradients`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import scipy.integrate
import scipy.interpolate
import scipy.ndimage
import scipy.signal

import tracker
from benchmarks import peers, report, timing
from tracker.scipy import integrate, interpolate, ndimage, signal

SCIPY = "SciPy alone"
TARGETS = {SCIPY: 4.0}
RNG = np.random.default_rng(0)
SAMPLES, IMAGE = RNG.standard_normal(100_000), RNG.standard_normal((300, 300))
KERNEL, KNOTS, POINTS = RNG.standard_normal(50), np.linspace(0, 1, 20_000), RNG.uniform(0, 1, 20_000)

PROGRAMS: dict[str, tuple[Any, Any, Callable[[Any, Any], Any], Any]] = {
    "lfilter": (signal, scipy.signal, lambda m, x: m.lfilter([1.0, 0.2], [1, -0.5, 0.1], x), SAMPLES),
    "fftconvolve": (signal, scipy.signal, lambda m, x: m.fftconvolve(x, KERNEL), SAMPLES),
    "savgol_filter": (signal, scipy.signal, lambda m, x: m.savgol_filter(x, 11, 2), SAMPLES),
    "gaussian_filter": (ndimage, scipy.ndimage, lambda m, x: m.gaussian_filter(x, 1.0), IMAGE),
    "correlate, 3 x 3": (ndimage, scipy.ndimage, lambda m, x: m.correlate(x, np.ones((3, 3))), IMAGE),
    "rotate": (ndimage, scipy.ndimage, lambda m, x: m.rotate(x, 20), IMAGE),
    "CubicSpline": (interpolate, scipy.interpolate, lambda m, x: m.CubicSpline(KNOTS, x)(POINTS), SAMPLES[:20_000]),
    "Pchip": (interpolate, scipy.interpolate, lambda m, x: m.PchipInterpolator(KNOTS, x)(POINTS), SAMPLES[:20_000]),
    "simpson": (integrate, scipy.integrate, lambda m, x: m.simpson(x), SAMPLES),
}


def contenders(ours: Any, theirs: Any, f: Callable[[Any, Any], Any], x: Any) -> dict[str, Callable[[], Any]]:
    return {
        SCIPY: lambda: f(theirs, x),
        peers.TRACKER: lambda: tracker.gradient(lambda x: np.sum(f(ours, x)), x),
    }


def medians() -> dict[str, dict[str, float]]:
    return {name: timing.compare(contenders(*program), budget=1.5) for name, program in PROGRAMS.items()}


def as_text(result: dict[str, dict[str, float]]) -> str:
    rows = [[name, *(report.cell(times, c) for c in times)] for name, times in result.items()]
    return report.table(["", "SciPy, value", peers.TRACKER], rows)


if __name__ == "__main__":
    report.emit(medians(), as_text)
