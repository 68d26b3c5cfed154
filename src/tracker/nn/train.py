"""The training loop."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple

from tracker import optim
from tracker._transforms.reverse import withgradient
from tracker.nn.checkpoints import load_checkpoint, save_checkpoint
from tracker.nn.history import History


class Trained(NamedTuple):
    """What `train` returns; callbacks get it after each epoch.

    >>> Trained({"W": 1.0}, None, History()).model
    {'W': 1.0}
    """

    model: Any
    state: Any
    history: History


class EarlyStopping:
    """A callback that ends the training when `name` has not fallen by `least` for `patience` epochs.

    >>> stop = EarlyStopping(patience=1)
    >>> stop(Trained(None, None, History({"loss": [2.0, 1.0]})))
    False
    >>> stop(Trained(None, None, History({"loss": [2.0, 1.0, 1.5]})))
    True
    """

    def __init__(self, patience: int = 5, *, name: str = "loss", least: float = 0.0) -> None:
        self.patience, self.name, self.least = patience, name, least

    def __call__(self, trained: Trained) -> bool:
        best, since = float("inf"), 0
        for value in trained.history[self.name]:  # from the history alone, so that a resumed training stops alike
            best, since = (value, 0) if value < best - self.least else (best, since + 1)
        return since >= self.patience


def train(
    loss: Callable[..., Any],
    model: Any,
    data: Iterable[tuple[Any, ...]],
    rule: optim.Rule,
    *,
    epochs: int,
    schedule: optim.schedules.Schedule | None = None,
    progress: bool = True,
    callbacks: Sequence[Callable[[Trained], Any]] = (),
    checkpoint: str | os.PathLike[str] | None = None,
) -> Trained:
    """Minimise `loss(model, *batch)` over the batches of `data`, `epochs` times over.

    The mean loss of each epoch is `history["loss"]`. A callback is called after each epoch with what has been
    trained; it may add to the history, and ends the training by returning True. `model` stays as it is.
    `schedule` gives the learning rate of each epoch, counted from 0 (`optim.schedules`).
    `checkpoint` names a file that is written after each epoch, with the state of `data.rng` if there is one; if it
    is there to begin with, training goes on from it, and ends bit for bit as if it had not been interrupted.
    Raises `FloatingPointError` for a loss that is infinite or NaN, and `ValueError` for `data` without a batch.
    `progress` shows a bar, which needs tqdm.

    >>> import numpy as np
    >>> from tracker import nn, optim
    >>> x = np.linspace(-1, 1, 20)
    >>> loss = lambda slope, x, y: np.mean((slope * x - y) ** 2)
    >>> data = nn.DataLoader(x, 3 * x, batch_size=5, rng=np.random.default_rng(0))
    >>> trained = nn.train(loss, 0.0, data, optim.Descent(0.5), epochs=20, progress=False)
    >>> round(trained.model, 3)
    3.0
    """
    now = Trained(model, optim.setup(rule, model), History())
    if checkpoint is not None and os.path.exists(checkpoint):
        now = _resumed(checkpoint, now, data)
    for epoch in _epochs(len(now.history.values.get("loss", ())), epochs, progress):
        if schedule is not None:
            now = now._replace(state=optim.adjust(now.state, schedule(epoch)))
        now = _epoch(loss, now, data)
        stop = [callback(now) for callback in callbacks]
        if checkpoint is not None:
            _save(checkpoint, now, data)
        if any(result is True for result in stop):
            break
    return now


def _epoch(loss: Callable[..., Any], now: Trained, data: Iterable[tuple[Any, ...]]) -> Trained:
    model, state, history = now
    losses = []
    for batch in data:
        value, (dmodel,) = withgradient(_given(loss, batch), model)
        state, model = optim.update(state, model, dmodel)
        losses.append(float(value))
    if not losses:
        raise ValueError("train was given data without a batch: a generator can be used once only, a DataLoader again.")
    history.append(loss=sum(losses) / len(losses))
    return Trained(model, state, history)


def _given(loss: Callable[..., Any], batch: tuple[Any, ...]) -> Callable[[Any], Any]:
    """The loss of the model alone: an argument would be a parameter, and whole numbers among them made real."""
    return lambda model: loss(model, *batch)


def _epochs(first: int, last: int, progress: bool) -> Iterable[int]:
    if not progress:
        return range(first, last)
    from tqdm.auto import tqdm

    return tqdm(range(first, last), initial=first, total=last, unit="epoch")  # type: ignore[no-any-return]


def _save(path: str | os.PathLike[str], now: Trained, data: Any) -> None:
    rng = getattr(data, "rng", None)
    notes = {"history": now.history.values, "rng": rng.bit_generator.state if rng is not None else None}
    save_checkpoint(path, (now.model, now.state), **notes)


def _resumed(path: str | os.PathLike[str], now: Trained, data: Any) -> Trained:
    (model, state), notes = load_checkpoint(path, (now.model, now.state))
    if notes["rng"] is not None and getattr(data, "rng", None) is not None:
        data.rng.bit_generator.state = notes["rng"]
    return Trained(model, state, History(notes["history"]))
