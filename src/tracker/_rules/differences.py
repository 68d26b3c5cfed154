"""Differences, slopes and integrals of samples along an axis."""

from __future__ import annotations

from typing import Any

import numpy as np

from tracker._core.registry import composed, each, rule
from tracker._rules.cumulative import conj
from tracker._rules.overridable import overridable
from tracker._rules.products import array
from tracker._rules.reductions import MISSING, axes_of, entry


@overridable
def _diff_back(g: Any) -> Any:
    """The adjoint of a difference along the last axis, which becomes one longer."""
    if type(g) is not np.ndarray:
        return _diff_back_of_any(g)
    x = np.empty_like(g, shape=(*g.shape[:-1], g.shape[-1] + 1))
    x[..., 0] = -g[..., 0]  # not out=: NumPy 2.4 negates float32 wrongly if both have gaps between their entries
    np.subtract(g[..., :-1], g[..., 1:], out=x[..., 1:-1])
    x[..., -1] = g[..., -1]
    return x


def _diff_back_of_any(g: Any) -> Any:
    return np.concatenate((-g[..., :1], g[..., :-1] - g[..., 1:], g[..., -1:]), axis=-1)


@overridable
def _centre_back(g: Any) -> Any:
    """The adjoint of x[i + 1] - x[i - 1] along the last axis, at the ends twice the difference of the last two."""
    if type(g) is not np.ndarray:
        return _centre_back_of_any(g)
    x = np.empty_like(g)
    x[..., 0] = -(2 * g[..., 0] + g[..., 1])
    np.subtract(g[..., :-2], g[..., 2:], out=x[..., 1:-1])
    x[..., 1] += g[..., 0]
    x[..., -2] -= g[..., -1]
    np.add(2 * g[..., -1], g[..., -2], out=x[..., -1])
    return x


def _centre_back_of_any(g: Any) -> Any:
    first, last = g[..., :1], g[..., -1:]
    inner = g[..., :-2] - g[..., 2:]
    none = np.zeros_like(inner[..., 1:])
    inner = inner + np.concatenate((first, none), axis=-1) - np.concatenate((none, last), axis=-1)
    return np.concatenate((-(2 * first + g[..., 1:2]), inner, 2 * last + g[..., -2:-1]), axis=-1)


composed(_diff_back, _diff_back_of_any)
composed(_centre_back, _centre_back_of_any)


# ---------------------------------------------------------------- diff, ediff1d, unwrap


def _length(x: Any, axis: int) -> int:
    """How many entries `prepend` or `append` adds along the axis; a scalar is one."""
    if x is MISSING:
        return 0
    return np.shape(x)[axis] if np.ndim(x) else 1


def _diff_parts(dy: Any, shape: tuple[int, ...], n: int, axis: int, prepend: Any, append: Any) -> list[Any]:
    """The gradients of `prepend`, the array (of this shape) and `append`."""
    if n == 0:  # np.diff gives back the array alone, whatever the axis
        return [None, dy, None]
    dy = np.moveaxis(dy, axis, -1)
    before, length, after = _length(prepend, axis), shape[axis], _length(append, axis)
    total = before + length + after
    if dy.shape[-1] == 0:
        dy = np.zeros_like(dy, shape=(*dy.shape[:-1], total))
    else:
        for _ in range(n):
            dy = _diff_back(dy)
    if not before and not after:  # no view of it, which would be copied
        none = dy[..., :0]
        return [none, dy if axis == -1 else np.moveaxis(dy, -1, axis), none]
    ends = (0, before, before + length, total)
    return [np.moveaxis(dy[..., ends[k] : ends[k + 1]], -1, axis) for k in range(3)]


def _diff_pullback_a(
    dy: Any, y: Any, a: Any, n: int = 1, axis: int = -1, prepend: Any = MISSING, append: Any = MISSING
) -> Any:
    return _diff_parts(dy, np.shape(a), n, axis, prepend, append)[1]


