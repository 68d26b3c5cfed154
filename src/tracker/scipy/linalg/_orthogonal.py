"""Orthogonal factors: QR and RQ, the polar factors, Procrustes' problem."""

from __future__ import annotations

from typing import Any

import numpy as np
import scipy.linalg as sl

from tracker._arrays import handles
from tracker._core.registry import rule
from tracker._rules.factors import qr_pullback, qr_pushforward
from tracker._rules.products import conj_transpose
from tracker._transforms.custom import track
from tracker.errors import UnsupportedKeywordError
from tracker.scipy._signature import NOT_GIVEN, as_installed, only_given
from tracker.scipy._watch import any_tracked
from tracker.scipy.linalg._call import as_tuple, call, gathered, named
from tracker.scipy.linalg._functions import sqrtm

_lib: Any = sl


@as_installed(sl.qr)
def qr(
    a: Any, overwrite_a: bool = False, lwork: Any = NOT_GIVEN, mode: str = "full", pivoting: bool = False,
    check_finite: bool = True,
) -> Any:  # fmt: skip
    """(q, r) of a = q r, a (..., m, n); with `pivoting` (q, r, p) of a[:, p] = q r, p plain and constant.

    `mode` "full", "r" (r alone) or "economic"; "raw" of a tracked matrix raises `NotImplementedError`. The gradient
    of the columns of a full q beyond the n-th exists where it does not depend on their choice: else `LinAlgError`.

    >>> import tracker
    >>> tracker.gradient(lambda a: qr(a, mode="economic")[1][0, 0], np.array([[3.0], [4.0]]))[0].round(12)
    array([[-0.6],
           [-0.8]])
    """
    if mode == "raw" and any_tracked(a):
        raise UnsupportedKeywordError(
            "scipy.linalg.qr with mode='raw' has no derivative: use 'economic', 'full' or 'r'."
        )
    options = {"mode": mode, "pivoting": pivoting, "check_finite": check_finite, **only_given(lwork=lwork)}
    if mode in ("full", "economic"):
        return track(_both, gathered(a), **options)

    def composition(a: Any) -> Any:
        p = _lib.qr(handles.plain(a), **options)[-1] if pivoting else None
        found: Any = np.linalg.qr(a if p is None else a[:, p], mode="r")
        r = np.pad(found, ((0, a.shape[0] - found.shape[0]), (0, 0)))
        return (r,) if p is None else (r, p)

    return call(_lib.qr, composition, (2,), a, **options)


@named("qr")
def _both(a: Any, **options: Any) -> Any:
    return as_tuple(_lib.qr(a, **options))


def _both_pullback(dy: Any, y: Any, a: Any, pivoting: Any = False, **options: Any) -> Any:
    if 0 in a.shape:
        return np.zeros_like(y[1], shape=a.shape)
    g = qr_pullback(dy[:2], y[:2], a)
    return np.take_along_axis(g, _places(y[2], g), -1) if pivoting else g


def _both_pushforward(tangents: Any, y: Any, a: Any, pivoting: Any = False, **options: Any) -> Any:
    if 0 in a.shape:
        return (np.zeros_like(y[0]), np.zeros_like(y[1]), None)[: len(y)]
    da = tangents[0]
    if not pivoting:
        return qr_pushforward((da,), y, a)
    p = np.broadcast_to(y[2][..., None, :], da.shape).astype(int)
    return (*qr_pushforward((np.take_along_axis(da, p, -1),), y[:2], a), None)


def _places(p: Any, g: Any) -> Any:
    """The inverse permutations of columns, for `numpy.take_along_axis`."""
    return np.broadcast_to(np.argsort(p, axis=-1)[..., None, :], g.shape)


rule(_both, _both_pullback, pushforward=_both_pushforward)


