"""The function of SciPy, without a frame of its own (compiled), that a frame is calling: found in its source."""

from __future__ import annotations

import ast
import builtins
import linecache
import types
from itertools import islice
from types import FrameType
from typing import Any, Final

_NOTHING: Final = object()


def compiled_of_scipy(frame: FrameType | None) -> tuple[str, str] | None:
    """The module and the name of the function or class of SciPy that `frame` is calling, if it can be told."""
    call = None if frame is None else _call(frame)
    if frame is None or call is None:
        return None
    found = _value(call.func, frame)
    module = str(getattr(found, "__module__", None))  # of an instance, that of its class
    if not module.startswith("scipy."):
        return None
    named = found if hasattr(found, "__name__") else type(found)
    return module, str(named.__name__)


def called_name(frame: FrameType) -> str | None:
    """The last name of what `frame` is calling, as its source has it."""
    call = _call(frame)
    return None if call is None else ast.unparse(call.func).rpartition(".")[2]


def _call(frame: FrameType) -> ast.Call | None:
    """The call in the source of the instruction that runs."""
    first, last, start, end = next(islice(frame.f_code.co_positions(), frame.f_lasti // 2, None), (None,) * 4)
    if first is None or last is None or start is None or end is None:
        return None
    lines = [line.encode() for line in linecache.getlines(frame.f_code.co_filename, frame.f_globals)[first - 1 : last]]
    if len(lines) != last - first + 1:
        return None
    lines[-1] = lines[-1][:end]
    lines[0] = lines[0][start:]
    try:
        found = ast.parse(b"(" + b"".join(lines) + b")", mode="eval").body
    except SyntaxError:  # the file has changed since
        return None
    return found if isinstance(found, ast.Call) else None


def _value(name: ast.expr, frame: FrameType) -> Any:
    """What a dotted name stands for; only modules and classes are asked for attributes."""
    if isinstance(name, ast.Name):
        for scope in (frame.f_locals, frame.f_globals, vars(builtins)):
            if name.id in scope:
                return scope[name.id]
    if isinstance(name, ast.Attribute):
        owner = _value(name.value, frame)
        if isinstance(owner, types.ModuleType | type):
            return getattr(owner, name.attr, _NOTHING)
    return _NOTHING
