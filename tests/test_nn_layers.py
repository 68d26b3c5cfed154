"""Layers as data: values, gradients of the same class, destructure, initial weights."""

import numpy as np
import pytest

import tracker
from tracker import nn, withgradient
from tracker.nn import init


def rng():
    return np.random.default_rng(0)


def test_readme_example_of_flux_gives_the_nested_gradient():
    r = rng()
    model = nn.Chain(nn.Dense(3, 4, np.tanh, rng=r, dtype=float), nn.Dense(4, 2, rng=r, dtype=float))
    x = r.standard_normal((5, 3))
    value, (dm, dx) = withgradient(lambda m, x: np.sum(m(x) ** 2), model, x)
    h = np.tanh(x @ model[0].weight.T)  # biases are zero
    dy = 2 * h @ model[1].weight.T
    dh = (dy @ model[1].weight) * (1 - h * h)
    assert value == pytest.approx(np.sum(dy**2) / 4)
    assert isinstance(dm, nn.Chain)
    assert isinstance(dm[0], nn.Dense)
    np.testing.assert_allclose(dm[1].weight, dy.T @ h, rtol=1e-12)
    np.testing.assert_allclose(dm[0].weight, dh.T @ x, rtol=1e-12)
    np.testing.assert_allclose(dm[0].bias, dh.sum(axis=0), rtol=1e-12)
    np.testing.assert_allclose(dx, dh @ model[0].weight, rtol=1e-12)


def test_named_chain_of_convolutions_is_differentiable_to_second_order():
    r = rng()
    model = nn.Chain(
        conv=nn.Conv((2, 2), 2, 3, np.tanh, stride=2, pad=1, rng=r, dtype=float),
        pool=nn.MeanPool(2),
        flat=nn.Flatten(),
        out=nn.Dense(3, 1, bias=False, rng=r, dtype=float),
    )
    vector, rebuild = nn.destructure(model)
    x = r.standard_normal((2, 2, 3, 3))
    assert vector.size == 3 * 2 * 4 + 3 + 3
    assert tracker.gradcheck(lambda v: np.sum(rebuild(v)(x) ** 2), vector, order=2)


def test_float32_layers_give_float32():
    model = nn.Chain(nn.Conv((3, 3), 1, 2, nn.relu, rng=rng()), nn.MaxPool(2), nn.Flatten(), nn.Dense(8, 1, rng=rng()))
    x = np.ones((2, 1, 6, 6), np.float32)
    gradient = tracker.gradient(lambda m: np.sum(m(x)), model)[0]
    assert model(x).dtype == gradient[0].weight.dtype == gradient[3].weight.dtype == np.float32


def test_destructure_goes_back_and_refuses_other_lengths():
    model = nn.Chain(nn.Dense(3, 2, np.tanh, rng=rng()), np.exp)
    vector, rebuild = nn.destructure(model)
    again = rebuild(vector)
    np.testing.assert_array_equal(again[0].weight, model[0].weight)
    assert again[0].activation is np.tanh
    assert again[1] is np.exp
    with pytest.raises(ValueError, match="8 parameters"):
        rebuild(vector[1:])


@pytest.mark.parametrize(
    ("f", "variance"),
    [
        (init.glorot_uniform, 2 / 500), (init.glorot_normal, 2 / 500),
        (init.kaiming_uniform, 2 / 200), (init.kaiming_normal, 2 / 200), (init.orthogonal, 1 / 300),
    ],
)  # fmt: skip
def test_initial_weights_have_the_variance_of_their_paper(f, variance):
    w = f(rng(), (300, 200))
    assert w.dtype == np.float32
    assert w.var() == pytest.approx(variance, rel=0.03)
    assert abs(w.mean()) < 0.01


def test_chain_takes_names_or_positions_not_both():
    with pytest.raises(TypeError, match="either"):
        nn.Chain(np.exp, second=np.exp)
