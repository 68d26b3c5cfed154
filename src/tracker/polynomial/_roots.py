"""Roots of a polynomial and back: lines, products of lines, companion matrices, roots."""

from __future__ import annotations

import functools
from typing import Any

import numpy as np

from tracker._arrays import dispatch
from tracker._core.node import Op
from tracker.polynomial._family import Family
from tracker.polynomial._maps import der
from tracker.polynomial._products import product, products, trimmed
from tracker.polynomial._valued import series, step, valued
from tracker.polynomial._values import conj, moments, val


def line(family: Family, off: Any, scl: Any) -> Any:
    """off + scl x."""
    return valued(family, "line", _line, off, scl)


def _line(family: Family, off: Any, scl: Any) -> Any:
    return off * np.eye(2)[0] + scl * _identity(family)


def _identity(family: Family) -> Any:
    """The coefficients of x."""
    return family.theirs("line")(0.0, 1.0)


def from_roots(family: Family, roots: Any) -> Any:
    """The product of x - r over the roots r."""
    return valued(family, "fromroots", _from_roots, series(roots))


def _from_roots(family: Family, roots: Any) -> Any:
    """Products of lines, of all pairs of those at once, and so on; one that is left over waits."""
    parts = _identity(family) - roots[:, None] * np.eye(2)[0]
    waiting = np.ones(1)
    while len(parts) > 1:
        if len(parts) % 2:
            waiting, parts = product(family, waiting, parts[-1]), parts[:-1]
        parts = np.einsum("pi,ipk->pk", parts[::2], products(family, parts[1::2], parts.shape[1]))
    return product(family, waiting, parts[0]) if len(parts) else waiting


def companion(family: Family, c: Any) -> Any:
    """The matrix whose eigenvalues are the roots."""
    return valued(family, "companion", _companion, series(c))


def _companion(family: Family, c: Any) -> Any:
    """NumPy's scaled matrices are a constant and a multiple of c_k / c_n in each row k of one column."""
    c, theirs = trimmed(c), family.theirs("companion")
    constant = theirs(np.eye(len(c))[-1])
    slope = theirs(np.ones(len(c))) - constant
    return constant + slope * (c[:-1] / c[-1])[:, None]


def roots(family: Family, c: Any) -> Any:
    """The roots, in NumPy's order."""
    return dispatch.record(_roots(family), (series(c),), None)


@functools.cache
def _roots(family: Family) -> Op:
    """At a root r, a change dc of the coefficients is made up for by dr = -val(r, dc) / val(r, der(c))."""

    def weights(dy: Any, y: Any, c: Any) -> Any:
        slope = val(family, y, der(family, c))
        unused = (slope == 0) & (dy == 0)  # a root that meets another, but counts for nothing
        return -dy / np.where(unused, 1, slope)

    return step(
        family,
        "roots",
        family.theirs("roots"),
        lambda dy, y, c: moments(family, conj(y), conj(weights(conj(dy), y, c)), c.shape),
        pushforward=lambda t, y, c: weights(val(family, y, t[0]), y, c),
    )
