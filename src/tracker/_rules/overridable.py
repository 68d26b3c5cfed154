"""Functions that arrays of another kind (tracked ones) may take over, as they do NumPy's."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import numpy as np


def overridable(f: Callable[..., Any]) -> Callable[..., Any]:
    """`f` as NumPy's functions are: an array of another kind (a tracked one) may take the call over (NEP 18)."""

    plain = np.ndarray.__array_function__

    @functools.wraps(f)
    def call(*args: Any) -> Any:
        takers = [x for x in args if getattr(type(x), "__array_function__", plain) is not plain]
        types = [type(x) for x in takers]
        for x in takers:
            y = x.__array_function__(call, types, args, {})
            if y is not NotImplemented:
                return y
        return f(*args)

    return call
