"""np.vectorize of functions that meet tracked values: NumPy's values, dtypes and errors, and derivatives."""

import importlib
from typing import Any

import numpy as np
import pytest

import tracker
from tracker import gradcheck, gradient, param
from tracker._arrays import vectorize
from tracker.errors import ConversionError

X = np.array([[0.4, -1.5], [2.0, 0.9]])
Y = np.array([1.3, 0.7])


def branch(t: Any) -> Any:
    return t * t if t > 0.5 else 3 * t


def pair(s: Any, t: Any) -> Any:
    return s * t, s**2 - t


def power(t: Any, n: Any = 2, scale: Any = 1.0) -> Any:
    return scale * t**n


CALLS: dict[str, Any] = {
    "as it is": lambda x, y: np.vectorize(branch)(x),
    "of a number": lambda x, y: np.vectorize(branch)(y[0]),
    "of a list": lambda x, y: np.vectorize(branch)([y[0], 2.0]),
    "broadcast": lambda x, y: np.vectorize(power)(x**2, y),
    "beside columns in another order": lambda x, y: np.vectorize(lambda s, t: s * t)(y, np.asfortranarray(X)),
    "transposed": lambda x, y: np.vectorize(lambda s, t: s * t)(x.T, X),
    "a keyword": lambda x, y: np.vectorize(power)(x, scale=y),
    "two outputs": lambda x, y: np.vectorize(pair)(x, y),
    "otypes": lambda x, y: np.vectorize(branch, otypes=[float])(x),
    "narrow otypes": lambda x, y: np.vectorize(pair, otypes="fd")(x, y),
    "complex otypes": lambda x, y: np.vectorize(branch, otypes="D")(x),
    "cache": lambda x, y: np.vectorize(branch, cache=True)(x),
    "excluded by position": lambda x, y: np.vectorize(lambda c, t: np.polyval(c, t), excluded=[0])(y, x),
    "excluded by name": lambda x, y: np.vectorize(lambda t, c: np.polyval(c, t), excluded={"c"})(X, c=y),
    "all excluded": lambda x, y: np.vectorize(lambda t: t * 2, excluded=[0])(x),
    "a variable that the function uses": lambda x, y: np.vectorize(lambda t: y[0] * t)(X),
    "such a variable and otypes": lambda x, y: np.vectorize(lambda t: y[0] * t if t > 1 else 0.0, otypes="d")(X),
    "signature, to numbers": lambda x, y: np.vectorize(np.dot, signature="(n),(n)->()")(x, y),
    "signature, to matrices": lambda x, y: np.vectorize(np.outer, signature="(n),(m)->(n,m)")(x, y),
    "signature, two outputs": lambda x, y: np.vectorize(lambda v: (v * v, v.sum()), signature="(n)->(n),()")(x),
    "signature and otypes": lambda x, y: np.vectorize(np.cumsum, signature="(n)->(n)", otypes=[np.float32])(x),
    "signature and excluded": lambda x, y: np.vectorize(
        lambda v, w: v @ w, signature="(n)->()", excluded=[1])(x, y),
    "a decorator": lambda x, y: np.vectorize(otypes=[float])(branch)(x),
}  # fmt: skip


def total(y: Any) -> Any:
    parts = y if isinstance(y, tuple) else (y,)
    return sum(np.sum(np.real(part) * np.cos(1.0 + np.arange(np.size(part))).reshape(np.shape(part))) for part in parts)


@pytest.mark.parametrize("name", CALLS)
def test_values_shapes_and_dtypes_are_numpys(name: str) -> None:
    expected, found = CALLS[name](X, Y), tracker.data(CALLS[name](param(X), param(Y)))
    for mine, plain in zip(*(y if isinstance(y, tuple) else (y,) for y in (found, expected)), strict=True):
        np.testing.assert_array_equal(mine, plain, strict=True)


@pytest.mark.parametrize("name", CALLS)
def test_derivatives_are_right_in_both_modes_and_to_second_order(name: str) -> None:
    f = lambda x, y: total(CALLS[name](x, y))
    close = {"rtol": 1e-3, "atol": 1e-3} if "narrow" in name or name == "signature and otypes" else {}
    order = 1 if close else 2
    assert gradcheck(f, X, Y, order=order, **close)
    v = (np.full_like(X, 0.3), np.array([1.0, -0.4]))
    slopes = gradient(f, X, Y)
    _, dy = tracker.pushforward(f, (X, Y), v)
    assert dy == pytest.approx(sum(np.sum(g * d) for g, d in zip(slopes, v, strict=True)), rel=1e-6)


@pytest.mark.parametrize("axes", [(0, 1, 2), (1, 0, 2), (2, 1, 0), (1, 2, 0)])
@pytest.mark.parametrize("shape", [(2, 3, 4), (2, 1, 4)])
def test_results_have_numpys_memory_layout_and_the_loop_its_order(axes: Any, shape: Any) -> None:
    """A sum of them is rounded in the order of memory; a function may do more than to return a result."""
    x = np.random.default_rng(2).standard_normal(shape).transpose(axes)

    def run(x: Any) -> Any:
        seen = []
        square = np.vectorize(lambda e: (seen.append(float(tracker.data(e))), e * e)[1], otypes=[float])
        return tracker.data(square(x)), seen

    (expected, order), (y, found) = run(x), run(param(x))
    np.testing.assert_array_equal(y, expected)
    long = [axis for axis, n in enumerate(x.shape) if n > 1]
    assert [y.strides[axis] for axis in long] == [expected.strides[axis] for axis in long]
    assert found == order


