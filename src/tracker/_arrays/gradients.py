"""What the sweep does with gradients that are arrays: fit, add, multiply, scatter."""

from __future__ import annotations

from typing import Any, Final

import numpy as np

import tracker._arrays.array as _array
import tracker._arrays.handles as _handles
import tracker._arrays.operators as _operators
from tracker._arrays import arithmetic, foreign
from tracker._arrays.fitting import fit
from tracker._core.algebra import Algebra, holder
from tracker._core.node import Held, Node, Op, Spec
from tracker._core.registry import methods
from tracker.errors import ChangedError, NoRuleError, RuleError

_ndarray: Final = np.ndarray
_add: Final = np.add
_multiply: Final = np.multiply
_fitted: Final = arithmetic.fitted
_has_nan: Final = arithmetic.has_nan


class ArrayAlgebra(Algebra):
    """Gradients as NumPy-protocol arrays and numbers."""

    def fit(self, dy: Any, node: Node, op: Op, position: int) -> Any:
        spec = node.spec
        if spec.scalar is None:
            fitted = _fitted(dy, spec.shape, spec.dtype)
            if fitted is not None:
                return fitted
        if type(dy) is _ndarray and spec.scalar is None:
            if dy.dtype is spec.dtype and dy.shape == spec.shape:
                return dy
        elif type(dy) is spec.scalar:
            return dy
        return fit(dy, spec, op, position)

    def add(self, old: Any, new: Any, owned: bool) -> Any:
        if owned and type(old) is _ndarray and type(new) is _ndarray and old.dtype is new.dtype:
            return _add(old, new, old)
        return old + new

    def conj(self, x: Any) -> Any:
        return np.conj(x) if _handles.spec_of(x).is_complex else x

    def times(self, dy: Any, partial: Any, owned: bool) -> Any:
        if (
            owned
            and type(dy) is _ndarray
            and type(partial) is _ndarray
            and partial.dtype is dy.dtype
            and partial.shape == dy.shape
        ):
            return _multiply(dy, partial, dy)
        return dy * partial

    def negative(self, dy: Any, owned: bool) -> Any:
        # with gaps between its entries NumPy 2.4 negates an array in place wrongly
        return np.negative(dy, dy) if owned and type(dy) is _ndarray and dy.flags.forc else -dy

    def inner(self, dy: Any, partial: Any) -> Any:
        # one pass instead of three; in float64 alone: BLAS sums less accurately than np.sum
        if (
            type(dy) is _ndarray
            and type(partial) is _ndarray
            and dy.dtype.char == "d" == partial.dtype.char
            and dy.shape == partial.shape
            and dy.flags.c_contiguous
            and partial.flags.c_contiguous
        ):
            return np.dot(dy.reshape(-1), partial.reshape(-1))
        return dy * partial

    def strong_times(self, dy: Any, partial: Any) -> Any:
        product = dy * partial
        if not self.has_nan(product):
            return product
        return strong_product(dy, partial)

    def is_zero(self, dy: Any) -> bool:
        dy = _handles.plain(dy)
        return not (foreign.is_lazy(dy) or np.any(dy))

    def is_recorded(self, dy: Any) -> bool:
        return _handles.is_tracked(dy)

    def has_nan(self, dy: Any) -> bool:
        if isinstance(dy, tuple):
            return any(d is not None and self.has_nan(d) for d in dy)
        x = _handles.plain(dy)
        if foreign.is_lazy(x):
            return True  # it may have: to know would be to compute it
        found = _has_nan(x)
        if found is not None:
            return bool(found)
        if type(x) is float:
            return bool(x != x)
        if type(x) is _ndarray and x.flags.c_contiguous and x.dtype.char in "fd":
            flat = x.reshape(-1)
            total = np.dot(flat, flat)  # NaN if an entry is: 5 times faster than isnan().any()
            return bool(total != total)
        if type(x) is _ndarray and 0 in x.strides:  # one entry of each axis along which it was broadcast is all
            x = x[tuple([slice(0, 1) if step == 0 else slice(None) for step in x.strides])]
        return bool(np.any(np.isnan(x)))

    def partial(self, op: Op, i: int, arguments: list[Any], kwargs: Any) -> Any:
        rule = op.rules[i]
        try:
            found = rule(*arguments) if kwargs is None or op.ufunc else rule(*arguments, **kwargs)
            if not op.trusted:
                _check_partial(op, i, found, arguments[0])
            return found
        except (ZeroDivisionError, OverflowError, TypeError):
            # Python numbers raise where NumPy's give the infinity or NaN that is wanted here, or compare
            if not any(type(x) in (float, int, complex) for x in arguments):
                raise
            return rule(*[np.float64(x) if type(x) is int else numpy_number(x) for x in arguments])

    def guard(self, dy: Any) -> Any:
        if isinstance(dy, tuple):
            return tuple([self.guard(d) for d in dy])
        if type(dy) is not _ndarray:
            return _handles.snapshot(dy) if isinstance(dy, _array.TrackedArray) else dy
        view = dy.view()
        view.flags.writeable = False
        return view

    def unwrap(self, held: Held) -> Any:
        x = held.value
        if held.mark is not None and _changed(x, held.mark):
            raise ChangedError(
                f"A plain array (shape {x.shape}, dtype {x.dtype}) was changed between its use in a recorded "
                "operation and the back-propagation that needs what it held. Use a copy: y = x * a.copy()."
            )
        return x

    def arguments(self, values: list[Any]) -> list[Any]:
        """Python's floating numbers become NumPy's: rules ask for shapes and dtypes."""
        return [numpy_number(x) for x in values]

    def is_plain(self, dy: Any) -> bool:
        return not _handles.is_tracked(dy)

    def writable(self, dy: Any, owned: bool) -> Any:
        return dy if owned and type(dy) is _ndarray else foreign.copied(dy)

    def part(self, dy: Any, index: Any, args: Any) -> Any:
        if _repeats(index):  # of several writes to one entry the last one counts
            return _operators.table.setitem.rules[2](dy, None, *[_spec_or_value(x) for x in args])
        return dy[index]

    def cut(self, dy: Any, index: Any, args: Any) -> Any:
        part = foreign.copied(self.part(dy, index, args))
        dy[index] = 0
        return part

    def of_all(self, spec: Any, index: Any, dy: Any) -> Any:
        if type(dy) is _ndarray and dy.dtype is spec.dtype and _keeps_all(index):
            return dy.reshape(spec.shape)
        return None

    def add_at(self, old: Any, owned: bool, spec: Any, index: Any, dy: Any) -> Any:
        if old is None:
            plain = type(dy) is _ndarray or isinstance(dy, np.generic | float | complex)
            zeros = np.zeros(spec.shape, spec.dtype) if plain else None
            old = np.zeros_like(dy, shape=spec.shape, dtype=spec.dtype) if zeros is None else zeros
        elif not owned or type(old) is not _ndarray or not old.flags.writeable:
            old = foreign.copied(old)
        if _repeats(index):
            _add_at(old, index, dy)
        else:
            old[index] += dy
        return old


