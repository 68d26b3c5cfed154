"""Models in files, their parts and their text; fields that are not trained."""

import os

import numpy as np
import pytest

import tracker
from tracker import nn, optim, withgradient
from tracker.nn.parts import parts


def rng(seed=0):
    return np.random.default_rng(seed)


def model_of(seed):
    return nn.Chain(
        enc=nn.LSTM(3, 2, rng=rng(seed)), first=lambda pair: pair[0], out=nn.Dense(2, 1, np.tanh, rng=rng(seed))
    )


def arrays(model):
    return {part.name: np.asarray(part.value) for part in parts(model)}


def assert_same(a, b):
    a, b = arrays(a), arrays(b)
    assert a.keys() == b.keys()
    for name, x in a.items():
        np.testing.assert_array_equal(x, b[name])


@tracker.struct(trainable=("weight",))
class Frozen:
    weight: np.ndarray
    table: np.ndarray
    inner: object = None
    slope: float = tracker.static(0.5)

    def __call__(self, x):
        return self.slope * (self.weight * (self.table @ x))


def frozen(seed=0):
    r = rng(seed)
    return Frozen(r.standard_normal(2), r.standard_normal((2, 3)), nn.Dense(1, 1, rng=r))


# Files


def test_loaded_model_has_the_arrays_that_were_saved_and_leaves_like_alone(tmp_path):
    old, like = model_of(1), model_of(2)
    before = arrays(model_of(2))
    nn.save(tmp_path / "m.safetensors", old)
    new = nn.load(tmp_path / "m.safetensors", like)
    assert_same(new, old)
    assert new["out"].activation is np.tanh
    for name, x in arrays(like).items():
        np.testing.assert_array_equal(x, before[name])


def test_file_is_read_by_the_safetensors_package_with_names_like_pytorchs(tmp_path):
    from safetensors.numpy import load_file

    nn.save(tmp_path / "m.safetensors", model_of(1), made_by="a test")
    found = load_file(tmp_path / "m.safetensors")
    assert "layers.enc.cell.weight_ih" in found
    np.testing.assert_array_equal(found["layers.out.weight"], model_of(1)["out"].weight)


@pytest.mark.parametrize(
    ("like", "message"),
    [
        (nn.Chain(nn.Dense(3, 2, rng=rng()), nn.Dense(2, 1, rng=rng())), "layers.1.weight is missing"),
        (nn.Chain(nn.Dense(3, 2, bias=False, rng=rng())), "layers.0.bias is not expected"),
        (nn.Chain(nn.Dense(2, 2, rng=rng())), r"shape \(2, 2\); the file has float32 of \(2, 3\)"),
        (nn.Chain(nn.Dense(3, 2, rng=rng(), dtype=float)), "layers.0.weight is float64"),
    ],
)
def test_what_does_not_fit_the_model_is_named(tmp_path, like, message):
    nn.save(tmp_path / "m.safetensors", nn.Chain(nn.Dense(3, 2, rng=rng())))
    with pytest.raises(ValueError, match=message):
        nn.load(tmp_path / "m.safetensors", like)


def test_failed_save_leaves_the_old_file_and_no_other(tmp_path, monkeypatch):
    path = tmp_path / "m.safetensors"
    nn.save(path, model_of(1))
    monkeypatch.setattr(os, "fsync", lambda _: (_ for _ in ()).throw(OSError("disk full")))
    with pytest.raises(OSError, match="disk full"):
        nn.save(path, model_of(2))
    assert list(tmp_path.iterdir()) == [path]
    assert_same(nn.load(path, model_of(3)), model_of(1))


def test_a_saved_file_can_be_read_by_whom_other_files_can(tmp_path):
    (tmp_path / "plain").write_bytes(b"")
    nn.save(tmp_path / "model", [np.ones(2)])
    nn.save_checkpoint(tmp_path / "checkpoint", [np.ones(2)])
    modes = {path.stat().st_mode for path in tmp_path.iterdir()}
    assert len(modes) == 1


def test_a_dtype_that_the_format_has_not_is_named(tmp_path):
    with pytest.raises(TypeError, match="complex128"):
        nn.save(tmp_path / "m.safetensors", [np.ones(2, complex)])


def test_paths_that_read_alike_are_refused(tmp_path):
    with pytest.raises(ValueError, match="same path"):
        nn.save(tmp_path / "m.safetensors", {"1": np.ones(1), 1: np.ones(1)})


def test_transposed_arrays_numbers_and_tracked_leaves_come_back_as_they_were(tmp_path):
    model = [np.arange(6.0).reshape(2, 3).T, 2.5, 3, np.float32(1.5), tracker.param([1.0, 2.0])]
    nn.save(tmp_path / "m.safetensors", model)
    like = [np.zeros((3, 2)), 0.0, 0, np.float32(0), tracker.param([0.0, 0.0])]
    new = nn.load(tmp_path / "m.safetensors", like)
    np.testing.assert_array_equal(new[0], model[0])
    assert new[1:4] == [2.5, 3, np.float32(1.5)]
    assert [type(x) for x in new] == [type(x) for x in model]
    np.testing.assert_array_equal(new[4].data, [1.0, 2.0])


# Fields that are not trained


