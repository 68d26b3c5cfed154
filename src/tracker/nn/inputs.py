"""What layers check about what they are given: NumPy would broadcast, or name no layer."""

from __future__ import annotations

import dataclasses
import inspect
from typing import Any

import numpy as np

from tracker import tree


def check_width(layer: Any, x: Any, *shape: int) -> None:
    """Raise unless the last axes of x (..., *shape) are these: `ValueError`, or `TypeError` for a tuple.

    >>> check_width("Dense", np.ones((2, 3)), 4)
    Traceback (most recent call last):
    ValueError: Dense takes arrays (..., 4); it was given (2, 3).
    """
    found = _shape(layer, x)
    if found[max(0, len(found) - len(shape)) :] != shape:
        raise ValueError(f"{_name(layer)} takes arrays (..., {', '.join(map(str, shape))}); it was given {found}.")


def check_channels(layer: Any, x: Any, channels: int | None = None) -> None:
    """Raise `ValueError` unless x (n, channels, ...) has a second axis, of this length if it is given.

    >>> check_channels("BatchNorm", np.ones((2, 3, 5)), 3)
    """
    found = _shape(layer, x)
    if len(found) < 2 or channels not in (None, found[1]):
        wanted = "channels" if channels is None else channels
        raise ValueError(f"{_name(layer)} takes arrays (n, {wanted}, ...); it was given {found}.")


def check_images(name: str, x: Any) -> None:
    """Raise `ValueError` unless x is (n, channels, *size), with at least one spatial axis."""
    if len(_shape(name, x)) < 3:
        raise ValueError(f"{name} takes images (n, channels, *size); it was given {_shape(name, x)}.")


def check_function(layer: Any, what: str, f: Any) -> None:
    """Raise `TypeError` unless f can be called on arrays, and for arrays in it that would not be trained.

    A layer's class has to be called first.

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
    _check_trained(layer, what, f)


def _check_trained(layer: Any, what: str, f: Any) -> None:
    kind = type(f).__name__
    if what == "activation" and _holds_arrays(f):
        raise TypeError(f"{_name(layer)}: the arrays of {kind} would not be trained as an activation; use nn.Chain.")
    leaves = tree.flatten(f)[0]
    if len(leaves) == 1 and leaves[0] is f and any(map(_holds_arrays, getattr(f, "__dict__", {}).values())):
        raise TypeError(
            f"{_name(layer)}: the arrays of {what}, a {kind}, would not be trained: mark the class with "
            "@tracker.struct. If they are constant, write lambda x: f(x)."
        )


def _holds_arrays(x: Any) -> bool:
    return any(hasattr(leaf, "dtype") and tree.is_parameter(leaf) for leaf in tree.flatten(x)[0])


def check_connection(layer: Any, f: Any, n: int) -> None:
    """Raise `TypeError` unless f can join n results: of a ufunc an argument too many would be where it writes.

    >>> check_connection("Parallel", np.add, 3)
    >>> check_connection("Parallel", np.tanh, 2)
    Traceback (most recent call last):
    TypeError: Parallel: the connection tanh does not take 2 results: it comes first, np.add for their sum.
    """
    check_function(layer, "connection", f)
    if isinstance(f, np.ufunc):
        fits = n == f.nin or n > f.nin == 2
    else:
        fits = not dataclasses.is_dataclass(f) or (n > 1 and _takes(f, n))
    if not fits:
        raise TypeError(
            f"{_name(layer)}: the connection {getattr(f, '__name__', type(f).__name__)} does not take {n} "
            f"result{'s' * (n > 1)}: it comes first, np.add for their sum."
        )


def _takes(f: Any, n: int) -> bool:
    try:
        inspect.signature(f).bind(*range(n))
    except TypeError:
        return False
    return True


def check_sizes(layer: Any, **sizes: Any) -> None:
    """Raise `TypeError` unless these are whole numbers, at least 0.

    >>> check_sizes("Dense", n_in=3, n_out=None)
    Traceback (most recent call last):
    TypeError: Dense: n_out is a whole number, at least 0; it was given as None.
    """
    for name, n in sizes.items():
        if not _is_size(n):
            raise TypeError(f"{_name(layer)}: {name} is a whole number, at least 0; it was given as {n!r}.")


def check_shape(layer: Any, shape: tuple[Any, ...]) -> None:
    """Raise `TypeError` unless this is made of whole numbers, at least 0.

    >>> check_shape("LayerNorm", ((3, 4),))
    Traceback (most recent call last):
    TypeError: LayerNorm takes whole numbers, at least 0, one by one; it was given ((3, 4),).
    """
    if not all(map(_is_size, shape)):
        raise TypeError(f"{_name(layer)} takes whole numbers, at least 0, one by one; it was given {shape}.")


def _is_size(n: Any) -> bool:
    return isinstance(n, int | np.integer) and bool(n >= 0)


def check_groups(layer: Any, groups: int, **channels: int) -> None:
    """Raise `ValueError` unless `groups` divides these numbers of channels.

    >>> check_groups("Conv", 2, n_in=4, n_out=6)
    """
    check_sizes(layer, groups=groups, **channels)
    for name, n in channels.items():
        if groups < 1 or n % groups:
            raise ValueError(f"{_name(layer)}: {name}={n} can't be parted into {groups} groups; give a divisor.")


def refuse_tuple(layer: Any, x: Any) -> None:
    """Raise `TypeError` for a tuple."""
    if isinstance(x, tuple):
        raise TypeError(
            f"{_name(layer)} takes an array; it was given a tuple of {len(x)}. "
            "Of a recurrent layer's (outputs, state), operator.itemgetter(0) takes the outputs."
        )


def _shape(layer: Any, x: Any) -> tuple[int, ...]:
    refuse_tuple(layer, x)
    return tuple(x.shape) if hasattr(x, "shape") else np.shape(x)  # np.shape of a tracked array is a dispatched call


def _name(layer: Any) -> str:
    return layer if isinstance(layer, str) else type(layer).__name__
