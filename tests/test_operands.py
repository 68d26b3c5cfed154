"""Plain arguments of every kind beside tracked ones: right gradients, or an error that says what to write."""

import array
import datetime
import fractions

import numpy as np
import pytest
import scipy.sparse
import scipy.special

import tracker
import tracker.scipy
from tests.differences import numeric_gradient
from tracker.errors import ConversionError

X = np.array([0.5, 1.2, 2.0])
NARROW = [np.int8, np.uint8, np.int64, np.uint16, np.float16, np.float32, bool, ">f8", ">i4", np.longdouble]
MIXED = {
    "c ** x": lambda x, c: c**x,
    "np.power(c, x)": lambda x, c: np.power(c, x),
    "x ** c": lambda x, c: x**c,
    "np.float_power(c, x)": lambda x, c: np.float_power(c, x),
    "np.arctan2(x, c)": lambda x, c: np.arctan2(x, c),
    "np.arctan2(c, x)": lambda x, c: np.arctan2(c, x),
    "np.hypot(x, c)": lambda x, c: np.hypot(x, c),
    "np.logaddexp(x, c)": lambda x, c: np.logaddexp(x, c),
    "x * c": lambda x, c: x * c,
    "c / x": lambda x, c: c / x,
    "x / c": lambda x, c: x / c,
    "gammainc(x, c)": lambda x, c: scipy.special.gammainc(x, c),
    "gammainc(c, x)": lambda x, c: scipy.special.gammainc(c, x),
    "xlogy(x, c)": lambda x, c: scipy.special.xlogy(x, c),
    "betaln(x, c)": lambda x, c: scipy.special.betaln(x, c),
    "np.average(x, weights=c)": lambda x, c: np.average(x, weights=c),
    "np.where(c, x, x * x)": lambda x, c: np.where(c, x, x * x),
    "c[0] ** x": lambda x, c: c[0] ** x,
    "np.arctan2(x, c[2])": lambda x, c: np.arctan2(x, c[2]),
}


@pytest.mark.parametrize("dtype", NARROW)
@pytest.mark.parametrize("name", MIXED)
def test_rules_compute_in_the_precision_of_the_result(name, dtype):
    """int8 squares overflow, and NumPy's logarithm of int8 is a float16: rules must see neither."""
    c = np.array([1, 3, 100]).astype(dtype)
    weights = np.array([0.3, -1.1, 0.7])
    f = lambda x: np.sum(MIXED[name](x, c) * weights)
    try:
        f(X)
    except TypeError:  # SciPy's ufuncs know no longdouble
        with pytest.raises(TypeError):
            tracker.gradient(f, X)
        return
    plain = lambda x: np.sum(MIXED[name](x, c.astype(np.float64 if c.dtype != bool else bool)) * weights)
    (expected,) = numeric_gradient(plain, X, step=1e-4)
    scale = np.max(np.abs(expected))
    for found in (tracker.gradient(f, X)[0], tracker.jacobian(f, X, mode="forward")):
        np.testing.assert_allclose(found, expected, rtol=1e-8, atol=1e-8 * scale)


def test_precision_of_a_single_precision_argument_is_kept():
    (found,) = tracker.gradient(lambda x: np.sum(np.arctan2(x, np.array([1, 2, 200], np.uint8))), X.astype(np.float32))
    assert found.dtype == np.float32
    np.testing.assert_allclose(found, np.array([1, 2, 200]) / (X**2 + np.array([1, 4, 40000.0])), rtol=1e-6)


SEQUENCES = [(1, 2, 3), [1, 2, 3], range(1, 4), array.array("d", [1, 2, 3]), memoryview(np.array([1.0, 2, 3]))]


