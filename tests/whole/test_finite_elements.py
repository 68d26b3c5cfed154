"""Finite elements: a tapered bar, a plane truss, Poisson's equation on triangles."""

import numpy as np

from tests.whole.checks import assert_near, check


def bar(p):
    """Tip displacement of an elastic bar of linear elements, pulled at its end; element matrices are added in place."""
    area, modulus, length, force = p["area"], p["modulus"], 2.0, 3.0
    n = len(area)
    h = length / n
    k = np.zeros_like(area, shape=(n + 1, n + 1))
    for e in range(n):
        k[e : e + 2, e : e + 2] += modulus * area[e] / h * np.array([[1.0, -1.0], [-1.0, 1.0]])
    f = np.zeros(n + 1)
    f[-1] = force
    u = np.linalg.solve(k[1:, 1:], f[1:])
    return u[-1]


def test_bar():
    p = {"area": np.array([2.0, 1.5, 1.2, 1.0]), "modulus": 10.0}
    gradient = check(bar, p)
    by_hand = -3.0 * 0.5 / (10.0 * p["area"] ** 2)  # springs in series
    assert_near("area", gradient["area"], by_hand, 1e-12)
    assert_near("modulus", gradient["modulus"], -np.sum(3.0 * 0.5 / (100.0 * p["area"])), 1e-12)


NODES = np.array([[0.0, 0.0], [1.0, 0.0], [2.0, 0.1], [0.0, 1.0], [1.0, 0.9]])
BARS = [(0, 1), (1, 2), (3, 4), (0, 4), (1, 4), (2, 4), (1, 3)]


def truss_energy(p, bars):
    """Compliance of a cantilever that carries a load at its tip, by areas of its bars and positions of its joints."""
    x = p["nodes"]
    n = len(x)
    k = np.zeros_like(x, shape=(2 * n, 2 * n))
    for (i, j), a in zip(bars, p["areas"]):
        d = x[j] - x[i]
        length = np.sqrt(d @ d)
        c, s = d / length
        b = np.stack([-c, -s, c, s])
        dofs = [2 * i, 2 * i + 1, 2 * j, 2 * j + 1]
        k[np.ix_(dofs, dofs)] += a / length * np.outer(b, b)
    free = [d for d in range(2 * n) if d // 2 not in (0, 3)]
    load = np.zeros(2 * n)
    load[2 * 2 + 1] = -1.0
    u = np.linalg.solve(k[free][:, free], load[free])
    return load[free] @ u


def test_truss():
    areas = np.array([1.0, 0.8, 1.1, 0.5, 0.4, 0.7, 0.6])
    gradient = check(truss_energy, {"nodes": NODES, "areas": areas}, BARS)
    compliance = truss_energy({"nodes": NODES, "areas": areas}, BARS)
    assert np.all(gradient["areas"] < 0)  # more material is stiffer
    assert_near("homogeneous of degree -1", areas @ gradient["areas"], -compliance, 1e-12)


def triangles(n):
    """A square, n by n cells, each cut in two."""
    grid = np.arange((n + 1) ** 2).reshape(n + 1, n + 1)
    a, b, c, d = grid[:-1, :-1], grid[1:, :-1], grid[:-1, 1:], grid[1:, 1:]
    return np.concatenate([np.stack([a, b, c], -1).reshape(-1, 3), np.stack([b, d, c], -1).reshape(-1, 3)])


def heat_flow(p, cells):
    """Mean temperature of a plate that is heated evenly and cold at its rim, by conductivity and mesh."""
    x = p["points"]
    n = len(x)
    stiffness = np.zeros_like(x, shape=(n, n))
    source = np.zeros_like(x, shape=n)
    for cell, conductivity in zip(cells, np.exp(p["log_conductivity"])):
        edges = x[cell[[2, 0, 1]]] - x[cell[[1, 2, 0]]]
        area = 0.5 * (edges[0, 0] * edges[1, 1] - edges[0, 1] * edges[1, 0])
        assert area > 0
        element = conductivity * edges @ edges.T / (4 * area)
        np.add.at(stiffness, (cell[:, None], cell[None, :]), element)
        np.add.at(source, cell, area / 3)
    side = int(np.sqrt(n))
    inner = np.arange(n).reshape(side, side)[1:-1, 1:-1].ravel()
    u = np.zeros_like(source)
    u[inner] = np.linalg.solve(stiffness[np.ix_(inner, inner)], source[inner])
    return source @ u


def test_poisson_equation_on_triangles():
    xs = np.linspace(0, 1, 4)
    points = np.stack(np.meshgrid(xs, xs, indexing="ij"), axis=-1).reshape(-1, 2)
    cells = triangles(3)
    p = {"points": points, "log_conductivity": 0.1 * np.sin(np.arange(len(cells)))}
    gradient = check(heat_flow, p, cells)
    value = heat_flow(p, cells)
    assert_near("by all conductivities", gradient["log_conductivity"].sum(), -value, 1e-12)
    assert_near("scales with length^4", np.sum(gradient["points"] * points), 4 * value, 1e-12)
    assert_near("may be moved", gradient["points"].sum(axis=0) + value, [value, value], 1e-12)
