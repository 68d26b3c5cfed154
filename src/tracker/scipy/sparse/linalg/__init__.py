"""Functions of scipy.sparse.linalg for matrices with tracked values: SciPy's names, signatures and values.

What has no derivative here says so and what to take instead; the rest is SciPy's own.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import scipy.sparse.linalg as _scipy

from tracker.errors import NotDifferentiableError
from tracker.scipy._watch import any_tracked
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


def _refusing(name: str) -> Callable[..., Any]:
    theirs = getattr(_scipy, name)

    def function(*args: Any, **kwargs: Any) -> Any:
        given = [x.data if isinstance(x, SparseMatrix) else x for x in (*args, *kwargs.values())]
        if any_tracked(given):
            raise NotDifferentiableError(f"scipy.sparse.linalg.{name} has no derivative: {REASONS[name]}")
        plain = [x.toscipy() if isinstance(x, SparseMatrix) else x for x in args]
        return theirs(*plain, **kwargs)

    function.__name__ = function.__qualname__ = name
    function.__doc__ = theirs.__doc__
    function.refusal = REASONS[name]  # type: ignore[attr-defined]
    return function


def __getattr__(name: str) -> Any:
    """The names of scipy.sparse.linalg that have no derivative."""
    if name in REASONS:
        return _refusing(name)
    if name in _scipy.__all__:
        return getattr(_scipy, name)
    raise AttributeError(f"tracker.scipy.sparse.linalg has no {name!r}, as scipy.sparse.linalg has none.")
