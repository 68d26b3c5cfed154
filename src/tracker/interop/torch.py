"""PyTorch and tracker: torch functions in tracked programs, tracker's functions in torch programs, rules from torch.

Neither library sees the other's writes: arrays share memory on the way in where the record or PyTorch guards them, and
are copied elsewhere. They keep their dtype; `numpy.longdouble` is none of PyTorch's and
`torch.bfloat16` none of NumPy's: both raise `TypeError`.

>>> import torch
>>> import tracker
>>> softplus = from_torch(torch.nn.functional.softplus)
>>> tracker.gradient(lambda x: np.sum(softplus(2 * x)), np.zeros(2))[0]
array([1., 1.])
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from tracker import tree
from tracker.interop._foreign import foreign, rule_from

try:
    import torch
except ImportError as error:
    raise ImportError("tracker.interop.torch is a bridge to PyTorch, which is missing: pip install torch") from error

from tracker.interop._torch_steps import TENSOR, Function, Step, name_of, results, to_numpy, to_tensor

__all__ = ["from_torch", "rule_from_torch", "to_torch"]


def from_torch(f: Callable[..., Any], device: Any = None) -> Callable[..., Any]:
    """`f`, a PyTorch function, as a function for tracked programs; its derivatives of any order are PyTorch's.

    Arguments and results are arrays and numbers of any shapes, or nested structures of them. Integers, `None`, strings
    and functions are handed on as they are. `f` gets tensors on `device` (PyTorch's default one if `None`);
    the results are NumPy arrays. Tensors that `f` captures are constants: give a module's parameters as an argument,
    to `torch.func.functional_call`.

    Raises `TypeError` if `f` returns what is no tensor.

    >>> import torch
    >>> import tracker
    >>> tracker.gradient(from_torch(lambda x: torch.sum(x**2)), np.array([1.0, 2.0]))[0]
    array([2., 4.])
    """
    return foreign(_Bridge(device), f)


def rule_from_torch(f: Callable[..., Any], implementation: Callable[..., Any], device: Any = None) -> None:
    """Give `f`, a function of NumPy arrays, the derivatives of `implementation`, the same function in PyTorch.

    Values are still those of `f`. Both take the same arguments, keywords included.

    >>> import torch
    >>> import tracker
    >>> def entropy(p):
    ...     return -np.sum(p * np.log(p))
    >>> rule_from_torch(entropy, lambda p: -torch.sum(p * torch.log(p)))
    >>> tracker.gradient(lambda p: tracker.track(entropy, p), np.ones(2))[0]
    array([-1., -1.])
    """
    rule_from(lambda g: from_torch(g, device), _Bridge(device), f, implementation)


def to_torch(f: Callable[..., Any]) -> Callable[..., Any]:
    """`f`, a function that tracker differentiates, as a PyTorch function: for `backward` and `torch.autograd.grad`.

    It may be differentiated any number of times (`create_graph=True`), and by `torch.func`: `grad`, `jacrev`, `jvp`,
    `jacfwd`, `vmap`, which calls `f` once for each entry. Arguments and results may be nested
    structures; `f` gets tensors as NumPy arrays, and what is no tensor as it is. Results are tensors on the device of
    the first tensor among the arguments, with the dtype that NumPy gives them.

    Raises `TypeError` if there is no tensor among the arguments, or `f` returns what is no array or number.

    >>> import torch
    >>> x = torch.tensor([3.0, 1.0, 2.0], requires_grad=True)
    >>> to_torch(lambda x: np.sum(np.sort(x) * np.arange(3.0)))(x).backward()
    >>> x.grad
    tensor([2., 0., 1.])
    """

    def call(*args: Any, **kwargs: Any) -> Any:
        leaves, structure = tree.flatten((args, kwargs))
        places = [i for i, x in enumerate(leaves) if isinstance(x, torch.Tensor)]
        if not places:
            raise TypeError(
                f"{name_of(f)}, made by to_torch, needs a tensor among its arguments; it was given {args!r}."
            )
        kept: list[Any] = []

        def flat(*xs: Any) -> list[Any]:
            full = list(leaves)
            for i, x in zip(places, xs, strict=True):
                full[i] = x
            args, kwargs = tree.unflatten(structure, full)
            ys, kept[:] = results(f, f(*args, **kwargs))
            return ys

        tensors = [leaves[i] for i in places]
        found = iter(Function.apply(Step(flat, tensors), *tensors))
        return tree.unflatten(kept[0], [next(found) if y is TENSOR else y for y in kept[1]])

    call.__name__ = name_of(f)
    return call


class _Bridge:
    """PyTorch as `foreign` sees it."""

    name = "PyTorch"

    def __init__(self, device: Any = None) -> None:
        self.device = device

    def put(self, x: Any) -> Any:
        return to_tensor(x, self._target())

    def lent(self, x: Any) -> Any:
        can_be = type(x) is np.ndarray and x.flags.c_contiguous and x.flags.writeable and x.dtype.char in "efdFD"
        return torch.from_numpy(x).to(self._target()) if can_be else self.put(x)

    def _target(self) -> Any:
        return self.device if self.device is not None else torch.get_default_device()

    def take(self, x: Any) -> Any:
        return np.array(to_numpy(x))

    def is_array(self, x: Any) -> bool:
        return isinstance(x, torch.Tensor)

    def is_inexact(self, x: Any) -> bool:
        return bool(x.is_floating_point() or x.is_complex())

    def value(self, f: Callable[..., Any], xs: list[Any]) -> tuple[list[Any], Any]:
        with _recorded():  # `f` may take a gradient itself
            ys, rest = f([self.put(x) for x in xs])
        return ys, rest

    def linearized(self, f: Callable[..., Any], xs: list[Any]) -> tuple[list[Any], Any, Callable[..., list[Any]]]:
        with _recorded():
            inputs = [self.lent(x).requires_grad_() for x in xs]  # which PyTorch refuses to write into
            ys, rest = f(inputs)

        def gradients(dys: list[Any]) -> list[Any]:
            with _recorded():
                seeds = [None if dy is None else self.put(dy) for dy in dys]
                return [self.take(dx) for dx in _gradients(ys, inputs, seeds, create_graph=False)]

        return ys, rest, gradients

    def adjoint(self, f: Callable[..., Any], xs: list[Any], dys: list[Any]) -> list[Any]:
        again = any(x is not None and x.requires_grad for x in (*xs, *dys))
        with _recorded():
            inputs = [x if x.requires_grad else x.detach().requires_grad_() for x in xs]
            ys, _ = f(inputs)
            return _gradients(ys, inputs, dys, create_graph=again)


@contextlib.contextmanager
def _recorded() -> Iterator[None]:
    """PyTorch records here, also within its `no_grad` and `inference_mode`."""
    with torch.inference_mode(False), torch.enable_grad():
        yield


def _gradients(ys: list[Any], inputs: list[Any], dys: list[Any], create_graph: bool) -> list[Any]:
    """The gradients of `inputs`, zeros where nothing depends on one."""
    pairs = [(y, dy.to(y.dtype)) for y, dy in zip(ys, dys, strict=True) if dy is not None and y.requires_grad]
    if not pairs:
        return [torch.zeros_like(x) for x in inputs]
    found = torch.autograd.grad(
        [y for y, _ in pairs],
        inputs,
        [dy for _, dy in pairs],
        create_graph=create_graph,
        retain_graph=True,
        allow_unused=True,
    )
    return [torch.zeros_like(x) if dx is None else dx for x, dx in zip(inputs, found, strict=True)]
