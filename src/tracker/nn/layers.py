"""Layers as plain data: frozen dataclasses whose arrays are the parameters. Here: those without spatial axes."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from tracker.nn._fields import fill
from tracker.nn.activations import identity
from tracker.nn.embedding import embedding
from tracker.nn.init import Init, glorot_uniform, initial, normal, zeros
from tracker.nn.inputs import check_function, check_shape, check_sizes, check_width, refuse_tuple
from tracker.nn.summary import summary
from tracker.tree import static, struct

Function = Callable[[Any], Any]


@struct(init=False)
class Dense:
    """activation(x @ weight.T + bias): x (..., n_in) to (..., n_out), weight (n_out, n_in), bias (n_out,) or None.

    Raises `ValueError`, as all layers do, for an input whose shape does not fit.

    >>> layer = Dense(3, 2, rng=np.random.default_rng(0))
    >>> layer(np.ones((5, 3), np.float32)).shape
    (5, 2)
    """

    weight: Any
    bias: Any
    activation: Function = static(default=identity)

    def __init__(
        self,
        n_in: int,
        n_out: int,
        activation: Function = identity,
        *,
        bias: bool = True,
        init: Init = glorot_uniform,
        rng: np.random.Generator,
        dtype: Any = np.float32,
    ) -> None:
        check_function(self, "activation", activation)
        check_sizes(self, n_in=n_in, n_out=n_out)
        fill(
            self,
            weight=initial(init, rng, (n_out, n_in), dtype),
            bias=zeros(rng, (n_out,), dtype) if bias else None,
            activation=activation,
        )

    def __call__(self, x: Any) -> Any:
        check_width(self, x, self.weight.shape[1])
        rows = x if np.ndim(x) <= 2 else x.reshape(math.prod(x.shape[:-1]), x.shape[-1])
        y = rows @ self.weight.T  # one product: quicker than one for each matrix of x
        y = y if self.bias is None else y + self.bias
        return self.activation(y if rows is x else y.reshape(*x.shape[:-1], y.shape[-1]))

    __str__ = summary


@struct(init=False)
class Bilinear:
    """activation(x' weight_k y + bias_k) for each k: x (..., n), y (..., m) to (..., n_out), weight (n_out, n, m).

    >>> layer = Bilinear(3, 4, 2, rng=np.random.default_rng(0))
    >>> layer(np.ones((5, 3), np.float32), np.ones((5, 4), np.float32)).shape
    (5, 2)
    """

    weight: Any
    bias: Any
    activation: Function = static(default=identity)

    def __init__(
        self,
        n: int,
        m: int,
        n_out: int,
        activation: Function = identity,
        *,
        bias: bool = True,
        init: Init = glorot_uniform,
        rng: np.random.Generator,
        dtype: Any = np.float32,
    ) -> None:
        check_function(self, "activation", activation)
        check_sizes(self, n=n, m=m, n_out=n_out)
        fill(
            self,
            weight=initial(init, rng, (n_out, n, m), dtype),
            bias=zeros(rng, (n_out,), dtype) if bias else None,
            activation=activation,
        )

    def __call__(self, x: Any, y: Any = None) -> Any:
        y = x if y is None else y
        check_width(self, x, self.weight.shape[1])
        check_width(self, y, self.weight.shape[2])
        z = np.einsum("...i,kij,...j->...k", x, self.weight, y, optimize=True)
        return self.activation(z if self.bias is None else z + self.bias)

    __str__ = summary


@struct(init=False)
class Scale:
    """activation(x * scale + bias), entry by entry: x (..., *shape), scale (*shape), bias (*shape) or None.

    >>> Scale(3)(np.ones((2, 3), np.float32)).shape
    (2, 3)
    """

    scale: Any
    bias: Any
    activation: Function = static(default=identity)

    def __init__(
        self, *shape: int, activation: Function = identity, bias: bool = True, dtype: Any = np.float32
    ) -> None:
        check_function(self, "activation", activation)
        check_shape(self, shape)
        fill(
            self,
            scale=np.ones(shape, dtype),
            bias=np.zeros(shape, dtype) if bias else None,
            activation=activation,
        )

    def __call__(self, x: Any) -> Any:
        check_width(self, x, *self.scale.shape)
        y = x * self.scale
        return self.activation(y if self.bias is None else y + self.bias)

    __str__ = summary


@struct(init=False)
class Embedding:
    """The rows of `weight` (entries, width) at whole numbers (...): (..., width), zero at `padding`; see `embedding`.

    >>> Embedding(10, 4, rng=np.random.default_rng(0))(np.array([[1, 9]])).shape
    (1, 2, 4)
    """

    weight: Any
    padding: int | None = static(default=None)

    def __init__(
        self,
        entries: int,
        width: int,
        *,
        padding: int | None = None,
        init: Init = normal,
        rng: np.random.Generator,
        dtype: Any = np.float32,
    ) -> None:
        check_sizes(self, entries=entries, width=width)
        fill(self, weight=initial(init, rng, (entries, width), dtype), padding=padding)

    def __call__(self, indices: Any) -> Any:
        return embedding(indices, self.weight, padding=self.padding)

    __str__ = summary


@struct
class Flatten:
    """All axes but the first made one: (n, ...) to (n, features).

    >>> Flatten()(np.ones((2, 3, 4))).shape
    (2, 12)
    """

    def __call__(self, x: Any) -> Any:
        refuse_tuple(self, x)
        if np.ndim(x) < 1:
            raise ValueError("Flatten takes arrays (n, ...); it was given a number.")
        return x.reshape(x.shape[0], math.prod(x.shape[1:]))
