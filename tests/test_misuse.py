"""Bad input is answered with what happened, what was given and what to do; gradients are never lost silently."""

import math
import numbers
import re
from typing import Any

import numpy as np
import pytest

import tracker
from tests.differences import numeric_gradient
from tracker import gradient, param
from tracker.errors import TrackerError

X = np.array([0.5, 1.5, 2.5])


def message_of(run, x, kind=TypeError):
    """The message of what `run(x)` raises, which must be one of tracker's own errors."""
    with pytest.raises(kind) as raised:
        run(x)
    assert isinstance(raised.value, TrackerError), f"{type(raised.value).__name__}: {raised.value}"
    return str(raised.value)


def store(plain, index, value):
    plain[index] = value


# What NumPy makes an array of, in C or in Python, before it could ask: [x, y] are tracked numbers.
LISTS = {
    "np.array": np.array,
    "np.array of a tuple": lambda xs: np.array(tuple(xs)),
    "np.array of lists": lambda xs: np.array([xs, [1.0, 2.0]]),
    "np.array beside an array": lambda xs: np.array([np.ones(2), xs]),
    "np.array of float32": lambda xs: np.array(xs, np.float32),
    "np.array of int": lambda xs: np.array(xs, int),
    "np.array of bool": lambda xs: np.array(xs, bool),
    "np.array of complex": lambda xs: np.array(xs, complex),
    "np.array of str": lambda xs: np.array(xs, str),
    "np.array of ndmin": lambda xs: np.array(xs[0], ndmin=2),
    "np.array without a copy": lambda xs: np.array(xs, copy=False),
    "np.asarray": np.asarray,
    "np.asanyarray": np.asanyarray,
    "np.asarray_chkfinite": np.asarray_chkfinite,
    "np.ascontiguousarray": np.ascontiguousarray,
    "np.float64": np.float64,
    "np.float64 of a number": lambda xs: np.float64(xs[0]),
    "np.complex128 of a number": lambda xs: np.complex128(xs[0]),
    "np.where": lambda xs: np.where(np.ones(2) > 0, xs, 0.0),
    "the condition of np.where": lambda xs: np.where(xs, 1.0, 0.0),
    "np.exp": np.exp,
    "np.maximum": lambda xs: np.maximum(xs, 0.0),
    "plain + list": lambda xs: np.ones(2) + xs,
    "plain @ list": lambda xs: np.ones((2, 2)) @ xs,
    "np.sum": np.sum,
    "np.max": np.max,
    "np.dot": lambda xs: np.dot(xs, [1.0, 2.0]),
    "np.linalg.norm": np.linalg.norm,
    "np.linalg.solve": lambda xs: np.linalg.solve([xs, [0.0, 1.0]], [1.0, 2.0]),
    "np.concatenate": lambda xs: np.concatenate([xs, [1.0]]),
    "np.sort": np.sort,
    "np.interp": lambda xs: np.interp(xs, [0.0, 1.0], [1.0, 3.0]),
    "np.fft.fft": np.fft.fft,
    "np.poly1d": np.poly1d,
    "plain[list]": lambda xs: np.ones(3)[xs],
    "plain[:2] = list": lambda xs: store(np.zeros(3), slice(0, 2), xs),
}


@pytest.mark.parametrize("name", LISTS)
def test_a_list_of_tracked_numbers_never_becomes_a_plain_array_silently(name):
    message = message_of(LISTS[name], [param(0.5), param(1.5)])
    assert "tracker.collect([a, b]) or np.stack([a, b]) for np.array([a, b])" in message


def boxed(x):
    return np.frompyfunc(lambda t: x * t, 1, 1)(np.ones(3))


@pytest.mark.parametrize(
    "run",
    [
        lambda x: tracker.pullback(boxed, x),
        lambda x: tracker.pushforward(boxed, (x,), (1.0,)),
        lambda x: tracker.jacobian(boxed, x),
        lambda x: tracker.gradcheck(boxed, x),
        lambda x: tracker.withgradient(lambda x: (x * x, boxed(x)), x),
    ],
)
def test_an_array_of_objects_among_the_results_does_not_lose_gradients(run):
    assert "np.vectorize" in message_of(run, 2.0)
    assert gradient(lambda x: np.sum(boxed(x)), 2.0) == (3.0,)


