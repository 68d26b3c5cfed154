"""An array class that follows NumPy's protocols and refuses to become a NumPy array, as CuPy's does."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.lib.mixins import NDArrayOperatorsMixin


class StrictArray(NDArrayOperatorsMixin):
    """Holds a NumPy array; every call goes through the protocols, `np.asarray` raises.

    As in CuPy a full reduction gives a 0-d array, `float(x)` and `bool(x)` of one entry work,
    and floats in a NumPy array of one or more axes do not mix with it. Numbers do, and so do
    NumPy arrays of integers and booleans, which serve as indices and masks.
    """

    __array_priority__ = 10.0

    def __init__(self, a: Any) -> None:
        self._a = np.asarray(a)

    @staticmethod
    def reveal(x: Any) -> Any:
        """The NumPy array inside, for the tests' comparisons."""
        return x._a if isinstance(x, StrictArray) else x

    def __array__(self, *args: Any, **kwargs: Any) -> Any:
        raise TypeError("a StrictArray does not become a NumPy array")

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **kwargs: Any) -> Any:
        if any(not isinstance(x, _OURS) and hasattr(x, "__array_ufunc__") for x in inputs):
            return NotImplemented  # a class that knows of arrays like these, not the other way round
        _refuse_plain(ufunc.__name__, (inputs, kwargs))
        out = tuple(StrictArray.reveal(x) for x in kwargs.pop("out", ()))
        return _wrap(getattr(ufunc, method)(*_unwrap(inputs), **_unwrap(kwargs), **({"out": out} if out else {})))

    def __array_function__(self, func: Any, types: Any, args: Any, kwargs: Any) -> Any:
        if not all(issubclass(t, _OURS) for t in types):
            return NotImplemented
        _refuse_plain(func.__name__, (args, kwargs))
        return _wrap(func(*_unwrap(args), **_unwrap(kwargs)))

    def __getitem__(self, index: Any) -> Any:
        index = _unwrap(index)
        found = self._a[index]
        if isinstance(found, np.generic):  # one entry is a view, too
            found = self._a[(*(index if isinstance(index, tuple) else (index,)), ...)]
        return StrictArray(found)

    def __setitem__(self, index: Any, v: Any) -> None:
        _refuse_plain("setitem", v)
        self._a[_unwrap(index)] = _unwrap(v)

    @property
    def shape(self) -> Any:
        return self._a.shape

    @property
    def dtype(self) -> Any:
        return self._a.dtype

    @property
    def ndim(self) -> int:
        return int(self._a.ndim)

    @property
    def size(self) -> int:
        return int(self._a.size)

    def __len__(self) -> int:
        return len(self._a)

    def __iter__(self) -> Iterator[Any]:
        return (self[k] for k in range(len(self)))

    def __bool__(self) -> bool:
        return bool(self._a)

    def __int__(self) -> int:
        return int(self._a)

    def __float__(self) -> float:
        return float(self._a)

    def __complex__(self) -> complex:
        return complex(self._a)

    def __index__(self) -> int:
        return self._a.__index__()

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        found = getattr(self._a, name)
        if not callable(found):
            return _wrap(found)

        def method(*args: Any, **kwargs: Any) -> Any:
            _refuse_plain(name, (args, kwargs))
            y = found(*_unwrap(args), **_unwrap(kwargs))
            return y if name in ("item", "tolist") else _wrap(y)

        return method

    def __repr__(self) -> str:
        return f"StrictArray({self._a!r})"


_OURS = (StrictArray, np.ndarray, np.generic)


def _refuse_plain(name: str, x: Any) -> None:
    if isinstance(x, np.ndarray) and x.ndim and x.dtype.kind in "fc":
        raise TypeError(f"{name} of a StrictArray and a NumPy array")
    if isinstance(x, tuple | list):
        for e in x:
            _refuse_plain(name, e)
    if isinstance(x, dict):
        for e in x.values():
            _refuse_plain(name, e)


def _wrap(x: Any) -> Any:
    if isinstance(x, np.ndarray | np.generic):
        return StrictArray(x)
    if isinstance(x, tuple) and hasattr(x, "_fields"):
        return type(x)(*[_wrap(e) for e in x])
    return type(x)(_wrap(e) for e in x) if type(x) in (tuple, list) else x


def _unwrap(x: Any) -> Any:
    if isinstance(x, StrictArray):
        # what NumPy takes for a number, it must not get as an array: it may be a length or an axis
        return x._a[()] if x.ndim == 0 else x._a
    if isinstance(x, tuple) and hasattr(x, "_fields"):
        return type(x)(*[_unwrap(e) for e in x])
    if type(x) in (tuple, list):
        return type(x)(_unwrap(e) for e in x)
    return {k: _unwrap(v) for k, v in x.items()} if isinstance(x, dict) else x
