"""Summaries of the parts of an image that have a label."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import scipy.ndimage

from tracker.scipy._array import array
from tracker.scipy._derived import derived

_ndimage: Any = scipy.ndimage


def _parts(shape: Any, labels: Any, index: Any) -> tuple[list[Any], Any]:
    """Which entries belong to each label asked for, and the shape of the result."""
    if labels is None:
        return [np.ones(shape, bool)], ()
    labels = np.broadcast_to(labels, shape)
    if index is None:
        return [labels > 0], ()
    return [labels == k for k in np.ravel(index)], np.shape(index)


def _summary(name: str, of_part: Callable[[Any], Any], what: str) -> Callable[..., Any]:
    """`of_part` of the entries (n,) of each part."""
    theirs = getattr(_ndimage, name)

    def function(input: Any, labels: Any = None, index: Any = None) -> Any:
        def composition(x: Any) -> Any:
            parts, shape = _parts(x.shape, labels, index)
            return np.reshape(np.stack([of_part(x[part]) if part.any() else np.sum(x[part]) for part in parts]), shape)

        return derived(f"scipy.ndimage.{name}", lambda x: theirs(x, labels, index), composition, array(input))

    function.__name__ = function.__qualname__ = name
    function.__doc__ = f"`scipy.ndimage.{name}`, differentiable by the image: {what} of each label."
    return function


sum_labels = _summary("sum_labels", np.sum, "the sum")
sum = _summary("sum", np.sum, "the sum")
mean = _summary("mean", np.mean, "the mean")
variance = _summary("variance", np.var, "the variance")
standard_deviation = _summary("standard_deviation", np.std, "the standard deviation")
minimum = _summary("minimum", np.min, "the smallest value")
maximum = _summary("maximum", np.max, "the largest value")
median = _summary("median", np.median, "the median")


def center_of_mass(input: Any, labels: Any = None, index: Any = None) -> Any:
    """`scipy.ndimage.center_of_mass`, differentiable by the image: a tuple of numbers, or a list of such.

    >>> import tracker
    >>> tracker.gradient(lambda x: center_of_mass(x)[0], np.array([1.0, 0.0, 1.0]))
    (array([-0.5,  0. ,  0.5]),)
    """
    x = array(input)

    def composition(x: Any) -> Any:
        parts, _ = _parts(x.shape, labels, index)
        grid = np.indices(x.shape)
        rows = [[np.sum(x[part] * g[part]) / np.sum(x[part]) for g in grid] for part in parts]
        return np.stack([np.stack(row) for row in rows])

    value = lambda x: np.array(_ndimage.center_of_mass(x, labels, index), float).reshape(-1, x.ndim)
    rows = derived("scipy.ndimage.center_of_mass", value, composition, x)
    return [tuple(row) for row in rows] if np.ndim(index) else tuple(rows[0])
