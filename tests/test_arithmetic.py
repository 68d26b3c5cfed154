"""Small arrays by kernels: NumPy's results bit for bit, layout, warnings and errors included; with and without C."""

import itertools
import operator
import warnings

import numpy as np
import pytest

from tracker._arrays import arithmetic
from tracker._core.programs import program_of
from tracker._core.registry import lookup

RNG = np.random.default_rng(11)
OPERATIONS = {
    "add": operator.add,
    "subtract": operator.sub,
    "multiply": operator.mul,
    "divide": operator.truediv,
}
COMPILED = pytest.mark.skipif(arithmetic._compiled is None, reason="without the kernels NumPy does it all")


def operands():
    """Arrays of many layouts, and numbers."""
    for dtype in (np.float64, np.float32, np.float16, np.int64):
        draw = lambda *shape, dtype=dtype: (10 * RNG.standard_normal(shape)).astype(dtype)
        square = draw(4, 4)
        yield from (draw(3), draw(1), draw(0), draw(4, 1), square, square.T, square[::2], square[:, 1], square[::-1])
        yield from (draw(2, 3, 4), np.array(draw()), draw(3, 1, 4), np.asfortranarray(draw(3, 4)), draw(40, 40))
        yield dtype(3)
    yield from (2.5, -3, True, 1e300, 1e-300, 2**40, float("nan"), np.float64(1e-310), draw(3).astype(">f8"))


PAIRS = [
    (a, b)
    for a, b in itertools.product(list(operands()), repeat=2)
    if isinstance(a, np.ndarray) or isinstance(b, np.ndarray)
]


