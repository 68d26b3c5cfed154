"""Robot arms: forward kinematics in space, inverse kinematics, a two-link arm's dynamics."""

import numpy as np

from tests.whole.checks import assert_near, check
from tracker import gradient, hessian, jacobian


def link(theta, d, a, alpha):
    """The transformation along one link: Denavit and Hartenberg (1955)."""
    t = np.zeros_like(theta, shape=(4, 4))
    ct, st, ca, sa = np.cos(theta), np.sin(theta), np.cos(alpha), np.sin(alpha)
    t[0] = np.stack([ct, -st * ca, st * sa, a * ct])
    t[1, :] = np.stack([st, ct * ca, -ct * sa, a * st])
    t[2, 1], t[2, 2], t[2, 3] = sa, ca, d
    t[3, 3] = 1.0
    return t


TABLE = [(0.3, 0.0, np.pi / 2), (0.0, 0.5, 0.0), (0.0, 0.4, 0.1), (0.2, 0.0, np.pi / 2), (0.1, 0.05, -0.3)]


def hand(angles):
    """Position and orientation of the hand, (4, 4)."""
    t = np.eye(4)
    for theta, (d, a, alpha) in zip(angles, TABLE):
        t = t @ link(theta, d, a, alpha)
    return t


def reach(p, target):
    """Squared distance to a target, a soft wall above the floor, and effort."""
    t = hand(p["angles"])
    gap = t[:3, 3] - target
    height = t[2, 3]
    wall = 0.0 if height > 0.1 else (0.1 - height) ** 2
    return gap @ gap + wall + p["weight"] * np.sum(p["angles"] ** 2)


def test_reach():
    for angles in ([0.3, -0.5, 0.8, 0.1, 1.0], [0.3, -1.5, -0.8, 0.1, 1.0]):
        check(reach, {"angles": np.array(angles), "weight": 0.01}, np.array([0.4, 0.2, 0.3]))


def test_jacobian_of_the_hand_is_the_axes_crossed_with_the_arms():
    angles = np.array([0.3, -0.5, 0.8, 0.1, 1.0])
    end = hand(angles)[:3, 3]
    t = np.eye(4)
    columns = []
    for theta, (d, a, alpha) in zip(angles, TABLE):
        columns.append(np.cross(t[:3, 2], end - t[:3, 3]))
        t = t @ link(theta, d, a, alpha)
    found = jacobian(lambda q: hand(q)[:3, 3], angles)
    assert_near("geometric Jacobian", found, np.stack(columns, axis=1), 1e-12)


def acceleration(q, v):
    """Lagrange's equations of a double pendulum, with all derivatives of the energies taken by tracker."""

    def lagrangian(q, v):
        x1, y1 = np.sin(q[0]), -np.cos(q[0])
        y2 = y1 - np.cos(q[0] + q[1])
        v1 = v[0] ** 2
        vx = v[0] * np.cos(q[0]) + (v[0] + v[1]) * np.cos(q[0] + q[1])
        vy = v[0] * np.sin(q[0]) + (v[0] + v[1]) * np.sin(q[0] + q[1])
        return 0.5 * (v1 + vx**2 + vy**2) - 9.81 * (y1 + y2) + 0 * x1

    momentum = lambda q, v: gradient(lagrangian, q, v)[1]
    force = gradient(lagrangian, q, v)[0]
    mass = hessian(lambda v: lagrangian(q, v), v)
    return np.linalg.solve(mass, force - jacobian(lambda q: momentum(q, v), q) @ v)


def test_double_pendulum_by_lagrange():
    """Against the equations of motion from a textbook (Craig, 2005, section 6.7), with unit masses and lengths."""
    q, v = np.array([0.4, -0.7]), np.array([0.9, 1.3])
    c, s = np.cos(q[1]), np.sin(q[1])
    mass = np.array([[3 + 2 * c, 1 + c], [1 + c, 1.0]])
    coriolis = np.array([-s * v[1] ** 2 - 2 * s * v[0] * v[1], s * v[0] ** 2])
    weight = 9.81 * np.array([2 * np.sin(q[0]) + np.sin(q.sum()), np.sin(q.sum())])
    assert_near("acceleration", acceleration(q, v), -np.linalg.solve(mass, coriolis + weight), 1e-12)


def test_swing_by_its_start():
    """A gradient through steps each of which takes gradients, Jacobians and Hessians."""

    def final_angle(start):
        q, v = start[:2], start[2:]
        for _ in range(3):
            v = v + 0.05 * acceleration(q, v)
            q = q + 0.05 * v
        return q @ np.array([1.0, -0.5])

    def textbook(start):
        q, v = start[:2], start[2:]
        for _ in range(3):
            c, s = np.cos(q[1]), np.sin(q[1])
            det = 2 - c**2
            b1 = -s * v[1] ** 2 - 2 * s * v[0] * v[1] + 9.81 * (2 * np.sin(q[0]) + np.sin(q[0] + q[1]))
            b2 = s * v[0] ** 2 + 9.81 * np.sin(q[0] + q[1])
            a = np.stack([-(b1 - (1 + c) * b2) / det, -((3 + 2 * c) * b2 - (1 + c) * b1) / det])
            v = v + 0.05 * a
            q = q + 0.05 * v
        return q @ np.array([1.0, -0.5])

    start = np.array([0.4, -0.7, 0.9, 1.3])
    expected = check(textbook, start)
    assert_near("through derivatives", gradient(final_angle, start)[0], expected, 1e-11)
