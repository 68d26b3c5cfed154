"""The table of rules: each function's `Op`, found by identity."""

from __future__ import annotations

import importlib
import inspect
import sys
import threading
from typing import Any, Final

from tracker._core.node import CALL, CONSTANT, EVERYTHING, LINEAR, MULTILINEAR, PARTIALS, PULLBACKS, Op
from tracker._core.programs import program_of
from tracker._core.reads import pick, values_read

_ops: Final[dict[Any, Op]] = {}
_library: Final[dict[Any, Op]] = {}  # rules for functions of other libraries: `_ops`, the users', come first
_deferred: Final[dict[str, str]] = {}
_named: Final[dict[str, Op]] = {}
methods: Final[dict[Any, Any]] = {}
compositions: Final[dict[Any, Any]] = {}
refusals: Final[dict[Any, str]] = {}
complex_forms: Final[dict[Any, Any]] = {}
_parameters: Final[dict[Any, list[str]]] = {}
_lock: Final = threading.Lock()


class each:  # noqa: N801 (reads as a word in the tables)
    """Marks a last pullback that covers its position and all further ones: `f(i, dy, y, *args)`."""

    def __init__(self, pullback: Any) -> None:
        self.pullback: Any = pullback


def lookup(f: Any) -> Op | None:
    """The operation registered for `f`, or None."""
    op = _ops.get(f)
    return library_op(f) if op is None else op


def library_op(f: Any) -> Op | None:
    """The operation that a table for another library gives `f`; the table is imported when that library is."""
    for module in list(_deferred):
        if module in sys.modules:
            importlib.import_module(_deferred[module])
            _deferred.pop(module, None)  # after the import: another thread must not find it half done
    return _library.get(f)


def defer(module: str, table: str) -> None:
    """Import `table` for its rules at the first lookup after `module` has been imported."""
    _deferred[module] = table


def supply(f: Any, op: Op, name: str) -> None:
    """Give a library's function its operation, named `name`; one that a user registers comes first."""
    op.name = name
    _library[f] = op


def supplied() -> list[Op]:
    """The operations of libraries that have been looked up so far."""
    return list(_library.values())


def registered() -> list[Op]:
    """All operations, in the order in which they were registered."""
    return list(_ops.values())


def partials(f: Any, *rules: Any, trusted: bool = False) -> None:
    """Declare the partial derivatives of the elementwise function `f`, one per argument.

    Each is called as `rule(y, *args, **kwargs)`; None where there is no derivative.
    """
    _register(f, partials_op(f, rules, trusted))


def partials_op(f: Any, rules: tuple[Any, ...], trusted: bool) -> Op:
    """The operation of an elementwise function, not registered."""
    op = Op(f, _name(f), PARTIALS, rules)
    op.picks = [CALL if rule is None else pick(rule, len(rules)) for rule in rules]
    op.keeps_spec = _keeps_spec(f)
    op.ufunc = hasattr(f, "nin") and hasattr(f, "reduceat")
    op.trusted = trusted
    op.reads = [values_read(rule, 0) if rule else 0 for rule in rules]
    if trusted:
        op.programs = [None if rule is None else program_of(rule, len(rules)) for rule in rules]
    return op


def linear(f: Any, *adjoints: Any, sequences: tuple[int, ...] = ()) -> None:
    """Declare `f` jointly linear in the arguments that have an adjoint.

    An adjoint is called as `rule(dy, y, *args, **kwargs)`.
    """
    _register(f, _with_pullbacks(f, LINEAR, adjoints, sequences))


def multilinear(f: Any, *adjoints: Any, sequences: tuple[int, ...] = ()) -> None:
    """Declare `f` linear in each argument that has an adjoint, the others held fixed."""
    _register(f, _with_pullbacks(f, MULTILINEAR, adjoints, sequences))


def adds(f: Any, *adders: Any) -> None:
    """Let `f` add its gradients into those that others gave its arguments: see `Op.adders`."""
    _ops[f].adders = list(adders)


def rule(f: Any, *pullbacks: Any, pushforward: Any = None, sequences: tuple[int, ...] = ()) -> None:
    """Declare the derivative of `f` by one pullback per positional argument.

    A pullback is called as `rule(dy, y, *args, **kwargs)`, None where there is no
    derivative; `pushforward(tangents, y, *args, **kwargs)` gives the result's tangent.
    """
    _register(f, pullbacks_op(f, pullbacks, pushforward, sequences))


def pullbacks_op(f: Any, pullbacks: tuple[Any, ...], pushforward: Any, sequences: tuple[int, ...] = ()) -> Op:
    """The operation of a function with pullbacks, not registered."""
    op = _with_pullbacks(f, PULLBACKS, pullbacks, sequences)
    op.pushforward = pushforward
    return op


