"""Operators of tracked values: the operation of each, with the rules of its ufunc."""

from __future__ import annotations

import operator
from typing import Any, Final

import numpy as np

from tracker._arrays import arithmetic
from tracker._core.node import CONSTANT, Op
from tracker._core.registry import lookup

_ndarray: Final = np.ndarray


def _placeholder(name: str) -> Op:
    return Op(None, name, CONSTANT, ())


class _Table:
    """Operations that the operators use: found once the rules are registered."""

    def __init__(self) -> None:
        self.getitem: Op = _placeholder("getitem")
        self.setitem: Op = _placeholder("setitem")
        self.identity: Op = _placeholder("identity")
        self.collect: Op = _placeholder("collect")
        self.zero_dim: Op = _placeholder("zero_dim")
        self.python_number: Op = _placeholder("python_number")
        self.ravel: Op = _placeholder("ravel")
        self.reshape: Op = _placeholder("reshape")
        self.back: Any = None
        self.add_at: Op = _placeholder("add_at")
        self.mutators: dict[Any, Any] = {}  # functions that write into their first argument
        self.buffers: frozenset[Any] = frozenset()  # zeros_like and its kin


table: Final = _Table()
ADD: Final = _placeholder("add")
SUBTRACT: Final = _placeholder("subtract")
MULTIPLY: Final = _placeholder("multiply")
DIVIDE: Final = _placeholder("divide")
POWER: Final = _placeholder("power")
SQUARE: Final = _placeholder("square")
NEGATIVE: Final = _placeholder("negative")
ABSOLUTE: Final = _placeholder("absolute")
REMAINDER: Final = _placeholder("remainder")
MATMUL: Final = _placeholder("matmul")


def _second_power(x: Any) -> Any:
    return x**2


_OPERATORS: Final = (
    (ADD, np.add, arithmetic.add),
    (SUBTRACT, np.subtract, arithmetic.subtract),
    (MULTIPLY, np.multiply, arithmetic.multiply),
    (DIVIDE, np.true_divide, arithmetic.divide),
    (POWER, np.power, operator.pow),
    (SQUARE, np.square, _second_power),
    (NEGATIVE, np.negative, arithmetic.negative),
    (ABSOLUTE, np.absolute, abs),
    (REMAINDER, np.remainder, operator.mod),
    (MATMUL, np.matmul, operator.matmul),
)


def bind_operators() -> None:
    """Give each operator the rules of its ufunc; it is evaluated by Python's operator, which
    keeps Python numbers Python numbers and ndarray's own shortcuts (x**2)."""
    for op, ufunc, function in _OPERATORS:
        source = lookup(ufunc)
        assert source is not None
        op.fun, op.kind, op.rules = function, source.kind, source.rules
        op.picks, op.pushforward, op.reads = source.picks, source.pushforward, source.reads
        op.programs, op.adders = source.programs, source.adders
        op.keeps_spec, op.trusted, op.name = source.keeps_spec, source.trusted, source.name
        if op is ADD or op is SUBTRACT or op is MULTIPLY or op is DIVIDE:
            source.on_arrays = function
    for extremum, sign in ((np.maximum, 1), (np.minimum, -1)):
        source = lookup(extremum)
        assert source is not None
        source.kernels = [_choice_kernel(sign, k) for k in range(2)]
    for reduction in (np.max, np.min, np.amax, np.amin):
        source = lookup(reduction)
        assert source is not None
        source.kernels = [_extremum_kernel]
    for function, kernel in ((np.sum, _sum_kernel), (np.mean, _mean_kernel)):
        source = lookup(function)
        assert source is not None
        source.kernels = [kernel]
    for product in (MATMUL, lookup(np.matmul)):
        assert product is not None
        product.kernels = [_product_kernel_a, _product_kernel_b]


def _choice_kernel(sign: int, k: int) -> Any:
    """The pullback of maximum or minimum by argument `k`: one pass instead of five, benchmarks/mlp.py."""

    def kernel(dy: Any, y: Any, arguments: list[Any], kwargs: Any) -> Any:
        return arithmetic.chosen(dy, arguments[k], arguments[1 - k], sign)

    return kernel


def _extremum_kernel(dy: Any, y: Any, arguments: list[Any], kwargs: Any) -> Any:
    """The pullback of max or min over the last axis or all of them: two passes instead of six, benchmarks/mlp.py."""
    axis = arguments[1] if len(arguments) == 2 else None
    if kwargs is not None:
        for setting in kwargs:
            if setting == "axis":
                axis = kwargs["axis"]
            elif setting != "keepdims":
                return None
    if len(arguments) > 2 or not (axis is None or (type(axis) is int and axis in (-1, arguments[0].ndim - 1))):
        return None
    return arithmetic.extremal(dy, y, arguments[0])


def _sum_kernel(dy: Any, y: Any, arguments: list[Any], kwargs: Any) -> Any:
    """The pullback of sum over all entries, or with the axes kept: `dy` as it is, which broadcasts."""
    if len(arguments) > 1:
        return None
    if kwargs is None:
        return dy
    for setting in kwargs:
        if setting != "axis" and setting != "keepdims":
            return None
    return dy if kwargs.get("keepdims") is True else None


def _mean_kernel(dy: Any, y: Any, arguments: list[Any], kwargs: Any) -> Any:
    """The pullback of the mean of all entries."""
    return None if len(arguments) > 1 or kwargs is not None else dy / max(arguments[0].size, 1)


def _product_kernel_a(dy: Any, y: Any, arguments: list[Any], kwargs: Any) -> Any:
    """The gradient of the real matrix a in a @ b: small networks live here."""
    b = arguments[1]
    if kwargs is not None or len(arguments) > 2 or not _is_real_matrix(dy) or not _is_real_matrix(b):
        return None
    return dy @ b.T if arguments[0].ndim == 2 else None


def _product_kernel_b(dy: Any, y: Any, arguments: list[Any], kwargs: Any) -> Any:
    """The gradient of the real matrix b in a @ b."""
    a = arguments[0]
    if kwargs is not None or len(arguments) > 2 or not _is_real_matrix(dy) or not _is_real_matrix(a):
        return None
    return a.T @ dy if arguments[1].ndim == 2 else None


def _is_real_matrix(x: Any) -> bool:
    return type(x) is _ndarray and x.ndim == 2 and x.dtype.kind == "f"
