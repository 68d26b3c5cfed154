"""NumPy's keywords: of tracked arrays each gives NumPy's value, bit for bit, and its derivative."""

import ast
import inspect
import operator
import re
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

import tracker
from tests.calls import Call, difference, directions, loss, parts
from tests.cases.keywords import DIFFERENTIATED, OF_DTYPES
from tests.test_rules import CASES
from tools import coverage


def is_single(y: Any) -> bool:
    return any(np.asarray(x).dtype in (np.float32, np.complex64) for x in parts(y))


@pytest.mark.filterwarnings(
    "ignore::RuntimeWarning", "ignore::DeprecationWarning", "ignore::numpy.exceptions.ComplexWarning"
)
@pytest.mark.parametrize("text", DIFFERENTIATED)
def test_call_gives_the_value_of_numpy_and_its_derivative(text: str) -> None:
    call = Call(text)
    expected = call.of_copies()
    y, _ = tracker.pullback(call, *call.inputs)
    for a, b in zip(parts(y), parts(expected), strict=True):
        np.testing.assert_array_equal(a, b, strict=isinstance(b, np.ndarray))

    v = directions(call.inputs)
    slope = difference(call, v, 4e-3 if is_single(expected) else 1e-3)
    gradients = tracker.gradient(lambda *xs: loss(call(*xs)), *call.inputs, check_finite=False)
    _, forward = tracker.pushforward(lambda *xs: loss(call(*xs)), tuple(call.inputs), tuple(v))
    reverse = sum(np.sum(np.real(np.conj(d) * g)) for d, g in zip(v, gradients, strict=True))
    close = {"rel": 2e-3, "abs": 2e-3} if is_single(expected) else {"rel": 1e-6, "abs": 1e-7}
    assert reverse == pytest.approx(slope, **close, nan_ok=True)
    assert tracker.data(forward) == pytest.approx(slope, **close, nan_ok=True)
    for x, g in zip(call.inputs, gradients, strict=True):
        assert (np.shape(g), np.asarray(g).dtype) == (np.shape(x), np.asarray(x).dtype)


def given_by(text: str) -> Iterator[tuple[Any, str]]:
    """The functions that the text calls, each with the parameters that it gives."""
    for call in ast.walk(ast.parse(text)):
        name = re.fullmatch(r"np\.([\w.]+)", ast.unparse(call.func)) if isinstance(call, ast.Call) else None
        if name:
            f = operator.attrgetter(name[1])(np)
            yield from ((f, name) for name in positional(f)[: len(call.args)])
            yield from ((f, k.arg) for k in call.keywords if k.arg)


def positional(f: Any) -> list[str]:
    try:
        parameters = inspect.signature(f).parameters.values()
    except ValueError:
        return []
    return [p.name for p in parameters if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]


def test_every_keyword_of_a_differentiated_function_is_in_a_call() -> None:
    given = {pair for text in DIFFERENTIATED for pair in given_by(text)}
    for case in CASES:
        f = case.covers or case.f
        given |= {(f, name) for name in (*positional(f)[: len(case.args)], *case.kwargs)}
    missing = [
        f"{coverage.full_name(f)}({name}=)"
        for f in coverage.dispatched()
        if coverage.status(coverage.full_name(f), f).kind == coverage.DIFFERENTIATED
        and not isinstance(f, np.ufunc)
        and "polynomial." not in f.__module__
        for name in (*positional(f), *keyword_only(f))
        if (f, name) not in given
    ]
    assert not missing


def keyword_only(f: Any) -> list[str]:
    try:
        return [p.name for p in inspect.signature(f).parameters.values() if p.kind is p.KEYWORD_ONLY]
    except ValueError:
        return []


@pytest.mark.filterwarnings("ignore::RuntimeWarning", "ignore::DeprecationWarning")
@pytest.mark.parametrize("text", OF_DTYPES)
def test_call_gives_the_value_of_numpy_in_its_dtype(text: str) -> None:
    call = Call(text)
    y, _ = tracker.pullback(call, *call.inputs)
    for a, b in zip(parts(y), parts(call.of_copies()), strict=True):
        np.testing.assert_array_equal(a, b, strict=True)


@pytest.mark.parametrize(
    ("f", "x", "gradient"),
    [
        (np.logaddexp.reduce, [-np.inf, -np.inf], [0.5, 0.5]),
        (lambda x: np.logaddexp.reduce(x, initial=-np.inf), [-np.inf, -np.inf], [1 / 3, 1 / 3]),
        (np.hypot.reduce, [0.0, 0.0], [0.0, 0.0]),
        (np.fmax.reduce, [2.0, np.nan, 2.0], [0.5, 0.0, 0.5]),
        (lambda x: np.fmax.accumulate(x)[2], [np.nan, 1.0, 2.0], [0.0, 0.0, 1.0]),
        (lambda x: np.fmin.accumulate(x)[2], [np.nan, 1.0, 1.0], [0.0, 0.5, 0.5]),
        (np.divide.reduce, [0.0, 2.0, 4.0], [0.125, 0.0, 0.0]),
        (lambda x: np.multiply.reduceat(x, [0])[0], [0.0, 2.0, 0.0], [0.0, 0.0, 0.0]),
        (lambda x: np.multiply.reduceat(x, [0])[0], [0.0, 2.0, 4.0], [8.0, 0.0, 0.0]),
    ],
)
def test_methods_of_ufuncs_at_corners(f: Any, x: Any, gradient: Any) -> None:
    (g,) = tracker.gradient(f, np.array(x), check_finite=False)
    np.testing.assert_allclose(g, gradient, rtol=1e-15)


@pytest.mark.parametrize("ufunc", [np.multiply, np.maximum, np.fmin, np.logaddexp, np.logaddexp2, np.hypot, np.subtract,
                                   np.float_power])  # fmt: skip
@pytest.mark.parametrize("indices", [[0], [0, 1, 2], [2, 1, 0], [0, 0, 2]])
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_reduceat_of_slices_of_one_entry_gives_the_entry(ufunc: Any, indices: Any, dtype: Any) -> None:
    x = np.array([-0.0, -1.5, -0.25], dtype)
    expected = ufunc.reduceat(x, indices)
    value = tracker.data(ufunc.reduceat(tracker.param(x), indices))
    assert (value.dtype, value.tobytes()) == (expected.dtype, expected.tobytes())
    (g,) = tracker.gradient(lambda x: np.sum(ufunc.reduceat(x, [0, 1, 2])), x)
    np.testing.assert_array_equal(g, [1, 1, 1])
