"""What holds for every bridge to an array library: functions of the library, and rules from it, in tracked programs."""

import importlib
import subprocess
import sys
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

import tracker

X, Y = np.array([0.3, -1.2]), np.array([2.0, 0.5])
Z = np.array([1 + 2j, -0.5 + 0.3j])
COMPLEX_LOSSES = [lambda y: np.sum(np.abs(y) ** 2), lambda y: np.sum(y.imag)]


@pytest.fixture(params=["jax", "torch"])
def bridge(request):
    """The library's functions as `xp`, and the bridge's as `foreign`, `rule_from` and `to`."""
    name = request.param
    if name == "torch":
        pytest.importorskip(
            name, reason="the bridge to PyTorch needs PyTorch, which is too large for the tests to ask for"
        )
    module = importlib.import_module(f"tracker.interop.{name}")
    return SimpleNamespace(
        xp=importlib.import_module("jax.numpy" if name == "jax" else name),
        foreign=getattr(module, f"from_{name}"),
        rule_from=getattr(module, f"rule_from_{name}"),
    )


@pytest.fixture
def product(bridge):
    return bridge.foreign(lambda x, y: bridge.xp.sin(x) * y)


@dataclass
class Pair:
    first: Any
    second: Any


# Functions of the library in tracked programs


def test_gradients_of_a_foreign_function_in_a_tracked_program(product):
    dx, dy = tracker.gradient(lambda x, y: np.sum(product(x, y) ** 2), X, Y)
    np.testing.assert_allclose(dx, 2 * np.sin(X) * np.cos(X) * Y**2, rtol=1e-12)
    np.testing.assert_allclose(dy, 2 * np.sin(X) ** 2 * Y, rtol=1e-12)


@pytest.mark.parametrize("mode", ["reverse", "forward"])
def test_second_order_is_that_of_the_function(product, mode):
    found = tracker.jacobian(tracker.grad(lambda x: np.sum(product(x, Y))), X, mode=mode)
    np.testing.assert_allclose(found, np.diag(-np.sin(X) * Y), rtol=1e-12)


def test_derivatives_agree_with_differences_in_all_modes(bridge):
    f = bridge.foreign(lambda x, y: bridge.xp.cumsum(bridge.xp.exp(x), 0) * bridge.xp.sum(y**3))
    assert tracker.gradcheck(f, X, Y, order=2)
    assert tracker.grad(tracker.grad(tracker.grad(bridge.foreign(lambda x: x**4))))(2.0) == 48.0


def test_float32_is_kept_and_plain_arguments_give_plain_results(product):
    x = np.ones(2, np.float32)
    assert type(product(x, x)) is np.ndarray
    assert product(x, x).dtype == np.float32
    assert tracker.gradient(lambda x: np.sum(product(x, x)), x)[0].dtype == np.float32
    assert product(x, 2.0).dtype == np.float32
    assert product(np.zeros((0, 2)), np.ones(2)).shape == (0, 2)


def test_integer_arguments_are_constants(bridge):
    take = bridge.foreign(lambda x, i: x[i] ** 2)
    assert tracker.gradient(lambda x: take(x, 1), np.array([1.0, 3.0]))[0].tolist() == [0, 6]
    assert tracker.gradient(lambda x: np.sum(take(x, np.array([1, 1]))), np.ones(2))[0].tolist() == [0, 4]


def test_structures_keywords_and_what_is_no_array_pass_through(bridge):
    @bridge.foreign
    def f(model, *, shift=None, power=1):
        y = (model["W"] @ model["pair"].first) ** power
        y = y if shift is None else y + shift
        return Pair(y, {"largest": bridge.xp.argmax(y), "name": model["name"], "none": None})

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


def test_unused_arguments_and_unused_results(bridge):
    f = bridge.foreign(lambda x, unused: (x**2, bridge.xp.exp(x), bridge.xp.argmax(x)))
    dx, dunused = tracker.gradient(lambda x, u: np.sum(f(x, u)[1]), X, 2.0)
    np.testing.assert_allclose(dx, np.exp(X), rtol=1e-12)
    assert dunused == 0.0
    assert tracker.gradcheck(lambda x: np.sum(f(x, 1.0)[0] * f(x, 2.0)[1]), X, order=2)


