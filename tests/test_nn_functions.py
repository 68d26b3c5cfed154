"""tracker.nn: values at corners and extremes, values against other libraries, refusals."""

import subprocess
import sys

import numpy as np
import pytest
from scipy import signal, special

import tracker
from tracker import nn
from tracker.nn import pooling

RNG = np.random.default_rng(0)


@pytest.mark.parametrize(
    ("f", "x", "expected"),
    [
        (nn.relu, 0.0, 0.0), (nn.relu6, 0.0, 0.0), (nn.relu6, 6.0, 0.0), (nn.hard_tanh, 1.0, 0.0),
        (nn.hard_tanh, -1.0, 0.0), (nn.hard_sigmoid, 3.0, 0.0), (nn.hard_sigmoid, -3.0, 0.0),
        (nn.soft_shrink, 0.5, 0.0), (nn.leaky_relu, 0.0, 0.01), (nn.elu, 0.0, 1.0), (nn.celu, 0.0, 1.0),
        (nn.softsign, 0.0, 1.0), (nn.softplus, 1000.0, 1.0), (nn.softplus, -1000.0, 0.0),
        (nn.log_sigmoid, -1000.0, 1.0), (nn.sigmoid, -1000.0, 0.0), (nn.elu, 1000.0, 1.0), (nn.gelu, 100.0, 1.0),
    ],
)  # fmt: skip
def test_derivative_at_corners_and_far_out(f, x, expected):
    assert tracker.gradient(f, x)[0] == pytest.approx(expected, rel=1e-14)
    assert tracker.gradient(lambda v: np.sum(f(v)), np.array([x]))[0][0] == pytest.approx(expected, rel=1e-14)


@pytest.mark.parametrize("f", [nn.sigmoid, nn.swish, nn.glu, nn.gelu, nn.normal_cdf, nn.softplus, nn.softmax, nn.elu])
def test_half_precision_is_kept(f):
    x = np.array([-1.0, 0.5, 2.0, 3.0], np.float16)
    y, back = tracker.pullback(f, x)
    assert f(x).dtype == y.dtype == back(np.ones_like(y))[0].dtype == np.float16
    np.testing.assert_allclose(y, f(x.astype(float)), rtol=3e-3)


@pytest.mark.parametrize("x", [[-np.inf, -np.inf], [np.inf, np.inf]])
def test_logsumexp_of_equal_infinities_shares_evenly(x):
    gradient = tracker.gradient(nn.logsumexp, np.array(x), check_finite=False)[0]
    np.testing.assert_array_equal(gradient, [0.5, 0.5])


def test_logsumexp_agrees_with_scipy():
    x = 50 * RNG.standard_normal((4, 5))
    np.testing.assert_allclose(nn.logsumexp(x, axis=1), special.logsumexp(x, axis=1), rtol=1e-14)
    assert nn.logsumexp(np.array([-np.inf, -np.inf])) == -np.inf


def test_gelu_of_float32_is_that_of_float64():
    x = np.linspace(-6, 20, 100_001, dtype=np.float32)
    whole, part = nn.gelu(x), nn.gelu(x[::1000])
    assert whole.dtype == np.float32
    np.testing.assert_array_equal(whole[::1000], part)  # by blocks or not
    np.testing.assert_allclose(whole, nn.gelu(x.astype(float)), rtol=2e-6)
    slopes, exact = (tracker.gradient(lambda x: np.sum(nn.gelu(x)), v)[0] for v in (x, x.astype(float)))
    np.testing.assert_allclose(slopes, exact, rtol=1e-5, atol=3e-7)
    far = np.array([-100, -30, 0, 100, np.inf, np.nan], np.float32)
    np.testing.assert_array_equal(nn.gelu(far), [0, 0, 0, 100, np.inf, np.nan])


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_slope_of_gelu_is_a_half_near_zero_and_right_far_out(dtype):
    x = np.array([0, 1e-45, -1e-30, 1e-19, 1e-6, 300, -300], dtype)
    expected = np.array([0.5, 0.5, 0.5, 0.5, 0.5 + 2e-6 / np.sqrt(2 * np.pi), 1, 0])
    np.testing.assert_allclose(tracker.gradient(lambda x: np.sum(nn.gelu(x)), x)[0], expected, rtol=3e-7)


@pytest.mark.parametrize("f", [nn.softmax, nn.gelu])
def test_rows_by_blocks_give_what_they_give_at_once(f, monkeypatch):
    x, dy = RNG.standard_normal((2, 7, 5)), RNG.standard_normal((2, 7, 5))
    y, back = tracker.pullback(f, x)
    monkeypatch.setattr("tracker.nn.rows._BYTES", 100)
    blocked, blocked_back = tracker.pullback(f, x)
    np.testing.assert_array_equal(blocked, y)
    np.testing.assert_array_equal(blocked_back(dy)[0], back(dy)[0])


