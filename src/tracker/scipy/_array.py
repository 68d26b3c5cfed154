"""An argument of SciPy's that stands for an array."""

from __future__ import annotations

from typing import Any

import numpy as np

from tracker._arrays import handles
from tracker._arrays.leaf import collect


def array(x: Any) -> Any:
    """An array of what may be tracked, or a list of tracked numbers; None as it is."""
    x = collect(x) if isinstance(x, list | tuple) else x
    return x if x is None or handles.is_tracked(x) else np.asarray(x)


def given(**settings: Any) -> dict[str, Any]:
    """The settings that are not None: the others need not be known to the SciPy that is installed."""
    return {name: value for name, value in settings.items() if value is not None}
