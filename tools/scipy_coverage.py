"""Which of SciPy's public functions are differentiated, constant or refused: the second half of docs/coverage.md."""

from __future__ import annotations

import importlib
import pkgutil
from typing import Any, Final

import numpy as np
import scipy

import tracker  # noqa: F401  (registers the rules)
from tools.status import DIFFERENTIATED, MISSING, NO_DERIVATIVE, REFUSED, Status, section
from tracker._core.node import CONSTANT
from tracker._core.registry import lookup
from tracker._rules.special.table import UNDEFINED
from tracker.scipy._without import NEW, public_names
from tracker.scipy._without.whole import REASONS as WHOLE

SECTIONS: Final = (
    "special", "linalg", "fft", "signal", "ndimage", "stats", "optimize", "integrate", "interpolate", "spatial",
    "spatial.distance", "sparse", "sparse.linalg",
)  # fmt: skip

# Sections of SciPy without functions of arrays of their own: interfaces to compiled code, other names of functions.
APART: Final = frozenset(
    "cluster linalg.blas linalg.cython_blas linalg.cython_lapack linalg.lapack optimize.cython_optimize "
    "special.cython_special stats.distributions".split()
)


def ours(section: str) -> Any:
    """tracker's counterpart of a section of SciPy."""
    return importlib.import_module(f"tracker.scipy.{section}")


def status(section: str, name: str) -> Status:
    """What becomes of scipy.<section>.<name>."""
    module = ours(section)
    theirs = getattr(importlib.import_module(f"scipy.{section}"), name)
    table = module.__getattr__.table
    if name in getattr(module, "__all__", ()):
        return Status(DIFFERENTIATED)
    if name in table.refused:
        reason = table.refused[name]
        return Status(REFUSED, reason, reason not in table.undefined)
    if name in table.answered | table.own or (isinstance(theirs, type) and issubclass(theirs, Exception)):
        return Status(NO_DERIVATIVE)
    if name in table.differentiated:
        return Status(DIFFERENTIATED)
    if isinstance(theirs, np.ufunc):
        return _of_ufunc(theirs)
    return Status(MISSING, NEW)


def _of_ufunc(f: Any) -> Status:
    op = lookup(f)
    if f in UNDEFINED:
        return Status(REFUSED, UNDEFINED[f] + ".")
    if op is None:
        return Status(MISSING, NEW)
    return Status(NO_DERIVATIVE if op.kind == CONSTANT else DIFFERENTIATED)


def found() -> dict[str, dict[str, Status]]:
    """The status of every public name, by section."""
    return {section: {name: status(section, name) for name in public_names(section)} for section in SECTIONS}


def walked() -> set[str]:
    """Every section of SciPy that is public by its name: what a new release might add to."""
    packages = {m.name for m in pkgutil.iter_modules(scipy.__path__) if m.ispkg and not m.name.startswith("_")}
    sections = packages - {"misc"}  # empty, and says so when it is imported
    for package in sorted(sections - set(WHOLE)):
        for m in pkgutil.iter_modules(importlib.import_module(f"scipy.{package}").__path__):
            if not m.name.startswith("_") and m.name != "tests" and not _is_old_name(f"{package}.{m.name}"):
                sections.add(f"{package}.{m.name}")
    return sections - APART


def _is_old_name(section: str) -> bool:
    """Whether it is one of the modules that SciPy keeps for code written before its private ones were renamed."""
    module = importlib.import_module(f"scipy.{section}")
    return hasattr(module, "__getattr__") and "__dir__" in vars(module)


def share(statuses: list[Any]) -> tuple[int, int]:
    """How many functions differentiate, and how many have a derivative."""
    differentiated = sum(s.kind == DIFFERENTIATED for s in statuses)
    return differentiated, differentiated + sum(s.kind == REFUSED and s.defined for s in statuses)


def page() -> str:
    """The half of docs/coverage.md that is about SciPy."""
    by_section = found()
    everything = [s for statuses in by_section.values() for s in statuses.values()]
    count, of = share(everything)
    constant = sum(s.kind == NO_DERIVATIVE for s in everything)
    told = sum(s.kind == REFUSED and s.defined and "take " in s.reason for s in everything)
    return (
        _INTRODUCTION.format(
            version=".".join(scipy.__version__.split(".")[:2]), total=len(everything), count=count, of=of,
            percent=100 * count / of, told=told, constant=constant, refused=len(everything) - count - constant,
        )
        + "".join(section(f"scipy.{name}", statuses) for name, statuses in by_section.items())
        + _WHOLE
        + "".join(f"| `scipy.{section}` | {reason} |\n" for section, reason in WHOLE.items())
    )  # fmt: skip


_INTRODUCTION: Final = """
# Coverage of SciPy

Of {total} public names of SciPy {version} in the sections that follow, {count} are differentiated, {constant} are constant
(places, counts, objects that hold no arrays), and {refused} are refused with the reason. Of those refused some have no
derivative to give: searches, random draws, counts, plots. Of the {of} that have one, {count} differentiate, to second
order and in both modes: {percent:.1f} %. For {told} more the error says what to take: another function with the same
value, or a formula. `tracker.scipy` has all of these names. Ufuncs of `scipy.special` are called as they are.
"""  # noqa: E501

_WHOLE: Final = """
## Sections without a counterpart

| section | why, and what to use |
| --- | --- |
"""
