"""The integral of a polynomial, by its coefficients, the constants, and the bound that they belong to."""

from __future__ import annotations

from typing import Any

import numpy as np

from tracker._arrays import handles
from tracker.polynomial._family import Family, matrix
from tracker.polynomial._maps import along
from tracker.polynomial._valued import series, valued
from tracker.polynomial._values import val


def integral(family: Family, c: Any, m: Any = 1, k: Any = (), lbnd: Any = 0, scl: Any = 1, axis: Any = 0) -> Any:
    """The m-th integral along an axis, each one times `scl`; the i-th of them is k[i] at `lbnd`."""
    return valued(family, "int", _integral, series(c), m, k, lbnd, scl, axis)


def _integral(family: Family, c: Any, m: int, k: Any, lbnd: Any, scl: Any, axis: int) -> Any:
    if handles.level_of([k, lbnd, scl]) < 0:  # linear, and constants
        return along(axis, matrix(family, "int", c.shape[axis], m, (), _number(lbnd), _number(scl)), c)
    constants = [*(k if np.iterable(k) else [k]), *[0] * m]
    c = np.moveaxis(c, axis, 0)
    for constant in constants[:m]:
        c = np.tensordot(matrix(family, "int", len(c)), c * scl, 1)
        c = np.concatenate([c[:1] + (constant - val(family, lbnd, c)), c[1:]])
    return np.moveaxis(c, 0, axis)


def _number(x: Any) -> Any:
    """A plain number, also from an array without axes."""
    return x[()] if isinstance(x, np.ndarray) else x
