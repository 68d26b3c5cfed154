"""tracker.scipy.stats on whole numbers: SciPy's values; derivatives by the shapes against differences."""

import mpmath
import numpy as np
import pytest
import scipy.stats

import tracker
from tests.distributions import COUNTS, DISCRETE, WHOLE
from tests.test_rules import slope
from tracker.errors import NoRuleError
from tracker.scipy import stats

METHODS = ("logpmf", "pmf", "cdf", "sf", "logcdf", "logsf")


def both(name, method):
    return getattr(getattr(stats, name), method), getattr(getattr(scipy.stats, name), method)


def counts_of(name):
    return np.array([0.0, 1.0]) if name == "bernoulli" else np.array([1.0, 2.0, 4.0])


def test_every_one_has_shapes_to_test():
    assert COUNTS == sorted(DISCRETE)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("name", COUNTS)
def test_value_is_scipys_inside_and_outside_the_support(name, method):
    ours, theirs = both(name, method)
    k = np.array([-3.0, -1.0, 0.0, 1.0, 2.0, 2.5, 6.0, 7.0, 9.0, np.nan])
    with np.errstate(all="ignore"):
        found, expected = ours(k, *DISCRETE[name]), theirs(k, *DISCRETE[name])
    if name in ("logser", "yulesimon"):  # whose tails SciPy takes between whole numbers, too, where they are constant
        expected[5] = theirs(np.floor(k[5]), *DISCRETE[name]) if "pmf" not in method else expected[5]
    np.testing.assert_allclose(found, expected, rtol=1e-12, atol=2e-15)
    moved = ours(k[:-1] + 2, *DISCRETE[name], loc=2)
    np.testing.assert_array_equal(moved, found[:-1])


def losses(name, method):
    """Ours and SciPy's by the shapes that are no whole numbers, and these."""
    ours, theirs = both(name, method)
    k = counts_of(name)
    weights = np.arange(1.0, k.size + 1)
    fixed = WHOLE.get(name)

    def of(f):
        def loss(*free):
            free = list(free)
            if fixed is not None:
                free.insert(fixed, DISCRETE[name][fixed])
            return np.sum(f(k, *free) * weights)

        return loss

    return of(ours), of(theirs), [float(s) for i, s in enumerate(DISCRETE[name]) if i != fixed]


def along(f, args, v):
    return sum(g * d for g, d in zip(tracker.gradient(f, *args), v, strict=True))


CASES = [
    (n, m)
    for n in COUNTS
    for m in METHODS
    if not (n == "bernoulli" and m.startswith("log") and m != "logpmf")  # log(0) at k = 1
]


@pytest.mark.parametrize(("name", "method"), CASES)
def test_derivatives_by_the_shapes_agree_with_differences_in_both_modes_and_to_second_order(name, method):
    loss, plain, args = losses(name, method)
    v = list(0.3 + 0.1 * np.arange(len(args)))
    expected = slope(plain, args, v)
    assert along(loss, args, v) == pytest.approx(expected, rel=1e-6, abs=1e-7)
    assert tracker.pushforward(loss, tuple(args), tuple(v))[1] == pytest.approx(expected, rel=1e-6, abs=1e-7)
    projected = lambda *xs: along(loss, xs, v) + sum(x * x for x in xs)  # bernoulli's second derivative is none
    twice = slope(projected, args, v)
    assert tracker.pushforward(projected, tuple(args), tuple(v))[1] == pytest.approx(twice, rel=1e-6, abs=1e-6)
    assert along(projected, args, v) == pytest.approx(twice, rel=1e-6, abs=1e-6)


@pytest.mark.parametrize("name", COUNTS)
def test_float32_shapes_broadcast_and_frozen_ones(name):
    ours, _ = both(name, "logpmf")
    k = counts_of(name)
    shapes = [np.array([s, s]) for s in DISCRETE[name]]
    assert ours(k[:, None], *shapes).shape == (k.size, 2)
    loss, _, args = losses(name, "logpmf")
    gradients = tracker.gradient(loss, *[np.float32(a) for a in args])
    assert all(g.dtype == np.float32 for g in gradients)
    np.testing.assert_allclose(gradients, tracker.gradient(loss, *args), rtol=2e-3)
    frozen = getattr(stats, name)(*DISCRETE[name])
    np.testing.assert_array_equal(frozen.logpmf(k), ours(k, *DISCRETE[name]))


@pytest.mark.parametrize("name", COUNTS)
def test_parameters_that_are_none_give_nan_as_in_scipy(name):
    ours, theirs = both(name, "logpmf")
    for i in range(len(DISCRETE[name])):
        for wrong in (np.nan, -1.0, -0.5):
            given = [*DISCRETE[name][:i], wrong, *DISCRETE[name][i + 1 :]]
            with np.errstate(all="ignore"):
                expected, found = theirs(counts_of(name), *given), ours(counts_of(name), *given)
            assert np.all(np.isnan(found)) == np.all(np.isnan(expected)), given