def test_layer_norm_in_one_step_is_the_composition(monkeypatch):
    monkeypatch.setattr("tracker.nn.rows._BYTES", 100)
    args = RNG.standard_normal((2, 7, 5)), RNG.standard_normal(5), RNG.standard_normal(5)
    y, back = tracker.pullback(nn.layer_norm, *args)
    expected, expected_back = tracker.pullback(lambda x, w, b: nn.standardise(x) * w + b, *args)
    np.testing.assert_allclose(y, expected, rtol=1e-13, atol=1e-13)
    for given, right in zip(back(np.cos(y)), expected_back(np.cos(y)), strict=True):
        np.testing.assert_allclose(given, right, rtol=1e-12, atol=1e-12)
    x, weight, bias = args
    slopes = lambda w: tracker.gradient(lambda x: np.sum(np.cos(y) * nn.layer_norm(x, w, bias)), x)[0]
    tracker.gradcheck(lambda w: np.sum(slopes(w) ** 2), weight)  # dy and x are plain there, w is not


@pytest.mark.parametrize("flipped", [False, True])
def test_conv_agrees_with_scipy(flipped):
    x, w = RNG.standard_normal((2, 3, 7, 6)), RNG.standard_normal((4, 3, 2, 3))
    f = signal.convolve2d if flipped else signal.correlate2d
    expected = [[sum(f(x[n, c], w[o, c], "valid") for c in range(3)) for o in range(4)] for n in range(2)]
    np.testing.assert_allclose(nn.conv(x, w, flipped=flipped), expected, rtol=1e-12, atol=1e-12)


def test_bias_of_conv_is_added_to_each_channel():
    x, w, b = RNG.standard_normal((3, 2, 5)), RNG.standard_normal((4, 2, 3)), RNG.standard_normal(4)
    np.testing.assert_array_equal(nn.conv(x, w, bias=b), nn.conv(x, w) + b[:, None])
    assert nn.conv(x.astype(np.float32), w.astype(np.float32), bias=b).dtype == np.float64
    with pytest.raises(ValueError, match="bias"):
        nn.conv(x, w, bias=b[:3])


def test_conv_gradients_are_those_of_the_derivative():
    x, w = RNG.standard_normal((2, 4, 7)), RNG.standard_normal((6, 2, 3))
    options = {"stride": 2, "pad": ((1, 2),), "dilation": 2, "groups": 2, "flipped": True}
    y = nn.conv(x, w, **options)
    dx, dw = tracker.pullback(lambda x, w: nn.conv(x, w, **options), x, w)[1](y)
    np.testing.assert_allclose(nn.conv_data_gradient(y, w, (7,), **options), dx, rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(nn.conv_weight_gradient(x, y, (3,), **options), dw, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("bytes_each", [1, 3000, 1 << 18])
@pytest.mark.parametrize(("kernel", "options"), [(3, {}), (3, {"pad": 1, "dilation": 2}), (2, {"stride": 2}), (6, {})])
def test_conv_by_blocks_agrees_with_products_of_unfolded_images(kernel, options, bytes_each, monkeypatch):
    monkeypatch.setattr("tracker.nn.blocks._BYTES", bytes_each)
    x, w = RNG.standard_normal((7, 2, 8, 7)), RNG.standard_normal((3, 2, kernel, kernel))
    y, back = tracker.pullback(lambda x, w: nn.conv(x, w, **options), x, w)
    unfolded = lambda x, w: (w.reshape(3, -1) @ nn.unfold(x, (kernel, kernel), **options)).reshape(y.shape)
    expected, expected_back = tracker.pullback(unfolded, x, w)
    np.testing.assert_allclose(y, expected, rtol=1e-12, atol=1e-12)
    for given, right in zip(back(np.cos(y)), expected_back(np.cos(y)), strict=True):
        np.testing.assert_allclose(given, right, rtol=1e-12, atol=1e-12)


def test_conv_transpose_is_the_adjoint_of_conv():
    x, w = RNG.standard_normal((2, 3, 7, 7)), RNG.standard_normal((4, 3, 3, 3))
    y = RNG.standard_normal((2, 4, 4, 4))
    left = np.sum(nn.conv(x, w, stride=2, pad=1) * y)
    assert left == pytest.approx(np.sum(x * nn.conv_transpose(y, w, stride=2, pad=1)), rel=1e-12)


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({"dilation": 3, "output_pad": 2}, [1, 0, 0, 2, 0, 0]),
        ({"dilation": 3, "output_pad": 2, "pad": ((1, 1),)}, [0, 0, 2, 0]),
        ({"output_pad": [1]}, [1, 2, 0]),
        ({"pad": ((0, 1),), "output_pad": 1}, [1, 2]),
    ],
)
def test_conv_transpose_is_longer_by_its_output_pad(options, expected):
    np.testing.assert_array_equal(
        nn.conv_transpose(np.ones((1, 1, 1)), np.array([[[1.0, 2.0]]]), **options)[0, 0], expected
    )


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda x, w: nn.conv_transpose(x, w, pad=2), "leaves nothing"),
        (lambda x, w: nn.conv_transpose(x, w, output_pad=-1), "output_pad"),
        (lambda x, w: nn.conv_transpose(x, w, output_pad=(0, 1)), "output_pad"),
        (lambda x, w: nn.conv_transpose(x, w, groups=3), "3 groups"),
        (lambda x, w: nn.conv_weight_gradient(x, x, (2,)), r"\(1, out, \*\(1,\)\)"),
        (lambda x, w: nn.conv_weight_gradient(x, x[..., :1], (2,), groups=3), "3 groups"),
    ],
)
def test_what_a_gradient_of_conv_can_not_be_of_is_named(call, message):
    with pytest.raises(ValueError, match=message):
        call(np.ones((1, 2, 2)), np.ones((2, 2, 2)))


