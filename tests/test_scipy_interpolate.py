"""tracker.scipy.interpolate: by values and by query points, against differences of SciPy's own interpolants."""

import numpy as np
import pytest
import scipy.interpolate
import scipy.sparse.linalg

import tracker
from tests.scipy_derivatives import assert_derivatives
from tracker.scipy import interpolate

RNG = np.random.default_rng(8)
X = np.cumsum(RNG.uniform(0.4, 1.3, 7))
Y = RNG.standard_normal(7)
Q = np.array([X[0] + 0.1, X[2] + 0.2, X[3] + 0.11, X[-1] - 0.1])


def check(make, *xs, **options):
    assert_derivatives(make, interpolate, scipy.interpolate, *xs, **options)


BOUNDARIES = ["not-a-knot", "natural", "clamped", ((1, 0.5), (2, -0.3)), ((2, 0.7), "not-a-knot")]


@pytest.mark.parametrize("bc", BOUNDARIES, ids=str)
@pytest.mark.parametrize("n", [2, 3, 4, 7])
def test_cubic_spline_by_values_and_points(bc, n):
    q = np.array([X[0] + 0.1, X[n - 1] - 0.15, X[n - 1] + 0.2])
    check(lambda m: lambda y, q: m.CubicSpline(X[:n], y, bc_type=bc)(q), Y[:n], q)
    check(lambda m: lambda y: m.CubicSpline(X[:n], y, bc_type=bc)(q), Y[:n])


@pytest.mark.parametrize("axis", [0, 1, -1])
@pytest.mark.parametrize("nu", [0, 2])
def test_cubic_splines_of_several_values_at_plain_points(axis, nu):
    y = np.moveaxis(RNG.standard_normal((7, 2, 3)), 0, axis)
    points = np.stack((Q, Q[::-1] + 2.0))
    for q in (points, Q[0]):
        check(lambda m, q=q: lambda y: m.CubicSpline(X, y, axis=axis, bc_type="natural")(q, nu), y, order=1)
    check(lambda m: lambda y: m.CubicSpline(X, y, axis=axis, extrapolate="periodic")(points, nu), y, order=1)


@pytest.mark.parametrize("name", ["CubicSpline", "PchipInterpolator", "Akima1DInterpolator", "BSpline"])
@pytest.mark.parametrize("nu", [0, 1])
def test_curves_of_plain_values_by_points(name, nu):
    made = lambda m: m.BSpline(np.linspace(-1.0, 9, 11), Y, 3) if name == "BSpline" else getattr(m, name)(X, Y)
    check(lambda m: lambda q: made(m)(q, nu), Q)
    check(lambda m: lambda q: made(m)(q, nu, extrapolate="periodic"), np.append(Q, X[-1] + 0.3))
    f = lambda q: np.nansum(made(interpolate)(q, nu, extrapolate=False))
    assert tracker.gradient(f, np.array([-5.0, 20.0]))[0].tolist() == [0, 0]


def test_tangents_beyond_the_knots_without_extrapolation_are_zero():
    f = lambda y: interpolate.CubicSpline(X, y, extrapolate=False)(np.array([X[0] - 1, X[1], X[-1] + 1]))
    np.testing.assert_array_equal(tracker.pushforward(f, (Y,), (np.ones(7),))[1].round(9), [0, 1, 0])


def test_periodic_spline():
    ends = np.array([1.0, 0, 0, 0, 0, 0]), np.array([0, 0, 0, 0, 0, 0, 1.0])
    closed = lambda y: y @ np.eye(6, 7) + (y @ ends[0]) * ends[1]
    q = np.append(Q, [X[-1] + 0.7, X[0] - 0.3])
    check(lambda m: lambda y, q: m.CubicSpline(X, closed(y), bc_type="periodic")(q), Y[:6], q)


