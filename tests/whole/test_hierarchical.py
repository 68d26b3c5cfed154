"""The eight schools of Rubin (1981), centred and not."""

import numpy as np

from tests.whole.checks import assert_near, check
from tracker.scipy import stats

EFFECT = np.array([28.0, 8.0, -3.0, 7.0, -1.0, 1.0, 18.0, 12.0])
ERROR = np.array([15.0, 10.0, 16.0, 11.0, 9.0, 11.0, 10.0, 18.0])


def centred(p, effect, error):
    """Log posterior of schools' effects `theta` around `mu`, spread by `tau`, which is sampled by its logarithm."""
    tau = np.exp(p["log_tau"])
    lp = stats.norm.logpdf(p["mu"], 0, 5) + np.log(2) + stats.cauchy.logpdf(tau, 0, 5) + p["log_tau"]
    for j in range(len(effect)):
        lp += stats.norm.logpdf(p["theta"][j], p["mu"], tau)
        lp += stats.norm.logpdf(effect[j], p["theta"][j], error[j])
    return lp


def non_centred(p, effect, error):
    """The same, by standardised effects `eta`."""
    tau = np.exp(p["log_tau"])
    theta = np.full_like(p["eta"], p["mu"])
    theta += tau * p["eta"]
    lp = -0.5 * (p["mu"] / 5) ** 2 - np.log1p((tau / 5) ** 2) + p["log_tau"]
    lp -= 0.5 * np.sum(p["eta"] ** 2)
    residual = (effect - theta) / error
    return lp - 0.5 * residual @ residual


def test_centred_schools():
    p = {"mu": 4.0, "log_tau": 1.2, "theta": EFFECT / 2}
    gradient = check(centred, p, EFFECT, ERROR, holomorphic=False)
    by_hand = (4.0 - EFFECT / 2) / np.exp(2.4) + EFFECT / 2 / ERROR**2
    assert_near("by hand", gradient["theta"], by_hand, 1e-12)


def test_non_centred_schools():
    p = {"mu": 4.0, "log_tau": 1.2, "eta": np.linspace(-1, 1, 8)}
    gradient = check(non_centred, p, EFFECT, ERROR)
    residual = (EFFECT - 4.0 - np.exp(1.2) * p["eta"]) / ERROR**2
    assert_near("by hand", gradient["mu"], residual.sum() - 4.0 / 25, 1e-12)
    assert_near("by hand", gradient["eta"], np.exp(1.2) * residual - p["eta"], 1e-12)


def test_both_forms_have_the_same_density_but_for_a_constant():
    points = [(1.0, 0.5, np.linspace(-1, 1, 8)), (3.0, 1.5, np.cos(np.arange(8)))]
    gaps = []
    for mu, log_tau, eta in points:
        theta = mu + np.exp(log_tau) * eta
        one = centred({"mu": mu, "log_tau": log_tau, "theta": theta}, EFFECT, ERROR) + 8 * log_tau
        gaps.append(one - non_centred({"mu": mu, "log_tau": log_tau, "eta": eta}, EFFECT, ERROR))
    assert abs(gaps[0] - gaps[1]) < 1e-12
