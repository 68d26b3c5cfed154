"""Functions of scipy.sparse.linalg for matrices with tracked values: SciPy's names, signatures and values.

What has no derivative here says so and what to take instead; the rest is SciPy's own.
"""

from __future__ import annotations

from typing import Any, Final

import scipy.sparse.linalg as _scipy

from tracker._arrays.handles import is_tracked
from tracker.scipy._refused import refusing as _refusing
from tracker.scipy.sparse._matrix import SparseMatrix
from tracker.scipy.sparse.linalg._spectral import eigsh, expm_multiply, norm
from tracker.scipy.sparse.linalg._systems import (
    bicg,
    bicgstab,
    cg,
    cgs,
    factorized,
    gmres,
    minres,
    qmr,
    spsolve,
    spsolve_triangular,
)

__all__ = [
    "bicg",
    "bicgstab",
    "cg",
    "cgs",
    "eigsh",
    "expm_multiply",
    "factorized",
    "gmres",
    "minres",
    "norm",
    "qmr",
    "spsolve",
    "spsolve_triangular",
]

_DENSE: Final = "take {} of the dense matrix, A.toarray()."
REASONS: Final = {
    "eigs": _DENSE.format("numpy.linalg.eigvals"),
    "expm": _DENSE.format("tracker.scipy.linalg.expm"),
    "funm_multiply_krylov": _DENSE.format("a function of tracker.scipy.linalg"),
    "gcrotmk": "take gmres or spsolve.",
    "inv": "the inverse of a sparse matrix is dense: take spsolve(A, np.eye(n)).",
    "lgmres": "take gmres or spsolve.",
    "lobpcg": "take eigsh.",
    "lsmr": "take spsolve of the normal equations, A.T @ A and A.T @ b.",
    "lsqr": "take spsolve of the normal equations, A.T @ A and A.T @ b.",
    "matrix_power": "multiply the matrix, A @ A.",
    "onenormest": "it is an estimate: take norm(A, 1).",
    "spilu": "its factors are approximate: take factorized or spsolve.",
    "splu": "take factorized, or spsolve for all right-hand sides at once.",
    "svds": "take eigsh of A.T @ A, or numpy.linalg.svd of the dense matrix.",
    "tfqmr": "take gmres or spsolve.",
}


def _plain(x: Any) -> Any:
    """SciPy's matrix for one of ours with plain values; for one with tracked values, those."""
    if not isinstance(x, SparseMatrix):
        return x
    return x.data if is_tracked(x.data) else x.toscipy()


def __getattr__(name: str) -> Any:
    """The names of scipy.sparse.linalg that have no derivative."""
    if name in REASONS:
        return _refusing("sparse.linalg", getattr(_scipy, name), REASONS[name], _plain)
    if name in _scipy.__all__:
        return getattr(_scipy, name)
    raise AttributeError(f"tracker.scipy.sparse.linalg has no {name!r}, as scipy.sparse.linalg has none.")
