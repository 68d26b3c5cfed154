"""Other sizes of the spatial axes of x (n, c, *size): upsampling, pixel shuffle, padding."""

from __future__ import annotations

import math
from numbers import Real
from typing import Any, Final

import numpy as np

from tracker.nn.inputs import check_images
from tracker.nn.interpolation import interpolating, mixed

_LINEAR: Final = ("linear", "bilinear", "trilinear")
_PAD_MODES: Final[dict[str, Any]] = {
    "constant": "constant",
    "reflect": "reflect",
    "symmetric": "symmetric",
    "replicate": "edge",
    "edge": "edge",
    "circular": "wrap",
    "wrap": "wrap",
}


def upsample(x: Any, scale: Any = None, *, size: Any = None, mode: str = "nearest", align_corners: bool = False) -> Any:
    """x (n, c, *size) at another spatial size: `scale` times its own, or `size`; one number or one an axis.

    "nearest": entry i of m is entry floor(i n / m) of n. "linear" ("bilinear", "trilinear": the same for two and
    three axes) interpolates: at (i + 1/2) n / m - 1/2, the ends held, where entries are seen as cells, or with
    `align_corners` at i (n - 1) / (m - 1), where they are seen as points and the first and last stay what they are.
    Raises `ValueError` for another mode, or unless one of `scale` and `size` is given.

    >>> upsample(np.array([[[1.0, 3.0]]]), 2)
    array([[[1., 1., 3., 3.]]])
    >>> upsample(np.array([[[1.0, 3.0]]]), 2, mode="linear")
    array([[[1. , 1.5, 2.5, 3. ]]])
    >>> upsample(np.array([[[1.0, 3.0]]]), size=3, mode="linear", align_corners=True)
    array([[[1., 2., 3.]]])
    """
    check_images("upsample", x)
    if mode != "nearest" and mode not in _LINEAR:
        raise ValueError(f'upsample has mode="nearest" and "linear"; it was given {mode!r}.')
    for axis, m in enumerate(_new_size(x.shape[2:], scale, size), start=2):
        n = x.shape[axis]
        if mode != "nearest":
            x = mixed(x if x.dtype.kind in "fc" else np.astype(x, np.float64), interpolating(n, m, align_corners), axis)
        elif m % n == 0:
            x = np.repeat(x, m // n, axis=axis)
        else:
            x = np.take(x, np.arange(m) * n // m, axis=axis)
    return x


def _new_size(old: tuple[int, ...], scale: Any, size: Any) -> tuple[int, ...]:
    if (scale is None) == (size is None):
        raise ValueError("upsample takes either scale or size.")
    given = scale if size is None else size
    each: tuple[Any, ...] = (given,) * len(old) if isinstance(given, Real) else tuple(given)
    new = each if size is not None else tuple(math.floor(n * k) for n, k in zip(old, each))
    if len(each) != len(old) or min((*new, *old), default=1) < 1:
        raise ValueError(f"upsample from spatial shape {old} to {new}: give a positive number for each axis.")
    return new


def pixel_shuffle(x: Any, factor: int) -> Any:
    """Channels as finer pixels: (n, c * factor**k, *size) to (n, c, *(factor * size)), k spatial axes.

    Raises `ValueError` if factor**k does not divide the channels. Shi et al. (2016), eq. 4.

    >>> pixel_shuffle(np.array([[[1.0, 2.0], [3.0, 4.0]]]), 2)
    array([[[1., 3., 2., 4.]]])
    """
    check_images("pixel_shuffle", x)
    n, channels, *size = x.shape
    k = len(size)
    if factor < 1 or channels % factor**k:
        raise ValueError(f"pixel_shuffle: {channels} channels are no multiple of {factor}**{k}.")
    x = x.reshape(n, channels // factor**k, *[factor] * k, *size)
    order = [axis for i in range(k) for axis in (2 + k + i, 2 + i)]
    return np.transpose(x, (0, 1, *order)).reshape(n, -1 if x.size else x.shape[1], *(factor * m for m in size))


def pixel_unshuffle(x: Any, factor: int) -> Any:
    """What `pixel_shuffle` undoes: (n, c, *(factor * size)) to (n, c * factor**k, *size).

    Raises `ValueError` if `factor` does not divide the sizes.

    >>> pixel_unshuffle(np.array([[[1.0, 3.0, 2.0, 4.0]]]), 2)
    array([[[1., 2.],
            [3., 4.]]])
    """
    check_images("pixel_unshuffle", x)
    n, channels, *size = x.shape
    k = len(size)
    if factor < 1 or any(m % factor for m in size):
        raise ValueError(f"pixel_unshuffle: the spatial shape {tuple(size)} is no multiple of {factor}.")
    x = x.reshape(n, channels, *(part for m in size for part in (m // factor, factor)))
    order = [*range(3, 3 + 2 * k, 2), *range(2, 2 + 2 * k, 2)]
    return np.transpose(x, (0, 1, *order)).reshape(n, channels * factor**k, *(m // factor for m in size))


def pad(x: Any, width: Any, mode: str = "constant", value: float = 0.0) -> Any:
    """x (n, c, *size) with borders: `width` a number, or for each axis a number or a pair (before, after).

    "constant" borders hold `value`, "reflect" ones mirror without the edge, "symmetric" ones with it, "replicate" (or
    "edge") ones repeat it, "circular" (or "wrap") ones go on at the other end. Raises `ValueError` for another mode.

    >>> pad(np.array([[[1.0, 2.0, 3.0]]]), 1, "circular")
    array([[[3., 1., 2., 3., 1.]]])
    """
    if mode not in _PAD_MODES:
        raise ValueError(f"pad has the modes {', '.join(_PAD_MODES)}; it was given {mode!r}.")
    check_images("pad", x)
    k = x.ndim - 2
    widths = (width,) * k if isinstance(width, int | np.integer) else tuple(width)
    pairs = [(0, 0), (0, 0), *((w, w) if isinstance(w, int | np.integer) else tuple(w) for w in widths)]
    if len(widths) != k or any(len(pair) != 2 or min(pair) < 0 for pair in pairs):
        raise ValueError(
            f"pad takes a width of at least 0, or a pair, for each of the {k} spatial axes; it was given {width!r}."
        )
    if mode == "constant":
        return np.pad(x, pairs, constant_values=value)
    return np.pad(x, pairs, _PAD_MODES[mode])
