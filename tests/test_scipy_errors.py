"""A plain SciPy function called on a tracked value says which function to call instead."""

import numpy as np
import pytest
import scipy.cluster.vq
import scipy.integrate
import scipy.interpolate
import scipy.ndimage
import scipy.optimize
import scipy.signal
import scipy.sparse
import scipy.spatial.distance

import tracker

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
    with pytest.raises(TypeError, match=r"scipy\.signal\.hilbert has no differentiable counterpart"):
        scipy.signal.hilbert(X)


def test_a_conversion_outside_of_scipy_does_not_speak_of_it():
    with pytest.raises(TypeError, match="collect") as caught:
        np.asarray(X)
    assert "SciPy" not in str(caught.value)


def test_a_sparse_matrix_of_scipy_times_a_tracked_vector_names_the_module():
    with pytest.raises(TypeError, match=r"tracker\.scipy\.sparse"):
        scipy.sparse.eye_array(5).tocsr() @ X
