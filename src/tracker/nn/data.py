"""Batches of data."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np


class DataLoader:
    """Batches of arrays (n, ...) along their first axis, as tuples; shuffled anew each time if there is an `rng`.

    `partial=False` leaves a last, smaller batch out. Raises `ValueError` for arrays of different lengths, and for a
    batch size below 1.

    >>> [x.tolist() for (x,) in DataLoader(np.arange(5), batch_size=2)]
    [[0, 1], [2, 3], [4]]
    """

    def __init__(
        self, *arrays: Any, batch_size: int = 32, rng: np.random.Generator | None = None, partial: bool = True
    ) -> None:
        for x in arrays:
            if not hasattr(x, "shape") or not len(x.shape):
                raise TypeError(f"DataLoader takes arrays (n, ...), each by itself; it was given a {type(x).__name__}.")
            if hasattr(x, "iloc"):
                raise TypeError(
                    f"DataLoader takes rows by their number, where a {type(x).__name__} has labels: give x.to_numpy()."
                )
        if rng is not None and not isinstance(rng, np.random.Generator):
            raise TypeError(f"rng= is a generator, np.random.default_rng(0); it was given as {type(rng).__name__}.")
        if not isinstance(batch_size, int | np.integer):
            raise TypeError(f"DataLoader needs a whole number as batch_size; it was given {batch_size!r}.")
        lengths = {len(x) for x in arrays}
        if len(lengths) != 1:
            raise ValueError(f"DataLoader takes arrays of one length; it was given lengths {sorted(lengths)}.")
        if batch_size < 1:
            raise ValueError(f"DataLoader needs a batch_size of at least 1; it was given {batch_size}.")
        self.arrays, self.batch_size, self.rng, self.partial = arrays, batch_size, rng, partial

    def __len__(self) -> int:
        n = len(self.arrays[0])
        return -(-n // self.batch_size) if self.partial else n // self.batch_size

    def __iter__(self) -> Iterator[tuple[Any, ...]]:
        n = len(self.arrays[0])
        order = np.arange(n) if self.rng is None else self.rng.permutation(n)
        for i in range(len(self)):
            rows = order[i * self.batch_size : (i + 1) * self.batch_size]
            yield tuple(x[rows] for x in self.arrays)
