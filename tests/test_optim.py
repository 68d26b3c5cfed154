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
    "torch ClipGrad": optim.OptimiserChain(optim.ClipGrad(0.5), optim.Momentum(0.1)),
    "torch SignDecay": optim.OptimiserChain(optim.SignDecay(0.2), optim.Momentum(0.1)),
    "torch AccumGrad": optim.OptimiserChain(optim.AccumGrad(2), optim.Momentum(0.1)),
    "optax AccumGrad": optim.OptimiserChain(optim.AccumGrad(3), optim.Momentum(0.1)),
    "optax ClipNorm": optim.OptimiserChain(optim.ClipNorm(0.5), optim.Momentum(0.1)),
}
VARIED = {
    "torch Momentum, options": optim.Momentum(0.2, 0.5),
    "torch Nesterov, options": optim.Nesterov(0.2, 0.5),
    "torch RMSProp, options": optim.RMSProp(0.2, 0.7, 0.1),
    "torch RMSProp, centred, options": optim.RMSProp(0.2, 0.7, 0.1, centred=True),
    "torch Adam, options": optim.Adam(0.2, (0.6, 0.7), 0.1),
    "torch AdamW, options": optim.AdamW(0.2, (0.6, 0.7), 0.1, decay=0.3),
    "torch AdamW, not coupled": optim.AdamW(0.2, decay=0.3, couple=False),
    "torch Adam after WeightDecay": optim.OptimiserChain(optim.WeightDecay(0.2), optim.Adam(0.1)),
    "torch AdaMax, options": optim.AdaMax(0.2, (0.6, 0.7), 0),
    "torch AdaGrad, options": optim.AdaGrad(0.2, 0.1),
    "torch AdaDelta, options": optim.AdaDelta(0.6, 0.01),
    "torch Muon, options": optim.Muon(eta=0.1, mu=0.6, decay=0.3),
    "torch Rprop, options": optim.Rprop(0.05, (0.3, 1.5), (0.02, 0.2)),
    "torch OAdam, options": optim.OAdam(0.2, (0.6, 0.7), 0.1),
    "optax RAdam, options": optim.RAdam(0.2, (0.6, 0.8), 0.1),
    "optax AdaBelief, options": optim.AdaBelief(0.2, (0.6, 0.7), 0.1),
    "optax Lion, options": optim.Lion(0.2, (0.6, 0.7)),
    "optax NAdam, options": optim.NAdam(0.2, (0.6, 0.7), 0.1),
    "optax AMSGrad, options": optim.AMSGrad(0.2, (0.6, 0.7), 0.1),
    "optax Momentum, complex": optim.Momentum(0.1),
    "optax Nesterov, complex": optim.Nesterov(0.1),
    "optax RMSProp, complex": optim.RMSProp(0.1),
    "optax RMSProp, centred, complex": optim.RMSProp(0.1, centred=True),
    "optax Adam, complex": optim.Adam(0.1),
    "optax AdamW, complex": optim.AdamW(0.1, decay=0.2),
    "optax RAdam, complex": optim.RAdam(0.1),
    "optax NAdam, complex": optim.NAdam(0.1, epsilon=0),
    "optax AdaMax, complex": optim.AdaMax(0.1, epsilon=0),
    "optax AdaBelief, complex": optim.AdaBelief(0.1),
    "optax AMSGrad, complex": optim.AMSGrad(0.1),
    "optax AdaGrad, complex": optim.AdaGrad(0.1, 0),
    "optax Lion, complex": optim.Lion(0.1),
    "optax ClipNorm, complex": optim.OptimiserChain(optim.ClipNorm(0.5), optim.Momentum(0.1)),
}
schedules = optim.schedules
SCHEDULES = {
    "constant": schedules.constant(0.5),
    "step": schedules.step(0.5, 3, 0.2),
    "exponential": schedules.exponential(0.5, 0.9),
    "cosine": schedules.cosine(0.5, 11, 0.01),
    "warm_up": schedules.warm_up(schedules.constant(0.5), 4),
    "warm_up, cosine": schedules.warm_up(schedules.cosine(0.5, 8), 4),
    "one_cycle": schedules.one_cycle(0.5, 12),
    "one_cycle, other parts": schedules.one_cycle(0.5, 12, rise=0.6, start=10, end=50),
}
LINKS = [optim.SignDecay(), optim.ClipGrad(), optim.ClipNorm(), optim.NormGrowthCap(), optim.AccumGrad(1)]
ALL = [*RULES.values(), *LINKS]


