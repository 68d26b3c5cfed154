"""`np.vectorize(f)(x)` of tracked x: NumPy's own class loops, over the places of entries instead of their values.

np.vectorize is a Python class that would make its arguments object arrays, and offers other arrays no protocol. So
its `__call__` is replaced, here and only here, by one that does what it did unless a call meets tracked values.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, Final

import numpy as np

import tracker._arrays.dispatch as _dispatch
import tracker._arrays.handles as _handles
from tracker._arrays.leaf import collect
from tracker._core.node import LINEAR, Op
from tracker.errors import ConversionError


def install() -> None:
    """Put tracker's `__call__` into np.vectorize, around NumPy's own however often tracker is loaded."""
    call = np.vectorize.__call__
    numpys = getattr(call, "of_numpy", call)
    inside = getattr(np.vectorize, "_call_as_normal", numpys)  # what numpys calls: so no frame is added to plain calls

    @functools.wraps(numpys)
    def __call__(self: Any, *args: Any, **kwargs: Any) -> Any:
        if self.pyfunc is np._NoValue:  # a decorator with keywords, given its function
            return numpys(self, *args, **kwargs)
        try:
            return inside(self, *args, **kwargs)
        except ConversionError:  # of a tracked argument, or of what the function gives
            pass
        return _over_places(numpys, self, args, kwargs)

    __call__.of_numpy = numpys  # type: ignore[attr-defined]
    np.vectorize.__call__ = __call__  # type: ignore[method-assign]


def _over_places(numpys: Callable[..., Any], given: Any, args: Any, kwargs: Any) -> Any:
    """What the np.vectorize object `given` makes of these arguments: shapes, dtypes and errors are NumPy's."""
    loop = _Loop(given)
    taken = {key: loop.places(key, x) for key, x in (*enumerate(args), *kwargs.items()) if key not in given.excluded}
    if not taken:
        return numpys(given, *args, **kwargs)  # f is called once, with the arguments as they are
    twin = np.vectorize(
        loop.step,
        otypes=None if given.otypes is None else [int] * len(given.otypes),
        excluded=given.excluded,
        cache=given.cache,
        signature=given.signature,
    )
    of_call = [taken.get(i, x) for i, x in enumerate(args)]
    numbers = numpys(twin, *of_call, **{k: taken.get(k, x) for k, x in kwargs.items()})
    if isinstance(numbers, tuple):
        return tuple([loop.output(k, n) for k, n in enumerate(numbers)])
    return loop.output(0, numbers)


class _Loop:
    """The calls of the function of one np.vectorize object."""

    def __init__(self, given: Any) -> None:
        self.given = given
        self.whole = given.signature is not None  # blocks of arguments, not numbers
        self.entries: dict[Any, Any] = {}  # by position or keyword: the entries of what is tracked
        self.results: list[tuple[Any, ...]] = []  # of each call

    def places(self, key: Any, x: Any) -> Any:
        """What to loop over for this argument: itself, or where its entries are."""
        if _handles.level_of(x) < 0:
            return x
        x = collect(x)
        self.entries[key] = np.reshape(x, -1)
        places = np.empty_like(_handles.plain(x), np.intp)  # in the memory layout of x: the loop goes along it
        places[...] = np.arange(places.size).reshape(places.shape)
        return places

    def step(self, *args: Any, **kwargs: Any) -> Any:
        """Call the function; the number of the call stands for each of its outputs."""
        number = len(self.results)
        y = self.given.pyfunc(
            *[self.entry(i, x) for i, x in enumerate(args)], **{k: self.entry(k, x) for k, x in kwargs.items()}
        )
        outputs = y if isinstance(y, tuple) else (y,)
        self.results.append(outputs)
        expected = len(self.results[0] if self.given.otypes is None else self.given.otypes)
        if len(outputs) != expected and not self.whole:  # NumPy checks only with a signature, and else gives NaN
            raise ValueError(f"numpy.vectorize expected {expected} outputs of its function, which gave {len(outputs)}")
        numbers = tuple([self.standing_for(output, number) for output in outputs])
        return numbers if isinstance(y, tuple) else numbers[0]

    def entry(self, key: Any, place: Any) -> Any:
        """The value at this place. NumPy makes numbers Python's, but for a first call that finds the dtypes."""
        if key not in self.entries:
            return place
        x = self.entries[key][place]
        finds_dtypes = self.given.otypes is None and not self.results
        return x if self.whole or finds_dtypes else python_number(x)

    def standing_for(self, output: Any, number: int) -> Any:
        if not self.whole:
            return number
        return output if isinstance(output, list) else np.full(np.shape(output), number)  # NumPy rejects lists

    def output(self, k: int, numbers: Any) -> Any:
        """The k-th output of all calls, joined in the shape of `numbers`."""
        if not numbers.size:
            return np.empty(numbers.shape, self.dtype(k))
        axes = () if self.whole else _by_stride(numbers)
        if axes:  # the result has the memory layout that NumPy's has
            return np.transpose(self.output(k, np.transpose(numbers, axes)), np.argsort(axes))
        calls = self.results if self.whole else [self.results[n] for n in numbers.flat]
        parts = [outputs[k] for outputs in calls]
        if not self.whole and any(np.ndim(part) for part in parts):
            raise ValueError("setting an array element with a sequence: numpy.vectorize takes functions of numbers")
        dtype = self.dtype(k)
        if dtype.kind != "O" and any(_handles.level_of(part) >= 0 for part in parts):
            return _joined(parts, numbers.shape, dtype)
        if self.whole:
            return np.array(parts, dtype).reshape(numbers.shape)
        y = np.empty(len(parts), object)
        y[:] = parts
        return y.reshape(numbers.shape).astype(dtype)

    def dtype(self, k: int) -> Any:
        """As given, or that of the first result."""
        if self.given.otypes is not None:
            return np.dtype(self.given.otypes[k])
        return np.asarray(_handles.plain(self.results[0][k])).dtype


def _by_stride(x: Any) -> tuple[int, ...]:
    """The axes from the largest stride to the smallest; none if they are so already."""
    return () if x.flags.c_contiguous else tuple(np.argsort([-stride for stride in x.strides], kind="stable").tolist())


def _joined(parts: list[Any], shape: Any, dtype: Any) -> Any:
    """An array of numbers of which some are tracked, or `ConversionError` where the dtype has no derivative."""
    if not _handles.is_inexact(dtype):
        raise ConversionError(
            f"numpy.vectorize makes all results {dtype}, the dtype of the first one (or of otypes), which would lose "
            "the gradient of those that are tracked. Give otypes=[float]."
        )
    y = np.reshape(collect(parts), shape)
    if y.dtype.kind == "c" and dtype.kind == "f":
        raise TypeError(f"numpy.vectorize was to make complex results {dtype}: give otypes=[complex]")
    return y if y.dtype == dtype else y.astype(dtype)


def python_number(x: Any) -> Any:
    """A number of NumPy's as one of Python's, whose division by zero raises."""
    if _handles.is_tracked(x):
        return _dispatch.record(_NUMBER, (x,), None)
    return x.item() if isinstance(x, np.generic) else x


_NUMBER: Final = Op(python_number, "item", LINEAR, (lambda dy, y, x: dy,))
_NUMBER.reads = [0]
