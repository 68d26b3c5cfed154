"""Eigenvalues and eigenvectors of sparse Hermitian matrices; products with exponentials; norms."""

from __future__ import annotations

from typing import Any

import numpy as np
import scipy.sparse.linalg

from tracker._arrays import dispatch, handles
from tracker._arrays.leaf import collect
from tracker._core.node import EVERYTHING, PULLBACKS, Op
from tracker.errors import DegenerateError, UnsupportedKeywordError
from tracker.scipy._array import given
from tracker.scipy.sparse._matrix import Pattern, SparseMatrix, coo_matrix
from tracker.scipy.sparse.linalg._systems import spsolve

_lib: Any = scipy.sparse.linalg


def eigsh(
    A: Any,
    k: int = 6,
    M: Any = None,
    sigma: Any = None,
    which: str = "LM",
    v0: Any = None,
    ncv: Any = None,
    maxiter: Any = None,
    tol: float = 0,
    return_eigenvectors: bool = True,
    Minv: Any = None,
    OPinv: Any = None,
    mode: str = "normal",
    rng: Any = None,
) -> Any:
    """`scipy.sparse.linalg.eigsh`: eigenvalues w (k,) and vectors (n, k) of a Hermitian matrix, by its values.

    Magnus (1985), Econometric Theory 1(2): dw = v^H dA v, dv = pinv(w - A) dA v, by a sparse system for each vector.
    Raises `NotImplementedError` for `M=` of tracked values, and `DegenerateError`, a `ValueError`, where eigenvalues
    coincide, or if the gradient depends on phases.

    >>> import tracker
    >>> f = lambda v: eigsh(SparseMatrix(v, [0, 1, 2], [0, 1, 2], (3, 3)), 1)[0][0]
    >>> tracker.gradient(f, np.array([1.0, 2.0, 5.0]))[0].round(9)
    array([0., 0., 1.])
    """
    options = {
        "M": M, "sigma": sigma, "which": which, "v0": v0, "ncv": ncv, "maxiter": maxiter, "tol": tol, "Minv": Minv,
        "OPinv": OPinv, "mode": mode, **given(rng=rng),
    }  # fmt: skip
    if isinstance(A, _lib.LinearOperator):
        return _lib.eigsh(A, k, return_eigenvectors=return_eigenvectors, **options)
    A = coo_matrix(A)
    pattern = Pattern(A.row, A.col, A.shape)
    if not handles.is_tracked(A.data):
        return _lib.eigsh(pattern.matrix(A.data), k, return_eigenvectors=return_eigenvectors, **options)
    if M is not None:
        raise UnsupportedKeywordError("eigsh of tracked values takes no M=: reduce the problem to a standard one.")
    w, v = dispatch.record(_EIGSH, (A.data, _Problem(pattern, k, options, return_eigenvectors)), None)
    return (w, v) if return_eigenvectors else w


class _Problem:
    """What is constant in a call of eigsh."""

    def __init__(self, pattern: Pattern, k: int, options: dict[str, Any], vectors: bool) -> None:
        self.pattern, self.k, self.options, self.vectors = pattern, k, options, vectors


def _run(data: Any, problem: _Problem) -> Any:
    matrix = problem.pattern.matrix(data)
    w, v = _lib.eigsh(matrix, problem.k, return_eigenvectors=True, **problem.options)
    if problem.vectors:
        return w, v
    own = _lib.eigsh(matrix, problem.k, return_eigenvectors=False, **problem.options)  # in an order of its own
    return own, v[:, np.argsort(w)[np.argsort(np.argsort(own))]]


def _pullback(dy: Any, y: Any, data: Any, problem: _Problem) -> Any:
    (w, v), (dw, dv) = y, dy
    _require_distinct(handles.plain(w))
    g = 0.0 if dw is None else problem.pattern.by_values(v * dw, v)
    if dv is None:
        return g
    turn = handles.plain(np.imag(np.sum(np.conj(v) * dv, axis=0)))
    if np.any(np.abs(turn) > 1e-9 * np.max(np.abs(handles.plain(dv)), initial=0)):
        raise DegenerateError("eigsh: the gradient depends on the phases of complex vectors, which are arbitrary.")
    for j in range(problem.k):
        z = _resolvent(data, problem.pattern, w[j], v[:, j], dv[:, j])
        g = g + (problem.pattern.by_values(z, v[:, j]) + problem.pattern.by_values(v[:, j], z)) / 2
    return g


