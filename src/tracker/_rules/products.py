"""Rules for products of arrays: dot, inner, outer, tensordot, einsum, kron, cross."""

from math import prod
from typing import Any

import numpy as np

from tracker._core.registry import adds, each, multilinear
from tracker._rules import one_pass
from tracker._rules.einsum import einsum_adjoint


def array(x: Any, like: Any) -> Any:
    """A list or number as an array of the kind of `like`; an array as it is."""
    return x if hasattr(x, "dtype") and not isinstance(x, np.generic) else np.zeros_like(like, shape=np.shape(x)) + x


def conj(x: Any) -> Any:
    """The complex conjugate; free for real arrays, which np.conj copies."""
    return np.conj(x) if x.dtype.kind == "c" else x


def conj_transpose(x: Any) -> Any:
    """The conjugate transpose of the matrices in the last two axes."""
    x = x.T if x.ndim == 2 else x.swapaxes(-1, -2)
    return np.conj(x) if x.dtype.kind == "c" else x


# ---------------------------------------------------------------- dot, inner, outer, vdot, tensordot


def dot_adjoint_a(dy: Any, y: Any, a: Any, b: Any, out: Any = None) -> Any:
    b = conj(array(b, dy))
    try:
        ndim = a.ndim
    except AttributeError:  # a Python number
        ndim = 0
    if ndim == 0 or b.ndim == 0 or dy.ndim == 0:
        return dy * b
    if b.ndim == 1:
        return dy[..., None] * b
    if b.ndim == 2:
        return np.dot(dy, b.T)
    return np.tensordot(dy, b, (_range(ndim - 1, dy.ndim), [*range(b.ndim - 2), b.ndim - 1]))


def dot_adjoint_b(dy: Any, y: Any, a: Any, b: Any, out: Any = None) -> Any:
    a = conj(array(a, dy))
    try:
        ndim = b.ndim
    except AttributeError:  # a Python number
        ndim = 0
    if ndim == 0 or a.ndim == 0 or dy.ndim == 0:
        return dy * a
    if a.ndim == 1:
        return a[:, None] * dy[..., None, :]
    if a.ndim == 2 and ndim <= 2:
        return np.dot(a.T, dy)
    rows = _range(a.ndim - 1)
    summed = np.tensordot(a, dy, (rows, rows))
    return np.moveaxis(summed, 0, -2) if ndim > 2 else summed


def inner_adjoint_a(dy: Any, y: Any, a: Any, b: Any) -> Any:
    b, ndim = conj(array(b, dy)), np.ndim(a)
    if ndim == 0 or b.ndim == 0 or dy.ndim == 0:
        return dy * b
    return np.tensordot(dy, b, (_range(ndim - 1, dy.ndim), _range(b.ndim - 1)))


def inner_adjoint_b(dy: Any, y: Any, a: Any, b: Any) -> Any:
    a = conj(array(a, dy))
    if np.ndim(b) == 0 or a.ndim == 0 or dy.ndim == 0:
        return dy * a
    rows = _range(a.ndim - 1)
    return np.tensordot(dy, a, (rows, rows))


def outer_adjoint_a(dy: Any, y: Any, a: Any, b: Any, out: Any = None) -> Any:
    return np.dot(dy, conj(array(b, dy)).ravel()).reshape(np.shape(a))


def outer_adjoint_b(dy: Any, y: Any, a: Any, b: Any, out: Any = None) -> Any:
    return np.dot(conj(array(a, dy)).ravel(), dy).reshape(np.shape(b))


def vdot_adjoint_a(dy: Any, y: Any, a: Any, b: Any) -> Any:
    return (conj(dy) * array(b, dy).ravel()).reshape(np.shape(a))  # vdot conjugates a


def vdot_adjoint_b(dy: Any, y: Any, a: Any, b: Any) -> Any:
    return (dy * array(a, dy).ravel()).reshape(np.shape(b))


def _range(*bounds: int) -> list[int]:
    return list(range(*bounds))


def tensordot_adjoint_a(dy: Any, y: Any, a: Any, b: Any, axes: Any = 2) -> Any:
    b = array(b, dy)
    summed_a, summed_b = _summed_axes(axes, a.ndim, b.ndim)
    free_a, free_b = _others(summed_a, a.ndim), _others(summed_b, b.ndim)
    g = np.tensordot(dy, conj(b), (_range(len(free_a), dy.ndim), free_b))
    order = free_a + [ax for _, ax in sorted(zip(summed_b, summed_a, strict=True))]
    return np.transpose(g, _inverse(order))


def tensordot_adjoint_b(dy: Any, y: Any, a: Any, b: Any, axes: Any = 2) -> Any:
    a = array(a, dy)
    summed_a, summed_b = _summed_axes(axes, a.ndim, b.ndim)
    free_a, free_b = _others(summed_a, a.ndim), _others(summed_b, b.ndim)
    g = np.tensordot(conj(a), dy, (free_a, _range(len(free_a))))
    order = [ax for _, ax in sorted(zip(summed_a, summed_b, strict=True))] + free_b
    return np.transpose(g, _inverse(order))


