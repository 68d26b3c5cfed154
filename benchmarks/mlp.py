"""A classifier 784-256-10, batch 128, float32, softmax cross-entropy."""

import numpy as np

from benchmarks import peers
from benchmarks.report import run

TARGETS = {peers.FORWARD: 4.0, peers.BY_HAND: 1.10, peers.TORCH: 1.0, peers.JAX_JIT: 1.0}
BATCH, INPUTS, HIDDEN, CLASSES = 128, 784, 256, 10


def cross_entropy(xp, data, w1, b1, w2, b2):
    images, labels, rows = data
    hidden = xp.maximum(images @ w1 + b1, 0)
    scores = hidden @ w2 + b2
    scores = scores - xp.max(scores, axis=1, keepdims=True)
    log_p = scores - xp.log(xp.sum(xp.exp(scores), axis=1, keepdims=True))
    return -xp.mean(log_p[rows, labels])


def cross_entropy_torch(torch, data, w1, b1, w2, b2):
    images, labels, _ = data
    hidden = torch.relu(torch.addmm(b1, images, w1))
    return torch.nn.functional.cross_entropy(torch.addmm(b2, hidden, w2), labels)


def by_hand(data, w1, b1, w2, b2):
    images, labels, rows = data
    hidden = np.maximum(images @ w1 + b1, 0)
    scores = hidden @ w2 + b2
    scores -= np.max(scores, axis=1, keepdims=True)
    p = np.exp(scores)
    total = np.sum(p, axis=1, keepdims=True)
    value = -np.mean((scores - np.log(total))[rows, labels])
    p /= total
    p[rows, labels] -= 1
    p /= len(labels)
    dh = p @ w2.T
    dh *= hidden > 0
    return value, (images.T @ dh, dh.sum(axis=0), hidden.T @ p, p.sum(axis=0))


def contenders():
    rng = np.random.default_rng(0)

    def normal(*shape, scale=1.0):
        return (scale * rng.standard_normal(shape)).astype(np.float32)

    params = normal(INPUTS, HIDDEN, scale=0.04), normal(HIDDEN), normal(HIDDEN, CLASSES, scale=0.06), normal(CLASSES)
    data = normal(BATCH, INPUTS), rng.integers(CLASSES, size=BATCH), np.arange(BATCH)
    return peers.contenders(cross_entropy, params, data, by_hand=by_hand, torch=cross_entropy_torch)


if __name__ == "__main__":
    run(contenders)
