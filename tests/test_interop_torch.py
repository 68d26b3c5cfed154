"""Modules of PyTorch in tracked programs, tracker's functions inside PyTorch programs: gradients to second order."""

import tracemalloc

import numpy as np
import pytest

pytest.importorskip(
    "torch", reason="the bridge to PyTorch needs PyTorch, which is too large to be a dependency of the tests"
)

import torch

import tracker
from tracker.interop.torch import from_torch, to_torch

X, Y = np.array([0.3, -1.2]), np.array([2.0, 0.5])


def test_a_modules_parameters_as_an_argument():
    module = torch.nn.Linear(2, 1)
    parameters = {name: p.detach().numpy() for name, p in module.named_parameters()}
    f = from_torch(lambda parameters, x: torch.func.functional_call(module, parameters, x))
    x = np.ones((3, 2), np.float32)
    found = tracker.gradient(lambda parameters: np.sum(f(parameters, x)), parameters)[0]
    assert (found["weight"].tolist(), found["bias"].tolist()) == ([[3, 3]], [3])
    assert module.weight.grad is None


def test_a_function_that_writes_into_a_tracked_argument_is_refused_and_changes_nothing():
    x = X.copy()
    with pytest.raises(RuntimeError, match="in-place operation"):
        tracker.gradient(lambda x: np.sum(from_torch(lambda x: x.mul_(2))(x)), x)
    np.testing.assert_array_equal(x, X)


def test_a_tracked_array_is_lent_without_a_copy_and_layouts_that_can_not_be_are_copied():
    seen = []
    f = from_torch(lambda x: (seen.append(x), x.sum())[1])
    x = tracker.param(np.ones((3, 4)))
    f(x).back()
    assert seen[0].data_ptr() == x.data.ctypes.data
    assert tracker.gradient(f, np.ones((3, 4))[::-1, ::2])[0].tolist() == np.ones((3, 2)).tolist()


def test_tensors_are_lent_to_a_function_of_tracker_and_results_are_copied_once():
    seen, n = [], 200_000
    f = to_torch(lambda x: (seen.append(tracker.data(x).ctypes.data), x * 2.0)[1])
    x = torch.ones(n, dtype=torch.float64, requires_grad=True)
    tracemalloc.start()
    try:
        y = f(x)
        assert tracemalloc.get_traced_memory()[1] < 2.5 * 8 * n  # the value, and what PyTorch gets
        tracemalloc.reset_peak()
        before = tracemalloc.get_traced_memory()[0]
        (dx,) = torch.autograd.grad(y, x, torch.ones(n, dtype=torch.float64))
        assert tracemalloc.get_traced_memory()[1] - before < 1.5 * 8 * n  # the gradient
    finally:
        tracemalloc.stop()
    assert seen == [x.data_ptr()]
    y.detach().mul_(5.0)
    assert (dx.tolist(), x.detach().tolist()) == ([2.0] * n, [1.0] * n)


def test_a_tensor_that_is_changed_before_its_gradient_is_taken_is_reported():
    x = torch.tensor(X, requires_grad=True) * 1.0
    y = to_torch(lambda x: x**2)(x).sum()
    x.mul_(3.0)
    with pytest.raises(RuntimeError, match="modified by an inplace operation"):
        y.backward()


def test_a_function_that_writes_into_its_argument_writes_into_a_copy():
    x = X.copy()
    assert from_torch(lambda x: x.mul_(2))(x).tolist() == (2 * X).tolist()
    np.testing.assert_array_equal(x, X)


FORWARD = pytest.mark.filterwarnings("ignore:.torch.jit.script. is deprecated")  # PyTorch's, of its own forward mode


def ordered(x, y):
    return np.cumsum(np.sort(x)) * np.sin(y)


@FORWARD
def test_gradients_to_second_order_agree_with_differences():
    x, y = (torch.tensor(a, requires_grad=True) for a in (X, Y))
    assert torch.autograd.gradcheck(to_torch(ordered), (x, y), check_forward_ad=True)
    assert torch.autograd.gradgradcheck(to_torch(ordered), (x, y), check_fwd_over_rev=True)


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
    assert to_torch(lambda x, w: writes(x) * w)(x, torch.ones(2, requires_grad=True))[0] == 10
    assert x.tolist() == X.tolist()
    y = x.clone().requires_grad_()
    to_torch(writes)(y).sum().backward()
    assert (x.tolist(), y.tolist(), y.grad.tolist()) == (X.tolist(), X.tolist(), [0, 2])
    with pytest.raises(TypeError, match="needs a tensor"):
        to_torch(ordered)(X, Y)
    with pytest.raises(TypeError, match="returned a object"):
        to_torch(lambda x: object())(x)
    with pytest.raises(TypeError, match="bfloat16"):
        to_torch(ordered)(x.bfloat16(), x)


def in_torch(x, y):
    return torch.cumsum(torch.sort(x)[0], 0) * torch.sin(y)


@FORWARD
@pytest.mark.parametrize(
    "transform",
    [
        lambda f: torch.func.grad(lambda x, y: f(x, y).square().sum()),
        lambda f: torch.func.jacrev(f),
        lambda f: torch.func.jacfwd(f, (0, 1)),
        lambda f: lambda x, y: torch.func.jvp(f, (x, y), (y, x))[1],
        lambda f: torch.func.hessian(lambda x, y: f(x, y).square().sum()),
        lambda f: torch.func.jacfwd(torch.func.jacfwd(lambda x, y: f(x, y).square().sum())),
        lambda f: torch.func.jacrev(torch.func.grad(lambda x, y: f(x, y).square().sum())),
        lambda f: torch.func.vmap(f, (0, None)),
        lambda f: torch.func.vmap(torch.func.grad(lambda x, y: f(x, y).square().sum()), (0, None)),
    ],
)
def test_transforms_of_torch_func_take_it(transform):
    x, y = torch.tensor([[0.3, -1.2], [2.0, 1.0]], dtype=torch.float64), torch.tensor(Y)
    x = x if "vmap" in transform.__code__.co_names else x[0]
    np.testing.assert_allclose(transform(to_torch(ordered))(x, y), transform(in_torch)(x, y), rtol=1e-12, atol=1e-15)


@pytest.mark.parametrize("mode", [torch.no_grad, torch.inference_mode])
def test_a_tracked_program_differentiates_whatever_mode_torch_is_in(mode):
    with mode():
        found = tracker.hessian(lambda x: np.sum(from_torch(torch.sin)(x)), X)
    np.testing.assert_allclose(found, np.diag(-np.sin(X)), rtol=1e-12)


def test_a_captured_tensor_that_requires_a_gradient_is_refused():
    w = torch.tensor(Y, requires_grad=True)
    with pytest.raises(TypeError, match="would get none"):
        to_torch(lambda x: x * w)(torch.tensor(X, requires_grad=True))
    found = to_torch(lambda x: x * w.detach())(torch.tensor(X, requires_grad=True))
    np.testing.assert_array_equal(found.detach(), X * Y)
