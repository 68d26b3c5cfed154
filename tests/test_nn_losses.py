"""Losses of tracker.nn: paths counted one by one, other libraries, corners, refusals."""

import itertools

import numpy as np
import pytest
from sklearn import metrics

import tracker
from tracker import nn
from tracker.nn import ctc_paths, ctc_products

RNG = np.random.default_rng(0)


def spelled(path, blank):
    """What a path says: repetitions struck out, then blanks."""
    return [mark for mark, _ in itertools.groupby(path) if mark != blank]


def by_enumeration(scores, target, blank):
    """-log of the summed probabilities of all paths that spell `target`."""
    steps, classes = scores.shape
    p = np.exp(scores) / np.exp(scores).sum(axis=-1, keepdims=True)
    paths = [path for path in itertools.product(range(classes), repeat=steps) if spelled(path, blank) == list(target)]
    with np.errstate(divide="ignore"):
        return -np.log(sum(np.prod(p[np.arange(steps), path]) for path in paths))


@pytest.mark.parametrize(
    ("steps", "target", "blank"),
    [(1, [1], 0), (4, [1], 0), (4, [1, 1], 0), (5, [1, 1, 2], 0), (5, [2, 1, 2], 0), (4, [0, 1], 2), (3, [], 0)],
)
def test_ctc_sums_over_all_paths_that_spell_the_target(steps, target, blank):
    scores = 2 * RNG.standard_normal((steps, 1, 3))
    found = nn.ctc(scores, np.array([target], dtype=int), blank=blank)
    assert found == pytest.approx(by_enumeration(scores[:, 0], target, blank), rel=1e-12)


def test_ctc_of_sequences_of_different_lengths_is_that_of_each():
    scores, targets = RNG.standard_normal((5, 3, 4)), np.array([[1, 2], [3, 3], [2, 1]])
    found = nn.ctc(scores, targets, lengths=[5, 4, 2], target_lengths=[2, 2, 1], agg=None)
    each = [(5, [1, 2]), (4, [3, 3]), (2, [2])]
    np.testing.assert_allclose(
        found, [by_enumeration(scores[:t, k], target, 0) for k, (t, target) in enumerate(each)], rtol=1e-12
    )


def test_ctc_is_infinite_where_the_time_is_too_short_and_finite_for_long_unlikely_ones():
    assert nn.ctc(np.zeros((2, 1, 3)), np.array([[1, 1]])) == np.inf  # a blank must come between
    scores = np.zeros((400, 1, 2))
    scores[:, 0, 0] = 100.0
    assert nn.ctc(scores, np.ones((1, 100), int)) == pytest.approx(100 * 100 - np.log(nn_choose(301, 100)), rel=1e-9)


def nn_choose(n, k):
    """Binomial coefficient: so many ways to place k marks, each once, with a blank between them."""
    from scipy.special import comb

    return comb(n, k)


def test_ctc_that_is_infinite_has_no_gradient_and_lists_are_targets():
    loss = lambda scores: nn.ctc(scores, [[1, 1], [1, 2]], agg=None)[0]
    gradient = tracker.gradient(loss, np.zeros((2, 2, 3)), check_finite=False)[0]
    np.testing.assert_array_equal(gradient, 0)


@pytest.mark.parametrize(("spread", "lost"), [(3, 0), (30, 0), (3000, 4)])
def test_ctc_by_products_is_ctc_by_logarithms_or_says_that_it_is_lost(spread, lost):
    rng = np.random.default_rng(1)
    emitted = nn.log_softmax(spread * rng.standard_normal((30, 4, 9)))
    skip, times, ends = rng.random((4, 7)) < 0.5, np.array([30, 25, 17, 30]), np.array([8, 8, 2, 0])
    total, shares, found = ctc_products.by_products(emitted, skip, times, ends)
    may_end = (np.arange(9) == ends[:, None]) | (np.arange(9) == ends[:, None] - 1)
    expected, parts = ctc_paths._in_logarithms(emitted, skip, times, may_end)
    assert found.sum() == lost
    np.testing.assert_allclose(total[~found], expected[~found], rtol=1e-13)
    np.testing.assert_allclose(shares[:, ~found], parts[:, ~found], rtol=1e-11, atol=1e-13)


