"""Cases for the functions of tracker.nn."""

import numpy as np

from tests.cases.case import Case, Input, case, normal, positive, uniform, wrapped
from tracker import nn
from tracker.nn import correlation, ctc_paths, interpolation, normalise, pooling
from tracker.nn import windows as _windows
from tracker.nn.gelu import gated, gelu, slope

_SMALL = _windows.windows((5, 4), (2, 3), (2, 1), ((1, 0), (0, 2)), (1, 2))
_PEAKS = np.random.default_rng(3).permutation(40).astype(float).reshape(1, 2, 5, 4)
_HIGH = pooling.window_max(_PEAKS, _SMALL)
_PLAIN = np.array([0.5, 1.5])
_LABELS = np.array([[0, 3, 2], [2, 3, 2]])
_SEEN = np.array([[True, False, True], [False, False, False], [True, True, True]])


def _apart(*shape: int) -> Input:
    """Numbers further apart than the steps of differences reach, so that maxima stay where they are."""
    return Input(lambda rng: (rng.permutation(int(np.prod(shape))) / 10.0 - 1.0).reshape(shape))


def _between(*shape: int) -> Input:
    """Places of `grid_sample`, (..., 2), well between the pixels of images (3, 4), inside and outside."""
    pixels = lambda rng: rng.integers(-2, 4, shape) + rng.uniform(0.2, 0.8, shape)
    return Input(lambda rng: (2 * pixels(rng) + 1) / np.array([4, 3]) - 1)


_SMOOTH = [
    *(nn.sigmoid, nn.softplus, nn.log_sigmoid, nn.gelu, nn.swish, nn.mish, nn.selu, nn.celu, nn.elu),
    *(nn.lisht, nn.logcosh),
]
_KINKED = [
    *(nn.relu, nn.leaky_relu, nn.hard_sigmoid, nn.hard_tanh, nn.relu6, nn.soft_shrink, nn.softsign),
    *(nn.hard_swish, nn.thresholded_relu),
]

