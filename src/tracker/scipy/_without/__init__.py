"""What of SciPy has no counterpart here: a table for every section, and what tracker.scipy does about its names.

A name is refused for tracked values with a reason, answered for their plain values (its result is places, counts or
text), or SciPy's own (it takes no array that could be tracked). A test walks SciPy's namespaces: a name that is none
of these, and not differentiated, is missing.
"""

from __future__ import annotations

import importlib
import types
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final, NamedTuple

import numpy as np

from tracker._transforms.recording import data
from tracker.scipy._refused import Refusing, refusing


class Section(NamedTuple):
    """The names of a section of SciPy that are not differentiated."""

    refused: Mapping[str, str] = {}
    answered: frozenset[str] = frozenset()
    own: frozenset[str] = frozenset()
    differentiated: frozenset[str] = frozenset()  # SciPy's own, made of functions that take tracked values
    undefined: frozenset[str] = frozenset()  # reasons, of `refused`, that say that there is no derivative to give


NEW: Final = "it is not known to this version of tracker: pass tracker.data(x) where the plain value is wanted."


def names(text: str) -> frozenset[str]:
    """A set of the words of a text."""
    return frozenset(text.split())


def because(reasons: Mapping[str, str]) -> dict[str, str]:
    """A reason for each name, of texts of names by their reason."""
    return {name: reason for reason, text in reasons.items() for name in text.split()}


def public_names(section: str) -> list[str]:
    """What SciPy offers in a section: functions, classes and objects that are called, no modules."""
    theirs = importlib.import_module(f"scipy.{section}")
    offered: Iterable[str] = getattr(theirs, "__all__", dir(theirs))
    found = {n for n in offered if not n.startswith("_") and not isinstance(getattr(theirs, n), types.ModuleType)}
    return sorted(n for n in found if callable(getattr(theirs, n)) and n != "test")


def rest_of(section: str, table: Section, plain: Callable[[Any], Any] | None = None) -> Callable[[str], Any]:
    """The `__getattr__` of tracker.scipy.<section>: what SciPy has besides, as the table says.

    `plain` makes SciPy's own object of one of ours.
    """
    theirs: Any = importlib.import_module(f"scipy.{section}")

    def __getattr__(name: str) -> Any:
        if name.startswith("_") or not hasattr(theirs, name):
            raise AttributeError(f"tracker.scipy.{section} has no {name!r}, as scipy.{section} has none.")
        found = getattr(theirs, name)
        if name in table.answered:
            return _answering(found)
        ufunc = isinstance(found, np.ufunc)  # they say themselves what they can't do
        if name in table.own | table.differentiated or ufunc or not callable(found) or _is_exception(found):
            return found
        whole, reason = f"scipy.{section}.{name}", table.refused.get(name, NEW)
        if isinstance(found, types.FunctionType | types.BuiltinFunctionType | type):
            return refusing(whole, found, reason, plain)
        return Refusing(whole, found, reason)

    __getattr__.table = table  # type: ignore[attr-defined]
    return __getattr__


def _is_exception(found: Any) -> bool:
    return isinstance(found, type) and issubclass(found, Exception)


def _answering(theirs: Any) -> Callable[..., Any]:
    """SciPy's function of the plain values: what it gives has no derivative."""

    def function(*args: Any, **kwargs: Any) -> Any:
        return theirs(*data(args), **data(kwargs))

    function.__name__ = function.__qualname__ = theirs.__name__
    function.__doc__ = theirs.__doc__
    return function
