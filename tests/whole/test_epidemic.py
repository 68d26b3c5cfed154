"""An epidemic in three compartments, fitted to noisy counts: by SciPy's solver, and by a loop."""

import numpy as np

from tests.whole.checks import assert_near, check
from tracker.scipy import stats
from tracker.scipy.integrate import solve_ivp

DAYS = np.arange(1.0, 4.0)
CASES = np.array([3, 6, 11])


def slopes(t, y, beta, gamma):
    """Kermack and McKendrick (1927); fractions of the population."""
    s, i, _ = y
    dy = np.zeros_like(y)
    dy[0] = -beta * s * i
    dy[1] = beta * s * i - gamma * i
    dy[2] = gamma * i
    return dy


def by_solver(p, days, cases):
    beta, gamma, start = np.exp(p)
    y0 = np.stack([1 - start, start, 0.0])
    run = solve_ivp(slopes, (0.0, 3.0), y0, t_eval=days, args=(beta, gamma), method="DOP853", rtol=1e-11, atol=1e-12)
    return np.sum(stats.poisson.logpmf(cases, 100 * run.y[1]))


def by_loop(p, days, cases):
    """Runge-Kutta of fourth order with steps of a tenth of a day."""
    beta, gamma, start = np.exp(p)
    y = np.zeros_like(p)
    y[0] += 1 - start
    y[1] = start
    h, ll = 0.1, 0.0
    for count in cases:
        for _ in range(10):
            k1 = slopes(0, y, beta, gamma)
            k2 = slopes(0, y + h / 2 * k1, beta, gamma)
            k3 = slopes(0, y + h / 2 * k2, beta, gamma)
            k4 = slopes(0, y + h * k3, beta, gamma)
            y += h / 6 * (k1 + 2 * k2 + 2 * k3 + k4)
        infected = 100 * y[1]
        ll += count * np.log(infected) - infected
    return ll


def test_epidemic():
    p = np.log([1.2, 0.4, 0.02])
    loop = check(by_loop, p, DAYS, CASES)
    solver = check(by_solver, p, DAYS, CASES, holomorphic=False, single=False)  # the tolerance is below float32's
    assert_near("both", solver, loop, 1e-5)