def needs_order(rule):
    parts = rule.rules if isinstance(rule, optim.OptimiserChain) else [rule]
    return any(isinstance(part, optim.Rprop | optim.ClipGrad) for part in parts)


def path(rule, advance=optim.update, start=peers.START):
    x = start.copy()
    state, found = optim.setup(rule, x), []
    for _ in range(peers.STEPS):
        state, x = advance(state, x, peers.gradient(x))
        found.append(peers.in_reals(x.copy()))
    return found


@pytest.mark.parametrize("name", [*RULES, *VARIED])
@pytest.mark.parametrize("advance", [optim.update, optim.update_in_place])
def test_steps_are_those_of_the_reference(name, advance):
    np.testing.assert_allclose(
        path((RULES | VARIED)[name], advance, peers.beginning(name)), PATHS[name], rtol=1e-9, atol=1e-12
    )


@pytest.mark.parametrize("name", [name for name, rule in RULES.items() if not needs_order(rule)])
def test_steps_along_a_turned_line_of_complex_numbers_are_the_reference_turned(name):
    u = np.exp(0.7j)
    x = u * peers.START
    state = optim.setup(RULES[name], x)
    for expected in PATHS[name]:
        state, x = optim.update(state, x, u * peers.gradient((x / u).real))
        np.testing.assert_allclose(x, u * np.array(expected), rtol=1e-7, atol=1e-9)


def test_a_chain_of_no_rules_is_descent_by_the_gradient_as_in_optimisers_jl():
    x = np.array([1.0, 2.0])
    np.testing.assert_array_equal(optim.update(optim.setup(optim.OptimiserChain(), x), x, x / 2)[1], x / 2)


def test_every_reference_is_compared():
    assert RULES.keys() | VARIED.keys() == PATHS.keys()


@pytest.mark.parametrize("name", [*RULES, *VARIED])
def test_reference_is_what_the_library_gives_here(name):
    library, rule = name.split(" ", 1)
    if library == "torch":
        pytest.importorskip(library, reason="compares with PyTorch, which is too large to be a dependency of the tests")
    if library == "optax":
        found = peers.optax_steps(rule)
    elif rule in peers.CHAINED:
        found = peers.chained_steps(rule)
    elif rule in peers.OPTIMISTIC:
        found = peers.optimistic_steps(*peers.OPTIMISTIC[rule])
    else:
        found = peers.torch_steps(rule)
    np.testing.assert_allclose(found, PATHS[name], rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("rule", ALL, ids=repr)
@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64, np.complex64])
@pytest.mark.parametrize("shape", [(2, 3), (3,), (), (0, 2)])
def test_dtype_shape_and_arguments_are_kept(rule, dtype, shape):
    x, dx = np.ones(shape, dtype), np.full(shape, 0.5, np.float64).astype(dtype)
    state = optim.setup(rule, {"x": x})
    if dtype is np.complex64 and needs_order(rule):
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


@pytest.mark.parametrize("shape", [(5, 3), (3, 5), (4, 2, 3)])
def test_muon_moves_each_singular_value_by_the_published_quintic(shape):
    dx = np.random.default_rng(1).standard_normal(shape)
    x, rows = np.zeros(shape), shape[0]
    u, s, v = np.linalg.svd(dx.reshape(rows, -1), full_matrices=False)
    s = s / np.linalg.norm(s)  # Nesterov's momentum of a first gradient is along it
    for _ in range(5):
        s = 3.4445 * s - 4.7750 * s**3 + 2.0315 * s**5
    expected = max(1, rows / (dx.size / rows)) ** 0.5 * (u * s) @ v
    rule = optim.Muon(eta=1.0, decay=0.0)
    np.testing.assert_allclose(rule.apply(rule.init(x), x, dx)[1].reshape(rows, -1), expected, rtol=1e-9, atol=1e-12)


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


