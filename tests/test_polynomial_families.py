"""tracker.polynomial: every function of every family by every argument, against differences of NumPy's own."""

import copy
import importlib
import inspect
import operator
import pickle
from typing import Any, NamedTuple

import numpy as np
import pytest

import tracker
from tests.differences import numeric_gradient
from tests.scipy_derivatives import assert_derivatives
from tracker.errors import DroppedZerosWarning
from tracker.polynomial._family import FAMILIES

A = np.array([0.3, -1.2, 0.7, 0.4])
B = np.array([1.1, -0.6, 0.9])
LONG = np.array([0.5, 0.8, -0.3, 1.4, 0.2, -0.7, 0.6])
X, Y, Z = np.array([0.1, 0.5, -0.7]), np.array([1.2, -0.3, 0.6]), np.array([0.2, 0.9, -0.5])
GRID, WIDE = np.linspace(-1, 1, 6).reshape(2, 3) + 0.1, np.linspace(-1, 1, 12).reshape(4, 3) ** 2 + 0.3
C2, C3 = np.outer(B, A), np.multiply.outer(np.outer(B, A[:2]), B) / 2
POINTS, VALUES = np.linspace(-0.9, 1.1, 7), np.sin(np.arange(7.0))
WEIGHTS = np.linspace(0.5, 1.5, 7)
ZEROS = np.array([0.2, -0.7, 1.1, 0.4])


class Row(NamedTuple):
    """A call of the function whose name ends so, by these arguments."""

    rest: str
    call: Any
    xs: tuple[Any, ...]


def row(rest: str, *xs: Any, call: Any = lambda f, *xs: f(*xs)) -> Row:
    return Row(rest, call, xs)


def joined(f: Any, *xs: Any) -> Any:
    return np.concatenate(f(*xs))


