"""How tracked values print: as NumPy's do, with a mark."""

from __future__ import annotations

from typing import Any

import numpy as np


def represent(x: Any) -> str:
    """`tracked([1., 2.])` for an array, `tracked(3.0)` for a number; other dtypes are named."""
    if not isinstance(x, np.ndarray):
        return f"tracked({x!s})"
    body = np.array_repr(x)
    return "tracked" + body.replace("\n ", "\n   ")[len("array") :]
