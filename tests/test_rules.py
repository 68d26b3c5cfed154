"""Every registered rule against differences: both modes, second order, float32, other arrays."""

import importlib
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

import tracker
from tests.cases.case import Case, Input
from tests.strict_array import StrictArray
from tracker import tree
from tracker._core.node import CONSTANT
from tracker._core.registry import lookup, registered

TABLES = (
    "elementwise",
    "reductions",
    "cumulative",
    "folds",
    "shapes",
    "indexing",
    "products",
    "sorting",
    "statistics",
    "differences",
    "linalg",
    "fft",
    "arrays",
    "special",
    "compositions",
    "nn",
    "recurrences",
)
CASES: list[Case] = [c for name in TABLES for c in importlib.import_module(f"tests.cases.{name}").CASES]
COMPLEX = [c for c in CASES if c.complex]
TWICE = [c for c in CASES if c.order > 1]
SINGLE = [c for c in CASES if c.float32]
UNORDERED = [c for c in CASES if c.any_order]


def inputs_of(case: Case, dtype: Any = float) -> list[Any]:
    """The arguments of the case, inputs made and cast to `dtype`."""
    rng = np.random.default_rng(1)

    def make(x: Any) -> Any:
        if isinstance(x, Input):
            made = x(rng)
            if isinstance(made, float):
                return made if dtype is float else np.dtype(dtype).type(made)
            if np.dtype(dtype).kind == "c":
                made = made + 0.5j * rng.standard_normal(np.shape(made))
            return np.asarray(made, dtype=dtype)
        return type(x)(make(e) for e in x) if type(x) in (list, tuple) else x

    return [make(a) for a in case.args]


def differentiated(case: Case, args: list[Any]) -> tuple[Any, list[Any]]:
    """A function of the differentiable inputs alone, and these inputs."""
    flat: list[Any] = []

    def collect(pattern: Any, x: Any) -> None:
        if isinstance(pattern, Input):
            flat.append(x)
        elif type(pattern) in (list, tuple):
            for p, e in zip(pattern, x, strict=True):
                collect(p, e)

    def fill(pattern: Any, x: Any, values: Any) -> Any:
        if isinstance(pattern, Input):
            return next(values)
        if type(pattern) in (list, tuple):
            return type(pattern)(fill(p, e, values) for p, e in zip(pattern, x, strict=True))
        return x

    for pattern, x in zip(case.args, args, strict=True):
        collect(pattern, x)

    def f(*xs: Any) -> Any:
        values = iter(xs)
        return case.f(*[fill(p, x, values) for p, x in zip(case.args, args, strict=True)], **case.kwargs)

    return f, flat


def scalar_of(f: Any) -> Any:
    """`f` followed by a sum of its entries with fixed uneven weights, real."""

    def reduced(*xs: Any) -> Any:
        total: Any = 0.0
        for k, part in enumerate(tree.flatten(f(*xs))[0]):
            plain = np.asarray(tracker.data(part))
            if plain.dtype.kind not in "fc":
                continue
            weights = np.cos(1.0 + k + np.arange(plain.size)).reshape(plain.shape).astype(plain.real.dtype)
            terms = (part + 0.5 * part * part) * weights  # curved, so that linear rules are checked to second order
            total = total + np.sum(np.real(terms) - 0.7 * np.imag(terms) if plain.dtype.kind == "c" else terms)
        return total

    return reduced


def direction_like(xs: list[Any], seed: int) -> list[Any]:
    rng = np.random.default_rng(seed)
    found = []
    for x in xs:
        v = rng.standard_normal(np.shape(x))
        if np.iscomplexobj(x):
            v = v + 1j * rng.standard_normal(np.shape(x))
        found.append(np.asarray(v, dtype=np.asarray(x).dtype) if isinstance(x, np.ndarray) else type(x)(v))
    return found


