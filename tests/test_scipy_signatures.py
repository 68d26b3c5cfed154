"""Every counterpart in tracker.scipy takes the arguments of SciPy's function, in its order and with its defaults."""

import importlib
import inspect

import numpy as np
import pytest

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
    return "a mark" if type(x) is object else repr(float(x) if isinstance(x, float) else x)


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
