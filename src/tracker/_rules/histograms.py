"""Histograms: counts are constant in the data, linear in the weights; edges follow the data's range."""

from __future__ import annotations

import math
import operator
from typing import Any

import numpy as np

from tracker._core.registry import composed


def _counts_of_even(a: Any, edges: Any, weights: Any) -> Any:
    """The count of entries, or the sum of their weights, in each of the evenly spaced bins."""
    a, last = np.ravel(a), len(edges) - 2
    inside = np.flatnonzero((a >= edges[0]) & (a <= edges[-1]))
    place = _place_among_even(a[inside], edges, last)
    if weights is None:
        return np.bincount(place, minlength=last + 1)
    weights = np.ravel(weights)
    if weights.dtype.kind == "c":
        real, imaginary = (np.bincount(place, part(weights[inside]), last + 1) for part in (np.real, np.imag))
        return np.astype(real + 1j * imaginary, weights.dtype)
    return np.astype(np.bincount(place, weights=weights[inside], minlength=last + 1), weights.dtype)


def _place_among_even(a: Any, edges: Any, last: int) -> Any:
    """The bin of each entry: by division, then put right by the edges, which is quicker than a search."""
    share = (a - edges[0]) / (edges[-1] - edges[0])
    place = np.minimum(np.astype(np.floor(share * (last + 1)), np.intp), last)  # plain: a floor has no derivative
    place = place - (a < edges[place])
    return place + ((a >= edges[place + 1]) & (place != last))


def _counts_between(a: Any, edges: Any, weights: Any) -> Any:
    """The same for bins of any widths, by differences of cumulative sums as NumPy takes them."""
    a = np.ravel(a)
    order = np.argsort(a)
    a = a[order]
    places = np.concatenate([np.searchsorted(a, edges[:-1], "left"), np.searchsorted(a, edges[-1:], "right")])
    if weights is None:
        return np.diff(places)
    weights = np.ravel(weights)[order]
    return np.diff(np.concatenate([np.zeros_like(weights, shape=1), np.cumsum(weights)])[places])


def histogram_bin_edges(a: Any, bins: Any = 10, range: Any = None, weights: Any = None) -> Any:
    """Given edges, or evenly spaced ones between the ends of `range` or the extremes of the data."""
    _check_weights(a, weights)
    if isinstance(bins, list | tuple):
        bins = np.stack(bins) if len(bins) else np.asarray(bins)
    if np.ndim(bins) > 1:
        raise ValueError("`bins` must be 1d, when an array")
    if np.ndim(bins) == 1:
        if np.any(np.diff(bins) < 0):
            raise ValueError("`bins` must increase monotonically, when an array")
        return bins
    if isinstance(bins, str):
        like = None if weights is None else np.arange(3)
        np.histogram_bin_edges(np.arange(3.0), bins, weights=like)  # raises as NumPy does: a name, or weights
        raise NotImplementedError(
            f"numpy.histogram with bins={bins!r} has no derivative rule: choose the edges first, "
            "numpy.histogram_bin_edges(tracker.data(a), bins), and pass those."
        )
    try:
        bins = operator.index(bins)
    except TypeError as e:
        raise TypeError("`bins` must be an integer, a string, or an array") from e
    if bins < 1:
        raise ValueError("`bins` must be positive, when an integer")
    low, high = _ends(a, range)
    kind = np.result_type(low, high, np.ravel(a).dtype)
    edges = np.linspace(low, high, bins + 1, endpoint=True)
    edges = edges if edges.dtype == kind or kind.kind != "f" else np.astype(edges, kind)
    if np.any(edges[:-1] >= edges[1:]):
        raise ValueError(f"Too many bins for data range. Cannot create {bins} finite-sized bins.")
    return edges


def _check_weights(a: Any, weights: Any) -> None:
    if weights is not None and np.shape(weights) != np.shape(a):
        raise ValueError("weights should have the same shape as a.")


def _ends(a: Any, range: Any) -> tuple[Any, Any]:
    """The first and the last edge, apart even where the data are all the same."""
    low, high = range if range is not None else (np.min(a), np.max(a)) if np.size(a) else (0.0, 1.0)
    if low > high:
        raise ValueError("max must be larger than min in range parameter.")
    if not (np.isfinite(low) and np.isfinite(high)):
        raise ValueError(f"{'autodetected' if range is None else 'supplied'} range of [{low}, {high}] is not finite")
    return (low - 0.5, high + 0.5) if low == high else (low, high)