def test_arrays_that_overlap_are_refused_before_anything_is_written():
    a = np.ones(6)
    model = [a, a[:2]]
    state = optim.setup(optim.Descent(0.5), model)
    with pytest.raises(ValueError, match=r"model\[1\] is a view of memory that model\[0\] has"):
        optim.update_in_place(state, model, model)
    assert np.all(a == 1)
    assert optim.update(state, model, model)[1][1].tolist() == [0.5, 0.5]
    parts = [a[::2], a[1::2]]  # of one array, but none of its entries twice
    optim.update_in_place(optim.setup(optim.Descent(0.5), parts), parts, [np.ones(3), 2 * np.ones(3)])
    assert a.tolist() == [0.5, 0] * 3


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


@pytest.mark.parametrize("name", SCHEDULES)
def test_learning_rates_are_those_of_torch(name):
    rates = json.loads(peers.RATES.read_text())
    assert rates.keys() == SCHEDULES.keys()
    np.testing.assert_allclose([SCHEDULES[name](t) for t in range(12)], rates[name], rtol=1e-12)


@pytest.mark.filterwarnings("ignore:The epoch parameter")  # PyTorch's, of its own SequentialLR
@pytest.mark.parametrize("name", SCHEDULES)
def test_kept_learning_rates_are_what_torch_gives_here(name):
    pytest.importorskip("torch", reason="compares with PyTorch, which is too large to be a dependency of the tests")
    np.testing.assert_allclose(peers.scheduled_rates(name), json.loads(peers.RATES.read_text())[name], rtol=1e-12)


@pytest.mark.parametrize("name", [name for name in SCHEDULES if not name.startswith("one_cycle")])
def test_kept_learning_rates_are_what_optax_gives_here(name):
    np.testing.assert_allclose(peers.optax_rates(name), json.loads(peers.RATES.read_text())[name], rtol=1e-12)


def test_schedules_stay_at_their_end_and_refuse_what_makes_none():
    assert schedules.one_cycle(1.0, 10)(99) == pytest.approx(1 / 25 / 1e4)
    assert schedules.one_cycle(1.0, 10, rise=1.0)(99) == pytest.approx(1 / 25 / 1e4)
    assert schedules.cosine(1.0, 10, 0.25)(99) == 0.25
    for make in (schedules.cosine, schedules.one_cycle, schedules.step):
        with pytest.raises(ValueError, match="at least 1"):
            make(1.0, 0)
    with pytest.raises(ValueError, match="between 0 and 1"):
        schedules.one_cycle(1.0, 10, rise=2.0)


# Small arrays stepped together


@pytest.mark.parametrize("rule", ALL, ids=repr)
def test_small_arrays_stepped_together_are_those_stepped_alone(rule):
    rng = np.random.default_rng(3)
    shapes = [(3,), (2, 2), (), (0,), (3000,), (5, 1), (2, 3, 1)] * 2
    model = [rng.standard_normal(shape).astype(d) for d in (np.float32, np.float64) for shape in shapes]
    model[1] = np.asfortranarray(model[1])
    model.append(rng.standard_normal((4, 6))[::2, ::3])
    together, alone = optim.setup(rule, model), [optim.setup(rule, x) for x in model]
    single = list(model)
    for _ in range(3):
        grads = [np.asarray(rng.standard_normal(x.shape)).astype(x.dtype) for x in model]
        grads[0] = None
        together, model = optim.update(together, model, grads)
        for i, dx in enumerate(grads):
            alone[i], single[i] = optim.update(alone[i], single[i], dx)
    for x, y in zip(tracker.tree.flatten([model, together])[0], tracker.tree.flatten([single, alone])[0], strict=True):
        if isinstance(x, np.ndarray):
            np.testing.assert_array_equal(x, y)
            assert x.dtype == y.dtype


class Unfused(optim.Adam):
    fused = False


