"""What SciPy's distributions offer besides: for plain arguments SciPy's own, for tracked ones refused with a reason."""

from __future__ import annotations

from typing import Any, Final

import scipy.stats

from tracker.scipy._refused import refusing
from tracker.scipy._watch import any_tracked

_REASONS: Final = {
    "cdf": "SciPy integrates the density numerically.",
    "logcdf": "SciPy integrates the density numerically.",
    "sf": "SciPy integrates the density numerically.",
    "expect": "take tracker.scipy.integrate.quad of the function times pdf, or the mean over rvs.",
    "fit": "it is a search: differentiate what is searched for, nnlf or logpdf, and its result by minimize.",
    "moment": "take mean and var, or tracker.scipy.integrate.quad of x**order * pdf(x).",
    "stats": "take mean and var, or tracker.scipy.integrate.quad of x**order * pdf(x).",
    "entropy": "take tracker.scipy.integrate.quad of -pdf * logpdf.",
}
_UNKNOWN: Final = "it is not known to this version of tracker: pass tracker.data(x) where the plain value is wanted."


def undone(distribution: Any, method: str, offered: Any, frozen: Any = None) -> Any:
    """SciPy's attribute of the distribution, or of that with the parameters `frozen` = (args, kwargs)."""
    theirs = getattr(scipy.stats, distribution.name)
    of = theirs if frozen is None or any_tracked(frozen) else theirs(*frozen[0], **frozen[1])
    if method.startswith("_") or not hasattr(of, method):
        raise AttributeError(f"{distribution!r} has no {method!r}; it has {', '.join(offered)}.")
    found = getattr(of, method)
    if not callable(found):
        return found
    call = lambda parameters, *args, **kwargs: found(*args, **kwargs)
    refused = refusing(f"scipy.stats.{distribution.name}.{method}", call, _REASONS.get(method, _UNKNOWN))
    function = lambda *args, **kwargs: refused(frozen, *args, **kwargs)
    function.__name__, function.refusal = method, refused.refusal  # type: ignore[attr-defined]
    return function


def plainly(distribution: Any, method: str, *args: Any, **kwargs: Any) -> Any:
    """SciPy's value, where nothing is tracked; else None."""
    if any_tracked((args, kwargs)):
        return None
    return getattr(getattr(scipy.stats, distribution.name), method)(*args, **kwargs)
