"""A gradient through scipy.integrate.solve_ivp beside the solve itself: `python -m benchmarks.solve_ivp`."""

from __future__ import annotations

import numpy as np
import scipy.integrate

import tracker
from benchmarks.timing import compare
from tracker.scipy import integrate

RATES, STATE = np.array([0.9, 0.5, 0.4, 0.8]), np.array([1.2, 0.7])
GRID = 200
START = np.sin(np.linspace(0, np.pi, GRID))


def prey(t, y, k):
    return np.stack([k[0] * y[0] - k[1] * y[0] * y[1], k[2] * y[0] * y[1] - k[3] * y[1]])


def rod(t, y, k):
    """Diffusion with a source: (n,) -> (n,)."""
    return k[0] * (np.roll(y, 1) - 2 * y + np.roll(y, -1)) + k[1] * np.tanh(k[2] * y) - k[3] * y**3


def network(t, y, k):
    return np.tanh(k @ y)


def contenders(f, y0, k, method):
    options = {"args": (k,), "method": method, "rtol": 1e-6}
    span = (0.0, 10.0)

    def by(how):
        return lambda: tracker.gradient(
            lambda y0, k: integrate.solve_ivp(f, span, y0, **{**options, "args": (k,)}, gradient=how).y[:, -1] @ y0,
            y0,
            k,
        )

    return {
        "SciPy alone": lambda: scipy.integrate.solve_ivp(f, span, y0, **options),
        "gradient by the steps": by("steps"),
        "gradient by the adjoint": by("adjoint"),
    }


def main() -> None:
    weights = np.random.default_rng(0).standard_normal((100, 100)) / 10
    programs = {
        "predator and prey, 2 states": (prey, STATE, RATES),
        "diffusion, 200 states": (rod, START, RATES),
        "network, 100 states, 10,000 weights": (network, np.ones(100), weights),
    }
    for name, (f, y0, k) in programs.items():
        for method in ("RK45", "DOP853"):
            found = compare(contenders(f, y0, k, method), budget=4.0)
            alone = found["SciPy alone"]
            print(
                f"{name}, {method}: " + ", ".join(f"{c} {s * 1e3:.1f} ms ({s / alone:.1f} x)" for c, s in found.items())
            )


if __name__ == "__main__":
    main()
