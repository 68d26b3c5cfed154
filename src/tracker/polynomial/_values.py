"""Values at points, and the matrices that give them: the value is NumPy's, a derivative is such a value again.

With P the values of the basis at x, val(x, c) = sum_k c_k P_k(x) has the slope val(x, der(c)); its adjoint by c are
the moments sum_x P_k(x) w(x), whose own adjoint by w is val. So derivatives of all orders keep no Clenshaw steps.
"""

from __future__ import annotations

import functools
import math
from typing import Any, Final

import numpy as np

from tracker._arrays import dispatch
from tracker._arrays.array import TrackedArray
from tracker._arrays.leaf import collect
from tracker._arrays.real import TrackedReal
from tracker._core.node import Op
from tracker.polynomial._family import BASE, Family, matrix, recurrence
from tracker.polynomial._maps import der
from tracker.polynomial._valued import series, step
from tracker.scipy._array import array

_CACHED: Final = 1 << 16  # entries


def val(family: Family, x: Any, c: Any, tensor: Any = True) -> Any:
    """The value at x: of each column of `c` at all of `x` if `tensor`, else at its own."""
    c = series(c)
    if isinstance(x, BASE):
        return _at_polynomial(family, x, c)
    if isinstance(x, list | tuple):
        x = array(x)
    if tensor and c.ndim > 1 and isinstance(x, np.ndarray | TrackedArray):
        c = np.reshape(c, c.shape + (1,) * x.ndim)
    return dispatch.record(_val(family), (x, c), None)


def _at_polynomial(family: Family, x: Any, c: Any) -> Any:
    """The polynomial at another one: NumPy's steps, which are arithmetic of x with the entries of `c`."""
    return family.theirs("val")(x, np.fromiter(c, object))


@functools.cache
def _val(family: Family) -> Op:
    """Of points x and coefficients (n, ...) whose further axes broadcast with x."""
    theirs = family.theirs("val")
    return step(
        family,
        "val",
        lambda x, c: theirs(x, c, tensor=False),
        lambda dy, y, x, c: dy * conj(val(family, x, der(family, c), False)),
        lambda dy, y, x, c: moments(family, conj(x), dy, c.shape),
        pushforward=lambda t, y, x, c: plus(
            None if t[0] is None else t[0] * val(family, x, der(family, c), False),
            None if t[1] is None else val(family, x, t[1], False),
        ),
    )


def moments(family: Family, x: Any, w: Any, shape: tuple[int, ...]) -> Any:
    """sum_x P_k(x) w(x), summed to `shape` (n, ...), whose further axes broadcast to those of `w`."""
    return dispatch.record(_moments(family), (x, w, shape), None)


@functools.cache
def _moments(family: Family) -> Op:
    def pushforward(t: Any, y: Any, x: Any, w: Any, shape: Any) -> Any:
        below = (max(shape[0] - 1, 1), *shape[1:])
        by_x = None if t[0] is None else _adjoint_of_der(family, moments(family, x, t[0] * w, below), shape[0])
        return plus(by_x, None if t[1] is None else moments(family, x, t[1], shape))

    return step(
        family,
        "moments",
        lambda x, w, shape: _sums(family, x, w, shape),
        lambda dy, y, x, w, shape: conj(w) * val(family, conj(x), der(family, dy), False),
        lambda dy, y, x, w, shape: val(family, conj(x), dy, False),
        None,
        pushforward=pushforward,
    )


def _sums(family: Family, x: Any, w: Any, shape: tuple[int, ...]) -> Any:
    """The moments of plain arrays."""
    columns = shape[1 : len(shape) - np.ndim(x)]
    if np.shape(w) == columns + np.shape(x) and shape[1:] in ((), columns + (1,) * np.ndim(x)):
        w = np.reshape(w, (math.prod(columns), np.size(x)))
        return _sums_of_all(family, np.ravel(x), w, shape[0]).reshape(shape)
    before, now = None, w
    sums = np.empty(shape, w.dtype)
    for k, (up, mid, down) in enumerate(recurrence(family, shape[0]).T.tolist()):
        sums[k] = _summed(now, shape[1:])
        following = x * now
        if mid:
            following -= mid * now
        if k:
            following -= down * before
        before, now = now, following / up
    return sums


