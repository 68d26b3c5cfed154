"""tracker.scipy.stats, continuous: SciPy's values; derivatives by value and all parameters against differences."""

import warnings

import mpmath
import numpy as np
import pytest
import scipy.stats

import tracker
from tests.distributions import CONTINUOUS, shapes_of
from tests.test_rules import slope
from tracker.errors import NoRuleError
from tracker.scipy import stats
from tracker.scipy.stats.moments import MOMENTS

METHODS = ("logpdf", "pdf", "cdf", "sf", "logcdf", "logsf", "ppf", "isf")
DENSITIES_ONLY = ("genhyperbolic", "geninvgauss", "norminvgauss")
BY_ORDER = ("genhyperbolic", "geninvgauss")  # the first shape is the order of a Bessel function
PAIRS = [(n, m) for n in CONTINUOUS for m in METHODS if n not in DENSITIES_ONLY or "pdf" in m]
Q = np.array([0.04, 0.37, 0.72])
LOC, SCALE = 0.4, 1.5


def args_of(name, method="logpdf"):
    shapes = shapes_of(name)
    q = 0.3 + 0.4 * Q if name == "arcsine" else Q  # steep at its ends: differences are taken further inside
    x = q if method in ("ppf", "isf") else scipys(name).ppf(q, *shapes, LOC, SCALE)
    return [x, *shapes, LOC, SCALE]


def scipys(name):
    """SciPy's erlang warns of a shape that is moved by a difference; it is a gamma distribution."""
    return getattr(scipy.stats, "gamma" if name == "erlang" else name)


def both(name, method):
    return getattr(getattr(stats, name), method), getattr(scipys(name), method)


@pytest.mark.parametrize(("name", "method"), PAIRS)
def test_value_is_scipys_inside_and_outside_the_support(name, method):
    ours, theirs = both(name, method)
    x, *rest = args_of(name, method)
    x = np.concatenate([x, [0.0, 1.0, -0.1, 1.1, np.nan] if method in ("ppf", "isf") else [-7.0, 9.0, np.nan]])
    with np.errstate(all="ignore"):
        expected = theirs(x, *rest)
    if name == "moyal" and method == "logpdf":  # SciPy's is the logarithm of a density that underflows
        z = (x[3] - LOC) / SCALE
        expected[3] = -0.5 * (z + np.exp(-z)) - 0.5 * np.log(2 * np.pi) - np.log(SCALE)
    if name == "exponpow" and method == "logsf":  # of a tail that underflows
        expected[4] = -np.expm1(((x[4] - LOC) / SCALE) ** rest[0])
    if name == "pearson3" and method in ("ppf", "isf"):  # SciPy has the whole line for its support
        expected[3 if method == "ppf" else 4] = (
            scipy.stats.gamma.support((2 / rest[0]) ** 2)[0] - 2 / rest[0] * SCALE + LOC
        )
    # SciPy's own tails and quantiles, some found by iteration, are no better than this
    np.testing.assert_allclose(ours(x, *rest), expected, rtol=2e-11, atol=2e-13)


@pytest.mark.parametrize("name", CONTINUOUS)
def test_density_is_scipys_to_a_few_units_in_the_last_place(name):
    args = args_of(name)
    theirs = scipys(name).logpdf(*args)
    np.testing.assert_allclose(getattr(stats, name).logpdf(*args), theirs, rtol=1e-13, atol=1e-14)


def along(f, args, v):
    return sum(np.sum(g * d) for g, d in zip(tracker.gradient(f, *args), v, strict=True))


def directions(args, seed):
    rng = np.random.default_rng(seed)
    return [0.5 * rng.standard_normal(np.shape(a)) if np.ndim(a) else 0.5 * rng.standard_normal() for a in args]


