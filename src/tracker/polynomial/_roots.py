"""Roots of a polynomial and back: lines, products of lines, companion matrices, roots."""

from __future__ import annotations

import functools
from typing import Any

import numpy as np

from tracker._arrays import dispatch
from tracker._core.node import Op
from tracker.polynomial._family import Family
from tracker.polynomial._maps import der
from tracker.polynomial._products import product, trimmed
from tracker.polynomial._valued import series, step, valued
from tracker.polynomial._values import conj, moments, val


def line(family: Family, off: Any, scl: Any) -> Any:
    """off + scl x."""
    return valued(family, "line", _line, off, scl)


def _line(family: Family, off: Any, scl: Any) -> Any:
    return off * np.eye(2)[0] + scl * family.theirs("line")(0.0, 1.0)


def from_roots(family: Family, roots: Any) -> Any:
    """The product of x - r over the roots r."""
    return valued(family, "fromroots", _from_roots, series(roots))


def _from_roots(family: Family, roots: Any) -> Any:
    """Products of lines, of pairs of those, and so on."""
    parts = [_line(family, -root, 1.0) for root in roots]
    while len(parts) > 1:
        pairs = zip(parts[::2], parts[1::2], strict=False)
        parts = [*(product(family, a, b) for a, b in pairs), *parts[len(parts) & ~1 :]]
    return parts[0] if parts else np.ones(1)


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