@pytest.mark.parametrize("loss", COMPLEX_LOSSES)
def test_complex_gradients_follow_trackers_convention(bridge, loss):
    f = bridge.foreign(lambda z: bridge.xp.exp(z) * bridge.xp.conj(z))
    found = tracker.gradient(lambda z: loss(f(z)), Z)[0]
    np.testing.assert_allclose(found, tracker.gradient(lambda z: loss(np.exp(z) * np.conj(z)), Z)[0], rtol=1e-12)


def test_a_foreign_function_that_takes_a_gradient_itself(bridge):
    if bridge.xp.__name__ == "torch":

        def slope(x):
            x = x if x.requires_grad else x.requires_grad_()
            return bridge.xp.autograd.grad((x**3).sum(), x, create_graph=True)[0]

    else:
        import jax

        slope = jax.grad(lambda x: (x**3).sum())
    f = bridge.foreign(slope)
    np.testing.assert_allclose(f(X), 3 * X**2, rtol=1e-12)
    assert tracker.gradcheck(f, X, order=2)


def test_neither_side_sees_the_others_writes(bridge):
    def f(x):
        x = 1.0 * x
        y = bridge.foreign(bridge.xp.exp)(x)
        x[:] = 100.0
        z = 1.0 * y
        y[:] = 0.0
        return np.sum(z)

    np.testing.assert_allclose(tracker.gradient(f, X)[0], np.exp(X), rtol=1e-12)


@pytest.mark.parametrize("size", [3, 20_000])
def test_a_plain_array_that_is_changed_in_between_is_seen_as_it_was_or_reported(bridge, size):
    a, x = np.ones(size), np.full(size, 2.0)
    f = bridge.foreign(lambda x, a: bridge.xp.sum(x * a))
    _, back = tracker.pullback(lambda x: f(x, a) ** 2, x)
    a[:] = 7.0
    if size > 1000:
        with pytest.raises(RuntimeError, match="was changed"):
            back(1.0)
    else:
        np.testing.assert_allclose(back(1.0)[0], 2 * 2.0 * size * np.ones(size), rtol=1e-12)


def test_gradients_in_several_threads_are_those_in_one(product):
    from concurrent.futures import ThreadPoolExecutor

    second = tracker.grad(tracker.grad(lambda x: product(x, 2.0)))
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(second, np.linspace(0.0, 1.0, 16)))
    np.testing.assert_allclose(found, -2 * np.sin(np.linspace(0.0, 1.0, 16)), rtol=1e-12)


def test_a_checkpointed_foreign_function_has_the_same_gradient(product):
    found = tracker.gradient(lambda x: np.sum(tracker.checkpoint(lambda x: product(x, Y), x)), X)[0]
    np.testing.assert_allclose(found, np.cos(X) * Y, rtol=1e-12)


def test_what_the_library_does_not_take_and_what_is_no_array_is_named(bridge, product):
    with pytest.raises(TypeError, match=r"longdouble|float128"):
        product(X.astype(np.longdouble), Y)
    with pytest.raises(TypeError, match="bfloat16"):
        bridge.foreign(lambda x: bridge.xp.asarray(x, dtype=bridge.xp.bfloat16))(X)
    with pytest.raises(TypeError, match="returned a object"):
        bridge.foreign(lambda x: object())(X)


# Arrays of the library where tracker looks for NumPy's


CONSTANT_BESIDE = {
    "constant * x": lambda x, a: np.sum(a * x),
    "x + constant": lambda x, a: np.sum((x + a) ** 2),
    "constant @ x": lambda x, a: a @ x,
    "np.dot": np.dot,
    "np.power": lambda x, a: np.sum(np.power(x**2, a)),
    "np.where": lambda x, a: np.sum(np.where(a > 1, x, a)),
    "np.concatenate": lambda x, a: np.sum(np.concatenate([x, a]) ** 2),
    "+=": lambda x, a: np.sum(x.__iadd__(a) ** 2),
    "x[constant]": lambda x, a: np.sum(x[a > 1]),
    "x[0] / constant": lambda x, a: np.sum(x[0] / a),
}


