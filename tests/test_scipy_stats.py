"""tracker.scipy.stats: SciPy's values, derivatives by value and parameters against differences, edges."""

import numpy as np
import pytest
import scipy.stats

import tracker
from tests.test_rules import slope
from tracker.scipy import stats
from tracker.scipy.stats import continuous, discrete

SHAPES = {"a": 2.3, "b": 1.7, "c": 1.4, "df": 3.2, "dfn": 3.4, "dfd": 5.2, "s": 0.8}
METHODS = ("logpdf", "pdf", "cdf", "sf", "logcdf", "logsf")
INSIDE = {"beta": [0.2, 0.5, 0.8], "uniform": [0.2, 0.5, 0.8], "powerlaw": [0.2, 0.5, 0.8], "pareto": [1.3, 2.0, 3.1]}
DISCRETE = {"poisson": (2.3,), "binom": (6, 0.3), "bernoulli": (0.3,), "geom": (0.3,), "nbinom": (3.5, 0.4)}


def args_of(name):
    shapes = [SHAPES[s] for s in getattr(stats, name).shapes]
    z = np.array(INSIDE.get(name, [0.3, 1.1, 2.4]))
    return [0.4 + 1.5 * z, *shapes, 0.4, 1.5]


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("name", continuous.__all__)
def test_value_is_scipys_inside_and_outside_the_support(name, method):
    x, *rest = args_of(name)
    x = np.concatenate([x, [-50.0, 0.4 - 1e-9, 60.0, np.nan]])
    ours = getattr(getattr(stats, name), method)(x, *rest)
    with np.errstate(all="ignore"):
        theirs = getattr(getattr(scipy.stats, name), method)(x, *rest)
    if name == "moyal" and method == "logpdf":  # SciPy's is the logarithm of a density that underflows
        z = (x[3] - 0.4) / 1.5
        theirs[3] = -0.5 * (z + np.exp(-z)) - 0.5 * np.log(2 * np.pi) - np.log(1.5)
    np.testing.assert_allclose(ours, theirs, rtol=1e-9, atol=1e-13)


@pytest.mark.parametrize("method", ["logpdf", "cdf", "logsf"])
@pytest.mark.parametrize("name", continuous.__all__)
def test_derivatives_by_value_and_all_parameters_agree_with_differences(name, method):
    args = args_of(name)
    rng = np.random.default_rng(2)
    v = [rng.standard_normal(np.shape(a)) if np.ndim(a) else rng.standard_normal() for a in args]
    weights = np.array([1.0, -0.6, 0.3])
    loss = lambda *xs: np.sum(getattr(getattr(stats, name), method)(*xs) * weights)
    plain = lambda *xs: np.sum(getattr(getattr(scipy.stats, name), method)(*xs) * weights)
    along = lambda *xs: sum(np.sum(g * d) for g, d in zip(tracker.gradient(loss, *xs), v, strict=True))
    expected = slope(plain, args, v)
    assert along(*args) == pytest.approx(expected, rel=1e-6, abs=1e-8)
    assert tracker.pushforward(loss, tuple(args), tuple(v))[1] == pytest.approx(expected, rel=1e-6, abs=1e-8)
    second = tracker.pushforward(along, tuple(args), tuple(v))[1]
    assert second == pytest.approx(slope(along, args, v), rel=1e-6, abs=1e-7)


@pytest.mark.parametrize("name", ["expon", "gamma", "beta", "lognorm", "weibull_min", "levy", "pareto"])
def test_outside_the_support_the_density_is_zero_with_gradient_zero(name):
    _, *rest = args_of(name)
    f = lambda *xs: getattr(stats, name).logpdf(*xs)
    assert f(-3.0, *rest) == -np.inf
    assert all(g == 0 for g in tracker.gradient(f, -3.0, *rest, check_finite=False))


@pytest.mark.parametrize("method", ["logpmf", "pmf", "cdf", "sf", "logcdf", "logsf"])
@pytest.mark.parametrize("name", discrete.__all__)
def test_discrete_value_is_scipys(name, method):
    k = np.array([-1.0, 0.0, 1.0, 2.0, 2.5, 6.0, 7.0])
    with np.errstate(all="ignore"):
        ours = getattr(getattr(stats, name), method)(k, *DISCRETE[name])
        theirs = getattr(getattr(scipy.stats, name), method)(k, *DISCRETE[name])
    np.testing.assert_allclose(ours, theirs, rtol=1e-9, atol=1e-14)


@pytest.mark.parametrize("method", ["logpmf", "cdf", "sf"])
@pytest.mark.parametrize("name", discrete.__all__)
def test_discrete_derivative_by_the_last_shape_agrees_with_differences(name, method):
    *fixed, p = DISCRETE[name]
    k = np.array([0.0, 1.0]) if name == "bernoulli" else np.array([1.0, 2.0, 4.0])
    loss = lambda p: np.sum(getattr(getattr(stats, name), method)(k, *fixed, p) * np.arange(1.0, k.size + 1))
    plain = lambda p: np.sum(getattr(getattr(scipy.stats, name), method)(k, *fixed, p) * np.arange(1.0, k.size + 1))
    assert tracker.gradient(loss, p)[0] == pytest.approx(slope(plain, [p], [1.0]), rel=1e-6)


A = np.random.default_rng(4).standard_normal((3, 3))
SPD, OTHER = A @ A.T + np.eye(3), A.T @ A + 2 * np.eye(3)
MULTIVARIATE = [
    ("multivariate_normal", (A, A[0], SPD)),
    ("dirichlet", (np.array([0.2, 0.3, 0.5]), np.array([1.5, 2.0, 0.7]))),
    ("wishart", (SPD, 5.5, OTHER)),
]


@pytest.mark.parametrize(("name", "args"), MULTIVARIATE, ids=[name for name, _ in MULTIVARIATE])
def test_multivariate_density_is_scipys(name, args):
    for method in ("logpdf", "pdf"):
        theirs = getattr(getattr(scipy.stats, name), method)(*args)
        np.testing.assert_allclose(getattr(getattr(stats, name), method)(*args), theirs, rtol=1e-11)


@pytest.mark.parametrize(("name", "args"), MULTIVARIATE, ids=[name for name, _ in MULTIVARIATE])
def test_multivariate_derivatives_agree_with_differences(name, args):
    loss = lambda *xs: np.sum(getattr(stats, name).logpdf(*xs))
    plain = lambda *xs: np.sum(getattr(scipy.stats, name).logpdf(*xs))
    v = [np.array([0.1, -0.3, 0.2]) if np.ndim(x) == 1 else (x @ x.T) / 9 if np.ndim(x) else 1.0 for x in args]
    g = tracker.gradient(loss, *args)
    found = sum(np.sum(a * b) for a, b in zip(g, v, strict=True))
    assert found == pytest.approx(slope(plain, list(args), v), rel=1e-6)


def test_at_least_thirty_distributions():
    assert len(continuous.__all__) + len(discrete.__all__) >= 30


def test_keywords_as_in_scipy_and_mistakes_named():
    assert stats.gamma.logpdf(1.0, a=2.0, scale=3.0) == scipy.stats.gamma.logpdf(1.0, a=2.0, scale=3.0)
    with pytest.raises(TypeError, match="shape parameters a"):
        stats.gamma.logpdf(1.0)
    with pytest.raises(TypeError, match="rate"):
        stats.gamma.logpdf(1.0, 2.0, rate=3.0)
    assert np.isnan(stats.norm.logpdf(0.0, 0.0, -1.0))
