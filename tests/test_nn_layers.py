"""Layers as data: values, gradients of the same class, destructure, initial weights."""

import numpy as np
import pytest

import tracker
from tracker import nn, optim, withgradient


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
    state, new = optim.update(optim.setup(optim.Descent(0.1), model), model, dm)
    assert isinstance(state, nn.Chain)
    np.testing.assert_allclose(new[0].weight, model[0].weight - 0.1 * dm[0].weight, rtol=1e-12)
    assert new[0].activation is np.tanh


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


@pytest.mark.parametrize(
    ("model", "shape"),
    [
        (nn.Chain(nn.Dense(2, 3, np.tanh, rng=rng(), dtype=float), nn.LayerNorm(3, dtype=float)), (2, 2)),
        (nn.Conv((2,), 1, 2, nn.gelu, pad=1, rng=rng(), dtype=float), (1, 1, 3)),
        (nn.ConvTranspose((2,), 2, 2, stride=2, groups=2, rng=rng(), dtype=float), (1, 2, 2)),
        (nn.MultiHeadAttention(2, 1, rng=rng(), dtype=float), (1, 3, 2)),
        (nn.SkipConnection(nn.Bilinear(2, 2, 2, rng=rng(), dtype=float), np.multiply), (2, 2)),
        (nn.Chain(nn.GRUCell(2, 2, rng=rng(), dtype=float), lambda pair: pair[0], nn.Scale(2, dtype=float)), (2, 2)),
    ],
)
def test_models_agree_with_differences_to_second_order(model, shape):
    assert tracker.gradcheck(lambda m, x: np.sum(m(x) ** 2), model, rng().standard_normal(shape), order=2)


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


def test_chain_takes_names_or_positions_not_both():
    with pytest.raises(TypeError, match="either"):
        nn.Chain(np.exp, second=np.exp)


def trained(model, x, state=None):
    return nn.training(model, x, nn.states(model) if state is None else state, rng())


def test_batch_norm_in_a_chain_trains_by_the_batch_and_tests_by_what_it_has_seen():
    x = rng().standard_normal((64, 3)) * 2 + 5
    model = nn.Chain(first=nn.Dense(3, 2, rng=rng(), dtype=float), norm=nn.BatchNorm(2, momentum=1.0, dtype=float))
    h = model["first"](x)
    y, state = trained(model, x)
    np.testing.assert_allclose(y, (h - h.mean(axis=0)) / np.sqrt(h.var(axis=0) + 1e-5), rtol=1e-10)
    np.testing.assert_allclose(state["norm"].var, h.var(axis=0, ddof=1), rtol=1e-12)
    one = (h[:1] - h.mean(axis=0)) / np.sqrt(h.var(axis=0, ddof=1) + 1e-5)
    np.testing.assert_allclose(model(x[:1], state), one, rtol=1e-10)
    assert state["first"] is None


def test_states_are_carried_out_of_a_gradient_without_a_record():
    model = nn.Chain(nn.Dense(3, 2, rng=rng()), nn.BatchNorm(2))
    x = rng().standard_normal((8, 3)).astype(np.float32)

    def loss(model):
        y, state = trained(model, x)
        return np.sum(y**3), state

    (_, state), (dmodel,) = withgradient(loss, model)
    assert type(state[1].mean) is np.ndarray
    assert state[1].mean.dtype == dmodel[0].weight.dtype == np.float32


def test_batch_norm_asks_for_its_state_and_for_more_than_one_value():
    model = nn.Chain(np.tanh, nn.BatchNorm(2))
    with pytest.raises(TypeError, match=r"nn\.states"):
        model(np.ones((4, 2)))
    with pytest.raises(ValueError, match="single value"):
        trained(model, np.ones((1, 2)))
    with pytest.raises(ValueError, match="these 2 layers"):
        model(np.ones((4, 2)), (None,))


