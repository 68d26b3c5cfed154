"""Fields of layers, which are frozen."""

from __future__ import annotations

from typing import Any


def fill(layer: Any, **fields: Any) -> None:
    """Set the fields of a frozen dataclass that is being made."""
    for name, x in fields.items():
        object.__setattr__(layer, name, x)
