"""Training: batches, histories, checkpoints that resume bit for bit."""

import os

import numpy as np
import pytest

from tracker import nn, optim, param, withgradient
from tracker.nn.parts import parts

X = np.random.default_rng(1).standard_normal((30, 3))
Y = X @ np.array([1.0, -2.0, 0.5])


def loss(model, x, y):
    return np.mean((x @ model["w"] + model["b"] - y) ** 2)


def run(epochs, **options):
    data = nn.DataLoader(X, Y, batch_size=8, rng=np.random.default_rng(2))
    model = {"w": np.zeros(3), "b": 0.5}
    return nn.train(loss, model, data, optim.Adam(0.05), epochs=epochs, progress=False, **options)


def test_training_finds_the_weights():
    trained = run(200)
    np.testing.assert_allclose(trained.model["w"], [1, -2, 0.5], atol=1e-2)
    assert len(trained.history["loss"]) == 200


def test_resumed_training_ends_bit_for_bit_as_an_uninterrupted_one(tmp_path):
    whole, file = run(6), tmp_path / "model.npz"
    run(3, checkpoint=file)
    parts = run(6, checkpoint=file)
    assert parts.history.values == whole.history.values
    assert parts.model["b"] == whole.model["b"]
    np.testing.assert_array_equal(parts.model["w"], whole.model["w"])
    np.testing.assert_array_equal(parts.state["w"].state[1], whole.state["w"].state[1])
    assert parts.state["w"].state[2] == whole.state["w"].state[2]


def test_a_training_of_tied_weights_resumes_bit_for_bit(tmp_path):
    w = np.random.default_rng(3).standard_normal((3, 3))
    tied = {"in": w, "out": w, "last": np.ones(3)}

    def run(epochs, file=None):
        loss = lambda m, x, y: np.mean((np.tanh(x @ m["in"]) @ m["out"] @ m["last"] - y) ** 2)
        data = nn.DataLoader(X, Y, batch_size=8)
        return nn.train(loss, tied, data, optim.Adam(0.05), epochs=epochs, checkpoint=file, progress=False)

    whole = run(4)
    run(2, tmp_path / "c")
    resumed = run(4, tmp_path / "c")
    assert resumed.model["in"] is resumed.model["out"]
    assert_alike(resumed, whole)


def trained_by(rule, epochs, file):
    data = nn.DataLoader(X, Y, batch_size=8)
    model = {"w": np.zeros(3), "b": 0.5}
    return nn.train(loss, model, data, rule, epochs=epochs, checkpoint=file, progress=False)


def test_a_checkpoint_goes_on_with_a_rule_of_its_kind_alone(tmp_path):
    trained_by(optim.Momentum(0.1), 2, tmp_path / "a")
    with pytest.raises(ValueError, match="a goes on with the rule Momentum; train was given Nesterov"):
        trained_by(optim.Nesterov(0.1), 3, tmp_path / "a")
    assert trained_by(optim.Momentum(0.01), 3, tmp_path / "a").state["w"].rule.eta == 0.01

    chain = optim.OptimiserChain(optim.WeightDecay(), optim.Descent())
    trained_by(chain, 1, tmp_path / "b")
    with pytest.raises(
        ValueError, match=r"OptimiserChain\(WeightDecay, Descent\).*OptimiserChain\(SignDecay, Descent\)"
    ):
        trained_by(optim.OptimiserChain(optim.SignDecay(), optim.Descent()), 2, tmp_path / "b")


def test_a_state_given_for_the_rule_keeps_its_frozen_parts_and_goes_on(tmp_path):
    model = {"w": np.zeros(3), "b": 0.5}
    state = optim.setup(optim.Adam(0.05), model)
    optim.freeze(state["b"])

    def run(state, model, epochs, file=None):
        data = nn.DataLoader(X, Y, batch_size=8)
        return nn.train(loss, model, data, state, epochs=epochs, checkpoint=file, progress=False)

    whole = run(state, model, 4)
    assert whole.model["b"] == 0.5
    assert np.all(whole.model["w"] != 0)
    half = run(state, model, 2)
    np.testing.assert_array_equal(run(half.state, half.model, 2).model["w"], whole.model["w"])
    run(state, model, 2, tmp_path / "c")
    assert_alike(run(state, model, 4, tmp_path / "c"), whole)
    with pytest.raises(ValueError, match="has shape"):
        run(optim.setup(optim.Adam(), {"w": np.zeros(4), "b": 0.5}), model, 1)