CASES: list[Case] = [
    *(case(f, normal(2, 3)) for f in (*_SMOOTH, *_KINKED, nn.tanh_shrink, nn.normal_cdf, nn.identity)),
    *(case(f, normal(0, 3)) for f in (*_SMOOTH, *_KINKED)),
    case(nn.leaky_relu, normal(5), 0.3),
    case(nn.elu, normal(5), alpha=0.7),
    case(nn.celu, normal(5), alpha=0.7),
    case(nn.soft_shrink, normal(5), 0.2),
    case(nn.gelu, normal(4)).but(covers=gated),
    case(nn.gelu, normal(5), approximate="tanh"),
    wrapped(slope, lambda x: slope(x, gelu(x)), normal(2, 3)),
    case(nn.glu, normal(3, 4)),
    case(nn.glu, normal(4, 3), axis=0),
    case(nn.softmax, normal(3, 4)),
    case(nn.softmax, normal(3, 4, 2), axis=1),
    case(nn.softmax, normal(3, 4, 2), axis=(0, 2)),
    case(nn.log_softmax, normal(3, 4)),
    case(nn.log_softmax, normal(3, 4, 2), axis=0),
    case(nn.logsumexp, normal(3, 4)),
    case(nn.logsumexp, normal(3, 4), axis=-1),
    case(nn.logsumexp, normal(3, 4, 2), axis=(0, 1), keepdims=True),
    wrapped(_windows.columns, lambda x: _windows.columns(x, _SMALL), normal(2, 3, 5, 4)),
    wrapped(
        _windows.images,
        lambda c: _windows.images(c, _SMALL),
        normal(2, 18, int(np.prod(_SMALL.places))),
    ),
    case(nn.unfold, normal(2, 2, 5), 3, pad="same"),
    case(nn.fold, normal(1, 4, 9), (4, 4), 2),
    case(nn.conv, normal(2, 3, 6), normal(4, 3, 2)).but(covers=correlation.correlate),
    case(nn.conv, normal(2, 2, 5, 6), normal(3, 2, 3, 2), stride=2, pad=((1, 0), (2, 1))),
    case(nn.conv, normal(1, 4, 5, 5), normal(6, 2, 2, 2), groups=2, dilation=2, flipped=True),
    case(nn.conv, normal(1, 2, 3, 4, 3), normal(2, 2, 2, 2, 2), pad="same"),
    wrapped(
        correlation.shifted,
        lambda x, w, b: nn.conv(x, w, pad=1, bias=b),
        normal(2, 2, 4, 5),
        normal(3, 2, 2, 2),
        normal(3),
    ).but(note=" bias"),
    case(nn.conv_data_gradient, normal(2, 3, 2), normal(3, 2, 3), (6,), stride=2).but(covers=correlation.by_data),
    case(nn.conv_weight_gradient, normal(2, 2, 6), normal(2, 3, 2), (3,), stride=2, flipped=True).but(
        covers=correlation.by_weights
    ),
    case(nn.conv_transpose, normal(2, 3, 2, 3), normal(3, 2, 3, 2), stride=2, pad=1, output_pad=1),
    case(nn.depthwise_conv, normal(2, 3, 4, 4), normal(6, 1, 2, 3)),
    wrapped(pooling.window_max, lambda x: pooling.window_max(x, _SMALL), _apart(2, 3, 5, 4)),
    case(pooling.to_maxima, normal(*_HIGH.shape), _PEAKS, _HIGH, _SMALL),
    case(pooling.at_maxima, normal(*_PEAKS.shape), _PEAKS, _HIGH, _SMALL),
    wrapped(pooling.window_sum, lambda x: pooling.window_sum(x, _SMALL), normal(2, 3, 5, 4)),
    wrapped(pooling.spread, lambda x: pooling.spread(x, _SMALL), normal(2, 3, *_SMALL.places)),
    case(nn.maxpool, _apart(2, 2, 4, 6), 2),
    case(nn.maxpool, _apart(2, 2, 7), 3, stride=2, pad=1),
    case(nn.meanpool, normal(2, 2, 4, 5), (2, 3), stride=1, pad=1),
    case(nn.meanpool, normal(2, 2, 4), 3, stride=2, pad=1, count_borders=True),
    case(nn.lpnormpool, normal(2, 2, 6), 3, 2),
    case(nn.adaptive_maxpool, _apart(2, 2, 6), 3),
    case(nn.adaptive_maxpool, _apart(2, 2, 5, 3), (3, 2)),
    case(nn.adaptive_meanpool, normal(2, 2, 6, 4), (3, 2)),
    case(nn.adaptive_meanpool, normal(2, 2, 5), 3),
    case(nn.upsample, normal(2, 1, 3), 2),
    case(nn.upsample, normal(1, 2, 3, 2), size=(4, 5)),
    case(nn.upsample, normal(1, 2, 3, 2), size=(4, 5), mode="bilinear"),
    case(nn.upsample, normal(1, 1, 3), 2, mode="linear", align_corners=True),
    case(nn.upsample, normal(0, 1, 3), 2, mode="linear"),
    case(nn.upsample, normal(1, 2, 7, 5), size=(2, 3), mode="linear"),  # some entries are nowhere in it
    case(interpolation.mixed, normal(2, 4, 3), interpolation.interpolating(4, 9, False), 1),
    case(nn.pixel_shuffle, normal(1, 8, 2, 3), 2),
    case(nn.pixel_unshuffle, normal(1, 2, 4, 6), 2),
    *(case(nn.pad, normal(1, 2, 3, 4), ((1, 2), 1), mode) for mode in ("constant", "reflect", "edge", "wrap")),
    case(nn.grid_sample, normal(2, 1, 3, 4), _between(2, 3, 2)),
    case(nn.grid_sample, normal(1, 2, 3, 4), _between(1, 2, 2, 2), pad="border"),
    *(
        wrapped(nn.dropout, lambda x, f=f: f(np.random.default_rng(2), x, 0.4), normal(3, 4)).but(note=f.__name__)
        for f in (nn.dropout, nn.alpha_dropout)
    ),
    wrapped(nn.embedding, lambda w: nn.embedding(np.array([[2, 0], [2, 1]]), w), normal(4, 3)),
    case(nn.global_maxpool, _apart(2, 2, 3, 3)),
    case(nn.global_meanpool, normal(2, 2, 3, 3)),
    case(nn.standardise, normal(3, 4)),
    case(nn.standardise, normal(3, 4, 2), (0, 2), 0.1),
    case(nn.batch_norm, normal(3, 2, 4), normal(2), normal(2)),
    case(nn.batch_norm, normal(3, 2), mean=_PLAIN, var=_PLAIN + 1),
    case(nn.layer_norm, normal(3, 4), normal(4), normal(4)).but(covers=normalise.normed),
    case(nn.layer_norm, normal(2, 3, 4), normal(4)),
    case(nn.layer_norm, normal(0, 4), normal(4), normal(4)),
    case(nn.layer_norm, normal(3, 4, 2), normal(4, 1), normal(4, 1), axis=1),
    case(nn.group_norm, normal(2, 4, 3), 2, normal(4), normal(4)),
    case(nn.instance_norm, normal(2, 2, 3), normal(2), normal(2)),
    case(nn.rms_norm, normal(3, 4), normal(4)),
    case(nn.dot_product_attention, normal(2, 3, 4), normal(2, 5, 4), normal(2, 5, 6), heads=2),
    case(nn.dot_product_attention, normal(3, 4), normal(3, 4), normal(3, 4), mask=_SEEN),
    wrapped(nn.softmax, lambda q, k, v: nn.dot_product_attention(q, k, v, causal=True), *[normal(3, 2)] * 3).but(
        note=" causal"
    ),
    case(nn.attention_weights, normal(2, 3, 4), normal(2, 5, 4), heads=2, key_mask=nn.length_mask([2, 5], 5)),
    case(lambda q, k, b: nn.attention_weights(q, k, bias=b), normal(3, 2), normal(2, 2), normal(3, 1)).but(
        note=" attention_weights, bias"
    ),
    wrapped(nn.log_softmax, lambda x: nn.label_crossentropy(x, _LABELS), normal(2, 3, 4)).but(note=" labels"),
    wrapped(nn.log_softmax, lambda x: nn.label_crossentropy(x, _LABELS, ignore=3), normal(2, 3, 4)).but(
        note=" labels, ignore"
    ),
    case(nn.mse, normal(2, 3), normal(2, 3), agg=nn.masked(nn.length_mask([1, 3], 3))),
    wrapped(nn.embedding, lambda w: nn.embedding(np.array([[2, -1], [2, 0]]), w, padding=-1), normal(4, 3)).but(
        note=" padding"
    ),
    case(nn.batched_mul, normal(2, 3, 4), normal(2, 4, 2)),
    case(nn.mse, normal(2, 3), normal(2, 3)),
    case(nn.mae, normal(2, 3), normal(2, 3), agg=np.sum),
    case(nn.huber, normal(2, 3), normal(2, 3), agg=None),
    case(nn.crossentropy, uniform(0.2, 0.8, 2, 3), positive(2, 3)),
    case(nn.logit_crossentropy, normal(2, 3), positive(2, 3)),
    case(nn.binary_crossentropy, uniform(0.2, 0.8, 5), uniform(0.2, 0.8, 5)),
    case(nn.logit_binary_crossentropy, normal(5), uniform(0.2, 0.8, 5)),
    case(nn.kl_divergence, positive(2, 3), positive(2, 3)),
    case(nn.poisson, positive(5), positive(5)),
    case(nn.msle, positive(5), positive(5)),
    case(nn.label_smoothing, uniform(0.2, 0.8, 2, 3), 0.2),
    case(nn.hinge, normal(6), normal(6), margin=0.5),
    case(nn.squared_hinge, normal(6), normal(6)),
    case(nn.siamese_contrastive, positive(6), uniform(0.2, 0.8, 6), agg=None),
    case(nn.focal, uniform(0.2, 0.8, 2, 3), uniform(0.2, 0.8, 2, 3)),
    case(nn.focal, uniform(0.2, 0.8, 2, 3), uniform(0.2, 0.8, 2, 3), gamma=1.5, axis=0),
    case(nn.binary_focal, uniform(0.2, 0.8, 5), uniform(0.2, 0.8, 5)),
    case(nn.dice, uniform(0.2, 0.8, 2, 3), uniform(0.2, 0.8, 2, 3)),
    case(nn.tversky, uniform(0.2, 0.8, 2, 3), uniform(0.2, 0.8, 2, 3), axis=1),
    wrapped(ctc_paths.paths, lambda x: nn.ctc(x, np.array([[1, 1], [2, 1]])), normal(4, 2, 3)),
    wrapped(
        ctc_paths.paths,
        lambda x: nn.ctc(x, np.array([[0], [2]]), lengths=[3, 1], target_lengths=[0, 1], blank=1, agg=None),
        normal(3, 2, 3),
    ),
]
