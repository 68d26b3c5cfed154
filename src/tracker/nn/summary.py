"""What a model consists of, as text."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tracker.nn.parts import Part, parts, plain


def summary(model: Any) -> str:
    """A table of the arrays of `model` with their shapes, dtypes and numbers of entries, and the total.

    What is not trained, fixed fields and whole numbers, is marked, and counted apart; an array in several places is
    counted once. `print` of a layer or container shows it.

    >>> import numpy as np
    >>> from tracker import nn
    >>> model = nn.Chain(hidden=nn.Dense(3, 4, np.tanh, rng=np.random.default_rng(0)), out=np.exp)
    >>> print(summary(model))
    Chain                   shape   dtype    parameters
    layers.hidden.weight    (4, 3)  float32          12
    layers.hidden.bias      (4,)    float32           4
    total                                            16
    """
    kept = parts(model)
    rows = [(type(model).__name__, "shape", "dtype", "parameters"), *map(_row, kept)]
    rows.append(("total", "", "", f"{_count(kept, True):,}"))
    if any(not part.trainable for part in kept):
        rows.append(("not trained", "", "", f"{_count(kept, False):,}"))
    return _aligned(rows)


def _row(part: Part) -> tuple[str, str, str, str]:
    x = plain(part)
    return part.name, str(x.shape), str(x.dtype), f"{x.size:,}" + ("" if part.trainable else "*")


def _count(kept: list[Part], trainable: bool) -> int:
    once = {id(part.value) if hasattr(part.value, "shape") else i: part for i, part in enumerate(kept)}
    return sum(plain(part).size for part in once.values() if part.trainable is trainable)


def _aligned(rows: Sequence[tuple[str, ...]]) -> str:
    widths = [max(map(len, column)) for column in zip(*rows)]
    gaps = ("    ", "  ", "  ", "")
    return "\n".join(
        "".join(cell.ljust(w) + gap for cell, w, gap in zip(row[:-1], widths, gaps)) + row[-1].rjust(widths[-1])
        for row in rows
    )
