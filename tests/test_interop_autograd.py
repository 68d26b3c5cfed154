"""autograd's primitives inside tracked programs."""

import autograd
import autograd.numpy as anp
import numpy as np
import pytest
from autograd.extend import defjvp, defvjp, primitive

import tracker
from tracker.interop.autograd import from_autograd

X, Y = np.array([0.3, -1.2]), np.array([2.0, 0.5])


def opaque(f):
    """A primitive that only takes plain arrays, as one that calls compiled code."""

    def plain(*args, **kwargs):
        assert not any(isinstance(x, tracker.TrackedArray | tracker.TrackedReal) for x in args)
        return f(*args, **kwargs)

    plain.__name__ = f.__name__
    return primitive(plain)


def powers():
    return opaque(lambda x, y, scale=1.0: scale * x**2 * y)


BY_X = lambda ans, x, y, scale=1.0: lambda g: 2 * scale * x * y * g
BY_Y = lambda ans, x, y, scale=1.0: lambda g: anp.multiply(scale * anp.square(x), g)
J_X = lambda g, ans, x, y, scale=1.0: 2 * scale * x * y * g
J_Y = lambda g, ans, x, y, scale=1.0: scale * x**2 * g


@pytest.mark.parametrize("kinds", [("vjp",), ("jvp",), ("vjp", "jvp")])
def test_derivatives_follow_from_whichever_rules_there_are(kinds):
    p = powers()
    if "vjp" in kinds:
        defvjp(p, BY_X, BY_Y)
    if "jvp" in kinds:
        defjvp(p, J_X, J_Y)
    f = from_autograd(p)
    assert tracker.gradcheck(f, X, Y, order=2)
    assert tracker.gradcheck(lambda x: f(x, Y, scale=3.0), X, order=2)
    found = tracker.gradient(lambda x, y: np.sum(f(x, y)), X, Y)
    expected = 2 * X * Y, X**2
    for g, e in zip(found, expected, strict=True):
        np.testing.assert_allclose(g, e, rtol=1e-14)


def test_gradients_are_those_of_autograd():
    p = primitive(lambda x: np.sqrt(np.sum(x**2)))
    defvjp(p, lambda ans, x: lambda g: g * x / ans)
    found = tracker.gradient(from_autograd(p), X)[0]
    np.testing.assert_allclose(found, autograd.grad(p)(X), rtol=1e-14)


def test_integers_have_no_gradient_and_missing_rules_are_named():
    p = opaque(lambda x, n: x**n)
    with pytest.raises(TypeError, match="no rules in autograd"):
        from_autograd(p)
    defvjp(p, lambda ans, x, n: lambda g: g * n * x ** (n - 1))
    f = from_autograd(p)
    assert tracker.gradient(lambda x: f(x, 3), 2.0) == (12.0,)
    with pytest.raises(NotImplementedError, match="VJP"):
        tracker.gradient(lambda n: f(2.0, n), 1.5)


def test_a_rule_of_none_is_a_gradient_of_zero():
    p = opaque(lambda x, y: x * 2)
    defvjp(p, lambda ans, x, y: lambda g: 2 * g, None)
    f = from_autograd(p)
    assert tracker.gradient(lambda x, y: np.sum(f(x, y)), X, Y)[1].tolist() == [0, 0]


def test_rules_of_none_and_sums_of_tangents_at_second_order():
    p = opaque(lambda x, y, z: x**2 * y)
    defjvp(p, lambda g, ans, x, y, z: 2 * x * y * g, lambda g, ans, x, y, z: x**2 * g, None)
    f = from_autograd(p)
    assert tracker.gradcheck(lambda x: f(x, 3.0 * x, 2.0 * x), X, order=2)
    q = opaque(lambda x, y: x**2)
    defvjp(q, lambda ans, x, y: lambda g: 2 * x * g, None)
    assert tracker.gradcheck(lambda x: from_autograd(q)(x, 2.0 * x), X, order=2)


