"""Diagonals and triangles: diag, diagonal, diagflat, tril, triu."""

from __future__ import annotations

from typing import Any

import numpy as np

from tracker._core.registry import linear
from tracker._rules.indexing import scatter


def _on_diagonal(dx: Any, shape: tuple[int, ...], offset: int, axis1: int, axis2: int) -> Any:
    """Zeros of `shape` with the last axis of `dx` on a diagonal: the adjoint of np.diagonal."""
    n, m, offset = shape[axis1], shape[axis2], int(offset)
    rest = dx.shape[:-1]
    # of the flat matrix a diagonal is a slice: no index arrays, no accumulation
    start = offset if offset >= 0 else -offset * m
    stop = start + dx.shape[-1] * (m + 1)
    flat = scatter(dx, (..., slice(start, stop, m + 1)), (*rest, n * m))
    return np.moveaxis(np.reshape(flat, (*rest, n, m)), (-2, -1), (axis1, axis2))


def _diag_adjoint(dy: Any, y: Any, v: Any, k: int = 0) -> Any:
    return np.diagonal(dy, k) if v.ndim == 1 else _on_diagonal(dy, v.shape, k, 0, 1)


def _diagonal_adjoint(dy: Any, y: Any, a: Any, offset: int = 0, axis1: int = 0, axis2: int = 1) -> Any:
    return _on_diagonal(dy, a.shape, offset, axis1, axis2)


linear(np.diag, _diag_adjoint)
linear(np.diagonal, _diagonal_adjoint)
linear(np.diagflat, lambda dy, y, v, k=0: np.reshape(np.diagonal(dy, k), v.shape))
linear(np.tril, lambda dy, y, m, k=0: np.tril(dy, k))
linear(np.triu, lambda dy, y, m, k=0: np.triu(dy, k))