# Conversions that NumPy or Python would do silently: each names the function and a spelling that works.
SCALAR_LOSSES = [
    ("float(x)", lambda x: float(x), "float", r"\.data|item"),
    ("int(x)", lambda x: int(x), "int", r"\.data|item"),
    ("complex(x)", lambda x: complex(x), "complex", r"\.data|item"),
    ("math.sin(x)", lambda x: math.sin(x), "float|math", r"np\.|numpy|\.data"),
    ("math.exp(x)", lambda x: math.exp(x), "float|math", r"np\.|numpy|\.data"),
    ("math.hypot(x, 1)", lambda x: math.hypot(x, 1.0), "float|math", r"np\.|numpy|\.data"),
    ("range(x)", lambda x: range(x), "", ""),
    ("[1, 2, 3][x]", lambda x: [1, 2, 3][x], "", ""),
    ("np.full(3, x)", lambda x: np.full(3, x), "", "like=|full_like|tracker|np"),
    ("np.array(x)", lambda x: np.array(x), "array", "collect|stack|data"),
    ("np.array([x, 1.0])", lambda x: np.array([x, 1.0]), "array|float", "collect"),
    ("np.array([[x, 1.0], [2.0, x]])", lambda x: np.array([[x, 1.0], [2.0, x]]), "array|float", "collect"),
    ("np.array([x, x], dtype=float)", lambda x: np.array([x, x], dtype=float), "array|float", "collect"),
    ("np.asarray([x])", lambda x: np.asarray([x]), "array|float", "collect"),
    ("np.float64(x)", lambda x: np.float64(x), "", r"\.data|item"),
    ("np.float32(x)", lambda x: np.float32(x), "", ""),
    ("plain[0] = x", lambda x: store(np.zeros(3), 0, x), "", "zeros"),
    ("plain[:] = x", lambda x: store(np.zeros(3), slice(None), x), "", "zeros"),
    ("plain.fill(x)", lambda x: np.zeros(3).fill(x), "", ""),
    ("plain[0] += x", lambda x: store(np.zeros(3), 0, np.zeros(3)[0] + x), "", "zeros"),
    ("np.array([x], dtype=object)", lambda x: np.array([x, 1.0], dtype=object), "", "collect"),
    ("plain.put(0, x)", lambda x: np.zeros(3).put(0, x), "", ""),
    ("rng.normal(x)", lambda x: np.random.default_rng(0).normal(x, 1.0), "", ""),
    ("np.fromiter([x, x], float)", lambda x: np.fromiter([x, x], float), "", ""),
    ("math.fsum([x, x])", lambda x: math.fsum([x, x]), "", ""),
]

ARRAY_LOSSES = [
    ("float(x)", lambda x: float(x[:1]), "float", r"\.data|item"),
    ("math.sin(x)", lambda x: math.sin(x[:1]), "float|math", r"np\.|numpy|\.data"),
    ("np.asarray(x)", lambda x: np.asarray(x), "asarray|array", r"\.data|stop_gradient"),
    ("np.array(x)", lambda x: np.array(x), "array", r"\.data|stop_gradient|copy"),
    ("np.asarray(x, float)", lambda x: np.asarray(x, float), "array", r"\.data|stop_gradient"),
    ("np.from_dlpack(x)", lambda x: np.from_dlpack(x), "DLPack", r"\.data"),
    ("np.frombuffer(x)", lambda x: np.frombuffer(x), "", ""),
    ("np.array([x, x])", lambda x: np.array([x, x]), "array", "collect|stack"),
    ("np.array([x[0], 1.0])", lambda x: np.array([x[0], 1.0]), "array|float", "collect"),
    ("np.array([list(x), [1, 2, 3]])", lambda x: np.array([list(x), [1, 2, 3]]), "array|float", "collect"),
    ("plain[...] = x", lambda x: store(np.zeros(3), ..., x), "", "zeros"),
    ("plain[1:] = x", lambda x: store(np.zeros(4), slice(1, None), x), "", "zeros"),
    ("plain[mask] = x", lambda x: store(np.zeros(3), np.ones(3, bool), x), "", "zeros"),
    ("plain.dot(x)", lambda x: np.ones(3).dot(x), "", "@"),
    ("memoryview(x)", lambda x: memoryview(x), "", ""),
    ("np.ma.array(x)", lambda x: np.ma.array(x), "", ""),
    ("a ufunc without a rule", np.frompyfunc(lambda x: x, 1, 1), "", "rule|stop_gradient"),
    ("x.astype(object)", lambda x: x.astype(object), "", ""),
    ("plain += x", lambda x: np.zeros(3).__iadd__(x), "", "zeros"),
    ("plain *= x", lambda x: np.ones(3).__imul__(x), "", "zeros"),
    ("np.copyto(plain, x)", lambda x: np.copyto(np.zeros(3), x), "copyto", "zeros"),
    ("np.put(plain, x)", lambda x: np.put(np.zeros(3), [0, 1, 2], x), "put", "zeros"),
    ("np.putmask(plain, x)", lambda x: np.putmask(np.zeros(3), np.ones(3, bool), x), "putmask", "zeros"),
    ("np.add.at(plain, x)", lambda x: np.add.at(np.zeros(3), [0, 0, 1], x), "add", "zeros"),
    ("np.fill_diagonal(plain, x)", lambda x: np.fill_diagonal(np.zeros((3, 3)), x), "", "zeros"),
    ("plain.choose([x, x])", lambda x: np.array([0, 1, 0]).choose([x, x]), "", ""),
    ("plain.searchsorted(x)", lambda x: np.ones(3).searchsorted(x), "", ""),
    ("rng.permutation(x)", lambda x: np.random.default_rng(0).permutation(x), "", ""),
    ("np.r_['r', x]", lambda x: np.r_["r", x, 1.0], "", "concatenate|stack|collect"),
    ("np.vectorize(math.sin)(x)", lambda x: np.vectorize(math.sin)(x), "", ""),
]


