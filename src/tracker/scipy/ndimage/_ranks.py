"""Filters that take one of the values around each place: the largest, the smallest, the median; grey morphology.

Equal values share the derivative evenly where the largest or the smallest is taken.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import scipy.ndimage

from tracker.scipy._array import array
from tracker.scipy._array import given as _given
from tracker.scipy._derived import derived
from tracker.scipy._stencil import padded
from tracker.scipy.ndimage._arguments import each, modes, no_output

_ndimage: Any = scipy.ndimage


def _footprint(ndim: int, size: Any, footprint: Any, axes: Any) -> tuple[Any, list[int]]:
    """Which places around one count, with as many axes as the image, and the axes that it extends along."""
    along = list(range(ndim)) if axes is None else [a % ndim for a in np.atleast_1d(axes)]
    if footprint is None:
        shape = [1] * ndim
        for axis, n in zip(along, each(size, len(along)), strict=True):
            shape[axis] = int(n)
        return np.ones(shape, bool), along
    return _with_all_axes(np.asarray(footprint, bool), ndim, along), along


def _with_all_axes(x: Any, ndim: int, along: list[int]) -> Any:
    return np.expand_dims(x, [axis for axis in range(ndim) if axis not in along])


def _around(x: Any, mask: Any, along: list[int], mode: Any, cval: float, origin: Any) -> Any:
    """The values at the places of the mask around each entry: x.shape + (number of places,)."""
    for axis, o, pad in zip(along, each(origin, len(along)), modes(mode, len(along)), strict=True):
        n = mask.shape[axis]
        widths = [(0, 0)] * x.ndim
        widths[axis] = (n // 2 + o, n - 1 - n // 2 - o)
        x = padded(x, widths, pad, cval)
    windows: Any = np.lib.stride_tricks.sliding_window_view(x, mask.shape)
    return windows[(..., *np.nonzero(mask))]


def _filter(name: str, choose: Callable[[Any], Any], call: Any, input: Any, given: dict[str, Any]) -> Any:
    """`choose` of the values around each entry, with the value of `call(x)`."""

    def composition(x: Any) -> Any:
        mask, along = _footprint(x.ndim, given["size"], given["footprint"], given["axes"])
        return choose(_around(x, mask, along, given["mode"], given["cval"], given["origin"]))

    return derived(f"scipy.ndimage.{name}", call, composition, array(input))


def _ranked(rank: Callable[[int], int]) -> Callable[[Any], Any]:
    """The value of a rank, which depends on how many values there are."""
    return lambda values: np.sort(values, axis=-1)[..., rank(values.shape[-1])]


def maximum_filter(
    input: Any, size: Any = None, footprint: Any = None, output: Any = None, mode: Any = "reflect",
    cval: float = 0.0, origin: Any = 0, *, axes: Any = None,
) -> Any:  # fmt: skip
    """`scipy.ndimage.maximum_filter`, differentiable by the image.

    >>> import tracker
    >>> tracker.gradient(lambda x: np.sum(maximum_filter(x, 3)), np.array([1.0, 4.0, 2.0, 0.0]))
    (array([0., 3., 1., 0.]),)
    """
    no_output(output)
    given = {"size": size, "footprint": footprint, "mode": mode, "cval": cval, "origin": origin, "axes": axes}
    call = lambda x: _ndimage.maximum_filter(x, **given)
    return _filter("maximum_filter", lambda v: np.max(v, axis=-1), call, input, given)


def minimum_filter(
    input: Any, size: Any = None, footprint: Any = None, output: Any = None, mode: Any = "reflect",
    cval: float = 0.0, origin: Any = 0, *, axes: Any = None,
) -> Any:  # fmt: skip
    """`scipy.ndimage.minimum_filter`, differentiable by the image."""
    no_output(output)
    given = {"size": size, "footprint": footprint, "mode": mode, "cval": cval, "origin": origin, "axes": axes}
    call = lambda x: _ndimage.minimum_filter(x, **given)
    return _filter("minimum_filter", lambda v: np.min(v, axis=-1), call, input, given)


def maximum_filter1d(
    input: Any, size: int, axis: int = -1, output: Any = None, mode: str = "reflect", cval: float = 0.0,
    origin: int = 0,
) -> Any:  # fmt: skip
    """`scipy.ndimage.maximum_filter1d`, differentiable by the image."""
    no_output(output)
    given = {"size": size, "footprint": None, "mode": mode, "cval": cval, "origin": origin, "axes": axis}
    call = lambda x: _ndimage.maximum_filter1d(x, size, axis, None, mode, cval, origin)
    return _filter("maximum_filter1d", lambda v: np.max(v, axis=-1), call, input, given)


def minimum_filter1d(
    input: Any, size: int, axis: int = -1, output: Any = None, mode: str = "reflect", cval: float = 0.0,
    origin: int = 0,
) -> Any:  # fmt: skip
    """`scipy.ndimage.minimum_filter1d`, differentiable by the image."""
    no_output(output)
    given = {"size": size, "footprint": None, "mode": mode, "cval": cval, "origin": origin, "axes": axis}
    call = lambda x: _ndimage.minimum_filter1d(x, size, axis, None, mode, cval, origin)
    return _filter("minimum_filter1d", lambda v: np.min(v, axis=-1), call, input, given)


def median_filter(
    input: Any, size: Any = None, footprint: Any = None, output: Any = None, mode: Any = "reflect",
    cval: float = 0.0, origin: Any = 0, *, axes: Any = None,
) -> Any:  # fmt: skip
    """`scipy.ndimage.median_filter`, differentiable by the image; of an even number it takes the upper one."""
    no_output(output)
    given = {"size": size, "footprint": footprint, "mode": mode, "cval": cval, "origin": origin, "axes": axes}
    call = lambda x: _ndimage.median_filter(x, **given)
    return _filter("median_filter", _ranked(lambda n: n // 2), call, input, given)


def rank_filter(
    input: Any, rank: int, size: Any = None, footprint: Any = None, output: Any = None, mode: Any = "reflect",
    cval: float = 0.0, origin: Any = 0, *, axes: Any = None,
) -> Any:  # fmt: skip
    """`scipy.ndimage.rank_filter`, differentiable by the image."""
    no_output(output)
    given = {"size": size, "footprint": footprint, "mode": mode, "cval": cval, "origin": origin, "axes": axes}
    call = lambda x: _ndimage.rank_filter(x, rank, **given)
    return _filter("rank_filter", _ranked(lambda n: rank), call, input, given)


def percentile_filter(
    input: Any, percentile: float, size: Any = None, footprint: Any = None, output: Any = None,
    mode: Any = "reflect", cval: float = 0.0, origin: Any = 0, *, axes: Any = None,
) -> Any:  # fmt: skip
    """`scipy.ndimage.percentile_filter`, differentiable by the image; the percentile says which rank is taken."""
    no_output(output)
    given = {"size": size, "footprint": footprint, "mode": mode, "cval": cval, "origin": origin, "axes": axes}
    call = lambda x: _ndimage.percentile_filter(x, percentile, **given)
    share = (percentile + 100.0 if percentile < 0 else percentile) / 100.0
    return _filter("percentile_filter", _ranked(lambda n: min(int(n * share), n - 1)), call, input, given)


# Grey morphology, with a structure of heights that are added to the values


def _extreme(dilates: bool, x: Any, given: dict[str, Any]) -> Any:
    """Erosion, the smallest of values less heights, or dilation, the largest of their sums over the mirrored mask."""
    footprint, structure = given["footprint"], given["structure"]
    if footprint is None and structure is not None:
        footprint = np.ones(np.shape(structure), bool)
    mask, along = _footprint(x.ndim, given["size"], footprint, given["axes"])
    heights = np.zeros(mask.shape) if structure is None else _with_all_axes(np.asarray(structure), x.ndim, along)
    origin = list(each(given["origin"], len(along)))
    if dilates:
        mask, heights = np.flip(mask), np.flip(heights)
        origin = [-o - (mask.shape[axis] % 2 == 0) for axis, o in zip(along, origin, strict=True)]
    values = _around(x, mask, along, given["mode"], given["cval"], origin)
    heights = heights[np.nonzero(mask)]
    return np.max(values + heights, axis=-1) if dilates else np.min(values - heights, axis=-1)


_Formula = Callable[[Any, Callable[[Any], Any], Callable[[Any], Any]], Any]


def _morphology(name: str, formula: _Formula, what: str) -> Callable[..., Any]:
    """A function of scipy.ndimage that is `formula(x, erode, dilate)`."""
    theirs = getattr(_ndimage, name)

    def function(
        input: Any, size: Any = None, footprint: Any = None, structure: Any = None, output: Any = None,
        mode: Any = "reflect", cval: float = 0.0, origin: Any = 0, *, axes: Any = None,
    ) -> Any:  # fmt: skip
        no_output(output)
        given = {"size": size, "footprint": footprint, "structure": structure, "mode": mode, "cval": cval,
                 "origin": origin, "axes": axes}  # fmt: skip

        def composition(x: Any) -> Any:
            return formula(x, lambda y: _extreme(False, y, given), lambda y: _extreme(True, y, given))

        return derived(f"scipy.ndimage.{name}", lambda x: theirs(x, **_given(**given)), composition, array(input))

    function.__name__ = function.__qualname__ = name
    function.__doc__ = f"`scipy.ndimage.{name}`, differentiable by the image: {what}."
    return function


grey_erosion = _morphology("grey_erosion", lambda x, erode, dilate: erode(x), "the smallest value around")
grey_dilation = _morphology("grey_dilation", lambda x, erode, dilate: dilate(x), "the largest value around")
grey_opening = _morphology("grey_opening", lambda x, erode, dilate: dilate(erode(x)), "erosion, then dilation")
grey_closing = _morphology("grey_closing", lambda x, erode, dilate: erode(dilate(x)), "dilation, then erosion")
morphological_gradient = _morphology(
    "morphological_gradient", lambda x, erode, dilate: dilate(x) - erode(x), "dilation less erosion"
)
morphological_laplace = _morphology(
    "morphological_laplace", lambda x, erode, dilate: dilate(x) + erode(x) - 2 * x, "both less twice the image"
)
white_tophat = _morphology("white_tophat", lambda x, erode, dilate: x - dilate(erode(x)), "the image less its opening")
black_tophat = _morphology("black_tophat", lambda x, erode, dilate: erode(dilate(x)) - x, "its closing less the image")
