"""scipy.interpolate, differentiable by the values that are interpolated and by the points that are asked for."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

import numpy as np
import scipy.interpolate

from tracker._arrays import handles
from tracker._arrays.leaf import collect
from tracker.errors import ConversionError, UnsupportedKeywordError
from tracker.scipy._array import given
from tracker.scipy._cubic_adjoint import by_values
from tracker.scipy._cubic_system import slope_equations
from tracker.scipy._derived import derived
from tracker.scipy._linear_map import affine_map, matrix_map, solve_map
from tracker.scipy._piecewise import akima_slopes, at, cubic, located, pchip_slopes
from tracker.scipy._without import rest_of as _rest_of
from tracker.scipy._without.interpolate import TABLE as _REST

__all__ = [
    "Akima1DInterpolator",
    "BSpline",
    "CubicSpline",
    "PchipInterpolator",
    "RegularGridInterpolator",
    "interpn",
    "make_interp_spline",
    "pchip_interpolate",
]

__getattr__ = _rest_of("interpolate", _REST)

_interpolate: Any = scipy.interpolate


class _Curve:
    """An interpolant in one variable: SciPy's class says what it is, a subclass how it depends on the values."""

    _scipy: Any = None

    def __init__(self, x: Any, y: Any, axis: int = 0, extrapolate: Any = None, **options: Any) -> None:
        self.x = _untracked_knots(x, type(self).__name__)
        self._y, self.axis, self._options = _owned(y), axis, {**options, **given(extrapolate=extrapolate)}
        self._plain = self._made(handles.plain(self._y))
        self.extrapolate = self._plain.extrapolate

    def _made(self, y: Any, extrapolate: Any = None) -> Any:
        return self._scipy(self.x, y, axis=self.axis, **{**self._options, **given(extrapolate=extrapolate)})

    def _of(self, y: Any) -> Any:
        """SciPy's interpolant of plain values."""
        if y is handles.plain(self._y):
            return self._plain
        curve = self._made(y)
        curve.extrapolate = self.extrapolate
        return curve

    def _coefficients(self, y: Any) -> list[Any]:
        raise NotImplementedError

    def __call__(self, x: Any, nu: int = 0, extrapolate: Any = None) -> Any:
        """The value, or the derivative of order `nu`, at the points `x` of any shape."""
        beyond = self.extrapolate if extrapolate is None else extrapolate

        def composition(y: Any, q: Any) -> Any:
            y = np.moveaxis(y, self.axis, 0)
            found = at(self._coefficients(np.reshape(y, (len(self.x), -1))), self.x, np.reshape(q, (-1,)), nu, beyond)
            return _unfolded(found, np.shape(q), y.shape[1:], self.axis)

        if self._is_affine() and not handles.is_tracked(x) and handles.level_of(x) < 0:
            return self._at_plain(np.array(x, float), nu, beyond)
        value = lambda y, q: self._of(y)(q, nu, extrapolate)
        slope = lambda dy, _, __, q: (None, _times(dy, self._plain(q, nu + 1, extrapolate)))
        quick = slope if handles.level_of(self._y) < 0 and self._y.ndim == 1 and self._y.dtype.kind in "biuf" else None
        name = f"scipy.interpolate.{type(self).__name__}"
        return derived(name, value, composition, self._y, _gathered(x), quick=quick)

    def _is_affine(self) -> bool:
        """Whether the values enter linearly, but for constants."""
        return False

    def _at_plain(self, q: Any, nu: int, beyond: Any) -> Any:
        raise NotImplementedError

    def derivative(self, nu: int = 1) -> Any:
        """The derivative of order `nu`, as a function of the points."""
        return lambda x, extrapolate=None: self(x, nu, extrapolate)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_") or handles.is_tracked(self._y):
            raise AttributeError(
                f"{type(self).__name__} of tracked values has no attribute {name!r}: it can be called, also with nu=."
            )
        return getattr(self._plain, name)


