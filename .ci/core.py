"""Says whether the installed core is compiled; with --require-compiled, fails if it could be and isn't."""

from __future__ import annotations

import subprocess
import sys
import sysconfig
import tempfile
from pathlib import Path

import tracker  # noqa: F401 - loads the core
from tracker import _build


def has_compiler() -> bool:
    """Whether an extension module can be compiled here: a C compiler and Python's headers."""
    compiler = (sysconfig.get_config_var("CC") or "cc").split()
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder, "module.c")
        source.write_text("#include <Python.h>\n")
        command = [*compiler, "-c", str(source), "-o", f"{folder}/module.o", f"-I{sysconfig.get_path('include')}"]
        try:
            return subprocess.run(command, capture_output=True).returncode == 0
        except OSError:
            return False


if _build.is_compiled():
    print("tracker: compiled core")
elif not has_compiler():
    print("tracker: interpreted core; with gcc and Python's headers (Debian: gcc python3-dev) it would be compiled")
elif sysconfig.get_config_var("Py_GIL_DISABLED"):
    print("tracker: interpreted core (free-threaded Python)")
elif "--require-compiled" in sys.argv:
    sys.exit("The core was not compiled although there is a C compiler; see why: pip install -v .")
else:
    print("tracker: interpreted core although there is a C compiler; see why: pip install -v .")
