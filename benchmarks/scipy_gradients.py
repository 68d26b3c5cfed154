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
from benchmarks.timing import compare
from tracker.scipy import integrate, interpolate, ndimage, signal

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


def main() -> None:
    for name, (ours, theirs, f, x) in PROGRAMS.items():
        times = compare(
            {
                "SciPy": lambda f=f, theirs=theirs, x=x: f(theirs, x),
                "gradient": lambda f=f, ours=ours, x=x: tracker.gradient(lambda x: np.sum(f(ours, x)), x),
            },
            budget=1.0,
        )
        ratio = times["gradient"] / times["SciPy"]
        print(f"{name}: SciPy {times['SciPy'] * 1e3:.2f} ms, gradient {times['gradient'] * 1e3:.2f} ms ({ratio:.1f} x)")


if __name__ == "__main__":
    main()