def test_a_checkpoint_that_train_did_not_write_is_named(tmp_path):
    model = {"w": np.zeros(3), "b": 0.5}
    nn.save_checkpoint(tmp_path / "c", (model, optim.setup(optim.Descent(), model), None))
    with pytest.raises(ValueError, match="not written by train"):
        trained_by(optim.Descent(), 1, tmp_path / "c")


def layered(epochs, dtype=np.float32, seed=3, **options):
    """A model with batch norm and dropout, trained through `nn.train`, with generators of their own for both uses."""
    r = np.random.default_rng(0)
    model = nn.Chain(nn.Dense(3, 8, rng=r), norm, nn.Dropout(0.3), nn.Dense(8, 1, rng=r))

    def loss(model, states, rng, x, y):
        predicted, states = nn.training(model, x, states, rng)
        return nn.mse(predicted[:, 0], y), states

    data = nn.DataLoader(X.astype(dtype), Y.astype(dtype), batch_size=10, rng=np.random.default_rng(2))
    rng = np.random.Generator(np.random.MT19937(seed))
    options = {"states": nn.states(model), "rng": rng, "progress": False, **options}
    return nn.train(loss, model, data, optim.Adam(0.01), epochs=epochs, **options)


norm = nn.BatchNorm(8)


def assert_alike(a, b):
    for x, y in zip(*(parts((x.model, x.state, x.states)) for x in (a, b)), strict=True):
        np.testing.assert_array_equal(x.value, y.value, err_msg=x.name)
    assert a.history.values == b.history.values


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_batch_norm_and_dropout_resume_bit_for_bit_with_their_states_and_generator(tmp_path, dtype):
    whole = layered(6, dtype)
    layered(3, dtype, checkpoint=tmp_path / "c.npz")
    parts = layered(6, dtype, checkpoint=tmp_path / "c.npz", seed=99)  # the generator goes on, wherever it was
    assert_alike(parts, whole)
    assert not np.array_equal(layered(6, dtype, seed=99).model[0].weight, whole.model[0].weight)


def test_states_of_a_training_by_hand_are_those_of_train():
    trained = layered(1)
    r, rng = np.random.default_rng(0), np.random.Generator(np.random.MT19937(3))
    model = nn.Chain(nn.Dense(3, 8, rng=r), norm, nn.Dropout(0.3), nn.Dense(8, 1, rng=r))
    states, state = nn.states(model), optim.setup(optim.Adam(0.01), model)
    arrays = X.astype(np.float32), Y.astype(np.float32)
    for x, y in nn.DataLoader(*arrays, batch_size=10, rng=np.random.default_rng(2)):

        def loss(model, x=x, y=y, states=states):
            predicted, states = nn.training(model, x, states, rng)
            return nn.mse(predicted[:, 0], y), states

        (_, states), (dmodel,) = withgradient(loss, model)
        state, model = optim.update(state, model, dmodel)
    np.testing.assert_array_equal(trained.states[1].mean, states[1].mean)
    np.testing.assert_array_equal(trained.model(x, trained.states), model(x, states))


def test_trained_states_test_without_chance_and_by_what_training_has_seen():
    trained = layered(40)
    x = X.astype(np.float32)
    one = trained.model(x[:1], trained.states)
    np.testing.assert_allclose(one, trained.model(x, trained.states)[:1], rtol=1e-5)
    hidden = trained.model[0](x)
    np.testing.assert_allclose(trained.states[1].mean, hidden.mean(axis=0), atol=0.1)


def test_a_training_that_a_callback_ended_stays_ended(tmp_path):
    stop = nn.EarlyStopping(2, least=1e9)
    first = run(50, callbacks=[stop], checkpoint=tmp_path / "c.npz")
    again = run(50, callbacks=[stop], checkpoint=tmp_path / "c.npz")
    assert len(first.history["loss"]) == 3
    assert again.history.values == first.history.values
    np.testing.assert_array_equal(again.model["w"], first.model["w"])


@pytest.mark.parametrize(
    ("loss", "message"),
    [
        (lambda model, states, rng, x: np.sum(model * x), r"gives \(value, states\); it gave TrackedReal"),
        (lambda model, states, rng, x: (np.sum(model * x), None), "another structure"),
        (lambda model, states, rng, x: (np.sum(model * x), states, 1), "it gave tuple"),
    ],
)
def test_a_loss_that_does_not_give_the_states_is_told_so(loss, message):
    options = {"epochs": 1, "states": norm.states(), "progress": False}
    with pytest.raises(TypeError, match=message):
        nn.train(loss, np.ones(2), [(np.ones(2),)], optim.Adam(), **options)


