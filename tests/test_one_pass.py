"""Pullbacks of large arrays by kernels: the same gradients as the rules give in NumPy's terms."""

import numpy as np
import pytest

import tracker
from tracker._rules import one_pass
from tracker.scipy import ndimage

RNG = np.random.default_rng(5)
COMPILED = pytest.mark.skipif(one_pass.compiled is None, reason="without the kernels NumPy does it all")
KERNELS = ("masked", "with_sign", "inside", "others", "add_rows", "add_outer", "add_weighted", "matched")
SPECIAL = (0.0, -0.0, 1.0, -1.0, 0.5, np.inf, -np.inf, np.nan)
ROWS, PLACES = RNG.integers(-40, 40, 70), RNG.integers(-2000, 2000, (30, 20))


def sample(*shape):
    """Numbers among which there are zeros, infinities, NaNs and ties."""
    x = RNG.uniform(-2, 2, shape)
    places = RNG.random(shape) < 0.2
    x[places] = RNG.choice(SPECIAL, np.count_nonzero(places))
    return x


BOUND = sample(40, 50)
LEFT, RIGHT = sample(5, 40), sample(5, 50)
EXACT = {
    "absolute": np.abs,
    "clip": lambda x: np.clip(x, -0.5, 1.0),
    "clip, whole numbers": lambda x: np.clip(x, -1, 1),
    "clip from below": lambda x: np.clip(x, -np.inf, None),
    "clip from above": lambda x: np.clip(x, None, np.inf),
    "clip, no interval": lambda x: np.clip(x, 0.5, 0.5),
    "clip, a NaN": lambda x: np.clip(x, np.nan, 1.0),
    "clip by an array": lambda x: np.clip(x, BOUND.astype(x.dtype), 1.0),
    "where": lambda x: np.where(BOUND > 0, x, 2 * x),
    "nan_to_num": np.nan_to_num,
    "take": lambda x: np.take(x, ROWS, axis=0),
    "take, last axis": lambda x: np.take(x, ROWS, axis=-1),
    "take, flat": lambda x: np.take(x, PLACES),
    "x[rows]": lambda x: x[ROWS],
    "x[:, rows]": lambda x: x[:, ROWS],
    "x[list]": lambda x: x[ROWS.tolist()],
    "x[rows], int8": lambda x: x[ROWS.astype(np.int8)],
    "x @ vectors": lambda x: np.stack([x @ v for v in RIGHT.astype(x.dtype)]),
    "vectors @ x": lambda x: np.stack([v @ x for v in LEFT.astype(x.dtype)]),
    "np.dot(x, vectors)": lambda x: np.stack([np.dot(x, v) for v in RIGHT.astype(x.dtype)]),
    "np.dot(vectors, x)": lambda x: np.stack([np.dot(v, x) for v in LEFT.astype(x.dtype)]),
    "x[rows], a matrix of them": lambda x: x[ROWS.reshape(7, 10)],
}


def without_kernels(monkeypatch):
    for name in KERNELS:
        monkeypatch.setattr(one_pass, name, one_pass._no_kernel)


def gradients(f, x, dy):
    """The gradient for a given dy and for the sum of the results."""
    with np.errstate(all="ignore"):
        _, back = tracker.pullback(f, x)
        of_sum = tracker.gradient(lambda x: np.sum(f(x)), x, check_finite=False)[0]
        return back(dy.astype(x.dtype))[0], of_sum


@COMPILED
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("name", EXACT)
def test_kernel_gives_what_the_rule_gives(name, dtype, monkeypatch):
    f, x = EXACT[name], sample(40, 50).astype(dtype)
    dy = sample(*f(x).shape)
    found = gradients(f, x, dy)
    without_kernels(monkeypatch)
    for ours, expected in zip(found, gradients(f, x, dy), strict=True):
        assert ours.dtype == dtype
        np.testing.assert_array_equal(ours, expected)


@COMPILED
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("axis", [None, 0, 1, -1])
@pytest.mark.parametrize("zeros", [0, 1, 2])
def test_product_of_others_by_kernel(axis, dtype, zeros, monkeypatch):
    x = RNG.uniform(0.8, 1.25, (6, 20, 7)).astype(dtype)
    x[2, 3, :zeros] = 0
    f = lambda x: np.prod(x, axis=axis)
    dy = RNG.standard_normal(np.shape(f(x))) if axis is not None else np.float64(3)
    found = gradients(f, x, dy)
    without_kernels(monkeypatch)
    for ours, expected in zip(found, gradients(f, x, dy), strict=True):
        assert ours.dtype == dtype
        np.testing.assert_allclose(ours, expected, rtol=1e-12 if dtype == np.float64 else 1e-4)
        assert np.array_equal(ours == 0, expected == 0)


