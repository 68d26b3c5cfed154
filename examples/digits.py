"""Reads handwritten digits with a two-layer network written in plain NumPy.

The data are the 1,797 scanned digits (8 x 8 pixels) that scikit-learn ships; a fifth of them is
held out. Only the lines that say `tracker` know that anything is differentiated.

    python examples/digits.py          writes out/digits.png; --short trains for three epochs
"""

import sys
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import load_digits
from tqdm import trange

import tracker

EPOCHS, BATCH = 60, 32
RATE, MOMENTUM, DECAY = 0.1, 0.9, 5e-4


def network(params, images):
    """The score of each digit for each image: (n, 64) -> (n, 10)."""
    hidden = np.maximum(images @ params["W1"] + params["b1"], 0)
    return hidden @ params["W2"] + params["b2"]


def loss(params, images, labels):
    """Mean cross-entropy and weight decay; beside it the share of images read correctly."""
    scores = network(params, images)
    scores = scores - np.max(scores, axis=1, keepdims=True)
    log_p = scores - np.log(np.sum(np.exp(scores), axis=1, keepdims=True))
    accuracy = np.mean(np.argmax(scores, axis=1) == labels)
    decay = DECAY * (np.sum(params["W1"] ** 2) + np.sum(params["W2"] ** 2))
    return decay - np.mean(log_p[np.arange(len(labels)), labels]), accuracy


def initial_params(rng, hidden=256):
    def weights(n, m):
        return (rng.standard_normal((n, m)) / np.sqrt(n)).astype(np.float32)

    return {
        "W1": weights(64, hidden),
        "b1": np.zeros(hidden, np.float32),
        "W2": weights(hidden, 10),
        "b2": np.zeros(10, np.float32),
    }


def load(rng):
    """Training and held-out images and labels, in random order."""
    digits = load_digits()
    order = rng.permutation(len(digits.target))
    images, labels = digits.data[order].astype(np.float32) / 16, digits.target[order]
    held_out = len(labels) // 5
    return images[held_out:], labels[held_out:], images[:held_out], labels[:held_out]


def check(images, labels):
    """Compare the gradient of the loss with finite differences, for a network of 16 hidden units in float64.

    Small, because a difference across the kink of `np.maximum(x, 0)` is not a derivative: the more hidden
    values there are, the likelier it is that one of them is that close to 0.
    """
    params = {name: p.astype(np.float64) for name, p in initial_params(np.random.default_rng(0), hidden=16).items()}
    tracker.gradcheck(lambda p: loss(p, images, labels)[0], params)
    print(f"gradcheck: {sum(p.size for p in params.values()):,} derivatives of the loss agree with finite differences")


def step(params, velocity, rate, images, labels):
    """One step of gradient descent with momentum, in place; the loss and accuracy before it."""
    (value, accuracy), (grads,) = tracker.withgradient(lambda p: loss(p, images, labels), params)
    for name, grad in grads.items():
        velocity[name] = MOMENTUM * velocity[name] - rate * grad
        params[name] += velocity[name]
    return value, accuracy


def train(params, images, labels, test_images, test_labels, epochs, rng):
    """Trains `params` in place; training loss, training and held-out accuracy of each epoch: (epochs, 3)."""
    velocity = {name: np.zeros_like(value) for name, value in params.items()}
    history = []
    with trange(epochs, desc="training", unit="epoch") as bar:
        for epoch in bar:
            rate = RATE * (1 - epoch / epochs)
            batches = np.array_split(rng.permutation(len(labels)), len(labels) // BATCH)
            steps = [step(params, velocity, rate, images[batch], labels[batch]) for batch in batches]
            mean_loss, accuracy = np.mean(steps, axis=0)
            held_out = loss(params, test_images, test_labels)[1]
            history.append((mean_loss, accuracy, held_out))
            bar.set_postfix(loss=f"{mean_loss:.4f}", accuracy=f"{held_out:.1%}")
    return np.array(history)


def plot(path, history, images, labels, read):
    """The learning curve, and the held-out digits that were misread."""
    figure = plt.figure(figsize=(11, 4.5), layout="constrained")
    left, right = figure.subfigures(1, 2, width_ratios=(1.2, 1))

    curve = left.subplots()
    curve.plot(history[:, 0], color="C0", label="loss")
    curve.set(xlabel="epoch", ylabel="training loss", ylim=(0, None))
    percent = curve.twinx()
    percent.plot(100 * history[:, 1], color="C1", label="accuracy, training")
    percent.plot(100 * history[:, 2], color="C2", label="accuracy, held out")
    percent.set(ylabel="read correctly (%)", ylim=(80, 100.5))
    left.legend(loc="outside lower center", ncols=3)

    wrong = np.flatnonzero(read != labels)
    right.suptitle(f"misread: {len(wrong)} of {len(labels)} held-out digits")
    panel = right.subplots(3, 4)
    for axes in panel.flat:
        axes.axis("off")
    for axes, i in zip(panel.flat, wrong, strict=False):
        axes.imshow(images[i].reshape(8, 8), cmap="gray_r")
        axes.set_title(f"{labels[i]} read as {read[i]}", fontsize=9)

    path.parent.mkdir(exist_ok=True)
    figure.savefig(path, dpi=120)


def main(short=False):
    rng = np.random.default_rng(0)
    images, labels, test_images, test_labels = load(rng)
    check(images[:3], labels[:3])

    params = initial_params(rng)
    history = train(params, images, labels, test_images, test_labels, 3 if short else EPOCHS, rng)
    read = np.argmax(network(params, test_images), axis=1)
    accuracy = np.mean(read == test_labels)
    print(f"{accuracy:.1%} of {len(read)} held-out digits read correctly")

    path = Path("out/digits.png")
    plot(path, history, test_images, test_labels, read)
    print(f"learning curve and misread digits: {path}")
    return accuracy


if __name__ == "__main__":
    main(short="--short" in sys.argv)
