"""tracker.scipy.optimize: SciPy's solutions, without flattening, and their derivatives by what they depend on."""

import warnings

import numpy as np
import pytest
import scipy.optimize

import tracker
from tests.differences import numeric_gradient
from tracker.scipy import optimize


def rosenbrock(x):
    return np.sum(100 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2)


METHODS = ["BFGS", "CG", "L-BFGS-B", "TNC", "SLSQP", "Newton-CG", "trust-ncg", "trust-krylov", "trust-exact"]


@pytest.mark.parametrize("method", METHODS)
def test_every_gradient_method_finds_the_known_minimum(method):
    options = {"maxfun": 2000} if method == "TNC" else None
    result = optimize.minimize(rosenbrock, np.array([-1.2, 1.0, 0.7]), method=method, options=options, tol=1e-8)
    np.testing.assert_allclose(result.x, np.ones(3), atol=2e-4)


def test_dogleg_is_given_a_hessian():
    convex = lambda x: np.sum(np.exp(x) - 2 * x) + x[0] ** 2 + x[1] ** 2
    result = optimize.minimize(convex, np.zeros(2), method="dogleg", tol=1e-10)
    np.testing.assert_allclose(np.exp(result.x) - 2 + 2 * result.x, 0, atol=1e-7)


@pytest.mark.parametrize("method", ["BFGS", "L-BFGS-B", "Newton-CG", "trust-exact"])
def test_the_iterates_are_those_of_scipy_with_the_true_derivatives(method):
    start = np.array([-1.2, 1.0, 0.7])
    ours = optimize.minimize(rosenbrock, start, method=method)
    theirs = scipy.optimize.minimize(
        scipy.optimize.rosen, start, method=method, jac=scipy.optimize.rosen_der,
        **({"hess": scipy.optimize.rosen_hess} if "-exact" in method or "-CG" in method else {}),
    )  # fmt: skip
    np.testing.assert_allclose(ours.x, theirs.x, rtol=1e-6)
    assert ours.nit == theirs.nit


@pytest.mark.parametrize("method", ["Nelder-Mead", "Powell", "COBYLA"])
def test_methods_without_gradients_are_given_none(method):
    result = optimize.minimize(lambda p: (p["a"] - 1.0) ** 2 + 2.0, {"a": 0.0}, method=method)
    assert result.x["a"] == pytest.approx(1.0, abs=1e-3)


def test_any_structure_comes_back_in_results_and_callbacks():
    start = {"w": np.zeros((2, 2)), "b": [1.0, np.float32(2.0)], "name": "model", "n": 3}
    seen = []

    def loss(p):
        assert p["name"] == "model"
        assert p["n"] == 3
        return np.sum((p["w"] - np.eye(2)) ** 2) + (p["b"][0] + 1) ** 2 + (p["b"][1] - 1) ** 2

    result = optimize.minimize(loss, start, callback=lambda p: seen.append(p["w"].shape))
    np.testing.assert_allclose(result.x["w"], np.eye(2), atol=1e-5)
    assert result.x["b"][0] == pytest.approx(-1, abs=1e-5)
    assert type(result.x["b"][1]) is np.float32
    assert result.x["name"] == "model"
    assert result.jac["w"].shape == (2, 2)
    assert set(seen) == {(2, 2)}


def shape(p, theta):
    return np.sum((p - theta) ** 4) + np.sum(p**2 * np.exp(theta)) + p[0] * p[1]


def weighted_minimum(theta):
    x = optimize.minimize(shape, np.zeros(2), args=(theta,), tol=1e-10).x
    return x[0] + 2 * x[1] ** 2


THETA = np.array([0.7, -0.4])


def test_minimum_is_differentiated_by_args():
    def plain(theta):
        x = scipy.optimize.minimize(shape, np.zeros(2), args=(theta,), method="trust-exact", tol=1e-13,
                                    jac=lambda p, t: 4 * (p - t) ** 3 + 2 * p * np.exp(t) + p[::-1],
                                    hess=lambda p, t: np.diag(12 * (p - t) ** 2 + 2 * np.exp(t))
                                    + np.array([[0.0, 1], [1, 0]])).x  # fmt: skip
        return x[0] + 2 * x[1] ** 2

    expected = numeric_gradient(plain, THETA)[0]
    np.testing.assert_allclose(tracker.gradient(weighted_minimum, THETA)[0], expected, rtol=1e-7)
    v = np.array([0.3, -1.1])
    forward = tracker.pushforward(weighted_minimum, (THETA,), (v,))[1]
    assert forward == pytest.approx(expected @ v, rel=1e-7)


