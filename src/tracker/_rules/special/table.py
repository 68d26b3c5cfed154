"""How the tables of scipy.special are written: partial derivatives, several results, refusals."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import numpy as np

from tracker._core.registry import partials_op, pullbacks_op, supply
from tracker.errors import NoRuleError


def partials(f: Any, *rules: Any) -> None:
    """The partial derivatives of a ufunc with one result, as in the elementwise table."""
    supply(f, partials_op(f, rules, True), f"scipy.special.{f.__name__}")


def outputs(f: Any, *jacobian: Any) -> None:
    """A ufunc with several results: for each argument, the tuple of their partials `rule(y, *args)`, or None."""
    pullbacks = [None if rule is None else _pullback(rule) for rule in jacobian]
    supply(f, pullbacks_op(f, tuple(pullbacks), _pushforward(jacobian)), f"scipy.special.{f.__name__}")


def _pullback(rule: Callable[..., Any]) -> Callable[..., Any]:
    def pullback(dy: Any, y: Any, *args: Any) -> Any:
        terms = [np.conj(part) * d for part, d in zip(rule(y, *args), dy, strict=True) if d is not None]
        return sum(terms[1:], start=terms[0])

    return pullback


def _pushforward(jacobian: tuple[Any, ...]) -> Callable[..., Any]:
    def pushforward(tangents: Any, y: Any, *args: Any) -> Any:
        total: list[Any] = [0.0] * len(y)
        for rule, dx in zip(jacobian, tangents, strict=True):
            if rule is not None and dx is not None:
                total = [t + part * dx for t, part in zip(total, rule(y, *args), strict=True)]
        return tuple(total)

    return pushforward


def refused(name: str, argument: str) -> Callable[..., Any]:
    """The partial of an argument in which no formula for the derivative is known."""

    own, _, _ = argument.partition(" ")  # without its description

    def refuse(*_: Any) -> Any:
        raise NoRuleError(
            f"scipy.special.{name} has no derivative rule for its argument {argument}, which is tracked. Pass "
            f"tracker.stop_gradient({own}), or give it rules with tracker.partials(scipy.special.{name}, ...)."
        )

    return refuse


UNDEFINED: Final[dict[Any, str]] = {}  # ufuncs that are refused, and why


def undefined(f: Any, reason: str) -> None:
    """A ufunc that is refused by name, in every argument and when it is called."""
    UNDEFINED[f] = reason
    name = f"scipy.special.{f.__name__.lstrip('_')}"

    def refuse(*_: Any, **__: Any) -> Any:
        raise NoRuleError(
            f"{name} has no derivative rule: {reason}. Give it one with tracker.rule, or pass "
            "tracker.stop_gradient(x) if its gradient is not wanted."
        )

    supply(f, pullbacks_op(refuse, (refuse,) * f.nin, refuse), name)


def real_only(name: str, x: Any) -> None:
    """Refuse complex arguments of a function that is not holomorphic (it is scaled by a real part)."""
    dtype = getattr(x, "dtype", None)
    if isinstance(x, complex) or (dtype is not None and dtype.kind == "c"):
        raise NoRuleError(
            f"scipy.special.{name} has no complex derivative rule: its scaling is not holomorphic. "
            "Use the unscaled function, or real arguments."
        )
