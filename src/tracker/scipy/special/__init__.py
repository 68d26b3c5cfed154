"""Functions of scipy.special that are no ufuncs, with SciPy's names, signatures and values.

Every public name of scipy.special is here: those in `__all__` need this module to be differentiated, some are refused
for tracked values with the reason (`_refused.TABLE`), and the rest is SciPy's own, which handles tracked values.
"""

from __future__ import annotations

from tracker.scipy._without import rest_of as _rest_of
from tracker.scipy.special._counting import comb, diric, factorial, perm
from tracker.scipy.special._refused import TABLE as _REST
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

__getattr__ = _rest_of("special", _REST)
