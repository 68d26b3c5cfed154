"""tracker.elementwise: scalar Python functions over arrays, against complex step and known derivatives."""

from typing import Any

import numpy as np
import pytest

import tracker
from tracker import elementwise, gradient, hessian, param, pushforward


@elementwise
def branches(x: Any) -> Any:
    if x < 0:
        return x * x
    total = x
    for _ in range(3):
        total = np.sin(total) + x
    return total


@elementwise
def mixed(x: Any, y: Any) -> Any:
    return x * np.exp(y) if x > y else y**3


X = np.array([[-1.5, 0.3], [2.0, -0.2]])


def complex_step(f: Any, x: float) -> float:
    """The derivative of an analytic f at x."""
    return float(np.imag(f(complex(x, 1e-30)))) / 1e-30


def branches_slope(x: float) -> float:
    def analytic(z: complex) -> Any:
        total = z
        for _ in range(3):
            total = np.sin(total) + z
        return total

    return 2 * x if x < 0 else complex_step(analytic, x)


def test_value_is_that_of_numpy_vectorize() -> None:
    expected = np.vectorize(branches.__wrapped__)(X)
    np.testing.assert_array_equal(branches(X), expected)
    np.testing.assert_array_equal(branches(param(X)).data, expected)


def test_gradient_of_branches_and_loops_equals_complex_step() -> None:
    weights = np.array([[1.0, 2.0], [3.0, 4.0]])
    (g,) = gradient(lambda x: np.sum(weights * branches(x)), X)
    expected = weights * np.vectorize(branches_slope)(X)
    np.testing.assert_allclose(g, expected, rtol=1e-12)


def test_forward_mode_equals_complex_step() -> None:
    v = np.array([[1.0, -2.0], [0.5, 3.0]])
    _, dy = pushforward(branches, (X,), (v,))
    np.testing.assert_allclose(dy, v * np.vectorize(branches_slope)(X), rtol=1e-12)


def test_arguments_broadcast_and_their_gradients_are_summed_back() -> None:
    x, y = np.array([[1.0], [-1.0]]), np.array([0.5, -2.0, 2.0])
    dx, dy = gradient(lambda x, y: np.sum(mixed(x, y)), x, y)
    above = x > y
    np.testing.assert_allclose(dx, np.sum(np.where(above, np.exp(y), 0), axis=1, keepdims=True))
    np.testing.assert_allclose(dy, np.sum(np.where(above, x * np.exp(y), 3 * y**2), axis=0))


def test_numbers_give_numbers() -> None:
    assert mixed(2.0, 1.0) == 2 * np.exp(1.0)
    dx, dy = gradient(mixed, 2.0, 1.0)
    assert type(dx) is float
    assert (dx, dy) == pytest.approx((np.e, 2 * np.e))


def test_second_and_third_derivatives_nest() -> None:
    cube = elementwise(lambda x: x**4 if x > 0 else -(x**3))
    x = np.array([2.0, -3.0])
    np.testing.assert_allclose(hessian(lambda x: np.sum(cube(x)), x), np.diag([48.0, 18.0]))
    third = gradient(lambda x: np.sum(gradient(lambda x: np.sum(gradient(lambda x: np.sum(cube(x)), x)[0]), x)[0]), x)
    np.testing.assert_allclose(third[0], [48.0, -6.0])
    assert tracker.gradcheck(mixed, np.array([1.0, 0.2]), np.array([0.4, 0.9]), order=2)


def test_function_of_several_results() -> None:
    polar = elementwise(lambda x, y: (np.hypot(x, y), np.arctan2(y, x)))
    x, y = np.array([3.0, 1.0]), np.array([4.0, 1.0])
    dx, dy = gradient(lambda x, y: np.sum(polar(x, y)[0]), x, y)
    np.testing.assert_allclose(dx, x / np.hypot(x, y))
    dx, dy = gradient(lambda x, y: np.sum(polar(x, y)[0] + 2 * polar(x, y)[1]), x, y)
    np.testing.assert_allclose(dy, y / np.hypot(x, y) + 2 * x / (x * x + y * y))


def test_integer_and_plain_arguments_are_constants() -> None:
    power = elementwise(lambda x, n: x**n)
    (g,) = gradient(lambda x: np.sum(power(x, np.array([2, 3]))), np.array([3.0, 2.0]))
    np.testing.assert_allclose(g, [6.0, 12.0])


def test_float32_stays_float32() -> None:
    x = np.array([0.5, -1.0], dtype=np.float32)
    y, back = tracker.pullback(branches, x)
    assert y.dtype == np.float32
    assert back(np.ones_like(y))[0].dtype == np.float32


def test_empty_arrays_give_empty_arrays() -> None:
    (g,) = gradient(lambda x: np.sum(branches(x)), np.zeros((0, 2)))
    assert g.shape == (0, 2)


def test_keywords_reach_the_function() -> None:
    scaled = elementwise(lambda x, k=1.0: k * x * x)
    np.testing.assert_allclose(gradient(lambda x: np.sum(scaled(x, k=3.0)), np.array([2.0]))[0], [12.0])


def test_a_captured_tracked_variable_is_an_error_and_not_a_lost_gradient() -> None:
    def loss(x: Any, w: Any) -> Any:
        return np.sum(elementwise(lambda v: v * w)(x))

    with pytest.raises(tracker.errors.RuleError, match="not among its arguments"):
        gradient(loss, np.array([1.0, 2.0]), 3.0)


def test_a_variable_captured_beside_plain_arrays_gets_its_gradient() -> None:
    x = np.array([1.0, 2.0])
    assert gradient(lambda w: np.sum(elementwise(lambda v: v * w * w)(x)), 3.0) == (18.0,)


def test_a_tracked_keyword_and_a_complex_argument_are_refused() -> None:
    with pytest.raises(TypeError, match="by position"):
        branches(1.0, k=param(2.0))
    with pytest.raises(NotImplementedError, match="complex"):
        branches(param([1j]))


def test_sign_of_complex_numbers_turns_with_them() -> None:
    """z / |z| moves by i z / |z| times the rotation: d/dt (z / |z|) = i s Im(conj(s) v) / |z|."""
    z, v = np.array([1 + 2j, 3 - 1j]), np.array([0.3 + 1j, -2 + 0.5j])
    y, dy = pushforward(np.sign, (z,), (v,))
    np.testing.assert_array_equal(y, np.sign(z))
    s = z / np.abs(z)
    np.testing.assert_allclose(dy, 1j * s * np.imag(np.conj(s) * v) / np.abs(z), rtol=1e-12)
