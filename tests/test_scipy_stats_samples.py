"""tracker.scipy.stats of data: SciPy's values and errors, derivatives in both modes and to second order."""

import types

import numpy as np
import pytest
import scipy.stats

import tracker
from tests.scipy_derivatives import assert_derivatives
from tracker.errors import NoRuleError, NotDifferentiableError
from tracker.scipy import stats
from tracker.scipy.stats.refused import REASONS

RNG = np.random.default_rng(11)
A = RNG.uniform(0.5, 2.0, (4, 5))
V, W = RNG.uniform(0.5, 2.0, 7), RNG.uniform(0.5, 2.0, 7)
X, Y = RNG.standard_normal(7), RNG.standard_normal(7)
EARLY, LATE = np.array([0.1, 2.3, 1.2, 0.5, 1.9]), np.array([0.8, 2.9, 1.5, 0.3])  # no ties within a difference


def case(name, *xs, **options):
    """scipy.stats' function of this name, differentiated by all arguments, with options."""
    return pytest.param(name, xs, options, id=f"{name}{options or ''}".replace("<function ", "").split(" at")[0])


CASES = [
    *[case(f, 3 * A, **axis) for f in ("skew", "kurtosis", "sem", "variation", "gmean", "hmean", "gstd")
      for axis in ({}, {"axis": 1, "keepdims": True}, {"axis": None})],
    *[case(f, A) for f in ("zscore", "gzscore")],
    case("zscore", A, axis=1, ddof=1),
    case("zmap", V, W),
    case("zmap", A, A[:2] + 0.3, axis=0),
    *[case(f, A, bias=False) for f in ("skew", "kurtosis")],
    case("kurtosis", A, fisher=False),
    *[case("moment", A, order=k) for k in (2, 3, 4)],
    case("moment", A, order=[2, 3]),
    case("moment", V, order=3, center=0.4),
    case("sem", A, ddof=0),
    case("variation", A, ddof=1),
    *[case(f, V, weights=W) for f in ("gmean", "hmean")],
    *[case("pmean", A, p=p) for p in (-1.5, 0, 2.0)],
    case("pmean", V, p=3.0, weights=W),
    *[case("iqr", V, **o) for o in ({}, {"rng": (10, 60)}, {"scale": "normal"})],
    case("iqr", A, axis=0),
    *[case("median_abs_deviation", V, **o) for o in ({}, {"scale": "normal"}, {"center": np.mean})],
    case("median_abs_deviation", A, axis=None),
    *[case("trim_mean", A, proportiontocut=0.3, axis=axis) for axis in (0, 1, None)],
    *[case(f, A, **axis) for f in ("circmean", "circvar", "circstd") for axis in ({}, {"axis": 1})],
    case("circmean", V, high=3.0, low=-1.0),
    case("circstd", V, high=3.0, low=-1.0),
    case("circstd", V, normalize=True),
    case("entropy", V),
    case("entropy", V, W),
    case("entropy", A, axis=1, base=2),
    *[case(f, EARLY, LATE) for f in ("wasserstein_distance", "energy_distance")],
    *[case(f, EARLY, LATE, V[:5], W[:4]) for f in ("wasserstein_distance", "energy_distance")],
    *[case("boxcox", V, 0.7), case("yeojohnson", X, 0.7), case("yeojohnson", X, 1.6)],
    *[case(f, 0.7, V) for f in ("boxcox_llf", "yeojohnson_llf")],
    case("yeojohnson_llf", 0.4, X),
    case("boxcox_llf", 0.7, A, axis=1),
]  # fmt: skip


@pytest.mark.parametrize(("name", "xs", "options"), CASES)
def test_value_and_derivatives_are_scipys(name, xs, options):
    assert_derivatives(lambda f: lambda *xs: f(*xs, **options), *both(name), *xs)


def both(name):
    return getattr(stats, name), getattr(scipy.stats, name)


@pytest.mark.parametrize("name", ["gmean", "hmean"])
def test_means_differentiate_by_their_weights(name):
    make = lambda f: lambda a, w: f(a, weights=w)
    assert_derivatives(make, *both(name), V, W)
    assert_derivatives(make, *both(name), A, A.T[:1].T + 0 * A)


@pytest.mark.parametrize("alternative", ["two-sided", "less", "greater"])
@pytest.mark.parametrize("field", ["statistic", "pvalue"])
def test_correlation_and_its_p_value(field, alternative):
    make = lambda f: lambda x, y: getattr(f(x, y, alternative=alternative), field)
    assert_derivatives(make, *both("pearsonr"), X, Y)


