"""Plain arguments beside tracked ones: what is refused, and how the rules of elementwise functions get the rest."""

from __future__ import annotations

import array
import numbers
from typing import Any, Final

import numpy as np

from tracker._core.node import Op
from tracker.errors import ConversionError

_ndarray: Final = np.ndarray
_generic: Final = np.generic

# Their rules multiply or select, which NumPy does in the dtype of the gradient.
_UNMIXED: Final = frozenset(
    f"numpy.{name}"
    for name in "add subtract multiply remainder fmod floor_divide maximum minimum fmax fmin copysign".split()
)


def refuse_kind(x: Any) -> None:
    """Raise for a subclass of ndarray whose arithmetic is not that of arrays: masked arrays and matrices."""
    if isinstance(x, np.matrix):
        raise ConversionError(
            f"numpy.matrix (shape {x.shape}) multiplies where arrays multiply entries, and the rules of derivatives "
            "are those of arrays. Use np.asarray(m), and @ for products."
        )
    if isinstance(x, np.ma.MaskedArray):
        raise ConversionError(
            f"A masked array (shape {x.shape}) leaves entries out, which the rules of derivatives would not. Use "
            "x[~m.mask] and m.compressed(), np.where(m.mask, 0, x), or where= of sums and means."
        )


def refuse_objects(name: str, dtype: Any) -> None:
    """Raise for a result of dtype object: whatever it holds, its derivative would be lost."""
    if dtype.kind == "O":
        raise ConversionError(
            f"{name} gave an array of objects, which has no derivative: an argument is an array of dtype object, or a "
            "number that NumPy does not know (a Fraction, a Decimal, a whole number beyond 64 bits). Convert it "
            "first: c.astype(float), float(c)."
        )


def refuse_object_dtype(name: str, dtype: Any) -> None:
    """Raise for `dtype=object`: a reduction in it may end in a number that looks like any other."""
    if dtype is object or (type(dtype) is str and dtype in ("O", "object")) or getattr(dtype, "kind", "") == "O":
        refuse_objects(name, np.dtype(object))


def refuse_result(name: str, y: Any) -> None:
    """Raise for a result that is an object unknown to NumPy: if it holds floats, their derivatives would be lost."""
    if y is not None and not hasattr(y, "dtype") and not isinstance(y, numbers.Number | str | bytes | np.dtype):
        raise ConversionError(
            f"{name} gave a {type(y).__name__}, which is neither a number nor an array: its derivative would be lost. "
            "Give the function x.data where that is a constant."
        )


def sequence(x: Any) -> Any:
    """A list, tuple, range or buffer that NumPy would make an array, made one; all else as it is."""
    return np.array(x) if type(x) in _SEQUENCES else as_numpy(x)


def is_unknown(cls: type) -> bool:
    """Whether NumPy would take a `cls` for an object, not for a number or an array: its own operators serve it."""
    found = _unknown.get(cls)
    if found is None:
        known = (numbers.Number, str, bytes, *_SEQUENCES)
        protocols = ("__array__", "__array_ufunc__", "__array_function__", "__array_interface__", "__dlpack__")
        found = not issubclass(cls, known) and not any(hasattr(cls, name) for name in protocols)
        _unknown[cls] = found and not hasattr(cls, "tocsr")
    return _unknown[cls]


_unknown: Final[dict[type, bool]] = {}  # as _foreign


def refuse_sparse(op: Op, x: Any) -> None:
    """Raise for a sparse matrix of SciPy, whose operators are not those of arrays: `x * A` may be a product."""
    if hasattr(type(x), "tocsr") and op.name.startswith("numpy.") and op.name != "numpy.matmul":
        raise ConversionError(
            f"A {type(x).__name__} of scipy.sparse (shape {x.shape}) stands beside a tracked value, and does not "
            "compute as arrays do. Write tracker.scipy.sparse.csr_matrix(A) in its place; x @ A may stay as it is."
        )


_SEQUENCES: Final = frozenset((list, tuple, range, memoryview, array.array))


def is_foreign(cls: type) -> bool:
    """Whether `cls` is an array type that is no array to NumPy's functions.

    They can't hand their work to JAX's arrays and PyTorch's tensors; those of pandas and xarray have labels, by which
    these put entries together, where the rules of derivatives go by position.
    """
    found = _foreign.get(cls)
    if found is None:
        is_tensor = hasattr(cls, "__dlpack__") and not hasattr(cls, "__array_ufunc__")
        found = (is_tensor or is_labelled(cls)) and not hasattr(cls, "__array_function__")
        _foreign[cls] = found
    return found


def is_labelled(cls: type) -> bool:
    """Whether `cls` computes elementwise and converts to an array, without being one: a Series, a DataArray."""
    return all(hasattr(cls, name) for name in ("__array__", "__array_ufunc__", "ndim"))


_foreign: Final[dict[type, bool]] = {}  # only grows, by one entry for each class that occurs beside a tracked value


def as_numpy(x: Any) -> Any:
    """A constant of another library as a NumPy array, all else as it is.

    Left as it is, its library would compute the values and gradients, in its own dtypes.
    """
    if not is_foreign(type(x)):
        return x
    if getattr(x, "requires_grad", False):
        raise ConversionError(
            f"A {type(x).__name__} (shape {tuple(x.shape)}) that requires a gradient stands beside a tracked value, "
            "and would get none. Give it to the function as an argument, by tracker.interop.torch, or pass x.detach()."
        )
    return np.asarray(x)


def as_computed(op: Op, args: tuple[Any, ...], dtype: Any) -> tuple[Any, ...]:
    """Plain arrays and numbers of NumPy in the dtypes that the ufunc computed with, whose result has this dtype.

    NumPy casts them itself on the way to the value; a rule that squares an argument, or takes its logarithm, would do
    so in int8 or float16.
    """
    if op.name in _UNMIXED:
        return args
    for x in args:
        if _is_other(x, dtype):
            break
    else:
        return args
    ufunc = op.fun if isinstance(op.fun, np.ufunc) else vars(np).get(op.name.removeprefix("numpy."))
    if not isinstance(ufunc, np.ufunc):
        return args
    kinds = tuple([_kind_of(x) for x in args])
    if any(kind is None for kind in kinds):  # not `in`: numpy.dtype(float) == None
        return args
    loop = ufunc.resolve_dtypes((*kinds, *(None,) * ufunc.nout))
    return tuple([_cast(x, loop[i]) if _is_other(x, dtype) else x for i, x in enumerate(args)])


def _is_other(x: Any, dtype: Any) -> bool:
    if type(x) is not _ndarray and not isinstance(x, _generic):
        return False
    return bool(x.dtype != dtype and x.dtype.kind in "iubf")


def _kind_of(x: Any) -> Any:
    """The dtype of an argument; of a Python number its type, which NumPy promotes weakly."""
    if type(x) is float or type(x) is int or type(x) is complex:
        return type(x)
    return getattr(x, "dtype", None)


def _cast(x: Any, dtype: Any) -> Any:
    """A real argument stays real where the ufunc computes with complex numbers."""
    return x.astype(np.zeros((), dtype).real.dtype if dtype.kind == "c" else dtype)
