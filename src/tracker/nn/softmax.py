"""Softmax and its logarithms, safe for large entries."""

from __future__ import annotations

from typing import Any

import numpy as np

from tracker._core.registry import rule
from tracker._rules.products import conj
from tracker._rules.reductions import unreduce
from tracker.nn._primitive import primitive
from tracker.nn.rows import by_rows


@primitive
def softmax(x: Any, axis: Any = -1) -> Any:
    """exp(x) over its sum along `axis`: the shape of x.

    >>> softmax(np.array([1000.0, 1000.0]))
    array([0.5, 0.5])
    """
    return by_rows(_softmax, x) if _along_rows(x, axis) else _softmax(x, axis)


def _softmax(x: Any, axis: Any = -1) -> Any:
    y = np.exp(x - np.max(x, axis=axis, keepdims=True))
    return y / np.sum(y, axis=axis, keepdims=True)


def _along_rows(x: Any, axis: Any) -> bool:
    return isinstance(x, np.ndarray) and axis in (-1, x.ndim - 1)


@primitive
def log_softmax(x: Any, axis: Any = -1) -> Any:
    """The logarithm of `softmax`: the shape of x.

    >>> log_softmax(np.array([0.0, 1000.0]))
    array([-1000.,     0.])
    """
    x = x - np.max(x, axis=axis, keepdims=True)
    return x - np.log(np.sum(np.exp(x), axis=axis, keepdims=True))


@primitive
def logsumexp(x: Any, axis: Any = None, keepdims: bool = False) -> Any:
    """log(sum(exp(x))) along `axis`, the axis dropped or kept as length 1.

    >>> float(logsumexp(np.array([1000.0, -np.inf])))
    1000.0
    """
    top = np.max(x, axis=axis, keepdims=True)
    top = np.where(np.isfinite(top), top, 0)
    with np.errstate(divide="ignore"):
        y = np.log(np.sum(np.exp(x - top), axis=axis, keepdims=keepdims))
    return y + (top if keepdims else np.squeeze(top, axis=axis))


def _shares(x: Any, y: Any, axis: Any, keepdims: Any) -> Any:
    """Each entry's part in the sum; where y is infinite the entries equal to it share evenly."""
    y = unreduce(y, x.ndim, axis, keepdims)
    infinite = np.isinf(y)
    if np.any(infinite):
        return softmax(np.where(infinite, np.where(x == y, 0.0, -np.inf), x), axis=axis)
    return np.exp(x - y)


def _softmax_jacobian(dy: Any, y: Any, axis: Any) -> Any:
    """The Jacobian, which is symmetric, times dy; its conjugate for that of y."""
    return by_rows(_softmax_product, dy, y) if _along_rows(y, axis) else _softmax_product(dy, y, axis)


def _softmax_product(dy: Any, y: Any, axis: Any = -1) -> Any:
    dy = dy * y
    return dy - y * np.sum(dy, axis=axis, keepdims=True)


rule(
    softmax,
    lambda dy, y, x, axis=-1: _softmax_jacobian(dy, conj(y), axis),
    None,
    pushforward=lambda t, y, x, axis=-1: _softmax_jacobian(t[0], y, axis),
)
rule(
    log_softmax,
    lambda dy, y, x, axis=-1: dy - conj(np.exp(y)) * np.sum(dy, axis=axis, keepdims=True),
    None,
    pushforward=lambda t, y, x, axis=-1: t[0] - np.sum(np.exp(y) * t[0], axis=axis, keepdims=True),
)
rule(
    logsumexp,
    lambda dy, y, x, axis=None, keepdims=False: (
        unreduce(dy, x.ndim, axis, keepdims) * conj(_shares(x, y, axis, keepdims))
    ),
    None,
    None,
    pushforward=lambda t, y, x, axis=None, keepdims=False: np.sum(
        t[0] * _shares(x, y, axis, keepdims), axis=axis, keepdims=keepdims
    ),
)