@pytest.mark.parametrize("alternative", ["two-sided", "less", "greater"])
@pytest.mark.parametrize("field", ["slope", "intercept", "rvalue", "pvalue", "stderr", "intercept_stderr"])
def test_regression(field, alternative):
    make = lambda f: lambda x, y: getattr(f(x, y, alternative=alternative), field)
    assert_derivatives(make, *both("linregress"), X, Y)


@pytest.mark.parametrize("alternative", ["two-sided", "less", "greater"])
@pytest.mark.parametrize("field", ["statistic", "pvalue"])
@pytest.mark.parametrize("name", ["ttest_1samp", "ttest_rel", "ttest_ind", "welch"])
def test_t_tests(name, field, alternative):
    options = {"alternative": alternative} | ({"equal_var": False} if name == "welch" else {})
    make = lambda f: lambda a, b: getattr(f(a, b, **options), field)
    xs = (X, 0.3) if name == "ttest_1samp" else (X, Y) if name == "ttest_rel" else (X, Y[:5] + 0.2)
    assert_derivatives(make, *both("ttest_ind" if name == "welch" else name), *xs)


def test_t_tests_along_axes_have_scipys_results():
    for name, b in (("ttest_1samp", 1.0), ("ttest_rel", A[::-1]), ("ttest_ind", A[:2])):
        ours, theirs = getattr(stats, name)(tracker.param(A), b), getattr(scipy.stats, name)(A, b)
        statistic, pvalue = ours
        np.testing.assert_array_equal(tracker.data(statistic), theirs.statistic)
        np.testing.assert_array_equal(tracker.data(pvalue), theirs.pvalue)
        np.testing.assert_array_equal(tracker.data(ours.df), theirs.df + 0 * theirs.statistic)
    make = lambda f: lambda a, b: f(a, b, axis=1, equal_var=False).statistic
    assert_derivatives(make, *both("ttest_ind"), A, A[:, :3] * 1.1)


def test_regression_unpacks_as_scipys():
    slope, intercept, r, p, error = stats.linregress(tracker.param(X), Y)
    assert [tracker.data(v) for v in (slope, intercept, r, p, error)] == list(scipy.stats.linregress(X, Y))
    assert stats.pearsonr([1.0, 2.0], [3.0, 5.0]).pvalue == 1.0


KERNELS = {
    "by points and data": (lambda f: lambda p, x: f(x).logpdf(p), (X[:3], Y)),
    "density": (lambda f: lambda p, x: f(x)(p), (X[:3], Y)),
    "silverman and weights": (lambda f: lambda p, x, w: f(x, "silverman", w).evaluate(p), (X[:3], Y, V)),
    "bandwidth": (lambda f: lambda p, x, h: f(x, h if tracker.is_tracked(h) else float(h)).pdf(p), (X[:3], Y, 0.4)),
    "two variables": (lambda f: lambda p, x, w: f(x, weights=w).logpdf(p), (A[:2, :3], A[2:], V[:5])),
    "one point": (lambda f: lambda p, x: f(x).logpdf(p), (3 * A[:2, 0], 3 * A[2:])),
    "box": (lambda f: lambda a, b, x: f(x).integrate_box_1d(a, b), (-0.3, 0.9, Y)),
    "covariance": (lambda f: lambda x: f(x).covariance, (A[2:],)),
}


@pytest.mark.parametrize("name", KERNELS)
def test_kernel_density(name):
    make, xs = KERNELS[name]
    assert_derivatives(make, stats.gaussian_kde, scipy.stats.gaussian_kde, *xs)


def test_kernel_density_has_scipys_numbers_and_errors():
    ours, theirs = stats.gaussian_kde(A, weights=V[:5]), scipy.stats.gaussian_kde(A, weights=V[:5])
    assert (ours.d, ours.n, ours.neff, ours.factor) == (theirs.d, theirs.n, theirs.neff, theirs.factor)
    np.testing.assert_array_equal(ours.resample(3, 1), theirs.resample(3, 1))
    for wrong in (([1.0],), (V, "wide"), (V, None, W[:3])):
        with pytest.raises(Exception) as expected:
            scipy.stats.gaussian_kde(*wrong)
        with pytest.raises(type(expected.value)):
            stats.gaussian_kde(*wrong)
    with pytest.raises(ValueError):
        stats.gaussian_kde(A)(np.zeros((3, 2)))
    with pytest.raises(NoRuleError, match="resample"):
        stats.gaussian_kde(tracker.param(V)).resample(3)
    with pytest.raises(NoRuleError, match="bandwidth"):
        stats.gaussian_kde(V, lambda kde: 0.3)


