"""Layers made of layers. In training each hands the state and the generator on; see `modes`."""

from __future__ import annotations

import functools
import operator
from collections.abc import Callable
from typing import Any

import numpy as np

from tracker.nn import modes
from tracker.nn._fields import fill
from tracker.nn.inputs import check_connection, check_function, refuse_tuple
from tracker.nn.summary import summary
from tracker.tree import struct

_Call = Callable[[Any, Any, Any], tuple[Any, Any]]  # (layer, x, state) to (y, state)


class _Container:
    """Testing, training and states of a class by its `layers` and by `_run`."""

    def __call__(self: Any, x: Any, states: Any = None) -> Any:
        return self._run(lambda layer, x, state: (modes.evaluate(layer, x, state), None), x, states)[0]

    def training(self: Any, x: Any, states: Any = None, rng: np.random.Generator | None = None) -> tuple[Any, Any]:
        return self._run(lambda layer, x, state: modes.training(layer, x, state, rng), x, states)  # type: ignore[no-any-return]

    def states(self: Any) -> Any:
        return _like(self.layers, [modes.states(layer) for layer in _values(self.layers)])

    def __getitem__(self: Any, key: Any) -> Any:
        return self.layers[key]

    def __len__(self: Any) -> int:
        return len(self.layers)

    __str__ = summary


def _named(cls: str, layers: tuple[Any, ...], named: dict[str, Any]) -> Any:
    if layers and named:
        raise TypeError(f"{cls} takes layers either by position or by name, not both.")
    given = named or layers
    _check(cls, given)
    return given


def _check(cls: str, layers: Any) -> None:
    for key, layer in zip(_keys(layers), _values(layers)):
        check_function(cls, f"layers[{key!r}]", layer)


def _values(layers: Any) -> list[Any]:
    return list(layers.values()) if isinstance(layers, dict) else list(layers)


def _keys(layers: Any) -> list[Any]:
    return list(layers) if isinstance(layers, dict) else list(range(len(layers)))


def _at(key: Any, call: _Call, layer: Any, x: Any, state: Any) -> tuple[Any, Any]:
    """call(layer, x, state); an error says where it came from."""
    try:
        return call(layer, x, state)
    except (TypeError, ValueError, IndexError) as error:
        name = getattr(layer, "__name__", type(layer).__name__)
        error.add_note(f"in layers[{key!r}], {name}, which was given {_described(x)}")
        raise


def _described(x: Any) -> str:
    return f"shape {x.shape}" if hasattr(x, "shape") else f"a {type(x).__name__}"


def _like(layers: Any, states: list[Any]) -> Any:
    """The states by name or by position; None if no layer has one."""
    if all(state is None for state in states):
        return None
    return dict(zip(layers, states)) if isinstance(layers, dict) else tuple(states)


def _each(layers: Any, states: Any) -> list[Any]:
    """The state of each layer. Raises `ValueError` for those of other layers."""
    if states is None:
        return [None] * len(layers)
    if type(states) is not type(layers) or len(states) != len(layers):
        raise ValueError(f"the states are not those of these {len(layers)} layers: make them with nn.states(model).")
    return [states[key] for key in layers] if isinstance(layers, dict) else list(states)


@struct(init=False)
class Chain(_Container):
    """Layers and functions one after the other; by name where they are given by keyword.

    >>> from tracker.nn.layers import Dense
    >>> rng = np.random.default_rng(0)
    >>> model = Chain(Dense(3, 4, np.tanh, rng=rng), Dense(4, 1, rng=rng))
    >>> model(np.ones((5, 3), np.float32)).shape, model[0].weight.shape
    ((5, 1), (4, 3))
    >>> Chain(hidden=Dense(3, 4, rng=rng), out=np.tanh)["hidden"].bias.shape
    (4,)
    """

    layers: Any

    def __init__(self, *layers: Any, **named: Any) -> None:
        fill(self, layers=_named("Chain", layers, named))

    def _run(self, call: _Call, x: Any, states: Any) -> tuple[Any, Any]:
        after = []
        for key, layer, state in zip(_keys(self.layers), _values(self.layers), _each(self.layers, states)):
            x, state = _at(key, call, layer, x, state)
            after.append(state)
        return x, _like(self.layers, after)

    def __getitem__(self, key: Any) -> Any:
        if not isinstance(key, slice):
            return self.layers[key]
        named = isinstance(self.layers, dict)
        part = object.__new__(Chain)  # a gradient is a Chain, too, and has None in the places of functions
        fill(part, layers=dict(list(self.layers.items())[key]) if named else self.layers[key])
        return part


