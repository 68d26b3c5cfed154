"""np.r_ and np.c_ of tracked parts: NumPy's values, shapes, dtypes and errors, and derivatives."""

import importlib
from typing import Any

import numpy as np
import pytest

import tracker
from tracker import gradcheck, param
from tracker._arrays import index_joins
from tracker.errors import ConversionError

X = np.array([0.4, -1.5, 2.0])
A = np.arange(6.0).reshape(2, 3)

JOINS: dict[str, Any] = {
    "alone": lambda x: np.r_[x],
    "and a number": lambda x: np.r_[x, 1.0],
    "after an integer": lambda x: np.r_[0, x],
    "numbers": lambda x: np.r_[x[0], 5, x[2]],
    "lists": lambda x: np.r_[[x[0], x[1]], [1, 2]],
    "a range": lambda x: np.r_[1:4, x, 0:1:3j],
    "points between tracked ends": lambda x: np.r_[x[0] : x[1] : 4j, 7],
    "points up to a tracked end": lambda x: np.r_[: x[1] : 4j],
    "a view": lambda x: np.r_[x[::-1], x[1:]],
    "rows": lambda x: np.r_[A * x, A],
    "columns": lambda x: np.c_[np.ones(3), x, x**2],
    "columns of blocks": lambda x: np.c_[A, A * x],
    "a column and a range": lambda x: np.c_[x, 0:3],
    "a column of one": lambda x: np.c_[x[:1], x[0]],
    "last axis": lambda x: np.r_["-1", A, A * x],
    "two axes": lambda x: np.r_["0,2", x, x],
    "standing": lambda x: np.r_["1,2,0", x, x],
    "three axes": lambda x: np.r_["0,3,1", x, 0:3],
    "complex": lambda x: np.r_[x * 1j, x],
}


@pytest.mark.parametrize("join", JOINS.values(), ids=JOINS)
def test_values_are_numpys_and_gradients_right(join):
    y, plain = join(param(X)), join(X)
    assert tracker.is_tracked(y)
    assert y.dtype == plain.dtype
    np.testing.assert_array_equal(y.data, plain, strict=True)
    weights = np.cos(np.arange(plain.size)).reshape(plain.shape)
    gradcheck(lambda x: np.sum(np.abs(join(x) * weights) ** 2), X, order=2)


def test_numbers_of_python_keep_single_precision():
    y = np.r_[param(X.astype("f4")), 2.5, 1]
    assert y.dtype == np.float32
    assert np.c_[param(X.astype("f4")), X].dtype == np.float64


@pytest.mark.parametrize(
    "join", [lambda x: np.r_[x, "a"], lambda x: np.c_[x, np.ones(2)], lambda x: np.r_["z", x], lambda x: np.r_[x, A]]
)
def test_numpys_errors(join):
    with pytest.raises(ValueError) as numpys:
        join(X)
    with pytest.raises(ValueError) as ours:
        join(param(X))
    assert str(ours.value) == str(numpys.value)


@pytest.mark.parametrize("join", [lambda x: np.r_["c", x], lambda x: np.r_[x[0] : 3], lambda x: np.mgrid[x[0] : 3]])
def test_matrices_and_steps_from_a_tracked_start_are_refused(join):
    with pytest.raises(ConversionError):
        join(param(X))


def test_plain_calls_are_numpys():
    u, v = A, -A  # found by name
    with pytest.warns(PendingDeprecationWarning, match="matrix"):
        found = np.r_["u; v"], np.c_["u, v"], np.r_["r", X]
    np.testing.assert_array_equal(found[0], np.vstack([u, v]))
    np.testing.assert_array_equal(found[1], np.hstack([u, v]))
    assert type(found[2]) is np.matrix
    np.testing.assert_array_equal(np.r_[1:3, 0], [1, 2, 0])


def test_loading_tracker_again_leaves_one_layer():
    of_numpy = type(np.r_).__getitem__.of_numpy
    importlib.reload(index_joins).install()
    assert type(np.r_).__getitem__.of_numpy is of_numpy
