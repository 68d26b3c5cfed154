"""Mixtures: normal components in the plane; a sum that is marginalised by hand."""

import numpy as np

from tests.whole.checks import assert_near, check
from tracker.scipy import special, stats

RNG = np.random.default_rng(8)
POINTS = np.concatenate([RNG.normal([-2, 0], 1.0, (10, 2)), RNG.normal([2, 1], 0.5, (8, 2))])


def mixture(p, points):
    """Components with full covariances, by Cholesky factors that are filled row by row."""
    log_weights = special.log_softmax(p["weights"])
    terms = []
    for k, mean in enumerate(p["means"]):
        factor = np.zeros_like(mean, shape=(2, 2))
        factor[0, 0] = np.exp(p["factors"][k, 0])
        factor[1, 0] = p["factors"][k, 1]
        factor[1, 1] = np.exp(p["factors"][k, 2])
        terms.append(log_weights[k] + stats.multivariate_normal.logpdf(points, mean, factor @ factor.T))
    return np.sum(special.logsumexp(np.stack(terms), axis=0))


def test_mixture_of_normals():
    p = {
        "weights": np.array([0.2, -0.1]),
        "means": np.array([[-1.5, 0.3], [1.0, 1.0]]),
        "factors": np.array([[0.1, 0.2, 0.0], [0.3, -0.4, 0.2]]),
    }
    gradient = check(mixture, p, POINTS, holomorphic=False)
    assert_near("weights may be shifted", np.sum(gradient["weights"]) + 1, 1.0, 1e-12)


def change_point(p, counts):
    """Coal mine disasters: Poisson rates before and after an unknown year, which is summed out."""
    early, late = np.exp(p)
    n = len(counts)
    lp = np.full_like(p, -np.log(n), shape=n)
    for s in range(n):
        for t, count in enumerate(counts):
            rate = early if t < s else late
            lp[s] += count * np.log(rate) - rate
    top = lp.max()
    return top + np.log(np.sum(np.exp(lp - top)))


def test_change_point():
    counts = np.array([4, 5, 4, 1, 0, 4, 3, 4, 0, 6, 1, 1, 0, 2, 1, 0])
    p = np.log([3.0, 1.0])
    gradient = check(change_point, p, counts)
    before = np.arange(16) < np.arange(16)[:, None]  # year of change, year
    rate = np.where(before, 3.0, 1.0)
    ll = np.sum(counts * np.log(rate) - rate, axis=1)
    posterior = np.exp(ll - ll.max()) / np.sum(np.exp(ll - ll.max()))
    assert_near("early", gradient[0], posterior @ (before @ counts - 3.0 * before.sum(axis=1)), 1e-12)
    assert_near("late", gradient[1], posterior @ (~before @ counts - 1.0 * (~before).sum(axis=1)), 1e-12)
