"""Rules for np.linalg.norm and its kin, and for cond."""

from typing import Any

import numpy as np

from tracker._core.registry import rule
from tracker._rules.matrices import diagonal_mask
from tracker._rules.products import conj_transpose

_Axes = tuple[int, ...]


def norm_pullback(dy: Any, y: Any, x: Any, ord: Any = None, axis: Any = None, keepdims: bool = False) -> Any:
    if axis is None and ord is None:
        return _two(dy, y, x)
    axes = tuple(range(x.ndim)) if axis is None else axis if isinstance(axis, tuple) else (int(axis),)
    if not keepdims:
        dy, y = _expand(dy, axes), _expand(y, axes)
    if len(axes) == 1:
        return _vector(dy, y, x, 2 if ord is None else ord, axes)
    return _matrix(dy, y, x, ord, axes)


def vector_norm_pullback(dy: Any, y: Any, x: Any, *, axis: Any = None, keepdims: bool = False, ord: Any = 2) -> Any:
    axes = tuple(range(x.ndim)) if axis is None else axis if isinstance(axis, tuple) else (int(axis),)
    if not keepdims:
        dy, y = _expand(dy, axes), _expand(y, axes)
    return _vector(dy, y, x, 2 if ord is None else ord, axes)


def matrix_norm_pullback(dy: Any, y: Any, x: Any, *, keepdims: bool = False, ord: Any = "fro") -> Any:
    if not keepdims:
        dy, y = _expand(dy, (-2, -1)), _expand(y, (-2, -1))
    return _matrix(dy, y, x, ord, (-2, -1))


def cond_pullback(dy: Any, y: Any, x: Any, p: Any = None) -> Any:
    dy, y = _expand(dy, (-2, -1)), _expand(y, (-2, -1))
    if p is None or p in (2, -2):
        u, s, vh = np.linalg.svd(x, full_matrices=False)
        over, under = (0, -1) if p != -2 else (-1, 0)
        dy = dy / s[..., under, None, None]
        g = dy * _spread(s, over) - dy * y * _spread(s, under)
        return (u * g) @ vh
    singular = np.isinf(y)  # where NumPy gives inf, inv would raise
    if np.any(singular):
        x = np.where(singular, diagonal_mask(x, x.shape[-1], x.shape[-1], 0).astype(x.dtype), x)
    inverse = np.linalg.inv(x)
    norms = [np.linalg.norm(z, p, axis=(-2, -1), keepdims=True) for z in (x, inverse)]
    direct = _matrix(dy * norms[1], norms[0], x, p, (-2, -1))
    turned = conj_transpose(inverse)
    through = _matrix(dy * norms[0], norms[1], inverse, p, (-2, -1))
    return np.where(singular, np.nan, direct - turned @ through @ turned)


def _expand(x: Any, axes: _Axes) -> Any:
    return np.expand_dims(x, axes) if x.ndim else x  # a number broadcasts as it is


def _vector(dy: Any, y: Any, x: Any, p: Any, axes: _Axes) -> Any:
    """The gradient of the p-norm over `axes`, which dy and y have with length 1."""
    if p == 2:
        return _two(dy, y, x)
    if p == 1:
        return dy * _sign(x)
    if p == 0:
        return np.zeros_like(x)
    if p in (np.inf, -np.inf):
        at = np.abs(x) == y
        return np.where(at, _sign(x) * _share(dy, at, axes), 0)
    zero = (y == 0) & (p > 1)  # there the least subgradient is 0; below p = 1 there is none
    return _sign(x) * (np.abs(x) / np.where(zero, 1, y)) ** (p - 1) * np.where(zero, 0, dy)


def _two(dy: Any, y: Any, x: Any) -> Any:
    """x / y * dy, 0 where the norm is 0."""
    zero = y == 0
    return x * (np.where(zero, 0, dy) / np.where(zero, 1, y))


def _sign(x: Any) -> Any:
    if x.dtype.kind != "c":
        return np.sign(x)
    size = np.abs(x)
    return x / np.where(size == 0, 1, size)


def _share(dy: Any, at: Any, axes: Any) -> Any:
    """dy split evenly among the entries where `at` is true."""
    return dy / np.sum(at, axis=axes, keepdims=True).astype(dy.dtype)


def _matrix(dy: Any, y: Any, x: Any, ord: Any, axes: _Axes) -> Any:
    """The gradient of a matrix norm over two axes, which dy and y have with length 1."""
    if ord is None or ord in ("fro", "f"):
        return _two(dy, y, x)
    x = np.moveaxis(x, axes, (-2, -1))
    dy = np.moveaxis(dy, axes, (-2, -1)) if dy.ndim else dy
    g = _spectral(dy, x, ord) if ord in ("nuc", 2, -2) else _largest_sum(dy, x, ord)
    return np.moveaxis(g, (-2, -1), axes)


def _largest_sum(dy: Any, x: Any, ord: Any) -> Any:
    """Orders 1 (sums of columns) and inf (of rows), negative for the smallest; ties split evenly."""
    along, among = (-2, -1) if abs(ord) == 1 else (-1, -2)
    sums = np.sum(np.abs(x), axis=along, keepdims=True)
    extreme = np.max if ord > 0 else np.min
    at = sums == extreme(sums, axis=among, keepdims=True)
    return np.where(at, _sign(x) * _share(dy, at, among), 0)


def _spectral(dy: Any, x: Any, ord: Any) -> Any:
    """Orders 2, -2 and "nuc": u diag(weights) v^H (Watson 1992, "Characterization of the
    subdifferential of some matrix norms"); the subgradient of least norm."""
    if x.size == 0:
        return np.zeros_like(x)
    u, s, vh = np.linalg.svd(x, full_matrices=False)
    if ord == "nuc":
        weights = (s > _tolerance(s)).astype(s.dtype)[..., None, :]
    else:
        weights = _spread(s, 0 if ord > 0 else -1)
    return (u * (weights * dy)) @ vh


def _spread(s: Any, k: int) -> Any:
    """One in all, shared by the singular values equal to `s[..., k]`; none if that is 0."""
    value = s[..., k, None]
    at = (np.abs(s - value) <= _tolerance(s)) & (value > 0)
    count = np.maximum(np.sum(at, axis=-1, keepdims=True), 1)
    return (at / count).astype(s.dtype)[..., None, :]


def _tolerance(s: Any) -> Any:
    """Singular values this close can't be told apart."""
    return 4 * s.shape[-1] * np.finfo(s.dtype).eps * s[..., :1]


rule(np.linalg.norm, norm_pullback)
rule(np.linalg.vector_norm, vector_norm_pullback)
rule(np.linalg.matrix_norm, matrix_norm_pullback)
rule(np.linalg.cond, cond_pullback)
