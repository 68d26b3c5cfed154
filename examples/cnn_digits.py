"""Reads handwritten digits with a convolutional network: `tracker.nn`'s layers, its training loop, and Adam.

The data are the 1,797 scanned digits (8 x 8 pixels) that scikit-learn ships; a fifth of them is held out, and looked
at once, at the end. While training, each image is moved by up to one pixel each time it is seen, and a quarter of the
features is dropped. The splits (and networks) of seeds 0 to 4 give 99.7, 98.9, 99.2, 99.4 and 99.4 % of 359 digits.

    python examples/cnn_digits.py          writes out/cnn_digits.png; --short: three epochs; a number: the seed
"""

import sys
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import load_digits

from tracker import nn, optim

EPOCHS, BATCH, RATE, DROPPED = 30, 32, 3e-3, 0.25


class Shifted:
    """Batches of `loader`, each image moved by -1, 0 or 1 pixels down and across; what moves in is blank."""

    def __init__(self, loader):
        self.loader, self.rng = loader, loader.rng

    def __iter__(self):
        for images, labels in self.loader:
            bordered = np.pad(images, ((0, 0), (0, 0), (1, 1), (1, 1)))
            windows = np.lib.stride_tricks.sliding_window_view(bordered, images.shape[2:], axis=(2, 3))
            down, across = self.rng.integers(3, size=(2, len(images)))
            yield windows[np.arange(len(images)), :, down, across], labels


def network(rng):
    """Scores of the ten digits for images (n, 1, 8, 8): (n, 10)."""
    return nn.Chain(
        nn.Conv((3, 3), 1, 16, nn.relu, pad="same", init=nn.init.kaiming_normal, rng=rng),
        nn.Conv((3, 3), 16, 32, nn.relu, pad="same", init=nn.init.kaiming_normal, rng=rng),
        nn.MaxPool(2),
        nn.Conv((3, 3), 32, 64, nn.relu, pad="same", init=nn.init.kaiming_normal, rng=rng),
        nn.MaxPool(2),
        nn.Flatten(),
        nn.Dropout(DROPPED),
        nn.Dense(64 * 2 * 2, 64, nn.relu, init=nn.init.kaiming_normal, rng=rng),
        nn.Dropout(DROPPED),
        nn.Dense(64, 10, rng=rng),
    )


def loss(model, states, rng, images, targets):
    scores, states = nn.training(model, images, states, rng)
    return nn.logit_crossentropy(scores, targets), states


def load(rng):
    """Images (n, 1, 8, 8) between 0 and 1 and labels (n,), in random order: for training, then held out."""
    digits = load_digits()
    order = rng.permutation(len(digits.target))
    images, labels = digits.images[order, None].astype(np.float32) / 16, digits.target[order]
    held_out = len(labels) // 5
    return images[held_out:], labels[held_out:], images[:held_out], labels[:held_out]


def read(model, images):
    return np.argmax(model(images), axis=1)


def train(model, images, labels, epochs, rng):
    """The trained model and its history: the learning rate falls along half a cosine to nothing."""
    targets = nn.one_hot(labels, 10, np.float32)
    batches = Shifted(nn.DataLoader(images, targets, batch_size=BATCH, rng=rng))
    rates = optim.schedules.cosine(RATE, steps=epochs)

    def note_accuracy(trained):
        trained.history.append(accuracy=np.mean(read(trained.model, images) == labels))

    return nn.train(
        loss, model, batches, optim.Adam(RATE), epochs=epochs, schedule=rates, rng=rng, callbacks=[note_accuracy]
    )


def plot(path, history, images, labels, answers):
    """The learning curve, and the held-out digits that were misread."""
    figure = plt.figure(figsize=(11, 4), layout="constrained")
    left, right = figure.subfigures(1, 2, width_ratios=(1.2, 1))
    curve, share = left.subplots(1, 2)
    curve.semilogy(history["loss"])
    curve.set(xlabel="epoch", ylabel="training loss, moved images, with dropout")
    share.plot(100 * np.array(history["accuracy"]))
    share.set(xlabel="epoch", ylabel="training digits read correctly (%)")

    wrong = np.flatnonzero(answers != labels)
    right.suptitle(f"misread: {len(wrong)} of {len(labels)} held-out digits")
    panel = right.subplots(2, 3)
    for axes in panel.flat:
        axes.axis("off")
    for axes, i in zip(panel.flat, wrong, strict=False):
        axes.imshow(images[i, 0], cmap="gray_r")
        axes.set_title(f"{labels[i]} read as {answers[i]}", fontsize=9)
    path.parent.mkdir(exist_ok=True)
    figure.savefig(path, dpi=120)


def main(short=False, seed=0):
    rng = np.random.default_rng(seed)
    images, labels, test_images, test_labels = load(rng)
    trained = train(network(rng), images, labels, 3 if short else EPOCHS, rng)

    answers = read(trained.model, test_images)
    accuracy = np.mean(answers == test_labels)
    print(f"{accuracy:.1%} of {len(answers)} held-out digits read correctly")

    path = Path("out/cnn_digits.png")
    plot(path, trained.history, test_images, test_labels, answers)
    print(f"learning curve and misread digits: {path}")
    return accuracy


if __name__ == "__main__":
    main(short="--short" in sys.argv, seed=next((int(word) for word in sys.argv[1:] if word.isdigit()), 0))
