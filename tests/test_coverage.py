"""NumPy's namespace, walked: every public function is differentiated, constant, or refused with a reason."""

import re
from typing import Any

import numpy as np
import pytest
import scipy.signal

import tracker
from tests.test_rules import CASES
from tools import coverage, scipy_coverage
from tracker._core.registry import compositions, refusals

FUNCTIONS = coverage.functions()


def test_every_public_function_is_accounted_for() -> None:
    unknown = [name for name, f in FUNCTIONS.items() if coverage.status(name, f).kind == coverage.MISSING]
    assert len(FUNCTIONS) > 500
    assert not unknown, f"give these a rule, declare them constant or refuse them: {unknown}"


def test_everything_that_numpy_dispatches_is_accounted_for() -> None:
    kinds = {coverage.full_name(f): coverage.status(coverage.full_name(f), f).kind for f in coverage.dispatched()}
    assert len(kinds) > 350
    assert not [name for name, kind in kinds.items() if kind == coverage.MISSING]


def test_the_page_is_up_to_date() -> None:
    page = coverage.PAGE.read_text()
    named = {name: re.search(rf"names of {name} (\d+\.\d+)", page).group(1) for name in ("NumPy", "SciPy")}
    installed = {"NumPy": np.__version__, "SciPy": scipy.__version__}
    if any(".".join(installed[name].split(".")[:2]) != version for name, version in named.items()):
        pytest.skip(f"the page is that of {named}, others have other names; the other tests account for all of them")
    assert page == coverage.page(), "run: python -m tools.coverage"


def test_a_new_function_would_be_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(np, "brand_new", lambda x: x, raising=False)
    name = "numpy.brand_new"
    assert coverage.status(name, coverage.functions()[name]).kind == coverage.MISSING


def test_of_what_numpy_hands_over_98_of_100_differentiate() -> None:
    count, of = coverage.share({name: coverage.status(name, f) for name, f in FUNCTIONS.items()})
    assert of > 250
    assert count / of >= 0.98


def test_every_composition_has_a_case() -> None:
    covered = {c.covers or c.f for c in CASES} | {np.intersect1d, np.setdiff1d, np.clip}
    missing = [f.__name__ for f in compositions if f not in covered]
    assert set(missing) <= {"array", "asarray", "asanyarray"}


@pytest.mark.parametrize("f", list(refusals), ids=coverage.full_name)
def test_a_refusal_names_the_reason(f: Any) -> None:
    with pytest.raises(tracker.NoRuleError, match=r"has no derivative rule .*: [a-zA-Z]"):
        tracker.track(f, tracker.param([1.0, 2.0]))


@pytest.mark.filterwarnings("ignore:the matrix subclass:PendingDeprecationWarning")
@pytest.mark.parametrize("name", [n for n in coverage.CONVERTS if n in coverage.CALLS], ids=str)
def test_a_function_that_converts_its_argument_raises(name: str) -> None:
    with pytest.raises(TypeError):
        coverage.CALLS[name](tracker.param([1.0, 2.0, 3.0]))


@pytest.mark.parametrize(
    ("f", "expected"),
    [
        (lambda x: np.intersect1d(x, np.array([1.0, 3.0, 5.0])), [2.0, 1.0, 0.0]),
        (lambda x: np.intersect1d(x, [3.0, 2.0], return_indices=True)[0], [2.0, 0.0, 1.0]),
        (lambda x: np.setdiff1d(x, np.array([1.0])), [2.0, 0.0, 1.0]),
        (lambda x: np.setdiff1d(x, [1.0], assume_unique=True), [1.0, 0.0, 2.0]),
    ],
)
def test_set_operations_give_each_entry_its_gradient(f: Any, expected: Any) -> None:
    """The k-th entry of the result weighs k + 1."""
    (g,) = tracker.gradient(lambda x: np.sum(f(x) * np.array([1.0, 2.0])), np.array([3.0, 1.0, 2.0]))
    np.testing.assert_array_equal(g, expected)


def test_intersect1d_takes_its_indices_as_numpy_does() -> None:
    a, b = np.array([3.0, 1.0, 2.0]), np.array([2.0, 3.0])
    for mine, plain in zip(
        np.intersect1d(tracker.param(a), b, return_indices=True), np.intersect1d(a, b, return_indices=True), strict=True
    ):
        np.testing.assert_array_equal(tracker.data(mine), plain)


_BY_X = [n for n, f in FUNCTIONS.items() if n.startswith("numpy.polynomial.") and n.endswith(("val", "weight"))]


@pytest.mark.parametrize("name", _BY_X)
def test_polynomials_in_every_basis_differentiate_by_x(name: str) -> None:
    call: Any = FUNCTIONS[name]
    f = call if name.endswith("weight") else lambda x: call(x, np.array([0.3, -1.0, 2.0, 0.5]))
    assert coverage.status(name, call).kind == coverage.DIFFERENTIATED
    assert tracker.gradcheck(f, np.array([0.2, 0.5, 0.7]), order=2)


def test_every_basis_has_its_functions_of_x() -> None:
    assert len(_BY_X) == 11  # six bases, of which one has the weight 1


def test_every_public_name_of_scipy_is_accounted_for() -> None:
    found = scipy_coverage.found()
    missing = [f"{s}.{n}" for s, names in found.items() for n, x in names.items() if x.kind == scipy_coverage.MISSING]
    assert sum(map(len, found.values())) > 1200
    assert not missing, f"differentiate these, or say in tracker.scipy._without why not: {missing}"


def test_every_section_of_scipy_is_accounted_for() -> None:
    assert scipy_coverage.walked() - set(scipy_coverage.SECTIONS) == set(scipy_coverage.WHOLE)


def test_a_new_function_of_scipy_would_be_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scipy.signal, "brand_new", lambda x: x, raising=False)
    monkeypatch.setattr(scipy.signal, "__all__", [*scipy.signal.__all__, "brand_new"])
    assert scipy_coverage.found()["signal"]["brand_new"].kind == scipy_coverage.MISSING


@pytest.mark.parametrize("section", scipy_coverage.SECTIONS)
def test_every_name_of_scipy_is_there_and_refusals_give_a_reason(section: str) -> None:
    for name, status in scipy_coverage.found()[section].items():
        ours = getattr(scipy_coverage.ours(section), name)
        if status.kind == scipy_coverage.REFUSED and not isinstance(ours, np.ufunc):
            assert ours.refusal == status.reason
            assert len(status.reason) > 10


def test_no_name_is_both_differentiated_and_refused() -> None:
    for section in scipy_coverage.SECTIONS:
        module = scipy_coverage.ours(section)
        table = module.__getattr__.table
        kinds = [set(module.__all__), set(table.refused), table.answered, table.own, table.differentiated]
        assert sum(map(len, kinds)) == len(set().union(*kinds)), section
        assert table.undefined <= set(table.refused.values()), section
