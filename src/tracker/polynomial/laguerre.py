"""Laguerre series: numpy.polynomial.laguerre on tracked values.

>>> import tracker
>>> lagval(0.5, tracker.param([1.0, 2.0]))
tracked(2.0)
"""

from tracker.polynomial._counterparts import counterparts as _counterparts
from tracker.polynomial._counterparts import missing as _missing

_names = _counterparts("laguerre")
globals().update(_names)
__all__ = list(_names)
__getattr__ = _missing("laguerre")
