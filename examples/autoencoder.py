"""Learns to draw handwritten digits from two numbers: a variational autoencoder.

The data are the 1,797 scanned digits (8 x 8 pixels, 16 greys) that scikit-learn ships; a fifth of them is held out.
The encoder gives mean and spread of the two numbers for an image, the decoder the probability of each of a pixel's 16
bits of ink: Kingma & Welling, Auto-encoding variational Bayes (2014), section 3. No label is seen while training.

    python examples/autoencoder.py          writes out/autoencoder.png; --short trains a fifth as long
"""

import sys
from pathlib import Path
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from scipy.special import gammaln, ndtri
from sklearn.datasets import load_digits

import tracker
from tracker import nn, optim

EPOCHS, BATCH, RATE, HIDDEN, GREYS = 200, 64, 2e-3, 128, 16


@tracker.struct
class Autoencoder:
    """An encoder of images (n, 64) and a decoder of codes (n, 2); its gradient is an Autoencoder, too."""

    encoder: Any
    decoder: Any

    def encode(self, images):
        """Mean (n, 2) and logarithm of the standard deviation (n, 2) of the codes."""
        both = self.encoder(images)
        return both[:, :2], both[:, 2:]

    def decode(self, codes):
        """The log odds of ink for each pixel: (n, 2) -> (n, 64)."""
        return self.decoder(codes)


def network(rng):
    return Autoencoder(
        nn.Chain(nn.Dense(64, HIDDEN, nn.swish, rng=rng), nn.Dense(HIDDEN, 4, rng=rng)),
        nn.Chain(
            nn.Dense(2, HIDDEN, nn.swish, rng=rng),
            nn.Dense(HIDDEN, HIDDEN, nn.swish, rng=rng),
            nn.Dense(HIDDEN, 64, rng=rng),
        ),
    )


def loss(model, images, noise):
    """Nats per image that code and image take: minus the evidence lower bound, by one sample of the codes."""
    mean, log_deviation = model.encode(images)
    deviation = np.exp(log_deviation)
    log_odds = model.decode(mean + deviation * noise)
    ways = gammaln(GREYS + 1) - gammaln(GREYS * images + 1) - gammaln(GREYS * (1 - images) + 1)
    image = GREYS * nn.logit_binary_crossentropy(log_odds, images, agg=None) - ways
    code = 0.5 * (mean**2 + deviation**2 - 1) - log_deviation  # from the standard normal: appendix B of the paper
    return np.mean(np.sum(image, axis=1)) + np.mean(np.sum(code, axis=1))


class Noisy:
    """Batches of `loader`, each with fresh noise for its codes (n, 2)."""

    def __init__(self, loader):
        self.loader, self.rng = loader, loader.rng

    def __iter__(self):
        for (images,) in self.loader:
            yield images, self.rng.standard_normal((len(images), 2), dtype=np.float32)


def load(rng):
    """Images (n, 64) between 0 and 1 and labels, in random order: for training, then held out."""
    digits = load_digits()
    order = rng.permutation(len(digits.target))
    images, labels = (digits.data[order] / GREYS).astype(np.float32), digits.target[order]
    held_out = len(labels) // 5
    return images[held_out:], images[:held_out], labels[:held_out]


def train(model, images, held_out, epochs, rng):
    batches = Noisy(nn.DataLoader(images, batch_size=BATCH, rng=rng))
    noise = np.random.default_rng(1).standard_normal((len(held_out), 2), dtype=np.float32)  # the same each time

    def note_held_out(trained):
        trained.history.append(held_out=loss(trained.model, held_out, noise))

    return nn.train(
        loss,
        model,
        batches,
        optim.Adam(RATE),
        epochs=epochs,
        schedule=optim.schedules.cosine(RATE, steps=epochs),
        callbacks=[note_held_out],
    )


def plot(path, trained, images, labels):
    """The learning curve, where held-out digits lie in the plane of codes, and what the decoder draws there."""
    figure, (curve, plane, drawn) = plt.subplots(1, 3, figsize=(14, 4.5), layout="constrained")
    trained.history.plot(curve)
    curve.set(ylabel="nats per image")

    codes, _ = trained.model.encode(images)
    points = plane.scatter(*codes.T, c=labels, cmap="tab10", vmin=-0.5, vmax=9.5, s=10)
    figure.colorbar(points, ax=plane, ticks=range(10), label="digit")
    plane.set(xlabel="first number", ylabel="second number", title="held-out digits", aspect="equal")

    side = 13
    ticks = ndtri((np.arange(side) + 0.5) / side).astype(np.float32)  # equally likely codes
    grid = np.stack(np.meshgrid(ticks, ticks[::-1]), axis=-1).reshape(-1, 2)
    ink = np.pad(nn.sigmoid(trained.model.decode(grid)).reshape(side, side, 8, 8), [(0, 0), (0, 0), (1, 1), (1, 1)])
    drawn.imshow(ink.swapaxes(1, 2).reshape(10 * side, 10 * side), cmap="gray_r")
    drawn.set(title="drawn by the decoder", xticks=[], yticks=[])
    path.parent.mkdir(exist_ok=True)
    figure.savefig(path, dpi=120)


def main(short=False):
    rng = np.random.default_rng(0)
    images, held_out, labels = load(rng)
    trained = train(network(rng), images, held_out, 40 if short else EPOCHS, rng)
    history = trained.history
    print(f"nats per image: training {history['loss'][-1]:.1f}, held out {history['held_out'][-1]:.1f}")

    path = Path("out/autoencoder.png")
    plot(path, trained, held_out, labels)
    print(f"codes and drawings: {path}")
    return history


if __name__ == "__main__":
    main(short="--short" in sys.argv)
