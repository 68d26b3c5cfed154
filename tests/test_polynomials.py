"""numpy.polynomial: by points where NumPy lets it, and else an error with what to write, which works."""

from typing import Any

import numpy as np
import pytest

import tracker
from tests.test_coverage import FUNCTIONS
from tools import coverage
from tracker._arrays.coefficients import instead_of
from tracker.errors import ConversionError

_CLASSES = [
    getattr(np.polynomial, name) for name in ("Polynomial", "Chebyshev", "Legendre", "Laguerre", "Hermite", "HermiteE")
]
_DOMAINS: list[dict[str, Any]] = [{}, {"domain": [-2, 3]}, {"domain": [0, 1], "window": [2, 5]}]
_PREFIXES = {
    "poly": "polynomial", "cheb": "chebyshev", "leg": "legendre", "lag": "laguerre", "herm": "hermite",
    "herme": "hermite_e",
}  # fmt: skip
_C = np.array([0.3, -1.2, 0.7, 0.4])
_X, _Y, _Z = np.array([0.1, 0.5, -0.7]), np.array([1.2, -0.3, 0.6]), np.array([0.2, 0.9, -0.5])
_C2, _C3 = np.outer(_C, _C[::-1]), np.multiply.outer(np.outer(_C, _C[::-1]), _C + 1)


@pytest.mark.parametrize("kind", _CLASSES)
@pytest.mark.parametrize("domain", _DOMAINS)
def test_calls_of_a_polynomial_differentiate_by_x(kind: Any, domain: Any) -> None:
    p = kind(_C, **domain)
    for x in (_X, _X.reshape(3, 1), 0.4):
        y, _ = tracker.pullback(p, x)
        np.testing.assert_array_equal(y, p(x), strict=isinstance(x, np.ndarray))
        assert tracker.gradcheck(p, x, order=2)
    assert tracker.is_tracked(p(tracker.param(_X)))
    (g,) = tracker.gradient(p, 0.4)
    assert g == pytest.approx(p.deriv()(0.4))


def test_interpolation_differentiates_by_what_the_function_captures() -> None:
    def coefficients(a: Any) -> Any:
        return np.polynomial.chebyshev.chebinterpolate(lambda x: a * x**2 + np.exp(a * x), 3)

    assert tracker.gradcheck(coefficients, 0.7, order=2)


def test_the_map_between_domains_differentiates() -> None:
    assert tracker.gradcheck(lambda x: np.polynomial.polyutils.mapdomain(x, [0, 1], [3, 5]) ** 2, _X)


@pytest.mark.parametrize("c", [_C2, np.ones((2, 3), int)])
@pytest.mark.parametrize("f", [np.polynomial.polynomial.polyval2d, np.polynomial.polynomial.polygrid2d])
def test_polynomials_of_two_variables_have_numpys_values_bit_for_bit(f: Any, c: Any) -> None:
    y, _ = tracker.pullback(f, _X, _Y, c * 1.0)
    np.testing.assert_array_equal(y, f(_X, _Y, c), strict=True)
    with pytest.raises(ValueError):
        np.polynomial.polynomial.polyval2d(tracker.param(_X), _Y[:2], c)


def written(text: str, prefix: str) -> Any:
    """The advice as a function of what is tracked: `numpy` stands for NumPy, v(x) for what it says."""
    text, _, v = text.partition(", v(x) being ")
    scope = {"numpy": np, **vars(getattr(np.polynomial, _PREFIXES[prefix]))}

    def call(**tracked: Any) -> Any:
        local = {**scope, "deg": 3, "x": _X, "y": _Y, "z": _Z, **tracked}
        if v:
            local["v"] = lambda x: eval(v, {**local, "x": x})
        return eval(text, local)

    return call


_WAYS_OUT = {
    "val": (lambda f, c: f(_X, c), _C),
    "val2d": (lambda f, c: f(_X, _Y, c), _C2),
    "val3d": (lambda f, c: f(_X, _Y, _Z, c), _C3),
    "grid2d": (lambda f, c: f(_X, _Y, c), _C2),
    "grid3d": (lambda f, c: f(_X, _Y, _Z, c), _C3),
    "der": (lambda f, c: f(c), _C),
    "int": (lambda f, c: f(c), _C),
}


@pytest.mark.parametrize("prefix", _PREFIXES)
@pytest.mark.parametrize("rest", _WAYS_OUT)
def test_what_the_error_advises_for_coefficients_works(prefix: str, rest: str) -> None:
    name = prefix + rest
    run, c = _WAYS_OUT[rest]
    advised = written(str(instead_of(name)), prefix)
    plain = getattr(getattr(np.polynomial, _PREFIXES[prefix]), name)
    np.testing.assert_allclose(advised(c=c), run(plain, c), rtol=1e-12, atol=1e-12)
    assert tracker.gradcheck(lambda c: advised(c=c), c)


