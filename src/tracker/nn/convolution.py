"""Convolutions of one, two, three and more dimensions.

x is (n, c, *size), weights are (out, c / groups, *kernel), results are (n, out, *count).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from tracker.nn.correlation import by_data, by_weights, correlate, shifted
from tracker.nn.windows import per_axis, windows


def conv(
    x: Any,
    w: Any,
    stride: Any = 1,
    pad: Any = 0,
    dilation: Any = 1,
    groups: int = 1,
    flipped: bool = False,
    *,
    bias: Any = None,
) -> Any:
    """Cross-correlation of x (n, c, *size) with w (out, c / groups, *kernel), plus `bias` (out,): (n, out, *count).

    `pad` is a number, one or a pair for each axis, or "same". `flipped=True` is the mathematical
    convolution. Raises `ValueError` where shapes or options do not fit together.

    >>> conv(np.arange(4.0).reshape(1, 1, 4), np.array([[[1.0, -1.0]]]))
    array([[[-1., -1., -1.]]])
    """
    _check(x.shape, w.shape, groups)
    over = windows(x.shape[2:], w.shape[2:], stride, pad, dilation)
    if bias is None:
        return correlate(x, _turned(w, flipped), over, groups)
    if bias.shape != w.shape[:1]:
        raise ValueError(f"conv: w {w.shape} gives {w.shape[0]} channels, which a bias {bias.shape} does not fit.")
    return shifted(x, _turned(w, flipped), bias, over, groups)


def conv_data_gradient(
    dy: Any, w: Any, size: Any, stride: Any = 1, pad: Any = 0, dilation: Any = 1, groups: int = 1, flipped: bool = False
) -> Any:
    """The gradient of `conv` by its x, whose spatial shape is `size`: (n, c, *size).

    >>> conv_data_gradient(np.ones((1, 1, 3)), np.array([[[1.0, -1.0]]]), (4,))
    array([[[ 1.,  0.,  0., -1.]]])
    """
    over = windows((size,) if isinstance(size, int) else size, w.shape[2:], stride, pad, dilation)
    _check_groups(w.shape[0], groups)
    if tuple(dy.shape[1:]) != (w.shape[0], *over.places):
        raise ValueError(f"dy has shape {dy.shape}; the conv has results of shape (n, {w.shape[0]}, *{over.places}).")
    return by_data(dy, _turned(w, flipped), over, groups)


def conv_weight_gradient(
    x: Any,
    dy: Any,
    kernel: Any,
    stride: Any = 1,
    pad: Any = 0,
    dilation: Any = 1,
    groups: int = 1,
    flipped: bool = False,
) -> Any:
    """The gradient of `conv` by its weights, whose spatial shape is `kernel`: (out, c / groups, *kernel).

    >>> conv_weight_gradient(np.arange(4.0).reshape(1, 1, 4), np.ones((1, 1, 3)), (2,))
    array([[[3., 6.]]])
    """
    over = windows(x.shape[2:], kernel, stride, pad, dilation)
    _check_groups(x.shape[1], groups)
    _check_groups(dy.shape[1], groups)
    if (dy.shape[0], *dy.shape[2:]) != (x.shape[0], *over.places):
        raise ValueError(f"dy has shape {dy.shape}; the conv has results of shape ({x.shape[0]}, out, *{over.places}).")
    return _turned(by_weights(x, dy, over, groups), flipped)


def conv_transpose(
    x: Any,
    w: Any,
    stride: Any = 1,
    pad: Any = 0,
    dilation: Any = 1,
    groups: int = 1,
    flipped: bool = False,
    output_pad: Any = 0,
) -> Any:
    """The transpose of `conv` with the same weights: x (n, out, *count) to (n, c, *size).

    w is (out, c / groups, *kernel), its first axis meeting the channels of x. `output_pad`, a number or one an axis,
    adds to the far end of the result, whose size is (count - 1) * stride - padding + dilation * (kernel - 1) + 1.
    Raises `ValueError` where shapes or options do not fit together, or nothing would be left.

    >>> conv_transpose(np.ones((1, 1, 2)), np.array([[[1.0, 2.0]]]), stride=2)
    array([[[1., 2., 1., 2.]]])
    """
    ndim = x.ndim - 2
    if w.shape[0] != x.shape[1] or w.ndim != x.ndim:
        raise ValueError(
            f"x {x.shape} has {x.shape[1]} channels and w {w.shape} takes {w.shape[0]}; see conv_transpose."
        )
    if pad == "same":
        raise ValueError('conv_transpose has no pad="same"; give numbers.')
    strides, dilations = per_axis(stride, ndim, "stride"), per_axis(dilation, ndim, "dilation")
    spans = [d * (k - 1) + 1 for k, d in zip(w.shape[2:], dilations)]
    full = [(n - 1) * s + span for n, s, span in zip(x.shape[2:], strides, spans)]
    wanted = windows((2**62,) * ndim, w.shape[2:], stride, pad, dilation).pad
    ends = [high - more for (_, high), more in zip(wanted, _added(output_pad, ndim))]
    pairs = tuple((low, max(end, 0)) for (low, _), end in zip(wanted, ends))
    size = tuple(n - low - high for n, (low, high) in zip(full, pairs))
    if any(n - low - end < 1 for n, (low, _), end in zip(full, wanted, ends)) or min(size) < 0:
        raise ValueError(f"conv_transpose: of a spatial shape {tuple(full)}, pad={pad!r} leaves nothing.")
    y = conv_data_gradient(x, w, size, stride, pairs, dilation, groups, flipped)
    return y if min(ends) >= 0 else np.pad(y, ((0, 0), (0, 0), *((0, max(-end, 0)) for end in ends)))


def depthwise_conv(x: Any, w: Any, stride: Any = 1, pad: Any = 0, dilation: Any = 1, flipped: bool = False) -> Any:
    """Each channel of x (n, c, *size) with its own m kernels, w (c * m, 1, *kernel): (n, c * m, *count).

    >>> depthwise_conv(np.ones((1, 2, 3)), np.array([[[1.0]], [[2.0]]]))
    array([[[1., 1., 1.],
            [2., 2., 2.]]])
    """
    return conv(x, w, stride, pad, dilation, groups=x.shape[1], flipped=flipped)


def _added(output_pad: Any, ndim: int) -> tuple[int, ...]:
    found = (output_pad,) * ndim if isinstance(output_pad, int) else tuple(output_pad)
    if len(found) != ndim or min(found) < 0:
        raise ValueError(f"output_pad {output_pad!r} is no number, or one an axis, for {ndim} spatial axes.")
    return found


def _turned(w: Any, flipped: bool) -> Any:
    return np.flip(w, tuple(range(2, w.ndim))) if flipped else w


def _check_groups(channels: int, groups: int) -> None:
    if groups < 1 or channels % groups:
        raise ValueError(f"{channels} channels can't be parted into {groups} groups; give a divisor.")


def _check(x: tuple[int, ...], w: tuple[int, ...], groups: int) -> None:
    if len(x) != len(w) or len(x) < 3:
        raise ValueError(f"conv takes x (n, c, *size) and w (out, c / groups, *kernel); it was given {x} and {w}.")
    if groups < 1 or w[1] * groups != x[1] or w[0] % groups:
        raise ValueError(
            f"x {x} has {x[1]} channels, its second axis, in {groups} groups; w {w} takes {w[1] * groups}: "
            "see tracker.nn.conv."
        )
