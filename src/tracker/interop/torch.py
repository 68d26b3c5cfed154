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

from collections.abc import Callable
from typing import Any

import numpy as np

from tracker import tree
from tracker._transforms.reverse import pullback
from tracker.interop._foreign import foreign, rule_from

try:
    import torch
except ImportError as error:
    raise ImportError("tracker.interop.torch is a bridge to PyTorch, which is missing: pip install torch") from error

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

    It may be differentiated any number of times (`create_graph=True`), and in reverse mode by `torch.func.grad`,
    `jacrev`, `vmap`; `vmap` calls `f` once for each entry. Arguments and results may be nested
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
            raise TypeError(f"{_name(f)}, made by to_torch, needs a tensor among its arguments; it was given {args!r}.")
        kept: list[Any] = []

        def flat(*xs: Any) -> list[Any]:
            full = list(leaves)
            for i, x in zip(places, xs, strict=True):
                full[i] = x
            args, kwargs = tree.unflatten(structure, full)
            ys, kept[:] = _results(f, f(*args, **kwargs))
            return ys

        tensors = [leaves[i] for i in places]
        found = iter(_Function.apply(_Step(flat, tensors), *tensors))
        return tree.unflatten(kept[0], [next(found) if y is _TENSOR else y for y in kept[1]])

    call.__name__ = _name(f)
    return call


def _results(f: Any, result: Any) -> tuple[list[Any], list[Any]]:
    """The arrays and numbers in what `f` returned; its structure, and the rest in their places."""
    leaves, structure = tree.flatten(result)
    for y in leaves:
        if not (tree.is_parameter(y) or y is None or isinstance(y, np.ndarray | np.generic | bool | int | str)):
            raise TypeError(f"{_name(f)} returned a {type(y).__name__}; to_torch takes functions that return arrays.")
    is_array = [not (y is None or isinstance(y, bool | int | str)) for y in leaves]
    others = [_TENSOR if a else y for a, y in zip(is_array, leaves, strict=True)]
    return [y for a, y in zip(is_array, leaves, strict=True) if a], [structure, others]


_TENSOR = object()


def _name(f: Any) -> str:
    return getattr(f, "__name__", None) or repr(f)


class _Step:
    """A call of a function from NumPy arrays to a list of them, and its pullback by the `live` ones."""

    def __init__(self, flat: Callable[..., list[Any]], xs: Any) -> None:
        self.flat = flat
        self.live = [i for i, x in enumerate(xs) if x.requires_grad] if torch.is_grad_enabled() else []
        self.back: Any = None

    def run(self, arrays: list[Any]) -> list[Any]:
        if not self.live:
            return self.flat(*map(np.copy, arrays))
        ys, self.back = _linearized(self.flat, arrays, self.live)
        return ys

    def gradients(self, xs: list[Any], live: list[int], seeds: list[Any]) -> list[Any]:
        """The gradients of the `live` arguments, which are not to be differentiated."""
        arrays = [None if dy is None else _to_numpy(dy) for dy in seeds]
        back = self.back if live == self.live else _linearized(self.flat, [_to_numpy(x) for x in xs], live)[1]
        return [_to_tensor(dx, xs[0].device) for dx in back(arrays)]


class _Function(torch.autograd.Function):  # type: ignore[misc]  # untyped where PyTorch is not installed
    """A `_Step` on tensors; written so that the transforms of `torch.func` take it, too."""

    @staticmethod
    def forward(step: _Step, *xs: Any) -> Any:
        return tuple(_to_tensor(y, xs[0].device) for y in step.run([_to_numpy(x) for x in xs]))

    @staticmethod
    def setup_context(ctx: Any, inputs: Any, output: Any) -> None:
        ctx.step, *xs = inputs
        ctx.save_for_backward(*xs)
        ctx.set_materialize_grads(False)
        ctx.inexact = [y.is_floating_point() or y.is_complex() for y in output]
        ctx.mark_non_differentiable(*(y for y, inexact in zip(output, ctx.inexact, strict=True) if not inexact))

    @staticmethod
    def backward(ctx: Any, *dys: Any) -> Any:
        xs = list(ctx.saved_tensors)
        live = [i for i, needed in enumerate(ctx.needs_input_grad[1:]) if needed]
        seeds = [dy for dy, inexact in zip(dys, ctx.inexact, strict=True) if inexact]
        if torch.is_grad_enabled():  # to be differentiated again
            used = [k for k, dy in enumerate(seeds) if dy is not None]
            given = [*(seeds[k] for k in used), *xs]
            found = _Function.apply(_Step(_adjoint(ctx.step.flat, live, len(seeds), used), given), *given)
        else:
            found = ctx.step.gradients(xs, live, seeds)
        full = [None] * len(xs)
        for i, dx in zip(live, found, strict=True):
            full[i] = dx
        return None, *full

    @staticmethod
    def vmap(info: Any, in_dims: Any, step: _Step, *xs: Any) -> Any:
        """One call for each entry."""
        if info.batch_size == 0:
            raise ValueError("torch.func.vmap over no entries: the shape of a NumPy function's result is not known.")
        rows = []
        for k in range(info.batch_size):
            row = [x if axis is None else x.select(axis, k) for x, axis in zip(xs, in_dims[1:], strict=True)]
            rows.append(_Function.apply(_Step(step.flat, row), *row))
        stacked = tuple(torch.stack(column) for column in zip(*rows, strict=True))
        return stacked, (0,) * len(stacked)


