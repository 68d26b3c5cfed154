"""tracker.scipy.integrate: initial value problems by steps and by the adjoint, quadrature, samples."""

import numpy as np
import pytest
import scipy.integrate

import tracker
from tests.differences import numeric_gradient
from tests.scipy_derivatives import assert_derivatives
from tracker.scipy import integrate, interpolate

STATE, RATES = np.array([1.2, 0.7]), np.array([0.9, 0.5, 0.4, 0.8])


def prey(t, y, k):
    return [k[0] * y[0] - k[1] * y[0] * y[1] + 0.1 * np.sin(t), k[2] * y[0] * y[1] - k[3] * y[1]]


def solved(module, y0, k, t0=0.0, tf=2.0, method="RK45", tol=1e-9, **options):
    return module.solve_ivp(prey, (t0, tf), y0, args=(k,), method=method, rtol=tol, atol=tol, **options)


WEIGHTS = np.array([[1.0, -0.4, 2.0, 0.7], [0.3, 1.1, -0.8, 0.5]])
TIMES = np.array([0.0, 0.7, 1.1, 2.0])


def end(module, **options):
    return lambda y0, k, tf: np.sum(solved(module, y0, k, tf=tf, **options).y[:, -1] * WEIGHTS[:, 0])


def over_times(module, **options):
    return lambda y0, k: np.sum(solved(module, y0, k, t_eval=TIMES, **options).y * WEIGHTS)


@pytest.mark.parametrize("method", ["RK23", "RK45", "DOP853", "Radau", "BDF", "LSODA"])
def test_values_are_those_of_scipy(method):
    y0 = tracker.param(STATE)
    for options in ({}, {"t_eval": TIMES}):
        ours = solved(integrate, y0, RATES, method=method, tol=1e-6, **options)
        theirs = solved(scipy.integrate, STATE, RATES, method=method, tol=1e-6, **options)
        np.testing.assert_array_equal(ours.y.data, theirs.y)
        np.testing.assert_array_equal(ours.t, theirs.t)


@pytest.mark.parametrize(
    ("method", "how", "tolerance"),
    [
        ("RK45", "steps", 1e-7), ("DOP853", "steps", 1e-7), ("RK23", "steps", 1e-5), ("RK45", "adjoint", 1e-6),
        ("DOP853", "adjoint", 1e-6), ("Radau", "adjoint", 1e-4), ("BDF", "adjoint", 1e-4), ("LSODA", "adjoint", 1e-5),
    ],
)  # fmt: skip
def test_gradients_by_state_parameters_and_end_time(method, how, tolerance):
    given = {"method": method, "gradient": how, "tol": 1e-7 if tolerance > 1e-6 else 1e-9}
    exact = {"method": "DOP853", "tol": 1e-13}
    expected = numeric_gradient(end(scipy.integrate, **exact), STATE, RATES, 2.0)
    found = tracker.gradient(end(integrate, **given), STATE, RATES, 2.0)
    for a, e in zip(found, expected, strict=True):
        np.testing.assert_allclose(a, e, rtol=tolerance)
    expected = numeric_gradient(over_times(scipy.integrate, **exact), STATE, RATES)
    # between the steps SciPy interpolates, to lower order
    found = tracker.gradient(over_times(integrate, **given), STATE, RATES)
    for a, e in zip(found, expected, strict=True):
        np.testing.assert_allclose(a, e, rtol=10 * tolerance)


@pytest.mark.parametrize("how", ["steps", "adjoint"])
def test_captured_parameters_and_start_time(how):
    k, start = tracker.param(RATES), tracker.param(0.1)
    f = lambda t, y: prey(t, y, k)
    y = integrate.solve_ivp(f, (start, 1.5), STATE, rtol=1e-9, atol=1e-10, gradient=how).y[:, -1]
    np.sum(y * WEIGHTS[:, 0]).back()
    exact = lambda k, t0: np.sum(solved(scipy.integrate, STATE, k, t0, 1.5, "DOP853", 1e-13).y[:, -1] * WEIGHTS[:, 0])
    expected = numeric_gradient(exact, RATES, 0.1)
    np.testing.assert_allclose(k.grad, expected[0], rtol=1e-6)
    np.testing.assert_allclose(start.grad, expected[1], rtol=1e-6)


@pytest.mark.parametrize("how", ["steps", "adjoint"])
def test_backwards_in_time_and_by_the_times_themselves(how):
    times = np.array([1.4, 0.3])
    f = lambda ts: np.sum(
        integrate.solve_ivp(prey, (1.5, 0.0), STATE, t_eval=ts, args=(RATES,), method="DOP853", rtol=1e-9, atol=1e-10,
                            gradient=how).y * WEIGHTS[:, :2]
    )  # fmt: skip
    exact = scipy.integrate.solve_ivp(prey, (1.5, 0), STATE, args=(RATES,), t_eval=times, rtol=1e-12, atol=1e-12).y
    slopes = np.stack([prey(t, y, RATES) for t, y in zip(times, exact.T, strict=True)], axis=1)
    np.testing.assert_allclose(tracker.gradient(f, times)[0], np.sum(slopes * WEIGHTS[:, :2], axis=0), rtol=2e-6)


def test_second_derivatives_and_forward_mode_by_the_steps():
    f = lambda k: end(integrate)(STATE, k, 2.0)
    exact = lambda k: end(scipy.integrate, method="DOP853", tol=1e-13)(STATE, k, 2.0)
    v = np.array([0.3, -0.2, 0.5, 0.1])
    expected = numeric_gradient(exact, RATES)[0] @ v
    assert tracker.pushforward(f, (RATES,), (v,))[1] == pytest.approx(expected, rel=1e-7)
    curvature = numeric_gradient(
        lambda s: numeric_gradient(lambda r: exact(RATES + r * v), s, step=1e-2)[0], 0.0, step=1e-2
    )[0]
    assert v @ tracker.hvp(f, RATES, v) == pytest.approx(curvature, rel=1e-5)


