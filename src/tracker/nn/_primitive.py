"""Functions with rules of their own that NumPy knows nothing of, called like any other function."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from tracker._arrays.array import TrackedArray
from tracker._arrays.real import TrackedReal
from tracker._transforms.custom import track

_TRACKED = (TrackedArray, TrackedReal)


def primitive(f: Callable[..., Any]) -> Callable[..., Any]:
    """`f`, recorded by the rule of the function returned here when an argument is tracked."""

    @functools.wraps(f)
    def call(*args: Any, **kwargs: Any) -> Any:
        for x in args:
            if isinstance(x, _TRACKED):
                return track(call, *args, **kwargs)
        return f(*args, **kwargs)

    return call
