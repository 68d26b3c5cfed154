"""scipy.interpolate, differentiable by the values that are interpolated and by the points that are asked for."""

from tracker.scipy._without import rest_of as _rest_of
from tracker.scipy._without.interpolate import TABLE as _REST
from tracker.scipy.interpolate._curves import (
    Akima1DInterpolator,
    CubicHermiteSpline,
    CubicSpline,
    PchipInterpolator,
    pchip_interpolate,
)
from tracker.scipy.interpolate._grids import RegularGridInterpolator, interpn
from tracker.scipy.interpolate._polynomials import (
    BarycentricInterpolator,
    KroghInterpolator,
    barycentric_interpolate,
    krogh_interpolate,
)
from tracker.scipy.interpolate._radial import RBFInterpolator
from tracker.scipy.interpolate._splines import BSpline, make_interp_spline

__all__ = [
    "Akima1DInterpolator",
    "BSpline",
    "BarycentricInterpolator",
    "CubicHermiteSpline",
    "CubicSpline",
    "KroghInterpolator",
    "PchipInterpolator",
    "RBFInterpolator",
    "RegularGridInterpolator",
    "barycentric_interpolate",
    "interpn",
    "krogh_interpolate",
    "make_interp_spline",
    "pchip_interpolate",
]

__getattr__ = _rest_of("interpolate", _REST)
