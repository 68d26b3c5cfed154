"""A plain SciPy function called on a tracked value says which function to call instead."""

import math

import numpy as np
import pytest
import scipy.cluster.vq
import scipy.integrate
import scipy.interpolate
import scipy.ndimage
import scipy.optimize
import scipy.signal
import scipy.sparse.csgraph
import scipy.sparse.linalg
import scipy.spatial.distance
import scipy.special
import scipy.stats

import tracker
import tracker.scipy

X = tracker.param(np.arange(1.0, 6))
CALLS = {
    "interpolate.CubicSpline": lambda: scipy.interpolate.CubicSpline(np.arange(5.0), X),
    "ndimage.zoom": lambda: scipy.ndimage.zoom(X, 2),
    "integrate.simpson": lambda: scipy.integrate.simpson(X),
    "signal.convolve": lambda: scipy.signal.convolve(X, X),
    "signal.lfilter": lambda: scipy.signal.lfilter([1.0], [1.0], X),
    "optimize.minimize": lambda: scipy.optimize.minimize(lambda p: np.sum(p), X),
    "spatial.distance.pdist": lambda: scipy.spatial.distance.pdist(X[:, None]),
    "sparse.csr_matrix": lambda: scipy.sparse.csr_matrix((X, (np.arange(5), np.arange(5)))),
}


@pytest.mark.parametrize("name", CALLS)
def test_the_error_names_the_counterpart(name):
    with pytest.raises(TypeError, match=rf"Call tracker\.scipy\.{name} instead of scipy\.{name}\."):
        CALLS[name]()


def test_modules_that_are_not_covered_are_refused_by_name():
    with pytest.raises(TypeError, match=r"does not cover scipy\.cluster\.vq"):
        scipy.cluster.vq.kmeans(X, 2)
    with pytest.raises(TypeError, match=r"scipy\.signal\.butter has no derivative: it designs a filter"):
        scipy.signal.butter(4, X[0] / 10)
    with pytest.raises(NotImplementedError, match=r"scipy\.signal\.butter has no derivative: it designs a filter"):
        tracker.scipy.signal.butter(4, X[0] / 10)
    with pytest.raises(AttributeError, match=r"no module 'cluster'.*scipy\.cluster\.vq: A code book"):
        tracker.scipy.cluster  # noqa: B018 (an attribute that raises)


def test_what_gives_places_or_counts_answers_for_the_plain_values():
    np.testing.assert_array_equal(tracker.scipy.signal.argrelmax(np.sin(X)), scipy.signal.argrelmax(np.sin(X.data)))
    assert tracker.scipy.ndimage.label(X)[1] == 1
    assert tracker.scipy.linalg.issymmetric(tracker.param(np.eye(2)))


def test_a_function_that_is_new_in_scipy_is_refused(monkeypatch):
    monkeypatch.setattr(scipy.signal, "brand_new", lambda x: x, raising=False)
    assert tracker.scipy.signal.brand_new(2.0) == 2.0
    with pytest.raises(NotImplementedError, match="not known to this version of tracker"):
        tracker.scipy.signal.brand_new(X)


def test_a_conversion_outside_of_scipy_does_not_speak_of_it():
    with pytest.raises(TypeError, match="collect") as caught:
        np.asarray(X)
    assert "SciPy" not in str(caught.value)


def test_a_sparse_matrix_of_scipy_times_a_tracked_vector_names_the_module():
    with pytest.raises(TypeError, match=r"tracker\.scipy\.sparse"):
        scipy.sparse.eye_array(5).tocsr() @ X


SUBSTITUTES = {
    "odeint": lambda x: scipy.integrate.odeint(lambda y, t: -x[0] * y, 1.0, [0.0, 1.0]),
    "make_interp_spline": lambda x: scipy.interpolate.interp1d(np.arange(5.0), x),
    "brentq": lambda x: scipy.optimize.brentq(lambda t: t - x[0], 0, 5),
    "least_squares": lambda x: scipy.optimize.curve_fit(lambda t, a: a * t, np.arange(5.0), x),
    "quad": lambda x: scipy.integrate.quad(lambda t: x[0] * t, 0, 1),
    "minimize": lambda x: scipy.optimize.minimize(lambda t: (t[0] - x[0]) ** 2, [0.0]),
}


