"""Filters of a spectrum, which multiply it, and spline coefficients: linear in the image."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import scipy.ndimage

from tracker.errors import UnsupportedKeywordError
from tracker.scipy._array import array
from tracker.scipy._derived import derived
from tracker.scipy._resample import coefficients
from tracker.scipy.ndimage._arguments import constant, no_output

_ndimage: Any = scipy.ndimage


def _fourier(name: str, parameter: str) -> Callable[..., Any]:
    """SciPy's function multiplies: by what, it says of a spectrum of ones."""
    theirs = getattr(_ndimage, name)

    def function(input: Any, by: Any, n: int = -1, axis: int = -1, output: Any = None) -> Any:
        no_output(output)
        constant(name, parameter, by)
        composition = lambda x: x * theirs(np.ones(x.shape, complex if name == "fourier_shift" else float), by, n, axis)
        return derived(f"scipy.ndimage.{name}", lambda x: theirs(x, by, n, axis), composition, array(input))

    function.__name__ = function.__qualname__ = name
    return function


_gaussian, _uniform = _fourier("fourier_gaussian", "sigma"), _fourier("fourier_uniform", "size")
_ellipsoid, _shift = _fourier("fourier_ellipsoid", "size"), _fourier("fourier_shift", "shift")


def fourier_gaussian(input: Any, sigma: Any, n: int = -1, axis: int = -1, output: Any = None) -> Any:
    """`scipy.ndimage.fourier_gaussian`, differentiable by the spectrum."""
    return _gaussian(input, sigma, n, axis, output)


def fourier_uniform(input: Any, size: Any, n: int = -1, axis: int = -1, output: Any = None) -> Any:
    """`scipy.ndimage.fourier_uniform`, differentiable by the spectrum."""
    return _uniform(input, size, n, axis, output)


def fourier_ellipsoid(input: Any, size: Any, n: int = -1, axis: int = -1, output: Any = None) -> Any:
    """`scipy.ndimage.fourier_ellipsoid`, differentiable by the spectrum."""
    return _ellipsoid(input, size, n, axis, output)


def fourier_shift(input: Any, shift: Any, n: int = -1, axis: int = -1, output: Any = None) -> Any:
    """`scipy.ndimage.fourier_shift`, differentiable by the spectrum."""
    return _shift(input, shift, n, axis, output)


def spline_filter1d(input: Any, order: int = 3, axis: int = -1, output: Any = np.float64, mode: str = "mirror") -> Any:
    """`scipy.ndimage.spline_filter1d`, differentiable by the image; the derivative is that of the exact inverse."""
    _float64(output)
    composition = lambda x: coefficients(x, axis % x.ndim, order, mode)
    value = lambda x: _ndimage.spline_filter1d(x, order, axis, np.float64, mode)
    return derived("scipy.ndimage.spline_filter1d", value, composition, array(input))


def spline_filter(input: Any, order: int = 3, output: Any = np.float64, mode: str = "mirror") -> Any:
    """`scipy.ndimage.spline_filter`, differentiable by the image; the derivative is that of the exact inverse."""
    _float64(output)

    def composition(x: Any) -> Any:
        for axis in range(x.ndim):
            x = coefficients(x, axis, order, mode)
        return x

    value = lambda x: _ndimage.spline_filter(x, order, np.float64, mode)
    return derived("scipy.ndimage.spline_filter", value, composition, array(input))


def _float64(output: Any) -> None:
    if output is not np.float64:
        raise UnsupportedKeywordError("output= is not supported here: use the value that is returned, and its astype.")
