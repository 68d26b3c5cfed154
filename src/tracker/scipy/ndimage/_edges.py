"""Filters that find edges: differences, and derivatives of Gaussians."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import scipy.ndimage

from tracker.scipy._array import array, given
from tracker.scipy._derived import derived
from tracker.scipy.ndimage._arguments import constant, modes, no_output
from tracker.scipy.ndimage._filters import correlate1d, gaussian_filter, separable

_ndimage: Any = scipy.ndimage


def _edges(name: str, across: list[float], input: Any, axis: int, output: Any, mode: Any, cval: float) -> Any:
    """Differences along one axis, weighted means along the others."""
    no_output(output)
    theirs = getattr(_ndimage, name)

    def steps(ndim: int) -> Iterator[tuple[Any, ...]]:
        pads = modes(mode, ndim)
        yield np.array([-1.0, 0.0, 1.0]), pads[axis % ndim], axis % ndim, 1
        for other in range(ndim):
            if other != axis % ndim:
                yield np.array(across), pads[other], other, 1

    value = lambda x, c: theirs(x, axis, None, mode, c)
    return separable(f"scipy.ndimage.{name}", value, steps, cval, array(input))


def prewitt(input: Any, axis: int = -1, output: Any = None, mode: Any = "reflect", cval: float = 0.0) -> Any:
    """`scipy.ndimage.prewitt`, differentiable by the image."""
    return _edges("prewitt", [1.0, 1.0, 1.0], input, axis, output, mode, cval)


def sobel(input: Any, axis: int = -1, output: Any = None, mode: Any = "reflect", cval: float = 0.0) -> Any:
    """`scipy.ndimage.sobel`, differentiable by the image.

    >>> import tracker
    >>> tracker.gradient(lambda x: sobel(x)[1], np.zeros(3))[0]
    array([-1.,  0.,  1.])
    """
    return _edges("sobel", [1.0, 2.0, 1.0], input, axis, output, mode, cval)


def _over_axes(name: str, second: Callable[..., Any], input: Any, mode: Any, axes: Any, value: Any) -> Any:
    """The sum over the axes of `second(x, axis, mode)`."""

    def composition(x: Any) -> Any:
        along = list(range(x.ndim) if axes is None else [a % x.ndim for a in np.atleast_1d(axes)])
        modes = [mode] * len(along) if isinstance(mode, str) else mode
        terms = [second(x, axis, m) for axis, m in zip(along, modes, strict=True)]
        return sum(terms[1:], terms[0])

    return derived(f"scipy.ndimage.{name}", value, composition, array(input))


def laplace(input: Any, output: Any = None, mode: Any = "reflect", cval: float = 0.0, *, axes: Any = None) -> Any:
    """`scipy.ndimage.laplace`, differentiable by the image."""
    no_output(output)
    second = lambda x, axis, m: correlate1d(x, [1.0, -2.0, 1.0], axis, mode=m, cval=cval)
    value = lambda x: _ndimage.laplace(x, None, mode, cval, **given(axes=axes))
    return _over_axes("laplace", second, input, mode, axes, value)


def gaussian_laplace(
    input: Any, sigma: Any, output: Any = None, mode: Any = "reflect", cval: float = 0.0, *, axes: Any = None,
    **kwargs: Any,
) -> Any:  # fmt: skip
    """`scipy.ndimage.gaussian_laplace`, differentiable by the image."""
    no_output(output)
    constant("gaussian_laplace", "sigma", sigma)
    second = lambda x, axis, m: _gaussian_derivative(x, sigma, 2, axis, m, cval, axes, kwargs)
    value = lambda x: _ndimage.gaussian_laplace(x, sigma, None, mode, cval, **given(axes=axes), **kwargs)
    return _over_axes("gaussian_laplace", second, input, mode, axes, value)


def gaussian_gradient_magnitude(
    input: Any, sigma: Any, output: Any = None, mode: Any = "reflect", cval: float = 0.0, *, axes: Any = None,
    **kwargs: Any,
) -> Any:  # fmt: skip
    """`scipy.ndimage.gaussian_gradient_magnitude`, differentiable by the image; 0 has the derivative 0."""
    no_output(output)
    constant("gaussian_gradient_magnitude", "sigma", sigma)

    def composition(x: Any) -> Any:
        along = list(range(x.ndim) if axes is None else [a % x.ndim for a in np.atleast_1d(axes)])
        modes = zip(along, [mode] * len(along) if isinstance(mode, str) else mode, strict=True)
        slopes = [_gaussian_derivative(x, sigma, 1, axis, m, cval, None, kwargs) for axis, m in modes]
        if x.dtype.kind == "c":  # SciPy's is no magnitude then
            return np.sqrt(sum([s * s for s in slopes[1:]], start=slopes[0] * slopes[0]))
        return np.linalg.norm(np.stack(slopes), axis=0)

    value = lambda x: _ndimage.gaussian_gradient_magnitude(x, sigma, None, mode, cval, **given(axes=axes), **kwargs)
    return derived("scipy.ndimage.gaussian_gradient_magnitude", value, composition, array(input))


def _gaussian_derivative(x: Any, sigma: Any, degree: int, axis: int, mode: Any, cval: float, axes: Any, kw: Any) -> Any:
    """The image smoothed along the axes, and differentiated along one of them."""
    along = list(range(x.ndim) if axes is None else [a % x.ndim for a in np.atleast_1d(axes)])
    order = [degree if a == axis else 0 for a in along]
    return gaussian_filter(x, sigma, order, mode=mode, cval=cval, axes=tuple(along), **kw)
