"""Wrong inputs of layers, options and files: what was given is named, and nothing is broadcast by mistake."""

from functools import partial

import numpy as np
import pytest

from tracker import grad, gradient, nn

RNG = np.random.default_rng(0)
IMAGES = np.ones((2, 3, 8, 8), np.float32)
MADE = {"rng": RNG}


class Unmarked:
    """A layer as one writes it elsewhere."""

    def __init__(self):
        self.inner = nn.Dense(3, 3, **MADE)

    def __call__(self, x):
        return self.inner(x)


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (
            lambda: nn.Chain(np.tanh, Unmarked()),
            TypeError,
            r"layers\[1\], a Unmarked, would.*tracker.struct",
        ),
        (lambda: nn.SkipConnection(Unmarked()), TypeError, "layer, a Unmarked, would not be trained"),
        (lambda: nn.Maxout(np.polynomial.Polynomial([1.0, 2.0])), TypeError, "Polynomial.*If they are constant"),
        (
            lambda: nn.Dense(3, 2, nn.Scale(2), **MADE),
            TypeError,
            "arrays of Scale would not be trained",
        ),
        (lambda: nn.RNN(3, 3, Unmarked(), **MADE), TypeError, "activation, a Unmarked, would not be trained"),
        (lambda: nn.Dense(3, 2, **MADE)(np.ones((5, 4))), ValueError, r"Dense takes arrays \(\.\.\., 3\).*\(5, 4\)"),
        (lambda: nn.Dense(3, 2, **MADE)(np.float64(1)), ValueError, r"given \(\)"),
        (lambda: nn.Dense(3, 2, rng=0), TypeError, "generator.*int"),
        (lambda: nn.Dense(3, 2, dtype=int, **MADE), TypeError, "int64"),
        (lambda: nn.Bilinear(3, 4, 2, **MADE)(np.ones((5, 3)), np.ones((5, 3))), ValueError, r"4\).*\(5, 3\)"),
        (lambda: nn.Scale(3)(np.ones((2, 1))), ValueError, r"Scale takes arrays \(\.\.\., 3\)"),
        (lambda: nn.Scale(2, 3)(np.ones((2, 1, 3))), ValueError, r"\(\.\.\., 2, 3\)"),
        (lambda: nn.Flatten()(np.float64(1)), ValueError, "number"),
        (lambda: nn.Conv((3, 3), 2, 4, **MADE)(IMAGES), ValueError, "3 channels"),
        (lambda: nn.Conv((3, 3), 3, 4, **MADE)(IMAGES[0]), ValueError, r"\(3, 8, 8\)"),
        (lambda: nn.MaxPool(2)(np.ones((2, 3))), ValueError, r"images \(n, channels, \*size\).*\(2, 3\)"),
        (lambda: nn.GlobalMeanPool()(np.ones((2, 3))), ValueError, "images"),
        (lambda: nn.GlobalMaxPool()(np.ones((2, 3))), ValueError, "images"),
        (lambda: nn.LPNormPool(0.5, 2)(IMAGES), ValueError, "at least 1"),
        (lambda: nn.BatchNorm(1, affine=False)(IMAGES, nn.BatchNorm(1).states()), ValueError, r"\(n, 1, \.\.\.\)"),
        (lambda: nn.BatchNorm(1).training(IMAGES, nn.BatchNorm(1).states()), ValueError, r"\(2, 3, 8, 8\)"),
        (lambda: nn.InstanceNorm(1)(IMAGES), ValueError, r"InstanceNorm takes arrays \(n, 1"),
        (lambda: nn.GroupNorm(6, 3, affine=False)(IMAGES), ValueError, r"GroupNorm takes arrays \(n, 6"),
        (lambda: nn.Dropout(0.5).training(IMAGES, None, 0), TypeError, "generator"),
        (lambda: nn.GRU(3, 2, **MADE)([[1.0, 2.0, 3.0]]), TypeError, "list"),
        (lambda: nn.LSTM(3, 2, **MADE)([[1.0, 2.0, 3.0]]), TypeError, "list"),
        (lambda: nn.LSTM(3, 2, rng=None), TypeError, "NoneType"),
        (lambda: nn.Maxout(), TypeError, "at least one"),
        (lambda: nn.Chain(nn.Flatten), TypeError, r"Chain: layers\[0\] is the class Flatten.*write Flatten\("),
        (lambda: nn.Chain(head=None), TypeError, r"layers\['head'\].*NoneType"),
        (lambda: nn.Chain([np.tanh]), TypeError, r"list.*\*layers"),
        (lambda: nn.Maxout([np.tanh]), TypeError, r"Maxout: layers\[0\].*list"),
        (lambda: nn.Parallel(None, np.tanh), TypeError, "connection.*NoneType"),
        (lambda: nn.Dense(3, 2, "relu", **MADE), TypeError, "Dense: activation.*str"),
        (lambda: nn.Bilinear(3, 3, 2, nn.relu(1.0), **MADE), TypeError, "Bilinear: activation.*float64"),
        (lambda: nn.Scale(3, activation="relu"), TypeError, "Scale: activation.*str"),
        (lambda: nn.Conv((3, 3), 1, 2, "relu", **MADE), TypeError, "Conv: activation.*str"),
        (lambda: nn.RNN(3, 2, "relu", **MADE), TypeError, "RNNCell: activation.*str"),
        (lambda: nn.Conv(1, 8, 3, **MADE), TypeError, r"\(kernel, n_in, n_out\).*given 1\."),
        (lambda: nn.Dense(3.0, 2, **MADE), TypeError, r"Dense: n_in is a whole number.*3\.0"),
        (lambda: nn.Dense(3, None, **MADE), TypeError, "Dense: n_out is a whole number.*None"),
        (lambda: nn.Dense((3, 4), 2, **MADE), TypeError, r"Dense: n_in.*\(3, 4\)"),
        (lambda: nn.Dense(-3, 2, **MADE), TypeError, "at least 0.*-3"),
        (lambda: nn.Bilinear(3, "4", 2, **MADE), TypeError, "Bilinear: m is"),
        (lambda: nn.Embedding("a", 2, **MADE), TypeError, "Embedding: entries"),
        (lambda: nn.Embedding(4, 2, rng=0), TypeError, "generator.*int"),
        (lambda: nn.Embedding(4, 2, dtype=int, **MADE), TypeError, "int64"),
        (lambda: nn.GRU(None, 2, **MADE), TypeError, "GRUCell: n_in"),
        (lambda: nn.MultiHeadAttention(4.0, 2, **MADE), TypeError, "MultiHeadAttention: width"),
        (lambda: nn.Scale((3, 4)), TypeError, "Scale takes whole numbers.*one by one"),
        (lambda: nn.LayerNorm((3, 4)), TypeError, "LayerNorm takes whole numbers.*one by one"),
        (lambda: nn.RMSNorm("3"), TypeError, "RMSNorm takes whole numbers"),
        (lambda: nn.BatchNorm(3.0), TypeError, "BatchNorm: channels"),
        (lambda: nn.InstanceNorm(None), TypeError, "InstanceNorm: channels"),
        (lambda: nn.BatchNorm(3, momentum=1.5), ValueError, "momentum from 0 to 1"),
        (lambda: nn.Conv((3, None), 1, 2, **MADE), TypeError, "Conv takes whole numbers.*None"),
        (lambda: nn.Conv((3,), 3, 4, groups=2, **MADE), ValueError, "n_in=3.*2 groups"),
        (lambda: nn.Conv((3,), 4, 3, groups=2, **MADE), ValueError, "n_out=3.*2 groups"),
        (lambda: nn.ConvTranspose((3,), 3, 4, groups=0, **MADE), ValueError, "0 groups"),
        (lambda: nn.DepthwiseConv((3,), 0, 4, **MADE), ValueError, "multiple"),
        (lambda: nn.Conv((3,), 3, 4, stride=1.5, **MADE)(IMAGES[..., 0]), TypeError, "stride is a whole number.*1.5"),
        (lambda: nn.MaxPool(2.0)(IMAGES), TypeError, "window is a whole number.*2.0"),
        (lambda: nn.Pad(-1)(IMAGES), ValueError, "at least 0.*-1"),
        (lambda: nn.Pad((1, 2, 3))(IMAGES), ValueError, "2 spatial axes"),
        (lambda: nn.Parallel(nn.Scale(3), nn.Scale(3)), TypeError, "connection Scale does not take 1 result:"),
        (lambda: nn.Parallel(nn.Scale(3), nn.Scale(3), nn.Scale(3)), TypeError, "Scale does not take 2 results"),
        (lambda: nn.Parallel(np.tanh, nn.Scale(3), nn.Scale(3)), TypeError, "tanh does not take 2 results"),
        (lambda: nn.Parallel(np.add), TypeError, "at least one layer"),
        (lambda: nn.SkipConnection(nn.Scale(3), np.tanh), TypeError, "tanh does not take 2 results"),
        (lambda: nn.SkipConnection(nn.Scale), TypeError, "SkipConnection: layer is the class Scale"),
        (lambda: nn.SkipConnection(np.sin, None), TypeError, "connection.*NoneType"),
        *(
            (lambda f=f: f(np.ones((4, 4))), ValueError, r"images \(n, channels, \*size\).*\(4, 4\)")
            for f in (
                nn.instance_norm,
                nn.InstanceNorm(4),
                partial(nn.pad, width=1),
                partial(nn.unfold, window=2),
                partial(nn.upsample, scale=2),
                partial(nn.pixel_shuffle, factor=2),
                partial(nn.pixel_unshuffle, factor=2),
            )
        ),
        (lambda: nn.batch_norm(np.ones(3)), ValueError, r"batch_norm takes arrays \(n, channels"),
        (lambda: nn.batch_norm(np.ones((2, 3)), np.ones(1)), ValueError, r"3 channels.*\(1,\)"),
        (lambda: nn.batch_norm(np.ones((2, 3)), mean=np.ones(1), var=np.ones(3)), ValueError, r"3 channels.*\(1,\)"),
        (lambda: nn.group_norm(np.ones((2, 4)), 2, bias=np.ones(1)), ValueError, r"4 channels.*\(1,\)"),
        (lambda: nn.group_norm(np.ones((2, 4)), 0), ValueError, "0 groups"),
        (lambda: nn.fold(np.ones((1, 4, 8)), (4, 4), 2), ValueError, r"\(n, c \* 4, 9\).*\(1, 4, 8\)"),
        (lambda: nn.fold(np.ones((1, 5, 9)), (4, 4), 2), ValueError, r"\(n, c \* 4, 9\).*\(1, 5, 9\)"),
        (lambda: nn.conv(IMAGES, IMAGES, pad=1.5), ValueError, "pad 1.5 does not fit"),
        (lambda: nn.dropout(RNG, IMAGES, 0.5, axis=4), ValueError, "axis 4 is out of bounds"),
        (lambda: nn.Recurrence(nn.LSTM(3, 2, **MADE)), TypeError, "Recurrence takes a cell.*LSTM runs over"),
        (lambda: nn.Recurrence(nn.LSTMCell), TypeError, "cell is the class LSTMCell"),
        *(
            (lambda layer=layer: layer((IMAGES, IMAGES)), TypeError, "a tuple of 2.*itemgetter")
            for layer in (
                nn.Flatten(),
                nn.LayerNorm(8),
                nn.RMSNorm(8),
                nn.GroupNorm(3, 1),
                nn.MaxPool(2),
                nn.GlobalMeanPool(),
            )
        ),
        *(
            (lambda layer=layer: layer(np.ones((2, 1, 3), np.float32)), TypeError, "a tuple of 2.*itemgetter")
            for layer in (
                nn.SkipConnection(nn.GRU(3, 3, **MADE)),
                nn.Maxout(nn.GRU(3, 3, **MADE), nn.GRU(3, 3, **MADE)),
                nn.Parallel(np.add, nn.GRU(3, 3, **MADE), np.sin),
            )
        ),
        (lambda: nn.LayerNorm(3)(np.ones((2, 4))), ValueError, r"LayerNorm takes arrays \(\.\.\., 3\)"),
        (lambda: nn.save("none", [np.ones(2)], epoch=3), TypeError, "notes.*epoch is a int"),
        (lambda: nn.label_smoothing(np.array([0, 2]), 0.1), ValueError, "targets from 0 to 1"),
        (lambda: nn.huber(np.ones(2), np.ones(2), delta=-1.0), ValueError, "delta"),
        (lambda: nn.Dense(3, 2, init="glorot", **MADE), TypeError, "init= is a function.*str"),
        (lambda: nn.Dense(3, 2, init=lambda *_: np.ones(3), **MADE), ValueError, r"\(2, 3\).*\(3,\)"),
        (lambda: nn.Dropout(1.5), ValueError, "0 <= p < 1.*1.5"),
        (lambda: nn.AlphaDropout(-0.5), ValueError, "0 <= p < 1.*-0.5"),
        (lambda: nn.dropout(IMAGES, RNG, 0.5), TypeError, r"\(rng, x, p\).*ndarray"),
        (lambda: nn.BatchNorm(3)(IMAGES, nn.BatchNorm(4).states()), ValueError, "3 channels.*given of 4"),
        (lambda: nn.BatchNorm(3).training(IMAGES, (0, 1)), ValueError, "a tuple.*nn.states"),
        (lambda: nn.LSTM(3, 2, **MADE)(IMAGES[0, :, :, :3], np.zeros((8, 2))), TypeError, r"\(h, c\).*ndarray"),
        (lambda: nn.GRU(3, 2, **MADE)(IMAGES[0, :, :, :3], (0, 0)), TypeError, r"one array \(8, 2\).*tuple"),
        (lambda: nn.destructure([np.ones(2)])[1]([1.0, 2.0]), ValueError, "given a list"),
    ],
)
def test_what_was_given_is_named(call, error, message):
    with pytest.raises(error, match=message):
        call()


