"""scipy.sparse with tracked values in a fixed pattern: matrices, products, solutions, eigenvalues.

What is not here is SciPy's own, for plain values. The functions of scipy.sparse.linalg are in `sparse.linalg`;
`spsolve` and `eigsh` are also here.
"""

from __future__ import annotations

from tracker.scipy._without import Section as _Section
from tracker.scipy._without import because as _because
from tracker.scipy._without import names as _names
from tracker.scipy._without import rest_of as _rest_of
from tracker.scipy.sparse import linalg
from tracker.scipy.sparse._matrix import SparseMatrix, coo_matrix, csc_matrix, csr_matrix, diags, diags_array
from tracker.scipy.sparse._matrix import plain as _plain
from tracker.scipy.sparse.linalg import eigsh, spsolve

__all__ = [
    "SparseMatrix",
    "coo_array",
    "coo_matrix",
    "csc_array",
    "csc_matrix",
    "csr_array",
    "csr_matrix",
    "diags",
    "diags_array",
    "eigsh",
    "linalg",
    "spsolve",
]

coo_array, csc_array, csr_array = coo_matrix, csc_matrix, csr_matrix

_JOINED = "join values and places with numpy.concatenate, and make a csr_matrix or coo_matrix of them."
_OTHER = "take csr_matrix, csc_matrix, coo_matrix or diags, which keep tracked values."
__getattr__ = _rest_of(
    "sparse",
    _Section(
        refused=_because(
            {
                _JOINED: "block_array block_diag bmat hstack kron kronsum vstack expand_dims permute_dims swapaxes",
                "take A.T, which is the same for a matrix.": "matrix_transpose",
                _OTHER: "bsr_array bsr_matrix dia_array dia_matrix dok_array dok_matrix lil_array lil_matrix spdiags",
                "select by places: csr_matrix((values[keep], (i[keep], j[keep])), shape).": "tril triu",
                "its values are those it was made of.": "find",
                "a file carries no gradient.": "save_npz",
            }
        ),
        own=_names(
            "eye eye_array get_index_dtype identity isspmatrix issparse isspmatrix_bsr isspmatrix_coo isspmatrix_csc "
            "isspmatrix_csr isspmatrix_dia isspmatrix_dok isspmatrix_lil load_npz rand random random_array "
            "safely_cast_index_arrays sparray spmatrix"
        ),
    ),
    _plain,
)
