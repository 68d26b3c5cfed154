"""Interpolation between values on a grid in several variables."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

import numpy as np
import scipy.interpolate

from tracker._arrays import handles
from tracker.scipy._array import given
from tracker.scipy._derived import derived
from tracker.scipy._piecewise import at, cubic, located, pchip_slopes
from tracker.scipy.interpolate._given import gathered, owned, untracked_knots
from tracker.scipy.interpolate._splines import make_interp_spline

_interpolate: Any = scipy.interpolate


class RegularGridInterpolator:
    """`scipy.interpolate.RegularGridInterpolator`, differentiable by `values` and by the points, to which it is linear.

    "nearest" does not depend on the points. `solver` and `solver_args` make SciPy's values of splines, whose
    derivatives are those of the exact ones.

    >>> import tracker
    >>> grid = (np.array([0.0, 1.0]), np.array([0.0, 1.0]))
    >>> f = lambda v: RegularGridInterpolator(grid, v)(np.array([0.25, 0.5]))[0]
    >>> tracker.gradient(f, np.zeros((2, 2)))[0]
    array([[0.375, 0.375],
           [0.125, 0.125]])
    """

    def __init__(
        self, points: Any, values: Any, method: str = "linear", bounds_error: bool = True, fill_value: Any = np.nan,
        *, solver: Any = None, solver_args: Any = None,
    ) -> None:  # fmt: skip
        self.grid = tuple([untracked_knots(p, "RegularGridInterpolator") for p in points])
        self.values, self.method = owned(values), method
        self.bounds_error, self.fill_value = bounds_error, fill_value
        self._options = given(solver=solver, solver_args=solver_args)
        self._plain = self._made(handles.plain(self.values))  # raises what SciPy raises

    def _made(self, values: Any) -> Any:
        settings = (self.method, self.bounds_error, self.fill_value)
        return _interpolate.RegularGridInterpolator(self.grid, values, *settings, **self._options)

    def __call__(self, xi: Any, method: str | None = None, *, nu: Any = None) -> Any:
        """The values at the points `xi` (..., d), or a tuple of d arrays of coordinates; or derivatives of orders `nu`.

        `nu` (d,) is for splines, as in SciPy.
        """
        how = self.method if method is None else method
        if isinstance(xi, tuple):
            xi = np.stack(np.broadcast_arrays(*xi), axis=-1)
        xi = gathered(xi)

        def composition(values: Any, xi: Any) -> Any:
            # SciPy takes axes that fall as well: they are turned around
            turned = tuple([d for d, axis in enumerate(self.grid) if axis[0] > axis[-1]])
            grid = [axis[::-1] if d in turned else axis for d, axis in enumerate(self.grid)]
            points = np.reshape(xi, (-1, len(grid)))
            found = _on_grid(grid, np.flip(values, turned) if turned else values, points, how, nu)
            shape = handles.plain(xi).shape[:-1] or (1,)
            return np.reshape(self._bounded(grid, found, points), (*shape, *values.shape[len(grid) :]))

        made: Callable[[Any], Any] = lambda v: self._plain if v is handles.plain(self.values) else self._made(v)
        value = lambda values, xi: made(values)(xi, method, **given(nu=nu))
        return derived("scipy.interpolate.RegularGridInterpolator", value, composition, self.values, xi)

    def _bounded(self, grid: list[Any], found: Any, points: Any) -> Any:
        """What was `found`, but for points outside the grid."""
        if self.fill_value is None:
            return found
        plain = handles.plain(points)
        outside = np.zeros(len(plain), bool)
        for d, axis in enumerate(grid):
            outside |= (plain[:, d] < axis[0]) | (plain[:, d] > axis[-1])
        return np.where(outside[(slice(None),) + (None,) * (len(found.shape) - 1)], self.fill_value, found)


_DEGREES = {"slinear": 1, "cubic": 3, "quintic": 5}


def _on_grid(grid: list[Any], values: Any, points: Any, how: str, nu: Any) -> Any:
    """The interpolant of `values` (n1, n2, ..., k...) on rising axes at `points` (m, d): (m, k...)."""
    if how in ("linear", "nearest"):
        return _cornered(grid, values, points, how)
    if how == "pchip":
        return _monotone(grid, values, points)
    total: Any = None
    for d, axis in enumerate(grid):
        # along an axis, a spline of values is the sum of those times the splines of unit vectors
        shares = make_interp_spline(axis, np.eye(len(axis)), _DEGREES[how.removesuffix("_legacy")])
        weights = shares(points[:, d], 0 if nu is None else nu[d])
        total = np.tensordot(weights, values, 1) if d == 0 else np.einsum("mn,mn...->m...", weights, total)
    return total


def _cornered(grid: list[Any], values: Any, points: Any, how: str) -> Any:
    """The corners of the cell around each point, weighted."""
    places, shares = [], []
    plain = handles.plain(points)
    for d, axis in enumerate(grid):
        i = np.clip(np.searchsorted(axis, plain[:, d], side="right") - 1, 0, max(len(axis) - 2, 0))
        width = axis[i + 1] - axis[i]
        share = (points[:, d] - axis[i]) / width
        shares.append(share if how == "linear" else np.where(handles.plain(share) <= 0.5, 0.0, 1.0))
        places.append(i)
    trailing = (slice(None),) + (None,) * (len(values.shape) - len(grid))
    total: Any = 0.0
    for corner in itertools.product((0, 1), repeat=len(grid)):
        weight: Any = 1.0
        for side, share in zip(corner, shares, strict=True):
            weight = weight * (share if side else 1 - share)
        index = tuple([i + side for i, side in zip(places, corner, strict=True)])
        total = total + values[index] * weight[trailing]
    return total


def _monotone(grid: list[Any], values: Any, points: Any) -> Any:
    """Along the last axis, what comes of it along the one before, and so on, as SciPy does: it is not linear."""
    last = len(grid) - 1
    trailing = values.shape[last + 1 :]
    rows = np.moveaxis(values, last, 0)
    pieces = _pchip(grid[last], rows)
    found = np.reshape(at(pieces, grid[last], points[:, last], 0, True), (-1, *rows.shape[1:]))
    found = np.moveaxis(found, 0, last)  # (n1, ..., m, k...)
    for axis in range(last - 1, -1, -1):
        rows = np.moveaxis(found, axis, 0)
        q = np.reshape(points[:, axis], (-1, *[1] * len(trailing))) * np.ones(rows.shape[1:])
        found = np.reshape(_at_own(_pchip(grid[axis], rows), grid[axis], np.ravel(q)), rows.shape[1:])
    return found


def _pchip(x: Any, rows: Any) -> list[Any]:
    columns = np.reshape(rows, (len(x), -1))
    return cubic(x, columns, pchip_slopes(x, columns))


def _at_own(pieces: list[Any], x: Any, q: Any) -> Any:
    """Each column of the pieces at a point of its own, (k,)."""
    place, h, _ = located(x, q, True)
    column = np.arange(len(place))
    total: Any = 0.0
    for coefficients in reversed(pieces):
        total = total * h + coefficients[place, column]
    return total


def interpn(
    points: Any, values: Any, xi: Any, method: str = "linear", bounds_error: bool = True, fill_value: Any = np.nan
) -> Any:
    """`scipy.interpolate.interpn` on a grid, by the values and by the points; as `RegularGridInterpolator`.

    >>> import tracker
    >>> tracker.gradient(lambda v: interpn(([0.0, 1.0],), v, [[0.25]])[0], [0.0, 1.0])
    (array([0.75, 0.25]),)
    """
    return RegularGridInterpolator(points, values, method, bounds_error, fill_value)(xi)
