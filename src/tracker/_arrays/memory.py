"""Memory that was freed, kept for the next arrays."""

from __future__ import annotations

from typing import Final

import numpy as np

_MOST: Final = (32 << 20) - (64 << 10)  # just below glibc's DEFAULT_MMAP_THRESHOLD_MAX


def keep_freed() -> None:
    """Have glibc keep up to 64 MB of freed memory for this process, rather than hand it back at once.

    A gradient frees its arrays together. glibc then gives their memory back to the system, and the next call pays for
    every page again: a quarter of the time of `benchmarks/elementwise_large.py`. How much it keeps is twice the largest
    array of up to 32 MB that was ever freed, so one is freed here, whose memory was never touched (see malloc(3),
    M_MMAP_THRESHOLD). Elsewhere this does nothing.
    """
    try:
        np.empty(_MOST, np.uint8)
    except MemoryError:  # a process that may have no more will not keep much either
        return
