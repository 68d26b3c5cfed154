"""Fixed linear maps and their adjoints, recorded as one step: each is the other's derivative, to all orders."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from tracker._arrays import dispatch
from tracker._core.node import LINEAR, PULLBACKS, Op

_Map = Callable[[Any], Any]


def linear_map(name: str, forward: _Map, adjoint: _Map) -> _Map:
    """`forward`, which is linear, as a function of tracked arrays; `adjoint` is its conjugate transpose."""
    return _both_ways(name, forward, adjoint)[0]


def affine_map(name: str, value: _Map, slope: _Map, adjoint: _Map) -> _Map:
    """`value`, which is the linear map `slope` and a constant; `adjoint` is the conjugate transpose of `slope`."""
    ahead, back = _both_ways(name, slope, adjoint)
    op = Op(value, name, PULLBACKS, (lambda dy, y, x: back(dy),))
    op.pushforward = lambda tangents, y, x: ahead(tangents[0])
    op.reads = [0]
    return lambda x: dispatch.record(op, (x,), None)


def _both_ways(name: str, forward: _Map, adjoint: _Map) -> tuple[_Map, _Map]:
    there = Op(forward, name, LINEAR, (lambda dy, y, x: back(dy),))
    again = Op(adjoint, f"the adjoint of {name}", LINEAR, (lambda dy, y, x: ahead(dy),))
    there.reads = again.reads = [0]

    def ahead(x: Any) -> Any:
        return dispatch.record(there, (x,), None)

    def back(x: Any) -> Any:
        return dispatch.record(again, (x,), None)

    return ahead, back


def matrix_map(name: str, matrix: Any) -> _Map:
    """Multiplication from the left with a fixed sparse or dense matrix: (n,) or (n, k) -> (m,) or (m, k)."""
    transposed = matrix.conj().T
    return linear_map(name, lambda x: matrix @ x, lambda x: transposed @ x)


def solve_map(name: str, matrix: Any) -> _Map:
    """The solution of a system with a fixed sparse square matrix: (n,) or (n, k), real or complex."""
    from scipy.sparse.linalg import splu

    factors: Any = splu(matrix.tocsc())

    def by_parts(x: Any, trans: str) -> Any:
        if np.iscomplexobj(x) and matrix.dtype.kind != "c":
            return factors.solve(np.ascontiguousarray(x.real), trans) + 1j * factors.solve(
                np.ascontiguousarray(x.imag), trans
            )
        return factors.solve(np.ascontiguousarray(x, np.result_type(x.dtype, matrix.dtype)), trans)

    return linear_map(name, lambda x: by_parts(x, "N"), lambda x: by_parts(x, "H"))