@pytest.mark.parametrize(("run", "name", "way_out"), [r[1:] for r in SCALAR_LOSSES], ids=[r[0] for r in SCALAR_LOSSES])
def test_a_tracked_real_never_becomes_a_plain_number_silently(run, name, way_out):
    for x in (param(1.0), np.sum(param(X))):
        with pytest.raises(TypeError) as raised:
            run(x)
        message = str(raised.value)
        assert re.search(name, message), message
        assert re.search(way_out, message), message


@pytest.mark.parametrize(("run", "name", "way_out"), [r[1:] for r in ARRAY_LOSSES], ids=[r[0] for r in ARRAY_LOSSES])
def test_a_tracked_array_never_becomes_a_plain_one_silently(run, name, way_out):
    for x in (param(X), np.sin(param(X))):
        with pytest.raises(TypeError) as raised:
            run(x)
        message = str(raised.value)
        assert re.search(name, message), message
        assert re.search(way_out, message), message


@pytest.mark.parametrize("run", [r[1] for r in ARRAY_LOSSES], ids=[r[0] for r in ARRAY_LOSSES])
def test_the_same_holds_inside_gradient(run):
    def f(x):
        run(x)
        return np.sum(x)

    with pytest.raises(TypeError):
        gradient(f, X)


def test_errors_of_conversions_are_trackers_own():
    assert "float" in message_of(float, param(1.0))
    assert "collect" in message_of(lambda x: np.array([x, x]), param(1.0))
    assert "@" in message_of(lambda x: np.ones(3).dot(x), param(X))
    message_of(np.asarray, param(X))
    message_of(math.sin, param(1.0))


def test_what_is_not_recorded_can_be_handed_on_by_dlpack_and_its_memory_is_not_the_records():
    x = param(X)
    with tracker.no_grad():
        plain, number = np.from_dlpack(x), np.from_dlpack(param(2.0))
        with pytest.raises(BufferError, match=r"x\.data"):
            np.from_dlpack(x, copy=False)
    assert x.__dlpack_device__() == X.__dlpack_device__() == param(2.0).__dlpack_device__()
    assert (plain.tolist(), number.tolist()) == (x.data.tolist(), 2.0)
    assert not np.shares_memory(plain, x.data)
    assert np.shares_memory(np.from_dlpack(x.data), x.data)


# The spellings that those messages recommend work.
WAYS_OUT = [
    (lambda x: np.sum(tracker.collect([x[0], x[1] * 2])), lambda x: x[0] + 2 * x[1]),
    (lambda x: np.sum(np.stack([x[0], x[1] * 2])), lambda x: x[0] + 2 * x[1]),
    (lambda x: np.sum(np.ones(3) @ x), np.sum),
    (lambda x: np.sum(np.full_like(x, x[0])), lambda x: 3 * x[0]),
    (lambda x: written(np.zeros_like(x), x), lambda x: written(np.zeros(3), x)),
    (lambda x: written(np.zeros(3, like=x), x), lambda x: written(np.zeros(3), x)),
    (lambda x: written(np.ones_like(x), x), lambda x: written(np.zeros(3), x)),
    (lambda x: written(np.empty_like(x), x), lambda x: written(np.zeros(3), x)),
    (lambda x: written(tracker.zeros(3), x), lambda x: written(np.zeros(3), x)),
]


def written(buffer, x):
    for i in range(3):
        buffer[i] = np.sin(x[i]) * (i + 1)
    return np.sum(buffer**2)


@pytest.mark.parametrize(("f", "plain"), WAYS_OUT)
def test_the_recommended_spelling_works(f, plain):
    np.testing.assert_allclose(gradient(f, X)[0], numeric_gradient(plain, X)[0], rtol=1e-8, atol=1e-9)


