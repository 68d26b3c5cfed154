"""SciPy's functions on tracked values, in SciPy's own layout: `tracker.scipy.special.logsumexp(x)`.

The ufuncs of scipy.special need nothing from here: `scipy.special.erf(x)` works on tracked x.
"""

from tracker.scipy import linalg, special, stats

__all__ = ["linalg", "special", "stats"]
