"""Functions that tracked arrays may take over, as they do NumPy's."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from tracker._core.node import takers


def overridable(f: Callable[..., Any]) -> Callable[..., Any]:
    """`f` as NumPy's functions are: a tracked argument takes the call over (NEP 18).

    Arrays of other libraries do not: they take over the calls of NumPy's functions that `f` makes.
    """

    @functools.wraps(f)
    def call(*args: Any) -> Any:
        for x in args:
            if type(x) in takers:
                return x.__array_function__(call, [type(x)], args, {})
        return f(*args)

    return call
