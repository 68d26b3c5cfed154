"""Piecewise cubic interpolants in one variable."""

from __future__ import annotations

import copy
from typing import Any

import numpy as np
import scipy.interpolate

from tracker._arrays import handles
from tracker.errors import ConversionError, UnsupportedKeywordError
from tracker.scipy._array import given
from tracker.scipy._cubic_adjoint import by_values
from tracker.scipy._cubic_system import slope_equations
from tracker.scipy._derived import derived
from tracker.scipy._linear_map import affine_map, matrix_map, solve_map
from tracker.scipy._piecewise import akima_slopes, at, cubic, integrated, located, pchip_slopes
from tracker.scipy.interpolate._given import gathered, owned, times, unfolded, untracked_knots

_interpolate: Any = scipy.interpolate


class _Curve:
    """An interpolant in one variable: SciPy's class says what it is, a subclass how it depends on the values."""

    _scipy: Any = None

    def __init__(self, x: Any, y: Any, axis: int = 0, extrapolate: Any = None, **options: Any) -> None:
        self.x = untracked_knots(x, type(self).__name__)
        self._y, self.axis, self._options = owned(y), axis, {**options, **given(extrapolate=extrapolate)}
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
            return unfolded(found, np.shape(q), self._trailing(y), self.axis)

        if self._is_affine() and not handles.is_tracked(x) and handles.level_of(x) < 0:
            return self._at_plain(np.array(x, float), nu, beyond)
        value = lambda y, q: self._of(y)(q, nu, extrapolate)
        slope = lambda dy, _, __, q: (None, times(dy, self._plain(q, nu + 1, extrapolate)))
        quick = slope if handles.level_of(self._y) < 0 and self._y.ndim == 1 and self._y.dtype.kind in "biuf" else None
        name = f"scipy.interpolate.{type(self).__name__}"
        return derived(name, value, composition, self._y, gathered(x), quick=quick)

    def _trailing(self, y: Any) -> Any:
        """The shape of the values, those of `y` (n, ...) behind the first axis."""
        return y.shape[1:]

    def _is_affine(self) -> bool:
        """Whether the values enter linearly, but for constants."""
        return False

    def _at_plain(self, q: Any, nu: int, beyond: Any) -> Any:
        raise NotImplementedError

    def derivative(self, nu: int = 1) -> Any:
        """The derivative of order `nu`, as a function of the points."""
        return lambda x, extrapolate=None: self(x, nu, extrapolate)

    def antiderivative(self, nu: int = 1) -> Any:
        """The integral from the first knot, `nu` times over, as a function of the points."""
        return lambda x, extrapolate=None: self._integral(gathered(x), nu, extrapolate)

    def _integral(self, x: Any, nu: int, extrapolate: Any) -> Any:
        own = False if self.extrapolate == "periodic" else self.extrapolate
        beyond = own if extrapolate is None else extrapolate

        def composition(y: Any, q: Any) -> Any:
            y = np.moveaxis(y, self.axis, 0)
            pieces = self._coefficients(np.reshape(y, (len(self.x), -1)))
            for _ in range(nu):
                pieces = integrated(pieces, self.x)
            found = at(pieces, self.x, np.reshape(q, (-1,)), 0, beyond)
            return unfolded(found, np.shape(q), self._trailing(y), self.axis)

        value = lambda y, q: self._of(y).antiderivative(nu)(q, extrapolate=extrapolate)
        return derived(f"scipy.interpolate.{type(self).__name__}", value, composition, self._y, x)

    def integrate(self, a: Any, b: Any, extrapolate: Any = None) -> Any:
        """The integral from `a` to `b`, differentiable by both and by the values."""
        beyond = self.extrapolate if extrapolate is None else extrapolate
        if beyond == "periodic" and any(map(handles.is_tracked, (self._y, a, b))):
            raise UnsupportedKeywordError("integrate of a periodic interpolant can't be differentiated.")

        def composition(y: Any, a: Any, b: Any) -> Any:
            curve = self._with(y)
            return curve._integral(b, 1, beyond) - curve._integral(a, 1, beyond)

        value = lambda y, a, b: self._of(y).integrate(a, b, extrapolate)
        name = f"scipy.interpolate.{type(self).__name__}"
        return derived(name, value, composition, self._y, gathered(a), gathered(b))

    def _with(self, y: Any) -> Any:
        """The same interpolant of other values."""
        curve = copy.copy(self)
        curve._y, curve._plain = y, self._made(handles.plain(y))
        return curve

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_") or handles.is_tracked(self._y):
            raise AttributeError(
                f"{type(self).__name__} of tracked values has no attribute {name!r}: it can be called, also with nu=, "
                "and has derivative, antiderivative and integrate."
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
                else np.where(unfolded(inside[:, None], q.shape, (1,) * (t.ndim - 1), self.axis), found, 0)
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


class CubicHermiteSpline(_Curve):
    """`scipy.interpolate.CubicHermiteSpline(x, y, dydx)(q)`, differentiable by values, slopes and by `q`.

    >>> import tracker
    >>> x = np.array([0.0, 1.0])
    >>> tracker.gradient(lambda y, d: CubicHermiteSpline(x, y, d)(0.5), np.zeros(2), np.ones(2))
    (array([0.5, 0.5]), array([ 0.125, -0.125]))
    """

    _scipy = _interpolate.CubicHermiteSpline

    def __init__(self, x: Any, y: Any, dydx: Any, axis: int = 0, extrapolate: Any = None) -> None:
        y, dydx = gathered(y), gathered(dydx)
        _interpolate.CubicHermiteSpline(  # raises what SciPy raises
            handles.plain(x), handles.plain(y), handles.plain(dydx), axis, extrapolate
        )
        # values and slopes side by side
        super().__init__(x, np.stack([y, dydx], axis=-1), axis % np.ndim(y), extrapolate)

    def _made(self, y: Any, extrapolate: Any = None) -> Any:
        options = {**self._options, **given(extrapolate=extrapolate)}
        return self._scipy(self.x, y[..., 0], y[..., 1], axis=self.axis, **options)

    def _trailing(self, y: Any) -> Any:
        return y.shape[1:-1]

    def _coefficients(self, y: Any) -> list[Any]:
        return cubic(self.x, y[:, ::2], y[:, 1::2])


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


def pchip_interpolate(xi: Any, yi: Any, x: Any, der: Any = 0, axis: int = 0) -> Any:
    """`scipy.interpolate.pchip_interpolate`, or derivatives of these orders, by the values and by the points x."""
    curve = PchipInterpolator(xi, yi, axis=axis)
    return [curve(x, nu) for nu in der] if np.ndim(der) else curve(x, der)
