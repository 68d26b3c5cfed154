"""Losses: the real number that is differentiated, and what is refused as one."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from tracker._arrays import handles
from tracker._core.node import Spec
from tracker.errors import LossTypeError, NonFiniteLossError


def loss_of(result: Any) -> Any:
    """The loss: the first entry of a tuple or dict, or the result itself."""
    if isinstance(result, tuple | dict):
        if not result:
            raise LossTypeError("The function returned nothing: a loss is a real number.")
        return next(iter(result.values())) if isinstance(result, dict) else result[0]
    return result


def check_loss(loss: Any, check_finite: bool) -> None:
    """Raise unless `loss` is a real number, or an array of shape (), and finite."""
    x = handles.plain(loss)
    kind = "f" if type(x) is float else getattr(getattr(x, "dtype", None), "kind", None)
    if kind != "f" or (type(x) is not float and x.shape != ()):
        raise LossTypeError(
            f"A loss is one real floating-point number; this one is {_describe(x)}. "
            "Reduce it (np.sum, np.mean, np.real), or use tracker.pullback or tracker.jacobian."
        )
    if check_finite and not math.isfinite(x):
        raise NonFiniteLossError(
            f"The loss is {x}, so its gradient would be of no use. Pass check_finite=False to get it all the same."
        )


def _describe(x: Any) -> str:
    if x is None:
        return "None (is there a return missing?)"
    if hasattr(x, "dtype") and hasattr(x, "shape"):
        return f"of shape {x.shape} and dtype {x.dtype}"
    return f"a {type(x).__name__}"


def unit(spec: Spec, loss: Any) -> Any:
    """1 as the gradient of `loss` by itself: a number, or an array of its type."""
    if spec.scalar is not None:
        return spec.scalar(1)
    x = handles.plain(loss)
    return np.ones((), spec.dtype) if isinstance(x, np.ndarray) else np.ones_like(x)  # of its array type
