"""Forward mode: the tangent of each call, computed beside its value."""

from __future__ import annotations

from typing import Any

import numpy as np

import tracker._arrays.array as _array
import tracker._arrays.dispatch as _dispatch
import tracker._arrays.fitting as _fitting
import tracker._arrays.gradients as _gradients
import tracker._arrays.handles as _handles
import tracker._arrays.operands as _operands
import tracker._arrays.real as _real
from tracker._core.levels import new_level
from tracker._core.node import BUFFER, GETITEM, LINEAR, MULTILINEAR, PARTIALS, PULLBACKS, SETITEM, Op
from tracker._core.registry import parameter_names
from tracker._core.sweep import differentiate
from tracker.errors import NoRuleError


def new_dual(value: Any, tangent: Any, level: int) -> Any:
    """A value with its tangent: a tracked value of a forward-mode level."""
    x = _handles.new_leaf(value, level)
    node = _handles.node_of(x)
    assert node is not None
    node.op = BUFFER
    node.forward = True
    node.slot = tangent
    return x


def push(op: Op, args: Any, values: Any, kwargs: Any, y: Any, level: int) -> Any:
    """The result `y` of `op(*values, **kwargs)` with its tangent."""
    if isinstance(y, np.ndarray):
        _operands.refuse_objects(op.name, y.dtype)
    tangents = tuple([_tangent(x, level) for x in args])
    with np.errstate(all="ignore"):  # a tangent raises and warns nowhere where the value does not
        dy = tangent_of(op, tangents, y, values, kwargs)
        return _pair(y, dy, level)


def _pair(y: Any, dy: Any, level: int) -> Any:
    if isinstance(y, tuple | list):
        pairs = [_pair(v, None if dy is None else d, level) for v, d in zip(y, dy, strict=True)]
        return type(y)(pairs) if type(y) in (tuple, list) else type(y)(*pairs)
    spec = _handles.spec_of(y) if type(y) not in (int, bool) else None
    if spec is None or spec.dtype.kind not in "fc":
        return y
    if dy is None:
        dy = np.zeros_like(y)
    return new_dual(y, _fitting.fit_tangent(dy, spec), level)


def _tangent(x: Any, level: int) -> Any:
    """The tangent of an argument of this level, None for a constant."""
    if type(x) is list or type(x) is tuple:
        if _handles.level_of(x) < level:
            return None
        return [_tangent(e, level) for e in x]
    node = _handles.node_of(x)
    return node.slot if node is not None and node.level == level else None


def tangent_of(op: Op, tangents: Any, y: Any, values: Any, kwargs: Any) -> Any:
    """The tangent of `y = op(*values, **kwargs)`."""
    if op.kind != PARTIALS and op.joint is None:
        values = _gradients.algebra.arguments(list(values))
    if op.pushforward is not None:
        given_by_name = (None,) * (len(op.rules) - len(tangents))  # plain: what is tracked has been moved
        return op.pushforward(tangents + given_by_name, y, *values, **kwargs)
    if op.kind == PARTIALS:
        return _by_partials(op, tangents, y, values, kwargs)
    if op.kind == LINEAR or op.kind == GETITEM or op.kind == SETITEM:
        return _by_linearity(op, tangents, values, kwargs)
    if op.kind == MULTILINEAR:
        return _by_product_rule(op, tangents, values, kwargs)
    return _by_transposing(op, tangents, y, values, kwargs)


def _by_partials(op: Op, tangents: Any, y: Any, values: Any, kwargs: Any) -> Any:
    dy = None
    for i, dx in enumerate(tangents):
        if dx is None or op.rules[i] is None:
            continue
        partial = _gradients.algebra.partial(op, i, [y, *values], kwargs or None)
        term = _gradients.algebra.strong_times(dx, partial)
        dy = term if dy is None else dy + term
    return dy


