"""Large arrays, ties and NaNs: where rules take a quicker way, it gives what the plain way gives."""

import tracemalloc
from typing import Any

import numpy as np
import pytest

import tracker

NAN, INF = np.nan, np.inf
MASKS = {"sparse": 50, "dense": 2}  # every how many-th entry is chosen


def sums(f: Any) -> Any:
    """The sum of the entries of f, each weighed by its place."""

    def weighed(x: Any) -> Any:
        y = f(x)
        return np.sum(y * np.arange(1.0, y.size + 1).reshape(y.shape))

    return weighed


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("step", list(MASKS.values()), ids=list(MASKS))
def test_what_is_not_chosen_gets_zero_whatever_its_gradient(step: int, dtype: Any) -> None:
    x = np.full((40, 50), -1.0, dtype)
    x.reshape(-1)[::step] = 1.0
    # the root's slope is NaN where x is negative, and infinite at zero
    with np.errstate(invalid="ignore"):
        (g,) = tracker.gradient(lambda x: np.sum(np.where(x > 0, np.sqrt(x), 0.0)), x)
    np.testing.assert_array_equal(g, np.where(x > 0, dtype(0.5), dtype(0)))
    assert g.dtype == dtype


@pytest.mark.parametrize("f", [np.max, np.nanmax, np.amax], ids=lambda f: str(f.__name__))
@pytest.mark.parametrize("axis", [0, 1, (0, 1)])
def test_each_maximum_goes_to_its_place(f: Any, axis: Any) -> None:
    x = np.random.default_rng(0).permutation(2400.0 + np.arange(2400)).reshape(40, 60)
    expected = np.zeros_like(x)
    rows = np.argmax(x, axis=axis) if axis != (0, 1) else np.argmax(x)
    if axis == 0:
        expected[rows, np.arange(60)] = np.arange(1.0, 61)
    elif axis == 1:
        expected[np.arange(40), rows] = np.arange(1.0, 41)
    else:
        expected.reshape(-1)[rows] = 1.0
    np.testing.assert_array_equal(tracker.gradient(sums(lambda x: f(x, axis=axis)), x)[0], expected)


def test_a_tie_in_one_column_beside_a_column_without_entries() -> None:
    x = np.array([[NAN, 1.0], [NAN, 1.0]])
    with pytest.warns(RuntimeWarning, match="All-NaN"):
        y, back = tracker.pullback(lambda x: np.nanmax(x, axis=0), x)
    np.testing.assert_array_equal(y, [NAN, 1.0])
    np.testing.assert_array_equal(back(np.array([0.0, 1.0]))[0], [[0.0, 0.5], [0.0, 0.5]])


def test_a_maximum_that_is_nan_goes_to_the_nan() -> None:
    x = np.array([[NAN, 1.0], [2.0, 3.0]])
    _, back = tracker.pullback(lambda x: np.max(x, axis=0), x)
    np.testing.assert_array_equal(back(np.array([5.0, 7.0]))[0], [[5.0, 0.0], [0.0, 7.0]])


@pytest.mark.parametrize(
    ("x", "low", "high", "expected"),
    [
        ([0.0, 1.0, 1.5, 2.0, 3.0], 1.0, 2.0, [0.0, 0.5, 1.0, 0.5, 0.0]),
        ([0.0, 1.0, 3.0], 1.0, None, [0.0, 0.5, 1.0]),
        ([0.0, 2.0, 3.0], None, 2, [1.0, 0.5, 0.0]),
        ([1.0, 0.0], 1.0, 1.0, [0.25, 0.0]),
        ([NAN, 0.5], 0.0, 1.0, [1.0, 1.0]),
        ([0.5, 0.5], [NAN, 0.0], [1.0, 1.0], [0.0, 1.0]),
        ([-INF, INF, 0.0], -1.0, 1.0, [0.0, 0.0, 1.0]),
        ([1.5, 2.5, 0.5], 2.0, 1.0, [0.0, 0.0, 0.0]),  # the upper bound wins
    ],
)
def test_clip_gives_each_entry_its_share(x: Any, low: Any, high: Any, expected: Any) -> None:
    _, back = tracker.pullback(lambda x: np.clip(x, low, high), np.array(x))
    np.testing.assert_array_equal(back(np.ones(len(x)))[0], expected)
    _, forward = tracker.pushforward(lambda x: np.clip(x, low, high), (np.array(x),), (np.ones(len(x)),))
    np.testing.assert_array_equal(forward, expected)