def dot(a: Any, b: Any) -> Any:
    return sum((np.sum(np.real(np.conj(v) * g)) for g, v in zip(a, b, strict=True)), start=0.0)


def slope(g: Any, xs: list[Any], v: list[Any]) -> float:
    """The derivative of g(xs) in the direction v: central differences, Richardson's to sixth order."""

    def at(h: float) -> float:
        moved = [x + h * d if isinstance(x, np.ndarray) else type(x)(x + h * d) for x, d in zip(xs, v, strict=True)]
        return float(tracker.data(g(*moved)))

    h = 2e-3
    first, second, third = ((at(k * h) - at(-k * h)) / (2 * k * h) for k in (1, 2, 3))
    return 1.5 * first - 0.6 * second + 0.1 * third


def assert_slope(actual: Any, expected: float, case: Case) -> None:
    __tracebackhide__ = True
    assert float(tracker.data(actual)) == pytest.approx(expected, rel=1e-6, abs=1e-7), str(case)


def ids(cases: list[Case]) -> list[str]:
    return [str(c) for c in cases]


@pytest.mark.parametrize("case", CASES, ids=ids(CASES))
def test_value_equals_plain_numpy_bit_for_bit(case: Case) -> None:
    args = inputs_of(case)
    f, xs = differentiated(case, args)
    expected = f(*[np.copy(x) if isinstance(x, np.ndarray) else x for x in xs])
    y, _ = tracker.pullback(f, *xs)
    for a, e in zip(tree.flatten(y)[0], tree.flatten(expected)[0], strict=True):
        np.testing.assert_array_equal(a, e)
        assert np.asarray(a).dtype == np.asarray(e).dtype


def check_first_order(case: Case, dtype: Any) -> None:
    f, xs = differentiated(case, inputs_of(case, dtype))
    g = scalar_of(f)
    v = direction_like(xs, 2)
    with np.errstate(all="ignore"):
        expected = slope(g, xs, v)
        gradients = tracker.gradient(g, *xs)
        _, forward = tracker.pushforward(g, tuple(xs), tuple(v))
    assert_slope(dot(gradients, v), expected, case)
    assert_slope(forward, expected, case)
    for x, d in zip(xs, gradients, strict=True):
        assert np.shape(d) == np.shape(x)
        assert np.asarray(d).dtype == np.asarray(x).dtype


@pytest.mark.parametrize("case", CASES, ids=ids(CASES))
def test_reverse_and_forward_mode_agree_with_differences(case: Case) -> None:
    check_first_order(case, float)


@pytest.mark.parametrize("case", COMPLEX, ids=ids(COMPLEX))
def test_complex_derivatives_agree_with_differences(case: Case) -> None:
    check_first_order(case, complex)


@pytest.mark.parametrize("case", TWICE, ids=ids(TWICE))
def test_second_derivatives_agree_with_differences_of_gradients(case: Case) -> None:
    f, xs = differentiated(case, inputs_of(case))
    g = scalar_of(f)
    v, w = direction_like(xs, 3), direction_like(xs, 4)

    def projected(*inner: Any) -> Any:
        # the squares keep it a function of the inputs where the gradient is constant
        return dot(tracker.gradient(g, *inner), v) + sum(np.sum(np.nan_to_num(x) ** 2) for x in inner)

    with np.errstate(all="ignore"):
        expected = slope(projected, xs, w)
        assert_slope(tracker.pushforward(projected, tuple(xs), tuple(w))[1], expected, case)
        assert_slope(dot(tracker.gradient(projected, *xs), w), expected, case)


@pytest.mark.parametrize("case", SINGLE, ids=ids(SINGLE))
def test_float32_stays_float32(case: Case) -> None:
    f, xs = differentiated(case, inputs_of(case, np.float32))
    y, back = tracker.pullback(f, *xs)
    outputs = [np.asarray(p) for p in tree.flatten(y)[0]]
    dy = tree.map(lambda p: np.ones_like(p) if np.asarray(p).dtype.kind in "fc" else None, y)
    with np.errstate(all="ignore"):
        gradients = back(dy)
    assert all(np.asarray(d).dtype == np.float32 for d in gradients)
    plain = [np.asarray(p).dtype for p in tree.flatten(f(*xs))[0]]
    assert [p.dtype for p in outputs] == plain