def complex_numbers(*shape):
    rng = np.random.default_rng(5)
    return rng.standard_normal(shape) + 1j * rng.standard_normal(shape)


@pytest.mark.parametrize(
    "f",
    [
        nn.softmax,
        nn.log_softmax,
        lambda x: nn.logsumexp(x, axis=0),
        nn.standardise,
        lambda x: nn.layer_norm(x, x[0], x[1]),
        nn.rms_norm,
        nn.batch_norm,
        lambda x: nn.dot_product_attention(x, 2 * x, x),
        nn.sigmoid,
        nn.swish,
        nn.soft_shrink,
        lambda x: nn.conv(x[None], x[:, :2, None]),
    ],
)
def test_gradients_by_complex_numbers_are_those_of_differences(f):
    weights = complex_numbers(*f(complex_numbers(2, 4)).shape)[..., ::-1]
    loss = lambda x: np.sum(np.real(weights * f(x)))
    assert tracker.gradcheck(loss, complex_numbers(2, 4), order=2)


@pytest.mark.parametrize("f", [nn.softplus, nn.log_sigmoid, nn.mish, nn.logcosh])
def test_functions_of_real_numbers_alone_say_so(f):
    with pytest.raises(TypeError, match="real"):
        f(complex_numbers(3))
    with pytest.raises(TypeError, match="real"):
        tracker.pullback(f, complex_numbers(3))


def test_complex_numbers_are_normalised_by_their_distances_from_the_mean():
    x = complex_numbers(2, 50)
    y = nn.standardise(x, eps=0.0)
    np.testing.assert_allclose(np.mean(np.abs(y) ** 2, axis=-1), 1, rtol=1e-12)
    np.testing.assert_allclose(np.mean(y, axis=-1), 0, atol=1e-12)
    np.testing.assert_allclose(np.mean(np.abs(nn.rms_norm(x, eps=0.0)) ** 2, axis=-1), 1, rtol=1e-12)


def test_a_batch_of_none_gives_none():
    assert nn.Flatten()(np.ones((0, 2, 3))).shape == (0, 6)
    assert nn.group_norm(np.ones((0, 4, 3)), 2).shape == (0, 4, 3)
    x = np.ones((0, 2, 3), np.float32)
    assert tracker.gradient(lambda x: np.sum(nn.Flatten()(x)), x)[0].shape == x.shape


def test_same_padding_keeps_the_size():
    assert nn.conv(np.ones((1, 1, 5, 6)), np.ones((1, 1, 2, 3)), pad="same").shape == (1, 1, 5, 6)
    assert nn.conv(np.ones((1, 1, 5)), np.ones((1, 1, 3)), pad="same", stride=2).shape == (1, 1, 3)


def test_equal_maxima_share_their_gradient_and_borders_never_win():
    gradient = tracker.gradient(lambda x: np.sum(nn.maxpool(x, 2)), np.array([[[2.0, 2.0, 1.0, 0.0]]]))[0]
    np.testing.assert_array_equal(gradient, [[[0.5, 0.5, 1.0, 0.0]]])
    np.testing.assert_array_equal(nn.maxpool(-np.ones((1, 1, 2)), 2, pad=1), [[[-1.0, -1.0]]])