def test_tracker_zeros_can_be_written_into():
    def f(x, zeros=tracker.zeros):
        y = zeros(3)
        y[:2] = x[:2]
        y[2] = x[2] ** 2
        return np.sum(y * y)

    np.testing.assert_allclose(gradient(f, X)[0], numeric_gradient(lambda x: f(x, np.zeros), X)[0], rtol=1e-8)
    assert tracker.zeros((2, 3)).shape == (2, 3)
    assert tracker.zeros(2).dtype == np.float64
    assert tracker.zeros(2, dtype=np.float32).dtype == np.float32


def test_plain_values_are_at_hand():
    x = param(X)
    y = np.sum(x)
    assert type(y.item()) is float
    assert type(x[:1].item()) is float
    assert type(x.data) is np.ndarray
    assert not tracker.is_tracked(y.data)
    assert float(y.data) == 4.5


def test_conversions_of_plain_values_are_left_alone():
    # The guards must not reach beyond tracked values.
    assert np.array([1.0, 2.0]).dtype == np.float64
    assert float(np.float64(2)) == 2.0
    assert math.sin(0.0) == 0.0


# EDGES.md, the last table


def test_top_level_integers_are_floated_and_inner_ones_are_constants():
    (g,) = gradient(lambda x: np.sum(x * x), np.array([1, 2]))
    assert g.dtype == np.float64
    np.testing.assert_array_equal(g, [2.0, 4.0])
    (g,) = gradient(lambda p: np.sum(p["x"] * p["n"]), {"x": np.ones(2), "n": np.array([1, 2])})
    assert g["n"] is None
    np.testing.assert_array_equal(g["x"], [1.0, 2.0])


@pytest.mark.parametrize("shape", [(3,), (1,), (2, 2)])
def test_loss_of_an_array_names_its_shape_and_points_on(shape):
    message = message_of(lambda x: gradient(lambda x: np.ones(shape) * x, x), 1.0)
    assert str(shape) in message
    assert "pullback" in message
    assert "jacobian" in message


def test_second_back_points_to_once_false():
    x = param(X)
    y = np.sum(x * x)
    y.back()
    assert "once=False" in message_of(lambda y: y.back(), y, RuntimeError)


@pytest.mark.parametrize(
    ("x", "dtype"),
    [
        (np.array([1.0, "a"], object), "object"),
        (np.array(["a"]), "str|<U1"),
        (np.array([True]), "bool"),
        (np.array(["2020"], "M8[D]"), r"datetime64"),
        (np.zeros(2, [("a", float)]), r"void|\[\('a'"),
        ("text", "str"),
        (True, "bool"),
    ],
    ids=repr,
)
def test_param_names_the_dtype_it_refuses(x, dtype):
    assert re.search(dtype, message_of(param, x))


UNKNOWN_KEYWORDS = [
    lambda x: np.sum(x, axes=0),
    lambda x: np.mean(x, axis=0, wehre=True),
    lambda x: np.sin(x, foo=1),
    lambda x: x.sum(foo=1),
    lambda x: np.linalg.norm(x, keepdim=True),
    lambda x: np.concatenate([x, x], axes=0),
    lambda x: np.where(x > 1, x, 0, foo=1),
    lambda x: np.cumsum(x, foo=1),
    lambda x: np.sort(x, foo=1),
    lambda x: np.dot(x, x, foo=1),
    lambda x: np.clip(x, 0, 1, foo=1),
    lambda x: np.linalg.solve(np.eye(3), x, foo=1),
    lambda x: x.reshape(3, 1, foo=1),
    lambda x: np.add(x, 1, foo=2),
    lambda x: np.add.reduce(x, foo=2),
]


@pytest.mark.parametrize("f", UNKNOWN_KEYWORDS)
def test_unknown_keyword_is_refused_where_numpy_refuses_it(f):
    with pytest.raises(TypeError):
        f(X.copy())
    with pytest.raises((TypeError, NotImplementedError), match=r"foo|axes|wehre|keepdim|argument"):
        f(param(X))


