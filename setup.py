"""Builds the core with mypyc where it can; the same package, interpreted, where it can't.

Nothing here may fail an installation: without a C compiler, where mypyc refuses a module, on a
free-threaded Python (mypyc's modules would bring the lock back), or with TRACKER_PURE=1 in the
environment, the package is installed without extension modules. Everything else: pyproject.toml.
"""

from __future__ import annotations

import os
import sys
import sysconfig
from pathlib import Path

from setuptools import Extension, setup
from setuptools.command.build_ext import build_ext
from setuptools.errors import BaseError, CCompilerError

PACKAGE = Path("src/tracker")

# All modules of _core are compiled; of _arrays those on the path of every recorded operation, and those
# whose classes inherit from a compiled one.
ARRAY_MODULES = [
    "array.py",
    "buffers.py",
    "conversions.py",
    "dispatch.py",
    "fitting.py",
    "forward.py",
    "gradients.py",
    "handles.py",
    "kept.py",
    "keywords.py",
    "leaves.py",
    "mutation.py",
    "mutators.py",
    "operators.py",
    "outputs.py",
    "paths.py",
    "protocols.py",
    "real.py",
    "spec.py",
    "views.py",
]

# Arithmetic on small arrays, pullbacks of large ones and a step of Adam, in C.
KERNELS = ("_arrays", "_rules", "optim")

# Classes marked acyclic, as mypyc's C code names them.
ACYCLIC = ["node___Node", "real___TrackedReal"]

# setup.py is run several times for one installation; only these of its commands compile.
BUILDING = {"bdist_wheel", "build", "build_ext", "develop", "editable_wheel", "install"}


def compiled_sources() -> list[str]:
    """The files to compile, of those that exist."""
    core = sorted(path for path in PACKAGE.glob("_core/*.py") if path.name != "__init__.py")
    others = [*(PACKAGE / "_arrays" / name for name in ARRAY_MODULES), PACKAGE / "_transforms" / "arguments.py"]
    return [path.as_posix() for path in core + others if path.is_file()]


def why_interpreted() -> str | None:
    """The reason not even to try to compile, if there is one."""
    if os.environ.get("TRACKER_PURE") == "1":
        return "TRACKER_PURE=1"
    if sysconfig.get_config_var("Py_GIL_DISABLED"):
        return "free-threaded Python"
    return None if compiled_sources() else "nothing to compile"


def say_interpreted(reason: object) -> None:
    print(f"tracker: the core stays interpreted ({reason}); small arrays are slower", file=sys.stderr)


def translated() -> list[Extension]:
    """mypyc's translation of the core to C."""
    from mypyc.build import mypycify

    # No configuration file: a complaint of a newer mypy's strict mode is for `make lint`, not for users.
    options = ["--config-file=", "--ignore-missing-imports", "--follow-imports=silent"]
    modules: list[Extension] = mypycify(
        [*options, *compiled_sources()], opt_level="2", debug_level="0", group_name="tracker"
    )
    for source in {source for module in modules for source in module.sources}:
        without_trashcan(Path(source))
    for module in modules:  # a newer C compiler's new warning must not cost the compiled core
        module.extra_compile_args = [flag for flag in module.extra_compile_args if flag not in ("-Werror", "/WX")]
    return modules


def kernels(folder: str) -> Extension:
    """The kernels of `folder`. Fused multiply-add would round otherwise than NumPy does; errno bars vector code."""
    import numpy

    exact = [] if sys.platform == "win32" else ["-O3", "-ffp-contract=off", "-fno-math-errno"]
    source = PACKAGE / folder / "kernels.c"
    return Extension(
        f"tracker.{folder}.kernels", [source.as_posix()], include_dirs=[numpy.get_include()], extra_compile_args=exact
    )


def without_trashcan(source: Path) -> None:
    """Mend mypyc's destructors of classes that the garbage collector does not track.

    Python's trashcan, which bounds the recursion of destructors, links its objects through their
    collector's header, which these have not: it would write before the object. The tuples between
    the nodes of a record have one, and bound the recursion.
    """
    text = source.read_text()
    for name in ACYCLIC:
        begin = text.find(f"CPy_TRASHCAN_BEGIN(self, {name}_dealloc)")
        if begin >= 0:
            end = text.index("CPy_TRASHCAN_END(self)", begin)
            body = text[begin:end].partition("\n")[2]
            text = text[:begin] + body + text[end:].replace("CPy_TRASHCAN_END(self)", "", 1)
    source.write_text(text)


def extensions() -> list[Extension]:
    """The extension modules to build, none where the core stays interpreted."""
    if BUILDING.isdisjoint(sys.argv):
        return []
    if reason := why_interpreted():
        say_interpreted(reason)
        return []
    try:
        return [*translated(), *map(kernels, KERNELS)]
    except (Exception, SystemExit) as error:  # noqa: BLE001 - mypyc exits on errors, and may crash on a new Python
        say_interpreted(f"mypyc: {error!r}")
        return []


def remove_extension_modules(root: Path) -> None:
    """Remove what an earlier build left, which would shadow the sources."""
    suffix = sysconfig.get_config_var("EXT_SUFFIX")
    for path in [*root.glob(f"tracker/*/*{suffix}"), *root.glob(f"tracker__mypyc{suffix}")]:
        path.unlink()


class OptionalBuild(build_ext):
    """All extension modules or none: without mypyc's shared library the others can't be imported."""

    def run(self) -> None:
        try:
            super().run()
        except (BaseError, CCompilerError, OSError) as error:
            say_interpreted(error)
            self.extensions = []
            remove_extension_modules(Path("src") if self.inplace else Path(self.build_lib))


modules = extensions()
if not modules and {"develop", "editable_wheel", "--inplace"}.intersection(sys.argv):
    remove_extension_modules(Path("src"))
setup(ext_modules=modules, cmdclass={"build_ext": OptionalBuild})
