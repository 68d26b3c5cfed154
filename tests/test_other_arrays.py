"""Arrays of Dask are differentiated as they are, lazily; tables of pandas and xarray stand beside tracked arrays."""

import warnings

import numpy as np
import pytest

import tracker
from tracker import gradient

X = np.random.default_rng(3).uniform(0.5, 2.0, (6, 4))


def written(x):
    y = np.zeros_like(x)
    y[0] = x[1]
    y += x
    y[2:] *= x[:-2]
    return y


FUNCTIONS = {
    "elementwise": lambda x: np.sin(x) * np.exp(-x) / (1 + x**2),
    "matrix products": lambda x: x @ x.T,
    "tensordot": lambda x: np.tensordot(x, x, axes=([0], [0])),
    "einsum": lambda x: np.einsum("ij,kj->ik", x, x),
    "slices": lambda x: x[1:] * x[:-1],
    "entries": lambda x: x[0, 1] * x[1, 2],
    "max": lambda x: np.max(x, axis=0) * np.min(x),
    "where": lambda x: np.where(x > 1, x, 0),
    "clip": lambda x: np.clip(x, 0.8, 1.5),
    "concatenate": lambda x: np.concatenate([x, x**2], axis=1),
    "stack": lambda x: np.stack([x[0], x[1] ** 2]),
    "vstack": lambda x: np.vstack([x, 2 * x]),
    "mean": lambda x: np.mean(x, axis=1),
    "std": lambda x: np.std(x, axis=0),
    "var": lambda x: np.var(x, ddof=1),
    "prod": lambda x: np.prod(x, axis=1),
    "cumsum": lambda x: np.cumsum(x, axis=0),
    "logsumexp": lambda x: np.log(np.sum(np.exp(x), axis=1)),
    "norm": np.linalg.norm,
    "transpose, reshape": lambda x: np.reshape(x.T, (-1,)),
    "flip": lambda x: np.flip(x, 0) * x,
    "rows": lambda x: [np.sum(row) ** 2 for row in x][1],
    "writes": written,
}


@pytest.fixture(scope="module")
def dask_array():
    return pytest.importorskip("dask.array", reason="Dask is missing; make test installs it")


@pytest.mark.parametrize("name", FUNCTIONS)
def test_gradients_of_dask_arrays_are_dask_arrays(name, dask_array):
    loss = lambda x: np.sum(FUNCTIONS[name](x) ** 2)
    expected = gradient(loss, X)[0]
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # where Dask lacks a function, it warns and makes a NumPy array
        found = gradient(loss, dask_array.from_array(X, chunks=3))[0]
    assert isinstance(found, dask_array.Array)
    np.testing.assert_allclose(found.compute(), expected, rtol=1e-12)


def test_values_in_dask_wait_to_be_computed(dask_array):
    calls = []

    def noted(block):
        calls.append(block.shape)
        return block

    x = dask_array.map_blocks(noted, dask_array.from_array(X, chunks=3), dtype=float, meta=np.empty((0, 0)))
    y, back = tracker.pullback(lambda x: np.sin(x) * x, x)
    (dx,) = back(dask_array.ones_like(y))
    assert not calls
    np.testing.assert_allclose(dx.compute(), np.cos(X) * X + np.sin(X), rtol=1e-12)
    assert calls


def test_second_derivatives_and_forward_mode_in_dask(dask_array):
    x, v = dask_array.from_array(X, chunks=3), dask_array.ones(X.shape, chunks=3)
    f = lambda x: np.sum(np.sin(x) ** 3)
    np.testing.assert_allclose(tracker.hvp(f, x, v).compute(), tracker.hvp(f, X, np.ones_like(X)), rtol=1e-12)
    _, dy = tracker.pushforward(f, (x,), (v,))
    np.testing.assert_allclose(dy.compute(), tracker.pushforward(f, (X,), (np.ones_like(X),))[1], rtol=1e-12)