def losses(name, method):
    """Ours and SciPy's, weighted and added up, and the arguments to differentiate by."""
    ours, theirs = both(name, method)
    args = args_of(name, method)
    weights = np.array([1.0, -0.6, 0.3])
    if name in BY_ORDER:
        order = args.pop(1)
        return (
            lambda x, *rest: np.sum(ours(x, order, *rest) * weights),
            lambda x, *rest: np.sum(theirs(x, order, *rest) * weights),
            args,
        )
    return lambda *xs: np.sum(ours(*xs) * weights), lambda *xs: np.sum(theirs(*xs) * weights), args


def step_of(args):
    """Directions in which six steps of 2e-3 don't leave the support or cross a kink."""
    v = directions(args, 2)
    if np.size(args[0]) and np.all((args[0] >= 0) & (args[0] <= 1)):
        v[0] = v[0] * np.minimum(args[0], 1 - args[0])
    return v


@pytest.mark.parametrize(("name", "method"), PAIRS)
def test_first_derivatives_agree_with_differences_of_scipys_in_both_modes(name, method):
    loss, plain, args = losses(name, method)
    v = step_of(args)
    expected = slope(plain, args, v)
    assert along(loss, args, v) == pytest.approx(expected, rel=2e-6, abs=1e-7)
    assert tracker.pushforward(loss, tuple(args), tuple(v))[1] == pytest.approx(expected, rel=2e-6, abs=1e-7)


@pytest.mark.parametrize(("name", "method"), [(n, m) for n, m in PAIRS if m in ("logpdf", "cdf", "logsf", "ppf")])
def test_second_derivatives_agree_with_differences_of_gradients(name, method):
    loss, _, args = losses(name, method)
    v = step_of(args)
    projected = lambda *xs: along(loss, xs, v)
    expected = slope(projected, args, v)
    assert tracker.pushforward(projected, tuple(args), tuple(v))[1] == pytest.approx(expected, rel=1e-6, abs=1e-6)
    assert along(projected, args, v) == pytest.approx(expected, rel=1e-6, abs=1e-6)


@pytest.mark.parametrize("name", CONTINUOUS)
def test_outside_of_the_support_the_density_is_zero_with_gradient_zero(name):
    shapes = shapes_of(name)
    low, high = scipys(name).support(*shapes)
    for z in (low - 0.3, high + 0.3):
        if np.isfinite(z):
            args = (z * SCALE + LOC, *shapes, LOC, SCALE)
            assert getattr(stats, name).logpdf(*args) == -np.inf
            assert getattr(stats, name).pdf(*args) == 0
            f = getattr(stats, name).logpdf
            if name in BY_ORDER:
                f, args = lambda x, *rest, f=f: f(x, shapes[0], *rest), (args[0], *args[2:])
            assert tracker.gradient(f, *args, check_finite=False) == (0.0,) * len(args)


