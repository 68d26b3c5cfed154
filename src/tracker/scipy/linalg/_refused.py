"""What of scipy.linalg has no derivative here, and why; and what is the same for tracked values."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import scipy.linalg as sl

from tracker._arrays import handles

_lib: Any = sl
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
PLAIN: Final = frozenset({"bandwidth", "ishermitian", "issymmetric"})  # questions, answered for the plain values


def answering(name: str) -> Callable[..., Any]:
    """scipy.linalg's function of this name, whose answer is a plain one."""
    theirs = getattr(_lib, name)

    def function(a: Any, *args: Any, **kwargs: Any) -> Any:
        return theirs(handles.plain(a), *args, **kwargs)

    function.__name__ = function.__qualname__ = name
    function.__doc__ = theirs.__doc__
    return function
