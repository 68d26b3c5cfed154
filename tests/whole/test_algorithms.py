"""Textbook algorithms written out by loops, writes and swaps, where the answer or its derivative is known otherwise."""

import numpy as np

import tracker
from tests.whole.checks import assert_near, check
from tracker.scipy import special

A = np.array([[0.2, 1.3, 0.1], [0.7, 0.5, -0.4], [1.5, 0.1, 0.8]])
DOMINANT = A + 3 * np.eye(3)
WEIGHTS = np.arange(1.0, 10).reshape(3, 3)


def determinant(a):
    """Gaussian elimination in place, rows swapped for the largest pivot."""
    a = a.copy()
    n, sign = len(a), 1.0
    for i in range(n):
        pivot = i + int(np.argmax(np.abs(a[i:, i])))
        if pivot != i:
            a[[i, pivot]] = a[[pivot, i]]
            sign = -sign
        for j in range(i + 1, n):
            a[j, i:] -= a[j, i] / a[i, i] * a[i, i:]
    return sign * np.prod(np.diag(a))


def test_elimination_gives_the_cofactors():
    assert_near("cofactors", check(determinant, A), np.linalg.det(A) * np.linalg.inv(A).T, 1e-12)


def cholesky(a):
    """Cholesky and Banachiewicz: the factor row by row."""
    n = len(a)
    factor = np.zeros_like(a)
    for i in range(n):
        for j in range(i + 1):
            rest = a[i, j] - np.dot(factor[i, :j], factor[j, :j])
            factor[i, j] = np.sqrt(rest) if i == j else rest / factor[j, j]
    return factor


def test_cholesky_by_hand():
    f = lambda a: np.sum(np.log(np.diag(cholesky(a @ a.T)))) * 2
    assert_near("log det", check(f, A), 2 * np.linalg.inv(A).T, 1e-12)
    check(lambda a: np.sum(cholesky(a @ a.T + np.eye(3)) * WEIGHTS), A)


def orthogonalised(a):
    """Gram and Schmidt, as modified: each column is freed of those before it."""
    q = a.copy()
    for j in range(q.shape[1]):
        v = q[:, j]
        for k in range(j):
            v -= (q[:, k] @ v) * q[:, k]
        v /= np.sqrt(v @ v)
    return q


def test_gram_schmidt():
    check(lambda a: np.sum(orthogonalised(a) * WEIGHTS), A)
    (stays,) = tracker.gradient(lambda a: np.sum(orthogonalised(a).T @ orthogonalised(a) * WEIGHTS), A)
    np.testing.assert_allclose(stays, 0, atol=1e-12)  # the columns are orthonormal whatever they were made of


def gauss_seidel(p, sweeps):
    """Each unknown from the newest values of the others."""
    a, b = p
    x = np.zeros_like(b)
    for _ in range(sweeps):
        for i in range(len(b)):
            x[i] = (b[i] - a[i, :i] @ x[:i] - a[i, i + 1 :] @ x[i + 1 :]) / a[i, i]
    return x @ np.array([1.0, 2.0, 3.0])


def test_gauss_seidel_by_the_adjoint_system():
    b = np.array([1.0, -0.5, 2.0])
    by_a, by_b = check(gauss_seidel, (DOMINANT, b), 40)
    adjoint = np.linalg.solve(DOMINANT.T, [1.0, 2.0, 3.0])
    assert_near("right-hand side", by_b, adjoint, 1e-12)
    assert_near("matrix", by_a, -np.outer(adjoint, np.linalg.solve(DOMINANT, b)), 1e-12)


def dominant_eigenvalue(a):
    """The power method; the norm is taken out in place."""
    v = np.ones(3)
    for _ in range(80):
        v = a @ v
        v /= np.sqrt(v @ v)
    return v @ a @ v / (v @ v)


def test_power_method():
    a = A @ A.T
    v = np.linalg.eigh(a)[1][:, -1]
    assert_near("outer product", check(dominant_eigenvalue, a), np.outer(v, v), 1e-8)


def edit_distance(x, y):
    """Wagner and Fischer (1974), with a cost of substitution that is the distance of numbers."""
    d = np.zeros_like(x, shape=(len(x) + 1, len(y) + 1))
    d[0, 1:], d[1:, 0] = 0.9 * np.arange(1, len(y) + 1), 0.9 * np.arange(1, len(x) + 1)
    for i, a in enumerate(x):
        for j, b in enumerate(y):
            d[i + 1, j + 1] = min(d[i, j] + abs(a - b), d[i, j + 1] + 0.9, d[i + 1, j] + 0.9)
    return d[-1, -1]


def test_edit_distance():
    x, y = np.array([0.1, 1.2, 3.0, 2.2]), np.array([0.0, 3.3, 2.0])
    slopes = check(lambda x: edit_distance(x, y) ** 2, x, holomorphic=False)
    distance = 0.1 + 0.9 + 0.3 + 0.2  # 1.2 is left out
    assert_near("which entries are matched", slopes, 2 * distance * np.array([1.0, 0.0, -1.0, 1.0]), 1e-14)


def soft_time_warp(x, y):
    """Cuturi and Blondel (2017): the same recursion with a soft minimum."""
    d = np.full_like(x, np.inf, shape=(len(x) + 1, len(y) + 1))
    d[0, 0] = 0.0
    for i in range(len(x)):
        for j in range(len(y)):
            before = np.stack([d[i, j], d[i, j + 1], d[i + 1, j]])
            d[i + 1, j + 1] = (x[i] - y[j]) ** 2 - special.logsumexp(-before)
    return d[-1, -1]


def test_soft_time_warp_starts_from_infinities():
    check(soft_time_warp, np.array([0.1, 1.2, 2.0]), np.array([0.3, 1.0, 2.5]), holomorphic=False)


def spline_value(p, t):
    """de Boor and Cox: basis functions by recursion, with branches that ask where the point is."""

    def basis(i, k, u):
        if k == 0:
            return 1.0 if t[i] <= u < t[i + 1] else 0.0
        left = (u - t[i]) / (t[i + k] - t[i]) * basis(i, k - 1, u)
        return left + (t[i + k + 1] - u) / (t[i + k + 1] - t[i + 1]) * basis(i + 1, k - 1, u)

    return sum(c * basis(i, 3, p["u"]) for i, c in enumerate(p["coefficients"]))


def test_spline_by_recursion():
    knots = np.array([0.0, 1.0, 1.7, 3.0, 4.1, 5.0, 6.5, 7.0])
    p = {"u": 3.4, "coefficients": np.array([0.5, 1.2, -2.0, 1.0])}
    slopes = check(spline_value, p, knots, holomorphic=False)
    assert_near("partition of unity", slopes["coefficients"].sum(), 1.0, 1e-12)
