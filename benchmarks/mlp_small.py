"""A regression network 4-16-16-1, batch 32, float64: many calls on small arrays."""

import numpy as np

from benchmarks import peers
from benchmarks.report import run

TARGETS = {peers.TORCH: 0.5, peers.JAX_JIT: 1.0}
BATCH, SIZES = 32, [4, 16, 16, 1]


def squared_error(xp, data, w1, b1, w2, b2, w3, b3):
    x, target = data
    h = xp.tanh(x @ w1 + b1)
    h = xp.tanh(h @ w2 + b2)
    return xp.mean((h @ w3 + b3 - target) ** 2)


def by_hand(data, w1, b1, w2, b2, w3, b3):
    x, target = data
    h1 = np.tanh(x @ w1 + b1)
    h2 = np.tanh(h1 @ w2 + b2)
    error = h2 @ w3 + b3 - target
    value = np.mean(error**2)
    d3 = error * (2 / error.size)
    d2 = (d3 @ w3.T) * (1 - h2 * h2)
    d1 = (d2 @ w2.T) * (1 - h1 * h1)
    return value, (x.T @ d1, d1.sum(axis=0), h1.T @ d2, d2.sum(axis=0), h2.T @ d3, d3.sum(axis=0))


def contenders():
    rng = np.random.default_rng(0)
    params = []
    for n, m in zip(SIZES[:-1], SIZES[1:], strict=True):
        params += [rng.standard_normal((n, m)) / np.sqrt(n), np.zeros(m)]
    data = rng.standard_normal((BATCH, SIZES[0])), rng.standard_normal((BATCH, SIZES[-1]))
    return peers.contenders(squared_error, params, data, by_hand=by_hand)


if __name__ == "__main__":
    run(contenders)
