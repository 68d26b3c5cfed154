"""Files that are there whole or not at all."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any


def write_whole(path: str | os.PathLike[str], write: Callable[[Any], None]) -> None:
    """Let `write(file)` fill a file that then takes the place of `path`: readers find the old one or the new one.

    >>> path = Path(tempfile.mkdtemp(), "note")
    >>> write_whole(path, lambda file: file.write(b"done"))
    >>> path.read_bytes()
    b'done'
    """
    path = Path(path)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=path.name)
    try:
        with os.fdopen(handle, "wb") as file:
            write(file)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    except BaseException:
        os.unlink(temporary)
        raise