class Composed(Unfused):
    """By the passes that all rules share."""

    def _moments(self, state, dx):
        return super()._moments(state, dx)


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64, np.complex64])
@pytest.mark.parametrize("shape", [(), (0,), (3,), (5, 7)])
def test_adams_passes_written_out_are_the_shared_ones_bit_for_bit(dtype, shape):
    x = np.ones(shape, dtype)
    states = [rule().init(x) for rule in (Unfused, Composed)]
    for t in range(4):
        dx = np.asarray(np.random.default_rng(t).standard_normal(shape)).astype(dtype)
        (a, step), (b, expected) = [
            rule().apply(state, x, dx) for rule, state in zip((Unfused, Composed), states, strict=True)
        ]
        for found, wanted in zip((*a[:2], step), (*b[:2], expected), strict=True):
            np.testing.assert_array_equal(found, wanted)
            assert found.dtype == wanted.dtype
        states = [a, b]


@pytest.mark.skipif(not optim.Adam.fused, reason="without the kernel NumPy makes all passes")
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("shape", [(0,), (3,), (5, 7), (1000, 3)])
def test_adam_in_one_pass_is_that_of_numpy_bit_for_bit(dtype, shape):
    rng = np.random.default_rng(5)
    x = rng.standard_normal(shape).astype(dtype)
    states = [optim.Adam().init(x)] * 2
    for scale in (1.0, 1e-3, 0.0, 1e-30):
        dx = (scale * rng.standard_normal(shape)).astype(dtype)
        found = [rule.apply(state, x, dx) for rule, state in zip((optim.Adam(), Unfused()), states, strict=True)]
        (a, step), (b, expected) = found
        for mine, numpys in zip((*a[:2], step), (*b[:2], expected), strict=True):
            assert (mine.dtype, mine.shape) == (dtype, shape)
            np.testing.assert_array_equal(mine, numpys)
        states = [a, b]


def test_what_overflows_warns_as_numpy_does():
    x = np.ones(3, np.float32)
    with np.errstate(over="raise"), pytest.raises(FloatingPointError, match="overflow"):
        optim.update(optim.setup(optim.Adam(), x), x, np.full(3, 1e30, np.float32))


# Steps that are differentiated


def two_steps(rule, x, curvature):
    state = optim.setup(rule, x)
    for _ in range(2):
        state, x = optim.update(state, x, curvature * (x - peers.TARGET))
    return x


@pytest.mark.parametrize("rule", ALL, ids=repr)
def test_a_model_after_two_steps_differentiates_by_where_it_began_and_by_the_gradients(rule):
    x = peers.START + np.array([[0.31, 0.07, -0.53], [0.21, 0.43, 0.17]])  # where no step ends at a change of sign
    assert tracker.gradcheck(lambda x, curvature: two_steps(rule, x, curvature), x, peers.CURVATURE)


def test_a_hyperparameter_that_is_tracked_gets_a_gradient():
    found = tracker.gradient(
        lambda eta: np.sum(optim.update(optim.setup(optim.Descent(eta), X0), X0, peers.CURVATURE)[1]), 0.1
    )
    assert found[0] == pytest.approx(-np.sum(peers.CURVATURE))


X0 = np.zeros((2, 3))


def test_a_step_that_is_differentiated_is_refused_where_its_gradient_would_be_lost():
    x, state = np.ones(2), optim.setup(optim.Descent(), np.ones(2))
    with pytest.raises(TypeError, match="is tracked, and a leaf or array can't hold it"):
        tracker.gradient(lambda dx: np.sum(optim.update_in_place(state, x, dx)[1]), np.ones(2))
    leaf = tracker.param([1.0, 2.0])
    with pytest.raises(TypeError, match="is tracked, and a leaf or array can't hold it"):
        optim.update(optim.setup(optim.Descent(), leaf), leaf, 2 * leaf)
    assert (x.tolist(), leaf.data.tolist()) == ([1, 1], [1, 2])


def test_states_keep_nothing_of_what_they_were_before():
    model = [np.ones(3), np.ones(2)]
    first = optim.setup(optim.Adam(0.1), model)
    kept = [[a.copy() for a in leaf.state[:2]] for leaf in first]
    second, _ = optim.update_in_place(first, model, [np.ones(3), np.ones(2)])
    optim.update_in_place(second, model, [np.ones(3), np.ones(2)])
    for leaf, before in zip(first, kept, strict=True):
        np.testing.assert_array_equal(leaf.state[0], before[0])
        np.testing.assert_array_equal(leaf.state[1], before[1])
    assert not any(np.shares_memory(a.state[0], b.state[0]) for a, b in zip(first, second, strict=True))