def test_fields_that_are_not_trainable_have_no_gradient_and_stay():
    model = frozen()
    _, (d,) = withgradient(lambda m: np.sum(m(np.ones(3)) ** 2), model)
    np.testing.assert_allclose(d.weight, 2 * 0.25 * model.weight * (model.table @ np.ones(3)) ** 2, rtol=1e-12)
    assert (d.table, d.inner, d.slope) == (None, None, None)
    state = optim.setup(optim.Descent(0.1), model)
    _, new = optim.update(state, model, d)
    np.testing.assert_array_equal(new.table, model.table)
    np.testing.assert_allclose(new.weight, model.weight - 0.1 * d.weight)


def test_destructure_takes_trainable_fields_alone():
    model = frozen()
    vector, rebuild = nn.destructure(model)
    np.testing.assert_array_equal(vector, model.weight)
    np.testing.assert_array_equal(rebuild(2 * vector).table, model.table)


@pytest.mark.parametrize("save", ["safetensors", "checkpoint"])
def test_fixed_fields_are_saved_with_the_model(tmp_path, save):
    if save == "safetensors":
        nn.save(tmp_path / "m", frozen(1))
        new = nn.load(tmp_path / "m", frozen(2))
    else:
        nn.save_checkpoint(tmp_path / "m", frozen(1))
        new, _ = nn.load_checkpoint(tmp_path / "m", frozen(2))
    assert_same(new, frozen(1))
    assert [part.name for part in parts(new)] == ["weight", "table", "inner.weight", "inner.bias"]


def test_trainable_holds_for_inherited_fields_and_leaves_the_base_class_alone():
    @tracker.struct
    class Base:
        a: float
        b: float

    @tracker.struct(trainable="c")
    class Derived(Base):
        c: float

    f = lambda m: m.a + m.b + getattr(m, "c", 0.0)
    assert tracker.gradient(f, Derived(1.0, 2.0, 3.0))[0] == Derived(None, None, 1.0)
    assert tracker.gradient(f, Base(1.0, 2.0))[0] == Base(1.0, 1.0)


def test_trainable_names_fields_that_there_are():
    with pytest.raises(TypeError, match="trainable names c: Wrong has the fields a"):

        @tracker.struct(trainable=("c",))
        class Wrong:
            a: float


# Text


def tied():
    w = np.random.default_rng(4).standard_normal((3, 3))
    return {"in": w, "bias": np.ones(3), "out": w}


@pytest.mark.parametrize("save", ["safetensors", "checkpoint"])
def test_an_array_in_two_places_is_one_again_when_it_is_loaded(tmp_path, save):
    model = tied()
    if save == "safetensors":
        nn.save(tmp_path / "m", model)
        loaded = nn.load(tmp_path / "m", model)
    else:
        nn.save_checkpoint(tmp_path / "m", model)
        loaded = nn.load_checkpoint(tmp_path / "m", model)[0]
    assert loaded["in"] is loaded["out"]
    np.testing.assert_array_equal(loaded["in"], model["in"])
    parted = {**tied(), "out": np.full((3, 3), np.nan)}  # saved from a model where they were two
    nn.save_checkpoint(tmp_path / "p", parted)
    np.testing.assert_array_equal(nn.load_checkpoint(tmp_path / "p", model)[0]["out"], parted["out"])


def test_an_array_in_two_places_is_counted_once_and_in_the_vector_once():
    model = tied()
    assert nn.summary(model).split()[-2:] == ["total", "12"]
    vector, rebuild = nn.destructure(model)
    assert vector.shape == (12,)
    made = rebuild(2 * vector)
    assert made["in"] is made["out"]
    np.testing.assert_array_equal(made["out"], 2 * model["in"])
    loss = lambda m: np.sum(np.tanh(m["in"]) @ m["out"] @ m["bias"])
    assert tracker.gradcheck(lambda v: loss(rebuild(v)), vector)


def test_summary_counts_what_is_trained_and_what_is_not():
    text = nn.summary({"a": frozen(), "b": np.ones((1000, 2))})
    assert text.splitlines()[0].split() == ["dict", "shape", "dtype", "parameters"]
    assert text.splitlines()[-2].split() == ["total", "2,002"]
    assert text.splitlines()[-1].split() == ["not", "trained", str(6 + 2)]
    assert ["a.table", "(2,", "3)", "float64", "6*"] in [line.split() for line in text.splitlines()]


@pytest.mark.parametrize(
    "model",
    [
        nn.Dense(3, 4, rng=rng()),
        nn.Chain(nn.Dense(3, 4, rng=rng())),
        nn.Bilinear(4, 3, 2, rng=rng()),
        nn.Scale(4, 3),
        nn.Embedding(4, 3, rng=rng()),
        nn.ConvTranspose((2,), 4, 3, rng=rng()),
        nn.LayerNorm(4, 3),
        nn.GRU(3, 4, rng=rng()),
        nn.LSTMCell(3, 4, rng=rng()),
        nn.Bidirectional(nn.RNN(3, 4, rng=rng()), nn.RNN(3, 4, rng=rng())),
        nn.MultiHeadAttention(4, 2, key_width=3, rng=rng()),
    ],
    ids=lambda model: type(model).__name__,
)
def test_printed_layer_shows_shapes_not_numbers(model):
    assert str(model) == nn.summary(model)
    assert str(model).startswith(type(model).__name__)
    assert str(model).split()[-1] == str(nn.destructure(model)[0].size)
    assert "array" not in str(model)
