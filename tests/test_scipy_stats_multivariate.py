"""tracker.scipy.stats of vectors and matrices: SciPy's values and errors, derivatives in both modes and twice."""

import numpy as np
import pytest
import scipy.stats

import tracker
from tests.test_rules import slope
from tracker.errors import NoRuleError
from tracker.scipy import stats

RNG = np.random.default_rng(4)
A = RNG.standard_normal((3, 3))
B = RNG.standard_normal((2, 2))
SPD, OTHER = A @ A.T + np.eye(3), A.T @ A + 2 * np.eye(3)
SMALL = B @ B.T + np.eye(2)
SYMMETRIC = (A + A.T) / 5
LEVEL = np.array([0.1, -0.3, 0.2])  # proportions stay proportions
V = RNG.standard_normal(3)
UNIT, MU = np.array([0.36, 0.48, 0.8]), np.array([0.0, 0.6, 0.8])
FLAT = np.array([1.0, 1.0, 0.0])
TANGENT, TURN = np.array([0.8, -0.6, 0.0]) * 0.5, np.array([0.0, 0.8, -0.6]) * 0.4
P = np.array([0.2, 0.3, 0.5])
ALPHA = np.array([1.5, 2.0, 0.7])

# name, method, arguments, directions (None: a constant)
CASES = [
    ("multivariate_normal", "logpdf", (A, V, SPD), (SYMMETRIC, V[::-1], SYMMETRIC)),
    ("multivariate_normal", "pdf", (V, A[0], SPD), (A[1], V[::-1], SYMMETRIC)),
    ("multivariate_normal", "logpdf", (A, V, 1.7), (SYMMETRIC, V[::-1], 0.4)),
    ("multivariate_normal", "logpdf", (A, V, ALPHA), (SYMMETRIC, V[::-1], LEVEL)),
    ("multivariate_normal", "logpdf", (V, 0.3, 1.7), (V[::-1], 0.2, 0.4)),
    ("multivariate_normal", "logpdf", (0.7, 0.3, 1.7), (0.5, 0.2, 0.4)),
    ("multivariate_normal", "logpdf", (V, None, SPD), (V[::-1], None, SYMMETRIC)),
    ("multivariate_normal", "logpdf", (A * FLAT, V * FLAT, np.diag([1, 2, 0.0]), True), (A.T * FLAT, FLAT, None, None)),
    ("multivariate_normal", "entropy", (V, SPD), (None, SYMMETRIC)),
    ("multivariate_t", "logpdf", (A, V, SPD, 3.4), (SYMMETRIC, V[::-1], SYMMETRIC, 0.6)),
    ("multivariate_t", "pdf", (V, A[0], SPD, 3.4), (A[1], V[::-1], SYMMETRIC, 0.6)),
    ("multivariate_t", "logpdf", (V, A[0], SPD, np.inf), (A[1], V[::-1], SYMMETRIC, None)),
    ("matrix_normal", "logpdf", (A[:2], A[1:], SMALL, SPD), (A[:2], A[::2], B + B.T, SYMMETRIC)),
    ("matrix_normal", "pdf", (A[:2], A[1:], SMALL, SPD), (A[:2], A[::2], B + B.T, SYMMETRIC)),
    ("matrix_normal", "logpdf", (np.stack([A, A.T]), None, SPD, OTHER), (np.stack([A.T, A]), None, *[SYMMETRIC] * 2)),
    ("matrix_normal", "entropy", (SMALL, SPD), (B + B.T, SYMMETRIC)),
    ("dirichlet", "logpdf", (P, ALPHA), (LEVEL, V)),
    ("dirichlet", "logpdf", (P[:2], ALPHA), (LEVEL[:2], V)),
    ("dirichlet", "logpdf", (np.stack([P, P[::-1]], 1), ALPHA), (np.stack([LEVEL, -LEVEL], 1), V)),
    ("dirichlet", "pdf", (P, ALPHA), (LEVEL, V)),
    *[("dirichlet", m, (ALPHA,), (V,)) for m in ("mean", "var", "cov", "entropy")],
    ("wishart", "logpdf", (SPD, 5.5, OTHER), (SYMMETRIC, 0.7, SYMMETRIC)),
    ("wishart", "logpdf", (np.stack([SPD, OTHER], 2), 5.5, OTHER), (np.stack([SYMMETRIC] * 2, 2), 0.7, SYMMETRIC)),
    ("wishart", "pdf", (SMALL, 5.5, SMALL), (B + B.T, 0.7, B + B.T)),
    ("wishart", "mean", (5.5, OTHER), (0.7, SYMMETRIC)),
    ("wishart", "var", (5.5, OTHER), (0.7, SYMMETRIC)),
    ("invwishart", "logpdf", (SPD, 5.5, OTHER), (SYMMETRIC, 0.7, SYMMETRIC)),
    ("invwishart", "logpdf", (np.stack([SPD, OTHER], 2), 5.5, OTHER), (np.stack([SYMMETRIC] * 2, 2), 0.7, SYMMETRIC)),
    ("invwishart", "pdf", (SMALL, 5.5, SMALL), (B + B.T, 0.7, B + B.T)),
    ("invwishart", "mean", (5.5, OTHER), (0.7, SYMMETRIC)),
    ("multinomial", "logpmf", ([1, 2, 3], 6, P), (None, None, LEVEL)),
    ("multinomial", "pmf", (np.array([[1, 2, 3], [6, 0, 0]]), 6, P), (None, None, LEVEL)),
    ("multinomial", "cov", (6, P), (None, LEVEL)),
    ("multinomial", "mean", (6, P), (None, LEVEL)),
    ("dirichlet_multinomial", "logpmf", ([1, 2, 3], ALPHA, 6), (None, V, None)),
    ("dirichlet_multinomial", "pmf", ([1, 2, 3], ALPHA, 6), (None, V, None)),
    *[("dirichlet_multinomial", m, (ALPHA, 6), (V, None)) for m in ("mean", "var", "cov")],
    ("vonmises_fisher", "logpdf", (UNIT, MU, 2.3), (None, None, 0.5)),
    ("vonmises_fisher", "pdf", (UNIT, MU, 2.3), (None, None, 0.5)),
    ("normal_inverse_gamma", "logpdf", (V, V * V + 1, 0.3, 1.2, 2.1, 0.8), (V[::-1], V / 9, 0.5, 0.2, 0.3, 0.1)),
    ("normal_inverse_gamma", "pdf", (0.4, 1.3, 0.3, 1.2, 2.1, 0.8), (0.3, 0.2, 0.5, 0.2, 0.3, 0.1)),
]  # fmt: skip
IDS = [f"{name}.{method}-{i}" for i, (name, method, *_) in enumerate(CASES)]


