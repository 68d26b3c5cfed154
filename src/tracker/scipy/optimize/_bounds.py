"""Bounds of a search: refused if they are tracked; which entries of a solution are free of them."""

from __future__ import annotations

from typing import Any

import numpy as np
import scipy.optimize

from tracker import tree
from tracker._arrays import handles
from tracker.errors import UnsupportedKeywordError

_optimize: Any = scipy.optimize


def refuse_tracked(name: str, bounds: Any) -> None:
    """Raise for bounds that are tracked: an entry at one of them would move with it."""
    pairs = (bounds.lb, bounds.ub) if isinstance(bounds, _optimize.Bounds) else bounds
    if pairs is not None and any(handles.is_tracked(x) for x in tree.flatten(pairs, True)[0]):
        raise UnsupportedKeywordError(
            f"{name} is not differentiated by its bounds. Substitute a variable that keeps within them, or pass "
            "tracker.stop_gradient(bounds)."
        )


def inside(x: Any, bounds: Any) -> Any:
    """Which entries of `x` are not at a bound."""
    if bounds is None:
        return np.ones(x.shape, bool)
    if not isinstance(bounds, _optimize.Bounds):
        pairs = list(bounds)
        low = np.array([-np.inf if b[0] is None else b[0] for b in pairs], float)
        high = np.array([np.inf if b[1] is None else b[1] for b in pairs], float)
        bounds = _optimize.Bounds(low, high)
    return (x > bounds.lb) & (x < bounds.ub)
