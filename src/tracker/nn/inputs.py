"""What layers check about what they are given: NumPy would broadcast, or name no layer."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np


def check_width(layer: Any, x: Any, *shape: int) -> None:
    """Raise unless the last axes of x (..., *shape) are these: `ValueError`, or `TypeError` for a tuple.

    >>> check_width("Dense", np.ones((2, 3)), 4)
    Traceback (most recent call last):
    ValueError: Dense takes arrays (..., 4); it was given (2, 3).
    """
    if isinstance(x, tuple):
        raise TypeError(
            f"{_name(layer)} takes an array; it was given a tuple of {len(x)}. "
            "Of a recurrent layer's (outputs, state), operator.itemgetter(0) takes the outputs."
        )
    found = _shape(x)
    if found[max(0, len(found) - len(shape)) :] != shape:
        raise ValueError(f"{_name(layer)} takes arrays (..., {', '.join(map(str, shape))}); it was given {found}.")


def check_channels(layer: Any, x: Any, channels: int) -> None:
    """Raise `ValueError` unless the second axis of x (n, channels, ...) is this.

    >>> check_channels("BatchNorm", np.ones((2, 3, 5)), 3)
    """
    found = _shape(x)
    if len(found) < 2 or found[1] != channels:
        raise ValueError(f"{_name(layer)} takes arrays (n, {channels}, ...); it was given {found}.")


def check_images(name: str, x: Any) -> None:
    """Raise `ValueError` unless x is (n, channels, *size), with at least one spatial axis."""
    if len(_shape(x)) < 3:
        raise ValueError(f"{name} takes images (n, channels, *size); it was given {_shape(x)}.")


def check_function(layer: Any, what: str, f: Any) -> None:
    """Raise `TypeError` unless f can be called on arrays: a layer's class has to be called first.

    >>> check_function("Dense", "activation", "relu")
    Traceback (most recent call last):
    TypeError: Dense: activation is a function of arrays, such as nn.relu, or a layer; it was given as str.
    """
    if isinstance(f, type) and dataclasses.is_dataclass(f):
        raise TypeError(f"{_name(layer)}: {what} is the class {f.__name__}, not a layer: write {f.__name__}(...).")
    if not callable(f):
        hint = " Give a list's entries one by one: *layers." if isinstance(f, list | tuple) else ""
        raise TypeError(
            f"{_name(layer)}: {what} is a function of arrays, such as nn.relu, or a layer; "
            f"it was given as {type(f).__name__}.{hint}"
        )


def _shape(x: Any) -> tuple[int, ...]:
    return tuple(x.shape) if hasattr(x, "shape") else np.shape(x)  # np.shape of a tracked array is a dispatched call


def _name(layer: Any) -> str:
    return layer if isinstance(layer, str) else type(layer).__name__
