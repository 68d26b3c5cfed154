"""Histograms: counts are constant in the data, linear in the weights; edges follow the data's range."""

from __future__ import annotations

from typing import Any

import numpy as np

from tracker._core.registry import composed


def _counts_of_even(a: Any, edges: Any, weights: Any) -> Any:
    """The count of entries, or the sum of their weights, in each of the evenly spaced bins."""
    a, last = np.ravel(a), len(edges) - 2
    place = np.searchsorted(edges, a, side="right") - 1
    place = np.where(np.equal(a, edges[-1]), last, place)
    inside = np.flatnonzero((place >= 0) & (place <= last))
    if weights is None:
        return np.bincount(place[inside], minlength=last + 1)
    weights = np.ravel(weights)
    return np.astype(np.bincount(place[inside], weights=weights[inside], minlength=last + 1), weights.dtype)


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
    if np.ndim(bins) == 1:
        return bins
    if isinstance(bins, str):
        raise NotImplementedError(
            f"numpy.histogram with bins={bins!r} has no derivative rule: choose the edges first, "
            "numpy.histogram_bin_edges(tracker.data(a), bins), and pass those."
        )
    low, high = (np.min(a), np.max(a)) if range is None else range
    if low == high:
        low, high = low - 0.5, high + 0.5
    return np.linspace(low, high, int(bins) + 1, endpoint=True)


def histogram(a: Any, bins: Any = 10, range: Any = None, density: Any = None, weights: Any = None) -> Any:
    """Counts and edges; with `density` the counts over their sum and the widths of the bins."""
    edges = histogram_bin_edges(a, bins, range)
    if weights is not None and np.shape(weights) != np.shape(a):
        raise ValueError("weights should have the same shape as a.")
    counts = _counts_between(a, edges, weights) if np.ndim(bins) else _counts_of_even(a, edges, weights)
    return (counts / np.diff(edges) / np.sum(counts) if density else counts), edges


composed(np.histogram, histogram)
composed(np.histogram_bin_edges, histogram_bin_edges)
