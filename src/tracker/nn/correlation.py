"""Cross-correlation and its adjoints by each argument: three bilinear functions, each a gradient of the others."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from tracker._core.registry import multilinear, rule
from tracker._rules.products import conj
from tracker.nn._primitive import primitive
from tracker.nn.blocks import blocks
from tracker.nn.windows import Windows


@primitive
def correlate(x: Any, w: Any, over: Windows, groups: int) -> Any:
    """x (n, c, *size) with w (out, c / groups, *kernel): (n, out, *places)."""
    return _correlated(x, w, None, over, groups)


@primitive
def shifted(x: Any, w: Any, bias: Any, over: Windows, groups: int) -> Any:
    """`correlate` plus `bias` (out,)."""
    return _correlated(x, w, bias, over, groups)


def _correlated(x: Any, w: Any, bias: Any, over: Windows, groups: int) -> Any:
    n, c, out = x.shape[0], x.shape[1], w.shape[0]
    rows = w.reshape(groups, out // groups, -1)
    dtype = np.result_type(x.dtype, w.dtype) if bias is None else np.result_type(x.dtype, w.dtype, bias.dtype)
    y: Any = np.empty_like(x, shape=(n, out, *over.places), dtype=dtype)
    for layout, parts in blocks(n, c, dtype.itemsize, over):
        bordered, columns, frames = layout.borders(x, c), layout.columns(x, c), layout.frames(y, out)
        product = frames.reshape(groups, out // groups, -1)[..., : layout.length]
        for images in parts:
            layout.images(bordered)[...] = x[images]
            layout.gather(bordered, columns)
            np.matmul(rows, columns.reshape(groups, -1, layout.length), out=product)
            if bias is None:
                y[images] = layout.results(frames)
            else:
                np.add(layout.results(frames), bias.reshape(-1, *[1] * len(over.places)), out=y[images])
    return y


@primitive
def by_data(dy: Any, w: Any, over: Windows, groups: int) -> Any:
    """The adjoint of `correlate` by x: dy (n, out, *places) to (n, c, *size)."""
    n, out, c = dy.shape[0], dy.shape[1], w.shape[1] * groups
    rows = np.swapaxes(w.reshape(groups, out // groups, -1), -1, -2)
    dtype = np.result_type(dy.dtype, w.dtype)
    dx: Any = np.empty_like(dy, shape=(n, c, *over.size), dtype=dtype)
    for layout, parts in blocks(n, c, dtype.itemsize, over):
        bordered, columns, frames = layout.borders(dx, c), layout.columns(dx, c), layout.frames(dy, out)
        framed = frames.reshape(groups, out // groups, -1)[..., : layout.length]
        for images in parts:
            layout.results(frames)[...] = dy[images]
            np.matmul(rows, framed, out=columns.reshape(groups, -1, layout.length))
            bordered[...] = 0
            layout.scatter(columns, bordered)
            dx[images] = layout.images(bordered)
    return dx


@primitive
def by_weights(x: Any, dy: Any, over: Windows, groups: int) -> Any:
    """The adjoint of `correlate` by w: (out, c / groups, *kernel)."""
    n, c, out = x.shape[0], x.shape[1], dy.shape[1]
    dtype = np.result_type(x.dtype, dy.dtype)
    dw: Any = np.zeros_like(x, shape=(groups, out // groups, c // groups * math.prod(over.kernel)), dtype=dtype)
    for layout, parts in blocks(n, c, dtype.itemsize, over):
        bordered, columns, frames = layout.borders(x, c), layout.columns(x, c), layout.frames(dy, out)
        framed = frames.reshape(groups, out // groups, -1)[..., : layout.length]
        for images in parts:
            layout.images(bordered)[...] = x[images]
            layout.gather(bordered, columns)
            layout.results(frames)[...] = dy[images]
            dw += framed @ np.swapaxes(columns.reshape(groups, -1, layout.length), -1, -2)
    return dw.reshape(out, c // groups, *over.kernel)


def _shifted_forward(tangents: Any, y: Any, x: Any, w: Any, bias: Any, over: Windows, groups: int) -> Any:
    dx, dw, dbias, *_ = tangents
    dy: Any = np.zeros_like(y) if dbias is None else np.broadcast_to(dbias.reshape(-1, *[1] * (y.ndim - 2)), y.shape)
    if dx is not None:
        dy = dy + correlate(dx, w, over, groups)
    return dy if dw is None else dy + correlate(x, dw, over, groups)


multilinear(
    correlate,
    lambda dy, y, x, w, over, groups: by_data(dy, conj(w), over, groups),
    lambda dy, y, x, w, over, groups: by_weights(conj(x), dy, over, groups),
    None,
    None,
)
rule(
    shifted,
    lambda dy, y, x, w, bias, over, groups: by_data(dy, conj(w), over, groups),
    lambda dy, y, x, w, bias, over, groups: by_weights(conj(x), dy, over, groups),
    lambda dy, y, x, w, bias, over, groups: np.sum(dy, axis=(0, *range(2, dy.ndim))),
    None,
    None,
    pushforward=_shifted_forward,
)
multilinear(
    by_data,
    lambda g, dx, dy, w, over, groups: correlate(g, conj(w), over, groups),
    lambda g, dx, dy, w, over, groups: by_weights(g, conj(dy), over, groups),
    None,
    None,
)
multilinear(
    by_weights,
    lambda g, dw, x, dy, over, groups: by_data(conj(dy), g, over, groups),
    lambda g, dw, x, dy, over, groups: correlate(conj(x), g, over, groups),
    None,
    None,
)
