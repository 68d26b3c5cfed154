"""SciPy's functions that have no derivative here: they refuse tracked values and say what to take instead."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tracker import tree
from tracker.errors import NotDifferentiableError
from tracker.scipy._watch import any_tracked, watched


def refusing(section: str, theirs: Callable[..., Any], reason: str, plain: Callable[[Any], Any] | None = None) -> Any:
    """SciPy's function of `section` on plain values; of tracked ones, or of what meets them, `NotImplementedError`.

    `plain` makes SciPy's own object of one of ours.
    """
    name = theirs.__name__

    def function(*args: Any, **kwargs: Any) -> Any:
        given = (args, kwargs) if plain is None else tree.map(plain, (args, kwargs))
        if not any_tracked(given):
            result, seen = watched(lambda: theirs(*given[0], **given[1]))
            if not seen:
                return result
        raise NotDifferentiableError(f"scipy.{section}.{name} has no derivative: {reason}")

    function.__name__ = function.__qualname__ = name
    function.__doc__ = theirs.__doc__
    function.refusal = reason  # type: ignore[attr-defined]
    return function
