"""Spline interpolation of images as scipy.ndimage does it, in recorded calls.

Unser, Aldroubi and Eden (1993), IEEE Trans. Signal Process. 41(2): an image is a sum of B-splines on the grid. Their
coefficients solve a banded system along each axis (the prefilter).
"""

from __future__ import annotations

import functools
import itertools
from typing import Any

import numpy as np
import scipy.sparse

from tracker._arrays import handles
from tracker.scipy._linear_map import solve_map
from tracker.scipy._stencil import padded

_sparse: Any = scipy.sparse
PREPAD = 12  # entries that SciPy adds on each side before the prefilter
MIRROR = {"mirror": "mirror", "constant": "mirror", "reflect": "reflect", "grid-mirror": "reflect",
           "nearest": "reflect", "grid-wrap": "wrap", "grid-constant": "mirror"}  # fmt: skip


def sampled(x: Any, places: list[Any], order: int, mode: str, cval: float, prefilter: bool) -> Any:
    """The image `x` at the `places`, one array of coordinates per axis, which broadcast together."""
    shape = x.shape
    if order > 1 and prefilter:
        if mode in ("nearest", "grid-constant"):
            pad = "edge" if mode == "nearest" else "constant"
            x = padded(x, [(PREPAD, PREPAD)] * x.ndim, pad, cval)
            places = [q + PREPAD for q in places]
        for axis in range(x.ndim):
            x = coefficients(x, axis, order, mode)
    outside: Any = False
    columns = []
    for n, m, q in zip(shape, x.shape, places, strict=True):
        if mode == "constant":
            plain = handles.plain(q)
            outside = outside | (plain < 0) | (plain > n - 1)
        columns.append(_supports(bent(q, m, mode), m, order, mode))
    total = _recorded(x, columns, mode, cval)
    return np.where(outside, cval, total) if mode == "constant" else total


def _recorded(x: Any, columns: list[list[Any]], mode: str, cval: Any) -> Any:
    """The values between the entries, from what `_supports` gives of each axis."""
    total: Any = 0.0
    for corner in itertools.product(*columns):
        weight: Any = 1.0
        for _, w, _ in corner:
            weight = weight * w
        values = x[tuple([index for index, _, _ in corner])]
        if mode == "grid-constant":
            beyond = functools.reduce(np.logical_or, [lost for _, _, lost in corner])
            values = np.where(beyond, cval, values)
        total = total + weight * values
    return total


def coefficients(x: Any, axis: int, order: int, mode: str) -> Any:
    n = x.shape[axis]
    if n < 2:
        return x
    solve = solve_map("scipy.ndimage.spline_filter", _spline_matrix(n, order, MIRROR[mode]))
    moved = np.moveaxis(x, axis, 0)
    return np.moveaxis(np.reshape(solve(np.reshape(moved, (n, -1))), moved.shape), 0, axis)


def _spline_matrix(n: int, order: int, mode: str) -> Any:
    """The values at the knots of the splines with unit coefficients: (n, n), banded."""
    reach = order // 2
    rows = np.arange(n)
    matrix = _sparse.csc_matrix((n, n))
    for offset, weight in zip(range(-reach, order - reach + 1), basis(0.0, order), strict=True):
        column = wrapped(rows + offset, n, mode)
        matrix = matrix + _sparse.csc_matrix((np.full(n, weight), (rows, column)), (n, n))
    return matrix


def wrapped(i: Any, n: int, mode: str) -> Any:
    """The entry that stands for a place outside the image."""
    if mode == "wrap":
        return i % n
    if mode == "mirror":
        period = max(2 * n - 2, 1)
        i = i % period
        return np.where(i >= n, period - i, i)
    i = i % (2 * n)
    return np.where(i >= n, 2 * n - 1 - i, i)


def bent(q: Any, n: int, mode: str) -> Any:
    """Coordinates brought into the image."""
    plain = handles.plain(q)
    if mode == "nearest":
        return np.clip(q, 0, n - 1)
    if mode == "mirror":
        period = max(2 * n - 2, 1)
        q = q - period * np.floor(plain / period)
        return np.where(handles.plain(q) > n - 1, period - q, q)
    if mode in ("reflect", "grid-mirror"):
        q = q - 2 * n * np.floor((plain + 0.5) / (2 * n))
        return np.where(handles.plain(q) > n - 0.5, 2 * n - 1 - q, q)
    if mode == "grid-wrap":
        return q - n * np.floor(plain / n)
    return q


def _supports(q: Any, n: int, order: int, mode: str) -> list[tuple[Any, Any, Any]]:
    """For each spline that reaches `q`: its entry, its weight, and whether it lies outside."""
    left = left_knot(handles.plain(q), order)
    found = []
    for k, weight in enumerate(basis(q - left, order)):
        i = left.astype(int) - order // 2 + k
        lost = (i < 0) | (i >= n)
        entry = np.clip(i, 0, n - 1) if mode == "grid-constant" else wrapped(i, n, MIRROR[mode])
        found.append((entry, weight, lost))
    return found


def left_knot(q: Any, order: int) -> Any:
    """Where the polynomial piece around `q` begins (half an entry on, of an even order)."""
    return np.floor(q if order % 2 else q + 0.5)


def basis(u: Any, order: int) -> list[Any]:
    """The weights of the splines around a place, `u` behind its knot: de Boor (1978), chapter X, equation 5.

    At a knot, the splines of order 1 have the slope to the right of it.
    """
    u = u if order % 2 else u + 0.5
    weights = [np.ones_like(handles.plain(u))]
    for p in range(1, order + 1):
        rising: list[Any] = [0.0, *((u + (p - k)) * weights[k - 1] / p for k in range(1, p + 1))]
        falling: list[Any] = [*((k + 1 - u) * weights[k] / p for k in range(p)), 0.0]
        weights = [a + b for a, b in zip(rising, falling, strict=True)]
    return weights
