"""Recording: from a NumPy call on tracked values to a node of the record."""

from __future__ import annotations

import operator
import sys
from typing import Any, Final

import numpy as np

import tracker._arrays.array as _array
import tracker._arrays.forward as _forward
import tracker._arrays.mutation as _mutation
import tracker._arrays.real as _real
from tracker._arrays import arithmetic, coefficients, counterparts, lists, operands
from tracker._arrays.spec import array_spec, is_array, scalar_spec
from tracker._core.levels import current_pause, state
from tracker._core.node import BUFFER, CONSTANT, FREED, OUTPUT, PARTIALS, Held, Node, Op, Spec
from tracker._core.registry import complex_forms, compositions, lookup, methods, parameter_names, refusals
from tracker.errors import ConversionError, NoRuleError, RefusedAttributeError

_ndarray: Final = np.ndarray
_generic: Final = np.generic


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
        op.programs = source.programs
        op.keeps_spec, op.trusted, op.name = source.keeps_spec, source.trusted, source.name
        if op is ADD or op is SUBTRACT or op is MULTIPLY or op is DIVIDE:
            source.on_arrays = function
    for extremum, sign in ((np.maximum, 1), (np.minimum, -1)):
        source = lookup(extremum)
        assert source is not None
        source.kernels = [_choice_kernel(sign, k) for k in range(2)]


def _choice_kernel(sign: int, k: int) -> Any:
    """The pullback of maximum or minimum by argument `k`: one pass instead of five, benchmarks/mlp.py."""

    def kernel(dy: Any, arguments: list[Any]) -> Any:
        return arithmetic.chosen(dy, arguments[k], arguments[1 - k], sign)

    return kernel


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
            if not _is_inexact(spec.dtype):
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
        if spec is None or not _is_inexact(spec.dtype):
            return y
    if spec.scalar is None:
        node = Node(op, args, kwargs, None, spec, level)
        result = _array.TrackedArray(node, y)
        result.keep(node)
        return result
    return _real.TrackedReal(op, args, kwargs, y, spec, level)


def _is_inexact(dtype: Any) -> bool:
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


# One and two arguments: the paths that nearly every call takes


def unary(op: Op, x: Any) -> Any:
    """Record `op(x)`, `x` tracked."""
    if state.pauses == 0 and op.kind != CONSTANT:
        if isinstance(x, _array.TrackedArray):
            node = x.current()
            if not node.forward and node.op is not BUFFER:
                mask = op.reads[0] if op.reads else op.reads_of(0)
                if mask & 2:
                    x.keep(node)
                y = op.fun(x.value)
                spec = node.spec if op.keeps_spec and node.spec.shape else None
                return wrap(op, (node,), None, y, node.level, mask, spec)
        elif isinstance(x, _real.TrackedReal):
            if not x.forward:
                return wrap(op, (x,), None, op.fun(x.value), x.level, 0, None)
    return record(op, (x,), None)


