"""Functions of another library inside tracked programs: what JAX's and PyTorch's have in common.

A call is taken apart into the arrays that may be differentiated and the rest, and recorded as one step. Its gradient
is the library's. Where that is to be differentiated in turn it is again a function of the library, so every order
follows.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

import numpy as np

from tracker import tree
from tracker._arrays import handles
from tracker._core import registry
from tracker._transforms.custom import custom_gradient

_NUMBERS = "fciub"


class Library(Protocol):
    """What a bridge tells of its library. `f` takes a list of the library's arrays and returns one, and the rest."""

    name: str

    def put(self, x: Any) -> Any:
        """A NumPy array or Python number as an array of the library, in memory of its own."""

    def lent(self, x: Any) -> Any:
        """The same, in the memory of `x` where that can be: the record keeps `x` from being written."""

    def take(self, x: Any) -> Any:
        """An array of the library as a NumPy array in memory of its own."""

    def is_array(self, x: Any) -> bool:
        """Whether `x` is an array of the library."""

    def is_inexact(self, x: Any) -> bool:
        """Whether the library differentiates an array of this dtype."""

    def value(self, f: Callable[..., Any], xs: list[Any]) -> tuple[list[Any], Any]:
        """`f(xs)` of NumPy arrays and numbers, as the library gives it."""

    def linearized(self, f: Callable[..., Any], xs: list[Any]) -> tuple[list[Any], Any, Callable[..., list[Any]]]:
        """`f(xs)`, and the function from the gradients of its results to those of `xs`, NumPy arrays."""

    def adjoint(self, f: Callable[..., Any], xs: list[Any], dys: list[Any]) -> list[Any]:
        """The gradients of `xs`, all of it the library's arrays, as something it can differentiate again."""


def foreign(library: Library, f: Callable[..., Any]) -> Callable[..., Any]:
    """`f`, a function of `library`, as a function of NumPy arrays and tracked values."""

    def call(*args: Any, **kwargs: Any) -> Any:
        leaves, structure = tree.flatten((args, kwargs))
        places = [i for i, x in enumerate(leaves) if tree.is_parameter(x)]
        program = _Program(library, f, leaves, structure, places)
        return program.result(_called(program, [leaves[i] for i in places]))

    call.__name__ = getattr(f, "__name__", "f")
    call.__doc__ = getattr(f, "__doc__", None)
    return call


class _Program:
    """A call of `f` as a function of the arrays that may be differentiated alone: flat lists in and out."""

    def __init__(self, library: Library, f: Any, leaves: list[Any], structure: Any, places: list[int]) -> None:
        self.library = library
        self.f = f
        self.leaves = [x if i in set(places) else self._constant(x) for i, x in enumerate(leaves)]
        self.structure = structure
        self.places = places
        self.rest: Any = None  # results that are not differentiated, known once it has run

    def _constant(self, x: Any) -> Any:
        return self.library.put(x) if isinstance(x, np.ndarray | np.generic) and x.dtype.kind in "iub" else x

    def __call__(self, xs: list[Any]) -> tuple[list[Any], Any]:
        """The results that can be differentiated; and all others in their places, with the structure."""
        full = list(self.leaves)
        for i, x in zip(self.places, xs, strict=True):
            full[i] = x
        args, kwargs = tree.unflatten(self.structure, full)
        leaves, structure = tree.flatten(self.f(*args, **kwargs))
        checked = [self._checked(y) for y in leaves]
        live = [self.library.is_array(y) and self.library.is_inexact(y) for y in checked]
        others = [None if is_live else y for y, is_live in zip(checked, live, strict=True)]
        return [y for y, is_live in zip(checked, live, strict=True) if is_live], (others, live, structure)

    def _checked(self, y: Any) -> Any:
        if self.library.is_array(y) or y is None or isinstance(y, str | bool | int):
            return y
        if isinstance(y, float | complex) or (isinstance(y, np.ndarray | np.generic) and y.dtype.kind in _NUMBERS):
            return self.library.put(y)
        raise TypeError(
            f"{self.name()} returned a {type(y).__name__} ({type(y).__module__}); a function for tracked programs "
            f"returns arrays of {self.library.name}, or tuples, lists, dicts and dataclasses of them."
        )

    def name(self) -> str:
        return getattr(self.f, "__name__", None) or repr(self.f)

    def result(self, ys: list[Any]) -> Any:
        others, live, structure = self.rest
        found = iter(ys)
        take = self.library.take
        full = [
            next(found) if is_live else take(y) if self.library.is_array(y) else y
            for y, is_live in zip(others, live, strict=True)
        ]
        return tree.unflatten(structure, full)


def _called(program: _Program, xs: list[Any]) -> list[Any]:
    """The results of `program` that can be differentiated, recorded if something in `xs` is tracked."""
    library = program.library
    if not any(handles.is_tracked(x) for x in xs):
        ys, program.rest = library.value(program, xs)
        return [library.take(y) for y in ys]

    def recorded(*values: Any) -> Any:
        given = list(values)
        if any(handles.is_tracked(x) for x in given):  # by a derivative around this one
            return _called(program, given), lambda dys: tuple(_adjoint(program, given, dys))
        ys, program.rest, back = library.linearized(program, given)

        def pull(dys: list[Any]) -> tuple[Any, ...]:
            return tuple(_adjoint(program, given, dys) if any(map(handles.is_tracked, dys)) else back(dys))

        return [library.take(y) for y in ys], pull

    recorded.__name__ = program.name()
    found: list[Any] = custom_gradient(recorded)(*xs)
    return found


def _adjoint(program: _Program, xs: list[Any], dys: list[Any]) -> list[Any]:
    """The gradients of `xs`, by a function of the library that can be differentiated again."""

    def adjoint(dys: list[Any], xs: list[Any]) -> list[Any]:
        return program.library.adjoint(program, xs, dys)

    adjoint.__name__ = f"gradient of {program.name()}"
    found: list[Any] = foreign(program.library, adjoint)(dys, xs)
    return found


def rule_from(
    bridge: Callable[..., Any], library: Library, f: Callable[..., Any], implementation: Callable[..., Any]
) -> None:
    """Give `f` the derivatives of `implementation`, the same function of another library."""

    def pullback(i: int, dy: Any, y: Any, *args: Any, **kwargs: Any) -> Any:
        if not tree.is_parameter(args[i]):
            return None

        def adjoint(dys: list[Any], x: Any, *others: Any) -> Any:
            def by_one(xs: list[Any]) -> tuple[list[Any], Any]:
                y = implementation(*others[:i], xs[0], *others[i:], **kwargs)
                return (list(y) if isinstance(y, tuple | list) else [y]), None

            return library.adjoint(by_one, [x], dys)[0]

        dys = list(dy) if isinstance(dy, tuple | list) else [dy]
        return bridge(adjoint)(dys, args[i], *args[:i], *args[i + 1 :])

    registry.rule(f, registry.each(pullback))
    registry.guard(f)
