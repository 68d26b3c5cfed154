"""Optimisers: steps as PyTorch and optax take them, every structure, nothing half-done."""

import json
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

import tracker
from tests import optimiser_peers as peers
from tracker import optim

PATHS = json.loads(peers.FILE.read_text())
RULES = {
    "torch Descent": optim.Descent(0.1),
    "torch WeightDecay": optim.OptimiserChain(optim.WeightDecay(0.2), optim.Descent(0.1)),
    "torch Momentum": optim.Momentum(0.1),
    "torch Nesterov": optim.Nesterov(0.1),
    "torch RMSProp": optim.RMSProp(0.1),
    "torch RMSProp, centred": optim.RMSProp(0.1, centred=True),
    "torch Adam": optim.Adam(0.1),
    "torch AdamW": optim.AdamW(0.1, decay=0.2),
    "torch AdaMax": optim.AdaMax(0.1, epsilon=0),
    "torch AdaGrad": optim.AdaGrad(0.1),
    "torch AdaDelta": optim.AdaDelta(),
    "optax NAdam": optim.NAdam(0.1, epsilon=0),
    "torch AMSGrad": optim.AMSGrad(0.1, epsilon=0),
    "torch Rprop": optim.Rprop(0.1),
    "torch OAdam": optim.OAdam(0.1),
    "optax RAdam": optim.RAdam(0.1),
    "optax AdaBelief": optim.AdaBelief(0.1),
    "optax Lion": optim.Lion(0.1),
    "torch Muon": optim.Muon(),
}
ALL = [*RULES.values(), optim.SignDecay(), optim.ClipGrad(), optim.ClipNorm(), optim.AccumGrad(1)]


def path(rule, advance=optim.update):
    x = peers.START.copy()
    state, found = optim.setup(rule, x), []
    for _ in range(peers.STEPS):
        state, x = advance(state, x, peers.gradient(x))
        found.append(x.copy())
    return found


@pytest.mark.parametrize("name", RULES)
@pytest.mark.parametrize("advance", [optim.update, optim.update_in_place])
def test_steps_are_those_of_the_reference(name, advance):
    np.testing.assert_allclose(path(RULES[name], advance), PATHS[name], rtol=1e-9, atol=1e-12)


def test_every_reference_is_compared():
    assert RULES.keys() == PATHS.keys()


@pytest.mark.parametrize("name", RULES)
def test_reference_is_what_the_library_gives_here(name):
    library, rule = name.split(" ", 1)
    pytest.importorskip(library, reason=f"compares with {library}, which is no dependency of the tests")
    if rule == "OAdam":
        found = peers.optimistic_steps()
    else:
        found = peers.torch_steps(rule) if library == "torch" else peers.optax_steps(rule)
    np.testing.assert_allclose(found, PATHS[name], rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("rule", ALL, ids=repr)
@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64, np.complex64])
@pytest.mark.parametrize("shape", [(2, 3), (3,), (), (0, 2)])
def test_dtype_shape_and_arguments_are_kept(rule, dtype, shape):
    x, dx = np.ones(shape, dtype), np.full(shape, 0.5, np.float64).astype(dtype)
    state = optim.setup(rule, {"x": x})
    if dtype is np.complex64 and isinstance(rule, optim.Rprop | optim.ClipGrad):
        with pytest.raises(TypeError, match="real"):
            optim.update(state, {"x": x}, {"x": dx})
        return
    for _ in range(2):
        state, model = optim.update(state, {"x": x}, {"x": dx})
        assert type(model["x"]) is np.ndarray
        assert (model["x"].dtype, model["x"].shape) == (x.dtype, shape)
        arrays = [leaf for leaf in tracker.tree.flatten(state)[0] if isinstance(leaf, np.ndarray)]
        assert all(array.dtype in (x.dtype, x.real.dtype) for array in arrays)
    assert np.all(x == 1)
    assert np.all(dx == 0.5)


