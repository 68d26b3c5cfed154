"""Programs as they are first written, in ways that NumPy shows nobody: the error names what works, and it does."""

import math

import numpy as np
import pytest

import tracker
from tracker.errors import ConversionError

X = np.array([1.0, 2.0, 3.0])
KNOTS = np.arange(3.0)


def running_sum_in_a_plain_buffer(x):
    y = np.zeros(3)
    for i in range(3):
        y[i] = x[i] ** 2 + (y[i - 1] if i else 0.0)
    return y[-1]


def running_sum(x):
    y = tracker.zeros(3)
    for i in range(3):
        y[i] = x[i] ** 2 + (y[i - 1] if i else 0.0)
    return y[-1]


def running_sum_like(x):
    y = np.zeros_like(x)
    for i in range(3):
        y[i] = x[i] ** 2 + (y[i - 1] if i else 0.0)
    return y[-1]


def rows_in_a_plain_buffer(x):
    y = np.empty((2, 3))
    y[0], y[1] = x, x**2
    return y.sum()


def rows(x):
    y = np.empty_like(x, shape=(2, 3))
    y[0], y[1] = x, x**2
    return y.sum()


def sum_in_a_plain_buffer(x):
    total = np.zeros(3)
    for k in range(3):
        total += x**k
    return total @ total


def sum_in_a_tracked_buffer(x):
    total = np.zeros_like(x)
    for k in range(3):
        total += x**k
    return total @ total


def list_made_an_array(x):
    out = []
    for t in x:
        out.append(np.sin(t) if t < 2.5 else t)
    return np.array(out).prod()


def list_collected(x):
    return tracker.collect([np.sin(t) if t < 2.5 else t for t in x]).prod()


def list_stacked(x):
    return np.stack([np.sin(t) if t < 2.5 else t for t in x]).prod()


def rotation_by_lists(x):
    c, s = np.cos(x[0]), np.sin(x[0])
    return (np.array([[c, -s], [s, c]]) @ x[1:])[0]


def rotation_collected(x):
    c, s = np.cos(x[0]), np.sin(x[0])
    return (tracker.collect([[c, -s], [s, c]]) @ x[1:])[0]


def method_of_a_plain_array(x):
    return np.ones((2, 3)).dot(x)[0]


def plain_operator(x):
    return (np.ones((2, 3)) @ x)[0]


def function_of_math(x):
    return math.exp(-x[0]) * x[1]


def function_of_numpy(x):
    return np.exp(-x[0]) * x[1]


def filled(x):
    return np.full(3, x[0])[1]


def filled_like(x):
    return np.full_like(x, x[0])[1]


def counted(x):
    return np.sum(np.arange(0.0, x[2], 0.7) * x[0])


def counted_by_value(x):
    return np.sum(np.arange(0.0, x[2].item(), 0.7) * x[0])


@pytest.mark.parametrize(
    ("first", "named", "right"),
    [
        (running_sum_in_a_plain_buffer, "tracker.zeros(shape)", running_sum),
        (running_sum_in_a_plain_buffer, "np.zeros_like(x)", running_sum_like),
        (rows_in_a_plain_buffer, "np.zeros_like(x)", rows),
        (sum_in_a_plain_buffer, "np.zeros_like(tracked)", sum_in_a_tracked_buffer),
        (list_made_an_array, "tracker.collect", list_collected),
        (list_made_an_array, "np.stack", list_stacked),
        (rotation_by_lists, "tracker.collect", rotation_collected),
        (method_of_a_plain_array, "plain @ x", plain_operator),
        (function_of_math, "Use NumPy's functions", function_of_numpy),
        (filled, "numpy.full_like(x, value, shape=shape)", filled_like),
        (counted, "x.data", counted_by_value),
    ],
)
def test_what_loses_the_gradient_is_refused_and_the_other_way_is_right(first, named, right):
    with pytest.raises(ConversionError) as caught:
        tracker.gradient(first, X)
    assert named in str(caught.value)
    slope = [(first(X + 1e-6 * e) - first(X - 1e-6 * e)) / 2e-6 for e in np.eye(3)]  # the first one is right for floats
    np.testing.assert_allclose(tracker.gradient(right, X)[0], slope, rtol=1e-8, atol=1e-8)
