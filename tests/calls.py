"""Calls written as text, `np.sum(A, axis=0)`, of named arrays: plain and tracked, with their derivatives.

Names of one capital letter are the inputs that are differentiated.
"""

from __future__ import annotations

from types import CodeType
from typing import Any

import numpy as np

from tests.differences import slope
from tracker import data, tree

_RNG = np.random.default_rng(3)


def _apart(start: float, step: float, *shape: int) -> Any:
    """Different numbers in no order, `step` apart: differences meet no ties."""
    return (start + step * _RNG.permutation(int(np.prod(shape)))).reshape(shape)


def _complex(*shape: int) -> Any:
    return _RNG.standard_normal(shape) + 1j * _RNG.standard_normal(shape)


_M = _RNG.standard_normal((3, 3)) + 2 * np.eye(3)
INPUTS: dict[str, Any] = {
    "A": _apart(-2.1, 0.37, 3, 4),
    "B": _apart(-3.9, 0.31, 2, 3, 4),
    "C": _complex(3, 4),
    "D": _complex(5),
    "H": _M @ _M.T + np.eye(3) + 1j * (_M - _M.T),
    "M": _M,
    "N": np.array([[1.0, np.nan, 2.5, -1.5], [np.nan, 0.5, 3.0, np.nan], [0.3, -0.7, 1.1, 4.0]]),
    "P": _apart(0.213, 0.053, 3, 4),
    "Q": np.float64(0.377),
    "R": _RNG.standard_normal((4, 2)),
    "S": _M @ _M.T + np.eye(3),
    "T": np.stack([_M + 3 * np.eye(3), _M.T - 4 * np.eye(3)]),
    "U": _apart(-0.5, 0.61, 3),
    "V": _apart(-0.9, 0.43, 5),
    "W": _apart(0.231, 0.147, 5),
    "Z": (_RNG.standard_normal((9, 9)) + 6 * np.eye(9)).reshape(3, 3, 3, 3),
}
CONSTANTS: dict[str, Any] = {
    "np": np,
    "MASK": np.array([[True, False, True, True], [False, True, True, False], [True, True, True, True]]),
    "ROW": np.array([True, True, False, True]),
    "f4": np.float32,
    "f8": np.float64,
    "c16": np.complex128,
}


class Call:
    """The text `call` as a function of the inputs that it names."""

    def __init__(self, call: str) -> None:
        self.code = compile(call, call, "eval")
        self.names = [name for name in INPUTS if name in _names(self.code)]
        self.inputs = [INPUTS[name] for name in self.names]

    def __call__(self, *inputs: Any) -> Any:
        return eval(self.code, {**CONSTANTS, **dict(zip(self.names, inputs, strict=True))})

    def of_copies(self) -> Any:
        """The plain value; the call may write into its arguments."""
        return self(*[x.copy() for x in self.inputs])


def _names(code: CodeType) -> set[str]:
    inner = [_names(c) for c in code.co_consts if isinstance(c, CodeType)]
    return set(code.co_names).union(*inner)


def parts(y: Any) -> list[Any]:
    """What of a result has a derivative to compare, or a value."""
    return [x for x in tree.flatten(y)[0] if not isinstance(x, str | type | np.dtype)]


def loss(y: Any) -> Any:
    """A curved sum of all entries of `y`, weighed unevenly; real."""
    total: Any = 0.0
    for k, part in enumerate(parts(y)):
        plain = np.asarray(data(part))
        if plain.dtype.kind in "fc":
            weights = np.cos(1.0 + k + np.arange(plain.size)).reshape(plain.shape).astype(plain.real.dtype)
            terms = (part + 0.5 * part * part) * weights
            total = total + np.sum(np.real(terms) - 0.7 * np.imag(terms) if plain.dtype.kind == "c" else terms)
    return total


def directions(inputs: list[Any]) -> list[Any]:
    """A direction in which to differentiate, for each input one of its kind."""
    rng = np.random.default_rng(2)
    found = []
    for x in inputs:
        v = rng.standard_normal(np.shape(x))
        v = v + 1j * rng.standard_normal(np.shape(x)) if np.iscomplexobj(x) else v
        found.append(v if isinstance(x, np.ndarray) else type(x)(v))
    return found


def difference(call: Call, v: list[Any], step: float) -> float:
    """The derivative of the loss in the direction `v`, by finite differences of plain calls."""
    return float(slope(lambda h: loss(call(*[x + h * d for x, d in zip(call.inputs, v, strict=True)])), step))