def test_parameters_of_dask_arrays_accumulate(dask_array):
    p = tracker.param(dask_array.from_array(X, chunks=3))
    np.sum(p**2).back()
    np.sum(p).back()
    np.testing.assert_allclose(np.asarray(p.grad), 2 * X + 1)


def test_what_dask_can_not_do_is_said(dask_array):
    with pytest.raises(tracker.NoRuleError, match=r"Dask has no np\.add\.at"):
        gradient(lambda x: np.sum(x[[0, 0, 1]]), dask_array.from_array(X))


# Tables


@pytest.fixture(scope="module")
def table():
    pandas = pytest.importorskip("pandas", reason="pandas is missing; make test installs it")
    # an index that is not in order: labels and positions differ
    return pandas.DataFrame({"a": [1.0, 2.0, 4.0], "b": [3.0, 5.0, 7.0]}, index=[2, 0, 1])


@pytest.mark.parametrize(
    "residuals",
    [
        lambda d, p: d["a"] * p[0] + p[1] * d["b"],
        lambda d, p: p[0] * d["a"] - d["b"] / p[1],
        lambda d, p: p[0] ** d["a"] + d["b"] ** p[1],
        lambda d, p: np.exp(d["a"] * p[0]) - d["b"],
        lambda d, p: d["b"] - np.exp(p[0] * d["a"]),
        lambda d, p: (d * p)["a"] if isinstance(d * p, type(d)) else np.sum(d * p, axis=1),
        lambda d, p: np.logaddexp(d["a"], p[0]),
        lambda d, p: np.where(d["a"] > 1.5, p[0] * d["b"], p[1]),
        lambda d, p: np.dot(d["a"], p[0] * d["b"]),
        lambda d, p: np.stack([p[0] * x + p[1] for x in d["a"]]),
        lambda d, p: (p[0] * d["a"])[d["b"] > 4],
        lambda d, p: np.concatenate([p, d["a"]]),
    ],
)
def test_columns_of_a_table_are_constants_by_position(residuals, table):
    p = np.array([0.7, 1.3])
    arrays = {name: table[name].to_numpy() for name in table}

    class Columns(dict):
        def __mul__(self, p):
            return np.stack(list(self.values()), axis=1) * p

    loss = lambda d: lambda p: np.sum(residuals(d, p) ** 2)
    expected = tracker.withgradient(loss(Columns(arrays)), p)
    found = tracker.withgradient(loss(table), p)
    np.testing.assert_allclose(found.val, expected.val, rtol=1e-14)
    assert type(found.grad[0]) is np.ndarray
    np.testing.assert_allclose(found.grad[0], expected.grad[0], rtol=1e-14)


def test_tables_as_arguments_are_refused(table):
    for x in (table, table["a"], {"data": table["a"]}):
        with pytest.raises(tracker.errors.ParameterTypeError, match=r"pandas .*to_numpy"):
            gradient(lambda x: 1.0, x)
    np.testing.assert_array_equal(tracker.param(table["a"]).data, [1.0, 2.0, 4.0])


def test_products_that_a_table_takes_itself_say_what_to_write(table):
    p = tracker.param([0.7, 1.3])
    with pytest.raises(tracker.errors.ConversionError, match=r"to_numpy\(\)"):
        table @ p


def test_xarrays_are_constants_by_position():
    xarray = pytest.importorskip("xarray", reason="xarray is missing; make test installs it")
    x = xarray.DataArray(np.arange(3.0), dims="t", coords={"t": [3, 1, 2]})
    (g,) = gradient(lambda p: np.sum(p * x), np.ones(3))
    assert type(g) is np.ndarray
    np.testing.assert_array_equal(g, [0.0, 1.0, 2.0])
    with pytest.raises(tracker.errors.ParameterTypeError, match=r"xarray .*to_numpy"):
        gradient(np.sum, x)
    with pytest.raises(tracker.errors.ConversionError, match=r"to_numpy\(\)"):
        gradient(lambda p: np.sum(x * p), np.ones(3))
