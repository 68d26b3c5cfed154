"""Legendre series: numpy.polynomial.legendre on tracked values.

>>> import tracker
>>> legval(0.5, tracker.param([1.0, 2.0]))
tracked(2.0)
"""

from tracker.polynomial._counterparts import counterparts as _counterparts
from tracker.polynomial._counterparts import missing as _missing

_names = _counterparts("legendre")
globals().update(_names)
__all__ = list(_names)
__getattr__ = _missing("legendre")