def _require_distinct(w: Any) -> None:
    if np.any(np.diff(np.sort(w)) <= 1e-9 * np.max(np.abs(w))):
        raise DegenerateError("eigsh: eigenvalues coincide, and have no derivative there.")


def _resolvent(data: Any, pattern: Pattern, w: Any, v: Any, dv: Any) -> Any:
    """pinv(w - A) dv, from the system [[w - A, v], [v^H, 0]], which is regular for a simple eigenvalue."""
    n = pattern.shape[0]
    i, last = np.arange(n), np.full(n, n)
    values = np.concatenate([-data, np.broadcast_to(w, (n,)), v, np.conj(v)])
    row = np.concatenate([pattern.row, i, i, last])
    column = np.concatenate([pattern.col, i, last, i])
    along = v * np.sum(np.conj(v) * dv)
    z = spsolve(SparseMatrix(values, row, column, (n + 1, n + 1)), np.concatenate([dv - along, np.zeros(1)]))[:n]
    if not np.all(np.isfinite(handles.plain(z))):
        raise DegenerateError("eigsh: an eigenvalue coincides with another, so its vector has no derivative.")
    return z


_EIGSH = Op(_run, "scipy.sparse.linalg.eigsh", PULLBACKS, (_pullback, None))
_EIGSH.reads = [EVERYTHING, 0]


def expm_multiply(
    A: Any, B: Any, start: Any = None, stop: Any = None, num: Any = None, endpoint: Any = None, traceA: Any = None
) -> Any:
    """`scipy.sparse.linalg.expm_multiply`: expm(A) B for a sparse (n, n) and B (n,) or (n, k), differentiable by B.

    Raises `NotImplementedError` if A is tracked, or if times (start, stop, num, endpoint) are given for a tracked B.

    >>> import tracker
    >>> tracker.gradient(lambda b: expm_multiply(np.zeros((2, 2)), b)[0], np.ones(2))
    (array([1., 0.]),)
    """
    B = collect(B) if isinstance(B, list | tuple) else B
    if handles.is_tracked(getattr(A, "data", A)) or handles.is_tracked(A):
        raise UnsupportedKeywordError(
            "expm_multiply has no derivative by the matrix: take tracker.scipy.linalg.expm(A.toarray()) @ B."
        )
    A = A.toscipy() if isinstance(A, SparseMatrix) else A
    if not handles.is_tracked(B):
        return _lib.expm_multiply(A, B, start, stop, num, endpoint, traceA)
    if any(x is not None for x in (start, stop, num, endpoint)):
        raise UnsupportedKeywordError(
            "expm_multiply of a tracked B takes no times (start, stop, num, endpoint): call it with t * A for each."
        )
    return dispatch.record(_EXPONENTIAL, (A, B, traceA), None)


def _adjoint(dy: Any, y: Any, A: Any, B: Any, trace: Any) -> Any:
    turned = A.H if isinstance(A, _lib.LinearOperator) else A.conj().T
    return dispatch.record(_EXPONENTIAL, (turned, dy, None if trace is None else np.conj(trace)), None)


_EXPONENTIAL = Op(
    lambda A, B, trace: _lib.expm_multiply(A, B, traceA=trace),
    "scipy.sparse.linalg.expm_multiply",
    PULLBACKS,
    (None, _adjoint, None),
)
_EXPONENTIAL.pushforward = lambda t, y, A, B, trace: dispatch.record(_EXPONENTIAL, (A, t[1], trace), None)
_EXPONENTIAL.reads = [0, EVERYTHING & ~5, 0]


def norm(x: Any, ord: Any = None, axis: Any = None) -> Any:
    """The norm of a sparse matrix, as `scipy.sparse.linalg.norm`: by its values. Of tracked ones it is made dense.

    >>> import tracker
    >>> tracker.gradient(lambda v: norm(SparseMatrix(v, [0, 1], [0, 1], (2, 2))), np.array([3.0, 4.0]))
    (array([0.6, 0.8]),)
    """
    x = coo_matrix(x)
    if not handles.is_tracked(x.data):
        return _lib.norm(x.toscipy(), ord, axis)
    return np.linalg.norm(x.toarray(), ord, axis)
