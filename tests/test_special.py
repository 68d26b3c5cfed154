"""scipy.special on tracked values: derivatives by order against mpmath, corner values, refusals, laziness."""

import subprocess
import sys

import mpmath
import numpy as np
import pytest
import scipy.special as sp
from scipy.special import _ufuncs

import tracker
from tests.cases.special import CASES
from tracker import gradient
from tracker._core.node import CONSTANT
from tracker._core.registry import lookup, supplied
from tracker.errors import NoRuleError

ORDERS = [(0.3, 0.2), (0.5, 5.0), (2.0, 2.0), (3.5, 30.0), (20.0, 5.0), (150.0, 160.0), (0.05, 1e-3), (1.0, 0.01)]


@pytest.mark.parametrize(("a", "x"), ORDERS)
def test_incomplete_gamma_by_order_agrees_with_mpmath(a, x):
    exact = mpmath.diff(lambda t: mpmath.gammainc(t, 0, x, regularized=True), a)
    assert gradient(sp.gammainc, a, x)[0] == pytest.approx(float(exact), rel=1e-9)


@pytest.mark.parametrize(("a", "x"), ORDERS)
def test_incomplete_gamma_by_order_twice_agrees_with_mpmath(a, x):
    exact = mpmath.diff(lambda t: mpmath.gammainc(t, 0, x, regularized=True), a, 2)
    found = tracker.hessian(lambda t: sp.gammainc(t, x), a)
    assert found == pytest.approx(float(exact), rel=1e-8)


BETAS = [(0.5, 0.5, 0.3), (2.0, 3.0, 0.4), (2.0, 3.0, 0.97), (40.0, 60.0, 0.45), (0.1, 2.0, 1e-4), (5.0, 0.3, 0.2)]


@pytest.mark.parametrize(("a", "b", "x"), BETAS)
def test_incomplete_beta_by_orders_agrees_with_mpmath(a, b, x):
    def exact(f, at):
        return float(mpmath.diff(f, at))

    by_a, by_b, _ = gradient(sp.betainc, a, b, x)
    assert by_a == pytest.approx(exact(lambda t: mpmath.betainc(t, b, 0, x, regularized=True), a), rel=1e-9)
    assert by_b == pytest.approx(exact(lambda t: mpmath.betainc(a, t, 0, x, regularized=True), b), rel=1e-9)


@pytest.mark.parametrize(
    ("f", "point", "expected"),
    [
        (sp.spence, (1.0,), (-1.0,)),
        (sp.xlogy, (0.0, 2.0), (np.log(2.0), 0.0)),
        (sp.xlogy, (0.0, 0.0), (-np.inf, 0.0)),
        (sp.xlog1py, (0.0, -1.0), (-np.inf, 0.0)),
        (sp.entr, (0.0,), (np.inf,)),
        (sp.entr, (-1.0,), (0.0,)),
        (sp.rel_entr, (-1.0, 2.0), (0.0, 0.0)),
        (sp.exprel, (0.0,), (0.5,)),
        (sp.rgamma, (-2.0,), (2.0,)),
        (sp.rgamma, (0.0,), (1.0,)),
        (sp.ellipk, (0.0,), (np.pi / 8,)),
        (sp.ellipe, (0.0,), (-np.pi / 8,)),
        (sp.agm, (2.0, 2.0), (0.5, 0.5)),
        (sp.boxcox, (2.0, 0.0), (0.5, np.log(2.0) ** 2 / 2)),
        (sp.inv_boxcox, (2.0, 0.0), (np.exp(2.0), -2 * np.exp(2.0))),
        (sp.huber, (1.0, -3.0), (2.0, -1.0)),
        (sp.expit, (-800.0,), (0.0,)),
        (sp.log_ndtr, (-1e4,), (1e4 + 1e-4,)),
        (sp.gammainc, (2.0, 0.0), (0.0, 0.0)),
        (sp.betainc, (2.0, 2.0, 1.0), (0.0, 0.0, 0.0)),
        (sp.beip, (0.0,), (0.5,)),
    ],
    ids=lambda x: getattr(x, "__name__", str(x)),
)
def test_value_at_a_corner(f, point, expected):
    np.testing.assert_allclose(gradient(f, *point, check_finite=False), expected, rtol=1e-11)


@pytest.mark.parametrize("f", [sp.jv, sp.iv, sp.kv, sp.yv, sp.hankel1], ids=lambda f: f.__name__)
def test_bessel_by_order_is_refused_by_name(f):
    with pytest.raises(NoRuleError, match=rf"scipy.special.{f.__name__} .*order"):
        gradient(lambda v: np.real(f(v, 2.0)), 1.5)


def test_ufunc_without_a_formula_is_refused_when_it_is_called():
    with pytest.raises(NoRuleError, match=r"scipy\.special\.pro_cv .*no formula"):
        sp.pro_cv(1.0, 1.0, tracker.param(1.0))
    assert sp.pro_cv(1.0, 1.0, 1.0) > 0


