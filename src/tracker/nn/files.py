"""Files that are there whole or not at all."""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable
from pathlib import Path
from typing import Any


def write_whole(path: str | os.PathLike[str], write: Callable[[Any], None]) -> None:
    """Let `write(file)` fill a file that then takes the place of `path`: readers find the old one or the new one.

    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp(), "note")
    >>> write_whole(path, lambda file: file.write(b"done"))
    >>> path.read_bytes()
    b'done'
    """
    path = Path(path)
    temporary = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
    # not mkstemp, whose files none but their owner can read
    handle = os.open(temporary, os.O_CREAT | os.O_EXCL | os.O_WRONLY | getattr(os, "O_BINARY", 0), 0o666)
    try:
        with os.fdopen(handle, "wb") as file:
            write(file)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    except BaseException:
        os.unlink(temporary)
        raise