@pytest.mark.parametrize(
    ("loss", "labels"),
    [
        (lambda m, x, y: nn.label_crossentropy(m(x), y), np.array([0, 1])),
        (lambda m, x, y: nn.logit_crossentropy(m(x), nn.one_hot(y, 3)), np.array([0, 1])),
        (lambda m, x, y: np.sum(m(nn.embedding(y, x))), np.array([0, 1])),
        (lambda m, x, y: nn.ctc(m(x[None]), y), np.array([[1], [1]])),
        (lambda m, x, y: np.sum(m(x)[nn.length_mask(y, 3)]), np.array([1, 1])),
    ],
)
def test_labels_among_the_arguments_of_gradient_are_explained(loss, labels):
    model, x = nn.Dense(3, 3, **MADE), RNG.standard_normal((2, 3))
    with pytest.raises(TypeError, match=r"are whole numbers; these are tracked.*Leave them out"):
        gradient(loss, model, x, labels)
    expected = gradient(lambda model: loss(model, x, labels), model)[0]
    np.testing.assert_array_equal(grad(loss)(model, x, labels).bias, expected.bias)


def test_connections_join_any_number_of_results():
    x = np.array([0.5, -2.0])
    scales = [nn.Chain(lambda x, k=k: k * x) for k in (2.0, 3.0, 5.0)]
    np.testing.assert_array_equal(nn.Parallel(np.add, *scales)(x), 10 * x)
    np.testing.assert_array_equal(nn.Parallel(np.multiply, *scales)(x), 30 * x**3)
    np.testing.assert_array_equal(gradient(lambda x: np.sum(nn.Parallel(np.add, *scales)(x)), x)[0], 10.0)
    np.testing.assert_array_equal(nn.Parallel(np.hypot, *scales[:2])(x), np.hypot(2 * x, 3 * x))
    np.testing.assert_array_equal(nn.Parallel(np.tanh, scales[0])(x), np.tanh(2 * x))
    bilinear = nn.Bilinear(2, 2, 1, **MADE)
    np.testing.assert_array_equal(nn.Parallel(bilinear, *scales[:2])(x), bilinear(2 * x, 3 * x))
    assert nn.SkipConnection(scales[0], bilinear)(x).shape == (1,)