def test_ctc_of_long_unlikely_targets_has_the_gradient_of_its_paths():
    scores = np.zeros((400, 2, 2))
    scores[:, 0, 0] = 100.0  # products vanish in this row, not in the other
    gradient = tracker.gradient(lambda x: nn.ctc(x, np.ones((2, 100), int), agg=np.sum), scores)[0]
    alone = [tracker.gradient(lambda x: nn.ctc(x, np.ones((1, 100), int)), scores[:, k : k + 1])[0] for k in (0, 1)]
    np.testing.assert_allclose(gradient, np.concatenate(alone, axis=1), rtol=1e-12)
    np.testing.assert_allclose(gradient.sum(axis=-1), 0, atol=1e-10)
    # each of 100 marks is somewhere, once: what the softmax expects of the class, minus 100
    assert gradient[:, 0, 1].sum() == pytest.approx(
        nn.softmax(scores)[:, 0, 1].sum() - 100, rel=1e-10
    )  # of logs near 1e4


@pytest.mark.parametrize("odd", [np.nan, -np.inf])
def test_ctc_of_one_sequence_is_none_of_the_others_business(odd):
    scores = np.random.default_rng(0).standard_normal((5, 2, 3))
    whole = nn.ctc(scores, [[1, 2], [1, 2]], agg=None)
    scores[2, 0, :2] = odd  # at this time the first sequence can be nothing but 2
    found = nn.ctc(scores, [[1, 2], [1, 2]], agg=None)
    assert found[1] == whole[1]
    assert (
        np.isnan(found[0])
        if np.isnan(odd)
        else found[0] == pytest.approx(by_enumeration(scores[:, 0], [1, 2], 0), rel=1e-12)
    )


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"targets": np.array([[1.0]])}, TypeError, "whole"), ({"targets": np.array([[3]])}, IndexError, "3"),
        ({"targets": np.array([[0]])}, ValueError, "blank"), ({"targets": np.array([1])}, ValueError, "time"),
        ({"lengths": [5]}, ValueError, "lengths"), ({"target_lengths": [-1]}, ValueError, "target_lengths"),
    ],
)  # fmt: skip
def test_ctc_names_what_does_not_fit(change, error, message):
    with pytest.raises(error, match=message):
        nn.ctc(np.zeros((2, 1, 3)), **{"targets": np.array([[1]]), **change})


def test_label_crossentropy_is_that_of_one_hot_rows_and_ignores_what_it_is_told_to():
    scores, labels = RNG.standard_normal((4, 3, 5)), RNG.integers(5, size=(4, 3))
    rows = nn.logit_crossentropy(scores, nn.one_hot(labels, 5), agg=None)
    np.testing.assert_allclose(nn.label_crossentropy(scores, labels, agg=None), rows, rtol=1e-14)
    counts = RNG.random((4, 3)) < 0.5
    some = np.where(counts, labels, -100)
    assert nn.label_crossentropy(scores, some, ignore=-100) == pytest.approx(rows[counts].mean(), rel=1e-14)
    np.testing.assert_allclose(
        nn.label_crossentropy(scores, some, ignore=-100, agg=None), np.where(counts, rows, 0), rtol=1e-14
    )
    scores[~counts] = np.nan
    gradient = tracker.gradient(lambda x: nn.label_crossentropy(x, some, ignore=-100), scores)[0]
    np.testing.assert_array_equal(gradient[~counts], 0)
    assert np.all(np.isfinite(gradient))


def test_a_mask_leaves_losses_and_their_gradients_out():
    p, counts = RNG.random((2, 3)), nn.length_mask([1, 3], 3)
    target = nn.one_hot(np.array([0, 1]), 3)
    whole = nn.binary_crossentropy(p, target, agg=None)
    p[0, 1], p[0, 2] = 0.0, np.nan
    loss = lambda p: nn.binary_crossentropy(p, target, agg=nn.masked(counts, np.sum))
    assert loss(p) == pytest.approx(whole[counts].sum(), rel=1e-14)
    gradient = tracker.gradient(loss, p)[0]
    np.testing.assert_array_equal(gradient[0, 1:], 0)
    np.testing.assert_allclose(gradient[counts], ((p - target) / (p * (1 - p)))[counts], rtol=1e-12)


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda x: nn.masked(np.ones(3)), TypeError, "boolean.*float64"),
        (lambda x: nn.masked(np.zeros(3, bool)), ValueError, "nothing"),
        (lambda x: nn.mse(x, x, agg=nn.masked(np.ones(3, bool))), ValueError, r"\(2, 3\).*\(3,\)"),
        (lambda x: nn.label_crossentropy(x, np.array([0, 1, 2])), ValueError, "one for each row"),
        (lambda x: nn.label_crossentropy(x, np.array([0, 3])), IndexError, "3"),
        (lambda x: nn.label_crossentropy(x, np.array([0, -1])), IndexError, "-1"),
        (lambda x: nn.label_crossentropy(x, np.array([0.0, 1.0])), TypeError, "float64"),
        (lambda x: nn.label_crossentropy(x, np.array([-1, -1]), ignore=-1), ValueError, "nothing"),
        (lambda x: nn.embedding(np.array([-2]), x, padding=-1), IndexError, "-2"),
        (lambda x: nn.embedding(np.array([0.5]), x), TypeError, "float64"),
    ],
)
def test_masks_and_labels_that_do_not_fit_are_named(call, error, message):
    with pytest.raises(error, match=message):
        call(np.ones((2, 3)))


