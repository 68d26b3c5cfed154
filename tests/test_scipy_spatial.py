"""tracker.scipy.spatial.distance against differences of SciPy's distances."""

import numpy as np
import pytest
import scipy.spatial.distance

import tracker
from tests.scipy_derivatives import assert_derivatives
from tracker.scipy import spatial
from tracker.scipy.spatial import distance

RNG = np.random.default_rng(1)
# no two coordinates are near each other, where the absolute value has its kink
PLACES = RNG.permutation(20) / 4 + np.linspace(0, 0.4, 20) ** 2 - 2.1
A, B = (p.reshape(-1, 4) * np.array([1.0, 1.37, 1.73, 2.11]) for p in (PLACES[:12], PLACES[12:]))
SPREAD = np.eye(4) + 0.2 * np.ones((4, 4))
SIMPLE = ["euclidean", "sqeuclidean", "cityblock", "chebyshev", "cosine", "correlation", "canberra"]
GIVEN = [(m, {}) for m in [*SIMPLE, "braycurtis", "minkowski"]] + [("seuclidean", {"V": np.arange(1.0, 5)}),
    ("mahalanobis", {"VI": SPREAD}), ("minkowski", {"p": 3.5})]  # fmt: skip


@pytest.mark.parametrize(("metric", "options"), GIVEN, ids=lambda x: x if isinstance(x, str) else "-".join(x))
def test_distances_by_the_points(metric, options):
    make = lambda m: lambda a, b: m.cdist(a, b, metric, **options)
    assert_derivatives(make, distance, scipy.spatial.distance, A, B)
    assert_derivatives(lambda m: lambda a: m.pdist(a, metric, **options), distance, scipy.spatial.distance, A)


@pytest.mark.parametrize("metric", ["euclidean", "sqeuclidean", "cityblock", "minkowski", "cosine", "canberra",
                                    "correlation", "braycurtis"])  # fmt: skip
def test_distances_by_weights(metric):
    make = lambda m: lambda a, w: m.cdist(a, B, metric, w=w)
    assert_derivatives(make, distance, scipy.spatial.distance, A, np.array([0.5, 1.0, 2.0, 0.7]))


def test_distances_by_what_a_metric_takes():
    check = lambda make, x: assert_derivatives(make, distance, scipy.spatial.distance, x)
    check(lambda m: lambda v: m.cdist(A, B, "seuclidean", V=v), np.arange(1.0, 5))
    check(lambda m: lambda v: m.cdist(A, B, "mahalanobis", VI=v), SPREAD)
    assert_derivatives(lambda m: lambda a: m.cdist(a, B, "minkowski", p=1), distance, scipy.spatial.distance, A)


def test_distance_of_a_point_to_itself_has_derivative_zero():
    for metric in ("euclidean", "minkowski", "cityblock", "chebyshev", "canberra"):
        gradient = tracker.gradient(lambda a, metric=metric: np.sum(distance.cdist(a, a, metric)), A[:1])[0]
        np.testing.assert_array_equal(gradient, np.zeros((1, 4)))


@pytest.mark.parametrize("metric", ["euclidean", "sqeuclidean"])
def test_points_near_each_other_and_far_from_zero(metric):
    """Sums of matrices would lose the differences: those of close points are taken themselves."""
    a = np.repeat(RNG.standard_normal((16, 3)), 3, axis=0) + 1e-7 * RNG.standard_normal((48, 3))
    b = RNG.standard_normal((50, 3))
    dy = RNG.standard_normal((48, 98))
    to_all = lambda a: distance.cdist(a, np.concatenate([a, b]), metric)
    exact = lambda a: _all_differences(metric, a, np.concatenate([a, b]))
    expected = tracker.pullback(exact, a)[1](dy)[0]
    np.testing.assert_allclose(tracker.pullback(to_all, a)[1](dy)[0], expected, rtol=1e-11)
    i, j = np.triu_indices(48, 1)
    pairs = lambda a: exact(a)[i, j]
    expected = tracker.pullback(pairs, a)[1](dy[i, j])[0]
    found = tracker.pullback(lambda a: distance.pdist(a, metric), a)[1](dy[i, j])[0]
    np.testing.assert_allclose(found, expected, rtol=1e-11)


def _all_differences(metric, a, b):
    squared = np.sum((a[:, None] - b[None]) ** 2, axis=-1)
    apart = tracker.data(squared) > 0
    return squared if metric == "sqeuclidean" else np.where(apart, np.sqrt(np.where(apart, squared, 1.0)), 0.0)


@pytest.mark.parametrize("special", [np.nan, np.inf])
def test_a_point_that_is_not_finite_touches_its_own_distances_alone(special):
    points = np.array([[1.0, 2.0], [special, 0.0], [0.5, 0.5]])
    f = lambda a: distance.cdist(a, points)[0, 2]
    np.testing.assert_allclose(tracker.gradient(f, A[:1, :2])[0], (A[:1, :2] - 0.5) / f(A[:1, :2]))


