"""scipy.ndimage, differentiable by images, and by kernels, coordinates and shifts where these are arguments."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import scipy.ndimage

from tracker._arrays import handles
from tracker._arrays.leaf import collect
from tracker.errors import UnsupportedKeywordError
from tracker.scipy._derived import derived
from tracker.scipy._linear_map import linear_map
from tracker.scipy._resample import sampled
from tracker.scipy._resample_adjoint import spread as spread_samples
from tracker.scipy._stencil import continued, correlated, filtered, products, spread, spread_along
from tracker.scipy._without import rest_of as _rest_of
from tracker.scipy._without.ndimage import TABLE as _REST

__all__ = [
    "affine_transform",
    "convolve",
    "correlate",
    "gaussian_filter",
    "map_coordinates",
    "rotate",
    "shift",
    "uniform_filter",
    "zoom",
]

__getattr__ = _rest_of("ndimage", _REST)

_ndimage: Any = scipy.ndimage
_PADS = {
    "reflect": "symmetric", "grid-mirror": "symmetric", "mirror": "reflect", "nearest": "edge", "wrap": "wrap",
    "grid-wrap": "wrap", "constant": "constant", "grid-constant": "constant",
}  # fmt: skip


# Filters


def correlate(
    input: Any, weights: Any, output: Any = None, mode: Any = "reflect", cval: float = 0.0, origin: Any = 0
) -> Any:
    """`scipy.ndimage.correlate`, differentiable by the image and by the weights.

    >>> import tracker
    >>> tracker.gradient(lambda x: correlate(x, np.array([1.0, 2.0, 3.0]))[1], np.zeros(3))[0]
    array([1., 2., 3.])
    """
    _no_output(output)

    value = lambda x, w, cval: _ndimage.correlate(x, w, None, mode, cval, origin)
    before = lambda w: [n // 2 + o for n, o in zip(w.shape, _each(origin, w.ndim), strict=True)]
    return _correlated(
        "scipy.ndimage.correlate", value, before, lambda w: w, mode, cval, _array(input), _array(weights)
    )


def convolve(
    input: Any, weights: Any, output: Any = None, mode: Any = "reflect", cval: float = 0.0, origin: Any = 0
) -> Any:
    """`scipy.ndimage.convolve`, differentiable by the image and by the weights.

    >>> import tracker
    >>> tracker.gradient(lambda x: convolve(x, np.array([1.0, 2.0, 3.0]))[1], np.zeros(3))[0]
    array([3., 2., 1.])
    """
    _no_output(output)

    value = lambda x, w, cval: _ndimage.convolve(x, w, None, mode, cval, origin)
    before = lambda w: [(n - 1) // 2 - o for n, o in zip(w.shape, _each(origin, w.ndim), strict=True)]
    return _correlated("scipy.ndimage.convolve", value, before, np.flip, mode, cval, _array(input), _array(weights))


def _correlated(
    name: str, value: Callable[..., Any], before: Callable[[Any], list[int]], turned: Callable[[Any], Any], mode: Any,
    cval: Any, image: Any, weights: Any,
) -> Any:  # fmt: skip
    """`value(image, weights, cval)`: correlation with the `turned` weights, which begin as far `before` a place."""
    if _is_fixed(weights, cval) and weights.dtype.kind in "biuf":
        weights = np.array(weights)  # its owner may change it
        adjoint = lambda dy: spread(dy, turned(weights), _modes(mode, dy.ndim), before(weights))
        return filtered(name, lambda x, c: value(x, weights, c), adjoint, cval, image)
    if _is_fixed(image, cval) and image.dtype.kind in "biuf" and image.ndim == weights.ndim:
        image = np.array(image)
        longer: Callable[[], Any] = lambda: continued(
            image, weights.shape, _modes(mode, image.ndim), cval, before(weights)
        )
        return linear_map(name, lambda w: value(image, w, cval), lambda dy: turned(products(dy, longer())))(weights)
    composition = lambda x, w: correlated(x, turned(w), _modes(mode, x.ndim), cval, before(w))
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
    _no_output(output)
    _constant("gaussian_filter", "sigma", sigma)

    def steps(ndim: int) -> Iterator[tuple[Any, ...]]:
        along = range(ndim) if axes is None else [a % ndim for a in np.atleast_1d(axes)]
        n = len(list(along))
        widths = zip(along, _each(sigma, n), _each(order, n), _each(radius, n), _modes(mode, n), strict=True)
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
    return _separable("scipy.ndimage.gaussian_filter", value, steps, cval, _array(input))


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
    _no_output(output)

    def steps(ndim: int) -> Iterator[tuple[Any, ...]]:
        along = list(range(ndim) if axes is None else [a % ndim for a in np.atleast_1d(axes)])
        n = len(along)
        for axis, length, o, pad in zip(along, _each(size, n), _each(origin, n), _modes(mode, n), strict=True):
            if length > 1:
                yield np.full(int(length), 1.0 / length), pad, axis, length // 2 + o

    value = lambda x, c: _ndimage.uniform_filter(x, size, None, mode, c, origin, axes=axes)
    return _separable("scipy.ndimage.uniform_filter", value, steps, cval, _array(input))


def _separable(
    name: str,
    value: Callable[[Any, Any], Any],
    steps: Callable[[int], Iterator[tuple[Any, ...]]],
    cval: Any,
    image: Any,
) -> Any:
    """`value(image, cval)`, correlations along one axis after the other: weights, mode, axis and reach of each."""
    if not _is_fixed(cval):
        raise UnsupportedKeywordError(f"{name} is not differentiated by cval. Pass tracker.stop_gradient of it.")

    def adjoint(dy: Any) -> Any:
        for weights, pad, axis, before in reversed(list(steps(dy.ndim))):
            dy = spread_along(dy, weights, pad, axis, before)
        return dy

    return filtered(name, value, adjoint, cval, image)


# Resampling


def map_coordinates(
    input: Any,
    coordinates: Any,
    output: Any = None,
    order: int = 3,
    mode: str = "constant",
    cval: float = 0.0,
    prefilter: bool = True,
) -> Any:
    """`scipy.ndimage.map_coordinates`, differentiable by the image and by the coordinates (d, ...).

    Modes "constant", "grid-constant", "nearest", "mirror", "reflect", "grid-mirror" and "grid-wrap"; "wrap" raises
    `NotImplementedError` on tracked values.

    >>> import tracker
    >>> ramp = np.array([0.0, 2.0, 4.0, 6.0])
    >>> tracker.gradient(lambda q: map_coordinates(ramp, [q], order=1)[0], np.array([1.3]))
    (array([2.]),)
    """
    _no_output(output)
    image, coordinates = _array(input), _array(coordinates)
    _no_wrap("map_coordinates", mode, image, coordinates)
    value = lambda x, c, q: _ndimage.map_coordinates(x, q, None, order, mode, c, prefilter)
    return _resampled(
        "map_coordinates", value, lambda _, q: list(q), (order, mode, prefilter), cval, image, coordinates
    )


def shift(
    input: Any,
    shift: Any,
    output: Any = None,
    order: int = 3,
    mode: str = "constant",
    cval: float = 0.0,
    prefilter: bool = True,
) -> Any:
    """`scipy.ndimage.shift`, differentiable by the image and by the shift.

    >>> import tracker
    >>> tracker.gradient(lambda s: globals()["shift"](np.array([0.0, 2.0, 4.0, 6.0]), s, order=1)[2], 0.3)
    (-2.0,)
    """
    _no_output(output)
    image, offset = _array(input), _array(shift)
    _no_wrap("shift", mode, image, offset)

    def places(shape: Any, s: Any) -> list[Any]:
        s = s * np.ones(len(shape))
        return [q - s[d] for d, q in enumerate(np.indices(shape, sparse=True))]

    value = lambda x, c, s: _ndimage.shift(x, s, None, order, mode, c, prefilter)
    return _resampled("shift", value, places, (order, mode, prefilter), cval, image, offset)


def affine_transform(
    input: Any,
    matrix: Any,
    offset: Any = 0.0,
    output_shape: Any = None,
    output: Any = None,
    order: int = 3,
    mode: str = "constant",
    cval: float = 0.0,
    prefilter: bool = True,
) -> Any:
    """`scipy.ndimage.affine_transform`, differentiable by the image, the matrix and the offset.

    >>> import tracker
    >>> image = np.array([[0.0, 1, 2], [0, 1, 2], [0, 1, 2]])
    >>> f = lambda offset: affine_transform(image, np.eye(2), offset, order=1)[1, 1]
    >>> tracker.gradient(f, np.array([0.1, 0.2]))[0]
    array([0., 1.])
    """
    _no_output(output)
    image, matrix, offset = _array(input), _array(matrix), _array(offset)
    _no_wrap("affine_transform", mode, image, matrix, offset)

    def places(original: Any, m: Any, o: Any) -> list[Any]:
        d = len(original)
        if m.ndim == 2 and m.shape[1] == d + 1:  # homogeneous coordinates
            m, o = m[:d, :d], m[:d, d]
        shape = original if output_shape is None else tuple(output_shape)
        grid = np.indices(shape).reshape(d, -1)
        found = (m[:, None] * grid if m.ndim == 1 else m @ grid) + (o * np.ones(d))[:, None]
        return [np.reshape(found[i], shape) for i in range(d)]

    value = lambda x, c, m, o: _ndimage.affine_transform(x, m, o, output_shape, None, order, mode, c, prefilter)
    return _resampled("affine_transform", value, places, (order, mode, prefilter), cval, image, matrix, offset)


def zoom(
    input: Any,
    zoom: Any,
    output: Any = None,
    order: int = 3,
    mode: str = "constant",
    cval: float = 0.0,
    prefilter: bool = True,
    *,
    grid_mode: bool = False,
) -> Any:
    """`scipy.ndimage.zoom`, differentiable by the image. Raises `NotImplementedError` with `grid_mode=True`.

    >>> import tracker
    >>> f = lambda x: globals()["zoom"](x, 2, order=1)[2]
    >>> tracker.gradient(f, np.array([0.0, 7.0, 0.0, 0.0]))[0].round(9)
    array([0.14285714, 0.85714286, 0.        , 0.        ])
    """
    _no_output(output)
    _constant("zoom", "zoom", zoom)
    image = _array(input)
    _no_wrap("zoom", mode, image)
    if grid_mode and handles.is_tracked(image):
        raise UnsupportedKeywordError("zoom can't be differentiated with grid_mode=True. Use affine_transform.")

    def places(original: Any) -> list[Any]:
        shape = [round(n * z) for n, z in zip(original, _each(zoom, len(original)), strict=True)]
        steps = [(n - 1) / (m - 1) if m > 1 else 1.0 for n, m in zip(original, shape, strict=True)]
        return [q * step for q, step in zip(np.indices(shape, sparse=True), steps, strict=True)]

    value = lambda x, c: _ndimage.zoom(x, zoom, None, order, mode, c, prefilter, grid_mode=grid_mode)
    return _resampled("zoom", value, places, (order, mode, prefilter), cval, image)


def rotate(
    input: Any,
    angle: Any,
    axes: Any = (1, 0),
    reshape: bool = True,
    output: Any = None,
    order: int = 3,
    mode: str = "constant",
    cval: float = 0.0,
    prefilter: bool = True,
) -> Any:
    """`scipy.ndimage.rotate`, differentiable by the image, and by the angle (in degrees).

    The shape of the result is the one for the angle as it is.

    >>> import tracker
    >>> turned = tracker.gradient(lambda x: rotate(x, 90, order=1)[0, 1], np.zeros((2, 2)))[0]
    >>> turned.round(9) + 0.0
    array([[0., 0.],
           [0., 1.]])
    """
    _no_output(output)
    image = _array(input)
    _no_wrap("rotate", mode, image, angle)
    value = lambda x, c, a: _ndimage.rotate(x, a, axes, reshape, None, order, mode, c, prefilter)

    def places(original: Any, a: Any) -> list[Any]:
        first, second = sorted(axis % len(original) for axis in axes)
        c, s = np.cos(np.deg2rad(a)), np.sin(np.deg2rad(a))
        # SciPy's own shape, at little cost: order 0
        blank = np.broadcast_to(0.0, original)
        shape = _ndimage.rotate(blank, handles.plain(a), axes, reshape, order=0).shape
        grid = list(np.indices(shape, float, sparse=True))
        u, v = grid[first] - (shape[first] - 1) / 2, grid[second] - (shape[second] - 1) / 2
        grid[first] = c * u + s * v + (original[first] - 1) / 2
        grid[second] = -s * u + c * v + (original[second] - 1) / 2
        return grid

    return _resampled("rotate", value, places, (order, mode, prefilter), cval, image, angle)


def _resampled(
    function: str, value: Callable[..., Any], places: Callable[..., list[Any]], how: tuple[int, str, bool], cval: Any,
    image: Any, *settings: Any,
) -> Any:  # fmt: skip
    """`value(image, cval, *settings)`: the splines of an image at the `places` that its shape and the settings give."""
    name = f"scipy.ndimage.{function}"
    if _is_fixed(cval, *settings):
        settings = tuple([np.array(s) if isinstance(s, np.ndarray) else s for s in settings])
        adjoint = lambda dy: spread_samples(dy, image.shape, places(image.shape, *settings), *how)
        return filtered(name, lambda x, c: value(x, c, *settings), adjoint, cval, image)
    order, mode, prefilter = how
    composition = lambda x, *given: sampled(x, places(x.shape, *given), order, mode, cval, prefilter)
    return derived(name, lambda x, *given: value(x, cval, *given), composition, image, *settings)


# Arguments


def _array(x: Any) -> Any:
    x = collect(x) if isinstance(x, list | tuple) else x
    return x if handles.is_tracked(x) else np.asarray(x)


def _is_fixed(*arguments: Any) -> bool:
    return all(handles.level_of(x) < 0 and not handles.is_tracked(x) for x in arguments)


def _each(x: Any, n: int) -> list[Any]:
    return list(x) if isinstance(x, list | tuple | np.ndarray) and np.ndim(x) else [x] * n


def _modes(mode: Any, n: int) -> list[str]:
    return [_PADS[m] for m in ([mode] * n if isinstance(mode, str) else mode)]


def _no_output(output: Any) -> None:
    if output is not None:
        raise UnsupportedKeywordError("output= is not supported here: use the value that is returned, and its astype.")


def _no_wrap(name: str, mode: str, *arrays: Any) -> None:
    if mode == "wrap" and any(handles.level_of(x) >= 0 for x in arrays):
        raise UnsupportedKeywordError(f'{name} can\'t be differentiated with mode="wrap". Take mode="grid-wrap".')


def _constant(name: str, argument: str, x: Any) -> None:
    if handles.level_of(x) >= 0:
        raise UnsupportedKeywordError(f"{name} is not differentiated by {argument}. Pass tracker.stop_gradient of it.")
