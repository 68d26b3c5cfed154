"""Rules for products of arrays: matmul, dot, tensordot, einsum, kron, cross, trace..."""

from math import prod
from typing import Any

import numpy as np

from tracker._core.registry import each, linear, multilinear, rule
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


# ---------------------------------------------------------------- matmul and its kin
#
# `**ufunc` takes dtype=, casting=, order=, subok= and signature=: the derivative is the same.


def matmul_adjoint_a(dy: Any, y: Any, a: Any, b: Any, out: Any = None, *, axes: Any = None, **ufunc: Any) -> Any:
    if not hasattr(b, "dtype"):
        b = array(b, dy)
    # Two matrices come first, with all in line: 0.3 us a call, and small networks live here.
    if axes is None and a.ndim == 2 == b.ndim:
        return dy @ (np.conj(b.T) if b.dtype.kind == "c" else b.T)
    if axes is None:
        return _matmul_a(dy, b, a.ndim)
    own, other, result = _core_axes(axes, min(a.ndim, 2), min(b.ndim, 2))
    g = _matmul_a(_to_end(dy, result), _to_end(b, other), a.ndim)
    return _from_end(g, own, a.ndim)


def matmul_adjoint_b(dy: Any, y: Any, a: Any, b: Any, out: Any = None, *, axes: Any = None, **ufunc: Any) -> Any:
    if not hasattr(a, "dtype"):
        a = array(a, dy)
    if axes is None and a.ndim == 2 == b.ndim:
        return (np.conj(a.T) if a.dtype.kind == "c" else a.T) @ dy
    if axes is None:
        return _matmul_b(dy, a, b.ndim)
    other, own, result = _core_axes(axes, min(a.ndim, 2), min(b.ndim, 2))
    g = _matmul_b(_to_end(dy, result), _to_end(a, other), b.ndim)
    return _from_end(g, own, b.ndim)


def _matmul_a(dy: Any, b: Any, ndim: int) -> Any:
    """The gradient of a in a @ b, a of `ndim` axes."""
    if b.ndim == 1:
        return dy[..., None] * conj(b) if ndim > 1 else dy * conj(b)
    if ndim == 1:
        return (conj(b) @ dy[..., None])[..., 0]
    if ndim == 2 and b.ndim > 2:  # one product, instead of a batch that is summed later
        batch = list(range(b.ndim - 2))
        return np.tensordot(dy, conj(b), ([*batch, b.ndim - 1], [*batch, b.ndim - 1]))
    return dy @ conj_transpose(b)


def _matmul_b(dy: Any, a: Any, ndim: int) -> Any:
    """The gradient of b in a @ b, b of `ndim` axes."""
    if a.ndim == 1:
        return conj(a)[:, None] * dy[..., None, :] if ndim > 1 else dy * conj(a)
    if ndim <= 2:  # one product over all rows, instead of a batch that is summed later
        rows = list(range(a.ndim - 1))
        return np.tensordot(conj(a), dy, (rows, rows))
    return conj_transpose(a) @ dy


def vecdot_adjoint_a(
    dy: Any, y: Any, a: Any, b: Any, out: Any = None, *,
    axes: Any = None, axis: int = -1, keepdims: bool = False, **ufunc: Any,
) -> Any:  # fmt: skip
    own, other, kept = _vecdot_axes(axes, axis)
    return _from_end(_vector(conj(dy), kept, keepdims) * _to_end(array(b, dy), other), own, a.ndim)


def vecdot_adjoint_b(
    dy: Any, y: Any, a: Any, b: Any, out: Any = None, *,
    axes: Any = None, axis: int = -1, keepdims: bool = False, **ufunc: Any,
) -> Any:  # fmt: skip
    other, own, kept = _vecdot_axes(axes, axis)
    return _from_end(_vector(dy, kept, keepdims) * _to_end(array(a, dy), other), own, b.ndim)


def matvec_adjoint_a(dy: Any, y: Any, a: Any, b: Any, out: Any = None, *, axes: Any = None, **ufunc: Any) -> Any:
    own, other, result = _core_axes(axes, 2, 1)
    g = _to_end(dy, result)[..., None] * conj(_to_end(array(b, dy), other))[..., None, :]
    return _from_end(g, own, a.ndim)