ROWS = [
    row("add", A, B),
    row("add", B, A),
    row("add", A, call=lambda f, a: f(a, 2)),
    row("add", 0.7, call=lambda f, a: f([1, 2, 3], a)),
    row("sub", A, B),
    row("sub", B, A),
    row("mul", A, B),
    row("mul", B, LONG),
    row("mul", A, call=lambda f, a: f(a, a)),
    row("mul", A, call=lambda f, a: f([0, 0, 1, 0], a)),
    row("mul", 0.7, A),
    row("mul", A[:1], B[:1]),
    row("mulx", A),
    row("mulx", A[:1]),
    row("mulx", A, call=lambda f, a: f(f(a))),
    row("div", LONG, B, call=joined),
    row("div", B, LONG, call=joined),
    row("div", A, B[:1], call=joined),
    row("div", A, 1.7, call=joined),
    row("div", LONG, call=lambda f, a: np.concatenate(f(a, 2))),
    row("div", LONG, call=lambda f, a: np.concatenate(f(a, [1, 3, 2]))),
    row("div", B, call=lambda f, b: np.concatenate(f([1, 3, 2, 5, 4], b))),
    row("div", LONG, B, call=lambda f, a, b: f(a, b)[0]),
    row("div", LONG, B, call=lambda f, a, b: f(a, b)[1]),
    row("pow", B, call=lambda f, a: f(a, 3)),
    row("pow", A, call=lambda f, a: f(a, pow=2, maxpower=None)),
    row("pow", A, call=lambda f, a: f(a, 1)),
    row("der", LONG),
    row("der", LONG, call=lambda f, c: f(c, 3)),
    row("der", LONG, 0.7, call=lambda f, c, s: f(c, m=2, scl=s)),
    row("der", WIDE, call=lambda f, c: f(c, axis=0)),
    row("der", WIDE, call=lambda f, c: f(c, 2, 3.0, 1)),
    row("der", A, call=lambda f, c: f(c, 0)),
    row("int", A),
    row("int", A, call=lambda f, c: f(c, 3)),
    row("int", A, B[:2], call=lambda f, c, k: f(c, 2, k)),
    row("int", A, 0.4, -0.3, 1.7, call=lambda f, c, k, b, s: f(c, 2, [k, 1.0], lbnd=b, scl=s)),
    row("int", A, 0.4, call=lambda f, c, k: f(c, 1, k)),
    row("int", WIDE, call=lambda f, c: f(c, axis=-1)),
    row("int", WIDE, 0.3, call=lambda f, c, b: f(c, 2, [], b)),
    row("int", A, call=lambda f, c: f(c, 0)),
    row("2poly", LONG),
    row("2poly", A[:1]),
    row("poly2", LONG),
    row("poly2", A[:2]),
    row("val", X, A),
    row("val", X, A[:1]),
    row("val", GRID, A),
    row("val", 0.4, A),
    row("val", X, call=lambda f, x: f(x, [1, 2, 3])),
    row("val", A, call=lambda f, c: f([0.1, 0.4], c)),
    row("val", X, WIDE),
    row("val", X, WIDE, call=lambda f, x, c: f(x, c, tensor=False)),
    row("val", 0.3, WIDE, call=lambda f, x, c: f(x, c, False)),
    row("val", GRID, WIDE, call=lambda f, x, c: f(x, c[:, :, None, None], False)),
    row("val", X, A, call=lambda f, x, c: f([x[0], 2.0, x[2]], [c[0], 1.0, c[2]])),
    row("val2d", X, Y, C2),
    row("val2d", GRID, GRID + 0.2, C2),
    row("val2d", 0.3, 0.4, C2),
    row("val3d", X, Y, Z, C3),
    row("grid2d", X, Y[:2], C2),
    row("grid2d", 0.3, Y, C2),
    row("grid3d", X, Y[:2], Z, C3),
    row("vander", X, call=lambda f, x: f(x, 4)),
    row("vander", GRID, call=lambda f, x: f(x, np.int64(2))),
    row("vander", 0.3, call=lambda f, x: f(x, 1)),
    row("vander", X, call=lambda f, x: f(x, 0)),
    row("vander2d", X, Y, call=lambda f, x, y: f(x, y, [2, 1])),
    row("vander2d", X, call=lambda f, x: f(x, [0.1, 0.2, 0.3], (1, 2))),
    row("vander2d", 0.3, 0.4, call=lambda f, x, y: f(x, y, [2, 1])),
    row("vander3d", X, Y, Z, call=lambda f, x, y, z: f(x, y, z, [2, 0, 1])),
    row("valfromroots", X, ZEROS),
    row("valfromroots", X, WIDE),
    row("valfromroots", X, WIDE, call=lambda f, x, r: f(x, r, tensor=False)),
    row("valfromroots", 0.3, ZEROS),
    row("fit", POINTS, VALUES, call=lambda f, x, y: f(x, y, 2)),
    row("fit", POINTS, VALUES, WEIGHTS, call=lambda f, x, y, w: f(x, y, 2, w=w)),
    row("fit", POINTS, VALUES, call=lambda f, x, y: f(x, np.stack([y, y * y], axis=1), [3, 0])),
    row("fit", POINTS, VALUES, call=lambda f, x, y: f(x, y, 2, full=True)[1][0]),
    row("fit", POINTS, VALUES, call=lambda f, x, y: f(x, y, 1, full=True)[1][2]),
    row("line", 0.3, 1.7),
    row("line", 0.3, call=lambda f, a: f(a, 0)),
    row("fromroots", ZEROS),
    row("fromroots", ZEROS[:1]),
    row("companion", LONG),
    row("companion", B),
    row("companion", B[:2]),
    row("roots", LONG),
    row("roots", np.array([-1.0, 0.3, 1.0, 0.9])),
    row("roots", B[:2]),
    row("trim", A),
    row("trim", A, call=lambda f, c: f(c, tol=0.5)),
    row("trim", A, call=lambda f, c: f(c, tol=3)),
    row("weight", X),
    row("weight", 0.3),
]  # fmt: skip


def of_families(rows: list[Row]) -> Any:
    """A test for each family and each of the rows that it has the function of."""
    pairs = [(family, r) for family in FAMILIES for r in rows if hasattr(family.module, family.name(r.rest))]
    ids = [f"{family.name(r.rest)}{[np.shape(x) for x in r.xs]}" for family, r in pairs]
    return pytest.mark.parametrize(("family", "row"), pairs, ids=ids)


BASES = pytest.mark.parametrize("family", FAMILIES, ids=lambda f: f.section)