def binary(op: Op, a: Any, b: Any) -> Any:
    """Record `op(a, b)`, at least one of them tracked."""
    if state.pauses == 0 and op.kind != CONSTANT and len(op.reads) == 2:
        if isinstance(a, _array.TrackedArray):
            node = a.current()
            if not node.forward and node.op is not BUFFER:
                if isinstance(b, _array.TrackedArray):
                    other = b.current()
                    if other.level == node.level and other.op is not BUFFER:
                        y = op.fun(a.value, b.value)
                        mask = op.reads[0] | op.reads[1]
                        if mask & 2:
                            a.keep(node)
                        if mask & 4:
                            b.keep(other)
                        same = op.keeps_spec and other.spec is node.spec and node.spec.shape
                        spec = node.spec if same else None
                        return wrap(op, (node, other), None, y, node.level, mask, spec)
                elif type(b) is float or type(b) is int:
                    y = op.fun(a.value, b)
                    mask = op.reads[0]
                    if mask & 2:
                        a.keep(node)
                    spec = node.spec if op.keeps_spec and node.spec.shape else None
                    return wrap(op, (node, b), None, y, node.level, mask, spec)
                elif type(b) is _ndarray and type(a.value) is _ndarray:
                    y = (op.fun if op.on_arrays is None else op.on_arrays)(a.value, b)
                    mask = op.reads[0]
                    if mask & 4:
                        if b.dtype is not y.dtype and op.kind == PARTIALS:
                            b = operands.as_computed(op, (a.value, b), y.dtype)[1]
                        b = kept_constant(b)
                    if mask & 2:
                        a.keep(node)
                    return wrap(op, (node, b), None, y, node.level, mask, None)
        elif isinstance(b, _array.TrackedArray):
            node = b.current()
            if not node.forward and node.op is not BUFFER:
                if type(a) is float or type(a) is int:
                    y = op.fun(a, b.value)
                    mask = op.reads[1]
                    if mask & 4:
                        b.keep(node)
                    spec = node.spec if op.keeps_spec and node.spec.shape else None
                    return wrap(op, (a, node), None, y, node.level, mask, spec)
                if type(a) is _ndarray and type(b.value) is _ndarray:
                    y = (op.fun if op.on_arrays is None else op.on_arrays)(a, b.value)
                    mask = op.reads[1]
                    if mask & 2:
                        if a.dtype is not y.dtype and op.kind == PARTIALS:
                            a = operands.as_computed(op, (a, b.value), y.dtype)[0]
                        a = kept_constant(a)
                    if mask & 4:
                        b.keep(node)
                    return wrap(op, (a, node), None, y, node.level, mask, None)
        elif isinstance(a, _real.TrackedReal) and isinstance(b, _real.TrackedReal):
            if a.level == b.level and not a.forward:
                return wrap(op, (a, b), None, op.fun(a.value, b.value), a.level, 0, None)
        elif isinstance(a, _real.TrackedReal) and (type(b) is float or type(b) is int):
            if not a.forward:
                return wrap(op, (a, b), None, op.fun(a.value, b), a.level, 0, None)
    if _defers(a) or _defers(b):
        return NotImplemented
    return record(op, (a, b), None)


def power(x: Any, exponent: Any) -> Any:
    """Record `x**exponent`, `x` tracked; a square has a simpler rule."""
    if (type(exponent) is int or type(exponent) is float) and exponent == 2:
        return unary(SQUARE, x)
    return binary(POWER, x, exponent)


def _defers(x: Any) -> bool:
    """Whether the operator should be left to `x`, which declares that it wants no ufuncs."""
    return getattr(x, "__array_ufunc__", True) is None


# Any call


def record(op: Op, args: tuple[Any, ...], kwargs: Any) -> Any:
    """Record `op(*args, **kwargs)`; any argument may be tracked, or a list of tracked values."""
    if op.kind == CONSTANT:
        if op.fun in complex_forms and spec_of(args[0]).is_complex:
            return complex_forms[op.fun](*args)
        return op.fun(*plain(args), **{k: plain(v) for k, v in (kwargs or {}).items()})
    if state.pauses == 0 and not op.sequences and len(args) > 0:
        x = args[0]
        inert = op.kind != PARTIALS or len(args) == 1 or type(args[1]) is not tuple  # there a tuple is an operand
        if inert and isinstance(x, _array.TrackedArray) and type(x.value) is _ndarray and _all_inert(args, kwargs):
            node = x.current()
            if not node.forward and node.op is not BUFFER:
                return _record_first(op, x, node, args, kwargs)
    if kwargs:
        args, kwargs = _move_tracked_keywords(op, args, kwargs)
    if len(args) > len(op.rules) and not op.variadic and op.joint is None:
        _refuse_settings(op, args, kwargs)
    args = _collect_lists(op, args)
    if op.kind == PARTIALS:
        args = tuple([operands.sequence(x) for x in args])
    pause = current_pause()
    if pause is not None:
        tracked = args
        args = tuple([_paused(x, pause) for x in args])
        if level_of(args) < 0:
            return _mutation.guarded(op.fun(*args, **(kwargs or {})), tracked, pause)
    level = level_of(args)
    if level < 0:
        return op.fun(*args, **(kwargs or {}))
    if _holds_buffer(args):
        original = args
        args = tuple([_without_buffers(x) for x in args])
        if level_of(args) < 0:
            return _call_on_buffers(op, original, args, kwargs)
        _share_buffers(original)
    level = level_of(args)
    values = [_value_at(x, level) for x in args]
    for setting in (kwargs or {}).values():
        if type(setting) is not _ndarray and isinstance(setting, _ndarray):
            operands.refuse_kind(setting)
    y = evaluate(op, values, kwargs or {})
    if op.kind == PARTIALS and not kwargs and not isinstance(y, tuple):
        args = operands.as_computed(op, args, spec_of(y).dtype)
        values = [_value_at(x, level) for x in args]
    if _is_forward(args, level):
        dual = _forward.push(op, args, values, kwargs or {}, y, level)
        if not op.ufunc:
            _mutation.note_views(dual, op, args, kwargs, y)
        return dual
    mask = 0
    for i, x in enumerate(args):
        if level_of(x) == level:
            mask |= op.reads_of(i)
    nodes = tuple([_argument(x, level, mask & (2 << i) != 0) for i, x in enumerate(args)])
    kept = {k: _frozen(v) for k, v in kwargs.items()} if kwargs else None
    result = wrap(op, nodes, kept, y, level, mask, None)
    if not op.ufunc:
        _mutation.note_views(result, op, args, kwargs, y)
    return result


