"""tracker.scipy.ndimage: filters and resampling, against differences of SciPy's functions."""

import numpy as np
import pytest
import scipy.ndimage

import tracker
from tests.scipy_derivatives import assert_derivatives
from tracker.scipy import ndimage

RNG = np.random.default_rng(6)
IMAGE, KERNEL = RNG.standard_normal((6, 7)), RNG.standard_normal((3, 2))
MODES = ["reflect", "mirror", "nearest", "wrap", "constant", "grid-wrap", "grid-mirror", "grid-constant"]


def check(make, *xs, **options):
    assert_derivatives(make, ndimage, scipy.ndimage, *xs, **options)


@pytest.mark.parametrize("name", ["correlate", "convolve"])
@pytest.mark.parametrize("mode", MODES)
def test_correlation_by_image_and_kernel(name, mode):
    check(lambda m: lambda x, w: getattr(m, name)(x, w, mode=mode, cval=0.4), IMAGE, KERNEL)
    check(lambda m: lambda x, w: getattr(m, name)(x, w, mode=mode, origin=(1, -1)), IMAGE, KERNEL, order=1)
    check(lambda m: lambda x, w: getattr(m, name)(x, w, mode=mode), IMAGE[0, :2].copy(), KERNEL[:, 0].copy(), order=1)


@pytest.mark.parametrize("mode", MODES)
def test_gaussian_and_uniform_filters(mode):
    check(lambda m: lambda x: m.gaussian_filter(x, (0.5, 0.8), mode=mode, cval=0.4), IMAGE)
    check(lambda m: lambda x: m.gaussian_filter(x, 0.6, order=(1, 2), mode=mode), IMAGE, order=1)
    check(lambda m: lambda x: m.uniform_filter(x, (3, 4), mode=mode, cval=0.4), IMAGE)
    check(lambda m: lambda x: m.uniform_filter(x, 3, mode=mode, origin=-1, axes=(1,)), IMAGE, order=1)


PLACES = np.array([[0.3, 2.2, 4.7, 1.4], [1.2, 5.3, 0.6, 5.8]])
FAR = np.array([[-1.3, 2.2, 21.4, 1.6], [1.2, 22.3, -2.6, 6.4]])
LARGE = RNG.standard_normal((19, 20))  # SciPy's prefilter is not exact in images of a few pixels


@pytest.mark.parametrize("mode", [m for m in MODES if m != "wrap"])
@pytest.mark.parametrize("order", [0, 1, 2, 3, 4, 5])
def test_map_coordinates_by_image_and_coordinates(order, mode):
    make = lambda m: lambda x, q: m.map_coordinates(x, q, order=order, mode=mode, cval=0.4)
    for q in (PLACES, FAR):
        assert_composition_is_scipys(order, mode, q)
        if order == 0:
            check(lambda m, q=q: lambda x: make(m)(x, q), LARGE, order=1)
        else:
            check(make, LARGE, q, order=1 if order == 1 else 2)


def assert_composition_is_scipys(order, mode, q):
    """The adjoint at plain places is that of the composition for tracked ones, which has SciPy's value."""
    f = lambda x, q: ndimage.map_coordinates(x, q, order=order, mode=mode)
    y, back = tracker.pullback(f, LARGE, q)
    dy = RNG.standard_normal(y.shape)
    np.testing.assert_allclose(tracker.pullback(lambda x: f(x, q), LARGE)[1](dy)[0], back(dy)[0], atol=1e-11)
    slope = tracker.pushforward(f, (LARGE, q), (LARGE, np.zeros_like(q)))[1]
    np.testing.assert_allclose(slope, scipy.ndimage.map_coordinates(LARGE, q, order=order, mode=mode), atol=1e-12)


@pytest.mark.parametrize("order", [1, 3])
@pytest.mark.parametrize("mode", ["constant", "nearest", "reflect", "grid-wrap"])
def test_geometric_transforms(order, mode):
    given = {"order": order, "mode": mode, "cval": 0.2}
    check(lambda m: lambda x, s: m.shift(x, s, **given), IMAGE, np.array([0.4, -1.3]), order=1)
    matrix, offset = np.array([[0.9, 0.21], [-0.13, 1.07]]), np.array([0.33, -0.31])
    make = lambda m: lambda x, a, o: m.affine_transform(x, a, o, output_shape=(4, 5), **given)
    check(make, IMAGE, matrix, offset, order=1)
    whole = np.column_stack([matrix, offset])
    check(lambda m: lambda x, a: m.affine_transform(x, a, output_shape=(4, 5), **given), IMAGE, whole, order=1)
    check(lambda m: lambda x, a: m.rotate(x, a, **given), IMAGE, 17.3, order=1)
    check(lambda m: lambda x: m.rotate(x, 30, reshape=False, **given), IMAGE, order=1)
    check(lambda m: lambda x: m.zoom(x, (1.6, 0.8), **given), IMAGE, order=1)


def test_diagonal_transform_and_several_dimensions():
    volume = RNG.standard_normal((3, 4, 3))
    check(lambda m: lambda x, d: m.affine_transform(x, d, 0.1), volume, np.array([0.83, 0.71, 0.64]), order=1)
    check(lambda m: lambda x: m.rotate(x, 25, axes=(0, 2), reshape=False), volume, order=1)


def test_what_has_no_derivative_is_refused():
    x = tracker.param(IMAGE)
    for call, word in (
        (lambda: ndimage.map_coordinates(x, PLACES, mode="wrap"), "grid-wrap"),
        (lambda: ndimage.gaussian_filter(x, 1.0, output=float), "output="),
        (lambda: ndimage.gaussian_filter(IMAGE, tracker.param(1.0)), "sigma"),
        (lambda: ndimage.zoom(x, 2, grid_mode=True), "grid_mode"),
        (lambda: ndimage.zoom(IMAGE, tracker.param(2.0)), "zoom"),
    ):
        with pytest.raises(NotImplementedError, match=word):
            call()
    np.testing.assert_array_equal(
        ndimage.map_coordinates(IMAGE, FAR, mode="wrap"), scipy.ndimage.map_coordinates(IMAGE, FAR, mode="wrap")
    )


def test_scipy_rejects_what_it_rejects():
    with pytest.raises(RuntimeError, match="spline order"):
        ndimage.shift(tracker.param(IMAGE), 1.0, order=7)
    with pytest.raises(RuntimeError, match="boundary mode"):
        ndimage.correlate(tracker.param(IMAGE), KERNEL, mode="magic")