@pytest.mark.parametrize("prefix", _PREFIXES)
@pytest.mark.parametrize("rest", ["vander", "vander2d", "vander3d", "val2d", "grid2d"])
def test_what_the_error_advises_for_points_works(prefix: str, rest: str) -> None:
    module = getattr(np.polynomial, _PREFIXES[prefix])
    advised = written(str(instead_of(prefix + rest)), prefix)
    plain = getattr(module, prefix + rest)
    points = {"vander": (_X,), "vander2d": (_X, _Y), "vander3d": (_X, _Y, _Z)}.get(rest)
    expected = plain(_X, _Y, _C2) if points is None else plain(*points, 3 if len(points) == 1 else [3] * len(points))
    y = advised(c=_C2)
    np.testing.assert_allclose(np.reshape(y, expected.shape), expected, rtol=1e-12, atol=1e-12)
    assert tracker.gradcheck(lambda x: advised(c=_C2, x=x), _X)


@pytest.mark.parametrize("prefix", _PREFIXES)
def test_what_the_error_advises_for_sums_fits_and_roots_works(prefix: str) -> None:
    module = getattr(np.polynomial, _PREFIXES[prefix])
    for rest, f in (("add", lambda g: g(_C, _X)), ("sub", lambda g: g(_C, _X))):
        advised = written(str(instead_of(prefix + rest)), prefix)
        np.testing.assert_allclose(advised(c1=_C, c2=_X), f(getattr(module, prefix + rest)))
        assert tracker.gradcheck(lambda c, advised=advised: advised(c1=c, c2=_X), _C)
    fit = written(str(instead_of(prefix + "fit")), prefix)
    x = np.linspace(-1, 1, 7)
    np.testing.assert_allclose(fit(x=x, y=np.exp(x)), getattr(module, prefix + "fit")(x, np.exp(x), 3), rtol=1e-9)
    assert tracker.gradcheck(lambda y: fit(x=x, y=y), np.exp(x))


def test_what_the_error_advises_for_powers_works() -> None:
    module = np.polynomial.polynomial
    for name, given, expected in (
        ("polymul", {"c1": _C, "c2": _X}, module.polymul(_C, _X)),
        ("polyroots", {"c": _C}, module.polyroots(_C)),
        ("polyfromroots", {"roots": _X}, module.polyfromroots(_X)),
        ("polymulx", {"c": _C}, module.polymulx(_C)),
    ):
        y = written(str(instead_of(name)), "poly")(**given)
        np.testing.assert_allclose(np.sort(y) if "roots" in name and "from" not in name else y, expected, rtol=1e-12)


_REFUSED = [
    n
    for n, f in FUNCTIONS.items()
    if n.startswith("numpy.polynomial.") and coverage.status(n, f).kind == coverage.REFUSED
]


@pytest.mark.parametrize("name", [n for n in _REFUSED if instead_of(n.rpartition(".")[2])])
def test_a_tracked_coefficient_raises_with_that_advice(name: str) -> None:
    c = tracker.param([[1.0, 2.0], [3.0, 1.0]])
    last = name.rpartition(".")[2]
    more = {"2d": 3, "3d": 4, "vander": 2, "fit": 3, "line": 2, "pow": 2}
    count = next((n for end, n in more.items() if last.endswith(end)), 1)
    count = 2 if last.endswith(("add", "sub", "mul", "div")) else count
    args: list[Any] = [c[0]] * count
    if last.endswith(("vander", "fit", "pow")):
        args[-1] = 1
    if last.endswith(("vander2d", "vander3d")):
        args[-1] = [1] * (count - 1)
    if last.endswith("line"):
        args = [c[0, 0], 2.0]
    with pytest.raises(ConversionError) as raised:
        FUNCTIONS[name](*args)
    assert f"Use {instead_of(last)}" in str(raised.value)


def test_classes_refuse_tracked_coefficients_with_advice() -> None:
    c = tracker.param(_C)
    for kind in _CLASSES:
        with pytest.raises(ConversionError, match=r"Use numpy\."):
            kind(c)
        with pytest.raises(ConversionError, match=r"lstsq|polyfit"):
            kind.fit(_C, c, 2)
    with pytest.raises(ConversionError, match="chebval"):
        np.polynomial.chebyshev.chebval(0.5, [c[0], 1.0])


@pytest.mark.parametrize(
    "f",
    [
        lambda c: np.poly1d(c)(0.7),
        lambda c: np.poly1d(c).deriv()(0.7),
        lambda c: np.poly1d(c).integ(2, k=[1.0, 2.0])(0.7),
        lambda c: (np.poly1d(c) * np.poly1d([1.0, 2.0]) - 3)(0.7),
        lambda c: (np.poly1d(c) ** 2 / 2)(0.7),
        lambda c: np.poly1d(c, r=True)(0.7),
        lambda c: np.sum(np.real(np.poly1d(c).r ** 2)),
    ],
)
def test_poly1d_differentiates_by_its_coefficients(f: Any) -> None:
    assert tracker.gradcheck(f, _C, order=2)
