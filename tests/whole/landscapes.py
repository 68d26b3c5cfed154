"""Functions that minimisers are tested on, as they are written down, and where their minima are.

Sources: More, Garbow and Hillstrom, ACM TOMS 7 (1981), 17; Surjanovic and Bingham, Virtual Library of Simulation
Experiments (2013); Dixon and Szego, Towards Global Optimisation 2 (1978).
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np


def rosenbrock(x):
    total = 0.0
    for i in range(len(x) - 1):
        total += 100 * (x[i + 1] - x[i] ** 2) ** 2 + (1 - x[i]) ** 2
    return total


def beale(x):
    a, b = x
    return (1.5 - a + a * b) ** 2 + (2.25 - a + a * b**2) ** 2 + (2.625 - a + a * b**3) ** 2


def himmelblau(x):
    return (x[0] ** 2 + x[1] - 11) ** 2 + (x[0] + x[1] ** 2 - 7) ** 2


def rastrigin(x):
    return 10 * len(x) + np.sum(x**2 - 10 * np.cos(2 * np.pi * x))


def ackley(x):
    n = x.size
    root = np.sqrt(x @ x / n)  # a cone at 0, where its derivative is 0 / 0
    return -20 * np.exp(-0.2 * root) - np.exp(np.cos(2 * np.pi * x).sum() / n) + 20 + np.e


def griewank(x):
    i = np.arange(1, len(x) + 1)
    return np.sum(x**2) / 4000 - np.prod(np.cos(x / np.sqrt(i))) + 1


def levy(x):
    w = 1 + (x - 1) / 4
    inner = (w[:-1] - 1) ** 2 * (1 + 10 * np.sin(np.pi * w[:-1] + 1) ** 2)
    last = (w[-1] - 1) ** 2 * (1 + np.sin(2 * np.pi * w[-1]) ** 2)
    return np.sin(np.pi * w[0]) ** 2 + inner.sum() + last


def styblinski_tang(x):
    return sum(t**4 - 16 * t**2 + 5 * t for t in x) / 2


def powell_singular(x):
    a, b, c, d = x
    return (a + 10 * b) ** 2 + 5 * (c - d) ** 2 + (b - 2 * c) ** 4 + 10 * (a - d) ** 4


def wood(x):
    a, b, c, d = x
    first = 100 * (a**2 - b) ** 2 + (a - 1) ** 2 + (c - 1) ** 2 + 90 * (c**2 - d) ** 2
    return first + 10.1 * ((b - 1) ** 2 + (d - 1) ** 2) + 19.8 * (b - 1) * (d - 1)


def branin(x):
    b, c, t = 5.1 / (4 * np.pi**2), 5 / np.pi, 1 / (8 * np.pi)
    return (x[1] - b * x[0] ** 2 + c * x[0] - 6) ** 2 + 10 * (1 - t) * np.cos(x[0]) + 10


def six_hump_camel(p):
    x, y = p
    return (4 - 2.1 * x**2 + x**4 / 3) * x**2 + x * y + (4 * y**2 - 4) * y**2


def booth(x):
    return (x[0] + 2 * x[1] - 7) ** 2 + (2 * x[0] + x[1] - 5) ** 2


def goldstein_price(p):
    x, y = p
    one = 1 + (x + y + 1) ** 2 * (19 - 14 * x + 3 * x**2 - 14 * y + 6 * x * y + 3 * y**2)
    return one * (30 + (2 * x - 3 * y) ** 2 * (18 - 32 * x + 12 * x**2 + 48 * y - 36 * x * y + 27 * y**2))


def easom(x):
    d = x - np.pi
    return -np.prod(np.cos(x)) * np.exp(-(d @ d))


def three_hump_camel(p):
    x, y = p
    return 2 * x**2 - 1.05 * x**4 + x**6 / 6 + x * y + y**2


def matyas(x):
    return 0.26 * np.sum(np.square(x)) - 0.48 * np.multiply(*x)


def trid(x):
    return np.sum((x - 1) ** 2) - np.sum(x[1:] * x[:-1])


def dixon_price(x):
    i = np.arange(2, len(x) + 1)
    return (x[0] - 1) ** 2 + np.sum(i * (2 * x[1:] ** 2 - x[:-1]) ** 2)


def helical_valley(x):
    """Fletcher and Powell (1963); the angle counts in turns."""
    theta = np.arctan2(x[1], x[0]) / (2 * np.pi)
    r = np.hypot(x[0], x[1])
    return 100 * ((x[2] - 10 * theta) ** 2 + (r - 1) ** 2) + x[2] ** 2


def hartmann(x):
    alpha = [1.0, 1.2, 3.0, 3.2]
    a = [[3.0, 10, 30], [0.1, 10, 35], [3.0, 10, 30], [0.1, 10, 35]]
    p = 1e-4 * np.array([[3689, 1170, 2673], [4699, 4387, 7470], [1091, 8732, 5547], [381, 5743, 8828]])
    return -sum(w * np.exp(-np.dot(row, (x - q) ** 2)) for w, row, q in zip(alpha, a, p))


@dataclass
class Landscape:
    """A function, its minima (as exact as they are known), its least value, and where to start from."""

    f: Callable[[Any], Any]
    minima: list[Any]
    least: float
    start: list[float]
    holomorphic: bool = True
    kind: str = "minimum"  # or "singular", where the Hessian has zeros, or "kink", where there is none


LANDSCAPES = [
    Landscape(rosenbrock, [[1.0] * 4], 0.0, [0.3, 1.4, 0.6, 0.2]),
    Landscape(beale, [[3.0, 0.5]], 0.0, [1.0, 1.0]),
    Landscape(
        himmelblau,
        [
            [3.0, 2.0],
            [-2.8051180869527448, 3.1313125182505729],
            [-3.7793102533777469, -3.2831859912861695],
            [3.5844283403304917, -1.8481265269644035],
        ],
        0.0,
        [0.5, 0.5],
    ),
    Landscape(rastrigin, [[0.0] * 3], 0.0, [0.2, -0.15, 0.1]),
    Landscape(ackley, [[0.0] * 3], 0.0, [0.2, -0.15, 0.1], kind="kink"),
    Landscape(griewank, [[0.0] * 3], 0.0, [1.0, -0.8, 0.5]),
    Landscape(levy, [[1.0] * 3], 0.0, [0.8, 1.3, 0.7]),
    Landscape(styblinski_tang, [[-2.9035340277711770] * 3], -39.166165703771419 * 3, [-2.0, -3.5, -1.5]),
    Landscape(powell_singular, [[0.0] * 4], 0.0, [3.0, -1.0, 0.0, 1.0], kind="singular"),
    Landscape(wood, [[1.0] * 4], 0.0, [0.5, 0.2, 0.4, 0.1]),
    Landscape(branin, [[-np.pi, 12.275], [np.pi, 2.275], [3 * np.pi, 2.475]], 5 / (4 * np.pi), [2.5, 3.0]),
    Landscape(
        six_hump_camel,
        [[0.089842013100014, -0.712656403020727], [-0.089842013100014, 0.712656403020727]],
        -1.031628453489877,
        [0.3, -0.5],
    ),
    Landscape(booth, [[1.0, 3.0]], 0.0, [-2.0, 5.0]),
    Landscape(goldstein_price, [[0.0, -1.0]], 3.0, [0.1, -0.8]),
    Landscape(easom, [[np.pi, np.pi]], -1.0, [2.6, 3.6]),
    Landscape(three_hump_camel, [[0.0, 0.0]], 0.0, [0.5, -0.2]),
    Landscape(matyas, [[0.0, 0.0]], 0.0, [3.0, -4.0]),
    Landscape(trid, [[4.0, 6.0, 6.0, 4.0]], -4.0 * 8 * 3 / 6, [0.0, 0.0, 1.0, 1.0]),
    Landscape(dixon_price, [[1.0, 2**-0.5, 2**-0.75, s * 2**-0.875] for s in (1, -1)], 0.0, [1.5, 1.0, 1.0, 0.8]),
    Landscape(helical_valley, [[1.0, 0.0, 0.0]], 0.0, [-1.0, 0.4, 0.3], holomorphic=False),
    Landscape(hartmann, [[0.114614, 0.555649, 0.852547]], -3.86278, [0.2, 0.5, 0.8]),
]
