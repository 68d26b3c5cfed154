"""How a cubic spline at plain points depends on the values at its knots: the adjoint of that, in linear time."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import scipy.linalg
import scipy.sparse

from tracker.scipy._cubic_system import slope_equations
from tracker.scipy._piecewise import located

_sparse: Any = scipy.sparse
_linalg: Any = scipy.linalg


def by_values(dy: Any, x: Any, q: Any, nu: int, extrapolate: Any, bc_type: Any) -> Any:
    """The gradient of the values (n, k) from `dy` (m, k), that of the derivative of order `nu` at `q` (m,).

    The slopes at the knots solve a tridiagonal system, so that `bc_type` may not be "periodic".
    """
    place, h, inside = located(x, q, extrapolate)
    dy = dy if inside is None else np.where(inside[:, None], dy, 0)
    of_values, of_slopes = _weights(h, (x[1:] - x[:-1])[place], nu)
    left, right = slope_equations(x, bc_type)
    # the transpose of a tridiagonal matrix has its diagonals the other way round
    bands = np.zeros((3, len(x)))
    bands[0, 1:], bands[1], bands[2, :-1] = left.diagonal(-1), left.diagonal(), left.diagonal(1)
    through_slopes = _linalg.solve_banded((1, 1), bands, _spread(of_slopes, place, len(x), dy), check_finite=False)
    return _spread(of_values, place, len(x), dy) + right.T @ through_slopes


def _weights(h: Any, width: Any, nu: int) -> tuple[Any, Any]:
    """What the values and the slopes at both ends of a piece count at `h` behind its left end: (m, 2) each."""
    c0, c1, c2, c3 = (math.perm(j, nu) * h ** (j - nu) if j >= nu else np.zeros_like(h) for j in range(4))
    twist = c3 / width - c2
    rise = (c2 - 2 * twist) / width
    values = np.stack((c0 - rise / width, rise / width), axis=-1)
    return values, np.stack((c1 - (c2 - twist) / width, twist / width), axis=-1)


def _spread(weights: Any, place: Any, n: int, dy: Any) -> Any:
    """Weighted `dy` (m, k) added at the ends of its pieces: (n, k)."""
    m = len(place)
    ends = np.stack((place, place + 1), axis=-1).ravel()
    return _sparse.csr_array((weights.ravel(), ends, np.arange(0, 2 * m + 1, 2)), shape=(m, n)).T @ dy
