"""Orbits by a symplectic integrator; the swing-by of a probe past a planet."""

import numpy as np

from tests.whole.checks import assert_near, check
from tracker import jacobian


def accelerations(x, masses):
    """Newton's law between all pairs, added up in place."""
    a = np.zeros_like(x)
    for i in range(len(x)):
        for j in range(i):
            d = x[j] - x[i]
            f = d / np.sum(d * d) ** 1.5
            a[i] += masses[j] * f
            a[j] -= masses[i] * f
    return a


def leapfrog(x, v, masses, dt, steps):
    """Kick, drift, kick: positions and velocities after so many steps."""
    x, v = x.copy(), v.copy()
    a = accelerations(x, masses)
    for _ in range(steps):
        v += dt / 2 * a
        x += dt * v
        a = accelerations(x, masses)
        v += dt / 2 * a
    return x, v


PLANETS = {
    "x": np.array([[0.0, 0.0], [1.0, 0.0], [0.0, 1.7]]),
    "v": np.array([[0.0, 0.0], [0.0, 1.05], [-0.8, 0.1]]),
    "masses": np.array([1.0, 1e-3, 3e-2]),
}


def miss(p, target):
    """How far the second planet passes a target."""
    x, _ = leapfrog(p["x"], p["v"], p["masses"], 0.05, 12)
    gap = x[1] - target
    return gap @ gap


def test_miss_distance():
    check(miss, PLANETS, np.array([0.8, 0.5]))


def test_the_integrator_is_symplectic():
    """The Jacobian M of a step keeps the symplectic form: M' J M = J."""
    masses = np.array([1.0, 0.2])

    def step(z):
        x, v = leapfrog(z[:4].reshape(2, 2), z[4:].reshape(2, 2) / masses[:, None], masses, 0.1, 5)
        return np.concatenate([x.ravel(), (masses[:, None] * v).ravel()])

    m = jacobian(step, np.array([0.0, 0.0, 1.0, 0.1, 0.0, -0.2, 0.01, 0.21]))
    j = np.block([[np.zeros((4, 4)), np.eye(4)], [-np.eye(4), np.zeros((4, 4))]])
    np.testing.assert_allclose(m.T @ j @ m, j, atol=1e-13)


def kepler(mean_anomaly, eccentricity):
    """The eccentric anomaly, by Newton's method in the usual loop."""
    e = mean_anomaly if eccentricity < 0.8 else np.pi
    while True:
        step = (e - eccentricity * np.sin(e) - mean_anomaly) / (1 - eccentricity * np.cos(e))
        e = e - step
        if abs(step) < 1e-14:
            return e


def position(p, t):
    """A planet's place on its ellipse at a time."""
    e = kepler(p["n"] * t, p["eccentricity"])
    x = p["a"] * (np.cos(e) - p["eccentricity"])
    y = p["a"] * np.sqrt(1 - p["eccentricity"] ** 2) * np.sin(e)
    return x + 2 * y


def test_keplers_equation():
    for eccentricity in (0.1, 0.85):
        p = {"n": 1.0, "eccentricity": eccentricity, "a": 1.5}
        check(position, p, 0.7, single=False)  # a step of 1e-14 is never reached in float32
        e = kepler(0.7, eccentricity)
        slope = check(kepler, 0.7, eccentricity, single=False)
        assert_near("dE/dM", slope, 1 / (1 - eccentricity * np.cos(e)), 1e-12)