# Corners of the rules


DIVIDING = "RMSProp AdaGrad AdaDelta AMSGrad Adam AdamW RAdam AdaMax OAdam NAdam AdaBelief Rprop Muon ClipNorm".split()


@pytest.mark.parametrize("rule", [getattr(optim, name)() for name in DIVIDING], ids=repr)
@pytest.mark.parametrize("dtype", [np.float16, np.float32])
def test_a_gradient_of_zero_leaves_everything_finite(rule, dtype):
    state, x = optim.setup(rule, np.ones((2, 2), dtype)), np.ones((2, 2), dtype)
    for _ in range(3):
        state, x = optim.update(state, x, np.zeros_like(x))
        assert np.all(np.isfinite(x))


REFUSED = [
    (lambda: optim.Descent(-0.1), ValueError, "negate the loss"),
    (lambda: optim.Adam(float("nan")), ValueError, "eta is at least 0 and finite"),
    (lambda: optim.Adam("a"), TypeError, "eta is a number"),
    (lambda: optim.Lion(np.array([0.1, 0.2])), TypeError, "eta is a number"),
    (lambda: optim.Adam(schedules.cosine(0.1, 10)), TypeError, r"optim.adjust\(state, schedule"),
    (lambda: optim.Adam(beta=0.9), TypeError, "beta is a tuple of two numbers"),
    (lambda: optim.AdamW(beta=(0.9, 1.0)), ValueError, "beta is at least 0.0 and below 1.0; it was given 1.0"),
    (lambda: optim.AdamW(decay=-1.0), ValueError, "decay is at least 0"),
    (lambda: optim.RMSProp(epsilon=-1e-8), ValueError, "epsilon is at least 0"),
    (lambda: optim.Momentum(rho=2.0), ValueError, "rho is at least 0.0 and below 1.0"),
    (lambda: optim.ClipNorm(-1.0), ValueError, "omega is at least 0"),
    (lambda: optim.ClipGrad(float("nan")), ValueError, "delta is at least 0"),
    (lambda: optim.AccumGrad(0), ValueError, "at least one"),
    (lambda: optim.AccumGrad(2.5), ValueError, "whole number"),
    (lambda: optim.OptimiserChain(optim.Adam), TypeError, "takes rules"),
    (lambda: optim.MixedPrecision(optim.Adam), TypeError, "takes a rule"),
    (lambda: optim.Muon(opt=optim.Adam), TypeError, "opt of Muon is a rule"),
    (lambda: optim.adjust(optim.setup(optim.Adam(), 1.0), float("inf")), ValueError, "eta is at least 0 and finite"),
    (lambda: optim.freeze({"W": np.ones(2)}), TypeError, "take a state made by optim.setup"),
    (lambda: schedules.warm_up(0.1, 4), TypeError, r"such as constant\(0.1\)"),
    (lambda: optim.adjust({"W": np.ones(2)}, 0.1), TypeError, r"adjust takes a state.*dict.*optim\.setup"),
    (lambda: optim.adjust(optim.Adam(), 0.1), TypeError, "adjust takes a state.*Adam"),
    (lambda: optim.adjust(optim.setup(optim.Adam(), np.ones(2))), TypeError, "adjust takes a learning rate"),
    (lambda: optim.NormGrowthCap(-1.0), ValueError, "tau"),
    (lambda: optim.ClipNorm(1.0, "2"), TypeError, "p is a number"),
    (lambda: optim.Rprop(gamma=(1.0, 0.1)), ValueError, "smallest step and the largest"),
]


@pytest.mark.parametrize(("make", "error", "message"), REFUSED, ids=[message for *_, message in REFUSED])
def test_what_makes_no_rule_state_or_schedule_is_refused(make, error, message):
    with pytest.raises(error, match=message):
        make()
    assert optim.ClipGrad(np.inf).delta == np.inf


