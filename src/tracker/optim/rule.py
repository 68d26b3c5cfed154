"""What a rule is, and the passes over arrays that rules share.

A rule is a frozen dataclass of hyperparameters with two methods. `init(x)` gives the state for an array `x`;
`apply(state, x, dx)` gives the next state and the step, an array like `x`, which is then *subtracted* from `x`.
Neither changes what it is given. A rule of your own is a dataclass with these two methods:

>>> from dataclasses import dataclass
>>> @dataclass(frozen=True)
... class SignDescent(Rule):
...     eta: float = 0.1
...     def apply(self, state, x, dx):
...         return state, self.eta * np.sign(dx)
>>> apply(SignDescent(), None, np.ones(2), np.array([3.0, -2.0]))
(None, array([ 0.1, -0.1]))
"""

from __future__ import annotations

import functools
import math
from collections.abc import Mapping
from numbers import Real
from typing import Any, ClassVar

import numpy as np

from tracker._arrays.handles import is_tracked

Range = tuple[float, float | None]  # the smallest value, and what it stays below
PART: Range = (0.0, 1.0)  # what a running mean keeps
NOT_NEGATIVE: Range = (0.0, math.inf)
OR_INFINITE: Range = (0.0, None)

_LEAST_IN_FLOAT16 = 1e-7  # a smaller epsilon rounds to zero, or divides a number by next to nothing


def init(rule: Rule, x: Any) -> Any:
    """The state that `rule` begins with for the array `x`.

    >>> from tracker import optim
    >>> init(optim.Momentum(), np.ones(2))
    array([0., 0.])
    """
    return rule.init(x)


def apply(rule: Rule, state: Any, x: Any, dx: Any) -> tuple[Any, Any]:
    """The next state, and the step that is to be subtracted from `x`, for the gradient `dx`.

    >>> from tracker import optim
    >>> apply(optim.Descent(0.5), None, np.ones(2), np.array([2.0, 4.0]))
    (None, array([1., 2.]))
    """
    new: tuple[Any, Any] = rule.apply(state, x, dx)
    return new


class Rule:
    """Base of all rules: no state, and the gradient as the step.

    `elementwise` says that each entry of the step and of the state depends on the same entry of `x`, `dx` and the
    state alone, so that small arrays may be stepped together; `fused`, that a kernel in C makes that needless. `fixed`
    names the hyperparameters that decide what the state holds: `adjust` refuses them. `ranges` gives hyperparameters,
    each a number or a tuple of them, a smallest value and what they stay below, if anything; `eta` is never below zero.
    Raises `ValueError` for one out of range and `TypeError` for one that is no number.

    >>> apply(Rule(), init(Rule(), 1.0), 1.0, 2.0)
    (None, 2.0)
    """

    elementwise: ClassVar[bool] = False
    fused: ClassVar[bool] = False
    fixed: ClassVar[frozenset[str]] = frozenset()
    ranges: ClassVar[Mapping[str, Range]] = {}

    def __post_init__(self) -> None:
        if hasattr(self, "eta"):
            self._check("eta", self.eta, 0, math.inf)
        for name, (least, below) in self.ranges.items():
            value = getattr(self, name)
            several = isinstance(getattr(type(self), name, None), tuple)
            if several and not (isinstance(value, tuple) and len(value) == 2):
                raise TypeError(f"{type(self).__name__}: {name} is a tuple of two numbers; it was given {value!r}.")
            for x in value if several else (value,):
                self._check(name, x, least, below)

    def _check(self, name: str, x: Any, least: float, below: float | None) -> None:
        if not (isinstance(x, Real) or (is_tracked(x) and np.shape(x) == ())):
            schedule = " (for a schedule: optim.adjust(state, schedule(t)) before each step)" if callable(x) else ""
            raise TypeError(f"{type(self).__name__}: {name} is a number; it was given {x!r}{schedule}.")
        if not (least <= x and (below is None or x < below)):
            why = ", which would ascend: negate the loss" if name == "eta" and x < 0 else ""
            end = {None: "", math.inf: " and finite"}.get(below, f" and below {below}")
            raise ValueError(f"{type(self).__name__}: {name} is at least {least}{end}; it was given {x}{why}.")

    def init(self, x: Any) -> Any:
        return None

    def apply(self, state: Any, x: Any, dx: Any) -> tuple[Any, Any]:
        return state, dx