def histogram(a: Any, bins: Any = 10, range: Any = None, density: Any = None, weights: Any = None) -> Any:
    """Counts and edges; with `density` the counts over their sum and the widths of the bins."""
    edges = histogram_bin_edges(a, bins, range, weights)
    counts = _counts_between(a, edges, weights) if np.ndim(bins) else _counts_of_even(a, edges, weights)
    return (counts / np.astype(np.diff(edges), float) / np.sum(counts) if density else counts), edges


# ---------------------------------------------------------------- several variables


def histogramdd(sample: Any, bins: Any = 10, range: Any = None, density: Any = None, weights: Any = None) -> Any:
    """Counts in boxes, shape (bins of variable 0, bins of variable 1, ...), and the edges for each variable."""
    columns = _columns(sample)
    bins, range = _for_each(bins, range, len(columns))
    edges = [_edges_of(i, *given) for i, given in enumerate(zip(columns, bins, range, strict=True))]
    cells = tuple([_cells(x, e) for x, e in zip(columns, edges, strict=True)])
    shape = tuple(len(e) + 1 for e in edges)  # with what is below and above
    weights = np.stack(weights) if isinstance(weights, list | tuple) and len(weights) else weights
    counts: Any = np.bincount(np.ravel_multi_index(cells, shape), weights, minlength=math.prod(shape))
    counts = np.astype(np.reshape(counts, shape), float)[len(edges) * (slice(1, -1),)]
    if density:
        total = np.sum(counts)
        for i, e in enumerate(edges):
            counts = counts / np.reshape(np.diff(e), (-1,) + (1,) * (len(edges) - i - 1))
        counts = counts / total
    return counts, edges


def _columns(sample: Any) -> list[Any]:
    """One array for each variable: the columns of an array, or the entries of a list."""
    if getattr(sample, "ndim", 0) != 2:
        sample = np.atleast_2d(np.stack(sample) if isinstance(sample, list | tuple) else sample).T
    return list(sample.T)


def _for_each(bins: Any, range: Any, n: int) -> tuple[Any, Any]:
    bins = bins if isinstance(bins, list | tuple) or np.ndim(bins) else n * [bins]
    if len(bins) != n:
        raise ValueError("The dimension of bins must be equal to the dimension of the sample x.")
    if range is not None and len(range) != n:
        raise ValueError("range argument must have one entry per dimension")
    return bins, n * [None] if range is None else range


def _edges_of(i: int, x: Any, bins: Any, range: Any) -> Any:
    bins = np.stack(bins) if isinstance(bins, list | tuple) and len(bins) else bins
    if np.ndim(bins) > 1:
        raise ValueError(f"`bins[{i}]` must be a scalar or 1d array")
    if np.ndim(bins) == 1:
        if np.any(bins[:-1] > bins[1:]):
            raise ValueError(f"`bins[{i}]` must be monotonically increasing, when an array")
        return bins
    if bins < 1:
        raise ValueError(f"`bins[{i}]` must be positive, when an integer")
    low, high = _ends(x, range)
    try:
        n = operator.index(bins)
    except TypeError as e:
        raise TypeError(f"`bins[{i}]` must be an integer, when a scalar") from e
    return np.linspace(low, high, n + 1)


def _cells(x: Any, edges: Any) -> Any:
    """Between which edges each entry lies, from 0, below the first one; the last edge belongs to the last box."""
    return np.searchsorted(edges, x, side="right") - (x == edges[-1])


def histogram2d(
    x: Any, y: Any, bins: Any = 10, range: Any = None, density: Any = None, weights: Any = None
) -> tuple[Any, Any, Any]:
    """`histogramdd` of two variables, the edges apart."""
    if len(x) != len(y):
        raise ValueError("x and y must have the same length.")
    if hasattr(bins, "__len__") and len(bins) not in (1, 2):
        bins = [bins, bins]
    counts, edges = histogramdd([x, y], bins, range, density, weights)
    return counts, edges[0], edges[1]


composed(np.histogram, histogram)
composed(np.histogram_bin_edges, histogram_bin_edges)
composed(np.histogramdd, histogramdd)
composed(np.histogram2d, histogram2d)
