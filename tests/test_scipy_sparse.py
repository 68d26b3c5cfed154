"""tracker.scipy.sparse: products, solutions and eigenvalues by the values in a fixed pattern."""

import numpy as np
import pytest
import scipy.sparse
import scipy.sparse.linalg

import tracker
from tests.scipy_derivatives import assert_derivatives
from tracker.scipy import sparse
from tracker.scipy.sparse import linalg

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


def complex_chain(z):
    i = np.arange(8)
    values = np.concatenate([z, np.conj(z), np.linspace(1, 9, 9)])
    return ours(values, np.r_[i, i + 1, :9], np.r_[i + 1, i, :9], (9, 9))


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
        tracker.gradient(lambda v: np.sum(sparse.eigsh(diagonal(v), 2)[0]), np.array([1.0, 1, 2, 3, 3]))
    with pytest.raises(NotImplementedError, match="M="):
        sparse.eigsh(diagonal(tracker.param(np.arange(5.0))), 1, M=np.eye(5))
    with pytest.raises(NotImplementedError, match="by the matrix"):
        linalg.expm_multiply(diagonal(tracker.param(np.arange(5.0))), np.ones(5))
    with pytest.raises(NotImplementedError, match="times"):
        linalg.expm_multiply(np.eye(5), tracker.param(np.ones(5)), 0, 1)
    f = lambda z: sparse.eigsh(complex_chain(z), 2, return_eigenvectors=True, v0=np.ones(9) + 0j)[1][1, 0].imag
    with pytest.raises(ValueError, match="phases"):
        tracker.gradient(f, np.linspace(1, 2, 8) + 0.5j)
    with pytest.raises(ValueError, match="did not converge"):
        tracker.gradient(lambda b: linalg.cg(theirs(DATA), b, maxiter=1)[0][0], VECTOR)


def test_bad_input_is_rejected():
    with pytest.raises(ValueError, match="shape"):
        ours(tracker.param(DATA)) @ np.ones(3)
    with pytest.raises(ValueError, match="index"):
        ours(tracker.param(DATA), shape=(2, 2))
    with pytest.raises(ValueError, match="square"):
        sparse.spsolve(sparse.csr_matrix((tracker.param(DATA[:3]), [2, 0, 1], [0, 1, 3]), (2, 3)), np.ones(2))


def test_a_product_with_an_array_by_a_star_is_refused():
    """SciPy's matrices take it for a product, its arrays for one of entries."""
    a = ours(tracker.param(DATA))
    for factor in (VECTOR, tracker.param(VECTOR), tracker.param(DATA), a, theirs(DATA)):
        with pytest.raises(TypeError, match="Write A @ x"):
            a * factor
    with pytest.raises(TypeError, match="Write A @ x"):
        a / VECTOR


# More of the matrices


@pytest.mark.parametrize(
    "f",
    [
        lambda m, A, B, x: (A @ B) @ x,
        lambda m, A, B, x: (A + B) @ x - (A - B).T @ x,
        lambda m, A, B, x: (-A / 3.0 + 2.0 * B) @ x,
        lambda m, A, B, x: (A @ theirs(DATA) + theirs(DATA) @ B) @ x,
        lambda m, A, B, x: A.diagonal() * x + (B.conj() @ x),
    ],
)
def test_sums_and_products_of_matrices(f):
    other = RNG.standard_normal(8)
    make = lambda m: lambda a, b, x: f(m, m(a), m(b, COL, ROW), x)
    assert_derivatives(make, ours, theirs, DATA, other, VECTOR, exact=False)


def test_matrices_by_columns_diagonals_and_dense_arrays():
    make = lambda m: lambda v, x: m.csc_matrix((v, [2, 0, 1], [0, 1, 3]), (3, 2)) @ x
    assert_derivatives(make, sparse, scipy.sparse, DATA[:3], VECTOR[:2])
    make = lambda m: lambda d, e, x: m.diags([d, e[:2], 2.0 * e], [0, 1, -2], (4, 4)) @ x
    shifted = lambda m: lambda d, e, x: m.diags([d, e, 2.0 * e[:2]], [0, 1, -2], (4, 4)) @ x
    assert_derivatives(shifted, sparse, scipy.sparse, VECTOR, DATA[:3], VECTOR)
    longer = lambda m: lambda d, e, x: m.diags([d, e, 2.0 * e], [0, 1, -2], (4, 4)) @ x  # SciPy leaves out the rest
    assert_derivatives(longer, sparse, scipy.sparse, VECTOR, DATA[:3], VECTOR)
    with pytest.raises(ValueError, match="does not agree"):
        make(sparse)(tracker.param(VECTOR), DATA[:3], VECTOR)
    dense = lambda m: lambda a, x: m(a) @ x
    assert_derivatives(dense, sparse.csr_matrix, scipy.sparse.csr_array, COLUMNS, VECTOR[:3], exact=False)