def _check_partial(op: Op, i: int, partial: Any, y: Any) -> None:
    """A partial derivative goes with the result entry by entry."""
    shape = np.shape(_handles.plain(partial))
    try:
        fits = np.broadcast_shapes(shape, np.shape(_handles.plain(y)) if not isinstance(y, Spec) else y.shape)
    except ValueError:
        fits = None
    if fits is None:
        raise RuleError(
            f"The partial derivative of {op.name} by its argument {i} has shape {shape}, "
            f"which does not go with the result's {y.shape}."
        )


def _changed(x: Any, mark: Any) -> bool:
    return bool(mark != (x.tobytes() if len(mark) == x.nbytes else _handles.fingerprint(x)))


def numpy_number(x: Any) -> Any:
    if type(x) is float:
        return np.float64(x)
    if type(x) is complex:
        return np.complex128(x)
    if (type(x) is list or type(x) is tuple) and any(type(e) in (float, complex, list) for e in x):
        return type(x)([numpy_number(e) for e in x])
    return x


def _spec_or_value(x: Any) -> Any:
    return x.spec if isinstance(x, Node) else x


def _repeats(index: Any) -> bool:
    """Whether `index` may name one entry twice: only integer arrays (or lists) do."""
    if type(index) is int or type(index) is slice:
        return False
    entries = index if type(index) is tuple else (index,)
    for i in entries:
        if type(i) is list or type(i) is tuple or (hasattr(i, "dtype") and i.dtype != bool and np.ndim(i) > 0):
            return True
    return False


def _keeps_all(index: tuple[Any, ...]) -> bool:
    """Whether an index only puts in axes: x[None, :, :]."""
    for k in range(len(index)):
        i = index[k]
        if type(i) is slice:
            if i.start is not None or i.stop is not None or i.step is not None:
                return False
        elif i is not None and i is not Ellipsis:
            return False
    return True


def _add_at(x: Any, index: Any, dy: Any) -> None:
    """np.add.at, or what is faster for a whole array (rows of a matrix, 4 times)."""
    if foreign.is_lazy(x):
        raise NoRuleError(
            "Dask has no np.add.at, which the gradient of x[index] takes where an index may repeat. Take slices, or "
            "np.where."
        )
    add = methods.get((np.add, "at"))
    (np.add.at if add is None or not x.flags.c_contiguous else add)(x, index, dy)


def strong_product(dy: Any, partial: Any) -> Any:
    """dy * partial, but zero where dy is zero, even if `partial` is infinite or NaN."""
    singular = (dy == 0) & ~np.isfinite(partial)
    return dy * np.where(singular, 0, partial)


algebra: Final = ArrayAlgebra()
holder.algebra = algebra
holder.add, holder.add_into = arithmetic.add, arithmetic.add_into
holder.multiply, holder.negative = arithmetic.multiply, arithmetic.negative
holder.scaled = arithmetic.scaled
