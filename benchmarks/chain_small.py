"""3,000 operations on 10 float64: what recording and sweeping cost beside the arithmetic."""

import numpy as np

from benchmarks import peers
from benchmarks.report import run

TARGETS = {peers.FORWARD: 5.0, peers.AUTOGRAD: 0.09, peers.TORCH: 0.20}
STEPS = 1000


def chain(xp, data, x):
    y = x
    for _ in range(STEPS):
        y = xp.tanh(y * x + x)
    return xp.sum(y)


def by_hand(data, x):
    ys = [x]
    for _ in range(STEPS):
        ys.append(np.tanh(ys[-1] * x + x))
    value = np.sum(ys[-1])
    dy, dx = np.ones_like(x), np.zeros_like(x)
    for i in range(STEPS, 0, -1):
        du = dy * (1 - ys[i] * ys[i])
        dx += du * (ys[i - 1] + 1)
        dy = du * x
    return value, (dx + dy,)


def chain_scan(xp, data, x):
    from jax import lax

    y, _ = lax.scan(lambda y, _: (xp.tanh(y * x + x), None), x, length=STEPS)
    return xp.sum(y)


def contenders():
    x = np.random.default_rng(0).uniform(0.5, 1.5, 10)
    return peers.contenders(chain, [x], by_hand=by_hand, jit=chain_scan)


if __name__ == "__main__":
    run(contenders)