def rq(
    a: Any, overwrite_a: bool = False, lwork: int | None = None, mode: str = "full", check_finite: bool = True
) -> Any:
    """(r, q) of a = r q, a (..., m, n); r alone with `mode="r"`; else "full" or "economic".

    The gradient of the rows of a full q before the last m exists where it does not depend on their choice.

    >>> import tracker
    >>> tracker.gradient(lambda a: rq(a, mode="economic")[0][0, 0], np.array([[3.0, 4.0]]))[0].round(12)
    array([[-0.6, -0.8]])
    """

    options = {"lwork": lwork, "mode": mode, "check_finite": check_finite}
    if mode in ("full", "economic"):
        return track(_both_reversed, gathered(a), **options)

    def composition(a: Any) -> Any:
        r = np.flip(conj_transpose(np.linalg.qr(_reversed(a), mode="r")))
        theirs = _lib.rq(handles.plain(a), mode="r", check_finite=False)
        r = np.pad(r, ((0, 0), (theirs.shape[1] - r.shape[1], 0)))
        k = min(a.shape)
        ends = [np.diagonal(handles.plain(x)[-k:, -k:]) for x in (r, theirs)]
        signs = np.where(np.real(np.conj(ends[0]) * ends[1]) < 0, -1, 1)
        return r * np.concatenate([np.ones(r.shape[1] - k, int), signs])

    return call(_lib.rq, composition, (2,), a, **options)


def _reversed(a: Any) -> Any:
    """The matrix whose QR factors are those of RQ, turned and in reverse order."""
    return np.flip(conj_transpose(a), -1)


@named("rq")
def _both_reversed(a: Any, **options: Any) -> Any:
    return as_tuple(_lib.rq(a, **options))


def _both_reversed_pullback(dy: Any, y: Any, a: Any, **options: Any) -> Any:
    if 0 in a.shape:
        return np.zeros_like(y[0], shape=a.shape)
    (r, q), (dr, dq) = y, dy
    turned = [None if x is None else np.flip(conj_transpose(x), (-1, -2)) for x in (r, dr)]
    columns = [None if x is None else conj_transpose(np.flip(x, -2)) for x in (q, dq)]
    g = qr_pullback((columns[1], turned[1]), (columns[0], turned[0]), _reversed(a))
    return conj_transpose(np.flip(g, -1))


rule(_both_reversed, _both_reversed_pullback)


def polar(a: Any, side: str = "right") -> tuple[Any, Any]:
    """The polar factors (u, p) of a = u p, or of a = p u with `side="left"`: (..., m, n) -> as a, and square.

    From the square root of the smaller one of a^H a and a a^H, so equal singular values do no harm; a must have full
    rank.

    >>> import tracker
    >>> tracker.gradient(lambda a: polar(a)[1][0, 0], np.diag([2.0, 2.0]))[0].round(12)
    array([[1., 0.],
           [0., 0.]])
    """

    def composition(a: Any) -> Any:
        u = _unitary_factor(a)
        return u, (conj_transpose(u) @ a if side == "right" else a @ conj_transpose(u))

    return call(_lib.polar, composition, (2,), a, side=side)  # type: ignore[no-any-return]


def _unitary_factor(a: Any) -> Any:
    turned = conj_transpose(a)
    if a.shape[0] >= a.shape[1]:
        return a @ np.linalg.inv(sqrtm(turned @ a))
    return np.linalg.inv(sqrtm(a @ turned)) @ a


def orthogonal_procrustes(A: Any, B: Any, check_finite: bool = True) -> tuple[Any, Any]:
    """(r, scale): the unitary matrix (n, n) that takes A (..., m, n) closest to B, and the sum of singular values.

    Schönemann (1966), Psychometrika 31: r is the polar factor of A^H B, which must be regular.

    >>> import tracker
    >>> tracker.gradient(lambda a: orthogonal_procrustes(a, np.eye(2))[1], np.diag([2.0, 3.0]))[0].round(12)
    array([[1., 0.],
           [0., 1.]])
    """

    def composition(a: Any, b: Any) -> Any:
        product = conj_transpose(a) @ b
        r = _unitary_factor(product)
        return r, np.sum(np.real(np.conj(r) * product))

    options = {"check_finite": check_finite}
    return call(_lib.orthogonal_procrustes, composition, (2, 2), gathered(A), gathered(B), **options)  # type: ignore[no-any-return]
