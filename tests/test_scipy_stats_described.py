"""tracker.scipy.stats: trimmed summaries, k-statistics, quantiles, and tests of shape, means, variances and counts."""

import inspect

import numpy as np
import pytest
import scipy.stats

import tracker
from tests.scipy_derivatives import assert_derivatives
from tracker.scipy import stats

RNG = np.random.default_rng(12)
A = RNG.uniform(0.5, 2.0, (4, 5))
APART = 0.5 + 0.1 * RNG.permutation(20).reshape(4, 5)  # limits are between these
LONG = RNG.standard_normal((2, 21))
COUNTS, EXPECTED = np.array([16.0, 21.0, 24.5, 9.0]), np.array([20.0, 17.5, 25.0, 8.0])
GROUPS = (RNG.standard_normal(6), RNG.standard_normal(5) + 0.3, 1.2 * RNG.standard_normal(7))


def both(name):
    return getattr(stats, name), getattr(scipy.stats, name)


def check(name, *xs, exact=True, order=2, **options):
    make = lambda f: lambda *xs: f(*xs, **options)
    assert_derivatives(make, *both(name), *xs, exact=exact, order=order)


@pytest.mark.parametrize("name", ["tmean", "tvar", "tstd", "tsem"])
@pytest.mark.parametrize("limits", [None, (0.85, 1.95), (None, 1.75), (0.95, None)])
def test_summaries_within_limits(name, limits):
    check(name, APART, limits=limits, axis=None)
    check(name, APART, limits=limits, axis=1, inclusive=(False, True), keepdims=True)


def test_extremes_within_limits():
    check("tmin", APART)
    check("tmin", APART, lowerlimit=0.85, axis=None)
    check("tmax", APART, axis=1)
    check("tmax", APART, upperlimit=1.65, axis=None, inclusive=False)


@pytest.mark.parametrize("n", [1, 2, 3, 4])
def test_k_statistics(n):
    check("kstat", A, n=n)
    check("kstat", A, n=n, axis=0)
    if n < 3:
        check("kstatvar", A, n=n)
        check("kstatvar", A, n=n, axis=1)


def test_quantiles():
    for method in ("linear", "hazen", "median_unbiased"):
        check("quantile", A[0], p=0.3, method=method, order=1)
    check("quantile", A[0], p=[0.2, 0.7], order=1)
    check("quantile", A, p=0.35, axis=1, order=1)
    for method in ("fraction", "lower", "higher"):
        check("scoreatpercentile", A, per=35, interpolation_method=method, order=1)
    check("scoreatpercentile", A[0], per=[20, 70], limit=(0.6, 1.9), order=1)


@pytest.mark.parametrize("field", ["mean", "variance", "skewness", "kurtosis"])
@pytest.mark.parametrize("options", [{}, {"axis": 1, "ddof": 0, "bias": False}, {"axis": None}])
def test_describe(field, options):
    make = lambda f: lambda a: getattr(f(a, **options), field)
    assert_derivatives(make, *both("describe"), A, exact=False)


def test_describe_has_scipys_fields():
    ours, theirs = stats.describe(tracker.param(A)), scipy.stats.describe(A)
    assert ours._fields == theirs._fields
    assert ours.nobs == theirs.nobs
    for mine, plain in zip(ours.minmax, theirs.minmax, strict=True):
        np.testing.assert_array_equal(mine.data, plain)


@pytest.mark.parametrize("field", ["mean_direction", "mean_resultant_length"])
@pytest.mark.parametrize("options", [{}, {"normalize": False}, {"axis": 1}])
def test_directions(field, options):
    x = RNG.standard_normal((5, 4, 3)) + 1.5
    make = lambda f: lambda a: getattr(f(a, **options), field)
    assert_derivatives(make, *both("directional_stats"), x)


