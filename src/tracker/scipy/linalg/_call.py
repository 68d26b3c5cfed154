"""SciPy's value with the derivative of a composition that takes one matrix at a time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import numpy as np

from tracker._arrays import handles
from tracker._arrays.leaf import collect
from tracker.scipy._derived import derived

_Function = TypeVar("_Function", bound=Callable[..., Any])
VECTOR_OR_MATRIX = -2  # a right-hand side: a vector if it has one axis, else matrices
_LAPACK = {"e": np.float32, "g": np.float64, "G": np.complex128}  # what SciPy makes of other types


def named(name: str) -> Callable[[_Function], _Function]:
    """Decorator: a function that has a rule goes by SciPy's name in errors."""

    def mark(f: _Function) -> _Function:
        f.__module__, f.__name__ = "scipy.linalg", name
        return f

    return mark


def gathered(x: Any) -> Any:
    """An array from a number or a list that may hold tracked numbers; None and arrays as they are."""
    if isinstance(x, list | tuple):
        return collect(x)
    return x if x is None or hasattr(x, "ndim") else np.asarray(x)


def matrix(x: Any) -> Any:
    """`gathered`, a number being a matrix of one entry, for those functions of SciPy that take it so."""
    x = gathered(x)
    return np.reshape(x, (1, 1)) if x is not None and np.ndim(x) == 0 else x


def call(f: Any, composition: Callable[..., Any], cores: Sequence[int], *arrays: Any, **keywords: Any) -> Any:
    """`f(*arrays, **keywords)` of scipy.linalg, with the derivatives of `composition(*arrays)`.

    The composition gets arrays of `cores` axes, as for a single matrix, and gives as many results as `f`. Batches go
    through it one by one, as in SciPy. Nothing depends on the entries of an empty matrix.
    """
    value = lambda *xs: as_tuple(f(*xs, **keywords))

    def equivalent(*xs: Any) -> Any:
        if any(x is not None and 0 in x.shape for x in xs):
            return _constant(value, xs)
        if any(x is not None and np.ndim(x) == 0 for x in xs):
            return _of_numbers(value, composition, cores, xs)
        return over_batch(composition, cores, *[_computable(x) for x in xs])

    name = f"scipy.linalg.{f.__name__.lstrip('_')}"
    return derived(name, value, equivalent, *[gathered(x) for x in arrays], formed=_single_as_theirs)


def _single_as_theirs(result: Any, y: Any) -> Any:
    """A single result in a tuple where SciPy's is: of a batch in SciPy 1.18, not before."""
    return (result,) if isinstance(y, tuple) and not isinstance(result, tuple) else result


def as_tuple(y: Any) -> Any:
    """SciPy's result; of a batch it is a list, where that of a single matrix is a tuple."""
    return tuple(y) if isinstance(y, list) else y


def over_batch(f: Callable[..., Any], cores: Sequence[int], *arrays: Any) -> Any:
    """`f` of each matrix of the broadcast batches, the results stacked."""
    cores = [min(c, np.ndim(x)) if c >= 0 else min(2, np.ndim(x)) for c, x in zip(cores, arrays, strict=True)]
    batches = [() if x is None else np.shape(x)[: np.ndim(x) - c] for c, x in zip(cores, arrays, strict=True)]
    batch = np.broadcast_shapes(*batches)
    if not batch:
        return f(*arrays)
    full = [
        x if x is None else np.broadcast_to(x, batch + np.shape(x)[len(own) :])
        for x, own in zip(arrays, batches, strict=True)
    ]
    results = [f(*[x if x is None else x[i] for x in full]) for i in np.ndindex(*batch)]
    if not isinstance(results[0], tuple):
        return _stacked(results, batch)
    columns = [_stacked(list(column), batch) for column in zip(*results, strict=True)]
    return tuple(columns) if len(columns) > 1 else columns[0]  # as SciPy before 1.18


def _of_numbers(value: Callable[..., Any], composition: Callable[..., Any], cores: Sequence[int], xs: Any) -> Any:
    """The composition where numbers stand for vectors or matrices of one entry; SciPy says in what shape."""
    shape: Callable[[Any, int], Any] = lambda x, core: np.reshape(x, (1,) * abs(core)) if np.ndim(x) == 0 else x
    whole = [x if x is None else shape(x, core) for x, core in zip(xs, cores, strict=True)]
    y = over_batch(composition, cores, *[_computable(x) for x in whole])
    plain = value(*[x if x is None else handles.plain(x) for x in xs])
    if isinstance(y, tuple):
        return tuple([np.reshape(part, np.shape(p)) for part, p in zip(y, plain, strict=True)])
    return np.reshape(y, np.shape(plain))


def _stacked(results: list[Any], batch: tuple[int, ...]) -> Any:
    whole = np.stack(results)
    return np.reshape(whole, batch + whole.shape[1:])


def _computable(x: Any) -> Any:
    """`x` in a type that NumPy's linear algebra knows, if it is in one that SciPy's converts."""
    if x is None:
        return None
    wanted = _LAPACK.get(x.dtype.char)
    return x if wanted is None else x.astype(wanted)


def _constant(value: Callable[..., Any], xs: Any) -> Any:
    y = value(*[handles.plain(x) for x in xs])
    nothing = sum(np.sum(x) for x in xs if x is not None and 0 in x.shape)
    if isinstance(y, tuple):
        return tuple([part + nothing if getattr(part, "dtype", np.dtype(int)).kind in "fc" else part for part in y])
    return y + nothing
