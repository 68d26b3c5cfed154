"""Scaled dot-product attention of one or more heads."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from tracker.nn.softmax import softmax


def batched_mul(a: Any, b: Any) -> Any:
    """The matrix product of the last two axes: (..., n, k) and (..., k, m) give (..., n, m).

    >>> batched_mul(np.ones((2, 1, 3)), np.ones((2, 3, 1))).ravel()
    array([3., 3.])
    """
    return np.matmul(a, b)


def dot_product_attention(
    q: Any,
    k: Any,
    v: Any,
    *,
    heads: int = 1,
    mask: Any = None,
    key_mask: Any = None,
    causal: bool = False,
    bias: Any = None,
    drop: Callable[[Any], Any] | None = None,
) -> Any:
    """softmax(q k' / sqrt(d)) v for q (..., n, d), k (..., m, d), v (..., m, e): (..., n, e).

    The last axes are parted into `heads` heads; `attention_weights` has the masks. `drop` is applied to the weights:
    `lambda weights: nn.dropout(rng, weights, 0.1)`. Vaswani et al. (2017), eq. 1.
    Raises `ValueError` for shapes that do not fit each other or the heads, `TypeError` if a mask is not boolean.

    >>> dot_product_attention(np.ones((1, 2)), np.ones((3, 2)), np.array([[0.0], [3.0], [6.0]]))
    array([[3.]])
    """
    if v.shape[-2:-1] != k.shape[-2:-1]:
        raise ValueError(f"attention: keys {k.shape} and values {v.shape} are not as many.")
    weights = attention_weights(q, k, heads=heads, mask=mask, key_mask=key_mask, causal=causal, bias=bias)
    return _joined((weights if drop is None else drop(weights)) @ _parted(v, heads, "values"))


def attention_weights(
    q: Any,
    k: Any,
    *,
    heads: int = 1,
    mask: Any = None,
    key_mask: Any = None,
    causal: bool = False,
    bias: Any = None,
) -> Any:
    """softmax(q k' / sqrt(d) + bias) for q (..., n, d), k (..., m, d): how much each query sees, (..., heads, n, m).

    `mask`, boolean and broadcast to (..., heads, n, m), is true where attention is allowed, `key_mask` (..., m) where
    there is a key (`length_mask` makes one); `causal=True` allows position i to see up to i, as `causal_mask`. All
    given must allow. A query that may see nothing has weights of zero. `bias` is broadcast, too.
    Raises as `dot_product_attention` does.

    >>> attention_weights(np.ones((2, 1)), np.ones((2, 1)), causal=True)
    array([[[1. , 0. ],
            [0.5, 0.5]]])
    """
    if q.shape[-1] != k.shape[-1]:
        raise ValueError(f"attention: queries {q.shape} and keys {k.shape} are to be of one width.")
    q, k = _parted(q, heads, "queries"), _parted(k, heads, "keys")
    scores = (q / math.sqrt(q.shape[-1])) @ np.swapaxes(k, -1, -2)
    if bias is not None:
        _check_broadcast("bias", bias, scores)
        scores = scores + bias
    allowed = _allowed(scores, mask, key_mask, causal)
    if not scores.shape[-1]:  # no keys
        return scores
    if allowed is None:
        return softmax(scores)
    # finite, not -inf: a row without anything allowed would be NaN, and is cleared below
    return np.where(allowed, softmax(np.where(allowed, scores, float(np.finfo(scores.dtype).min))), 0)


def causal_mask(n: int, m: int | None = None) -> Any:
    """Which of m positions (n if not given) each of n may see if nothing comes from later: boolean (n, m).

    >>> causal_mask(2, 3)
    array([[ True, False, False],
           [ True,  True, False]])
    """
    return np.tri(n, m, dtype=np.bool)


def _allowed(scores: Any, mask: Any, key_mask: Any, causal: bool) -> Any:
    """All masks together; None if there are none."""
    found = causal_mask(*scores.shape[-2:]) if causal else None
    for name, given in (("mask", mask), ("key_mask", key_mask)):
        if given is None:
            continue
        if getattr(given, "dtype", None) != np.bool:
            kind = getattr(given, "dtype", type(given).__name__)
            raise TypeError(f"an attention {name} is a boolean array, true where allowed; it was given as {kind}.")
        given = given[..., None, None, :] if name == "key_mask" else given
        _check_broadcast(name, given, scores)
        found = given if found is None else found & given
    return found


def _check_broadcast(name: str, x: Any, scores: Any) -> None:
    shape = np.shape(x)
    if len(shape) > scores.ndim or any(a not in (1, b) for a, b in zip(shape[::-1], scores.shape[::-1])):
        raise ValueError(
            f"attention: {name} of shape {shape} is not broadcast to the scores' (..., heads, n, m), here "
            f"{scores.shape}: a mask for each sample, the same for all heads, is mask[:, None]."
        )


def _parted(x: Any, heads: int, what: str) -> Any:
    """(..., n, heads * d) -> (..., heads, n, d)."""
    if heads < 1 or x.ndim < 2 or x.shape[-1] % heads:
        raise ValueError(f"attention: {what} (..., n, width) are parted into {heads} heads; they were given {x.shape}.")
    return np.swapaxes(x.reshape(*x.shape[:-1], heads, x.shape[-1] // heads), -2, -3)


def _joined(x: Any) -> Any:
    """(..., heads, n, d) -> (..., n, heads * d)."""
    x = np.swapaxes(x, -2, -3)
    return x.reshape(*x.shape[:-2], x.shape[-2] * x.shape[-1])
