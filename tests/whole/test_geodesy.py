"""Distances on the ellipsoid by Vincenty's iteration, which goes on where it has not converged."""

import numpy as np

import tracker
from tests.whole.checks import check

RADIUS, FLATTENING = 6378137.0, 1 / 298.257222101  # of GRS80; metres
B = RADIUS * (1 - FLATTENING)


def arc(u, lam):
    """Vincenty (1975), Survey Review 23, equations 14 to 18: the arc between points on the auxiliary sphere."""
    (s1, s2), (c1, c2) = np.sin(u), np.cos(u)
    sine = np.hypot(c2 * np.sin(lam), c1 * s2 - s1 * c2 * np.cos(lam))
    cosine = s1 * s2 + c1 * c2 * np.cos(lam)
    heading = c1 * c2 * np.sin(lam) / sine
    square = 1 - heading**2
    return np.arctan2(sine, cosine), sine, cosine, heading, square, cosine - 2 * s1 * s2 / square


def further(u, lam):
    """By how much the longitude on the sphere exceeds that on the ellipsoid (equations 10 and 11)."""
    angle, sine, cosine, heading, square, middle = arc(u, lam)
    c = FLATTENING / 16 * square * (4 + FLATTENING * (4 - 3 * square))
    bend = middle + c * cosine * (2 * middle**2 - 1)
    return (1 - c) * FLATTENING * heading * (angle + c * sine * bend)


def legs(places, limit=30):
    """The lengths (n - 1,) in metres between places (n, 2), latitude and longitude in radians."""
    reduced = np.arctan((1 - FLATTENING) * np.tan(places[:, 0]))
    u, gap = np.stack([reduced[:-1], reduced[1:]]), np.diff(places[:, 1])
    lam, active = gap.copy(), np.arange(len(gap))
    for _ in range(limit):
        before = lam[active]
        lam[active] = gap[active] + further(u[:, active], before)
        active = active[np.abs(lam[active] - before) > 1e-14]
        if not len(active):
            break
    angle, sine, cosine, _, square, middle = arc(u, lam)
    w = square * (RADIUS**2 - B**2) / B**2
    scale = 1 + w / 16384 * (4096 + w * (-768 + w * (320 - 175 * w)))
    b = w / 1024 * (256 + w * (-128 + w * (74 - 47 * w)))
    last = b / 6 * middle * (4 * sine**2 - 3) * (4 * middle**2 - 3)
    return B * scale * (angle - b * sine * (middle + b / 4 * (cosine * (2 * middle**2 - 1) - last)))


FLINDERS_PEAK = np.radians([-(37 + 57 / 60 + 3.72030 / 3600), 144 + 25 / 60 + 29.52440 / 3600])
BUNINYONG = np.radians([-(37 + 39 / 60 + 10.15610 / 3600), 143 + 55 / 60 + 35.38390 / 3600])
ROUTE = np.radians([[42.0, -82.0], [10.5, 20.0], [30.0, 60.0], [-33.0, 151.0]])


def test_the_published_line():
    """Geocentric Datum of Australia Technical Manual: 54972.271 m."""
    np.testing.assert_allclose(legs(np.stack([FLINDERS_PEAK, BUNINYONG])), 54972.271, atol=1e-3)


def test_length_of_a_route():
    check(lambda p: np.sum(legs(p["places"])) / 1e6, {"places": ROUTE}, holomorphic=False, single=False)


def test_an_end_that_moves_away_moves_by_the_distance():
    """The eikonal equation: the gradient is a unit vector, in metres."""
    for end in (FLINDERS_PEAK, *ROUTE[1:]):
        length = lambda end: legs(np.stack([ROUTE[0], end]))[0]
        by_latitude, by_longitude = tracker.gradient(length, end)[0]
        e = FLATTENING * (2 - FLATTENING)
        bent = 1 - e * np.sin(end[0]) ** 2
        north = by_latitude * bent**1.5 / (RADIUS * (1 - e))
        east = by_longitude * np.sqrt(bent) / (RADIUS * np.cos(end[0]))
        np.testing.assert_allclose(north**2 + east**2, 1.0, rtol=1e-8)
