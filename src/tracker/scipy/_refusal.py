"""A function or an object of SciPy that refuses tracked values, and works on plain ones."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, final

from tracker.errors import NotDifferentiableError
from tracker.scipy._watch import any_tracked


def refusing(theirs: Any, name: str, reason: str) -> Callable[..., Any]:
    """SciPy's function `name`, which refuses tracked values and says what to do instead."""

    def function(*args: Any, **kwargs: Any) -> Any:
        if any_tracked((args, kwargs)):
            raise NotDifferentiableError(f"{name} has no derivative: {reason}")
        return theirs(*args, **kwargs)

    function.__name__ = function.__qualname__ = name.rpartition(".")[2]
    function.__doc__ = theirs.__doc__
    function.refusal = reason  # type: ignore[attr-defined]
    return function


@final
class Refusing:
    """SciPy's object `name`, whose methods refuse tracked values."""

    def __init__(self, theirs: Any, name: str, refusal: str) -> None:
        self._theirs, self._name, self.refusal = theirs, name, refusal

    def __repr__(self) -> str:
        return f"{self._name} (of plain values)"

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return refusing(self._theirs, self._name, self.refusal)(*args, **kwargs)

    def __getattr__(self, method: str) -> Any:
        found = getattr(self._theirs, method)
        return refusing(found, f"{self._name}.{method}", self.refusal) if callable(found) else found
