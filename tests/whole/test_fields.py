"""Fields on grids: heat by implicit steps, waves written in place, advection by a limiter."""

import numpy as np

import tracker
from tests.whole.checks import assert_near, check
from tracker.scipy import linalg


def heat(p, steps, r):
    """Crank and Nicolson (1947) with a conductivity at each face; the rod's ends are insulated."""
    u, k = p["start"], np.exp(p["log_conductivity"])
    n = len(u)
    a = np.zeros_like(u, shape=(n, n))
    for i in range(n - 1):
        a[i, i] += k[i]
        a[i + 1, i + 1] += k[i]
        a[i, i + 1] -= k[i]
        a[i + 1, i] -= k[i]
    left = np.eye(n) + r / 2 * a
    right = np.eye(n) - r / 2 * a
    for _ in range(steps):
        u = linalg.solve(left, right @ u)
    return u @ np.linspace(0, 1, n) ** 2


def heat_by_thomas(p, steps, r):
    """Backward Euler steps by elimination of a tridiagonal system, all in place (Thomas, 1949)."""
    u = p["start"].copy()
    k = r * np.exp(p["log_conductivity"])
    n = len(u)
    for _ in range(steps):
        diagonal = np.ones_like(u)
        diagonal[:-1] += k
        diagonal[1:] += k
        for i in range(1, n):
            w = -k[i - 1] / diagonal[i - 1]
            diagonal[i] += w * k[i - 1]
            u[i] -= w * u[i - 1]
        u[-1] /= diagonal[-1]
        for i in range(n - 2, -1, -1):
            u[i] = (u[i] + k[i] * u[i + 1]) / diagonal[i]
    return u @ np.linspace(0, 1, n) ** 2


HEAT = {"start": np.array([0.0, 0.3, 1.0, 0.5, 0.2, -0.3]), "log_conductivity": np.array([0.1, -0.5, 0.4, 0.0, -0.2])}


def test_heat_by_crank_nicolson():
    gradient = check(heat, HEAT, 7, 0.3)
    adjoint = np.linspace(0, 1, 6) ** 2  # the step is symmetric: its transpose is a step of the same scheme
    k = np.exp(HEAT["log_conductivity"])
    a = np.diag(np.r_[k, 0] + np.r_[0, k]) - np.diag(k, 1) - np.diag(k, -1)
    for _ in range(7):
        adjoint = (np.eye(6) - 0.15 * a) @ np.linalg.solve(np.eye(6) + 0.15 * a, adjoint)
    assert_near("adjoint", gradient["start"], adjoint, 1e-12)


def test_heat_by_elimination_in_place():
    gradient = check(heat_by_thomas, HEAT, 4, 0.3)
    assert_near("heat is conserved", heat_by_thomas(HEAT, 400, 1.0), HEAT["start"].mean() * 11 / 5, 1e-6)
    k = 0.3 * np.exp(HEAT["log_conductivity"])
    a = np.eye(6) + np.diag(np.r_[k, 0] + np.r_[0, k]) - np.diag(k, 1) - np.diag(k, -1)
    adjoint = np.linalg.matrix_power(np.linalg.inv(a), 4) @ np.linspace(0, 1, 6) ** 2
    assert_near("adjoint", gradient["start"], adjoint, 1e-12)


def string(p, steps):
    """A vibrating string, three time levels in one buffer that rotates; the value is what a pick-up hears."""
    n = len(p["pluck"])
    c2 = p["courant"] ** 2
    u = np.zeros_like(p["pluck"], shape=(3, n))
    u[0] = p["pluck"]
    u[1] = u[0]
    u[1, 1:-1] += 0.5 * c2 * (u[0, 2:] - 2 * u[0, 1:-1] + u[0, :-2])
    heard = 0.0
    for t in range(1, steps):
        old, now, new = u[(t - 1) % 3], u[t % 3], u[(t + 1) % 3]
        new[1:-1] = 2 * now[1:-1] - old[1:-1] + c2 * (now[2:] - 2 * now[1:-1] + now[:-2])
        new[0] = new[-1] = 0.0
        heard += new[n // 3] ** 2
    return heard


def membrane(p, steps):
    """A square drum with damping: velocity and displacement updated through slices."""
    u = p["shape"] * 1.0
    v = np.zeros_like(u)
    dt = 0.2
    for _ in range(steps):
        bend = np.zeros_like(u)
        bend[1:-1, 1:-1] = u[2:, 1:-1] + u[:-2, 1:-1] + u[1:-1, 2:] + u[1:-1, :-2] - 4 * u[1:-1, 1:-1]
        v += dt * (p["speed"] * bend - np.exp(p["log_damping"]) * v)
        u[1:-1, 1:-1] += dt * v[1:-1, 1:-1]
    return np.sum(v**2) / 2 + u[2, 1]


def test_string():
    x = np.linspace(0, 1, 10)
    p = {"pluck": np.minimum(x / 0.3, (1 - x) / 0.7), "courant": 0.8}
    p["pluck"][0] = p["pluck"][-1] = 0.0
    check(string, p, 25)


def test_string_returns_to_its_start_after_a_period():
    """At Courant number one the scheme is exact: (n - 1) * 2 steps are a whole period."""

    def after_a_period(pluck):
        n = len(pluck)
        old, now = pluck.copy(), pluck.copy()
        now[1:-1] = 0.5 * (pluck[2:] + pluck[:-2])
        for _ in range(2 * (n - 1) - 1):
            new = np.zeros_like(now)
            new[1:-1] = now[2:] + now[:-2] - old[1:-1]
            old, now = now, new
        return now

    pluck = np.array([0.0, 0.4, 0.9, 0.2, -0.3, 0.0])
    np.testing.assert_allclose(after_a_period(pluck), pluck, atol=1e-15)
    inside = np.eye(6)
    inside[0] = inside[-1] = 0.0
    jacobian = tracker.jacobian(after_a_period, pluck)
    np.testing.assert_allclose(jacobian[:, 1:-1], inside[:, 1:-1], atol=1e-15)


def test_membrane():
    shape = np.outer(np.sin(np.linspace(0, np.pi, 5)), np.sin(np.linspace(0, np.pi, 5)))
    check(membrane, {"shape": shape, "speed": 0.7, "log_damping": -1.0}, 12)


def advect(u, courant, steps):
    """A pulse carried by a wind, sharpened by van Leer's limiter (1974); periodic."""
    for _ in range(steps):
        gap = np.roll(u, -1) - u
        before = np.roll(gap, 1)
        both = gap * before
        slope = np.where(both > 0, 2 * both / np.where(both > 0, gap + before, 1.0), 0.0)
        flux = courant * (u + 0.5 * (1 - courant) * slope)
        u = u - flux + np.roll(flux, 1)
    return u


def test_advection_with_a_limiter():
    u = np.exp(-((np.arange(12) - 4.0) ** 2) / 3)

    def error(p):
        return np.sum((advect(p["u"], p["courant"], 6) - np.roll(u, 3)) ** 2)

    check(error, {"u": u + 0.01 * np.cos(np.arange(12)), "courant": 0.4})
    (by_u,) = tracker.gradient(lambda u: np.sum(advect(u, 0.4, 6)), u + 0.01 * np.cos(np.arange(12)))
    assert_near("mass is conserved", by_u, np.ones(12), 1e-12)
