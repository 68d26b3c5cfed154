"""What of scipy.interpolate is not differentiated."""

from __future__ import annotations

from typing import Final

from tracker.scipy._without import Section, because

_FITPACK: Final = "FITPACK chooses its knots by the data: take make_interp_spline."
_TUPLES: Final = "it works on FITPACK's tuples: take BSpline(t, c, k), its call, derivative, antiderivative, integrate."
_SURFACE: Final = "take RegularGridInterpolator, or make_interp_spline along one axis after the other."
_SCATTERED: Final = "its triangulation jumps as the points move: take RBFInterpolator."

TABLE: Final = Section(
    refused=because(
        {
            _FITPACK: "InterpolatedUnivariateSpline LSQUnivariateSpline UnivariateSpline generate_knots make_splprep "
            "make_splrep splprep splrep",
            _TUPLES: "insert spalde splantider splder splev splint sproot",
            _SURFACE: "BivariateSpline LSQBivariateSpline LSQSphereBivariateSpline NdBSpline NdPPoly "
            "RectBivariateSpline RectSphereBivariateSpline SmoothBivariateSpline SmoothSphereBivariateSpline bisplev "
            "bisplrep interp2d",
            _SCATTERED: "CloughTocher2DInterpolator LinearNDInterpolator griddata",
            "its derivative by points is zero, and by values it is theirs: values[index of the nearest point].":
                "NearestNDInterpolator",
            "it chooses its points by the data: take make_interp_spline.": "AAA FloaterHormannInterpolator",
            "take RBFInterpolator.": "Rbf",
            "take make_interp_spline(x, y, k=1).": "interp1d",
            "take KroghInterpolator, which is the same polynomial.": "lagrange",
            "solve with numpy.linalg.lstsq of BSpline.design_matrix(x, t, k).": "make_lsq_spline",
            "solve its linear equations with numpy.linalg.solve, which has a derivative.": "pade",
            "take numpy.polyfit.": "approximate_taylor_polynomial",
            "take BSpline or CubicSpline, whose coefficients are made of the values.": "BPoly PPoly",
            "it smooths by a penalty whose weight it chooses by the data.":
                "make_smoothing_spline",
        }
    ),
    undefined=frozenset({_SCATTERED}),
)  # fmt: skip