def test_dropout_acts_in_training_alone_and_needs_a_generator():
    model = nn.Chain(nn.SkipConnection(nn.Dropout(0.5)), nn.AlphaDropout(0.5))
    x = np.ones((4, 5))
    np.testing.assert_array_equal(model(x), 2 * x)
    first = nn.training(model, x, None, rng())[0]
    np.testing.assert_array_equal(first, nn.training(model, x, None, rng())[0])
    assert np.any(first != 2 * x)
    with pytest.raises(TypeError, match="generator"):
        nn.training(model, x)


def test_every_container_hands_states_and_generator_on():
    inner = nn.BatchNorm(2, dtype=float)
    model = nn.Chain(nn.Parallel(np.add, a=inner, b=np.tanh), nn.Maxout(inner, np.cos), nn.SkipConnection(inner))
    x = rng().standard_normal((6, 2))
    y, state = trained(model, x)
    n = lambda x: (x - x.mean(axis=0)) / np.sqrt(x.var(axis=0) + 1e-5)
    h = n(x) + np.tanh(x)
    h = np.maximum(n(h), np.cos(h))
    np.testing.assert_allclose(y, n(h) + h, rtol=1e-10)
    assert [type(s).__name__ for s in (state[0]["a"], state[1][0], state[2])] == ["RunningStatistics"] * 3
    assert (state[0]["b"], state[1][1]) == (None, None)
    assert model(x, state).shape == x.shape


def test_a_slice_of_a_chain_is_a_chain_with_its_names():
    model = nn.Chain(a=np.sin, b=np.cos, c=np.tan)
    assert list(model[1:].layers) == ["b", "c"]
    assert nn.Chain(np.sin, np.cos)[:1].layers == (np.sin,)


def test_what_is_not_finite_reaches_its_neighbours_alone():
    x = np.array([[[1.0, 2.0, np.nan, 4.0, 5.0, 6.0]]])
    assert np.isnan(nn.upsample(x, 2, mode="linear")).sum() == 4
    assert np.isnan(nn.upsample(x, size=11, mode="linear", align_corners=True)).sum() == 3  # 1.5, 2 and 2.5
    dy = np.zeros((1, 1, 12))
    dy[0, 0, 4] = np.nan  # of entries 1 and 2
    dx = tracker.pullback(lambda x: nn.upsample(x, 2, mode="linear"), x)[1](dy)[0]
    assert np.isnan(dx).ravel().tolist() == [False, True, True, False, False, False]
    assert np.isnan(nn.adaptive_meanpool(x, 4)).sum() == 1  # 0:2, 1:3, 3:5, 4:6


def test_whole_numbers_are_interpolated_as_numbers():
    x = np.array([[[1, 2]]])
    np.testing.assert_array_equal(nn.upsample(x, 2, mode="linear"), [[[1, 1.25, 1.75, 2]]])
    np.testing.assert_array_equal(nn.adaptive_meanpool(x, 1), [[[1.5]]])
    assert nn.upsample(x, 2).dtype == x.dtype


def test_parallel_gives_each_layer_its_own_input():
    model = nn.Parallel(lambda *ys: np.concatenate(ys, axis=-1), np.sin, np.cos)
    a, b = rng().standard_normal((2, 3, 1))
    np.testing.assert_array_equal(model((a, b)), np.concatenate([np.sin(a), np.cos(b)], axis=-1))
    with pytest.raises(ValueError, match="2 layers were given 3"):
        model((a, b, a))


@pytest.mark.parametrize(
    ("layer", "shape"),
    [
        (nn.Chain(nn.Scale(3), nn.LayerNorm(3), nn.RMSNorm(3)), (2, 3)),
        (nn.Chain(nn.GroupNorm(4, 2), nn.InstanceNorm(4), nn.Upsample(2, mode="linear")), (2, 4, 3)),
        (nn.Chain(nn.ConvTranspose((2,), 4, 3, rng=rng()), nn.DepthwiseConv((2,), 3, 6, rng=rng())), (2, 4, 3)),
        (nn.Bilinear(3, 3, 2, rng=rng()), (2, 3)),
        (nn.Chain(nn.AdaptiveMeanPool(2), nn.GlobalMeanPool(), nn.Flatten()), (2, 4, 3)),
        (nn.Chain(nn.AdaptiveMaxPool(2), nn.PixelShuffle(2), nn.Pad(1, "reflect"), nn.GlobalMaxPool()), (2, 4, 3)),
    ],
)
def test_layers_keep_float32(layer, shape):
    x = rng().standard_normal(shape).astype(np.float32)
    dlayer, dx = tracker.gradient(lambda layer, x: np.sum(layer(x) ** 2), layer, x)
    dtypes = {d.dtype for d in tracker.tree.flatten(dlayer)[0] if hasattr(d, "dtype")}
    assert layer(x).dtype == dx.dtype == np.float32
    assert dtypes <= {np.dtype(np.float32)}


