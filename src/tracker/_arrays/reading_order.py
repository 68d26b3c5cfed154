"""The orders in which `ravel` and `reshape` read entries: those that ask for the memory, settled by its layout."""

from __future__ import annotations

from typing import Any

import numpy as np

import tracker._arrays.dispatch as _dispatch
import tracker._arrays.handles as _handles
import tracker._arrays.operators as _operators


def ravel(a: Any, order: Any = "C") -> Any:
    """`np.ravel` of a tracked value, recorded with order "C" or "F"."""
    if type(order) is str and order == "C":
        return _dispatch.record(_operators.table.ravel, (a,), None)
    name = _name(order)
    value = _handles.plain(a)
    if name == "K" and isinstance(value, np.ndarray):
        if value.ndim > 1:
            strides = np.empty_like(value).strides  # order "K" itself
            a = np.transpose(a, sorted(range(value.ndim), key=lambda axis: -strides[axis]))
        name = "C"
    return _dispatch.record(_operators.table.ravel, (a,), _keyword(_settled(name, value)) or None)


def reshape(a: Any, /, shape: Any, order: Any = "C", **copy: Any) -> Any:
    """`np.reshape` of a tracked value, recorded with order "C" or "F"."""
    if type(order) is str and order == "C":
        return _dispatch.record(_operators.table.reshape, (a, shape), copy or None)
    keywords = _keyword(_settled(_name(order), _handles.plain(a)))
    return _dispatch.record(_operators.table.reshape, (a, shape), {**keywords, **copy} or None)


def _name(order: Any) -> str:
    """C, F, A or K, as NumPy understands `order`."""
    if order is None:
        return "C"
    np.ravel(np.empty(0), order)  # raises for what is no order
    return (str(order, "ascii") if isinstance(order, bytes) else str(order)).upper()


def _settled(name: str, value: Any) -> str:
    if name == "A" and isinstance(value, np.ndarray):
        return "F" if value.flags.fnc else "C"
    return name


def _keyword(order: str) -> dict[str, Any]:
    return {} if order == "C" else {"order": order}