def test_hinge_is_scikit_learns():
    y, target = RNG.standard_normal(20), RNG.choice([-1.0, 1.0], 20)
    assert nn.hinge(y, target) == pytest.approx(metrics.hinge_loss(target, y), rel=1e-14)
    np.testing.assert_allclose(nn.squared_hinge(y, target, agg=None), nn.hinge(y, target, agg=None) ** 2)


def test_derivative_of_hinge_at_its_margin_is_zero():
    assert tracker.gradient(lambda y: nn.hinge(y, np.ones(1)), np.ones(1))[0] == 0.0


def test_focal_losses_without_focus_are_crossentropies():
    p, target = nn.softmax(RNG.standard_normal((4, 3))), nn.softmax(RNG.standard_normal((4, 3)))
    assert nn.focal(p, target, gamma=0.0) == pytest.approx(nn.crossentropy(p, target), rel=1e-14)
    assert nn.binary_focal(p, target, gamma=0.0) == pytest.approx(nn.binary_crossentropy(p, target), rel=1e-14)


@pytest.mark.parametrize("loss", [nn.focal, nn.binary_focal])
def test_certain_and_right_predictions_lose_nothing(loss):
    p = np.array([[0.0, 1.0]])
    value, (dp,) = tracker.withgradient(lambda p: loss(p, np.array([[0.0, 1.0]])), p)
    assert value == 0
    np.testing.assert_array_equal(dp, 0)


def test_dice_is_one_minus_the_f1_score_of_plain_labels_and_tversky_an_f_beta_score():
    p, target = RNG.integers(0, 2, (2, 30))
    f1 = metrics.f1_score(target, p)
    assert nn.dice(1.0 * p, 1.0 * target, smooth=0.0) == pytest.approx(1 - f1, rel=1e-12)
    assert nn.tversky(1.0 * p, 1.0 * target, beta=0.5, smooth=0.0) == pytest.approx(1 - f1, rel=1e-12)
    recall = metrics.recall_score(target, p)
    assert nn.tversky(1.0 * p, 1.0 * target, beta=1.0, smooth=0.0) == pytest.approx(1 - recall, rel=1e-12)


def test_contrastive_loss_draws_equal_pairs_together_and_others_apart_up_to_the_margin():
    d = np.array([0.5, 0.5, 3.0])
    gradient = tracker.gradient(lambda d: nn.siamese_contrastive(d, np.array([0.0, 1.0, 1.0]), agg=np.sum), d)[0]
    np.testing.assert_array_equal(gradient, [1.0, -1.0, 0.0])


P, TARGET = np.array([0.25, 0.5]), np.array([0.0, 1.0])


@pytest.mark.parametrize(
    ("loss", "expected"),
    [
        (nn.crossentropy, -np.log(P)),
        (nn.binary_crossentropy, np.log(1 - P) - np.log(P)),
        (nn.poisson, -np.log(P)),
        (nn.focal, -((1 - P) ** 2) * np.log(P)),
        (nn.binary_focal, P**2 * np.log(1 - P) - (1 - P) ** 2 * np.log(P)),
    ],
)
def test_gradients_by_targets_of_zero_and_one_are_those_of_any_others(loss, expected):
    gradient = tracker.gradient(lambda target: loss(P, target, agg=np.sum), TARGET)[0]
    np.testing.assert_allclose(gradient, expected, rtol=1e-14)


def test_certain_predictions_of_what_is_not_there_leave_gradients_finite():
    p = np.array([0.0, 1.0])
    for loss in (nn.crossentropy, nn.binary_crossentropy, nn.kl_divergence, nn.poisson):
        gradients = tracker.gradient(loss, p, TARGET)
        assert np.all(np.isfinite(gradients[1]))
        assert loss(p, TARGET) == (0.5 if loss is nn.poisson else 0.0)