@pytest.mark.parametrize(
    "f",
    [
        lambda x: np.sum(x, where=np.array([True, False, True]), initial=2.0),
        lambda x: np.sum(np.add(x, 1, where=np.array([True, False, True]), out=np.zeros_like(x))),
        lambda x: np.mean(x, where=np.array([True, False, True])),
        lambda x: np.var(x, ddof=1, where=np.array([True, False, True])),
        lambda x: np.max(x, initial=2.0),
        lambda x: np.min(x, initial=2.0, where=np.array([True, False, True])),
        lambda x: np.sum(np.multiply(x, x, dtype=np.float64)),
        lambda x: np.sum(np.sort(x, axis=0, kind="stable") * np.arange(3)),
        lambda x: np.sum(np.diff(x, n=2, prepend=x[:1]) ** 2),
        lambda x: np.prod(x, initial=3.0),
        lambda x: np.sum(np.cumsum(x, dtype=np.float64) ** 2),
        lambda x: np.sum(np.clip(x, None, 2.0)),
        lambda x: np.sum(np.nan_to_num(x, nan=1.0) ** 2),
        lambda x: np.sum(x.reshape((3, 1), order="F") ** 2),
        lambda x: np.sum(np.sum(x, keepdims=True) ** 2),
        lambda x: np.linalg.norm(x, ord=3),
        lambda x: np.sum(x.astype(np.float64, copy=True) ** 2),
    ],
)
def test_known_keyword_counts_or_is_refused_but_is_never_ignored(f):
    try:
        (g,) = gradient(f, X)
    except NotImplementedError as refused:
        assert str(refused)  # noqa: PT017 (either answer is right; a silent third is not)
        return
    np.testing.assert_allclose(g, numeric_gradient(f, X)[0], rtol=1e-8, atol=1e-9)


def test_function_without_a_rule_names_itself_the_argument_and_the_way_out():
    def mystery(x):
        return x

    message = message_of(lambda x: tracker.track(mystery, 1.0, x), param(np.ones((3, 4))))
    assert "mystery" in message
    assert "argument 1" in message
    assert "(3, 4)" in message
    assert "tracker.rule" in message
    assert "stop_gradient" in message


def test_ufunc_without_a_rule_names_itself():
    mystery = np.frompyfunc(lambda x, y: x, 2, 1)
    message = message_of(lambda x: mystery(1.0, x), param(np.ones((3, 4))))
    assert "lambda" in message
    assert "argument 1" in message
    assert "(3, 4)" in message
    assert "stop_gradient" in message


def test_rule_error_names_the_rule_the_argument_and_both_shapes():
    def misshapen(x):
        return np.asarray(x) * 2

    tracker.rule(misshapen, lambda dy, y, x: np.ones((7, 5)))
    message = message_of(lambda x: gradient(lambda x: np.sum(tracker.track(misshapen, x)), x), X, ValueError)
    for part in ("misshapen", "argument 0", "(7, 5)", "(3,)"):
        assert part in message


OPERATIONS_THAT_READ_THEIR_INPUT = [
    (lambda x, c: np.sum(x * c), "times"),
    (lambda x, c: np.sum(x / c), "over"),
    (lambda x, c: np.sum(x**c), "power"),
    (lambda x, c: x @ c, "matmul"),
    (lambda x, c: np.sum(np.arctan2(x, c)), "arctan2"),
    (lambda x, c: np.sum(np.where(c > 1, x, 2 * x)), "where"),
    (lambda x, c: np.sum(np.maximum(x, c)), "maximum"),
    (lambda x, c: np.sum(np.outer(c, x)), "outer"),
    (lambda x, c: np.einsum("i,i", x, c), "einsum"),
    (lambda x, c: np.sum(x[c.astype(int)] ** 2), "index"),
    (lambda x, c: np.sum(np.linalg.solve(np.diag(c), x)), "solve"),
]


@pytest.mark.parametrize(("f", "name"), OPERATIONS_THAT_READ_THEIR_INPUT, ids=lambda v: v if isinstance(v, str) else "")
def test_plain_array_changed_between_forward_and_backward_is_never_a_wrong_number(f, name):
    c = np.array([1.25, 2.0, 0.75])
    expected = numeric_gradient(lambda x: f(x, np.array([1.25, 2.0, 0.75])), X)[0]
    _, pull = tracker.pullback(lambda x: f(x, c), X)
    c[:] = 0.5
    try:
        (g,) = pull(1.0)
    except (RuntimeError, ValueError) as refused:
        assert "changed" in str(refused)  # noqa: PT017 (either answer is right; a wrong number is not)
        return
    np.testing.assert_allclose(g, expected, rtol=1e-8)


def test_changed_index_array_is_never_a_wrong_number():
    index = np.array([0, 0, 1])
    _, pull = tracker.pullback(lambda x: x[index], X)
    index[:] = 2
    try:
        (g,) = pull(np.array([1.0, 10.0, 100.0]))
    except (RuntimeError, ValueError) as refused:
        assert "changed" in str(refused)  # noqa: PT017
        return
    np.testing.assert_array_equal(g, [11.0, 100.0, 0.0])


def test_argument_changed_by_the_caller_between_forward_and_backward():
    x = X.copy()
    _, pull = tracker.pullback(lambda x: np.sum(x**2), x)
    x[:] = 0.0
    np.testing.assert_allclose(pull(1.0)[0], 2 * X)


