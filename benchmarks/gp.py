"""The marginal likelihood of a Gaussian process with 400 points, by its three hyperparameters."""

import numpy as np

from benchmarks import peers
from benchmarks.report import run

TARGETS = {peers.FORWARD: 4.0, peers.BY_HAND: 1.2, peers.JAX_JIT: 1.0}
POINTS = 400


def likelihood(xp, data, theta):
    """Negative log marginal likelihood; theta holds log length scale, log amplitude, log noise.

    Rasmussen & Williams, Gaussian Processes for Machine Learning (2006), equation 2.30, without its constant.
    """
    distance2, y, eye = data
    length, amplitude, noise = theta[0], theta[1], theta[2]
    k = xp.exp(2 * amplitude - distance2 * (0.5 * xp.exp(-2 * length))) + xp.exp(2 * noise) * eye
    log_det = 2 * xp.sum(xp.log(xp.diag(xp.linalg.cholesky(k))))
    return 0.5 * (y @ xp.linalg.solve(k, y) + log_det)


def by_hand(data, theta):
    """Equation 5.9 of the same book."""
    distance2, y, eye = data
    length, amplitude, noise = np.exp(theta)
    rbf = amplitude**2 * np.exp(distance2 * (-0.5 * length**-2))
    k = rbf + noise**2 * eye
    log_det = 2 * np.sum(np.log(np.diag(np.linalg.cholesky(k))))
    inverse = np.linalg.inv(k)
    alpha = inverse @ y
    dk = 0.5 * (inverse - np.outer(alpha, alpha))
    dk_rbf = dk * rbf
    gradient = np.sum(dk_rbf * distance2) / length**2, 2 * np.sum(dk_rbf), 2 * noise**2 * np.trace(dk)
    return 0.5 * (y @ alpha + log_det), (np.array(gradient),)


def contenders():
    rng = np.random.default_rng(0)
    x = rng.uniform(0, 10, (POINTS, 1))
    y = np.sin(x[:, 0]) + 0.1 * rng.standard_normal(POINTS)
    data = (x - x.T) ** 2, y, np.eye(POINTS)
    theta = np.log([1.2, 0.9, 0.3])
    return peers.contenders(likelihood, [theta], data, by_hand=by_hand)


if __name__ == "__main__":
    run(contenders)