def test_complex_gradients_follow_trackers_convention():
    z = np.array([1 + 2j, -0.5 + 0.3j])
    p = opaque(lambda z: np.exp(z))
    defvjp(p, lambda ans, z: lambda g: ans * g)
    for loss in (lambda y: np.sum(np.abs(y) ** 2), lambda y: np.sum(y.imag)):
        found, expected = (tracker.gradient(lambda z, h=h, l=loss: l(h(z)), z)[0] for h in (from_autograd(p), np.exp))
        np.testing.assert_allclose(found, expected, rtol=1e-14)


def test_functions_of_autograd_numpy_need_no_bridge():
    f = lambda x: anp.sum(anp.dot(x, x) * anp.exp(anp.sin(x))) + anp.linalg.norm(anp.concatenate([x, x]))
    np.testing.assert_allclose(tracker.gradient(f, X)[0], autograd.grad(f)(X), rtol=1e-12)


# Nested arguments, keywords, several results


def layered():
    """`scale * (xs["a"]**2 * w[0] + xs["b"][0] * w[1])`."""
    p = opaque(lambda xs, w, scale=1.0: scale * (xs["a"] ** 2 * w[0] + xs["b"][0] * w[1]))
    defvjp(
        p,
        lambda ans, xs, w, scale=1.0: lambda g: {"a": scale * 2 * xs["a"] * w[0] * g, "b": [scale * w[1] * g, None]},
        lambda ans, xs, w, scale=1.0: lambda g: (scale * anp.sum(g * xs["a"] ** 2), scale * anp.sum(g * xs["b"][0])),
    )
    return from_autograd(p)


def test_nested_arguments_have_gradients_of_their_structure():
    f = layered()
    xs = {"a": X, "b": [Y, "name"]}
    assert f(xs, (1.0, 2.0)).tolist() == (X**2 + 2 * Y).tolist()
    dxs, dw = tracker.gradient(lambda xs, w: np.sum(f(xs, w, scale=3.0)), xs, (2.0, 5.0))
    np.testing.assert_allclose(dxs["a"], 12 * X, rtol=1e-14)
    assert (dxs["b"][0].tolist(), dxs["b"][1]) == ([15, 15], None)
    np.testing.assert_allclose(dw, (3 * np.sum(X**2), 3 * np.sum(Y)), rtol=1e-14)


def test_nested_arguments_differentiate_twice_and_in_both_modes():
    f = layered()
    g = lambda a: f({"a": a, "b": [a * Y, "name"]}, (a[0], 5.0))
    assert tracker.gradcheck(g, X, order=2)
    reverse, forward = (tracker.jacobian(g, X, mode=mode) for mode in ("reverse", "forward"))
    np.testing.assert_allclose(reverse, forward, rtol=1e-13)


def test_a_list_of_tracked_arrays_with_a_jvp_alone():
    p = opaque(lambda xs: xs[0] * xs[1])
    defjvp(p, lambda g, ans, xs: g[0] * xs[1] + xs[0] * g[1])
    f = from_autograd(p)
    assert tracker.gradcheck(lambda x: f([x**2, x]), X, order=2)


def test_one_of_several_results_and_one_of_several_arguments():
    p = opaque(lambda x, y: (x * y, x + y))
    defvjp(p, lambda ans, x, y: lambda g: g[0] * y + g[1], argnums=(0,))
    f = from_autograd(p)
    assert tracker.gradient(lambda x: np.sum(f(x, Y)[0]), X)[0].tolist() == Y.tolist()
    assert tracker.gradcheck(lambda x: f(x, Y)[0] * f(x, Y)[1], X, order=2)
    with pytest.raises(NotImplementedError, match="argument 1"):
        tracker.gradient(lambda y: np.sum(f(X, y)[0]), Y)


def test_a_tracked_keyword_and_a_gradient_of_another_structure_are_refused():
    with pytest.raises(TypeError, match="keyword scale is tracked"):
        tracker.gradient(lambda s: np.sum(layered()({"a": X, "b": [Y, "name"]}, (1.0, 2.0), scale=s)), 2.0)
    p = opaque(lambda xs: xs[0] + xs[1])
    defvjp(p, lambda ans, xs: lambda g: g)
    with pytest.raises(ValueError, match="argument 0 gave a gradient of another structure"):
        tracker.gradient(lambda x: from_autograd(p)([x, 2 * x]), 2.0)