def _diff_pullback_prepend(
    dy: Any, y: Any, a: Any, n: int = 1, axis: int = -1, prepend: Any = MISSING, append: Any = MISSING
) -> Any:
    return _diff_parts(dy, np.shape(a), n, axis, prepend, append)[0]


def _diff_pullback_append(
    dy: Any, y: Any, a: Any, n: int = 1, axis: int = -1, prepend: Any = MISSING, append: Any = MISSING
) -> Any:
    return _diff_parts(dy, np.shape(a), n, axis, prepend, append)[2]


def _diff_pushforward(
    tangents: Any, y: Any, a: Any, n: int = 1, axis: int = -1, prepend: Any = MISSING, append: Any = MISSING
) -> Any:
    t_prepend, t_append = entry(tangents, 3), entry(tangents, 4)
    t = np.zeros_like(y, shape=np.shape(a)) if tangents[0] is None else tangents[0]
    if prepend is not MISSING:
        prepend = np.zeros_like(t, shape=np.shape(prepend)) if t_prepend is None else t_prepend
    if append is not MISSING:
        append = np.zeros_like(t, shape=np.shape(append)) if t_append is None else t_append
    return np.diff(t, n, axis, prepend, append)


def _ediff1d_pullback(dy: Any, y: Any, ary: Any, to_end: Any = None, to_begin: Any = None) -> Any:
    start = 0 if to_begin is None else np.size(to_begin)
    n = np.size(ary)
    g = dy[start : start + n - 1] if n else dy[:0]
    return np.reshape(_diff_back(g) if n > 1 else np.zeros_like(dy, shape=(n,)), np.shape(ary))


def _ediff1d_pullback_end(dy: Any, y: Any, ary: Any, to_end: Any = None, to_begin: Any = None) -> Any:
    return np.reshape(dy[len(dy) - np.size(to_end) :], np.shape(to_end))


def _ediff1d_pullback_begin(dy: Any, y: Any, ary: Any, to_end: Any = None, to_begin: Any = None) -> Any:
    return np.reshape(dy[: np.size(to_begin)], np.shape(to_begin))


def _ediff1d_pushforward(tangents: Any, y: Any, ary: Any, to_end: Any = None, to_begin: Any = None) -> Any:
    t = np.zeros_like(y, shape=np.shape(ary)) if tangents[0] is None else tangents[0]
    ends = []
    for k, end in ((1, to_end), (2, to_begin)):
        t_end = entry(tangents, k)
        ends.append(None if end is None else np.zeros_like(t, shape=np.shape(end)) if t_end is None else t_end)
    return np.ediff1d(t, *ends)


rule(
    np.diff, _diff_pullback_a, None, None, _diff_pullback_prepend, _diff_pullback_append, pushforward=_diff_pushforward
)
rule(
    np.ediff1d,
    _ediff1d_pullback,
    _ediff1d_pullback_end,
    _ediff1d_pullback_begin,
    pushforward=_ediff1d_pushforward,
)
rule(
    np.unwrap,  # whole periods are added, which do not change with p
    lambda dy, y, p, discont=None, axis=-1, *, period=2 * np.pi: dy,
    pushforward=lambda tangents, y, p, discont=None, axis=-1, *, period=2 * np.pi: tangents[0],
)

# ---------------------------------------------------------------- gradient

# np.gradient is a mean of the slopes d on both sides, weighted by the steps h:
#   y[i] = (1 - r[i]) * d[i - 1] + r[i] * d[i],   r[i] = h[i - 1] / (h[i - 1] + h[i]),
# at the ends the only slope (edge_order 1), or y[0] = 2 * d[0] - y[1] (edge_order 2).


def _spacings(varargs: Any, count: int) -> list[Any]:
    """The spacing of each axis."""
    if len(varargs) == 1 and np.ndim(varargs[0]) == 0:
        return [varargs[0]] * count
    return list(varargs) if varargs else [1.0] * count


