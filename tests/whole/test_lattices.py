"""Lattices: the action of phi^4 theory, Ising spins in mean field, a transfer matrix, a molecular crystal."""

import numpy as np

from tests.whole.checks import assert_near, check


def action(p):
    """phi^4 on a periodic lattice of two dimensions."""
    phi = p["phi"]
    kinetic = 0.0
    for axis in range(phi.ndim):
        kinetic += 0.5 * np.sum((np.roll(phi, -1, axis) - phi) ** 2)
    return kinetic + np.sum(0.5 * p["mass2"] * phi**2 + p["coupling"] / 24 * phi**4)


def test_equation_of_motion():
    rng = np.random.default_rng(4)
    phi = rng.normal(size=(3, 4))
    slopes = check(action, {"phi": phi, "mass2": -0.5, "coupling": 1.2})
    laplacian = sum(np.roll(phi, s, a) for a in (0, 1) for s in (1, -1)) - 4 * phi
    assert_near("by hand", slopes["phi"], -laplacian - 0.5 * phi + 0.2 * phi**3, 1e-12)


def mean_field(p, sweeps):
    """Magnetisation of spins in a field, by sweeps that use each spin as soon as it is new."""
    n = len(p["field"])
    m = np.full_like(p["field"], 0.5)
    for _ in range(sweeps):
        for i in range(n):
            m[i] = np.tanh(p["beta"] * (p["coupling"] * (m[i - 1] + m[(i + 1) % n]) + p["field"][i]))
    return np.sum(m) / n


def test_mean_field_by_the_implicit_function_theorem():
    p = {"field": np.array([0.3, -0.1, 0.2, 0.5]), "beta": 0.8, "coupling": 0.4}
    slopes = check(mean_field, p, 60)
    m = np.zeros(4)
    ring = np.roll(np.eye(4), 1, 0) + np.roll(np.eye(4), -1, 0)
    for _ in range(300):
        m = np.tanh(0.8 * (0.4 * ring @ m + p["field"]))
    d = 1 - m**2
    exact = np.linalg.solve((np.eye(4) - 0.32 * np.diag(d) @ ring).T, np.ones(4) / 4) * d * 0.8
    assert_near("field", slopes["field"], exact, 1e-10)


def free_energy(p):
    """The Ising chain by its transfer matrix, by the power method."""
    k, h = p
    t = np.zeros_like(p, shape=(2, 2))
    for a, s in enumerate((1, -1)):
        for b, r in enumerate((1, -1)):
            t[a, b] = np.exp(k * s * r + h * (s + r) / 2)
    v = np.ones(2)
    for _ in range(200):
        v = t @ v
        scale = np.sum(v)
        v = v / scale
    return np.log(np.sum(t @ v))


def test_ising_chain():
    k, h = 0.3, 0.2
    slopes = check(free_energy, np.array([k, h]))
    root = np.sqrt(np.sinh(h) ** 2 + np.exp(-4 * k))
    assert_near("magnetisation", slopes[1], np.sinh(h) / root, 1e-12)
    assert_near("by eigenvalues", check(by_eigenvalues, np.array([k, h]), holomorphic=False), slopes, 1e-12)


def by_eigenvalues(p):
    k, h = p
    spins = np.array([1.0, -1.0])
    t = np.exp(k * np.outer(spins, spins) + h * np.add.outer(spins, spins) / 2)
    return np.log(np.linalg.eigvalsh(t)[-1])


def crystal(p, n):
    """Energy per atom of argon in a periodic box, pairs beyond a cutoff left out: Lennard-Jones (1924)."""
    x = p["positions"]
    box = p["box"]
    energy = 0.0
    for i in range(n):
        for j in range(i + 1, n):
            d = x[i] - x[j]
            d -= box * np.round(d / box)
            r2 = d @ d
            if r2 < 6.25:
                s6 = 1 / r2**3
                energy += 4 * (s6**2 - s6)
    return energy / n


def test_crystal():
    grid = 1.2 * np.stack(np.meshgrid(range(2), range(2), range(2)), -1).reshape(-1, 3)
    positions = grid + 0.05 * np.sin(np.arange(24)).reshape(8, 3)
    slopes = check(crystal, {"positions": positions, "box": 3.4}, 8)
    assert_near("no net force", slopes["positions"].sum(axis=0) + 1, np.ones(3), 1e-12)