def along(f, args, v):
    return sum(np.sum(g * d) for g, d in zip(tracker.gradient(f, *args), v, strict=True))


def losses(name, method, args, v):
    """Ours and SciPy's by what has a direction; these arguments and directions."""
    moving = [i for i, d in enumerate(v) if d is not None]

    def of(f):
        def loss(*xs):
            full = list(args)
            for i, x in zip(moving, xs, strict=True):
                full[i] = x
            y = f(*full)
            return np.sum(y * np.cos(1.0 + np.arange(np.size(y))).reshape(np.shape(y)))

        return loss

    ours, theirs = (getattr(getattr(m, name), method) for m in (stats, scipy.stats))
    return of(ours), of(theirs), [args[i] for i in moving], [v[i] for i in moving]


@pytest.mark.parametrize(("name", "method", "args", "v"), CASES, ids=IDS)
def test_value_is_scipys_tracked_or_not(name, method, args, v):
    ours, theirs = (getattr(getattr(m, name), method)(*args) for m in (stats, scipy.stats))
    np.testing.assert_array_equal(ours, theirs)
    tracked = [tracker.param(a) if d is not None else a for a, d in zip(args, v, strict=True)]
    y = getattr(getattr(stats, name), method)(*tracked)
    assert tracker.is_tracked(y)
    np.testing.assert_array_equal(tracker.data(y), theirs)


