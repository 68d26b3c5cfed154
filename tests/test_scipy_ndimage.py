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


@pytest.mark.parametrize("mode", ["constant", "grid-constant"])
def test_places_far_outside_take_no_gradient(mode):
    q = np.array([[1e15, -1e15, 2.2], [1.0, 2.0, 3.1]])
    found = tracker.gradient(lambda x: np.sum(ndimage.map_coordinates(x, q, mode=mode)), LARGE)[0]
    near = tracker.gradient(lambda x: ndimage.map_coordinates(x, q[:, 2:], mode=mode)[0], LARGE)[0]
    np.testing.assert_allclose(found, near, atol=1e-15)


def test_slope_at_an_entry_of_a_linear_interpolation_is_that_to_its_right():
    f = lambda q: ndimage.map_coordinates(np.array([1.0, 4.0, 9.0]), q[None], order=1)[0]
    assert tracker.gradient(f, np.array([1.0]))[0].tolist() == [5.0]


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


@pytest.mark.parametrize("mode", MODES)
def test_filters_along_one_axis(mode):
    for name in ("correlate1d", "convolve1d"):
        make = lambda m, name=name: lambda x, w: getattr(m, name)(x, w, 0, mode=mode, cval=0.4, origin=1)
        check(make, IMAGE, RNG.standard_normal(3), order=1)
        check(lambda m, name=name: lambda x, w: getattr(m, name)(x, w, mode=mode), IMAGE, RNG.standard_normal(4))
    check(lambda m: lambda x: m.gaussian_filter1d(x, 0.7, 0, 1, mode=mode, cval=0.4), IMAGE)
    check(lambda m: lambda x: m.uniform_filter1d(x, 4, 0, mode=mode, cval=0.4, origin=1), IMAGE)


RAMP = 4.0 * np.arange(7) + 3.0 * np.arange(6)[:, None]  # no slope is near zero, where its length has a kink


@pytest.mark.parametrize("mode", MODES)
def test_edges(mode):
    for name in ("prewitt", "sobel"):
        check(lambda m, name=name: lambda x: getattr(m, name)(x, 0, mode=mode, cval=0.4), IMAGE)
    check(lambda m: lambda x: m.laplace(x, mode=mode, cval=0.4), IMAGE)
    check(lambda m: lambda x: m.gaussian_laplace(x, (0.6, 0.9), mode=mode, cval=0.4), IMAGE, order=1)
    check(lambda m: lambda x: m.gaussian_gradient_magnitude(x, 0.8, mode=mode, cval=0.4), IMAGE + RAMP)


def test_edges_along_chosen_axes():
    check(lambda m: lambda x: m.laplace(x, axes=(1,)), IMAGE)
    check(lambda m: lambda x: m.gaussian_laplace(x, 0.8, axes=(0,)), IMAGE)
    check(lambda m: lambda x: m.sobel(x, mode=("nearest", "wrap")), IMAGE)
    check(lambda m: lambda x: m.gaussian_gradient_magnitude(x, 0.8, axes=(1,), truncate=2.0), IMAGE + RAMP)


CROSS = np.array([[0, 1, 0], [1, 1, 1], [0, 1, 0]], bool)
APART = RNG.permutation(42).reshape(6, 7) * 0.3  # no two values are within a difference of each other
RANKS = ("maximum_filter", "minimum_filter", "median_filter")
GREY = ("grey_erosion", "grey_dilation", "grey_opening", "grey_closing", "morphological_gradient",
        "morphological_laplace", "white_tophat", "black_tophat")  # fmt: skip


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("name", [*RANKS, *GREY])
def test_filters_that_choose_a_value(name, mode):
    check(lambda m: lambda x: getattr(m, name)(x, (2, 3), mode=mode, cval=0.45), APART)


@pytest.mark.parametrize("name", [*RANKS, *GREY])
def test_footprints_origins_and_axes_of_filters_that_choose(name):
    check(lambda m: lambda x: getattr(m, name)(x, footprint=CROSS), APART)
    check(lambda m: lambda x: getattr(m, name)(x, 3, origin=(1, -1)), APART)
    check(lambda m: lambda x: getattr(m, name)(x, 4, origin=-1, axes=1), APART)
    check(lambda m: lambda x: getattr(m, name)(x, footprint=CROSS[:2], axes=(0, -1)), APART)


@pytest.mark.parametrize("name", GREY)
def test_structures_with_heights(name):
    heights = np.array([[0.1, 0.02], [0.05, 0.14], [0.01, 0.08]])
    check(lambda m: lambda x: getattr(m, name)(x, structure=heights), APART)


def test_ranks_along_one_axis_and_percentiles():
    for name in ("maximum_filter1d", "minimum_filter1d"):
        check(lambda m, name=name: lambda x: getattr(m, name)(x, 4, 0, mode="wrap", origin=1), APART)
    for rank in (0, 2, -1):
        check(lambda m, rank=rank: lambda x: m.rank_filter(x, rank, 3), APART)
    for share in (0, 30, 100, -20):
        check(lambda m, share=share: lambda x: m.percentile_filter(x, share, footprint=CROSS), APART)


