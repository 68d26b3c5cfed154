"""What of scipy.spatial and scipy.spatial.distance is not differentiated."""

from __future__ import annotations

from typing import Final

from tracker.scipy._without import Section, because, names

_COMBINATORIAL: Final = (
    "what it finds are indices, which don't move with the points: pass tracker.data(points), and take the points there."
)
_BOOLEAN: Final = "it counts entries that differ, which don't move: its derivative is zero or there is none."

_FIGURE: Final = "it draws a figure: pass the object of tracker.data(points)."

TABLE: Final = Section(
    refused=because(
        {
            _COMBINATORIAL: "ConvexHull Delaunay HalfspaceIntersection KDTree Rectangle SphericalVoronoi Voronoi "
            "cKDTree tsearch",
            _FIGURE: "convex_hull_plot_2d delaunay_plot_2d voronoi_plot_2d",
        }
    ),
    undefined=frozenset({_COMBINATORIAL, _FIGURE}),
)
DISTANCE: Final = Section(
    refused=because(
        {
            _BOOLEAN: "dice hamming jaccard rogerstanimoto russellrao sokalsneath yule",
            "it is a distance between two of the points: take cdist, numpy.min and numpy.max.": "directed_hausdorff",
        }
    ),
    undefined=frozenset({_BOOLEAN}),
    answered=names("is_valid_dm is_valid_y num_obs_dm num_obs_y"),
)
