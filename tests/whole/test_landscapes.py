"""Functions with known minima: gradients and Hessians there and elsewhere, and the way there by `minimize`."""

import numpy as np
import pytest

import tracker
from tests.whole.checks import check
from tests.whole.landscapes import LANDSCAPES
from tracker.scipy import optimize

SMOOTH = [land for land in LANDSCAPES if land.kind != "kink"]
NAMES = [land.f.__name__ for land in LANDSCAPES]


def polished(land, x):
    """A known minimum whose digits are few, after Newton steps with differences of the plain function."""
    return newton(land.f, np.array(x)) if land.f.__name__ in ("hartmann", "six_hump_camel") else np.array(x)


def complex_gradient(f, x):
    return np.array([f(x + 1e-30j * e).imag / 1e-30 for e in np.eye(len(x))])


def newton(f, x):
    """Steps by complex differences: tracker has no part in them."""
    for _ in range(3):
        columns = [
            (complex_gradient(f, x + 1e-5 * e) - complex_gradient(f, x - 1e-5 * e)) / 2e-5 for e in np.eye(len(x))
        ]
        x = x - np.linalg.solve(np.array(columns), complex_gradient(f, x))
    return x


@pytest.mark.parametrize("land", LANDSCAPES, ids=NAMES)
def test_gradients_on_the_way(land):
    check(land.f, np.array(land.start), holomorphic=land.holomorphic)


@pytest.mark.parametrize("land", SMOOTH, ids=[land.f.__name__ for land in SMOOTH])
def test_minimum_has_its_value_and_no_slope(land):
    for minimum in land.minima:
        x = polished(land, minimum)
        value, (slope,) = tracker.withgradient(land.f, x)
        curvature = np.max(np.abs(tracker.hessian(land.f, x)))
        assert abs(value - land.least) <= 1e-5 * (land.f.__name__ == "hartmann") + 1e-13 * max(1, abs(land.least))
        np.testing.assert_allclose(slope, 0, atol=4e-14 * max(1, curvature))


@pytest.mark.parametrize("land", SMOOTH, ids=[land.f.__name__ for land in SMOOTH])
def test_hessian_is_positive_at_minima(land):
    for minimum in land.minima:
        h = tracker.hessian(land.f, polished(land, minimum))
        np.testing.assert_allclose(h, h.T, rtol=1e-12, atol=1e-12 * np.max(np.abs(h)))
        least = np.linalg.eigvalsh(h)[0]
        assert least > 1e-3 if land.kind == "minimum" else abs(least) < 1e-12


@pytest.mark.parametrize("method", ["BFGS", "Newton-CG", "trust-exact"])
@pytest.mark.parametrize("land", SMOOTH, ids=[land.f.__name__ for land in SMOOTH])
def test_minimize_arrives(land, method):
    result = optimize.minimize(land.f, np.array(land.start), method=method, tol=1e-7)
    gaps = [np.max(np.abs(result.x - polished(land, m))) for m in land.minima]
    assert min(gaps) < (1e-5 if land.kind == "minimum" else 2e-2), result


def test_minimize_gets_close_to_a_cone():
    land = LANDSCAPES[NAMES.index("ackley")]
    result = optimize.minimize(land.f, np.array(land.start), method="BFGS")
    assert np.max(np.abs(result.x)) < 1e-5


def test_slope_at_the_tip_of_a_cone():
    """Written with a norm there is a subgradient of least norm, zero; written with a square root there is none."""
    ackley = LANDSCAPES[NAMES.index("ackley")].f

    def by_norm(x):
        r = np.linalg.norm(x) / np.sqrt(len(x))
        return -20 * np.exp(-0.2 * r) - np.exp(np.mean(np.cos(2 * np.pi * x))) + 20 + np.e

    there, tip = np.array([0.3, -0.2, 0.1]), np.zeros(3)
    np.testing.assert_allclose(tracker.gradient(by_norm, there)[0], tracker.gradient(ackley, there)[0], rtol=1e-13)
    np.testing.assert_allclose(tracker.gradient(by_norm, tip)[0], 0, atol=1e-15)
    assert np.all(np.isnan(tracker.gradient(ackley, tip)[0]))
