"""What was measured while a model was trained."""

from __future__ import annotations

from typing import Any

import numpy as np


class History:
    """A list of values for each name: `history["loss"][-1]`. Raises `KeyError` for a name that it has not.

    >>> history = History()
    >>> history.append(loss=2.0)
    >>> history.append(loss=1.0)
    >>> history["loss"]
    [2.0, 1.0]
    """

    def __init__(self, values: dict[str, list[float]] | None = None) -> None:
        self.values = {} if values is None else values

    def append(self, **values: float) -> None:
        """Add one value to each of these names. Raises `TypeError` for what is no number, and adds none."""
        for name, number in {name: _number(name, value) for name, value in values.items()}.items():
            self.values.setdefault(name, []).append(number)

    def __getitem__(self, name: str) -> list[float]:
        if name not in self.values:
            raise KeyError(f"this history has no {name!r}, but {', '.join(self.values) or 'nothing yet'}.")
        return self.values[name]

    def __repr__(self) -> str:
        return f"History({self.values!r})"

    def plot(self, ax: Any = None) -> Any:
        """Draw each name over the epochs on a matplotlib `Axes`, a new one if none is given, and return it."""
        if ax is None:
            from matplotlib.figure import Figure

            ax = Figure().add_subplot()
        for name, values in self.values.items():
            ax.plot(range(1, len(values) + 1), values, label=name)
        ax.set_xlabel("epoch")
        if self.values:
            ax.legend()
        return ax


def _number(name: str, value: Any) -> float:
    if np.shape(value) != () or isinstance(value, str):
        kind = f"an array {np.shape(value)}" if np.ndim(value) else f"a {type(value).__name__}"
        raise TypeError(f"a history holds numbers; {name} was given as {kind}.")
    return float(value)
