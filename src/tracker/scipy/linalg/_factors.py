"""Cholesky's and Gauss's factors, and systems solved from them; balancing."""

from __future__ import annotations

from typing import Any

import numpy as np
import scipy.linalg as sl

from tracker._arrays import handles
from tracker._core.registry import rule
from tracker._rules.products import conj_transpose
from tracker._transforms.custom import track
from tracker.scipy.linalg._call import VECTOR_OR_MATRIX, as_tuple, call, gathered, matrix, named
from tracker.scipy.linalg._solve import solve_triangular

_lib: Any = sl


# Cholesky


def cholesky(a: Any, lower: bool = False, overwrite_a: bool = False, check_finite: bool = True) -> Any:
    """Cholesky's factor of a positive definite matrix: u with a = u^H u, or l with a = l l^H; (..., n, n) -> as a.

    One triangle is read, the lower with `lower`: the gradient lies there.

    >>> import tracker
    >>> tracker.gradient(lambda a: cholesky(a)[0, 0], np.array([[4.0]]))
    (array([[0.25]]),)
    """
    return call(_lib.cholesky, lambda a: _cholesky(a, lower), (2,), matrix(a), lower=lower, check_finite=check_finite)


def _cholesky(a: Any, lower: bool) -> Any:
    return np.linalg.cholesky(a) if lower else conj_transpose(np.linalg.cholesky(conj_transpose(a)))


def cho_factor(
    a: Any, lower: bool = False, overwrite_a: bool = False, check_finite: bool = True
) -> tuple[Any, bool]:  # fmt: skip
    """Cholesky's factor and `lower`, for `cho_solve`; SciPy before 1.18 leaves the other triangle of `a` there.

    >>> import tracker
    >>> cho_factor(np.array([[4.0]]))
    (array([[2.]]), False)
    """

    a = matrix(a)
    dtype = a.dtype

    def composition(a: Any) -> Any:
        factor = _cholesky(a, lower)
        if not _other_triangle_is_kept(dtype):
            return factor
        return factor + (np.triu(a, 1) if lower else np.tril(a, -1))

    return call(_cho_factor, composition, (2,), a, lower=lower, check_finite=check_finite), lower


def _cho_factor(a: Any, **options: Any) -> Any:
    return _lib.cho_factor(a, **options)[0]


def _other_triangle_is_kept(dtype: Any) -> bool:
    """Whether SciPy's factor has the entries of the matrix there, not zeros; its versions differ, and by type."""
    return bool(_lib.cho_factor(np.array([[2, 1], [1, 2]], dtype))[0][1, 0])


def cho_solve(c_and_lower: tuple[Any, bool], b: Any, overwrite_b: bool = False, check_finite: bool = True) -> Any:
    """The solution x of a x = b from `cho_factor(a)`: b of shape (n,) or (..., n, k) -> shape of b.

    >>> import tracker
    >>> tracker.gradient(lambda a: cho_solve(cho_factor(a), np.ones(1))[0], np.array([[2.0]]))[0].round(12)
    array([[-0.25]])
    """
    c, lower = c_and_lower
    first, second = (0, 2) if lower else (2, 0)

    def composition(c: Any, b: Any) -> Any:
        return solve_triangular(c, solve_triangular(c, b, first, lower), second, lower)

    options = {"lower": lower, "check_finite": check_finite}
    return call(_cho_solve, composition, (2, VECTOR_OR_MATRIX), c, b, **options)


def _cho_solve(c: Any, b: Any, *, lower: Any, check_finite: Any) -> Any:
    return _lib.cho_solve((c, lower), b, check_finite=check_finite)


# Gauss, with rows in the order that SciPy chose, which is constant


def lu(
    a: Any, permute_l: bool = False, overwrite_a: bool = False, check_finite: bool = True, p_indices: bool = False
) -> Any:
    """(p, l, u) of a = p l u, or (p l, u) with `permute_l`: (..., m, n); p is plain, its rows with `p_indices`.

    The pivots are constant: the derivative is that of the factors for this order of rows. The leading square of u
    must be regular: `LinAlgError`.

    >>> import tracker
    >>> tracker.gradient(lambda a: lu(a)[2][1, 1], np.array([[2.0, 1.0], [1.0, 3.0]]))[0]
    array([[ 0.25, -0.5 ],
           [-0.5 ,  1.  ]])
    """
    a = gathered(a)
    if not handles.is_tracked(a):
        return _lib.lu(a, permute_l, check_finite=check_finite, p_indices=p_indices)
    p, l, u = track(_factors, a, check_finite=check_finite)
    if permute_l:
        return np.take_along_axis(l, np.broadcast_to(p[..., None], (*p.shape, l.shape[-1])).astype(int), -2), u
    return (p if p_indices else _lib.lu(handles.plain(a), check_finite=False)[0]), l, u


@named("lu")
def _factors(a: Any, check_finite: bool = True) -> Any:
    """(p, l, u) with a = l[p] @ u."""
    return as_tuple(_lib.lu(a, check_finite=check_finite, p_indices=True))


def _factors_pullback(dy: Any, y: Any, a: Any, check_finite: bool = True) -> Any:
    g = _unpivoted_pullback(dy[1], dy[2], y[1], y[2])
    return _rows(g, y[0])