def _summed_axes(axes: Any, na: int, nb: int) -> tuple[list[int], list[int]]:
    """tensordot's `axes` as two lists of axes that are not negative."""
    try:
        of_a, of_b = axes
    except TypeError:
        return _range(na - axes, na), _range(axes)
    of_a, of_b = ([ax] if isinstance(ax, int | np.integer) else ax for ax in (of_a, of_b))
    return [int(ax) % na for ax in of_a], [int(ax) % nb for ax in of_b]


def _others(axes: list[int], ndim: int) -> list[int]:
    return [ax for ax in range(ndim) if ax not in axes]


def _inverse(order: list[int]) -> list[int]:
    """The permutation that undoes `order`."""
    return sorted(range(len(order)), key=order.__getitem__)


# ---------------------------------------------------------------- kron, cross


def kron_adjoint_a(dy: Any, y: Any, a: Any, b: Any) -> Any:
    b = array(b, dy)
    return np.dot(_pairs(dy, np.shape(a), b.shape), conj(b).ravel()).reshape(np.shape(a))


def kron_adjoint_b(dy: Any, y: Any, a: Any, b: Any) -> Any:
    a = array(a, dy)
    return np.dot(conj(a).ravel(), _pairs(dy, a.shape, np.shape(b))).reshape(np.shape(b))


def _pairs(dy: Any, a: tuple[int, ...], b: tuple[int, ...]) -> Any:
    """The entries of a Kronecker product of shapes `a`, `b`, as a matrix (size a, size b)."""
    n = max(len(a), len(b))
    a, b = (1,) * (n - len(a)) + a, (1,) * (n - len(b)) + b
    split = np.reshape(dy, [size for pair in zip(a, b, strict=True) for size in pair])
    return np.reshape(np.transpose(split, [*range(0, 2 * n, 2), *range(1, 2 * n, 2)]), (prod(a), prod(b)))


def cross_adjoint_a(
    dy: Any,
    y: Any,
    a: Any,
    b: Any,
    axisa: int = -1,
    axisb: int = -1,
    axisc: int = -1,
    axis: int | None = None,
) -> Any:
    if axis is not None:
        axisa = axisb = axisc = axis
    size, b = a.shape[axisa], np.moveaxis(conj(array(b, dy)), axisb, -1)
    dy = _in_space(dy, axisc, size == b.shape[-1] == 2)
    g = np.cross(_flat_in_space(b), dy)[..., :size]
    return np.moveaxis(g, -1, axisa if axisa < 0 else axisa - a.ndim)


def cross_adjoint_b(
    dy: Any,
    y: Any,
    a: Any,
    b: Any,
    axisa: int = -1,
    axisb: int = -1,
    axisc: int = -1,
    axis: int | None = None,
) -> Any:
    if axis is not None:
        axisa = axisb = axisc = axis
    size, a = b.shape[axisb], np.moveaxis(conj(array(a, dy)), axisa, -1)
    dy = _in_space(dy, axisc, size == a.shape[-1] == 2)
    g = np.cross(dy, _flat_in_space(a))[..., :size]
    return np.moveaxis(g, -1, axisb if axisb < 0 else axisb - b.ndim)


def _in_space(dy: Any, axisc: int, planar: bool) -> Any:
    """The gradient of a cross product as 3-vectors; that of two plane vectors is along z."""
    if not planar:
        return np.moveaxis(dy, axisc, -1)
    z = np.expand_dims(dy, -1)
    return np.concatenate([np.zeros_like(z), np.zeros_like(z), z], axis=-1)


def _flat_in_space(x: Any) -> Any:
    """2-vectors as 3-vectors with z = 0."""
    if x.shape[-1] == 3:
        return x
    return np.concatenate([x, np.zeros_like(x[..., :1])], axis=-1)


def add_product_a(into: Any, dy: Any, arguments: list[Any], kwargs: Any) -> bool:
    """The gradient of the matrix a in a @ b, b a vector: each step's may be large, and loops take thousands."""
    return kwargs is None and len(arguments) == 2 and bool(one_pass.add_outer(into, dy, arguments[1]))


def add_product_b(into: Any, dy: Any, arguments: list[Any], kwargs: Any) -> bool:
    """The gradient of the matrix b in a @ b, a a vector."""
    return kwargs is None and len(arguments) == 2 and bool(one_pass.add_outer(into, arguments[0], dy))


multilinear(np.dot, dot_adjoint_a, dot_adjoint_b)
adds(np.dot, add_product_a, add_product_b)
multilinear(np.inner, inner_adjoint_a, inner_adjoint_b)
multilinear(np.outer, outer_adjoint_a, outer_adjoint_b)
multilinear(np.vdot, vdot_adjoint_a, vdot_adjoint_b)
multilinear(np.tensordot, tensordot_adjoint_a, tensordot_adjoint_b)
multilinear(np.einsum, each(einsum_adjoint))
multilinear(np.kron, kron_adjoint_a, kron_adjoint_b)
multilinear(np.cross, cross_adjoint_a, cross_adjoint_b)

multilinear(np.linalg.outer, outer_adjoint_a, outer_adjoint_b)
multilinear(np.linalg.tensordot, tensordot_adjoint_a, tensordot_adjoint_b)
multilinear(
    np.linalg.cross,
    lambda dy, y, a, b, *, axis=-1: cross_adjoint_a(dy, y, a, b, axis=axis),
    lambda dy, y, a, b, *, axis=-1: cross_adjoint_b(dy, y, a, b, axis=axis),
)
