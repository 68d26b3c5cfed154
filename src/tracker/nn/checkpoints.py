"""Checkpoints: the arrays and numbers of any nested structure in one file, without pickle."""

from __future__ import annotations

import json
import os
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

from tracker import tree
from tracker._arrays import dispatch
from tracker._arrays.leaf import param

_NOTES = "notes"


def save_checkpoint(path: str | os.PathLike[str], values: Any, **notes: Any) -> None:
    """Write the arrays and numbers in `values`, and `notes` that JSON can hold, to `path`.

    The file is written beside `path` and then renamed: whoever reads `path` finds the old one or the new one, whole.

    >>> folder = tempfile.mkdtemp()
    >>> save_checkpoint(f"{folder}/model.npz", {"W": np.ones(2), "n": 3}, epoch=7)
    >>> load_checkpoint(f"{folder}/model.npz", {"W": np.zeros(2), "n": 0})
    ({'W': array([1., 1.]), 'n': 3}, {'epoch': 7})
    """
    path = Path(path)
    arrays = {str(i): np.asarray(dispatch.plain(x)) for i, x in enumerate(tree.flatten(values)[0]) if _is_kept(x)}
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=path.name)
    try:
        with os.fdopen(handle, "wb") as file:
            np.savez(file, allow_pickle=False, **arrays, **{_NOTES: np.array(json.dumps(notes))})
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    except BaseException:
        os.unlink(temporary)
        raise


def load_checkpoint(path: str | os.PathLike[str], like: Any) -> tuple[Any, dict[str, Any]]:
    """`(values, notes)` as they were saved, in the structure of `like`, which itself stays as it is.

    Raises `ValueError` where the file's arrays are not those of `like`: their number, shapes or dtypes.
    """
    leaves, treedef = tree.flatten(like)
    kept = {str(i) for i, x in enumerate(leaves) if _is_kept(x)}
    with np.load(path, allow_pickle=False) as file:
        if set(file.files) != kept | {_NOTES}:
            raise ValueError(f"{path} holds {len(file.files) - 1} values, and `like` {len(kept)}: another structure.")
        new = [_as_saved(file[str(i)], x, i, like) if str(i) in kept else x for i, x in enumerate(leaves)]
        return tree.unflatten(treedef, new), json.loads(str(file[_NOTES]))


def _is_kept(x: Any) -> bool:
    return isinstance(x, int | float | complex | np.generic) or hasattr(x, "dtype")


def _as_saved(saved: Any, x: Any, i: int, like: Any) -> Any:
    old = np.asarray(dispatch.plain(x))
    if (saved.shape, saved.dtype) != (old.shape, old.dtype):
        name = tree.names(like, "like")[i]
        raise ValueError(f"{name} is {old.dtype} of shape {old.shape}; the file has {saved.dtype} of {saved.shape}.")
    if dispatch.is_tracked(x):
        return param(saved)
    return saved if isinstance(x, np.ndarray) else saved[()] if isinstance(x, np.generic) else type(x)(saved[()])
