"""Maxima, minima and their distance, and their NaN-skipping kin."""

from __future__ import annotations

from typing import Any

import numpy as np

from tracker._core.registry import rule
from tracker._rules.choosing import only
from tracker._rules.reductions import MISSING, divide, entry, plus, skipping_nan, unmasked, unreduce


def _is_given(initial: Any) -> bool:
    return initial is not MISSING and initial is not None


def _reached(initial: Any, y: Any) -> Any:
    """Where the extremum `y` is `initial`, which NumPy casts to the dtype of the entries."""
    start = np.real(initial) if np.iscomplexobj(initial) and not np.iscomplexobj(y) else initial
    return np.equal(np.positive(start, dtype=y.dtype, casting="unsafe"), y)


def _chosen(y: Any, a: Any, axis: Any, initial: Any, where: Any) -> tuple[Any, Any]:
    """Which entries of `a` are the extremum `y` (axes kept), and how many values tie for it (None: one for each)."""
    chosen = np.equal(a, y)
    if np.any(np.isnan(y)):  # an extremum is NaN where an entry is
        chosen = chosen | np.isnan(a)
    chosen = chosen if unmasked(where) else chosen & where
    if axis is not None and not _is_given(initial) and _one_each(chosen, y, axis, where):
        return chosen, None
    # without an axis count_nonzero need not go through integers
    n = np.count_nonzero(chosen) if axis is None else np.sum(chosen, axis=axis, keepdims=True, dtype=np.int32)
    n = np.add(_reached(initial, y), n) if _is_given(initial) else n
    return chosen, np.maximum(n, 1)


def _one_each(chosen: Any, y: Any, axis: Any, where: Any) -> bool:
    """Whether no extremum is attained twice: there are as many entries as extrema, and one at least for each."""
    # every extremum of unmasked entries is attained; counting all is quicker than by axis
    if chosen.size == 0 or np.count_nonzero(chosen) != y.size:
        return False
    return unmasked(where) or bool(np.all(np.any(chosen, axis=axis)))


def _shared(dy: Any, n: Any) -> Any:
    """`dy` split evenly among `n`, None standing for one."""
    return dy if n is None else divide(dy, n)


def _max_pullback(
    dy: Any, y: Any, a: Any, axis: Any = None, out: Any = None, keepdims: Any = False,
    initial: Any = MISSING, where: Any = True,
) -> Any:  # fmt: skip
    chosen, n = _chosen(unreduce(y, np.ndim(a), axis, keepdims), a, axis, initial, where)
    return only(_shared(unreduce(dy, np.ndim(a), axis, keepdims), n), chosen)


def _max_pullback_initial(
    dy: Any, y: Any, a: Any, axis: Any = None, out: Any = None, keepdims: Any = False,
    initial: Any = MISSING, where: Any = True,
) -> Any:  # fmt: skip
    y = unreduce(y, np.ndim(a), axis, keepdims)
    _, n = _chosen(y, a, axis, initial, where)
    return only(divide(unreduce(dy, np.ndim(a), axis, keepdims), n), _reached(initial, y))


def _max_pushforward(
    tangents: Any, y: Any, a: Any, axis: Any = None, out: Any = None, keepdims: Any = False,
    initial: Any = MISSING, where: Any = True,
) -> Any:  # fmt: skip
    t, t_initial = tangents[0], entry(tangents, 4)
    kept = unreduce(y, np.ndim(a), axis, keepdims)
    chosen, n = _chosen(kept, a, axis, initial, where)
    dy = None if t is None else np.sum(only(t, chosen), axis=axis, keepdims=True)
    more = None if t_initial is None else np.where(_reached(initial, kept), t_initial, 0)
    return np.reshape(_shared(plus(dy, more), n), y.shape)


def _ptp_pullback(dy: Any, y: Any, a: Any, axis: Any = None, out: Any = None, keepdims: Any = False) -> Any:
    high, low = np.max(a, axis=axis, keepdims=keepdims), np.min(a, axis=axis, keepdims=keepdims)
    return _max_pullback(dy, high, a, axis, None, keepdims) - _max_pullback(dy, low, a, axis, None, keepdims)


def _ptp_pushforward(tangents: Any, y: Any, a: Any, axis: Any = None, out: Any = None, keepdims: Any = False) -> Any:
    high, low = np.max(a, axis=axis, keepdims=keepdims), np.min(a, axis=axis, keepdims=keepdims)
    dy = _max_pushforward(tangents, high, a, axis, None, keepdims)
    return dy - _max_pushforward(tangents, low, a, axis, None, keepdims)


_BEFORE_INITIAL = (None, None, None)  # axis, out, keepdims
_EXTREMA: tuple[Any, ...] = (np.max, np.amax, np.min, np.amin)
_NAN_EXTREMA: tuple[Any, ...] = (np.nanmax, np.nanmin)
for _f in _EXTREMA:
    rule(_f, _max_pullback, *_BEFORE_INITIAL, _max_pullback_initial, pushforward=_max_pushforward)
for _f in _NAN_EXTREMA:
    rule(
        _f,
        skipping_nan(_max_pullback),
        *_BEFORE_INITIAL,
        skipping_nan(_max_pullback_initial),
        pushforward=skipping_nan(_max_pushforward),
    )
rule(np.ptp, _ptp_pullback, pushforward=_ptp_pushforward)
