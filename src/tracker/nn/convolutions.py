"""Convolutions as layers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from tracker.nn._fields import fill
from tracker.nn.activations import identity
from tracker.nn.convolution import conv, conv_transpose
from tracker.nn.init import Init, glorot_uniform, initial, zeros
from tracker.nn.inputs import check_function, check_groups, check_shape, check_sizes
from tracker.nn.summary import summary
from tracker.tree import static, struct

Function = Callable[[Any], Any]


@struct(init=False)
class _Convolution:
    """The parameters and options that convolutions share."""

    weight: Any
    bias: Any
    activation: Function = static(default=identity)
    stride: Any = static(default=1)
    pad: Any = static(default=0)
    dilation: Any = static(default=1)
    groups: int = static(default=1)

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
        check_function(self, "activation", activation)
        if not isinstance(kernel, tuple | list):
            raise TypeError(
                f"{type(self).__name__} takes (kernel, n_in, n_out), the kernel a tuple with one size for each "
                f"spatial axis, (3, 3) for images; it was given {kernel!r}."
            )
        check_shape(self, tuple(kernel))
        check_groups(self, groups, n_in=n_in, n_out=n_out)
        weight = initial(init, rng, (*self._channels(n_in, n_out, groups), *kernel), dtype)
        fill(self, weight=weight, bias=zeros(rng, (n_out,), dtype) if bias else None, activation=activation)
        fill(self, stride=stride, pad=pad, dilation=dilation, groups=groups)

    @staticmethod
    def _channels(n_in: int, n_out: int, groups: int) -> tuple[int, int]:
        """The first two axes of the weights."""
        return n_out, n_in // groups

    __str__ = summary


@struct(init=False)
class Conv(_Convolution):
    """activation(conv(x, weight) + bias): x (n, n_in, *size), weight (n_out, n_in / groups, *kernel).

    >>> layer = Conv((3, 3), 1, 8, pad="same", rng=np.random.default_rng(0))
    >>> layer(np.ones((2, 1, 6, 6), np.float32)).shape
    (2, 8, 6, 6)
    """

    def __call__(self, x: Any) -> Any:
        options = self.stride, self.pad, self.dilation, self.groups
        return self.activation(conv(x, self.weight, *options, bias=self.bias))


@struct(init=False)
class DepthwiseConv(Conv):
    """`Conv` with a group a channel: each of n_in channels with its own n_out / n_in kernels.

    Raises `ValueError` if n_in does not divide n_out.

    >>> layer = DepthwiseConv((3,), 4, 8, rng=np.random.default_rng(0))
    >>> layer(np.ones((2, 4, 6), np.float32)).shape, layer.weight.shape
    ((2, 8, 4), (8, 1, 3))
    """

    def __init__(
        self, kernel: tuple[int, ...], n_in: int, n_out: int, activation: Function = identity, **options: Any
    ) -> None:
        check_sizes(self, n_in=n_in, n_out=n_out)
        if n_in < 1 or n_out % n_in:
            raise ValueError(f"DepthwiseConv: {n_out} results can't be shared by {n_in} channels; give a multiple.")
        super().__init__(kernel, n_in, n_out, activation, groups=n_in, **options)


@struct(init=False)
class ConvTranspose(_Convolution):
    """activation(conv_transpose(x, weight) + bias): x (n, n_in, *size), weight (n_in, n_out / groups, *kernel).

    >>> layer = ConvTranspose((2, 2), 3, 4, stride=2, rng=np.random.default_rng(0))
    >>> layer(np.ones((1, 3, 5, 5), np.float32)).shape
    (1, 4, 10, 10)
    """

    output_pad: Any = static(default=0)

    def __init__(
        self,
        kernel: tuple[int, ...],
        n_in: int,
        n_out: int,
        activation: Function = identity,
        *,
        output_pad: Any = 0,
        **options: Any,
    ) -> None:
        super().__init__(kernel, n_in, n_out, activation, **options)
        fill(self, output_pad=output_pad)

    @staticmethod
    def _channels(n_in: int, n_out: int, groups: int) -> tuple[int, int]:
        return n_in, n_out // groups

    def __call__(self, x: Any) -> Any:
        options = self.stride, self.pad, self.dilation, self.groups
        y = conv_transpose(x, self.weight, *options, output_pad=self.output_pad)
        return self.activation(y if self.bias is None else y + self.bias.reshape(-1, *[1] * (y.ndim - 2)))
