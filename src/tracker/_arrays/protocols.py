"""NumPy's protocols: which operation a call of a ufunc or function of NumPy is."""

from __future__ import annotations

import operator
import sys
from typing import Any, Final

import numpy as np

import tracker._arrays.buffers as _buffers
import tracker._arrays.dispatch as _dispatch
import tracker._arrays.handles as _handles
import tracker._arrays.mutators as _mutators
import tracker._arrays.operators as _operators
import tracker._arrays.outputs as _outputs
import tracker._arrays.real as _real
import tracker._arrays.rejections as _rejections
from tracker._arrays import counterparts
from tracker._core.node import CONSTANT
from tracker._core.registry import compositions, lookup, methods, parameter_names, refusals
from tracker.errors import NoRuleError, TrackerError

_ndarray: Final = np.ndarray


def call_function(func: Any, args: Any, kwargs: Any) -> Any:
    """A NumPy function on tracked arguments (NEP 18)."""
    treatment = compositions.get(func)
    if treatment is not None:
        return _as_numpy(func, treatment, args, kwargs)
    if func in _operators.table.mutators:
        return _as_numpy(func, lambda *a, **k: _mutators.write(func, a, k), args, kwargs)
    if func in _operators.table.buffers or func is np.full_like and _fills_plainly(args, kwargs):
        value = func(*_handles.plain(args), **{k: _handles.plain(v) for k, v in kwargs.items()})
        return _handles.new_buffer(value, 0) if _handles.is_inexact(value.dtype) else value
    op = lookup(func)
    if op is None:
        raise no_rule(func, args, kwargs)
    if "out" in kwargs or len(args) > 2:
        args, kwargs, out = _without_out(func, args, kwargs)
        if out is not None:
            y = _dispatch.record(op, args, kwargs)
            _check_out(func, args, {**kwargs, "out": out}, out, y)
            return _outputs.write_out(out, y, func)
    return _dispatch.record(op, args, kwargs)


def _as_numpy(func: Any, treatment: Any, args: Any, kwargs: Any) -> Any:
    """`treatment(*args, **kwargs)`, with the error of `func` where NumPy rejects the call."""
    try:
        return treatment(*args, **kwargs)
    except TrackerError:
        raise
    except _rejections.MISTAKES as error:
        mistake = error
    if func in _rejections.STAND_INS:
        raised = _rejections.without_calls(func, args, kwargs, mistake)
    else:
        raised = _rejections.as_numpy_says(func, args, kwargs, mistake)
    raise raised from (mistake if raised is not mistake else None)


def _fills_plainly(args: Any, kwargs: Any) -> bool:
    """Whether np.full_like fills with what carries no derivative."""
    fill = (*args[1:], *kwargs.values())
    return _handles.level_of(_buffers.without_buffers(fill)) < 0


def _without_out(func: Any, args: Any, kwargs: Any) -> Any:
    """The call without its `out`, given by name or by position, and that."""
    if "out" in kwargs:
        return args, {k: v for k, v in kwargs.items() if k != "out"}, kwargs["out"]
    names = parameter_names(func)
    place = names.index("out") if "out" in names else len(args)
    if place >= len(args) or args[place] is None:
        return args, kwargs, None
    rest = (None, *args[place + 1 :]) if len(args) > place + 1 else ()
    return (*args[:place], *rest), kwargs, args[place]


def _check_out(func: Any, args: Any, kwargs: Any, out: Any, y: Any) -> None:
    """Raise what NumPy does if it does not take this `out` for the result `y`; where all agrees it isn't asked."""
    if type(out) is tuple or "dtype" in kwargs or _differs(out, y):
        rejected = _rejections.error_of(func, args, kwargs)
        if rejected is not None:
            raise rejected


def _differs(out: Any, y: Any) -> bool:
    return np.shape(out) != np.shape(y) or getattr(out, "dtype", None) != getattr(y, "dtype", None)


def call_ufunc(ufunc: Any, method: str, inputs: Any, kwargs: Any) -> Any:
    """A ufunc or one of its methods on tracked arguments (NEP 13)."""
    kwargs = {k: v for k, v in kwargs.items() if not (v is None and k == "out")}
    if method == "outer":
        return _outer(ufunc, inputs[0], inputs[1], kwargs)
    if method == "at":
        return _mutators.ufunc_at(ufunc, *inputs)
    out = kwargs.pop("out", None)
    where = kwargs.get("where", True)
    if where is True:
        kwargs.pop("where", None)
    elif _handles.level_of(where) >= 0:
        kwargs["where"] = _handles.plain(where)
    if method == "__call__":
        op = lookup(ufunc)
        if op is None:
            raise no_rule(ufunc, inputs, kwargs)
        if "where" in kwargs:
            given = kwargs if out is None else {**kwargs, "out": out}
            return _as_numpy(ufunc, lambda *_, **__: _outputs.masked_call(op, inputs, dict(kwargs), out), inputs, given)
        y = _dispatch.record(op, inputs, kwargs)
    else:
        y = _call_method(ufunc, method, inputs, kwargs)
    if out is None:
        return y
    if any(o is not None and _differs(o, v) for o, v in zip(out, y if type(y) is tuple else (y,), strict=False)):
        rejected = _rejections.error_of(getattr(ufunc, method), inputs, {**kwargs, "out": out})
        if rejected is not None:
            raise rejected
    write = _outputs.broadcast_out if method == "__call__" else _outputs.write_out
    if len(out) == 1:
        return write(out[0], y, ufunc)
    return tuple([v if o is None else write(o, v, ufunc) for o, v in zip(out, y, strict=True)])