def test_complex_states_and_matrices_of_rates():
    h = np.array([[1.0, 0.3], [0.3, -0.5]])

    def population(h):
        y = integrate.solve_ivp(lambda t, y: -1j * (h @ y), (0, 1), np.array([1.0, 0j]), rtol=1e-10, atol=1e-12).y
        return np.abs(y[1, -1]) ** 2

    def exact(h):
        energies, states = np.linalg.eig(h)
        return np.abs(states @ np.diag(np.exp(-1j * energies)) @ np.linalg.inv(states))[1, 0] ** 2

    np.testing.assert_allclose(tracker.gradient(population, h)[0], numeric_gradient(exact, h)[0], rtol=1e-7, atol=1e-9)


@pytest.mark.parametrize("ends", [(0.0, 2.0), (2.0, 0.5)])
@pytest.mark.parametrize("times", [np.array([1.9, 0.7, 1.2, 0.7]), 1.3])
def test_dense_output_by_state_parameters_and_times(ends, times):
    slope = lambda t, y, k: np.stack([-k * y[0] + 0.1 * t, y[0] - 0.3 * y[1]])
    # steps of a fixed size: those that SciPy chooses make its own differences rough
    fixed = {"max_step": 0.05, "rtol": 1e30, "atol": 1e30, "first_step": 0.05}
    made = lambda m: lambda y0, k, t: m.solve_ivp(slope, ends, y0, args=(k,), dense_output=True, **fixed).sol(t)
    assert_derivatives(made, integrate, scipy.integrate, np.array([1.0, 2.0]), 0.8, times)
    narrow = tracker.gradient(lambda y0: np.sum(made(integrate)(y0, 0.8, times)), np.float32([1, 2]))[0]
    assert narrow.dtype == np.float32
    wide = tracker.gradient(lambda y0: np.sum(made(integrate)(y0, 0.8, times)), np.array([1.0, 2.0]))[0]
    np.testing.assert_allclose(narrow, wide, rtol=1e-5)


def test_dense_output_by_the_adjoint_is_that_of_the_exact_solution():
    times = np.array([0.9, 0.2])
    decay = lambda t, y, k: -k * y
    options = {"method": "LSODA", "dense_output": True, "rtol": 1e-9, "atol": 1e-11}
    f = lambda k: integrate.solve_ivp(decay, (0, 1), [2.0], args=(k,), **options).sol(times)[0] @ [1.0, 3.0]
    expected = np.sum(-2 * times * np.exp(-0.7 * times) * [1.0, 3.0])
    assert tracker.gradient(f, 0.7)[0] == pytest.approx(expected, rel=1e-6)


def test_dense_output_outside_the_span_says_so():
    sol = integrate.solve_ivp(lambda t, y: -y, (0, 1), tracker.param([1.0]), dense_output=True).sol
    with pytest.raises(ValueError, match="Beyond its span"):
        sol(1.5)
    with pytest.raises(ValueError, match="1-D"):
        sol(np.zeros((2, 2)))


def test_what_has_no_derivative_is_refused():
    f = lambda k, **options: solved(integrate, STATE, k, **options).y[0, -1]
    with pytest.raises(NotImplementedError, match="adjoint"):
        tracker.gradient(lambda k: f(k, method="BDF", gradient="steps"), RATES)
    with pytest.raises(NotImplementedError, match="steps"):
        tracker.hessian(lambda k: f(k, gradient="adjoint"), RATES)
    with pytest.raises(NotImplementedError, match="steps"):
        tracker.pushforward(lambda k: f(k, gradient="adjoint"), (RATES,), (RATES,))
    with pytest.raises(ValueError, match="gradient is"):
        f(RATES, gradient="magic")
    with pytest.raises(ValueError, match="`method` must be"):
        f(RATES, method="magic")


@pytest.mark.parametrize("how", ["steps", "adjoint"])
def test_a_spline_captured_by_the_right_hand_side_gets_its_gradient(how):
    knots, values = np.linspace(0, 1, 4), np.array([1.0, 0.5, 2.0, 1.5])

    def end(values):
        drive = interpolate.CubicSpline(knots, values)
        f = lambda t, y: drive(np.array([t]))
        return integrate.solve_ivp(f, (0, 1), [0.0], rtol=1e-9, atol=1e-10, gradient=how).y[0, -1]

    # the integral of the spline: Simpson's 3/8 rule is exact for the cubic through four points
    np.testing.assert_allclose(tracker.gradient(end, values)[0], np.array([1, 3, 3, 1]) / 8, rtol=1e-6)


# Right-hand sides whose evaluations can be taken at once, and some that can't


def with_parameters(f, **options):
    """A loss of the solution by state and parameters, for a module."""
    return lambda m: lambda y0, k: np.sum(m.solve_ivp(f, (0, 2), y0, args=(k,), **options).y ** 2)


def counted(f):
    def count(*args):
        count.calls += 1
        return f(*args)

    count.calls = 0
    return count


RIGHT_HAND_SIDES = {
    "columns": (prey, True),
    "constant component": (lambda t, y, k: [k[0] * y[1], -9.81], True),
    "matrix": (lambda t, y, k: np.tanh(np.reshape(k, (2, 2)) @ y), True),
    "no parameters": (lambda t, y, k: [y[1], -np.sin(y[0])], True),
    "no state": (lambda t, y, k: [k[0] * np.cos(t), k[1] * t], True),
    "constant": (lambda t, y, k: np.array([1.0, 2.0]), False),
    "branch": (lambda t, y, k: [k[0] * y[1], -k[1] * y[0] if y[0] > 0 else -k[2] * y[0]], False),
    "own error": (lambda t, y, k: refusing_matrices(y) * -k[0], False),
    "number for a time": (lambda t, y, k: np.array([float(t), 1.0]) * k[:2] * y, False),
    "mixes columns": (lambda t, y, k: -k[:2] * y / (1 + np.sum(y**2)), False),
    "mixes derivatives": (lambda t, y, k: -k[0] * y + np.max(y) - tracker.stop_gradient(np.max(y)), False),
    "mixes by shape": (lambda t, y, k: k[:2] * np.roll(y, 1), False),
}  # fmt: skip


