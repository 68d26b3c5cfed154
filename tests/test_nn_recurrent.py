"""Recurrent layers: PyTorch's numbers, sequences and steps, states, refusals."""

import numpy as np
import pytest

import tracker
from tests import layer_peers as peers
from tests.layer_outcomes import assert_outcome, outcome, with_weights
from tracker import nn, withgradient

CELLS = {"RNN": nn.RNNCell, "LSTM": nn.LSTMCell, "GRU": nn.GRUCell}
LAYERS = {"RNN": nn.RNN, "LSTM": nn.LSTM, "GRU": nn.GRU}


def rng():
    return np.random.default_rng(0)


def state_of(name, states):
    return tuple(states) if name == "LSTM" else states[0]


def flat(state):
    return state if isinstance(state, tuple) else (state,)


@pytest.mark.parametrize("name", CELLS)
def test_recurrent_layer_gives_pytorchs_values_and_gradients(name):
    xs, states, weights = peers.recurrent_inputs(name)
    layer = with_weights(LAYERS[name](peers.N_IN, peers.HIDDEN, rng=rng(), dtype=float), weights)

    def run(xs, states, layer):
        ys, last = layer(xs, state_of(name, states))
        return ys, *flat(last)

    assert_outcome(outcome(run, xs, states, layer), name)


def stacked_both_ways(name, n_in=peers.N_IN, n=peers.HIDDEN, **options):
    make = lambda n_in: LAYERS[name](n_in, n, rng=rng(), dtype=float, **options)
    return nn.Stacked(nn.Bidirectional(make(n_in), make(n_in)), nn.Bidirectional(make(2 * n), make(2 * n)))


@pytest.mark.parametrize("name", CELLS)
def test_stacked_layers_in_both_directions_over_different_lengths_are_pytorchs(name):
    xs, weights = peers.stacked_inputs(name)

    def run(xs, layer):
        ys, lasts = layer(xs, lengths=peers.LENGTHS)
        parts = zip(*(flat(state) for both in lasts for state in both), strict=True)
        return ys, *(np.stack(part) for part in parts)

    assert_outcome(outcome(run, xs, with_weights(stacked_both_ways(name), weights)), f"{name}, stacked")


@pytest.mark.parametrize("name", CELLS)
@pytest.mark.parametrize("batch_first", [False, True])
def test_each_of_many_lengths_is_run_as_it_would_be_alone(name, batch_first):
    layer = stacked_both_ways(name, 3, 2, batch_first=batch_first)
    xs, lengths = rng().standard_normal((3, 5, 3)), [5, 2, 3]
    xs[1, 2:] = np.nan  # whatever is there
    xs[2, 3:] = np.inf
    turned = lambda x: x if batch_first else np.swapaxes(x, 0, 1)
    ys, _ = layer(turned(xs), lengths=lengths)
    gradient = tracker.gradient(lambda xs: np.sum(layer(xs, lengths=lengths)[0] ** 2), turned(xs))[0]
    for k, n in enumerate(lengths):
        x = xs[k : k + 1, :n]
        np.testing.assert_allclose(turned(ys)[k : k + 1, :n], turned(layer(turned(x))[0]), rtol=1e-12)
        np.testing.assert_array_equal(turned(ys)[k, n:], 0)
        alone = tracker.gradient(lambda x: np.sum(layer(x)[0] ** 2), turned(x))[0]
        np.testing.assert_allclose(turned(gradient)[k : k + 1, :n], turned(alone), rtol=1e-10)
        np.testing.assert_array_equal(turned(gradient)[k, n:], 0)


@pytest.mark.parametrize("name", CELLS)
@pytest.mark.parametrize("start", [False, True])
def test_a_cell_stepped_by_scan_has_the_lengths_of_the_layer(name, start):
    layer = LAYERS[name](3, 2, rng=rng(), dtype=float)
    xs, lengths = rng().standard_normal((4, 3, 3)), [4, 1, 0 if start else 2]
    state = state_of(name, rng().standard_normal((2, 3, 2))) if start else None
    ys, last = layer(xs, state, lengths=lengths)
    zs, end = nn.scan(layer.cell, xs, state, lengths)
    np.testing.assert_allclose(ys, zs, rtol=1e-14, atol=1e-15)
    for a, e in zip(flat(last), flat(end), strict=True):
        np.testing.assert_allclose(a, e, rtol=1e-14, atol=1e-15)
    if start:
        np.testing.assert_array_equal(flat(last)[0][2], flat(state)[0][2])


def test_a_sequence_without_batch_has_one_length():
    layer = nn.GRU(3, 2, rng=rng(), dtype=float)
    xs = rng().standard_normal((4, 3))
    ys, last = layer(xs, lengths=2)
    np.testing.assert_allclose(ys[:2], layer(xs[:2])[0], rtol=1e-14)
    np.testing.assert_array_equal(last, ys[1])