def test_matrices_that_muon_steps_along_are_nearly_orthogonal():
    x = np.random.default_rng(0).standard_normal((5, 3))
    step = optim.apply(optim.Muon(decay=0.0, eta=1.0), np.zeros_like(x), x, x)[1]
    assert np.all(np.abs(np.linalg.svd(step / np.sqrt(5 / 3))[1] - 1) < 0.35)


@tracker.struct
class Layer:
    W: np.ndarray
    name: str = tracker.static("dense")


@dataclass
class Pair:
    first: Any
    second: Any


MODELS = [
    2.0,
    np.float32(2),
    [np.ones(2), (1.0, {"a": np.ones(1), "n": 3, "none": None})],
    Layer(np.ones(3)),
    Pair(Layer(np.ones(2)), np.arange(3)),
]


@pytest.mark.parametrize("model", MODELS, ids=repr)
@pytest.mark.parametrize("advance", [optim.update, optim.update_in_place])
def test_every_structure_steps_and_keeps_its_types(model, advance):
    ones = tracker.tree.map(lambda x: np.ones_like(x) if tracker.tree.is_parameter(x) else None, model)
    before = tracker.tree.flatten(tracker.tree.map(np.copy, model))[0]
    _, new = advance(optim.setup(optim.Descent(0.5), model), model, ones)
    after = tracker.tree.flatten(new)[0]
    assert len(before) == len(after)
    assert type(new) is type(model)
    for kind, old, x in zip(tracker.tree.flatten(model)[0], before, after, strict=True):
        assert type(x) is type(kind)
        if tracker.tree.is_parameter(kind):
            np.testing.assert_array_equal(x, old - 0.5)


def test_an_array_in_two_places_is_updated_once_by_the_sum():
    W = np.ones(2)
    model = {"encoder": W, "decoder": [W]}
    grads = tracker.gradient(lambda m: np.sum(m["encoder"] + 2 * m["decoder"][0]), model)[0]
    state = optim.setup(optim.Momentum(0.1), model)
    assert state["encoder"] is state["decoder"][0]
    state, new = optim.update(state, model, grads)
    assert new["encoder"] is new["decoder"][0]
    assert state["encoder"] is state["decoder"][0]
    np.testing.assert_allclose(new["encoder"], 0.7)


def test_tracked_leaves_and_implicit_gradients():
    W, b = tracker.param([1.0, 2.0]), tracker.param(3.0)
    grads = tracker.gradient(lambda: np.sum(W * W) + b, tracker.Params([W, b]))
    state = optim.setup(optim.Descent(0.5), [W, b])
    _, (new, c) = optim.update(state, [W, b], grads)
    assert (new.is_leaf, new.data.tolist(), c.data) == (True, [0, 0], 2.5)
    assert W.data.tolist() == [1, 2]
    _, (same, _) = optim.update_in_place(state, [W, b], grads)
    assert same is W
    assert W.data.tolist() == [0, 0]
    with pytest.raises(TypeError, match="computed from others"):
        optim.update(state, [W * 2, b], [np.ones(2), 1.0])


@pytest.mark.parametrize(
    ("grads", "error"),
    [
        ({"a": np.ones(2)}, ValueError),
        ([np.ones(2), np.ones(2)], ValueError),
        ({"a": np.ones(2), "b": np.ones(3)}, ValueError),
        ({"a": np.ones(2), "b": "no"}, TypeError),
        ({"a": np.ones(2), "b": np.ones(2) * 1j}, TypeError),
        ({"a": np.ones(2), "b": np.array([1, np.nan])}, FloatingPointError),
    ],
)
def test_a_failed_step_changes_nothing(grads, error):
    model = {"a": np.ones(2), "b": np.ones(2)}
    state = optim.setup(optim.OptimiserChain(optim.ClipNorm(), optim.Momentum()), model)
    with pytest.raises(error):
        optim.update_in_place(state, model, grads)
    assert all(np.all(x == 1) for x in model.values())
    assert all(np.all(leaf.state[1] == 0) for leaf in state.values())