def _steps(spacing: Any, like: Any) -> Any:
    return spacing if np.ndim(spacing) == 0 else np.diff(np.multiply(array(spacing, like), 1.0))


def _share(h: Any) -> Any:
    return 0.5 if np.ndim(h) == 0 else h[:-1] / (h[:-1] + h[1:])


def _inner(dy: Any, edge_order: int) -> Any:
    """What comes in for the two-sided means, and for the slopes at the ends."""
    first, inner, last = dy[..., :1], dy[..., 1:-1], dy[..., -1:]
    if edge_order != 1:  # NumPy takes all up to 2 for 2
        none = np.zeros_like(inner[..., 1:])
        inner = inner - np.concatenate((first, none), axis=-1) - np.concatenate((none, last), axis=-1)
        first, last = 2 * first, 2 * last
    return first, inner, last


def _slopes_back(dy: Any, r: Any, edge_order: int) -> Any:
    """The gradient of the slopes."""
    first, inner, last = _inner(dy, edge_order)
    return np.concatenate(((1 - r) * inner, last), axis=-1) + np.concatenate((first, r * inner), axis=-1)


def _gradient_pullback(dy: Any, y: Any, f: Any, *varargs: Any, axis: Any = None, edge_order: int = 1) -> Any:
    axes = axes_of(axis, f.ndim)
    total = None
    for k, spacing in enumerate(_spacings(varargs, len(axes))):
        g = dy if len(axes) == 1 else dy[k]
        if g is None:
            continue
        h = conj(_steps(spacing, g))
        g = np.moveaxis(g, axes[k], -1)
        if edge_order == 1 and np.ndim(h) == 0 and g.shape[-1] > 2:
            g = _centre_back(0.5 * g if type(h) is float and h == 1 else 0.5 * g / h)
        else:
            g = _diff_back(_slopes_back(g, _share(h), edge_order) / h)
        g = np.moveaxis(g, -1, axes[k])
        total = g if total is None else total + g
    return total


def _gradient_pullback_spacing(
    i: int, dy: Any, y: Any, f: Any, *varargs: Any, axis: Any = None, edge_order: int = 1
) -> Any:
    axes = axes_of(axis, np.ndim(f))
    dys = (dy,) if len(axes) == 1 else dy
    spacing = varargs[i - 1]
    if len(varargs) == 1 and np.ndim(spacing) == 0:
        parts = [
            np.sum(_spacing_back(g, f, spacing, k, edge_order)) for g, k in zip(dys, axes, strict=True) if g is not None
        ]
        return sum(parts[1:], parts[0])
    return None if dys[i - 1] is None else _spacing_back(dys[i - 1], f, spacing, axes[i - 1], edge_order)


def _spacing_back(dy: Any, f: Any, spacing: Any, axis: int, edge_order: int) -> Any:
    """The gradient of the spacing of one axis, which is last; not yet summed over the others."""
    dy = np.moveaxis(dy, axis, -1)
    h = _steps(spacing, dy)
    d = np.diff(np.moveaxis(f, axis, -1), axis=-1) / h
    h = conj(h)
    r = _share(h)
    dh = -_slopes_back(dy, r, edge_order) * conj(d) / h
    if np.ndim(h) == 0:
        return dh
    dr = _inner(dy, edge_order)[1] * conj(np.diff(d, axis=-1)) / (h[:-1] + h[1:])
    none = np.zeros_like(dy[..., :1])
    dh = dh + np.concatenate((dr * (1 - r), none), axis=-1) - np.concatenate((none, dr * r), axis=-1)
    return _diff_back(dh)


rule(np.gradient, _gradient_pullback, each(_gradient_pullback_spacing))

# ---------------------------------------------------------------- trapezoid


def _widths(x: Any, dx: Any, axis: int, ndim: int) -> Any:
    if x is None:
        return dx
    if np.ndim(x) != 1:
        return np.diff(x, axis=axis)
    shape = [1] * ndim
    shape[axis] = -1
    return np.reshape(np.diff(x), shape)