def test_the_first_result_decides_the_dtype_as_in_numpy() -> None:
    """np.vectorize makes all results of the dtype of the first: here whole numbers, which have no derivative."""
    f = np.vectorize(lambda t: 0 if t < 1 else t)
    with pytest.raises(ConversionError, match=r"otypes=\[float\]"):
        f(param(X))
    assert gradcheck(np.vectorize(lambda t: 0 if t < 1 else t, otypes=[float]), X)


def test_results_that_are_not_tracked_are_plain() -> None:
    found = np.vectorize(lambda t: t > 0.5)(param(X))
    np.testing.assert_array_equal(found, X > 0.5, strict=True)
    texts = np.vectorize(lambda t: "big" if t > 1 else "small")(param(X))
    np.testing.assert_array_equal(texts, np.vectorize(lambda t: "big" if t > 1 else "small")(X), strict=True)


def test_single_precision_is_computed_as_numpy_computes_it() -> None:
    """NumPy hands its function Python's numbers, of double precision, and rounds the results."""
    x = np.linspace(0.1, 1.7, 7, dtype=np.float32)
    f = np.vectorize(lambda t: (t * 1.1 + 0.3) / 0.7 - t**3)
    found = f(param(x))
    np.testing.assert_array_equal(found.data, f(x), strict=True)
    (g,) = gradient(lambda x: np.sum(f(x)), x)
    assert g.dtype == np.float32
    np.testing.assert_allclose(g, 1.1 / 0.7 - 3 * x**2, rtol=1e-5)


REJECTED: dict[str, Any] = {
    "a division of Python's numbers by zero": lambda x: np.vectorize(lambda t: 1 / t, otypes="d")(x * 0),
    "nothing to go over": lambda x: np.vectorize(branch)(x[:0]),
    "shapes that don't broadcast": lambda x: np.vectorize(power)(x, np.ones(3)),
    "an array for a number": lambda x: np.vectorize(lambda t: t * np.ones(3))(x),
    "too many outputs": lambda x: np.vectorize(lambda v: (v, v), signature="(n)->(n)")(x),
    "too few arguments": lambda x: np.vectorize(np.dot, signature="(n),(n)->()")(x),
    "other dimensions than in the signature": lambda x: np.vectorize(np.dot, signature="(n),(n)->()")(x, np.ones(3)),
    "too few dimensions": lambda x: np.vectorize(np.trace, signature="(n,n)->()")(x[0]),
    "an unknown keyword": lambda x: np.vectorize(branch)(x, foo=1),
    "a list for an array": lambda x: np.vectorize(lambda v: [v, v], signature="(n)->(n)")(x),
    "an error of the function's own": lambda x: np.vectorize(lambda t: {}[3])(x),
}


@pytest.mark.parametrize("name", REJECTED)
def test_what_numpy_rejects_is_rejected_with_the_same_kind_of_error(name: str) -> None:
    with pytest.raises(Exception) as plain:
        REJECTED[name](X)
    with pytest.raises(plain.type):
        REJECTED[name](param(X))


def test_a_wrong_number_of_outputs_is_told() -> None:
    """NumPy makes all of them NaN, and says nothing."""
    with pytest.raises(ValueError, match="expected 2 outputs of its function, which gave 1"):
        np.vectorize(branch, otypes="dd")(param(X))
    with pytest.raises(ValueError, match="expected 1 outputs of its function, which gave 2"):
        np.vectorize(lambda t: (t, t) if t > 1 else t)(param(X))


def test_what_the_function_does_wrong_is_told_as_anywhere_else() -> None:
    with pytest.raises(TypeError, match="instead of math"):
        np.vectorize(lambda t: float(t))(param(X))


def test_constants_stay_constants() -> None:
    with tracker.no_grad():
        y = np.vectorize(branch)(param(X))
    np.testing.assert_array_equal(y, np.vectorize(branch)(X), strict=True)


def test_a_reload_leaves_one_wrapper_around_numpys_own() -> None:
    before = np.vectorize.__call__.of_numpy  # type: ignore[attr-defined]
    importlib.reload(vectorize).install()
    importlib.reload(vectorize).install()
    assert np.vectorize.__call__.of_numpy is before  # type: ignore[attr-defined]
    assert before.__module__.startswith("numpy")
    assert gradcheck(np.vectorize(branch), X)


def test_plain_calls_are_numpys() -> None:
    calls = []
    y = np.vectorize(lambda t: calls.append(t) or t * 2)(Y)
    np.testing.assert_array_equal(y, Y * 2, strict=True)
    assert len(calls) == 3  # NumPy calls it once more, to find the dtype
    assert np.vectorize(branch).__doc__ is branch.__doc__
    assert np.vectorize.__call__.__doc__ == np.vectorize.__call__.of_numpy.__doc__  # type: ignore[attr-defined]
