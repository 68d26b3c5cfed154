"""The equations for the slopes of a cubic spline at its knots, as sparse matrices.

De Boor, A Practical Guide to Splines (1978), chapter IV; the ends are those of scipy.interpolate.CubicSpline.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import scipy.sparse

from tracker.errors import UnsupportedKeywordError

_sparse: Any = scipy.sparse
_END = {"natural": (2, 0.0), "clamped": (1, 0.0)}


def slope_equations(x: Any, bc_type: Any) -> tuple[Any, Any]:
    """`(A, B)` with `A @ slopes = B @ y`, up to the constants that conditions at the ends add: both (n, n)."""
    n = len(x)
    h = np.diff(x)
    ends = [bc_type, bc_type] if isinstance(bc_type, str) else list(bc_type)
    ends = [_END.get(e, e) if isinstance(e, str) else e for e in ends]
    a, rises = _Entries(), _Entries()
    if n > 2:
        i = np.arange(1, n - 1)
        a.add(i, i - 1, h[1:])
        a.add(i, i, 2 * (h[:-1] + h[1:]))
        a.add(i, i + 1, h[:-1])
        rises.add(i, i - 1, 3 * h[1:])
        rises.add(i, i, 3 * h[:-1])
    if ends[0] == "periodic":
        _periodic(a, rises, h, n)
    elif n == 3 and ends == ["not-a-knot", "not-a-knot"]:
        a.add([0, 0, 2, 2], [0, 1, 1, 2], [1, 1, 1, 1])
        rises.add([0, 2], [0, 1], [2, 2])
    else:
        _end(a, rises, h, ends[0], (0, 1), (0, 1))
        _end(a, rises, h, ends[1], (n - 1, n - 2), (n - 2, n - 3))
    differences = _sparse.diags_array([-1 / h, 1 / h], offsets=[0, 1], shape=(n - 1, n))
    return a.matrix((n, n)).tocsc(), (rises.matrix((n, n - 1)) @ differences).tocsr()


class _Entries:
    """The entries of a sparse matrix; those at one place are added."""

    def __init__(self) -> None:
        self.parts: list[Any] = []

    def add(self, row: Any, col: Any, value: Any) -> None:
        self.parts.append(np.broadcast_arrays(np.atleast_1d(row), np.atleast_1d(col), np.atleast_1d(value)))

    def matrix(self, shape: tuple[int, int]) -> Any:
        if not self.parts:
            return _sparse.csr_matrix(shape)
        row, col, value = (np.concatenate(p) for p in zip(*self.parts, strict=True))
        return _sparse.csr_matrix((value.astype(float), (row, col)), shape)


def _end(a: Any, rises: Any, h: Any, condition: Any, row: tuple[int, int], near: tuple[int, int]) -> None:
    """The equation at one end; `row` are the last knot and the one before, `near` the intervals alike."""
    last, inner = row
    if condition == "not-a-knot" and len(h) == 1:
        a.add(last, last, 1)
        rises.add(last, 0, 1)
    elif condition == "not-a-knot":
        h0, h1 = h[near[0]], h[near[1]]
        d = h0 + h1
        a.add(last, [last, inner], [h1, d])
        rises.add(last, list(near), [(h0 + 2 * d) * h1 / d, h0**2 / d])
    elif condition[0] == 1:
        a.add(last, last, 1)
    elif condition[0] == 2:
        a.add(last, [last, inner], [2 * h[near[0]], h[near[0]]])
        rises.add(last, near[0], 3 * h[near[0]])
    else:
        raise UnsupportedKeywordError(f"CubicSpline can't be differentiated with bc_type={condition!r}.")


def _periodic(a: Any, rises: Any, h: Any, n: int) -> None:
    if n == 2:
        a.add([0, 1], [0, 1], 1)
        return
    a.add(0, [0, 1, n - 2], [2 * (h[-1] + h[0]), h[-1], h[0]])
    rises.add(0, [n - 2, 0], [3 * h[0], 3 * h[-1]])
    a.add(n - 1, [0, n - 1], [-1, 1])