@pytest.mark.parametrize(("name", "method", "args", "v"), CASES, ids=IDS)
def test_derivatives_agree_with_differences_in_both_modes_and_to_second_order(name, method, args, v):
    loss, plain, args, v = losses(name, method, args, v)
    expected = slope(plain, args, v)
    assert along(loss, args, v) == pytest.approx(expected, rel=1e-6, abs=1e-8)
    assert tracker.pushforward(loss, tuple(args), tuple(v))[1] == pytest.approx(expected, rel=1e-6, abs=1e-8)
    projected = lambda *xs: along(loss, xs, v) + sum(np.sum(x * x) for x in xs)  # a mean is linear
    twice = slope(projected, args, v)
    assert tracker.pushforward(projected, tuple(args), tuple(v))[1] == pytest.approx(twice, rel=1e-6, abs=1e-7)
    assert along(projected, args, v) == pytest.approx(twice, rel=1e-6, abs=1e-7)


def test_directions_differentiate_along_the_sphere():
    on_sphere = lambda x: x / np.sqrt(np.sum(x * x))
    for f, g in ((stats, scipy.stats),):
        loss = lambda x, m, f=f: f.vonmises_fisher.logpdf(on_sphere(x), on_sphere(m), 2.3)
        plain = lambda x, m, g=g: g.vonmises_fisher.logpdf(on_sphere(x), on_sphere(m), 2.3)
        assert along(loss, [UNIT, MU], [TANGENT, TURN]) == pytest.approx(
            slope(plain, [UNIT, MU], [TANGENT, TURN]), rel=1e-8
        )


@pytest.mark.parametrize("name", ["multivariate_normal", "dirichlet", "wishart", "matrix_normal"])
def test_gradients_of_float32_are_float32_and_frozen_ones_the_same(name):
    method, args, v = next((m, a, d) for n, m, a, d in CASES if n == name)
    last = max(i for i, d in enumerate(v) if d is not None)
    f = lambda x: np.sum(getattr(getattr(stats, name), method)(*args[:last], x, *args[last + 1 :]))
    g = tracker.grad(f)(np.float32(args[last]))
    assert g.dtype == np.float32
    np.testing.assert_allclose(g, tracker.grad(f)(np.float32(args[last]).astype(float)), rtol=1e-6)
    frozen = getattr(stats, name)(*args[1:])
    np.testing.assert_array_equal(getattr(frozen, method)(args[0]), getattr(getattr(stats, name), method)(*args))


def test_keywords_defaults_and_lists_as_in_scipy():
    assert stats.multivariate_normal.logpdf([0.0, 1.0], cov=[[2.0, 0.0], [0.0, 1.0]]) == pytest.approx(
        scipy.stats.multivariate_normal.logpdf([0.0, 1.0], cov=[[2.0, 0.0], [0.0, 1.0]])
    )
    g = tracker.gradient(lambda a, b: stats.multivariate_normal.logpdf([a, b], [0.0, 0.0], np.eye(2)), 1.0, 2.0)
    assert g == (-1.0, -2.0)


@pytest.mark.filterwarnings("ignore:.*sum:FutureWarning")
def test_chances_that_do_not_sum_to_1_are_what_scipy_makes_of_them():
    p = tracker.param([0.2, 0.3, 0.4])
    y = stats.multinomial.logpmf([1, 2, 3], 6, p)
    np.testing.assert_array_equal(y.data, scipy.stats.multinomial.logpmf([1, 2, 3], 6, p.data))
    if not np.isnan(y.data):  # before SciPy 1.18 the last is what the others leave, here 0.5
        y.back()
        np.testing.assert_allclose(p.grad, [1 / 0.2 - 3 / 0.5, 2 / 0.3 - 3 / 0.5, 0.0])