@pytest.mark.parametrize("c", SEQUENCES, ids=lambda c: type(c).__name__)
@pytest.mark.parametrize("f", [np.power, np.arctan2, np.multiply, scipy.special.gammainc, np.maximum])
def test_sequences_are_the_arrays_that_numpy_makes_of_them(f, c):
    g = lambda x, c: np.sum(f(x, c)) + np.sum(f(c, x + 5))
    value, (found,) = tracker.withgradient(lambda x: g(x, c), X)
    assert value == g(X, c)
    np.testing.assert_array_equal(found, tracker.gradient(lambda x: g(x, np.array([1.0, 2, 3])), X)[0])


OBJECTS = {
    "object array": np.array([1.0, 2.0, 3.0], dtype=object),
    "Fraction": fractions.Fraction(1, 3),
    "fractions": np.array([fractions.Fraction(1, 3)] * 3),
}


@pytest.mark.parametrize("c", OBJECTS.values(), ids=OBJECTS)
@pytest.mark.parametrize("f", [lambda x, c: x + c, lambda x, c: c * x, np.maximum, np.multiply])
def test_a_result_of_objects_is_refused(f, c):
    """It used to be taken for a constant."""
    with pytest.raises(ConversionError, match=r"dtype object.*float\(c\)"):
        tracker.gradient(lambda x: np.sum(f(x, c)), X)
    with pytest.raises(ConversionError, match="dtype object"):
        tracker.pushforward(lambda x: np.sum(f(x, c)), (X,), (X,))


def test_a_whole_number_beyond_64_bits_is_a_float_in_arithmetic_and_refused_in_products():
    np.testing.assert_array_equal(tracker.gradient(lambda x: np.sum(x * 10**30), X)[0], np.full(3, 1e30))
    with pytest.raises(ConversionError, match="beyond 64 bits"):
        tracker.gradient(lambda x: np.sum(np.dot(x, 10**30)), X)


MASKED = np.ma.array([1.0, 2.0, 3.0], mask=[False, True, False])
KINDS = {"masked array": MASKED, "matrix": np.eye(3).view(np.matrix)}


@pytest.mark.parametrize("kind", KINDS)
def test_masked_arrays_and_matrices_are_refused(kind):
    """Their arithmetic is not that of arrays, so that gradients came out wrong."""
    c = KINDS[kind]
    for f in (
        lambda x: np.mean(x * c),
        lambda x: np.sum(np.dot(x, c)),
        lambda x: np.sum(c @ x),
        lambda x: np.sum(np.vstack([x, c])),
        lambda x: np.sum(np.maximum(c, x)),
        lambda x: np.sum(x, where=c > 0.5),
    ):
        with pytest.raises(TypeError):
            tracker.gradient(f, X)
        with pytest.raises(TypeError):
            tracker.pushforward(f, (X,), (X,))
    for make in (tracker.param, lambda c: tracker.gradient(np.sum, c), lambda c: tracker.gradient(np.sum, {"c": c})):
        with pytest.raises(TypeError):
            make(c)
    with pytest.raises(ConversionError, match=f"{kind.split()[0]}"):
        tracker.gradient(lambda x: np.sum(x + c), X)


def test_what_the_errors_about_masked_arrays_and_matrices_say_works():
    f = lambda x: np.mean(x[~MASKED.mask] * MASKED.compressed())
    np.testing.assert_array_equal(tracker.gradient(f, X)[0], [0.5, 0.0, 1.5])
    f = lambda x: np.mean(x * MASKED.data, where=~MASKED.mask)
    np.testing.assert_array_equal(tracker.gradient(f, X)[0], [0.5, 0.0, 1.5])
    f = lambda x: np.sum(np.asarray(KINDS["matrix"]) @ x)
    np.testing.assert_array_equal(tracker.gradient(f, X)[0], np.ones(3))


SPARSE = {
    kind: getattr(scipy.sparse, kind)(np.eye(3)) for kind in ("csr_array", "csr_matrix", "coo_array", "dok_matrix")
}


