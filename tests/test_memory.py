"""Freed memory is kept for the next gradient."""

import os
import platform
import subprocess
import sys

import pytest

PROGRAM = """
import resource
import numpy as np
import {module}

def work():
    xs = [np.ones(1 << 17) for _ in range(12)]  # 1 MB each
    return sum(x[0] for x in xs)

for _ in range(3):
    work()
before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
for _ in range(10):
    work()
print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
"""


def pages_taken(module):
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("MALLOC_", "GLIBC_TUNABLES"))}
    command = [sys.executable, "-c", PROGRAM.format(module=module)]
    return int(subprocess.run(command, env=environment, check=True, capture_output=True, text=True).stdout)


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="it is glibc that gives freed memory back at once")
def test_the_same_work_again_takes_no_fresh_pages():
    assert pages_taken("tracker") < 300 < 3000 < pages_taken("numpy")
