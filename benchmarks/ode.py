"""Three bodies in the plane, 500 Runge-Kutta steps, by the initial state: loops over small arrays."""

import numpy as np

from benchmarks import peers
from benchmarks.report import run

TARGETS = {peers.TORCH: 0.3}
STEPS, H, SOFTENING = 500, 0.01, 0.05


def acceleration(xp, mass, x):
    """Gravity on each body: (3, 2) -> (3, 2)."""
    apart = x[None, :, :] - x[:, None, :]
    distance2 = xp.sum(apart * apart, axis=2) + SOFTENING
    return xp.sum(apart * (mass * distance2**-1.5)[:, :, None], axis=1)


def step(xp, mass, x, v):
    a1 = acceleration(xp, mass, x)
    v2 = v + H / 2 * a1
    a2 = acceleration(xp, mass, x + H / 2 * v)
    v3 = v + H / 2 * a2
    a3 = acceleration(xp, mass, x + H / 2 * v2)
    v4 = v + H * a3
    a4 = acceleration(xp, mass, x + H * v3)
    return x + H / 6 * (v + 2 * v2 + 2 * v3 + v4), v + H / 6 * (a1 + 2 * a2 + 2 * a3 + a4)


def spread(xp, data, x, v):
    """How far apart the bodies are in the end."""
    (mass,) = data
    for _ in range(STEPS):
        x, v = step(xp, mass, x, v)
    return xp.sum(x * x)


def acceleration_pullback(mass, x, da):
    apart = x[None, :, :] - x[:, None, :]
    distance2 = np.sum(apart * apart, axis=2) + SOFTENING
    weight = mass * distance2**-1.5
    dweight = np.sum(apart * da[:, None, :], axis=2)
    dapart = da[:, None, :] * weight[:, :, None]
    dapart += apart * (-3 * weight / distance2 * dweight)[:, :, None]
    return np.sum(dapart, axis=0) - np.sum(dapart, axis=1)


def step_pullback(mass, x, v, dx, dv):
    a1 = acceleration(np, mass, x)
    v2 = v + H / 2 * a1
    a2 = acceleration(np, mass, x + H / 2 * v)
    v3 = v + H / 2 * a2
    sixth = H / 6
    dv4 = sixth * dx
    g4 = acceleration_pullback(mass, x + H * v3, sixth * dv)
    g3 = acceleration_pullback(mass, x + H / 2 * v2, 2 * sixth * dv + H * dv4)
    dv3 = 2 * sixth * dx + H * g4
    g2 = acceleration_pullback(mass, x + H / 2 * v, 2 * sixth * dv + H / 2 * dv3)
    dv2 = 2 * sixth * dx + H / 2 * g3
    g1 = acceleration_pullback(mass, x, sixth * dv + H / 2 * dv2)
    return dx + g1 + g2 + g3 + g4, dv + sixth * dx + dv2 + dv3 + dv4 + H / 2 * g2


def by_hand(data, x, v):
    (mass,) = data
    states = []
    for _ in range(STEPS):
        states.append((x, v))
        x, v = step(np, mass, x, v)
    dx, dv = 2 * x, np.zeros_like(v)
    for before in reversed(states):
        dx, dv = step_pullback(mass, *before, dx, dv)
    return np.sum(x * x), (dx, dv)


def spread_scan(xp, data, x, v):
    from jax import lax

    (mass,) = data
    (x, v), _ = lax.scan(lambda state, _: (step(xp, mass, *state), None), (x, v), length=STEPS)
    return xp.sum(x * x)


def contenders():
    x = np.array([[1.0, 0.0], [-0.5, 0.8], [-0.4, -0.9]])
    v = np.array([[0.1, 0.9], [-0.8, -0.4], [0.7, -0.5]])
    mass = np.array([1.0, 0.8, 1.2])
    return peers.contenders(spread, [x, v], [mass], by_hand=by_hand, jit=spread_scan)


if __name__ == "__main__":
    run(contenders)