def test_borders_are_numbers_or_pairs_for_each_axis_and_a_single_size_needs_no_tuple():
    w = np.ones((1, 3, 2, 2))
    np.testing.assert_array_equal(nn.conv(IMAGES, w, pad=(1, (0, 2))), nn.conv(IMAGES, w, pad=((1, 1), (0, 2))))
    rows, kernel = np.ones((1, 1, 3)), np.array([[[1.0, -1.0]]])
    np.testing.assert_array_equal(nn.conv_data_gradient(rows, kernel, 4), nn.conv_data_gradient(rows, kernel, (4,)))
    np.testing.assert_array_equal(nn.fold(np.ones((1, 2, 3)), 4, 2), [[[1, 2, 2, 1]]])


def test_objects_without_arrays_and_constants_in_a_function_are_layers():
    class Shifted:
        def __init__(self, by):
            self.by = by

        def __call__(self, x):
            return x + self.by

    line = np.polynomial.Polynomial([1.0, 2.0])
    model = nn.Chain(Shifted(1.0), lambda x: line(x), nn.Dropout(0.5), nn.Dense(1, 1, nn.MaxPool(2), **MADE))
    assert nn.destructure(model)[0].shape == (2,)


def test_numpys_whole_numbers_are_sizes_and_a_border_may_have_none():
    two = np.int64(2)
    assert nn.Dense(two, 3, **MADE).weight.shape == (3, 2)
    assert nn.AdaptiveMaxPool(two)(IMAGES).shape == (2, 3, 2, 2)
    assert nn.Upsample(two)(IMAGES).shape == (2, 3, 16, 16)
    np.testing.assert_array_equal(nn.pad(IMAGES, 0), IMAGES)
    assert nn.pad(IMAGES, (two, (0, 1))).shape == (2, 3, 12, 9)


