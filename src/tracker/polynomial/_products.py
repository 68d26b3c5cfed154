"""Sums, products, quotients and powers of polynomials by their coefficients."""

from __future__ import annotations

import functools
from typing import Any

import numpy as np

from tracker._arrays import dispatch, handles
from tracker._core.node import Op
from tracker.polynomial._family import Family, recurrence
from tracker.polynomial._valued import linear_step, series, valued


def add(family: Family, c1: Any, c2: Any) -> Any:
    """The sum."""
    return valued(family, "add", lambda family, a, b: _aligned(np.add, a, b), series(c1), series(c2))


def sub(family: Family, c1: Any, c2: Any) -> Any:
    """The difference."""
    return valued(family, "sub", lambda family, a, b: _aligned(np.subtract, a, b), series(c1), series(c2))


def _aligned(f: Any, a: Any, b: Any) -> Any:
    n = max(len(a), len(b))
    return f(padded(a, n), padded(b, n))


def padded(c: Any, n: int) -> Any:
    """The coefficients with zeros after them, n in all."""
    return c if len(c) == n else np.concatenate([c, np.zeros_like(c, shape=n - len(c))])


def trimmed(c: Any) -> Any:
    """The coefficients without the zeros that end them, one at least."""
    nonzero = np.flatnonzero(handles.plain(c))
    return c[: nonzero[-1] + 1 if len(nonzero) else 1]


def mul(family: Family, c1: Any, c2: Any) -> Any:
    """The product."""
    return valued(family, "mul", product, series(c1), series(c2))


def product(family: Family, a: Any, b: Any) -> Any:
    """By NumPy's convolution where the basis allows it, else by the rows of one factor."""
    if family.section == "polynomial":
        return np.convolve(a, b)
    if family.section == "chebyshev":
        return _from_powers_of_z(np.convolve(_in_powers_of_z(a), _in_powers_of_z(b)))
    a, b = sorted((a, b), key=len)
    return a @ products(family, b, len(a))


def _in_powers_of_z(c: Any) -> Any:
    """The coefficients of z**-n, ..., z**n: T_k is (z**k + z**-k) / 2."""
    half = c[1:] / 2
    return np.concatenate([np.flip(half), c[:1], half])


def _from_powers_of_z(c: Any) -> Any:
    n = len(c) // 2
    return np.concatenate([c[n : n + 1], 2 * c[n + 1 :]])


def pow(family: Family, c: Any, pow: Any, maxpower: Any) -> Any:
    """A power, by a natural number."""
    return valued(family, "pow", _pow, series(c), pow, maxpower)


def _pow(family: Family, c: Any, power: Any, maxpower: Any = None) -> Any:
    if not power:
        return np.ones(1)
    half = _pow(family, c, power // 2)
    square = product(family, half, half)
    return product(family, square, c) if power % 2 else square


def div(family: Family, c1: Any, c2: Any) -> Any:
    """The quotient and the remainder."""
    return valued(family, "div", _div, series(c1), series(c2))


def _div(family: Family, a: Any, b: Any) -> Any:
    """a = q b + r: q from the coefficients of `a` that no remainder reaches, in a triangular system."""
    b = trimmed(b)
    n = len(b) - 1
    if len(a) <= n:
        return a[:1] * 0, a
    rows = products(family, b, len(a) - n)
    quotient = np.linalg.solve(rows[:, n:].T, a[n:])
    return quotient, a[:n] - quotient @ rows[:, :n] if n else a[:1] * 0


def products(family: Family, b: Any, n: int) -> Any:
    """P_0 b, ..., P_n-1 b, of n - 1 + m coefficients: a linear function of b, (..., m) -> (n, ..., n - 1 + m)."""
    return dispatch.record(_products(family), (b, n), None)


@functools.cache
def _products(family: Family) -> Op:
    return linear_step(
        family,
        "products",
        lambda b, n: _rows(family, b, n),
        lambda dy, y, b, n: dispatch.record(_products_adjoint(family), (dy, b.shape[-1]), None),
    )


@functools.cache
def _products_adjoint(family: Family) -> Op:
    return linear_step(
        family,
        "products_adjoint",
        lambda rows, size: _rows_adjoint(family, rows, size),
        lambda dy, y, rows, size: products(family, dy, rows.shape[0]),
    )


def _rows(family: Family, b: Any, n: int) -> Any:
    """By the recurrence of the basis, whose x is the matrix of the product with x."""
    size = n - 1 + b.shape[-1]
    up, mid, down = recurrence(family, size).astype(b.real.dtype)
    rows = np.zeros((n, *b.shape[:-1], size), b.dtype)
    rows[0, ..., : b.shape[-1]] = b
    for k in range(n - 1):
        row = _times_tridiagonal(up[:-1], mid - mid[k], down[1:], rows[k])
        rows[k + 1] = (row - down[k] * rows[k - 1] if k else row) / up[k]
    return rows


def _rows_adjoint(family: Family, rows: Any, size: int) -> Any:
    """The same steps transposed, the last one first."""
    up, mid, down = recurrence(family, rows.shape[-1]).astype(rows.real.dtype)
    rows = rows.copy()
    for k in range(len(rows) - 2, -1, -1):
        row = rows[k + 1] / up[k]
        rows[k] += _times_tridiagonal(down[1:], mid - mid[k], up[:-1], row)
        if k:
            rows[k - 1] -= down[k] * row
    return rows[0, ..., :size]


def _times_tridiagonal(below: Any, middle: Any, above: Any, x: Any) -> Any:
    y = middle * x
    y[..., 1:] += below * x[..., :-1]
    y[..., :-1] += above * x[..., 1:]
    return y
