"""Polynomials on tracked values, in NumPy's own layout: `numpy.polynomial`, whose functions make their arguments plain.

>>> import numpy as np
>>> import tracker
>>> from tracker.polynomial import Chebyshev, chebyshev
>>> tracker.gradient(lambda c: Chebyshev(c)(0.5) ** 2, np.array([1.0, 2.0, 3.0]))
(array([ 1. ,  0.5, -0.5]),)
>>> chebyshev.chebmul(tracker.param([1.0, 2.0]), [3.0, 1.0])
tracked([4., 7., 1.])
"""

from typing import Any

from numpy.polynomial import set_default_printstyle

from tracker.polynomial import chebyshev, hermite, hermite_e, laguerre, legendre, polynomial, polyutils

Polynomial: Any = polynomial.Polynomial
Chebyshev: Any = chebyshev.Chebyshev
Legendre: Any = legendre.Legendre
Laguerre: Any = laguerre.Laguerre
Hermite: Any = hermite.Hermite
HermiteE: Any = hermite_e.HermiteE

__all__ = [
    "Chebyshev",
    "Hermite",
    "HermiteE",
    "Laguerre",
    "Legendre",
    "Polynomial",
    "chebyshev",
    "hermite",
    "hermite_e",
    "laguerre",
    "legendre",
    "polynomial",
    "polyutils",
    "set_default_printstyle",
]