def lu_factor(a: Any, overwrite_a: bool = False, check_finite: bool = True) -> tuple[Any, Any]:
    """(lu, piv) for `lu_solve`: l below the diagonal of `lu` (..., m, n), u on and above; piv is plain.

    The pivots are constant, as in `lu`. Warns as SciPy does if u is singular.

    >>> import tracker
    >>> tracker.gradient(lambda a: lu_factor(a)[0][1, 1], np.array([[2.0, 1.0], [1.0, 3.0]]))[0]
    array([[ 0.25, -0.5 ],
           [-0.5 ,  1.  ]])
    """
    a = gathered(a)
    if np.ndim(a) == 0 and handles.is_tracked(a):  # SciPy gives the number itself
        return np.reshape(a, ()), _lib.lu_factor(handles.plain(a), check_finite=check_finite)[1]
    return track(_packed, a, check_finite=check_finite)  # type: ignore[no-any-return]


@named("lu_factor")
def _packed(a: Any, check_finite: bool = True) -> Any:
    return as_tuple(_lib.lu_factor(a, check_finite=check_finite))


def _packed_pullback(dy: Any, y: Any, a: Any, check_finite: bool = True) -> Any:
    packed, pivots = y
    m, n = packed.shape[-2:]
    k = min(m, n)
    l = np.tril(packed[..., :k], -1) + np.eye(m, k, dtype=packed.dtype)
    g = _unpivoted_pullback(dy[0][..., :k], dy[0][..., :k, :], l, np.triu(packed[..., :k, :]))
    return _rows(g, np.argsort(_order_of(pivots, m), axis=-1))


def _order_of(pivots: Any, m: int) -> Any:
    """Which row of the matrix comes to each place by the successive exchanges of rows i and pivots[i]."""
    order = np.tile(np.arange(m), (*pivots.shape[:-1], 1))
    for index in np.ndindex(*pivots.shape[:-1]):
        for i, j in enumerate(pivots[index]):
            order[(*index, [i, j])] = order[(*index, [j, i])]
    return order


def _rows(x: Any, p: Any) -> Any:
    """x[p] for each matrix."""
    return np.take_along_axis(x, np.broadcast_to(p[..., None], (*p.shape, x.shape[-1])).astype(int), -2)


def _unpivoted_pullback(dl: Any, du: Any, l: Any, u: Any) -> Any:
    """The gradient by m = l u, without pivots; de Hoog, Anderssen and Lukas (2011), "Differentiation of matrix
    functionals using triangular factorization", Math. Comp. 80, with the blocks beyond the leading square."""
    k = l.shape[-1]
    dl = np.zeros_like(l) if dl is None else dl
    du = np.zeros_like(u) if du is None else du
    l1, u1 = l[..., :k, :], u[..., :, :k]
    upper = conj_transpose(np.linalg.inv(u1))
    lower = conj_transpose(np.linalg.inv(l1))
    d21 = dl[..., k:, :] @ upper  # l2 = m21 / u1
    d12 = lower @ du[..., :, k:]  # u2 = l1 \ m12
    du1 = np.triu(du[..., :, :k]) - np.triu(conj_transpose(l[..., k:, :]) @ d21)
    dl1 = np.tril(dl[..., :k, :], -1) - np.tril(d12 @ conj_transpose(u[..., :, k:]), -1)
    inner = np.tril(conj_transpose(l1) @ dl1, -1) + np.triu(du1 @ conj_transpose(u1))
    top = np.concatenate([lower @ inner @ upper, d12], axis=-1)
    if d21.shape[-2] == 0:
        return top
    return np.concatenate([top, d21], axis=-2)


rule(_factors, _factors_pullback)
rule(_packed, _packed_pullback)


def lu_solve(
    lu_and_piv: tuple[Any, Any], b: Any, trans: int = 0, overwrite_b: bool = False, check_finite: bool = True
) -> Any:
    """The solution x of op(a) x = b from `lu_factor(a)`, op as in `solve_triangular`: b (n,) or (..., n, k).

    >>> import tracker
    >>> a = np.array([[2.0, 0.0], [0.0, 4.0]])
    >>> tracker.gradient(lambda a: lu_solve(lu_factor(a), np.ones(2)).sum(), a)[0]
    array([[-0.25  , -0.125 ],
           [-0.125 , -0.0625]])
    """
    packed, pivots = lu_and_piv

    def composition(packed: Any, pivots: Any, b: Any) -> Any:
        order = _order_of(pivots, packed.shape[-1])
        if trans == 0:
            half = solve_triangular(packed, b[order], 0, True, True)
            return solve_triangular(packed, half, 0)
        half = solve_triangular(packed, b, trans)
        return solve_triangular(packed, half, trans, True, True)[np.argsort(order)]

    options = {"trans": trans, "check_finite": check_finite}
    return call(_lu_solve, composition, (2, 1, VECTOR_OR_MATRIX), packed, pivots, b, **options)


def _lu_solve(packed: Any, pivots: Any, b: Any, **options: Any) -> Any:
    return _lib.lu_solve((packed, pivots), b, **options)


def matrix_balance(
    A: Any, permute: bool = True, scale: bool = True, separate: bool = False, overwrite_a: bool = False
) -> tuple[Any, Any]:
    """The balanced b = inv(t) a t and t, a permutation and powers of two, which is constant: (..., n, n).

    >>> import tracker
    >>> a = np.array([[1.0, 64.0], [1.0, 1.0]])
    >>> tracker.gradient(lambda a: matrix_balance(a)[0][0, 1], a)[0]
    array([[0.   , 0.125],
           [0.   , 0.   ]])
    """
    value: Any = lambda a: _lib.matrix_balance(a, permute=permute, scale=scale)

    def composition(a: Any) -> Any:
        t = value(handles.plain(a))[1]
        return np.linalg.inv(t) @ a @ t

    def balanced(a: Any) -> Any:
        return value(a)[0]

    balanced.__name__ = "matrix_balance"
    b = call(balanced, composition, (2,), A)
    return b, _lib.matrix_balance(handles.plain(gathered(A)), permute, scale, separate)[1]
