"""Correlation and convolution, Gaussian and uniform filters, and those made of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import scipy.ndimage

from tracker._arrays import handles
from tracker.errors import UnsupportedKeywordError
from tracker.scipy._array import array
from tracker.scipy._derived import derived
from tracker.scipy._linear_map import linear_map
from tracker.scipy._stencil import continued, correlated, filtered, products, spread, spread_along
from tracker.scipy.ndimage._arguments import constant, each, is_fixed, modes, no_output

_ndimage: Any = scipy.ndimage


def correlate(
    input: Any, weights: Any, output: Any = None, mode: Any = "reflect", cval: float = 0.0, origin: Any = 0, *,
    axes: Any = None,
) -> Any:  # fmt: skip
    """`scipy.ndimage.correlate`, differentiable by the image and by the weights.

    >>> import tracker
    >>> tracker.gradient(lambda x: correlate(x, np.array([1.0, 2.0, 3.0]))[1], np.zeros(3))[0]
    array([1., 2., 3.])
    """
    no_output(output)
    if axes is not None:
        return _along_axes(correlate, array(input), array(weights), mode, cval, origin, axes)

    value = lambda x, w, cval: _ndimage.correlate(x, w, None, mode, cval, origin)
    before = lambda w: [n // 2 + o for n, o in zip(w.shape, each(origin, w.ndim), strict=True)]
    # SciPy conjugates weights of correlations
    return _correlated("scipy.ndimage.correlate", value, before, np.conj, mode, cval, array(input), array(weights))


def convolve(
    input: Any, weights: Any, output: Any = None, mode: Any = "reflect", cval: float = 0.0, origin: Any = 0, *,
    axes: Any = None,
) -> Any:  # fmt: skip
    """`scipy.ndimage.convolve`, differentiable by the image and by the weights.

    >>> import tracker
    >>> tracker.gradient(lambda x: convolve(x, np.array([1.0, 2.0, 3.0]))[1], np.zeros(3))[0]
    array([3., 2., 1.])
    """
    no_output(output)
    if axes is not None:
        return _along_axes(convolve, array(input), array(weights), mode, cval, origin, axes)

    value = lambda x, w, cval: _ndimage.convolve(x, w, None, mode, cval, origin)
    before = lambda w: [(n - 1) // 2 - o for n, o in zip(w.shape, each(origin, w.ndim), strict=True)]
    return _correlated("scipy.ndimage.convolve", value, before, np.flip, mode, cval, array(input), array(weights))


def _along_axes(f: Callable[..., Any], x: Any, weights: Any, mode: Any, cval: Any, origin: Any, axes: Any) -> Any:
    """`f`, the kernel one place wide along the axes of the image that are not among `axes`."""
    getattr(_ndimage, f.__name__)(handles.plain(x), handles.plain(weights), None, mode, cval, origin, axes=axes)
    along = [int(axis) % x.ndim for axis in np.atleast_1d(axes)]
    if len(along) == x.ndim:
        return f(x, weights, None, mode, cval, origin)
    origins = [0] * x.ndim
    for axis, shift in zip(along, each(origin, len(along)), strict=True):
        origins[axis] = shift
    across = tuple([axis for axis in range(x.ndim) if axis not in along])
    return f(x, np.expand_dims(weights, across), None, mode, cval, origins)


def _correlated(
    name: str, value: Callable[..., Any], before: Callable[[Any], list[int]], turned: Callable[[Any], Any], mode: Any,
    cval: Any, image: Any, weights: Any,
) -> Any:  # fmt: skip
    """`value(image, weights, cval)`: correlation with the `turned` weights, which begin as far `before` a place."""
    if is_fixed(weights, cval) and weights.dtype.kind in "biuf":
        weights = np.array(weights)  # its owner may change it
        adjoint = lambda dy: spread(dy, turned(weights), modes(mode, dy.ndim), before(weights))
        return filtered(name, lambda x, c: value(x, weights, c), adjoint, cval, image)
    if is_fixed(image, cval) and image.dtype.kind in "biuf" and image.ndim == weights.ndim:
        image = np.array(image)
        longer: Callable[[], Any] = lambda: continued(
            image, weights.shape, modes(mode, image.ndim), cval, before(weights)
        )
        return linear_map(name, lambda w: value(image, w, cval), lambda dy: turned(products(dy, longer())))(weights)
    composition = lambda x, w: correlated(x, turned(w), modes(mode, x.ndim), cval, before(w))
    return derived(name, lambda x, w: value(x, w, cval), composition, image, weights)


def gaussian_filter(
    input: Any,
    sigma: Any,
    order: Any = 0,
    output: Any = None,
    mode: Any = "reflect",
    cval: float = 0.0,
    truncate: float = 4.0,
    *,
    radius: Any = None,
    axes: Any = None,
) -> Any:
    """`scipy.ndimage.gaussian_filter`, differentiable by the image.

    >>> import tracker
    >>> weights = tracker.gradient(lambda x: gaussian_filter(x, 1.0)[5], np.zeros(11))[0]
    >>> bool(np.isclose(weights[6] / weights[5], np.exp(-0.5)))
    True
    """
    no_output(output)
    constant("gaussian_filter", "sigma", sigma)

    def steps(ndim: int) -> Iterator[tuple[Any, ...]]:
        along = range(ndim) if axes is None else [a % ndim for a in np.atleast_1d(axes)]
        n = len(list(along))
        widths = zip(along, each(sigma, n), each(order, n), each(radius, n), modes(mode, n), strict=True)
        for axis, s, degree, reach, pad in widths:
            if s > 1e-15:
                r = int(truncate * float(s) + 0.5) if reach is None else reach
                point = np.zeros(4 * r + 1)
                point[2 * r] = 1.0
                answer = _ndimage.gaussian_filter1d(
                    point, s, order=degree, mode="constant", truncate=truncate, radius=reach
                )
                yield answer[r : 3 * r + 1][::-1], pad, axis, r

    value = lambda x, c: _ndimage.gaussian_filter(x, sigma, order, None, mode, c, truncate, radius=radius, axes=axes)
    return separable("scipy.ndimage.gaussian_filter", value, steps, cval, array(input))


def uniform_filter(
    input: Any,
    size: Any = 3,
    output: Any = None,
    mode: Any = "reflect",
    cval: float = 0.0,
    origin: Any = 0,
    *,
    axes: Any = None,
) -> Any:
    """`scipy.ndimage.uniform_filter`, differentiable by the image.

    >>> import tracker
    >>> tracker.gradient(lambda x: uniform_filter(x, 4)[2], np.zeros(5))[0]
    array([0.25, 0.25, 0.25, 0.25, 0.  ])
    """
    no_output(output)

    def steps(ndim: int) -> Iterator[tuple[Any, ...]]:
        along = list(range(ndim) if axes is None else [a % ndim for a in np.atleast_1d(axes)])
        n = len(along)
        for axis, length, o, pad in zip(along, each(size, n), each(origin, n), modes(mode, n), strict=True):
            if length > 1:
                yield np.full(int(length), 1.0 / length), pad, axis, length // 2 + o

    value = lambda x, c: _ndimage.uniform_filter(x, size, None, mode, c, origin, axes=axes)
    return separable("scipy.ndimage.uniform_filter", value, steps, cval, array(input))


def separable(
    name: str,
    value: Callable[[Any, Any], Any],
    steps: Callable[[int], Iterator[tuple[Any, ...]]],
    cval: Any,
    image: Any,
) -> Any:
    """`value(image, cval)`, correlations along one axis after the other: weights, mode, axis and reach of each."""
    if not is_fixed(cval):
        raise UnsupportedKeywordError(f"{name} is not differentiated by cval. Pass tracker.stop_gradient of it.")

    def adjoint(dy: Any) -> Any:
        for weights, pad, axis, before in reversed(list(steps(dy.ndim))):
            dy = spread_along(dy, weights, pad, axis, before)
        return dy

    return filtered(name, value, adjoint, cval, image)


# Along one axis


def _correlated1d(
    name: str, value: Callable[..., Any], before: Callable[[int], int], turned: Callable[[Any], Any], axis: int,
    mode: str, cval: Any, image: Any, weights: Any,
) -> Any:  # fmt: skip
    if is_fixed(weights, cval) and weights.dtype.kind in "biuf":
        weights = np.array(weights)  # its owner may change it
        steps = lambda ndim: iter([(turned(weights), modes(mode, 1)[0], axis % ndim, before(len(weights)))])
        return separable(name, lambda x, c: value(x, weights, c), steps, cval, image)

    def composition(x: Any, w: Any) -> Any:
        along = axis % x.ndim
        reach = [before(w.shape[0]) if k == along else 0 for k in range(x.ndim)]
        kernel = np.reshape(turned(w), [-1 if k == along else 1 for k in range(x.ndim)])
        return correlated(x, kernel, [modes(mode, 1)[0]] * x.ndim, cval, reach)

    return derived(name, lambda x, w: value(x, w, cval), composition, image, weights)


def correlate1d(
    input: Any, weights: Any, axis: int = -1, output: Any = None, mode: str = "reflect", cval: float = 0.0,
    origin: int = 0,
) -> Any:  # fmt: skip
    """`scipy.ndimage.correlate1d`, differentiable by the image and by the weights."""
    no_output(output)
    value = lambda x, w, cval: _ndimage.correlate1d(x, w, axis, None, mode, cval, origin)
    before = lambda n: n // 2 + origin
    image, weights = array(input), array(weights)
    return _correlated1d("scipy.ndimage.correlate1d", value, before, lambda w: w, axis, mode, cval, image, weights)


def convolve1d(
    input: Any, weights: Any, axis: int = -1, output: Any = None, mode: str = "reflect", cval: float = 0.0,
    origin: int = 0,
) -> Any:  # fmt: skip
    """`scipy.ndimage.convolve1d`, differentiable by the image and by the weights."""
    no_output(output)
    value = lambda x, w, cval: _ndimage.convolve1d(x, w, axis, None, mode, cval, origin)
    before = lambda n: (n - 1) // 2 - origin
    image, weights = array(input), array(weights)
    return _correlated1d("scipy.ndimage.convolve1d", value, before, np.flip, axis, mode, cval, image, weights)


def gaussian_filter1d(
    input: Any, sigma: Any, axis: int = -1, order: int = 0, output: Any = None, mode: str = "reflect",
    cval: float = 0.0, truncate: float = 4.0, *, radius: Any = None,
) -> Any:  # fmt: skip
    """`scipy.ndimage.gaussian_filter1d`, differentiable by the image."""
    no_output(output)
    constant("gaussian_filter1d", "sigma", sigma)
    composition = lambda x: gaussian_filter(
        x, sigma, order, mode=mode, cval=cval, truncate=truncate, radius=radius, axes=axis
    )
    value = lambda x: _ndimage.gaussian_filter1d(x, sigma, axis, order, None, mode, cval, truncate, radius=radius)
    return derived("scipy.ndimage.gaussian_filter1d", value, composition, array(input))


def uniform_filter1d(
    input: Any, size: int, axis: int = -1, output: Any = None, mode: str = "reflect", cval: float = 0.0,
    origin: int = 0,
) -> Any:  # fmt: skip
    """`scipy.ndimage.uniform_filter1d`, differentiable by the image."""
    no_output(output)
    composition = lambda x: uniform_filter(x, size, mode=mode, cval=cval, origin=origin, axes=axis)
    value = lambda x: _ndimage.uniform_filter1d(x, size, axis, None, mode, cval, origin)
    return derived("scipy.ndimage.uniform_filter1d", value, composition, array(input))
