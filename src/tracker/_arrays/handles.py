"""What is tracked and what is plain: telling, taking apart, making."""

from __future__ import annotations

from typing import Any, Final

import numpy as np

import tracker._arrays.array as _array
import tracker._arrays.real as _real
from tracker._arrays import operands
from tracker._arrays.spec import array_spec, is_array, scalar_spec
from tracker._core.levels import state
from tracker._core.node import BUFFER, OUTPUT, Node, Op, Spec
from tracker.errors import ConversionError, NoRuleError

_ndarray: Final = np.ndarray
_generic: Final = np.generic


# Telling tracked from plain


def is_tracked(x: Any) -> bool:
    """Whether `x` is a tracked array or number."""
    return isinstance(x, _array.TrackedArray | _real.TrackedReal)


def node_of(x: Any) -> Node | None:
    """The newest node of a tracked value, None for a plain one."""
    if isinstance(x, _array.TrackedArray):
        return x.current()
    if isinstance(x, _real.TrackedReal):
        return x
    return None


def plain(x: Any) -> Any:
    """`x` without any tracking, at all levels; containers of the standard kinds are entered."""
    while True:
        if isinstance(x, _array.TrackedArray):
            x.current()
            x = x.value
        elif isinstance(x, _real.TrackedReal):
            x = x.value
        else:
            break
    if type(x) is list:
        return [plain(e) for e in x]
    if type(x) is tuple:
        return tuple([plain(e) for e in x])
    if type(x) is slice:
        return slice(_integer(x.start), _integer(x.stop), _integer(x.step))
    return x


def _integer(x: Any) -> Any:
    return plain(x) if isinstance(x, _array.TrackedArray | _real.TrackedReal) else x


def level_of(x: Any) -> int:
    """The level of a tracked value, or the highest inside a list or tuple; -1 if there is none."""
    if isinstance(x, _array.TrackedArray):
        return x.current().level
    if isinstance(x, _real.TrackedReal):
        return x.level
    if type(x) is list or type(x) is tuple:
        highest = -1
        for e in x:
            highest = max(highest, level_of(e))
        return highest
    return -1


def refuse_held(results: list[Any]) -> None:
    """Raise for arrays of objects, among a function's results, that hold tracked numbers: they would be constants."""
    for x in results:
        if type(x) is _ndarray and x.dtype.kind == "O" and any(is_tracked(e) for e in x.flat):
            raise ConversionError(
                f"The function gave an array of objects (shape {x.shape}) that holds tracked numbers, which would lose "
                "their gradients. Use np.vectorize(f) for np.frompyfunc(f, ...), or tracker.collect of a list."
            )


def spec_of(x: Any) -> Spec:
    """What a gradient of `x` must look like."""
    if type(x) is _ndarray:
        return array_spec(x.shape, x.dtype)
    if isinstance(x, _array.TrackedArray):
        return x.current().spec
    if isinstance(x, _real.TrackedReal):
        return x.spec
    if type(x) is float or isinstance(x, _generic) or not hasattr(x, "dtype"):
        return scalar_spec(type(x))
    return array_spec(x.shape, x.dtype)


# Making tracked values


def wrap(op: Op, args: tuple[Any, ...], kwargs: Any, y: Any, level: int, mask: int, spec: Any) -> Any:
    """The tracked value of a call that gave `y`; `spec` where it is already known."""
    if type(y) is _ndarray or isinstance(y, _array.TrackedArray):
        if spec is None:
            spec = spec_of(y)
            if not is_inexact(spec.dtype):
                operands.refuse_objects(op.name, spec.dtype)
                return y
        node = Node(op, args, kwargs, None, spec, level)
        result = _array.TrackedArray(node, y)
        if mask & 1:
            node.value = y
            node.kept = True
            result.shared = True
        return result
    if spec is None:
        if isinstance(y, tuple | list):
            return _wrap_outputs(op, args, kwargs, y, level)
        if isinstance(y, dict):
            raise NoRuleError(
                f"{op.name} returned a dict, which a rule can't have a derivative for. "
                "Return a tuple, or use tracker.custom_gradient."
            )
        spec = spec_of(y) if type(y) is not int and type(y) is not bool else None
        if spec is None or not is_inexact(spec.dtype):
            operands.refuse_result(op.name, y)
            return y
    if spec.scalar is None:
        node = Node(op, args, kwargs, None, spec, level)
        result = _array.TrackedArray(node, y)
        result.keep(node)
        return result
    return _real.TrackedReal(op, args, kwargs, y, spec, level)


def is_inexact(dtype: Any) -> bool:
    return bool(dtype.kind == "f" or dtype.kind == "c")


def _wrap_outputs(op: Op, args: tuple[Any, ...], kwargs: Any, ys: Any, level: int) -> Any:
    """A tuple (or list, or named tuple) of tracked outputs of one call."""
    kind = tuple if type(ys) is tuple else type(ys)
    spec = Spec((0,) * len(ys), None, None, False)  # its length is the number of outputs
    node = Node(op, args, kwargs, ys, spec, level)
    node.kept = True
    outputs: list[Any] = []
    for k, y in enumerate(ys):
        output = wrap(_OUTPUT, (node, k), None, y, level, 0, None)
        if isinstance(output, _array.TrackedArray):
            output.shared = True  # the node keeps it with the others
        outputs.append(output)
    if kind is tuple or kind is list:
        return kind(outputs)
    return kind(*outputs)


_OUTPUT: Final = Op(None, "output", OUTPUT, ())


def new_leaf(x: Any, level: int) -> Any:
    """A tracked leaf that holds `x` (not copied)."""
    if is_array(x):
        if type(x) is not _ndarray and isinstance(x, _ndarray):
            operands.refuse_kind(x)
        spec = spec_of(x)
        return _array.TrackedArray(Node(None, (), None, None, spec, level), x)
    return _real.TrackedReal(None, (), None, x, spec_of(x), level)


def new_buffer(x: Any, level: int) -> Any:
    """A tracked array that is no parameter: a constant until something tracked is written into it."""
    return _array.TrackedArray(Node(BUFFER, (), None, None, spec_of(x), level), x)


def is_constant_buffer(x: Any) -> bool:
    """Whether a tracked array carries no derivative at all: made by zeros and never written to."""
    node = x.current()
    return node.op is BUFFER and not node.forward and not is_tracked(x.value)


def fingerprint(x: Any) -> Any:
    """The bytes of some entries of `x`, spread over it; of all of them within `checked`."""
    if state.checking:
        return x.tobytes()
    steps = tuple([slice(None, None, max(1, -(-n // 6))) for n in x.shape])
    return x[steps].tobytes()


def snapshot(x: Any) -> Any:
    """The tracked array as it is now: later writes into `x` do not reach it."""
    node = x.current()
    x.keep(node)
    twin = _array.TrackedArray(node, x.value)
    twin.shared = True
    return twin