class CubicSpline(_Curve):
    """`scipy.interpolate.CubicSpline(x, y)(q)`, differentiable by `y` and by `q`.

    >>> import tracker
    >>> x = np.array([0.0, 1.0, 2.0, 3.0])
    >>> tracker.gradient(lambda y: CubicSpline(x, y)(1.0), x**2)[0].round(12) + 0.0
    array([0., 1., 0., 0.])
    >>> round(tracker.gradient(lambda q: CubicSpline(x, x**2)(q), 1.5)[0], 9)
    3.0
    """

    _scipy = _interpolate.CubicSpline

    def __init__(self, x: Any, y: Any, axis: int = 0, bc_type: Any = "not-a-knot", extrapolate: Any = None) -> None:
        if not isinstance(bc_type, str) and handles.level_of(list(bc_type)) >= 0:
            raise ConversionError(
                "CubicSpline: conditions bc_type can't be tracked. Pass tracker.stop_gradient of them."
            )
        super().__init__(x, y, axis, extrapolate, bc_type=bc_type)

    def _is_affine(self) -> bool:
        # SciPy refuses tangents that are not periodic
        return handles.is_tracked(self._y) and self._options["bc_type"] != "periodic"

    def _at_plain(self, q: Any, nu: int, beyond: Any) -> Any:
        """At plain points: an affine map of the values."""

        def slope(t: Any) -> Any:
            found = self._made(t, True)(q, nu, beyond or True) - self._made(np.zeros_like(t), True)(
                q, nu, beyond or True
            )
            inside = located(self.x, np.reshape(q, (-1,)), beyond)[2]
            return (
                found
                if inside is None
                else np.where(_unfolded(inside[:, None], q.shape, (1,) * (t.ndim - 1), self.axis), found, 0)
            )

        def adjoint(dy: Any) -> Any:
            shape = np.shape(handles.plain(self._y))
            ahead = tuple(range(self.axis % len(shape), self.axis % len(shape) + q.ndim))
            rows = np.moveaxis(dy, ahead, tuple(range(q.ndim)))
            trailing = rows.shape[q.ndim :]
            options = (nu, beyond, self._options["bc_type"])
            found = by_values(np.reshape(rows, (q.size, -1)), self.x, np.reshape(q, (-1,)), *options)
            return np.moveaxis(np.reshape(found, (len(self.x), *trailing)), 0, self.axis)

        value = lambda y: self._of(y)(q, nu, beyond)
        return affine_map("scipy.interpolate.CubicSpline", value, slope, adjoint)(self._y)

    def _coefficients(self, y: Any) -> list[Any]:
        left, right = slope_equations(self.x, self._options["bc_type"])
        slopes = solve_map("CubicSpline", left)(matrix_map("CubicSpline", right)(y))
        made = self._made(handles.plain(self._y))
        # conditions at the ends add constants, which SciPy's own slopes hold
        own = np.moveaxis(made(self.x, 1), self.axis, 0).reshape(y.shape)
        return cubic(self.x, y, slopes + (own - handles.plain(slopes)))


class PchipInterpolator(_Curve):
    """`scipy.interpolate.PchipInterpolator(x, y)(q)`, differentiable by `y` and by `q`.

    >>> import tracker
    >>> x = np.array([0.0, 1.0, 2.0])
    >>> tracker.gradient(lambda y: PchipInterpolator(x, y)(1.0), x**2)[0]
    array([0., 1., 0.])
    """

    _scipy = _interpolate.PchipInterpolator

    def _coefficients(self, y: Any) -> list[Any]:
        return cubic(self.x, y, pchip_slopes(self.x, y))


