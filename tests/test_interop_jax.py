"""tracker's functions inside JAX programs: values, gradients, second order, `jit`, `vmap`."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import tracker
from tracker.interop.jax import from_jax, to_jax

X, Y = np.array([0.3, -1.2]), np.array([2.0, 0.5])


def test_compiled_functions_of_jax_differentiate_in_tracked_programs():
    f = from_jax(jax.jit(lambda x, y: jnp.cumsum(jnp.exp(x)) * jnp.sum(y**3)))
    assert tracker.gradcheck(f, X, Y, order=2)


def test_an_array_that_begins_at_64_bytes_is_lent_without_a_copy():
    from tracker.interop.jax import _JAX

    memory = np.zeros(1000 + 8)
    start = -memory.ctypes.data % 64 // 8
    assert _JAX.lent(aligned := memory[start : start + 1000]).unsafe_buffer_pointer() == aligned.ctypes.data
    other = memory[start + 1 : start + 1001]
    assert _JAX.lent(other).unsafe_buffer_pointer() != other.ctypes.data


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


def test_the_shape_of_the_result_is_found_out_once():
    calls = []
    f = to_jax(lambda x: (calls.append(x.tolist()), x * 2)[1])
    assert [f(jnp.full(2, v)).tolist() for v in (3.0, 4.0)] == [[6, 6], [8, 8]]
    assert calls == [[1, 1], [3, 3], [4, 4]]


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


def test_keywords_and_what_is_no_array_in_jax():
    calls = []

    def f(x, mode="square", *, scale=None):
        calls.append(mode)
        y = x**2 if mode == "square" else mode(x)
        return y if scale is None else y * scale

    g, x, y = to_jax(f), jnp.array(X), jnp.array(Y)
    np.testing.assert_allclose(g(x, mode=np.sin), np.sin(X), rtol=1e-6)
    assert len(calls) == 2  # once to find out the shape
    np.testing.assert_allclose(g(x, np.sin), np.sin(X), rtol=1e-6)
    before = len(calls)
    g(x, mode=np.sin)
    assert len(calls) == before + 1
    for wrap in (lambda h: h, jax.jit):
        found = wrap(jax.grad(lambda x, y: jnp.sum(g(x, mode=np.sin, scale=y)), (0, 1)))(x, y)
        np.testing.assert_allclose(found, (np.cos(X) * Y, np.sin(X)), rtol=1e-6)
    second = jax.jacrev(jax.grad(lambda x: jnp.sum(g(x, scale=y))))(x)
    np.testing.assert_allclose(second, np.diag(2 * Y), rtol=1e-6)
    given = to_jax(lambda x, *, y: x * y, result=lambda x, y: x)
    np.testing.assert_allclose(given(x, y=y), X * Y, rtol=1e-6)


@pytest.mark.parametrize(
    ("call", "named"),
    [
        (lambda x: to_jax(np.sin)(x.astype(jnp.bfloat16)), "bfloat16"),
        (lambda x: to_jax(lambda x, key: x)(x, jax.random.key(0)), "key"),
        (lambda x: to_jax(lambda x: (x, "text"))(x), "U"),
        (lambda x: to_jax(lambda x: object())(x), "object"),
    ],
)
def test_what_numpy_and_jax_do_not_share_is_named(call, named):
    with pytest.raises(TypeError, match=f"NumPy's dtypes, not .*{named}"):
        call(jnp.array(X))