def matvec_adjoint_b(dy: Any, y: Any, a: Any, b: Any, out: Any = None, *, axes: Any = None, **ufunc: Any) -> Any:
    other, own, result = _core_axes(axes, 2, 1)
    g = np.matvec(conj_transpose(_to_end(array(a, dy), other)), _to_end(dy, result))
    return _from_end(g, own, b.ndim)


def vecmat_adjoint_a(dy: Any, y: Any, a: Any, b: Any, out: Any = None, *, axes: Any = None, **ufunc: Any) -> Any:
    own, other, result = _core_axes(axes, 1, 2)
    g = np.matvec(_to_end(array(b, dy), other), conj(_to_end(dy, result)))  # vecmat conjugates a
    return _from_end(g, own, a.ndim)


def vecmat_adjoint_b(dy: Any, y: Any, a: Any, b: Any, out: Any = None, *, axes: Any = None, **ufunc: Any) -> Any:
    other, own, result = _core_axes(axes, 1, 2)
    g = _to_end(array(a, dy), other)[..., None] * _to_end(dy, result)[..., None, :]
    return _from_end(g, own, b.ndim)


def _core_axes(axes: Any, *core: int) -> tuple[tuple[int, ...], ...]:
    """The ufunc keyword `axes` as three tuples; the result's may have been left out."""
    if axes is None:
        return (), (), ()
    full = [ax if isinstance(ax, tuple) else (ax,) for ax in axes]
    return tuple(full if len(full) > len(core) else [*full, ()])


def _vecdot_axes(axes: Any, axis: int) -> tuple[tuple[int, ...], ...]:
    return ((axis,), (axis,), (axis,)) if axes is None else _core_axes(axes, 1, 1)


def _vector(dy: Any, kept: tuple[int, ...], keepdims: bool) -> Any:
    """dy of vecdot with the axis that was summed as a last one of length 1."""
    if dy.ndim == 0:
        return dy
    return _to_end(dy, kept) if keepdims else dy[..., None]


def _to_end(x: Any, axes: tuple[int, ...]) -> Any:
    return np.moveaxis(x, axes, tuple(range(-len(axes), 0))) if axes else x


def _from_end(g: Any, axes: tuple[int, ...], ndim: int) -> Any:
    """The last axes of `g` put to where an operand of `ndim` axes has them.

    `g` may have more axes in front: those are summed later, so count from the end.
    """
    if not axes:
        return g
    return np.moveaxis(g, tuple(range(-len(axes), 0)), [ax % ndim - ndim for ax in axes])


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


# ---------------------------------------------------------------- trace, diagonal


def trace_adjoint(
    dy: Any,
    y: Any,
    a: Any,
    offset: int = 0,
    axis1: int = 0,
    axis2: int = 1,
    dtype: Any = None,
    out: Any = None,
) -> Any:
    on = diagonal_mask(dy, a.shape[axis1], a.shape[axis2], offset)
    axis1, axis2 = axis1 % a.ndim, axis2 % a.ndim
    return np.moveaxis(np.where(on, on_matrices(dy), 0), (-2, -1), (axis1, axis2))


def linalg_trace_adjoint(dy: Any, y: Any, x: Any, *, offset: int = 0, dtype: Any = None) -> Any:
    on = diagonal_mask(dy, x.shape[-2], x.shape[-1], offset)
    return np.where(on, on_matrices(dy), 0)


def linalg_diagonal_adjoint(dy: Any, y: Any, x: Any, *, offset: int = 0) -> Any:
    n, m = x.shape[-2:]
    if dy.shape[-1] == 0:
        return np.zeros_like(dy, shape=(*dy.shape[:-1], n, m))
    row = np.clip(np.arange(n) + min(offset, 0), 0, dy.shape[-1] - 1)
    return np.where(diagonal_mask(dy, n, m, offset), dy[..., row, None], 0)


def on_matrices(x: Any) -> Any:
    """Numbers, one for each matrix, with the two axes of matrices as length 1."""
    return x[..., None, None] if x.ndim else x


