"""Learns to spell by reading the first chapters of Genesis, character by character, with an LSTM, and then writes.

The text is that of the King James Bible (1769), in the public domain: chapters 1 to 10 are read, 11 and 12 held out.

    python examples/character_lstm.py          writes out/character_lstm.png; --short reads for two epochs
"""

import sys
from pathlib import Path
from typing import Any

import matplotlib.pyplot as plt
import numpy as np

import tracker
from tracker import nn, optim

UNITS, WIDTH, LENGTH, BATCH = 160, 32, 64, 16
EPOCHS, RATE, DROPPED = 40, 4e-3, 0.3


@tracker.struct
class Writer:
    """Scores of the next character (..., time, letters) for characters given as numbers (..., time)."""

    letters: Any  # a row a letter
    memory: Any
    scores: Any

    def __call__(self, codes, state=None, rng=None):
        """The scores and the last state; with an `rng`, while learning, some of the units drop out."""
        x, state = self.memory(nn.embedding(codes, self.letters), state)
        if rng is not None:
            x = nn.dropout(rng, x, DROPPED)
        return self.scores(x), state


def writer(letters, rng):
    table = (0.1 * rng.standard_normal((letters, WIDTH))).astype(np.float32)
    return Writer(table, nn.LSTM(WIDTH, UNITS, batch_first=True, rng=rng), nn.Dense(UNITS, letters, rng=rng))


class Excerpts:
    """Batches of excerpts (n, LENGTH + 1) that cover `codes`, cut at other places each time."""

    def __init__(self, codes, rng):
        self.codes, self.rng = codes, rng

    def __iter__(self):
        windows = np.lib.stride_tricks.sliding_window_view(self.codes, LENGTH + 1)
        start = self.rng.integers(LENGTH)
        return iter(nn.DataLoader(windows[start::LENGTH], batch_size=BATCH, rng=self.rng))


def bits(scores, codes):
    """Bits that each character takes, on average, if it is foretold by these scores."""
    right = nn.one_hot(codes, scores.shape[-1], np.float32)
    return nn.logit_crossentropy(scores, right) / np.log(2)


def train(model, read, held_out, epochs, rng):
    def loss(model, excerpts):
        return bits(model(excerpts[:, :-1], rng=rng)[0], excerpts[:, 1:])

    def note_held_out(trained):
        scores, _ = trained.model(held_out[None, :-1])
        trained.history.append(held_out=bits(scores[0], held_out[1:]))

    return nn.train(
        loss,
        model,
        Excerpts(read, rng),
        optim.OptimiserChain(optim.ClipNorm(1.0), optim.Adam(RATE)),
        epochs=epochs,
        schedule=optim.schedules.cosine(RATE, steps=epochs),
        callbacks=[note_held_out],
    )


def write(model, codes, count, rng, temperature=0.6):
    """`count` characters that follow `codes`, each drawn by the scores that those before it give."""
    scores, state = model(codes[None])
    written = []
    for _ in range(count):
        p = nn.softmax(scores[0, -1].astype(float) / temperature)
        written.append(rng.choice(len(p), p=p))
        scores, state = model(np.array([written[-1:]]), state)
    return np.array(written)


def plot(path, history, without, letters, model):
    """The learning curve, and where the letters lie by the first two principal components of their rows."""
    figure, (curve, plane) = plt.subplots(1, 2, figsize=(11, 4.5), layout="constrained")
    history.plot(curve)
    curve.axhline(without, color="0.6", linestyle=":", label="by the letters' frequencies alone")
    curve.set(ylabel="bits a character")
    curve.legend()
    rows = model.letters - model.letters.mean(axis=0)
    x, y = (rows @ np.linalg.svd(rows)[2][:2].T).T
    plane.scatter(x, y, s=1, color="white")
    for letter, *place in zip(letters, x, y, strict=True):
        plane.annotate({" ": "space", "\n": "line"}.get(letter, letter), place, ha="center", va="center")
    plane.set(title="what the letters became", xticks=[], yticks=[])
    path.parent.mkdir(exist_ok=True)
    figure.savefig(path, dpi=120)


def main(short=False):
    text = Path(__file__).with_name("genesis.txt").read_text()
    letters, codes = np.unique(np.array(list(text)), return_inverse=True)
    chapters = text.split("\n\n")
    last = sum(len(chapter) + 2 for chapter in chapters[:10])
    read, held_out = codes[:last], codes[last:]
    shares = np.bincount(read, minlength=len(letters)) + 1
    without = -np.mean(np.log2(shares / shares.sum())[held_out])

    rng = np.random.default_rng(0)
    trained = train(writer(len(letters), rng), read, held_out, 2 if short else EPOCHS, rng)
    model, history = trained.model, trained.history
    print(f"bits a character: held out {history['held_out'][-1]:.2f}, by the letters' frequencies alone {without:.2f}")
    print("".join(letters[write(model, read[:500], 60 if short else 500, rng)]))

    path = Path("out/character_lstm.png")
    plot(path, history, without, letters, model)
    print(f"learning curve and letters: {path}")
    return history, without


if __name__ == "__main__":
    main(short="--short" in sys.argv)
