"""Checkpoints: the arrays and numbers of any nested structure in one file, without pickle."""

from __future__ import annotations

import json
import os
import zipfile
from typing import Any

import numpy as np

from tracker.nn.files import write_whole
from tracker.nn.parts import mismatch, parts, plain, restored, with_parts

_NOTES = "notes"


def save_checkpoint(path: str | os.PathLike[str], values: Any, **notes: Any) -> None:
    """Write the arrays and numbers in `values`, and `notes` that JSON can hold (arrays as lists), to `path`.

    The file is written beside `path` and then renamed: whoever reads `path` finds the old one or the new one, whole.

    >>> import tempfile
    >>> folder = tempfile.mkdtemp()
    >>> save_checkpoint(f"{folder}/model.npz", {"W": np.ones(2), "n": 3}, epoch=7)
    >>> load_checkpoint(f"{folder}/model.npz", {"W": np.zeros(2), "n": 0})
    ({'W': array([1., 1.]), 'n': 3}, {'epoch': 7})
    """
    arrays = {str(i): plain(part) for i, part in enumerate(parts(values))}
    arrays[_NOTES] = np.array(json.dumps(notes, default=_listed))
    write_whole(path, lambda file: np.savez(file, **arrays))


def _listed(note: Any) -> Any:
    if isinstance(note, np.ndarray | np.generic):
        return note.tolist()
    raise TypeError(f"notes of a checkpoint are what JSON can hold, and arrays; there is a {type(note).__name__}.")


def load_checkpoint(path: str | os.PathLike[str], like: Any) -> tuple[Any, dict[str, Any]]:
    """`(values, notes)` as they were saved, in the structure of `like`, which itself stays as it is.

    Raises `ValueError` for a file of another kind, or where its arrays are not those of `like`: their number, shapes or
    dtypes.
    """
    kept = parts(like)
    with open(path, "rb") as stream, _opened(stream, path) as file:
        if set(file.files) != {*map(str, range(len(kept))), _NOTES}:
            raise ValueError(f"{path} holds {len(file.files) - 1} values, and `like` {len(kept)}: another structure.")
        found = [file[str(i)] for i in range(len(kept))]
        for saved, part in zip(found, kept):
            if wrong := mismatch(saved, part):
                raise ValueError(f"{wrong}.")
        return with_parts(like, restored(found, kept)), json.loads(str(file[_NOTES]))


def _opened(stream: Any, path: str | os.PathLike[str]) -> Any:
    try:
        file = np.load(stream, allow_pickle=False)
    except (ValueError, EOFError, zipfile.BadZipFile) as error:
        raise ValueError(f"{path} is no checkpoint, or not whole.") from error
    if not isinstance(file, np.lib.npyio.NpzFile):
        raise ValueError(f"{path} is no checkpoint, but a single array.")
    return file
