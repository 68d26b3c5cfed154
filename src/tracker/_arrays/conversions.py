"""Conversions that would lose the gradient: refused, with the way out."""

from __future__ import annotations

import sys
import warnings
from typing import Any, Final

import numpy as np

import tracker._arrays.array as _array
import tracker._arrays.buffers as _buffers
import tracker._arrays.dispatch as _dispatch
import tracker._arrays.handles as _handles
import tracker._arrays.kept as _kept
import tracker._arrays.leaves as _leaves
import tracker._arrays.real as _real
from tracker._arrays import askers, coefficients, counterparts, lists
from tracker._core.levels import current_pause
from tracker.errors import ConversionError, RefusedAttributeError


def to_array(x: Any, copy: Any) -> Any:
    """What np.array(x) gives: an array where no gradient can be lost, else an error.

    A constant buffer gives a copy where one is asked for; an alias would miss what is written into it later.
    """
    value = paused_value(x)
    if value is x and (copy is True or askers.copies(sys._getframe())):
        value = _buffers.without_buffers(x)
    if value is not x:
        return np.array(value)
    if isinstance(x, _real.TrackedReal) and lists.in_plain_mean(sys._getframe()):
        return lists.as_object(x)
    if lists.in_comparison(sys._getframe()) or askers.in_assertion(sys._getframe()):
        return np.array(_handles.plain(x))
    if coefficients.maps_domain(sys._getframe()):
        return lists.as_object(x)
    advice = coefficients.instead_of_polynomial(sys._getframe())
    if advice is not None:
        raise ConversionError(f"A tracked value (shape {x.shape}) would lose its gradient: {advice}")
    refused = lists.refused_by_numpy(sys._getframe())
    if refused is not None:
        raise ConversionError(
            f"numpy.{refused[0]} would make a tracked value (shape {x.shape}) plain, which would lose its gradient: "
            f"{refused[1]}"
        )
    advice = counterparts.instead_of_scipy(sys._getframe())
    if advice is not None:
        raise _told(_given_to_scipy(advice, f" (shape {x.shape})"))
    library = askers.library(sys._getframe())
    if library is not None:
        raise _given_to(library)
    if isinstance(x, _real.TrackedReal):
        raise ConversionError(
            "A tracked number was about to become part of a plain array, which would lose its gradient. Write "
            "tracker.collect([a, b]) or np.stack([a, b]) for np.array([a, b]) and for a list given to a function of "
            "NumPy, write into np.zeros_like(x) or tracker.zeros(shape) instead of a plain array, m + s * "
            "rng.standard_normal(n) for rng.normal(m, s, n), and use x.data or x.item() where the plain value is "
            "wanted."
        )
    raise ConversionError(
        f"A tracked value (shape {x.shape}) was about to become a plain array, which would lose its "
        "gradient. Join tracked values with tracker.collect or np.stack, write plain @ x for plain.dot(x), "
        "m + s * rng.standard_normal(n) for rng.normal(m, s, n), write into "
        "np.zeros_like(x) or tracker.zeros(shape) instead of a plain array, and use x.data where the "
        "plain value is wanted."
    )


def _given_to_scipy(advice: str | None, shape: str = "") -> ConversionError:
    return ConversionError(
        f"A tracked value{shape} was given to SciPy, which would have made it plain and lost its gradient. {advice} "
        "Where the plain value is wanted, pass x.data."
    )


def _told(error: ConversionError) -> ConversionError:
    """`error`, and its message as a warning where SciPy's compiled code puts an error of its own in its place."""
    if askers.drops_errors(sys._getframe()):
        warnings.warn(str(error), stacklevel=2)
    return error


_LABELLED: Final = ("pandas", "xarray")


def _given_to(library: str) -> ConversionError:
    instead = (
        "Compute with the table's values, to_numpy(), where a gradient is wanted; else give it x.data"
        if library in _LABELLED
        else "Give it x.data"
    )
    return ConversionError(
        f"A tracked value was given to {library}, which takes plain values, without gradients. {instead} (and "
        "tracker.data(xs) for what holds tracked values)."
    )


def to_dlpack(x: Any, options: Any) -> Any:
    """What np.from_dlpack and other libraries' read: a copy where nothing is recorded, else an error."""
    value = paused_value(x)
    if _handles.is_tracked(value):
        raise ConversionError(
            f"A tracked value (shape {x.shape}) was about to be handed to another library by DLPack, which would lose "
            "its gradient. Use a function of that library by tracker.interop (from_jax, from_torch), and x.data where "
            "the plain value is wanted."
        )
    if options.get("copy") is False:
        raise BufferError("The memory of a tracked value belongs to the record: copy=False can't be. Use x.data.")
    return np.array(value).__dlpack__(**options)


def dlpack_device(x: Any) -> Any:
    value = _handles.plain(x)
    return value.__dlpack_device__() if hasattr(value, "__dlpack_device__") else np.zeros(0).__dlpack_device__()


def refuse_torch(f: Any) -> Any:
    """Raise for a function of PyTorch that was given a tracked value; operators then are left to tracker."""
    raise ConversionError(
        f"torch.{getattr(f, '__name__', f)} was given a tracked value, whose gradient it would lose. Use NumPy's "
        "function, or tracker.interop.torch.from_torch; and x.data where the plain value is wanted."
    )