@pytest.mark.parametrize(
    "f",
    [
        lambda m, A, b: m.spsolve(A, b, "NATURAL"),
        lambda m, A, b: m.factorized(A)(b),
        lambda m, A, b: m.expm_multiply(theirs(DATA), b),
        lambda m, A, b: m.norm(A) + m.norm(A, 1, 0) + b,
    ],
    ids=["spsolve", "factorized", "expm_multiply", "norm"],
)
def test_functions_of_sparse_linalg(f):
    pairs = ((linalg, ours), (scipy.sparse.linalg, lambda v: theirs(v).tocsc()))
    assert_derivatives(lambda p: lambda v, b: f(p[0], p[1](v), b), *pairs, DATA, VECTOR, exact=False)


@pytest.mark.parametrize("b", [VECTOR, COLUMNS], ids=["vector", "columns"])
@pytest.mark.parametrize("unit", [False, True])
@pytest.mark.parametrize("lower", [False, True])
def test_triangular_systems(lower, unit, b):
    row, col = np.array([0, 1, 2, 3, 1, 3, 3]), np.array([0, 1, 2, 3, 0, 1, 2])
    row, col = (row, col) if lower else (col, row)
    values = np.array([2.0, 3, 1.5, 2.5, 0.4, -0.7, 0.6])
    if unit:  # SciPy wants the ones to be there
        values = np.where(row == col, 1.0, values)

    def solved(p):
        return lambda v, b: p[0].spsolve_triangular(
            p[1](np.where(row == col, 1.0, v) if unit else v, row, col), b, lower, unit_diagonal=unit
        )

    assert_derivatives(solved, (linalg, ours), (scipy.sparse.linalg, theirs), values, b)


SOLVERS = ["cg", "minres", "bicg", "bicgstab", "cgs", "gmres", "qmr"]


@pytest.mark.parametrize("name", SOLVERS)
def test_iterative_solutions(name):
    row, col = np.array([0, 1, 2, 3, 0, 1, 1, 2]), np.array([0, 1, 2, 3, 1, 0, 2, 1])

    def solved(p):
        def f(d, e, b):
            low = e if name in ("cg", "minres") else e**2
            values = np.concatenate([d + 3, np.stack([e[0], low[0], e[1], low[1]])])
            return getattr(p[0], name)(p[1](values, row, col), b, rtol=1e-13)[0]

        return f

    assert_derivatives(solved, (linalg, ours), (scipy.sparse.linalg, theirs), VECTOR**2, DATA[:2] / 3, COLUMNS[:, 0])


def test_iterations_with_a_preconditioner_a_start_and_a_dense_or_complex_matrix():
    a = np.diag([2.0, 3.0, 4.0, 5.0]) + 0.3 * RNG.standard_normal((4, 4)) + 0.2j
    seen = []
    options = {"M": np.diag(1 / np.diag(a)), "rtol": 1e-13, "callback": seen.append, "callback_type": "pr_norm"}
    f = lambda p: lambda x, y, b: p(x + 1j * y, b, np.ones(4), **options)[0]
    theirs = lambda a, b, x0, **more: scipy.sparse.linalg.gmres(a, b, x0, **more)
    assert_derivatives(f, linalg.gmres, theirs, a.real, a.imag, VECTOR, exact=False)
    x, info = linalg.cg(np.diag([1.0, 2.0]), tracker.param([1.0, 2.0]))
    assert info == 0
    np.testing.assert_allclose(x.data, [1.0, 1.0])
    seen.clear()
    loss = lambda a: linalg.gmres(a, VECTOR, **{**options, "M": None})[0].real.sum()
    tracker.value_and_grad(loss)(a)
    both = len(seen)
    seen.clear()
    loss(a)
    assert len(seen) == both  # the adjoint system has no part in it


def test_eigenvectors_by_the_values_to_second_order():
    n, i = 9, np.arange(9)
    d, e = np.linspace(1, 9, n), np.linspace(0.2, 0.7, n - 1)

    def pair(module, make):
        def f(d, e):
            a = make(np.concatenate([d, e, e]), np.r_[i, i[:-1], i[1:]], np.r_[i, i[1:], i[:-1]], (n, n))
            w, v = module.eigsh(a, 2, which="LA", return_eigenvectors=True, v0=np.ones(n), tol=1e-14)
            return np.concatenate([w, (v * v[0]).ravel()])

        return f

    assert_derivatives(lambda p: pair(*p), (linalg, ours), (scipy.sparse.linalg, theirs), d, e, exact=False)


