"""Recursive filters: y[n] = v[n] - sum_k a[k] y[n - k] as one step of the record, and what is made of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import scipy.signal

from tracker._arrays import dispatch, handles
from tracker._core.node import EVERYTHING, PULLBACKS, Op
from tracker.scipy._linear_map import linear_map

_signal: Any = scipy.signal


def filtered(b: Any, a: Any, x: Any, state: Any = None) -> Any:
    """scipy.signal.lfilter along the last axis, from a `state` of the transposed direct form."""
    if state is None and not handles.is_tracked(a) and not handles.is_tracked(b):
        return fixed_filter(b, a)(x)
    b, a = b / a[0], a / a[0]
    total: Any = 0.0
    for k in range(b.shape[0]):
        total = total + b[k] * _delayed(x, k)
    if state is not None and state.shape[-1]:
        rest = max(x.shape[-1] - state.shape[-1], 0)
        longer = np.concatenate([state, np.zeros((*state.shape[:-1], rest))], axis=-1)
        total = total + longer[..., : x.shape[-1]]
    return _recursive(a, total)


def final_state(b: Any, a: Any, x: Any, y: Any, state: Any) -> Any:
    """The state after `y = filtered(b, a, x, state)`: z[k] becomes b[k + 1] x - a[k + 1] y + z[k + 1] at each step."""
    n, length = max(b.shape[0], a.shape[0]), x.shape[-1]
    b, a = _padded(b / a[0], n), _padded(a / a[0], n)
    state = np.broadcast_to(state, (*x.shape[:-1], n - 1))
    after = []
    for k in range(n - 1):
        z = state[..., k + length] if k + length < n - 1 else 0.0
        for j in range(k + 1, min(n, k + 1 + length)):
            z = z + b[j] * x[..., k - j] - a[j] * y[..., k - j]
        after.append(z)
    return np.stack(after, axis=-1) if after else state


def fixed_filter(b: Any, a: Any) -> Callable[[Any], Any]:
    """The filter with plain coefficients along the last axis: linear, its adjoint the same backwards in time."""

    def backwards(dy: Any) -> Any:
        return np.flip(_signal.lfilter(np.conj(b), np.conj(a), np.flip(dy, -1)), -1)

    return linear_map("scipy.signal.lfilter", lambda x: _signal.lfilter(b, a, x), backwards)


def steady_state(b: Any, a: Any) -> Any:
    """scipy.signal.lfilter_zi: the state of a filter whose input has been 1 for ever."""
    n = max(b.shape[0], a.shape[0])
    b, a = _padded(b / a[0], n), _padded(a / a[0], n)
    if n == 1:
        return np.zeros(0)
    shift = np.eye(n - 1, k=1)
    first = np.eye(n - 1)[:, :1] * 0 + np.eye(1, n - 1)
    companion = shift - a[1:][:, None] * first
    return np.linalg.solve(np.eye(n - 1) - companion, b[1:] - a[1:] * b[0])


def steady_states(sos: Any) -> Any:
    """scipy.signal.sosfilt_zi: those of sections (n, 6) one after the other, (n, 2)."""
    found, gain = [], 1.0
    for k in range(sos.shape[0]):
        b, a = sos[k, :3], sos[k, 3:]
        found.append(gain * steady_state(b, a))
        gain = gain * np.sum(b) / np.sum(a)
    return np.stack(found)


def _padded(x: Any, n: int) -> Any:
    return np.concatenate([x, np.zeros(n - x.shape[0])])


def _delayed(x: Any, k: int) -> Any:
    if k == 0:
        return x
    n = x.shape[-1]
    zeros = np.zeros((*x.shape[:-1], min(k, n)), handles.plain(x).dtype)
    return np.concatenate([zeros, x[..., : max(n - k, 0)]], axis=-1)


def _recursive(a: Any, v: Any) -> Any:
    return dispatch.record(_RECURSIVE, (a, v), None)


def _run(a: Any, v: Any) -> Any:
    return _signal.lfilter(np.ones(1, v.dtype), a, v)


def _reversed(a: Any, dy: Any) -> Any:
    """The adjoint of the filter: the same filter, backwards in time."""
    return np.flip(_recursive(np.conj(a), np.flip(dy, -1)), -1)


def _by_coefficients(dy: Any, y: Any, a: Any, v: Any) -> Any:
    w = _reversed(a, dy)
    return np.stack([-np.sum(w * np.conj(_delayed(y, k))) if k else np.sum(w) * 0 for k in range(a.shape[0])])


def _by_input(dy: Any, y: Any, a: Any, v: Any) -> Any:
    return _reversed(a, dy)


def _tangent(tangents: Any, y: Any, a: Any, v: Any) -> Any:
    da, dv = tangents
    total = 0.0 * y if dv is None else dv
    if da is not None:
        for k in range(1, a.shape[0]):
            total = total - da[k] * _delayed(y, k)
    return _recursive(a, total)


_RECURSIVE = Op(_run, "scipy.signal.lfilter", PULLBACKS, (_by_coefficients, _by_input))
_RECURSIVE.pushforward = _tangent
_RECURSIVE.reads = [EVERYTHING, 1 << 1]