# Where plain NumPy raises, tracker raises the same kind of error; where it does not, neither does tracker.
NUMPY_ERRORS = [
    lambda x: x + np.ones(4),
    lambda x: x @ np.ones((4, 4)),
    lambda x: x[5],
    lambda x: x[0, 0],
    lambda x: x["a"],
    lambda x: x.reshape(2, 2),
    lambda x: np.concatenate([x, x[None]]),
    lambda x: np.linalg.inv(np.zeros((3, 3)) * x),
    lambda x: np.linalg.cholesky(-np.eye(3) * x),
    lambda x: np.linalg.solve(np.ones((2, 3)), x),
    lambda x: np.max(x[:0]),
    lambda x: np.sum(x, axis=3),
    lambda x: x.no_such_attribute,
    lambda x: store(x, 7, 1.0),
    lambda x: store(x, slice(0, 2), np.ones(3)),
    lambda x: np.stack([]),
    lambda x: x + "text",
    lambda x: x < "text",
    lambda x: x & 1,
    lambda x: x << 1,
    lambda x: np.einsum("ij,j", x, x),
    lambda x: np.transpose(x, (1, 0)),
    lambda x: np.squeeze(x, 0),
    lambda x: np.split(x, 2),
    lambda x: x(),
    lambda x: bool(x),
    lambda x: x.item(),
]


@pytest.mark.parametrize("f", NUMPY_ERRORS, ids=range(len(NUMPY_ERRORS)))
def test_tracker_raises_where_numpy_raises(f):
    with pytest.raises(Exception) as plain:
        f(X.copy())
    kinds = tuple(k for k in (TypeError, ValueError, IndexError, AttributeError) if isinstance(plain.value, k))
    assert kinds
    with pytest.raises(kinds):
        f(param(X))


@pytest.mark.parametrize(
    "f",
    [
        lambda x: np.sum(x[:0]),
        lambda x: np.sum(x[[]]),
        lambda x: np.sum(x[np.zeros(3, bool)]),
        lambda x: np.prod(x[:0]) + 0 * x[0],
        lambda x: np.sum(np.concatenate([x[:0], x])),
        lambda x: np.sum(x[:0].reshape(0, 5) @ np.ones((5, 2))) + 0 * x[0],
        lambda x: np.sum(np.sort(x[:0])) + 0 * x[0],
        lambda x: np.sum(np.cumsum(x[:0])) + 0 * x[0],
    ],
)
def test_empty_arrays_work_where_numpy_works(f):
    np.testing.assert_allclose(gradient(f, X)[0], numeric_gradient(f, X)[0], atol=1e-9)


def test_gradient_of_what_is_no_function():
    with pytest.raises(TypeError):
        gradient(3.0, X)
    with pytest.raises(TypeError):
        gradient()


def test_exception_of_the_users_function_arrives_unchanged():
    class Own(Exception):
        pass

    def f(x):
        raise Own("mine")

    with pytest.raises(Own, match="mine"):
        gradient(f, X)


@pytest.mark.parametrize(
    ("misuse", "error", "message"),
    [
        (lambda x, n: setattr(x, "grad", np.ones(2)), ValueError, r"shape \(3,\)"),
        (lambda x, n: setattr(x, "grad", np.ones(3) * 1j), TypeError, "complex128"),
        (lambda x, n: setattr(n, "grad", np.ones(3)), ValueError, r"shape \(\)"),
        (lambda x, n: tracker.update(x, np.ones(3) * 1j), TypeError, r"np\.real"),
        (lambda x, n: tracker.update([x, n], [np.ones(3), 1j]), TypeError, r"np\.real"),
        (lambda x, n: tracker.collect(e for e in x), TypeError, r"list\(xs\)"),
        (lambda x, n: tracker.collect({"a": n}), TypeError, r"xs\.values"),
        (lambda x, n: tracker.hook(x, lambda d: d), TypeError, "function first"),
        (lambda x, n: tracker.grad(lambda: n * 1)(tracker.Params([n])), TypeError, "withgradient"),
    ],
)
def test_misuse_of_leaves_says_what_to_write(misuse, error, message):
    x, n = tracker.param([1.0, 2.0, 3.0]), tracker.param(1.0)
    with pytest.raises(error, match=message):
        misuse(x, n)
    np.testing.assert_array_equal(x.data, [1.0, 2.0, 3.0])
    assert (n.data, n.grad) == (1.0, 0.0)


def test_gradient_of_a_leaf_can_be_set():
    x, n = tracker.param(np.ones(2, np.float32)), tracker.param(1.0)
    x.grad, n.grad = [1, 2], np.float64(3)
    np.testing.assert_array_equal(x.grad, np.array([1, 2], np.float32), strict=True)
    assert (n.grad, type(n.grad)) == (3.0, float)
    x.grad = None
    np.testing.assert_array_equal(x.grad, np.zeros(2, np.float32), strict=True)


