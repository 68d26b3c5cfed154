"""Tracked arguments given by name, and those that NumPy's functions have no rules for."""

from __future__ import annotations

from typing import Any

import tracker._arrays.handles as _handles
from tracker._core.node import Op
from tracker._core.registry import parameter_names, positional_only
from tracker.errors import NoRuleError


def move_tracked_keywords(op: Op, args: tuple[Any, ...], kwargs: Any) -> Any:
    """The call with every tracked keyword argument at its position."""
    if not _any_tracked(kwargs):
        return args, kwargs
    names = parameter_names(op.fun)
    positional, kwargs = list(args), dict(kwargs)
    last = max((names.index(k) for k, v in kwargs.items() if k in names and _handles.level_of(v) >= 0), default=-1)
    for k, v in kwargs.items():
        if _handles.level_of(v) >= 0 and (k not in names or k in positional_only(op.fun)):
            raise _setting_error(op, args, kwargs, k)
    for name in names[len(positional) : last + 1]:
        positional.append(kwargs.pop(name) if name in kwargs else _default(op.fun, name))
    return tuple(positional), kwargs


def refuse_settings(op: Op, args: tuple[Any, ...], kwargs: Any) -> None:
    """Raise for a tracked argument behind those that NumPy's function has rules for: an order, a tolerance."""
    if not op.name.startswith("numpy."):
        return  # the sweep tells the author of a rule
    for i in range(len(op.rules), len(args)):
        if _handles.level_of(args[i]) >= 0:
            names = parameter_names(op.fun)
            raise _setting_error(op, args, kwargs, names[i] if i < len(names) else str(i))


def _setting_error(op: Op, args: tuple[Any, ...], kwargs: Any, name: str) -> NoRuleError:
    """The error for a tracked argument without a rule; what NumPy rejects is rejected by NumPy first."""
    op.fun(*_handles.plain(args), **{k: _handles.plain(v) for k, v in (kwargs or {}).items()})
    return NoRuleError(
        f"{op.name} has no derivative rule for its argument {name!r}, which is tracked. "
        f"Pass tracker.stop_gradient({name}) if its gradient is not wanted."
    )


def _any_tracked(kwargs: Any) -> bool:
    for v in kwargs.values():
        if _handles.level_of(v) >= 0:
            return True
    return False


def _default(f: Any, name: str) -> Any:
    import inspect

    return inspect.signature(f).parameters[name].default
