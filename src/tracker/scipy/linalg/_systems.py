"""Solutions of linear systems whose matrix is given in some form: one rule for all of them.

Where M(p) x = b: the gradient by b is z = M^-H dy, and that by p is what the adjoint of p -> M(p) x makes of -z
(Giles 2008, "An extended collection of matrix derivative results for forward and reverse mode AD", section 2.3.1).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from tracker._arrays import dispatch
from tracker._core.node import EVERYTHING, PULLBACKS, Op
from tracker._transforms.reverse import pullback

_Solve = Callable[..., Any]


def linear_system(name: str, core: int, solve: _Solve, adjoint: _Solve, multiply: _Solve) -> _Solve:
    """The function x of (b, *p, **options) that solves M(p) x = b.

    `solve(b, *p, **options)` computes it for plain arrays, `adjoint(dy, *p, **options)` solves with M^H, in recorded
    calls, and `multiply(x, *p, **options)` is the part of M(p) x that is linear in p, in recorded calls. One matrix has
    a p of `core` axes; a vector b of many matrices is a column.
    """

    def by_b(dy: Any, x: Any, b: Any, *p: Any, **options: Any) -> Any:
        return np.zeros_like(dy, shape=b.shape) if dy.size == 0 else adjoint(dy, *p, **options)

    def by_p(i: int, dy: Any, x: Any, b: Any, *p: Any, **options: Any) -> Any:
        k = i - 1
        if dy.size == 0:
            return np.zeros_like(p[k])
        product = lambda part: multiply(x, *p[:k], part, *p[k + 1 :], **options)
        return -pullback(product, p[k])[1](adjoint(dy, *p, **options))[0]

    def tangent(tangents: Any, x: Any, b: Any, *p: Any, **options: Any) -> Any:
        right: Any = 0.0 if tangents[0] is None else tangents[0]
        if any(t is not None for t in tangents[1:]):
            moved = [np.zeros_like(q) if t is None else t for q, t in zip(p, tangents[1:], strict=True)]
            right = right - multiply(x, *moved, **options)
        return recorded(right, *p, **options)

    op = Op(solve, name, PULLBACKS, (by_b, by_p))
    op.variadic = True
    op.reads = [EVERYTHING & ~3, EVERYTHING & ~2]
    op.pushforward = tangent

    def recorded(b: Any, *p: Any, **options: Any) -> Any:
        vector = b.ndim == 1 and any(q.ndim > core for q in p)
        x = dispatch.record(op, (b[:, None] if vector else b, *p), options)
        return x[..., 0] if vector else x

    return recorded