def _outer(ufunc: Any, a: Any, b: Any, kwargs: Any) -> Any:
    """`ufunc.outer(a, b)` by broadcasting; to NumPy a Python number is an array here, in double precision."""
    a, b = _as_array(a), _as_array(b)
    a = np.reshape(a, np.shape(a) + (1,) * np.ndim(b)) if np.ndim(b) else a
    return ufunc(a, b, **kwargs)


def _as_array(x: Any) -> Any:
    if isinstance(x, int | float | complex) and not isinstance(x, np.generic):
        return np.asarray(x)
    return _dispatch.record_scalar(x) if isinstance(x, _real.TrackedReal) and x.spec.scalar in _PYTHONS else x


_PYTHONS: Final = (float, complex)


def _call_method(ufunc: Any, method: str, inputs: Any, kwargs: Any) -> Any:
    """`ufunc.reduce`, `accumulate` and `reduceat` by the function whose rule serves them."""
    f = methods.get((ufunc, method))
    if f is None:
        # what NumPy rejects is rejected here
        y = getattr(ufunc, method)(*_handles.plain(inputs), **{k: _handles.plain(v) for k, v in kwargs.items()})
        op = lookup(ufunc)
        if op is not None and op.kind == CONSTANT and not _handles.is_inexact(np.asarray(y).dtype):
            return y  # flags; numpy.floor_divide.accumulate begins with x[0] itself
        raise NoRuleError(
            f"numpy.{ufunc.__name__}.{method} has no derivative rule. "
            f"{_INSTEAD_OF[method].format(ufunc.__name__)}, or pass tracker.stop_gradient(x)."
        )
    if len(inputs) == 1 + (method == "reduceat"):
        kwargs.setdefault("axis", 0)
    if method != "reduce":
        inputs, kwargs = _of_one_axis(ufunc, method, inputs, kwargs)
    op = lookup(f)
    if op is None:
        return _as_numpy(getattr(ufunc, method), compositions[f], inputs, kwargs)
    return _dispatch.record(op, inputs, kwargs)


_INSTEAD_OF: Final = {
    "reduce": "Use functools.reduce(numpy.{}, numpy.moveaxis(x, axis, 0))",
    "accumulate": "Use numpy.stack(list(itertools.accumulate(numpy.moveaxis(x, axis, 0), numpy.{})))",
    "reduceat": "Use functools.reduce(numpy.{}, x[i:j]) for each slice",
}


def _of_one_axis(ufunc: Any, method: str, inputs: Any, kwargs: Any) -> Any:
    """The arguments of `accumulate` or `reduceat` with the axis an integer, as the function of its rule wants it."""
    place = 2 if method == "reduceat" else 1
    axis = kwargs["axis"] if "axis" in kwargs else inputs[place]
    if type(axis) is int and np.ndim(inputs[0]):
        return inputs, kwargs
    plain = {k: _handles.plain(v) for k, v in kwargs.items()}
    getattr(ufunc, method)(*_handles.plain(inputs), **plain)  # several axes, and numbers, are rejected
    axis = 0 if axis is None else operator.index(axis[0] if type(axis) is tuple else axis)
    return (*inputs[:place], axis, *inputs[place + 1 :]), {k: v for k, v in kwargs.items() if k != "axis"}


def no_rule(f: Any, args: Any, kwargs: Any) -> NoRuleError:
    """The error for a function that has no rule, saying which argument is tracked."""
    module = getattr(f, "__module__", None) or "numpy"
    name = f"{module}.{getattr(f, '__name__', f)}"
    which = "an argument is tracked"
    for i, x in enumerate(args):
        if _handles.level_of(x) >= 0:
            which = f"argument {i} is tracked, shape {np.shape(_handles.plain(x))}"
            break
    for k, x in kwargs.items():
        if _handles.level_of(x) >= 0:
            which = f"argument {k!r} is tracked"
    if reason := refusals.get(f):
        return NoRuleError(f"{name} has no derivative rule ({which}): {reason}")
    if advice := counterparts.around_scipy(sys._getframe()):
        return NoRuleError(f"{name}, which SciPy calls, has no derivative rule ({which}). {advice}")
    return NoRuleError(
        f"{name} has no derivative rule ({which}). Give it one with tracker.rule, or pass tracker.stop_gradient(x)."
    )


def compare(f: Any, a: Any, b: Any) -> Any:
    """A comparison of plain values."""
    a, b = _handles.plain(a), _handles.plain(b)
    return f(a, np.asarray(b)) if type(b) is list and not isinstance(a, _ndarray) else f(a, b)
