"""Derivative rules, one file per section of NumPy's manual; importing this registers them all."""

import importlib
from typing import Final

_TABLES: Final = (
    "elementwise",
    "reductions",
    "cumulative",
    "shapes",
    "padding",
    "indexing",
    "products",
    "sorting",
    "statistics",
    "differences",
    "linalg",
    "norms",
    "fft",
    "constant",
)

for _name in _TABLES:
    importlib.import_module(f"tracker._rules.{_name}")
