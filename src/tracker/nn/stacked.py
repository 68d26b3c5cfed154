"""Recurrent layers made of recurrent layers: one after the other, and in both directions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from tracker.nn import modes
from tracker.nn._fields import fill
from tracker.nn.lengths import checked, flipped
from tracker.nn.summary import summary
from tracker.tree import struct

_Run = Callable[[Any, Any, Any, Any], tuple[Any, Any]]  # (recurrent layer, xs, state, lengths) to (ys, state)
_Between = Callable[[Any, Any], Any]  # (layer, x) to y


def _is_recurrent(layer: Any) -> bool:
    return hasattr(layer, "batch_first")


def _order(layers: Any) -> bool:
    """Whether the batch comes first. Raises `ValueError` unless it does in all of the layers, or in none."""
    found = {layer.batch_first for layer in layers if _is_recurrent(layer)}
    if len(found) != 1:
        raise ValueError(
            "these layers are to be recurrent ones (with a field batch_first) of one order of axes; "
            f"{'there is none' if not found else 'some have batch_first=True, some not'}."
        )
    return bool(found.pop())


def _options(lengths: Any) -> dict[str, Any]:
    return {} if lengths is None else {"lengths": lengths}


def _tested(layer: Any, xs: Any, state: Any, lengths: Any) -> tuple[Any, Any]:
    found: tuple[Any, Any] = layer(xs, state, **_options(lengths))
    return found


def _trained(rng: Any) -> _Run:
    def run(layer: Any, xs: Any, state: Any, lengths: Any) -> tuple[Any, Any]:
        if not hasattr(layer, "training"):
            return _tested(layer, xs, state, lengths)
        found: tuple[Any, Any] = layer.training(xs, None, rng, state=state, **_options(lengths))[0]
        return found

    return run


@struct(init=False)
class Stacked:
    """Recurrent layers one after the other: `layer(xs, state)` gives the last one's outputs, and a tuple of all states.

    What has no state, such as `Dropout` or `LayerNorm`, may stand between; the states are those of the others. See
    `Recurrence` for xs and `lengths`; in training `ys, states = layer.training(xs, None, rng)[0]`.
    Raises `ValueError` for layers with different `batch_first` or states that are not one for each, and `TypeError` for
    one such as `BatchNorm`, with states of another kind.

    >>> rng = np.random.default_rng(0)
    >>> from tracker import nn
    >>> layer = Stacked(nn.LSTM(3, 4, rng=rng), nn.Dropout(0.2), nn.LSTM(4, 2, rng=rng))
    >>> ys, (first, second) = layer(np.ones((7, 5, 3), np.float32))
    >>> ys.shape, first[0].shape
    ((7, 5, 2), (5, 4))
    """

    layers: Any

    def __init__(self, *layers: Any) -> None:
        _order(layers)
        for layer in layers:
            if modes.states(layer) is not None:
                raise TypeError(f"Stacked has no place for the states of {type(layer).__name__}: LayerNorm has none.")
        fill(self, layers=layers)

    @property
    def batch_first(self) -> bool:
        return _order(self.layers)

    def __call__(self, xs: Any, state: Any = None, *, lengths: Any = None) -> tuple[Any, Any]:
        return self._run(_tested, modes.evaluate, xs, state, lengths)

    def training(
        self, xs: Any, states: Any = None, rng: Any = None, *, state: Any = None, lengths: Any = None
    ) -> tuple[Any, Any]:
        """`((ys, state), None)`, with random numbers of `rng`; `states` is None, there being no others."""
        between = lambda layer, x: modes.training(layer, x, None, rng)[0]
        return self._run(_trained(rng), between, xs, state, lengths), None

    def _run(self, run: _Run, between: _Between, xs: Any, state: Any, lengths: Any) -> tuple[Any, Any]:
        recurrent = sum(map(_is_recurrent, self.layers))
        if state is not None and len(state) != recurrent:
            raise ValueError(f"{recurrent} recurrent layers take as many states; they were given {len(state)}.")
        given, after = iter([None] * recurrent if state is None else state), []
        for layer in self.layers:
            if _is_recurrent(layer):
                xs, last = run(layer, xs, next(given), lengths)
                after.append(last)
            else:
                xs = between(layer, xs)
        return xs, tuple(after)

    __str__ = summary


@struct
class Bidirectional:
    """Two layers, one over the sequence and one over its reverse: outputs joined along the last axis, both states.

    With `lengths` each sequence is reversed within its own. Raises `ValueError` if one layer has `batch_first`.

    >>> rng = np.random.default_rng(0)
    >>> from tracker import nn
    >>> both = Bidirectional(nn.GRU(3, 2, rng=rng), nn.GRU(3, 2, rng=rng))
    >>> ys, (ahead, back) = both(np.ones((7, 5, 3), np.float32))
    >>> ys.shape
    (7, 5, 4)
    """

    ahead: Any
    back: Any

    @property
    def batch_first(self) -> bool:
        return _order((self.ahead, self.back))

    def __call__(self, xs: Any, state: Any = None, *, lengths: Any = None) -> tuple[Any, Any]:
        return self._run(_tested, xs, state, lengths)

    def training(
        self, xs: Any, states: Any = None, rng: Any = None, *, state: Any = None, lengths: Any = None
    ) -> tuple[Any, Any]:
        """`((ys, state), None)`, as of `Stacked`."""
        return self._run(_trained(rng), xs, state, lengths), None

    def _run(self, run: _Run, xs: Any, state: Any, lengths: Any) -> tuple[Any, Any]:
        first, second = (None, None) if state is None else state
        ys, ahead = run(self.ahead, xs, first, lengths)
        zs, back = run(self.back, self._reversed(xs, lengths), second, lengths)
        return np.concatenate([ys, self._reversed(zs, lengths)], axis=-1), (ahead, back)

    def _reversed(self, xs: Any, lengths: Any) -> Any:
        axis = 1 if self.batch_first else 0
        if lengths is None:
            return np.flip(xs, axis)
        xs = np.swapaxes(xs, 0, axis)
        ends = checked("lengths", lengths, np.shape(lengths), xs.shape[0])
        return np.swapaxes(flipped(xs, ends), 0, axis)

    __str__ = summary