def test_second_derivative_through_the_minimum():
    # the minimum of (x - c)^2 + c^3 x lies at c - c^3 / 2
    minimum = lambda c: optimize.minimize(lambda x: (x - c) ** 2 + c**3 * x, 0.0).x
    assert minimum(0.8) == pytest.approx(0.8 - 0.256, rel=1e-5)
    assert tracker.grad(minimum)(0.8) == pytest.approx(1 - 1.5 * 0.64, rel=1e-9)
    assert tracker.grad(tracker.grad(minimum))(0.8) == pytest.approx(-3 * 0.8, rel=1e-9)
    assert tracker.grad(tracker.grad(tracker.grad(minimum)))(0.8) == pytest.approx(-3, rel=1e-9)


def test_captured_parameters_get_their_gradients():
    c = tracker.param([1.0, 2.0])
    result = optimize.minimize(lambda p: np.sum((p["u"] - c**2) ** 2) + np.sum(c), {"u": np.zeros(2)})
    np.sum(result.x["u"] * np.array([1.0, 10.0])).back()
    np.testing.assert_allclose(c.grad, [2.0, 40.0], rtol=1e-9)


def test_the_value_of_the_minimum_has_the_gradient_of_the_envelope():
    f = lambda c: optimize.minimize(lambda x: (x - c) ** 2 + np.sin(c), 0.0).fun
    assert tracker.grad(f)(0.3) == pytest.approx(np.cos(0.3), rel=1e-9)


def test_an_entry_at_its_bound_stays_there():
    def solved(c):
        return optimize.minimize(lambda x: np.sum((x - c) ** 2) + x[0] * x[1], np.ones(2), bounds=[(0.5, 3), (0, 1)]).x

    # x1 is stuck at 1, so x0 = c0 - 1/2
    np.testing.assert_allclose(tracker.jacobian(solved, np.array([2.0, 5.0])), [[1, 0], [0, 0]], atol=1e-9)


def test_constraints_get_exact_jacobians_and_refuse_to_be_differentiated_through():
    constraint = {"type": "eq", "fun": lambda p: p["a"] + p["b"] - 1}
    f = lambda c: optimize.minimize(
        lambda p: p["a"] ** 2 + c * p["b"] ** 2, {"a": 1.0, "b": 1.0}, constraints=constraint
    )
    assert f(3.0).x["a"] == pytest.approx(0.75, rel=1e-6)
    with pytest.raises(NotImplementedError, match="constraints="):
        tracker.gradient(lambda c: f(c).x["a"], 3.0)
    nonlinear = scipy.optimize.NonlinearConstraint(lambda x: np.sum(x**2), 0, 1)
    result = optimize.minimize(lambda x: -np.sum(x), np.array([0.1, 0.2]), constraints=nonlinear, method="trust-constr")
    np.testing.assert_allclose(result.x, np.sqrt([0.5, 0.5]), atol=1e-4)


def test_a_result_that_is_no_minimum_is_not_differentiated():
    f = lambda c: optimize.minimize(lambda x: np.sum((x - c) ** 4), np.zeros(2), options={"maxiter": 1}).x[0]
    with pytest.raises(ValueError, match="no isolated solution"):
        tracker.gradient(f, 3.0)
    with pytest.raises(ValueError, match="no isolated solution"):
        tracker.gradient(lambda c: optimize.minimize(lambda x: (x[0] - c) ** 2, np.zeros(2)).x[0], 3.0)


def test_complex_starts_are_refused():
    with pytest.raises(TypeError, match="complex"):
        optimize.minimize(lambda z: np.abs(z) ** 2, 1.0 + 1j)


WEIGHTS = {  # derivatives of the losses by the squared residual
    "linear": lambda z: np.ones_like(z),
    "soft_l1": lambda z: (1 + z) ** -0.5,
    "cauchy": lambda z: 1 / (1 + z),
    "arctan": lambda z: 1 / (1 + z**2),
    "huber": lambda z: np.where(z <= 1, 1.0, np.maximum(z, 1) ** -0.5),
}


