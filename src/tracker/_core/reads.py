"""Which of its parameters a rule reads, found in its bytecode, so that nothing else is kept."""

from __future__ import annotations

import dis
from typing import Any, Final

from tracker._core.node import CALL, EVERYTHING, MINUS_ONE, ONE

# Reading these needs no value: a `Spec` answers.
_META: Final = frozenset(("shape", "ndim", "dtype", "size"))


def values_read(rule: Any, first: int) -> int:
    """Which values `rule` reads: bit 0 the result, bit k + 1 argument k.

    `first` is the position of the result among its parameters. A rule whose bytecode
    can't be looked at reads everything.
    """
    code = getattr(rule, "__code__", None)
    if code is None or not hasattr(code, "co_varnames"):
        return EVERYTHING
    names = list(code.co_varnames[: code.co_argcount])
    rest = ""
    if code.co_flags & 0x04:  # *args
        rest = code.co_varnames[code.co_argcount + code.co_kwonlyargcount]
    read = set(code.co_cellvars)
    instructions = list(dis.get_instructions(code))
    for k, instruction in enumerate(instructions):
        if "LOAD_FAST" not in instruction.opname:
            continue
        loaded = instruction.argval
        loaded = loaded if isinstance(loaded, tuple) else (loaded,)
        following = instructions[k + 1]
        meta = following.opname == "LOAD_ATTR" and following.argval in _META
        read.update(loaded[:-1] if meta else loaded)
    mask = sum(1 << k for k, name in enumerate(names[first:]) if name in read)
    if rest in read:
        mask |= EVERYTHING & -(1 << max(len(names) - first, 0))
    return mask


def pick(partial: Any, count: int) -> int:
    """The code of a partial derivative that is 1, -1, the result, or an argument; else CALL."""
    code = getattr(partial, "__code__", None)
    if code is None or code.co_kwonlyargcount or code.co_flags & 0x04:
        return CALL
    steps = [i for i in dis.get_instructions(code) if i.opname not in ("RESUME", "CACHE", "NOP")]
    if len(steps) > 2 or not steps[-1].opname.startswith("RETURN"):
        return CALL
    first = steps[0]
    if first.opname in ("LOAD_FAST", "LOAD_FAST_BORROW"):
        k = code.co_varnames.index(first.argval)
        return int(k) if k <= count else CALL
    if first.argval == 1 and type(first.argval) is int:
        return ONE
    if first.argval == -1 and type(first.argval) is int:
        return MINUS_ONE
    return CALL
