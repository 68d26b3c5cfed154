"""Every counterpart in tracker.scipy takes the arguments of SciPy's function, in its order and with its defaults."""

import importlib
import inspect

import numpy as np
import pytest

import tracker
from tracker.scipy._without import public_names

SECTIONS = (
    "fft integrate interpolate linalg ndimage optimize signal sparse sparse.linalg spatial spatial.distance special "
    "stats"
)
DIFFER = {  # and why
    "fft.dctn": "orthogonalize by place, too",
    "integrate.solve_ivp": "gradient= is ours",
    "interpolate.PchipInterpolator": "made by a base class",
    "linalg.kron": "SciPy's is gone: numpy.kron",
    "optimize.least_squares": "jac=None is our Jacobian",
    "signal.sosfreqz": "SciPy's is an alias that takes anything",
    "special.legendre_p": "SciPy's is an object",
    "special.sph_harm_y": "SciPy's is an object",
    "special.sph_legendre_p": "SciPy's is an object",
    "stats.median_abs_deviation": "center=None is the median",
}


def counterparts():
    for section in SECTIONS.split():
        theirs, ours = (importlib.import_module(f"{package}.{section}") for package in ("scipy", "tracker.scipy"))
        answered = getattr(getattr(ours, "__getattr__", None), "table", None)
        for name in public_names(section):
            f = getattr(ours, name)
            own = f is getattr(theirs, name) or hasattr(f, "refusal") or (answered and name in answered.answered)
            distribution = section == "stats" and not (inspect.isroutine(f) or isinstance(f, type))
            if not own and not distribution and f"{section}.{name}" not in DIFFER:
                yield section, name


def described(f):
    return [(p.name, p.kind, default(p.default)) for p in inspect.signature(f).parameters.values()]


def default(x):
    return (
        "a mark"
        if type(x) is object
        else repr(float(x) if isinstance(x, int | float) and not isinstance(x, bool) else x)
    )


@pytest.mark.parametrize(("section", "name"), list(counterparts()))
def test_arguments_are_those_of_scipy(section, name):
    ours, theirs = (importlib.import_module(f"{package}.{section}") for package in ("tracker.scipy", "scipy"))
    assert described(getattr(ours, name)) == described(getattr(theirs, name))


METHODS = {"logpdf": "x", "pdf": "x", "cdf": "x", "logcdf": "x", "sf": "x", "logsf": "x", "ppf": "q", "isf": "q"}


@pytest.mark.parametrize("method", METHODS)
def test_methods_of_distributions_take_their_argument_by_name(method):
    ours, theirs = (importlib.import_module(f"{package}.stats") for package in ("tracker.scipy", "scipy"))
    call = {METHODS[method]: 0.3, "a": 2.0, "loc": 0.1, "scale": 1.5}
    np.testing.assert_allclose(getattr(ours.gamma, method)(**call), getattr(theirs.gamma, method)(**call), rtol=1e-14)


ONE = np.array([[4.0, 1.0], [1.0, 3.0]])
OF_SOME_VERSIONS = [
    ("linalg", "logm", (ONE,), "disp"),
    ("linalg", "sqrtm", (ONE,), "blocksize"),
    ("linalg", "signm", (ONE,), "disp"),
    ("linalg", "eigvals", (ONE,), "overwrite_b"),
    ("linalg", "null_space", (ONE[:1],), "check_finite"),
    ("optimize", "nnls", (ONE, ONE[0]), "atol"),
    ("stats", "boxcox", (ONE[0], 2.0), "nan_policy"),
    ("stats", "yeojohnson", (ONE[0], 2.0), "nan_policy"),
    ("stats", "power_divergence", (ONE[0],), "nan_policy"),
    ("stats", "chisquare", (ONE[0],), "sum_check"),
    ("stats", "pearsonr", (ONE[0] ** 2, ONE[1]), "axis"),
    ("stats", "pointbiserialr", (np.array([1, 0, 1, 1]), np.arange(4.0) ** 2), "axis"),
    ("stats", "obrientransform", (np.arange(4.0), np.arange(4.0) ** 2), "nan_policy"),
]


@pytest.mark.parametrize(("section", "name", "xs", "keyword"), OF_SOME_VERSIONS)
def test_a_keyword_is_taken_where_the_installed_scipy_takes_it(section, name, xs, keyword):
    ours, theirs = (getattr(importlib.import_module(f"{p}.{section}"), name) for p in ("tracker.scipy", "scipy"))
    known = inspect.signature(theirs).parameters
    if keyword not in known:
        for x in (xs[0], tracker.param(xs[0])):
            with pytest.raises(TypeError, match=rf"{name}\(\) got an unexpected keyword argument '{keyword}'"):
                ours(x, *xs[1:], **{keyword: None})
    elif keyword not in ("disp", "blocksize", "atol"):  # which SciPy has deprecated
        y = tracker.data(ours(tracker.param(xs[0]), *xs[1:], **{keyword: known[keyword].default}))
        np.testing.assert_array_equal(y, theirs(*xs))


def test_arguments_by_place_are_those_of_the_installed_scipy():
    ours, theirs = (importlib.import_module(f"{package}.linalg") for package in ("tracker.scipy", "scipy"))
    by_place = (None, *[False] * (len(inspect.signature(theirs.eigvals).parameters) - 3), True)
    np.testing.assert_array_equal(ours.eigvals(ONE, *by_place), theirs.eigvals(ONE, homogeneous_eigvals=True))
    with pytest.raises(NotImplementedError, match="homogeneous_eigvals=True"):
        ours.eigvals(tracker.param(ONE), *by_place)


def test_missing_arguments_raise_as_in_scipy():
    linalg = importlib.import_module("tracker.scipy.linalg")
    with pytest.raises(TypeError, match=r"qr\(\) missing a required argument: 'a'"):
        linalg.qr()


DEFAULTS = {"linalg": "inv null_space", "special": "factorial", "stats": "gstd median_abs_deviation"}


@pytest.mark.parametrize(("section", "name"), [(s, name) for s, names in DEFAULTS.items() for name in names.split()])
def test_defaults_need_no_keyword_that_the_installed_scipy_does_not_know(section, name):
    ours, theirs = (getattr(importlib.import_module(f"{p}.{section}"), name) for p in ("tracker.scipy", "scipy"))
    for x in (ONE, tracker.param(ONE)):
        np.testing.assert_array_equal(tracker.data(ours(x)), theirs(ONE))


def test_systems_and_trimmed_means_are_those_of_the_installed_scipy():
    ours, theirs = (importlib.import_module(f"{package}.linalg") for package in ("tracker.scipy", "scipy"))
    np.testing.assert_array_equal(tracker.data(ours.solve(tracker.param(ONE), ONE[0])), theirs.solve(ONE, ONE[0]))
    ours, theirs = (importlib.import_module(f"{package}.stats") for package in ("tracker.scipy", "scipy"))
    np.testing.assert_array_equal(
        tracker.data(ours.trim_mean(tracker.param(ONE[0]), 0.1)), theirs.trim_mean(ONE[0], 0.1)
    )
