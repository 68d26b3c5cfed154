"""The steps that `to_torch` makes of functions of NumPy arrays: `torch.autograd.Function`s that nest."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import torch

from tracker import tree
from tracker._arrays.handles import is_tracked
from tracker._transforms.forward import pushforward
from tracker._transforms.reverse import pullback_of_lent


def results(f: Any, result: Any) -> tuple[list[Any], list[Any]]:
    """The arrays and numbers in what `f` returned; its structure, and the rest in their places."""
    leaves, structure = tree.flatten(result)
    for y in leaves:
        if not (tree.is_parameter(y) or y is None or isinstance(y, np.ndarray | np.generic | bool | int | str)):
            raise TypeError(f"{name_of(f)} returned a {type(y).__name__}; to_torch takes functions that return arrays.")
    is_array = [not (y is None or isinstance(y, bool | int | str)) for y in leaves]
    others = [TENSOR if a else y for a, y in zip(is_array, leaves, strict=True)]
    return [y for a, y in zip(is_array, leaves, strict=True) if a], [structure, others]


TENSOR = object()


def name_of(f: Any) -> str:
    return getattr(f, "__name__", None) or repr(f)


class Step:
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
        arrays = [None if dy is None else to_numpy(dy) for dy in seeds]
        back = self.back if live == self.live else _linearized(self.flat, [to_numpy(x) for x in xs], live)[1]
        return [handed_over(dx, xs[0].device) for dx in back(arrays)]


class Function(torch.autograd.Function):  # type: ignore[misc]  # untyped where PyTorch is not installed
    """A `Step` on tensors; written so that the transforms of `torch.func` take it, too."""

    @staticmethod
    def forward(step: Step, *xs: Any) -> Any:
        ys = step.run([to_numpy(x) for x in xs])
        return tuple((handed_over if step.live else to_tensor)(y, xs[0].device) for y in ys)

    @staticmethod
    def setup_context(ctx: Any, inputs: Any, output: Any) -> None:
        ctx.step, *xs = inputs
        ctx.save_for_backward(*xs)
        ctx.save_for_forward(*xs)
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
            found = Function.apply(Step(_adjoint(ctx.step.flat, live, len(seeds), used), given), *given)
        else:
            found = ctx.step.gradients(xs, live, seeds)
        full = [None] * len(xs)
        for i, dx in zip(live, found, strict=True):
            full[i] = dx
        return None, *full

    @staticmethod
    def jvp(ctx: Any, _: None, *dxs: Any) -> Any:
        xs = list(ctx.saved_tensors)
        moving = [i for i, dx in enumerate(dxs) if dx is not None]
        given = [*xs, *(dxs[i] for i in moving)]
        found = iter(Function.apply(Step(_pushed(ctx.step.flat, len(xs), moving, ctx.inexact), given), *given))
        return tuple(next(found) if inexact else None for inexact in ctx.inexact)

    @staticmethod
    def vmap(info: Any, in_dims: Any, step: Step, *xs: Any) -> Any:
        """One call for each entry."""
        if info.batch_size == 0:
            raise ValueError("torch.func.vmap over no entries: the shape of a NumPy function's result is not known.")
        rows = []
        for k in range(info.batch_size):
            row = [x if axis is None else x.select(axis, k) for x, axis in zip(xs, in_dims[1:], strict=True)]
            rows.append(Function.apply(Step(step.flat, row), *row))
        stacked = tuple(torch.stack(column) for column in zip(*rows, strict=True))
        return stacked, (0,) * len(stacked)


def _linearized(flat: Callable[..., list[Any]], arrays: list[Any], live: list[int]) -> tuple[list[Any], Any]:
    """The results, and the function from gradients of those that are floats to gradients of the `live` arguments."""
    # lent: PyTorch reports a tensor that was changed before its gradient is taken
    ys, back = pullback_of_lent(_of_live(flat, arrays, live), *(arrays[i] for i in live))

    def gradients(seeds: list[Any]) -> list[Any]:
        given = iter(seeds)
        return list(back([next(given) if tree.is_parameter(y) else None for y in ys]))

    return ys, gradients


def _of_live(flat: Callable[..., list[Any]], arrays: list[Any], live: list[int]) -> Callable[..., list[Any]]:
    """`flat` of the `live` arguments, and of copies of the others; constant results in memory of their own, too."""

    def of_live(*xs: Any) -> list[Any]:
        given = dict(zip(live, xs, strict=True))
        full = [given[i] if i in given else np.copy(x) for i, x in enumerate(arrays)]
        return [y if is_tracked(y) else np.array(y) for y in flat(*full)]

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


def _pushed(flat: Callable[..., list[Any]], n: int, moving: list[int], inexact: list[bool]) -> Callable[..., list[Any]]:
    """The tangents of the results as a function of all `n` arguments and the tangents of those that move."""

    def pushed(*given: Any) -> list[Any]:
        tangents: list[Any] = [None] * n
        for i, dx in zip(moving, given[n:], strict=True):
            tangents[i] = dx
        _, dys = pushforward(lambda *xs: flat(*xs), tuple(given[:n]), tuple(tangents))
        return [dy for dy, live in zip(dys, inexact, strict=True) if live]

    return pushed


# Tensors and arrays


def to_numpy(x: Any) -> Any:
    """A tensor as an array that shares its memory, if it can."""
    if x.dtype == torch.bfloat16:
        raise TypeError("NumPy has no dtype bfloat16: convert the tensor first, x.float().")
    return x.detach().cpu().resolve_conj().resolve_neg().numpy()


def to_tensor(x: Any, device: Any) -> Any:
    """A NumPy array or number as a tensor in memory of its own."""
    return handed_over(np.array(x), device)


def handed_over(x: Any, device: Any) -> Any:
    """A NumPy array or number as a tensor that has its memory from then on."""
    array = np.asarray(x)
    if array.dtype.char in "gG":
        raise TypeError(f"PyTorch has no dtype {array.dtype}: convert the array to float64 (complex128) first.")
    return torch.from_numpy(array).to(device)