class NoMatrixError(Exception):
    pass


def refusing_matrices(y):
    if np.ndim(y) > 1:
        raise NoMatrixError
    return y


@pytest.mark.parametrize("method", ["RK23", "RK45", "DOP853"])
@pytest.mark.parametrize("name", RIGHT_HAND_SIDES)
def test_steps_at_once_recorded_and_repeated_give_the_same(name, method, monkeypatch):
    f, in_columns = RIGHT_HAND_SIDES[name]
    f = counted(f)
    for options in ({}, {"t_eval": TIMES}):
        loss = with_parameters(f, method=method, **options)(integrate)
        expected = repeated(monkeypatch, loss, STATE, RATES)
        f.calls = 0
        with_parameters(f, method=method, **options)(scipy.integrate)(STATE, RATES)
        calls, f.calls = f.calls, 0
        with monkeypatch.context() as changed:
            changed.setattr("tracker.scipy._recorded_steps.FEW", 0)
            recorded = tracker.gradient(loss, STATE, RATES)
        extra = 3 * (len(TIMES) - 1) if method == "DOP853" and options else 0
        assert f.calls <= calls + extra
        f.calls = 0
        found = tracker.gradient(loss, STATE, RATES)
        for a, b, e in zip(found, recorded, expected, strict=True):
            np.testing.assert_allclose(a, e, rtol=1e-10, atol=1e-12)
            np.testing.assert_allclose(b, e, rtol=1e-10, atol=1e-12)
        late = name == "mixes derivatives"  # found out in the sweep; others in the first step, which is recorded anew
        again = calls if late else 0 if in_columns else 1 + getattr(scipy.integrate, method).n_stages
        assert f.calls <= calls + again + max(extra, 6)
        f.calls = 0


def repeated(monkeypatch, loss, *args):
    """The gradients with every step done again after the solve."""
    with monkeypatch.context() as changed:
        changed.setattr("tracker.scipy._recorded_steps.FEW", 0)
        changed.setattr("tracker.scipy._recorded_steps.Recording.has_steps", lambda _: False)
        return tracker.gradient(loss, *args)


MANY = np.cos(np.arange(20.0))
SLOPE = np.empty(20)


def written_into_one_array(t, y, k):
    np.multiply(tracker.data(y), -0.3, out=SLOPE)
    return SLOPE


def written_into_its_state(t, y, k):
    y[0] = k[0]
    return -y * k[1]


RECORDED = {
    "drift": lambda t, y, k: k[0] * np.roll(y, 1) - k[1] * np.sin(y),
    "filled": lambda t, y, k: filled(y, k),
    "list": lambda t, y, k: [k[0] * a - k[1] * b for a, b in zip(y, y[::-1], strict=True)],
    "late": lambda t, y, k: -y if t < 0.4 else k[0] * y[::-1],
    "one number for all": lambda t, y, k: [k[0] * np.sum(y)],
    "writes slope": lambda t, y, k: written_into_one_array(t, y, k) if t > 1 else k[0] * y,
    "writes state": written_into_its_state,
}  # fmt: skip


def filled(y, k):
    slope = np.zeros_like(y)
    slope[1:] = k[0] * y[:-1]
    return slope


