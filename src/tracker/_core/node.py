"""The record: operations with their rules, and the nodes that keep each call of one."""

from __future__ import annotations

from typing import Any, Final, final

from mypy_extensions import mypyc_attr

# How an operation's rules are to be read.
CONSTANT: Final = 0  # derivative declared zero
PARTIALS: Final = 1  # one elementwise partial derivative per argument
LINEAR: Final = 2  # jointly linear: adjoints; forward mode applies the function itself
MULTILINEAR: Final = 3  # linear in each argument separately
PULLBACKS: Final = 4  # anything else
GETITEM: Final = 5  # x[index]: PULLBACKS, but the sweep adds into the gradient of x in place
SETITEM: Final = 6  # x with v at index: the sweep takes the gradient of v out of that of x
OUTPUT: Final = 7  # entry k of a call that returned a tuple

# What a partial derivative is, where no call is needed: one of these, or k >= 0,
# "the result" (0) or "argument k - 1".
CALL: Final = -1
ONE: Final = -2
MINUS_ONE: Final = -3

LARGE: Final = 1000  # entries: above, writing into a gradient pays, instead of making a new one

EVERYTHING: Final = (1 << 30) - 1  # in `Op.reads`: the result and all arguments


@final
class Spec:
    """What a gradient must look like: shape and dtype of an array, or the type of a scalar."""

    def __init__(self, shape: Any, dtype: Any, scalar: Any, is_complex: bool) -> None:
        self.shape: Any = shape
        self.dtype: Any = dtype
        self.scalar: Any = scalar  # the scalar's type; None for an array
        self.is_complex: bool = is_complex
        self.ndim: int = len(shape)
        self.size: int = 1
        for length in shape:
            self.size *= length
        self.is_large: bool = self.size > LARGE
        self.is_simple: bool = not (is_complex or self.is_large)


@final
class Op:
    """A function, how it is evaluated, and its derivative rules."""

    def __init__(self, fun: Any, name: str, kind: int, rules: tuple[Any, ...]) -> None:
        self.fun: Any = fun
        self.on_arrays: Any = None  # the same for plain arrays alone, where there is something quicker
        self.name: str = name
        self.kind: int = kind
        self.rules: tuple[Any, ...] = rules
        self.picks: list[int] = []  # for PARTIALS, one of the codes above per rule
        self.programs: list[Any] = []  # for PARTIALS, where a rule is arithmetic alone: see programs.py
        # for PULLBACKS, called as f(dy, y, arguments, kwargs) first: None leaves it to the rule
        self.kernels: list[Any] = []
        # likewise f(into, dy, arguments, kwargs): whether it added the gradient into that of other steps
        self.adders: list[Any] = []
        self.pushforward: Any = None
        self.joint: Any = None  # instead of rules: one call gives the gradients of all arguments
        self.variadic: bool = False  # the last rule covers all further positions
        self.sequences: tuple[int, ...] = ()  # positions that hold sequences of arrays
        self.reads: list[int] = []  # per rule, which values it reads: see `reads_of`
        self.keeps_spec: bool = False  # result has the shape and dtype of equal inputs
        self.trusted: bool = False  # built in: its partials' shapes need no check
        self.ufunc: bool = False  # its rules take no keywords (dtype=, casting=, ...)
        self.guarded: bool = False  # its rules are the user's: they get gradients that can't be written
        self.opaque: bool = False  # calls user code in the sweep, which must run once

    def reads_of(self, i: int) -> int:
        """What the rule of argument `i` reads: bit 0 the result, bit k + 1 argument k."""
        if i < len(self.reads):
            return self.reads[i]
        return self.reads[-1] if self.variadic else 0

    def rule_of(self, i: int) -> Any:
        """The rule of argument `i`, or None."""
        if i < len(self.rules):
            return self.rules[i]
        return self.rules[-1] if self.variadic else None

    def __repr__(self) -> str:
        return f"<Op {self.name}>"


@mypyc_attr(acyclic=True)  # the garbage collector took a quarter of the time of a long record
class Node:
    """One recorded call: the operation and its arguments, tracked ones as nodes.

    A leaf has `op` None. `value` is the result where some rule reads it (`kept`), else
    whatever it was; `spec` always says what the gradient must look like.
    """

    # interpreted, a tenth less time for a record and its sweep
    __slots__ = (
        "args",
        "forward",
        "kept",
        "kwargs",
        "level",
        "op",
        "owned",
        "pending",
        "slot",
        "spec",
        "total",
        "value",
    )

    def __init__(self, op: Op | None, args: tuple[Any, ...], kwargs: Any, value: Any, spec: Spec, level: int) -> None:
        self.op: Op | None = op
        self.args: tuple[Any, ...] = args
        self.kwargs: Any = kwargs
        self.value: Any = value
        self.spec: Spec = spec
        self.level: int = level
        self.kept: bool = False
        self.forward: bool = False  # then `slot` is the tangent and there are no parents
        self.owned: bool = False  # `slot` is referred to by nobody else
        self.pending: int = 0  # in a sweep: contributions still to come
        self.slot: Any = None  # in a sweep: the gradient so far
        self.total: Any = None  # of a leaf: the gradient accumulated by `back`


takers: Final[list[type]] = []  # classes of tracked values: they take over calls of the rules' own functions
FREED: Final = Op(None, "freed record", CONSTANT, ())
BUFFER: Final = Op(None, "new array", CONSTANT, ())  # a tracked array that is no parameter


@final
class Held:
    """A constant argument in a wrapping.

    A tracked scalar of an outer derivative, which is itself a node but none of this record;
    or a large plain array with a mark of what it held when it was recorded.
    """

    def __init__(self, value: Any, mark: Any) -> None:
        self.value: Any = value
        self.mark: Any = mark


def operands(op: Op, args: tuple[Any, ...]) -> list[Any]:
    """All arguments, those inside sequences included."""
    if not op.sequences:
        return list(args)
    found: list[Any] = []
    stack = list(args[::-1])
    while stack:
        x = stack.pop()
        if type(x) is list or type(x) is tuple:
            stack.extend(x[::-1])
        else:
            found.append(x)
    return found


def primals(op: Op, args: Any, algebra: Any) -> list[Any]:
    """The arguments with each node replaced by its value (or its spec, where that is gone)."""
    values: list[Any] = []
    for x in args:
        if isinstance(x, Node):
            values.append(x.value if x.kept else x.spec)
        elif isinstance(x, Held):
            values.append(algebra.unwrap(x))
        elif op.sequences and (type(x) is list or type(x) is tuple):
            values.append(primals(op, x, algebra))
        else:
            values.append(x)
    return values