# Passes over arrays. They write into `out` or `scratch` where that is an array, and else make a new one; NumPy
# numbers, arrays of other libraries and tracked ones (a step that is differentiated) take the same path without it.


def scratch_like(x: Any) -> Any:
    """Memory for what is needed in between, or None."""
    return np.empty_like(x) if type(x) is np.ndarray and x.dtype.kind == "f" else None


def scaled(x: Any, factor: float, out: Any = None) -> Any:
    """`factor * x`."""
    if type(x) is np.ndarray and not is_tracked(factor):
        return np.multiply(x, constant(factor, x.dtype.char), out)
    return x * factor


@functools.lru_cache(maxsize=256)
def constant(value: float, char: str) -> Any:
    """A number as NumPy multiplies by it soonest: half a microsecond less than a Python float."""
    x = np.array(value, dtype=_REAL.get(char, char))
    x.flags.writeable = False
    return x


_REAL = {"F": "f", "D": "d", "G": "g"}


def plus(y: Any, x: Any) -> Any:
    """`y + x`, in the memory of `y`, which must be the caller's own, if both are NumPy's."""
    if type(y) is np.ndarray and type(x) is np.ndarray:
        y += x
        return y
    return y + x


def square(x: Any, out: Any = None) -> Any:
    """`abs(x)**2`, real."""
    if type(x) is np.ndarray and x.dtype.kind == "f":
        return np.multiply(x, x, out)
    return (x * x.conj()).real.copy() if np.iscomplexobj(x) else x * x


def zeros_real(x: Any) -> Any:
    return np.zeros_like(x.real) if np.iscomplexobj(x) else np.zeros_like(x)


def mean(old: Any, new: Any, beta: float, scratch: Any = None) -> Any:
    """`beta * old + (1 - beta) * new`, a new array."""
    return plus(scaled(old, beta), scaled(new, 1 - beta, scratch))


def mean_square(old: Any, new: Any, beta: float, scratch: Any = None) -> Any:
    """`beta * old + (1 - beta) * abs(new)**2`, a new array."""
    squares = square(new, scratch)
    return plus(scaled(old, beta), scaled(squares, 1 - beta, squares if type(squares) is np.ndarray else None))


def over_root(x: Any, squares: Any, epsilon: float, factor: float, scratch: Any = None) -> Any:
    """`factor * x / (sqrt(squares) + epsilon)`, in `scratch` if it can be."""
    y = np.sqrt(squares, scratch) if type(squares) is np.ndarray else np.sqrt(squares)
    epsilon = positive(epsilon, y)
    y = plus(y, constant(epsilon, y.dtype.char) if type(y) is np.ndarray else epsilon)
    y = np.divide(x, y, scratch) if type(y) is type(x) is type(scratch) else x / y
    return scaled(y, factor, y if type(y) is np.ndarray else None)


def positive(epsilon: float, x: Any) -> float:
    """`epsilon` so that float16 does not round it to zero."""
    if epsilon < _LEAST_IN_FLOAT16 and x.dtype == np.float16:
        return _LEAST_IN_FLOAT16 if epsilon > 0 else 0.0
    return epsilon


def _described(rule: Any) -> str:
    if isinstance(rule, type):
        return f"the class {rule.__name__}: write {rule.__name__}(...)"
    shown = repr(rule)
    return shown if len(shown) < 40 else f"a {type(rule).__name__}"


def must_be_rule(what: str, rule: Any) -> None:
    if isinstance(rule, type) or not hasattr(rule, "apply"):
        raise TypeError(f"{what}, such as optim.Adam(); it was given {_described(rule)}.")


def kind(rule: Any) -> str:
    """The class of a rule, and of those within it, without their hyperparameters.

    >>> from tracker import optim
    >>> kind(optim.OptimiserChain(optim.ClipNorm(), optim.Adam(0.1)))
    'OptimiserChain(ClipNorm, Adam)'
    """
    values = vars(rule).values() if hasattr(rule, "__dict__") else ()
    parts = [part for value in values for part in (value if isinstance(value, tuple) else (value,))]
    inner = [kind(part) for part in parts if isinstance(part, Rule)]
    return f"{type(rule).__name__}({', '.join(inner)})" if inner else type(rule).__name__


def must_be_real(rule: str, dx: Any) -> None:
    if np.iscomplexobj(dx):
        raise TypeError(f"{rule} takes real gradients, and was given {dx.dtype}: complex numbers have no order.")