def diagonal_mask(like: Any, n: int, m: int, offset: int) -> Any:
    """True on a diagonal of an (n, m) matrix; made from `like`, to be of its array type."""
    return np.triu(np.tril(np.ones_like(like, shape=(n, m), dtype=bool), offset), offset)


# ---------------------------------------------------------------- products of many


def multi_dot_pullback(dy: Any, y: Any, arrays: Any, *, out: Any = None) -> list[Any]:
    """Each factor's gradient is a chain too, so it is multiplied in its own best order."""
    arrays = [array(x, dy) for x in arrays]
    shapes = [x.shape for x in arrays]
    first, last = arrays[0].ndim == 1, arrays[-1].ndim == 1
    if first:
        arrays[0] = arrays[0][None, :]
    if last:
        arrays[-1] = arrays[-1][:, None]
    dy = dy.reshape(arrays[0].shape[0], arrays[-1].shape[1])
    turned = [conj_transpose(x) for x in arrays]
    chains = [[*turned[:i][::-1], dy, *turned[i + 1 :][::-1]] for i in range(len(turned))]
    # A gradient of factor i is left^H dy right^H: left factors reversed come before dy.
    return [np.linalg.multi_dot(c).reshape(s) for c, s in zip(chains, shapes, strict=True)]


def matrix_power_pullback(dy: Any, y: Any, a: Any, n: int) -> Any:
    if n == 0:
        return np.zeros_like(dy)
    if n > 0:
        return _power_gradient(dy, conj_transpose(a), n)
    inverse = conj_transpose(np.linalg.inv(a))
    return -inverse @ _power_gradient(dy, inverse, -n) @ inverse


def _power_gradient(dy: Any, b: Any, n: int) -> Any:
    """The sum of b^k dy b^(n-1-k) over k < n, in O(log n) products."""
    if n == 1:
        return dy
    if n % 2:
        return _power_gradient(dy @ b, b, n - 1) + np.linalg.matrix_power(b, n - 1) @ dy
    half = np.linalg.matrix_power(b, n // 2)
    return _power_gradient(dy @ half + half @ dy, b, n // 2)


multilinear(np.matmul, matmul_adjoint_a, matmul_adjoint_b)
multilinear(np.vecdot, vecdot_adjoint_a, vecdot_adjoint_b)
multilinear(np.matvec, matvec_adjoint_a, matvec_adjoint_b)
multilinear(np.vecmat, vecmat_adjoint_a, vecmat_adjoint_b)
multilinear(np.dot, dot_adjoint_a, dot_adjoint_b)
multilinear(np.inner, inner_adjoint_a, inner_adjoint_b)
multilinear(np.outer, outer_adjoint_a, outer_adjoint_b)
multilinear(np.vdot, vdot_adjoint_a, vdot_adjoint_b)
multilinear(np.tensordot, tensordot_adjoint_a, tensordot_adjoint_b)
multilinear(np.einsum, each(einsum_adjoint))
multilinear(np.kron, kron_adjoint_a, kron_adjoint_b)
multilinear(np.cross, cross_adjoint_a, cross_adjoint_b)
linear(np.trace, trace_adjoint)

multilinear(np.linalg.matmul, matmul_adjoint_a, matmul_adjoint_b)
multilinear(np.linalg.vecdot, vecdot_adjoint_a, vecdot_adjoint_b)
multilinear(np.linalg.outer, outer_adjoint_a, outer_adjoint_b)
multilinear(np.linalg.tensordot, tensordot_adjoint_a, tensordot_adjoint_b)
multilinear(
    np.linalg.cross,
    lambda dy, y, a, b, *, axis=-1: cross_adjoint_a(dy, y, a, b, axis=axis),
    lambda dy, y, a, b, *, axis=-1: cross_adjoint_b(dy, y, a, b, axis=axis),
)
linear(np.linalg.trace, linalg_trace_adjoint)
linear(np.linalg.diagonal, linalg_diagonal_adjoint)
rule(np.linalg.multi_dot, multi_dot_pullback, sequences=(0,))
rule(np.linalg.matrix_power, matrix_power_pullback)