@pytest.mark.parametrize("name", CONTINUOUS)
def test_values_at_the_ends_of_the_support_are_scipys(name):
    shapes = shapes_of(name)
    for end in scipys(name).support(*shapes):
        for method in ("pdf", "cdf", "sf") if name not in DENSITIES_ONLY else ("pdf",):
            ours, theirs = both(name, method)
            with np.errstate(all="ignore"):
                expected = theirs(end, *shapes)
            if np.isfinite(expected):  # SciPy has NaN for a density like z * log z at zero
                np.testing.assert_allclose(ours(end, *shapes), expected, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("name", CONTINUOUS)
def test_float32_is_kept_also_beside_python_numbers(name):
    x, *rest = args_of(name)
    for args in ([np.float32(x), *rest], [np.float32(x), *[np.float32(r) for r in rest]]):
        y, back = tracker.pullback(getattr(stats, name).logpdf, *args) if name not in BY_ORDER else (None, None)
        if y is None:
            y, back = tracker.pullback(lambda x, args=args: getattr(stats, name).logpdf(x, *args[1:]), args[0])
        assert y.dtype == np.float32
        assert back(np.ones(3, np.float32))[0].dtype == np.float32
        np.testing.assert_allclose(y, scipys(name).logpdf(x, *rest), rtol=2e-4, atol=2e-4)


@pytest.mark.parametrize("name", CONTINUOUS)
def test_parameters_broadcast(name):
    x, *rest = args_of(name)
    x = x[:, None]
    rest = [np.array([r, r * 1.01]) for r in rest]
    if name in BY_ORDER:
        f = lambda x, *more: getattr(stats, name).logpdf(x, rest[0], *more)
        args = [x, *rest[1:]]
    else:
        f, args = getattr(stats, name).logpdf, [x, *rest]
    y, back = tracker.pullback(f, *args)
    np.testing.assert_allclose(y, scipys(name).logpdf(x, *rest), rtol=1e-12)
    assert [g.shape for g in back(np.ones((3, 2)))] == [np.shape(a) for a in args]


@pytest.mark.parametrize("name", CONTINUOUS)
def test_frozen_distribution_gives_the_same(name):
    x, *rest = args_of(name)
    frozen = getattr(stats, name)(*rest)
    np.testing.assert_array_equal(frozen.logpdf(x), getattr(stats, name).logpdf(x, *rest))
    by_scale = tracker.gradient(lambda s: np.sum(getattr(stats, name)(*rest[:-1], scale=s).logpdf(x)), SCALE)[0]
    assert by_scale == tracker.gradient(lambda s: np.sum(getattr(stats, name).logpdf(x, *rest[:-1], s)), SCALE)[0]


@pytest.mark.parametrize("name", CONTINUOUS)
def test_parameters_that_are_nan_or_no_distributions_give_nan_as_in_scipy(name):
    x, *rest = args_of(name)
    for i in range(len(rest)):
        for wrong in (np.nan, -1.0, 0.0, np.inf):
            given = [*rest[:i], wrong, *rest[i + 1 :]]
            with np.errstate(all="ignore"), warnings.catch_warnings():
                warnings.simplefilter("ignore")
                theirs = scipys(name).logpdf(x, *given)
                ours = getattr(stats, name).logpdf(x, *given)
            if np.all(np.isnan(theirs)) and wrong != np.inf:
                assert np.all(np.isnan(ours)), (given, ours)
            elif np.all(np.isfinite(theirs)) and wrong != np.inf:
                np.testing.assert_allclose(ours, theirs, rtol=1e-10, atol=1e-12)
    by_scale = tracker.grad(lambda s: np.sum(getattr(stats, name).logpdf(x, *rest[:-1], s)), check_finite=False)(-1.0)
    assert np.isnan(by_scale)


MOMENT_CASES = [
    (n, k, m) for n in CONTINUOUS for k, m in enumerate(("mean", "var", "entropy")) if MOMENTS.get(n, (None,) * 3)[k]
]
LARGER = {"fisk": (5.4,), "invweibull": (5.4,)}  # SciPy's variance of smaller ones is no number or negative
INTEGRATED = ("halfgennorm", "levy", "levy_l", "rdist")  # by SciPy numerically


@pytest.mark.parametrize(("name", "k", "method"), MOMENT_CASES)
def test_moments_are_scipys_and_differentiated(name, k, method):
    ours, theirs = both(name, method)
    args = [*(LARGER.get(name) or shapes_of(name)), LOC, SCALE]
    expected = theirs(*args)
    assert ours(*args) == pytest.approx(expected, rel=1e-9 if name in INTEGRATED else 1e-12, nan_ok=True)
    if not np.isfinite(expected):
        return
    v = directions(args, 3)
    change = slope(ours, args, v)
    assert along(ours, args, v) == pytest.approx(change, rel=1e-6, abs=1e-8)
    assert tracker.pushforward(ours, tuple(args), tuple(v))[1] == pytest.approx(change, rel=1e-6, abs=1e-8)


@pytest.mark.parametrize("method", ["mean", "var"])
def test_moments_of_genextreme_are_smooth_through_zero(method):
    ours, theirs = both("genextreme", method)
    with mpmath.workdps(40):
        g = mpmath.gamma
        exact = {
            "mean": lambda c: (1 - g(1 + c)) / c,
            "var": lambda c: (g(1 + 2 * c) - g(1 + c) ** 2) / c**2,
        }[method]
        h = mpmath.mpf(10) ** -6
        first = float((exact(h) - exact(-h)) / (2 * h))
        second = float((exact(h) + exact(-h) - (exact(h / 2) + exact(-h / 2))) / (h * h * 3 / 4))
    assert ours(0.0) == pytest.approx(theirs(0.0), rel=1e-12)
    assert tracker.grad(ours)(0.0) == pytest.approx(first, rel=1e-9)
    assert tracker.hessian(ours, 0.0) == pytest.approx(second, rel=1e-6)
    np.testing.assert_allclose(ours(np.array([0.0, -0.3])), theirs(np.array([0.0, -0.3])), rtol=1e-12)


def test_standard_deviation_median_interval_and_support():
    d, s = stats.gamma(2.3, 0.4, 1.5), scipy.stats.gamma(2.3, 0.4, 1.5)
    assert d.std() == pytest.approx(s.std(), rel=1e-14)
    assert d.median() == pytest.approx(s.median(), rel=1e-14)
    assert d.interval(0.9) == pytest.approx(s.interval(0.9), rel=1e-13)
    assert d.support() == s.support()
    assert stats.gamma.nnlf((2.3, 0.4, 1.5), [1.0, 2.0]) == pytest.approx(
        scipy.stats.gamma.nnlf((2.3, 0.4, 1.5), np.array([1.0, 2.0])), rel=1e-14
    )


SAMPLED = [n for n in CONTINUOUS if n not in (*DENSITIES_ONLY, "wrapcauchy", "vonmises", "levy", "levy_l", "alpha")]


@pytest.mark.parametrize("name", SAMPLED)
def test_random_numbers_are_scipys_and_move_with_the_parameters(name):
    args = [*shapes_of(name), LOC, SCALE]
    draw = lambda *p: getattr(stats, name).rvs(*p, size=4, random_state=np.random.default_rng(7))
    z = draw(*args)
    theirs = scipys(name).rvs(*args, size=4, random_state=np.random.default_rng(7))
    np.testing.assert_allclose(z, theirs, rtol=1e-12)
    u = scipys(name).cdf(z, *args)
    weights = np.array([1.0, 0.5, -0.3, 0.2])
    moved = lambda *p: np.sum(weights * scipys(name).ppf(u, *p))  # a draw keeps its probability
    v = directions(args, 5)
    found = along(lambda *p: np.sum(weights * draw(*p)), args, v)
    assert found == pytest.approx(slope(moved, args, v), rel=1e-5, abs=1e-6)


def test_random_numbers_take_their_size_by_position_and_shapes_broadcast():
    assert stats.norm.rvs(0.0, 1.0, 5, random_state=1).shape == (5,)
    assert stats.norm(np.zeros(3), 1.0).rvs(random_state=1).shape == (3,)
    g = tracker.gradient(lambda m: np.sum(stats.norm.rvs(m, 2.0, random_state=3)), np.zeros(3))[0]
    np.testing.assert_array_equal(g, np.ones(3))


def test_noncentral_distributions_at_the_centre_differentiate_by_their_shift():
    x = np.array([0.7, 2.3])
    for method in ("logpdf", "cdf", "sf"):
        f = lambda nc, method=method: np.sum(getattr(stats.ncx2, method)(x, 3.2, nc))
        sided = lambda h, f=f: (-3 * f(0.0) + 4 * f(h) - f(2 * h)) / (2 * h)
        assert tracker.grad(f)(0.0) == pytest.approx(sided(1e-4), rel=1e-6)
        second = (2 * f(0.0) - 5 * f(1e-3) + 4 * f(2e-3) - f(3e-3)) / 1e-6
        assert tracker.hessian(f, 0.0) == pytest.approx(second, rel=1e-3)
    assert tracker.grad(lambda b: np.sum(stats.rice.logpdf(x, b)))(0.0) == pytest.approx(0.0, abs=1e-15)


@pytest.mark.parametrize(
    ("name", "shapes"), [("genextreme", (1.0,)), ("genhalflogistic", (1.0,)), ("kappa4", (1.0, 0.2))]
)
def test_densities_that_end_with_a_step_have_their_limit_there(name, shapes):
    low, high = getattr(stats, name).support(*shapes)
    end, inside = (high, high - 1e-9) if name != "kappa4" else (low, low + 1e-9)
    assert getattr(stats, name).logpdf(end, *shapes) == pytest.approx(
        getattr(stats, name).logpdf(inside, *shapes), abs=1e-8
    )


def exact(f, *args):
    with mpmath.workdps(60):
        return float(f(*[mpmath.mpf(a) for a in args]))


def gauss(x):
    return mpmath.exp(-x * x / 2) / mpmath.sqrt(2 * mpmath.pi)


TAILS = [
    ("norm", "logsf", 30.0, (), lambda x: mpmath.log(mpmath.erfc(x / mpmath.sqrt(2)) / 2)),
    ("logistic", "logcdf", -60.0, (), lambda x: -mpmath.log1p(mpmath.exp(-x))),
    ("gumbel_r", "sf", 40.0, (), lambda x: -mpmath.expm1(-mpmath.exp(-x))),
    ("genextreme", "sf", 12.0, (1e-9,), lambda x, c: -mpmath.expm1(-mpmath.exp(mpmath.log(1 - c * x) / c))),
    ("genpareto", "logsf", 1e3, (1e-7,), lambda x, c: -mpmath.log1p(c * x) / c),
    ("genpareto", "logpdf", 2.0, (1e-13,), lambda x, c: -(1 + c) * mpmath.log1p(c * x) / c),
    ("gamma", "logcdf", 90.0, (2.0,), lambda x, a: mpmath.log(mpmath.gammainc(a, 0, x, regularized=True))),
    ("gamma", "sf", 90.0, (2.0,), lambda x, a: mpmath.gammainc(a, x, mpmath.inf, regularized=True)),
    ("beta", "sf", 1 - 2.0**-40, (2.0, 3.0), lambda x, a, b: mpmath.betainc(a, b, x, 1, regularized=True)),
    ("skewnorm", "cdf", -4.0, (3.0,), lambda x, a: 2 * mpmath.quad(
        lambda t: gauss(t) * mpmath.ncdf(a * t), [-mpmath.inf, x - 3, x - 1, x])),
    ("skewnorm", "sf", 4.0, (-3.0,), lambda x, a: 2 * mpmath.quad(
        lambda t: gauss(t) * mpmath.ncdf(a * t), [x, x + 1, x + 3, mpmath.inf])),
    ("truncnorm", "logpdf", 31.0, (30.0, 32.0), lambda x, a, b: mpmath.log(
        gauss(x) / (mpmath.erfc(a / mpmath.sqrt(2)) - mpmath.erfc(b / mpmath.sqrt(2))) * 2)),
    ("truncnorm", "cdf", -31.0, (-32.0, -30.0), lambda x, a, b:
        (mpmath.ncdf(x) - mpmath.ncdf(a)) / (mpmath.ncdf(b) - mpmath.ncdf(a))),
    ("invgauss", "logsf", 200.0, (1.5,), lambda x, m: mpmath.log(
        mpmath.ncdf(-(x / m - 1) / mpmath.sqrt(x)) - mpmath.exp(2 / m) * mpmath.ncdf(-(x / m + 1) / mpmath.sqrt(x)))),
    ("cosine", "cdf", -3.14, (), lambda x: (mpmath.pi + x + mpmath.sin(x)) / (2 * mpmath.pi)),
    ("jf_skew_t", "logpdf", -1e6, (2.0, 3.0), lambda x, a, b: mpmath.log(
        (1 + x / mpmath.sqrt(a + b + x * x)) ** (a + 0.5) * (1 - x / mpmath.sqrt(a + b + x * x)) ** (b + 0.5)
        / (2 ** (a + b - 1) * mpmath.beta(a, b) * mpmath.sqrt(a + b)))),
    ("ncx2", "sf", 90.0, (3.0, 4.0), lambda x, df, nc: mpmath.nsum(
        lambda j: mpmath.exp(-nc / 2) * (nc / 2) ** j / mpmath.factorial(j)
        * mpmath.gammainc(df / 2 + j, x / 2, mpmath.inf, regularized=True), [0, 90])),
    ("exponweib", "logsf", 40.0, (2.0, 1.0), lambda x, a, c: mpmath.log(1 - (1 - mpmath.exp(-x)) ** a)),
    ("ncf", "sf", 60.0, (3.0, 9.0, 4.0), lambda x, n, d, nc: mpmath.nsum(
        lambda j: mpmath.exp(-nc / 2) * (nc / 2) ** j / mpmath.factorial(j)
        * mpmath.betainc(n / 2 + j, d / 2, n * x / (n * x + d), 1, regularized=True), [0, 90])),
    ("arcsine", "sf", 1 - 2.0**-40, (), lambda x: 2 / mpmath.pi * mpmath.asin(mpmath.sqrt(1 - x))),
]  # fmt: skip


@pytest.mark.parametrize(("name", "method", "x", "shapes", "formula"), TAILS)
def test_tails_agree_with_mpmath(name, method, x, shapes, formula):
    assert getattr(getattr(stats, name), method)(x, *shapes) == pytest.approx(exact(formula, x, *shapes), rel=2e-12)


@pytest.mark.parametrize(
    ("name", "shape", "limit"),
    [
        ("genextreme", 0.0, "gumbel_r"),
        ("genpareto", 0.0, "expon"),
        ("pearson3", 0.0, "norm"),
        ("vonmises_line", 0.0, ""),
    ],
)
def test_a_shape_of_zero_is_the_limit(name, shape, limit):
    x = np.array([0.3, 1.1])
    expected = getattr(scipy.stats, limit).logpdf(x) if limit else np.full(2, -np.log(2 * np.pi))
    np.testing.assert_allclose(getattr(stats, name).logpdf(x, shape), expected, rtol=1e-14)
    by_shape = tracker.gradient(lambda c: np.sum(getattr(stats, name).logpdf(x, c)), shape)[0]
    near = lambda c: np.sum(getattr(scipy.stats, name).logpdf(x, c))
    h = 4e-2 if name == "pearson3" else 2e-4  # SciPy's rounding grows as the inverse square of the skew
    sided = sum(w * near(k * h) for k, w in enumerate((-25, 48, -36, 16, -3))) / (12 * h)
    assert by_shape == pytest.approx(sided, rel=1e-5, abs=1e-5)


@pytest.mark.parametrize("method", ["logpdf", "cdf", "sf"])
def test_pearson3_is_smooth_through_a_skew_of_zero(method):
    x = np.array([-1.3, 0.2, 2.1])
    f = lambda s: np.sum(getattr(stats.pearson3, method)(x, s) * np.array([1.0, 0.7, -0.4]))
    plain = lambda s: np.sum(getattr(scipy.stats.pearson3, method)(x, s) * np.array([1.0, 0.7, -0.4]))
    h = 0.05
    first = (8 * (plain(h) - plain(-h)) - (plain(2 * h) - plain(-2 * h))) / (12 * h)
    second = (16 * (plain(h) + plain(-h)) - (plain(2 * h) + plain(-2 * h)) - 30 * plain(0.0)) / (12 * h * h)
    assert tracker.grad(f)(0.0) == pytest.approx(first, rel=1e-3, abs=1e-5)
    assert tracker.hessian(f, 0.0) == pytest.approx(second, rel=1e-3, abs=1e-4)
    assert f(0.99e-4) == pytest.approx(f(1.01e-4), rel=1e-5)


def test_distribution_functions_that_scipy_integrates_are_refused_by_name():
    for name in DENSITIES_ONLY:
        with pytest.raises(NoRuleError, match=f"stats.{name}"):
            getattr(stats, name).cdf(tracker.param(1.0), *shapes_of(name))
    with pytest.raises(NoRuleError, match=r"kve .*order"):
        tracker.gradient(stats.geninvgauss.logpdf, 1.0, 0.7, 1.7)


def test_mean_without_a_formula_is_refused_by_name():
    with pytest.raises(NoRuleError, match=r"stats\.argus .*mean"):
        stats.argus.mean(tracker.param(1.0))
    assert stats.argus.mean(1.0) == scipy.stats.argus.mean(1.0)


def test_t_of_infinitely_many_degrees_of_freedom_is_the_normal():
    df = np.array([3.0, np.inf])
    for method in ("logpdf", "cdf", "sf", "ppf"):
        ours, theirs = both("t", method)
        np.testing.assert_allclose(ours(0.3, df), theirs(0.3, df), rtol=1e-12)
    assert tracker.grad(lambda x: stats.t.logpdf(x, np.inf))(0.7) == pytest.approx(-0.7)


def test_keywords_as_in_scipy_and_mistakes_named():
    assert stats.gamma.logpdf(1.0, a=2.0, scale=3.0) == scipy.stats.gamma.logpdf(1.0, a=2.0, scale=3.0)
    with pytest.raises(TypeError, match="shape parameters a"):
        stats.gamma.logpdf(1.0)
    with pytest.raises(TypeError, match="rate"):
        stats.gamma.logpdf(1.0, 2.0, rate=3.0)
    assert np.isnan(stats.norm.logpdf(0.0, 0.0, -1.0))
    assert np.isnan(stats.norm.logpdf(0.0, 0.0, 0.0))


@pytest.mark.parametrize("name", CONTINUOUS)
def test_results_are_numpys_numbers_or_arrays_and_lists_integers_and_nothing_are_taken(name):
    shapes = shapes_of(name)
    for method in METHODS if name not in DENSITIES_ONLY else METHODS[:2]:
        f = getattr(getattr(stats, name), method)
        assert isinstance(f(0.5, *shapes), np.floating)
        assert f([0.5, 0.7], *shapes).shape == (2,)
        assert f(np.zeros(0), *shapes).shape == (0,)
        assert tracker.grad(lambda x, f=f: np.sum(f(x, *shapes)))(np.zeros((2, 0))).shape == (2, 0)
        np.testing.assert_array_equal(f(np.array([1, 2]), *shapes), f(np.array([1.0, 2.0]), *shapes))
    with pytest.raises(TypeError, match=f"{name} takes real numbers"):
        getattr(stats, name).logpdf(1 + 1j, *shapes)


WRONG = [
    ("text", "norm", ("a",)),
    ("nothing", "norm", (None,)),
    ("shapes that don't fit", "norm", (np.zeros(2), np.zeros(3))),
    ("too many parameters", "norm", (0.0, 1.0, 2.0, 3.0)),
    ("too few", "gamma", (1.0,)),
    ("a dict", "norm", ({},)),
    ("text as a parameter", "norm", (1.0, "a")),
    ("ragged lists", "norm", ([[1.0], [1.0, 2.0]],)),
]


@pytest.mark.parametrize(("name", "args"), [w[1:] for w in WRONG], ids=[w[0] for w in WRONG])
@pytest.mark.parametrize("method", ["logpdf", "cdf", "ppf"])
def test_what_scipy_rejects_is_rejected_with_the_same_exception(name, args, method):
    ours, theirs = both(name, method)
    with pytest.raises((TypeError, ValueError)) as expected:
        theirs(*args)
    kind = TypeError if isinstance(expected.value, TypeError) else ValueError
    with pytest.raises(kind):
        ours(*args)


def test_most_of_scipys_continuous_distributions_are_there():
    everything = [n for n in scipy.stats.__all__ if isinstance(getattr(scipy.stats, n), scipy.stats.rv_continuous)]
    assert len(CONTINUOUS) > 95
    assert set(everything) - set(CONTINUOUS) == {
        "gausshyper", "irwinhall", "ksone", "kstwo", "kstwobign", "landau", "levy_stable", "nct",
        "studentized_range",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("name", "x", "shapes"), [("alpha", 5e-324, (2.3,)), ("burr", 1e300, (1.4, 2.1)), ("rice", 1e300, (1.7,))]
)
def test_numbers_at_which_python_would_raise(name, x, shapes):
    """Python's numbers raise where NumPy's overflow or divide by zero; SciPy never raises."""
    with np.errstate(all="ignore"):
        for method in ("pdf", "cdf", "sf"):
            value, gradient = tracker.withgradient(
                getattr(getattr(stats, name), method), x, *shapes, check_finite=False
            )
            assert value == pytest.approx(round(value), abs=1e-12)
            assert all(type(g) is float for g in gradient)


@pytest.mark.parametrize(
    ("name", "x", "shapes"), [("recipinvgauss", 1e-10, (0.8,)), ("skewnorm", -1e300, (2.3,)), ("cauchy", 1e300, ())]
)
def test_far_tails_are_no_nan(name, x, shapes):
    ours, theirs = getattr(stats, name), getattr(scipy.stats, name)
    with np.errstate(all="ignore"):
        for method in ("logpdf", "cdf", "sf"):
            value = getattr(ours, method)(tracker.param(x), *shapes)
            np.testing.assert_allclose(tracker.data(value), getattr(theirs, method)(x, *shapes), rtol=1e-13)


@pytest.mark.parametrize("name", DENSITIES_ONLY)
def test_what_has_no_rule_is_scipys_for_plain_arguments(name):
    shapes = shapes_of(name)
    ours, theirs = getattr(stats, name), getattr(scipy.stats, name)
    assert ours.cdf(0.7, *shapes, scale=2.0) == pytest.approx(theirs.cdf(0.7, *shapes, scale=2.0), rel=1e-12)
    assert ours.ppf(0.3, *shapes) == theirs.ppf(0.3, *shapes)
    draw = lambda d, *p: d.rvs(*p, size=3, random_state=0)
    np.testing.assert_array_equal(draw(ours, *shapes), draw(theirs, *shapes))
    with pytest.raises(NoRuleError):
        ours.cdf(tracker.param(0.7), *shapes)


def test_other_methods_are_scipys_for_plain_arguments_and_refused_for_tracked_ones():
    x = np.array([0.3, 1.2, 0.7, 2.0])
    assert stats.gamma.fit(x, floc=0) == scipy.stats.gamma.fit(x, floc=0)
    assert stats.norm(1.0, 2.0).stats("mv") == scipy.stats.norm(1.0, 2.0).stats("mv")
    assert stats.norm.moment(2, 1.0, 2.0) == scipy.stats.norm.moment(2, 1.0, 2.0)
    assert stats.poisson(2.5).expect(lambda k: k) == scipy.stats.poisson(2.5).expect(lambda k: k)
    assert stats.binom.isf(0.3, 10, 0.4) == scipy.stats.binom.isf(0.3, 10, 0.4)
    for call in (
        lambda: stats.gamma.fit(tracker.param(x)),
        lambda: stats.norm(tracker.param(1.0), 2.0).stats("mv"),
        lambda: stats.multivariate_normal.cdf(tracker.param(x[:2])),
        lambda: scipy.stats.gamma.fit(tracker.param(x)),
    ):
        with pytest.raises(tracker.errors.TrackerError, match="has no derivative: "):
            call()
    assert stats.multivariate_normal([0.0, 0.0]).cdf(x[:2]) == pytest.approx(0.6179 * 0.8849, abs=1e-3)
    with pytest.raises(AttributeError, match=r"stats\.norm has no 'fitt'; it has .*logpdf"):
        stats.norm.fitt(x)