def constant(*functions: Any) -> None:
    """Declare that the derivative of each function is zero."""
    for f in functions:
        _register(f, Op(f, _name(f), CONSTANT, ()))


def guard(f: Any) -> None:
    """Give the rules of `f`, which are a user's, gradients that can't be written."""
    _ops[f].guarded = True


def jointly(f: Any, joint: Any) -> None:
    """Let the sweep take the gradients of all arguments of `f` by one call `joint(dy, y, arguments)`."""
    _ops[f].joint = joint


def name(key: str, f: Any, kind: int = -1) -> None:
    """Let the arrays' layer find the operation of `f` as `key`, and the sweep treat it as `kind`."""
    _named[key] = _ops[f]
    if kind >= 0:
        _ops[f].kind = kind


def named(key: str) -> Op:
    """The operation that was given this name."""
    return _named[key]


def method(ufunc: Any, name: str, f: Any) -> None:
    """Let `ufunc.name` (reduce, accumulate, reduceat) be recorded as a call of `f`."""
    methods[ufunc, name] = f


def composed(f: Any, g: Any) -> None:
    """Let a call of `f` on tracked values run `g`, which is written in functions with rules."""
    compositions[f] = g


def quicker(f: Any, g: Any) -> None:
    """Let `f` of plain arrays be evaluated by `g`, which gives the same, bit for bit."""
    _ops[f].on_arrays = g


def complex_form(f: Any, g: Any) -> None:
    """Let the constant function `f` of complex arguments, where it has a derivative, run `g`."""
    complex_forms[f] = g


def refused(reason: str, *functions: Any) -> None:
    """Say why each function has no rule: the error that a tracked argument raises gives the reason."""
    for f in functions:
        refusals[f] = reason


def alias(f: Any, g: Any) -> None:
    """Let calls of `f` be recorded by the rule of `g` (and evaluated by `f`)."""
    op = _ops[g]
    twin = Op(f, _name(f), op.kind, op.rules)
    twin.picks, twin.pushforward, twin.variadic = op.picks, op.pushforward, op.variadic
    twin.programs = op.programs
    twin.sequences, twin.reads, twin.ufunc = op.sequences, op.reads, op.ufunc
    twin.keeps_spec, twin.trusted = op.keeps_spec, op.trusted
    _register(f, twin)


def parameter_names(f: Any) -> list[str]:
    """The names of the positional parameters of `f`, or of its rule where it tells none, as NumPy's in C before 2.4."""
    found = _parameters.get(f)
    if found is None:
        op = _ops.get(f)
        rules = [] if op is None or op.kind == PARTIALS else [r for r in op.rules if r is not None]
        found = _positional(f) or (_positional(rules[0])[2:] if rules else [])  # a rule's own begin with dy and y
        _parameters[f] = found
    return found


def positional_only(f: Any) -> list[str]:
    """The names of the parameters of `f` that can't be given by name."""
    try:
        parameters = inspect.signature(f).parameters.values()
    except (TypeError, ValueError):
        return []
    return [p.name for p in parameters if p.kind is p.POSITIONAL_ONLY]


def _positional(f: Any) -> list[str]:
    try:
        parameters = inspect.signature(f).parameters.values()
    except (TypeError, ValueError):
        return []
    return [p.name for p in parameters if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]


def _register(f: Any, op: Op) -> None:
    with _lock:
        _ops[f] = op


def _name(f: Any) -> str:
    module = getattr(f, "__module__", None) or "numpy"
    name = getattr(f, "__name__", None) or repr(f)
    return f"{module}.{name}" if module != "builtins" else str(name)


def _with_pullbacks(f: Any, kind: int, rules: tuple[Any, ...], sequences: tuple[int, ...]) -> Op:
    variadic = bool(rules) and isinstance(rules[-1], each)
    if variadic:
        rules = (*rules[:-1], rules[-1].pullback)
    op = Op(f, _name(f), kind, rules)
    op.variadic = variadic
    op.sequences = sequences
    reads = [values_read(rule, 1) if rule else 0 for rule in rules]
    op.reads = [EVERYTHING] * len(rules) if variadic else reads
    return op


def _keeps_spec(f: Any) -> bool:
    """Whether `f` of equal float dtypes always has that dtype (not so for abs, float_power)."""
    types = getattr(f, "types", None)
    if types is None:
        return False
    seen = set()
    for signature in types:
        inputs, outputs = signature.split("->")
        if set(inputs) & set("mMO"):  # durations and objects: no floats come out
            continue
        letters = set(inputs) & set("efdgFDG")
        if letters and (len(set(inputs)) > 1 or set(outputs) != set(inputs)):
            return False
        seen |= letters
    return {"f", "d"} <= seen