class Akima1DInterpolator(_Curve):
    """`scipy.interpolate.Akima1DInterpolator(x, y)(q)`, differentiable by `y` and by `q`.

    >>> import tracker
    >>> x = np.array([0.0, 1.0, 2.0, 3.0])
    >>> tracker.gradient(lambda q: Akima1DInterpolator(x, 2 * x)(q), 0.3)
    (2.0,)
    """

    _scipy = _interpolate.Akima1DInterpolator

    def __init__(self, x: Any, y: Any, axis: int = 0, *, method: str = "akima", extrapolate: Any = None) -> None:
        super().__init__(x, y, axis, extrapolate, method=method)

    def _coefficients(self, y: Any) -> list[Any]:
        return cubic(self.x, y, akima_slopes(self.x, y, self._options["method"]))


class BSpline:
    """`scipy.interpolate.BSpline(t, c, k)(q)`, differentiable by the coefficients `c` and by `q`.

    >>> import tracker
    >>> spline = lambda c: BSpline(np.array([0.0, 0, 1, 1]), c, 1)(0.25)
    >>> tracker.gradient(spline, np.array([1.0, 2.0]))
    (array([0.75, 0.25]),)
    """

    def __init__(self, t: Any, c: Any, k: int, extrapolate: Any = True, axis: int = 0) -> None:
        self.t = _untracked_knots(t, "BSpline")
        self.c, self.k, self.extrapolate, self.axis = _owned(c), k, extrapolate, axis
        _interpolate.BSpline(self.t, handles.plain(self.c), k, extrapolate, axis)  # raises what SciPy raises

    def __call__(self, x: Any, nu: int = 0, extrapolate: Any = None) -> Any:
        """The value, or the derivative of order `nu`, at the points `x` of any shape."""
        beyond = self.extrapolate if extrapolate is None else extrapolate
        n = len(self.t) - self.k - 1
        breaks = np.unique(self.t[self.k : n + 1])

        def composition(c: Any, q: Any) -> Any:
            c = np.moveaxis(c, self.axis, 0)[:n]
            pieces = _pieces(self.t, np.reshape(c, (n, -1)), self.k, breaks[:-1])
            found = at(pieces, breaks, np.reshape(q, (-1,)), nu, beyond)
            return _unfolded(found, np.shape(q), c.shape[1:], self.axis)

        made: Callable[[Any], Any] = lambda c: _interpolate.BSpline(self.t, c, self.k, self.extrapolate, self.axis)
        value = lambda c, q: made(c)(q, nu, extrapolate)
        slope = lambda dy, _, c, q: (None, _times(dy, made(c)(q, nu + 1, extrapolate)))
        quick = slope if handles.level_of(self.c) < 0 and self.c.ndim == 1 and self.c.dtype.kind in "biuf" else None
        return derived("scipy.interpolate.BSpline", value, composition, self.c, _gathered(x), quick=quick)


def make_interp_spline(
    x: Any, y: Any, k: int = 3, t: Any = None, bc_type: Any = None, axis: int = 0, check_finite: bool = True
) -> BSpline:
    """`scipy.interpolate.make_interp_spline`, a `BSpline` that depends on `y`.

    Raises `NotImplementedError` if `y` is tracked and `bc_type` asks for more than "not-a-knot".

    >>> import tracker
    >>> x = np.arange(5.0)
    >>> tracker.gradient(lambda y: make_interp_spline(x, y)(2.0), x**2)[0].round(9) + 0.0
    array([0., 0., 1., 0., 0.])
    """
    x, y = _untracked_knots(x, "make_interp_spline"), _gathered(y)
    made = _interpolate.make_interp_spline(x, handles.plain(y), k, t, bc_type, axis, check_finite)
    c: Any = made.c
    if handles.is_tracked(y):
        matrix = _interpolate.BSpline.design_matrix(x, made.t, made.k)
        if matrix.shape[0] != matrix.shape[1]:
            raise UnsupportedKeywordError(f"make_interp_spline can't be differentiated with bc_type={bc_type!r}.")
        rows = np.moveaxis(y, axis, 0)
        # SciPy's coefficients have the axis of the values first
        c = np.reshape(solve_map("make_interp_spline", matrix)(np.reshape(rows, (len(x), -1))), rows.shape)
        return BSpline(made.t, np.moveaxis(c, 0, axis), made.k, made.extrapolate, axis)
    return BSpline(made.t, c, made.k, made.extrapolate, axis)


