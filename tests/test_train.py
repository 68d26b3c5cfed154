"""Training: batches, histories, checkpoints that resume bit for bit."""

import os

import numpy as np
import pytest

from tracker import nn, optim

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