@pytest.mark.parametrize("f", [np.maximum, np.minimum, np.fmax, np.fmin], ids=lambda f: str(f.__name__))
def test_choices_share_ties_and_leave_nans_as_numpy_does(f: Any) -> None:
    a, b = np.array([1.0, 2.0, 3.0, NAN, 1.0]), np.array([1.0, 3.0, 2.0, 1.0, NAN])
    _, back = tracker.pullback(f, a, b)
    by_a, by_b = back(np.ones(5))
    first = {np.maximum: [0.5, 0.0, 1.0, 1.0, 0.0], np.minimum: [0.5, 1.0, 0.0, 1.0, 0.0],
             np.fmax: [0.5, 0.0, 1.0, 0.0, 1.0], np.fmin: [0.5, 1.0, 0.0, 0.0, 1.0]}[f]  # fmt: skip
    np.testing.assert_array_equal(by_a, first)
    np.testing.assert_array_equal(by_b, 1 - np.array(first))


@pytest.mark.parametrize("columns", [1, 3, 400])
def test_rows_taken_repeatedly_get_the_sum(columns: int) -> None:
    rows = [2, 0, 2, -1, 2]
    (g,) = tracker.gradient(lambda x: np.sum(np.take(x, rows, axis=0)), np.ones((5, columns)))
    np.testing.assert_array_equal(g, np.repeat([[1.0], [0.0], [3.0], [0.0], [1.0]], columns, axis=1))


def test_the_slope_of_a_power_of_zero_beside_others() -> None:
    (g,) = tracker.gradient(lambda a: np.sum(a ** np.array([0.0, 1.0, 2.0])), np.array([0.0, 0.0, 3.0]))
    np.testing.assert_array_equal(g, [0.0, 1.0, 6.0])


@pytest.mark.parametrize("axis", [0, 1, -1])
@pytest.mark.parametrize("times", [1, 3, 20], ids=["once", "some", "often"])
def test_entries_taken_along_an_axis_get_the_sum_of_their_gradients(axis: int, times: int) -> None:
    rng = np.random.default_rng(0)
    x = np.ones((12, 14, 10))
    places = rng.permutation(np.concatenate([np.arange(10)] + [rng.integers(-10, 10, 4)] * times))
    weights = rng.integers(1, 100, np.take(x, places, axis).shape).astype(float)
    expected = np.zeros_like(x)
    for k, place in enumerate(places):
        np.moveaxis(expected, axis, 0)[place] += np.moveaxis(weights, axis, 0)[k]
    index = (slice(None),) * (axis % 3) + (places,)
    for f in (lambda x: np.take(x, places, axis), lambda x: x[index]):
        np.testing.assert_array_equal(tracker.gradient(lambda x, f=f: np.sum(f(x) * weights), x)[0], expected)


@pytest.mark.parametrize("bins", [1, 7, 50, 333])
@pytest.mark.parametrize("ends", [None, (0.1, 0.7), (-3.0, 4.0)])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_weights_are_counted_in_the_bins_that_numpy_chooses(bins: int, ends: Any, dtype: Any) -> None:
    """Entries at edges and their neighbours in floating point among them."""
    edges = np.histogram_bin_edges([0.0, 1.0], bins, ends).astype(dtype)
    beside = [np.nextafter(edges, dtype(-9)), np.nextafter(edges, dtype(9))]
    inside = np.random.default_rng(0).random(500).astype(dtype)
    data = np.concatenate([edges, *beside, inside, np.array([NAN, INF, -INF], dtype)])
    data = data if ends else np.clip(data[:-3], 0, 1)
    weights = np.arange(1.0, data.size + 1)
    counted = np.histogram(data, bins, ends, weights=weights)[0]
    y, back = tracker.pullback(lambda w: np.histogram(data, bins, ends, weights=w)[0], weights)
    np.testing.assert_array_equal(y, counted)
    dy = np.arange(2.0, bins + 2)
    expected = [
        np.histogram([a], bins, ends or (data.min(), data.max()), weights=[1.0])[0] @ dy if np.isfinite(a) else 0.0
        for a in data
    ]
    np.testing.assert_array_equal(back(dy)[0], expected)


@pytest.mark.parametrize(
    ("data", "bins", "ends"),
    [
        ([1.0, 2.0], 0, None),
        ([1.0, 2.0], 3, (2.0, 1.0)),
        ([1.0, NAN], 3, None),
        ([1.0, 2.0], 3, (0.0, INF)),
        ([1.0, 2.0], [0.0, 2.0, 1.0], None),
        ([1.0, np.nextafter(1.0, 2.0)], 5, None),
    ],
)
def test_a_histogram_rejects_what_numpy_rejects(data: Any, bins: Any, ends: Any) -> None:
    with pytest.raises(ValueError) as plain:
        np.histogram(data, bins, ends)
    with pytest.raises(ValueError) as tracked:
        np.histogram(data, bins, ends, weights=tracker.param(np.ones(2)))
    assert str(tracked.value) == str(plain.value)


