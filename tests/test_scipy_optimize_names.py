"""tracker.scipy.optimize: solvers of their own names, against known roots and differences of SciPy's functions."""

import numpy as np
import pytest
import scipy.interpolate
import scipy.optimize

import tracker
from tests.scipy_derivatives import assert_derivatives
from tracker.scipy import interpolate, optimize

RNG = np.random.default_rng(21)
BRACKETED = ["bisect", "brenth", "brentq", "ridder", "toms748"]


def check(make, *xs, **options):
    assert_derivatives(make, optimize, scipy.optimize, *xs, **options)


@pytest.mark.parametrize("name", BRACKETED)
def test_roots_between_two_points(name):
    """The root of x**3 = c is the cube root, whose derivatives are known."""
    solve = getattr(optimize, name)
    f = lambda c: solve(lambda x: x**3 - c, 0.0, 10.0)
    assert f(8.0) == getattr(scipy.optimize, name)(lambda x: x**3 - 8.0, 0.0, 10.0)
    assert tracker.gradient(f, 8.0)[0] == pytest.approx(1 / 12, rel=1e-9)
    assert tracker.grad(tracker.grad(f))(8.0) == pytest.approx(-2 / 9 * 8 ** (-5 / 3), rel=1e-8)
    assert tracker.pushforward(f, (8.0,), (2.0,))[1] == pytest.approx(1 / 6, rel=1e-9)
    by_args = lambda c: solve(lambda x, c: x**3 - c, 0.0, 10.0, (c,), full_output=True)
    root, result = by_args(tracker.param(8.0))
    assert tracker.is_tracked(root)
    assert result.converged
    with pytest.raises(RuntimeError, match="failed to converge"):
        solve(lambda x: x**3 - 8.0, 0.0, 10.0, maxiter=1)
    with pytest.raises(ValueError, match="sign"):
        solve(lambda x: x**2 + 1.0, 0.0, 10.0)


def test_fixed_points():
    """x = cos(c x): dx/dc = -x sin(c x) / (1 + c sin(c x))."""
    f = lambda c: optimize.fixed_point(lambda x: np.cos(c * x), np.array([0.7]))[0]
    x = f(1.2)
    assert x == pytest.approx(scipy.optimize.fixed_point(lambda x: np.cos(1.2 * x), 0.7), rel=1e-7)
    expected = -x * np.sin(1.2 * x) / (1 + 1.2 * np.sin(1.2 * x))
    assert tracker.gradient(f, 1.2)[0] == pytest.approx(expected, rel=1e-7)


@pytest.mark.parametrize("part", [0, 1])
def test_least_squares_that_are_not_negative(part):
    a = RNG.uniform(0.2, 1.0, (6, 3))
    b = a @ np.array([1.0, 0.5, -0.8]) + 0.3 * RNG.standard_normal(6)
    assert np.sum(scipy.optimize.nnls(a, b)[0] == 0) == 1
    check(lambda m: lambda a, b: m.nnls(a, b)[part], a, b)


def test_regression_that_only_rises():
    y, w = np.array([1.0, 3.0, 2.0, 2.2, 6.0, 5.0]), np.array([1.0, 2.0, 0.5, 1.5, 1.0, 3.0])
    check(lambda m: lambda y: m.isotonic_regression(y).x, y)
    check(lambda m: lambda y, w: m.isotonic_regression(y, weights=w).x, y, w)
    check(lambda m: lambda y: m.isotonic_regression(y, increasing=False).x, y)
    np.testing.assert_array_equal(optimize.isotonic_regression(tracker.param(y)).blocks,
                                  scipy.optimize.isotonic_regression(y).blocks)  # fmt: skip


def test_rosenbrocks_function():
    x, p = np.array([0.3, -0.2, 0.4]), np.array([1.0, 0.5, -2.0])
    check(lambda m: m.rosen, x)
    check(lambda m: m.rosen_der, x / 4, order=1)
    check(lambda m: m.rosen_hess, x / 4, order=1)
    check(lambda m: lambda x, p: m.rosen_hess_prod(x, p), x / 4, p / 9, order=1)


def test_interpolation_in_one_call():
    grid = (np.array([0.0, 1.0, 2.5]), np.array([0.0, 0.7, 1.0]))
    values, points = RNG.standard_normal((3, 3)), np.array([[0.3, 0.2], [1.9, 0.8]])
    make = lambda m: lambda v, q: m.interpn(grid, v, q)
    assert_derivatives(make, interpolate, scipy.interpolate, values, points, exact=False)
    x, y, q = np.array([0.0, 1.0, 2.5, 3.0]), np.array([0.3, 1.0, 1.4, 3.0]), np.array([0.4, 2.7])
    for der in (0, 1):
        make = lambda m, der=der: lambda y, q: m.pchip_interpolate(x, y, q, der)
        assert_derivatives(make, interpolate, scipy.interpolate, y, q, exact=False)
    both = interpolate.pchip_interpolate(x, tracker.param(y), q, [0, 1])
    for mine, plain in zip(both, scipy.interpolate.pchip_interpolate(x, y, q, [0, 1]), strict=True):
        np.testing.assert_allclose(mine.data, plain, rtol=1e-14)
