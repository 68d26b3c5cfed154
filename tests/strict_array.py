"""An array class that follows NumPy's protocols and refuses to become a NumPy array, as CuPy's does."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.lib.mixins import NDArrayOperatorsMixin


class StrictArray(NDArrayOperatorsMixin):
    """Holds a NumPy array; every call goes through the protocols, `np.asarray` raises."""

    __array_priority__ = 10.0

    def __init__(self, a: Any) -> None:
        self._a = a

    @staticmethod
    def reveal(x: Any) -> Any:
        """The NumPy array inside, for the tests' comparisons."""
        return x._a if isinstance(x, StrictArray) else x

    def __array__(self, *args: Any, **kwargs: Any) -> Any:
        raise TypeError("a StrictArray does not become a NumPy array")

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **kwargs: Any) -> Any:
        for x in inputs:
            _refuse_plain(ufunc, x)
        return _wrap(getattr(ufunc, method)(*_unwrap(inputs), **_unwrap(kwargs)))

    def __array_function__(self, func: Any, types: Any, args: Any, kwargs: Any) -> Any:
        return _wrap(func(*_unwrap(args), **_unwrap(kwargs)))

    def __getitem__(self, index: Any) -> Any:
        return _wrap(self._a[_unwrap(index)])

    def __setitem__(self, index: Any, v: Any) -> None:
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

    def __bool__(self) -> bool:
        return bool(self._a)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        found = getattr(self._a, name)
        if callable(found):
            return lambda *args, **kwargs: _wrap(found(*_unwrap(args), **_unwrap(kwargs)))
        return _wrap(found)

    def __repr__(self) -> str:
        return f"StrictArray({self._a!r})"


def _refuse_plain(ufunc: Any, x: Any) -> None:
    if isinstance(x, np.ndarray) and x.ndim and x.dtype.kind in "fc":
        raise TypeError(f"{ufunc.__name__} of a StrictArray and a NumPy array")


def _wrap(x: Any) -> Any:
    if isinstance(x, np.ndarray):
        return StrictArray(x)
    if isinstance(x, tuple) and not hasattr(x, "_fields"):
        return tuple(_wrap(e) for e in x)
    if isinstance(x, tuple):
        return type(x)(*[_wrap(e) for e in x])
    return [_wrap(e) for e in x] if isinstance(x, list) else x


def _unwrap(x: Any) -> Any:
    if isinstance(x, StrictArray):
        return x._a
    if type(x) in (tuple, list):
        return type(x)(_unwrap(e) for e in x)
    if isinstance(x, tuple):
        return type(x)(*[_unwrap(e) for e in x])
    return {k: _unwrap(v) for k, v in x.items()} if isinstance(x, dict) else x