@pytest.mark.parametrize("rule", [optim.Adam(), optim.Descent(), optim.OptimiserChain(optim.ClipNorm(), optim.Lion())])
def test_a_state_for_another_shape_is_refused_before_anything_is_written(rule):
    model = [np.ones(2), np.ones((3, 2))]
    other = optim.setup(rule, [np.ones(2), np.ones((2, 2))])
    if not isinstance(rule, optim.Descent):  # which has no state
        with pytest.raises(ValueError, match=r"model\[1\] has shape \(3, 2\), its state is for shape \(2, 2\)"):
            optim.update_in_place(other, model, model)
    assert all(np.all(x == 1) for x in model)


def test_a_step_of_another_shape_is_refused_before_anything_is_written():
    class Wide(optim.Rule):
        def apply(self, state, x, dx):
            return state, dx if x.ndim == 1 else np.stack([dx, dx])

    model = [np.ones(2), np.ones((3, 2))]
    with pytest.raises(ValueError, match=r"model\[1\] has shape \(3, 2\), the step of its rule \(2, 3, 2\)"):
        optim.update_in_place(optim.setup(Wide(), model), model, model)
    assert all(np.all(x == 1) for x in model)


def test_arrays_of_another_library_are_gradients_and_no_parameters():
    import jax.numpy as jnp

    model = [np.ones(2)]
    state = optim.setup(optim.Descent(0.5), model)
    assert optim.update(state, model, [jnp.ones(2)])[1][0].tolist() == [0.5, 0.5]
    with pytest.raises(TypeError, match="an array of jax"):
        optim.setup(optim.Descent(), [jnp.ones(2), 1.0])


@pytest.mark.parametrize("advance", [optim.update, optim.update_in_place])
def test_a_gradient_that_is_the_parameter_and_one_shared_by_two(advance):
    x, dx = np.ones(3), np.full(3, 0.5)
    state, new = advance(optim.setup(optim.Momentum(0.5), [x, x + 1]), [x, x + 1], [x, dx])
    assert (new[0].tolist(), new[1].tolist()) == ([0.5] * 3, [1.75] * 3)
    state, new = advance(state, new, [dx, dx])
    assert (state[0].state.tolist(), state[1].state.tolist(), dx.tolist()) == ([0.7] * 3, [0.475] * 3, [0.5] * 3)


@pytest.mark.parametrize("rule", [optim.Adam(0.1), optim.Momentum(0.1), optim.Nesterov(0.1)])
def test_a_schedule_within_a_chain_changes_its_rate_and_nothing_else(rule):
    chain = optim.OptimiserChain(optim.ClipNorm(9.0), rule)
    x = y = np.array([1.0, -2.0])
    alone, chained = optim.setup(rule, x), optim.setup(chain, x)
    for t in range(5):
        eta = schedules.exponential(0.2, 0.5)(t)
        alone, x = optim.update(optim.adjust(alone, eta), x, x)
        chained, y = optim.update(optim.adjust(chained, eta), y, y)
    np.testing.assert_array_equal(x, y)


def test_adjusting_refuses_what_decides_the_state_and_keeps_the_ratio_of_muons_rates():
    with pytest.raises(TypeError, match="centred of RMSProp"):
        optim.adjust(optim.setup(optim.RMSProp(), np.ones(2)), centred=True)
    state = optim.setup(optim.Muon(), [np.eye(2), np.ones(2)])
    adjusted = optim.adjust(state, 0.01)
    assert (adjusted[0].rule.eta, adjusted[0].rule.opt.eta) == (0.01, pytest.approx(1.5e-4))
    assert adjusted[0].rule is adjusted[1].rule
    mixed = optim.adjust(optim.setup(optim.MixedPrecision(optim.Adam()), np.ones(2, np.float16)), 0.5)
    assert mixed.rule.rule.eta == 0.5


def test_muon_leaves_matrices_of_one_column_to_its_other_rule():
    rule, x = optim.Muon(), np.ones((3, 1))
    other = rule.opt
    np.testing.assert_array_equal(rule.apply(rule.init(x), x, 2 * x)[1], other.apply(other.init(x), x, 2 * x)[1])


def test_the_norm_of_gradients_grows_by_no_more_than_its_cap():
    rule, x = optim.NormGrowthCap(2.0), np.zeros(2)
    state = rule.init(x)
    norms = []
    for size in (1.0, 10.0, 1.0, 1.5, 1e-9, 5.0):
        state, dx = rule.apply(state, x, np.array([size, 0.0]))
        norms.append(float(np.linalg.norm(dx)))
    np.testing.assert_allclose(norms, [1, 2, 1, 1.5, 1e-9, 2e-9], rtol=1e-7, atol=2e-9)