def test_equal_values_share_the_derivative():
    (g,) = tracker.gradient(lambda x: ndimage.maximum_filter(x, 3)[1], np.array([1.0, 1.0, 0.0]))
    assert g.tolist() == [0.5, 0.5, 0.0]


LABELS = np.array([[0, 1, 1, 2, 2, 2, 0]] * 6)


@pytest.mark.parametrize("name", ["sum", "sum_labels", "mean", "variance", "standard_deviation", "minimum", "maximum",
                                  "median"])  # fmt: skip
def test_summaries_of_labels(name):
    check(lambda m: lambda x: getattr(m, name)(x), APART)
    check(lambda m: lambda x: getattr(m, name)(x, LABELS), APART)
    check(lambda m: lambda x: getattr(m, name)(x, LABELS, 2), APART)
    check(lambda m: lambda x: getattr(m, name)(x, LABELS, [2, 1, 0]), APART)


def test_centers_of_mass():
    for options in ((), (LABELS,), (LABELS, 2), (LABELS, [2, 1])):
        check(lambda m, o=options: lambda x: _flat(m.center_of_mass(x, *o)), APART + 1)
    assert isinstance(ndimage.center_of_mass(tracker.param(APART)), tuple)
    assert len(ndimage.center_of_mass(tracker.param(APART), LABELS, [1, 2])) == 2


def _flat(centers):
    rows = centers if isinstance(centers, list) else [centers]
    return np.stack([c for row in rows for c in row])


@pytest.mark.parametrize(
    ("name", "by"),
    [("fourier_gaussian", 1.3), ("fourier_uniform", 2), ("fourier_ellipsoid", 3), ("fourier_shift", 0.4)],
)
def test_filters_of_a_spectrum(name, by):
    spectrum = np.fft.fft2(IMAGE)
    f = lambda m: lambda z: np.sum(np.abs(getattr(m, name)(z, by)) ** 2 * np.arange(7))
    np.testing.assert_array_equal(getattr(ndimage, name)(tracker.param(spectrum), by).data,
                                  getattr(scipy.ndimage, name)(spectrum, by))  # fmt: skip
    assert tracker.gradcheck(f(ndimage), spectrum, order=2)
    half = np.fft.rfft2(IMAGE)
    assert tracker.gradcheck(lambda z: np.sum(np.abs(getattr(ndimage, name)(z, by, 7)) ** 2), half)


@pytest.mark.parametrize("mode", ["mirror", "reflect", "grid-wrap"])
def test_spline_coefficients(mode):
    check(lambda m: lambda x: m.spline_filter(x, mode=mode), LARGE)
    check(lambda m: lambda x: m.spline_filter1d(x, 2, 0, mode=mode), LARGE)


@pytest.mark.parametrize("name", ["generic_filter", "geometric_transform", "histogram", "extrema"])
def test_the_rest_is_refused_with_a_reason(name):
    with pytest.raises(NotImplementedError, match=rf"scipy\.ndimage\.{name} has no derivative: [a-z]"):
        getattr(ndimage, name)(tracker.param(IMAGE), np.sum)


@pytest.mark.parametrize("name", ["correlate", "convolve"])
@pytest.mark.parametrize(
    ("axes", "shape", "origin"), [((0, 2), (2, 3), (0, 1)), (1, (3,), 0), ((0, 1, 2), (2, 2, 2), 0)]
)
def test_kernels_along_some_axes(name, axes, shape, origin):
    x, w = RNG.standard_normal((3, 4, 5)), RNG.standard_normal(shape)
    make = lambda f: lambda x, w: f(x, w, mode="mirror", origin=origin, axes=axes)
    assert_derivatives(make, getattr(ndimage, name), getattr(scipy.ndimage, name), x, w)
    with pytest.raises(RuntimeError, match="must match"):
        getattr(ndimage, name)(tracker.param(x), w[None], axes=axes)


@pytest.mark.parametrize("name", ["correlate", "convolve"])
def test_complex_kernels(name):
    x, w, v = RNG.standard_normal((4, 5)), RNG.standard_normal((2, 3)), RNG.standard_normal((2, 3))
    make = lambda f: lambda x, w, v: f(x, w + 1j * v)
    assert_derivatives(make, getattr(ndimage, name), getattr(scipy.ndimage, name), x, w, v)


def test_gradient_magnitude_of_a_complex_image_is_scipys_root():
    x, y = RNG.standard_normal((4, 5)), RNG.standard_normal((4, 5))
    make = lambda f: lambda x, y: f(x + 1j * y, 1.0)
    theirs = scipy.ndimage.gaussian_gradient_magnitude
    assert_derivatives(make, ndimage.gaussian_gradient_magnitude, theirs, x, y, order=1)


@pytest.mark.parametrize("order", [1, 3])
def test_shift_of_an_image_by_one_number_with_a_constant_around(order):
    x = RNG.standard_normal((5, 6))
    make = lambda f: lambda x, s: f(x, s, order=order, mode="grid-constant", cval=0.3)
    assert_derivatives(make, ndimage.shift, scipy.ndimage.shift, x, 0.7)