def _all_inert(args: tuple[Any, ...], kwargs: Any) -> bool:
    """Whether all arguments but the first are settings: nothing that could be tracked, or change."""
    for i in range(1, len(args)):
        if not _is_inert(args[i]):
            return False
    if kwargs:
        for v in kwargs.values():
            if not _is_inert(v):
                return False
    return True


def _is_inert(x: Any) -> bool:
    kind = type(x)
    if kind is tuple:
        for e in x:
            if type(e) is not int:
                return False
        return True
    return x is None or kind is int or kind is bool or kind is str or kind is float or kind is type or x is _NO_VALUE


_NO_VALUE: Final[Any] = np._NoValue


def _record_first(op: Op, x: Any, node: Node, args: tuple[Any, ...], kwargs: Any) -> Any:
    """Record `op(x, *settings, **kwargs)`: the path that most functions take."""
    assert isinstance(x, _array.TrackedArray)
    f = op.fun if op.ufunc or op.on_arrays is None else op.on_arrays
    if kwargs:
        y = f(x.value, *args[1:], **kwargs)
    elif len(args) == 1:
        y = f(x.value)
    else:
        y = f(x.value, *args[1:])
    mask = op.reads[0] if op.reads else op.reads_of(0)
    if mask & 2:
        x.keep(node)
    result = wrap(op, (node, *args[1:]), kwargs or None, y, node.level, mask, None)
    if not op.ufunc and (type(y) is not _ndarray or y.base is not None or y is x.value):
        _mutation.note_views(result, op, args, kwargs, y)
    return result


def evaluate(op: Op, values: Any, kwargs: Any) -> Any:
    """`op` of values that may be tracked at lower levels, where its own rule serves, too."""
    if not op.opaque and level_of(tuple(values)) >= 0:
        return record(op, tuple(values), kwargs)
    return op.fun(*values, **kwargs)


def _paused(x: Any, pause: Any) -> Any:
    """`x`, or its plain value where recording is off for its level."""
    if isinstance(x, _array.TrackedArray | _real.TrackedReal):
        while is_tracked(x) and level_of(x) < pause.level:
            if pause.seen is not None:
                pause.seen[id(x)] = x
            x = x.value
        return x
    if type(x) is list or type(x) is tuple:
        return type(x)([_paused(e, pause) for e in x])
    return x


def _holds_buffer(x: Any) -> bool:
    """Whether there is a tracked array that is constant so far among the arguments."""
    if type(x) is tuple or type(x) is list:
        for e in x:
            if _holds_buffer(e):
                return True
        return False
    return isinstance(x, _array.TrackedArray) and is_constant_buffer(x)


def _without_buffers(x: Any) -> Any:
    """`x` with such arrays plain: nothing of them needs a record."""
    if type(x) is tuple or type(x) is list:
        return type(x)([_without_buffers(e) for e in x])
    return x.value if isinstance(x, _array.TrackedArray) and is_constant_buffer(x) else x


def _share_buffers(x: Any) -> None:
    """Note that a record holds what these arrays hold now."""
    if type(x) is tuple or type(x) is list:
        for e in x:
            _share_buffers(e)
    elif isinstance(x, _array.TrackedArray) and is_constant_buffer(x):
        root = x if x.root is None else x.root
        root.shared = True


