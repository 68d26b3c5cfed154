"""Least squares, in the steps of numpy.polynomial: differentiated by the points, the values and the weights."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np

from tracker.polynomial._family import Family
from tracker.polynomial._values import vander
from tracker.scipy._array import array


def fit(family: Family, x: Any, y: Any, deg: Any, rcond: Any, full: Any, w: Any) -> Any:
    """The coefficients of degree `deg`, or of the degrees in a list of them, that fit y at x best."""
    x, y, deg = array(x) + 0.0, array(y) + 0.0, np.asarray(deg)
    _check(x, y, deg)
    degrees = np.arange(deg + 1) if deg.ndim == 0 else np.sort(deg)
    left, right = vander(family, x, degrees[-1]).T[degrees], y.T
    if w is not None:
        w = array(w) + 0.0
        if w.ndim != 1:
            raise TypeError("expected 1D vector for w")
        if len(x) != len(w):
            raise TypeError("expected x and w to have same length")
        left, right = left * w, right * w
    rcond = len(x) * np.finfo(x.dtype).eps if rcond is None else rcond
    size = np.sqrt(np.sum(np.square(np.real(left)) + np.square(np.imag(left)), axis=1))
    size = np.where(size == 0, 1, size)
    c, residuals, rank, s = np.linalg.lstsq(left.T / size, right.T, rcond)
    c = (c.T / size).T
    if deg.ndim:
        c = _at(degrees, c)
    if full:
        return c, [residuals, rank, s, rcond]
    if rank != len(degrees):
        warnings.warn("The fit may be poorly conditioned", np.exceptions.RankWarning, stacklevel=3)
    return c


def _check(x: Any, y: Any, deg: Any) -> None:
    if deg.ndim > 1 or deg.dtype.kind not in "iu" or deg.size == 0:
        raise TypeError("deg must be an int or non-empty 1-D array of int")
    if deg.min() < 0:
        raise ValueError("expected deg >= 0")
    if x.ndim != 1:
        raise TypeError("expected 1D vector for x")
    if x.size == 0:
        raise TypeError("expected non-empty vector for x")
    if not 1 <= y.ndim <= 2:
        raise TypeError("expected 1D or 2D array for y")
    if len(x) != len(y):
        raise TypeError("expected x and y to have same length")


def _at(degrees: Any, c: Any) -> Any:
    """Coefficients of these degrees among zeros."""
    full = np.zeros_like(c, shape=(degrees[-1] + 1, *c.shape[1:]))
    full[degrees] = c
    return full