@pytest.mark.parametrize("activation", [nn.relu, nn.leaky_relu, np.tanh])
@pytest.mark.parametrize("batch", [(2,), (2, 1)])
def test_states_that_overflow_after_the_end_leave_the_gradient_alone(activation, batch):
    twos = lambda rng, shape, dtype: np.full(shape, 2, dtype)
    layer = nn.RNN(2, 3, activation, rng=rng(), init=twos)
    xs, lengths = np.ones((200, *batch, 2), np.float32), np.reshape([2, 3], batch)

    def loss(layer, xs, lengths):
        ys, last = layer(xs, lengths=lengths)
        return np.sum(ys) + np.sum(last)

    def alone(layer, xs):
        (ys, last), (zs, other) = layer(xs[:2, 0]), layer(xs[:3, 1])
        return np.sum(ys) + np.sum(last) + np.sum(zs) + np.sum(other)

    dlayer, dxs = tracker.gradient(lambda layer, xs: loss(layer, xs, lengths), layer, xs)
    expected, expected_dxs = tracker.gradient(alone, layer, xs)
    np.testing.assert_allclose(dlayer.cell.weight_hh, expected.cell.weight_hh, rtol=1e-6)
    np.testing.assert_allclose(dlayer.cell.weight_ih, expected.cell.weight_ih, rtol=1e-6)
    np.testing.assert_allclose(dxs, expected_dxs, rtol=1e-6)


def test_lengths_are_differentiable_to_second_order():
    vector, rebuild = nn.destructure(stacked_both_ways("GRU", 1, 1))
    xs = rng().standard_normal((3, 2, 1))
    assert tracker.gradcheck(lambda v: np.sum(rebuild(v)(xs, lengths=[3, 1])[0] ** 2), vector, order=2)


@pytest.mark.parametrize("lengths", [[1, 2], [[4, 1, 2]], [4, 1, 5], [4, 1, -1], [4.0, 1.0, 2.0]])
def test_lengths_that_do_not_fit_are_named(lengths):
    layer, xs = nn.GRU(3, 2, rng=rng()), np.ones((4, 3, 3), np.float32)
    for run in (layer, nn.Bidirectional(layer, layer), nn.Stacked(layer)):
        with pytest.raises(ValueError, match=r"whole numbers from 0 to 4 in shape \(3,\)"):
            run(xs, lengths=lengths)


def test_scan_without_a_state_has_no_sequences_without_steps():
    with pytest.raises(ValueError, match="from 1 to 4"):
        nn.scan(nn.GRUCell(3, 2, rng=rng()), np.ones((4, 3, 3)), None, [4, 1, 0])


def test_stacked_layers_take_states_drop_between_and_check_their_order():
    r = rng()
    layer = nn.Stacked(nn.LSTM(3, 4, rng=r, dtype=float), nn.Dropout(0.5), nn.GRU(4, 2, rng=r, dtype=float))
    xs = r.standard_normal((5, 2, 3))
    ys, (first, _) = layer(xs)
    half, states = layer(xs[:2])
    np.testing.assert_allclose(np.concatenate([half, layer(xs[2:], states)[0]]), ys, rtol=1e-13)
    hs = layer.layers[0](xs)[0]
    np.testing.assert_allclose(layer.layers[2](nn.dropout(rng(), hs, 0.5))[0], layer.training(xs, None, rng())[0][0])
    chain = nn.Chain(layer, lambda pair: pair[0])
    np.testing.assert_array_equal(
        nn.training(chain, xs, nn.states(chain), rng())[0], layer.training(xs, None, rng())[0][0]
    )
    assert "layers.2.cell.weight_hh" in str(layer)
    with pytest.raises(TypeError, match="generator"):
        layer.training(xs)
    with pytest.raises(ValueError, match="2 recurrent layers take as many states; they were given 1"):
        layer(xs, (first,))
    mixed = nn.GRU(3, 3, batch_first=True, rng=r), nn.GRU(3, 3, rng=r)
    for wrong in (lambda: nn.Stacked(*mixed), lambda: nn.Bidirectional(*mixed)(xs)):
        with pytest.raises(ValueError, match="some have batch_first=True, some not"):
            wrong()
    with pytest.raises(ValueError, match="there is none"):
        nn.Stacked(np.tanh)


@pytest.mark.parametrize("name", CELLS)
@pytest.mark.parametrize("batch", [(), (2,), (2, 1)])
def test_steps_of_a_cell_are_what_the_layer_gives(name, batch):
    layer = LAYERS[name](3, 2, rng=rng(), dtype=float)
    xs = rng().standard_normal((4, *batch, 3))
    ys, last = layer(xs)
    zs, end = nn.scan(layer.cell, xs, layer(xs[:0])[1])
    np.testing.assert_allclose(ys, zs, rtol=1e-14, atol=1e-15)
    for a, e in zip(flat(last), flat(end), strict=True):
        np.testing.assert_allclose(a, e, rtol=1e-14, atol=1e-15)


@pytest.mark.parametrize("name", CELLS)
def test_a_carried_state_goes_on_where_the_first_part_ended(name):
    layer = LAYERS[name](3, 2, rng=rng(), dtype=float)
    xs = rng().standard_normal((5, 2, 3))
    ys, _ = layer(xs)
    first, state = layer(xs[:2])
    second, _ = layer(xs[2:], state)
    np.testing.assert_allclose(np.concatenate([first, second]), ys, rtol=1e-14)


