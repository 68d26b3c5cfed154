"""Hermite series, as probabilists write them: numpy.polynomial.hermite_e on tracked values.

>>> import tracker
>>> hermeder(tracker.param([1.0, 2.0, 3.0]))
tracked([2., 6.])
"""

from tracker.polynomial._counterparts import counterparts as _counterparts
from tracker.polynomial._counterparts import missing as _missing

_names = _counterparts("hermite_e")
globals().update(_names)
__all__ = list(_names)
__getattr__ = _missing("hermite_e")
