"""Powers of x: numpy.polynomial.polynomial on tracked values.

>>> import tracker
>>> polymul(tracker.param([1.0, 2.0]), [3.0, 1.0])
tracked([3., 7., 2.])
"""

from tracker.polynomial._counterparts import counterparts as _counterparts
from tracker.polynomial._counterparts import missing as _missing

_names = _counterparts("polynomial")
globals().update(_names)
__all__ = list(_names)
__getattr__ = _missing("polynomial")
