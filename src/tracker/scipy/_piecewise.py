"""Piecewise polynomials in recorded calls: values at any points, and the slopes of Pchip and Akima at the knots."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from tracker._arrays import handles


def at(coefficients: list[Any], x: Any, q: Any, nu: int, extrapolate: Any) -> Any:
    """The derivative of order `nu` at `q` (m,) of sum_j coefficients[j][i] * (q - x[i])**j: (m, k).

    `coefficients[j]` is (n - 1, k), the knots `x` (n,) are plain.
    """
    place, h, inside = located(x, q, extrapolate)
    h = h[:, None]
    total: Any = np.zeros((len(place), coefficients[0].shape[1]))
    for j in range(len(coefficients) - 1, nu - 1, -1):
        total = total * h + math.perm(j, nu) * coefficients[j][place]
    return total if inside is None else np.where(inside[:, None], total, np.nan)


def located(x: Any, q: Any, extrapolate: Any) -> tuple[Any, Any, Any]:
    """The piece of each point `q` (m,), how far behind its left end it is, and whether it has a value; None: all have.

    NaN lies in the last piece.
    """
    points = handles.plain(q)
    if extrapolate == "periodic":
        turns = np.floor((points - x[0]) / (x[-1] - x[0]))
        q, points = q - turns * (x[-1] - x[0]), points - turns * (x[-1] - x[0])
    place = np.clip(np.searchsorted(x, points, side="right") - 1, 0, len(x) - 2)
    return place, q - x[place], None if extrapolate else (points >= x[0]) & (points <= x[-1])


def cubic(x: Any, y: Any, slopes: Any) -> list[Any]:
    """The coefficients of the cubics with values `y` and `slopes` (n, k) at the knots `x` (n,)."""
    h = np.diff(x)[:, None]
    rise = (y[1:] - y[:-1]) / h
    twist = (slopes[1:] + slopes[:-1] - 2 * rise) / h
    return [y[:-1], slopes[:-1], (rise - slopes[:-1]) / h - twist, twist / h]


def integrated(coefficients: list[Any], x: Any) -> list[Any]:
    """The coefficients of the integral from the first knot."""
    h = np.diff(x)[:, None]
    raised = [c / (j + 1) for j, c in enumerate(coefficients)]
    pieces = sum([c * h ** (j + 1) for j, c in enumerate(raised[1:], 1)], start=raised[0] * h)
    return [np.concatenate([np.zeros((1, h.shape[1])) * pieces[:1], np.cumsum(pieces[:-1], axis=0)]), *raised]


def pchip_slopes(x: Any, y: Any) -> Any:
    """Fritsch and Butland (1984), SIAM J. Sci. Stat. Comput. 5(2), with Moler's one-sided ends."""
    h = np.diff(x)[:, None]
    m = (y[1:] - y[:-1]) / h
    if len(x) == 2:
        return np.concatenate([m, m])
    plain = handles.plain(m)
    flat = plain[1:] * plain[:-1] <= 0
    before, after = np.where(flat, 1.0, m[:-1]), np.where(flat, 1.0, m[1:])
    w1, w2 = 2 * h[1:] + h[:-1], h[1:] + 2 * h[:-1]
    inner = np.where(flat, 0.0, (w1 + w2) / (w1 / before + w2 / after))
    first = _end_slope(h[0], h[1], m[0], m[1])
    last = _end_slope(h[-1], h[-2], m[-1], m[-2])
    return np.concatenate([first[None], inner, last[None]])


def _end_slope(h0: Any, h1: Any, m0: Any, m1: Any) -> Any:
    d = ((2 * h0 + h1) * m0 - h0 * m1) / (h0 + h1)
    p, p0, p1 = handles.plain(d), handles.plain(m0), handles.plain(m1)
    too_steep = (np.sign(p0) != np.sign(p1)) & (np.abs(p) > 3 * np.abs(p0))
    return np.where(np.sign(p) != np.sign(p0), 0.0, np.where(too_steep, 3 * m0, d))


def akima_slopes(x: Any, y: Any, method: str) -> Any:
    """Akima (1970), J. ACM 17(4); "makima" is MATLAB's modification of the weights."""
    m = (y[1:] - y[:-1]) / np.diff(x)[:, None]
    if len(x) == 2:
        return np.concatenate([m, m])
    before = 2 * m[0] - m[1]
    after = 2 * m[-1] - m[-2]
    m = np.concatenate([np.stack([2 * before - m[0], before]), m, np.stack([after, 2 * after - m[-1]])])
    change = np.abs(m[1:] - m[:-1])
    if method == "makima":
        change_and_size = change + 0.5 * np.abs(m[1:] + m[:-1])
        f1, f2 = change_and_size[2:], change_and_size[:-2]
    else:
        f1, f2 = change[2:], change[:-2]
    plain = handles.plain(f1 + f2)
    weighs = plain > 1e-9 * np.max(plain, initial=-np.inf)
    total = np.where(weighs, f1 + f2, 1.0)
    weighted = (f1 * m[1:-2] + f2 * m[2:-1]) / total
    return np.where(weighs, weighted, 0.5 * (m[3:] + m[:-3]))
