"""Rules for products and powers of matrices, their traces and diagonals."""

from typing import Any

import numpy as np

from tracker._core.registry import adds, linear, multilinear, rule
from tracker._rules.choosing import only
from tracker._rules.products import (
    add_product_a,
    add_product_b,
    array,
    conj,
    conj_transpose,
    dot_adjoint_a,
    dot_adjoint_b,
)

# ---------------------------------------------------------------- matmul and its kin
#
# `**ufunc` takes dtype=, casting=, order=, subok= and signature=: the derivative is the same.


def matmul_adjoint_a(dy: Any, y: Any, a: Any, b: Any, out: Any = None, *, axes: Any = None, **ufunc: Any) -> Any:
    if not hasattr(b, "dtype"):
        b = array(b, dy)
    # Two matrices come first: plain real ones have a kernel, but nested derivatives and complex ones come here.
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
    if axes is None and a.ndim == 2 and 0 < b.ndim <= 2:  # tensordot would copy a for a vector b
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
    if b.ndim == 2 and dy.size:  # one product of all rows: BLAS's threads meet once, instead of once a matrix
        return (dy.reshape(-1, dy.shape[-1]) @ conj_transpose(b)).reshape(*dy.shape[:-1], b.shape[0])
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
    return np.moveaxis(only(on_matrices(dy), on), (-2, -1), (axis1, axis2))


def linalg_trace_adjoint(dy: Any, y: Any, x: Any, *, offset: int = 0, dtype: Any = None) -> Any:
    on = diagonal_mask(dy, x.shape[-2], x.shape[-1], offset)
    return only(on_matrices(dy), on)


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


def multi_dot_pullback(dy: Any, y: Any, arrays: Any, *, out: Any = None) -> Any:
    """Each factor's gradient is a chain too, so it is multiplied in its own best order."""
    gradients = _multi_dot_gradients(dy, y, [array(x, dy) for x in arrays])
    return gradients if isinstance(arrays, list | tuple) else np.stack(gradients)


def _multi_dot_gradients(dy: Any, y: Any, arrays: list[Any]) -> list[Any]:
    if len(arrays) == 2:  # np.dot, which takes more than matrices
        return [dot_adjoint_a(dy, y, *arrays), dot_adjoint_b(dy, y, *arrays)]
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
adds(np.matmul, add_product_a, add_product_b)
multilinear(np.vecdot, vecdot_adjoint_a, vecdot_adjoint_b)
if hasattr(np, "matvec"):  # NumPy 2.2
    multilinear(np.matvec, matvec_adjoint_a, matvec_adjoint_b)
    multilinear(np.vecmat, vecmat_adjoint_a, vecmat_adjoint_b)
linear(np.trace, trace_adjoint)

multilinear(np.linalg.matmul, matmul_adjoint_a, matmul_adjoint_b)
multilinear(np.linalg.vecdot, vecdot_adjoint_a, vecdot_adjoint_b)
linear(np.linalg.trace, linalg_trace_adjoint)
linear(np.linalg.diagonal, linalg_diagonal_adjoint)
rule(np.linalg.multi_dot, multi_dot_pullback, sequences=(0,))
rule(np.linalg.matrix_power, matrix_power_pullback)
