"""scipy.sparse with tracked values in a fixed pattern: matrices, products, solutions, eigenvalues.

What is not here is SciPy's own, for plain values. The functions of scipy.sparse.linalg are in `sparse.linalg`;
`spsolve` and `eigsh` are also here.
"""

from __future__ import annotations

from typing import Any

import scipy.sparse as _scipy

from tracker.scipy.sparse import linalg
from tracker.scipy.sparse._matrix import SparseMatrix, coo_matrix, csc_matrix, csr_matrix, diags
from tracker.scipy.sparse.linalg import eigsh, spsolve

__all__ = ["SparseMatrix", "coo_matrix", "csc_matrix", "csr_matrix", "diags", "eigsh", "linalg", "spsolve"]

coo_array, csc_array, csr_array, diags_array = coo_matrix, csc_matrix, csr_matrix, diags


def __getattr__(name: str) -> Any:
    """SciPy's own names, for plain values."""
    if name in _scipy.__all__:
        return getattr(_scipy, name)
    raise AttributeError(f"tracker.scipy.sparse has no {name!r}, as scipy.sparse has none.")
