"""B-splines, by their coefficients, and those through given values."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import scipy.interpolate

from tracker._arrays import handles
from tracker.errors import UnsupportedKeywordError
from tracker.scipy._derived import derived
from tracker.scipy._linear_map import matrix_map, solve_map
from tracker.scipy._piecewise import at
from tracker.scipy.interpolate._given import gathered, owned, times, unfolded, untracked_knots

_interpolate: Any = scipy.interpolate


class BSpline:
    """`scipy.interpolate.BSpline(t, c, k)(q)`, differentiable by the coefficients `c` and by `q`.

    >>> import tracker
    >>> spline = lambda c: BSpline(np.array([0.0, 0, 1, 1]), c, 1)(0.25)
    >>> tracker.gradient(spline, np.array([1.0, 2.0]))
    (array([0.75, 0.25]),)
    """

    def __init__(self, t: Any, c: Any, k: int, extrapolate: Any = True, axis: int = 0) -> None:
        self.t = untracked_knots(t, "BSpline")
        self.c, self.k, self.extrapolate, self.axis = owned(c), k, extrapolate, axis
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
            return unfolded(found, np.shape(q), c.shape[1:], self.axis)

        made: Callable[[Any], Any] = lambda c: _interpolate.BSpline(self.t, c, self.k, self.extrapolate, self.axis)
        value = lambda c, q: made(c)(q, nu, extrapolate)
        slope = lambda dy, _, c, q: (None, times(dy, made(c)(q, nu + 1, extrapolate)))
        quick = slope if handles.level_of(self.c) < 0 and self.c.ndim == 1 and self.c.dtype.kind in "biuf" else None
        return derived("scipy.interpolate.BSpline", value, composition, self.c, gathered(x), quick=quick)

    def derivative(self, nu: int = 1) -> BSpline:
        """The derivative of order `nu`, a spline."""
        return self._mapped(lambda spline: spline.derivative(nu))

    def antiderivative(self, nu: int = 1) -> BSpline:
        """The integral from the first knot, `nu` times over, a spline."""
        return self._mapped(lambda spline: spline.antiderivative(nu))

    def _mapped(self, f: Callable[[Any], Any]) -> BSpline:
        """What `f` makes of the spline: its coefficients are linear in those of this one."""
        made = f(_interpolate.BSpline(self.t, handles.plain(self.c), self.k, self.extrapolate, self.axis))
        if not handles.is_tracked(self.c):
            return BSpline(made.t, np.moveaxis(made.c, 0, self.axis), made.k, made.extrapolate, self.axis)
        c = np.moveaxis(self.c, self.axis, 0)
        matrix = f(_interpolate.BSpline(self.t, np.eye(c.shape[0]), self.k, self.extrapolate)).c
        c = np.moveaxis(np.tensordot(matrix, c, 1), 0, self.axis)
        return BSpline(made.t, c, made.k, made.extrapolate, self.axis)

    def integrate(self, a: Any, b: Any, extrapolate: Any = None) -> Any:
        """The integral from `a` to `b`, differentiable by both and by the coefficients."""
        beyond = self.extrapolate if extrapolate is None else extrapolate
        if beyond == "periodic" and any(map(handles.is_tracked, (self.c, a, b))):
            raise UnsupportedKeywordError("BSpline.integrate can't be differentiated with extrapolate='periodic'.")
        ends = self.t[self.k], self.t[len(self.t) - self.k - 1]

        def composition(c: Any, a: Any, b: Any) -> Any:
            whole = BSpline(self.t, c, self.k, True, self.axis).antiderivative()
            return whole(b if beyond else np.clip(b, *ends)) - whole(a if beyond else np.clip(a, *ends))

        made: Callable[[Any], Any] = lambda c: _interpolate.BSpline(self.t, c, self.k, self.extrapolate, self.axis)
        value = lambda c, a, b: made(c).integrate(a, b, extrapolate)
        return derived("scipy.interpolate.BSpline", value, composition, self.c, gathered(a), gathered(b))

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_") or handles.is_tracked(self.c):
            raise AttributeError(f"BSpline of tracked coefficients has no attribute {name!r}.")
        return getattr(_interpolate.BSpline(self.t, self.c, self.k, self.extrapolate, self.axis), name)


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
    x, y = untracked_knots(x, "make_interp_spline"), gathered(y)
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
    return BSpline(made.t, np.moveaxis(c, 0, axis), made.k, made.extrapolate, axis)


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