WRONG = [
    ("zscore", ("a",), {}),
    ("skew", (V,), {"axis": 3}),
    ("gmean", (V,), {"weights": W[:3]}),
    ("pearsonr", (V, W[:3]), {}),
    ("linregress", (V, W[:3]), {}),
    ("linregress", (np.ones(4), V[:4]), {}),
    ("wasserstein_distance", (V, []), {}),
    ("wasserstein_distance", (V, W, -V), {}),
    ("moment", (V,), {"order": 1.5}),
    ("iqr", (V,), {"rng": (10, 200)}),
    ("trim_mean", (V, 0.6), {}),
    ("kurtosis", (V,), {"nan_policy": "sometimes"}),
    ("entropy", (V, W[:3]), {}),
    ("entropy", (V,), {"base": -1.0}),
]


@pytest.mark.parametrize(("name", "args", "options"), WRONG)
def test_what_scipy_rejects_is_rejected_with_the_same_exception(name, args, options):
    ours, theirs = both(name)
    with pytest.raises(Exception) as expected:
        theirs(*args, **options)
    for given in (args, [tracker.param(a) if isinstance(a, np.ndarray) else a for a in args]):
        with pytest.raises(type(expected.value)):
            ours(*given, **options)


def test_nans_are_propagated_and_leaving_them_out_is_refused():
    x = np.array([1.0, np.nan, 3.0, 4.0])
    assert np.isnan(stats.zscore(x)).all()
    with pytest.raises(NoRuleError, match=r"nan_policy='omit'"):
        stats.skew(tracker.param(x), nan_policy="omit")
    y = tracker.data(stats.skew(tracker.param(V), nan_policy="omit"))
    assert y == scipy.stats.skew(V, nan_policy="omit")


def test_powers_that_are_searched_for_are_refused_by_name():
    for f in (stats.boxcox, stats.yeojohnson):
        with pytest.raises(NoRuleError, match=rf"{f.__name__} without lmbda"):
            f(tracker.param(V))
        np.testing.assert_array_equal(f(V)[0], getattr(scipy.stats, f.__name__)(V)[0])


def test_lists_of_tracked_numbers_are_data_and_float32_gradients_are_float32():
    g = tracker.gradient(lambda a, b: stats.gmean([a, b]), 1.0, 4.0)
    assert g == (1.0, 0.25)
    assert tracker.grad(lambda x: np.sum(stats.zscore(x) ** 3))(np.float32(V)).dtype == np.float32


COMPUTING = [n for n in scipy.stats.__all__ if not isinstance(getattr(scipy.stats, n), types.ModuleType | type)]


@pytest.mark.parametrize("name", scipy.stats.__all__)
def test_every_public_name_of_scipy_is_there_differentiated_or_refused_with_a_reason(name):
    ours = getattr(stats, name)
    if name in REASONS:
        assert ours.refusal == REASONS[name]
        assert name not in stats.__all__
    elif name in COMPUTING:
        assert name in stats.__all__
    else:
        assert name in stats.__all__ or ours is getattr(scipy.stats, name)


def test_refused_functions_and_distributions_work_on_plain_values_and_name_the_reason():
    assert stats.spearmanr(X, Y).statistic == scipy.stats.spearmanr(X, Y).statistic
    assert stats.nct.logpdf(1.0, 3.0, 0.5) == scipy.stats.nct.logpdf(1.0, 3.0, 0.5)
    with pytest.raises(NotDifferentiableError, match=r"scipy\.stats\.spearmanr .*ranks"):
        stats.spearmanr(tracker.param(X), Y)
    with pytest.raises(NotDifferentiableError, match=r"scipy\.stats\.nct\.logpdf .*series"):
        stats.nct.logpdf(tracker.param(1.0), 3.0, 0.5)
    with pytest.raises(NotDifferentiableError, match=r"scipy\.stats\.hypergeom .*whole"):
        stats.hypergeom(tracker.param(3.0), 2, 1)
    with pytest.raises(AttributeError, match="normal"):
        stats.normal  # noqa: B018


HINTS = {
    "norm.logpdf": lambda x: scipy.stats.norm.logpdf(x),
    "gamma.cdf": lambda x: scipy.stats.gamma(2.0, x).cdf(1.0),
    "poisson.logpmf": lambda x: scipy.stats.poisson.logpmf(2, x),
    "multivariate_normal.logpdf": lambda x: scipy.stats.multivariate_normal.logpdf(x, np.zeros(7)),
    "skew": scipy.stats.skew,
    "zscore": scipy.stats.zscore,
    "linregress": lambda x: scipy.stats.linregress(x, X),
    "gaussian_kde": scipy.stats.gaussian_kde,
    "gaussian_kde.evaluate": lambda x: scipy.stats.gaussian_kde(X)(x),
}


