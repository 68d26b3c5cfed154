"""Normalisation as layers: `weight` and `bias` are parameters, or None with `affine=False`."""

from __future__ import annotations

from typing import Any

import numpy as np

from tracker._transforms.recording import data
from tracker.nn._fields import fill
from tracker.nn.inputs import check_channels, check_groups, check_shape, check_sizes, check_width
from tracker.nn.normalise import batch_norm, group_norm, instance_norm, layer_norm, rms_norm
from tracker.nn.summary import summary
from tracker.tree import static, struct


def _affine(layer: Any, shape: tuple[int, ...], affine: bool, dtype: Any) -> None:
    fill(layer, weight=np.ones(shape, dtype) if affine else None, bias=np.zeros(shape, dtype) if affine else None)


def _last(layer: Any, x: Any) -> tuple[int, ...]:
    """The last axes of x, which have the shape of the layer."""
    shape = layer.shape
    check_width(layer, x, *shape)
    return tuple(range(-len(shape), 0))


@struct(init=False)
class LayerNorm:
    """`layer_norm` over the last axes, which have the given shape. Raises `ValueError` for another.

    >>> LayerNorm(3)(np.ones((2, 3), np.float32)).shape
    (2, 3)
    """

    weight: Any
    bias: Any
    shape: tuple[int, ...] = static()
    eps: float = static(default=1e-5)

    def __init__(self, *shape: int, eps: float = 1e-5, affine: bool = True, dtype: Any = np.float32) -> None:
        check_shape(self, shape)
        _affine(self, shape, affine, dtype)
        fill(self, shape=shape, eps=eps)

    def __call__(self, x: Any) -> Any:
        return layer_norm(x, self.weight, self.bias, _last(self, x), self.eps)

    __str__ = summary


@struct(init=False)
class RMSNorm:
    """`rms_norm` over the last axes, which have the given shape. Raises `ValueError` for another.

    >>> RMSNorm(3)(np.ones((2, 3), np.float32)).shape
    (2, 3)
    """

    weight: Any
    shape: tuple[int, ...] = static()
    eps: float = static(default=1e-5)

    def __init__(self, *shape: int, eps: float = 1e-5, affine: bool = True, dtype: Any = np.float32) -> None:
        check_shape(self, shape)
        fill(self, weight=np.ones(shape, dtype) if affine else None, shape=shape, eps=eps)

    def __call__(self, x: Any) -> Any:
        return rms_norm(x, self.weight, _last(self, x), self.eps)

    __str__ = summary


@struct(init=False)
class GroupNorm:
    """`group_norm` of x (n, channels, ...). Raises `ValueError` if `groups` does not divide `channels`.

    >>> GroupNorm(4, 2)(np.ones((2, 4, 3), np.float32)).shape
    (2, 4, 3)
    """

    weight: Any
    bias: Any
    channels: int = static()
    groups: int = static()
    eps: float = static(default=1e-5)

    def __init__(
        self, channels: int, groups: int, *, eps: float = 1e-5, affine: bool = True, dtype: Any = np.float32
    ) -> None:
        check_groups(self, groups, channels=channels)
        _affine(self, (channels,), affine, dtype)
        fill(self, channels=channels, groups=groups, eps=eps)

    def __call__(self, x: Any) -> Any:
        check_channels(self, x, self.channels)
        return group_norm(x, self.groups, self.weight, self.bias, self.eps)

    __str__ = summary


@struct(init=False)
class InstanceNorm:
    """`instance_norm` of x (n, channels, ...).

    >>> InstanceNorm(4)(np.ones((2, 4, 3), np.float32)).shape
    (2, 4, 3)
    """

    weight: Any
    bias: Any
    channels: int = static()
    eps: float = static(default=1e-5)

    def __init__(self, channels: int, *, eps: float = 1e-5, affine: bool = True, dtype: Any = np.float32) -> None:
        check_sizes(self, channels=channels)
        _affine(self, (channels,), affine, dtype)
        fill(self, channels=channels, eps=eps)

    def __call__(self, x: Any) -> Any:
        check_channels(self, x, self.channels)
        return instance_norm(x, self.weight, self.bias, self.eps)

    __str__ = summary


