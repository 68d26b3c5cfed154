"""What docs/api promises, row by row, as an outside user would try it."""

import copy
import dataclasses
import gc
import inspect
import pickle
import re
import subprocess
import sys
import warnings
from collections import OrderedDict, defaultdict
from typing import Any, NamedTuple

import attrs
import numpy as np
import pytest

import tracker
from tests.differences import numeric_gradient
from tests.strict_array import StrictArray
from tracker import (
    Params,
    TrackedArray,
    TrackedReal,
    back,
    checkpoint,
    collect,
    forwarddiff,
    grad,
    gradcheck,
    gradient,
    hessian,
    hook,
    hvp,
    is_leaf,
    is_tracked,
    jacobian,
    ngradient,
    no_grad,
    once_differentiable,
    param,
    pullback,
    pushforward,
    stop_gradient,
    update,
    value_and_grad,
    withgradient,
    zero_grad,
)

FLOATS = [np.float16, np.float32, np.float64, np.longdouble, np.complex64, np.complex128, np.clongdouble]


def exactly(actual, expected):
    """Equal in type, dtype, shape and value."""
    assert type(actual) is type(expected), (actual, expected)
    if isinstance(expected, tuple | list):
        assert len(actual) == len(expected)
        for a, e in zip(actual, expected, strict=True):
            exactly(a, e)
        return
    if isinstance(expected, dict):
        assert list(actual) == list(expected)
        for key in expected:
            exactly(actual[key], expected[key])
        return
    if isinstance(expected, np.ndarray | np.generic):
        assert (actual.dtype, actual.shape) == (expected.dtype, expected.shape)
    np.testing.assert_array_equal(actual, expected)


def number(actual, expected):
    """A plain float64 number: Python's or NumPy's."""
    assert isinstance(actual, float)
    assert actual == expected


def close(actual, expected, rtol=1e-8, atol=1e-9):
    np.testing.assert_allclose(tracker.data(actual), expected, rtol=rtol, atol=atol)


# Names

PUBLIC = """
    param TrackedArray TrackedReal data is_tracked is_leaf back zero_grad update collect hook checkpoint stop_gradient
    no_grad once_differentiable Params Grads gradient withgradient WithGradient grad value_and_grad pullback pushforward
    jacobian hessian hvp forwarddiff ngradient gradcheck struct static partials linear constant rule custom_gradient
    track NoRuleError ConstantLossWarning zeros show_config
""".split()


@pytest.mark.parametrize("name", PUBLIC)
def test_name_is_public_and_documented(name):
    assert name in tracker.__all__
    assert getattr(tracker, name).__doc__


@pytest.mark.parametrize("name", ["interop", "nn", "optim", "polynomial", "scipy"])
def test_submodule_is_loaded_when_it_is_first_asked_for(name):
    program = f"import sys, tracker; print('tracker.{name}' in sys.modules, tracker.{name}.__name__)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == f"False tracker.{name}\n"


def test_all_names_nothing_private():
    assert not [name for name in tracker.__all__ if name.startswith("_") and name != "__version__"]
    assert all(hasattr(tracker, name) for name in tracker.__all__)


@pytest.mark.parametrize(
    ("name", "parameters"),
    [
        ("back", "y dy=None once=True"),
        ("gradient", "f *args nest=None check_finite=True"),
        ("withgradient", "f *args check_finite=True"),
        ("grad", "f argnums=0 has_aux=False check_finite=True"),
        ("value_and_grad", "f argnums=0 has_aux=False check_finite=True"),
        ("pullback", "f *args"),
        ("pushforward", "f args tangents"),
        ("jacobian", "f x mode=None"),
        ("hessian", "f x"),
        ("hvp", "f x v"),
        ("forwarddiff", "f x"),
        ("ngradient", "f *args"),
        ("gradcheck", "f *args rtol=1e-05 atol=1e-05 order=1"),
    ],
)
def test_signature_is_the_documented_one(name, parameters):
    def spelled(p):
        star = "*" if p.kind is p.VAR_POSITIONAL else ""
        return star + p.name + ("" if p.default is p.empty else f"={p.default!r}")

    found = [spelled(p) for p in inspect.signature(getattr(tracker, name)).parameters.values()]
    assert [p for p in parameters.split() if p not in found] == []


# One minute


def one_minute(x):
    return np.sum(np.abs(x) ** 2) + np.prod(x[1:])


def test_one_minute_back():
    x = param([1, 2, 3])
    y = one_minute(x)
    assert isinstance(x, TrackedArray)
    assert isinstance(y, TrackedReal)
    assert x.dtype == np.float64
    y.back()
    exactly(x.grad, np.array([2.0, 7.0, 8.0]))


def test_one_minute_gradient():
    exactly(gradient(one_minute, [1, 2, 3]), (np.array([2.0, 7.0, 8.0]),))


def test_one_minute_withgradient():
    result = withgradient(one_minute, [1, 2, 3])
    assert type(result).__name__ == "WithGradient"
    assert result.val == 20.0
    assert not is_tracked(result.val)
    exactly(result.grad, (np.array([2.0, 7.0, 8.0]),))
    val, grads = result
    assert val is result.val
    assert grads is result.grad


def test_one_minute_prints_as_documented():
    assert repr(gradient(one_minute, [1, 2, 3])) == "(array([2., 7., 8.]),)"
    assert repr(withgradient(one_minute, [1, 2, 3])) == "WithGradient(val=20.0, grad=(array([2., 7., 8.]),))"


# Tracked values: param


@pytest.mark.parametrize("dtype", FLOATS)
def test_param_keeps_float_and_complex_dtypes(dtype):
    x = param(np.ones((2, 3), dtype))
    assert (x.dtype, x.shape, x.ndim, x.size) == (dtype, (2, 3), 2, 6)
    assert x.grad.dtype == dtype


@pytest.mark.parametrize("dtype", [np.int8, np.uint8, np.int32, np.int64, np.uint64])
def test_param_floats_integers(dtype):
    assert param(np.ones(2, dtype)).dtype == np.float64


@pytest.mark.parametrize(
    "x", [[1, 2], (1, 2), [[1, 2], [3, 4]], [1.5, 2], np.arange(3), [np.float32(1), 2.0]], ids=repr
)
def test_param_of_a_sequence_is_an_array(x):
    p = param(x)
    assert isinstance(p, TrackedArray)
    assert p.dtype == np.float64
    np.testing.assert_array_equal(p.data, x)


@pytest.mark.parametrize("x", [2, 2.5, np.float64(2), np.int64(2), np.float32(2), 1 + 2j], ids=repr)
def test_param_of_a_number_is_a_tracked_real(x):
    p = param(x)
    assert isinstance(p, TrackedReal)
    assert (p.shape, p.ndim, p.size) == ((), 0, 1)
    assert p.dtype == (np.asarray(x).dtype if np.asarray(x).dtype.kind in "fc" else np.float64)
    assert p.data == x


def test_param_of_a_0d_array_is_an_array():
    assert isinstance(param(np.array(2.0)).data, np.ndarray)


@pytest.mark.parametrize(
    ("x", "name"),
    [
        (True, "bool"),
        (np.bool_(True), "bool"),
        (np.array([True]), "bool"),
        ([True, False], "bool"),
        ("text", "str"),
        (["a"], "str|<U1"),
        (np.array(["a"]), "str|<U1"),
        (np.array([1.0, None], object), "object"),
        (np.array(["2020"], "M8[Y]"), "datetime64"),
        (np.datetime64("2020"), "datetime64"),
        (np.array([1], "m8[s]"), "timedelta64"),
        (None, "None"),
        (object(), "object"),
        ({"a": 1.0}, "dict"),
    ],
    ids=lambda v: v if isinstance(v, str) else type(v).__name__,
)
def test_param_refuses_what_has_no_derivative_and_says_what_it_was(x, name):
    with pytest.raises(TypeError, match=name):
        param(x)


def test_param_owns_a_copy():
    x = np.ones(3)
    p = param(x)
    x[0] = 5.0
    np.testing.assert_array_equal(p.data, np.ones(3))


def test_param_of_a_tracked_value_is_recorded_as_its_identity():
    x = param([1.0, 2.0])
    y = param(x)
    assert y is not x
    assert is_tracked(y)
    np.sum(y * y).back()
    np.testing.assert_array_equal(x.grad, [2.0, 4.0])


# Tracked values: arrays and reals


def test_numpy_calls_on_tracked_arrays_give_tracked_arrays():
    x = param(np.ones((2, 3)))
    for y in (np.sin(x), x + 1, 1 - x, x.T, x[0], x[:, None], x[x > 0], x[[0, 1], [1, 2]], np.cumsum(x), x @ x.T):
        assert isinstance(y, TrackedArray)
        assert not y.is_leaf


def test_reductions_to_a_scalar_give_tracked_reals():
    x = param(np.ones((2, 3)))
    for y in (np.sum(x), x.mean(), x.max(), x[0, 0], x[0] @ x[1], np.linalg.norm(x), np.prod(x), x.var()):
        assert isinstance(y, TrackedReal)


def test_tracked_real_behaves_like_a_numpy_scalar():
    y = np.sum(param([1.0, 2.5]))
    assert (y.shape, y.ndim, y.size, y.dtype) == ((), 0, 1, np.float64)
    assert f"{y:.2f}" == "3.50"
    assert f"{y:8.1e}" == " 3.5e+00"
    assert "3.5" in str(y)
    assert "3.5" in repr(y)
    assert y > 3
    assert y >= 3.5
    assert y < 4
    assert y <= 3.5
    assert y == 3.5
    assert y != 4
    assert 3 < y < 4
    assert bool(y)
    assert y.item() == 3.5
    assert type(y.item()) is float