@pytest.mark.parametrize("kind", SPARSE)
def test_scipys_sparse_matrices_are_refused_in_elementwise_functions(kind):
    """`x * A` is a product for csr_matrix: its gradient came out as that of a multiplication of entries."""
    a = SPARSE[kind]
    for f in (
        lambda x: np.sum((x * a) ** 2),
        lambda x: np.sum((x[0] * a) @ X),
        lambda x: (x + a).sum(),
        lambda x: np.sum(np.maximum(x, a)),
        lambda x: np.sum(np.dot(x, a)),
        lambda x: np.sum(x / a),
    ):
        with pytest.raises(ConversionError, match=r"Write tracker\.scipy\.sparse\.csr_matrix\(A\)"):
            tracker.gradient(f, X)
    for f in (lambda x: np.sum(a * x), lambda x: np.sum(a @ x), lambda x: np.sum(a.dot(x)), lambda x: np.sum(a * x[0])):
        with pytest.raises(ConversionError, match=rf"Write tracker\.scipy\.sparse\.csr_matrix\(A\).*{kind}"):
            tracker.gradient(f, X)


@pytest.mark.parametrize("kind", SPARSE)
def test_what_the_errors_about_sparse_matrices_say_works(kind):
    ours = tracker.scipy.sparse.csr_matrix(SPARSE[kind])
    for f in (lambda x: x @ SPARSE[kind] @ x, lambda x: x @ (ours @ x), lambda x: x @ ours.dot(x)):
        np.testing.assert_array_equal(tracker.gradient(f, X)[0], 2 * X)
    np.testing.assert_array_equal(tracker.gradient(lambda s: np.sum((s * ours) @ X), 2.0)[0], np.sum(X))


class Span:
    """A user's own number, of two ends."""

    def __init__(self, low, high):
        self.low, self.high = low, high

    def __mul__(self, x):
        return Span(self.low * x, self.high * x)

    __rmul__ = __mul__

    def __rsub__(self, x):
        return Span(x - self.high, x - self.low)

    def __rpow__(self, x):
        return Span(x**self.low, x**self.high)


@pytest.mark.parametrize(
    ("f", "expected"),
    [
        (lambda x: x * x + (x * Span(1.0, 2.0)).high, 8.0),
        (lambda x: x * x + (Span(1.0, 2.0) * x).high, 8.0),
        (lambda x: x * x + (x - Span(1.0, 2.0)).high, 7.0),
        (lambda x: x * x + (x ** Span(1.0, 2.0)).high, 12.0),
        (lambda x: x * x + (np.sin(x) * Span(1.0, 2.0)).high, 6.0 + 2.0 * np.cos(3.0)),
    ],
)
def test_operators_of_a_users_own_numbers_keep_the_gradient(f, expected):
    for x in (3.0, np.float64(3.0), np.float32(3.0)):
        np.testing.assert_allclose(tracker.gradient(f, x)[0], expected, rtol=1e-6)
        np.testing.assert_allclose(tracker.pushforward(f, (x,), (type(x)(1.0),))[1], expected, rtol=1e-6)


def test_objects_without_an_operator_for_numbers_are_refused():
    x = tracker.param(3.0)
    for other in (datetime.timedelta(1), None, {}, len):
        with pytest.raises(TypeError, match="unsupported operand"):
            x * other
    with pytest.raises(ConversionError, match=r"numpy\.multiply gave a poly1d"):
        x * np.poly1d([1.0, 2.0])
    with pytest.raises(ConversionError, match="array of objects"):
        tracker.param(X) * Span(1.0, 2.0)


def test_an_object_that_a_rule_of_ones_own_gives_is_refused():
    def ends(x):
        return Span(x, 2 * x)

    tracker.rule(ends, lambda dy, y, x: dy)
    with pytest.raises(ConversionError, match="ends gave a Span"):
        tracker.track(ends, tracker.param(1.0))


class Labelled(np.ndarray):
    """A subclass whose arithmetic is that of arrays."""