def test_mixed_precision_adds_up_steps_that_the_parameters_dtype_would_lose():
    x = np.ones(2, np.float16)
    state, y = optim.setup(optim.MixedPrecision(optim.Descent(1e-4)), x), x
    lost_state, lost = optim.setup(optim.Descent(1e-4), x), x
    for _ in range(100):
        state, y = optim.update(state, y, np.ones_like(x))
        lost_state, lost = optim.update(lost_state, lost, np.ones_like(x))
    assert (y.dtype, state.state[0].dtype) == (np.float16, np.float32)
    np.testing.assert_array_equal(y, np.full(2, 0.99, np.float16))
    np.testing.assert_array_equal(lost, x)


@pytest.mark.parametrize("rule", [*ALL, optim.MixedPrecision(optim.Adam())], ids=repr)
def test_numbers_step_as_arrays_of_one_entry_do(rule):
    number, array = 0.1, np.array([0.1])
    states = optim.setup(rule, number), optim.setup(rule, array)
    for dx in (0.5, -0.2, 0.3):
        states, (number, array) = zip(
            optim.update(states[0], number, dx), optim.update(states[1], array, np.array([dx])), strict=True
        )
        assert type(number) is float
        assert number == pytest.approx(array[0], rel=1e-15)


def test_a_plain_import_leaves_optimisers_out():
    import subprocess
    import sys

    code = "import sys, tracker; assert 'tracker.optim' not in sys.modules; tracker.optim.Adam()"
    subprocess.run([sys.executable, "-c", code], check=True)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (lambda f, m: tracker.gradient(f, m), r"tuple was given for dict: .*this is \[0\]"),
        (lambda f, m: tracker.withgradient(f, m), r"WithGradient was given for dict: .*\.grad\[0\]"),
        (lambda f, m: None, "NoneType was given for dict"),
        (lambda f, m: tracker.value_and_grad(f)(m), r"tuple was given for dict: .*gradient, which is \[1\]"),
        (lambda f, m: {"w": np.ones(9)}, "dict"),
        (lambda f, m: {"w": np.ones(9), "b": [1.0]}, "b|list"),
    ],
)
def test_a_gradient_of_another_structure_is_described_without_its_values(wrong, message):
    model = {"w": np.full(9, 0.125), "b": 1.0}
    given = wrong(lambda m: np.sum(m["w"] ** 2) * m["b"], model)
    with pytest.raises((ValueError, TypeError), match=message) as caught:
        optim.update(optim.setup(optim.Descent(), model), model, given)
    assert "array(" not in str(caught.value)


def test_a_state_of_other_containers_is_described_without_its_values():
    state = optim.setup(optim.Momentum(), {"layers": (np.ones(9),)})
    with pytest.raises(ValueError, match="Expected an instance of dict") as caught:
        optim.update(state, {"layers": {"first": np.ones(9)}}, {"layers": {"first": np.ones(9)}})
    assert "array(" not in str(caught.value)


def test_a_model_of_a_class_that_is_not_marked_is_told_so():
    class Net:
        def __init__(self):
            self.w = np.ones(2)

    with pytest.raises(ValueError, match=r"tracker\.struct; it was given Net"):
        optim.setup(optim.Adam(), Net())
    with pytest.raises(ValueError, match=r"complex numbers\.$"):
        optim.setup(optim.Adam(), {"n": 1})


def test_state_and_model_in_the_wrong_order_are_named():
    model = {"w": np.ones(2)}
    with pytest.raises(ValueError, match=r"model is a state: .*\(state, model\), in this order"):
        optim.update(model, optim.setup(optim.Adam(), model), model)


def test_a_rule_given_as_a_class_or_mistaken_for_the_model_is_named():
    with pytest.raises(TypeError, match=r"the class Adam: write Adam\(\.\.\.\)"):
        optim.setup(optim.Adam, np.ones(2))
    with pytest.raises(TypeError, match="given a ndarray"):
        optim.setup(np.ones(20), optim.Adam())
