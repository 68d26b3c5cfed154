"""Survival: Weibull times with censoring, Cox's partial likelihood."""

import numpy as np

from tests.whole.checks import assert_near, check
from tracker.scipy import stats

RNG = np.random.default_rng(3)
X = RNG.normal(size=(15, 2))
TIMES = RNG.weibull(1.4, 15) * np.exp(X @ [0.4, -0.3])
DIED = RNG.random(15) < 0.7


def weibull(p, x, times, died):
    """Deaths count with their density, what is censored with the probability to live on."""
    shape = np.exp(p["log_shape"])
    ll = 0.0
    for i in range(len(times)):
        scale = np.exp(p["intercept"] + x[i] @ p["beta"])
        if died[i]:
            ll = ll + stats.weibull_min.logpdf(times[i], shape, scale=scale)
        else:
            ll = ll + stats.weibull_min.logsf(times[i], shape, scale=scale)
    return ll


def test_weibull_with_censoring():
    p = {"log_shape": 0.2, "intercept": 0.1, "beta": np.array([0.3, -0.1])}
    gradient = check(weibull, p, X, TIMES, DIED, holomorphic=False)
    shape = np.exp(0.2)
    hazard = (TIMES / np.exp(0.1 + X @ p["beta"])) ** shape
    assert_near("by hand", gradient["beta"], shape * (hazard - DIED) @ X, 1e-12)
    assert_near("by hand", gradient["intercept"], shape * np.sum(hazard - DIED), 1e-12)


def cox(beta, x, times, died):
    """Cox (1975): who dies, among those at risk."""
    risk = np.exp(x @ beta)
    ll = 0.0
    for i in np.flatnonzero(died):
        at_risk = times >= times[i]
        ll += np.log(risk[i]) - np.log(risk[at_risk].sum())
    return ll


def cox_by_sorting(beta, x, times, died):
    """The same by a running sum from the last time to the first."""
    order = np.argsort(-times)
    eta = (x @ beta)[order]
    at_risk = np.logaddexp.accumulate(eta)
    return np.sum((eta - at_risk)[died[order]])


def test_cox():
    beta = np.array([0.4, -0.6])
    gradient = check(cox, beta, X, TIMES, DIED)
    by_hand = np.zeros(2)
    for i in np.flatnonzero(DIED):
        others = X[TIMES >= TIMES[i]]
        weights = np.exp(others @ beta)
        by_hand += X[i] - weights @ others / weights.sum()
    assert_near("by hand", gradient, by_hand, 1e-12)
    assert_near("sorted", check(cox_by_sorting, beta, X, TIMES, DIED, holomorphic=False), by_hand, 1e-12)