def test_other_subclasses_are_arrays():
    c = X.view(Labelled)
    np.testing.assert_array_equal(tracker.gradient(lambda x: np.sum(x * c), X)[0], X)
    np.testing.assert_array_equal(tracker.gradient(lambda x: np.sum(x * x), c)[0], 2 * X)


@pytest.mark.parametrize("number", [0.5, 2, 1j, np.float32(2), [0.5]])
def test_outer_with_a_number_has_numpys_dtype(number):
    x = np.ones(2, np.float32)
    for plain, tracked in (
        (np.multiply.outer(x, number), np.multiply.outer(tracker.param(x), number)),
        (np.multiply.outer(number, x), np.multiply.outer(number, tracker.param(x))),
    ):
        assert (tracked.dtype, tracked.shape) == (plain.dtype, plain.shape)
    mixed = np.multiply.outer(tracker.param(x), tracker.param(0.5))
    assert mixed.dtype == np.multiply.outer(x, 0.5).dtype
    (g,) = tracker.gradient(lambda x: np.sum(np.real(np.multiply.outer(x, number))), x)
    np.testing.assert_array_equal(g, np.full(2, np.sum(np.real(number)), np.float32), strict=True)


@pytest.mark.parametrize("kinds", ["ff", "fd", "ef", "f1", "D1", "dF", "ddddddddddddddddddd"])
def test_mean_of_a_list_of_numbers_is_numpys_bit_for_bit(kinds):
    numbers = [1.0 if k == "1" else np.dtype(k).type(0.1 * i + 0.07) for i, k in enumerate(kinds)]
    plain, mean = np.mean(numbers), np.mean([n if type(n) is float else tracker.param(n) for n in numbers])
    assert (mean.dtype, mean.data.tobytes()) == (plain.dtype, plain.tobytes())
    (g,) = tracker.gradient(lambda x: np.real(np.mean([x, *numbers[1:]])), numbers[0])
    assert g == pytest.approx(1 / len(numbers), rel=1e-3)
    assert type(g) is type(numbers[0])


@pytest.mark.parametrize(
    "derivative",
    [
        lambda z, x: tracker.grad(lambda z: np.sin(z) * z)(z),
        lambda z, x: tracker.pullback(lambda z: z * z, z)[1](np.cos(z))[0],
        lambda z, x: tracker.hvp(lambda z: np.sum(z**3 * x), z, np.sin(z)),
        lambda z, x: tracker.pushforward(lambda z: z * z, (z,), (np.cos(z),))[1],
        lambda z, x: tracker.grad(lambda z: z**2 * tracker.grad(lambda u: np.sum(np.cos(u * z)))(2.0))(z),
    ],
)
@pytest.mark.parametrize("number", [0.7, 0.7 + 0.0j, np.float64(0.7), np.float32(0.7)])
def test_gradient_of_a_number_within_another_derivative_has_its_type(derivative, number):
    x, kinds = np.ones(2, np.float32), []

    def loss(z):
        d = derivative(np.real(z) if type(number) is complex else z, x)
        kinds.append((type(tracker.data(d)), (d * x).dtype))
        return np.real(np.sum(d * x))

    tracker.gradient(loss, number)
    loss(number)
    assert kinds[0] == kinds[1]


def test_masked_ufunc_of_a_python_number_computes_in_the_precision_of_the_array():
    x = np.array([0.62, -0.816, 0.588], np.float32)

    y = np.multiply(tracker.param(x), tracker.param(0.461), where=[True, False, True], out=tracker.zeros(3, np.float32))
    assert y.data.tobytes() == np.multiply(x, 0.461, where=[True, False, True], out=np.zeros(3, np.float32)).tobytes()
    assert tracker.grad(lambda s: np.sum(np.multiply(x, s, where=[True, False, True], out=tracker.zeros(3))))(
        0.461
    ) == pytest.approx(1.208, rel=1e-6)