@pytest.mark.parametrize("nu", [1, 2, 3])
def test_derivatives_of_a_spline(nu):
    check(lambda m: lambda y, q: m.CubicSpline(X, y)(q, nu), Y, Q)
    assert_derivatives(
        lambda derivative: lambda y: derivative(y)(Q),
        lambda y: interpolate.CubicSpline(X, y).derivative(nu),
        lambda y: scipy.interpolate.CubicSpline(X, y).derivative(nu),
        Y,
        exact=False,
    )


@pytest.mark.parametrize("n", [2, 3, 7])
def test_pchip(n):
    make = lambda m: lambda y, q: m.PchipInterpolator(X[:n], y)(q)
    for y in (Y[:n], np.cumsum(np.abs(Y[:n]))):
        check(make, y, np.array([X[0] + 0.1, X[n - 1] - 0.15]))


@pytest.mark.parametrize("method", ["akima", "makima"])
@pytest.mark.parametrize("n", [2, 3, 7])
def test_akima(method, n):
    make = lambda m: lambda y, q: m.Akima1DInterpolator(X[:n], y, method=method)(q)
    check(make, Y[:n], np.array([X[0] + 0.1, X[n - 1] - 0.15]))


@pytest.mark.parametrize("name", ["CubicSpline", "PchipInterpolator", "Akima1DInterpolator"])
@pytest.mark.parametrize(("shape", "axis"), [((7, 2), 0), ((2, 7), 1), ((2, 7, 3), -2)])
@pytest.mark.parametrize("points", [(), (3,), (2, 2)])
def test_any_axis_and_any_shape_of_points(name, shape, axis, points):
    # parabolas: no kinks within reach of the differences
    y = np.moveaxis(np.multiply.outer(X**2, RNG.uniform(0.3, 1.0, np.delete(shape, axis))), 0, axis)
    q = np.resize(0.45 * X[:-1] + 0.55 * X[1:], points)
    check(lambda m: lambda y, q: getattr(m, name)(X, y, axis=axis)(q), y, q if points else float(q), order=1)


@pytest.mark.parametrize(("k", "nu"), [(0, 0), (1, 0), (2, 0), (2, 1), (3, 0), (3, 1), (5, 0), (5, 2)])
def test_b_spline_by_coefficients_and_points(k, nu):
    t = np.concatenate([[0.0] * k, [0, 0.7, 1.1, 1.1, 2.0, 2.6, 3.0], [3.0] * k])
    c = RNG.standard_normal(len(t) - k - 1)
    q = np.array([0.1, 0.8, 1.3, 2.2, 2.9, 3.1])
    check(lambda m: lambda c, q: m.BSpline(t, c, k)(q, nu), c, q)


def test_b_spline_of_several_columns():
    t = np.concatenate([[0.0] * 3, [0, 0.7, 1.1, 2.0], [2.0] * 3])
    check(lambda m: lambda c, q: m.BSpline(t, c, 3, axis=1)(q), RNG.standard_normal((2, 6)), np.array([0.3, 1.5]))


@pytest.mark.parametrize("k", [1, 2, 3, 5])
def test_interpolating_b_spline(k):
    check(lambda m: lambda y, q: m.make_interp_spline(X, y, k)(q), Y, Q, exact=False)
    matrix = RNG.standard_normal((2, 7))
    check(lambda m: lambda y: m.make_interp_spline(X, y, k, axis=1)(Q), matrix, exact=False, order=1)


GRID = (np.array([0.0, 0.5, 1.3]), np.array([0.0, 1.0, 1.5, 2.0]))
VALUES = RNG.standard_normal((3, 4))
POINTS = np.array([[0.2, 0.3], [0.7, 1.9], [1.2, 1.1]])


def test_regular_grid_by_values_and_points():
    check(lambda m: lambda v, q: m.RegularGridInterpolator(GRID, v)(q), VALUES, POINTS, exact=False)
    trailing = RNG.standard_normal((3, 4, 2))
    check(lambda m: lambda v, q: m.RegularGridInterpolator(GRID, v)(q[0]), trailing, POINTS, exact=False)
    check(lambda m: lambda v: m.RegularGridInterpolator(GRID, v, "nearest")(POINTS), VALUES)
    check(lambda m: lambda v, x, y: m.RegularGridInterpolator(GRID, v)((x, y)), VALUES, *POINTS.T.copy())


