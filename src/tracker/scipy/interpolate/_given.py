"""What interpolants are given, values, points and knots, and the shapes of their results."""

from __future__ import annotations

from typing import Any

import numpy as np

from tracker._arrays import handles
from tracker._arrays.leaf import collect
from tracker.errors import ConversionError


def times(dy: Any, slope: Any) -> Any:
    """`dy` times the derivative by the point; zero where there is no value."""
    return dy * np.where(np.isnan(slope), 0, slope)


def gathered(x: Any) -> Any:
    """Lists become arrays, numbers stay."""
    x = collect(x) if isinstance(x, list | tuple) else x
    return x if handles.is_tracked(x) else np.asarray(x)


def owned(x: Any) -> Any:
    """The values as they are now: a tracked array may be written to later."""
    return np.copy(x) if handles.is_tracked(x) else np.array(gathered(x)) if handles.level_of(x) < 0 else collect(x)


def untracked_knots(x: Any, name: str) -> Any:
    if handles.level_of(x) >= 0:
        raise ConversionError(
            f"{name} is not differentiable by the places of its knots, only by the values there and by the points that "
            "are asked for. Pass tracker.stop_gradient(x)."
        )
    return np.asarray(x, float)


def unfolded(found: Any, points: Any, trailing: Any, axis: int) -> Any:
    """(m, k) to the shape of SciPy's results: that of the points in place of the axis of the values."""
    axis = axis % (len(trailing) + 1)
    y = np.reshape(found, (*points, *trailing))
    n = len(points)
    return np.moveaxis(y, tuple(range(n)), tuple(range(axis, axis + n))) if axis and n else y