def ours(family: Any, rest: str) -> Any:
    return getattr(importlib.import_module(f"tracker.polynomial.{family.section}"), family.name(rest))


@of_families(ROWS)
def test_values_are_numpys_and_derivatives_those_of_differences(family: Any, row: Row) -> None:
    make = lambda f: lambda *xs: row.call(f, *xs)
    assert_derivatives(make, ours(family, row.rest), family.theirs(row.rest), *row.xs)


@of_families(ROWS)
def test_dtypes_are_numpys_and_gradients_have_those_of_their_arguments(family: Any, row: Row) -> None:
    xs = [np.float32(x) for x in row.xs]
    y, back = tracker.pullback(lambda *xs: row.call(ours(family, row.rest), *xs), *xs)
    expected = row.call(family.theirs(row.rest), *xs)
    np.testing.assert_array_equal(y, expected, strict=True)
    for g, x in zip(back(np.ones_like(y)), xs, strict=True):
        assert g.dtype == np.float32
        assert g.shape == x.shape
    doubles = tracker.pullback(lambda *xs: row.call(ours(family, row.rest), *xs), *row.xs)[1](np.ones(np.shape(y)))
    for g, e in zip(back(np.ones_like(y)), doubles, strict=True):
        np.testing.assert_allclose(g, e, rtol=1e-3, atol=1e-3 * max(1.0, np.max(np.abs(e))))


@of_families(ROWS)
def test_complex_arguments(family: Any, row: Row) -> None:
    rng = np.random.default_rng(2)
    xs = [x + 0.3j * rng.standard_normal(np.shape(x)) if np.shape(x) else complex(x, 0.3) for x in row.xs]
    make = lambda f: lambda *xs: row.call(f, *xs)
    y, _ = tracker.pullback(make(ours(family, row.rest)), *xs)
    np.testing.assert_array_equal(y, make(family.theirs(row.rest))(*xs), strict=True)
    weights = np.cos(1.0 + np.arange(np.size(y))).reshape(np.shape(y))
    loss = lambda f: lambda *xs: np.sum(np.real(row.call(f, *xs) * (weights + 0.5j))) ** 2
    f = loss(ours(family, row.rest))
    found, expected = tracker.gradient(f, *xs), numeric_gradient(loss(family.theirs(row.rest)), *xs)
    for g, e in zip(found, expected, strict=True):
        np.testing.assert_allclose(g, e, rtol=1e-6, atol=1e-8 * max(1.0, np.max(np.abs(e))))
    vs = [rng.standard_normal(np.shape(x)) + 1j * rng.standard_normal(np.shape(x)) for x in xs]
    vs = [v if np.shape(v) else complex(v) for v in vs]
    along = sum(np.sum(np.real(np.conj(v) * g)) for v, g in zip(vs, found, strict=True))
    assert tracker.pushforward(f, tuple(xs), tuple(vs))[1] == pytest.approx(along, rel=1e-9, abs=1e-9)


@BASES
def test_every_function_has_a_row(family: Any) -> None:
    tested = {family.name(r.rest) for r in ROWS}
    apart = {"gauss", "pts1", "pts2", "interpolate"}  # of whole numbers, and of functions
    functions = {n for n in family.module.__all__ if inspect.isfunction(getattr(family.module, n))}
    assert functions - tested == {family.name(rest) for rest in apart} & functions


@pytest.mark.parametrize("section", [*(f.section for f in FAMILIES), "polyutils"])
def test_every_name_of_numpys_module_is_there_with_its_signature(section: str) -> None:
    theirs = importlib.import_module(f"numpy.polynomial.{section}")
    module = importlib.import_module(f"tracker.polynomial.{section}")
    assert set(module.__all__) == set(theirs.__all__)
    for name in theirs.__all__:
        found = getattr(module, name)
        if inspect.isfunction(found) and not hasattr(found, "refusal"):
            assert list(inspect.signature(found).parameters) == list(
                inspect.signature(getattr(theirs, name)).parameters
            )
            assert found.__doc__
    with pytest.raises(AttributeError, match=r"no .*'brand_new'"):
        module.brand_new  # noqa: B018


@pytest.mark.parametrize("name", np.polynomial.__all__)
def test_every_name_of_the_package_is_there(name: str) -> None:
    assert hasattr(tracker.polynomial, name)


