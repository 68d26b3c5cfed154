"""Layers and functions of tracker.nn against PyTorch: numbers that were kept, and live ones where it is installed."""

import numpy as np
import pytest

from tests import layer_peers as peers
from tests.layer_outcomes import assert_outcome, outcome, with_weights
from tracker import nn


def rng():
    return np.random.default_rng(0)


def layered(layer, n=2):
    """`layer` as a function of its first parameters, n of them, and of what it is called with."""
    return lambda *xs: with_weights(layer, xs[:n])(*xs[n:])


def norm(layer, n=2):
    return lambda x, *weights: layered(layer, n)(*weights, x)


def batch_norm(x, weight, bias):
    layer = with_weights(nn.BatchNorm(3, dtype=float), (weight, bias))
    y, state = nn.training(layer, x, nn.states(layer))
    return y, layer(x, state)


OURS = {
    "nearest": lambda x: nn.upsample(x, size=(5, 8)),
    "linear": lambda x: nn.upsample(x, size=8, mode="linear"),
    "bilinear": nn.Upsample(2, mode="bilinear"),
    "bilinear, smaller": nn.Upsample(size=(2, 3), mode="bilinear"),
    "bilinear, corners": nn.Upsample(size=(5, 1), mode="bilinear", align_corners=True),
    "trilinear": nn.Upsample(2, mode="trilinear"),
    "pixel_shuffle": nn.PixelShuffle(2),
    "pixel_unshuffle": lambda x: nn.pixel_unshuffle(x, 2),
    "pad, constant": lambda x: nn.pad(x, ((0, 1), (2, 1)), value=0.5),
    "pad, reflect": lambda x: nn.pad(x, ((0, 1), (2, 1)), "reflect"),
    "pad, replicate": nn.Pad(((0, 1), (2, 1)), "replicate"),
    "pad, circular": nn.Pad(((0, 1), (2, 1)), "circular"),
    "adaptive_maxpool": nn.AdaptiveMaxPool((3, 2)),
    "adaptive_meanpool": nn.AdaptiveMeanPool((3, 2)),
    "lpnormpool": nn.LPNormPool(3, 2),
    "layer_norm": norm(nn.LayerNorm(3, 4, dtype=float)),
    "rms_norm": norm(nn.RMSNorm(4, dtype=float), 1),
    "group_norm": norm(nn.GroupNorm(4, 2, dtype=float)),
    "instance_norm": norm(nn.InstanceNorm(3, dtype=float)),
    "batch_norm": batch_norm,
    "bilinear layer": layered(nn.Bilinear(4, 2, 3, rng=rng(), dtype=float)),
    "conv_transpose": layered(
        nn.ConvTranspose((3, 2), 4, 6, stride=2, pad=1, output_pad=1, groups=2, rng=rng(), dtype=float)
    ),
    "grid_sample": lambda x, grid: nn.grid_sample(x, 1.3 * grid),
    "grid_sample, border": lambda x, grid: nn.grid_sample(x, 1.3 * grid, pad="border", align_corners=True),
    "hard_swish": lambda x: nn.hard_swish(4 * x),
    "thresholded_relu": lambda x: nn.thresholded_relu(x, 0.3),
    "mse": nn.mse,
    "mae": lambda x, y: nn.mae(x, y, agg=np.sum),
    "huber": lambda x, y: nn.huber(x, y, delta=0.4),
    "logit_crossentropy": lambda x, y: nn.logit_crossentropy(x, nn.label_smoothing(nn.softmax(y), 0.1)),
    "binary_crossentropy": lambda x, y: nn.binary_crossentropy(nn.sigmoid(x), nn.sigmoid(y)),
    "logit_binary_crossentropy": lambda x, y: nn.logit_binary_crossentropy(x, nn.sigmoid(y)),
    "kl_divergence": lambda x, y: nn.kl_divergence(nn.softmax(x), nn.softmax(y)),
    "poisson": lambda x, y: nn.poisson(np.exp(x), np.exp(y)),
    "ctc": lambda x: nn.ctc(
        x,
        np.array(peers.CTC_TARGETS),
        lengths=peers.CTC_LENGTHS,
        target_lengths=peers.CTC_TARGET_LENGTHS,
        agg=np.sum,
    ),
    "depthwise_conv": layered(nn.DepthwiseConv((3,), 3, 6, rng=rng(), dtype=float)),
}


@pytest.mark.parametrize("name", peers.SAME)
def test_value_and_gradients_are_pytorchs(name):
    shapes, _ = peers.SAME[name]
    inputs = [peers.wave(k, *shape) for k, shape in enumerate(shapes)]

    def run(*xs):
        y = OURS[name](*xs)
        return y if isinstance(y, tuple) else (y,)

    assert_outcome(outcome(run, *inputs), name)


@pytest.mark.parametrize("name", peers.PEERS)
def test_kept_numbers_are_what_pytorch_gives(name):
    pytest.importorskip("torch", reason="compares with PyTorch, which is too large to be a dependency of the tests")
    assert_outcome(peers.PEERS[name](), name)