@pytest.mark.parametrize(
    ("misuse", "error", "message"),
    [
        (lambda x: tracker.pushforward(np.sum, x, x), TypeError, r"\(f, \(x,\), \(dx,\)\)"),
        (lambda x: tracker.pushforward(np.sum, (x,), (x * 1j,)), TypeError, "real part"),
        (lambda x: tracker.jacobian(np.sin, x, x), ValueError, "mode is"),
        (lambda x: tracker.grad(np.sum, "x"), TypeError, "integer"),
        (lambda x: tracker.gradcheck(np.sum, x, order=0), ValueError, "order"),
        (lambda x: tracker.rule(len, 3), TypeError, "takes functions"),
        (lambda x: tracker.grad(np.sum, x), TypeError, r"given array\(.*\).*gradient at x is grad\(f\)\(x\)"),
        (lambda x: tracker.grad(np.sum, "x"), TypeError, "count the positional arguments; it was given 'x'"),
        (lambda x: tracker.value_and_grad(np.sum, (0, "x")), TypeError, r"given \(0, 'x'\)"),
        (lambda x: tracker.partials(3, len), TypeError, "takes functions"),
        (lambda x: tracker.linear(len, "f"), TypeError, "takes functions"),
        (lambda x: tracker.constant(len, None, 3), TypeError, "takes functions"),
    ],
)
def test_misuse_of_transformations_says_what_is_wanted(misuse, error, message):
    with pytest.raises(error, match=message):
        misuse(np.ones(2))


def test_argnums_may_be_an_integer_of_numpy():
    assert tracker.grad(lambda a, b: a * b, np.int64(1))(2.0, 3.0) == 2.0


def test_a_checkpointed_function_gives_no_array_of_objects():
    def parts(x):
        y = np.empty(2, object)
        y[0], y[1] = x[0] * 2, x[1]
        return y

    assert "array of objects" in message_of(lambda x: tracker.checkpoint(parts, x), param(X))
    assert isinstance(tracker.checkpoint(parts, X), np.ndarray)  # plain as it was: no gradient to lose
    (g,) = gradient(lambda x: sum(tracker.checkpoint(lambda x: list(parts(x)), x)), X)
    np.testing.assert_array_equal(g, [2, 1, 0])


@pytest.mark.parametrize(
    ("run", "words"),
    [
        (
            lambda x: "%.3f" % x[0],  # noqa: UP031 (what is refused)
            'f"{x:.3f}" instead of "%.3f" % x',
        ),
        (lambda x: np.lib.stride_tricks.as_strided(x, (2, 2), (8, 8)), "numpy.as_strided.*sliding_window_view"),
        (lambda x: np.r_["r", x, x], "numpy.r_ would make.*numpy.hstack"),
        (lambda x: np.c_["c", x, x], "numpy.c_ would make.*numpy.column_stack"),
        (lambda x: np.r_[x[0] : 3.0], "numpy.r_ would make|plain"),
        (lambda x: np.random.default_rng(0).normal(x[0]), r"m \+ s \* rng.standard_normal"),
        (lambda x: np.random.default_rng(0).normal(x), r"m \+ s \* rng.standard_normal"),
    ],
)
def test_usual_ways_to_lose_a_gradient_are_named(run, words):
    assert re.search(words, message_of(run, param(X)))


def of_library(name, **names):
    """A function of the library `name` that gives its argument to NumPy, and one that gives it to float."""
    known = {"__name__": name, **names}
    exec("def plot(x): return asarray(x)\ndef level(x): return float(x)", known)
    return known["plot"], known["level"]


@pytest.mark.parametrize("library", ["matplotlib", "pandas"])
def test_libraries_that_take_plain_values_are_named(library):
    plot, level = of_library(f"{library}.core", asarray=np.asarray)
    for run in (plot, lambda x: level(x[0]), lambda x: plot([x[0]])):
        assert f"given to {library}" in message_of(run, param(X))
    other, _ = of_library("mine", asarray=np.asarray)
    assert "given to" not in message_of(other, param(X))


def test_assertions_of_numpy_compare_tracked_values():
    x = param(X)
    np.testing.assert_allclose(x, X)
    np.testing.assert_array_equal(x, X)
    np.testing.assert_equal({"a": x[0]}, {"a": X[0]})
    np.testing.assert_allclose(x[0], X[0])
    with pytest.raises(AssertionError, match="Mismatched elements: 1 / 3"):
        np.testing.assert_allclose(x, [0.5, 1.5, 9.0])
    with pytest.raises(AssertionError, match="Mismatched elements: 1 / 3"):
        np.testing.assert_array_less(x, [1.0, 1.0, 9.0])