@of_families(ROWS)
def test_plain_arguments_give_what_numpy_gives(family: Any, row: Row) -> None:
    y = row.call(ours(family, row.rest), *row.xs)
    expected = row.call(family.theirs(row.rest), *row.xs)
    assert type(y) is type(expected)
    np.testing.assert_array_equal(y, expected, strict=True)


ENDING_IN_ZEROS = [
    row("add", A, -A),
    row("add", A, call=lambda f, a: f(a, [0, 0, 0, -0.4])),
    row("sub", A, A),
    row("mul", np.append(A, [0, 0]), np.append(B, 0)),
    row("mul", np.zeros(3), B),
    row("mulx", np.zeros(3)),
    row("mulx", np.append(A, [0, 0])),
    row("div", np.append(LONG, 0), np.append(B, [0, 0]), call=joined),
    row("div", np.zeros(4), B, call=joined),
    row("div", np.append(B, [0, 0]), A, call=joined),
    row("pow", np.append(B, 0), call=lambda f, a: f(a, 2)),
    row("pow", A, call=lambda f, a: f(a, 0)),
    row("2poly", np.append(A, [0, 0])),
    row("2poly", np.zeros(3)),
    row("poly2", np.append(A, [0, 0])),
    row("poly2", np.zeros(3)),
    row("der", A, call=lambda f, a: f(a, 7)),
    row("der", WIDE, call=lambda f, a: f(a, 7)),
    row("der", WIDE, call=lambda f, a: f(a, 7, axis=1)),
    row("der", WIDE.reshape(2, 3, 2), call=lambda f, a: f(a, 7, axis=1)),
    row("int", np.zeros(1), 0.3, call=lambda f, a, k: f(a, 2, [k])),
    row("int", np.zeros(1), call=lambda f, a: f(a, 2)),
    row("line", 0.3, 0.0),
    row("fromroots", np.zeros(0)),
    row("fromroots", np.zeros(2)),
    row("companion", np.append(LONG, 0)),
    row("roots", np.append(LONG, [0, 0])),
    row("roots", np.array([0.7, 0])),
    row("trim", np.append(A, [0, 0])),
    row("trim", np.zeros(3)),
]

if hasattr(np.polynomial.polynomial, "polyvalnd"):  # NumPy 2.5
    ROWS += [
        row("valnd", X, Y, C2, call=lambda f, x, y, c: f((x, y), c)),
        row("valnd", X, Y, Z, C3, call=lambda f, x, y, z, c: f([x, y, z], c)),
    ]


@pytest.mark.filterwarnings("ignore::tracker.errors.DroppedZerosWarning")
@of_families(ENDING_IN_ZEROS)
def test_zeros_that_end_a_result_are_dropped_as_numpy_drops_them(family: Any, row: Row) -> None:
    y, back = tracker.pullback(lambda *xs: row.call(ours(family, row.rest), *xs), *row.xs)
    np.testing.assert_array_equal(y, row.call(family.theirs(row.rest), *row.xs), strict=True)
    with np.errstate(all="ignore"):
        for g, x in zip(back(np.ones_like(y)), row.xs, strict=True):
            assert np.shape(g) == np.shape(x)
            assert np.all(np.isfinite(g))


def test_a_gradient_that_misses_what_numpy_drops_is_warned_of() -> None:
    product = lambda c: tracker.polynomial.chebyshev.chebmul(c, [0.0, 1.0])[0]
    with pytest.warns(DroppedZerosWarning, match=r"chebmul gave 1 coefficients of 3.*small numbers") as caught:
        (g,) = tracker.gradient(product, np.zeros(2))
    assert caught[0].filename == __file__
    np.testing.assert_array_equal(g, [0.0, 0.5])  # what is left depends on coefficients that are zero now
    with pytest.warns(DroppedZerosWarning):
        assert tracker.pushforward(product, (np.zeros(2),), (np.array([1.0, 2.0]),))[1] == 1.0


