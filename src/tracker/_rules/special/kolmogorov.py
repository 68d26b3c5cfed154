"""Kolmogorov's and Smirnov's distributions of the largest distance between distribution functions."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import scipy.special as sp

from tracker._rules.special.table import partials, refused


def kolmogorov_slope(x: Any) -> Any:
    """The derivative of 2 sum (-1)^(k-1) exp(-2 k^2 x^2), k >= 1; below 0.8 that of its theta transform.

    W. Feller, On the Kolmogorov-Smirnov limit theorems for empirical distributions, Annals of Mathematical Statistics
    19 (1948), p. 177, equations 1.4 and 1.5.
    """
    near = x < 0.8
    positive = x > 0
    far = np.where(near, 1.0, x)
    slope: Any = 0.0
    for k in range(1, 8):
        slope = slope + (-1) ** k * 8 * k * k * far * np.exp(-2 * k * k * far * far)
    close = np.where(near & positive, x, 0.5)
    theta: Any = 0.0
    for k in range(1, 6):
        c = (2 * k - 1) ** 2 * math.pi**2 / 8
        theta = theta + np.exp(-c / (close * close)) * (1 - 2 * c / (close * close))
    theta = theta * math.sqrt(2 * math.pi) / (close * close)
    return np.where(near, np.where(positive, theta, 0.0), slope)


def smirnov_slope(n: Any, d: Any) -> Any:
    """The derivative by d of d sum C(n, j) (d + j/n)^(j-1) (1 - d - j/n)^(n-j), j <= n (1 - d).

    Z. Birnbaum and F. Tingey, One-sided confidence contours for probability distribution functions, Annals of
    Mathematical Statistics 22 (1951), p. 592, theorem 3.0.
    """
    outside = (d <= 0) | (d >= 1)
    n, d, out = (np.expand_dims(x, -1) for x in np.broadcast_arrays(n, np.where(outside, 0.5, d), outside))
    j = np.cumsum(np.ones_like(d, shape=(_largest(n) + 1,))) - 1  # an array of the kind of d
    taken = j < n * (1 - d)
    i = np.where(taken, j, 0.0)
    low, high = d + i / n, 1 - d - i / n
    log_choice = sp.gammaln(n + 1.0) - sp.gammaln(i + 1) - sp.gammaln(n - i + 1)
    term = np.exp(log_choice + (i - 1) * np.log(low) + (n - i) * np.log(high))
    each = term * (1 + d * ((i - 1) / low - (n - i) / high))
    total = np.sum(np.where(taken, each, 0.0), axis=-1)
    return np.where(out[..., 0], 0.0, total)


def _largest(n: Any) -> int:
    """The largest number of observations, asked by comparisons, which are plain for tracked arrays."""
    top = 1
    while np.any(n > top):
        top *= 2
    return top


partials(sp.kolmogorov, lambda y, x: kolmogorov_slope(x))
partials(sp.kolmogi, lambda x, p: 1 / kolmogorov_slope(x))
partials(sp.smirnov, refused("smirnov", "n (a whole number)"), lambda y, n, d: smirnov_slope(n, d))
partials(sp.smirnovi, refused("smirnovi", "n (a whole number)"), lambda d, n, p: 1 / smirnov_slope(n, d))