def test_a_histogram_of_nothing_or_of_one_value_has_the_edges_of_numpy() -> None:
    for data in ([], [2.0]):
        counted, edges = np.histogram(data, 4, weights=tracker.param(np.ones(len(data))))
        expected = np.histogram(data, 4, weights=np.ones(len(data)))
        np.testing.assert_array_equal(counted.data, expected[0])
        np.testing.assert_array_equal(tracker.data(edges), expected[1])


def test_rows_taken_again_and_again_add_up_in_any_number() -> None:
    x = np.arange(20 * 200.0).reshape(20, 200)
    for rows in (np.arange(20) % 7, np.array([-1, 3, 19, 3, -17, 0, 5, 5, 5, 2]), np.zeros(40, int)):
        dy = np.cos(np.arange(len(rows) * 200.0)).reshape(len(rows), 200)
        expected = np.zeros_like(x)
        np.add.at(expected, rows, dy)
        for f in (lambda x, rows=rows: x[rows], lambda x, rows=rows: np.take(x, rows, axis=0, mode="wrap")):
            _, back = tracker.pullback(f, x)
            np.testing.assert_array_equal(back(dy)[0], expected)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("skew", [0, 0.5])
@pytest.mark.parametrize("factor", [1, -0.3, 0])
@pytest.mark.parametrize("other", [False, True])
def test_a_quadratic_form_of_an_inverse_has_the_gradient_of_its_formula(dtype, skew, factor, other):
    """inv(1 + u v^T) = 1 - u v^T / (1 + u.v), by Sherman and Morrison; symmetric or not, c a multiple of b or not."""
    rng = np.random.default_rng(5)
    u, b = rng.standard_normal((2, 100)) / 5
    v = u + skew * rng.standard_normal(100) / 10
    c = factor * b
    c[7] += other
    inverse = np.eye(100) - np.outer(u, v) / (1 + u @ v)
    a = (np.eye(100) + np.outer(u, v)).astype(dtype)
    da, db = tracker.gradient(lambda a, b: c.astype(dtype) @ np.linalg.solve(a, b), a, b.astype(dtype))
    assert da.dtype == db.dtype == dtype
    tolerance = 1e-5 if dtype == np.float32 else 1e-13
    np.testing.assert_allclose(da, -np.outer(inverse.T @ c, inverse @ b), atol=tolerance)
    np.testing.assert_allclose(db, inverse.T @ c, atol=tolerance)


def test_a_quadratic_form_of_an_inverse_has_its_second_derivative():
    """b^T inv(1 + t u u^T) b = b.b - t (u.b)^2 / (1 + t u.u)."""
    u, b = np.random.default_rng(6).standard_normal((2, 80)) / 4
    second = tracker.grad(tracker.grad(lambda t: b @ np.linalg.solve(np.eye(80) + t * np.outer(u, u), b)))(0.7)
    np.testing.assert_allclose(second, 2 * (u @ b) ** 2 * (u @ u) / (1 + 0.7 * (u @ u)) ** 3, rtol=1e-10)


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64, np.longdouble, np.complex64, np.int32])
@pytest.mark.parametrize("shape", [(7,), (3, 5), (2, 3, 4), (1000, 3)])
@pytest.mark.parametrize("keepdims", [False, True])
def test_means_are_those_of_numpy_bit_for_bit(dtype: Any, shape: Any, keepdims: bool) -> None:
    a = (10 * np.random.default_rng(0).standard_normal(shape)).astype(dtype)
    x = tracker.param(a) if a.dtype.kind in "fc" else tracker.stop_gradient(a)
    for b, y in ((a, x), (a.T, x.T)):
        for axis in (None, 0, -1, tuple(range(a.ndim))):
            expected = np.mean(b, axis=axis, keepdims=keepdims)
            mean = tracker.stop_gradient(np.mean(y, axis=axis, keepdims=keepdims))
            assert type(mean) is type(expected)
            assert mean.dtype == expected.dtype
            assert mean.tobytes() == expected.tobytes()


def test_a_mean_of_nothing_warns_as_numpy_does() -> None:
    with pytest.warns(RuntimeWarning, match="Mean of empty slice"):
        assert np.isnan(tracker.stop_gradient(np.mean(tracker.param(np.ones((0, 2))))))