def test_part_of_a_gradient_of_a_chain_is_a_chain():
    model = nn.Chain(np.tanh, nn.Dense(2, 2, **MADE), np.tanh)
    dmodel = gradient(lambda m: np.sum(m(np.ones((1, 2)))), model)[0]
    assert dmodel[:2].layers[0] is None
    np.testing.assert_array_equal(dmodel[:2][1].weight, dmodel[1].weight)
    assert list(nn.Chain(a=np.sin, b=np.cos)[1:].layers) == ["b"]


def test_an_error_within_a_model_says_in_which_layer():
    outputs = nn.LSTM(3, 4, **MADE)
    model = nn.Chain(encoder=outputs, head=nn.Chain(nn.Dense(4, 4, **MADE), nn.Dense(5, 1, **MADE)))
    with pytest.raises(TypeError, match="itemgetter") as caught:
        model(np.ones((7, 2, 3), np.float32))
    assert caught.value.__notes__[-1] == "in layers['head'], Chain, which was given a tuple"
    with pytest.raises(ValueError, match=r"\(\.\.\., 5\)") as caught:
        nn.Parallel(np.add, model["head"], np.sin)(np.ones((2, 4)))
    inner, outer = caught.value.__notes__
    assert inner == "in layers[1], Dense, which was given shape (2, 4)"
    assert outer == "in layers[0], Chain, which was given shape (2, 4)"