def test_what_has_no_derivative_is_refused():
    x = tracker.param(A)
    for metric, options, word in (
        ("hamming", {}, "hamming"), (lambda u, v: 0.0, {}, "metric of your own"), ("seuclidean", {}, "V="),
        ("mahalanobis", {}, "VI="), ("euclidean", {"out": np.empty((3, 2))}, "out="),
        ("chebyshev", {"w": np.ones(4)}, "w="),
    ):  # fmt: skip
        with pytest.raises(NotImplementedError, match=word):
            distance.cdist(x, B, metric, **options)
    assert distance.pdist(A, "hamming").shape == (3,)


def test_scipy_rejects_what_it_rejects():
    with pytest.raises(ValueError, match="columns"):
        distance.cdist(tracker.param(A), B[:, :2])


PAIRS = {
    **dict.fromkeys((*SIMPLE, "braycurtis", "minkowski"), (A[0], B[0])),
    "seuclidean": (A[0], B[0], np.arange(1.0, 5)),
    "mahalanobis": (A[0], B[0], SPREAD),
}
WEIGHTS = np.array([0.7, 1.2, 0.4, 2.0])


@pytest.mark.parametrize("name", PAIRS)
def test_distances_of_two_vectors(name):
    assert_derivatives(lambda m: getattr(m, name), distance, scipy.spatial.distance, *PAIRS[name])


@pytest.mark.parametrize("name", [n for n in (*SIMPLE, "braycurtis") if n != "chebyshev"])
def test_distances_of_two_vectors_by_weights(name):
    assert_derivatives(lambda m: getattr(m, name), distance, scipy.spatial.distance, A[0], B[0], WEIGHTS)


def test_other_arguments_of_distances_of_two_vectors():
    check = lambda make, *xs: assert_derivatives(make, distance, scipy.spatial.distance, *xs)
    check(lambda m: lambda u, v: m.chebyshev(u, v, [0, 1, 1, 0]), A[0], B[0])
    check(lambda m: lambda u, v: m.minkowski(u, v, np.inf), A[0], B[0])
    check(lambda m: lambda u, v, p, w: m.minkowski(u, v, p, w), A[0], B[0], 2.5, WEIGHTS)
    check(lambda m: lambda u, v, w: m.correlation(u, v, w, centered=False), A[0], B[0], WEIGHTS)
    check(lambda m: lambda p, q: m.jensenshannon(p, q), WEIGHTS, WEIGHTS[::-1].copy())
    check(lambda m: lambda p, q: m.jensenshannon(p, q, 2.0, axis=1, keepdims=True), np.abs(A[:2]) + 1, np.abs(B) + 1)
    check(lambda m: m.squareform, np.arange(1.0, 7))
    check(lambda m: lambda d: m.squareform(m.squareform(d) * 2.0), np.arange(1.0, 7))
    assert distance.is_valid_y(tracker.param(np.arange(1.0, 7)))


@pytest.mark.filterwarnings("ignore:`(minkowski_distance|minkowski_distance_p|distance_matrix)` is deprecated")
@pytest.mark.parametrize("p", [2.0, 1.0, 3.0, np.inf])
def test_distances_between_sets_of_points(p):
    check = lambda make, *xs: assert_derivatives(make, spatial, scipy.spatial, *xs)
    check(lambda m: lambda x, y: m.distance_matrix(x, y, p), A, B)
    check(lambda m: lambda x, y: m.minkowski_distance(x, y, p), A[:2], B)
    check(lambda m: lambda x, y: m.minkowski_distance_p(x, y, p), A[:2] / 4, B / 4)


def test_procrustes_and_slerp():
    flat = lambda y: np.concatenate([np.ravel(part) for part in y])
    assert_derivatives(lambda m: lambda a, b: flat(m.procrustes(a, b)), spatial, scipy.spatial, A[:, :2], B.T[:3, :2])
    start, end = np.array([1.0, 0.0]), np.array([0.6, 0.8])
    assert_derivatives(lambda m: lambda t: m.geometric_slerp(start, end, t), spatial, scipy.spatial,
                       np.array([0.2, 0.7]), exact=False)  # fmt: skip
    with pytest.raises(NotImplementedError, match="by t"):
        spatial.geometric_slerp(tracker.param(start), end, 0.5)


@pytest.mark.parametrize("name", ["ConvexHull", "KDTree", "Delaunay"])
def test_what_finds_indices_is_refused(name):
    with pytest.raises(NotImplementedError, match=rf"scipy\.spatial\.{name} has no derivative: what it finds"):
        getattr(spatial, name)(tracker.param(A[:, :2]))
    with pytest.raises(NotImplementedError, match=r"scipy\.spatial\.distance\.hamming"):
        distance.hamming(tracker.param(A[0]), B[0])


def test_unknown_metrics_are_rejected_as_in_scipy():
    for f in (distance.pdist, lambda x, metric: distance.cdist(x, x, metric)):
        with pytest.raises(ValueError, match="Unknown Distance Metric"):
            f(tracker.param(np.ones((3, 2))), "nonsense")
