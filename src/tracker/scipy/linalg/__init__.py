"""Functions of scipy.linalg with SciPy's names, signatures and values, differentiable in both modes and to any order.

Every public name of scipy.linalg is here: differentiated (those in `__all__`), refused for tracked values with the
reason (`_refused.TABLE`), or SciPy's own. Permissions to overwrite an argument are accepted and not made use of.
"""

from __future__ import annotations

from tracker.scipy._without import rest_of as _rest_of
from tracker.scipy.linalg._banded import cho_solve_banded, cholesky_banded, solve_banded, solveh_banded
from tracker.scipy.linalg._equations import (
    solve_continuous_are,
    solve_continuous_lyapunov,
    solve_discrete_are,
    solve_discrete_lyapunov,
    solve_lyapunov,
    solve_sylvester,
)
from tracker.scipy.linalg._factors import (
    cho_factor,
    cho_solve,
    cholesky,
    lu,
    lu_factor,
    lu_solve,
    matrix_balance,
)
from tracker.scipy.linalg._functions import (
    coshm,
    cosm,
    expm,
    expm_frechet,
    fractional_matrix_power,
    logm,
    signm,
    sinhm,
    sinm,
    sqrtm,
    tanhm,
    tanm,
)
from tracker.scipy.linalg._ldl import ldl
from tracker.scipy.linalg._orthogonal import orthogonal_procrustes, polar, qr, rq
from tracker.scipy.linalg._refused import TABLE as _REST
from tracker.scipy.linalg._singular import norm, null_space, orth, subspace_angles, svd, svdvals
from tracker.scipy.linalg._solve import det, inv, lstsq, pinv, pinvh, solve, solve_triangular
from tracker.scipy.linalg._spectral import (
    eig,
    eig_banded,
    eigh,
    eigh_tridiagonal,
    eigvals,
    eigvals_banded,
    eigvalsh,
    eigvalsh_tridiagonal,
)
from tracker.scipy.linalg._structured import (
    block_diag,
    circulant,
    companion,
    convolution_matrix,
    diagsvd,
    fiedler,
    fiedler_companion,
    hankel,
    khatri_rao,
    kron,
    leslie,
    toeplitz,
)
from tracker.scipy.linalg._toeplitz import matmul_toeplitz, solve_circulant, solve_toeplitz

__all__ = [
    "block_diag",
    "cho_factor",
    "cho_solve",
    "cho_solve_banded",
    "cholesky",
    "cholesky_banded",
    "circulant",
    "companion",
    "convolution_matrix",
    "coshm",
    "cosm",
    "det",
    "diagsvd",
    "eig",
    "eig_banded",
    "eigh",
    "eigh_tridiagonal",
    "eigvals",
    "eigvals_banded",
    "eigvalsh",
    "eigvalsh_tridiagonal",
    "expm",
    "expm_frechet",
    "fiedler",
    "fiedler_companion",
    "fractional_matrix_power",
    "hankel",
    "inv",
    "khatri_rao",
    "kron",
    "ldl",
    "leslie",
    "logm",
    "lstsq",
    "lu",
    "lu_factor",
    "lu_solve",
    "matmul_toeplitz",
    "matrix_balance",
    "norm",
    "null_space",
    "orth",
    "orthogonal_procrustes",
    "pinv",
    "pinvh",
    "polar",
    "qr",
    "rq",
    "signm",
    "sinhm",
    "sinm",
    "solve",
    "solve_banded",
    "solve_circulant",
    "solve_continuous_are",
    "solve_continuous_lyapunov",
    "solve_discrete_are",
    "solve_discrete_lyapunov",
    "solve_lyapunov",
    "solve_sylvester",
    "solve_toeplitz",
    "solve_triangular",
    "solveh_banded",
    "sqrtm",
    "subspace_angles",
    "svd",
    "svdvals",
    "tanhm",
    "tanm",
    "toeplitz",
]

__getattr__ = _rest_of("linalg", _REST)
