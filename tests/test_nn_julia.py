"""Values that the test suites of Flux and NNlib publish: the same numbers go in, the same come out.

NNlib's arrays count along their first axis first; here they are written as they are there, and read so.
Sources: FluxML/NNlib.jl, test/cpu/conv.jl, test/cpu/pooling.jl, test/common_testsuite/upsample.jl; FluxML/Flux.jl,
test/losses.jl, test/ctc.jl.
"""

import numpy as np
import pytest

import tracker
from tracker import nn


def counted(*shape):
    """1, 2, 3, ... with the first axis running first, as one sample of one channel."""
    return np.arange(1.0, np.prod(shape) + 1).reshape(1, 1, *shape, order="F")


def pulled(f, *args):
    """The value, and the gradients of half its squared sum."""
    y, back = tracker.pullback(f, *args)
    return y, *back(y)


# Convolution: options, x's shape, dx, dw, and y where it is given

_BY_1 = {
    "plain": ({}, [8, 18, 27, 36, 13], [134, 100], None),
    "stride": ({"stride": 2}, [8, 4, 20, 10, 0], [48, 34], None),
    "pad": ({"pad": 1}, [9, 18, 27, 36, 33], [135, 150], [1, 4, 7, 10, 13, 10]),
    "dilation": ({"dilation": 2}, [10, 16, 27, 8, 11], [102, 54], [5, 8, 11]),
    "flip": ({"flipped": False}, [5, 18, 27, 36, 28], [110, 148], [5, 8, 11, 14]),
}
_BY_2 = {
    "plain": (
        {},
        [[116, 374, 674, 258], [243, 700, 1200, 407], [313, 800, 1300, 437], [383, 900, 1400, 467],
         [177, 386, 586, 159]],
        [[17378, 11738], [16250, 10610]],
        None,
    ),
    "stride": (
        {"stride": 2},
        [[116, 58, 516, 258], [87, 29, 387, 129], [196, 98, 596, 298], [147, 49, 447, 149], [0, 0, 0, 0]],
        [[5668, 3888], [5312, 3532]],
        None,
    ),
    "pad": (
        {"pad": 1},
        [[152, 470, 850, 911], [261, 700, 1200, 1240], [340, 800, 1300, 1319], [419, 900, 1400, 1398],
         [370, 746, 1126, 1087]],
        [[18670, 22550], [19850, 23430]],
        [[1, 9, 29, 49, 48], [4, 29, 79, 129, 115], [7, 39, 89, 139, 122], [10, 49, 99, 149, 129],
         [13, 59, 109, 159, 136], [10, 40, 70, 100, 80]],
    ),
    "dilation": (
        {"dilation": 2},
        [[192, 392, 96, 196], [232, 432, 116, 216], [416, 766, 184, 334], [174, 324, 58, 108], [204, 354, 68, 118]],
        [[8632, 3652], [7636, 2656]],
        [[48, 98], [58, 108], [68, 118]],
    ),
    "flip": (
        {"flipped": False},
        [[51, 254, 454, 453], [163, 700, 1200, 1087], [193, 800, 1300, 1157], [223, 900, 1400, 1227],
         [162, 586, 886, 724]],
        [[12590, 19550], [13982, 20942]],
        [[51, 101, 151], [61, 111, 161], [71, 121, 171], [81, 131, 181]],
    ),
}  # fmt: skip


@pytest.mark.parametrize(("name", "cases"), [*((name, _BY_1) for name in _BY_1), *((name, _BY_2) for name in _BY_2)])
def test_convolution_and_its_gradients_are_nnlibs(name, cases):
    options, dx, dw, y = cases[name]
    options = {"flipped": True, **options}  # NNlib's is convolution, ours correlation
    found = pulled(lambda x, w: nn.conv(x, w, **options), counted(*np.shape(dx)), counted(*np.shape(dw)))
    for a, e in zip(found, (y, dx, dw)):
        if e is not None:
            np.testing.assert_array_equal(a[0, 0], e)


def test_convolution_of_volumes_is_nnlibs():
    _, _, dw = pulled(lambda x, w: nn.conv(x, w, flipped=True), counted(5, 4, 3), counted(2, 2, 2))
    expected = [1058184, 1036200, 948264, 926280, 618504, 596520, 508584, 486600]
    np.testing.assert_array_equal(dw[0, 0].ravel(order="F"), expected)
    y = nn.conv(counted(5, 4, 3), counted(2, 2, 2), dilation=2, flipped=True)
    np.testing.assert_array_equal(y[0, 0].ravel(order="F"), [608, 644, 680, 788, 824, 860])


# Pooling: the function, window 2, options, y, dx