WRONG = [
    ("multivariate_normal", "logpdf", (np.zeros(2), np.zeros(2), np.array([[1.0, 2.0], [2.0, 1.0]]))),
    ("multivariate_normal", "logpdf", (np.zeros(2), np.zeros(2), np.ones((2, 2)))),
    ("multivariate_normal", "logpdf", (np.zeros(2), np.zeros(3), np.eye(2))),
    ("multivariate_normal", "logpdf", ("a", np.zeros(2), np.eye(2))),
    ("multivariate_normal", "logpdf", ()),
    ("dirichlet", "logpdf", (P, -ALPHA)),
    ("dirichlet", "logpdf", (2 * P, ALPHA)),
    ("dirichlet", "logpdf", (P,)),
    ("wishart", "logpdf", (SPD, 1.0, OTHER)),
    ("wishart", "logpdf", (SPD, 5.0, A)),
    ("invwishart", "logpdf", (SPD, 1.0, OTHER)),
    ("multinomial", "logpmf", ([1, 2, 3], 6, P, 1)),
    ("multivariate_t", "logpdf", (V, V, -SPD, 3.0)),
    ("multivariate_t", "logpdf", (V, V, SPD, -3.0)),
    ("matrix_normal", "logpdf", (A, None, -SPD, SPD)),
    ("vonmises_fisher", "logpdf", (UNIT, 2 * MU, 1.0)),
    ("vonmises_fisher", "logpdf", (UNIT, MU, -1.0)),
    ("dirichlet_multinomial", "logpmf", ([1, 2, 3], -ALPHA, 6)),
]


@pytest.mark.parametrize(("name", "method", "args"), WRONG)
def test_what_scipy_rejects_is_rejected_with_the_same_exception(name, method, args):
    with pytest.raises(Exception) as expected:
        getattr(getattr(scipy.stats, name), method)(*args)
    for given in (args, [tracker.param(a) if isinstance(a, np.ndarray) else a for a in args]):
        with pytest.raises(type(expected.value)):
            getattr(getattr(stats, name), method)(*given)


def test_draws_of_the_normal_move_with_mean_and_covariance_and_others_are_refused():
    draw = lambda m, c: stats.multivariate_normal.rvs(m, c, size=4, random_state=1)
    x = draw(V, SPD)
    np.testing.assert_array_equal(x, scipy.stats.multivariate_normal.rvs(V, SPD, size=4, random_state=1))
    fixed = np.linalg.solve(np.linalg.cholesky(SPD), (x - V).T)
    w = np.cos(np.arange(12.0)).reshape(4, 3)
    moved = lambda m, c: np.sum(w * ((np.linalg.cholesky(c) @ fixed).T + m))
    args, v = [V, SPD], [V[::-1], SYMMETRIC]
    assert along(lambda *p: np.sum(w * draw(*p)), args, v) == pytest.approx(slope(moved, args, v), rel=1e-8)
    with pytest.raises(NoRuleError, match=r"wishart\.rvs"):
        tracker.gradient(lambda df: np.sum(stats.wishart.rvs(df, SPD, random_state=1)), 5.0)
    assert stats.wishart.rvs(5.0, SPD, random_state=1).shape == (3, 3)


def test_whole_numbers_and_singular_covariances_are_refused_by_name():
    with pytest.raises(NoRuleError, match=r"multinomial .*by n,"):
        tracker.gradient(lambda n: stats.multinomial.logpmf([1, 2, 3], n, P), 6.0)
    with pytest.raises(NoRuleError, match="allow_singular"):
        tracker.gradient(lambda c: stats.multivariate_normal.logpdf(V, V, c, allow_singular=True), SPD)
    with pytest.raises(AttributeError, match=r"has no 'ppf'; it has logpdf"):
        stats.multivariate_normal.ppf(V, V, SPD)


def test_densities_differentiate_where_a_proportion_is_zero():
    inward = lambda h: np.array([h, 0.4 - h, 0.6])
    for f, g in (
        (lambda x: stats.dirichlet.pdf(x, [2.0, 1.5, 3.0]), lambda x: scipy.stats.dirichlet.pdf(x, [2.0, 1.5, 3.0])),
        (lambda p: stats.multinomial.pmf([1, 2, 0], 3, p), lambda p: scipy.stats.multinomial.pmf([1, 2, 0], 3, p)),
    ):
        at = [g(inward(j * 1e-4)) for j in range(3)]
        one_sided = (4 * at[1] - at[2] - 3 * at[0]) / 2e-4
        gradient = tracker.grad(f)(inward(0.0))
        assert gradient @ np.array([1.0, -1.0, 0.0]) == pytest.approx(one_sided, rel=1e-6)