@pytest.mark.parametrize("f", CONSTANT_BESIDE.values(), ids=CONSTANT_BESIDE)
def test_an_array_of_the_library_beside_a_tracked_one_is_a_constant(bridge, f):
    a = np.array([2.0, 0.5], np.float32)
    found, expected = (tracker.gradient(lambda x, a=a: f(x, a), X)[0] for a in (bridge.xp.asarray(a), a))
    assert (type(found), found.dtype) == (np.ndarray, np.float64)
    np.testing.assert_array_equal(found, expected)


@pytest.mark.parametrize("holder", [lambda a: a, lambda a: {"W": [a], "n": 1.0}])
def test_an_array_of_the_library_as_an_argument_is_refused(bridge, holder):
    argument = holder(bridge.xp.ones(2))
    with pytest.raises(TypeError, match=r"an array of (jax|torch)"):
        tracker.gradient(lambda model: 1.0, argument)
    with pytest.raises(TypeError, match=r"an array of (jax|torch)"):
        tracker.pushforward(lambda model: 1.0, (argument,), (argument,))
    whole = bridge.xp.arange(3)  # has no derivative to lose
    assert tracker.gradient(lambda m: m["b"] ** 2, {"n": whole, "b": 2.0}) == ({"n": None, "b": 4.0},)


@pytest.mark.parametrize("make", [lambda: tracker.param(X), lambda: tracker.param(2.0), lambda: 2 * tracker.param(X)])
def test_a_tracked_value_given_to_the_library_is_refused_and_its_plain_value_is_not(bridge, make):
    x = make()
    takes = [bridge.xp.asarray, bridge.xp.from_dlpack, bridge.xp.sin, lambda x: bridge.xp.stack([x, x])]
    for take in takes:
        with pytest.raises(TypeError, match=r"lose|valid JAX type|requires ndarray|expected ArrayLike"):
            take(x)
    with tracker.no_grad():
        found = np.asarray(bridge.xp.from_dlpack(x))
    np.testing.assert_array_equal(found, np.asarray(bridge.xp.asarray(x.data)))


# Rules


def weighted(x, w, power=2):
    return np.asarray(w) @ np.asarray(x) ** power


def test_a_rule_from_an_implementation_gives_a_functions_derivative(bridge):
    def f(x, w, power=2):
        return weighted(x, w, power)

    bridge.rule_from(f, lambda x, w, power=2: bridge.xp.sum(w * x**power))
    assert tracker.gradcheck(lambda x, w: tracker.track(f, x, w, power=3), X, Y, order=2)
    assert tracker.gradient(lambda w: tracker.track(f, np.array([1, 2]), w), Y)[0].tolist() == [1, 4]


def test_a_rule_from_an_implementation_for_several_results(bridge):
    def polar(x, y):
        return np.hypot(x, y), np.arctan2(y, x)

    bridge.rule_from(polar, lambda x, y: (bridge.xp.hypot(x, y), bridge.xp.arctan2(y, x)))
    assert tracker.gradcheck(lambda x, y: tracker.track(polar, x, y)[1], X, Y, order=2)


# Libraries that are missing


@pytest.mark.parametrize("library", ["jax", "torch", "autograd"])
def test_a_missing_library_is_named_with_what_to_install(library):
    code = f"import sys; sys.modules['{library}'] = None; import tracker.interop.{library}"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert f"pip install {library}" in done.stderr
    assert done.returncode == 1


def test_a_plain_import_and_the_package_of_bridges_import_no_other_library():
    code = "import sys, tracker, tracker.interop; assert not {'jax', 'torch', 'autograd'} & sys.modules.keys()"
    subprocess.run([sys.executable, "-c", code], check=True)
