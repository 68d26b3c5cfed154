"""The factors l d l^H of a Hermitian or symmetric matrix, with Bunch and Kaufman's pivots."""

from __future__ import annotations

from typing import Any

import numpy as np
import scipy.linalg as sl

from tracker._core.registry import rule
from tracker._rules.products import conj_transpose
from tracker._rules.spectral import fold_triangle
from tracker._transforms.custom import track
from tracker.scipy.linalg._call import as_tuple, gathered, named

_lib: Any = sl


def ldl(
    A: Any, lower: bool = True, hermitian: bool = True, overwrite_a: bool = False, check_finite: bool = True
) -> tuple[Any, Any, Any]:
    """(l, d, perm) of a = l d l^H (l d l^T unless `hermitian`): l[perm] triangular, d of blocks of size 1 and 2.

    (..., n, n); one triangle is read, and has the gradient. The pivots, and so perm and the blocks, are constant; a
    singular d raises `LinAlgError`.

    >>> import tracker
    >>> tracker.gradient(lambda a: ldl(a)[1][1, 1], np.array([[4.0, 0.0], [2.0, 3.0]]))[0]
    array([[ 0.25,  0.  ],
           [-1.  ,  1.  ]])
    """
    return track(_factors, gathered(A), lower=lower, hermitian=hermitian, check_finite=check_finite)  # type: ignore[no-any-return]


@named("ldl")
def _factors(a: Any, **options: Any) -> Any:
    return as_tuple(_lib.ldl(a, **options))


def _factors_pullback(
    dy: Any, y: Any, a: Any, lower: bool = True, hermitian: bool = True, check_finite: bool = True
) -> Any:
    """With n = l^-1 da l^-H, the blocks of d move by those of n, and l by l n' d^-1, n' what n has beside them."""
    (l, d, p), (dl, dd, _) = y, dy
    if 0 in a.shape:
        return np.zeros_like(d)
    l = np.take_along_axis(l, np.broadcast_to(p[..., None], l.shape), -2)
    inside = _blocks(d)
    beside = (np.tril(np.ones(inside.shape, bool)) if lower else np.triu(np.ones(inside.shape, bool))) & ~inside
    inner = np.zeros_like(d) if dd is None else np.where(inside, dd, 0)
    if dl is not None:
        dl = np.take_along_axis(dl, np.broadcast_to(p[..., None], l.shape), -2)
        inner = inner + np.where(beside, conj_transpose(l) @ dl @ conj_transpose(np.linalg.inv(d)), 0)
    left = np.linalg.inv(l)
    g = conj_transpose(left) @ inner @ (left if hermitian else np.conj(left))
    back = np.argsort(p, axis=-1)
    g = np.take_along_axis(g, np.broadcast_to(back[..., None], g.shape), -2)
    g = np.take_along_axis(g, np.broadcast_to(back[..., None, :], g.shape), -1)
    if hermitian or g.dtype.kind != "c":
        return fold_triangle(g, "L" if lower else "U")
    turned = np.swapaxes(g, -1, -2)
    return np.tril(g) + np.tril(turned, -1) if lower else np.triu(g) + np.triu(turned, 1)


def _blocks(d: Any) -> Any:
    """Where the blocks of d are."""
    n = d.shape[-1]
    return (np.eye(n) != 0) | (d != 0) | (np.swapaxes(d, -1, -2) != 0)


rule(_factors, _factors_pullback)