@pytest.mark.parametrize("name", HINTS)
def test_plain_calls_name_their_counterpart(name):
    with pytest.raises(TypeError, match=rf"Call tracker\.scipy\.stats\.{name} instead of scipy\.stats\.{name}\."):
        HINTS[name](tracker.param(V))


def test_plain_calls_of_what_is_refused_name_the_reason():
    with pytest.raises(TypeError, match=r"scipy\.stats\.spearmanr has no derivative: it ranks"):
        scipy.stats.spearmanr(tracker.param(X), Y)
    with pytest.raises(TypeError, match=r"scipy\.stats\.nct\.pdf has no derivative: SciPy computes"):
        scipy.stats.nct.pdf(tracker.param(X), 2.0, 1.0)
    with pytest.raises(TypeError, match=r"scipy\.stats\.norm\.fit has no derivative: it is a search"):
        scipy.stats.norm.fit(tracker.param(X))


@pytest.mark.parametrize("name", ["gmean", "hmean", "median_abs_deviation", "moment", "variation", "entropy"])
@pytest.mark.filterwarnings("ignore:Precision loss:RuntimeWarning")
def test_a_number_is_data_of_one_entry(name):
    y, back = tracker.pullback(getattr(stats, name), 2.0)
    assert y == getattr(scipy.stats, name)(2.0)
    assert back(1.0)[0] == pytest.approx(1.0 if name in ("gmean", "hmean") else 0.0)


@pytest.mark.parametrize("name", ["ttest_1samp", "ttest_rel", "ttest_ind"])
def test_tests_keep_reduced_axes(name):
    b = 1.0 if name == "ttest_1samp" else A[::-1] + 0.1
    make = lambda f: lambda a: f(a, b, axis=1, keepdims=True).pvalue
    assert_derivatives(make, *both(name), A, exact=False)


@pytest.mark.parametrize("name", ["boxcox_llf", "yeojohnson_llf"])
def test_log_likelihoods_of_transforms_keep_reduced_axes(name):
    assert_derivatives(lambda f: lambda x: f(0.7, x, axis=1, keepdims=True), *both(name), A, exact=False)
    assert np.isnan(getattr(stats, name)(0.7, tracker.param([1.0, np.nan]), nan_policy="propagate"))


@pytest.mark.parametrize("keepdims", [True, False])
def test_linregress_along_an_axis(keepdims):
    make = lambda f: lambda x, y: f(x, y, axis=1, keepdims=keepdims).stderr
    assert_derivatives(make, *both("linregress"), A, A[::-1] ** 2, exact=False)


def test_p_values_that_are_drawn_are_refused_if_tracked():
    how = scipy.stats.PermutationMethod(n_resamples=9, rng=np.random.default_rng(0))
    for f in (stats.pearsonr, stats.ttest_ind):
        with pytest.raises(NotImplementedError, match="method="):
            f(tracker.param(X), Y, method=how)
        assert f(X, Y, method=how).pvalue <= 1
    assert stats.ttest_ind(X, Y, trim=0.2) == scipy.stats.ttest_ind(X, Y, trim=0.2)


def test_tests_of_plain_data_give_scipys_own_results():
    one, two = (np.append(X, Y**2),), (X, Y)
    for name, data in (("skewtest", one), ("f_oneway", two), ("ttest_ind", two), ("pearsonr", two)):
        ours, theirs = (getattr(m, name)(*data) for m in (stats, scipy.stats))
        assert type(ours) is type(theirs)
        assert ours == theirs
    assert stats.ttest_ind(X, Y).confidence_interval(0.9) == scipy.stats.ttest_ind(X, Y).confidence_interval(0.9)


@pytest.mark.filterwarnings("ignore:One or more sample arguments is too small")
@pytest.mark.parametrize("name", ["skewtest", "normaltest"])
def test_samples_that_are_too_small_give_nan(name):
    value, (gradient,) = tracker.withgradient(lambda a: getattr(stats, name)(a).pvalue, V[:4], check_finite=False)
    assert np.isnan(value)
    assert np.all(np.isnan(gradient))


def test_tracked_settings_are_refused_by_name():
    for call in (lambda s: stats.pmean(X**2, s), lambda s: stats.circmean(X, s), lambda s: stats.circvar(X, low=s)):
        with pytest.raises(NotImplementedError, match="is not differentiated by"):
            call(tracker.param(1.5))