def paused_value(x: Any) -> Any:
    """`x`, or its plain value where recording is off for it: then no gradient can be lost."""
    pause = current_pause()
    return x if pause is None else _kept.paused(x, pause)


def refuse_root_finder(x: Any) -> None:
    """Raise if one of SciPy's root finders asks whether `x` is NaN: their C code takes a failed float(x) for -1."""
    if counterparts.in_root_finder(sys._getframe()):
        to_number(x, float)


def to_number(x: Any, kind: Any) -> Any:
    """What float(x), int(x) and complex(x) give: a number where no gradient can be lost, else an error."""
    value = _buffers.without_buffers(paused_value(x))
    if _handles.is_tracked(value):
        if lists.in_comparison(sys._getframe()):
            return kind(_handles.plain(value))
        advice = coefficients.instead_of_polynomial(sys._getframe())
        if advice is not None:
            raise ConversionError(f"A tracked number would lose its gradient: {advice}")
        advice = counterparts.asked_for_number(sys._getframe())
        if advice is not None:  # what a function that was given to SciPy gives
            raise _told(
                ConversionError(
                    f"{kind.__name__}() of a tracked value, which SciPy asked for, would lose its gradient. {advice} "
                    "Where the plain value is wanted, give x.data or x.item()."
                )
            )
        library = askers.library(sys._getframe())
        raise no_conversion(kind.__name__) if library is None else _given_to(library)
    return kind(value)


def no_conversion(name: str) -> ConversionError:
    instead = (
        'Use NumPy\'s functions instead of math\'s, f"{x:.3f}" instead of "%.3f" % x, write into np.zeros_like(x) or '
        "tracker.zeros(shape) instead of a plain array, and use x.data or x.item() where the plain value is wanted."
    )
    return ConversionError(
        f"{name}() of a tracked value would lose its gradient (functions of math, random and others call it). {instead}"
    )


def missing_attribute(name: str) -> Any:
    try:
        sys._getframe()
    except SystemError as error:  # a compiled class asks with the error of a property still set, and so finds it
        if error.__cause__ is None:
            raise
        raise error.__cause__ from None
    if name.startswith("__"):
        if name == "__array_namespace__" and askers.needs_namespace(sys._getframe()):
            raise _given_to_scipy(counterparts.instead_of_scipy(sys._getframe()))
        raise AttributeError(name)
    if name == "grad":  # the property raised, and Python asks again
        raise AttributeError(_leaves.NO_GRADIENT)
    advice = counterparts.around_scipy(sys._getframe())
    if advice is not None and name == "matvec":  # asked for by scipy.sparse.linalg, which then gives no reason
        raise _given_to_scipy(advice)
    if name in _REFUSED:
        raise RefusedAttributeError(f"A tracked value has no {name!r}: {advice or _REFUSED[name]}")
    raise AttributeError(f"a tracked value has no attribute {name!r}. {advice or ''}".rstrip(". "))


def number_attribute(x: Any, name: str) -> Any:
    """An attribute of a tracked number that it shares with arrays: a method of its 0-d array."""
    if name in _OF_VALUES:
        return getattr(np.asarray(_handles.plain(x))[()], name)
    if name not in _OF_ARRAYS:
        return missing_attribute(name)

    def method(*args: Any, **kwargs: Any) -> Any:
        y = getattr(_dispatch.record_scalar(x), name)(*args, **kwargs)
        return y[()] if isinstance(y, _array.TrackedArray) and not y.shape else y

    return method


_OF_VALUES: Final = frozenset(("base", "device", "flags", "is_integer", "strides"))
_OF_ARRAYS: Final = frozenset(
    (
        "all", "any", "argmax", "argmin", "argsort", "choose", "clip", "compress", "cumprod", "cumsum", "diagonal",
        "flatten", "nonzero", "repeat", "searchsorted", "squeeze", "std", "swapaxes", "take", "to_device",
        "trace", "transpose", "var", "view",
    )
)  # fmt: skip
_REFUSED: Final = {
    "backward": "back-propagation is x.back().",
    "cpu": "its plain array is x.data.",
    "detach": "a constant of its value is tracker.stop_gradient(x), a plain one x.data.",
    "numpy": "its plain array is x.data.",
    "requires_grad": "tracker.param(x) makes a leaf, and x.is_leaf tells one.",
    "byteswap": "a reinterpretation of its bytes has no derivative. Use x.data.byteswap().",
    "getfield": "a reinterpretation of its bytes has no derivative. Use x.data.getfield(...).",
    "setfield": "a reinterpretation of its bytes has no derivative.",
    "tobytes": "bytes carry no gradient. Use x.data.tobytes().",
    "tofile": "a file carries no gradient. Use x.data.tofile(...).",
    "dump": "a file carries no gradient. Use x.data.dump(...), or pickle a leaf.",
    "dumps": "bytes carry no gradient. Use x.data.dumps().",
    "resize": "a recorded array can't change its size in place. Use np.resize(x, shape).",
    "setflags": "its memory belongs to the record. Use x.data.setflags(...).",
}
