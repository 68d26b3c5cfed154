"""Rays through spherical lenses, by Snell's law in the plane."""

import numpy as np

from tests.whole.checks import assert_near, check
from tracker import gradient


def refract(d, normal, ratio):
    """The direction of a ray behind a surface; None where it is reflected totally."""
    cosine = -(normal @ d)
    k = 1 - ratio**2 * (1 - cosine**2)
    if k < 0:
        return None
    return ratio * d + (ratio * cosine - np.sqrt(k)) * normal


def trace(p, height):
    """Where a ray that comes in along the axis ends on the screen, or None if it misses."""
    x = np.zeros_like(p["curvature"], shape=2)
    x[1] = height
    d = np.array([1.0, 0.0])
    index = 1.0
    place = 0.0
    for c, gap, n in zip(p["curvature"], p["gaps"], p["indices"]):
        centre = np.zeros_like(x)
        centre[0] = place + 1 / c
        offset = x - centre
        b, q = offset @ d, offset @ offset - 1 / c**2
        root = b**2 - q
        if root < 0:
            return None
        sign = 1 if c > 0 else -1  # the centre is behind the surface, or before it
        x = x + (-b - sign * np.sqrt(root)) * d
        d = refract(d, (x - centre) * c, index / n)
        if d is None:
            return None
        index = n
        place = place + gap
    return x[1] + (place - x[0]) * d[1] / d[0]


def spot(p, heights):
    """Mean square of where the rays end: zero for a perfect lens."""
    total, count = 0.0, 0
    for h in heights:
        y = trace(p, h)
        if y is not None:
            total += y**2
            count += 1
    return total / count


LENS = {"curvature": np.array([0.02, -0.01, -0.004]), "gaps": np.array([3.0, 1.0, 55.0]), "indices": [1.5, 1.6, 1.0]}


def test_size_of_the_spot():
    check(spot, LENS, np.array([1.0, 4.0, 8.0, 90.0]))  # the last one misses


def test_focal_length_of_a_thin_lens():
    """1/f = (n - 1) (c1 - c2): the maker's formula."""

    def focal_length(c, n):
        thin = {"curvature": c, "gaps": np.array([1e-7, 0.0]), "indices": [n, 1.0]}
        slope = (trace(thin | {"gaps": np.array([1e-7, 10.0])}, 1e-3) - trace(thin, 1e-3)) / 10.0
        return -1e-3 / slope

    c, n = np.array([0.02, -0.03]), 1.5
    f = 1 / (0.5 * 0.05)
    by_c, by_n = gradient(focal_length, c, n)
    assert_near("curvatures", by_c, [-0.5 * f**2, 0.5 * f**2], 1e-5)
    assert_near("index", by_n, -0.05 * f**2, 1e-5)
