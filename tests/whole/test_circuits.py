"""Circuits: nodal analysis, the response to a frequency, a transient, a diode by Newton's method."""

import numpy as np

from tests.whole.checks import assert_near, check
from tracker import gradient

NET = {"r1": (0, 1), "r2": (1, 2), "r3": (2, 3), "r4": (1, 3), "r5": (0, 2)}  # node 3 is ground


def bridge(resistors, net):
    """The voltage across a bridge that a current of 1 A feeds at node 0."""
    g = np.zeros_like(resistors["r1"], shape=(4, 4))
    for name, (i, j) in net.items():
        y = 1 / resistors[name]
        g[i, i] += y
        g[j, j] += y
        g[i, j] -= y
        g[j, i] -= y
    current = np.array([1.0, 0.0, 0.0])
    v = np.linalg.solve(g[:3, :3], current)
    return v[1] - v[2] + 0.1 * v[0]


def test_bridge():
    resistors = {"r1": 10.0, "r2": 5.0, "r3": 22.0, "r4": 4.7, "r5": 33.0}
    slopes = check(bridge, resistors, NET)
    assert_near("homogeneous", sum(r * slopes[n] for n, r in resistors.items()), bridge(resistors, NET), 1e-12)


def filter_error(p, frequencies):
    """How far a series resonance is from a wanted gain, by complex impedances."""
    r, l, c = np.exp(p)
    total = 0.0
    for w in frequencies:
        impedance = r + 1j * w * l + 1 / (1j * w * c)
        gain = np.abs(r / impedance)
        total += (gain - 1 / (1 + (w - 1) ** 2)) ** 2
    return total


def test_response_to_frequency():
    check(filter_error, np.log([0.5, 1.1, 0.8]), np.array([0.3, 0.9, 1.4, 3.0]), holomorphic=False)


def transient(p, steps, dt):
    """The capacitor's voltage in a series R-L-C circuit that is switched on: trapezoidal rule, state in place."""
    state = np.zeros_like(p, shape=2)  # current, voltage
    a = np.zeros_like(p, shape=(2, 2))
    r, l, c = p
    a[0, 0], a[0, 1], a[1, 0] = -r / l, -1 / l, 1 / c
    source = np.zeros_like(state)
    source[0] = 1.0 / l
    left, right = np.eye(2) - dt / 2 * a, np.eye(2) + dt / 2 * a
    for _ in range(steps):
        state[:] = np.linalg.solve(left, right @ state + dt * source)
    return state[1]


def test_transient():
    p = np.array([0.4, 1.2, 0.7])
    slopes = check(transient, p, 10, 0.05)

    def exact(p, t=0.5):
        r, l, c = p
        damping = r / (2 * l)
        w = np.sqrt(1 / (l * c) - damping**2)
        return 1 - np.exp(-damping * t) * (np.cos(w * t) + damping / w * np.sin(w * t))

    assert_near("the exact solution", gradient(lambda p: transient(p, 400, 0.5 / 400), p)[0], check(exact, p), 1e-5)
    assert_near("coarse steps", slopes, gradient(exact, p)[0], 1e-2)


def diode(p):
    """The current through a diode and a resistor, by as many steps of Newton's method as it takes."""
    source, resistance, saturation = p["source"], p["resistance"], np.exp(p["log_saturation"])
    v = 0.6
    for _ in range(50):
        i = saturation * np.expm1(v / 0.0259)
        residual = (source - v) / resistance - i
        step = residual / (1 / resistance + saturation * np.exp(v / 0.0259) / 0.0259)
        v = v + step
        if abs(step) < 1e-13:
            break
    return (source - v) / resistance


def test_diode_by_the_implicit_function_theorem():
    p = {"source": 5.0, "resistance": 100.0, "log_saturation": np.log(1e-12)}
    slopes = check(diode, p, single=False)  # a step of 1e-13 is never reached in float32
    i = diode(p)
    v = 5.0 - 100.0 * i
    conductance = 1e-12 * np.exp(v / 0.0259) / 0.0259
    total = 1 + 100.0 * conductance
    assert_near("source", slopes["source"], conductance / total, 1e-10)
    assert_near("resistance", slopes["resistance"], -conductance * i / total, 1e-10)
    assert_near("saturation", slopes["log_saturation"], i / total, 1e-10)