@pytest.mark.parametrize("name", CELLS)
@pytest.mark.parametrize("bias", [True, False])
def test_recurrent_layer_is_differentiable_to_second_order(name, bias):
    layer = LAYERS[name](2, 2, bias=bias, batch_first=True, rng=rng(), dtype=float)
    vector, rebuild = nn.destructure(layer)
    xs = rng().standard_normal((1, 3, 2))
    assert tracker.gradcheck(lambda v: np.sum(rebuild(v)(xs)[0] ** 2), vector, order=2)


@pytest.mark.parametrize("name", CELLS)
def test_gradients_by_complex_sequences_are_those_of_differences(name):
    layer = LAYERS[name](2, 2, rng=rng(), dtype=complex)
    xs = rng().standard_normal((3, 1, 2)) * (0.5 + 0.5j)
    loss = lambda layer, xs: np.sum(np.real((1 + 2j) * layer(xs)[0]))
    assert tracker.gradcheck(loss, layer, xs)


@pytest.mark.parametrize("name", CELLS)
def test_float32_recurrence_stays_float32(name):
    layer = LAYERS[name](3, 2, rng=rng())
    xs = np.ones((4, 2, 3), np.float32)
    value, (dlayer, dxs) = withgradient(lambda layer, xs: np.sum(layer(xs)[0]), layer, xs)
    dtypes = {value.dtype, dxs.dtype, *(x.dtype for x in flat(layer(xs)[1])), dlayer.cell.weight_hh.dtype}
    assert dtypes == {np.dtype(np.float32)}


@pytest.mark.parametrize("name", CELLS)
def test_results_may_be_written_into(name):
    layer = LAYERS[name](3, 2, rng=rng(), dtype=float)
    xs = rng().standard_normal((4, 2, 3))

    def loss(layer, write):
        ys, state = layer(xs)
        if write:
            ys *= 2
        else:
            ys = 2 * ys
        return np.sum(ys**2) + sum(np.sum(h) for h in flat(state))

    written, fresh = (nn.destructure(tracker.gradient(loss, layer, write)[0])[0] for write in (True, False))
    np.testing.assert_allclose(written, fresh, rtol=1e-14)
    ys, state = layer(xs)
    assert not any(np.shares_memory(ys, h) for h in flat(state))


def test_mixed_dtypes_are_promoted_and_gradients_keep_their_own():
    layer = nn.LSTM(3, 2, rng=rng())
    xs = np.ones((4, 2, 3))
    dlayer, dxs = tracker.gradient(lambda layer, xs: np.sum(layer(xs)[0]), layer, xs)
    assert layer(xs)[0].dtype == dxs.dtype == np.float64
    assert dlayer.cell.weight_hh.dtype == np.float32


def test_both_directions_see_the_sequence_from_their_end():
    r = rng()
    layer = nn.Bidirectional(nn.GRU(3, 2, batch_first=True, rng=r), nn.GRU(3, 2, batch_first=True, rng=r))
    xs = rng().standard_normal((2, 4, 3)).astype(np.float32)
    ys, (ahead, back) = layer(xs)
    np.testing.assert_array_equal(ys[:, -1, :2], ahead)
    np.testing.assert_array_equal(ys[:, 0, 2:], back)
    np.testing.assert_array_equal(ys[:, :, 2:], layer.back(xs[:, ::-1])[0][:, ::-1])


@pytest.mark.parametrize("cell", CELLS.values())
def test_shapes_that_do_not_fit_a_cell_are_named(cell):
    cell = cell(3, 2, rng=rng())
    with pytest.raises(ValueError, match="width 3"):
        cell(np.ones((5, 4)))
    state = np.ones(2)
    with pytest.raises(ValueError, match=r"\(5, 2\)"):
        cell(np.ones((5, 3)), (state, state) if isinstance(cell, nn.LSTMCell) else state)


def test_dropout_within_layers_of_layers_acts_in_training():
    deep = lambda: nn.Stacked(
        nn.GRU(3, 3, rng=rng(), dtype=float), nn.Dropout(0.5), nn.GRU(3, 2, rng=rng(), dtype=float)
    )
    layer = nn.Stacked(nn.Bidirectional(deep(), deep()), nn.GRU(4, 2, rng=rng(), dtype=float))
    xs, lengths = rng().standard_normal((4, 2, 3)), [4, 2]
    (ys, _), _ = layer.training(xs, None, rng(), lengths=lengths)
    assert not np.allclose(ys, layer(xs, lengths=lengths)[0])
    r = rng()
    ahead = layer.layers[0].ahead.training(xs, None, r, lengths=lengths)[0][0]
    both = layer.layers[0].training(xs, None, rng(), lengths=lengths)[0][0]
    np.testing.assert_array_equal(both[..., :2], ahead)
    with pytest.raises(TypeError, match="no place for the states of BatchNorm"):
        nn.Stacked(nn.GRU(3, 3, rng=rng()), nn.BatchNorm(3))
