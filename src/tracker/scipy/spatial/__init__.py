"""scipy.spatial, differentiable: distances."""

from tracker.scipy._without import rest_of as _rest_of
from tracker.scipy._without.spatial import TABLE as _REST
from tracker.scipy.spatial import distance
from tracker.scipy.spatial._points import (
    distance_matrix,
    geometric_slerp,
    minkowski_distance,
    minkowski_distance_p,
    procrustes,
)

__all__ = [
    "distance",
    "distance_matrix",
    "geometric_slerp",
    "minkowski_distance",
    "minkowski_distance_p",
    "procrustes",
]

__getattr__ = _rest_of("spatial", _REST)
