"""A chain of exp, sin, log, tanh and sqrt on 1,000,000 float64: time, and peak memory."""

import numpy as np

from benchmarks import peers
from benchmarks.report import run

TARGETS = {peers.FORWARD: 4.0, peers.BY_HAND: 1.3}
MEMORY_TARGETS = {peers.TORCH: 1.2}
SIZE = 1_000_000


def chain(xp, data, x):
    return xp.sum(xp.tanh(xp.sqrt(xp.log(xp.exp(xp.sin(x)) + 1.0))))


def by_hand(data, x):
    e = np.exp(np.sin(x))
    u = e + 1.0
    root = np.sqrt(np.log(u))
    y = np.tanh(root)
    value = np.sum(y)
    dx = 1.0 - y * y
    dx /= 2.0 * root
    dx /= u
    dx *= e
    dx *= np.cos(x)
    return value, (dx,)


def contenders(size=SIZE):
    x = np.random.default_rng(0).standard_normal(size)
    return peers.contenders(chain, [x], by_hand=by_hand)


if __name__ == "__main__":
    run(contenders)