def test_rows_of_an_embedding_that_repeat_add_their_gradients():
    layer = nn.Embedding(4, 2, rng=rng(), dtype=float)
    dlayer = tracker.gradient(lambda layer: np.sum(layer(np.array([1, 3, 1]))), layer)[0]
    np.testing.assert_array_equal(dlayer.weight, [[0, 0], [2, 2], [0, 0], [1, 1]])


def test_random_slopes_are_between_their_bounds_and_are_the_gradient():
    x = np.array([[-1.0, 2.0, -0.5]], np.float32)
    f = lambda x: np.sum(nn.rrelu(rng(), x, 0.1, 0.3))
    dx = tracker.gradient(f, x)[0]
    assert dx.dtype == np.float32
    assert dx[0, 1] == 1
    assert np.all((0.1 <= dx[0, ::2]) & (dx[0, ::2] <= 0.3))
    np.testing.assert_allclose(nn.rrelu(rng(), x, 0.1, 0.3), x * dx, rtol=1e-6)
    assert tracker.gradcheck(f, x.astype(float), order=2)


def test_one_hot_rows_times_a_table_have_the_gradients_of_its_rows():
    w, indices = rng().standard_normal((4, 2)), np.array([2, 0, 2])
    by_rows = tracker.gradient(lambda w: np.sum(nn.embedding(indices, w) ** 3), w)[0]
    by_product = tracker.gradient(lambda w: np.sum((nn.one_hot(indices, 4, w.dtype) @ w) ** 3), w)[0]
    np.testing.assert_allclose(by_product, by_rows, rtol=1e-14)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda x: nn.upsample(x, 2, mode="cubic"), "cubic"), (lambda x: nn.upsample(x), "either"),
        (lambda x: nn.upsample(x, size=0), "positive"), (lambda x: nn.pixel_shuffle(x, 3), "multiple"),
        (lambda x: nn.pixel_unshuffle(x, 2), "multiple"), (lambda x: nn.pad(x, 1, "mirror"), "mirror"),
        (lambda x: nn.adaptive_maxpool(x, (2, 2)), "each axis"), (nn.LayerNorm(2), "LayerNorm takes arrays"),
        (lambda x: nn.rrelu(rng(), x, 1.0, 0.5), "low <= high"), (lambda x: nn.grid_sample(x, x), "grid"),
        (lambda x: nn.GroupNorm(4, 3), "divisor"), (lambda x: nn.DepthwiseConv((1,), 2, 3, rng=rng()), "multiple"),
    ],
)  # fmt: skip
def test_options_that_do_not_fit_are_named(call, message):
    with pytest.raises(ValueError, match=message):
        call(np.ones((1, 2, 3)))


def test_dense_takes_any_leading_axes_and_no_other_width():
    layer = nn.Dense(3, 2, rng=np.random.default_rng(0), dtype=np.float64)
    x = np.random.default_rng(1).standard_normal((2, 4, 3))
    np.testing.assert_allclose(layer(x), np.stack([layer(part) for part in x]), rtol=1e-14)
    assert layer(x[0, 0]).shape == (2,)
    assert layer(x[:0]).shape == (0, 4, 2)
    with pytest.raises(ValueError, match=r"\(\.\.\., 3\); it was given \(2, 3, 4\)"):
        layer(np.ones((2, 3, 4)))
