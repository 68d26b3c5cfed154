"""Interpolation by radial basis functions: by values, places, smoothing and shape, and by the points asked for.

Fasshauer (2007), Meshfree Approximation Methods with MATLAB, chapters 6 and 8.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import numpy as np
import scipy.interpolate

from tracker._arrays import handles
from tracker.errors import UnsupportedKeywordError
from tracker.scipy._array import array
from tracker.scipy._derived import derived

_interpolate: Any = scipy.interpolate

# Functions of the squared distance: smooth at zero, and those of the distance, which is at least zero.
_OF_SQUARES: Final[dict[str, Callable[[Any], Any]]] = {
    "multiquadric": lambda s: -np.sqrt(s + 1),
    "inverse_multiquadric": lambda s: 1 / np.sqrt(s + 1),
    "inverse_quadratic": lambda s: 1 / (s + 1),
    "gaussian": lambda s: np.exp(-s),
}
_OF_DISTANCES: Final[dict[str, Callable[[Any], Any]]] = {
    "linear": lambda r: -r,
    "thin_plate_spline": lambda r: r**2 * np.log(r),
    "cubic": lambda r: r**3,
    "quintic": lambda r: -(r**5),
}


class RBFInterpolator:
    """`scipy.interpolate.RBFInterpolator(y, d)(x)`: by the places y (n, d), values d (n, ...) and points x (m, d).

    Also by `smoothing` and `epsilon`. Where a point is one of the places, second derivatives of "linear" and
    "thin_plate_spline", which are infinite, count as zero. Raises `NotImplementedError` with tracked values and
    `neighbors`, which jump.

    >>> import tracker
    >>> y = np.array([[0.0], [1.0], [2.0]])
    >>> tracker.gradient(lambda d: RBFInterpolator(y, d, kernel="linear")([[0.25]])[0], np.zeros(3))[0].round(12) + 0.0
    array([0.75, 0.25, 0.  ])
    """

    def __init__(
        self, y: Any, d: Any, neighbors: Any = None, smoothing: Any = 0.0, kernel: str = "thin_plate_spline",
        epsilon: Any = None, degree: Any = None,
    ) -> None:  # fmt: skip
        self._given = (_owned(y), _owned(d), _owned(smoothing), epsilon)
        self._neighbors, self._kernel, self._degree = neighbors, kernel, degree
        self._known = tuple([handles.plain(x) for x in self._given])
        self._plain = self._made(*self._known)  # raises what SciPy raises

    def _made(self, y: Any, d: Any, smoothing: Any, epsilon: Any) -> Any:
        return _interpolate.RBFInterpolator(y, d, self._neighbors, smoothing, self._kernel, epsilon, self._degree)

    def __call__(self, x: Any) -> Any:
        """The values (m, ...) at the points x (m, d)."""
        x = array(x)
        if self._neighbors is not None and any(handles.level_of(part) >= 0 for part in (*self._given, x)):
            raise UnsupportedKeywordError(
                "RBFInterpolator can't be differentiated with neighbors=: who is a neighbour jumps. Leave it out."
            )

        def value(x: Any, *parts: Any) -> Any:
            same = all(a is b for a, b in zip(parts, self._known, strict=True))
            return (self._plain if same else self._made(*parts))(x)

        return derived("scipy.interpolate.RBFInterpolator", value, self._composition, x, *self._given)

    def _composition(self, x: Any, y: Any, d: Any, smoothing: Any, epsilon: Any) -> Any:
        x, y = x.astype(float), y.astype(float)
        n, scale = len(y), 1.0 if epsilon is None else epsilon
        tails = self._plain.powers
        monomials: Callable[[Any], Any] = lambda p: _monomials((p - self._plain._shift) / self._plain._scale, tails)
        kernel: Callable[[Any], Any] = lambda a: _kernel(self._plain.kernel, a, y, scale)
        corner = kernel(y) + np.eye(n) * smoothing
        edge = monomials(y)
        matrix = np.block([[corner, edge], [edge.T, np.zeros((len(tails), len(tails)))]])
        values = np.reshape(d, (n, -1))
        zeros = np.zeros((len(tails), values.shape[1]))
        weights = np.linalg.solve(matrix, np.concatenate([values, zeros]))
        found = np.concatenate([kernel(x), monomials(x)], axis=1) @ weights
        return np.reshape(found, (len(x), *d.shape[1:]))

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_") or any(map(handles.is_tracked, self._given)):
            raise AttributeError(f"RBFInterpolator of tracked values has no attribute {name!r}: it can be called.")
        return getattr(self._plain, name)


def _owned(x: Any) -> Any:
    """The values as they are now: they may be written to later."""
    x = array(x)
    return np.copy(x) if np.ndim(x) or handles.is_tracked(x) else x


def _kernel(name: str, x: Any, y: Any, scale: Any) -> Any:
    """The function of the distances between points x (m, d) and places y (n, d): (m, n)."""
    squares = np.sum(((x[:, None] - y) * scale) ** 2, axis=-1)
    if name in _OF_SQUARES:
        return _OF_SQUARES[name](squares)
    apart = handles.plain(squares) > 0
    return np.where(apart, _OF_DISTANCES[name](np.sqrt(np.where(apart, squares, 1.0))), 0.0)


def _monomials(x: Any, powers: Any) -> Any:
    """Products of powers (k, d) of the coordinates of x (m, d): (m, k)."""
    return np.prod(x[:, None] ** powers, axis=-1)