@pytest.mark.parametrize("case", SINGLE, ids=ids(SINGLE))
def test_gradients_in_float32_are_those_in_float64(case: Case) -> None:
    f, xs = differentiated(case, inputs_of(case, np.float32))
    with np.errstate(all="ignore"):
        value, singles = tracker.withgradient(scalar_of(f), *xs, check_finite=False)
        doubles = tracker.gradient(scalar_of(f), *[as_type(x, float) for x in xs], check_finite=False)
    for single, double in zip(singles, doubles, strict=True):
        if np.isnan(value):  # SciPy's Mathieu functions are NaN in float32
            assert np.all(np.isnan(single))
            continue
        scale = max(1.0, float(np.max(np.abs(np.nan_to_num(double)), initial=0.0)))
        np.testing.assert_allclose(single, double, rtol=1e-3, atol=1e-3 * scale)


def as_type(x: Any, dtype: Any) -> Any:
    return x.astype(dtype) if isinstance(x, np.ndarray) else np.dtype(dtype).type(x)


@pytest.mark.parametrize("case", CASES, ids=ids(CASES))
def test_rule_runs_on_arrays_that_refuse_conversion(case: Case) -> None:
    """An array class that is not NumPy's (as CuPy's): a hidden np.asarray in a rule raises."""
    args = inputs_of(case)
    plain_y, plain_back, dy = pulled(case, args)
    plain = plain_back(dy)
    strict_case = replace(case, kwargs=strictly(case.kwargs))
    y, back, dy = pulled(strict_case, strictly(args))
    for a, e in zip(tree.flatten(y)[0], tree.flatten(plain_y)[0], strict=True):
        assert isinstance(a, StrictArray) or not (is_inexact(a) and has_arrays(args))
        np.testing.assert_array_equal(StrictArray.reveal(a), e)
    for d, e in zip(back(dy), plain, strict=True):
        assert isinstance(d, StrictArray) == isinstance(e, np.ndarray)
        np.testing.assert_allclose(StrictArray.reveal(d), e, rtol=1e-12, atol=1e-12)


def pulled(case: Case, args: list[Any]) -> tuple[Any, Any, Any]:
    """The value of the call, its pullback, and an uneven gradient to pull back."""
    f, xs = differentiated(case, args)
    with np.errstate(all="ignore"):
        y, back = tracker.pullback(f, *xs)
    return y, back, tree.map(weights_like, y)


@pytest.mark.parametrize("case", UNORDERED, ids=ids(UNORDERED))
def test_values_and_gradients_are_the_same_for_any_order_in_memory(case: Case) -> None:
    args = inputs_of(case)
    y, back, dy = pulled(case, args)
    expected = tree.flatten([y, back(dy)])[0]
    for layout in (by_columns, backwards):
        y, back, _ = pulled(case, relaid(args, layout))
        for a, e in zip(tree.flatten([y, back(relaid(dy, layout))])[0], expected, strict=True):
            if is_inexact(e):
                np.testing.assert_allclose(a, e, rtol=1e-11, atol=1e-11)


def by_columns(x: Any) -> Any:
    """`x`, the first axis running fastest."""
    return np.copy(x, order="F")


def backwards(x: Any) -> Any:
    """`x`, from the last entry to the first, each second place in memory unused."""
    wide = np.full((*x.shape, 2), 0, x.dtype)
    turned = np.flip(wide[..., 1])
    turned[...] = x
    return turned


