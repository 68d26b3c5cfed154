"""Layers as plain data: frozen dataclasses whose arrays are the parameters."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from tracker.nn._fields import fill
from tracker.nn.activations import identity
from tracker.nn.convolution import conv
from tracker.nn.init import Init, glorot_uniform, zeros
from tracker.nn.pooling import maxpool, meanpool
from tracker.tree import static, struct

Function = Callable[[Any], Any]


@struct(init=False)
class Dense:
    """activation(x @ weight.T + bias): x (..., n_in) to (..., n_out), weight (n_out, n_in), bias (n_out,) or None.

    >>> layer = Dense(3, 2, rng=np.random.default_rng(0))
    >>> layer(np.ones((5, 3), np.float32)).shape
    (5, 2)
    """

    weight: Any
    bias: Any
    activation: Function = static(identity)

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
        fill(
            self,
            weight=init(rng, (n_out, n_in), dtype),
            bias=zeros(rng, (n_out,), dtype) if bias else None,
            activation=activation,
        )

    def __call__(self, x: Any) -> Any:
        y = x @ self.weight.T
        return self.activation(y if self.bias is None else y + self.bias)


@struct(init=False)
class Conv:
    """activation(conv(x, weight) + bias): x (n, n_in, *size), weight (n_out, n_in / groups, *kernel).

    >>> layer = Conv((3, 3), 1, 8, pad="same", rng=np.random.default_rng(0))
    >>> layer(np.ones((2, 1, 6, 6), np.float32)).shape
    (2, 8, 6, 6)
    """

    weight: Any
    bias: Any
    activation: Function = static(identity)
    stride: Any = static(1)
    pad: Any = static(0)
    dilation: Any = static(1)
    groups: int = static(1)

    def __init__(
        self,
        kernel: tuple[int, ...],
        n_in: int,
        n_out: int,
        activation: Function = identity,
        *,
        stride: Any = 1,
        pad: Any = 0,
        dilation: Any = 1,
        groups: int = 1,
        bias: bool = True,
        init: Init = glorot_uniform,
        rng: np.random.Generator,
        dtype: Any = np.float32,
    ) -> None:
        fill(
            self,
            weight=init(rng, (n_out, n_in // groups, *kernel), dtype),
            bias=zeros(rng, (n_out,), dtype) if bias else None,
            activation=activation,
            stride=stride,
            pad=pad,
            dilation=dilation,
            groups=groups,
        )

    def __call__(self, x: Any) -> Any:
        y = conv(x, self.weight, self.stride, self.pad, self.dilation, self.groups)
        if self.bias is not None:
            y = y + self.bias.reshape(-1, *[1] * (y.ndim - 2))
        return self.activation(y)


@struct
class MaxPool:
    """`maxpool` as a layer.

    >>> MaxPool(2)(np.ones((1, 1, 4, 4))).shape
    (1, 1, 2, 2)
    """

    window: Any = static()
    stride: Any = static(None)
    pad: Any = static(0)

    def __call__(self, x: Any) -> Any:
        return maxpool(x, self.window, self.stride, self.pad)


@struct
class MeanPool:
    """`meanpool` as a layer.

    >>> MeanPool(2)(np.ones((1, 1, 4, 4))).shape
    (1, 1, 2, 2)
    """

    window: Any = static()
    stride: Any = static(None)
    pad: Any = static(0)

    def __call__(self, x: Any) -> Any:
        return meanpool(x, self.window, self.stride, self.pad)


@struct
class Flatten:
    """All axes but the first made one: (n, ...) to (n, features).

    >>> Flatten()(np.ones((2, 3, 4))).shape
    (2, 12)
    """

    def __call__(self, x: Any) -> Any:
        return x.reshape(x.shape[0], -1)


@struct(init=False)
class Chain:
    """Layers and functions one after the other; by name where they are given by keyword.

    >>> rng = np.random.default_rng(0)
    >>> model = Chain(Dense(3, 4, np.tanh, rng=rng), Dense(4, 1, rng=rng))
    >>> model(np.ones((5, 3), np.float32)).shape, model[0].weight.shape
    ((5, 1), (4, 3))
    """

    layers: Any

    def __init__(self, *layers: Any, **named: Any) -> None:
        if layers and named:
            raise TypeError("Chain takes layers either by position or by name, not both.")
        fill(self, layers=named or layers)

    def __call__(self, x: Any) -> Any:
        for layer in self.layers.values() if isinstance(self.layers, dict) else self.layers:
            x = layer(x)
        return x

    def __getitem__(self, key: Any) -> Any:
        return self.layers[key]

    def __len__(self) -> int:
        return len(self.layers)
