"""Singular values and vectors, and the spaces that they span."""

from __future__ import annotations

from typing import Any

import numpy as np
import scipy.linalg as sl

from tracker._arrays import handles
from tracker._core.registry import rule
from tracker._rules.products import conj_transpose
from tracker._rules.singular import svd_pullback, svd_pushforward
from tracker._rules.spectral import require_basis_free
from tracker._transforms.custom import track
from tracker.errors import DegenerateError, UnsupportedKeywordError
from tracker.scipy._derived import derived
from tracker.scipy._signature import NOT_GIVEN, as_installed, only_given
from tracker.scipy.linalg._call import as_tuple, call, gathered, named

_lib: Any = sl


def svd(
    a: Any, full_matrices: bool = True, compute_uv: bool = True, overwrite_a: bool = False, check_finite: bool = True,
    lapack_driver: str = "gesdd",
) -> Any:  # fmt: skip
    """(u, s, vh) of a = u s vh, or s alone unless `compute_uv`; a (..., m, n).

    What can't be differentiated raises `LinAlgError`, as in `numpy.linalg.svd`: vectors of equal singular values, the
    choice of a basis in full matrices. Vectors of a complex matrix by `lapack_driver="gesvd"` are refused.

    >>> import tracker
    >>> tracker.gradient(lambda a: svd(a, compute_uv=False)[0], np.diag([3.0, 2.0]))[0].round(12)
    array([[1., 0.],
           [0., 0.]])
    """
    a = gathered(a)
    if compute_uv and lapack_driver == "gesvd" and handles.is_tracked(a) and a.dtype.kind == "c":
        raise UnsupportedKeywordError(
            "scipy.linalg.svd: how lapack_driver='gesvd' chooses the phases of complex vectors is not known, so they "
            "have no derivative. Leave lapack_driver out, or take compute_uv=False."
        )
    options = {"full_matrices": full_matrices, "check_finite": check_finite, "lapack_driver": lapack_driver}
    if not compute_uv:
        composition = lambda a: np.linalg.svd(a, compute_uv=False)
        return call(_lib.svd, composition, (2,), a, compute_uv=False, **options)
    return track(_factors, a, **options)


@named("svd")
def _factors(a: Any, **options: Any) -> Any:
    return as_tuple(_lib.svd(a, **options))


def _factors_pullback(dy: Any, y: Any, a: Any, **options: Any) -> Any:
    return np.zeros_like(y[1], shape=a.shape) if 0 in a.shape else svd_pullback(dy, y, a)


def _factors_pushforward(tangents: Any, y: Any, a: Any, **options: Any) -> Any:
    return tuple([np.zeros_like(part) for part in y]) if 0 in a.shape else svd_pushforward(tangents, y, a)


rule(_factors, _factors_pullback, pushforward=_factors_pushforward)


def columns_onto(v: Any, theirs: Any, k: int) -> Any:
    """The constant unitary matrix that takes our columns to SciPy's: phases of the first k, any basis for the rest."""
    overlap = conj_transpose(v) @ theirs
    phases = np.diagonal(overlap)[:k].copy()
    overlap[:, :k] = overlap[:k, :] = 0
    size = np.abs(phases)
    overlap[np.arange(k), np.arange(k)] = np.where(size == 0, 1, phases / np.where(size == 0, 1, size))
    return overlap


def svdvals(a: Any, overwrite_a: bool = False, check_finite: bool = True) -> Any:
    """Singular values, the largest first: (..., m, n) -> (..., min(m, n)).

    >>> import tracker
    >>> tracker.gradient(lambda a: svdvals(a)[0], np.diag([3.0, 2.0]))[0].round(12)
    array([[1., 0.],
           [0., 0.]])
    """
    composition = lambda a: np.linalg.svd(a, compute_uv=False)
    return call(_lib.svdvals, composition, (2,), a, check_finite=check_finite)


def orth(A: Any, rcond: float | None = None) -> Any:
    """An orthonormal basis of the column space, the left singular vectors: (m, n) -> (m, rank).

    `LinAlgError` where singular values are equal and the gradient tells their vectors apart.

    >>> import tracker
    >>> tracker.gradient(lambda a: orth(a)[0, 0] ** 2, np.array([[1.0], [1.0]]))[0].round(12)
    array([[ 0.5],
           [-0.5]])
    """

    def composition(a: Any) -> Any:
        theirs = _lib.orth(handles.plain(a), rcond)
        u = np.linalg.svd(a, full_matrices=False)[0][:, : theirs.shape[1]]
        return u @ columns_onto(handles.plain(u), theirs, theirs.shape[1])

    return call(_lib.orth, composition, (2,), A, rcond=rcond)