def _call_on_buffers(op: Op, handles: Any, args: Any, kwargs: Any) -> Any:
    """A call on constant buffers alone; what shares their memory is a view of them."""
    y = op.fun(*args, **(kwargs or {}))
    result = _buffers(y)
    if not op.ufunc:
        _mutation.note_views(result, op, handles, kwargs, y)
    return result


def _buffers(y: Any) -> Any:
    """What a call on constant buffers gives: again arrays that tracked values may be written into."""
    if type(y) is tuple or type(y) is list:
        return type(y)([_buffers(e) for e in y])
    return new_buffer(y, 0) if type(y) is _ndarray and _is_inexact(y.dtype) else y


def _is_forward(x: Any, level: int) -> bool:
    """Whether this level is differentiated in forward mode."""
    if type(x) is list or type(x) is tuple:
        for e in x:
            if _is_forward(e, level):
                return True
        return False
    node = node_of(x)
    return node is not None and node.level == level and node.forward


def _value_at(x: Any, level: int) -> Any:
    """`x` as the functions of this level see it: its value if it belongs here, else itself."""
    if isinstance(x, _array.TrackedArray):
        return x.value if x.current().level == level else x
    if isinstance(x, _real.TrackedReal):
        return x.value if x.level == level else x
    if (type(x) is list or type(x) is tuple) and level_of(x) >= 0:
        return type(x)([_value_at(e, level) for e in x])
    if type(x) is not _ndarray and isinstance(x, _ndarray):
        operands.refuse_kind(x)
    return x


def _argument(x: Any, level: int, read: bool) -> Any:
    """`x` as a node of this level keeps it."""
    if isinstance(x, _array.TrackedArray):
        node = x.current()
        if node.level != level:
            return snapshot(x)
        if read:
            x.keep(node)
        return node
    if isinstance(x, _real.TrackedReal):
        return x if x.level == level else Held(x, None)
    if type(x) is list or type(x) is tuple:
        return type(x)([_argument(e, level, read) for e in x]) if level_of(x) >= 0 else _frozen(x)
    if type(x) is _ndarray:
        if x.dtype.kind in "iub":
            return x.copy(order="K")  # an index: callers do change theirs
        return kept_constant(x) if read else x
    return x


def _frozen(x: Any) -> Any:
    """A plain argument as the record keeps it where no mark can watch it: lists and arrays copied."""
    if type(x) is _ndarray:
        return x.copy(order="K")
    if type(x) is list or (type(x) is tuple and any(type(e) is _ndarray or type(e) is list for e in x)):
        return type(x)([_frozen(e) for e in x])
    return x


def kept_constant(x: Any) -> Any:
    """A plain array that a rule will read: its user may have changed it by then.

    A small one is copied; a large one is marked, and found out if it was overwritten.
    """
    if x.nbytes <= _COPIED:
        return x.copy(order="K")
    return Held(x, fingerprint(x))


_COPIED: Final = 1 << 16  # bytes: copying takes 5 us, less than the operation that uses the array


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


def _collect_lists(op: Op, args: tuple[Any, ...]) -> tuple[Any, ...]:
    """Lists of tracked values, where the function expects one array, made one array."""
    found: list[Any] | None = None
    for i, x in enumerate(args):
        if (type(x) is list or type(x) is tuple) and i not in op.sequences and level_of(x) >= 0:
            if found is None:
                found = list(args)
            found[i] = collect(x)
    return args if found is None else tuple(found)


def _move_tracked_keywords(op: Op, args: tuple[Any, ...], kwargs: Any) -> Any:
    """The call with every tracked keyword argument at its position."""
    if not _any_tracked(kwargs):
        return args, kwargs
    names = parameter_names(op.fun)
    positional, kwargs = list(args), dict(kwargs)
    last = max((names.index(k) for k, v in kwargs.items() if k in names and level_of(v) >= 0), default=-1)
    for k, v in kwargs.items():
        if level_of(v) >= 0 and k not in names:
            raise _setting_error(op, args, kwargs, k)
    for name in names[len(positional) : last + 1]:
        positional.append(kwargs.pop(name) if name in kwargs else _default(op.fun, name))
    return tuple(positional), kwargs