def test_names_of_pytorch_say_what_to_write():
    x = param(X)
    for name, words in (("backward", r"x.back\(\)"), ("detach", "stop_gradient"), ("numpy", "x.data")):
        assert not hasattr(x, name)
        for y in (x, x[0]):
            assert re.search(words, message_of(lambda y, n=name: getattr(y, n), y, AttributeError))


def test_a_loss_without_a_return_is_asked_about():
    def forgotten(x):
        np.sum(x)

    assert "None (is there a return missing?)" in message_of(lambda x: gradient(forgotten, x), X)


def test_tracked_numbers_are_scalars_as_numpys_are():
    for x in (param(1.0), param(X)[0], np.sum(param(X)), param(1j)):
        assert np.isscalar(x)
        assert isinstance(x, numbers.Number)
    assert not np.isscalar(param(X))


class Cached:
    """A model that computes once what it needs of its parameter, and keeps it."""

    def __init__(self):
        self.kept = None

    def loss(self, x):
        if self.kept is None:
            self.kept = np.sin(x)
        return np.sum(self.kept + x)


@pytest.mark.parametrize("x", [X, 1.5])
def test_a_value_kept_from_an_earlier_gradient_is_refused_in_another(x):
    """It passed for a constant: the second gradient was that of `x` alone."""
    model = Cached()
    np.testing.assert_allclose(gradient(model.loss, x)[0], np.cos(x) + 1)
    kept = model.kept
    for use in (
        model.loss,
        lambda x: np.sum(x * kept),
        lambda x: np.sum(np.stack([x, kept])),
        lambda x: np.sum(np.where(True, x, kept)),
        lambda x: np.sum(x * (kept * 2.0)),
        lambda x: np.sum(tracker.pullback(lambda y: y * kept, x)[0]),
    ):
        assert "has ended" in message_of(lambda x, use=use: gradient(use, x), x, RuntimeError)

    def written(x):
        y = np.zeros(3, like=x) if np.ndim(x) else tracker.zeros(3)
        y[:] = x
        y[0] = np.sum(kept)
        return np.sum(y)

    assert "has ended" in message_of(lambda x: gradient(written, x), x, RuntimeError)
    np.testing.assert_allclose(gradient(lambda x: np.sum(x * kept.data), x)[0], np.sin(x))
    np.testing.assert_allclose(tracker.data(kept * 2.0), 2.0 * np.sin(x))
    model.kept = None
    np.testing.assert_allclose(gradient(model.loss, x)[0], np.cos(x) + 1)


def test_values_of_gradients_that_go_on_meet():
    def outer(a):
        seen = []
        inner = gradient(lambda b: seen.append(a * b) or a * b * b, a)[0]  # 2 a**2
        return inner + a

    assert gradient(outer, 3.0)[0] == 13.0
    with pytest.raises(ZeroDivisionError):
        gradient(lambda x: x / 0, 1.0)
    assert tracker.grad(tracker.grad(lambda x: x**3))(2.0) == 12.0


def test_a_value_of_an_ended_gradient_is_plain_where_nothing_is_recorded():
    model = Cached()
    gradient(model.loss, X)

    def loss(x):
        with tracker.no_grad():
            weight = np.sum(model.kept)
        return np.sum(x * weight)

    np.testing.assert_allclose(gradient(loss, X)[0], np.full(3, np.sum(np.sin(X))))


@pytest.mark.parametrize("count", [1, 2])
def test_a_back_without_a_return_is_asked_about(count):
    @tracker.custom_gradient
    def total(*xs):
        def back(dy):
            dy * np.ones(3)

        return sum(np.sum(x) for x in xs), back

    assert "is there a return missing?" in message_of(lambda x: gradient(total, *[x] * count), X, Exception)
    declared = tracker.custom_gradient(lambda x: (np.sum(x), lambda dy: (None,)))
    np.testing.assert_array_equal(gradient(declared, X)[0], np.zeros(3))


@pytest.mark.parametrize(
    "call",
    [
        lambda f, x: np.apply_along_axis(f, 0, x),
        lambda f, x: np.apply_over_axes(lambda a, axis: f(a), x, 0),
        lambda f, x: np.piecewise(x, [x > 0], [f]),
        lambda f, x: np.vectorize(f)(x),
    ],
)
def test_an_error_of_the_users_function_reaches_the_user_and_it_is_called_once(call: Any) -> None:
    calls = []

    def fails(x: Any) -> Any:
        calls.append(x)
        raise KeyError("mine")

    with pytest.raises(KeyError, match="mine"):
        call(fails, tracker.param(np.ones(3)))
    assert len(calls) == 1