@pytest.mark.parametrize("loss", WEIGHTS)
def test_least_squares_by_the_data(loss):
    t = np.linspace(0, 2, 9)
    data = np.exp(-0.8 * t) + 0.1 * np.cos(7 * t)
    options = {"loss": loss, "f_scale": 0.07, "xtol": 1e-15, "ftol": 1e-15, "gtol": 1e-15}

    def normal_equations(p, y):
        r = p[0] * np.exp(-p[1] * t) - y
        by_p = np.stack([np.exp(-p[1] * t), -p[0] * t * np.exp(-p[1] * t)])
        return by_p @ (WEIGHTS[loss]((r / 0.07) ** 2) * r)

    start = scipy.optimize.least_squares(lambda p: p[0] * np.exp(-p[1] * t) - data, [1.0, 1.0], **options).x

    def plain(y):
        x = scipy.optimize.root(normal_equations, start, args=(y,), options={"xtol": 1e-14}).x
        return x[0] * 2 + np.sin(x[1])

    def ours(y):
        fit = optimize.least_squares(lambda p: p["a"] * np.exp(-p["r"] * t) - y, {"a": 1.0, "r": 1.0}, **options)
        return fit.x["a"] * 2 + np.sin(fit.x["r"])

    assert ours(data) == pytest.approx(plain(data), rel=1e-6)
    expected = numeric_gradient(plain, data, step=1e-4)[0]
    np.testing.assert_allclose(tracker.gradient(ours, data)[0], expected, rtol=1e-7, atol=1e-8)


@pytest.mark.parametrize("method", ["hybr", "lm", "krylov", "df-sane"])
def test_root_by_parameters(method):
    # x^2 + y^2 = r, x = y, so x = sqrt(r / 2)
    def solved(r):
        f = lambda p: {"one": p["x"] ** 2 + p["y"] ** 2 - r, "two": p["x"] - p["y"]}
        return optimize.root(f, {"x": 1.0, "y": 1.2}, method=method, tol=1e-10).x["x"]

    assert solved(3.0) == pytest.approx(np.sqrt(1.5), rel=1e-8)
    assert tracker.grad(solved)(3.0) == pytest.approx(0.25 / np.sqrt(1.5), rel=1e-8)
    assert tracker.grad(tracker.grad(solved))(3.0) == pytest.approx(-(1.5**-1.5) / 16, rel=1e-8)


@pytest.mark.parametrize(
    "how",
    [{"bracket": (0, 5)}, {"x0": 1.0}, {"x0": 1.0, "method": "halley"}, {"x0": 1.0, "x1": 1.5}],
)
def test_root_scalar_by_parameters(how):
    solved = lambda c: optimize.root_scalar(lambda x, c: x**2 - c, args=(c,), **how).root
    assert solved(2.0) == pytest.approx(np.sqrt(2), rel=1e-9)
    assert tracker.grad(solved)(2.0) == pytest.approx(0.5 / np.sqrt(2), rel=1e-9)
    assert tracker.grad(tracker.grad(solved))(2.0) == pytest.approx(-0.25 * 2**-1.5, rel=1e-9)
    assert tracker.pushforward(solved, (2.0,), (1.0,))[1] == pytest.approx(0.5 / np.sqrt(2), rel=1e-9)


@pytest.mark.parametrize("how", [{}, {"bracket": (0, 1)}, {"bounds": (0, 3)}, {"method": "golden"}])
def test_minimize_scalar_by_parameters(how):
    solved = lambda c: optimize.minimize_scalar(lambda x: np.cosh(x - c) + 0.2 * c * x, **how).x
    # sinh(x - c) = -c / 5
    assert solved(1.3) == pytest.approx(1.3 - np.arcsinh(0.26), rel=1e-5)
    assert tracker.grad(solved)(1.3) == pytest.approx(1 - 0.2 / np.sqrt(1 + 0.26**2), rel=1e-6)


def test_nothing_tracked_gives_plain_results():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert type(optimize.minimize(lambda x: (x - 1) ** 2, 0.0).x) is float
        assert isinstance(optimize.root(lambda x: x - 1, np.zeros(2)).x, np.ndarray)


