"""The larger and the smaller of two: maximum, minimum, fmax, fmin, clip. Ties are split evenly."""

from __future__ import annotations

from typing import Any

import numpy as np

from tracker._core.registry import composed, rule
from tracker._rules import one_pass
from tracker._rules.choosing import only
from tracker._rules.overridable import overridable
from tracker._rules.reductions import MISSING


def _choice(f: Any, loses: Any) -> None:
    """Rules of a function that picks one of two arguments; `loses(a, b)` says where it is not a, or a tie."""

    def share(dy: Any, a: Any, b: Any) -> Any:
        g = only(dy, np.logical_not(loses(a, b)))  # not ~: numbers compare to Python's bool, and ~True is -2
        tie = a == b
        return np.where(tie, dy / 2, g) if np.any(tie) else g

    def pushforward(tangents: Any, y: Any, a: Any, b: Any, **_: Any) -> Any:
        da, db = (0 if t is None else t for t in tangents)
        return np.where(a == b, (da + db) / 2, np.where(loses(a, b), db, da))

    rule(
        f,
        lambda dy, y, a, b, **_: share(dy, a, b),
        lambda dy, y, a, b, **_: share(dy, b, a),
        pushforward=pushforward,
    )


def _with_nan(lost: Any, nan: Any) -> Any:
    """`lost`, or where `nan` holds; nothing is done where there is none."""
    return lost | nan if np.any(nan) else lost


# **_ above and below: a ufunc's dtype, casting, order and their kin, which no derivative asks for
# a NaN wins with maximum and minimum, and loses with fmax and fmin
_choice(np.maximum, lambda a, b: _with_nan(a <= b, (b != b) & (a == a) if np.any(b != b) else False))
_choice(np.minimum, lambda a, b: _with_nan(a >= b, (b != b) & (a == a) if np.any(b != b) else False))
_choice(np.fmax, lambda a, b: _with_nan(a <= b, a != a))
_choice(np.fmin, lambda a, b: _with_nan(a >= b, a != a))


def clip(
    a: Any, a_min: Any = MISSING, a_max: Any = MISSING, out: Any = None, *, min: Any = MISSING, max: Any = MISSING,
    **kwargs: Any,
) -> Any:  # fmt: skip
    """numpy.clip as the minimum of a maximum; half the gradient passes at a bound."""
    given: Any = {"a_min": a_min, "a_max": a_max, "min": min, "max": max}
    given = {name: bound for name, bound in given.items() if bound is not MISSING}
    stands_in: Any = {name: None if bound is None else 0.0 for name, bound in given.items()}
    numpys: Any = np.clip
    numpys(0.0, **stands_in, **kwargs)  # raises for the bounds and keywords that NumPy rejects
    if kwargs:
        raise NotImplementedError(f"numpy.clip of tracked values does not take {sorted(kwargs)}.")
    a, low, high = [
        (np.stack(b) if len(b) else np.array(b)) if isinstance(b, list | tuple | range) else b
        for b in (a, given.get("a_min", given.get("min")), given.get("a_max", given.get("max")))
    ]
    bounds = [b for b in (low, high) if b is not None]
    own = np.result_type(a)
    dtype = np.result_type(own, *bounds)  # one for both steps; to NumPy's clip even a Python number `a` is an array
    if own != dtype or any(np.result_type(a, b) != dtype for b in bounds):
        a = np.multiply(a, np.ones((), dtype)[()])
    if all(b is None or isinstance(b, int | float | np.number | np.ndarray) for b in (low, high)) and bounds:
        y = clipped(a, low, high)
    else:
        y = a if low is None else np.maximum(a, low)
        y = y if high is None else np.minimum(y, high)
        y = +y if y is a else y
    if out is None:
        return y
    out[...] = y
    return out


@overridable
def clipped(a: Any, low: Any, high: Any) -> Any:
    """numpy.clip between plain bounds, None for none."""
    return np.clip(a, low, high)


def _floating(bound: Any) -> Any:
    """A number that every float type has as a Python float; anything else as it is."""
    exact = isinstance(bound, np.floating) or (isinstance(bound, int) and abs(bound) < 1 << 24)
    return float(bound) if exact else bound


def _inside(dy: Any, a: Any, low: Any, high: Any) -> Any:
    """`dy` where `a` is itself the result, half of it at a bound: as in a minimum of a maximum."""
    found = one_pass.inside(dy, a, _floating(low), _floating(high))
    if found is not None:
        return found
    lost: Any = None
    for bound, beyond in ((low, np.less), (high, np.greater)):
        if bound is not None:
            over = _with_nan(beyond(a, bound), (bound != bound) & (a == a) if np.any(bound != bound) else False)
            lost = over if lost is None else lost | over
    dy = only(dy, np.logical_not(lost))
    for bound in (low, high):
        tie = False if bound is None else a == bound
        dy = np.where(tie, dy / 2, dy) if np.any(tie) else dy
    return dy


rule(
    clipped,
    lambda dy, y, a, low, high: _inside(dy, a, low, high),
    pushforward=lambda t, y, a, low, high: _inside(t[0], a, low, high),
)
composed(np.clip, clip)
