"""Regressions with a link: logistic, Poisson, and item response with two parameters an item."""

import numpy as np
import scipy.special

from tests.whole.checks import assert_near, check
from tracker.scipy import stats

RNG = np.random.default_rng(11)
X = np.column_stack([np.ones(30), RNG.normal(size=(30, 3))])
LABELS = (X @ [0.3, 1.0, -2.0, 0.5] + RNG.normal(size=30) > 0).astype(float)
COUNTS = RNG.poisson(np.exp(X @ [0.5, 0.3, -0.4, 0.1]))
EXPOSURE = RNG.uniform(0.5, 2.0, 30)
ANSWERS = RNG.random((8, 5)) < 0.6  # persons, items


def logistic(p, x, labels):
    """The log posterior of weights under a normal prior whose width is learned, too."""
    total = 0.0
    for row, label in zip(x, labels):
        z = row @ p["weights"]
        total += label * z - np.log1p(np.exp(z))
    sigma = np.exp(p["log_sigma"])
    prior = -0.5 * np.sum((p["weights"] / sigma) ** 2) - len(p["weights"]) * p["log_sigma"]
    return total + prior - sigma


def test_logistic_regression():
    p = {"weights": np.array([0.1, 0.5, -0.7, 0.2]), "log_sigma": 0.3}
    gradient = check(logistic, p, X, LABELS)
    w, s = p["weights"], np.exp(0.3)
    by_hand = X.T @ (LABELS - 1 / (1 + np.exp(-X @ w))) - w / s**2
    assert_near("by hand", gradient["weights"], by_hand, 1e-12)
    assert_near("by hand", gradient["log_sigma"], np.sum(w**2) / s**2 - 4 - s, 1e-12)


def poisson(p, x, counts, exposure):
    """Counts per exposure; the offset enters through its logarithm."""
    rate = np.exp(x @ p + np.log(exposure))
    return np.sum(stats.poisson.logpmf(counts, rate)) + np.sum(stats.norm.logpdf(p, 0, 2.0))


def test_poisson_regression():
    beta = np.array([0.2, -0.3, 0.4, 0.1])
    gradient = check(poisson, beta, X, COUNTS, EXPOSURE, holomorphic=False)
    assert_near("by hand", gradient, X.T @ (COUNTS - EXPOSURE * np.exp(X @ beta)) - beta / 4, 1e-12)


def item_response(p, answers):
    """Two-parameter logistic model: discriminations and difficulties of items, abilities of persons."""
    log_likelihood = 0.0
    for person, row in enumerate(answers):
        for item, right in enumerate(row):
            a = np.exp(p["log_discrimination"][item])
            z = a * (p["ability"][person] - p["difficulty"][item])
            if right:
                log_likelihood += np.log(scipy.special.expit(z))
            else:
                log_likelihood += np.log(scipy.special.expit(-z))
    log_prior = -0.5 * np.sum(p["ability"] ** 2)
    log_prior -= 0.5 * (p["difficulty"] ** 2).sum() / 4
    log_prior -= 0.5 * sum(b**2 for b in p["log_discrimination"])
    return log_likelihood + log_prior


def test_item_response():
    p = {
        "ability": RNG.normal(size=8),
        "difficulty": RNG.normal(size=5),
        "log_discrimination": 0.3 * RNG.normal(size=5),
    }
    gradient = check(item_response, p, ANSWERS, holomorphic=False)
    a = np.exp(p["log_discrimination"])
    gap = p["ability"][:, None] - p["difficulty"]
    surprise = ANSWERS - 1 / (1 + np.exp(-a * gap))
    assert_near("by hand", gradient["ability"], surprise @ a - p["ability"], 1e-12)
    assert_near("by hand", gradient["difficulty"], -a * surprise.sum(axis=0) - p["difficulty"] / 4, 1e-12)
