"""The attitude of a body from its gyroscope, held upright by an accelerometer: quaternions joined by np.r_."""

import numpy as np

from tests.whole.checks import check
from tracker import jacobian


def product(p, q):
    """The product of two quaternions, scalar first."""
    return np.r_[p[0] * q[0] - p[1:] @ q[1:], p[0] * q[1:] + q[0] * p[1:] + np.cross(p[1:], q[1:])]


def turned(q, v):
    """`v` in the frame that `q` turns."""
    return product(product(np.r_[q[0], -q[1:]], np.r_[0, v]), q)[1:]


def step(q, rate, dt):
    """The attitude after a turn at a constant rate."""
    speed = np.sqrt(rate @ rate)
    return product(q, np.r_[np.cos(speed * dt / 2), np.sin(speed * dt / 2) / speed * rate])


def attitudes(p, gyroscope, accelerometer, dt=0.1):
    """One row for each reading; the bias of the gyroscope follows what gravity says."""
    q, bias = p["start"] / np.sqrt(p["start"] @ p["start"]), p["bias"]
    rows = []
    for rate, down in zip(gyroscope, accelerometer, strict=True):
        lean = np.cross(down / np.sqrt(down @ down), turned(q, np.array([0.0, 0.0, 1.0])))
        bias = bias - p["gains"][1] * dt * lean
        q = step(q, rate - bias + p["gains"][0] * lean, dt)
        q /= np.sqrt(q @ q)
        rows.append(q)
    return np.stack(rows)


def misfit(p, gyroscope, accelerometer, headings):
    """Squared errors of the level direction, in columns beside those of the heading."""
    q = attitudes(p, gyroscope, accelerometer)
    north = 1 - 2 * (q[:, 2] ** 2 + q[:, 3] ** 2)
    table = np.c_[north - headings, q[:, 1:3], np.ones(len(q))]
    return np.sum(table[:, :3] ** 2) / table[:, 3].sum()


rng = np.random.default_rng(5)
GYROSCOPE = 0.4 * rng.standard_normal((6, 3))
ACCELEROMETER = np.array([0.3, -0.2, 9.8]) + 0.3 * rng.standard_normal((6, 3))
FILTER = {
    "start": np.array([0.9, 0.1, -0.2, 0.3]),
    "bias": np.array([0.02, -0.01, 0.03]),
    "gains": np.array([0.5, 0.1]),
}


def test_misfit():
    check(misfit, FILTER, GYROSCOPE, ACCELEROMETER, np.linspace(0.9, 0.6, 6))


def test_a_turn_keeps_lengths():
    """The Jacobian of a rotation of vectors is a rotation."""
    q = np.array([0.5, -0.1, 0.7, 0.5])
    turn = jacobian(lambda v: turned(q, v), np.array([1.0, 2.0, 3.0]))
    np.testing.assert_allclose(turn @ turn.T, np.eye(3), rtol=0, atol=1e-14)
    assert np.linalg.det(turn) > 0
