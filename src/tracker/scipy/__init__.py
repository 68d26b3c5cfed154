"""SciPy's functions on tracked values, in SciPy's own layout: `tracker.scipy.special.logsumexp(x)`.

The ufuncs of scipy.special need nothing from here: `scipy.special.erf(x)` works on tracked x.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

__all__ = [
    "fft",
    "integrate",
    "interpolate",
    "linalg",
    "ndimage",
    "optimize",
    "signal",
    "sparse",
    "spatial",
    "special",
    "stats",
]


def __getattr__(name: str) -> Any:
    """Each module is imported when it is first used, as in SciPy."""
    if name in __all__:
        return import_module(f"tracker.scipy.{name}")
    from tracker.scipy._without.whole import REASONS

    reasons = [f" scipy.{section}: {reason}" for section, reason in REASONS.items() if section.split(".")[0] == name]
    raise AttributeError(f"tracker.scipy has no module {name!r}; it has {', '.join(__all__)}.{''.join(reasons)}")