def test_number_of_trials_is_refused_by_name():
    with pytest.raises(NoRuleError, match=r"nbdtr .*argument n"):
        gradient(lambda n: sp.nbdtr(2.0, n, 0.3), 3.0)


def test_scaled_bessel_of_complex_argument_is_refused():
    with pytest.raises(NoRuleError, match="holomorphic"):
        gradient(lambda z: np.real(sp.ive(1.0, z)), 1.0 + 2.0j)


def test_every_ufunc_has_a_rule_with_a_case_or_is_refused():
    assert lookup(sp.erf) is not None
    ufuncs = [f for f in vars(sp).values() if isinstance(f, np.ufunc)]
    assert all(lookup(f) is not None for f in ufuncs)
    covered = {id(lookup(c.covers or c.f)) for c in CASES}
    differentiable = [op for op in supplied() if op.kind != CONSTANT and isinstance(op.fun, np.ufunc)]
    assert len(differentiable) > 150
    assert [op.name for op in differentiable if id(op) not in covered] == []
    assert lookup(_ufuncs._riemann_zeta).name == "scipy.special._riemann_zeta"


def test_rules_are_found_without_an_import_and_tracker_alone_imports_no_scipy():
    program = """
import sys, tracker
assert not any(name.startswith("scipy") for name in sys.modules)
x = tracker.param(0.5)
import scipy.special
y = scipy.special.expit(x)
y.back()
assert abs(x.grad - y.data * (1 - y.data)) < 1e-15
"""
    subprocess.run([sys.executable, "-c", program], check=True)


def test_a_rule_of_the_users_comes_before_ours_and_after_it():
    from tracker._core import registry

    before = dict(registry._ops)
    try:
        tracker.partials(sp.erf, lambda y, x: 7.0)
        assert gradient(lambda x: sp.erf(x), 0.5) == (7.0,)
    finally:
        registry._ops.clear()
        registry._ops.update(before)
    assert gradient(lambda x: sp.erf(x), 0.0)[0] == pytest.approx(2 / np.sqrt(np.pi))


def test_noncentral_distributions_at_the_centre_have_their_one_sided_derivatives():
    f = lambda nc: sp.chndtr(3.0, 2.5, nc)
    assert gradient(f, 0.0)[0] == pytest.approx((4 * f(1e-4) - f(2e-4) - 3 * f(0.0)) / 2e-4, rel=1e-6)
    assert tracker.hessian(f, 0.0) == pytest.approx((2 * f(0.0) - 5 * f(1e-3) + 4 * f(2e-3) - f(3e-3)) / 1e-6, rel=1e-3)
    g = lambda nc: sp.ncfdtr(2.0, 3.0, nc, 1.5)
    assert gradient(g, 0.0)[0] == pytest.approx((4 * g(1e-4) - g(2e-4) - 3 * g(0.0)) / 2e-4, rel=1e-5)


def test_second_derivative_of_the_incomplete_gamma_function_at_zero():
    assert tracker.hessian(lambda x: sp.gammainc(2.0, x), 0.0) == 1.0
    assert tracker.hessian(lambda x: sp.gammainc(3.0, x), 0.0) == 0.0


@pytest.mark.parametrize("z", [0.3 + 0.4j, -2.3 + 1e-3j, 5.0 - 2.0j, -0.2 - 7.0j])
def test_complex_digamma_agrees_with_mpmath(z):
    found = tracker.pushforward(sp.digamma, (z,), (1.0 + 0j,))[1]
    assert found == pytest.approx(complex(mpmath.psi(1, mpmath.mpc(z))), rel=1e-11)


@pytest.mark.parametrize("s", [1.1, 2.0, 7.5, 40.0, 0.4, 0.0, -1.5, -6.5])
def test_zeta_by_its_exponent_agrees_with_mpmath(s):
    assert gradient(sp.zeta, s)[0] == pytest.approx(float(mpmath.zeta(s, derivative=1)), rel=1e-11)


@pytest.mark.parametrize(("s", "q"), [(1.2, 0.3), (3.0, 0.01), (5.5, 20.0), (30.0, 1.5)])
def test_hurwitz_zeta_by_its_exponent_agrees_with_mpmath(s, q):
    exact = float(mpmath.zeta(mpmath.mpf(s), mpmath.mpf(q), 1))
    assert gradient(lambda t: sp.zeta(t, q), s)[0] == pytest.approx(exact, rel=1e-11)


@pytest.mark.parametrize("x", [0.05, 0.3, 0.79, 0.81, 2.0, 5.0])
def test_kolmogorovs_distribution_agrees_with_mpmath(x):
    with mpmath.workdps(320):
        term = lambda k, t: (-1) ** (k - 1) * 2 * mpmath.exp(-2 * k * k * t * t)
        series = lambda t: mpmath.fsum(term(k, t) for k in range(1, 500))
        exact = float(mpmath.diff(series, mpmath.mpf(x)))
    assert gradient(sp.kolmogorov, x)[0] == pytest.approx(exact, rel=1e-11, abs=1e-200)