def test_transform_of_variances_and_correlation_with_flags():
    takes_matrices = "nan_policy" in inspect.signature(scipy.stats.obrientransform).parameters
    for xs in [A[:2], *([A.reshape(2, 2, 5)] if takes_matrices else [])]:
        for k in (0, 1):
            assert_derivatives(lambda f, k=k: lambda a, b: f(a, b)[k], *both("obrientransform"), *xs)
    flags = np.array([1, 0, 1, 1, 0])
    for field in ("statistic", "pvalue"):
        make = lambda f, field=field: lambda y: getattr(f(flags, y), field)
        assert_derivatives(make, *both("pointbiserialr"), A[0])


SIDES = ("two-sided", "less", "greater")
TESTS = {
    **{f"skewtest {s}": ("skewtest", (LONG[0],), {"alternative": s}) for s in SIDES},
    **{f"kurtosistest {s}": ("kurtosistest", (LONG[0],), {"alternative": s}) for s in SIDES},
    "skewtest by axis": ("skewtest", (LONG,), {"axis": 1, "keepdims": True}),
    "kurtosistest by axis": ("kurtosistest", (LONG,), {"axis": 1}),
    "normaltest": ("normaltest", (LONG,), {"axis": None}),
    "jarque_bera": ("jarque_bera", (LONG,), {}),
    "jarque_bera by axis": ("jarque_bera", (LONG,), {"axis": 1}),
    "f_oneway": ("f_oneway", GROUPS, {}),
    "f_oneway by axis": ("f_oneway", (A, A[:, :3] + 0.3), {"axis": 1}),
    "bartlett": ("bartlett", GROUPS, {}),
    "bartlett by axis": ("bartlett", (A, 1.5 * A[:, :3]), {"axis": 1}),
    "chisquare": ("chisquare", (COUNTS,), {"ddof": 1}),
    "chisquare of both": ("chisquare", (COUNTS, EXPECTED), {"sum_check": False}),
    **{f"power_divergence {p}": ("power_divergence", (COUNTS,), {"lambda_": p})
       for p in (None, "log-likelihood", "freeman-tukey", "mod-log-likelihood", "neyman", "cressie-read", 0.4)},
    "ttest_ind_from_stats": ("ttest_ind_from_stats", (0.3, 1.1, 0.9, 1.4), {}),
}  # fmt: skip


@pytest.mark.parametrize("field", ["statistic", "pvalue"])
@pytest.mark.parametrize("test", TESTS)
def test_statistics_and_p_values(test, field):
    name, xs, options = TESTS[test]
    if name == "ttest_ind_from_stats":
        make = lambda f: lambda m, s, n, t: getattr(f(m, s, 9, n, t, 12), field)
    else:
        make = lambda f: lambda *xs: getattr(f(*xs, **options), field)
    assert_derivatives(make, *both(name), *xs)


@pytest.mark.parametrize("alternative", SIDES)
def test_welch_by_means_and_deviations(alternative):
    for field in ("statistic", "pvalue"):
        make = lambda f, field=field: lambda m, s, n, t: getattr(f(m, s, 9, n, t, 12, False, alternative), field)
        assert_derivatives(make, *both("ttest_ind_from_stats"), 0.3, 1.1, 0.9, 1.4)


def test_results_unpack_as_scipys():
    statistic, pvalue = stats.f_oneway(tracker.param(GROUPS[0]), GROUPS[1])
    assert (statistic.data, pvalue.data) == tuple(scipy.stats.f_oneway(*GROUPS[:2]))


def test_what_has_no_derivative_is_refused():
    with pytest.raises(NotImplementedError, match="equal_var"):
        stats.f_oneway(tracker.param(GROUPS[0]), GROUPS[1], equal_var=False)
    with pytest.raises(NotImplementedError, match="ranks, counts or draws"):
        stats.kruskal(tracker.param(GROUPS[0]), GROUPS[1])
    with pytest.raises(NotImplementedError, match="ranks, counts or draws"):
        stats.spearmanr(tracker.param(A[0]), A[1])
