"""One line per rule: which function, on which inputs, with which keywords."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np


@dataclass(frozen=True)
class Input:
    """A differentiable argument: made anew for each check, so that its dtype can be chosen."""

    make: Callable[[np.random.Generator], Any]

    def __call__(self, rng: np.random.Generator) -> Any:
        return self.make(rng)


@dataclass(frozen=True)
class Case:
    """A call `f(*args, **kwargs)`; every `Input` in `args` (or in a list in `args`) is differentiated."""

    f: Callable[..., Any]
    args: tuple[Any, ...]
    kwargs: dict[str, Any] = field(default_factory=dict)
    covers: Callable[..., Any] | None = None  # the registered function, where `f` is a wrapper
    order: int = 2  # how often the call is differentiated in the checks
    float32: bool = True
    complex: bool = False  # also checked with complex inputs
    any_order: bool = True  # not for writes into what NumPy makes a view or a copy by the order in memory
    note: str = ""

    def but(self, **changes: Any) -> Case:
        """The same case with other options: `case(np.abs, normal(3)).but(complex=True)`."""
        return replace(self, **changes)

    def __str__(self) -> str:
        name = getattr(self.covers or self.f, "__name__", str(self.f))
        shapes = ",".join(_describe(a) for a in self.args)
        keywords = ",".join(f"{k}={_describe(v)}" for k, v in self.kwargs.items())
        return f"{name}({shapes}{';' if keywords else ''}{keywords}){self.note}"


def case(f: Callable[..., Any], *args: Any, **kwargs: Any) -> Case:
    """A case for the registered function `f`."""
    return Case(f, args, kwargs)


def wrapped(covers: Callable[..., Any], f: Callable[..., Any], *args: Any) -> Case:
    """A case for `covers` that is reached through `f`, e.g. to reduce a tuple or use a method."""
    return Case(f, args, covers=covers)


def normal(*shape: int) -> Input:
    """Standard normal numbers of this shape (no arguments: a 0-d array)."""
    return Input(lambda rng: rng.standard_normal(shape))


def uniform(low: float, high: float, *shape: int) -> Input:
    """Uniform numbers between `low` and `high`."""
    return Input(lambda rng: rng.uniform(low, high, shape))


def positive(*shape: int) -> Input:
    """Numbers between 0.5 and 2."""
    return uniform(0.5, 2.0, *shape)


def value(x: Any) -> Input:
    """This very array."""
    return Input(lambda rng: np.array(x, dtype=float))


def scalar(x: float) -> Input:
    """This very Python number, differentiated as a tracked real."""
    return Input(lambda rng: float(x))


def spd(n: int, *batch: int) -> Input:
    """Symmetric positive definite matrices, shape (*batch, n, n)."""

    def make(rng: np.random.Generator) -> Any:
        a = rng.standard_normal((*batch, n, n))
        return a @ a.swapaxes(-1, -2) + n * np.eye(n)

    return Input(make)


def _describe(x: Any) -> str:
    if isinstance(x, Input):
        made = x(np.random.default_rng(0))
        return str(np.shape(made)).replace(" ", "") if np.ndim(made) else "number"
    if isinstance(x, list | tuple):
        return "[" + ",".join(_describe(e) for e in x) + "]"
    if isinstance(x, np.ndarray):
        return f"plain{x.shape}".replace(" ", "")
    return getattr(x, "__name__", str(x))