@COMPILED
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("shape", [(2000,), (3, 800)])
@pytest.mark.parametrize("kth", [0, 40, (7, 300)])
def test_partition_by_kernel_takes_the_gradient_back_to_its_entry(shape, dtype, kth):
    x = RNG.uniform(-1, 1, shape).astype(dtype)
    x[..., ::9] = -0.0
    dy = RNG.standard_normal(shape).astype(dtype)
    y, back = tracker.pullback(lambda x: np.partition(x, kth), x)
    g = back(dy)[0]
    for line, slopes, values, given in zip(*(np.atleast_2d(a) for a in (x, g, y, dy)), strict=True):
        order, other = np.lexsort((slopes, line)), np.lexsort((given, values))
        np.testing.assert_array_equal(line[order], values[other])
        np.testing.assert_array_equal(slopes[order], given[other])


@COMPILED
@pytest.mark.parametrize("shape", [(40,), (12, 15), (7, 6, 8)])
@pytest.mark.parametrize("order", [0, 1, 3, 4])
def test_gradients_of_sampled_images_by_kernel(order, shape, monkeypatch):
    x, places = RNG.standard_normal(shape), RNG.uniform(-2, 16, (len(shape), 9, 5))
    dy = RNG.standard_normal((9, 5))
    pulled = lambda: tracker.pullback(lambda x: ndimage.map_coordinates(x, places, order=order), x)[1](dy)[0]
    found = pulled()
    without_kernels(monkeypatch)
    np.testing.assert_allclose(found, pulled(), rtol=1e-12, atol=1e-12)


@COMPILED
def test_kernel_of_weighted_entries_stays_within_the_array():
    x, row, share = np.zeros(5), np.array([0, 4]), np.ones(2)
    entries, weights = np.array([[0, 0], [1, -1]]), np.array([[1.0, 2.0], [3.0, 4.0]])
    assert one_pass.add_weighted(x, row, share, entries, weights)
    np.testing.assert_array_equal(x, [1.0, 3.0, 0.0, 4.0, 2.0])
    for beyond in (5, -1):
        with pytest.raises(IndexError, match="of an array of 5"):
            one_pass.add_weighted(x, np.array([0, beyond]), share, 0 * entries, weights)


@COMPILED
def test_what_the_kernels_leave_to_numpy():
    x, whole = sample(40, 50), np.arange(40)
    for other in (x.astype(np.float16), x.astype(complex), x[:, ::2], x.T, x[:5, :5].copy(), x.astype(">f8"), 1.0):
        assert one_pass.with_sign(other, other) is None
        assert one_pass.masked(other, other == other, True) is None
        assert one_pass.inside(other, other, 0.0, 1.0) is None
    assert one_pass.with_sign(x.astype(np.float32), x) is None
    assert one_pass.inside(x, x, x[0], 1.0) is None
    assert one_pass.matched(x, x + 1) is None
    for u, v in ((LEFT, RIGHT[0]), (LEFT[0], LEFT[0]), (LEFT[0], RIGHT[0, ::-1]), (LEFT[0], RIGHT[0].astype("f4"))):
        assert not one_pass.add_outer(x, u, v)
    assert not one_pass.add_outer(x[:, ::-1], LEFT[0], RIGHT[0])
    entries, weights = np.zeros((2, 40), np.intp), np.ones((2, 40))
    assert not one_pass.add_weighted(x, whole, LEFT[0].astype("f4"), entries, weights)
    assert not one_pass.add_weighted(x, whole.astype(np.int32), LEFT[0], entries, weights)
    assert not one_pass.add_weighted(x, whole, LEFT[0], entries[:, ::-1], weights)
    assert not one_pass.add_weighted(x[:, ::2], whole, LEFT[0], entries, weights)
    assert not one_pass.add_rows(x, whole + 1, x.copy(), 40, 50)
    assert not one_pass.add_rows(x, whole.astype(np.int32), x.copy(), 40, 50)
    for name in KERNELS:
        with pytest.raises(TypeError, match=f"{name} takes"):
            getattr(one_pass, name)(x)