def _refuse_settings(op: Op, args: tuple[Any, ...], kwargs: Any) -> None:
    """Raise for a tracked argument behind those that NumPy's function has rules for: an order, a tolerance."""
    if not op.name.startswith("numpy."):
        return  # the sweep tells the author of a rule
    for i in range(len(op.rules), len(args)):
        if level_of(args[i]) >= 0:
            names = parameter_names(op.fun)
            raise _setting_error(op, args, kwargs, names[i] if i < len(names) else str(i))


def _setting_error(op: Op, args: tuple[Any, ...], kwargs: Any, name: str) -> NoRuleError:
    """The error for a tracked argument without a rule; what NumPy rejects is rejected by NumPy first."""
    op.fun(*plain(args), **{k: plain(v) for k, v in (kwargs or {}).items()})
    return NoRuleError(
        f"{op.name} has no derivative rule for its argument {name!r}, which is tracked. "
        f"Pass tracker.stop_gradient({name}) if its gradient is not wanted."
    )


def _any_tracked(kwargs: Any) -> bool:
    for v in kwargs.values():
        if level_of(v) >= 0:
            return True
    return False


def _default(f: Any, name: str) -> Any:
    import inspect

    return inspect.signature(f).parameters[name].default


# NumPy's protocols


def call_function(func: Any, args: Any, kwargs: Any) -> Any:
    """A NumPy function on tracked arguments (NEP 18)."""
    treatment = compositions.get(func)
    if treatment is not None:
        return treatment(*args, **kwargs)
    if func in table.mutators:
        return table.mutators[func](*args, **kwargs)
    if func in table.buffers:
        value = func(*plain(args), **{k: plain(v) for k, v in kwargs.items()})
        return new_buffer(value, 0) if _is_inexact(value.dtype) else value
    op = lookup(func)
    if op is None:
        raise no_rule(func, args, kwargs)
    if "out" in kwargs or len(args) > 2:
        args, kwargs, out = _without_out(func, args, kwargs)
        if type(out) is tuple:
            raise TypeError(f"out= of {op.name} must be an array, not a tuple")
        if out is not None:
            return _mutation.write_out(out, record(op, args, kwargs), func)
    return record(op, args, kwargs)


def _without_out(func: Any, args: Any, kwargs: Any) -> Any:
    """The call without its `out`, given by name or by position, and that."""
    if "out" in kwargs:
        return args, {k: v for k, v in kwargs.items() if k != "out"}, kwargs["out"]
    names = parameter_names(func)
    place = names.index("out") if "out" in names else len(args)
    if place >= len(args) or args[place] is None:
        return args, kwargs, None
    rest = (None, *args[place + 1 :]) if len(args) > place + 1 else ()
    return (*args[:place], *rest), kwargs, args[place]


def call_ufunc(ufunc: Any, method: str, inputs: Any, kwargs: Any) -> Any:
    """A ufunc or one of its methods on tracked arguments (NEP 13)."""
    kwargs = {k: v for k, v in kwargs.items() if not (v is None and k == "out")}
    if method == "outer":
        return _outer(ufunc, inputs[0], inputs[1], kwargs)
    if method == "at":
        return _mutation.ufunc_at(ufunc, *inputs)
    out = kwargs.pop("out", None)
    where = kwargs.get("where", True)
    if where is True:
        kwargs.pop("where", None)
    if method == "__call__":
        op = lookup(ufunc)
        if op is None:
            raise no_rule(ufunc, inputs, kwargs)
        if "where" in kwargs:
            return _mutation.masked_call(op, inputs, kwargs, out)
        y = record(op, inputs, kwargs)
    else:
        y = _call_method(ufunc, method, inputs, kwargs)
    if out is None:
        return y
    write = _mutation.broadcast_out if method == "__call__" else _mutation.write_out
    if len(out) == 1:
        return write(out[0], y, ufunc)
    return tuple([v if o is None else write(o, v, ufunc) for o, v in zip(out, y, strict=True)])


def _outer(ufunc: Any, a: Any, b: Any, kwargs: Any) -> Any:
    """`ufunc.outer(a, b)` by broadcasting."""
    a = np.reshape(a, np.shape(a) + (1,) * np.ndim(b)) if np.ndim(b) else a
    return ufunc(a, b, **kwargs)


