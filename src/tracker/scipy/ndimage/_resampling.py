"""An image at other places: by the image, and by the places."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import scipy.ndimage

from tracker._arrays import handles
from tracker.errors import UnsupportedKeywordError
from tracker.scipy._array import array
from tracker.scipy._derived import derived
from tracker.scipy._resample import sampled
from tracker.scipy._resample_adjoint import spread as spread_samples
from tracker.scipy._stencil import filtered
from tracker.scipy.ndimage._arguments import constant, each, is_fixed, no_output, no_wrap

_ndimage: Any = scipy.ndimage


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
    no_output(output)
    image, coordinates = array(input), array(coordinates)
    no_wrap("map_coordinates", mode, image, coordinates)
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
    no_output(output)
    image, offset = array(input), array(shift)
    no_wrap("shift", mode, image, offset)

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
    no_output(output)
    image, matrix, offset = array(input), array(matrix), array(offset)
    no_wrap("affine_transform", mode, image, matrix, offset)

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
    no_output(output)
    constant("zoom", "zoom", zoom)
    image = array(input)
    no_wrap("zoom", mode, image)
    if grid_mode and handles.is_tracked(image):
        raise UnsupportedKeywordError("zoom can't be differentiated with grid_mode=True. Use affine_transform.")

    def places(original: Any) -> list[Any]:
        shape = [round(n * z) for n, z in zip(original, each(zoom, len(original)), strict=True)]
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
    no_output(output)
    image = array(input)
    no_wrap("rotate", mode, image, angle)
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
    if is_fixed(cval, *settings):
        adjoint = lambda dy: spread_samples(dy, image.shape, places(image.shape, *settings), *how)
        return filtered(name, lambda x, c: value(x, c, *settings), adjoint, cval, image)
    order, mode, prefilter = how
    composition = lambda x, *given: sampled(x, places(x.shape, *given), order, mode, cval, prefilter)
    return derived(name, lambda x, *given: value(x, cval, *given), composition, image, *settings)