def test_read_only_arrays_are_refused_before_anything_is_written():
    a, b = np.ones(1), np.ones(1)
    b.flags.writeable = False
    with pytest.raises(ValueError, match=r"model\[1\] is read-only"):
        optim.update_in_place(optim.setup(optim.Descent(), [a, b]), [a, b], [a, a])
    assert a[0] == 1


def test_state_of_another_model_is_refused():
    with pytest.raises(ValueError, match="structure"):
        optim.update(optim.setup(optim.Adam(), [1.0]), {"a": 1.0}, {"a": 1.0})


def test_setup_refuses_a_class_and_a_model_without_parameters():
    with pytest.raises(TypeError, match="takes a rule"):
        optim.setup(optim.Adam, 1.0)
    with pytest.raises(ValueError, match="no parameter"):
        optim.setup(optim.Adam(), {"n": 3})


def test_frozen_parts_stay_and_thaw():
    model = {"a": 1.0, "b": [1.0]}
    state = optim.setup(optim.Descent(0.5), model)
    optim.freeze(state["b"])
    state, model = optim.update(state, model, model)
    assert model == {"a": 0.5, "b": [1.0]}
    optim.thaw(state)
    assert optim.update(state, model, model)[1] == {"a": 0.25, "b": [0.5]}


def test_adjust_keeps_moments_and_dtype_and_reaches_into_chains():
    rule = optim.OptimiserChain(optim.WeightDecay(), optim.Momentum())
    x = np.ones(2, np.float32)
    state, x = optim.update(optim.setup(rule, x), x, x)
    changed = optim.adjust(state, np.float64(0.5), decay=0.25)
    assert changed.rule == optim.OptimiserChain(optim.WeightDecay(0.25), optim.Momentum(0.5))
    assert changed.state is state.state
    assert optim.update(changed, x, x)[1].dtype == np.float32
    assert state.rule == rule
    with pytest.raises(TypeError, match=r"no rule .* gamma"):
        optim.adjust(state, gamma=1.0)


def test_accumulated_gradients_step_as_their_mean():
    rule = optim.OptimiserChain(optim.AccumGrad(2), optim.Momentum(0.1))
    state, x = optim.setup(rule, 1.0), 1.0
    for dx in (1.0, 3.0):
        assert x == 1.0
        state, x = optim.update(state, x, dx)
    assert x == pytest.approx(1 - 0.1 * 2, rel=1e-15)


def test_sign_decay_is_the_gradient_of_the_sum_of_absolute_values():
    x = np.array([1.0, -2.0, 0.0])
    penalty = tracker.gradient(lambda x: 0.25 * np.sum(np.abs(x)), x)[0]
    np.testing.assert_array_equal(optim.apply(optim.SignDecay(0.25), None, x, np.zeros(3))[1], penalty)


@pytest.mark.parametrize("p", [1, 2, np.inf])
def test_clipped_norm_is_the_bound(p):
    dx = np.arange(6.0).reshape(2, 3)
    found = optim.apply(optim.ClipNorm(0.5, p), None, dx, dx)[1]
    assert np.linalg.norm(found.ravel(), p) == pytest.approx(0.5)
    np.testing.assert_array_equal(optim.apply(optim.ClipNorm(99, p), None, dx, dx)[1], dx)


def test_one_cycle_is_that_of_torch():
    torch = pytest.importorskip("torch", reason="compares with PyTorch, which is no dependency of the tests")
    optimiser = torch.optim.SGD([torch.zeros(1)], lr=1.0)
    peer = torch.optim.lr_scheduler.OneCycleLR(optimiser, max_lr=0.5, total_steps=11, cycle_momentum=False)
    mine = optim.schedules.one_cycle(0.5, 11)
    for t in range(11):
        assert mine(t) == pytest.approx(optimiser.param_groups[0]["lr"], rel=1e-12)
        if t < 10:
            optimiser.step()
            peer.step()


def test_a_plain_import_leaves_optimisers_out():
    import subprocess
    import sys

    code = "import sys, tracker; assert 'tracker.optim' not in sys.modules; tracker.optim.Adam()"
    subprocess.run([sys.executable, "-c", code], check=True)
