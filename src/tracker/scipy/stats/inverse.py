"""Inverse distribution functions and random numbers: values are SciPy's, derivatives the implicit function's."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import scipy.stats

from tracker._transforms.recording import data
from tracker.scipy._implicit import each_solution
from tracker.scipy._watch import any_tracked


def quantile(distribution: Any, q: Any, shapes: list[Any], upper: bool) -> Any:
    """The standard z of which the cdf (or the sf, if `upper`) is q, with 0 < q < 1."""
    theirs = getattr(scipy.stats, distribution.name)
    z = (theirs.isf if upper else theirs.ppf)(data(q), *data(shapes))
    z = z.astype(getattr(data(q), "dtype", float))
    if not any_tracked((q, shapes)):
        return z
    return _held(distribution, z, q, shapes, upper)


def _held(distribution: Any, z: Any, q: Any, shapes: list[Any], upper: bool) -> Any:
    """z as a function of its probability q and the shapes."""
    tail: Callable[..., Any] = distribution._tails.sf if upper else distribution._tails.cdf
    sign = -1 if upper else 1

    def step(z: Any) -> Any:
        return sign * (tail(z, *shapes) - q) * np.exp(-distribution._logpdf(z, *shapes))

    return each_solution(step, z)


def reparametrised(distribution: Any, args: Any, kwargs: Any, size: Any, random_state: Any) -> Any:
    """Draws of SciPy in standard form, moved with the parameters."""
    if len(args) == len(distribution.shapes) + 3:  # SciPy's fourth place is the size
        args, size = args[:-1], args[-1]
    _, shapes, loc, scale = distribution._standard(0.0, args, kwargs)
    plain, plain_loc, plain_scale = data(shapes), data(loc), data(scale)
    if size is None:
        size = np.broadcast_shapes(*[np.shape(p) for p in (*plain, plain_loc, plain_scale)])
    z = getattr(scipy.stats, distribution.name).rvs(*plain, size=size, random_state=random_state)
    moved = _held(distribution, z, distribution._tails.cdf(z, *plain), shapes, False) if any_tracked(shapes) else z
    return moved * scale + loc
