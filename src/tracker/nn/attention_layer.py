"""Multi-head attention as a layer."""

from __future__ import annotations

from typing import Any

import numpy as np

from tracker.nn._fields import fill
from tracker.nn.attention import dot_product_attention
from tracker.nn.init import Init, glorot_uniform
from tracker.nn.inputs import check_sizes
from tracker.nn.layers import Dense
from tracker.nn.noise import Dropout
from tracker.nn.summary import summary
from tracker.tree import static, struct


@struct(init=False)
class MultiHeadAttention:
    """Attention of several heads between projections: Vaswani et al. (2017), section 3.2.2.

    `layer(q, k, v)`: q (..., n, width), k (..., m, key_width), v (..., m, value_width) gives (..., n, width); k left
    out is q (self-attention), v left out is k (`layer(q, memory)`: cross-attention). `mask`, `key_mask`, `causal` and
    `bias` as in `attention_weights`. In training, `y, _ = layer.training(q, None, rng)`, weights are dropped with
    probability `dropout`. The projections are `Dense`; PyTorch's in_proj_weight is those of query, key and value, one
    below the other. Raises `ValueError` if `heads` does not divide `width`, or unless 0 <= dropout < 1.

    >>> layer = MultiHeadAttention(4, 2, rng=np.random.default_rng(0))
    >>> layer(np.ones((3, 5, 4), np.float32), causal=True).shape
    (3, 5, 4)
    """

    query: Dense
    key: Dense
    value: Dense
    out: Dense
    heads: int = static(default=1)
    dropout: float = static(default=0.0)

    def __init__(
        self,
        width: int,
        heads: int,
        *,
        key_width: int | None = None,
        value_width: int | None = None,
        dropout: float = 0.0,
        bias: bool = True,
        init: Init = glorot_uniform,
        rng: np.random.Generator,
        dtype: Any = np.float32,
    ) -> None:
        check_sizes(self, width=width, heads=heads)
        if heads < 1 or width % heads:
            raise ValueError(f"MultiHeadAttention: a width of {width} can't be parted into {heads} heads.")
        if not 0 <= dropout < 1:
            raise ValueError(f"MultiHeadAttention takes a dropout with 0 <= dropout < 1; it was given {dropout}.")
        key_width = width if key_width is None else key_width
        widths = {
            "query": width,
            "key": key_width,
            "value": key_width if value_width is None else value_width,
            "out": width,
        }
        made = {name: Dense(n, width, bias=bias, init=init, rng=rng, dtype=dtype) for name, n in widths.items()}
        fill(self, **made, heads=heads, dropout=dropout)

    def __call__(self, q: Any, k: Any = None, v: Any = None, **masks: Any) -> Any:
        k = q if k is None else k
        v = k if v is None else v
        q, k, v = self.query(q), self.key(k), self.value(v)
        return self.out(dot_product_attention(q, k, v, heads=self.heads, **masks))

    def training(
        self, q: Any, state: None = None, rng: Any = None, k: Any = None, v: Any = None, **masks: Any
    ) -> tuple[Any, None]:
        """`(y, None)`, with weights dropped by `rng`."""
        layer = Dropout(self.dropout)
        drop = (lambda weights: layer.training(weights, None, rng)[0]) if self.dropout else None
        return self(q, k, v, drop=drop, **masks), None

    __str__ = summary