@struct(init=False)
class Parallel(_Container):
    """`connection(*results)` of layers that all get x, or one each of a tuple x.

    A ufunc of two arguments, such as `np.add`, joins any number of results, one after the other.
    Raises `TypeError` for a connection that does not take the results, `ValueError` for a tuple of another length.

    >>> Parallel(np.add, np.sin, np.cos)(0.0)
    np.float64(1.0)
    """

    connection: Any
    layers: Any

    def __init__(self, connection: Callable[..., Any], *layers: Any, **named: Any) -> None:
        given = _named("Parallel", layers, named)
        if not given:
            raise TypeError("Parallel takes a connection and at least one layer.")
        check_connection("Parallel", connection, len(given))
        fill(self, connection=connection, layers=given)

    def _run(self, call: _Call, x: Any, states: Any) -> tuple[Any, Any]:
        return _side_by_side(self.connection, self.layers, call, x, states)


@struct(init=False)
class Maxout(_Container):
    """The largest of the results of layers that all get x, entry by entry: Goodfellow et al. (2013).

    >>> Maxout(np.sin, np.cos)(0.0)
    np.float64(1.0)
    """

    layers: Any

    def __init__(self, *layers: Any) -> None:
        if not layers:
            raise TypeError("Maxout takes at least one layer.")
        _check("Maxout", layers)
        fill(self, layers=layers)

    def _run(self, call: _Call, x: Any, states: Any) -> tuple[Any, Any]:
        return _side_by_side(_largest, self.layers, call, x, states)


def _largest(*ys: Any) -> Any:
    refuse_tuple("Maxout", ys[0])
    return functools.reduce(np.maximum, ys)


def _side_by_side(connection: Callable[..., Any], layers: Any, call: _Call, x: Any, states: Any) -> tuple[Any, Any]:
    xs = x if isinstance(x, tuple) else (x,) * len(layers)
    if len(xs) != len(layers):
        raise ValueError(f"{len(layers)} layers were given {len(xs)} inputs: give one array, or a tuple with one each.")
    found = [_at(key, call, *each) for key, *each in zip(_keys(layers), _values(layers), xs, _each(layers, states))]
    return _joined(connection, [y for y, _ in found]), _like(layers, [state for _, state in found])


def _joined(connection: Callable[..., Any], ys: list[Any]) -> Any:
    if isinstance(connection, np.ufunc) or connection is operator.add:
        for y in ys:
            refuse_tuple(connection.__name__, y)
    if isinstance(connection, np.ufunc) and len(ys) > connection.nin == 2:
        return functools.reduce(connection, ys)
    return connection(*ys)


@struct
class SkipConnection(_Container):
    """connection(layer(x), x), by default their sum: He et al. (2016).

    Raises `TypeError` for a layer or connection that can't be called so.

    >>> SkipConnection(np.cos)(0.0)
    np.float64(1.0)
    """

    layer: Any
    connection: Any = operator.add

    def __post_init__(self) -> None:
        check_function("SkipConnection", "layer", self.layer)
        check_connection("SkipConnection", self.connection, 2)

    def _run(self, call: _Call, x: Any, states: Any) -> tuple[Any, Any]:
        y, state = call(self.layer, x, states)
        return _joined(self.connection, [y, x]), state

    def states(self) -> Any:
        return modes.states(self.layer)
