"""numpy.polynomial: by points where NumPy lets it, and else an error that names the counterpart."""

import operator
from typing import Any

import numpy as np
import pytest

import tracker
from tests.test_coverage import FUNCTIONS
from tools import coverage
from tracker.errors import ConversionError

_CLASSES = [
    getattr(np.polynomial, name) for name in ("Polynomial", "Chebyshev", "Legendre", "Laguerre", "Hermite", "HermiteE")
]
_DOMAINS: list[dict[str, Any]] = [{}, {"domain": [-2, 3]}, {"domain": [0, 1], "window": [2, 5]}]
_C = np.array([0.3, -1.2, 0.7, 0.4])
_X, _Y = np.array([0.1, 0.5, -0.7]), np.array([1.2, -0.3, 0.6])
_C2 = np.outer(_C, _C[::-1])


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


_COUNTERPARTS = [n for n, f in FUNCTIONS.items() if coverage.status(n, f).kind == coverage.COUNTERPART]


def arguments_for(last: str) -> list[Any]:
    """Tracked arguments of a function of numpy.polynomial by its name."""
    c = tracker.param([1.0, 2.0])
    more = {"2d": 3, "3d": 4, "vander": 2, "fit": 3, "pow": 2, "add": 2, "sub": 2, "mul": 2, "div": 2}
    args: list[Any] = [c] * next((n for end, n in more.items() if last.endswith(end)), 1)
    if last.endswith(("vander", "fit", "pow")):
        args[-1] = 1
    if last.endswith(("vander2d", "vander3d")):
        args[-1] = [1] * (len(args) - 1)
    if last.endswith("line"):
        args = [c[0], 2.0]
    return [[c]] if last == "as_series" else args


@pytest.mark.parametrize("name", _COUNTERPARTS)
def test_a_tracked_coefficient_raises_with_the_name_of_the_counterpart(name: str) -> None:
    module, _, last = name.rpartition(".")
    args = arguments_for(last)
    with pytest.raises(ConversionError) as raised:
        FUNCTIONS[name](*args)
    if last.endswith("trim"):  # NumPy's other names of trimcoef
        module, last = "numpy.polynomial.polyutils", "trimcoef"
    if last[0].isupper():
        module = "numpy.polynomial"
    counterpart = f"tracker.{module.removeprefix('numpy.')}.{last}"
    assert f"Use {counterpart}." in str(raised.value)
    found: Any = tracker
    for part in counterpart.split(".")[1:]:
        found = getattr(found, part)
    assert found(*args) is not None


_OPERATORS = [
    operator.add, operator.sub, operator.mul, operator.truediv, operator.floordiv, operator.mod, divmod, operator.pow,
]  # fmt: skip


@pytest.mark.parametrize("operate", _OPERATORS)
def test_operators_with_a_series_of_numpy_name_the_counterpart(operate: Any) -> None:
    series = np.polynomial.Legendre([1.0, 2.0])
    for x in (tracker.param(2.0), tracker.param([1.0, 2.0])):
        with pytest.raises(ConversionError, match=r"Use tracker\.polynomial\.Legendre\."):
            operate(x, series)
        with pytest.raises(TypeError, match=r"Use tracker\.polynomial\.Legendre|for true division"):
            operate(series, x)


def test_classes_name_the_counterpart_of_their_methods() -> None:
    c = tracker.param(_C)
    for kind in _CLASSES:
        with pytest.raises(ConversionError, match=rf"Use tracker\.polynomial\.{kind.__name__}\."):
            kind(c)
        for method in (lambda k: k.fit(_C, c, 2), lambda k: k.fromroots(c), lambda k: k(_C).integ(lbnd=c[0])):
            with pytest.raises(
                ConversionError, match=rf"Use tracker\.polynomial\.{kind.__name__}\.(fit|fromroots|integ)\."
            ):
                method(kind)
    with pytest.raises(ConversionError, match=r"Use tracker\.polynomial\.chebyshev\.chebval\."):
        np.polynomial.chebyshev.chebval(0.5, [c[0], 1.0])
    with pytest.raises(ConversionError) as raised:  # it is NumPy's own there, too
        np.polynomial.chebyshev.chebpts1(c[0])
    assert "tracker.polynomial" not in str(raised.value)


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
