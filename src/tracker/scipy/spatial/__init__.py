"""scipy.spatial, differentiable: distances."""

from tracker.scipy._without import rest_of as _rest_of
from tracker.scipy._without.spatial import TABLE as _REST

__getattr__ = _rest_of("spatial", _REST)
