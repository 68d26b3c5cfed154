"""A counterpart of a SciPy function against it: value, both modes, and second order against differences of SciPy's."""

import numpy as np
import pytest

import tracker
from tests.differences import numeric_gradient, slope


def assert_derivatives(make, ours, theirs, *xs, order=2, exact=True):
    """Value, both modes and second order against differences of SciPy's function."""
    f, g = make(ours), make(theirs)
    y = tracker.data(f(*[tracker.param(x) for x in xs]))
    np.testing.assert_allclose(y, g(*xs), rtol=0 if exact else 1e-13, atol=0 if exact else 1e-13)
    assert np.shape(y) == np.shape(g(*xs))
    scalar = lambda f: lambda *xs: curved(f(*xs))
    expected = numeric_gradient(scalar(g), *xs)
    found = tracker.gradient(scalar(f), *xs)
    vs = [np.random.default_rng(5).standard_normal(np.shape(x)) for x in xs]
    vs = [v if np.shape(v) else float(v) for v in vs]
    for a, e in zip(found, expected, strict=True):
        np.testing.assert_allclose(a, e, rtol=1e-6, atol=1e-8 * max(1.0, np.max(np.abs(e), initial=0.0)))
    along_v = sum(np.sum(e * v) for e, v in zip(expected, vs, strict=True))
    assert tracker.pushforward(scalar(f), tuple(xs), tuple(vs))[1] == pytest.approx(along_v, rel=1e-6, abs=1e-8)
    if order < 2:
        return
    along = lambda f: lambda s: scalar(f)(*[x + s * v for x, v in zip(xs, vs, strict=True)])
    curvature = second_slope(along(g))
    assert tracker.grad(tracker.grad(along(f)))(0.0) == pytest.approx(curvature, rel=1e-5, abs=1e-7)


def curved(z):
    z = np.real(z) - 0.7 * np.imag(z) if np.iscomplexobj(tracker.data(z)) else z
    return np.sum((z + z * z) * np.cos(1.0 + np.arange(np.size(z))).reshape(np.shape(z)))


def second_slope(f):
    """The second derivative of `f` at 0."""
    return slope(lambda s: slope(lambda r: f(s + r), 4e-3), 4e-3)
