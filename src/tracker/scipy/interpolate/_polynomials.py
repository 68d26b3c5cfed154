"""The polynomial through all points, by values and by the points that are asked for."""

from __future__ import annotations

from typing import Any

import numpy as np
import scipy.interpolate

from tracker._arrays import dispatch, handles
from tracker._core.node import EVERYTHING, PULLBACKS, Op
from tracker.scipy._array import given
from tracker.scipy._derived import derived
from tracker.scipy.interpolate._given import gathered, owned, unfolded, untracked_knots

_interpolate: Any = scipy.interpolate


class _Polynomial:
    """An interpolating polynomial: SciPy's class gives the values, which are linear in those that are interpolated."""

    _scipy: Any = None

    def __init__(self, xi: Any, yi: Any, axis: int = 0, **options: Any) -> None:
        self.xi, self._y, self.axis = untracked_knots(xi, type(self).__name__), owned(yi), axis
        self._options = options
        self._plain = self._made(handles.plain(self._y))
        # of unit values; where places repeat, those further on are derivatives
        self._units = _interpolate.KroghInterpolator(self.xi, np.eye(len(self.xi)))

    def _made(self, y: Any) -> Any:
        return self._scipy(self.xi, y, self.axis, **given(**self._options))

    def __call__(self, x: Any) -> Any:
        """The value at the points `x` of any shape."""
        return self._at(x, 0, lambda made, q: made(q))

    def derivative(self, x: Any, der: int = 1) -> Any:
        """The derivative of order `der` at the points `x`."""
        return self._at(x, der, lambda made, q: made.derivative(q, der))

    def derivatives(self, x: Any, der: int | None = None) -> Any:
        """The value and the derivatives at the points `x`, one after the other."""
        count = len(self._plain.derivatives(handles.plain(gathered(x)), der))
        return np.stack([self._at(x, k, lambda made, q, k=k: made.derivatives(q, der)[k]) for k in range(count)])

    def _at(self, x: Any, der: int, theirs: Any) -> Any:
        def composition(y: Any, q: Any) -> Any:
            y = np.moveaxis(y, self.axis, 0)
            found = self._basis(np.reshape(q, (-1,)), der) @ np.reshape(y, (len(self.xi), -1))
            return unfolded(found, np.shape(q), y.shape[1:], self.axis)

        own = handles.plain(self._y)
        value = lambda y, q: theirs(self._plain if y is own else self._made(y), q)
        return derived(f"scipy.interpolate.{type(self).__name__}", value, composition, self._y, gathered(x))

    def _basis(self, q: Any, der: int) -> Any:
        """The derivative of order `der` of the polynomials of unit values, (m,) -> (m, n)."""
        if not handles.is_tracked(q):
            found = self._units.derivatives(q, der + 1)
            return found[der] if der < len(found) else np.zeros((len(q), len(self.xi)))
        slope = lambda dy, y, q: np.sum(dy * self._basis(q, der + 1), axis=-1)
        op = Op(lambda q: self._basis(q, der), "an interpolating polynomial", PULLBACKS, (slope,))
        op.pushforward = lambda tangents, y, q: tangents[0][:, None] * self._basis(q, der + 1)
        op.reads = [EVERYTHING - 1]  # the points, not the result
        return dispatch.record(op, (q,), None)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_") or handles.is_tracked(self._y):
            raise AttributeError(
                f"{type(self).__name__} of tracked values has no attribute {name!r}: it can be called, and has "
                "derivative and derivatives."
            )
        return getattr(self._plain, name)


class KroghInterpolator(_Polynomial):
    """`scipy.interpolate.KroghInterpolator(xi, yi)(x)`, differentiable by `yi` and by `x`.

    Where a place is repeated in `xi`, its further values are derivatives, as in SciPy.

    >>> import tracker
    >>> tracker.gradient(lambda y: KroghInterpolator([0.0, 1.0, 2.0], y)(0.5), [0.0, 1.0, 4.0])[0].round(9)
    array([ 0.375,  0.75 , -0.125])
    """

    _scipy = _interpolate.KroghInterpolator

    def __init__(self, xi: Any, yi: Any, axis: int = 0) -> None:
        super().__init__(xi, yi, axis)


class BarycentricInterpolator(_Polynomial):
    """`scipy.interpolate.BarycentricInterpolator(xi, yi)(x)`, differentiable by `yi` and by `x`.

    >>> import tracker
    >>> round(tracker.gradient(lambda x: BarycentricInterpolator([0.0, 1.0, 2.0], [0.0, 1.0, 4.0])(x), 1.5)[0], 9)
    3.0
    """

    _scipy = _interpolate.BarycentricInterpolator

    def __init__(
        self, xi: Any, yi: Any = None, axis: int = 0, *, wi: Any = None, rng: Any = None, random_state: Any = None
    ) -> None:
        if yi is None:
            raise ValueError("No values are given: set yi when the interpolator is made.")
        super().__init__(xi, yi, axis, wi=wi, rng=rng, random_state=random_state)


def krogh_interpolate(xi: Any, yi: Any, x: Any, der: Any = 0, axis: int = 0) -> Any:
    """`scipy.interpolate.krogh_interpolate`, or derivatives of these orders, by the values and by the points x."""
    return _derivatives(KroghInterpolator(xi, yi, axis), x, der)


def barycentric_interpolate(xi: Any, yi: Any, x: Any, axis: int = 0, *, der: Any = 0, rng: Any = None) -> Any:
    """`scipy.interpolate.barycentric_interpolate`, or derivatives of these orders, by the values and by the points."""
    return _derivatives(BarycentricInterpolator(xi, yi, axis, rng=rng), x, der)


def _derivatives(polynomial: _Polynomial, x: Any, der: Any) -> Any:
    if np.ndim(der):
        return polynomial.derivatives(x, int(np.max(der)) + 1)[np.asarray(der)]
    return polynomial(x) if der == 0 else polynomial.derivative(x, der)
