"""Initial weights: the distributions of their papers, generators, dtypes."""

from functools import partial

import numpy as np
import pytest
from scipy import stats

from tracker import nn
from tracker.nn import init

SPARSE = partial(init.sparse, sparsity=0.2)


def rng():
    return np.random.default_rng(0)


@pytest.mark.parametrize(
    ("f", "variance"),
    [
        (init.glorot_uniform, 2 / 500), (init.glorot_normal, 2 / 500),
        (init.kaiming_uniform, 2 / 200), (init.kaiming_normal, 2 / 200), (init.orthogonal, 1 / 300),
        (init.lecun_uniform, 1 / 200), (init.lecun_normal, 1 / 200),
        (partial(init.kaiming_normal, gain=3.0), 18 / 200), (partial(init.orthogonal, gain=0.5), 0.25 / 300),
        (partial(init.glorot_uniform, gain=0.5), 0.5 / 500), (partial(init.sparse, sparsity=0.5, std=0.2), 0.02),
        (partial(init.normal, std=0.3), 0.09),
    ],
)  # fmt: skip
def test_initial_weights_have_the_variance_of_their_paper(f, variance):
    w = f(rng(), (300, 200))
    assert w.dtype == np.float32
    assert w.var() == pytest.approx(variance, rel=0.03)
    assert abs(w.mean()) < 0.01


@pytest.mark.parametrize(("mean", "std", "low", "high"), [(0, 1, -2, 2), (1, 0.5, 0, 5), (0, 1, 8, 9), (0, 1, -9, -8)])
def test_truncated_normal_has_scipys_distribution(mean, std, low, high):
    x = init.truncated_normal(rng(), (5000,), float, mean=mean, std=std, low=low, high=high)
    law = stats.truncnorm((low - mean) / std, (high - mean) / std, loc=mean, scale=std)
    assert low <= x.min() <= x.max() <= high
    assert stats.kstest(x, law.cdf).pvalue > 0.01


def test_columns_of_sparse_weights_have_their_zeros_in_different_places():
    w = init.sparse(rng(), (40, 30), sparsity=0.9)
    np.testing.assert_array_equal(np.count_nonzero(w, axis=0), 4)
    assert len({tuple(column) for column in (w != 0).T}) > 20


def test_identity_weights_pass_their_input_on():
    x = rng().standard_normal((2, 3))
    np.testing.assert_array_equal(nn.Dense(3, 3, init=init.identity, rng=rng(), dtype=float)(x), x)
    image = rng().standard_normal((1, 2, 4, 5))
    layer = nn.Conv((3, 5), 2, 2, pad="same", init=init.identity, rng=rng(), dtype=float)
    np.testing.assert_array_equal(layer(image), image)


def test_constants_are_exact_in_the_dtype_asked_for():
    w = init.constant(rng(), (2, 3), np.float16, value=0.1)
    np.testing.assert_array_equal(w, np.full((2, 3), 0.1, np.float16))
    assert init.zeros(rng(), (2,)).dtype == init.ones(rng(), (2,)).dtype == np.float32


@pytest.mark.parametrize(
    "f",
    [
        init.glorot_normal,
        init.lecun_uniform,
        init.orthogonal,
        init.truncated_normal,
        partial(init.sparse, sparsity=0.2),
    ],
)
def test_equal_generators_give_equal_weights(f):
    np.testing.assert_array_equal(f(rng(), (4, 3)), f(rng(), (4, 3)))
    assert f(rng(), (4, 3), float).dtype == np.float64


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: init.identity(rng(), (3,)), "axes"), (lambda: init.sparse(rng(), (3, 3), sparsity=2.0), "sparsity"),
        (lambda: init.truncated_normal(rng(), (3,), low=1.0, high=0.0), "low < high"),
    ],
)  # fmt: skip
def test_options_that_do_not_fit_are_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()