def _linearized(flat: Callable[..., list[Any]], arrays: list[Any], live: list[int]) -> tuple[list[Any], Any]:
    """The results, and the function from gradients of those that are floats to gradients of the `live` arguments."""
    ys, back = pullback(_of_live(flat, arrays, live), *(arrays[i] for i in live))

    def gradients(seeds: list[Any]) -> list[Any]:
        given = iter(seeds)
        return list(back([next(given) if tree.is_parameter(y) else None for y in ys]))

    return ys, gradients


def _of_live(flat: Callable[..., list[Any]], arrays: list[Any], live: list[int]) -> Callable[..., list[Any]]:
    def of_live(*xs: Any) -> list[Any]:
        full = list(arrays)
        for i, x in zip(live, xs, strict=True):
            full[i] = x
        return flat(*full)

    return of_live


def _adjoint(flat: Callable[..., list[Any]], live: list[int], n: int, used: list[int]) -> Callable[..., list[Any]]:
    """The gradients of the `live` arguments as a function of those of the `used` results and all arguments."""

    def adjoint(*given: Any) -> list[Any]:
        seeds: list[Any] = [None] * n
        for k, dy in zip(used, given, strict=False):
            seeds[k] = dy
        found: list[Any] = _linearized(flat, list(given[len(used) :]), live)[1](seeds)
        return found

    return adjoint


# Tensors and arrays


def _to_numpy(x: Any) -> Any:
    """A tensor as an array that shares its memory, if it can."""
    if x.dtype == torch.bfloat16:
        raise TypeError("NumPy has no dtype bfloat16: convert the tensor first, x.float().")
    return x.detach().cpu().resolve_conj().resolve_neg().numpy()


def _to_tensor(x: Any, device: Any) -> Any:
    """A NumPy array or number as a tensor in memory of its own."""
    array = np.array(x)
    if array.dtype.char in "gG":
        raise TypeError(f"PyTorch has no dtype {array.dtype}: convert the array to float64 (complex128) first.")
    return torch.from_numpy(array).to(device)


class _Bridge:
    """PyTorch as `foreign` sees it."""

    name = "PyTorch"

    def __init__(self, device: Any = None) -> None:
        self.device = device

    def put(self, x: Any) -> Any:
        return _to_tensor(x, self._target())

    def lent(self, x: Any) -> Any:
        can_be = type(x) is np.ndarray and x.flags.c_contiguous and x.flags.writeable and x.dtype.char in "efdFD"
        return torch.from_numpy(x).to(self._target()) if can_be else self.put(x)

    def _target(self) -> Any:
        return self.device if self.device is not None else torch.get_default_device()

    def take(self, x: Any) -> Any:
        return np.array(_to_numpy(x))

    def is_array(self, x: Any) -> bool:
        return isinstance(x, torch.Tensor)

    def is_inexact(self, x: Any) -> bool:
        return bool(x.is_floating_point() or x.is_complex())

    def value(self, f: Callable[..., Any], xs: list[Any]) -> tuple[list[Any], Any]:
        with torch.enable_grad():  # `f` may take a gradient itself
            ys, rest = f([self.put(x) for x in xs])
        return ys, rest

    def linearized(self, f: Callable[..., Any], xs: list[Any]) -> tuple[list[Any], Any, Callable[..., list[Any]]]:
        inputs = [self.lent(x).requires_grad_() for x in xs]  # which PyTorch refuses to write into
        with torch.enable_grad():
            ys, rest = f(inputs)

        def gradients(dys: list[Any]) -> list[Any]:
            seeds = [None if dy is None else self.put(dy) for dy in dys]
            return [self.take(dx) for dx in _gradients(ys, inputs, seeds, create_graph=False)]

        return ys, rest, gradients

    def adjoint(self, f: Callable[..., Any], xs: list[Any], dys: list[Any]) -> list[Any]:
        again = any(x is not None and x.requires_grad for x in (*xs, *dys))
        with torch.enable_grad():
            inputs = [x if x.requires_grad else x.detach().requires_grad_() for x in xs]
            ys, _ = f(inputs)
            return _gradients(ys, inputs, dys, create_graph=again)


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
