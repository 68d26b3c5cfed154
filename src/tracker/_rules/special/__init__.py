"""The ufuncs of scipy.special, one file per section of its manual; imported when SciPy's module is in use.

Formulas are from the Digital Library of Mathematical Functions (DLMF, dlmf.nist.gov), named by equation.
"""

import importlib
from typing import Final

_TABLES: Final = (
    "elementary",
    "gamma",
    "zeta",
    "errors",
    "bessel",
    "elliptic",
    "hypergeometric",
    "probability",
    "noncentral",
    "parameters",
    "kolmogorov",
    "undefined",
)

for _name in _TABLES:
    importlib.import_module(f"tracker._rules.special.{_name}")
