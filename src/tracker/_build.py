"""Which build of the core runs: compiled by mypyc, or its sources interpreted.

Must be imported before any other module of the package. With `TRACKER_PURE=1` in the environment
the sources win over the extension modules beside them, so that one installation can be tested,
debugged and profiled both ways:

    TRACKER_PURE=1 python -m pdb program.py
"""

from __future__ import annotations

import inspect
import os
import re
import sys
from collections.abc import Sequence
from importlib import import_module
from importlib.machinery import EXTENSION_SUFFIXES, ModuleSpec
from importlib.util import spec_from_file_location
from types import ModuleType
from typing import Final

PURE: Final = os.environ.get("TRACKER_PURE") == "1"
_OTHERS: Final = ("optree", "llvmlite", "dask", "tqdm", "matplotlib", "graphviz", "jax", "torch")
_PACKAGE: Final = __name__.partition(".")[0] + "."
_WRITTEN_IN_C: Final = (_PACKAGE + "_arrays.kernels", _PACKAGE + "optim.kernels")  # Python code does without them


class _SourceFinder:
    """Finds a module of this package as a source file, never as the extension module beside it."""

    @staticmethod
    def find_spec(name: str, path: Sequence[str] | None, target: ModuleType | None = None) -> ModuleSpec | None:
        if not name.startswith(_PACKAGE):
            return None
        if name in _WRITTEN_IN_C:
            raise ModuleNotFoundError(f"TRACKER_PURE=1: no {name}", name=name)
        for folder in path or ():
            source = os.path.join(folder, name.rpartition(".")[2] + ".py")
            if os.path.isfile(source):
                return spec_from_file_location(name, source)
        return None  # packages and everything else: the usual finders


def is_compiled(name: str = "tracker._core.node") -> bool:
    """Whether this module of the package, which must have been imported, runs as machine code."""
    return (sys.modules[name].__file__ or "").endswith(tuple(EXTENSION_SUFFIXES))


def restore_docstring(cls: type) -> None:
    """Give a class compiled by mypyc, which drops docstrings, the one in its source."""
    path = os.path.join(os.path.dirname(__file__), *cls.__module__.split(".")[1:]) + ".py"
    with open(path, encoding="utf-8") as source:
        found = re.search(rf'^class {cls.__name__}\b[^\n]*:\n    """(.*?)"""', source.read(), re.DOTALL | re.MULTILINE)
    if found and not cls.__doc__:
        cls.__doc__ = inspect.cleandoc(found[1])


def show_config() -> None:
    """Print which core runs, and the versions of what tracker stands on; add it to a bug report.

    >>> import tracker
    >>> tracker.show_config()  # doctest: +ELLIPSIS
    tracker      ...
    core         ...
    Python       ...
    """
    import platform  # these two are slow to import
    from importlib import metadata

    def version(distribution: str) -> str:
        try:
            return metadata.version(distribution)
        except metadata.PackageNotFoundError:
            return "not installed"

    lines = {
        "tracker": version("tracker-ad"),
        "core": "compiled" if is_compiled() else "interpreted (TRACKER_PURE=1)" if PURE else "interpreted",
        "Python": f"{platform.python_version()}, {platform.system()} {platform.machine()}",
        **{package: f"{version(package)}{_blas(package)}" for package in ("numpy", "scipy")},
        **{package: version(package) for package in _OTHERS},
    }
    for name, value in lines.items():
        print(f"{name:12} {value}")


def _blas(package: str) -> str:
    """The linear algebra library that NumPy or SciPy was built with."""
    build = import_module(package).show_config("dicts").get("Build Dependencies", {}).get("blas", {})
    return f", {build['name']} {build.get('version', '')}" if "name" in build else ""


if PURE:
    sys.meta_path.insert(0, _SourceFinder)
