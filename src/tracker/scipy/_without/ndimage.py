"""What of scipy.ndimage is not differentiated."""

from __future__ import annotations

from typing import Final

from tracker.scipy._without import Section, because, names

_COUNTS: Final = "it counts entries: its derivative is zero or there is none."

TABLE: Final = Section(
    refused=because(
        {
            "it calls a function on plain memory: take numpy.lib.stride_tricks.sliding_window_view(x, size), which "
            "has a derivative.": "generic_filter generic_filter1d vectorized_filter",
            "it calls a function on plain memory: take gaussian_laplace, laplace, or your function along each axis.":
                "generic_gradient_magnitude generic_laplace",
            "take map_coordinates, with the coordinates that the mapping gives.": "geometric_transform",
            "it calls a function on plain memory: take your function of x[labels == k].": "labeled_comprehension",
            "it gives values and places: take minimum, maximum, and the places of tracker.data(x).": "extrema",
            _COUNTS: "histogram",
        }
    ),
    answered=names(
        "binary_closing binary_dilation binary_erosion binary_fill_holes binary_hit_or_miss binary_opening "
        "binary_propagation distance_transform_bf distance_transform_cdt distance_transform_edt find_objects label "
        "maximum_position minimum_position value_indices watershed_ift"
    ),
    own=names("generate_binary_structure iterate_structure"),
    undefined=frozenset({_COUNTS}),
)  # fmt: skip