@pytest.mark.parametrize("dtype", [np.uint8, np.int8, bool])
def test_whole_numbers_do_not_wrap_around(dtype):
    y, target = np.array([0, 1]).astype(dtype), np.array([1, 0]).astype(dtype)
    if dtype is not bool:
        y[0], target[0] = 100, 120
    error = np.abs(y.astype(float) - target)
    assert nn.mse(y, target) == np.mean(error**2)
    assert nn.mae(y, target) == np.mean(error)
    assert nn.huber(y, target) == np.mean(np.where(error > 1, error - 0.5, error**2 / 2))


def test_classes_that_can_not_be_are_left_out():
    scores, target = np.array([[1.0, -np.inf, 0.5]]), np.array([[0.0, 0.0, 1.0]])
    value, gradients = tracker.withgradient(nn.logit_crossentropy, scores, target)
    rest = [0, 2]
    assert value == pytest.approx(nn.logit_crossentropy(scores[:, rest], target[:, rest]), rel=1e-15)
    np.testing.assert_allclose(gradients[0][:, rest], nn.softmax(scores[:, rest]) - target[:, rest], rtol=1e-14)
    assert gradients[0][0, 1] == 0
    impossible = np.array([[0.0, 1.0, 0.0]])
    assert nn.logit_crossentropy(scores, impossible) == np.inf


SCORES, SIGNS = np.array([3.0, -2.0]), np.array([1.0, -1.0])


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: nn.binary_crossentropy(SCORES, TARGET), "logit_binary_crossentropy"),
        (lambda: nn.binary_crossentropy(P, SIGNS), r"targets from 0 to 1.*\(target \+ 1\) / 2"),
        (lambda: nn.logit_binary_crossentropy(SCORES, SIGNS), "targets from 0 to 1"),
        (lambda: nn.crossentropy(SCORES, TARGET), "logit_crossentropy"),
        (lambda: nn.crossentropy(np.array([3.0, 1.0]), TARGET), "logit_crossentropy"),
        (lambda: nn.kl_divergence(np.log(P), TARGET), "np.exp"),
        (lambda: nn.poisson(np.log(P), TARGET), "np.exp"),
        (lambda: nn.focal(SCORES, TARGET), "softmax"),
        (lambda: nn.binary_focal(SCORES, TARGET), "sigmoid"),
        (lambda: nn.binary_focal(P, SIGNS), "targets from 0 to 1"),
        (lambda: nn.dice(SCORES, TARGET), "sigmoid"),
        (lambda: nn.tversky(SCORES, TARGET), "sigmoid"),
        (lambda: nn.hinge(SCORES, TARGET), r"2 \* target - 1"),
        (lambda: nn.squared_hinge(SCORES, TARGET), r"2 \* target - 1"),
        (lambda: nn.siamese_contrastive(P, SIGNS), "targets from 0 to 1"),
    ],
)
def test_scores_and_labels_of_another_kind_are_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()
    with pytest.raises(ValueError, match=message):
        tracker.gradient(lambda s: call() + s, 1.0)


def test_probabilities_may_be_off_by_rounding_and_tracked_scores_are_seen():
    p = np.array([1.0 + 1e-7, -1e-9], np.float32)
    assert abs(nn.crossentropy(p, np.array([1.0, 0.0], np.float32))) < 1e-6
    with pytest.raises(ValueError, match="logit_binary_crossentropy"):
        tracker.gradient(lambda y: nn.binary_crossentropy(y, TARGET), SCORES)
    assert nn.logit_binary_crossentropy(SCORES, SCORES > 0) > 0


def test_smoothed_labels_still_sum_to_one():
    np.testing.assert_allclose(nn.label_smoothing(np.eye(3), 0.3).sum(axis=-1), 1, rtol=1e-15)
    with pytest.raises(ValueError, match="amount"):
        nn.label_smoothing(np.eye(3), 1.0)


@pytest.mark.parametrize(
    "loss", [nn.mse, nn.msle, nn.hinge, nn.squared_hinge, nn.siamese_contrastive, nn.focal, nn.dice, nn.tversky]
)
def test_shapes_that_differ_are_refused(loss):
    with pytest.raises(ValueError, match="same shape"):
        loss(np.ones((2, 3)), np.ones(3))
