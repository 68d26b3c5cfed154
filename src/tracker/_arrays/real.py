"""TrackedReal: a number whose uses are recorded; no array is made on its way."""

from __future__ import annotations

import numbers
import operator
import sys
from typing import Any, final

import numpy as np
from mypy_extensions import mypyc_attr

import tracker._arrays.conversions as _conversions
import tracker._arrays.dispatch as _dispatch
import tracker._arrays.handles as _handles
import tracker._arrays.leaves as _leaves
import tracker._arrays.lists as _lists
import tracker._arrays.operators as _operators
import tracker._arrays.printing as _printing
import tracker._arrays.protocols as _protocols
from tracker._core.levels import state
from tracker._core.node import Node, Op, Spec
from tracker._core.registry import lookup


@final
@mypyc_attr(acyclic=True)
class TrackedReal(Node):
    """A Python or NumPy number that records what is done with it.

    Made by `tracker.param` of a number, by reductions and by reading an entry of a tracked
    array. It is its own node of the record: numbers are never written in place.

    >>> import tracker
    >>> x = tracker.param(2.0)
    >>> y = x * x
    >>> f"{y:.2f}", y.data, y > 3
    ('4.00', 4.0, True)
    """

    __array_priority__ = 1000.0
    __pandas_priority__ = 5000  # as of a TrackedArray
    __slots__ = ()

    def __init__(self, op: Op | None, args: tuple[Any, ...], kwargs: Any, value: Any, spec: Spec, level: int) -> None:
        super().__init__(op, args, kwargs, value, spec, level)
        self.kept = True

    @property
    def data(self) -> Any:
        """The plain number."""
        return _handles.plain(self.value)

    @property
    def grad(self) -> Any:
        """The gradient of a leaf, accumulated by `back`: zero before the first."""
        return _leaves.leaf_gradient(self)

    @grad.setter
    def grad(self, value: Any) -> None:
        _leaves.set_leaf_gradient(self, value)

    @property
    def is_leaf(self) -> bool:
        return self.op is None

    def back(self, dy: Any = None, *, once: bool = True, check_finite: bool = True) -> None:
        """Back-propagate from here into every leaf's `grad`: see `tracker.back`."""
        _leaves.back(self, dy, once, check_finite)

    @property
    def shape(self) -> Any:
        return ()

    @property
    def ndim(self) -> int:
        return 0

    @property
    def size(self) -> int:
        return 1

    @property
    def dtype(self) -> Any:
        numbers = _lists.asked_by_plain_mean(sys._getframe())
        if numbers is None:
            return self.spec.dtype
        return _lists.dtype_that_gives(lambda: np.mean(_dispatch.collect(numbers)))

    @property
    def itemsize(self) -> int:
        return int(self.spec.dtype.itemsize)

    @property
    def nbytes(self) -> int:
        return int(self.spec.dtype.itemsize)

    @property
    def T(self) -> Any:  # noqa: N802 (NumPy's name)
        return self

    @property
    def real(self) -> Any:
        return np.real(self)

    @property
    def imag(self) -> Any:
        return np.imag(self)

    # protocols

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **kwargs: Any) -> Any:
        if not kwargs and method == "__call__":
            op = lookup(ufunc)
            if op is not None:
                if len(inputs) == 1:
                    return _dispatch.unary(op, inputs[0])
                if len(inputs) == 2:
                    return _dispatch.binary(op, inputs[0], inputs[1])
        return _protocols.call_ufunc(ufunc, method, inputs, kwargs)

    def __array_function__(self, func: Any, types: Any, args: Any, kwargs: Any) -> Any:
        return _protocols.call_function(func, args, kwargs)

    def __array__(self, dtype: Any = None, copy: Any = None) -> Any:
        return _conversions.to_array(self, copy)

    def __dlpack__(self, **options: Any) -> Any:
        return _conversions.to_dlpack(self, options)

    def __dlpack_device__(self) -> Any:
        return _conversions.dlpack_device(self)

    @classmethod
    def __torch_function__(cls, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        return _conversions.refuse_torch(func)

    # operators: the same type on both sides, or a Python number, is the fast path

    def __add__(self, other: Any) -> Any:
        if self.matches(other):
            v = self.value + (other.value if isinstance(other, TrackedReal) else other)
            return TrackedReal(_operators.ADD, (self, other), None, v, self.spec, self.level)
        return _dispatch.binary(_operators.ADD, self, other)

    def __radd__(self, other: Any) -> Any:
        if self.matches(other):
            return TrackedReal(_operators.ADD, (other, self), None, other + self.value, self.spec, self.level)
        return _dispatch.binary(_operators.ADD, other, self)

    def __sub__(self, other: Any) -> Any:
        if self.matches(other):
            v = self.value - (other.value if isinstance(other, TrackedReal) else other)
            return TrackedReal(_operators.SUBTRACT, (self, other), None, v, self.spec, self.level)
        return _dispatch.binary(_operators.SUBTRACT, self, other)

    def __rsub__(self, other: Any) -> Any:
        if self.matches(other):
            return TrackedReal(_operators.SUBTRACT, (other, self), None, other - self.value, self.spec, self.level)
        return _dispatch.binary(_operators.SUBTRACT, other, self)

    def __mul__(self, other: Any) -> Any:
        if self.matches(other):
            v = self.value * (other.value if isinstance(other, TrackedReal) else other)
            return TrackedReal(_operators.MULTIPLY, (self, other), None, v, self.spec, self.level)
        return _dispatch.binary(_operators.MULTIPLY, self, other)

    def __rmul__(self, other: Any) -> Any:
        if self.matches(other):
            return TrackedReal(_operators.MULTIPLY, (other, self), None, other * self.value, self.spec, self.level)
        return _dispatch.binary(_operators.MULTIPLY, other, self)

    def __truediv__(self, other: Any) -> Any:
        if self.matches(other):
            v = self.value / (other.value if isinstance(other, TrackedReal) else other)
            return TrackedReal(_operators.DIVIDE, (self, other), None, v, self.spec, self.level)
        return _dispatch.binary(_operators.DIVIDE, self, other)

    def __rtruediv__(self, other: Any) -> Any:
        if self.matches(other):
            return TrackedReal(_operators.DIVIDE, (other, self), None, other / self.value, self.spec, self.level)
        return _dispatch.binary(_operators.DIVIDE, other, self)

    def matches(self, other: Any) -> bool:
        """Whether an operation with `other` gives this type of number, recorded at this level."""
        if state.pauses or self.forward:
            return False
        if isinstance(other, TrackedReal):
            return other.spec is self.spec and other.level == self.level
        return type(other) is float or type(other) is int

    def __pow__(self, other: Any) -> Any:
        return _dispatch.power(self, other)

    def __rpow__(self, other: Any) -> Any:
        return _dispatch.binary(_operators.POWER, other, self)

    def __matmul__(self, other: Any) -> Any:
        return _dispatch.binary(_operators.MATMUL, self, other)

    def __rmatmul__(self, other: Any) -> Any:
        return _dispatch.binary(_operators.MATMUL, other, self)

    def __mod__(self, other: Any) -> Any:
        return _dispatch.binary(_operators.REMAINDER, self, other)

    def __rmod__(self, other: Any) -> Any:
        return _dispatch.binary(_operators.REMAINDER, other, self)

    def __floordiv__(self, other: Any) -> Any:
        return _dispatch.unless_deferred(_plain_quotient, self, other)

    def __rfloordiv__(self, other: Any) -> Any:
        return _dispatch.unless_deferred(_plain_quotient, other, self)

    def __divmod__(self, other: Any) -> Any:
        return self // other, self % other

    def __rdivmod__(self, other: Any) -> Any:
        return other // self, other % self

    def __neg__(self) -> Any:
        return _dispatch.unary(_operators.NEGATIVE, self)

    def __pos__(self) -> Any:
        return self

    def __abs__(self) -> Any:
        return _dispatch.unary(_operators.ABSOLUTE, self)

    def __eq__(self, other: Any) -> Any:
        return _protocols.compare(operator.eq, self, other)

    def __ne__(self, other: Any) -> Any:
        return _protocols.compare(operator.ne, self, other)

    def __lt__(self, other: Any) -> Any:
        return _protocols.compare(operator.lt, self, other)

    def __le__(self, other: Any) -> Any:
        return _protocols.compare(operator.le, self, other)

    def __gt__(self, other: Any) -> Any:
        return _protocols.compare(operator.gt, self, other)

    def __ge__(self, other: Any) -> Any:
        return _protocols.compare(operator.ge, self, other)

    def __hash__(self) -> int:
        return id(self)

    # Python's protocols: no __getitem__, for x[()], since NumPy would take x for a sequence, and answer
    # `plain[i] = x` with an error about sequences

    def __bool__(self) -> bool:
        return bool(self.data)

    def __float__(self) -> float:
        return _conversions.to_number(self, float)  # type: ignore[no-any-return]

    def __int__(self) -> int:
        return _conversions.to_number(self, int)  # type: ignore[no-any-return]

    def __complex__(self) -> complex:
        return _conversions.to_number(self, complex)  # type: ignore[no-any-return]

    def __round__(self, digits: Any = None) -> Any:
        return round(self.data, digits)

    def __trunc__(self) -> Any:
        return self.data.__trunc__()

    def __floor__(self) -> Any:
        return self.data.__floor__()

    def __ceil__(self) -> Any:
        return self.data.__ceil__()

    def __repr__(self) -> str:
        return _printing.represent(self.data)

    def __str__(self) -> str:
        return str(self.data)

    def __format__(self, spec: str) -> str:
        return format(self.data, spec)

    def __copy__(self) -> Any:
        return _leaves.copy_of(self)

    def __deepcopy__(self, memo: Any) -> Any:
        return _leaves.copy_of(self)

    def __reduce__(self) -> Any:
        return _leaves.reduce_leaf(self)

    def item(self, *args: Any) -> Any:
        """A plain Python number."""
        x = self.data
        return x.item(*args) if args or isinstance(x, np.generic) else x

    def conjugate(self) -> Any:
        return np.conj(self)

    def conj(self) -> Any:
        return np.conj(self)

    def astype(self, dtype: Any, **kwargs: Any) -> Any:
        return _dispatch.cast(self, dtype, kwargs)

    def copy(self, order: Any = "C") -> Any:
        return self

    def tolist(self) -> Any:
        if self.spec.scalar is float or self.spec.scalar is complex:
            return self
        return _dispatch.record(_operators.table.python_number, (self,), None)

    def sum(self, *args: Any, **kwargs: Any) -> Any:
        return np.sum(self, *args, **kwargs)

    def mean(self, *args: Any, **kwargs: Any) -> Any:
        return np.mean(self, *args, **kwargs)

    def max(self, *args: Any, **kwargs: Any) -> Any:
        return np.max(self, *args, **kwargs)

    def min(self, *args: Any, **kwargs: Any) -> Any:
        return np.min(self, *args, **kwargs)

    def prod(self, *args: Any, **kwargs: Any) -> Any:
        return np.prod(self, *args, **kwargs)

    def dot(self, other: Any) -> Any:
        return np.dot(self, other)

    def reshape(self, *shape: Any) -> Any:
        return np.reshape(self, shape[0] if len(shape) == 1 else shape)

    def ravel(self, order: Any = "C") -> Any:
        return np.ravel(self)

    def round(self, decimals: int = 0) -> Any:
        return np.round(self.data, decimals)

    def __getattr__(self, name: str) -> Any:
        return _conversions.number_attribute(self, name)


numbers.Number.register(TrackedReal)  # as NumPy's numbers are: np.isscalar asks


def _plain_quotient(a: Any, b: Any) -> Any:
    return _handles.plain(a) // _handles.plain(b)
