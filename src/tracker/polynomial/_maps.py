"""Linear functions of the coefficients: the derivative, the product with x, powers of x instead of the basis."""

from __future__ import annotations

from typing import Any

import numpy as np

from tracker._arrays import handles
from tracker.polynomial._family import Family, matrix
from tracker.polynomial._valued import series, valued


def der(family: Family, c: Any, m: Any = 1, scl: Any = 1, axis: Any = 0) -> Any:
    """The m-th derivative along an axis; each one times `scl`."""
    return valued(family, "der", _der, series(c), m, scl, axis)


def _der(family: Family, c: Any, m: int, scl: Any, axis: int) -> Any:
    n = c.shape[axis]
    if m >= n:
        return np.zeros((1,) * c.ndim)
    y = along(axis, matrix(family, "der", n, m), c)
    return y if handles.level_of(scl) < 0 and scl == 1 else y * scl**m


def along(axis: int, matrix: Any, c: Any) -> Any:
    """The product of a matrix with the vectors along an axis."""
    return matrix @ c if c.ndim == 1 else np.moveaxis(np.tensordot(matrix, c, (1, axis)), 0, axis)


def mulx(family: Family, c: Any) -> Any:
    """The product with x."""
    return valued(family, "mulx", lambda family, c: matrix(family, "mulx", len(c)) @ c, series(c))


def to_powers(family: Family, c: Any) -> Any:
    """The coefficients of the powers of x."""
    return valued(family, "2poly", lambda family, c: matrix(family, "2poly", len(c)) @ c, series(c))


def from_powers(family: Family, pol: Any) -> Any:
    """The coefficients in the basis of what has these by powers of x."""
    return valued(family, "poly2", lambda family, c: matrix(family, "poly2", len(c)) @ c, series(pol))
