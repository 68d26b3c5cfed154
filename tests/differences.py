"""The oracle: derivatives of plain NumPy code by finite differences, without tracker."""

from collections.abc import Callable
from typing import Any

import numpy as np

STEP = 2e-3  # fourth-order central differences: truncation and rounding both near 1e-11


def slope(f: Callable[[float], Any], step: float = STEP) -> Any:
    """The derivative of `f` at 0."""
    near = np.asarray(f(step)) - np.asarray(f(-step))
    far = np.asarray(f(2 * step)) - np.asarray(f(-2 * step))
    return (8 * near - far) / (12 * step)


def numeric_gradient(f: Callable[..., Any], *args: Any, step: float = STEP) -> tuple[Any, ...]:
    """The gradient of the real function `f` for each array argument: dL/da + i dL/db where it is complex."""
    return tuple(_one_gradient(f, args, i, step) for i in range(len(args)))


def _one_gradient(f: Callable[..., Any], args: tuple[Any, ...], i: int, step: float) -> Any:
    x = np.array(args[i])
    gradient = np.zeros(x.shape, x.dtype if x.dtype.kind == "c" else float)

    def moved(index: tuple[int, ...], change: complex) -> Any:
        new = x.astype(np.result_type(x.dtype, float))
        new[index] += change
        # Every call gets arrays of its own: `f` may write into them.
        return f(*(np.array(a) for a in args[:i]), new, *(np.array(a) for a in args[i + 1 :]))

    for index in np.ndindex(x.shape):
        gradient[index] = slope(lambda t, index=index: moved(index, t), step)
        if x.dtype.kind == "c":
            gradient[index] += 1j * slope(lambda t, index=index: moved(index, 1j * t), step)
    return gradient