_POOLED = [
    (nn.maxpool, {}, [2, 4], [0, 2, 0, 4, 0]),
    (nn.maxpool, {"stride": 1}, [2, 3, 4, 5], [0, 2, 3, 4, 5]),
    (nn.maxpool, {"pad": 1}, [1, 3, 5], [1, 0, 3, 0, 5]),
    (nn.maxpool, {}, [[7, 17], [9, 19]], [[0] * 4, [0, 7, 0, 17], [0] * 4, [0, 9, 0, 19], [0] * 4]),
    (
        nn.maxpool,
        {"pad": 1},
        [[1, 11, 16], [3, 13, 18], [5, 15, 20]],
        [[1, 0, 11, 16], [0] * 4, [3, 0, 13, 18], [0] * 4, [5, 0, 15, 20]],
    ),
    (nn.meanpool, {}, [1.5, 3.5], [0.75, 0.75, 1.75, 1.75, 0]),
    (nn.meanpool, {"stride": 1}, [1.5, 2.5, 3.5, 4.5], [0.75, 2, 3, 4, 2.25]),
    (nn.meanpool, {"pad": 1, "count_borders": True}, [0.5, 2.5, 4.5], [0.25, 1.25, 1.25, 2.25, 2.25]),
    (
        nn.meanpool,
        {"pad": 1, "count_borders": True},
        [[0.25, 4.25, 4], [1.25, 10, 8.75], [2.25, 12, 9.75]],
        [[0.0625, 1.0625, 1.0625, 1], [0.3125, 2.5, 2.5, 2.1875], [0.3125, 2.5, 2.5, 2.1875],
         [0.5625, 3, 3, 2.4375], [0.5625, 3, 3, 2.4375]],
    ),
]  # fmt: skip


@pytest.mark.parametrize(("pool", "options", "y", "dx"), _POOLED)
def test_pooling_and_its_gradient_are_nnlibs(pool, options, y, dx):
    found, gradient = pulled(lambda x: pool(x, 2, **options), counted(*np.shape(dx)))
    np.testing.assert_array_equal(found[0, 0], y)
    np.testing.assert_array_equal(gradient[0, 0], dx)


@pytest.mark.parametrize(
    ("p", "options", "y", "dx"),
    [
        (4.5, {}, [2.019312856150994, 4.221163518110637],
         [0.17258020254042603, 1.9525221042381296, 1.2774501198988355, 3.496467771732918, 0]),
        (3, {"stride": 1}, [2.080083823051904, 3.2710663101885897, 4.497941445275415, 5.738793548317167],
         [0.48074985676913606, 3.1458422620080637, 4.752311710531486, 6.345225258061685, 4.356316321455918]),
        (2, {"pad": 1}, [1, 3.605551275463989, 6.4031242374328485], [1, 2, 3, 4, 5]),
    ],
)  # fmt: skip
def test_pooling_by_norms_is_nnlibs(p, options, y, dx):
    found, gradient = pulled(lambda x: nn.lpnormpool(x, p, 2, **options), counted(5))
    np.testing.assert_allclose(found[0, 0], y, rtol=1e-14)
    np.testing.assert_allclose(gradient[0, 0], dx, rtol=1e-14)


# Other sizes


def test_upsampling_is_nnlibs():
    x = np.array([[[[1.0, 2.0], [3.0, 4.0]]]])
    y, back = tracker.pullback(lambda x: nn.upsample(x, (2, 3)), x)
    np.testing.assert_array_equal(nn.upsample(x, 3)[0, 0, 0], [1, 1, 1, 2, 2, 2])
    np.testing.assert_array_equal(back(y)[0][0, 0], [[6, 12], [18, 24]])
    fifteenths = [[15, 20, 25, 30], [21, 26, 31, 36], [27, 32, 37, 42], [33, 38, 43, 48], [39, 44, 49, 54],
                  [45, 50, 55, 60]]  # fmt: skip
    corners = lambda x: nn.upsample(x, (3, 2), mode="bilinear", align_corners=True)
    np.testing.assert_allclose(corners(x)[0, 0], np.array(fifteenths) / 15, rtol=1e-14)
    np.testing.assert_allclose(
        tracker.pullback(corners, x)[1](np.ones((1, 1, 6, 4)))[0], np.full_like(x, 6), rtol=1e-14
    )
    line = nn.upsample(np.array([[[1.0, 2, 3, 4]]]), size=10, mode="linear", align_corners=True)
    np.testing.assert_allclose(line[0, 0], np.arange(3, 13) / 3, rtol=1e-14)
    cube = tracker.pullback(lambda x: nn.upsample(x, 2, mode="trilinear"), np.ones((1, 1, 4, 4, 4)))[1]
    np.testing.assert_allclose(cube(np.ones((1, 1, 8, 8, 8)))[0], np.full((1, 1, 4, 4, 4), 8), rtol=1e-14)


def test_pixel_shuffle_is_nnlibs():
    # its first axis runs fastest in the channels, our last: both spatial axes exchanged
    x = np.arange(1, 17).reshape(1, 4, 2, 2)
    np.testing.assert_array_equal(
        nn.pixel_shuffle(x, 2)[0, 0].T, [[1, 9, 3, 11], [5, 13, 7, 15], [2, 10, 4, 12], [6, 14, 8, 16]]
    )