def _call_method(ufunc: Any, method: str, inputs: Any, kwargs: Any) -> Any:
    """`ufunc.reduce`, `accumulate` and `reduceat` by the function whose rule serves them."""
    f = methods.get((ufunc, method))
    if f is None:
        # what NumPy rejects is rejected here
        y = getattr(ufunc, method)(*plain(inputs), **{k: plain(v) for k, v in kwargs.items()})
        op = lookup(ufunc)
        if op is not None and op.kind == CONSTANT and not _is_inexact(np.asarray(y).dtype):
            return y  # flags; numpy.floor_divide.accumulate begins with x[0] itself
        raise NoRuleError(
            f"numpy.{ufunc.__name__}.{method} has no derivative rule. "
            f"{_INSTEAD_OF[method].format(ufunc.__name__)}, or pass tracker.stop_gradient(x)."
        )
    if len(inputs) == 1 + (method == "reduceat"):
        kwargs.setdefault("axis", 0)
    if method == "accumulate":
        inputs, kwargs = _of_one_axis(ufunc, inputs, kwargs)
    op = lookup(f)
    return compositions[f](*inputs, **kwargs) if op is None else record(op, inputs, kwargs)


_INSTEAD_OF: Final = {
    "reduce": "Use functools.reduce(numpy.{}, numpy.moveaxis(x, axis, 0))",
    "accumulate": "Use numpy.stack(list(itertools.accumulate(numpy.moveaxis(x, axis, 0), numpy.{})))",
    "reduceat": "Use functools.reduce(numpy.{}, x[i:j]) for each slice",
}


def _of_one_axis(ufunc: Any, inputs: Any, kwargs: Any) -> Any:
    """The arguments of `ufunc.accumulate` with the axis an integer, as the function of its rule wants it."""
    axis = kwargs["axis"] if "axis" in kwargs else inputs[1]
    if type(axis) is int and np.ndim(inputs[0]):
        return inputs, kwargs
    ufunc.accumulate(*plain(inputs), **{k: plain(v) for k, v in kwargs.items()})  # rejects None, and numbers
    axis = operator.index(axis[0] if type(axis) is tuple else axis)
    return (inputs[0], axis, *inputs[2:]), {k: v for k, v in kwargs.items() if k != "axis"}


def no_rule(f: Any, args: Any, kwargs: Any) -> NoRuleError:
    """The error for a function that has no rule, saying which argument is tracked."""
    module = getattr(f, "__module__", None) or "numpy"
    name = f"{module}.{getattr(f, '__name__', f)}"
    which = "an argument is tracked"
    for i, x in enumerate(args):
        if level_of(x) >= 0:
            which = f"argument {i} is tracked, shape {np.shape(plain(x))}"
            break
    for k, x in kwargs.items():
        if level_of(x) >= 0:
            which = f"argument {k!r} is tracked"
    if reason := refusals.get(f):
        return NoRuleError(f"{name} has no derivative rule ({which}): {reason}")
    return NoRuleError(
        f"{name} has no derivative rule ({which}). Give it one with tracker.rule, or pass tracker.stop_gradient(x)."
    )


def compare(f: Any, a: Any, b: Any) -> Any:
    """A comparison of plain values."""
    a, b = plain(a), plain(b)
    return f(a, np.asarray(b)) if type(b) is list and not isinstance(a, _ndarray) else f(a, b)


# Conversions that would lose the gradient


def refuse_array(x: Any) -> Any:
    value = paused_value(x)
    if value is not x:
        return np.array(value)
    if isinstance(x, _real.TrackedReal) and lists.in_plain_mean(sys._getframe()):
        return lists.as_object(x)
    if lists.in_comparison(sys._getframe()):
        return np.array(plain(x))
    if coefficients.maps_domain(sys._getframe()):
        return lists.as_object(x)
    if lists.in_vectorize(sys._getframe()):
        raise ConversionError(
            f"numpy.vectorize would make a tracked value (shape {x.shape}) a plain array, which would lose its "
            "gradient. Use tracker.elementwise(f) for numpy.vectorize(f)."
        )
    advice = coefficients.instead_of_polynomial(sys._getframe())
    if advice is not None:
        raise ConversionError(f"A tracked value (shape {x.shape}) would lose its gradient: {advice}")
    refused = lists.refused_by_numpy(sys._getframe())
    if refused is not None:
        raise ConversionError(
            f"numpy.{refused[0]} would make a tracked value (shape {x.shape}) plain, which would lose its gradient: "
            f"{refused[1]}"
        )
    advice = counterparts.instead_of_scipy(sys._getframe())
    if advice is not None:
        raise ConversionError(
            f"A tracked value (shape {x.shape}) was given to SciPy, which would have made it plain and lost its "
            f"gradient. {advice} Where the plain value is wanted, pass x.data."
        )
    raise ConversionError(
        f"A tracked value (shape {x.shape}) was about to become a plain array, which would lose its "
        "gradient. Join tracked values with tracker.collect or np.stack, write plain @ x for plain.dot(x), "
        "write into "
        "np.zeros_like(x) or tracker.zeros(shape) instead of a plain array, and use x.data where the "
        "plain value is wanted."
    )