def test_notes_that_a_checkpoint_can_not_hold_are_named(tmp_path):
    with pytest.raises(TypeError, match="there is a function"):
        nn.save_checkpoint(tmp_path / "c", [1.0], f=lambda: 1)


def test_files_of_another_kind_are_named(tmp_path):
    text, array, half = tmp_path / "text", tmp_path / "array.npy", tmp_path / "half.npz"
    text.write_text("no model")
    np.save(array, np.ones(2))
    nn.save_checkpoint(tmp_path / "whole.npz", [np.ones(100)])
    half.write_bytes((tmp_path / "whole.npz").read_bytes()[:200])
    for path in (text, array, half):
        with pytest.raises(ValueError, match=f"{path.name} is no checkpoint"):
            nn.load_checkpoint(path, [np.ones(2)])
    with pytest.raises(ValueError, match="text is no safetensors file"):
        nn.load(text, [np.ones(2)])
    (tmp_path / "empty").write_bytes(b"")
    with pytest.raises(ValueError, match="empty is no safetensors file"):
        nn.load(tmp_path / "empty", [np.ones(2)])
    with pytest.raises(ValueError, match="empty is no checkpoint"):
        nn.load_checkpoint(tmp_path / "empty", [np.ones(2)])
    with pytest.raises(FileNotFoundError):
        nn.load(tmp_path / "nowhere", [np.ones(2)])
