"""Scaled dot-product attention of one or more heads."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from tracker.nn.softmax import softmax


def batched_mul(a: Any, b: Any) -> Any:
    """The matrix product of the last two axes: (..., n, k) and (..., k, m) give (..., n, m).

    >>> batched_mul(np.ones((2, 1, 3)), np.ones((2, 3, 1))).ravel()
    array([3., 3.])
    """
    return np.matmul(a, b)


def dot_product_attention(q: Any, k: Any, v: Any, *, heads: int = 1, mask: Any = None, causal: bool = False) -> Any:
    """softmax(q k' / sqrt(d)) v for q (..., n, d), k (..., m, d), v (..., m, e): (..., n, e).

    The last axes are parted into `heads` heads. `mask`, boolean and broadcast to (..., heads, n, m), is
    true where attention is allowed; `causal=True` allows position i to see up to i. Raises `ValueError`
    if `heads` does not divide d and e, `TypeError` if the mask is not boolean. A query that may see
    nothing gives zeros. Vaswani et al. (2017), eq. 1.

    >>> dot_product_attention(np.ones((1, 2)), np.ones((3, 2)), np.array([[0.0], [3.0], [6.0]]))
    array([[3.]])
    """
    d, e = q.shape[-1], v.shape[-1]
    if d % heads or e % heads:
        raise ValueError(f"attention: {heads} heads can't share queries of width {d} and values of width {e}.")
    q, k, v = (_parted(x, heads) for x in (q, k, v))
    scores = (q / math.sqrt(d // heads)) @ np.swapaxes(k, -1, -2)
    allowed = _allowed(mask, causal, scores.shape[-2:])
    if allowed is None:
        return _joined(softmax(scores) @ v)
    # finite, not -inf: a row without anything allowed would be NaN, and is cleared below
    weights = softmax(np.where(allowed, scores, float(np.finfo(scores.dtype).min)))
    return _joined(np.where(allowed, weights, 0) @ v)


def _allowed(mask: Any, causal: bool, shape: tuple[int, ...]) -> Any:
    if mask is not None and mask.dtype.kind != "b":
        raise TypeError(f"an attention mask is boolean, true where allowed; it was given {mask.dtype}.")
    if not causal:
        return mask
    lower = np.tri(*shape, dtype=np.bool)
    return lower if mask is None else mask & lower


def _parted(x: Any, heads: int) -> Any:
    """(..., n, heads * d) -> (..., heads, n, d)."""
    return np.swapaxes(x.reshape(*x.shape[:-1], heads, -1), -2, -3)


def _joined(x: Any) -> Any:
    """(..., heads, n, d) -> (..., n, heads * d)."""
    x = np.swapaxes(x, -2, -3)
    return x.reshape(*x.shape[:-2], x.shape[-2] * x.shape[-1])
