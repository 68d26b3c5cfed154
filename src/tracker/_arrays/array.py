"""TrackedArray: an array whose uses are recorded."""

from __future__ import annotations

import operator
from collections.abc import Iterator
from typing import Any, Final, final

import numpy as np

import tracker._arrays.conversions as _conversions
import tracker._arrays.dispatch as _dispatch
import tracker._arrays.handles as _handles
import tracker._arrays.leaves as _leaves
import tracker._arrays.mutation as _mutation
import tracker._arrays.mutators as _mutators
import tracker._arrays.operators as _operators
import tracker._arrays.printing as _printing
import tracker._arrays.protocols as _protocols
import tracker._arrays.views as _views
from tracker._core.node import Node
from tracker._core.registry import lookup
from tracker.errors import ConversionError

_ABSENT: Final = object()


@final
class TrackedArray:
    """An array that records what is done with it, so that derivatives can be taken.

    Made by `tracker.param` and by NumPy calls on tracked arrays, not by hand. It has
    ndarray's attributes, methods and operators, follows NumPy's protocols, and wraps any
    array that does.

    >>> import tracker
    >>> x = tracker.param([1.0, 2.0])
    >>> x * 2
    tracked([2., 4.])
    >>> (x * 2).data, x.shape, x.is_leaf
    (array([2., 4.]), (2,), True)

    It is a handle: `node` is its newest place in the record, `value` the array now. A view
    (`base` is not None) knows how it was taken (`path`), and takes itself again when the
    array at the `root` of its bases has been written to since (`version`).
    """

    __array_priority__ = 1000.0
    __pandas_priority__ = 5000  # a DataFrame has 4000: it leaves `column * x` to x
    __slots__ = ("base", "node", "origin", "path", "root", "shared", "value", "version")

    def __init__(self, node: Node, value: Any) -> None:
        self.node: Node = node
        self.value: Any = value
        self.shared: bool = False  # some node keeps `value`: copy it before writing
        self.version: int = 0  # of a root: the number of writes; of a view: at last look
        self.root: TrackedArray | None = None
        self.base: TrackedArray | None = None
        self.path: Any = None
        self.origin: Node | None = None  # the leaf that this was before it was written to

    def current(self) -> Node:
        """The newest node; a view whose base has been written to is taken anew first."""
        root = self.root
        if root is not None and self.version != root.version:
            _views.refresh(self)
        return self.node

    def keep(self, node: Node) -> None:
        """Make `node` (the current one) hold the value: some rule will read it."""
        if not node.kept:
            node.value = self.value
            node.kept = True
            root = self.root
            if root is None:
                self.shared = True
            else:
                root.shared = True

    # values and gradients

    @property
    def data(self) -> Any:
        """The plain array."""
        self.current()
        return _handles.plain(self.value)

    @data.setter
    def data(self, value: Any) -> None:
        _mutation.replace_data(self, value)

    @property
    def grad(self) -> Any:
        """The gradient of a leaf, accumulated by `back`: zeros before the first."""
        return _leaves.leaf_gradient(self)

    @grad.setter
    def grad(self, value: Any) -> None:
        _leaves.set_leaf_gradient(self, value)

    @property
    def is_leaf(self) -> bool:
        return self.current().op is None

    def back(self, dy: Any = None, *, once: bool = True, check_finite: bool = True) -> None:
        """Back-propagate from here into every leaf's `grad`: see `tracker.back`."""
        _leaves.back(self, dy, once, check_finite)

    # attributes that are constant

    @property
    def shape(self) -> Any:
        return self.current().spec.shape

    @shape.setter
    def shape(self, value: Any) -> None:
        raise AttributeError(
            "The shape of a tracked array can't be set in place. Use x.reshape(shape), which is a view."
        )

    @property
    def ndim(self) -> int:
        return len(self.current().spec.shape)

    @property
    def dtype(self) -> Any:
        return self.current().spec.dtype

    @property
    def size(self) -> int:
        return self.current().spec.size

    @property
    def itemsize(self) -> int:
        return int(self.dtype.itemsize)

    @property
    def nbytes(self) -> int:
        return self.size * self.itemsize

    @property
    def strides(self) -> Any:
        return self.data.strides

    @property
    def flags(self) -> Any:
        return self.data.flags

    @property
    def device(self) -> Any:
        return self.data.device

    @property
    def ctypes(self) -> Any:
        raise ConversionError(
            "A tracked array gives no pointer to its memory: writes through it could not be "
            "recorded. Use x.data.ctypes to read the plain array."
        )

    # attributes that differentiate

    @property
    def T(self) -> Any:  # noqa: N802 (NumPy's name)
        return np.transpose(self)

    @property
    def mT(self) -> Any:  # noqa: N802 (NumPy's name)
        return np.matrix_transpose(self)

    @property
    def real(self) -> Any:
        return np.real(self)

    @real.setter
    def real(self, value: Any) -> None:
        np.real(self)[...] = value

    @property
    def imag(self) -> Any:
        return np.imag(self)

    @imag.setter
    def imag(self, value: Any) -> None:
        if self.dtype.kind != "c":
            raise TypeError("array does not have imaginary part to set")
        np.imag(self)[...] = value

    @property
    def flat(self) -> Any:
        return _mutators.Flat(self)

    @flat.setter
    def flat(self, value: Any) -> None:
        self[...] = np.reshape(np.resize(value, (self.size,)), self.shape)

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

    # operators

    def __add__(self, other: Any) -> Any:
        return _dispatch.binary(_operators.ADD, self, other)

    def __radd__(self, other: Any) -> Any:
        return _dispatch.binary(_operators.ADD, other, self)

    def __iadd__(self, other: Any) -> Any:
        return _mutation.update_with(self, _dispatch.binary(_operators.ADD, self, other))

    def __sub__(self, other: Any) -> Any:
        return _dispatch.binary(_operators.SUBTRACT, self, other)

    def __rsub__(self, other: Any) -> Any:
        return _dispatch.binary(_operators.SUBTRACT, other, self)

    def __isub__(self, other: Any) -> Any:
        return _mutation.update_with(self, _dispatch.binary(_operators.SUBTRACT, self, other))

    def __mul__(self, other: Any) -> Any:
        return _dispatch.binary(_operators.MULTIPLY, self, other)

    def __rmul__(self, other: Any) -> Any:
        return _dispatch.binary(_operators.MULTIPLY, other, self)

    def __imul__(self, other: Any) -> Any:
        return _mutation.update_with(self, _dispatch.binary(_operators.MULTIPLY, self, other))

    def __truediv__(self, other: Any) -> Any:
        return _dispatch.binary(_operators.DIVIDE, self, other)

    def __rtruediv__(self, other: Any) -> Any:
        return _dispatch.binary(_operators.DIVIDE, other, self)

    def __itruediv__(self, other: Any) -> Any:
        return _mutation.update_with(self, _dispatch.binary(_operators.DIVIDE, self, other))

    def __pow__(self, other: Any) -> Any:
        return _dispatch.power(self, other)

    def __rpow__(self, other: Any) -> Any:
        return _dispatch.binary(_operators.POWER, other, self)

    def __ipow__(self, other: Any) -> Any:
        return _mutation.update_with(self, _dispatch.binary(_operators.POWER, self, other))

    def __matmul__(self, other: Any) -> Any:
        return _dispatch.binary(_operators.MATMUL, self, other)

    def __rmatmul__(self, other: Any) -> Any:
        return _dispatch.binary(_operators.MATMUL, other, self)

    def __imatmul__(self, other: Any) -> Any:
        return _mutation.update_with(self, _dispatch.binary(_operators.MATMUL, self, other))

    def __mod__(self, other: Any) -> Any:
        return _dispatch.unless_deferred(np.remainder, self, other)

    def __rmod__(self, other: Any) -> Any:
        return _dispatch.unless_deferred(np.remainder, other, self)

    def __imod__(self, other: Any) -> Any:
        return _mutation.update_with(self, _dispatch.unless_deferred(np.remainder, self, other))

    def __floordiv__(self, other: Any) -> Any:
        return _dispatch.unless_deferred(np.floor_divide, self, other)

    def __rfloordiv__(self, other: Any) -> Any:
        return _dispatch.unless_deferred(np.floor_divide, other, self)

    def __ifloordiv__(self, other: Any) -> Any:
        return _mutation.update_with(self, _dispatch.unless_deferred(np.floor_divide, self, other))

    def __divmod__(self, other: Any) -> Any:
        return _dispatch.unless_deferred(np.divmod, self, other)

    def __rdivmod__(self, other: Any) -> Any:
        return _dispatch.unless_deferred(np.divmod, other, self)

    def __neg__(self) -> Any:
        return _dispatch.unary(_operators.NEGATIVE, self)

    def __pos__(self) -> Any:
        return np.positive(self)

    def __abs__(self) -> Any:
        return np.abs(self)

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

    # Python's protocols

    def __bool__(self) -> bool:
        return bool(self.data)

    def __len__(self) -> int:
        shape = self.current().spec.shape
        if not shape:
            raise TypeError("len() of unsized object")
        return len(self.data)

    def __contains__(self, x: Any) -> bool:
        return _handles.plain(x) in self.data

    def __iter__(self) -> Iterator[Any]:
        if not self.shape:
            raise TypeError("iteration over a 0-d array")
        return iter([self[i] for i in range(len(self))])

    def __getitem__(self, index: Any) -> Any:
        return _views.take(self, index)

    def __setitem__(self, index: Any, v: Any) -> None:
        _mutation.assign(self, index, v)

    def __float__(self) -> float:
        return _conversions.to_number(self, float)  # type: ignore[no-any-return]

    def __int__(self) -> int:
        return _conversions.to_number(self, int)  # type: ignore[no-any-return]

    def __complex__(self) -> complex:
        return _conversions.to_number(self, complex)  # type: ignore[no-any-return]

    def __index__(self) -> int:
        raise TypeError("only integer scalar arrays can be converted to a scalar index")

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

    # methods that differentiate: NumPy's functions of the same name

    def all(self, *args: Any, **kwargs: Any) -> Any:
        return np.all(self, *args, **kwargs)

    def any(self, *args: Any, **kwargs: Any) -> Any:
        return np.any(self, *args, **kwargs)

    def argmax(self, *args: Any, **kwargs: Any) -> Any:
        return np.argmax(self, *args, **kwargs)

    def argmin(self, *args: Any, **kwargs: Any) -> Any:
        return np.argmin(self, *args, **kwargs)

    def argpartition(self, *args: Any, **kwargs: Any) -> Any:
        return np.argpartition(self, *args, **kwargs)

    def argsort(self, *args: Any, **kwargs: Any) -> Any:
        return np.argsort(self, *args, **kwargs)

    def astype(self, dtype: Any, *args: Any, **kwargs: Any) -> Any:
        kwargs.update(zip(("order", "casting", "subok", "copy"), args))
        return _dispatch.cast(self, dtype, kwargs)

    def choose(self, *args: Any, **kwargs: Any) -> Any:
        return self.data.choose(*args, **kwargs)

    def clip(self, min: Any = None, max: Any = None, out: Any = None, **kwargs: Any) -> Any:
        return np.clip(self, min, max, out, **kwargs)

    def compress(self, condition: Any, axis: Any = None) -> Any:
        return np.compress(condition, self, axis=axis)

    def conj(self) -> Any:
        return np.conj(self) if self.dtype.kind == "c" else self  # as ndarray's method does

    def conjugate(self) -> Any:
        return self.conj()

    def copy(self, order: Any = "C") -> Any:
        return np.copy(self, order=order)

    def cumprod(self, *args: Any, **kwargs: Any) -> Any:
        return np.cumprod(self, *args, **kwargs)

    def cumsum(self, *args: Any, **kwargs: Any) -> Any:
        return np.cumsum(self, *args, **kwargs)

    def diagonal(self, *args: Any, **kwargs: Any) -> Any:
        return np.diagonal(self, *args, **kwargs)

    def dot(self, other: Any, out: Any = None) -> Any:
        return np.dot(self, other, out)

    def fill(self, value: Any) -> None:
        if np.ndim(value):
            np.empty(1, self.dtype).fill(_handles.plain(value))  # raises
        self[...] = value

    def flatten(self, order: Any = "C") -> Any:
        return np.copy(np.ravel(self, order=order))

    def item(self, *args: Any) -> Any:
        """A plain Python number."""
        return self.data.item(*args)

    def max(self, *args: Any, **kwargs: Any) -> Any:
        return np.max(self, *args, **kwargs)

    def mean(self, *args: Any, **kwargs: Any) -> Any:
        return np.mean(self, *args, **kwargs)

    def min(self, *args: Any, **kwargs: Any) -> Any:
        return np.min(self, *args, **kwargs)

    def nonzero(self) -> Any:
        return np.nonzero(self)

    def partition(self, kth: Any, axis: Any = -1, *args: Any, **kwargs: Any) -> None:
        self[...] = np.partition(self, kth, operator.index(axis), *args, **kwargs)

    def prod(self, *args: Any, **kwargs: Any) -> Any:
        return np.prod(self, *args, **kwargs)

    def put(self, *args: Any, **kwargs: Any) -> None:
        _mutators.put(self, *args, **kwargs)

    def ravel(self, order: Any = "C") -> Any:
        return np.ravel(self, order=order)

    def repeat(self, *args: Any, **kwargs: Any) -> Any:
        return np.repeat(self, *args, **kwargs)

    def reshape(self, *shape: Any, **kwargs: Any) -> Any:
        return np.reshape(self, shape[0] if len(shape) == 1 else shape, **kwargs)

    def round(self, *args: Any, **kwargs: Any) -> Any:
        return np.round(self, *args, **kwargs)

    def searchsorted(self, *args: Any, **kwargs: Any) -> Any:
        return np.searchsorted(self, *args, **kwargs)

    def sort(self, axis: Any = -1, *args: Any, **kwargs: Any) -> None:
        self[...] = np.sort(self, operator.index(axis), *args, **kwargs)

    def squeeze(self, *args: Any, **kwargs: Any) -> Any:
        return np.squeeze(self, *args, **kwargs)

    def std(self, *args: Any, **kwargs: Any) -> Any:
        return np.std(self, *args, **_without_correction(kwargs))

    def sum(self, *args: Any, **kwargs: Any) -> Any:
        return np.sum(self, *args, **kwargs)

    def swapaxes(self, axis1: Any, axis2: Any) -> Any:
        return np.swapaxes(self, axis1, axis2)

    def take(self, *args: Any, **kwargs: Any) -> Any:
        return np.take(self, *args, **kwargs)

    def to_device(self, device: Any, /, *, stream: Any = None) -> Any:
        """The array itself: NumPy's are on the "cpu"."""
        self.data.to_device(device, stream=stream)  # raises for any other
        return self

    def tolist(self) -> Any:
        """A nested list of tracked numbers, which are Python's as NumPy's are."""
        return [x.tolist() for x in self] if self.shape else self[()].tolist()

    def trace(self, *args: Any, **kwargs: Any) -> Any:
        return np.trace(self, *args, **kwargs)

    def transpose(self, *axes: Any) -> Any:
        if len(axes) == 1 and (axes[0] is None or type(axes[0]) in (tuple, list)):
            return np.transpose(self, axes[0])
        return np.transpose(self, axes or None)

    def var(self, *args: Any, **kwargs: Any) -> Any:
        return np.var(self, *args, **_without_correction(kwargs))

    def view(self, *args: Any, **kwargs: Any) -> Any:
        """A view of the same shape; another dtype would have no derivative and is refused."""
        if kwargs or (args and args[0] is not np.ndarray):
            raise ConversionError(
                "A reinterpretation of its bytes has no derivative. Use x.astype, or x.data.view(...)."
            )
        return self[...]

    def __getattr__(self, name: str) -> Any:
        return _conversions.missing_attribute(name)


def _without_correction(kwargs: dict[str, Any]) -> dict[str, Any]:
    """The keywords of var and std: ndarray's methods have no `correction`, unlike the functions."""
    if "correction" in kwargs:
        raise TypeError("the method got an unexpected keyword argument 'correction': use numpy.var, numpy.std, or ddof")
    return kwargs
