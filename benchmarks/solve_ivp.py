"""A gradient through scipy.integrate.solve_ivp beside the solve itself: `python -m benchmarks.solve_ivp`."""

from __future__ import annotations

import numpy as np
import scipy.integrate

import tracker
from benchmarks import peers, report, timing
from tracker.scipy import integrate

SCIPY = "SciPy alone"
TARGETS = {SCIPY: 5.0}
ADJOINT = "tracker, by the adjoint"
RATES, STATE = np.array([0.9, 0.5, 0.4, 0.8]), np.array([1.2, 0.7])
GRID = 200
WEIGHTS = np.random.default_rng(0).standard_normal((100, 100)) / 10
START = np.sin(np.linspace(0, np.pi, GRID))


def prey(t, y, k):
    return np.stack([k[0] * y[0] - k[1] * y[0] * y[1], k[2] * y[0] * y[1] - k[3] * y[1]])


def rod(t, y, k):
    """Diffusion with a source: (n,) -> (n,)."""
    return k[0] * (np.roll(y, 1) - 2 * y + np.roll(y, -1)) + k[1] * np.tanh(k[2] * y) - k[3] * y**3


def network(t, y, k):
    return np.tanh(k @ y)


def contenders(f, y0, k, method):
    options = {"method": method, "rtol": 1e-6}
    span = (0.0, 10.0)

    def by(how):
        return lambda: tracker.gradient(
            lambda y0, k: integrate.solve_ivp(f, span, y0, args=(k,), **options, gradient=how).y[:, -1] @ y0, y0, k
        )

    return {
        SCIPY: lambda: scipy.integrate.solve_ivp(f, span, y0, args=(k,), **options),
        peers.TRACKER: by("steps"),
        ADJOINT: by("adjoint"),
    }


def medians():
    programs = {
        "predator and prey, 2 states": (prey, STATE, RATES),
        "diffusion, 200 states": (rod, START, RATES),
        "network, 100 states, 10,000 weights": (network, np.ones(100), WEIGHTS),
    }
    return {
        f"{name}, {method}": timing.compare(contenders(*program, method), budget=4.0)
        for name, program in programs.items()
        for method in ("RK45", "DOP853")
    }


def as_text(result):
    rows = [[name, *(report.cell(times, c) for c in times)] for name, times in result.items()]
    return report.table(["", "SciPy, solution", "tracker, by the steps", ADJOINT], rows)


if __name__ == "__main__":
    report.emit(medians(), as_text)