def paused_value(x: Any) -> Any:
    """`x`, or its plain value where recording is off for it: then no gradient can be lost."""
    pause = current_pause()
    return x if pause is None else _paused(x, pause)


def to_number(x: Any, kind: Any) -> Any:
    """What float(x), int(x) and complex(x) give: a number where nothing is recorded, else an error."""
    value = paused_value(x)
    if is_tracked(value):
        if lists.in_comparison(sys._getframe()):
            return kind(plain(value))
        advice = coefficients.instead_of_polynomial(sys._getframe())
        if advice is not None:
            raise ConversionError(f"A tracked number would lose its gradient: {advice}")
        advice = counterparts.around_scipy(sys._getframe())
        if advice is not None:  # what a function that was given to SciPy gives
            raise ConversionError(
                f"{kind.__name__}() of a tracked value, which SciPy asked for, would lose its gradient. {advice} "
                "Where the plain value is wanted, give x.data or x.item()."
            )
        raise no_conversion(kind.__name__)
    return kind(value)


def no_conversion(name: str) -> ConversionError:
    instead = (
        "Use NumPy's functions instead of math's, write into np.zeros_like(x) or tracker.zeros(shape) instead of "
        "a plain array, and use x.data or x.item() where the plain value is wanted."
    )
    return ConversionError(
        f"{name}() of a tracked value would lose its gradient (functions of math, random and others call it). {instead}"
    )


def missing_attribute(name: str) -> Any:
    if name.startswith("__"):
        raise AttributeError(name)
    if name == "grad":  # the property raised, and Python asks again
        raise AttributeError(_NO_GRADIENT)
    if name in _REFUSED:
        raise RefusedAttributeError(f"A tracked value has no {name!r}: {_REFUSED[name]}")
    raise AttributeError(f"a tracked value has no attribute {name!r}")


def number_attribute(x: Any, name: str) -> Any:
    """An attribute of a tracked number that it shares with arrays: a method of its 0-d array."""
    if name not in _OF_ARRAYS:
        return missing_attribute(name)

    def method(*args: Any, **kwargs: Any) -> Any:
        y = getattr(record_scalar(x), name)(*args, **kwargs)
        return y[()] if isinstance(y, _array.TrackedArray) and not y.shape else y

    return method


_OF_ARRAYS: Final = frozenset(
    (
        "all", "any", "argmax", "argmin", "argsort", "clip", "compress", "cumprod", "cumsum", "diagonal", "flatten",
        "nonzero", "repeat", "searchsorted", "squeeze", "std", "swapaxes", "take", "trace", "transpose", "var", "view",
    )
)  # fmt: skip

_REFUSED: Final = {
    "byteswap": "a reinterpretation of its bytes has no derivative. Use x.data.byteswap().",
    "getfield": "a reinterpretation of its bytes has no derivative. Use x.data.getfield(...).",
    "setfield": "a reinterpretation of its bytes has no derivative.",
    "tobytes": "bytes carry no gradient. Use x.data.tobytes().",
    "tofile": "a file carries no gradient. Use x.data.tofile(...).",
    "dump": "a file carries no gradient. Use x.data.dump(...), or pickle a leaf.",
    "dumps": "bytes carry no gradient. Use x.data.dumps().",
    "resize": "a recorded array can't change its size in place. Use np.resize(x, shape).",
    "setflags": "its memory belongs to the record. Use x.data.setflags(...).",
}


# Leaves


def leaf_of(x: Any) -> Node | None:
    """The leaf that a handle is or was before it was written to."""
    if isinstance(x, _array.TrackedArray):
        node = x.current()
        return node if node.op is None else x.origin
    return x if x.op is None else None


