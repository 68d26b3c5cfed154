"""What NumPy rejects is rejected for tracked arrays, with the same kind of error; what has no derivative, by name."""

from typing import Any

import numpy as np
import pytest

import tracker
from tests.calls import Call, loss
from tests.cases.rejected import REFUSED, REJECTED
from tracker.errors import TrackerError

_QUIET = ("ignore::RuntimeWarning", "ignore::DeprecationWarning")


def error_of(f: Any) -> Exception | None:
    try:
        f()
    except Exception as error:  # noqa: BLE001 (whichever it is, it is compared)
        return error
    return None


@pytest.mark.filterwarnings(*_QUIET)
@pytest.mark.parametrize("text", REJECTED)
def test_what_numpy_rejects_is_rejected_with_the_same_kind_of_error(text: str) -> None:
    call = Call(text)
    plain = error_of(call.of_copies)
    assert plain is not None
    kind = next(k for k in type(plain).__mro__ if k.__module__ in ("builtins", "numpy.exceptions", "numpy.linalg"))
    for run in (
        lambda: tracker.pullback(call, *call.inputs),
        lambda: call(*[tracker.param(x) for x in call.inputs]),
        lambda: tracker.pushforward(call, tuple(call.inputs), tuple(x * 0 for x in call.inputs)),
    ):
        assert isinstance(error_of(run), kind)


@pytest.mark.filterwarnings(*_QUIET)
@pytest.mark.parametrize(("text", "word"), REFUSED.items())
def test_what_has_no_derivative_is_refused_by_name(text: str, word: str) -> None:
    call = Call(text)
    assert error_of(call.of_copies) is None or "out=" in text
    error = error_of(lambda: tracker.gradient(lambda *xs: loss(call(*xs)), *call.inputs))
    assert isinstance(error, TrackerError | NotImplementedError)
    assert word in str(error)


def test_comparisons_of_lists_of_tracked_numbers_are_those_of_their_values() -> None:
    q = tracker.param(1.5)
    assert np.array_equal([q, 2.0], [1.5, 2.0])
    assert np.array_equiv([q], [q])
    assert not np.array_equal([q], [1.0])


def test_nan_to_num_without_copy_writes_into_its_argument_alone() -> None:
    given = np.array([1.0, np.nan])
    (g,) = tracker.gradient(lambda x: np.sum(np.nan_to_num(x, copy=False) * 2.0), given)
    np.testing.assert_array_equal(g, [2.0, 0.0])
    np.testing.assert_array_equal(given, [1.0, np.nan])
    x = tracker.param(given)
    assert np.nan_to_num(x, copy=False) is x
    np.testing.assert_array_equal(x.data, [1.0, 0.0])
