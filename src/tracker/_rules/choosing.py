"""Choosing by condition: where, choose, select."""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from tracker._core.registry import linear
from tracker._rules import one_pass
from tracker._rules.indexing import plain_positions
from tracker._rules.overridable import overridable

_BITS: Final[dict[str, Any]] = {"f": np.int32, "d": np.int64}
_FEW: Final = 1000  # entries, below which looking at the mask costs more than it saves


@overridable
def only(x: Any, mask: Any) -> Any:
    """`np.where(mask, x, 0)`, faster where the mask has no pattern or seldom holds."""
    found = one_pass.masked(x, mask, True)
    if found is not None:
        return found
    bits = _BITS.get(x.dtype.char) if isinstance(x, np.ndarray | np.generic) else None
    if bits is None or type(mask) is not np.ndarray or mask.dtype != bool:
        return np.where(mask, x, 0)
    if mask.size > _FEW and np.count_nonzero(mask) < mask.size / 16:
        y = np.zeros(np.broadcast(x, mask).shape, x.dtype)
        np.copyto(y, x, where=mask)  # skips what is not chosen
        return y
    y = np.empty_like(x) if x.shape == mask.shape else np.empty(np.broadcast(x, mask).shape, x.dtype)
    # a product of whole numbers: unlike that of floats it makes 0 of infinity and NaN, too
    np.multiply(x.view(bits), mask, out=y.view(bits))
    return y


linear(only, lambda dy, y, x, mask: only(dy, mask), None)


def _choose_adjoint(dy: Any, y: Any, a: Any, choices: Any, out: Any = None, mode: str = "raise") -> Any:
    chosen = plain_positions(a, len(choices), mode)
    parts = [only(dy, chosen == i) for i in range(len(choices))]
    if isinstance(choices, list | tuple):
        return [_for_list(part, choice) for part, choice in zip(parts, choices, strict=True)]
    return np.stack(parts, axis=dy.ndim + 1 - choices.ndim)  # one array: entries broadcast behind its first axis


def _select_first(condlist: Any) -> Any:
    """Which condition is the first to hold, len(condlist) where none does."""
    return np.select(condlist, list(range(len(condlist))), len(condlist))


def _select_adjoint(dy: Any, y: Any, condlist: Any, choicelist: Any, default: Any = 0) -> Any:
    first = _select_first(condlist)
    parts = [only(dy, first == i) for i in range(len(choicelist))]
    if isinstance(choicelist, list | tuple):
        return [_for_list(part, choice) for part, choice in zip(parts, choicelist, strict=True)]
    return np.stack([_summed(part, choicelist.shape[1:]) for part in parts])


def _for_list(dy: Any, choice: Any) -> Any:
    """The gradient of a choice; of a list of numbers, however nested, such a list."""
    if not isinstance(choice, list | tuple):
        return dy
    return _as_list(_summed(dy, _shape(choice)), choice)


def _summed(dy: Any, shape: tuple[int, ...]) -> Any:
    """`dy` summed to the shape of a choice that was broadcast."""
    dy = np.sum(dy, axis=tuple(range(dy.ndim - len(shape))))
    return np.sum(dy, axis=tuple(k for k, n in enumerate(shape) if n == 1), keepdims=True)


def _shape(xs: Any) -> tuple[int, ...]:
    return (len(xs), *(_shape(xs[0]) if xs else ())) if isinstance(xs, list | tuple) else np.shape(xs)


def _as_list(dy: Any, xs: Any) -> Any:
    return [_as_list(dy[k], x) for k, x in enumerate(xs)] if isinstance(xs, list | tuple) else dy


def _select_adjoint_default(dy: Any, y: Any, condlist: Any, choicelist: Any, default: Any = 0) -> Any:
    return _for_list(only(dy, _select_first(condlist) == len(condlist)), default)


linear(
    np.where,
    None,
    lambda dy, y, condition, a, b: only(dy, condition),
    lambda dy, y, condition, a, b: only(dy, np.logical_not(condition)),
)
linear(np.choose, None, _choose_adjoint, sequences=(1,))
linear(np.select, None, _select_adjoint, _select_adjoint_default, sequences=(1,))
