"""Derivative rules, one file per section of NumPy's manual; importing this registers them all."""

import importlib
from typing import Final

from tracker._core.registry import defer

_TABLES: Final = (
    "elementwise",
    "reductions",
    "moments",
    "extrema",
    "cumulative",
    "folds",
    "shapes",
    "padding",
    "indexing",
    "products",
    "matrices",
    "sorting",
    "statistics",
    "interpolation",
    "histograms",
    "polynomials",
    "ranges",
    "functional",
    "sets",
    "bessel",
    "emath",
    "differences",
    "linalg",
    "singular",
    "norms",
    "fft",
    "constant",
    "refused",
)

for _name in _TABLES:
    importlib.import_module(f"tracker._rules.{_name}")

defer("scipy.special", "tracker._rules.special")