def test_borders_take_no_share_of_a_maximum_of_minus_infinity():
    x = np.full((1, 1, 2), -np.inf)
    y, back = tracker.pullback(lambda x: nn.maxpool(x, 2, stride=1, pad=1), x)
    np.testing.assert_array_equal(back(np.ones_like(y))[0], [[[1.5, 1.5]]])


@pytest.mark.parametrize(("size", "window"), [((6, 4), 2), ((7, 5), (3, 2)), ((5,), 2), ((2, 4, 6), (1, 2, 3))])
def test_gradient_of_tiled_maxima_is_that_of_any_windows(size, window, monkeypatch):
    x = RNG.integers(0, 3, (2, 3, *size)).astype(float)  # many equal maxima
    y, back = tracker.pullback(lambda x: nn.maxpool(x, window), x)
    dy = RNG.standard_normal(y.shape)
    (tiled,) = back(dy)
    monkeypatch.setattr(pooling, "is_tiled", lambda w: False)
    np.testing.assert_allclose(tiled, back(dy)[0], rtol=1e-14)


@pytest.mark.parametrize("pool", [nn.maxpool, nn.meanpool])
def test_windows_of_the_border_alone_are_refused(pool):
    x = np.array([[[1.0, 3.0, 2.0]]])
    for pad in (2, ((2, 0),), ((0, 2),)):
        with pytest.raises(ValueError, match="border alone"):
            pool(x, 2, stride=1, pad=pad)
    assert pool(x, 2, stride=2, pad=((0, 2),)).shape == (1, 1, 2)  # the last window would not fit in
    np.testing.assert_array_equal(nn.meanpool(x, 2, stride=1, pad=2, count_borders=True)[0, 0, [0, -1]], 0)


def test_gradient_of_tiled_maxima_stays_zero_beside_an_infinite_one():
    _, back = tracker.pullback(lambda x: nn.maxpool(x, 2), np.array([[[1.0, 2.0, 4.0, 3.0]]]))
    np.testing.assert_array_equal(back(np.array([[[np.inf, np.nan]]]))[0], [[[0.0, np.inf, np.nan, 0.0]]])


def test_lpnormpool_of_zeros_has_gradient_zero():
    np.testing.assert_array_equal(tracker.gradient(lambda x: np.sum(nn.lpnormpool(x, 2, 2)), np.zeros((1, 1, 4)))[0], 0)


def test_query_that_sees_nothing_gives_zeros_and_no_gradient():
    q = k = v = RNG.standard_normal((2, 2))
    mask = np.array([[True, True], [False, False]])
    gradient = tracker.gradient(lambda q: np.sum(nn.dot_product_attention(q, k, v, mask=mask) ** 2), q)[0]
    assert not nn.dot_product_attention(q, k, v, mask=mask)[1].any()
    assert not gradient[1].any()
    assert gradient[0].all()


def test_dropout_keeps_dtype_and_varies_along_axis_only():
    x = np.ones((50, 40), np.float32)
    y = nn.dropout(np.random.default_rng(0), x, 0.25, axis=1)
    assert y.dtype == np.float32
    assert (y == y[:1]).all()
    assert set(np.unique(y)) == {np.float32(0), np.float32(1 / 0.75)}


def test_alpha_dropout_keeps_mean_and_variance():
    x = np.random.default_rng(1).standard_normal(200_000)
    y = nn.alpha_dropout(np.random.default_rng(0), x, 0.3)
    assert abs(y.mean()) < 0.02
    assert abs(y.var() - 1) < 0.02


def test_what_does_not_fit_is_refused():
    x, w = np.ones((1, 3, 4)), np.ones((2, 3, 2))
    for call in (
        lambda: nn.conv(x, np.ones((2, 2, 2))),
        lambda: nn.conv(x, np.ones((2, 3, 7))),
        lambda: nn.conv(x, w, pad="sane"),
        lambda: nn.conv(x, w, stride=(1, 1)),
        lambda: nn.conv(x, w, stride=0),
        lambda: nn.mse(np.ones(3), np.ones((3, 1))),
        lambda: nn.glu(np.ones(3)),
        lambda: nn.dropout(np.random.default_rng(0), x, 1.5),
        lambda: nn.group_norm(x, 2),
        lambda: nn.gelu(x, "fast"),
    ):
        with pytest.raises(ValueError):
            call()


def test_nn_is_loaded_only_when_asked_for():
    code = "import sys, tracker; assert 'tracker.nn' not in sys.modules; tracker.nn.relu"
    subprocess.run([sys.executable, "-c", code], check=True)