def outcome(f, a, b):
    """The result and the warnings, or the error."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            y = f(a, b)
        except (ValueError, TypeError, OverflowError) as error:
            return type(error), str(error)
    said = sorted({str(w.message).replace("scalar ", "") for w in caught})
    return type(y), y.dtype, y.shape, y.strides, y.flags.c_contiguous, y.tobytes(), said


@pytest.mark.parametrize("name", OPERATIONS)
def test_every_pair_gives_numpys_result_layout_and_warnings(name):
    for a, b in PAIRS:
        assert outcome(getattr(arithmetic, name), a, b) == outcome(OPERATIONS[name], a, b), (a, b)


def test_negative_is_numpys():
    for x in operands():
        if isinstance(x, bool):
            continue
        y, expected = arithmetic.negative(x), -x
        assert type(y) is type(expected)
        assert np.asarray(y).tobytes() == np.asarray(expected).tobytes()


@pytest.mark.parametrize("name", ["add", "divide", "multiply"])
def test_errstate_decides_about_infinities(name):
    big = np.array([1e308, 1e308])
    other = {"add": big, "multiply": big, "divide": np.array([1e-308, 0.0])}[name]
    with np.errstate(all="raise"), pytest.raises(FloatingPointError):
        getattr(arithmetic, name)(big, other)
    with np.errstate(all="ignore"):
        assert np.isinf(getattr(arithmetic, name)(big, other)).all()
    np.testing.assert_array_equal(arithmetic.add(big, 1.0), big + 1.0)  # no flag is left behind


def test_results_are_new_arrays():
    a = RNG.standard_normal(5)
    before = a.copy()
    for name in OPERATIONS:
        assert not np.shares_memory(getattr(arithmetic, name)(a, 1.0), a)
    np.testing.assert_array_equal(a, before)


def test_add_into_gives_the_sum():
    for a, b in PAIRS:
        if isinstance(a, np.ndarray) and isinstance(b, np.ndarray) and a.shape == b.shape and a.dtype == b.dtype:
            expected = a + b
            np.testing.assert_array_equal(arithmetic.add_into(a.copy(), b), expected)
    frozen = np.ones(3)
    frozen.flags.writeable = False
    np.testing.assert_array_equal(arithmetic.add_into(frozen, np.ones(3)), [2.0, 2.0, 2.0])
    np.testing.assert_array_equal(frozen, np.ones(3))


@COMPILED
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize(
    ("shape", "wanted"),
    [
        ((3,), (3,)),
        ((4, 3), (3,)),
        ((4, 3), (4, 1)),
        ((2, 4, 3), (1, 3)),
        ((2, 4, 3), (4, 1)),
        ((3,), (2, 3)),
        ((4, 1), (4, 5)),
    ],
)
def test_fitted_sums_or_broadcasts(shape, wanted, dtype):
    dy = RNG.standard_normal(shape).astype(dtype)
    y = arithmetic.fitted(dy, wanted, dy.dtype)
    grown = len(wanted) > len(shape) or any(n > m for n, m in zip(wanted[::-1], shape[::-1], strict=False))
    if grown:
        expected = np.broadcast_to(dy, wanted)
    else:
        summed = tuple(k for k in range(len(shape)) if k < len(shape) - len(wanted))
        kept = dy.sum(axis=summed)
        expected = kept.sum(axis=tuple(k for k, n in enumerate(wanted) if n != kept.shape[k]), keepdims=True)
    assert y.dtype == dtype
    assert y.shape == wanted
    np.testing.assert_allclose(y, expected, rtol=1e-12 if dtype is np.float64 else 1e-5)


@COMPILED
def test_fitted_leaves_the_rest_to_numpy():
    x = RNG.standard_normal((2, 3))
    assert arithmetic.fitted(x, (2, 3), x.dtype) is x
    for dy, shape, dtype in [
        (x, (2, 3), np.dtype(np.float32)),
        (x, (5, 7), x.dtype),
        (x.astype(complex), (3,), np.dtype(complex)),
        (x[0, 0], (), x.dtype),
        (np.zeros((0, 3)), (3,), x.dtype),
        (x, (1,) * 9, x.dtype),
        ("text", (3,), x.dtype),
    ]:
        assert arithmetic.fitted(dy, shape, dtype) is None
    np.testing.assert_array_equal(arithmetic.fitted(2.5, (2, 2), x.dtype), np.full((2, 2), 2.5))


@COMPILED
def test_has_nan_finds_nan_alone():
    for dtype in (np.float64, np.float32):
        for n in (1, 7, 8, 9, 1000, 100_003):
            x = RNG.standard_normal(n).astype(dtype)
            x[n // 2] = np.inf
            assert arithmetic.has_nan(x) is False
            x[n - 1] = np.nan
            assert arithmetic.has_nan(x) is True
    assert arithmetic.has_nan(np.zeros(0)) is False
    assert arithmetic.has_nan(np.ones((4, 4))[:, ::2]) is None
    assert arithmetic.has_nan(np.float64(np.nan)) is True


RULES = {
    "1 - y y": lambda y, x: 1.0 - y * y,
    "quotients": lambda y, a, b: -y / b,
    "nested": lambda y, a, b: (a + 2 * b) / (1 + a * (y - 3)) - b / 4,
    "an argument": lambda y, a: a,
    "a constant": lambda y, a: -(a * 0 + 2),
}


@pytest.mark.parametrize("name", RULES)
def test_program_of_a_rule_is_the_rule(name):
    rule = RULES[name]
    count = rule.__code__.co_argcount - 1
    program = program_of(rule, count)
    assert program is not None
    for dtype, n in itertools.product((np.float64, np.float32), (1, 5, 300, 1000)):
        values = [(RNG.standard_normal(n) + 4).astype(dtype) for _ in range(count + 1)]
        dy = RNG.standard_normal(n).astype(dtype)
        product = arithmetic.scaled(program, dy, values)
        if arithmetic._compiled is None:
            assert product is None
        else:
            np.testing.assert_array_equal(product, dy * rule(*values))
            mixed = [values[0], *[float(v[0]) for v in values[1:]]]
            np.testing.assert_array_equal(arithmetic.scaled(program, dy, mixed), dy * rule(*mixed))


@pytest.mark.parametrize(
    "rule",
    [
        lambda y, x: np.cos(x),
        lambda y, x: 2 * x if x == 2 else x,
        lambda y, x: np.where(x > 0, x, 0),
        lambda y, x: x.real,
        lambda y, x: x**2,
        lambda y, x: x * 1j,
        lambda y, x: 1,
    ],
)
def test_what_is_no_arithmetic_has_no_program(rule):
    assert program_of(rule, 1) is None


@COMPILED
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize(("f", "sign"), [(np.maximum, 1), (np.minimum, -1)])
def test_kernel_of_a_choice_is_its_rule(f, sign, dtype):
    corners = np.array([0.0, -0.0, 1, -1, np.inf, -np.inf, np.nan, 2.5, 1e-40], dtype)
    a, b = np.repeat(corners, corners.size), np.tile(corners, corners.size)
    dy = RNG.standard_normal(a.size).astype(dtype)
    dy[::7] = np.inf
    op = lookup(f)
    for operands in ((a, b), (a, 1), (a, 0.0), (-1.5, b)):
        for k in range(2):
            new = arithmetic.chosen(dy, operands[k], operands[1 - k], sign)
            assert new.dtype == dtype
            np.testing.assert_array_equal(new, op.rules[k](dy, None, *operands))


@COMPILED
def test_kernel_of_a_choice_leaves_the_rest_to_numpy():
    x = np.ones((4, 6))
    for dy, a, b in (
        (x, x[:1], 0.0),
        (x[:, ::2], x[:, ::2], 0.0),
        (x, x.astype(np.float32), 0.0),
        (x.astype(">f8"), x, 0.0),
        (x, x, None),
        (np.float64(1), 1.0, 2.0),
    ):
        assert arithmetic.chosen(dy, a, b, 1) is None


@COMPILED
@pytest.mark.parametrize("f", [np.max, np.min])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_kernel_of_an_extremum_is_its_rule(f, dtype):
    x = RNG.integers(-3, 3, (4, 5, 6)).astype(dtype)
    x[0, 0, 0] = x[1, 1, 1] = np.inf
    x[0, 1, 2:4] = x[2, 3, 5] = np.nan
    x[3, 2] = 0, -0.0, -0.0, 0, -1, -2
    op = lookup(f)
    for a, settings in (
        (x, {"axis": -1}),
        (x, {"axis": 2, "keepdims": True}),
        (x, {}),
        (x[0, 0], {"axis": 0}),
        (x[3, 2], {}),
        (x[:, :, :1].copy(), {"axis": -1}),
    ):
        y = f(a, **settings)
        dy = (RNG.standard_normal(y.shape) * 3).astype(dtype)[()]
        new = op.kernels[0](dy, y, [a], settings)
        assert new.dtype == dtype
        np.testing.assert_array_equal(new, op.rules[0](dy, y, a, **settings))


@COMPILED
def test_kernel_of_an_extremum_leaves_the_rest_to_numpy():
    x = np.ones((4, 6))
    kernel = lookup(np.max).kernels[0]
    for dy, y, a, settings in (
        (x[0], x[0], x, {"axis": 0}),
        (x[0, 0], x[0, 0], x, {"axis": (0, 1)}),
        (x[:, 0], x[:, 0], x, {"axis": -1, "where": x > 0}),
        (x[:, 0].copy(), x[:, 0].copy(), x, {"axis": -1, "initial": 0.0}),
        (x[:, 0], x[:, 0].copy(), x, {"axis": -1}),
        (x[:4, 0].copy(), x[:4, 0].copy(), x[:, ::2], {"axis": -1}),
        (x[0, :0], x[0, :0], x[:0], {"axis": -1}),
    ):
        assert kernel(dy, y, [a], settings) is None


@COMPILED
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_a_nan_is_found_wherever_it_is(dtype):
    for n in (0, 1, 31, 32, 33, 100):
        x = np.full(n, np.inf, dtype)
        assert arithmetic.has_nan(x) is False
        for k in range(n):
            y = x.copy()
            y[k] = np.nan
            assert arithmetic.has_nan(y) is True