@struct
class RunningStatistics:
    """The mean and the variance (channels,) that a `BatchNorm` has seen so far: its state, and no parameters of it.

    >>> RunningStatistics(np.zeros(1), np.ones(1))
    RunningStatistics(mean=array([0.]), var=array([1.]))
    """

    mean: Any
    var: Any


@struct(init=False)
class BatchNorm:
    """`batch_norm` of x (n, channels, ...): in training by the batch itself, in testing by what training has seen.

    `layer(x, state)` is testing; `y, state = layer.training(x, state)` moves the state by `momentum` towards the
    batch's mean and its unbiased variance; `layer.states()` is the first one. Ioffe & Szegedy (2015), algorithm 2.
    Raises `TypeError` where no state is given, `ValueError` for a momentum that is not from 0 to 1.

    >>> layer = BatchNorm(1, dtype=float)
    >>> y, state = layer.training(np.array([[1.0], [3.0]]), layer.states())
    >>> state.mean, state.var
    (array([0.2]), array([1.1]))
    >>> layer(np.array([[0.2]]), state)
    array([[0.]])
    """

    weight: Any
    bias: Any
    channels: int = static()
    momentum: float = static(default=0.1)
    eps: float = static(default=1e-5)
    dtype: Any = static(default=np.float32)

    def __init__(
        self,
        channels: int,
        *,
        momentum: float = 0.1,
        eps: float = 1e-5,
        affine: bool = True,
        dtype: Any = np.float32,
    ) -> None:
        check_sizes(self, channels=channels)
        if not 0 <= momentum <= 1:
            raise ValueError(f"BatchNorm takes a momentum from 0 to 1; it was given {momentum}.")
        _affine(self, (channels,), affine, dtype)
        fill(self, channels=channels, momentum=momentum, eps=eps, dtype=dtype)

    def states(self) -> RunningStatistics:
        return RunningStatistics(np.zeros(self.channels, self.dtype), np.ones(self.channels, self.dtype))

    def __call__(self, x: Any, state: RunningStatistics | None = None) -> Any:
        state = _given(state, self.channels)
        check_channels(self, x, self.channels)
        return batch_norm(x, self.weight, self.bias, mean=state.mean, var=state.var, eps=self.eps)

    def training(self, x: Any, state: RunningStatistics | None, rng: Any = None) -> tuple[Any, RunningStatistics]:
        state, plain = _given(state, self.channels), data(x)
        check_channels(self, x, self.channels)
        axes = (0, *range(2, x.ndim))
        n = x.size // x.shape[1]
        if n < 2:
            raise ValueError(f"BatchNorm can't train on a single value a channel: it was given shape {x.shape}.")
        mean, var = np.mean(plain, axis=axes), np.var(plain, axis=axes) * (n / (n - 1))
        moved = RunningStatistics(self._moved(state.mean, mean), self._moved(state.var, var))
        return batch_norm(x, self.weight, self.bias, eps=self.eps), moved

    def _moved(self, old: Any, new: Any) -> Any:
        return ((1 - self.momentum) * old + self.momentum * new).astype(old.dtype)  # whatever the batch's is

    __str__ = summary


def _given(state: Any, channels: int) -> Any:
    if state is None:
        raise TypeError(
            "BatchNorm was given no state. Begin with state = nn.states(model), train with "
            "y, state = nn.training(model, x, state), test with model(x, state)."
        )
    if not isinstance(state, RunningStatistics) or np.shape(state.mean) != (channels,):
        given = f"of {np.size(state.mean)}" if isinstance(state, RunningStatistics) else f"a {type(state).__name__}"
        raise ValueError(
            f"BatchNorm takes the RunningStatistics of {channels} channels; it was given {given}: "
            "make them for this model with nn.states(model)."
        )
    return state