def test_complex_hermitian_eigenvalues_and_projections():
    z = np.linspace(1, 2, 8) + 0.5j * RNG.standard_normal(8)

    def f(z):
        w, v = linalg.eigsh(complex_chain(z), 2, return_eigenvectors=True, v0=np.ones(9) + 0j, tol=1e-14)
        return w[0] + w[1] ** 2 + np.sum(np.abs(v[:, 0]) ** 2 * np.arange(9))

    assert tracker.gradcheck(f, z)


def test_plain_matrices_give_scipys_own_results():
    a = theirs(DATA + 3).tocsc()
    np.testing.assert_array_equal(linalg.spsolve(a, VECTOR), scipy.sparse.linalg.spsolve(a, VECTOR))
    np.testing.assert_array_equal(linalg.cg(a, VECTOR)[0], scipy.sparse.linalg.cg(a, VECTOR)[0])
    np.testing.assert_array_equal(linalg.expm(a).toarray(), scipy.sparse.linalg.expm(a).toarray())
    assert sparse.eye_array(3).shape == (3, 3)


@pytest.mark.parametrize("name", scipy.sparse.linalg.__all__)
def test_every_name_of_sparse_linalg_is_there(name):
    assert hasattr(linalg, name)


@pytest.mark.parametrize("name", sorted(linalg.REASONS))
def test_what_sparse_linalg_does_not_differentiate_says_what_to_take(name):
    with pytest.raises(NotImplementedError, match=rf"{name} has no derivative: .*\btake\b|multiply"):
        getattr(linalg, name)(ours(tracker.param(DATA)))


X = tracker.param(VECTOR)
CALLS = {
    "spsolve": lambda: scipy.sparse.linalg.spsolve(theirs(DATA).tocsc(), X),
    "spsolve_triangular": lambda: scipy.sparse.linalg.spsolve_triangular(theirs(np.ones(4), *[np.arange(4)] * 2), X),
    "expm_multiply": lambda: scipy.sparse.linalg.expm_multiply(theirs(DATA), X),
    **{name: lambda name=name: getattr(scipy.sparse.linalg, name)(theirs(DATA), X) for name in SOLVERS},
}


@pytest.mark.parametrize("name", CALLS)
def test_scipys_own_function_names_its_counterpart(name):
    with pytest.raises(TypeError, match=rf"Call tracker\.scipy\.sparse\.linalg\.{name} instead"):
        CALLS[name]()


def test_unknown_names_are_unknown():
    for module in (sparse, linalg):
        with pytest.raises(AttributeError, match="solve_everything"):
            module.solve_everything  # noqa: B018


def test_eigsh_gives_values_and_vectors_as_scipy_does():
    a = theirs(DATA) + theirs(DATA).T + 5 * scipy.sparse.eye_array(4)
    start = np.ones(4)
    for got, expected in zip(linalg.eigsh(a, 2, v0=start), scipy.sparse.linalg.eigsh(a, 2, v0=start), strict=True):
        np.testing.assert_array_equal(got, expected)


@pytest.mark.parametrize(("module", "wrap"), [(sparse, tracker.param), (sparse, np.array), (scipy.sparse, np.array)])
def test_matrices_are_made_of_what_scipy_takes_and_rejected_as_there(module, wrap):
    v = wrap([1.0, 2.0])
    for name, data, error in (
        ("coo_matrix", (v, ([0, 5], [0, 1])), ValueError),
        ("coo_matrix", (v, ([0, -1], [0, 1])), ValueError),
        ("csr_matrix", (v, [0, 1], [0, 1]), ValueError),
        ("csc_matrix", (v, [0, 1], [0, 1, 3]), ValueError),
    ):
        with pytest.raises(error):
            getattr(module, name)(data, shape=(2, 2))
    with pytest.raises(ValueError, match="does not agree"):
        module.diags([v, v], [0, 1], (4, 4))
    with pytest.raises(ValueError, match="nonsense"):
        module.diags([v], [0], format="nonsense")


def test_matrices_in_a_dtype_and_of_diagonals_as_in_scipy():
    v = np.array([1.5, 2.5], np.float32)
    for make in (
        lambda m, v: m.coo_matrix((v, ([0, 1], [1, 1])), dtype=float),
        lambda m, v: m.csc_matrix(v[None], dtype=np.float64),
        lambda m, v: m.diags([v, [7.0]], [0, 1], (2, 3), "csr", float),
        lambda m, v: m.diags_array([v], offsets=[1], dtype=np.float32),
        lambda m, v: m.diags(v, 1),
        lambda m, v: m.csr_matrix((v[:0], [], [0, 0, 0]), (2, 2)),
    ):
        y, (expected,) = make(sparse, tracker.param(v)).toarray(), (make(scipy.sparse, v).toarray(),)
        np.testing.assert_array_equal(tracker.data(y), expected)
        assert y.dtype == expected.dtype
    assert sparse.coo_matrix((2, 3)).shape == (2, 3)