@pytest.mark.parametrize(("name", "i"), list(WHOLE.items()))
def test_whole_shapes_are_refused_by_name_and_fractions_are_nan(name, i):
    given = list(DISCRETE[name])
    given[i] = given[i] + 0.5
    assert np.isnan(getattr(stats, name).logpmf(1.0, *given))
    assert np.isnan(getattr(scipy.stats, name).logpmf(1.0, *given))
    with pytest.raises(NoRuleError, match=rf"stats\.{name} .*by {getattr(stats, name).shapes[i]},"):
        tracker.gradient(lambda n: getattr(stats, name).logpmf(1.0, *given[:i], n, *given[i + 1 :]), 6.0)


def test_values_and_loc_are_refused_and_draws_with_tracked_parameters():
    with pytest.raises(NoRuleError, match=r"by k,"):
        tracker.gradient(stats.poisson.logpmf, 1.0, 2.0)
    with pytest.raises(NoRuleError, match=r"by loc,"):
        tracker.gradient(lambda loc: stats.poisson.logpmf(3.0, 2.0, loc), 1.0)
    with pytest.raises(NoRuleError, match=r"rvs .*stop_gradient"):
        tracker.gradient(lambda mu: stats.poisson.rvs(mu, size=3), 2.0)
    np.testing.assert_array_equal(
        stats.poisson.rvs(2.0, size=3, random_state=1), scipy.stats.poisson.rvs(2.0, size=3, random_state=1)
    )
    assert stats.poisson.ppf(0.5, 2.0) == scipy.stats.poisson.ppf(0.5, 2.0)


@pytest.mark.parametrize("method", ["mean", "var"])
@pytest.mark.parametrize("name", COUNTS)
def test_moments_are_scipys_and_differentiated(name, method):
    if getattr(getattr(stats, name), f"_{method}") is None:
        with pytest.raises(NoRuleError, match=name):
            getattr(getattr(stats, name), method)(*[tracker.param(float(s)) for s in DISCRETE[name]])
        return
    shapes = DISCRETE[name]
    ours, theirs = both(name, method)
    assert ours(*shapes, loc=2) == pytest.approx(theirs(*shapes, loc=2), rel=1e-12)
    last = 0 if name in ("boltzmann",) else len(shapes) - 1
    f = lambda s: ours(*shapes[:last], s, *shapes[last + 1 :])
    assert tracker.grad(f)(shapes[last]) == pytest.approx(slope(f, [shapes[last]], [1.0]), rel=1e-7, abs=1e-9)


def test_tails_agree_with_mpmath():
    with mpmath.workdps(50):
        tail = float(
            mpmath.nsum(lambda j: mpmath.mpf("0.6") ** j / j, [31, mpmath.inf]) / -mpmath.log(mpmath.mpf("0.4"))
        )
        zeta = float(mpmath.zeta(2.7, 1001) / mpmath.zeta(2.7))
    assert stats.logser.sf(30, 0.6) == pytest.approx(tail, rel=1e-12)
    assert stats.zipf.sf(1000, 2.7) == pytest.approx(zeta, rel=1e-12)
    assert stats.geom.sf(400, 0.3) == pytest.approx(0.7**400, rel=1e-12)
    assert stats.planck.sf(60, 0.7) == pytest.approx(np.exp(-0.7 * 61), rel=1e-13)


@pytest.mark.parametrize("args", [("a", 2.0), (None, 2.0), (1.0,), (1.0, 2.0, 3.0, 4.0), (np.zeros(2), np.ones(3))])
def test_what_scipy_rejects_is_rejected_with_the_same_exception(args):
    with pytest.raises((TypeError, ValueError)) as expected:
        scipy.stats.poisson.logpmf(*args)
    with pytest.raises(TypeError if isinstance(expected.value, TypeError) else ValueError):
        stats.poisson.logpmf(*args)


@pytest.mark.parametrize(
    ("name", "k", "shapes"),
    [
        ("bernoulli", 1, (0.0,)), ("bernoulli", 0, (1.0,)), ("bernoulli", 0, (0.0,)), ("binom", 1, (5, 0.0)),
        ("binom", 4, (5, 1.0)), ("binom", 2, (5, 0.0)), ("poisson", 1, (0.0,)), ("poisson", 0, (0.0,)),
        ("poisson", 2, (0.0,)), ("geom", 2, (1.0,)), ("geom", 1, (1.0,)), ("nbinom", 1, (2.5, 1.0)),
    ],
)  # fmt: skip
def test_probabilities_differentiate_where_a_parameter_is_at_its_end(name, k, shapes):
    ours, theirs = both(name, "pmf")
    *first, last = shapes
    side = 1e-4 if last == 0 else -1e-4
    at = [theirs(k, *first, last + j * side) for j in range(3)]
    one_sided = (4 * at[1] - at[2] - 3 * at[0]) / (2 * side)
    f = lambda s: ours(k, *first, s)
    assert f(last) == at[0]
    assert tracker.grad(f)(last) == pytest.approx(one_sided, rel=1e-6, abs=1e-6)
    assert tracker.pushforward(f, (last,), (1.0,))[1] == pytest.approx(one_sided, rel=1e-6, abs=1e-6)
