"""odeint: SciPy's values, and gradients that are those of exact solutions."""

import numpy as np
import pytest
import scipy.integrate

import tracker
from tests.differences import numeric_gradient
from tracker.errors import NotDifferentiableError
from tracker.scipy import integrate

TIMES = np.array([0.0, 0.3, 0.4, 1.1])


def decay(y, t, rate):
    return [-rate * y[0], y[0] - 2 * rate * y[1]]


def exact(y0, t, rate):
    """Both states of `decay` at times from 0."""
    kept, twice = np.exp(-rate * t), np.exp(-2 * rate * t)
    return np.stack([y0[0] * kept, y0[1] * twice + y0[0] * (kept - twice) / rate], axis=1)


def weighted(y):
    return np.sum(y * np.cos(np.arange(8.0)).reshape(4, 2))


def test_values_are_those_of_scipy_and_gradients_exact():
    y0 = np.array([1.0, 0.5])
    value, found = tracker.withgradient(lambda *p: weighted(integrate.odeint(decay, *p[:2], p[2:])), y0, TIMES, 0.7)
    assert value == weighted(scipy.integrate.odeint(decay, y0, TIMES, (0.7,)))
    expected = numeric_gradient(lambda y0, t, rate: weighted(exact(y0, t - t[0], rate)), y0, TIMES, 0.7)
    for ours, right in zip(found, expected, strict=True):
        np.testing.assert_allclose(ours, right, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("backwards", [False, True])
def test_captured_parameters_time_first_tolerances_and_a_number_as_the_state(backwards):
    times = [1.0, 0.0] if backwards else [0.0, 1.0]
    growth = lambda rate: integrate.odeint(lambda t, y: rate * t * y, rate, times, tfirst=True, rtol=1e-10, atol=1e-10)
    sign = -1 if backwards else 1
    slope = np.exp(sign * 0.4) * (1 + sign * 0.4)  # of rate * exp(+-rate / 2)
    np.testing.assert_allclose(tracker.gradient(lambda rate: growth(rate)[-1, 0], 0.8)[0], slope, rtol=1e-7)


def test_a_stiff_problem_with_its_jacobian():
    def relaxation(y, t, rate):
        return -rate * (y - np.cos(t))

    def run(module, rate):
        slope = lambda y, t, rate: [[-tracker.data(rate)]]
        return module.odeint(relaxation, [0.0], [0.0, 2.0], (rate,), Dfun=slope, mxstep=5000)[-1, 0]

    settled = lambda rate: rate * (rate * np.cos(2.0) + np.sin(2.0)) / (1 + rate**2)  # but for exp(-2 rate)
    value, (found,) = tracker.withgradient(lambda rate: run(integrate, rate), 1e3)
    assert value == run(scipy.integrate, 1e3)
    np.testing.assert_allclose(found, numeric_gradient(settled, 1e3)[0], rtol=1e-3)


def test_full_output_and_plain_calls_are_scipys():
    y, told = integrate.odeint(decay, [1.0, 2.0], TIMES, (tracker.param(0.5),), full_output=True)
    assert tracker.is_tracked(y)
    assert told["message"] == "Integration successful."
    plain = integrate.odeint(decay, [1.0, 2.0], TIMES, (0.5,))
    assert type(plain) is np.ndarray
    np.testing.assert_array_equal(y.data, plain)


def test_times_may_repeat_but_not_as_parameters():
    times, y0 = np.array([0.0, 0.3, 0.3, 1.1]), np.array([1.0, 0.5])
    (found,) = tracker.gradient(lambda rate: weighted(integrate.odeint(decay, y0, times, (rate,))), 0.7)
    (expected,) = numeric_gradient(lambda rate: weighted(exact(y0, times, rate)), 0.7)
    np.testing.assert_allclose(found, expected, rtol=1e-5)
    with pytest.raises(NotDifferentiableError, match="must differ"):
        tracker.gradient(lambda t: weighted(integrate.odeint(decay, y0, t, (0.7,))), times)


def test_a_single_time_is_the_start():
    (found,) = tracker.gradient(
        lambda y0: np.sum(integrate.odeint(decay, y0, [3.0], (0.5,)) ** 2), np.array([1.0, 2.0])
    )
    np.testing.assert_allclose(found, [2.0, 4.0])


def test_forward_mode_is_refused():
    with pytest.raises(NotDifferentiableError, match="reverse mode"):
        tracker.pushforward(lambda k: integrate.odeint(decay, [1.0, 2.0], TIMES, (k,)), (0.5,), (1.0,))