def _by_linearity(op: Op, tangents: Any, values: Any, kwargs: Any) -> Any:
    args = list(values)
    for i in range(len(args)):
        if op.rule_of(i) is not None:
            args[i] = _or_zeros(tangents[i], values[i])
    if kwargs:  # plain there, or it would have been moved to its position
        names = parameter_names(op.fun)
        linear = [k for k in kwargs if k in names and op.rule_of(names.index(k)) is not None]
        kwargs = {**kwargs, **{k: _or_zeros(None, kwargs[k]) for k in linear}}
    return _dispatch.evaluate(op, args, kwargs)


def _or_zeros(dx: Any, x: Any) -> Any:
    """The tangent of `x`, zeros where there is none; lists are entered."""
    if type(x) is list or type(x) is tuple:
        return [_or_zeros(None if dx is None else dx[k], e) for k, e in enumerate(x)]
    return np.zeros_like(x) if dx is None else dx


def _by_product_rule(op: Op, tangents: Any, values: Any, kwargs: Any) -> Any:
    dy = None
    for i, dx in enumerate(tangents):
        if dx is None or op.rule_of(i) is None:
            continue
        for args in _one_at_a_time(list(values), i, dx):
            term = _dispatch.evaluate(op, args, kwargs)
            dy = term if dy is None else dy + term
    return dy


def _one_at_a_time(values: list[Any], i: int, dx: Any) -> list[list[Any]]:
    """The argument lists of the product rule for argument `i`, itself perhaps a list of factors."""
    if type(dx) is not list:
        return [[*values[:i], dx, *values[i + 1 :]]]
    calls: list[list[Any]] = []
    for k, d in enumerate(dx):
        if d is not None:
            factors = list(values[i])
            factors[k] = d
            calls.append([*values[:i], factors, *values[i + 1 :]])
    return calls


def _by_transposing(op: Op, tangents: Any, y: Any, values: Any, kwargs: Any) -> Any:
    """J dx from the pullback alone: it is linear in dy, and its own adjoint is J."""
    if op.kind != PULLBACKS:
        raise NoRuleError(f"{op.name} has no derivative rule.")
    level = new_level()
    duals = _zeros_leaves(y, level)
    total = None
    for i, dx in enumerate(tangents):
        if dx is not None and op.rule_of(i) is not None:
            variadic = op.variadic and i >= len(op.rules) - 1
            head = (i, duals) if variadic else (duals,)
            pulled = op.rule_of(i)(*head, y, *values, **kwargs)
            total = _inner(dx, pulled, total)
    root = _handles.node_of(total)
    if root is None:
        return _zeros_of_structure(y)
    found = dict(differentiate(root, np.ones((), root.spec.dtype)))
    return _collect_gradients(duals, y, found)


def _zeros_leaves(y: Any, level: int) -> Any:
    if isinstance(y, tuple | list):
        return tuple([_zeros_leaves(v, level) for v in y])
    dtype = getattr(y, "dtype", None)
    if dtype is not None and dtype.kind not in "fc":
        return None
    return _handles.new_leaf(np.zeros_like(y), level)


def _zeros_of_structure(y: Any) -> Any:
    return tuple([_zeros_of_structure(v) for v in y]) if isinstance(y, tuple | list) else np.zeros_like(y)


def _collect_gradients(duals: Any, y: Any, found: Any) -> Any:
    if type(duals) is tuple:
        return tuple([_collect_gradients(d, v, found) for d, v in zip(duals, y, strict=True)])
    if duals is None:
        return None
    g = found.get(_handles.node_of(duals))
    return np.zeros_like(y) if g is None else g


def _inner(dx: Any, pulled: Any, total: Any) -> Any:
    """total + <dx, pulled>, real part; both may be lists."""
    if type(dx) is list:
        for d, p in zip(dx, pulled, strict=True):
            if d is not None and p is not None:
                total = _inner(d, p, total)
        return total
    if pulled is None or not isinstance(pulled, _array.TrackedArray | _real.TrackedReal):
        return total
    # dx fitted the way the sweep would fit the pulled-back gradient: a pullback may leave axes to broadcast
    product = np.real(np.conj(dx) * pulled) if _is_complex(dx) or _is_complex(pulled) else dx * pulled
    term = np.sum(product)
    return term if total is None else total + term


def _is_complex(x: Any) -> bool:
    return bool(_handles.spec_of(x).is_complex)
