"""Functions of scipy.sparse.linalg for matrices with tracked values: SciPy's names, signatures and values.

What has no derivative here says so and what to take instead; the rest is SciPy's own.
"""

from __future__ import annotations

from typing import Final

from tracker.scipy._without import Section as _Section
from tracker.scipy._without import names as _names
from tracker.scipy._without import rest_of as _rest_of
from tracker.scipy.sparse._matrix import plain as _plain
from tracker.scipy.sparse.linalg._iterations import bicg, bicgstab, cg, cgs, gmres, minres, qmr
from tracker.scipy.sparse.linalg._spectral import eigsh, expm_multiply, norm
from tracker.scipy.sparse.linalg._systems import factorized, spsolve, spsolve_triangular

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
_OWN: Final = _names("LaplacianNd LinearOperator SuperLU aslinearoperator is_sptriangular spbandwidth use_solver")

__getattr__ = _rest_of("sparse.linalg", _Section(REASONS, own=_OWN), _plain)