@BASES
def test_gradients_at_many_points(family: Any) -> None:
    x = np.linspace(-1, 1, 100_001)
    w = np.cos(x)
    (g,) = tracker.gradient(lambda c: np.vdot(w, ours(family, "val")(x, c)), A)
    np.testing.assert_allclose(g, family.theirs("vander")(x, 3).T @ w, rtol=1e-12, atol=1e-9)
    (g,) = tracker.gradient(lambda c: np.sum(ours(family, "val")(x[:0], c)), A)
    np.testing.assert_array_equal(g, np.zeros(4))
    (g,) = tracker.gradient(lambda c: np.sum(ours(family, "val")(x, c) * w * [[1.0], [2.0], [3.0]]), WIDE)
    np.testing.assert_allclose(g, np.outer(family.theirs("vander")(x, 3).T @ w, [1, 2, 3]), rtol=1e-12, atol=1e-9)


@BASES
@pytest.mark.parametrize("n", [6, 13])
def test_the_derivative_by_a_root_is_the_product_over_the_others(family: Any, n: int) -> None:
    roots = np.cos(np.arange(n))
    others = [family.theirs("fromroots")(np.delete(roots, k)) for k in range(n)]
    expected = -np.stack([np.append(c, 0.0) for c in others], axis=1)
    for mode in ("forward", "reverse"):
        found = tracker.jacobian(ours(family, "fromroots"), roots, mode)
        np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-12 * np.max(np.abs(expected)))


@BASES
def test_zeros_that_can_only_be_zero_are_dropped_without_a_warning(family: Any) -> None:
    """pytest makes warnings errors."""
    for f in (
        lambda c: ours(family, "mul")(c, [1.0, 2.0, 0.0]),
        lambda c: ours(family, "add")(c, [0.0] * 6),
        lambda c: ours(family, "div")(ours(family, "mul")(c, [1.0, 2.0]), [1.0, 2.0])[0],
    ):
        (g,) = tracker.gradient(lambda c, f=f: np.sum(f(c)), A)
        np.testing.assert_allclose(g, numeric_gradient(lambda c, f=f: np.sum(tracker.data(f(c))), A)[0], rtol=1e-7)


WRONG = [
    row("add", A, call=lambda f, c: f(c, [])),
    row("add", A, call=lambda f, c: f(c, [[1.0, 2.0]])),
    row("add", A, call=lambda f, c: f(c)),
    row("mul", A, call=lambda f, c: f(c, c, c)),
    row("mul", A, call=lambda f, c: f(c[:0], c)),
    row("div", A, call=lambda f, c: f(c, [0.0])),
    row("div", A, call=lambda f, c: f(c, 0 * c)),
    row("pow", A, call=lambda f, c: f(c, -1)),
    row("pow", A, call=lambda f, c: f(c, 1.5)),
    row("pow", A, call=lambda f, c: f(c, 3, maxpower=2)),
    row("der", A, call=lambda f, c: f(c, -1)),
    row("der", A, call=lambda f, c: f(c, 1.0)),
    row("der", A, call=lambda f, c: f(c, axis=1)),
    row("int", A, call=lambda f, c: f(c, -1)),
    row("int", A, call=lambda f, c: f(c, 1, [1, 2])),
    row("int", A, call=lambda f, c: f(c, lbnd=[0.0])),
    row("int", A, call=lambda f, c: f(c, scl=[1.0])),
    row("int", A, call=lambda f, c: f(c, axis=2)),
    row("val2d", A, call=lambda f, c: f(c, c[:2], [[1.0]])),
    row("val3d", A, call=lambda f, c: f(c, c, c[:2], [[[1.0]]])),
    row("vander", A, call=lambda f, c: f(c, -1)),
    row("vander", A, call=lambda f, c: f(c, 1.5)),
    row("vander2d", A, call=lambda f, c: f(c, c, [1])),
    row("vander2d", A, call=lambda f, c: f(c, c[:2], [1, 1])),
    row("vander2d", A, call=lambda f, c: f(c, c, [1, 1.5])),
    row("valfromroots", A, call=lambda f, c: f(c, c, tensor=False)),
    row("fit", A, call=lambda f, c: f(c, c, -1)),
    row("fit", A, call=lambda f, c: f(c, c, 1.5)),
    row("fit", A, call=lambda f, c: f(c, c, [])),
    row("fit", A, call=lambda f, c: f(c, c[:2], 1)),
    row("fit", A, call=lambda f, c: f(c[:0], c[:0], 1)),
    row("fit", A, call=lambda f, c: f(c[None], c, 1)),
    row("fit", A, call=lambda f, c: f(c, c[0], 1)),
    row("fit", A, call=lambda f, c: f(c, c, 1, w=c[:2])),
    row("fit", A, call=lambda f, c: f(c, c, 1, w=c[None])),
    row("companion", A, call=lambda f, c: f(c[:1])),
    row("roots", A, call=lambda f, c: f(c[None])),
    row("fromroots", A, call=lambda f, c: f(c[None])),
    row("trim", A, call=lambda f, c: f(c, -1)),
    row("2poly", A, call=lambda f, c: f(c[:0])),
]


