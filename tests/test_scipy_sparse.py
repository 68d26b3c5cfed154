"""tracker.scipy.sparse: products, solutions and eigenvalues by the values in a fixed pattern."""

import numpy as np
import pytest
import scipy.sparse
import scipy.sparse.linalg

import tracker
from tests.scipy_derivatives import assert_derivatives
from tracker.scipy import sparse

RNG = np.random.default_rng(2)
ROW, COL = np.array([0, 0, 1, 2, 3, 3, 1, 2]), np.array([0, 3, 1, 2, 3, 0, 2, 2])  # (2, 2) is there twice
DATA = np.array([2.0, 0.5, 3.0, 1.5, 2.5, -0.7, 0.4, 0.6])
VECTOR, COLUMNS = RNG.standard_normal(4), RNG.standard_normal((4, 3))


def theirs(data, row=ROW, col=COL, shape=(4, 4)):
    return scipy.sparse.coo_array((data, (row, col)), shape).tocsr()


def ours(data, row=ROW, col=COL, shape=(4, 4)):
    return sparse.coo_matrix((data, (row, col)), shape)


@pytest.mark.parametrize("x", [VECTOR, COLUMNS], ids=["vector", "columns"])
def test_product_by_values_and_vector(x):
    assert_derivatives(lambda make: lambda v, x: make(v) @ x, ours, theirs, DATA, x)
    assert_derivatives(lambda make: lambda v, x: make(v).T @ x, ours, theirs, DATA, x)
    assert_derivatives(lambda make: lambda v, x: x.T @ make(v), ours, theirs, DATA, x, exact=False)
    assert_derivatives(lambda make: lambda v, c: (make(v) * c).toarray(), ours, theirs, DATA, 1.3)


def test_rectangular_matrix_in_compressed_rows():
    make = lambda m: lambda v, x: m.csr_matrix((v, [2, 0, 1], [0, 1, 3]), (2, 3)) @ x
    assert_derivatives(make, sparse, scipy.sparse, DATA[:3], VECTOR[:3])


@pytest.mark.parametrize("b", [VECTOR, COLUMNS, COLUMNS[:, :1]], ids=["vector", "columns", "one column"])
def test_solution_by_values_and_right_hand_side(b):
    f, g = lambda v, b: sparse.spsolve(ours(v), b), lambda v, b: scipy.sparse.linalg.spsolve(theirs(v).tocsc(), b)
    assert_derivatives(lambda f: f, f, g, DATA, b)


def test_complex_values():
    z = DATA + 0.3j * RNG.standard_normal(8)
    w = VECTOR + 1j * COLUMNS[:, 0]
    assert tracker.gradcheck(lambda z, w: np.sum(np.abs(ours(z) @ w) ** 2), z, w, order=2)
    assert tracker.gradcheck(lambda z, w: np.sum(np.abs(sparse.spsolve(ours(z), w)) ** 2), z, w, order=2)


def test_poisson_equation_by_its_conductivities():
    n = 30
    k, i = np.linspace(1, 2, n + 1), np.arange(n)

    def heat(k, module):
        data = np.concatenate([k[:-1] + k[1:], -k[1:-1], -k[1:-1]])
        row, col = np.concatenate([i, i[:-1], i[1:]]), np.concatenate([i, i[1:], i[:-1]])
        return module(data, row, col, (n, n))

    f = lambda k: sparse.spsolve(heat(k, ours), np.ones(n))
    g = lambda k: scipy.sparse.linalg.spsolve(heat(k, theirs).tocsc(), np.ones(n))
    assert_derivatives(lambda f: f, f, g, k, order=1, exact=False)


def test_eigenvalues():
    n, i = 12, np.arange(12)
    d, e = np.linspace(1, 4, n), np.linspace(0.2, 0.7, n - 1)
    row, col = np.concatenate([i, i[:-1], i[1:]]), np.concatenate([i, i[1:], i[:-1]])
    start = np.ones(n)

    def lowest(module, make, d, e):
        a = make(np.concatenate([d, e, e]), row, col, (n, n))
        return module.eigsh(a, 3, which="SA", return_eigenvectors=False, v0=start, tol=1e-14)

    f = lambda d, e: lowest(sparse, ours, d, e)
    assert_derivatives(
        lambda f: f, f, lambda d, e: lowest(scipy.sparse.linalg, theirs, d, e), d, e, order=1, exact=False
    )


def test_what_has_no_derivative_is_refused():
    diagonal = lambda v: sparse.SparseMatrix(v, np.arange(5), np.arange(5))
    with pytest.raises(ValueError, match="coincide"):
        tracker.gradient(lambda v: np.sum(sparse.eigsh(diagonal(v), 2)), np.array([1.0, 1, 2, 3, 3]))
    with pytest.raises(NotImplementedError, match="eigenvectors"):
        sparse.eigsh(diagonal(tracker.param(np.arange(5.0))), 1, return_eigenvectors=True)
    with pytest.raises(NotImplementedError, match="first derivatives"):
        tracker.hessian(lambda v: sparse.eigsh(diagonal(v), 1)[0], np.arange(5.0))


def test_bad_input_is_rejected():
    with pytest.raises(ValueError, match="shape"):
        ours(tracker.param(DATA)) @ np.ones(3)
    with pytest.raises(ValueError, match="index"):
        ours(tracker.param(DATA), shape=(2, 2))
    with pytest.raises(ValueError, match="square"):
        sparse.spsolve(sparse.csr_matrix((tracker.param(DATA[:3]), [2, 0, 1], [0, 1, 3]), (2, 3)), np.ones(2))
