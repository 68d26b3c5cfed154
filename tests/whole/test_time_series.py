"""GARCH(1,1), a hidden Markov model by the forward algorithm, a Kalman filter."""

import numpy as np

from tests.whole.checks import assert_near, check
from tracker.scipy import special, stats

RNG = np.random.default_rng(5)
RETURNS = RNG.standard_t(6, size=40) * 0.8
STATES = np.repeat([0, 1, 2, 0, 2], 2)
OBSERVED = RNG.normal([-2.0, 0.0, 2.5], 0.8, (10, 3))[np.arange(10), STATES]
TRACK = np.cumsum(RNG.normal(0.3, 0.5, (12, 2)), axis=0)


def garch(p, returns):
    """Bollerslev (1986): the variance of tomorrow by today's variance and surprise."""
    omega, alpha, beta = np.exp(p["log_omega"]), *p["weights"]
    mu = p["mean"]
    variance = np.var(returns)
    ll = 0.0
    for r in returns:
        e = r - mu
        ll += -0.5 * (np.log(2 * np.pi * variance) + e**2 / variance)
        variance = omega + alpha * e**2 + beta * variance
    return ll


def garch_in_a_buffer(p, returns):
    """The same with the variances kept in an array."""
    e = returns - p["mean"]
    h = np.empty_like(e)
    h[0] = np.var(returns)
    for t in range(1, len(h)):
        h[t] = np.exp(p["log_omega"]) + p["weights"][0] * e[t - 1] ** 2 + p["weights"][1] * h[t - 1]
    return np.sum(-0.5 * (np.log(2 * np.pi * h) + e**2 / h))


def test_garch():
    p = {"mean": 0.05, "log_omega": -2.0, "weights": np.array([0.1, 0.8])}
    one = check(garch, p, RETURNS)
    two = check(garch_in_a_buffer, p, RETURNS)
    for name in p:
        assert_near(name, one[name], two[name], 1e-11)


def forward_algorithm(p, observed):
    """The log likelihood of a chain with normal emissions; probabilities are rescaled at every step."""
    transition = np.exp(p["transition"])
    for row in transition:
        row /= row.sum()
    start = special.softmax(p["start"])
    sigma = np.exp(p["log_sigma"])
    ll = 0.0
    belief = start
    for t, y in enumerate(observed):
        if t > 0:
            belief = belief @ transition
        belief = belief * stats.norm.pdf(y, p["mean"], sigma)
        scale = np.sum(belief)
        ll += np.log(scale)
        belief = belief / scale
    return ll


def forward_algorithm_in_logs(p, observed):
    """The same by logsumexp, one state after the other."""
    log_transition = special.log_softmax(p["transition"], axis=1)
    log_alpha = special.log_softmax(p["start"]) + stats.norm.logpdf(observed[0], p["mean"], np.exp(p["log_sigma"]))
    for y in observed[1:]:
        new = np.zeros_like(log_alpha)
        for j in range(len(new)):
            new[j] = special.logsumexp(log_alpha + log_transition[:, j])
            new[j] += stats.norm.logpdf(y, p["mean"][j], np.exp(p["log_sigma"][j]))
        log_alpha = new
    return special.logsumexp(log_alpha)


def test_hidden_markov():
    p = {
        "start": np.array([0.3, -0.1, 0.0]),
        "transition": np.array([[1.0, 0.0, 0.2], [0.1, 1.2, 0.0], [0.0, -0.3, 0.9]]),
        "mean": np.array([-1.5, 0.2, 2.0]),
        "log_sigma": np.array([0.0, 0.1, -0.2]),
    }
    one = check(forward_algorithm, p, OBSERVED, holomorphic=False)
    two = check(forward_algorithm_in_logs, p, OBSERVED, holomorphic=False)
    for name in p:
        assert_near(name, one[name], two[name], 1e-10)


def kalman(p, track):
    """Likelihood of positions in the plane: state is position and velocity, found by predicting and correcting."""
    dt = 0.5
    f = np.eye(4)
    f[0, 2] = f[1, 3] = dt
    h = np.eye(2, 4)
    q = np.exp(p["log_q"]) * np.diag([dt**3 / 3, dt**3 / 3, dt, dt])
    r = np.exp(p["log_r"]) * np.eye(2)
    x = p["start"]
    cov = np.eye(4)
    ll = 0.0
    for z in track:
        x = f @ x
        cov = f @ cov @ f.T + q
        s = h @ cov @ h.T + r
        gain = cov @ h.T @ np.linalg.inv(s)
        e = z - h @ x
        x = x + gain @ e
        cov = (np.eye(4) - gain @ h) @ cov
        ll -= 0.5 * (e @ np.linalg.solve(s, e) + np.log(np.linalg.det(2 * np.pi * s)))
    return ll


def kalman_as_one_normal(p, track):
    """The same number from the joint covariance of all measurements."""
    dt, n = 0.5, len(track)
    f = np.eye(4)
    f[0, 2] = f[1, 3] = dt
    q = np.exp(p["log_q"]) * np.diag([dt**3 / 3, dt**3 / 3, dt, dt])
    mean = np.zeros_like(p["start"], shape=(n, 2))
    cov = np.zeros_like(p["start"], shape=(n, 2, n, 2))
    x, state = p["start"], np.eye(4)
    for i in range(n):
        x, state = f @ x, f @ state @ f.T + q
        mean[i] = x[:2]
        ahead = state
        for j in range(i, n):
            cov[j, :, i, :] = ahead[:2, :2]
            cov[i, :, j, :] = ahead[:2, :2].T
            ahead = f @ ahead
        cov[i, :, i, :] += np.exp(p["log_r"]) * np.eye(2)
    return stats.multivariate_normal.logpdf(track.ravel(), mean.ravel(), cov.reshape(2 * n, 2 * n))


def test_kalman_filter():
    p = {"log_q": -1.0, "log_r": -0.7, "start": np.array([0.0, 0.1, 0.5, -0.2])}
    one = check(kalman, p, TRACK)
    two = check(kalman_as_one_normal, p, TRACK, holomorphic=False, single=False)
    assert abs(kalman(p, TRACK) - kalman_as_one_normal(p, TRACK)) < 1e-10
    for name in p:
        assert_near(name, one[name], two[name], 1e-9)