@pytest.mark.parametrize(
    ("f", "derivative"),
    [
        (lambda x: x + 2, 1.0),
        (lambda x: 2 + x, 1.0),
        (lambda x: x - 2, 1.0),
        (lambda x: 2 - x, -1.0),
        (lambda x: x * 3, 3.0),
        (lambda x: 3 * x, 3.0),
        (lambda x: x / 4, 0.25),
        (lambda x: 4 / x, -4 / 9),
        (lambda x: x**2, 6.0),
        (lambda x: 2**x, 8 * np.log(2)),
        (lambda x: -x, -1.0),
        (lambda x: +x, 1.0),
        (lambda x: abs(-x), 1.0),
        (lambda x: x % 2, 1.0),
        (lambda x: x - x // 2, 1.0),
        (lambda x: np.sin(x), np.cos(3)),
        (lambda x: np.exp(x) * np.float32(2), 2 * np.exp(3)),
        (lambda x: np.maximum(x, 0), 1.0),
        (lambda x: np.float64(2) * x, 2.0),
        (lambda x: (np.ones(3) * x)[1], 1.0),
        (lambda x: np.arctan2(x, 4.0), 4 / 25),
        (lambda x: pow(x, 3), 27.0),
        (lambda x: x * x * x if x > 0 else x, 27.0),
        (lambda x: divmod(x, 2)[1], 1.0),
    ],
)
def test_scalar_arithmetic(f, derivative):
    (g,) = gradient(f, 3.0)
    assert type(g) is float
    close(g, derivative, 1e-14)


def test_the_array_that_numpy_gives_is_what_tracker_gives():
    x = np.linspace(-1, 1, 6).reshape(2, 3)
    p = param(x)
    np.testing.assert_array_equal(np.tanh(p @ x.T).data, np.tanh(x @ x.T))
    np.testing.assert_array_equal(p.std(axis=0).data, x.std(axis=0))


def test_data_of_a_tracked_value():
    x = param([1.0, 2.0])
    exactly(x.data, np.array([1.0, 2.0]))
    exactly(tracker.data(x), np.array([1.0, 2.0]))
    number(tracker.data(np.sum(x)), 3.0)


def test_data_of_an_untracked_value_is_that_value():
    x = np.ones(2)
    assert tracker.data(x) is x
    assert tracker.data("text") == "text"
    assert tracker.data(3) == 3


def test_data_maps_over_structures():
    x = param([1.0, 2.0])
    exactly(tracker.data(OrderedDict(a=Result(x, x[0]))), OrderedDict(a=Result(np.array([1.0, 2.0]), np.float64(1.0))))
    found = tracker.data({"b": [x, (1, None)], "a": np.sum(x)})
    assert list(found) == ["b", "a"]
    exactly(found["b"], [np.array([1.0, 2.0]), (1, None)])
    number(found["a"], 3.0)


def test_grad_is_zeros_before_the_first_back():
    x = param(np.ones((2, 3), np.float32))
    exactly(x.grad, np.zeros((2, 3), np.float32))
    assert param(1.5).grad == 0


def test_predicates():
    x = param([1.0])
    y = 2 * x
    assert is_tracked(x)
    assert is_tracked(y)
    assert not is_tracked(np.ones(1))
    assert not is_tracked("text")
    assert x.is_leaf
    assert is_leaf(x)
    assert not y.is_leaf
    assert not is_leaf(y)
    assert is_leaf(np.ones(1))
    assert is_leaf(1.0)


def test_printing_shows_the_values_and_a_mark():
    x = param([1.0, 2.0])
    assert "1." in repr(x)
    assert "2." in str(x)
    assert repr(x) != repr(np.array([1.0, 2.0]))
    assert repr(np.sum(x)) != repr(np.float64(3.0))


def test_hash_is_by_identity():
    x = param([1.0, 2.0])
    y = np.sum(x)
    assert {x: "x", y: "y"}[y] == "y"
    assert len({param(1.0), param(1.0)}) == 2


def test_comparison_truth_len_and_iteration():
    x = param([[1.0, 2.0], [3.0, 4.0]])
    exactly(x > 2, np.array([[False, False], [True, True]]))
    exactly(x == x, np.ones((2, 2), bool))
    exactly(2 > x, np.array([[True, False], [False, False]]))
    assert len(x) == 2
    assert all(isinstance(row, TrackedArray) for row in x)
    assert all(isinstance(e, TrackedReal) for e in x.flat)
    assert isinstance(x.tolist()[0][0], TrackedReal)
    assert bool(param([0.0])) is False
    assert 3.0 in x
    assert 5.0 not in x
    with pytest.raises(ValueError):
        bool(x)
    with pytest.raises(TypeError):
        len(param(1.0))


# back


def test_back_accumulates():
    x = param([1.0, 2.0])
    np.sum(x * x).back()
    np.sum(3 * x).back()
    exactly(x.grad, np.array([5.0, 7.0]))


def test_back_as_a_function_is_the_method():
    x = param([1.0, 2.0])
    back(np.sum(x * x))
    exactly(x.grad, np.array([2.0, 4.0]))


def test_back_with_dy():
    x = param([1.0, 2.0])
    (x * x).back(np.array([10.0, 100.0]))
    exactly(x.grad, np.array([20.0, 400.0]))
    back(x * x, np.array([1.0, 1.0]))
    exactly(x.grad, np.array([22.0, 404.0]))
    np.sum(x).back(2.0)
    exactly(x.grad, np.array([24.0, 406.0]))


def test_back_of_an_array_needs_dy():
    x = param([1.0, 2.0])
    with pytest.raises(TypeError, match=r"\(2,\)"):
        (x * x).back()
    exactly(x.grad, np.zeros(2))


def test_dy_of_another_shape_is_refused():
    x = param([1.0, 2.0])
    with pytest.raises(ValueError, match=r"\(3,\)"):
        (x * x).back(np.ones(3))
    exactly(x.grad, np.zeros(2))


def test_second_back_through_a_freed_record_raises():
    x = param([1.0, 2.0])
    y = np.sum(np.sin(x))
    y.back()
    before = x.grad.copy()
    with pytest.raises(RuntimeError, match="once=False"):
        y.back()
    exactly(x.grad, before)


def test_back_through_a_shared_freed_part_raises():
    x = param([1.0, 2.0])
    shared = np.sin(x)
    np.sum(shared).back()
    with pytest.raises(RuntimeError, match="once=False"):
        np.sum(shared * 2).back()


def test_once_false_keeps_the_record():
    x = param([1.0, 2.0])
    y = np.sum(x * x)
    y.back(once=False)
    y.back(once=False)
    y.back()
    exactly(x.grad, np.array([6.0, 12.0]))


def test_back_of_a_leaf_is_its_dy():
    x = param(2.0)
    x.back()
    assert x.grad == 1.0


def test_back_of_an_untracked_value_does_not_pass_silently():
    with pytest.raises((TypeError, tracker.ConstantLossWarning)):  # pytest makes warnings errors
        back(3.0)


def test_back_checks_the_loss_as_gradient_does():
    x = param([0.0, 1.0])
    with pytest.raises(FloatingPointError):
        np.sum(np.log(x)).back()
    exactly(x.grad, np.zeros(2))
    with pytest.raises(TypeError):
        np.sum(x * 1j).back()
    np.sum(np.log(x)).back(check_finite=False)
    exactly(x.grad, np.array([np.inf, 1.0]))


def test_zero_grad_and_update():
    x, w = param([1.0, 2.0]), param(3.0)
    (np.sum(x) * w).back()
    params = {"x": x, "inner": [w, None]}
    update(params, {"x": np.array([0.5, 0.5]), "inner": [-1.0, None]})
    exactly(x.data, np.array([1.5, 2.5]))
    assert w.data == 2.0
    exactly(x.grad, np.zeros(2))
    assert w.grad == 0
    (np.sum(x) * w).back()
    exactly(x.grad, np.array([2.0, 2.0]))
    zero_grad([x, (w,)])
    exactly(x.grad, np.zeros(2))
    assert w.grad == 0


def test_update_of_a_single_leaf_is_in_place():
    x = param([1.0, 2.0])
    same = x
    np.sum(x).back()
    update(x, -0.1 * x.grad)
    assert same is x
    assert x.is_leaf
    close(x.data, [0.9, 1.9], 1e-15)


def test_update_refuses_what_is_no_leaf():
    with pytest.raises(TypeError):
        update(2 * param([1.0]), np.ones(1))


def test_gradient_descent_by_hand_converges():
    x = param([3.0, -2.0])
    for _ in range(200):
        np.sum((x - np.array([1.0, 2.0])) ** 2).back()
        update(x, -0.1 * x.grad)
    close(x.data, [1.0, 2.0], 1e-12)


# collect, hook, checkpoint, stop_gradient, no_grad, once_differentiable


@pytest.mark.parametrize(
    "build",
    [
        lambda x: [x[0], x[1]],
        lambda x: [x[0], 1.0, 2, x[1]],
        lambda x: (x[0], (x[1])),
        lambda x: [[x[0], x[1]], [1.0, x[2]]],
        lambda x: [x, x * 2],
        lambda x: [x, np.ones(3), [1, 2, x[0]]],
        lambda x: [[[x[0]], [x[1]]]],
        lambda x: x[0],
        lambda x: x,
        lambda x: [np.float32(1), x[0]],
        lambda x: [1.0, 2.0],
    ],
)
def test_collect_builds_what_np_array_would_and_gradients_flow(build):
    x = np.array([0.3, -0.7, 1.1])
    expected = np.array(build(x))
    weights = np.cos(np.arange(expected.size)).reshape(expected.shape)

    def f(x, make=collect):
        return np.sum(weights * make(build(x)) ** 2) + np.sum(x)

    exactly(np.asarray(tracker.data(collect(build(param(x))))), expected)
    close(gradient(f, x)[0], numeric_gradient(lambda x: f(x, np.array), x)[0])


@pytest.mark.parametrize("other", ["a", None])
def test_collect_of_what_is_no_number_raises(other):
    with pytest.raises(TypeError, match="collect joins numbers and arrays"):
        collect([param(1.0), other])


def test_collect_of_ragged_rows_raises():
    x = param([1.0, 2.0])
    with pytest.raises(ValueError):
        collect([x, [x[0]]])


def test_hook_leaves_the_value_and_changes_the_gradient():
    seen = []

    def double(dy):
        seen.append(dy)
        return 2 * dy

    x = param([1.0, 2.0])
    y = hook(double, x)
    exactly(y.data, x.data)
    np.sum(3 * y).back()
    exactly(x.grad, np.array([6.0, 6.0]))
    exactly(seen, [np.array([3.0, 3.0])])


def test_hook_on_a_plain_value_is_that_value():
    x = np.ones(2)
    np.testing.assert_array_equal(hook(np.negative, x), x)


def test_hook_sees_the_whole_gradient_once():
    calls = []

    def f(x):
        y = hook(lambda dy: calls.append(1) or dy, np.sin(x))
        return np.sum(y) + np.sum(y * y) + y[0]

    gradient(f, [1.0, 2.0])
    assert calls == [1]


def test_checkpoint_gives_the_same_and_recomputes():
    calls = []

    def block(x, scale, power=2):
        calls.append(1)
        return np.sin(x) ** power * scale

    def f(x, s):
        return np.sum(checkpoint(block, x, s, power=3) ** 2)

    x = np.array([0.5, 1.5])
    result = withgradient(f, x, 2.0)
    assert len(calls) == 2
    expected = withgradient(lambda x, s: np.sum(block(x, s, power=3) ** 2), x, 2.0)
    number(result.val, expected.val)
    close(result.grad[0], expected.grad[0], 1e-14)
    close(result.grad[1], expected.grad[1], 1e-14)


def test_checkpoint_passes_gradients_to_captured_variables():
    def f(x, w):
        return np.sum(checkpoint(lambda x: np.tanh(w * x) * w[0], x))

    x, w = np.array([0.5, 1.5]), np.array([0.3, -0.8])
    expected = numeric_gradient(lambda x, w: np.sum(np.tanh(w * x) * w[0]), x, w)
    for actual, e in zip(gradient(f, x, w), expected, strict=True):
        close(actual, e)


def test_checkpoint_passes_both_gradients_to_an_argument_that_it_captures():
    def loss(x):
        return np.sum(checkpoint(lambda t: np.sin(t) * x, x))

    x = np.array([0.3, 0.7])
    close(gradient(loss, x)[0], np.cos(x) * x + np.sin(x))


def test_checkpoint_passes_gradients_to_captured_params():
    w = param([0.3, -0.8])
    x = param([0.5, 1.5])
    np.sum(checkpoint(lambda x: w * x, x)).back()
    exactly(w.grad, np.array([0.5, 1.5]))
    exactly(x.grad, np.array([0.3, -0.8]))


def test_checkpoint_keeps_arguments_that_are_written_into_afterwards():
    def f(x):
        y = x * 1.0
        part = y[1:]
        u, v = tracker.checkpoint(np.tanh, y), tracker.checkpoint(np.sin, part)
        y *= 3.0
        part[0] = 5.0
        return np.sum(u) + np.sum(v)

    x = np.array([0.3, -0.4, 0.5])
    np.testing.assert_allclose(gradient(f, x)[0], 1 - np.tanh(x) ** 2 + np.cos(x) * [0, 1, 1], rtol=1e-14)
    leaf = param(x)
    y = np.sum(tracker.checkpoint(np.tanh, leaf))
    leaf[...] = 7.0
    y.back()
    np.testing.assert_allclose(leaf.grad, 1 - np.tanh(x) ** 2, rtol=1e-14)


def test_checkpoint_with_lists_as_indices_and_blocks():
    def block(x):
        return np.block([[x[[0, 1]], x[[1, 0]] ** 2]])

    x = np.arange(1.0, 5.0).reshape(2, 2)
    exactly(
        gradient(lambda x: np.sum(checkpoint(block, x)), x)[0],
        gradient(lambda x: np.sum(block(x)), x)[0],
    )


def test_checkpoint_of_structures_and_in_nested_derivatives():
    def block(p):
        return {"out": np.sin(p["a"]) * p["b"], "aux": (p["a"],)}

    def f(x):
        y = checkpoint(block, {"a": x, "b": x * x})
        return np.sum(y["out"] * y["aux"][0])

    def plain(x):
        return np.sum(np.sin(x) * x * x * x)

    x = np.array([0.4, -1.2])
    close(gradient(f, x)[0], numeric_gradient(plain, x)[0])
    close(hessian(f, x), hessian(plain, x), 1e-12)


def test_checkpoint_does_not_keep_intermediates():
    import tracemalloc

    n = 200_000

    def block(x):
        for _ in range(20):
            x = np.sin(x)
        return x

    def peak(f):
        x = np.ones(n)
        tracemalloc.start()
        y, _ = pullback(lambda x: np.sum(f(x)), x)
        kept = tracemalloc.get_traced_memory()[0]
        tracemalloc.stop()
        del y
        return kept / (8 * n)

    assert peak(block) > 15  # arrays kept
    assert peak(lambda x: checkpoint(block, x)) < 6


def test_stop_gradient():
    close(gradient(lambda x: np.sum(x * stop_gradient(x)), [1.0, 2.0])[0], [1.0, 2.0])
    x = np.ones(2)
    np.testing.assert_array_equal(stop_gradient(x), x)
    assert not is_tracked(stop_gradient(param(1.0)))


def test_no_grad():
    x = param([1.0, 2.0])
    with no_grad():
        y = np.sum(x * x)
    assert not is_tracked(y) or y.is_leaf
    z = np.sum(x * tracker.data(y))
    z.back()
    exactly(x.grad, np.array([5.0, 5.0]))


def test_no_grad_inside_a_gradient_makes_constants():
    def f(x):
        with no_grad():
            s = x * x
        return np.sum(x * s)

    exactly(gradient(f, np.array([1.0, 2.0])), (np.array([1.0, 4.0]),))
    close(tracker.pushforward(f, (np.array([1.0, 2.0]),), (np.ones(2),))[1], 5.0)


def test_a_gradient_inside_no_grad_is_still_taken():
    with no_grad():
        exactly(gradient(lambda x: np.sum(x * x), np.array([1.0, 2.0])), (np.array([2.0, 4.0]),))


def test_no_grad_ends_with_an_exception():
    x = param([1.0, 2.0])
    with pytest.raises(ZeroDivisionError), no_grad():
        raise ZeroDivisionError
    assert is_tracked(x * 2)


def test_once_differentiable_names_itself():
    def f(x):
        return np.sum(once_differentiable("my_solver", x * x))

    exactly(gradient(lambda x: np.sum(x * x), [1.0, 2.0])[0], np.array([2.0, 4.0]))
    with pytest.raises(NotImplementedError, match="my_solver"):
        gradient(f, [1.0, 2.0])


def test_once_differentiable_in_a_custom_gradient_forbids_the_second_order():
    @tracker.custom_gradient
    def square(x):
        return x * x, lambda dy: (once_differentiable("square", 2 * x * dy),)

    exactly(gradient(lambda x: np.sum(square(x)), [1.0, 2.0])[0], np.array([2.0, 4.0]))
    with pytest.raises(NotImplementedError, match="square"):
        hessian(lambda x: np.sum(square(x)), np.array([1.0, 2.0]))


# copy and pickle


@pytest.mark.parametrize("copied", [copy.copy, copy.deepcopy])
@pytest.mark.parametrize("value", [[1.0, 2.0], 3.0])
def test_copy_of_a_param_is_an_independent_param(copied, value):
    x = param(value)
    y = copied(x)
    assert y.is_leaf
    assert y is not x
    np.sum(y * y).back()
    np.testing.assert_array_equal(x.grad, 0 * x.data)
    np.testing.assert_array_equal(y.grad, 2 * y.data)
    update(y, 1 + 0 * y.data)
    np.testing.assert_array_equal(x.data, value)


@pytest.mark.parametrize("copied", [copy.copy, copy.deepcopy])
def test_copy_of_anything_else_is_a_recorded_copy(copied):
    x = param([1.0, 2.0])
    y = copied(x * x)
    y[0] = 7.0
    np.sum(y).back()
    exactly(x.grad, np.array([0.0, 4.0]))


def test_pickle_keeps_values_of_leaves():
    x = pickle.loads(pickle.dumps({"x": param(np.ones(2, np.float32)), "y": param(1.5)}))
    assert x["x"].is_leaf
    assert x["y"].is_leaf
    exactly(x["x"].data, np.ones(2, np.float32))
    assert x["y"].data == 1.5
    np.sum(x["x"] * x["y"]).back()
    exactly(x["x"].grad, np.full(2, 1.5, np.float32))


@pytest.mark.parametrize("f", [lambda x: x * 2, np.sum])
def test_pickle_refuses_the_rest(f):
    with pytest.raises((TypeError, pickle.PicklingError), match=r"\.data|leaf|leaves"):
        pickle.dumps(f(param([1.0, 2.0])))


# Params and Grads


def test_params_takes_no_argument_of_an_outer_derivative():
    with pytest.raises(TypeError, match="being differentiated"):
        gradient(lambda z: np.sum(gradient(lambda: np.sum(z**3), Params([z]))[z]), np.ones(2))


@pytest.mark.parametrize("copied", [copy.deepcopy, lambda x: pickle.loads(pickle.dumps(x))])
def test_copies_of_params_and_grads_belong_together(copied):
    W, b = param([1.0, 2.0]), param(0.5)
    ps = copied(Params([W, b]))
    assert [p in ps for p in ps] == [True, True]
    gs = copied(gradient(lambda: np.sum(W * W) * b, Params([W, b])))
    exactly([gs[p] for p in gs], [np.array([1.0, 2.0]), 5.0])


def test_update_of_params_by_grads():
    W, b = param([1.0, 2.0]), param(0.5)
    update(Params([W, b]), gradient(lambda: np.sum(W * W) * b, Params([W, b])))
    exactly([W.data, b.data], [np.array([2.0, 4.0]), 5.5])


def test_update_of_what_is_no_leaf_raises():
    W = param([1.0, 2.0])
    for x, dx in ((3.0, 1.0), (2 * W, 1.0), ({"W": W}, {"W": None})):
        with pytest.raises(TypeError, match="update"):
            update(x, dx)
    update({"n": 3, "W": []}, {"n": None, "W": []})


def test_copy_of_an_argument_inside_a_derivative_is_recorded():
    x = np.array([1.0, 2.0])
    exactly(gradient(lambda z: np.sum(copy.deepcopy(z) ** 2 + copy.copy(z)), x)[0], 2 * x + 1)
    exactly(gradient(lambda s: copy.deepcopy(s) * copy.copy(s), 3.0), (6.0,))
    with pytest.raises(TypeError, match="pickled"):
        gradient(lambda z: np.sum(pickle.loads(pickle.dumps(z))), x)


def test_gradient_by_params_inside_another_derivative_is_final():
    W, x = param([1.0, 2.0]), np.array([3.0, 4.0])

    def slope(a):
        return gradient(lambda: np.sum(W**2 * a), Params([W]))[W]

    def pulled(a):
        return pullback(lambda: W**2 * a, Params([W]))[1](np.ones(2))[W]

    for f in (slope, pulled):
        with pytest.raises(NotImplementedError, match=r"Params.*as arguments"):
            gradient(lambda a, f=f: np.sum(a) + np.sum(f(a)), x)
        with pytest.raises(NotImplementedError, match="Params"):
            gradient(lambda f=f: np.sum(W) + np.sum(f(x)), Params([W]))
    exactly(gradient(lambda: np.sum(W) + np.sum(tracker.stop_gradient(slope(x))), Params([W]))[W], np.ones(2))
    # by argument it can be differentiated
    gs = gradient(lambda: np.sum(gradient(lambda v: np.sum(v**3), W)[0]), Params([W]))
    exactly(gs[W], np.array([6.0, 12.0]))


def test_value_of_a_loss_by_params_stays_tracked_by_an_outer_derivative():
    W, x = param([1.0, 2.0]), np.array([3.0, 4.0])
    g = gradient(lambda a: withgradient(lambda: np.sum(W * a), Params([W])).val, x)[0]
    exactly(tracker.data(g), np.array([1.0, 2.0]))
    gs = gradient(lambda: withgradient(lambda: np.sum(W * x), Params([W])).val, Params([W]))
    exactly(gs[W], x)


def test_back_inside_another_derivative_raises():
    W = param([1.0, 2.0])
    with pytest.raises(NotImplementedError, match="back"):
        gradient(lambda a: np.sum(a) + (np.sum(W**2 * a).back() or 0.0), np.ones(2))
    exactly(W.grad, np.zeros(2))


def test_implicit_parameters():
    W, b, unused = param([[1.0, 2.0], [3.0, 4.0]]), param([0.5, -0.5]), param([1.0])
    x = np.array([1.0, -1.0])
    ps = Params([W, b, unused])
    gs = gradient(lambda: np.sum((W @ x + b) ** 2), ps)
    assert isinstance(gs, tracker.Grads)
    y = 2 * (W.data @ x + b.data)
    close(gs[W], np.outer(y, x), 1e-15)
    close(gs[b], y, 1e-15)
    np.testing.assert_array_equal(gs[unused], [0.0])
    np.testing.assert_array_equal(W.grad, np.zeros((2, 2)))


def test_params_is_an_ordered_set_by_identity():
    a, b = param([1.0]), param([1.0])
    ps = Params([a, b, a])
    assert len(ps) == 2
    assert [p is q for p, q in zip(ps, [a, b], strict=True)] == [True, True]
    assert a in ps
    c = param([1.0])
    assert c not in ps
    ps.append(c)
    assert c in ps
    assert len(ps) == 3


@pytest.mark.parametrize("x", [np.ones(2), 1.0, "text", None], ids=repr)
def test_params_takes_tracked_leaves_alone(x):
    with pytest.raises(TypeError):
        Params([x])
    with pytest.raises(TypeError):
        Params([]).append(x)
    with pytest.raises(TypeError):
        Params([2 * param([1.0])])


def test_pullback_of_params_gives_grads():
    w = param([1.0, 2.0])
    y, pull = pullback(lambda: w * w, Params([w]))
    np.testing.assert_array_equal(y, [1.0, 4.0])
    exactly(pull(np.array([1.0, 10.0]))[w], np.array([2.0, 40.0]))
    exactly(pull(np.array([0.0, 1.0]))[w], np.array([0.0, 4.0]))


def test_withgradient_of_params():
    w = param([1.0, 2.0])
    result = withgradient(lambda: np.sum(w * w), Params([w]))
    assert result.val == 5.0
    exactly(result.grad[w], np.array([2.0, 4.0]))


def test_grads_of_something_else_raises():
    w = param([1.0, 2.0])
    gs = gradient(lambda: np.sum(w), Params([w]))
    with pytest.raises(KeyError):
        gs[param([1.0, 2.0])]


# gradient: types, dtypes, structures


@pytest.mark.parametrize("dtype", FLOATS)
def test_gradient_of_an_array_has_its_dtype(dtype):
    x = np.array([1, 2], dtype)
    exactly(gradient(lambda x: np.sum(np.real(x * np.conj(x))), x)[0], (2 * x).astype(dtype))


@pytest.mark.parametrize("dtype", FLOATS)
def test_gradient_of_a_numpy_scalar_is_a_numpy_scalar(dtype):
    exactly(gradient(lambda x: np.real(x * np.conj(x)), dtype(3))[0], dtype(6))


@pytest.mark.parametrize("dtype", FLOATS)
def test_gradient_of_a_0d_array_is_a_0d_array(dtype):
    exactly(gradient(lambda x: np.real(x * np.conj(x)), np.array(3, dtype))[0], np.array(6, dtype))


def test_gradient_of_a_python_number_is_a_python_number():
    exactly(gradient(lambda x: x * x, 3.0), (6.0,))
    exactly(gradient(lambda x: x * x, 3), (6.0,))
    (g,) = gradient(lambda z: abs(z) ** 2, 3 + 4j)
    assert type(g) is complex
    close(g, 6 + 8j, 1e-14)
    exactly(gradient(lambda p: p["a"] ** 2, {"a": 3.0}), ({"a": 6.0},))


def test_gradient_of_an_integer_scalar_is_floated():
    exactly(gradient(lambda x: x * x, np.int32(3)), (np.float64(6),))


def test_mixed_dtypes_keep_their_own():
    a, b = np.ones(2, np.float32), np.ones(2)
    ga, gb = gradient(lambda a, b: np.sum(a * b), a, b)
    assert (ga.dtype, gb.dtype) == (np.float32, np.float64)


@pytest.mark.parametrize(
    "f",
    [
        lambda x: np.sum(x * 2.0 + 1),
        lambda x: np.mean(x),
        lambda x: np.linalg.norm(x),
        lambda x: x[1] ** 2,
        lambda x: np.sum(np.exp(x) / 3),
        lambda x: x.var() + x.max(),
        lambda x: np.sum(x @ x.T) if x.ndim == 2 else x @ x,
        lambda x: np.sum(np.where(x > 0, x, 0.0)),
        lambda x: np.sum(np.float64(2.0) * x),
    ],
)
def test_float32_in_float32_out(f):
    x = np.array([0.5, 1.5, -1.0], np.float32)
    assert gradient(f, x)[0].dtype == np.float32
    y = f(param(x))
    assert y.dtype == f(x).dtype


def test_broadcast_arguments_get_gradients_of_their_own_shape():
    rng = np.random.default_rng(0)
    shapes = [(3, 1), (1, 4), (4,), (), (1, 1, 1), (2, 3, 4)]
    arrays = [rng.standard_normal(s) for s in shapes]

    def f(*arrays):
        y = 1.0
        for a in arrays:
            y = y * np.sin(a) + a
        return np.sum(y)

    for g, e in zip(gradient(f, *arrays), numeric_gradient(f, *arrays), strict=True):
        assert g.shape == e.shape
        close(g, e)


class Model(NamedTuple):
    W: Any
    b: Any


@dataclasses.dataclass
class Data:
    W: Any
    b: Any


@dataclasses.dataclass(frozen=True)
class Frozen:
    W: Any
    b: Any


@attrs.frozen
class Attrs:
    W: Any
    b: Any = attrs.field(validator=attrs.validators.instance_of((float, TrackedReal)))


@tracker.struct
class Struct:
    W: Any
    b: Any


@pytest.mark.parametrize("cls", [Model, Data, Frozen, Attrs, Struct])
def test_gradient_of_a_class_is_an_instance_of_it(cls):
    x = np.array([1.0, 2.0])
    (g,) = gradient(lambda m: np.sum(m.W * x) * m.b, cls(W=np.array([3.0, 4.0]), b=2.0))
    assert type(g) is cls
    exactly(g.W, np.array([2.0, 4.0]))
    exactly(g.b, 11.0)


def test_gradient_of_every_structure_at_once():
    p = {
        "z": [np.ones(2), (2.0, None)],
        "a": OrderedDict(y=np.float32(3), x="text"),
        3: defaultdict(list, k=[1.5]),
        "int": 4,
        "ints": np.arange(3),
        "f": np.tanh,
        "flag": True,
        "model": Model(Struct(np.ones(1), 2), [Data(1.0, b"bytes")]),
        "empty": [],
    }

    def f(p):
        y = np.sum(p["z"][0]) * p["z"][1][0] + p["a"]["y"] ** 2 + p[3]["k"][0] * p["int"]
        y = y + np.sum(p["f"](p["model"].W.W)) + np.sum(p["ints"]) * p["model"].b[0].W
        assert type(p["int"]) is int
        assert p["flag"] is True
        assert not is_tracked(p["ints"])
        assert p["z"][1][1] is None
        return y

    (g,) = gradient(f, p)
    assert list(g) == list(p)
    exactly(g["z"], [np.array([2.0, 2.0]), (2.0, None)])
    exactly(g["a"], OrderedDict(y=np.float32(6), x=None))
    exactly(g[3], defaultdict(list, k=[4.0]))
    assert g["int"] is g["ints"] is g["f"] is g["flag"] is None
    close(g["model"].W.W, 1 - np.tanh(1) ** 2, 1e-15)
    assert g["model"].W.b is None
    exactly(g["model"].b[0].W, 3.0)
    assert g["model"].b[0].b is None
    assert g["empty"] == []


def test_none_for_arguments_that_are_constants():
    exactly(gradient(lambda x, *rest: np.sum(x), np.ones(2), "text", None, np.tanh, True)[1:], (None,) * 4)


def test_static_field_gets_none():
    @tracker.struct
    class Dense:
        W: Any
        scale: float = tracker.static(2.0)
        activation: Any = tracker.static(np.tanh)

    x = np.array([0.5])
    (g,) = gradient(lambda d: np.sum(d.activation(d.W * x) * d.scale), Dense(np.array([0.3])))
    assert g.scale is None
    assert g.activation is None
    close(g.W, 2 * 0.5 * (1 - np.tanh(0.15) ** 2), 1e-14)


def test_array_that_does_not_matter_has_a_gradient_of_zeros():
    exactly(gradient(lambda a, b: np.sum(a), np.ones(2), np.ones((2, 2), np.float32))[1], np.zeros((2, 2), np.float32))
    exactly(gradient(lambda p: p["a"] * 2, {"a": 1.0, "b": 2.0}), ({"a": 2.0, "b": 0.0},))


def test_nothing_recorded_warns():
    with pytest.warns(tracker.ConstantLossWarning):
        (g,) = gradient(lambda x: 5.0, [1.0, 2.0])
    exactly(g, np.zeros(2))


class Undeclared:
    """A class of a user's that tracker does not look into."""

    w = 2.0


@pytest.mark.parametrize(
    ("argument", "named"),
    [
        (Undeclared(), "Undeclared"),
        ({"n": 2, "model": Undeclared()}, "Undeclared, int"),
        (np.array([1.0, 2.0], dtype=object), "array of dtype object"),
        ({1.0, 2.0}, "set"),
        (True, "bool"),
        ({}, "nothing"),
    ],
)
@pytest.mark.parametrize("derivative", [gradient, tracker.withgradient, lambda f, x: tracker.grad(f)(x)])
def test_arguments_that_hold_only_constants_warn(argument, named, derivative):
    with pytest.warns(tracker.ConstantLossWarning, match=re.escape(f"(given: {named})")):
        derivative(lambda x: 1.0, argument)


@pytest.mark.parametrize("argument", [Undeclared(), 1.0])
@pytest.mark.parametrize("derivative", [gradient, tracker.withgradient, lambda f, x: tracker.grad(f)(x)])
def test_warning_of_a_constant_loss_points_at_the_caller(derivative, argument):
    with pytest.warns(tracker.ConstantLossWarning) as caught:
        derivative(lambda x: 1.0, argument)
    assert caught[0].filename == __file__


def test_something_recorded_does_not_warn():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        exactly(gradient(lambda x: np.sum(np.sign(x) * x) * 0, [1.0, 2.0])[0], np.zeros(2))


def test_same_array_in_two_places_gets_two_gradients():
    x = np.array([1.0, 2.0])
    (g,) = gradient(lambda p: np.sum(p["a"] * 2 + p["b"][0] * 3), {"a": x, "b": [x]})
    exactly(g, {"a": np.array([2.0, 2.0]), "b": [np.array([3.0, 3.0])]})
    exactly(gradient(lambda a, b: np.sum(a * 2 + b * 3), x, x), (np.array([2.0, 2.0]), np.array([3.0, 3.0])))
    g = gradient(lambda a, b: np.sum(a * b), x, x)
    assert not np.shares_memory(*g)


@pytest.mark.parametrize(
    ("f", "arity"),
    [
        (lambda a, b: np.sum(a + b), 2),
        (lambda a: np.sum(a), 1),
        (lambda a, b: np.sum(a) + np.sum(b), 2),
        (lambda a, b: np.sum(a.reshape(2, 1) + b[:, None]), 2),
        (lambda a, b: np.sum(np.concatenate([a, b])), 2),
        (lambda a, b: np.sum(a.T + np.broadcast_to(b, (3, 2))), 2),
        (lambda a, b: np.sum(a[:] - b[::-1]), 2),
    ],
)
def test_gradients_share_no_memory_and_can_be_written(f, arity):
    args = [np.ones(2) for _ in range(arity)]
    grads = gradient(f, *args)
    for i, g in enumerate(grads):
        assert g.flags.writeable
        g += 1
        others = [*args, *grads[:i], *grads[i + 1 :]]
        assert not any(np.shares_memory(g, other) for other in others)
        # An array of strides 0 would change in all places at once.
        assert np.lib.array_utils.byte_bounds(g)[1] - np.lib.array_utils.byte_bounds(g)[0] == g.nbytes


def test_values_share_no_memory_with_arguments():
    x = np.ones(3)
    y, _ = pullback(lambda x: {"a": x, "b": x[1:], "c": x.T, "d": [x]}, x)
    flat = [y["a"], y["b"], y["c"], y["d"][0]]
    for i, part in enumerate(flat):
        assert not any(np.shares_memory(part, other) for other in [x, *flat[:i], *flat[i + 1 :]])


def test_arguments_are_never_changed():
    x, p = np.ones(3), {"a": np.ones(2)}

    def f(x, p):
        x[0] = 5.0
        x *= 2
        p["a"] += 1
        p["new"] = 3
        return np.sum(x) * np.sum(p["a"])

    gx, gp = gradient(f, x, p)
    exactly(x, np.ones(3))
    exactly(p, {"a": np.ones(2)})
    # value 14 * 4; x[0] was overwritten
    exactly(gx, np.array([0.0, 8.0, 8.0]))
    exactly(gp["a"], np.array([14.0, 14.0]))


def test_gradient_is_taken_at_the_value_on_entry():
    def f(x):
        y = x**3
        x[:] = 100.0
        return np.sum(y)

    exactly(gradient(f, np.array([1.0, 2.0]))[0], np.array([3.0, 12.0]))


def test_top_level_numbers_and_lists_are_taken_as_param_takes_them():
    exactly(gradient(lambda a, x: a * np.sum(x**2), 2, [1, 2, 3]), (14.0, np.array([4.0, 8.0, 12.0])))
    exactly(gradient(lambda x: np.sum(x @ x), [[1, 0], [0, 1]])[0], np.full((2, 2), 2.0))


def test_top_level_list_of_tracked_numbers_is_an_array_of_them():
    def f(a):
        (g,) = gradient(lambda x: np.sum(x**2) * x[0], [a, 2])  # (3 a^2 + 4, 4 a)
        return g[0] + g[1]

    assert gradient(f, 3.0) == (22.0,)


def test_float_in_a_structure_is_a_parameter_and_an_int_a_constant():
    exactly(gradient(lambda p: p[0] * p[1], (2.0, 3)), ((3.0, None),))
    exactly(gradient(lambda p: p["x"][0] * p["x"][1], {"x": [2.0, 3]}), ({"x": [3.0, None]},))


def test_returned_values_are_plain():
    val, (g,) = withgradient(lambda x: np.sum(x * x), np.ones(2))
    assert not is_tracked(val)
    assert not is_tracked(g)
    y, pull = pullback(np.sin, np.ones(2))
    assert not is_tracked(y)
    assert not is_tracked(pull(np.ones(2))[0])


def test_gradient_with_respect_to_a_param_leaves_its_grad_alone():
    x = param([1.0, 2.0])
    np.sum(x).back()
    (g,) = gradient(lambda x: np.sum(x * x), x)
    np.testing.assert_array_equal(tracker.data(g), [2.0, 4.0])
    exactly(x.grad, np.ones(2))


def test_captured_param_is_a_constant_of_gradient_and_keeps_its_grad():
    w = param([3.0, 4.0])
    (g,) = gradient(lambda x: np.sum(w * x), np.ones(2))
    np.testing.assert_array_equal(tracker.data(g), [3.0, 4.0])
    exactly(w.grad, np.zeros(2))


# Losses


@pytest.mark.parametrize("shape", [(1,), (2,), (1, 1), (0,)])
def test_loss_that_is_no_scalar_raises_with_shape_and_dtype(shape):
    with pytest.raises(TypeError) as raised:
        gradient(lambda x: np.ones(shape) * x, 1.0)
    message = str(raised.value)
    assert str(shape) in message
    assert "float64" in message
    assert "jacobian" in message
    assert "pullback" in message


@pytest.mark.parametrize(
    ("f", "given"),
    [
        (lambda x: np.argmax(x), "int64"),
        (lambda x: np.sum(x) > 0, "bool"),
        (lambda x: np.sum(x) * 1j, "complex128"),
        (lambda x: "text", "str"),
        (lambda x: None, "None"),
        (lambda x: x, r"\(2,\)"),
        (lambda x: [np.sum(x)], "list"),
    ],
)
def test_loss_of_the_wrong_kind_raises(f, given):
    with pytest.raises(TypeError, match=given):
        gradient(f, np.array([1.0, 2.0]))


def test_integer_result_is_fine_where_nothing_is_differentiated():
    with pytest.warns(tracker.ConstantLossWarning, match="given: str"):
        assert gradient(lambda s: len(s), "text") == (None,)


@pytest.mark.parametrize("loss", [np.array, lambda x: x, np.float32, float])
def test_0d_arrays_and_scalars_are_losses(loss):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", tracker.ConstantLossWarning)
        exactly(gradient(lambda x: loss(3.0), [1.0]), (np.zeros(1),))
    exactly(gradient(lambda x: np.sum(x, keepdims=True).reshape(()), [1.0]), (np.ones(1),))


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize(
    "run",
    [
        lambda f, x, **kw: gradient(f, x, **kw)[0],
        lambda f, x, **kw: withgradient(f, x, **kw).grad[0],
        lambda f, x, **kw: grad(f, **kw)(x),
        lambda f, x, **kw: value_and_grad(f, **kw)(x)[1],
    ],
)
def test_loss_that_is_not_finite_raises_unless_told(run, bad):
    def f(x):
        return np.sum(x) + bad

    with pytest.raises(FloatingPointError):
        run(f, np.ones(2))
    exactly(run(f, np.ones(2), check_finite=False), np.ones(2))


# withgradient, grad, value_and_grad


class Result(NamedTuple):
    loss: Any
    extra: Any


@pytest.mark.parametrize(
    "wrap",
    [
        lambda loss, extra: (loss, extra),
        lambda loss, extra: Result(loss, extra),
        lambda loss, extra: {"loss": loss, "extra": extra},
        lambda loss, extra: (loss, {"deep": [extra]}, "text"),
    ],
)
def test_withgradient_carries_the_rest_untracked(wrap):
    val, (g,) = withgradient(lambda x: wrap(np.sum(x * x), x * 2), np.array([1.0, 2.0]))
    expected = wrap(5.0, np.array([2.0, 4.0]))
    assert type(val) is type(expected)
    if isinstance(val, dict):
        assert list(val) == list(expected)
        val, expected = list(val.values()), list(expected.values())
    number(val[0], 5.0)
    exactly(list(val[1:]), list(expected[1:]))
    exactly(g, np.array([2.0, 4.0]))


def test_grad_of_one_and_of_several_arguments():
    def f(a, b, c=1.0):
        return np.sum(a * b) * c

    a, b = np.array([1.0, 2.0]), np.array([3.0, 4.0])
    exactly(grad(f)(a, b), b)
    exactly(grad(f, 1)(a, b), a)
    exactly(grad(f, argnums=-1)(a, b), a)
    exactly(grad(f, (1, 0))(a, b), (a, b))
    exactly(grad(f, (0,))(a, b), (b,))
    exactly(grad(f)(a, b, c=2.0), 2 * b)
    exactly(grad(f)({"x": 2.0}["x"], 3.0), 3.0)


def sum_of_squares(x, scale=1.0):
    """A loss that can be pickled by its name."""
    return np.sum(x * x) * scale


@pytest.mark.parametrize("make", [grad, value_and_grad, lambda f: grad(grad(f))])
def test_functions_made_by_grad_can_be_pickled_for_other_processes(make):
    derivative = make(sum_of_squares)
    exactly(pickle.loads(pickle.dumps(derivative))(3.0), derivative(3.0))


@pytest.mark.parametrize("make", [grad, value_and_grad])
def test_functions_made_by_grad_are_described_as_the_function_is(make):
    derivative = make(sum_of_squares)
    assert inspect.signature(derivative) == inspect.signature(sum_of_squares)
    assert derivative.__name__ == "sum_of_squares"


def test_grad_of_a_method_is_a_method():
    class Spring:
        k = 3.0

        def energy(self, x):
            return self.k * x * x / 2

        force = grad(energy, 1)
        both = value_and_grad(energy, 1)

    assert Spring().force(2.0) == 6.0
    assert Spring().both(2.0) == (6.0, 6.0)
    assert Spring.force(Spring(), 2.0) == 6.0


def test_argnums_out_of_range_raises():
    with pytest.raises((TypeError, IndexError, ValueError)):
        grad(lambda x: x, 1)(1.0)


def test_other_arguments_reach_the_function_as_they_are():
    seen = []

    def f(x, n, names):
        seen.append((type(n), names))
        return x * n

    exactly(grad(f)(2.0, 3, ["a"]), 3.0)
    assert seen == [(int, ["a"])]


def test_value_and_grad():
    value, g = value_and_grad(lambda x: np.sum(x * x))(np.array([1.0, 2.0]))
    number(value, 5.0)
    exactly(g, np.array([2.0, 4.0]))
    value, g = value_and_grad(lambda x, y: x * y, (0, 1))(2.0, 3.0)
    assert value == 6.0
    exactly(g, (3.0, 2.0))


def test_has_aux():
    def f(x):
        return np.sum(x * x), {"aux": x + 1}

    x = np.array([1.0, 2.0])
    g, aux = grad(f, has_aux=True)(x)
    exactly(g, 2 * x)
    exactly(aux, {"aux": x + 1})
    (value, aux), g = value_and_grad(f, has_aux=True)(x)
    number(value, 5.0)
    exactly(aux, {"aux": x + 1})
    exactly(g, 2 * x)


# pullback, pushforward


def test_pullback_of_nested_results():
    x = np.array([0.3, 0.6])

    def f(x, s):
        return {"b": np.sin(x), "a": (s * 2, [np.sum(x) * s]), "n": 3}

    y, pull = pullback(f, x, 2.0)
    close(y["b"], np.sin(x), 1e-15)
    assert list(y) == ["b", "a", "n"]
    assert y["n"] == 3
    gx, gs = pull({"b": np.array([1.0, 10.0]), "a": (1.0, [100.0]), "n": None})
    close(gx, np.array([1.0, 10.0]) * np.cos(x) + 200.0, 1e-14)
    close(gs, 2 + 100 * 0.9, 1e-14)
    gx, gs = pull({"b": np.zeros(2), "a": (1.0, [0.0]), "n": None})
    exactly(gx, np.zeros(2))
    exactly(gs, 2.0)


def test_pullback_may_be_called_again_and_does_not_accumulate():
    _, pull = pullback(lambda x: x * x, np.array([1.0, 2.0]))
    first = pull(np.ones(2))[0]
    exactly(pull(np.ones(2))[0], first)
    exactly(first, np.array([2.0, 4.0]))


def test_pullback_of_a_constant_is_zeros():
    y, pull = pullback(lambda x: np.ones(3), np.array([1.0, 2.0]))
    exactly(y, np.ones(3))
    exactly(pull(np.ones(3)), (np.zeros(2),))


def test_pullback_refuses_a_dy_of_another_shape():
    _, pull = pullback(lambda x: x * x, np.array([1.0, 2.0]))
    with pytest.raises(ValueError):
        pull(np.ones(3))


def test_pullback_stays_tracked_by_the_outer_derivative():
    def f(x):
        y, pull = pullback(np.sin, x)
        assert is_tracked(y)
        (g,) = pull(np.ones(2))
        assert is_tracked(g)
        return np.sum(y * g)

    x = np.array([0.3, 0.8])
    close(gradient(f, x)[0], np.cos(2 * x), 1e-13)  # sin cos = sin(2x)/2


def test_pullback_called_after_the_outer_function_moved_on():
    def f(x):
        _, pull = pullback(lambda z: z**3, x * 2)
        return np.sum(pull(x)[0])  # 3 (2x)^2 x = 12 x^3

    x = np.array([0.3, 0.8])
    close(gradient(f, x)[0], 36 * x**2, 1e-13)


def test_pushforward():
    x, dx = np.array([0.3, 0.6]), np.array([1.0, -2.0])
    y, dy = pushforward(np.sin, (x,), (dx,))
    exactly(y, np.sin(x))
    close(dy, np.cos(x) * dx, 1e-15)


def test_pushforward_of_nested_arguments_and_results():
    def f(p, s):
        return {"out": p["W"] * s, "loss": (np.sum(p["W"]) * s, 3)}

    p, dp = {"W": np.array([1.0, 2.0])}, {"W": np.array([0.5, 0.25])}
    y, dy = pushforward(f, (p, 3.0), (dp, 1.0))
    exactly(y["out"], np.array([3.0, 6.0]))
    close(dy["out"], [2.5, 2.75], 1e-15)
    close(dy["loss"][0], 0.75 * 3 + 3.0, 1e-15)


def test_pushforward_of_a_constant_is_zero():
    y, dy = pushforward(lambda x: np.ones(3), (np.ones(2),), (np.ones(2),))
    exactly(y, np.ones(3))
    np.testing.assert_array_equal(dy, np.zeros(3))


def test_pushforward_agrees_with_pullback():
    rng = np.random.default_rng(0)
    x, dx, A = rng.standard_normal(4), rng.standard_normal(4), rng.standard_normal((4, 4))

    def f(x):
        y = np.tanh(A @ x)
        return np.concatenate([np.cumsum(y), np.sort(y), [np.linalg.norm(y)], np.linalg.solve(A, y)])

    y, dy = pushforward(f, (x,), (dx,))
    w = rng.standard_normal(y.shape)
    _, pull = pullback(f, x)
    close(np.sum(w * dy), np.sum(pull(w)[0] * dx), 1e-12)


def test_pushforward_keeps_no_record():
    import tracemalloc

    def f(x):
        for _ in range(50):
            x = np.sin(x)
        return x

    x = np.ones(100_000)
    pushforward(f, (x,), (x,))
    tracemalloc.start()
    pushforward(f, (x,), (x,))
    peak = tracemalloc.get_traced_memory()[1] / x.nbytes
    tracemalloc.stop()
    assert peak < 15


def test_pushforward_and_gradient_nest_both_ways():
    x, v = np.array([0.4, 0.9]), np.array([1.0, -0.5])

    def f(x):
        return np.sum(np.sin(x) * x[::-1] ** 2)

    H = hessian(f, x)
    close(pushforward(grad(f), (x,), (v,))[1], H @ v, 1e-12)
    close(gradient(lambda x: pushforward(f, (x,), (v,))[1], x)[0], H @ v, 1e-12)
    close(pushforward(lambda x: pushforward(f, (x,), (v,))[1], (x,), (v,))[1], v @ H @ v, 1e-12)


# jacobian, hessian, hvp, forwarddiff


@pytest.mark.parametrize("mode", [None, "reverse", "forward"])
def test_jacobian(mode):
    rng = np.random.default_rng(1)
    A = rng.standard_normal((3, 2, 2))
    x = rng.standard_normal((2, 2))
    J = jacobian(lambda x: np.sum(A * x, axis=2), x, mode=mode)
    expected = np.zeros((3, 2, 2, 2))
    for k in range(3):
        for i in range(2):
            expected[k, i, i] = A[k, i]
    assert J.shape == (3, 2, 2, 2)
    close(J, expected, 1e-14)


@pytest.mark.parametrize("mode", [None, "reverse", "forward"])
def test_jacobian_of_scalars(mode):
    assert np.shape(jacobian(lambda x: np.sum(x * x), np.ones(3), mode=mode)) == (3,)
    close(jacobian(lambda x: x * np.ones(3), 2.0, mode=mode), np.ones(3))
    close(jacobian(np.sin, 0.5, mode=mode), np.cos(0.5))


@pytest.mark.parametrize("mode", [None, "reverse", "forward"])
def test_jacobian_of_complex_numbers(mode):
    x, z = np.array([1.0, 2.0]), np.array([1 + 2j, 3 - 1j])
    close(jacobian(lambda z: z**2 * (1 + 1j), z, mode=mode), np.diag(2 * z * (1 + 1j)), 1e-14)
    close(jacobian(lambda x: x**2 * (1 + 1j), x, mode=mode), np.diag(2 * x * (1 + 1j)), 1e-14)
    close(jacobian(lambda z: np.abs(z) ** 2, z, mode=mode), np.diag(2 * z), 1e-14)


def test_jacobian_refuses_an_unknown_mode():
    with pytest.raises(ValueError, match="sideways"):
        jacobian(np.sin, np.ones(2), mode="sideways")


def test_jacobian_keeps_float32():
    assert jacobian(np.sin, np.ones(2, np.float32)).dtype == np.float32
    assert jacobian(lambda x: x[:0], np.ones(2, np.float32)).dtype == np.float32


def rosenbrock(x):
    return np.sum(100 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2)


def rosenbrock_hessian(x):
    # Differentiated by hand.
    H = np.zeros((len(x), len(x)))
    for i in range(len(x) - 1):
        H[i, i] += 1200 * x[i] ** 2 - 400 * x[i + 1] + 2
        H[i + 1, i + 1] += 200
        H[i, i + 1] -= 400 * x[i]
        H[i + 1, i] -= 400 * x[i]
    return H


def test_hessian_and_hvp():
    x = np.array([0.5, -0.3, 1.2, 0.8])
    v = np.array([1.0, -1.0, 0.5, 2.0])
    H = rosenbrock_hessian(x)
    close(hessian(rosenbrock, x), H, 1e-13)
    close(hvp(rosenbrock, x, v), H @ v, 1e-13)


def test_hessian_of_a_linear_function_is_zeros_without_a_warning():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        exactly(hessian(lambda x: np.sum(3 * x), np.ones(2)), np.zeros((2, 2)))
        exactly(hvp(lambda x: np.sum(3 * x), np.ones(2), np.ones(2)), np.zeros(2))
        assert gradcheck(lambda x: np.sum(3 * x), np.ones(2), order=2)


def test_hessian_of_a_matrix_argument():
    A = np.array([[2.0, 0.3], [0.3, 1.0]])
    H = hessian(lambda X: np.trace(X.T @ A @ X), np.array([[1.0, 2.0], [3.0, 4.0]]))
    assert H.shape == (2, 2, 2, 2)
    close(H, np.einsum("ik,jl->ijkl", 2 * A, np.eye(2)), 1e-13)


def test_hessian_of_a_function_that_itself_takes_a_gradient():
    def f(x):
        (g,) = gradient(lambda z: np.sum(z**3), x)
        return np.sum(g * x)  # 3 x^3

    x = np.array([0.5, 2.0])
    close(hessian(f, x), np.diag(18 * x), 1e-13)


def test_forwarddiff_is_one_step_with_a_gradient():
    def f(x):
        return np.sum(forwarddiff(lambda z: np.sin(z) * z[0], x) * np.array([1.0, 2.0]))

    x = np.array([0.3, 0.8])
    exactly(np.asarray(tracker.data(forwarddiff(np.sin, param(x)))), np.sin(x))
    close(gradient(f, x)[0], numeric_gradient(lambda x: np.sum(np.sin(x) * x[0] * np.array([1.0, 2.0])), x)[0])
    close(hessian(lambda x: forwarddiff(lambda z: np.sum(z**3), x), x), np.diag(6 * x), 1e-12)


@pytest.mark.parametrize("wrap", [lambda y: {"y": y}, lambda y: (y, y)])
def test_forwarddiff_of_a_structure_raises(wrap):
    with pytest.raises(TypeError, match="forwarddiff"):
        gradient(lambda x: np.sum(x) + np.sum(forwarddiff(lambda t: wrap(2 * t), x)["y"]), np.ones(2))


def test_forwarddiff_of_complex_numbers():
    def f(z):
        return np.conj(z) * z * z

    z = 1 + 2j
    close(gradient(lambda z: np.real(forwarddiff(f, z)), z)[0], gradient(lambda z: np.real(f(z)), z)[0])
    close(gradient(lambda z: forwarddiff(lambda z: np.abs(z) ** 2, z), z)[0], 2 * z)


def test_forwarddiff_of_a_plain_value_is_the_function():
    exactly(forwarddiff(np.sin, np.ones(2)), np.sin(np.ones(2)))


# ngradient, gradcheck


def test_ngradient():
    a, b = np.array([0.3, -0.6]), {"s": 2.0, "n": 3}
    ga, gb = ngradient(lambda a, b: np.sum(np.sin(a)) * b["s"] ** b["n"], a, b)
    close(ga, 8 * np.cos(a), 1e-7)
    close(gb["s"], 12 * np.sum(np.sin(a)), 1e-7)
    assert gb["n"] is None


def test_gradcheck_passes_a_right_gradient():
    assert gradcheck(lambda x, y: np.sum(np.sin(x) * y), np.ones(3), np.arange(3.0)) is True
    assert gradcheck(lambda p: np.sum(p["a"] ** 3), {"a": np.array([0.5, 1.5])}, order=2) is True


def test_gradcheck_shows_the_entry_that_differs():
    @tracker.custom_gradient
    def wrong(x):
        return x * x, lambda dy: (2 * x * dy + np.array([0.0, 0.0, 0.25]),)

    with pytest.raises(AssertionError) as raised:
        gradcheck(lambda a, x: np.sum(wrong(x)) + np.sum(a), np.ones(2), np.array([1.0, 2.0, 3.0]))
    message = str(raised.value)
    assert "argument 1" in message
    assert "2" in message
    assert "6.25" in message
    assert "0.25" in message or "2.5e-01" in message


def test_gradcheck_of_second_order_catches_a_wrong_second_derivative():
    @tracker.custom_gradient
    def square(x):
        return x * x, lambda dy: (2 * stop_gradient(x) * dy,)

    assert gradcheck(lambda x: np.sum(square(x)), np.ones(2)) is True
    with pytest.raises(AssertionError):
        gradcheck(lambda x: np.sum(square(x)), np.ones(2), order=2)


def test_gradcheck_tolerances():
    @tracker.custom_gradient
    def nearly(x):
        return x * x, lambda dy: (2.01 * x * dy,)

    with pytest.raises(AssertionError):
        gradcheck(lambda x: np.sum(nearly(x)), np.ones(2))
    assert gradcheck(lambda x: np.sum(nearly(x)), np.ones(2), rtol=0.02, atol=0.02) is True


# Nesting


def test_higher_derivatives_of_a_scalar():
    f = np.sin
    expected = [np.sin, np.cos, lambda x: -np.sin(x), lambda x: -np.cos(x), np.sin, np.cos]
    for e in expected:
        close(f(0.7), e(0.7), 1e-13)
        f = grad(f)


def test_gradient_inside_a_loss():
    def f(x):
        (g,) = gradient(lambda z: np.sum(z**3), x)
        return np.sum(g**2)  # 9 x^4

    x = np.array([0.5, 2.0])
    close(gradient(f, x)[0], 36 * x**3, 1e-13)


def test_perturbations_are_not_confused():
    # d/dx [x * d/dy (x + y)] = 1: the known trap of Siskind and Pearlmutter.
    assert gradient(lambda x: x * gradient(lambda y: x + y, 1.0)[0], 1.0) == (1.0,)
    assert gradient(lambda x: x * gradient(lambda y: x * y, 2.0)[0], 3.0) == (6.0,)
    one = pushforward(lambda x: x * pushforward(lambda y: x + y, (1.0,), (1.0,))[1], (1.0,), (1.0,))[1]
    assert one == 1.0
    assert pushforward(lambda x: x * gradient(lambda y: x * y, 2.0)[0], (3.0,), (1.0,))[1] == 6.0
    assert gradient(lambda x: x * pushforward(lambda y: x * y, (2.0,), (1.0,))[1], 3.0) == (6.0,)


def test_values_inside_a_nested_derivative_stay_tracked():
    def f(x):
        val, (g,) = withgradient(lambda z: np.sum(z**2), x)
        assert is_tracked(val)
        assert is_tracked(g)
        return val + np.sum(g * 3)

    close(gradient(f, np.array([1.0, 2.0]))[0], [2 + 6, 4 + 6], 1e-15)


def test_inner_gradient_by_a_captured_outer_value():
    def f(w):
        (g,) = gradient(lambda z: np.sum(np.sin(w * z)), np.array([0.3, 0.6]))
        return np.sum(g**2)

    w = np.array([1.1, -0.7])
    z = np.array([0.3, 0.6])
    close(gradient(f, w)[0], numeric_gradient(lambda w: np.sum((w * np.cos(w * z)) ** 2), w)[0])


def test_inner_loop_of_gradient_descent_differentiates():
    def train(rate):
        x = np.array([2.0, -1.0])
        for _ in range(5):
            (g,) = gradient(lambda x: np.sum(x**2 * np.array([1.0, 3.0])), x)
            x = x - rate * g
        return np.sum(x**2)

    # x_k = (1 - 2 a rate)^5 x_0 for each a
    expected = sum(
        2 * x * (1 - 2 * a * 0.1) ** 5 * x * 5 * (1 - 2 * a * 0.1) ** 4 * (-2 * a) for a, x in [(1.0, 2.0), (3.0, -1.0)]
    )
    close(gradient(train, 0.1)[0], expected, 1e-12)


def test_nest_true_gives_a_gradient_that_can_be_differentiated():
    x = param([1.0, 2.0])
    (g,) = gradient(lambda z: np.sum(z**3), x, nest=True)
    np.sum(g).back()
    exactly(x.grad, np.array([6.0, 12.0]))


def test_nest_false_inside_another_derivative_is_once_differentiable():
    def f(x):
        (g,) = gradient(lambda z: np.sum(z**2), x, nest=False)
        return np.sum(g * x)

    with pytest.raises(NotImplementedError):
        gradient(f, np.array([1.0, 2.0]))


def test_nest_false_on_its_own_is_a_plain_gradient():
    exactly(gradient(lambda z: np.sum(z**2), np.ones(2), nest=False), (np.full(2, 2.0),))


def test_back_inside_a_gradient_does_not_disturb_it():
    def f(x):
        w = param([1.0])
        np.sum(w * 3).back()
        assert w.grad[0] == 3.0
        return np.sum(x * x)

    exactly(gradient(f, np.ones(2)), (np.full(2, 2.0),))


# Complex


@pytest.mark.parametrize(
    "f",
    [
        lambda z: np.sum(np.abs(z) ** 2),
        lambda z: np.sum(np.real(z * (3 + 4j))),
        lambda z: np.sum(np.imag(np.exp(z))),
        lambda z: np.abs(np.sum(z**3)),
        lambda z: np.sum(np.real(np.conj(z) * np.sin(z))),
        lambda z: np.real(np.vdot(z, z[::-1] * 1j)),
        lambda z: np.sum(np.angle(z)),
        lambda z: np.linalg.norm(z),
        lambda z: np.real(np.prod(z)),
        lambda z: np.sum(z.real * z.imag),
        lambda z: np.sum(np.abs(z @ np.array([[1, 2j], [0.5, 1 - 1j], [1j, 0]]))),
    ],
)
def test_complex_gradient_is_the_direction_of_steepest_ascent(f):
    z = np.array([0.5 + 0.3j, -0.2 + 1.1j, 0.9 - 0.4j])
    close(gradient(f, z)[0], numeric_gradient(f, z)[0])


def test_complex_pullback_is_the_conjugate_transpose():
    z, dy = np.array([0.5 + 0.3j, -0.2 + 1.1j]), np.array([1 - 2j, 0.5j])
    close(pullback(lambda z: z**2, z)[1](dy)[0], np.conj(2 * z) * dy, 1e-14)
    close(pullback(np.conj, z)[1](dy)[0], np.conj(dy), 1e-14)


def test_real_argument_of_a_complex_program_has_a_real_gradient():
    (g,) = gradient(lambda x: np.sum(np.abs(np.exp(1j * x) + x) ** 2), np.array([0.3, 0.7]))
    assert g.dtype == np.float64
    close(g, numeric_gradient(lambda x: np.sum(np.abs(np.exp(1j * x) + x) ** 2), np.array([0.3, 0.7]))[0])


# Rules


def cube(x):
    """A function that NumPy's dispatch does not see."""
    return np.asarray(x) ** 3


def test_partials_give_both_modes():
    def f(x, y):
        return np.asarray(x) ** 2 * np.asarray(y)

    tracker.partials(f, lambda z, x, y: 2 * x * y, lambda z, x, y: x * x)
    a, b = np.array([1.0, 2.0]), np.array([3.0, 5.0])
    exactly(gradient(lambda a, b: np.sum(tracker.track(f, a, b)), a, b), (2 * a * b, a * a))
    close(pushforward(lambda a: tracker.track(f, a, b), (a,), (np.ones(2),))[1], 2 * a * b)
    close(hessian(lambda a: np.sum(tracker.track(f, a, b)), a), np.diag(2 * b), 1e-14)


def test_partials_broadcast():
    def f(x, y):
        return np.asarray(x) * np.asarray(y)

    tracker.partials(f, lambda z, x, y: y, lambda z, x, y: x)
    a, b = np.array([[1.0], [2.0]]), np.array([3.0, 5.0, 7.0])
    exactly(gradient(lambda a, b: np.sum(tracker.track(f, a, b)), a, b), (np.full((2, 1), 15.0), np.full(3, 3.0)))


def test_linear_gives_its_adjoint_and_runs_itself_forward():
    calls = []

    def f(x, k=1):
        calls.append(k)
        return np.roll(np.asarray(x), k)

    tracker.linear(f, lambda dy, y, x, k=1: np.roll(dy, -k))
    x, dx = np.arange(3.0), np.array([1.0, 10.0, 100.0])
    _, pull = pullback(lambda x: tracker.track(f, x, k=2), x)
    exactly(pull(dx)[0], np.roll(dx, -2))
    calls.clear()
    exactly(pushforward(lambda x: tracker.track(f, x, k=2), (x,), (dx,))[1], np.roll(dx, 2))
    assert calls == [2, 2]


def test_constant_declares_a_zero_derivative():
    def bucket(x):
        return np.floor(np.asarray(x))

    tracker.constant(bucket)
    exactly(gradient(lambda x: np.sum(tracker.track(bucket, x) * x), np.array([1.5, 2.5]))[0], np.array([1.0, 2.0]))


def test_rule_with_none_and_keywords():
    def f(x, n, *, scale=1.0):
        return np.asarray(x) ** n * scale

    tracker.rule(f, lambda dy, y, x, n, scale=1.0: dy * n * x ** (n - 1) * scale, None)
    x = np.array([1.0, 2.0])
    exactly(gradient(lambda x: np.sum(tracker.track(f, x, 3, scale=2.0)), x)[0], 6 * x**2)


def test_rule_given_again_replaces_the_old_one():
    def f(x):
        return np.asarray(x) * 1.0

    tracker.rule(f, lambda dy, y, x: dy * 5)
    tracker.rule(f, lambda dy, y, x: dy)
    exactly(gradient(lambda x: np.sum(tracker.track(f, x)), np.ones(2))[0], np.ones(2))


def test_rule_without_pushforward_has_an_exact_forward_mode():
    def f(x):
        return np.cumsum(np.asarray(x) ** 2)

    tracker.rule(f, lambda dy, y, x: 2 * x * np.cumsum(dy[::-1])[::-1])
    x, dx = np.array([1.0, 2.0, 3.0]), np.array([1.0, -1.0, 0.5])
    close(pushforward(lambda x: tracker.track(f, x), (x,), (dx,))[1], np.cumsum(2 * x * dx), 1e-14)


def test_rule_with_pushforward_uses_it():
    used = []

    def f(x):
        return np.asarray(x) ** 2

    def forward(tangents, y, x):
        used.append(1)
        return 2 * x * tangents[0]

    tracker.rule(f, lambda dy, y, x: 2 * x * dy, pushforward=forward)
    exactly(pushforward(lambda x: tracker.track(f, x), (np.ones(2),), (np.ones(2),))[1], np.full(2, 2.0))
    assert used == [1]


def test_rule_of_a_function_that_returns_a_tuple():
    def f(x):
        return np.asarray(x) ** 2, np.asarray(x) ** 3

    def f_pullback(dy, y, x):
        first = 0 * x if dy[0] is None else 2 * x * dy[0]
        return first if dy[1] is None else first + 3 * x**2 * dy[1]

    tracker.rule(f, f_pullback)
    x = np.array([1.0, 2.0])
    for pick, expected in [
        (lambda y: y[0], 2 * x),
        (lambda y: y[1], 3 * x**2),
        (lambda y: y[0] + 10 * y[1], 2 * x + 30 * x**2),
    ]:
        close(gradient(lambda x, pick=pick: np.sum(pick(tracker.track(f, x))), x)[0], expected, 1e-14)


def test_rule_of_a_function_of_many_arguments():
    def f(*xs):
        return sum(np.asarray(x) * (i + 1) for i, x in enumerate(xs))

    tracker.rule(f, *[lambda dy, y, *xs, i=i: dy * (i + 1) for i in range(4)])
    x = np.ones(2)
    grads = gradient(lambda *xs: np.sum(tracker.track(f, *xs)), x, x, x, x)
    exactly(grads, tuple(np.full(2, float(i + 1)) for i in range(4)))


def test_track_of_a_function_without_rule_raises():
    def mystery(x):
        return x

    with pytest.raises(tracker.NoRuleError, match="mystery"):
        tracker.track(mystery, param([1.0]))
    assert issubclass(tracker.NoRuleError, TypeError)


def test_track_of_plain_values_is_the_call():
    tracker.rule(cube, lambda dy, y, x: 3 * x**2 * dy)
    exactly(tracker.track(cube, np.ones(2)), np.ones(2))


def test_rules_for_ufuncs_are_used_by_numpy_itself():
    doubled = np.frompyfunc(lambda x: 2.0 * x, 1, 1)
    with pytest.raises(tracker.NoRuleError):
        doubled(param([1.0, 2.0]))


def test_second_derivative_through_a_rule():
    tracker.rule(cube, lambda dy, y, x: 3 * x**2 * dy)
    x = np.array([1.0, 2.0])
    close(hessian(lambda x: np.sum(tracker.track(cube, x)), x), np.diag(6 * x), 1e-14)


@tracker.custom_gradient
def clip(x, low, high):
    y = np.clip(x, low, high)

    def back(dy):
        return dy * ((x >= low) & (x <= high)), None, None

    return y, back


def test_custom_gradient_of_the_documented_example():
    x = np.array([-2.0, 0.0, 0.5, 1.0, 3.0])
    result = withgradient(lambda x: np.sum(clip(x, 0.0, 1.0) * np.arange(5.0)), x)
    assert result.val == np.sum(np.clip(x, 0, 1) * np.arange(5.0))
    exactly(result.grad[0], np.array([0.0, 1.0, 2.0, 3.0, 0.0]))
    exactly(clip(x, 0.0, 1.0), np.clip(x, 0, 1))


def test_custom_gradient_takes_keywords_and_defaults():
    @tracker.custom_gradient
    def line(x, slope=2.0, offset=1.0):
        return x * slope + offset, lambda dy: (dy * slope, dy * x, dy)

    exactly(gradient(lambda x: line(x), 3.0), (2.0,))
    exactly(gradient(lambda x, b: line(x, offset=b), 3.0, 4.0), (2.0, 1.0))
    exactly(gradient(lambda x, a: line(slope=a, x=x), 3.0, 4.0), (4.0, 3.0))


def test_custom_gradient_of_structures():
    @tracker.custom_gradient
    def scaled(p, s):
        y = {"y": [p["a"] * s], "n": 3}
        return y, lambda dy: ({"a": dy["y"][0] * s, "b": None}, np.sum(dy["y"][0] * p["a"]))

    def f(p, s):
        y = scaled(p, s)
        return np.sum(y["y"][0] ** 2) * y["n"]

    assert gradcheck(f, {"a": np.array([1.0, 2.0]), "b": 2}, 3.0, order=2)


def test_custom_gradient_overrides_the_derivative():
    @tracker.custom_gradient
    def straight_through(x):
        """Rounds."""
        return np.round(x), lambda dy: (dy,)

    assert straight_through.__name__ == "straight_through"
    assert straight_through.__doc__ == "Rounds."
    exactly(gradient(lambda x: np.sum(straight_through(x) * 3), np.array([0.4, 1.6]))[0], np.full(2, 3.0))


def test_custom_gradient_keeps_what_its_arguments_held():
    @tracker.custom_gradient
    def product(x, a):
        return x * a, lambda dy: (dy * a, dy * x)

    def overwritten(x, factor):
        x, a = 1.0 * x, np.array([2.0, 3.0])
        y = product(x, a * factor) + product(x, a)
        x[0] = a[0] = 100.0
        return np.sum(y)

    dx, dfactor = tracker.gradient(overwritten, np.array([1.0, 5.0]), 1.0)
    assert (dx.tolist(), dfactor) == ([4.0, 6.0], 17.0)


def test_custom_gradient_notices_a_large_plain_array_that_was_changed():
    product = tracker.custom_gradient(lambda x, a: (x * a, lambda dy: (dy * a, None)))
    a = np.ones(10_000)
    _, back = tracker.pullback(lambda x: np.sum(product(x, a)), 2.0 * a)
    a[:] = 3.0
    with pytest.raises(RuntimeError, match="was changed"):
        back(1.0)


def test_custom_gradient_is_differentiable_itself():
    @tracker.custom_gradient
    def cubed(x):
        return x**3, lambda dy: (3 * x**2 * dy,)

    x = np.array([1.0, 2.0])
    close(hessian(lambda x: np.sum(cubed(x)), x), np.diag(6 * x), 1e-14)
    close(pushforward(cubed, (x,), (np.ones(2),))[1], 3 * x**2, 1e-14)


def test_second_derivative_of_a_custom_gradient_where_the_first_one_is_zero():
    @tracker.custom_gradient
    def tripled(x):
        return 3 * x, lambda dy: (3 * dy,)

    for f in (lambda x: tripled(x) ** 2, lambda x: tripled(np.stack([x]) @ np.ones((1, 1)))[0] ** 2):
        assert grad(grad(f))(0.0) == 18.0
        assert pushforward(grad(f), (0.0,), (1.0,)) == (0.0, 18.0)


def test_second_derivative_where_a_pullback_of_zeros_gives_nan():
    @tracker.custom_gradient
    def root(x):
        return np.sqrt(x), lambda dy: (dy / (2 * np.sqrt(x)),)

    with np.errstate(all="ignore"):
        assert grad(grad(lambda x: 0 * x * root(x) + x * x))(0.0) == 2.0


@pytest.mark.parametrize("wrong", [lambda dy: (), lambda dy: (dy, dy), lambda dy: (dy, None, None)])
def test_custom_gradient_with_a_wrong_number_of_gradients_is_named(wrong):
    @tracker.custom_gradient
    def faulty(x):
        return x * 1.0, wrong

    with pytest.raises(ValueError, match="faulty"):
        gradient(lambda x: np.sum(faulty(x)), np.ones(2))


def test_rule_with_too_few_pullbacks_is_named():
    def short(x, y):
        return np.asarray(x) * np.asarray(y)

    tracker.rule(short, lambda dy, y, a, b: dy * b)
    with pytest.raises(ValueError, match="short"):
        gradient(lambda a, b: np.sum(tracker.track(short, a, b)), np.ones(2), np.ones(2))


def test_rule_with_a_gradient_of_an_impossible_shape_is_named():
    def misshapen(x, y):
        return np.asarray(x) + np.asarray(y)

    tracker.rule(misshapen, lambda dy, y, a, b: dy, lambda dy, y, a, b: np.ones((7, 5)))
    with pytest.raises(ValueError, match="misshapen") as raised:
        gradient(lambda a, b: np.sum(tracker.track(misshapen, a, b)), np.ones(3), np.ones(3))
    message = str(raised.value)
    assert "(7, 5)" in message
    assert "(3,)" in message
    assert "argument 1" in message


def test_partial_of_an_impossible_shape_is_named():
    def misshapen(x):
        return x * 2.0

    tracker.partials(misshapen, lambda y, x: np.ones(5))
    with pytest.raises(ValueError, match=r"misshapen.*\(5,\)"):
        gradient(lambda x: np.sum(tracker.track(misshapen, x)), np.ones(3))


def test_rule_of_a_function_that_returns_a_dict_is_refused():
    def parts(x):
        return {"double": 2 * x}

    tracker.rule(parts, lambda dy, y, x: 2 * dy["double"])
    with pytest.raises(TypeError, match=r"parts returned a dict.*custom_gradient"):
        tracker.track(parts, param(1.0))


def test_tracked_keyword_reaches_its_position():
    def f(x, scale=1.0):
        return np.asarray(x) * np.asarray(scale)

    tracker.partials(f, lambda y, x, scale=1.0: scale, lambda y, x, scale=1.0: x)
    exactly(
        gradient(lambda x, s: np.sum(tracker.track(f, x, scale=s)), np.array([1.0, 2.0]), 3.0),
        (np.array([3.0, 3.0]), 3.0),
    )


# Lifetime


def test_a_returned_gradient_does_not_keep_the_record_alive():
    import weakref

    refs = []

    def f(x):
        big = np.ones(1000)
        refs.append(weakref.ref(big))
        return np.sum(np.sin(x * big) * big)

    gc.disable()
    try:
        val, (g,) = withgradient(f, np.ones(1000))
        assert refs[0]() is None
        y, pull = pullback(f, np.ones(1000))
        del pull
        assert refs[1]() is None
        x = param(np.ones(1000))
        loss = f(x)
        loss.back()
        assert refs[2]() is None
    finally:
        gc.enable()
    assert np.isfinite(val)
    assert np.isfinite(loss.data)
    assert g.shape == (1000,)
    assert np.isfinite(y)


def test_reruns_give_bit_identical_results():
    rng = np.random.default_rng(0)
    W, x = rng.standard_normal((20, 20)), rng.standard_normal(20)

    def f(W):
        return np.sum(np.tanh(W @ np.tanh(W @ x)) ** 2)

    first = gradient(f, W)[0]
    for _ in range(5):
        exactly(gradient(f, W)[0], first)


@pytest.mark.parametrize("bound", [np.array([-0.7, 0.2, 0.6], np.float32), np.float32(0.5), 0.5, np.array([0.5])])
def test_clip_of_a_python_number_has_numpys_dtype(bound):
    x = 0.4
    expected = np.clip(x, bound, np.add(bound, 1))
    exactly(tracker.data(np.clip(param(x), bound, np.add(bound, 1))), expected)
    exactly(gradient(lambda x: np.sum(np.clip(x, bound, 2.0)), x), (float(np.sum(x > bound)),))


def test_maximum_of_a_python_complex_number():
    z = -0.5 + 1j
    exactly(gradient(lambda z: np.real(np.maximum(z, -1) * 2), z)[0], 2 + 0j)


# arrays of other libraries


@pytest.mark.parametrize(
    "f",
    [
        lambda x: gradient(lambda z: np.sum(z * z), x)[0],
        lambda x: gradient(lambda z: np.sum(z[z > 1.5] ** 2), x)[0],
        lambda x: gradient(lambda z: np.sum(np.sin(z, out=np.zeros_like(z), where=z > 1.5)), x)[0],
        lambda x: gradient(lambda z: checkpoint(lambda q: np.sum(np.sin(q) * q), z), x)[0],
        lambda x: gradient(lambda z: forwarddiff(lambda q: np.sum(q * q), z), x)[0],
        lambda x: hessian(lambda z: np.sum(z**3), x),
        lambda x: hvp(lambda z: np.sum(z**3), x, x),
        lambda x: jacobian(lambda z: z**2, x, mode="forward"),
        lambda x: pullback(lambda z: z * 2, x)[1](x)[0],
    ],
)
def test_gradient_has_the_array_type_of_its_argument(f):
    x = np.array([1.0, 2.0, 3.0])
    found = f(StrictArray(x))
    assert isinstance(found, StrictArray)
    np.testing.assert_allclose(StrictArray.reveal(found), f(x), rtol=1e-14)


def test_back_from_an_array_of_another_library():
    x = param(StrictArray(np.array([1.0, 2.0])))
    np.sum(x * x).back()
    exactly(StrictArray.reveal(x.grad), np.array([2.0, 4.0]))


@pytest.mark.parametrize("mode", [None, "forward", "reverse"])
def test_jacobian_of_lists_and_of_whole_numbers(mode):
    x = np.array([1.0, 2.0])
    close(jacobian(lambda x: [x[0] * x[1], 2 * x[1], 3.0], x, mode), [[2, 1], [0, 2], [0, 0]])
    close(jacobian(lambda x: (x, 2 * x), x, mode), [np.eye(2), 2 * np.eye(2)])
    close(jacobian(lambda x: 3, x, mode), [0, 0])
    close(jacobian(np.argsort, x, mode), np.zeros((2, 2)))
    with pytest.raises(TypeError, match="gave a dict"):
        jacobian(lambda x: {"a": x}, x, mode)


NEWER = ("cumulative_sum", "cumulative_prod", "unstack", "matvec", "vecmat")  # than NumPy 2.0


def test_an_older_numpy_or_scipy_lacks_functions_but_the_package_does_not_need_them() -> None:
    program = (
        "import numpy as np, scipy.special\n"
        f"for name in {NEWER}: delattr(np, name)\n"
        "del scipy.special.log_wright_bessel\n"
        "import tracker, tracker.nn, tracker.optim, tracker.scipy.special\n"
        "f = lambda x: np.sum(np.stack([x, x**2], axis=1)[:, 1]) + np.sum(scipy.special.expit(x))\n"
        "print(tracker.gradient(f, np.zeros(2))[0])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert done.stdout == "[0.25 0.25]\n", done.stderr
