"""Every attribute of ndarray differentiates, is constant, or raises with the way out."""

import copy
import pickle
from itertools import chain
from typing import Any

import numpy as np
import pytest

import tracker
from tests.differences import numeric_gradient
from tracker import TrackedArray, gradient, param, pushforward

# Away from zero and from multiples of the divisors below, so that finite differences meet no kink.
X = np.array([[-0.83, 1.33, -0.44], [0.52, 1.13, 0.74], [-0.64, -1.08, 1.94]])


def uneven(y):
    w = np.cos(np.arange(np.size(y)) * 0.7 + 0.3).reshape(np.shape(y))
    return np.sum(y * w)


def written(change, then=uneven):
    """The result after `change`, which writes into its argument."""

    def f(x):
        y = x * 1.5
        result = change(y, x)
        return then(y if result is None or result is NotImplemented else result)

    return f


def both(pair):
    return uneven(pair[0]) + 2 * uneven(pair[1])


def each(items):
    total = 0.0
    for i, item in enumerate(items):
        total = total + (i + 1) * np.sum(item**2)
    return total


DIFFERENTIABLE = {
    "T": lambda x: uneven(x.T),
    "mT": lambda x: uneven(x.mT),
    "real": lambda x: uneven(x.real),
    "imag": lambda x: uneven((x * 1j).imag),
    "flat": lambda x: each(x.flat),
    "__abs__": lambda x: uneven(abs(x)),
    "__add__": lambda x: uneven(x + 2),
    "__radd__": lambda x: uneven([1.0, 2.0, 3.0] + x),
    "__iadd__": written(lambda y, x: y.__iadd__(x)),
    "__sub__": lambda x: uneven(x - x.T),
    "__rsub__": lambda x: uneven(2 - x),
    "__isub__": written(lambda y, x: y.__isub__(x)),
    "__mul__": lambda x: uneven(x * x.T),
    "__rmul__": lambda x: uneven(2 * x),
    "__imul__": written(lambda y, x: y.__imul__(x)),
    "__truediv__": lambda x: uneven(x / (x.T + 9)),
    "__rtruediv__": lambda x: uneven(2 / x),
    "__itruediv__": written(lambda y, x: y.__itruediv__(x)),
    "__floordiv__": lambda x: uneven(x // 0.3) + uneven(x),
    "__rfloordiv__": lambda x: uneven(2 // x) + uneven(x),
    "__ifloordiv__": written(lambda y, x: y.__ifloordiv__(0.3)),
    "__mod__": lambda x: uneven(x % 0.3),
    "__rmod__": lambda x: uneven(2 % x),
    "__imod__": written(lambda y, x: y.__imod__(0.3)),
    "__divmod__": lambda x: both(divmod(x, 0.3)),
    "__rdivmod__": lambda x: both(divmod(2, x)),
    "__pow__": lambda x: uneven(x**3),
    "__rpow__": lambda x: uneven(2**x),
    "__ipow__": written(lambda y, x: y.__ipow__(2)),
    "__matmul__": lambda x: uneven(x @ x),
    "__rmatmul__": lambda x: uneven(np.arange(6.0).reshape(2, 3) @ x) + uneven([1.0, 2.0, 3.0] @ x),
    "__imatmul__": written(lambda y, x: y.__imatmul__(x)),
    "__neg__": lambda x: uneven(-x),
    "__pos__": lambda x: uneven(+x),
    "__getitem__": lambda x: uneven(x[1:, 0]),
    "__setitem__": written(lambda y, x: y.__setitem__(0, x[1])),
    "__iter__": lambda x: each(iter(x)),
    "__copy__": lambda x: uneven(copy.copy(x * 2)),
    "__deepcopy__": lambda x: uneven(copy.deepcopy(x * 2)),
    "astype": lambda x: uneven(x.astype(np.longdouble).astype(float)),
    "choose": lambda x: uneven(
        np.array([0, 1, 1]).choose(x[:2]) if not tracker.is_tracked(x) else np.choose([0, 1, 1], x[:2])
    ),
    "clip": lambda x: uneven(x.clip(-0.5, 0.5)),
    "compress": lambda x: uneven(x.compress([True, False, True], axis=1)),
    "conj": lambda x: uneven(x.conj()),
    "conjugate": lambda x: uneven(x.conjugate()),
    "copy": lambda x: uneven(x.copy()),
    "cumprod": lambda x: uneven(x.cumprod(axis=1)),
    "cumsum": lambda x: uneven(x.cumsum()),
    "diagonal": lambda x: uneven(x.diagonal(1)),
    "dot": lambda x: uneven(x.dot(x)) + uneven(x.dot(np.ones(3))),
    "fill": written(lambda y, x: y.fill(x[0, 0])),
    "flatten": lambda x: uneven(x.flatten()),
    "max": lambda x: uneven(x.max(axis=0)) + x.max(),
    "mean": lambda x: uneven(x.mean(axis=0, keepdims=True)),
    "min": lambda x: uneven(x.min(axis=1)) + x.min(),
    "partition": written(lambda y, x: y.partition(1, axis=1), lambda y: np.sum(y[:, 1])),
    "prod": lambda x: uneven(x.prod(axis=0)),
    "put": written(lambda y, x: y.put([0, 4], x[2, :2])),
    "ravel": lambda x: uneven(x.ravel()),
    "repeat": lambda x: uneven(x.repeat(2, axis=1)),
    "reshape": lambda x: uneven(x.reshape(9)) + uneven(x.reshape((1, -1))) + uneven(x.reshape(1, 9, order="F")),
    "round": lambda x: uneven(x.round(1)) + uneven(x),
    "sort": written(lambda y, x: y.sort(axis=0)),
    "squeeze": lambda x: uneven(x[None].squeeze(0)),
    "std": lambda x: uneven(x.std(axis=0, ddof=1)),
    "sum": lambda x: uneven(x.sum(axis=(0,))) + x.sum(),
    "swapaxes": lambda x: uneven(x.swapaxes(0, 1)),
    "take": lambda x: uneven(x.take([0, 2, 2], axis=1)),
    "tolist": lambda x: each(e for row in x.tolist() for e in row),
    "trace": lambda x: x.trace(),
    "transpose": lambda x: uneven(x.transpose()) + uneven(x.transpose(1, 0)) + uneven(x.transpose((1, 0))),
    "var": lambda x: uneven(x.var(axis=1)),
    "view": lambda x: uneven(x.view()) + uneven(x.view(np.ndarray)),
}

# Same plain result as NumPy's; no derivative.
CONSTANT = {
    "__bool__": lambda x: bool(x[:1, :1]),
    "__contains__": lambda x: (X[0, 0] in x, 99.0 in x),
    "__eq__": lambda x: x == X,
    "__ne__": lambda x: x != 2,
    "__lt__": lambda x: x < 0,
    "__le__": lambda x: x <= x.T,
    "__gt__": lambda x: 0.5 > x,
    "__ge__": lambda x: x >= np.zeros(3),
    "__len__": len,
    "all": lambda x: x.all(axis=0),
    "any": lambda x: x.any(),
    "argmax": lambda x: x.argmax(axis=1),
    "argmin": lambda x: x.argmin(),
    "argpartition": lambda x: x.argpartition(1, axis=1).shape,
    "argsort": lambda x: x.argsort(axis=0),
    "device": lambda x: x.device,
    "dtype": lambda x: x.dtype,
    "item": lambda x: (x.item(0), x.item(1, 2), x[:1, :1].item()),
    "itemsize": lambda x: x.itemsize,
    "nbytes": lambda x: x.nbytes,
    "ndim": lambda x: x.ndim,
    "nonzero": lambda x: x.nonzero(),
    "searchsorted": lambda x: np.sort(x[0]).searchsorted([0.0, 1.0]),
    "shape": lambda x: x.shape,
    "size": lambda x: x.size,
    "strides": lambda x: x.strides,
    "__sizeof__": lambda x: x.__sizeof__() > 0,
}

# Would lose the gradient or can't be differentiated: says so, and what to use instead.
RAISES = {
    "__array__": np.asarray,
    "__float__": lambda x: float(x[:1, :1]),
    "__int__": lambda x: int(x[:1, :1]),
    "__complex__": lambda x: complex(x[:1, :1]),
    "__index__": lambda x: [1, 2][x[0, 0]],
    "__and__": lambda x: x & 1,
    "__rand__": lambda x: 1 & x,
    "__iand__": lambda x: x.__iand__(1),
    "__or__": lambda x: x | 1,
    "__ror__": lambda x: 1 | x,
    "__ior__": lambda x: x.__ior__(1),
    "__xor__": lambda x: x ^ 1,
    "__rxor__": lambda x: 1 ^ x,
    "__ixor__": lambda x: x.__ixor__(1),
    "__lshift__": lambda x: x << 1,
    "__rlshift__": lambda x: 1 << x,
    "__ilshift__": lambda x: x.__ilshift__(1),
    "__rshift__": lambda x: x >> 1,
    "__rrshift__": lambda x: 1 >> x,
    "__irshift__": lambda x: x.__irshift__(1),
    "__invert__": lambda x: ~x,
    "__delitem__": lambda x: x.__delitem__(0),
    "__array_interface__": lambda x: x.__array_interface__,
    "__array_struct__": lambda x: x.__array_struct__,
    "__dlpack__": lambda x: x.__dlpack__(),
    "byteswap": lambda x: x.byteswap(),
    "dump": lambda x: (x * 2).dump("/dev/null"),
    "dumps": lambda x: (x * 2).dumps(),
    "getfield": lambda x: x.getfield(np.float32),
    "setfield": lambda x: x.setfield(1.0, np.float64),
    "setflags": lambda x: x.setflags(write=False),
    "resize": lambda x: x.resize((2, 2)),
    "tobytes": lambda x: x.tobytes(),
    "tofile": lambda x: x.tofile("/dev/null"),
    "to_device": lambda x: x.to_device("gpu"),
    "ctypes": lambda x: x.ctypes,
    "__reduce__": lambda x: pickle.dumps(x * 2),
    "__reduce_ex__": lambda x: pickle.dumps(x * 2, 2),
}

# Python's own machinery, and what tracker defines differently (tested by name elsewhere).
MACHINERY = """
     __array_finalize__ __array_function__ __array_namespace__ __array_priority__ __array_ufunc__
    __array_wrap__ __class__ __class_getitem__ __delattr__ __dir__ __dlpack_device__ __doc__
    __format__ __getattribute__ __getstate__ __hash__ __init__ __init_subclass__ __new__ __repr__
    __setattr__ __setstate__ __str__ __subclasshook__ base data flags
""".split()


def test_every_attribute_of_ndarray_is_in_exactly_one_table():
    tables = [*DIFFERENTIABLE, *CONSTANT, *RAISES, *MACHINERY]
    assert sorted(tables) == sorted(set(tables))
    of_others = {"__buffer__", "_set_dtype", "_set_shape"}  # Python 3.12, NumPy 2.5
    assert sorted((set(dir(np.ndarray)) - of_others) ^ set(tables)) == []


@pytest.mark.parametrize("name", DIFFERENTIABLE)
def test_differentiates(name):
    f = DIFFERENTIABLE[name]
    value, (g,) = tracker.withgradient(f, X)
    expected = numeric_gradient(f, X)[0]
    np.testing.assert_array_equal(value, f(X.copy()))
    np.testing.assert_allclose(g, expected, rtol=1e-8, atol=1e-9)
    dx = np.cos(np.arange(9.0)).reshape(3, 3)
    _, dy = pushforward(f, (X,), (dx,))
    np.testing.assert_allclose(dy, np.sum(expected * dx), rtol=1e-7, atol=1e-8)


def test_no_attribute_is_left_out_of_tracked_arrays():
    # Those in RAISES must exist, too, or raise with their own message, never be silently inherited.
    missing = [name for name in [*DIFFERENTIABLE, *CONSTANT] if not hasattr(TrackedArray, name)]
    assert missing == []


@pytest.mark.parametrize("name", CONSTANT)
def test_is_the_plain_result_of_numpy(name):
    f = CONSTANT[name]
    found, expected = f(param(X)), f(X)
    assert not tracker.is_tracked(found)
    assert type(found) is type(expected)
    np.testing.assert_array_equal(found, expected)


@pytest.mark.parametrize("name", CONSTANT)
def test_constant_does_not_disturb_a_gradient(name):
    def f(x):
        CONSTANT[name](x * 1.0)
        return np.sum(x)

    np.testing.assert_array_equal(gradient(f, X)[0], np.ones((3, 3)))


@pytest.mark.parametrize("name", RAISES)
def test_raises(name):
    for x in (param(X), param(X) * 1.0):
        with pytest.raises(
            (TypeError, AttributeError, NotImplementedError, ValueError, pickle.PicklingError)
        ) as raised:
            RAISES[name](x)
        assert str(raised.value)


def test_an_error_of_an_attribute_is_numpys():
    with pytest.raises(ValueError, match="transpose with ndim < 2"):
        np.ones(3).mT  # noqa: B018
    for x in (param(np.ones(3)), param(np.ones(3)) * 2.0):
        with pytest.raises(ValueError, match="at least 2-dimensional"):
            x.mT  # noqa: B018


LOSES_THE_GRADIENT = """
    __array__ __float__ __int__ __complex__ byteswap dump dumps getfield tobytes tofile ctypes
""".split()


@pytest.mark.parametrize("name", LOSES_THE_GRADIENT)
def test_message_names_the_attribute_and_the_way_out(name):
    with pytest.raises((TypeError, AttributeError, NotImplementedError, pickle.PicklingError)) as raised:
        RAISES[name](param(X) * 1.0)
    message = str(raised.value)
    assert name.strip("_") in message
    assert any(way in message for way in (".data", "stop_gradient", "item", "leaves", "leaf")), message


def test_setting_the_shape_is_reshape_or_refused():
    y = param(X) * 2
    try:
        y.shape = (9,)
    except (AttributeError, TypeError) as refused:
        assert "reshape" in str(refused)  # noqa: PT017 (either answer is right)
    else:
        assert y.shape == (9,)


def test_view_as_another_dtype_is_refused():
    with pytest.raises((TypeError, NotImplementedError)):
        (param(X) * 2).view(np.int64)


def test_data_is_the_plain_array_and_base_and_flags_do_not_leak_it():
    x = param(X)
    assert type(x.data) is np.ndarray
    y = x * 2
    y.data[...] = 0.0  # a copy or a read-only view would do as well, a wrong gradient would not
    z = np.sum(np.exp(x * 2))
    z.back()
    np.testing.assert_allclose(x.grad, 2 * np.exp(2 * X))


def test_format_repr_and_str():
    x = param(X)
    assert all(str(e) in repr(x) and str(e) in str(x) for e in X.ravel())
    assert f"{x}" == str(x)
    with pytest.raises(TypeError):
        f"{x:.2f}"


@pytest.mark.parametrize("dtype", [np.float32, np.complex128])
def test_methods_keep_numpys_result_dtype(dtype):
    x = X.astype(dtype)
    for f in (
        lambda x: x.sum(),
        lambda x: x.mean(axis=0),
        lambda x: x.std(),
        lambda x: x.var(axis=1),
        lambda x: x.real,
        lambda x: x.imag,
        lambda x: abs(x),
        lambda x: x.cumsum(),
        lambda x: x.dot(x),
        lambda x: x.conj().T,
        lambda x: x**2,
        lambda x: x.trace(),
        lambda x: x.round(2),
        lambda x: x.prod(axis=0),
    ):
        assert f(param(x)).dtype == f(x).dtype


NUMBERS = {
    "clip": lambda s: s.clip(0.0, 1.0),
    "compress": lambda s: s.compress([True]),
    "cumprod": lambda s: s.cumprod(),
    "cumsum": lambda s: s.cumsum(),
    "flatten": lambda s: s.flatten(),
    "repeat": lambda s: s.repeat(2),
    "squeeze": lambda s: s.squeeze(),
    "std": lambda s: s.std(),
    "take": lambda s: s.take([0, 0]),
    "transpose": lambda s: s.transpose(),
    "var": lambda s: s.var(),
    "argmax": lambda s: s.argmax(),
}


@pytest.mark.parametrize("name", NUMBERS)
@pytest.mark.parametrize("kind", [np.float64, np.float32])
def test_method_of_a_number_gives_what_numpys_scalar_gives(name, kind):
    expected = NUMBERS[name](kind(0.7))
    actual = tracker.data(NUMBERS[name](param(kind(0.7))))
    assert type(actual) is type(expected)
    np.testing.assert_array_equal(actual, expected)
    assert np.asarray(actual).dtype == np.asarray(expected).dtype


def test_gradient_through_a_method_of_a_number():
    assert gradient(lambda x: np.sum(np.mean(x).repeat(3) * 2.0), np.array([1.0, 2.0]))[0].tolist() == [3.0, 3.0]


def test_gradient_of_a_computed_value_names_hook():
    for x in (param([1.0]) * 2, param(1.0) * 2):
        with pytest.raises(AttributeError, match=r"tracker\.hook"):
            x.grad  # noqa: B018 (reading it raises)
        assert not hasattr(x, "tobytes")


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64, np.longdouble, np.complex64, np.complex128])
def test_tolist_gives_tracked_numbers_of_the_types_of_numpys(dtype: Any) -> None:
    x = np.array([[1.5, -2.25], [0.1, 3.0]], dtype)
    for tracked, plain in zip([*chain(*param(x).tolist())], [*chain(*x.tolist())], strict=True):
        assert (type(tracked.data), tracked.data) == (type(plain), plain)
    assert type(param(x[0, 0]).tolist().data) is type(x[0, 0].tolist())
    (g,) = tracker.gradient(lambda x: np.real(x.tolist()[1][0] * x.tolist()[0][1]), x)
    np.testing.assert_array_equal(g, np.conj(np.array([[0, x[1, 0]], [x[0, 1], 0]])).astype(dtype))
    assert g.dtype == dtype


def test_a_number_has_the_attributes_of_numpys_numbers() -> None:
    q = param(np.float64(2.0))
    plain = q.data
    assert (q.device, q.strides, q.base) == (plain.device, plain.strides, plain.base)
    assert q.is_integer() is True
    assert q.flags.c_contiguous
