"""JAX functions inside tracked programs, tracker's inside JAX programs: values, gradients, second order, dtypes."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

import tracker

pytest.importorskip("jax", reason="the bridge to JAX needs JAX, which is no dependency of the tests")

import jax
import jax.numpy as jnp

from tracker.interop.jax import from_jax, rule_from_jax, to_jax

product = from_jax(lambda x, y: jnp.sin(x) * y)
X, Y = np.array([0.3, -1.2]), np.array([2.0, 0.5])


@dataclass
class Pair:
    first: Any
    second: Any


# JAX functions in tracked programs


def test_gradients_of_a_jax_function_in_a_tracked_program():
    dx, dy = tracker.gradient(lambda x, y: np.sum(product(x, y) ** 2), X, Y)
    np.testing.assert_allclose(dx, 2 * np.sin(X) * np.cos(X) * Y**2, rtol=1e-12)
    np.testing.assert_allclose(dy, 2 * np.sin(X) ** 2 * Y, rtol=1e-12)


@pytest.mark.parametrize("mode", ["reverse", "forward"])
def test_second_order_is_that_of_the_function(mode):
    found = tracker.jacobian(tracker.grad(lambda x: np.sum(product(x, Y))), X, mode=mode)
    np.testing.assert_allclose(found, np.diag(-np.sin(X) * Y), rtol=1e-12)


def test_derivatives_agree_with_differences_in_all_modes():
    f = from_jax(jax.jit(lambda x, y: jnp.cumsum(jnp.exp(x)) * jnp.sum(y**3)))
    assert tracker.gradcheck(f, X, Y, order=2)


def test_float32_is_kept_and_plain_arguments_give_plain_results():
    x = np.ones(2, np.float32)
    assert type(product(x, x)) is np.ndarray
    assert product(x, x).dtype == np.float32
    assert tracker.gradient(lambda x: np.sum(product(x, x)), x)[0].dtype == np.float32
    assert product(x, 2.0).dtype == np.float32


def test_integer_arguments_are_constants():
    take = from_jax(lambda x, i: x[i] ** 2)
    np.testing.assert_array_equal(tracker.gradient(lambda x: take(x, 1), np.array([1.0, 3.0]))[0], [0, 6])
    np.testing.assert_array_equal(tracker.gradient(lambda x: np.sum(take(x, np.array([1, 1]))), np.ones(2))[0], [0, 4])


def test_structures_keywords_and_what_is_no_array_pass_through():
    @from_jax
    def f(model, *, shift=None, power=1):
        y = (model["W"] @ model["pair"].first) ** power
        y = y if shift is None else y + shift
        return Pair(y, {"largest": jnp.argmax(y), "name": model["name"], "none": None})

    model = {"W": np.array([[1.0, 2.0], [3.0, 4.0]]), "pair": Pair(np.array([1.0, 1.0]), 3), "name": "m"}
    plain = f(model, power=2)
    assert (plain.first.tolist(), int(plain.second["largest"])) == ([9, 49], 1)
    assert (plain.second["name"], plain.second["none"]) == ("m", None)

    def loss(model, shift):
        y = f(model, shift=shift, power=2)
        assert isinstance(y.second["largest"], np.ndarray)
        return np.sum(y.first)

    dmodel, dshift = tracker.gradient(loss, model, 1.0)
    assert dshift == 2.0
    assert dmodel["W"].tolist() == [[6, 6], [14, 14]]
    assert (dmodel["pair"].first.tolist(), dmodel["pair"].second, dmodel["name"]) == ([48, 68], None, None)


def test_several_results_of_which_one_is_used():
    f = from_jax(lambda x: (x**2, jnp.exp(x), jnp.floor(x).astype(int)))
    np.testing.assert_allclose(tracker.gradient(lambda x: np.sum(f(x)[1]), X)[0], np.exp(X), rtol=1e-12)
    assert tracker.gradcheck(lambda x: np.sum(f(x)[0] * f(x)[1]), X, order=2)


def test_complex_gradients_follow_trackers_convention():
    z = np.array([1 + 2j, -0.5 + 0.3j])
    f = from_jax(lambda z: jnp.exp(z) * jnp.conj(z))
    g = lambda z: np.exp(z) * np.conj(z)
    for loss in (lambda y: np.sum(np.abs(y) ** 2), lambda y: np.sum(y.imag)):
        found, expected = (tracker.gradient(lambda z, h=h, loss=loss: loss(h(z)), z)[0] for h in (f, g))
        np.testing.assert_allclose(found, expected, rtol=1e-12)


def test_a_later_write_into_an_argument_does_not_reach_the_gradient():
    def f(x):
        x = 1.0 * x
        y = product(x, Y)
        x[:] = 100.0
        return np.sum(y)

    np.testing.assert_allclose(tracker.gradient(f, X)[0], np.cos(X) * Y, rtol=1e-12)


def test_what_jax_does_not_take_and_what_is_no_array_is_named():
    with pytest.raises(TypeError, match=r"longdouble|float128"):
        product(X.astype(np.longdouble), Y)
    with pytest.raises(TypeError, match="returned a object"):
        from_jax(lambda x: object())(X)


# Rules


def test_a_rule_from_jax_gives_a_functions_derivative():
    def weighted(x, w, power=2):
        return np.asarray(w) @ np.asarray(x) ** power

    rule_from_jax(weighted, lambda x, w, power=2: w @ x**power)
    assert tracker.gradcheck(lambda x, w: tracker.track(weighted, x, w, power=3), X, Y, order=2)
    assert tracker.gradient(lambda x: tracker.track(weighted, x, np.array([1, 2])), X)[0].tolist() == [0.6, -4.8]


def test_a_rule_from_jax_for_several_results():
    def polar(x, y):
        return np.hypot(x, y), np.arctan2(y, x)

    rule_from_jax(polar, lambda x, y: (jnp.hypot(x, y), jnp.arctan2(y, x)))
    assert tracker.gradcheck(lambda x, y: tracker.track(polar, x, y)[1], X, Y, order=2)


# tracker's functions in JAX programs


def ordered(x, y):
    return np.cumsum(np.sort(x)) * np.sin(y)


def in_jax(x, y):
    return jnp.cumsum(jnp.sort(x)) * jnp.sin(y)


@pytest.mark.parametrize("compiled", [False, True])
def test_values_and_derivatives_in_jax_are_those_of_jax(compiled):
    wrap = jax.jit if compiled else lambda f: f
    bridged = to_jax(ordered)
    found, expected = (lambda x, y, h=h: jnp.sum(h(x, y) ** 2) for h in (bridged, in_jax))
    with jax.enable_x64(True):
        np.testing.assert_allclose(wrap(bridged)(X, Y), in_jax(X, Y), rtol=1e-12)
        for transform in (jax.grad, lambda f: jax.grad(f, 1), lambda f: jax.jacrev(jax.grad(f))):
            np.testing.assert_allclose(wrap(transform(found))(X, Y), transform(expected)(X, Y), rtol=1e-12)


def test_vmap_of_the_value_and_of_the_gradient():
    rows = np.array([[0.3, -1.2], [1.0, 2.0], [3.0, -4.0]], np.float32)
    y = Y.astype(np.float32)
    for f in (lambda h: h, lambda h: jax.grad(lambda x, y: jnp.sum(h(x, y) ** 2))):
        found, expected = (jax.vmap(f(h), (0, None))(rows, y) for h in (to_jax(ordered), in_jax))
        np.testing.assert_allclose(found, expected, rtol=1e-5)


def test_structures_integers_and_large_arrays_in_jax():
    f = to_jax(lambda model, i: {"y": model["W"][i] ** 2, "i": i + 1})
    model = {"W": jnp.arange(100_000.0), "none": None}
    found = jax.jit(jax.grad(lambda model: f(model, jnp.array(3))["y"]))(model)
    assert (found["W"].dtype, found["W"][3], float(jnp.sum(found["W"])), found["none"]) == (jnp.float32, 6, 6, None)
    assert f(model, 3)["i"] == 4


def test_complex_gradients_in_jax_are_those_of_jax():
    z = jnp.array([1 + 2j, -0.5 + 0.3j])
    found, expected = (
        jax.grad(lambda z, h=h: jnp.sum(jnp.abs(h(z)) ** 2))(z)
        for h in (to_jax(lambda z: np.exp(z) * np.conj(z)), lambda z: jnp.exp(z) * jnp.conj(z))
    )
    np.testing.assert_allclose(found, expected, rtol=1e-5)


def test_the_shape_of_the_result_can_be_given():
    def lower(a):
        return np.linalg.cholesky(a)

    a = jnp.array([[2.0, 0.5], [0.5, 1.0]])
    with pytest.raises(TypeError, match="called with ones"):
        to_jax(lower)(a)
    for result in (a, lambda a: a):
        np.testing.assert_allclose(to_jax(lower, result)(a), np.linalg.cholesky(a), rtol=1e-6)
    with pytest.raises(Exception, match=r"shape"):
        jax.block_until_ready(to_jax(lower, a[0])(a))


def test_an_error_of_the_function_reaches_the_caller():
    def refuses(x):
        if x[0] > 2:
            raise ValueError("more than two")
        return x

    with pytest.raises(Exception, match="more than two"):
        jax.block_until_ready(jax.jit(to_jax(refuses))(jnp.full(2, 3.0)))
