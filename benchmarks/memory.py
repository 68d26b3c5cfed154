"""Peak memory of one call beyond what the process had before: `python -m benchmarks.memory WORKLOAD CONTENDER`.

Counted by the kernel (Linux only), because libraries allocate in ways that Python does not see. A contender
needs a fresh process: what was freed earlier would be used again and not count.
"""

from __future__ import annotations

import ctypes
import importlib
import re
import sys
from pathlib import Path

from benchmarks import report

STATUS, RESET = Path("/proc/self/status"), Path("/proc/self/clear_refs")


def available() -> bool:
    return RESET.exists()


def status(field: str) -> int:
    """A line of the process's status, in bytes."""
    found = re.search(rf"^{field}:\s+(\d+) kB", STATUS.read_text(), re.MULTILINE)
    assert found, field
    return 1024 * int(found[1])


def peak(workload: str, contender: str) -> int:
    module = importlib.import_module(f"benchmarks.{workload}")
    module.contenders(size=1000)[contender]()  # libraries set themselves up at the first call
    call = module.contenders()[contender]
    ctypes.CDLL(None).malloc_trim(0)  # what the C library keeps would be used and not count
    RESET.write_text("5")  # the peak is now what is in use
    before = status("VmRSS")
    call()
    return status("VmHWM") - before


if __name__ == "__main__":
    report.emit(peak(*sys.argv[1:3]), lambda peak: f"{peak / 1e6:.1f} MB")
