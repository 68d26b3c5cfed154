"""What of scipy.linalg has no derivative here, and why; and what is the same for tracked values."""

from __future__ import annotations

from typing import Final

from tracker.scipy._without import Section, names

REASONS: Final = {
    "cdf2rdf": "it regroups the results of eig: take eig, and functions of its results.",
    "clarkson_woodruff_transform": "it draws a random matrix: draw one that is yours, and multiply by it.",
    "cossin": "its angles and vectors are singular values and vectors of the blocks: take svd of those.",
    "expm_cond": "it is an estimate by an iteration: take expm_frechet.",
    "funm": "its recurrence fails for the matrices that its derivative needs: take expm, logm, sqrtm, cosm, "
    "fractional_matrix_power, or v * f(w) @ inv(v) with w and v of eig.",
    "hessenberg": "its factors are not unique: take eig, eigvals or solve, which need none.",
    "ordqz": "its factors are not unique: take eigvals(a, b).",
    "qr_delete": "it updates factors that are there: take qr of the new matrix.",
    "qr_insert": "it updates factors that are there: take qr of the new matrix.",
    "qr_multiply": "it works in the reflections' packed form: take qr and multiply by q.",
    "qr_update": "it updates factors that are there: take qr of the new matrix.",
    "qz": "its factors are not unique: take eigvals(a, b).",
    "rsf2csf": "its factors are not unique: take eig, or eigvals.",
    "schur": "its factors are not unique where eigenvalues are complex: take eig, or eigvals.",
}
TABLE: Final = Section(
    REASONS,
    answered=names("bandwidth ishermitian issymmetric"),
    own=names(
        "dft find_best_blas_type get_blas_funcs get_lapack_funcs hadamard helmert hilbert invhilbert invpascal pascal"
    ),
)