def _sums_of_all(family: Family, x: Any, w: Any, n: int) -> Any:
    """Of each row of w at all of x, by NumPy's matrix of the values for as many of x at a time as stay in a cache."""
    size = max(_CACHED // n, 1)
    blocks = [slice(start, start + size) for start in range(0, len(x), size)]
    sums = [family.theirs("vander")(x[block], n - 1).T @ w[:, block].T for block in blocks]
    return np.sum(sums, axis=0) if sums else np.zeros((n, len(w)), w.dtype)


def _summed(w: Any, shape: tuple[int, ...]) -> Any:
    """`w` summed over the axes along which an array of this shape is broadcast to it."""
    ahead = w.ndim - len(shape)
    axes = [i for i, n in enumerate(w.shape) if i < ahead or (n != 1 and shape[i - ahead] == 1)]
    return np.sum(w, axis=tuple(axes)).reshape(shape)


def _adjoint_of_der(family: Family, w: Any, n: int) -> Any:
    return np.tensordot(matrix(family, "der", n).T, w, 1)


def vander(family: Family, x: Any, deg: Any) -> Any:
    """P_0(x), ..., P_deg(x) along a last axis."""
    deg = int(deg) if isinstance(deg, np.integer) else deg
    return dispatch.record(_vander(family), (series(x), deg), None)


@functools.cache
def _vander(family: Family) -> Op:
    def slopes(y: Any) -> Any:
        by_degree = matrix(family, "der", y.shape[-1])
        return y[..., : len(by_degree)] @ by_degree.astype(np.finfo(y.dtype).dtype)

    return step(
        family,
        "vander",
        family.theirs("vander"),
        lambda dy, y, x, deg: np.sum(dy * conj(slopes(y)), axis=-1),
        None,
        pushforward=lambda t, y, x, deg: t[0][..., None] * slopes(y),
    )


def val_nd(family: Family, *args: Any) -> Any:
    """The value of a polynomial in several variables, at points with a coordinate in each of x, y, ...; then c."""
    *points, c = (dispatch.record_scalar(x) if isinstance(x, TrackedReal) else array(x) for x in args)
    if any(np.shape(x) != np.shape(points[0]) for x in points):
        raise ValueError(f"{', '.join('xyz'[: len(points)]) if len(points) < 4 else 'ordinates'} are incompatible")
    for k, x in enumerate(points):
        c = val(family, x, c, k == 0)
    return c


def grid_nd(family: Family, *args: Any) -> Any:
    """The same at all points whose coordinates are entries of x, y(, z)."""
    *points, c = args
    for x in points:
        c = val(family, x, c)
    return c


def vander_nd(family: Family, *args: Any) -> Any:
    """The products of P_i(x), P_j(y)(, P_k(z)) along one last axis, degrees given last."""
    *given, degrees = args
    if len(given) != len(degrees):
        raise ValueError(f"Expected {len(given)} dimensions of degrees, got {len(degrees)}")
    if any(np.shape(x) != np.shape(given[0]) for x in given):
        raise ValueError("x, y and z must have the same shape")
    points = collect(given)
    product = vander(family, points[0], degrees[0])
    for k in range(1, len(given)):
        v = vander(family, points[k], degrees[k])
        product = product[..., None] * v[(..., *(None,) * k, slice(None))]
    return np.reshape(product, (*v.shape[:-1], -1))


def val_from_roots(family: Family, x: Any, r: Any, tensor: Any = True) -> Any:
    """The product of x - r over the roots r, which go along the first axis."""
    r, x = series(r), array(x) if isinstance(x, list | tuple) else x
    if isinstance(x, np.ndarray | TrackedArray):
        if tensor:
            r = np.reshape(r, r.shape + (1,) * x.ndim)
        elif x.ndim >= r.ndim:
            raise ValueError("x.ndim must be < r.ndim when tensor == False")
    return np.prod(x - r, axis=0)


def plus(a: Any, b: Any) -> Any:
    """The sum of two tangents, of which one may be missing."""
    return b if a is None else a if b is None else a + b


def conj(x: Any) -> Any:
    return np.conj(x) if np.iscomplexobj(x) else x