def test_scipy_rejects_what_it_rejects():
    with pytest.raises(ValueError, match="Unknown solver"):
        optimize.minimize(rosenbrock, np.zeros(2), method="no such")
    with pytest.raises(ValueError, match="`method` must be"):
        optimize.least_squares(lambda x: x, np.zeros(2), method="no such")


def test_a_function_that_writes_into_its_argument_gets_a_copy():
    """The solution used to be what the function had made of it."""

    def distance(x):
        x -= 3.0
        return np.sum(x**2)

    np.testing.assert_allclose(optimize.minimize(distance, np.zeros(2)).x, [3.0, 3.0], rtol=1e-6)

    def residuals(p):
        p["a"] -= 3.0
        return p["a"]

    np.testing.assert_allclose(optimize.least_squares(residuals, {"a": np.zeros(2)}).x["a"], [3.0, 3.0], rtol=1e-6)
    np.testing.assert_allclose(optimize.root(lambda x: residuals({"a": x}), np.zeros(2)).x, [3.0, 3.0], rtol=1e-6)
    pulled = lambda c: optimize.minimize(lambda x: c * x[0] + distance(x), np.zeros(2)).x.sum()
    by_c = tracker.gradient(pulled, 1.0)
    np.testing.assert_allclose(by_c, -0.5, rtol=1e-6)


@pytest.mark.parametrize("make", [lambda s: [(0, s), (0, s)], lambda s: scipy.optimize.Bounds([0, 0], s * np.ones(2))])
def test_tracked_bounds_are_refused(make):
    """A minimum at a bound moves with it, which used to be left out."""
    f = lambda s: np.sum(optimize.minimize(lambda x: np.sum((x - 3) ** 2), np.ones(2), bounds=make(s)).x)
    with pytest.raises(NotImplementedError, match="by its bounds"):
        tracker.gradient(f, 2.0)


def test_tracked_bounds_of_least_squares_are_refused():
    f = lambda s: np.sum(optimize.least_squares(lambda x: x - 3, np.ones(2), bounds=([0, 0], [s, s])).x)
    with pytest.raises(NotImplementedError, match="by its bounds"):
        tracker.gradient(f, 2.0)


def test_tracked_bounds_of_minimize_scalar_are_refused():
    f = lambda s: optimize.minimize_scalar(lambda x: (x - 1) ** 2, bounds=(0, s), method="bounded").x
    with pytest.raises(NotImplementedError, match="by its bounds"):
        tracker.gradient(f, 0.5)


@pytest.mark.parametrize("loss", ["soft_l1", "cauchy", "huber"])
def test_the_scale_of_a_robust_loss_counts(loss):
    """It used to be left out where nothing else was tracked."""
    tight = {"xtol": 1e-14, "ftol": 1e-14, "gtol": 1e-14}
    residuals = lambda x: np.stack([x[0] - 1.0, x[0] - 1.5, 2 * x[0] - 4.2])
    f = lambda s: optimize.least_squares(residuals, np.ones(1), loss=loss, f_scale=s, **tight).x[0]
    (slope,) = tracker.gradient(f, 0.7)
    assert abs(slope) > 1e-2
    np.testing.assert_allclose(slope, (f(0.701) - f(0.699)) / 0.002, rtol=1e-4)


def test_complex_steps_reach_the_function():
    f = lambda p: (p["a"] - 1) ** 2 + np.sum((p["b"] - p["a"]) ** 4)
    result = optimize.minimize(f, {"a": 0.3, "b": np.array([0.8, 0.1])}, jac="cs")
    assert result.x["a"] == pytest.approx(1, abs=1e-3)
    vector = scipy.optimize.minimize(lambda x: f({"a": x[0], "b": x[1:]}), [0.3, 0.8, 0.1], jac="cs")
    np.testing.assert_allclose(result.fun, vector.fun, rtol=1e-12)


def test_functions_and_starts_that_scipy_rejects():
    for module in (scipy.optimize, optimize):
        with pytest.raises(ValueError, match="scalar value"):
            module.minimize(lambda x: x, [0.3, 0.8])
        with pytest.raises(ValueError, match="could not convert"):
            module.minimize(lambda x: 0.0, "abc")
