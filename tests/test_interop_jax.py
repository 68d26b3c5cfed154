"""JAX functions inside tracked programs: values, gradients, second order, dtypes."""

import numpy as np
import pytest

import tracker

pytest.importorskip("jax", reason="the bridge to JAX needs JAX, which is no dependency of the tests")

import jax.numpy as jnp

from tracker.interop.jax import from_jax

product = from_jax(lambda x, y: jnp.sin(x) * y)


def test_gradients_of_a_jax_function_in_a_tracked_program():
    x, y = np.array([0.3, -1.2]), np.array([2.0, 0.5])
    dx, dy = tracker.gradient(lambda x, y: np.sum(product(x, y) ** 2), x, y)
    np.testing.assert_allclose(dx, 2 * np.sin(x) * np.cos(x) * y**2, rtol=1e-12)
    np.testing.assert_allclose(dy, 2 * np.sin(x) ** 2 * y, rtol=1e-12)


def test_second_order_is_that_of_the_function():
    x, y = np.array([0.3, -1.2]), np.array([2.0, 0.5])
    found = tracker.jacobian(tracker.grad(lambda x: np.sum(product(x, y))), x, mode="reverse")
    np.testing.assert_allclose(found, np.diag(-np.sin(x) * y), rtol=1e-12)


def test_float32_is_kept_and_plain_arguments_give_plain_results():
    x = np.ones(2, np.float32)
    assert type(product(x, x)) is np.ndarray
    assert product(x, x).dtype == np.float32
    assert tracker.gradient(lambda x: np.sum(product(x, x)), x)[0].dtype == np.float32


def test_integer_arguments_are_constants():
    take = from_jax(lambda x, i: x[i] ** 2)
    np.testing.assert_array_equal(tracker.gradient(lambda x: take(x, 1), np.array([1.0, 3.0]))[0], [0, 6])
