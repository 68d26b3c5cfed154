"""Hermite series, as physicists write them: numpy.polynomial.hermite on tracked values.

>>> import tracker
>>> hermder(tracker.param([1.0, 2.0, 3.0]))
tracked([ 4., 12.])
"""

from tracker.polynomial._counterparts import counterparts as _counterparts
from tracker.polynomial._counterparts import missing as _missing

_names = _counterparts("hermite")
globals().update(_names)
__all__ = list(_names)
__getattr__ = _missing("hermite")