def test_layers_that_need_states_or_a_generator_say_so_in_train():
    run = lambda model, **options: nn.train(
        lambda model, states, rng, x: (np.sum((y := nn.training(model, x, states, rng))[0]), y[1]),
        model, [(np.ones((2, 8)),)], optim.Adam(), epochs=1, progress=False, **options,
    )  # fmt: skip
    with pytest.raises(TypeError, match="needs a generator"):
        run(nn.Chain(nn.Scale(8), nn.Dropout(0.5), norm), states=(None, None, norm.states()))
    with pytest.raises(TypeError, match=r"nn\.states"):
        run(nn.Chain(nn.Scale(8), norm), rng=np.random.default_rng(0))


def test_a_history_takes_numbers_and_after_an_error_has_none_of_them():
    history = nn.History()
    for wrong in ("high", np.ones(2), param(1.0)):
        with pytest.raises(TypeError):
            history.append(loss=1.0, accuracy=wrong)
    assert history.values == {}
    with pytest.raises(TypeError, match=r"accuracy was given as an array \(2,\)"):
        history.append(accuracy=np.ones(2))


def test_arrays_given_for_batches_are_named():
    with pytest.raises(TypeError, match=r"nn.DataLoader\(x, y\)"):
        nn.train(loss, {"w": np.zeros(3), "b": 0.5}, (X, Y), optim.Adam(), epochs=1, progress=False)


def test_a_batch_that_is_no_tuple_is_refused():
    with pytest.raises(TypeError, match="ndarray"):
        nn.train(lambda m, x: np.sum(m * x), np.ones(2), [np.ones(2)], optim.Adam(), epochs=1, progress=False)


def test_a_checkpoint_of_other_generators_is_refused(tmp_path):
    layered(1, checkpoint=tmp_path / "c.npz")
    with pytest.raises(ValueError, match=r"\['data.rng', 'rng'\]; train was given \['data.rng'\]"):
        layered(2, checkpoint=tmp_path / "c.npz", rng=None)


def test_a_history_names_what_it_has():
    with pytest.raises(KeyError, match="no 'held_out', but loss"):
        run(1, callbacks=[nn.EarlyStopping(name="held_out")])


def test_batches_are_constants_and_whole_numbers_stay_so():
    kinds = []

    def loss(table, rows):
        kinds.append(type(rows))
        return np.sum(table[rows] ** 2)

    data = nn.DataLoader(np.array([0, 2]), batch_size=1)
    trained = nn.train(loss, np.ones(3), data, optim.Descent(0.25), epochs=1, progress=False)
    assert kinds == [np.ndarray, np.ndarray]
    np.testing.assert_array_equal(trained.model, [0.5, 1.0, 0.5])


def test_a_schedule_gives_the_rate_of_each_epoch_and_resumes(tmp_path):
    schedule = optim.schedules.step(0.1, every=2, factor=0.5)
    seen = []
    whole = run(5, schedule=schedule, callbacks=[lambda now: seen.append(now.state["w"].rule.eta)])
    assert seen == [0.1, 0.1, 0.05, 0.05, 0.025]
    run(3, schedule=schedule, checkpoint=tmp_path / "model.npz")
    parts = run(5, schedule=schedule, checkpoint=tmp_path / "model.npz")
    np.testing.assert_array_equal(parts.model["w"], whole.model["w"])


def test_a_failed_write_leaves_the_old_checkpoint(tmp_path, monkeypatch):
    file = tmp_path / "c.npz"
    nn.save_checkpoint(file, [np.ones(2)])

    def fails(*_):
        raise OSError("disk full")

    monkeypatch.setattr(os, "fsync", fails)
    with pytest.raises(OSError, match="disk full"):
        nn.save_checkpoint(file, [np.zeros(2)])
    assert os.listdir(tmp_path) == ["c.npz"]
    np.testing.assert_array_equal(nn.load_checkpoint(file, [np.zeros(2)])[0][0], 1)


@pytest.mark.parametrize("like", [[np.ones(3)], [np.ones(2, np.float32)], [np.ones(2), 1.0]])
def test_a_checkpoint_of_another_model_is_refused(tmp_path, like):
    nn.save_checkpoint(tmp_path / "c.npz", [np.ones(2)])
    with pytest.raises(ValueError):
        nn.load_checkpoint(tmp_path / "c.npz", like)


