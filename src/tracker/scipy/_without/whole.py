"""Sections of SciPy that have no counterpart at all, and why."""

from __future__ import annotations

from typing import Final

_PLAIN: Final = "Pass tracker.data(x) where the plain value is wanted."

REASONS: Final[dict[str, str]] = {
    "cluster.hierarchy": "A hierarchy is a choice of pairs, which doesn't move with the data. " + _PLAIN,
    "cluster.vq": "A code book is found by assigning points, which jumps: write its steps with NumPy. " + _PLAIN,
    "constants": "Write the formula of the conversion: it is a product with scipy.constants' numbers.",
    "datasets": "It reads files.",
    "differentiate": "tracker.gradient, tracker.jacobian and tracker.hessian are exact, and differentiate again.",
    "fftpack": "It is SciPy's old module: tracker.scipy.fft has the same transforms.",
    "io": "It reads and writes files. " + _PLAIN,
    "linalg.interpolative": "Its decompositions are drawn at random: tracker.scipy.linalg.svd and qr have derivatives.",
    "odr": "tracker.scipy.optimize.least_squares of residuals in both variables does its work.",
    "optimize.elementwise": "tracker.elementwise of tracker.scipy.optimize.root_scalar does its work.",
    "signal.windows": "Windows are made of constants: write its formula with NumPy, as numpy.cos and numpy.i0.",
    "sparse.csgraph": "Graphs are searched, and what is found jumps: sum the weights on the path that it finds. "
    + _PLAIN,
    "spatial.transform": "Its objects keep plain arrays: tracker.scipy.linalg.expm of a skew matrix is a rotation.",
    "stats.contingency": "Counts have no derivative. " + _PLAIN,
    "stats.mstats": "Masked arrays leave entries out: tracker.scipy.stats of x[~mask] does its work.",
    "stats.qmc": "Its points are constants, and so are their discrepancies: transform them with ppf. " + _PLAIN,
    "stats.sampling": "It prepares tables for one distribution: rvs of tracker.scipy.stats has derivatives. " + _PLAIN,
}