@pytest.mark.parametrize("options", [{}, {"t_eval": TIMES}, {"method": "DOP853", "t_eval": TIMES}, {"rtol": 1e-2}])
@pytest.mark.parametrize("name", RECORDED)
def test_recorded_steps_of_many_states(name, options, monkeypatch):
    loss = with_parameters(RECORDED[name], **options)
    found = tracker.withgradient(loss(integrate), MANY, RATES)
    assert found.val == loss(scipy.integrate)(MANY.copy(), RATES)
    for a, e in zip(found.grad, repeated(monkeypatch, loss(integrate), MANY, RATES), strict=True):
        np.testing.assert_allclose(a, e, rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize("size", [2, 20])
def test_captured_values_of_two_derivatives(size, monkeypatch):
    """Recorded at one level, met at another in the course of the solve."""
    y0 = MANY[:size]

    def inner(a):
        f = lambda t, y, b: b * y if t < 0.5 else a * b * y
        return tracker.grad(lambda b: integrate.solve_ivp(f, (0, 1), y0, args=(b,), rtol=1e-9).y[0, -1])(0.7)

    found = inner(1.3), tracker.grad(inner)(1.3)
    with monkeypatch.context() as changed:
        changed.setattr("tracker.scipy._recorded_steps.FEW", 0)
        changed.setattr("tracker.scipy._recorded_steps.Recording.has_steps", lambda _: False)
        expected = inner(1.3), tracker.grad(inner)(1.3)
    assert found == pytest.approx(expected, rel=1e-10)
    assert found[1] != 0


@pytest.mark.parametrize("size", [2, 20])
def test_a_state_of_lower_precision_is_differentiated_in_float64(size):
    y0 = MANY[:size].astype(np.float32)
    loss = lambda y0, k: integrate.solve_ivp(lambda t, y: np.sin(k * y), (0, 1), y0, rtol=1e-9, atol=1e-9).y[0, -1]
    by_state, by_k = tracker.gradient(loss, y0, 0.7)
    assert by_state.dtype == np.float32
    expected = tracker.gradient(loss, y0.astype(float), 0.7)
    np.testing.assert_allclose(by_k, expected[1], rtol=1e-12)
    np.testing.assert_allclose(by_state, expected[0], rtol=1e-6)
    second, exact = (tracker.hvp(lambda k, y=y: loss(y, k), 0.7, 1.0) for y in (y0, y0.astype(float)))
    assert second == pytest.approx(exact, rel=1e-12)


def test_steps_at_once_of_captured_values_backwards_in_time_vectorised_and_twice():
    k = tracker.param(RATES)
    start = tracker.param(STATE)
    f = lambda t, y: np.stack(prey(t, y, k)) + 0.1 * start[:, None]
    y = integrate.solve_ivp(f, (2.0, 0.5), start, t_eval=[1.7, 0.9], vectorized=True, rtol=1e-8, atol=1e-9).y
    loss = np.sum(y * WEIGHTS[:, :2])
    loss.back(once=False)
    loss.back()

    def exact(k, y0):
        g = lambda t, y: np.stack(prey(t, y, k)) + 0.1 * y0
        solution = scipy.integrate.solve_ivp(g, (2.0, 0.5), y0, "DOP853", [1.7, 0.9], rtol=1e-13, atol=1e-13)
        return np.sum(solution.y * WEIGHTS[:, :2])

    expected = numeric_gradient(exact, RATES, STATE)
    np.testing.assert_allclose(k.grad, 2 * expected[0], rtol=1e-6)
    np.testing.assert_allclose(start.grad, 2 * expected[1], rtol=1e-6)


def test_a_tracked_gradient_of_steps_at_once():
    _, back = tracker.pullback(lambda k: solved(integrate, STATE, k, tol=1e-9).y[:, -1], RATES)
    by_seed = tracker.jacobian(lambda dy: back(dy)[0], np.ones(2))
    np.testing.assert_allclose(
        by_seed.T, tracker.jacobian(lambda k: solved(integrate, STATE, k, tol=1e-9).y[:, -1], RATES)
    )


@pytest.mark.parametrize("how", ["steps", "adjoint"])
@pytest.mark.parametrize("name", ["columns", "branch"])
def test_a_sweep_within_no_grad_is_the_same(how, name):
    k = tracker.param(RATES)
    loss = with_parameters(RIGHT_HAND_SIDES[name][0], gradient=how)(integrate)(STATE, k)
    with tracker.no_grad():
        loss.back(once=False)
    within = k.grad.copy()
    tracker.zero_grad(k)
    loss.back()
    np.testing.assert_array_equal(within, k.grad)
    assert np.any(within)


def test_a_solve_of_no_length_is_its_start():
    f = lambda y0: integrate.solve_ivp(prey, (1.0, 1.0), y0, args=(RATES,)).y[:, -1] @ np.array([1.0, 2.0])
    np.testing.assert_allclose(tracker.gradient(f, STATE)[0], [1.0, 2.0])


def test_the_adjoint_with_many_parameters_costs_about_as_many_evaluations_as_with_few():
    def cost(size):
        f = counted(lambda t, y, k: np.tanh(k[:2] * y[::-1] - y))
        loss = with_parameters(f, gradient="adjoint", t_eval=[2.0])(integrate)
        g = tracker.gradient(loss, STATE, np.append(RATES[:2], np.zeros(size - 2)))[1]
        assert not np.any(g[2:])
        return f.calls

    assert cost(5000) == cost(2)


@pytest.mark.parametrize("how", ["steps", "adjoint"])
def test_a_solve_of_no_length_moves_with_its_ends(how):
    """The state at the end of y' = f(t, y): its derivative is f by the end of the span, -f by its start."""
    f = lambda t, y: -0.5 * t * y
    end = lambda t: integrate.solve_ivp(f, (t[0], t[1]), [2.0], gradient=how).y[0, -1]
    np.testing.assert_allclose(tracker.gradient(end, np.ones(2))[0], [1.0, -1.0])
    if how == "adjoint":
        return
    exact = lambda t: 2 * np.exp(-(t[1] ** 2 - t[0] ** 2) / 4)
    np.testing.assert_allclose(tracker.hessian(end, np.ones(2)), tracker.hessian(exact, np.ones(2)))


def test_a_solve_of_no_length_has_no_times_of_interest_as_in_scipy():
    f = lambda y0, m: m.solve_ivp(lambda t, y: -y, (1.0, 1.0), y0, t_eval=[1.0])
    assert f(tracker.param(STATE), integrate).y == f(STATE, scipy.integrate).y == []


@pytest.mark.parametrize("method", ["RK45", "BDF"])
def test_a_solve_that_fails_has_scipys_times_and_gradients_up_to_there(method):
    times = np.array([0.5, 1.0, 2.0, 3.0])  # y' = a y^2 from 1 is 1 / (1 - a t): infinite at 1 / a

    def solve(m, a, times=times):
        return m.solve_ivp(lambda t, y: a * y**2, (0, 3), [1.0], method, times, rtol=1e-8, atol=1e-8)

    for given in (times, tracker.param(times)):
        found, expected = solve(integrate, tracker.param(0.7), given), solve(scipy.integrate, 0.7)
        assert found.status == expected.status == -1
        np.testing.assert_array_equal(tracker.data(found.t), expected.t)
        np.testing.assert_array_equal(found.y.data, expected.y)
    by_a, by_times = tracker.gradient(lambda a, t: np.sum(solve(integrate, a, t).y), 0.7, times)
    reached = times[:2]
    assert by_a == pytest.approx(np.sum(reached / (1 - 0.7 * reached) ** 2), rel=1e-5)
    np.testing.assert_allclose(by_times, [*0.7 / (1 - 0.7 * reached) ** 2, 0, 0], rtol=1e-5)
    ends = tracker.param(0.0), tracker.param(3.0)
    until = integrate.solve_ivp(lambda t, y: 0.7 * y**2, ends, [1.0], method)
    until.t[-1].back()
    assert [t.grad for t in ends] == [0.0, 0.0]  # it did not come to the end
    none = solve(integrate, tracker.param(0.7), times[2:])
    assert none.y == solve(scipy.integrate, 0.7, times[2:]).y == []


@pytest.mark.parametrize("method", ["RK45", "BDF"])
@pytest.mark.parametrize("size", [2, 20])
def test_arguments_of_the_right_hand_side_as_an_array(method, size):
    f = lambda t, y, a, b: a * y[::-1] - b * y
    loss = lambda m: (
        lambda k: np.sum(m.solve_ivp(f, (0, 1), MANY[:size], method, args=k, rtol=1e-9, atol=1e-9).y[:, -1])
    )
    expected = numeric_gradient(loss(scipy.integrate), RATES[:2])
    np.testing.assert_allclose(tracker.gradient(loss(integrate), RATES[:2]), expected, rtol=1e-4)


class FixedSteps(scipy.integrate.RK45):
    """RK45 in steps of 0.1, whatever the error."""

    def __init__(self, *args, **options):
        super().__init__(*args, **{**options, "rtol": 1e9, "atol": 1e9, "first_step": 0.1, "max_step": 0.1})


class Euler(scipy.integrate.RK45):
    """Not what the coefficients say that it has from its base."""

    def _step_impl(self):
        h = min(0.01, self.t_bound - self.t)
        self.y_old, self.y = self.y, self.y + h * self.fun(self.t, self.y)
        self.t += h
        return True, None


@pytest.mark.filterwarnings("ignore:At least one element of `rtol`")
@pytest.mark.parametrize("size", [2, 20])
def test_classes_derived_from_scipys_solvers(size):
    def loss(method, **options):
        f = lambda t, y, k: k[0] * y[::-1] - k[1] * np.sin(y)
        return lambda m: lambda k: np.sum(m.solve_ivp(f, (0, 1), MANY[:size], method, args=(k,), **options).y[:, -1])

    expected = numeric_gradient(loss(FixedSteps)(scipy.integrate), RATES)
    np.testing.assert_allclose(tracker.gradient(loss(FixedSteps)(integrate), RATES), expected, rtol=1e-7, atol=1e-9)
    with pytest.raises(NotImplementedError, match="Euler does not take the steps"):
        tracker.gradient(loss(Euler)(integrate), RATES)


@pytest.mark.parametrize("size", [2, 20])
def test_vectorized_right_hand_sides_are_recorded(size, monkeypatch):
    def f(t, y, k):
        assert y.shape == (size, 1)  # as SciPy calls it: no more than one column works
        return k[0] * y[::-1] - k[1] * np.sin(y)

    loss = with_parameters(f, vectorized=True)(integrate)
    found, expected = tracker.gradient(loss, MANY[:size], RATES), repeated(monkeypatch, loss, MANY[:size], RATES)
    for a, e in zip(found, expected, strict=True):
        np.testing.assert_allclose(a, e, rtol=1e-10)


# Quadrature


def test_fixed_quad_by_limits_parameters_and_captured_variables():
    make = lambda m: lambda a, b, c, d: m.fixed_quad(lambda x, c: np.exp(-c * x) * d, a, b, (c,), n=4)[0]
    assert_derivatives(make, integrate, scipy.integrate, 0.3, 2.2, 0.8, 1.5)
    with pytest.raises(ValueError, match="finite"):
        integrate.fixed_quad(lambda x: x, 0, tracker.param(np.inf))


@pytest.mark.parametrize("name", scipy.integrate.__all__)
def test_every_name_of_scipy_integrate_is_there(name):
    assert hasattr(integrate, name)


def test_what_has_no_derivative_says_what_to_take():
    k = tracker.param(1.5)
    with pytest.raises(NotImplementedError, match="solve_bvp has no derivative: shoot"):
        integrate.solve_bvp(
            lambda x, y: np.stack([y[1], -k * y[0]]), lambda a, b: np.array([a[0], b[0] - 1]), np.linspace(0, 1, 5),
            np.ones((2, 5)),
        )  # fmt: skip
    with pytest.raises(NotImplementedError, match="cubature has no derivative"):
        integrate.cubature(lambda x: k * x[:, 0], [0.0], [1.0])
    with pytest.raises(TypeError, match=r"tracker\.scipy\.integrate\.odeint"):
        scipy.integrate.odeint(lambda y, t: -y, k, [0, 1])
    assert integrate.dblquad(lambda x, y: x * y, 0, 1, 0, 2)[0] == pytest.approx(1.0)
    assert integrate.newton_cotes(2)[0].tolist() == scipy.integrate.newton_cotes(2)[0].tolist()
    with pytest.raises(AttributeError, match="solve_everything"):
        integrate.solve_everything  # noqa: B018


@pytest.mark.parametrize("how", ["steps", "adjoint"])
@pytest.mark.parametrize("size", [1, 20])
def test_a_right_hand_side_that_is_a_captured_value(how, size):
    """No call meets what it gives: y' = k is told by what comes out."""
    k = tracker.param(2 * np.ones(size))
    for f in (lambda t, y: k, lambda t, y: list(k)):
        tracker.zero_grad(k)
        integrate.solve_ivp(f, (0, 1.5), np.zeros(size), gradient=how).y[0, -1].back()
        np.testing.assert_allclose(k.grad, 1.5 * (np.arange(size) == 0), rtol=1e-6)


def test_an_integrand_that_is_a_captured_value():
    assert tracker.gradient(lambda c: integrate.quad(lambda x: c, 0, 2)[0], 3.0) == pytest.approx((2.0,))
    assert tracker.gradient(lambda c: integrate.quad_vec(lambda x: c, 0, 2)[0], 3.0) == pytest.approx((2.0,))


MULTIPLE = {
    "dblquad": lambda m: lambda a, c: m.dblquad(
        lambda y, x, d: np.exp(-c * x * y) * d, a, 1.2, lambda x: a * x, lambda x: x + c, (1.5,)
    ),
    "dblquad with numbers": lambda m: lambda a, c: m.dblquad(lambda y, x: np.exp(-c * x * y), 0, a, a, 2, epsabs=1e-9),
    "tplquad": lambda m: lambda a, c: m.tplquad(
        lambda z, y, x: c * x * y + z, 0, a, lambda x: x, 2, lambda x, y: x * y, lambda x, y: a * y + 1
    ),
    "nquad": lambda m: lambda a, c: m.nquad(
        lambda x, y, b: np.cos(b * x * y), [lambda y, b: (0, b * y), [0, a]], (c,), [{"epsabs": 1e-9}, {"limit": 40}]
    ),
    "nquad of one variable": lambda m: lambda a, c: m.nquad(lambda x: np.exp(c * x), [[0, a]]),
    "nquad with all that it did": lambda m: lambda a, c: m.nquad(
        lambda x, y: np.exp(c * x * y), ((0, a), (0, 1)), opts=[lambda *_: {"epsrel": 1e-9}] * 2, full_output=True
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", MULTIPLE)
def test_multiple_integrals(name):
    ours, theirs = MULTIPLE[name](integrate), MULTIPLE[name](scipy.integrate)
    at = 0.8, 1.3
    found = ours(*map(tracker.param, at))
    assert (tracker.data(found[0]), *found[1:]) == theirs(*at)
    assert ours(*at) == theirs(*at)
    expected = numeric_gradient(lambda *at: theirs(*at)[0], *at)
    np.testing.assert_allclose(tracker.gradient(lambda *at: ours(*at)[0], *at), expected, rtol=1e-7)


def test_nested_quad_is_a_double_integral():
    f = lambda c: integrate.quad(lambda x: integrate.quad(lambda y: np.exp(-c * x * y), 0, 1)[0], 0, 1)[0]
    exact = lambda c: scipy.integrate.dblquad(lambda y, x: np.exp(-c * x * y), 0, 1, 0, 1, epsabs=1e-12)[0]
    assert tracker.grad(f)(1.3) == pytest.approx(numeric_gradient(exact, 1.3)[0], rel=1e-8)


def test_quad_by_limits_parameters_and_captured_variables():
    f = lambda x, c: np.exp(-c * x) * np.sin(x)
    g = lambda a, b, c: integrate.quad(f, a, b, args=(c,))[0]
    plain = lambda a, b, c: scipy.integrate.quad(f, a, b, (c,), epsabs=1e-13)[0]
    at = (0.3, 2.2, 0.8)
    assert g(*at) == scipy.integrate.quad(f, 0.3, 2.2, (0.8,))[0]
    expected = numeric_gradient(plain, *at)
    np.testing.assert_allclose(tracker.gradient(g, *at), expected, rtol=1e-8)
    assert tracker.pushforward(g, at, (1.0, 2.0, 3.0))[1] == pytest.approx(np.dot(expected, (1, 2, 3)), rel=1e-8)
    # d2/db dc of the integral is df/dc at b
    by_limit = lambda c: tracker.grad(lambda b: integrate.quad(lambda x: f(x, c), 0.3, b)[0])(2.2)
    assert tracker.grad(by_limit)(0.8) == pytest.approx(-2.2 * np.exp(-0.8 * 2.2) * np.sin(2.2), rel=1e-8)


@pytest.mark.parametrize(("a", "b"), [(0.4, np.inf), (-np.inf, 0.4), (-np.inf, np.inf), (np.inf, 0.4), (0.4, -np.inf)])
@pytest.mark.parametrize("quad", ["quad", "quad_vec"])
def test_quadrature_over_infinite_ranges(quad, a, b):
    f = lambda x, c: np.exp(-c * x * x)
    value = lambda module: lambda c: getattr(module, quad)(f, a, b, args=(c,))[0]
    expected = numeric_gradient(lambda c: scipy.integrate.quad(f, a, b, (c,), epsabs=1e-13)[0], 1.5)[0]
    assert tracker.grad(value(integrate))(1.5) == pytest.approx(expected, rel=1e-7)
    if np.isfinite(a):
        by_limit = tracker.grad(lambda a: getattr(integrate, quad)(lambda x: f(x, 1.5), a, b)[0])(a)
        assert by_limit == pytest.approx(-f(a, 1.5), rel=1e-7)


def test_quad_vec_gives_the_jacobian_of_a_vector():
    powers = np.array([1.0, 2.0, 3.5])
    g = lambda b: integrate.quad_vec(lambda x: x**powers, 0.0, b)[0]
    np.testing.assert_allclose(tracker.jacobian(g, 1.7), 1.7**powers, rtol=1e-9)


def test_equal_limits_have_the_integrand_as_slope():
    assert tracker.grad(lambda b: integrate.quad(np.cos, 0.5, b)[0])(0.5) == pytest.approx(np.cos(0.5), rel=1e-12)


@pytest.mark.parametrize(
    ("f", "limits", "exact"),
    [
        (lambda x, c: np.exp(c * x) / np.sqrt(x), (0, 1), None),
        (lambda x, c: np.log(x) * x**c, (0, 1), lambda c: -1 / (1 + c) ** 2),
        (lambda x, c: c / np.sqrt(1 - x), (0, 1), lambda c: 2 * c),
        (lambda x, c: np.exp(-c * x) / np.sqrt(x), (0, np.inf), lambda c: np.sqrt(np.pi / c)),
    ],
)
def test_quad_of_integrands_with_weak_singularities(f, limits, exact):
    plain = exact or (lambda c: scipy.integrate.quad(lambda u: 2 * np.exp(c * u**2), 0, 1)[0])  # x = u^2
    found = tracker.withgradient(lambda c: integrate.quad(f, *limits, args=(c,))[0], 0.7)
    assert found.val == scipy.integrate.quad(f, *limits, args=(0.7,))[0]
    assert found.grad[0] == pytest.approx(numeric_gradient(plain, 0.7)[0], rel=1e-6)


def test_quad_of_complex_functions():
    f = lambda m: lambda c, b: m.quad(lambda x, c: np.exp(1j * c * x), 0, b, args=(c,), complex_func=True)
    assert f(integrate)(0.7, 1.2) == f(scipy.integrate)(0.7, 1.2)
    loss = lambda m: lambda c, b: np.abs(f(m)(c, b)[0] - 2) ** 2
    expected = numeric_gradient(loss(scipy.integrate), 0.7, 1.2)
    np.testing.assert_allclose(tracker.gradient(loss(integrate), 0.7, 1.2), expected, rtol=1e-8)


def test_quad_rejects_what_is_no_function_as_scipy_does():
    with pytest.raises(ValueError, match="invalid callable"):
        integrate.quad(3.0, 0, tracker.param(1.0))


def test_quad_refuses_what_it_can_not_differentiate():
    f = lambda c, **options: integrate.quad(lambda x: c * x, 0, 1, **options)[0]
    with pytest.raises(NotImplementedError, match="weight"):
        tracker.grad(lambda c: f(c, weight="cos", wvar=2.0))(1.0)
    with pytest.raises(ValueError, match="singularity"):
        tracker.grad(lambda c: integrate.quad(lambda x: c * x**-0.9, 0, 1)[0])(1.0)


# Samples

RNG = np.random.default_rng(3)
X = np.cumsum(RNG.uniform(0.3, 1.4, 8))
FUNCTIONS = ["trapezoid", "simpson", "cumulative_trapezoid", "cumulative_simpson"]


@pytest.mark.parametrize("name", FUNCTIONS)
@pytest.mark.parametrize("n", [2, 3, 4, 7, 8])
@pytest.mark.parametrize("axis", [0, -1])
def test_integrals_of_samples(name, n, axis):
    y = RNG.standard_normal((n, 2) if axis == 0 else (2, n))
    ours, theirs = getattr(integrate, name), getattr(scipy.integrate, name)
    assert_derivatives(lambda f: lambda y, x: f(y, x=x, axis=axis), ours, theirs, y, X[:n])
    assert_derivatives(lambda f: lambda y, dx: f(y, dx=dx, axis=axis), ours, theirs, y, 0.7)
    assert_derivatives(lambda f: lambda y: f(y, x=X[:n], axis=axis), ours, theirs, y)
    assert_derivatives(lambda f: lambda y: f(y, dx=0.7, axis=axis), ours, theirs, y)
    places = X[:n, None] * [1, 1.3] if axis == 0 else X[:n] * [[1], [1.3]]
    assert_derivatives(lambda f: lambda y: f(y, x=places, axis=axis), ours, theirs, y)


def test_many_samples_by_romberg():
    """Weights without a matrix of them: a parabola is integrated exactly, and its weights add up to the interval."""
    n = 2**16 + 1
    weights = tracker.gradient(lambda y: integrate.romb(y, 1 / (n - 1)), np.zeros(n))[0]
    np.testing.assert_allclose([weights.sum(), weights @ np.linspace(0, 1, n) ** 2], [1, 1 / 3], rtol=1e-12)


@pytest.mark.parametrize("axis", [0, -1])
def test_romberg_of_samples(axis):
    y = RNG.standard_normal((9, 2) if axis == 0 else (2, 9))
    assert_derivatives(lambda m: lambda y, dx: m.romb(y, dx, axis), integrate, scipy.integrate, y, 0.7)
    assert_derivatives(lambda m: lambda y: m.romb(y, 0.7, axis), integrate, scipy.integrate, y)
    with pytest.raises(ValueError, match="samples"):
        integrate.romb(tracker.param(np.ones(4)))


@pytest.mark.parametrize("name", ["cumulative_trapezoid", "cumulative_simpson"])
def test_initial_value_before_cumulative_sums(name):
    ours, theirs = getattr(integrate, name), getattr(scipy.integrate, name)
    assert_derivatives(lambda f: lambda y: f(y, x=X, initial=0), ours, theirs, RNG.standard_normal(8))


def test_initial_values_of_cumulative_simpson_along_an_axis():
    make = lambda f: lambda y, initial: f(y, x=X, axis=0, initial=initial)
    y, initial = RNG.standard_normal((8, 2)), np.array([[0.4, 1.0]])
    assert_derivatives(make, integrate.cumulative_simpson, scipy.integrate.cumulative_simpson, y, initial)


def test_float32_samples_stay_float32():
    y = np.linspace(0, 1, 5, dtype=np.float32)
    assert tracker.gradient(lambda y: np.sum(integrate.simpson(y)), y)[0].dtype == np.float32


@pytest.mark.parametrize("limits", [(1.0, 0.0), (np.inf, 0.5), (-0.5, -np.inf), (np.inf, -np.inf)])
def test_falling_limits(limits):
    f = lambda a: integrate.quad(lambda x: np.exp(-a * x * x) * (1 + x), *limits)[0]
    up = lambda a: -integrate.quad(lambda x: np.exp(-a * x * x) * (1 + x), *limits[::-1])[0]
    np.testing.assert_allclose(f(1.3), up(1.3), rtol=1e-12)
    np.testing.assert_allclose(tracker.gradient(f, 1.3), tracker.gradient(up, 1.3), rtol=1e-9)
    if np.isfinite(limits[1]):
        by_end = tracker.gradient(lambda b: integrate.quad(lambda x: np.exp(-x), limits[0], b)[0], limits[1])
        np.testing.assert_allclose(by_end, np.exp(-limits[1]), rtol=1e-9)


def test_falling_limits_of_quad_vec():
    f = lambda a: integrate.quad_vec(lambda x: a * x, 1.0, 0.0)[0]
    np.testing.assert_allclose(tracker.gradient(f, 2.0), -0.5, rtol=1e-12)


# Events


def fall(t, y, g, drag):
    return [y[1], -g - drag * y[1]]


def ground(t, y, g, drag):
    return y[0]


def slow(t, y, g, drag):
    return y[1] + 10 * drag * t


ground.terminal, ground.direction = True, -1
THROW = (np.array([1.0, 3.0]), 9.8, 0.2)


def thrown(module, y0, g, drag, span=(0.0, 100.0), **options):
    options = {"rtol": 1e-10, "atol": 1e-10, **options}
    return module.solve_ivp(fall, span, y0, events=[ground, slow], args=(g, drag), **options)


OUTCOMES = {
    "the end": lambda r: r.t[-1] * r.y[1, -1],
    "its time": lambda r: r.t_events[0][0],
    "its state": lambda r: r.y_events[0][0, 1],
    "the time of another": lambda r: r.t_events[1][0],
    "the state of another": lambda r: r.y_events[1][0, 0] + r.y_events[1][0, 1],
}


@pytest.mark.parametrize("outcome", OUTCOMES)
@pytest.mark.parametrize(
    "options",
    [{}, {"method": "DOP853"}, {"method": "Radau"}, {"gradient": "adjoint"}, {"dense_output": True}],
    ids=lambda options: "-".join(map(str, options.values())) or "RK45",
)
def test_events_move_with_all_that_they_depend_on(outcome, options):
    of = OUTCOMES[outcome]
    plain = {k: v for k, v in options.items() if k != "gradient"}
    theirs = lambda *x: of(thrown(scipy.integrate, *x, **plain))
    value, found = tracker.withgradient(lambda *x: of(thrown(integrate, *x, **options)), *THROW)
    assert value == theirs(*THROW)
    for a, e in zip(found, numeric_gradient(theirs, *THROW, step=1e-4), strict=True):
        np.testing.assert_allclose(a, e, rtol=2e-6, atol=2e-6)


def test_events_in_forward_mode_and_twice():
    f = lambda *x: sum(OUTCOMES[k](thrown(integrate, *x)) for k in ("its time", "its state", "the time of another"))
    along = lambda s: f(THROW[0] + s * np.array([0.3, -0.5]), 9.8 + s, 0.2 - 0.1 * s)
    slope = lambda s: tracker.grad(along)(s)
    assert tracker.pushforward(along, (0.0,), (1.0,))[1] == pytest.approx(slope(0.0), rel=1e-10)
    assert tracker.grad(slope)(0.0) == pytest.approx((slope(1e-4) - slope(-1e-4)) / 2e-4, rel=1e-6)


def test_times_before_an_event_that_stops_the_solution():
    times = np.linspace(0, 3, 13)
    f = lambda m: lambda *x: np.sum(thrown(m, *x, t_eval=times).y * np.arange(1.0, 5.0))
    value, found = tracker.withgradient(f(integrate), *THROW)
    assert value == f(scipy.integrate)(*THROW)
    for a, e in zip(found, numeric_gradient(f(scipy.integrate), *THROW, step=1e-4), strict=True):
        np.testing.assert_allclose(a, e, rtol=1e-6, atol=1e-6)


def swing(t, y):
    return np.stack([y[1], -y[0]])


def crossing(level, terminal):
    event = lambda t, y: y[0] - level
    event.terminal = terminal
    return event


@pytest.mark.parametrize(("span", "sign"), [((0.0, 20.0), 1), ((20.0, 0.0), -1)])
def test_what_an_event_captures_and_a_solution_backwards(span, sign):
    solve = lambda m, c: m.solve_ivp(swing, span, [1.0, 0.0], events=crossing(c, 2), rtol=1e-10, atol=1e-10)
    found = tracker.gradient(lambda c: solve(integrate, c).t[-1], 0.3)[0]
    assert found == pytest.approx(sign / np.sqrt(1 - 0.09), rel=1e-7)  # of 2 pi - arccos(c)
    ours, theirs = solve(integrate, tracker.param(0.3)), solve(scipy.integrate, 0.3)
    np.testing.assert_array_equal(tracker.data(ours.t), theirs.t)
    np.testing.assert_array_equal(tracker.data(ours.y), theirs.y)
    assert (ours.status, ours.message, ours.nfev) == (theirs.status, theirs.message, theirs.nfev)


def test_events_that_do_not_happen_and_the_dense_output_of_a_stopped_solution():
    start = tracker.param([1.0, 0.0])
    result = integrate.solve_ivp(
        swing, (0, 20), start, events=[crossing(5.0, False), crossing(0.3, True)], dense_output=True
    )
    assert result.t_events[0].shape == result.y_events[0].shape == (0,)
    np.testing.assert_allclose(tracker.data(result.sol(result.t[-1])), tracker.data(result.y[:, -1]), rtol=1e-12)
    with pytest.raises(ValueError, match="Beyond its span"):
        result.sol(19.0)
    plain = integrate.solve_ivp(swing, (0, 20), [1.0, 0.0], events=crossing(0.3, True))
    assert isinstance(plain.t_events[0], np.ndarray)
    assert plain.status == 1


def test_an_event_that_touches_zero_has_no_derivative():
    touch = lambda t, y: y[0] * 0 + np.sign(tracker.data(t) - 0.5)  # a jump
    with pytest.raises(tracker.errors.DegenerateError, match="touches zero"):
        integrate.solve_ivp(swing, (0, 1), tracker.param([1.0, 0.0]), events=touch)
