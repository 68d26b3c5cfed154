"""Models in safetensors files: an array by name, no code, readable by PyTorch, JAX and others."""

from __future__ import annotations

import os
from typing import Any

import numpy as np

from tracker.nn.files import write_whole
from tracker.nn.parts import Part, mismatch, parts, plain, restored, with_parts


def save(path: str | os.PathLike[str], model: Any, **notes: str) -> None:
    """Write the arrays and numbers of `model` to a safetensors file, and `notes` into its header.

    Names are paths: "layers.0.weight". The file is there whole or not at all. Needs the package safetensors.
    Raises `ValueError` where two paths have the same name, `TypeError` for a dtype that the format has not and for
    notes that are no text.

    >>> import tempfile
    >>> from tracker import nn
    >>> path = f"{tempfile.mkdtemp()}/model.safetensors"
    >>> save(path, {"layers": [np.ones(2)], "activation": np.tanh})
    >>> load(path, {"layers": [np.zeros(2)], "activation": np.tanh})["layers"]
    [array([1., 1.])]
    """
    from safetensors import numpy as safetensors

    for name, note in notes.items():
        if not isinstance(note, str):
            raise TypeError(f"notes of a safetensors file are text; {name} is a {type(note).__name__}: str() of it.")
    arrays = {name: _storable(name, plain(part)) for name, part in _named(model)}
    content = safetensors.save(arrays, metadata=notes)
    write_whole(path, lambda file: file.write(content))


def _storable(name: str, x: Any) -> Any:
    if x.dtype.kind not in "biuf" or x.dtype.itemsize > 8:
        raise TypeError(f"{name} is {x.dtype}, which a safetensors file can't hold: use nn.save_checkpoint.")
    return np.ascontiguousarray(x).reshape(x.shape)  # it makes a 0-d array 1-d


def load(path: str | os.PathLike[str], like: Any) -> Any:
    """The model that was saved, in the structure of `like`, which itself stays as it is.

    Raises `ValueError` for a file of another kind, and naming every array that is missing, not expected, or of another
    shape or dtype.
    """
    from safetensors import SafetensorError
    from safetensors import numpy as safetensors

    try:
        found = safetensors.load_file(path)
    except SafetensorError as error:
        raise ValueError(f"{path} is no safetensors file: {error}.") from error
    expected = _named(like)
    wrong = [f"{name} is missing" for name, _ in expected if name not in found]
    wrong += [f"{name} is not expected" for name in found.keys() - {name for name, _ in expected}]
    wrong += filter(None, [mismatch(found[name], part) for name, part in expected if name in found])
    if wrong:
        raise ValueError(f"{path} is not of this model: {'; '.join(wrong)}.")
    return with_parts(like, restored([found[name] for name, _ in expected], [part for _, part in expected]))


def _named(model: Any) -> list[tuple[str, Part]]:
    named = [(part.name, part) for part in parts(model)]
    if len({name for name, _ in named}) < len(named):
        raise ValueError("two parts of this model have the same path as text: rename a key.")
    return named
