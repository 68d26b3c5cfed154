"""numpy.polynomial.polyutils on tracked values."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.polynomial import polyutils as _theirs

from tracker._arrays import handles as _handles
from tracker._arrays.leaf import collect as _collect
from tracker.polynomial._family import BASE as _BASE
from tracker.polynomial._valued import series as _series
from tracker.scipy._array import array as _array
from tracker.scipy._refused import refusing as _refusing

__all__ = ["as_series", "format_float", "getdomain", "mapdomain", "mapparms", "trimcoef", "trimseq"]


def as_series(alist: Any, trim: bool = True) -> Any:
    """The arguments as vectors of one inexact dtype, copied; without the zeros that end them if `trim`.

    >>> import tracker
    >>> as_series([tracker.param([1.0, 2.0, 0.0]), 3])
    [tracked([1., 2.]), array([3.])]
    """
    plain = _theirs.as_series([_handles.plain(c) for c in alist], trim)
    return [_recorded(c, p) if _handles.level_of(c) >= 0 else p for c, p in zip(alist, plain, strict=True)]


def _recorded(c: Any, plain: Any) -> Any:
    """Tracked coefficients, which NumPy makes the vector `plain`, as a copy of its length and dtype."""
    c = _series(c)
    c = c if len(c) == len(plain) else c[: len(plain)]
    return np.copy(c) if c.dtype == plain.dtype else c.astype(plain.dtype)


def trimcoef(c: Any, tol: Any = 0) -> Any:
    """The coefficients up to the last one greater than `tol`: those left out get no gradient.

    >>> import tracker
    >>> trimcoef(tracker.param([1.0, 2.0, 1e-9]), tol=1e-6)
    tracked([1., 2.])
    """
    kept = _theirs.trimcoef(_handles.plain(c), tol)
    (c,) = as_series([c], trim=False)
    return c[: len(kept)] * 0 if len(kept) == 1 and abs(c[0]) <= tol else c[: len(kept)]


def getdomain(x: Any) -> Any:
    """The interval of the points x; of complex ones, the corners of a rectangle.

    >>> import tracker
    >>> getdomain(tracker.param([3.0, 1.0, 2.0]))
    tracked([1., 3.])
    """
    (x,) = as_series([x], trim=False)
    if x.dtype.kind != "c":
        return _collect([np.min(x), np.max(x)])
    real, imag = np.real(x), np.imag(x)
    return _collect([np.min(real) + 1j * np.min(imag), np.max(real) + 1j * np.max(imag)])


def mapparms(old: Any, new: Any) -> Any:
    """The offset and the scale of the line that maps one interval to another.

    >>> import tracker
    >>> mapparms(tracker.param([0.0, 2.0]), [-1, 1])
    (tracked(-1.0), tracked(1.0))
    """
    return _theirs.mapparms(old, new)


def mapdomain(x: Any, old: Any, new: Any) -> Any:
    """The points x where that line maps them.

    >>> import tracker
    >>> mapdomain(tracker.param([0.0, 1.0]), [0, 2], [-1, 1])
    tracked([-1.,  0.])
    """
    off, scl = mapparms(old, new)
    if isinstance(x, _BASE) or _handles.is_tracked(x):
        return off + scl * x
    return _theirs.mapdomain(x, old, new) if _handles.level_of([x, old, new]) < 0 else off + scl * _array(x)


trimseq = _theirs.trimseq
format_float = _refusing(
    "numpy.polynomial.polyutils.format_float",
    _theirs.format_float,
    "text carries no gradient. Pass tracker.data(x).",
)