_NO_GRADIENT: Final = (
    "Only a leaf has a gradient, and this value was computed from others. "
    "Use tracker.hook to see its gradient, or tracker.gradient."
)


def leaf_gradient(x: Any) -> Any:
    leaf = leaf_of(x)
    if leaf is None:
        raise AttributeError(_NO_GRADIENT)
    return zeros_of(leaf.spec, x.data) if leaf.total is None else leaf.total


def set_leaf_gradient(x: Any, value: Any) -> None:
    leaf = leaf_of(x)
    if leaf is None:
        raise AttributeError("Only a leaf has a gradient, and this value was computed from others.")
    leaf.total = value


def set_leaf_value(x: Any, value: Any) -> None:
    """Give a leaf another value, in a buffer of its own."""
    if isinstance(x, _array.TrackedArray):
        x.value = np.array(value, x.node.spec.dtype) if type(value) is _ndarray else value
        x.shared = False
        x.version += 1
        renew(x)
    else:
        x.value = x.spec.scalar(value)


def renew(x: Any) -> None:
    """After an unrecorded change of a handle's value: no rule may take the old one for the new."""
    old = x.node
    if not old.kept:
        return
    if old.op is None:
        x.node = Node(None, (), None, None, old.spec, old.level)
        x.node.total = old.total
        old.op = FREED  # a record made before the change can't be swept any more
        old.total = None
    else:
        x.node = Node(table.identity, (old,), None, None, old.spec, old.level)


def zeros_of(spec: Spec, like: Any) -> Any:
    """A gradient of zeros: of `like`'s array type, or a scalar of the right type."""
    if spec.scalar is not None:
        return spec.scalar(0)
    return np.zeros_like(like)


def is_param(x: Any) -> bool:
    """Whether `x` is a leaf that `param` made, not an argument of a function that is being differentiated."""
    node = node_of(x)
    return node is not None and node.op is None and node.level == 0


def copy_of(x: Any) -> Any:
    """What copy.copy and copy.deepcopy give: an independent leaf of a `param`, else a recorded copy."""
    if is_param(x):
        return new_leaf(np.copy(x.data) if isinstance(x, _array.TrackedArray) else x.data, 0)
    return np.copy(x) if isinstance(x, _array.TrackedArray) else x


def reduce_leaf(x: Any) -> Any:
    """Pickling: the value of a leaf; anything else belongs to a record, which does not travel."""
    if not is_param(x):
        raise ConversionError(
            "Of tracked values only parameters can be pickled: a record does not travel. Pickle x.data, or the leaves."
        )
    return _restore_leaf, (x.data,)


def _restore_leaf(x: Any) -> Any:
    return new_leaf(x, 0)


def back(y: Any, dy: Any, once: bool, check_finite: bool) -> None:
    table.back(y, dy, once=once, check_finite=check_finite)


def collect(xs: Any) -> Any:
    """See `tracker.collect`."""
    return record(table.collect, (xs,), None) if not is_tracked(xs) else record_scalar(xs)


def record_scalar(x: Any) -> Any:
    """A tracked number as a 0-d array."""
    return x if isinstance(x, _array.TrackedArray) else record(table.zero_dim, (x,), None)


def cast(x: Any, dtype: Any, kwargs: Any) -> Any:
    """`x.astype(dtype)`: tracked if the result is inexact."""
    dtype = np.dtype(dtype)
    if dtype.kind in "OV":
        raise ConversionError(
            f"astype({dtype}) of a tracked value would lose its gradient. Use x.tolist() for tracked numbers, "
            "or x.data for the plain array."
        )
    if not _is_inexact(dtype):
        return plain(x).astype(dtype, **kwargs)
    if isinstance(x, _real.TrackedReal):
        return record_scalar(x).astype(dtype, **kwargs)[()]
    return np.astype(x, dtype, copy=kwargs.pop("copy", True)) if not kwargs else _cast_with(x, dtype, kwargs)


def _cast_with(x: Any, dtype: Any, kwargs: Any) -> Any:
    copy = kwargs.get("copy", True)
    plain(x).astype(dtype, **kwargs)  # raises as NumPy does (casting=)
    return np.astype(x, dtype, copy=copy)
