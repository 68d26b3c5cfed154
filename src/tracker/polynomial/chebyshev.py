"""Chebyshev series: numpy.polynomial.chebyshev on tracked values.

>>> import tracker
>>> chebmul(tracker.param([1.0, 2.0]), [3.0, 1.0])
tracked([4., 7., 1.])
"""

from tracker.polynomial._counterparts import counterparts as _counterparts
from tracker.polynomial._counterparts import missing as _missing

_names = _counterparts("chebyshev")
globals().update(_names)
__all__ = list(_names)
__getattr__ = _missing("chebyshev")