@pytest.mark.parametrize("name", SUBSTITUTES)
def test_functions_that_are_given_to_scipy_or_go_by_another_name_are_told_what_to_call(name):
    """Where SciPy raises an error of its own, ours is its cause."""
    with pytest.raises((TypeError, ValueError, SystemError)) as caught:
        SUBSTITUTES[name](X)
    errors, error = [], caught.value
    while error is not None:
        errors.append(str(error))
        error = error.__cause__ or error.__context__
    told = (f".{name} does its work", f".{name} instead", f"take {name}")
    assert any(words in e for words in told for e in errors)


@pytest.mark.parametrize("solve", ["brentq", "brenth", "bisect", "ridder"])
def test_root_finders_in_c_do_not_go_on_with_a_wrong_number(solve):
    """Their C code doesn't look whether float(y) failed, so what came next was left to chance."""
    for _ in range(100):
        with pytest.raises(tracker.errors.ConversionError, match=rf"Call tracker.scipy.optimize.{solve} instead"):
            getattr(scipy.optimize, solve)(lambda t: t - X[0], 0, 5)


def test_functions_of_math_inside_of_scipy_are_still_told_to_be_numpys():
    with pytest.raises(TypeError, match="instead of math"):
        scipy.integrate.quad(lambda t: math.exp(X[0]) * t, 0, 1)


P = tracker.param(np.random.default_rng(0).standard_normal((6, 2)))
COMPILED = {
    "scipy.spatial.cKDTree": lambda: scipy.spatial.cKDTree(P),
    "scipy.spatial.Delaunay": lambda: scipy.spatial.Delaunay(
        P,
    ),
    "scipy.optimize.linear_sum_assignment": lambda: scipy.optimize.linear_sum_assignment(P),
    "scipy.interpolate.LinearNDInterpolator": lambda: scipy.interpolate.LinearNDInterpolator(P, np.arange(6.0)),
    "scipy.sparse.csgraph": lambda: scipy.sparse.csgraph.csgraph_from_dense(P),
}


@pytest.mark.parametrize("name", COMPILED)
def test_compiled_functions_without_a_frame_are_told_by_the_source_that_calls_them(name):
    with pytest.raises(tracker.errors.ConversionError, match=name.replace(".", r"\.")):
        COMPILED[name]()


def test_a_caller_whose_source_is_not_at_hand_gets_the_general_error():
    scope = {"f": scipy.optimize.linear_sum_assignment, "x": P}
    with pytest.raises(tracker.errors.ConversionError, match=r"tracker\.collect"):
        exec("f(x)", scope)


PROBED = {
    "a sparse operator": (lambda: scipy.sparse.linalg.cg(P[:2], np.ones(2)), "tracker.scipy.sparse.linalg.cg"),
    "an array namespace": (lambda: scipy.interpolate.make_splprep(P), "make_splprep has no derivative"),
    "an attribute": (lambda: scipy.signal.ShortTimeFFT(X, 2, 1.0), "take stft, istft"),
    "place": (lambda: scipy.stats.kappa4(X, X), "Call tracker.scipy.stats.kappa4"),
    "a private ufunc": (lambda: scipy.special.riccati_jn(2, X[0]), "scipy.special.riccati_jn has no derivative"),
    "an interpolant": (
        lambda: scipy.interpolate.CubicSpline(np.arange(5.0), np.arange(5.0))(X),
        "Call tracker.scipy.interpolate.CubicSpline",
    ),
    "a method": (lambda: scipy.spatial.KDTree(P.data).query(P[0]), "scipy.spatial.KDTree.query has no derivative"),
}


@pytest.mark.parametrize("asked", PROBED)
def test_whatever_scipy_asks_of_a_tracked_value_the_error_names_its_function(asked):
    call, words = PROBED[asked]
    with pytest.raises((tracker.errors.TrackerError, AttributeError), match=words.replace(".", r"\.")):
        call()


DROPPED = {
    "signal.lfilter": (ValueError, lambda: scipy.signal.lfilter(X, [1.0, 0.5], np.ones(7))),
    "optimize.brentq": (RuntimeError, lambda: scipy.optimize.brentq(lambda t: t - 2, X[0], 5)),
}


@pytest.mark.parametrize("name", DROPPED)
def test_where_compiled_code_drops_the_error_a_warning_names_the_counterpart(name):
    error, call = DROPPED[name]
    with pytest.raises(error), pytest.warns(UserWarning, match=rf"Call tracker\.scipy\.{name} instead"):
        call()
