"""The marginal likelihood of a Gaussian process, by its hyperparameters and its inputs."""

import numpy as np

from tests.whole.checks import assert_near, check
from tracker.scipy import linalg

X = np.linspace(0, 3, 9)
Y = np.sin(2 * X) + 0.1 * np.cos(30 * X)


def covariance(p, x):
    """The squared exponential kernel, filled entry by entry as a first draft would."""
    n = len(x)
    k = np.zeros_like(p["log_length"], shape=(n, n))
    for i in range(n):
        for j in range(i + 1):
            r = (x[i] - x[j]) / np.exp(p["log_length"])
            k[i, j] = k[j, i] = np.exp(2 * p["log_height"] - 0.5 * r**2)
    k[np.diag_indices(n)] += np.exp(2 * p["log_noise"])
    return k


def log_marginal(p, x, y):
    """Rasmussen and Williams (2006), algorithm 2.1."""
    l = np.linalg.cholesky(covariance(p, x))
    alpha = np.linalg.solve(l.T, np.linalg.solve(l, y))
    return -0.5 * y @ alpha - np.sum(np.log(np.diag(l))) - len(x) / 2 * np.log(2 * np.pi)


def log_marginal_by_factor(p, x, y):
    """The same with SciPy's factors, in arrays."""
    r = np.subtract.outer(x, x) / np.exp(p["log_length"])
    k = np.exp(2 * p["log_height"] - 0.5 * r**2) + np.exp(2 * p["log_noise"]) * np.eye(len(x))
    factor = linalg.cho_factor(k, lower=True)
    log_det = 2 * np.sum(np.log(np.diagonal(factor[0])))
    return -0.5 * (y @ linalg.cho_solve(factor, y) + log_det + len(x) * np.log(2 * np.pi))


P = {"log_length": -0.4, "log_height": 0.2, "log_noise": -1.5}


def by_hand(p, x, y):
    """Rasmussen and Williams (2006), equation 5.9: tr((alpha alpha' - K^-1) dK) / 2."""
    r2 = np.subtract.outer(x, x) ** 2 / np.exp(2 * p["log_length"])
    signal = np.exp(2 * p["log_height"] - r2 / 2)
    noise = np.exp(2 * p["log_noise"]) * np.eye(len(x))
    inverse = np.linalg.inv(signal + noise)
    alpha = inverse @ y
    m = np.outer(alpha, alpha) - inverse
    slopes = {"log_length": signal * r2, "log_height": 2 * signal, "log_noise": 2 * noise}
    return {name: np.sum(m * d) / 2 for name, d in slopes.items()}


def test_marginal_likelihood_by_hyperparameters():
    for f in (log_marginal, log_marginal_by_factor):
        gradient = check(f, P, X, Y, holomorphic=False)
        for name, slope in by_hand(P, X, Y).items():
            assert_near(name, gradient[name], slope, 1e-10)


def test_prediction_by_the_inputs():
    """Sparse approximations and Bayesian optimisation move the inputs."""

    def expected(q, y):
        k = covariance(P | {"log_length": q["log_length"]}, q["x"])
        return np.sum(np.linalg.solve(k, y) * np.exp(-0.5 * (q["x"] - 1.3) ** 2))

    check(expected, {"x": X, "log_length": -0.1}, Y, single=False)  # the condition is about 1e4