def _pair_sums(y: Any, axis: int, like: Any) -> Any:
    y = np.moveaxis(array(y, like), axis, -1)
    return np.moveaxis(y[..., 1:] + y[..., :-1], -1, axis)


def _summed_to(g: Any, shape: tuple[int, ...]) -> Any:
    """`g` summed over the axes along which an array of this shape was stretched."""
    if g.ndim > len(shape):
        g = np.sum(g, axis=tuple(range(g.ndim - len(shape))))
    stretched = tuple([k for k, n in enumerate(shape) if n == 1 and g.shape[k] != 1])
    return np.sum(g, axis=stretched, keepdims=True) if stretched else g


def _stretched(g: Any, *shapes: tuple[int, ...]) -> Any:
    """`g` in the shape that arrays of these shapes have together."""
    shape = np.broadcast_shapes(*shapes)
    return g if g.shape == shape else np.broadcast_to(g, shape)


def _trapezoid_pullback_y(
    dy: Any, result: Any, /, y: Any, x: Any = None, dx: Any = 1.0, axis: int = -1
) -> Any:  # fmt: skip
    shape = np.shape(y)
    if shape[axis] < 2:
        return np.zeros_like(dy, shape=shape)
    widths = _widths(x, dx, axis, len(shape))
    g = np.expand_dims(dy, axis) * conj(np.multiply(widths, 0.5))
    pairs = list(shape)
    pairs[axis] -= 1
    g = np.moveaxis(_summed_to(_stretched(g, tuple(pairs), np.shape(widths)), tuple(pairs)), axis, -1)
    none = np.zeros_like(g[..., :1])
    return np.moveaxis(np.concatenate((g, none), -1) + np.concatenate((none, g), -1), -1, axis)


def _trapezoid_pullback_x(
    dy: Any, result: Any, /, y: Any, x: Any = None, dx: Any = 1.0, axis: int = -1
) -> Any:  # fmt: skip
    if np.shape(y)[axis] < 2:
        return np.zeros_like(dy, shape=np.shape(x))
    sums = _pair_sums(y, axis, dy)
    widths = _widths_shape(x, axis, sums.ndim)
    g = np.expand_dims(dy, axis) * conj(0.5 * sums)
    g = _summed_to(_stretched(g, widths, sums.shape), widths)
    if np.ndim(x) == 1:
        return _diff_back(np.reshape(g, -1))
    return np.moveaxis(_diff_back(np.moveaxis(g, axis, -1)), -1, axis)


def _widths_shape(x: Any, axis: int, ndim: int) -> tuple[int, ...]:
    """The shape of `_widths`."""
    shape = [1] * ndim if np.ndim(x) == 1 else list(np.shape(x))
    shape[axis] = np.shape(x)[axis if np.ndim(x) > 1 else 0] - 1
    return tuple(shape)


def _trapezoid_pullback_dx(
    dy: Any, result: Any, /, y: Any, x: Any = None, dx: Any = 1.0, axis: int = -1
) -> Any:  # fmt: skip
    return np.expand_dims(dy, axis) * conj(0.5 * _pair_sums(y, axis, dy)) if x is None else None


def _trapezoid_pushforward(
    tangents: Any, result: Any, /, y: Any, x: Any = None, dx: Any = 1.0, axis: int = -1
) -> Any:  # fmt: skip
    t, t_x, t_dx = tangents[0], entry(tangents, 1), entry(tangents, 2)
    terms = []
    if t is not None:
        terms.append(np.trapezoid(t, x, dx, axis))
    if t_x is not None or (t_dx is not None and x is None):
        terms.append(np.trapezoid(y, t_x, t_dx, axis))
    return sum(terms[1:], terms[0]) if terms else np.zeros_like(result)


rule(
    np.trapezoid,
    _trapezoid_pullback_y,
    _trapezoid_pullback_x,
    _trapezoid_pullback_dx,
    pushforward=_trapezoid_pushforward,
)