# Losses

_CLASSES = np.eye(3)
_PAIRS = np.array([[0.268941, 0.5, 0.268941], [0.731059, 0.5, 0.731059]])
_TWO = np.array([[0.1, 0.9], [0.9, 0.1], [0.9, 0.1], [0.1, 0.9]]), nn.one_hot(np.array([1, 1, 0, 0]), 2)
_SCORES = np.log(1 / 9) * np.array([[1.0, 0], [0, 1], [0, 1], [1, 0]])
_ODD = np.array([0, 1.4, 0.5, 1.2]), np.array([1.0, 0.5, 0.3, 2.4])
_FOUR = np.array([1.0, 2, 3, 4])
_NINE = np.array([0.9, 0.1, 0.1, 0.9]), np.array([1.0, 1, 0, 0])
_TENTHS = np.array([0.4, 0.5, 0.6]), np.array([0.1, 0.2, 0.3])


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (lambda: nn.mse(*_NINE), 0.41),
        (lambda: nn.mae(*_NINE), 0.5),
        (lambda: nn.huber(*_NINE), 0.205),
        (lambda: nn.msle(np.array([345.0, 332, 789]), np.array([123.0, 456, 789]), eps=0.0), 0.38813985859136585),
        (lambda: nn.crossentropy(*_TWO), 1.203972804325936),
        (lambda: nn.crossentropy(_TWO[0], nn.label_smoothing(_TWO[1], 0.1)), 1.2039728043259348),
        (lambda: nn.logit_crossentropy(_SCORES, _TWO[1]), 1.203972804325936),
        (lambda: nn.kl_divergence(np.array([[4.0], [5], [6]]), np.array([[1.0], [2], [3]])), -1.7661057888493457),
        (lambda: nn.hinge(_FOUR, 0.5 * _FOUR), 0.125),
        (lambda: nn.squared_hinge(_FOUR, 0.5 * _FOUR), 0.0625),
        (lambda: nn.poisson(*_TENTHS), 0.6278353988097339),
        (lambda: nn.poisson(_TENTHS[1], _TENTHS[1]), 0.5044459776946685),
        (lambda: nn.dice(*_ODD), 0.28),
        (lambda: nn.tversky(*_ODD, beta=1 - 0.7), -0.06772009029345383),  # Flux's beta weighs false alarms
        (lambda: nn.tversky(*_ODD, beta=1 - 0.8), -0.09490740740740744),
        (lambda: nn.binary_focal(np.array([0.1, 0.7, 0.9]), np.array([0.0, 1, 1])), 0.011402651755880793),
        (lambda: nn.binary_focal(_PAIRS, np.array([[0.0, 1, 0], [1, 0, 1]])), 0.0728675615927385),
        (lambda: nn.focal(np.array([[0.4, 0.5, 0.1], [0.2, 0.5, 0.3]]), _CLASSES[[0, 2]]), 0.45990566879720157),
    ],
)
def test_losses_are_fluxs(found, expected):
    assert found() == pytest.approx(expected, rel=1e-14)


def test_focal_loss_in_float32_is_fluxs():
    p = nn.softmax(np.arange(-7, 8, dtype=np.float32).reshape(5, 3))
    # published as a number that Julia's `isapprox` of Float32 finds equal: to the square root of its epsilon
    expected = pytest.approx(1.1277571935622628, rel=float(np.sqrt(np.finfo(np.float32).eps)))
    assert nn.focal(p, _CLASSES[[0, 1, 2, 1, 0]]) == expected


@pytest.mark.parametrize(
    ("scores", "loss", "gradient", "digits"),
    [
        (
            [[1.0, 2, 3], [2, 1, 1], [3, 3, 2]],
            3.6990738275138035,
            [[-0.317671, -0.427729, 0.665241], [0.244728, -0.0196172, -0.829811], [0.0729422, 0.447346, 0.16457]],
            1e-6,
        ),
        (
            [[-3.0, 12, 8, 15], [4, 20, -2, 20], [8, -33, 6, 5]],
            8.02519869363453,
            [[-2.29294774655333e-06, -0.999662657278862, 1.75500863563993e-06, 0.00669284889063],
             [0.017985914969696, 0.999662657278861, -1.9907078755387e-06, -0.006693150917307],
             [-0.01798362202195, -2.52019580677916e-20, 2.35699239251042e-07, 3.02026677058789e-07]],
            1e-12,
        ),
    ],
)  # fmt: skip
def test_ctc_and_its_gradient_are_fluxs(scores, loss, gradient, digits):
    x = np.array(scores).T[:, None]  # Flux has (classes, time), the blank last and classes from 1
    value, (dx,) = tracker.withgradient(lambda x: nn.ctc(x, [[0, 1]], blank=2), x)
    assert value == pytest.approx(loss, rel=1e-14)
    np.testing.assert_allclose(dx[:, 0].T, gradient, rtol=1e-5, atol=digits)