@as_installed(sl.null_space)
def null_space(
    A: Any, rcond: float | None = None, *, overwrite_a: bool = False, check_finite: Any = NOT_GIVEN,
    lapack_driver: Any = NOT_GIVEN,
) -> Any:  # fmt: skip
    """An orthonormal basis z of the null space: (..., m, n) -> (..., n, n - rank).

    For functions that do not depend on which basis it is, such as those of the projection z z^H: a gradient that does
    raises `LinAlgError`. The rank is held. dz = -pinv(A) dA z (Golub and Pereyra 1973).

    >>> import tracker
    >>> z = lambda a: null_space(a)
    >>> tracker.gradient(lambda a: (z(a) @ z(a).T)[0, 1], np.array([[1.0, 0.0]]))[0].round(12)
    array([[ 0., -1.]])
    """
    options = only_given(check_finite=check_finite, lapack_driver=lapack_driver)
    return track(_null_space, gathered(A), rcond=rcond, **options)


@named("null_space")
def _null_space(a: Any, **options: Any) -> Any:
    return _lib.null_space(a, **options)


def _null_space_pullback(dy: Any, z: Any, a: Any, rcond: Any = None, **options: Any) -> Any:
    if 0 in a.shape:
        return np.zeros_like(dy, shape=a.shape)
    require_basis_free("scipy.linalg.null_space", conj_transpose(z) @ dy, dy)
    return -conj_transpose(_inverse(a, rcond)) @ dy @ conj_transpose(z)


def _inverse(a: Any, rcond: Any) -> Any:
    return np.linalg.pinv(a, rcond=max(a.shape[-2:]) * float(np.finfo(a.dtype).eps) if rcond is None else rcond)


rule(
    _null_space,
    _null_space_pullback,
    pushforward=lambda t, z, a, rcond=None, **options: -_inverse(a, rcond) @ t[0] @ z,
)


def subspace_angles(A: Any, B: Any) -> Any:
    """Angles between column spaces, the largest first, in radians: (..., m, k), (..., m, l) -> (..., min(k, l)).

    Knyazev and Argentati (2002), SIAM J. Sci. Comput. 23(6). Raises `ValueError` if the columns are dependent.

    >>> import tracker
    >>> angle = lambda a: subspace_angles(a, np.array([[1.0], [0.0]]))[0]
    >>> tracker.gradient(angle, np.array([[1.0], [1.0]]))[0].round(12)
    array([[-0.5],
           [ 0.5]])
    """

    def composition(a: Any, b: Any) -> Any:
        if min(np.linalg.matrix_rank(handles.plain(x)) - x.shape[1] for x in (a, b)) < 0:
            raise DegenerateError("subspace_angles: dependent columns span a space that jumps as they move.")
        qa, qb = np.linalg.qr(a)[0], np.linalg.qr(b)[0]
        product = conj_transpose(qa) @ qb
        cosines = np.linalg.svd(product, compute_uv=False)
        outside = qb - qa @ product if a.shape[1] >= b.shape[1] else qa - qb @ conj_transpose(product)
        sines = np.linalg.svd(outside, compute_uv=False)
        near = handles.plain(cosines)[::-1] ** 2 >= 0.5  # there the sine says more
        by_sine = np.arcsin(np.where(near, sines, 0))
        return np.where(near, by_sine, np.arccos(np.where(near, 0, cosines[::-1])))

    return call(_lib.subspace_angles, composition, (2, 2), A, B)


def norm(a: Any, ord: Any = None, axis: Any = None, keepdims: bool = False, check_finite: bool = True) -> Any:
    """The norm of vectors or matrices, as numpy.linalg.norm has it; along `axis`, or of all entries.

    >>> import tracker
    >>> tracker.gradient(norm, np.array([3.0, 4.0]))
    (array([0.6, 0.8]),)
    """
    value = lambda a: _lib.norm(a, ord, axis, keepdims, check_finite)
    composition = lambda a: np.linalg.norm(a, ord, axis, keepdims)
    return derived("scipy.linalg.norm", value, composition, gathered(a))
