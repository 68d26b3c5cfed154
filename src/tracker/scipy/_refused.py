"""SciPy's functions that have no derivative here: they refuse tracked values and say what to take instead."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, final

from tracker import tree
from tracker.errors import NotDifferentiableError
from tracker.scipy._watch import any_tracked, watched


def refusing(name: str, theirs: Callable[..., Any], reason: str, plain: Callable[[Any], Any] | None = None) -> Any:
    """SciPy's function `name` on plain values; of tracked ones, or of what meets them, `NotImplementedError`.

    `plain` makes SciPy's own object of one of ours.
    """

    def function(*args: Any, **kwargs: Any) -> Any:
        given = (args, kwargs) if plain is None else tree.map(plain, (args, kwargs))
        if not any_tracked(given):
            result, seen = watched(lambda: theirs(*given[0], **given[1]))
            if not seen:
                return result
        raise NotDifferentiableError(f"{name} has no derivative: {reason}")

    function.__name__ = function.__qualname__ = name.rpartition(".")[2]
    function.__doc__ = theirs.__doc__
    function.refusal = reason  # type: ignore[attr-defined]
    return function


@final
class Refusing:
    """SciPy's object `name`, whose methods refuse tracked values."""

    def __init__(self, name: str, theirs: Any, refusal: str) -> None:
        self._name, self._theirs, self.refusal = name, theirs, refusal

    def __repr__(self) -> str:
        return f"{self._name} (of plain values)"

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return refusing(self._name, self._theirs, self.refusal)(*args, **kwargs)

    def __getattr__(self, method: str) -> Any:
        found = getattr(self._theirs, method)
        return refusing(f"{self._name}.{method}", found, self.refusal) if callable(found) else found
