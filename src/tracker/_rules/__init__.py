"""Derivative rules, a file for each kind of function in NumPy's manual; importing this registers them all."""

import importlib
from typing import Final

from tracker._core.registry import defer

_TABLES: Final = (
    "elementwise",
    "bounds",
    "magnitudes",
    "finite",
    "sinc",
    "reductions",
    "moments",
    "extrema",
    "cumulative",
    "folds",
    "shapes",
    "padding",
    "indexing",
    "choosing",
    "diagonals",
    "inserting",
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
    "solving",
    "least_squares",
    "determinants",
    "factors",
    "singular",
    "norms",
    "fft",
    "constant",
    "refused",
)

for _name in _TABLES:
    importlib.import_module(f"tracker._rules.{_name}")

defer("scipy.special", "tracker._rules.special")