EXACT = {"solver": scipy.sparse.linalg.spsolve}
FINE = (np.array([0.0, 0.3, 1.0, 1.4, 2.0, 2.2]), np.array([0.0, 0.5, 0.8, 1.9, 2.5, 2.6, 3.0]))
AMONG = np.array([[0.21, 0.32], [1.75, 2.54], [1.13, 0.63], [2.13, 0.11]])


@pytest.mark.parametrize("method", ["slinear", "cubic", "quintic", "cubic_legacy", "quintic_legacy"])
def test_splines_on_a_grid(method):
    options = {} if method.endswith("legacy") else EXACT
    heights = np.random.default_rng(3).standard_normal((6, 7, 2))
    make = lambda m: lambda v, q: m.RegularGridInterpolator(FINE, v, method, **options)(q)
    check(make, heights[..., 0], AMONG)
    check(make, heights, AMONG)
    fill = lambda m: m.RegularGridInterpolator(FINE, heights, method, False, None, **options)
    check(lambda m: lambda q: fill(m)(q), AMONG * 1.1)
    if options:
        for nu in ([1, 0], [1, 1], [0, 2])[: 2 if method == "slinear" else 3]:
            check(lambda m, nu=nu: lambda v, q: m.RegularGridInterpolator(FINE, v, method, **EXACT)(q, nu=nu),
                  heights[..., 0], AMONG)  # fmt: skip


