"""Attention: PyTorch's numbers, masks, dropout of weights, refusals."""

import numpy as np
import pytest

import tracker
from tests import layer_peers as peers
from tests.layer_outcomes import assert_outcome, outcome, with_weights
from tracker import nn


def rng():
    return np.random.default_rng(0)


def layer_of(width=4, heads=2, **options):
    return nn.MultiHeadAttention(width, heads, rng=rng(), dtype=float, **options)


@pytest.mark.parametrize("masked", [False, True])
def test_attention_layer_gives_pytorchs_values_and_gradients(masked):
    inputs, projections = peers.attention_inputs()
    layer = with_weights(layer_of(peers.WIDTH, peers.HEADS), projections)
    masks = {"key_mask": nn.length_mask(peers.KEYS, 5), "mask": nn.causal_mask(3, 5)} if masked else {}
    name = "attention, masked" if masked else "attention"
    assert_outcome(outcome(lambda xs, layer: (layer(*xs, **masks),), inputs, layer), name)


def test_causal_attention_does_not_see_what_follows():
    layer, x = layer_of(), rng().standard_normal((1, 3, 4))
    dx = tracker.gradient(lambda x: np.sum(layer(x, causal=True)[0, 1]), x)[0]
    assert np.all(dx[0, :2] != 0)
    np.testing.assert_array_equal(dx[0, 2], 0)
    np.testing.assert_array_equal(layer(x, mask=nn.causal_mask(3)), layer(x, causal=True))


def test_keys_that_are_masked_are_as_if_they_were_not_there():
    layer, memory = layer_of(), rng().standard_normal((2, 5, 4))
    x = rng().standard_normal((2, 3, 4))
    y = layer(x, memory, key_mask=nn.length_mask([2, 5], 5))
    np.testing.assert_allclose(y[0], layer(x[0], memory[0, :2]), rtol=1e-12)
    np.testing.assert_allclose(y[1], layer(x[1], memory[1]), rtol=1e-12)
    d = tracker.gradient(lambda m: np.sum(layer(x, m, key_mask=nn.length_mask([2, 5], 5)) ** 2), memory)[0]
    np.testing.assert_array_equal(d[0, 2:], 0)


def test_all_masks_together_and_a_query_without_keys_gives_zeros():
    q, k, v = (rng().standard_normal((2, 3, 4)) for _ in range(3))
    keys, seen = nn.length_mask([0, 2], 3), rng().random((3, 3)) < 0.7
    weights = nn.attention_weights(q, k, heads=2, mask=seen, key_mask=keys, causal=True)
    allowed = np.broadcast_to(seen & np.tri(3, dtype=bool) & keys[:, None, None, :], weights.shape)
    assert np.all((weights > 0) == allowed)
    np.testing.assert_allclose(weights.sum(axis=-1), allowed.any(axis=-1), rtol=1e-14)
    np.testing.assert_array_equal(nn.dot_product_attention(q, k, v, heads=2, key_mask=keys)[0], 0)


def test_queries_of_no_keys_give_zeros():
    q, keys, values = np.ones((2, 3, 4)), np.ones((2, 0, 4)), np.ones((2, 0, 6))
    np.testing.assert_array_equal(nn.dot_product_attention(q, keys, values, heads=2), np.zeros((2, 3, 6)))
    gradients = tracker.gradient(lambda *a: np.sum(nn.dot_product_attention(*a, causal=True)), q, keys, values)
    assert [g.shape for g in gradients] == [q.shape, keys.shape, values.shape]
    np.testing.assert_array_equal(gradients[0], 0)


def test_a_bias_of_minus_infinity_is_a_mask():
    q, k = rng().standard_normal((3, 4)), rng().standard_normal((3, 4))
    bias = np.where(nn.causal_mask(3), 0, -np.inf)
    np.testing.assert_allclose(nn.attention_weights(q, k, bias=bias), nn.attention_weights(q, k, causal=True))


def test_weights_are_dropped_in_training_alone():
    layer, x = layer_of(dropout=0.5), rng().standard_normal((2, 3, 4))
    np.testing.assert_array_equal(layer(x), layer_of()(x))
    chain = nn.Chain(nn.SkipConnection(layer), nn.LayerNorm(4, dtype=float))
    y = nn.training(chain, x, nn.states(chain), rng())[0]
    q, k, v = (part(x) for part in (layer.query, layer.key, layer.value))
    weights = nn.dropout(rng(), nn.attention_weights(q, k, heads=2), 0.5)
    values = np.swapaxes(v.reshape(2, 3, 2, 2), 1, 2)
    expected = layer.out(np.swapaxes(weights @ values, 1, 2).reshape(2, 3, 4)) + x
    np.testing.assert_allclose(y, nn.LayerNorm(4, dtype=float)(expected), rtol=1e-12)
    with pytest.raises(TypeError, match="generator"):
        layer.training(x)
    assert layer_of().training(x)[0].shape == x.shape  # nothing to drop, no generator needed


Q = np.ones((2, 3, 4))


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: nn.MultiHeadAttention(5, 2, rng=rng()), ValueError, "5 can't be parted into 2"),
        (lambda: nn.MultiHeadAttention(4, 2, dropout=1.0, rng=rng()), ValueError, "0 <= dropout < 1"),
        (lambda: nn.dot_product_attention(Q, Q[..., :3], Q), ValueError, "one width"),
        (lambda: nn.dot_product_attention(Q, Q[:, :2], Q), ValueError, "not as many"),
        (lambda: nn.dot_product_attention(Q, Q, Q, heads=3), ValueError, "3 heads"),
        (lambda: nn.dot_product_attention(Q, Q, Q[..., :3], heads=2), ValueError, "values .* 2 heads"),
        (lambda: nn.dot_product_attention(Q[0, 0], Q[0, 0], Q), ValueError, "not as many"),
        (lambda: nn.attention_weights(Q[0, 0], Q[0, 0]), ValueError, "queries"),
        (lambda: nn.attention_weights(Q, Q, mask=np.ones((3, 3))), TypeError, "boolean.*float64"),
        (lambda: nn.attention_weights(Q, Q, mask=[[True]]), TypeError, "boolean.*list"),
        (lambda: nn.attention_weights(Q, Q, heads=4, mask=np.ones((2, 3, 3), bool)), ValueError, r"mask\[:, None\]"),
        (lambda: nn.attention_weights(Q, Q, key_mask=np.ones((2, 4), bool)), ValueError, "key_mask"),
        (lambda: nn.attention_weights(Q, Q, bias=np.ones((5, 1, 1, 1))), ValueError, "bias"),
        (lambda: layer_of()(np.ones((2, 3, 5))), ValueError, "5"),
    ],
)
def test_what_does_not_fit_is_named(call, error, message):
    with pytest.raises(error, match=message):
        call()