def test_shuffled_batches_hold_each_row_once_and_follow_the_generator():
    def batches(seed):
        data = nn.DataLoader(np.arange(10), X[:10], batch_size=4, rng=np.random.default_rng(seed))
        assert len(data) == 3
        return [(i, x) for i, x in data]

    order = np.concatenate([i for i, _ in batches(0)])
    assert sorted(order) == list(range(10))
    np.testing.assert_array_equal(np.concatenate([x for _, x in batches(0)]), X[order])
    assert not np.array_equal(order, np.concatenate([i for i, _ in batches(1)]))
    assert len(list(nn.DataLoader(np.arange(10), batch_size=4, partial=False))) == 2


def test_tables_whose_rows_have_labels_are_refused_by_a_loader():
    pandas = pytest.importorskip("pandas", reason="pandas is missing; make test installs it")
    for table in (pandas.Series([0.0, 1.0], index=[1, 0]), pandas.DataFrame({"a": [0.0, 1.0]})):
        with pytest.raises(TypeError, match=r"has labels: give x\.to_numpy\(\)"):
            nn.DataLoader(table)


def test_arrays_of_different_lengths_and_empty_data_are_refused():
    with pytest.raises(ValueError, match="one length"):
        nn.DataLoader(np.ones(2), np.ones(3))
    with pytest.raises(ValueError, match="without a batch"):
        nn.train(loss, {"w": np.ones(3), "b": 0.0}, [], optim.Adam(), epochs=1, progress=False)


def test_early_stopping_and_plot():
    trained = run(50, callbacks=[nn.EarlyStopping(2, least=1e9)])
    assert len(trained.history["loss"]) == 3
    matplotlib = pytest.importorskip("matplotlib", reason="draws, which an installation may not need")
    assert matplotlib is not None
    np.testing.assert_array_equal(trained.history.plot().lines[0].get_ydata(), trained.history["loss"])


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"epochs": 2.5}, TypeError, "whole number of epochs.*2.5"),
        ({"epochs": -1}, TypeError, "whole number of epochs.*-1"),
        ({"rng": 0}, TypeError, "rng= is a generator.*int"),
        ({"schedule": 0.1}, TypeError, "schedule= is a function.*0.1"),
        ({"callbacks": nn.EarlyStopping(1)}, TypeError, r"list of functions: \[EarlyStopping"),
        ({"callbacks": [nn.EarlyStopping]}, TypeError, "a callback is a function.*EarlyStopping"),
        ({"callbacks": [3]}, TypeError, "a callback is a function.*given 3"),
        ({"checkpoint": "no such folder/x.npz"}, FileNotFoundError, "no folder no such folder"),
    ],
)
def test_options_of_train_are_checked_before_the_first_epoch(options, error, message):
    seen = []
    with pytest.raises(error, match=message):
        run(**{"epochs": 1, "callbacks": [seen.append], **options})
    assert not seen


def test_a_callback_ends_the_training_with_numpys_true_as_well():
    assert len(run(3, callbacks=[lambda now: np.float64(now.history["loss"][-1]) > 0]).history["loss"]) == 1


def test_a_loss_that_is_nan_says_in_which_batch():
    x = np.ones(4)
    x[3] = np.nan
    with pytest.raises(FloatingPointError) as caught:
        nn.train(
            lambda w, x: np.mean(w * x), 1.0, nn.DataLoader(x, batch_size=2), optim.Descent(), epochs=1, progress=False
        )
    assert "in epoch 0, batch 1" in caught.value.__notes__[0]


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: nn.DataLoader([1, 2, 3]), TypeError, "arrays.*list"),
        (lambda: nn.DataLoader((X, Y)), TypeError, "each by itself.*tuple"),
        (lambda: nn.DataLoader(1.0), TypeError, "float"),
        (lambda: nn.DataLoader(X, rng=0), TypeError, "generator.*int"),
        (lambda: nn.DataLoader(X, batch_size=2.0), TypeError, "batch_size.*2.0"),
        (lambda: nn.EarlyStopping(-1), ValueError, "patience.*-1"),
        (lambda: nn.EarlyStopping("loss", 3), TypeError, "positional"),
        (lambda: nn.EarlyStopping("loss"), TypeError, "epochs first.*'loss'"),
    ],
)
def test_what_a_loader_or_a_callback_was_given_is_named(call, error, message):
    with pytest.raises(error, match=message):
        call()
