"""PyTorch functions inside tracked programs, tracker's inside PyTorch programs: values, gradients, second order."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

import tracker

pytest.importorskip("torch", reason="the bridge to PyTorch needs PyTorch, which is no dependency of the tests")

import torch

from tracker.interop.torch import from_torch, rule_from_torch, to_torch

product = from_torch(lambda x, y: torch.sin(x) * y)
X, Y = np.array([0.3, -1.2]), np.array([2.0, 0.5])


@dataclass
class Pair:
    first: Any
    second: Any


# PyTorch functions in tracked programs


def test_gradients_of_a_torch_function_in_a_tracked_program():
    dx, dy = tracker.gradient(lambda x, y: np.sum(product(x, y) ** 2), X, Y)
    np.testing.assert_allclose(dx, 2 * np.sin(X) * np.cos(X) * Y**2, rtol=1e-12)
    np.testing.assert_allclose(dy, 2 * np.sin(X) ** 2 * Y, rtol=1e-12)


@pytest.mark.parametrize("mode", ["reverse", "forward"])
def test_second_order_is_that_of_the_function(mode):
    found = tracker.jacobian(tracker.grad(lambda x: np.sum(product(x, Y))), X, mode=mode)
    np.testing.assert_allclose(found, np.diag(-np.sin(X) * Y), rtol=1e-12)


def test_derivatives_agree_with_differences_in_all_modes():
    f = from_torch(lambda x, y: torch.cumsum(torch.exp(x), 0) * torch.sum(y**3))
    assert tracker.gradcheck(f, X, Y, order=2)
    assert tracker.grad(tracker.grad(tracker.grad(from_torch(lambda x: x**4))))(2.0) == 48.0


def test_float32_is_kept_and_plain_arguments_give_plain_results():
    x = np.ones(2, np.float32)
    assert type(product(x, x)) is np.ndarray
    assert product(x, x).dtype == np.float32
    assert tracker.gradient(lambda x: np.sum(product(x, x)), x)[0].dtype == np.float32
    assert product(x, 2.0).dtype == np.float32


def test_structures_keywords_and_what_is_no_array_pass_through():
    @from_torch
    def f(model, *, shift=None, power=1):
        y = (model["W"] @ model["pair"].first) ** power
        y = y if shift is None else y + shift
        return Pair(y, {"largest": torch.argmax(y), "name": model["name"], "none": None})

    model = {"W": np.array([[1.0, 2.0], [3.0, 4.0]]), "pair": Pair(np.array([1.0, 1.0]), 3), "name": "m"}
    plain = f(model, power=2)
    assert (plain.first.tolist(), int(plain.second["largest"])) == ([9, 49], 1)
    assert (plain.second["name"], plain.second["none"]) == ("m", None)
    dmodel, dshift = tracker.gradient(lambda m, shift: np.sum(f(m, shift=shift, power=2).first), model, 1.0)
    assert dshift == 2.0
    assert dmodel["W"].tolist() == [[6, 6], [14, 14]]
    assert (dmodel["pair"].first.tolist(), dmodel["pair"].second, dmodel["name"]) == ([48, 68], None, None)


def test_integers_unused_arguments_and_unused_results():
    f = from_torch(lambda x, i, unused: (x[i] ** 2, torch.exp(x), x.to(torch.int64)))
    i = np.array([1, 1])
    dx, _, dunused = tracker.gradient(lambda x, i, u: np.sum(f(x, np.array([1, 1]), u)[0]), X, 1, 2.0)
    assert (dx.tolist(), dunused) == ([0.0, 4 * X[1]], 0.0)
    assert f(X, i, 0.0)[2].dtype == np.int64
    assert tracker.gradcheck(lambda x: np.sum(f(x, i, 1.0)[0] * f(x, 0, 1.0)[1]), X, order=2)


def test_complex_gradients_follow_trackers_convention():
    z = np.array([1 + 2j, -0.5 + 0.3j])
    f = from_torch(lambda z: torch.exp(z) * torch.conj(z))
    g = lambda z: np.exp(z) * np.conj(z)
    for loss in (lambda y: np.sum(np.abs(y) ** 2), lambda y: np.sum(y.imag)):
        found, expected = (tracker.gradient(lambda z, h=h, loss=loss: loss(h(z)), z)[0] for h in (f, g))
        np.testing.assert_allclose(found, expected, rtol=1e-12)


def test_neither_side_sees_the_others_writes():
    def f(x):
        x = 1.0 * x
        y = from_torch(torch.exp)(x)
        x[:] = 100.0
        z = 1.0 * y
        y[:] = 0.0
        return np.sum(z)

    np.testing.assert_allclose(tracker.gradient(f, X)[0], np.exp(X), rtol=1e-12)
    x = X.copy()
    from_torch(lambda x: x.mul_(2))(x)
    np.testing.assert_array_equal(x, X)


def test_a_modules_parameters_as_an_argument():
    module = torch.nn.Linear(2, 1)
    parameters = {name: p.detach().numpy() for name, p in module.named_parameters()}
    f = from_torch(lambda parameters, x: torch.func.functional_call(module, parameters, x))
    x = np.ones((3, 2), np.float32)
    found = tracker.gradient(lambda parameters: np.sum(f(parameters, x)), parameters)[0]
    assert (found["weight"].tolist(), found["bias"].tolist()) == ([[3, 3]], [3])
    assert module.weight.grad is None


def test_what_torch_does_not_take_and_what_is_no_array_is_named():
    with pytest.raises(TypeError, match=r"longdouble|float128"):
        product(X.astype(np.longdouble), Y)
    with pytest.raises(TypeError, match="bfloat16"):
        from_torch(lambda x: x.bfloat16())(X)
    with pytest.raises(TypeError, match="returned a object"):
        from_torch(lambda x: object())(X)


# Rules


def test_a_rule_from_torch_gives_a_functions_derivative():
    def weighted(x, w, power=2):
        return np.asarray(w) @ np.asarray(x) ** power

    rule_from_torch(weighted, lambda x, w, power=2: w @ x**power)
    assert tracker.gradcheck(lambda x, w: tracker.track(weighted, x, w, power=3), X, Y, order=2)


# tracker's functions in PyTorch programs


def ordered(x, y):
    return np.cumsum(np.sort(x)) * np.sin(y)


def test_gradients_to_second_order_agree_with_differences():
    x, y = (torch.tensor(a, requires_grad=True) for a in (X, Y))
    assert torch.autograd.gradcheck(to_torch(ordered), (x, y))
    assert torch.autograd.gradgradcheck(to_torch(ordered), (x, y))


def test_backward_fills_grad_in_float32_beside_torchs_own_operations():
    x = torch.tensor([3.0, 1.0], requires_grad=True)
    (to_torch(lambda x: np.sort(x) * 2)(x * 2) * torch.tensor([1.0, 10.0])).sum().backward()
    assert (x.grad.dtype, x.grad.tolist()) == (torch.float32, [40, 4])


def test_structures_and_results_that_are_not_differentiated():
    f = to_torch(lambda model, i: {"y": model["W"][i] ** 2, "largest": np.argmax(model["W"]), "n": 3, "none": None})
    W = torch.tensor([1.0, 2.0], requires_grad=True)
    out = f({"W": W}, 1)
    assert (out["largest"].item(), out["largest"].requires_grad, out["n"], out["none"]) == (1, False, 3, None)
    out["y"].backward()
    assert W.grad.tolist() == [0, 4]
    assert not f({"W": W.detach()}, 1)["y"].requires_grad


def test_one_of_several_results_and_one_of_several_arguments():
    x, y = torch.tensor(X, requires_grad=True), torch.tensor(Y)
    f = to_torch(lambda x, y: (np.sin(x) * y, np.exp(x)))
    (g,) = torch.autograd.grad(f(x, y)[1].sum(), x, create_graph=True)
    np.testing.assert_allclose(g.detach(), np.exp(X), rtol=1e-12)
    np.testing.assert_allclose(torch.autograd.grad(g.sum(), x)[0], np.exp(X), rtol=1e-12)


def test_complex_gradients_in_torch_are_those_of_torch():
    z = np.array([1 + 2j, -0.5 + 0.3j])
    found = []
    for h in (to_torch(lambda z: np.exp(z) * np.conj(z)), lambda z: torch.exp(z) * torch.conj(z)):
        x = torch.tensor(z, requires_grad=True)
        h(x).abs().square().sum().backward()
        found.append(x.grad.resolve_conj().numpy())
    np.testing.assert_allclose(*found, rtol=1e-12)


def test_to_torch_leaves_its_arguments_alone_and_names_what_it_can_not_take():
    def writes(x):
        x[0] = 5.0
        return x * 2

    x = torch.tensor(X)
    assert to_torch(writes)(x)[0] == 10
    y = x.clone().requires_grad_()
    to_torch(writes)(y).sum().backward()
    assert (x.tolist(), y.tolist(), y.grad.tolist()) == (X.tolist(), X.tolist(), [0, 2])
    with pytest.raises(TypeError, match="needs a tensor"):
        to_torch(ordered)(X, Y)
    with pytest.raises(TypeError, match="returned a object"):
        to_torch(lambda x: object())(x)
    with pytest.raises(TypeError, match="bfloat16"):
        to_torch(ordered)(x.bfloat16(), x)