@of_families(WRONG)
def test_what_numpy_rejects_is_rejected_with_an_error_of_the_same_type(family: Any, row: Row) -> None:
    with pytest.raises(Exception) as expected:
        row.call(family.theirs(row.rest), A)
    with pytest.raises(type(expected.value)):
        row.call(ours(family, row.rest), tracker.param(A))


def test_a_poorly_conditioned_fit_warns() -> None:
    x = tracker.param(np.zeros(3))
    with pytest.warns(np.exceptions.RankWarning):
        tracker.polynomial.chebyshev.chebfit(x, X, 2)
    with pytest.warns(np.exceptions.RankWarning):
        tracker.polynomial.Chebyshev.fit(x, X, 2)


# Classes: calls of NumPy's class, or ours, by tracked coefficients, points, domains and windows

SERIES = {
    "call": (lambda P, c, x: P(c, [-2, 3])(x), A, X),
    "call at a number": (lambda P, c, x: P(c, [0, 2], [-1, 3])(x), A, 0.3),
    "call at a list": (lambda P, c, x: P(c)([x[0], 1.0, x[2]]), A, X),
    "call at a series": (lambda P, c, d: P(c, [-2, 3])(P(d)).coef, A, B),
    "call by the domain": (lambda P, c, a, b: P(c, [a, b])(X), A, -1.5, 2.0),
    "call by the window": (lambda P, c, w: P(c, [0, 2], w)(X), A, np.array([-1.0, 0.7])),
    "+": (lambda P, c, d: (P(c) + P(d)).coef, A, B),
    "-": (lambda P, c, d: (P(c) - P(d)).coef, A, B),
    "*": (lambda P, c, d: (P(c) * P(d)).coef, A, B),
    "+ number": (lambda P, c, a: (P(c) + a).coef, A, 0.3),
    "number -": (lambda P, c, a: (a - P(c)).coef, A, 0.3),
    "number *": (lambda P, c, a: (a * P(c)).coef, A, 0.3),
    "array *": (lambda P, c, d: (d * P(c) + [1, 2] - P(c) * d * 2).coef, A, B),
    "/ number": (lambda P, c, a: (P(c) / (1.0 * a)).coef, A, 0.3),
    "//": (lambda P, c, d: (P(c) // P(d)).coef, LONG, B),
    "%": (lambda P, c, d: (P(c) % P(d)).coef, LONG, B),
    "array //": (lambda P, c, d: (c // P(d)).coef, LONG, B),
    "array %": (lambda P, c, d: (c % P(d)).coef, LONG, B),
    "divmod of an array": (lambda P, c, d: np.concatenate([p.coef for p in divmod(c, P(d))]), LONG, B),
    "list //": (lambda P, c, d: ([c[0], *c[1:]] // P(d)).coef, LONG, B),
    "number //": (lambda P, a, c: ((1.0 * a) // P(c)).coef, 0.3, B[:1]),
    "// number": (lambda P, a, c: (P(c) // (1.0 * a)).coef, 0.3, B),
    "number %": (lambda P, a, c: ((1.0 * a) % P(c)).coef, 0.3, B),
    "divmod": (lambda P, c, d: np.concatenate([p.coef for p in divmod(P(c), P(d))]), LONG, B),
    "**": (lambda P, c: (P(c) ** 3).coef, B),
    "negative": (lambda P, c: (-P(c)).coef + (+P(c)).coef * 3, A),
    "deriv": (lambda P, c: P(c, [-2, 3]).deriv(2).coef, A),
    "deriv by the domain": (lambda P, c, a: P(c, [a, 3]).deriv(2).coef, A, -2.0),
    "integ": (lambda P, c, k, a: P(c, [-2, 3]).integ(2, [k, 1.0], lbnd=a).coef, A, 0.3, 0.4),
    "integ by the domain": (lambda P, c, a: P(c, [a, 3]).integ().coef, A, -2.0),
    "roots": (lambda P, c: P(c, [-2, 3]).roots(), LONG[:4]),
    "roots by the window": (lambda P, c, w: P(c, [0, 2], w).roots(), LONG[:4], np.array([-1.0, 1.2])),
    "trim": (lambda P, c: P(c).trim(0.5).coef, A),
    "truncate": (lambda P, c: P(c).truncate(2).coef, A),
    "cutdeg": (lambda P, c: P(c).cutdeg(2).coef, A),
    "copy": (lambda P, c: P(c).copy().coef * copy.deepcopy(P(c)).coef, A),
    "iteration": (lambda P, c: sum(k * e for k, e in enumerate(P(c))) * len(P(c)) * P(c).degree(), A),
    "convert": (lambda P, c: P(c, [-2, 3]).convert(kind=np.polynomial.Legendre).coef, A),
    "convert to a domain": (lambda P, c: P(c).convert([0, 3]).coef, A),
    "cast": (lambda P, c: P.cast(np.polynomial.Hermite([1, 2]) if c is None else P(c, [0, 2])).coef, A),
    "linspace": (lambda P, c: P(c).linspace(4)[1], A),
    "linspace of a tracked domain": (lambda P, c, a: P(c).linspace(4, [a, 2.0])[0], A, 0.3),
    "fit": (lambda P, x, y: P.fit(x, y, 2).coef, POINTS, VALUES),
    "fit, weighted": (lambda P, x, y, w: P.fit(x, y, [0, 2], w=w, domain=[-1, 2]).coef, POINTS, VALUES, WEIGHTS),
    "fit, full": (lambda P, y: P.fit(POINTS, y, 2, full=True, domain=[])[1][0], VALUES),
    "fit, values": (lambda P, x, y: P.fit(x, y, 2, window=[0, 2])(X), POINTS, VALUES),
    "fromroots": (lambda P, r: P.fromroots(r).coef, ZEROS),
    "fromroots, own domain": (lambda P, r: P.fromroots(r, None, [0, 1]).coef, ZEROS),
    "identity": (lambda P, a: P.identity([a, 2.0]).coef, -1.5),
    "times a basis": (lambda P, c: (P(c) * P.basis(2)).coef, A),
}  # fmt: skip


@BASES
@pytest.mark.parametrize("name", SERIES)
def test_series_have_numpys_values_and_the_derivatives_of_differences(family: Any, name: str) -> None:
    call, *xs = SERIES[name]
    assert_derivatives(
        lambda P: lambda *xs: call(P, *xs),
        getattr(tracker.polynomial, family.kind),
        getattr(np.polynomial, family.kind),
        *xs,
        exact=False,
    )


@BASES
def test_series_of_numpy_stand_beside_ours(family: Any) -> None:
    ours, theirs = getattr(tracker.polynomial, family.kind), getattr(np.polynomial, family.kind)
    p, q = ours(tracker.param(A)), theirs(B)
    for operate in (operator.add, operator.sub, operator.mul, operator.floordiv, operator.mod):
        for found, expected in ((operate(p, q), operate(theirs(A), q)), (operate(q, p), operate(q, theirs(A)))):
            assert type(found) is ours
            assert tracker.is_tracked(found.coef)
            np.testing.assert_array_equal(found.coef.data, expected.coef)
    assert isinstance(p, theirs)
    np.testing.assert_allclose(p(q).coef.data, theirs(A)(q).coef)
    other = np.polynomial.Chebyshev(B) if family.kind == "Polynomial" else np.polynomial.Polynomial(B)
    for operate in (operator.add, operator.sub, operator.mul, divmod):
        for pair in ((p, other), (other, p), (p, ours(B, [0, 3])), (p, ours(B, symbol="y"))):
            with pytest.raises(ValueError if pair[1] is not other and pair[1].symbol == "y" else TypeError):
                operate(*pair)


@BASES
def test_series_compare_and_print_by_their_values(family: Any) -> None:
    ours, theirs = getattr(tracker.polynomial, family.kind), getattr(np.polynomial, family.kind)
    p, q = ours(tracker.param(A), [0, 2]), theirs(A, [0, 2])
    assert p == ours(A, [0, 2])
    assert p != ours(B, [0, 2])
    assert p.has_samecoef(q)
    assert p.has_samedomain(q)
    assert p.has_samewindow(q)
    assert q.has_sametype(p)
    assert (str(p), f"{p:ascii}", p._repr_latex_()) == (str(q), f"{q:ascii}", q._repr_latex_())
    assert (repr(p), repr(ours(A, [0, 2]))) == (f"tracked({q!r})", repr(q))
    assert pickle.loads(pickle.dumps(ours(A))) == ours(A)


@BASES
def test_series_are_arguments_and_results(family: Any) -> None:
    ours = getattr(tracker.polynomial, family.kind)
    p = ours(A, [-2, 3], symbol="t")
    (g,) = tracker.gradient(lambda p: np.sum(p(X) ** 2), p)
    assert type(g) is ours
    assert (g.symbol, g.domain.tolist(), g.window.tolist()) == ("t", [-2, 3], p.window.tolist())
    np.testing.assert_array_equal(g.coef, tracker.gradient(lambda c: np.sum(ours(c, [-2, 3])(X) ** 2), A)[0])
    y, back = tracker.pullback(lambda c: ours(c).deriv(), A)
    assert y == ours(A).deriv()
    np.testing.assert_array_equal(back(y)[0], tracker.pullback(lambda c: ours(c).deriv().coef, A)[1](y.coef)[0])
    _, moved = tracker.optim.update(tracker.optim.setup(tracker.optim.Descent(0.1), p), p, g)
    np.testing.assert_allclose(moved.coef, A - 0.1 * g.coef)
    assert tracker.tree.names({"u": p}, "model") == ["model['u'].coef"]


@BASES
def test_series_are_saved_and_loaded_with_a_model(family: Any, tmp_path: Any) -> None:
    ours = getattr(tracker.polynomial, family.kind)
    model = {"u": ours(A, [-2, 3]), "k": 2.0}
    tracker.nn.save(tmp_path / "model", model)
    found = tracker.nn.load(tmp_path / "model", {"u": ours(0 * A, [-2, 3]), "k": 0.0})
    assert found == model


def test_coefficients_of_a_series_are_its_own() -> None:
    c = tracker.param(A)
    p = tracker.polynomial.Polynomial(c)
    p.coef[0] = 7.0
    assert c.data[0] == A[0]
    assert p(0.0).data == 7.0


def test_chebyshev_interpolates_what_captures_tracked_values() -> None:
    f = lambda P: lambda a: P.interpolate(lambda x: np.exp(a * x), 3, [0, 2]).coef
    assert_derivatives(f, tracker.polynomial.Chebyshev, np.polynomial.Chebyshev, 0.7)


@pytest.mark.parametrize(
    "wrong", [{"coef": [[1.0]]}, {"coef": []}, {"domain": [1.0]}, {"window": [1, 2, 3]}, {"symbol": "1"}]
)
def test_what_numpys_classes_reject_is_rejected(wrong: Any) -> None:
    given = {"coef": tracker.param(A), **wrong}
    with pytest.raises(ValueError):
        np.polynomial.Legendre(**{**given, "coef": tracker.data(given["coef"])})
    with pytest.raises(ValueError):
        tracker.polynomial.Legendre(**given)
    with pytest.raises(TypeError):
        tracker.polynomial.Legendre(tracker.param(A)) / [2.0]
    with pytest.raises(ValueError):
        tracker.polynomial.Legendre(tracker.param(A)) ** -1


@BASES
def test_a_double_root_leaves_the_other_roots_their_derivatives(family: Any) -> None:
    c = family.theirs("fromroots")([0.0, 0.0, 2.0])
    apart = family.theirs("fromroots")([0.0, 0.0])
    (g,) = tracker.gradient(lambda c: ours(family, "roots")(c)[2].real, c)
    expected = -family.theirs("vander")(2.0, 3)[0] / family.theirs("val")(2.0, apart)
    np.testing.assert_allclose(g, expected, rtol=1e-9)
