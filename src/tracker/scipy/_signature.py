"""Functions that take the arguments of the SciPy that is installed, where its versions differ."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import Any, Final, TypeVar

_Function = TypeVar("_Function", bound=Callable[..., Any])
NOT_GIVEN: Final = object()


def only_given(**settings: Any) -> dict[str, Any]:
    """The settings that were given: the others need not be known to the SciPy that is installed."""
    return {name: value for name, value in settings.items() if value is not NOT_GIVEN}


def as_installed(theirs: Callable[..., Any]) -> Callable[[_Function], _Function]:
    """Decorator: takes arguments in the order of SciPy's function `theirs`, and those alone that it knows.

    The decorated function knows those of all versions, and gets them by name.
    """
    signature = inspect.signature(theirs)
    rest: Any = next((p.name for p in signature.parameters.values() if p.kind is p.VAR_POSITIONAL), None)

    def decorate(f: Any) -> Any:
        @functools.wraps(f)
        def function(*args: Any, **kwargs: Any) -> Any:
            try:
                given = dict(signature.bind(*args, **kwargs).arguments)
            except TypeError as error:
                raise TypeError(f"{f.__name__}() {error}") from None
            return f(*given.pop(rest, ()), **given)

        function.__signature__ = signature  # type: ignore[attr-defined]
        return function

    return decorate