def relaid(x: Any, layout: Any) -> Any:
    """`x` with the arrays of floats in it laid out so in memory."""
    if isinstance(x, np.ndarray):
        return layout(x) if x.ndim and is_inexact(x) else x
    return type(x)(relaid(e, layout) for e in x) if type(x) in (list, tuple) else x


def strictly(x: Any) -> Any:
    """`x` with StrictArrays for all arrays: who computes with another library has them there."""
    if isinstance(x, np.ndarray):
        return StrictArray(x)
    if isinstance(x, dict):
        return {k: strictly(v) for k, v in x.items()}
    if isinstance(x, tuple) and hasattr(x, "_fields"):
        return type(x)(*[strictly(e) for e in x])
    return type(x)(strictly(e) for e in x) if type(x) in (list, tuple) else x


def has_arrays(x: Any) -> bool:
    """Whether there is an array of floats among the arguments."""
    return any(has_arrays(e) for e in x) if isinstance(x, list | tuple) else isinstance(x, np.ndarray) and is_inexact(x)


def is_inexact(x: Any) -> bool:
    return getattr(getattr(x, "dtype", None), "kind", "") in ("f", "c")


def weights_like(part: Any) -> Any:
    """Uneven numbers in the shape of one output; None for whole numbers."""
    shown = np.asarray(StrictArray.reveal(part))
    if shown.dtype.kind not in "fc":
        return None
    weights = np.cos(1.0 + np.arange(shown.size)).reshape(shown.shape).astype(shown.dtype)
    if isinstance(part, StrictArray):
        return StrictArray(weights)
    return weights if isinstance(part, np.ndarray) else weights[()]


def test_every_registered_rule_has_a_case() -> None:
    covered = {id(lookup(c.covers or c.f)) for c in CASES}
    ours = [op for op in registered() if op.name.startswith(("numpy.", "tracker."))]  # other tests register theirs
    missing = [op.name for op in ours if op.kind != CONSTANT and id(op) not in covered]
    assert len(ours) > 300
    assert not missing


@pytest.mark.parametrize("f", [np.median, np.nanmedian, np.quantile, np.nanpercentile], ids=lambda f: str(f.__name__))
def test_overwriting_the_input_is_refused_before_anything_is_overwritten(f: Any) -> None:
    x = tracker.param([3.0, 1.0, 2.0])
    q = (0.3,) if "quantile" in f.__name__ or "percentile" in f.__name__ else ()
    for call in (lambda: f(x, *q, overwrite_input=True), lambda: f(x, *q, None, None, True)):
        with pytest.raises(NotImplementedError, match="overwrite_input"):
            call()
    np.testing.assert_array_equal(x.data, [3.0, 1.0, 2.0])


UFUNCS = [op.fun for op in registered() if isinstance(op.fun, np.ufunc) and op.kind != CONSTANT and op.fun.nout == 1]
PLACES = [(f, k) for f in UFUNCS if f.nin <= 2 and f.signature is None and f is not np.ldexp for k in range(f.nin)]


@pytest.mark.parametrize(("f", "place"), PLACES, ids=lambda x: getattr(x, "__name__", x))
def test_python_numbers_have_the_second_derivatives_of_arrays(f: Any, place: int) -> None:
    def program(x: Any) -> Any:
        return f(*[(x, 0.6)[k != place] for k in range(f.nin)]) * x

    for x in (-1.45, 0.35, 1.7):
        with np.errstate(all="ignore"):
            if not np.isfinite(program(x)):
                continue
            expected = float(tracker.grad(lambda z: tracker.grad(lambda q: np.sum(program(q)))(z)[0])(np.array([x]))[0])
            assert tracker.hvp(program, x, 1.0) == pytest.approx(expected, rel=1e-12)
            assert tracker.pushforward(tracker.grad(program), (x,), (1.0,))[1] == pytest.approx(expected, rel=1e-12)
            assert tracker.grad(tracker.grad(program))(x) == pytest.approx(expected, rel=1e-12)
