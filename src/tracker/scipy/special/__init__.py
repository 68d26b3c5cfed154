"""Functions of scipy.special that are no ufuncs, with SciPy's names, signatures and values.

Every public name of scipy.special is here: those in `__all__` need this module to be differentiated, some are refused
for tracked values with the reason (`_refused.REASONS`), and the rest is SciPy's own, which handles tracked values.
"""

from __future__ import annotations

from typing import Any

import scipy.special as _scipy

from tracker.scipy._refusal import refusing as _refusing
from tracker.scipy.special._counting import comb, diric, factorial, perm
from tracker.scipy.special._refused import REASONS as _REASONS
from tracker.scipy.special._spherical import (
    legendre_p,
    sph_harm_y,
    sph_legendre_p,
    spherical_in,
    spherical_jn,
    spherical_kn,
    spherical_yn,
)
from tracker.scipy.special._sums import log_softmax, logsumexp, multigammaln, polygamma, softmax

__all__ = [
    "comb",
    "diric",
    "factorial",
    "legendre_p",
    "log_softmax",
    "logsumexp",
    "multigammaln",
    "perm",
    "polygamma",
    "softmax",
    "sph_harm_y",
    "sph_legendre_p",
    "spherical_in",
    "spherical_jn",
    "spherical_kn",
    "spherical_yn",
]


def __getattr__(name: str) -> Any:
    """The names of scipy.special that need nothing from here, or have no derivative."""
    if name in _REASONS:
        return _refusing(getattr(_scipy, name), f"scipy.special.{name}", _REASONS[name])
    if name in _scipy.__all__:
        return getattr(_scipy, name)
    raise AttributeError(f"tracker.scipy.special has no {name!r}, as scipy.special has none.")
