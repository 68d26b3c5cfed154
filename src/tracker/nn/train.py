"""The training loop."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from tracker import optim, tree
from tracker._transforms.reverse import withgradient
from tracker.nn.checkpoints import load_checkpoint, save_checkpoint
from tracker.nn.history import History
from tracker.optim.state import kinds


class Trained(NamedTuple):
    """What `train` returns, `state` that of the optimiser, `states` those of the layers; callbacks get it each epoch.

    >>> Trained({"W": 1.0}, None, History()).model
    {'W': 1.0}
    """

    model: Any
    state: Any
    history: History
    states: Any = None


class EarlyStopping:
    """A callback that ends the training when `name` has not fallen by `least` for `patience` epochs.

    >>> stop = EarlyStopping(patience=1)
    >>> stop(Trained(None, None, History({"loss": [2.0, 1.0]})))
    False
    >>> stop(Trained(None, None, History({"loss": [2.0, 1.0, 1.5]})))
    True
    """

    def __init__(self, patience: int = 5, *, name: str = "loss", least: float = 0.0) -> None:
        if not isinstance(patience, int | np.integer):
            raise TypeError(f"EarlyStopping takes (patience, *, name, least), epochs first; it was given {patience!r}.")
        if patience < 0:
            raise ValueError(f"EarlyStopping needs a patience of at least 0 epochs; it was given {patience}.")
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
    rule: Any,
    *,
    epochs: int,
    states: Any = None,
    rng: np.random.Generator | None = None,
    schedule: optim.schedules.Schedule | None = None,
    progress: bool = True,
    callbacks: Sequence[Callable[[Trained], Any]] = (),
    checkpoint: str | os.PathLike[str] | None = None,
) -> Trained:
    """Minimise `loss(model, *batch)` over the batches of `data`, `epochs` times over.

    `rule` is a rule, such as `optim.Adam()`, or a state of `optim.setup` to begin with, of which parts may be frozen.
    The mean loss of each epoch is `history["loss"]`. A callback is called after each epoch with what has been
    trained; it may add to the history, and ends the training by returning True. `model` stays as it is.
    With `states` or `rng`, for layers such as `BatchNorm` and `Dropout`, the loss is
    `loss(model, states, rng, *batch)` and gives `(value, states)`, those that `training` left: see the example.
    `schedule` gives the learning rate of each epoch, counted from 0 (`optim.schedules`).
    `checkpoint` names a file that is written after each epoch, with the states of `rng` and of `data.rng` if there is
    one; if it is there to begin with, training goes on from it, and ends bit for bit as if it had not been
    interrupted. A training that a callback has ended stays ended. The rule has to be one of the same kind then; its
    hyperparameters are those that are given now.
    Raises `FloatingPointError` for a loss that is infinite or NaN, `ValueError` for `data` without a batch and
    `TypeError` for a batch that is no tuple or a loss without its states. `progress` shows a bar, which needs tqdm.

    >>> import numpy as np
    >>> from tracker import nn, optim
    >>> x = np.linspace(-1, 1, 20)
    >>> loss = lambda slope, x, y: np.mean((slope * x - y) ** 2)
    >>> data = nn.DataLoader(x, 3 * x, batch_size=5, rng=np.random.default_rng(0))
    >>> trained = nn.train(loss, 0.0, data, optim.Descent(0.5), epochs=20, progress=False)
    >>> round(trained.model, 3)
    3.0

    >>> rng = np.random.default_rng(0)
    >>> model = nn.Chain(nn.BatchNorm(1), nn.Dropout(0.5), nn.Dense(1, 1, rng=rng))
    >>> def loss(model, states, rng, x, y):
    ...     predicted, states = nn.training(model, x, states, rng)
    ...     return nn.mse(predicted, y), states
    >>> data = [(x[:, None], 3 * x[:, None])]
    >>> states = nn.states(model)
    >>> trained = nn.train(loss, model, data, optim.Adam(), epochs=2, states=states, rng=rng, progress=False)
    >>> trained.model(x[:, None], trained.states).shape
    (20, 1)
    """
    _check(epochs, rng, schedule, callbacks, checkpoint)
    now, ended = Trained(model, rule if kinds(rule) else optim.setup(rule, model), History(), states), False
    given = _with_states(loss, rng) if states is not None or rng is not None else _alone(loss)
    generators = _generators(rng, data)
    if checkpoint is not None and os.path.exists(checkpoint):
        now, ended = _resumed(checkpoint, now, generators)
    for epoch in () if ended else _epochs(len(now.history.values.get("loss", ())), epochs, progress):
        if schedule is not None:
            now = now._replace(state=optim.adjust(now.state, schedule(epoch)))
        now = _epoch(given, now, data, epoch)
        answers = [callback(now) for callback in callbacks]  # all are called
        ended = any(isinstance(answer, bool | np.bool) and bool(answer) for answer in answers)
        if checkpoint is not None:
            _save(checkpoint, now, generators, ended)
        if ended:
            break
    return now


def _check(epochs: Any, rng: Any, schedule: Any, callbacks: Any, checkpoint: Any) -> None:
    if not isinstance(epochs, int | np.integer) or epochs < 0:
        raise TypeError(f"train takes a whole number of epochs; it was given {epochs!r}.")
    if rng is not None and not isinstance(rng, np.random.Generator):
        raise TypeError(f"rng= is a generator, np.random.default_rng(0); it was given as {type(rng).__name__}.")
    if schedule is not None and not callable(schedule):
        raise TypeError(f"schedule= is a function of the epoch, such as optim.schedules.constant; given {schedule!r}.")
    if not isinstance(callbacks, Sequence):
        raise TypeError(f"callbacks= is a list of functions: [{type(callbacks).__name__}(...)] for one.")
    for callback in callbacks:
        if isinstance(callback, type) or not callable(callback):
            raise TypeError(f"a callback is a function of what has been trained; it was given {callback!r}.")
    if checkpoint is not None and not Path(checkpoint).parent.is_dir():
        raise FileNotFoundError(f"there is no folder {Path(checkpoint).parent} for the checkpoint: make it first.")


# What the loss of a batch, a tuple, is: of the model, to (value, the states after it)
_Loss = Callable[[Any, tuple[Any, ...], Any], tuple[Any, Any]]


def _alone(loss: Callable[..., Any]) -> _Loss:
    # not loss(model, batch): a batch as an argument would be a parameter, and whole numbers in it made real
    return lambda model, batch, states: (loss(model, *batch), states)


def _with_states(loss: Callable[..., Any], rng: np.random.Generator | None) -> _Loss:
    def given(model: Any, batch: tuple[Any, ...], states: Any) -> tuple[Any, Any]:
        result = loss(model, states, rng, *batch)
        if type(result) is not tuple or len(result) != 2:
            raise TypeError(
                f"with states= or rng= the loss gives (value, states); it gave {type(result).__name__}: "
                "y, states = nn.training(model, x, states, rng) makes the states."
            )
        if tree.flatten(result[1])[1] != tree.flatten(states)[1]:
            raise TypeError("the loss gave states of another structure than it was given: begin with nn.states(model).")
        return result

    return given


def _epoch(loss: _Loss, now: Trained, data: Iterable[tuple[Any, ...]], epoch: int) -> Trained:
    model, state, history, states = now
    losses: list[float] = []
    for batch in data:
        if not isinstance(batch, tuple | list):
            raise TypeError(
                f"a batch is a tuple of arrays; it was given as {type(batch).__name__}: (x,) for one array, and "
                "as data [(x, y)] for one batch, nn.DataLoader(x, y) for many."
            )
        try:
            (value, states), (dmodel,) = withgradient(_of_model(loss, tuple(batch), states), model)
        except FloatingPointError as error:
            error.add_note(
                f"in epoch {epoch}, batch {len(losses)}, both from 0. If the data are finite: a lower learning rate, "
                "or optim.OptimiserChain(optim.ClipNorm(1.0), rule)."
            )
            raise
        state, model = optim.update(state, model, dmodel)
        losses.append(float(value))
    if not losses:
        raise ValueError("train was given data without a batch: a generator can be used once only, a DataLoader again.")
    history.append(loss=sum(losses) / len(losses))
    return Trained(model, state, history, states)


def _of_model(loss: _Loss, batch: tuple[Any, ...], states: Any) -> Callable[[Any], Any]:
    return lambda model: loss(model, batch, states)


def _epochs(first: int, last: int, progress: bool) -> Iterable[int]:
    if not progress:
        return range(first, last)
    from tqdm.auto import tqdm

    return tqdm(range(first, last), initial=first, total=last, unit="epoch")  # type: ignore[no-any-return]


def _generators(rng: np.random.Generator | None, data: Any) -> dict[str, np.random.Generator]:
    found = {"rng": rng, "data.rng": getattr(data, "rng", None)}
    return {name: generator for name, generator in found.items() if generator is not None}


def _save(path: str | os.PathLike[str], now: Trained, generators: dict[str, Any], ended: bool) -> None:
    drawn = {name: generator.bit_generator.state for name, generator in generators.items()}
    kept = now.model, now.state, now.states
    save_checkpoint(path, kept, history=now.history.values, generators=drawn, rules=kinds(now.state), ended=ended)


def _resumed(path: str | os.PathLike[str], now: Trained, generators: dict[str, Any]) -> tuple[Trained, bool]:
    (model, state, states), notes = load_checkpoint(path, (now.model, now.state, now.states))
    if notes.keys() < {"history", "generators", "ended"}:
        raise ValueError(f"{path} was not written by train: read it with nn.load_checkpoint.")
    if (found := notes.get("rules", kinds(now.state))) != kinds(now.state):
        raise ValueError(
            f"{path} goes on with the rule {', '.join(found)}; train was given {', '.join(kinds(now.state))}."
        )
    drawn = notes["generators"]
    if drawn.keys() != generators.keys():
        raise ValueError(f"{path} goes on with the generators {sorted(drawn)}; train was given {sorted(generators)}.")
    for name, generator in generators.items():
        generator.bit_generator.state = drawn[name]
    return Trained(model, state, History(notes["history"]), states), notes["ended"]