@pytest.mark.parametrize("n", [1500, 5000])
def test_a_difference_gives_each_operand_a_gradient_of_its_own(n: int) -> None:
    """Operands of other axes or of another kind get a view of the gradient that the second one's is made from."""
    rng = np.random.default_rng(7)
    a, b = rng.standard_normal(n), rng.uniform(1, 2, (1, n))
    z = rng.standard_normal(n) + 1j * rng.standard_normal(n)
    by_a, by_b = tracker.gradient(lambda a, b: np.sum(np.sin(a - b)), a, b)
    np.testing.assert_allclose(by_a, np.cos(a - b)[0], rtol=1e-12)
    np.testing.assert_allclose(by_b, -np.cos(a - b), rtol=1e-12)
    by_a, by_z = tracker.gradient(lambda a, z: np.sum(np.abs((a - z) ** 2)), a, z)  # |a - z|^2
    np.testing.assert_allclose(by_a, 2 * (a - z).real, rtol=1e-12)
    np.testing.assert_allclose(by_z, 2 * (z - a), rtol=1e-12)
    by_a, by_b = tracker.gradient(lambda a, b: np.sum(np.sin(np.remainder(a, b))), a, b)
    slope = np.cos(np.remainder(a, b))
    np.testing.assert_allclose(by_a, slope[0], rtol=1e-12)
    np.testing.assert_allclose(by_b, -slope * np.floor(a / b), rtol=1e-12)


SMALL = np.random.default_rng(8).standard_normal((300, 200))
OF_FEW_BITS: dict[str, tuple[Any, Any]] = {  # with settings of few bits, and with Python's integers
    "roll": (lambda x: np.roll(x, np.uint8(3), 1), lambda x: np.roll(x, 3, 1)),
    "roll flat": (lambda x: np.roll(x[:256], np.uint16(3)), lambda x: np.roll(x[:256], 3)),
    "roll both": (
        lambda x: np.roll(x[:256], np.array([3, 5], "u1"), (0, 1)),
        lambda x: np.roll(x[:256], (3, 5), (0, 1)),
    ),
    "take wrap": (
        lambda x: np.take(x, np.array([-3, 5, 100], "i1"), axis=0, mode="wrap"),
        lambda x: np.take(x, [-3, 5, 100], axis=0, mode="wrap"),
    ),
    "take clip": (
        lambda x: np.take(x, np.array([3, 5, 200], "u1"), axis=0, mode="clip"),
        lambda x: np.take(x, [3, 5, 200], axis=0, mode="clip"),
    ),
    "rows": (lambda x: x[np.arange(-11, 0).astype("i1")] ** 3, lambda x: x[np.arange(-11, 0)] ** 3),
    "tile": (lambda x: np.tile(x[:10], np.array([2, 1], "u1")), lambda x: np.tile(x[:10], (2, 1))),
    "diagonal": (lambda x: np.diagonal(x, np.int8(-1)), lambda x: np.diagonal(x, -1)),
    "var": (lambda x: np.var(x, axis=1, ddof=np.int8(1)), lambda x: np.var(x, axis=1, ddof=1)),
    "std": (lambda x: np.std(x, axis=1, ddof=np.uint8(1)), lambda x: np.std(x, axis=1, ddof=1)),
}  # fmt: skip


@pytest.mark.parametrize(("few", "plain"), OF_FEW_BITS.values(), ids=list(OF_FEW_BITS))
def test_settings_of_few_bits_count_like_pythons_integers(few: Any, plain: Any) -> None:
    few, plain = sums(few), sums(plain)
    np.testing.assert_array_equal(tracker.gradient(few, SMALL)[0], tracker.gradient(plain, SMALL)[0])
    v = np.ones_like(SMALL)
    np.testing.assert_array_equal(tracker.hvp(few, SMALL, v), tracker.hvp(plain, SMALL, v))


@pytest.mark.parametrize(
    "f",
    [np.linalg.pinv, lambda a: np.linalg.pinv(a.T), lambda a: np.linalg.lstsq(a, a[:, 0] ** 2)[0]],
    ids=["pinv of tall", "pinv of wide", "lstsq"],
)
def test_a_matrix_of_many_rows_has_no_square_of_them_in_its_gradient(f: Any) -> None:
    a = np.random.default_rng(0).standard_normal((2000, 3))
    tracemalloc.start()
    tracker.gradient(lambda a: np.sum(f(a) ** 2), a)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 100 * a.nbytes