def test_splines_on_a_grid_in_three_dimensions_and_narrow_types():
    axes = (np.arange(4.0), np.arange(5.0), np.array([0.0, 0.4, 1.0, 2.0]))
    heights = np.random.default_rng(3).standard_normal((4, 5, 4))
    points = np.random.default_rng(4).uniform(0.1, 1.9, (3, 3))
    check(lambda m: lambda v, q: m.RegularGridInterpolator(axes, v, "cubic", **EXACT)(q), heights, points)
    f = lambda v: np.sum(interpolate.RegularGridInterpolator(axes, v, "cubic")(points))
    narrow, wide = tracker.gradient(f, np.float32(heights))[0], tracker.gradient(f, heights)[0]
    assert narrow.dtype == np.float32
    np.testing.assert_allclose(narrow, wide, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("method", ["linear", "nearest", "cubic_legacy"])
def test_grids_with_falling_axes(method):
    falling = (FINE[0][::-1], FINE[1])
    heights = np.random.default_rng(3).standard_normal((6, 7))
    for fill in (None, 7.0):
        f = lambda m, fill=fill: lambda v, q: m.RegularGridInterpolator(falling, v, method, False, fill)(q)
        order = 1 if method == "cubic_legacy" else 2  # curvature: in test_splines_on_a_grid
        check(f, heights, np.append(AMONG, [[2.3, 1.0]], axis=0), exact=False, order=order)


def test_regular_grid_outside():
    points = np.array([[0.2, 0.3], [2.0, 0.5]])
    for fill in (None, 7.0):
        make = lambda m, fill=fill: (
            lambda v, q: m.RegularGridInterpolator(GRID, v, bounds_error=False, fill_value=fill)(q)
        )
        check(make, VALUES, points)
    with pytest.raises(ValueError, match="out of bounds"):
        tracker.gradient(lambda v: interpolate.RegularGridInterpolator(GRID, v)(points)[0], VALUES)


PLACES = 1.5 * np.indices((3, 3)).reshape(2, 9).T + 0.3 * np.random.default_rng(12).uniform(-1, 1, (9, 2))
HEIGHTS = 0.5 * np.random.default_rng(13).standard_normal((9, 2))
KERNELS = ["linear", "thin_plate_spline", "cubic", "quintic"]
SHAPED = ["multiquadric", "inverse_multiquadric", "inverse_quadratic", "gaussian"]


@pytest.mark.parametrize("kernel", KERNELS + SHAPED)
def test_radial_basis_functions(kernel):
    shape = {"epsilon": 0.9} if kernel in SHAPED else {}
    made = lambda m, y, d, **options: m.RBFInterpolator(y, d, kernel=kernel, **{**shape, **options})
    x = np.array([[0.7, 0.8], [2.1, 1.2], [3.4, 0.7]])
    check(lambda m: lambda y, d, x: made(m, y, d)(x), PLACES, HEIGHTS[:, 0], x)
    check(lambda m: lambda d, s: made(m, PLACES, d, smoothing=s)(x), HEIGHTS, np.linspace(0.1, 0.5, 9))
    check(lambda m: lambda d, s: made(m, PLACES, d, smoothing=s, degree=2)(x), HEIGHTS[:, 0], 0.3)
    check(lambda m: lambda d: made(m, PLACES, d)(PLACES[:2] * 1.0), HEIGHTS)
    if shape:
        check(lambda m: lambda e, y: made(m, y, HEIGHTS, epsilon=float(tracker.data(e)) if m is not interpolate else e,
                                          degree=-1)(x), 1.1, PLACES)  # fmt: skip
    narrow = tracker.gradient(lambda y: np.sum(made(interpolate, y, HEIGHTS)(x)), np.float32(PLACES))[0]
    assert narrow.dtype == np.float32
    wide = tracker.gradient(lambda y: np.sum(made(interpolate, y, HEIGHTS)(x)), np.float64(np.float32(PLACES)))[0]
    np.testing.assert_allclose(narrow, wide, rtol=1e-5)


def test_complex_values_of_radial_basis_functions():
    x = np.array([[0.1, 0.2], [-0.3, 0.7]])
    check(lambda m: lambda a, b: m.RBFInterpolator(PLACES, a + 1j * b)(x), HEIGHTS[:, 0], HEIGHTS[:, 1])


def test_radial_basis_functions_reject_what_scipy_rejects():
    d = tracker.param(HEIGHTS)
    for run in (
        lambda m, d: m.RBFInterpolator(PLACES[0], d),
        lambda m, d: m.RBFInterpolator(PLACES[:4], d),
        lambda m, d: m.RBFInterpolator(PLACES, d, kernel="gaussian"),
        lambda m, d: m.RBFInterpolator(PLACES, d, kernel="cosine"),
        lambda m, d: m.RBFInterpolator(PLACES[[0] * 9], d),
        lambda m, d: m.RBFInterpolator(PLACES, d)(PLACES[0]),
        lambda m, d: m.RBFInterpolator(PLACES, d)(PLACES[:, :1]),
    ):
        with pytest.raises(Exception) as theirs:
            run(scipy.interpolate, HEIGHTS)
        with pytest.raises(theirs.type):
            run(interpolate, d)
    with pytest.raises(NotImplementedError, match="neighbour"):
        interpolate.RBFInterpolator(PLACES, d, neighbors=5)(PLACES)
    found = interpolate.RBFInterpolator(PLACES, HEIGHTS, neighbors=5)(PLACES)
    np.testing.assert_array_equal(found, scipy.interpolate.RBFInterpolator(PLACES, HEIGHTS, neighbors=5)(PLACES))


def test_no_extrapolation_gives_nan_and_a_gradient_of_zero():
    f = lambda y: np.nansum(interpolate.CubicSpline(X, y, extrapolate=False)(np.array([X[0] - 1, X[1]])))
    np.testing.assert_allclose(tracker.gradient(f, Y)[0], np.eye(7)[1], atol=1e-12)


def test_what_is_not_differentiated_is_refused():
    x = tracker.param(X)
    for name in ("CubicSpline", "PchipInterpolator", "Akima1DInterpolator", "make_interp_spline"):
        with pytest.raises(TypeError, match="knots"):
            getattr(interpolate, name)(x, Y)
    with pytest.raises(NotImplementedError, match="bc_type"):
        interpolate.make_interp_spline(X, tracker.param(Y), bc_type="natural")
    with pytest.raises(AttributeError, match="no attribute 'roots'"):
        _ = interpolate.CubicSpline(X, tracker.param(Y)).roots
    assert interpolate.CubicSpline(X, Y).roots().shape == scipy.interpolate.CubicSpline(X, Y).roots().shape


def test_scipy_rejects_what_it_rejects():
    for name in ("CubicSpline", "PchipInterpolator", "Akima1DInterpolator"):
        with pytest.raises(ValueError, match="increasing"):
            getattr(interpolate, name)(X[::-1], tracker.param(Y))
    with pytest.raises(ValueError, match="at least"):
        interpolate.BSpline(np.arange(3.0), tracker.param(np.ones(2)), 3)


def test_values_written_after_construction_do_not_change_the_spline():
    y = tracker.param(Y) * 1.0
    spline = interpolate.CubicSpline(X, y)
    y[1] = 100.0
    assert spline(X[1]).data == pytest.approx(Y[1])


KINDS = ["CubicSpline", "PchipInterpolator", "Akima1DInterpolator", "make_interp_spline"]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("axis", [0, 1])
def test_integrals_and_derivatives_of_interpolants(kind, axis):
    rng = np.random.default_rng(8)
    x, q = np.array([0.2, 0.8, 1.5, 2.6, 3.1, 4.0, 4.9]), np.array([0.9, 2.3, 4.1])
    y = rng.standard_normal((7, 2) if axis == 0 else (2, 7))
    for method in ("derivative", "antiderivative"):
        for nu in (1, 2):
            of = lambda m, method=method, nu=nu: lambda y, q: getattr(getattr(m, kind)(x, y, axis=axis), method)(nu)(q)
            smooth = method == "antiderivative" and kind in ("CubicSpline", "make_interp_spline")
            assert_derivatives(of, interpolate, scipy.interpolate, y, q, order=1 + smooth, exact=False)
    of = lambda m: lambda y, a, b: getattr(m, kind)(x, y, axis=axis).integrate(a, b)
    assert_derivatives(of, interpolate, scipy.interpolate, y, 1.1, 3.2, order=1, exact=False)
    assert_derivatives(of, interpolate, scipy.interpolate, y, 3.2, 1.1, order=1, exact=False)
    plain, theirs = (getattr(m, kind)(x, y, axis=axis) for m in (interpolate, scipy.interpolate))
    np.testing.assert_array_equal(plain(q), theirs(q))


@pytest.mark.parametrize("extrapolate", [True, False])
def test_bspline_integrates_beyond_its_knots_or_up_to_them(extrapolate):
    t, c = np.r_[[0.0] * 4, 1.0, 2.0, [3.0] * 4], np.random.default_rng(2).standard_normal(6)
    of = lambda m: lambda c, a, b: m.BSpline(t, c, 3, extrapolate).integrate(a, b)
    assert_derivatives(of, interpolate, scipy.interpolate, c, -0.3, 2.4, exact=False)
    with pytest.raises(NotImplementedError, match="periodic"):
        interpolate.BSpline(t, tracker.param(c), 3).integrate(0.0, 5.0, "periodic")
    assert interpolate.BSpline(t, c, 3).tck[2] == 3


def test_what_tracked_interpolants_do_not_have_is_named():
    for curve in (interpolate.CubicSpline, interpolate.make_interp_spline):
        with pytest.raises(AttributeError, match="has no attribute 'roots'"):
            curve(np.arange(5.0), tracker.param(np.ones(5))).roots()


KNOTS = np.array([0.2, 0.8, 1.5, 2.6, 3.1])


@pytest.mark.parametrize("name", ["KroghInterpolator", "BarycentricInterpolator"])
@pytest.mark.parametrize(("shape", "axis"), [((5,), 0), ((5, 2), 0), ((2, 5, 3), -2)])
def test_polynomials_through_all_points(name, shape, axis):
    y, q = np.random.default_rng(3).standard_normal(shape), np.array([0.4, 1.3, 2.2])
    for method in (
        lambda p, q: p(q),
        lambda p, q: p.derivative(q, 2),
        lambda p, q: p.derivatives(q, 3),
        lambda p, q: p.derivative(q, 7),
    ):
        make = lambda m, method=method: lambda y, q: method(getattr(m, name)(KNOTS, y, axis), q)
        assert_derivatives(make, interpolate, scipy.interpolate, y, q, exact=False)
    make = lambda m: lambda y, q: getattr(m, name)(KNOTS, y, axis)(q)
    assert_derivatives(make, interpolate, scipy.interpolate, y, 1.37, exact=False)  # SciPy draws an order of the places


def test_polynomials_with_repeated_places_and_by_name():
    twice = np.array([0.0, 0.0, 1.0, 1.0, 2.0])
    y, q = np.random.default_rng(3).standard_normal(5), np.array([0.4, 1.3])
    assert_derivatives(lambda m: lambda y, q: m.KroghInterpolator(twice, y)(q), interpolate, scipy.interpolate, y, q)
    for der in (0, 1, [0, 2]):
        for make in (
            lambda m, der=der: lambda y, q: m.krogh_interpolate(KNOTS, y, q, der),
            lambda m, der=der: lambda y, q: m.barycentric_interpolate(KNOTS, y, q, der=der),
        ):
            assert_derivatives(make, interpolate, scipy.interpolate, y, q, exact=False)
    x = tracker.param(y.astype(np.float32))
    assert tracker.gradient(lambda y: np.sum(interpolate.KroghInterpolator(KNOTS, y)(q)), x.data)[0].dtype == np.float32
    with pytest.raises(AttributeError, match="KroghInterpolator of tracked values has no attribute 'c'"):
        interpolate.KroghInterpolator(KNOTS, x).c  # noqa: B018


@pytest.mark.parametrize(("shape", "axis"), [((5,), 0), ((5, 2), 0), ((2, 5, 3), -2)])
def test_cubics_of_hermite(shape, axis):
    rng, q = np.random.default_rng(3), np.array([0.4, 1.3, 2.2])
    y, d = rng.standard_normal(shape), rng.standard_normal(shape)
    for method in (lambda p, q: p(q), lambda p, q: p(q, 1), lambda p, q: p.antiderivative()(q)):
        make = lambda m, method=method: lambda y, d, q: method(m.CubicHermiteSpline(KNOTS, y, d, axis), q)
        assert_derivatives(make, interpolate, scipy.interpolate, y, d, q)
    make = lambda m: lambda y, d, b: m.CubicHermiteSpline(KNOTS, y, d, axis).integrate(0.3, b)
    assert_derivatives(make, interpolate, scipy.interpolate, y, d, 2.2, exact=False)
    with pytest.raises(ValueError, match="identical"):
        interpolate.CubicHermiteSpline(KNOTS, tracker.param(y), d[:1])


@pytest.mark.parametrize(("d", "trailing"), [(1, ()), (2, ()), (3, ()), (2, (2,))])
def test_monotone_interpolation_on_a_grid(d, trailing):
    grid = (np.linspace(0, 1, 5), np.linspace(2, 0, 6), np.array([0.0, 0.3, 1.0, 1.7]))[:d]
    q = np.array([[0.1, 0.2, 0.15], [0.4, 0.55, 0.6], [0.85, 0.9, 0.8]])[:, :d]
    values = np.random.default_rng(5).uniform(0.1, 0.3, [*map(len, grid), *trailing])
    for axis in range(d):  # rising, since the slopes have kinks where they vanish
        values = np.cumsum(values, axis=axis)
    make = lambda m: lambda v, q: m.RegularGridInterpolator(grid, v, "pchip")(q)
    assert_derivatives(make, interpolate, scipy.interpolate, values, q, order=1, exact=False)
    assert tracker.gradcheck(lambda v, q: np.sum(make(interpolate)(v, q) ** 2), values, q, order=2)