def _pieces(t: Any, c: Any, k: int, left: Any) -> list[Any]:
    """The Taylor coefficients of a spline at the left ends of its pieces: de Boor (1978), chapter X, equation 15."""
    pieces = []
    factor = 1.0
    for j in range(k + 1):
        matrix = _interpolate.BSpline.design_matrix(left, t, k - j)
        pieces.append(matrix_map("BSpline", matrix)(c) / factor)
        factor *= j + 1
        if j < k:
            span = (t[k - j + 1 : -1] - t[1 : -(k - j) - 1])[:, None]
            change = (c[1:] - c[:-1]) * (k - j)
            c = np.where(span > 0, change / np.where(span > 0, span, 1.0), 0.0)
            t = t[1:-1]
    return pieces


class RegularGridInterpolator:
    """`scipy.interpolate.RegularGridInterpolator`, differentiable by `values` and by the points, to which it is linear.

    By all methods but "pchip", which raises `NotImplementedError` on tracked values; "nearest" does not depend on the
    points. `solver` and `solver_args` make SciPy's values of splines, whose derivatives are those of the exact ones.

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
        self.grid = tuple([_untracked_knots(p, "RegularGridInterpolator") for p in points])
        self.values, self.method = _owned(values), method
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
        xi = _gathered(xi)
        if how == "pchip" and (handles.is_tracked(self.values) or handles.is_tracked(xi)):
            raise UnsupportedKeywordError(
                'RegularGridInterpolator can\'t be differentiated with method=\'pchip\': take "linear" or "cubic".'
            )

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


def _times(dy: Any, slope: Any) -> Any:
    """`dy` times the derivative by the point; zero where there is no value."""
    return dy * np.where(np.isnan(slope), 0, slope)


def _gathered(x: Any) -> Any:
    """Lists become arrays, numbers stay."""
    x = collect(x) if isinstance(x, list | tuple) else x
    return x if handles.is_tracked(x) else np.asarray(x)


def _owned(x: Any) -> Any:
    """The values as they are now: a tracked array may be written to later."""
    return np.copy(x) if handles.is_tracked(x) else np.array(_gathered(x)) if handles.level_of(x) < 0 else collect(x)


def _untracked_knots(x: Any, name: str) -> Any:
    if handles.level_of(x) >= 0:
        raise ConversionError(
            f"{name} is not differentiable by the places of its knots, only by the values there and by the points that "
            "are asked for. Pass tracker.stop_gradient(x)."
        )
    return np.asarray(x, float)


def _unfolded(found: Any, points: Any, trailing: Any, axis: int) -> Any:
    """(m, k) to the shape of SciPy's results: that of the points in place of the axis of the values."""
    axis = axis % (len(trailing) + 1)
    y = np.reshape(found, (*points, *trailing))
    n = len(points)
    return np.moveaxis(y, tuple(range(n)), tuple(range(axis, axis + n))) if axis and n else y


# As one call


def interpn(
    points: Any, values: Any, xi: Any, method: str = "linear", bounds_error: bool = True, fill_value: Any = np.nan
) -> Any:
    """`scipy.interpolate.interpn` on a grid, by the values and by the points; as `RegularGridInterpolator`.

    >>> import tracker
    >>> tracker.gradient(lambda v: interpn(([0.0, 1.0],), v, [[0.25]])[0], [0.0, 1.0])
    (array([0.75, 0.25]),)
    """
    return RegularGridInterpolator(points, values, method, bounds_error, fill_value)(xi)


def pchip_interpolate(xi: Any, yi: Any, x: Any, der: Any = 0, axis: int = 0) -> Any:
    """`scipy.interpolate.pchip_interpolate`, or derivatives of these orders, by the values and by the points x."""
    curve = PchipInterpolator(xi, yi, axis=axis)
    return [curve(x, nu) for nu in der] if np.ndim(der) else curve(x, der)
