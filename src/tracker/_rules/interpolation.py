"""Interpolation between knots, and counts."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from tracker._core.registry import linear, rule
from tracker._rules.choosing import only
from tracker._rules.cumulative import conj
from tracker._rules.indexing import counting, scatter
from tracker._rules.reductions import entry

linear(np.bincount, None, lambda dy, y, x, /, weights=None, minlength=0: np.take(dy, x))


class _Place(NamedTuple):
    """Where each point of np.interp lies among the knots."""

    low: Any  # the knots on both sides, as positions in xp
    high: Any
    t: Any  # how far from low to high: 0 to 1
    width: Any
    inside: Any
    below: Any
    above: Any


def _reals(x: Any, like: Any) -> Any:
    """A list or number as an array of the kind of `like`; an array as it is."""
    return x if hasattr(x, "dtype") else np.zeros_like(like, shape=np.shape(x), dtype=float) + x


def _place(like: Any, x: Any, xp: Any, period: Any) -> _Place:
    x, xp = _reals(x, like), _reals(xp, like)
    n = xp.size
    source = counting(n, like)
    if period is not None:
        period = abs(period)
        x, xp = np.mod(x, period), np.mod(xp, period)
        order = np.argsort(xp)
        source = np.concatenate((order[-1:], order, order[:1]))
        xp = np.take(xp, source)
        xp = np.concatenate((xp[:1] - period, xp[1:-1], xp[-1:] + period))
        n += 2
    low = np.clip(np.searchsorted(xp, x, side="right") - 1, 0, max(n - 2, 0))
    high = np.minimum(low + 1, n - 1)
    start = np.take(xp, low)
    width = np.take(xp, high) - start
    width = np.where(width == 0, 1, width)
    below, above = np.less(x, np.take(xp, 0)), np.greater(x, np.take(xp, n - 1))
    inside = np.greater_equal(x, np.take(xp, 0)) & np.less_equal(x, np.take(xp, n - 1))
    t = np.where(below, 0, np.where(above, 1, np.subtract(x, start) / width))
    return _Place(np.take(source, low), np.take(source, high), t, width, inside, below, above)


def _reads_knots(place: _Place, left: Any, right: Any, period: Any) -> Any:
    """Which points take their value from `fp`: not those for which `left` or `right` is given."""
    reads = place.inside
    reads = reads | place.below if left is None or period is not None else reads
    return reads | place.above if right is None or period is not None else reads


def _slope(place: _Place, fp: Any) -> Any:
    """The slope where each point lies; at a knot that of the segment after it, 0 outside."""
    return np.where(place.inside, (np.take(fp, place.high) - np.take(fp, place.low)) / place.width, 0)


def _to_knots(dy: Any, place: _Place, n: int) -> Any:
    """The adjoint of interpolating between `n` knots."""
    low, high = np.ravel(place.low), np.ravel(place.high)
    return scatter(np.ravel(dy * (1 - place.t)), low, (n,)) + scatter(np.ravel(dy * place.t), high, (n,))


def _from_knots(place: _Place, t: Any) -> Any:
    return (1 - place.t) * np.take(t, place.low) + place.t * np.take(t, place.high)


def _interp_pullback_x(
    dy: Any, y: Any, x: Any, xp: Any, fp: Any, left: Any = None, right: Any = None, period: Any = None
) -> Any:
    return dy * conj(_slope(_place(dy, x, xp, period), fp))


def _interp_pullback_xp(
    dy: Any, y: Any, x: Any, xp: Any, fp: Any, left: Any = None, right: Any = None, period: Any = None
) -> Any:
    place = _place(dy, x, xp, period)
    return -_to_knots(np.real(dy * conj(_slope(place, fp))), place, np.size(xp))


def _interp_pullback_fp(
    dy: Any, y: Any, x: Any, xp: Any, fp: Any, left: Any = None, right: Any = None, period: Any = None
) -> Any:
    place = _place(dy, x, xp, period)
    return _to_knots(only(dy, _reads_knots(place, left, right, period)), place, np.size(xp))


def _interp_pullback_left(
    dy: Any, y: Any, x: Any, xp: Any, fp: Any, left: Any = None, right: Any = None, period: Any = None
) -> Any:
    return only(dy, _place(dy, x, xp, period).below)


def _interp_pullback_right(
    dy: Any, y: Any, x: Any, xp: Any, fp: Any, left: Any = None, right: Any = None, period: Any = None
) -> Any:
    return only(dy, _place(dy, x, xp, period).above)


def _interp_pushforward(
    tangents: Any, y: Any, x: Any, xp: Any, fp: Any, left: Any = None, right: Any = None, period: Any = None
) -> Any:
    t_x, t_xp, t_fp = tangents[:3]
    t_left, t_right = entry(tangents, 3), entry(tangents, 4)
    place = _place(y, x, xp, period)
    dy: Any = np.zeros_like(y)
    if t_x is not None:
        dy = dy + _slope(place, fp) * t_x
    if t_xp is not None:
        dy = dy - _slope(place, fp) * _from_knots(place, t_xp)
    if t_fp is not None:
        dy = dy + np.where(_reads_knots(place, left, right, period), _from_knots(place, t_fp), 0)
    for outside, t in ((place.below, t_left), (place.above, t_right)):
        dy = dy if t is None else dy + np.where(outside, t, 0)
    return dy


rule(
    np.interp,
    _interp_pullback_x,
    _interp_pullback_xp,
    _interp_pullback_fp,
    _interp_pullback_left,
    _interp_pullback_right,
    pushforward=_interp_pushforward,
)
