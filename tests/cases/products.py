"""Cases for the products of arrays."""

import warnings
from typing import Any

import numpy as np

from tests.cases.case import Case, Input, case, normal, scalar, wrapped

CASES: list[Case] = []
_more = CASES.extend


def _plain(*shape: int) -> Any:
    return np.random.default_rng(7).standard_normal(shape)


def _regular(*shape: int) -> Input:
    """Square matrices near the identity."""
    return Input(lambda rng: 0.3 * rng.standard_normal(shape) + np.eye(shape[-1]))


_more(
    case(np.matmul, normal(*a), normal(*b)).but(complex=len(a) + len(b) < 6)
    for a, b in [
        ((3, 4), (4, 2)), ((3,), (3,)), ((3,), (3, 2)), ((2, 3), (3,)),
        ((3,), (2, 3, 4)), ((2, 4, 3), (3,)), ((2, 3, 4), (4, 2)), ((3, 4), (2, 4, 2)),
        ((2, 3, 4), (2, 4, 2)), ((1, 3, 4), (5, 4, 2)), ((2, 1, 3, 4), (5, 4, 2)),
        ((2, 3, 4), (5, 1, 4, 2)), ((0, 3), (3, 2)), ((2, 0), (0, 3)), ((0, 2, 3), (3, 2)),
    ]
)  # fmt: skip
CASES += [
    case(np.matmul, normal(2, 3), _plain(3, 2)),
    case(np.matmul, _plain(2, 3), normal(3, 2)),
    case(np.matmul, _plain(2, 3).tolist(), normal(3, 2)),
    case(np.matmul, normal(2, 3), _plain(3, 2).tolist()),
    case(np.matmul, _plain(4, 2, 3), normal(3)),
    case(np.matmul, normal(3, 2), normal(3, 4), axes=[(1, 0), (0, 1), (0, 1)]),
    case(np.matmul, normal(3, 5, 2), normal(4, 3), axes=[(-1, 0), (1, 0), (0, 2)]),
    case(np.matmul, normal(3), normal(4, 3, 2), axes=[(0,), (1, 0), (0,)]),
    case(np.matmul, normal(4, 3), normal(4), axes=[(1, 0), (0,), (0,)]),
    case(np.matmul, normal(2, 3), normal(3, 2), dtype=np.float64, order="C"),
    wrapped(np.matmul, lambda a: a @ a, normal(3, 3)),
]

_more(
    case(f, normal(3), normal(3)).but(complex=True)
    for f in (np.dot, np.inner, np.outer, np.vdot, np.kron, np.cross, np.vecdot, np.linalg.outer,
              np.linalg.cross, np.linalg.vecdot, np.linalg.matmul)
)  # fmt: skip
_more(
    case(f, normal(2, 3), normal(3, 2)).but(complex=True)
    for f in (np.dot, np.outer, np.vdot, np.kron, np.linalg.matmul)
)
_more(
    case(f, *inputs)
    for f in (np.dot, np.inner, np.outer, np.kron)
    for inputs in [(normal(), normal(2, 3)), (normal(2, 3), normal()), (scalar(2.0), normal(3)),
                   (normal(3), scalar(2.0)), (normal(), normal()), (normal(2, 3), 3.0)]
)  # fmt: skip

CASES += [
    case(np.dot, normal(2, 3), normal(3)),
    case(np.dot, normal(3), normal(3, 2)),
    case(np.dot, normal(4, 2, 3), normal(3)),
    case(np.dot, normal(3), normal(2, 3, 4)),
    case(np.dot, normal(2, 3), normal(2, 3, 4)).but(complex=True),
    case(np.dot, normal(4, 2, 3), normal(3, 2)).but(complex=True),
    case(np.dot, normal(5, 2, 3), normal(4, 3, 2)),
    case(np.dot, normal(0, 3), normal(3, 2)),
    case(np.dot, normal(2, 0), normal(0, 3)),
    case(np.dot, _plain(2, 3), normal(3, 2)),
    case(np.dot, normal(2, 3), _plain(3, 2).tolist()),
    case(np.inner, normal(2, 3), normal(3)).but(complex=True),
    case(np.inner, normal(3), normal(2, 3)),
    case(np.inner, normal(2, 3), normal(4, 3)).but(complex=True),
    case(np.inner, normal(5, 2, 3), normal(4, 3)),
    case(np.inner, normal(2, 3), normal(5, 4, 3)),
    case(np.inner, normal(0, 3), normal(3)),
    case(np.outer, normal(2), normal(3)),
    case(np.outer, normal(0), normal(3)),
    case(np.outer, normal(2), [1.0, 2.0]),
    case(np.linalg.outer, normal(2), normal(3)),
    case(np.vdot, normal(2, 3), normal(6)),
    case(np.vdot, normal(0), normal(0)),
    case(np.vecdot, normal(2, 3), normal(2, 3)).but(complex=True),
    case(np.vecdot, normal(3), normal(4, 2, 3)),
    case(np.vecdot, normal(4, 1, 3), normal(2, 3)),
    case(np.vecdot, normal(3, 2), normal(3, 2), axis=0),
    case(np.vecdot, normal(3), normal(3, 2), axis=0),
    case(np.vecdot, normal(5, 3, 2), normal(3, 2), axis=-2, keepdims=True),
    case(np.vecdot, normal(3, 2), normal(2, 3), axes=[0, 1]),
    case(np.vecdot, normal(3, 2), normal(2, 3), axes=[(0,), (1,), (0,)], keepdims=True),
    case(np.vecdot, normal(2, 0), normal(2, 0)),
    case(np.linalg.vecdot, normal(3, 2), normal(3, 2), axis=0).but(complex=True),
    case(np.linalg.vecdot, normal(2, 3), normal(3)),
    case(np.matvec, normal(2, 3), normal(3)).but(complex=True),
    case(np.matvec, normal(4, 2, 3), normal(3)),
    case(np.matvec, normal(2, 3), normal(4, 3)),
    case(np.matvec, normal(4, 2, 3), normal(5, 1, 3)),
    case(np.matvec, normal(3, 2), normal(3, 4), axes=[(1, 0), 0, 0]),
    case(np.matvec, normal(0, 3), normal(3)),
    case(np.vecmat, normal(3), normal(3, 2)).but(complex=True),
    case(np.vecmat, normal(3), normal(4, 3, 2)),
    case(np.vecmat, normal(4, 3), normal(3, 2)),
    case(np.vecmat, normal(5, 1, 3), normal(4, 3, 2)),
    case(np.vecmat, normal(3, 4), normal(2, 3), axes=[0, (1, 0), 0]),
    case(np.linalg.matmul, normal(2, 3, 4), normal(4, 2)),
]

_more(
    case(f, normal(*a), normal(*b), axes=axes)
    for f in (np.tensordot, np.linalg.tensordot)
    for a, b, axes in [
        ((2, 3, 4), (4, 5), 1), ((2, 3, 4), (3, 4, 2), 2), ((2,), (3,), 0), ((2, 3), (2, 3), 2),
        ((2, 3, 4), (4, 3, 5), ([1, 2], [1, 0])), ((2, 3, 4), (4, 5, 3), ([-1, 1], [0, -1])),
        ((2, 3), (3, 4), (1, 0)), ((2, 3), (4, 3), (-1, -1)), ((3, 2), (3,), ([0], [0])),
        ((2, 3), (4,), ([], [])), ((0, 3), (3, 2), 1),
    ]
)  # fmt: skip
CASES += [
    case(np.tensordot, normal(2, 3), normal(2, 3)),
    case(np.tensordot, normal(2, 3), normal(3, 4), 1).but(complex=True),
    case(np.tensordot, normal(2, 3), _plain(3, 4).tolist(), 1),
    case(np.linalg.tensordot, normal(2, 3), normal(2, 3)).but(complex=True),
]

_more(
    case(np.einsum, subscripts, *(normal(*shape) for shape in shapes)).but(
        complex="..." not in subscripts
    )
    for subscripts, *shapes in [
        ("ij,jk->ik", (2, 3), (3, 4)), ("ij,jk", (2, 3), (3, 4)), ("i,i", (3,), (3,)),
        ("i,i", (1,), (3,)), ("i,i->i", (3,), (1,)), ("i,j->ji", (2,), (3,)), ("i,j->", (2,), (3,)),
        ("ij->ji", (2, 3)), ("ij->j", (2, 3)), ("ij->", (2, 3)), ("ba", (2, 3)), ("ii", (3, 3)),
        ("ii->i", (3, 3)), ("iij->j", (2, 2, 3)), ("iji->j", (2, 3, 2)), ("iii->i", (2, 2, 2)),
        ("iijj->ij", (2, 2, 3, 3)), ("ii,ij->j", (3, 3), (3, 2)), ("ij,ij->", (2, 3), (1, 3)),
        ("ij,ij->ij", (1, 3), (2, 1)), ("bij,bjk->bik", (2, 3, 4), (1, 4, 2)), ("i,,i->", (3,), (), (3,)),
        ("ij,jk,kl->il", (2, 3), (3, 4), (4, 2)),
        ("ijk,ilm,njm,nlk,abc->", (2, 2, 2), (2, 1, 2), (1, 2, 2), (1, 1, 2), (2, 1, 2)),
        ("...ij,...jk->...ik", (2, 3, 4), (4, 2)), ("...ij,...jk", (3, 4), (2, 4, 2)), ("...i,...i", (1, 3), (2, 3)),
        ("i...->...", (2, 3, 4)), ("...->...", (2, 3)), ("i...,...i->i...", (2, 3, 4), (3, 4, 2)),
        ("...ii->...i", (2, 3, 3)), ("ij...,j->i...", (2, 3, 4), (3,)), (" i j , j -> i ", (2, 3), (3,)),
        ("ij,jk->ik", (0, 3), (3, 2)), ("ij->i", (2, 0)),
    ]
)  # fmt: skip
CASES += [
    case(np.einsum, "ij,jk,kl->il", normal(2, 3), normal(3, 4), normal(4, 2), optimize=True),
    case(np.einsum, "bij,bjk->bik", normal(1, 3, 4), normal(2, 4, 2), optimize=True),
    case(np.einsum, "i,i", normal(1), normal(3), optimize="greedy"),
    case(np.einsum, "ij,jk", normal(2, 3), _plain(3, 4), optimize=["einsum_path", (0, 1)]),
    case(np.einsum, "ij,jk", _plain(2, 3).tolist(), normal(3, 4), dtype=np.float64, order="F", casting="safe"),
    case(np.einsum, "ij,jk->ik", normal(20, 40), normal(40, 30)).but(
        order=1, note=" large: finite differences are slow"
    ),
    case(np.einsum, normal(2, 3), [0, 1], normal(3, 4), [1, 2], [0, 2]),
    case(np.einsum, normal(2, 3), [1, 0], normal(3, 4), [0, 2]),
    case(np.einsum, normal(2, 3), [30, 2]),
    case(np.einsum, normal(2, 3, 4), [..., 0, 1], normal(4), [1], [..., 0]),
    case(np.einsum, normal(3, 3), [5, 5], [5]),
]

CASES += [
    case(np.kron, normal(2, 3), normal(2)),
    case(np.kron, normal(2), normal(3, 2)),
    case(np.kron, normal(2, 1, 2), normal(3, 2)),
    case(np.kron, normal(0), normal(2)),
    case(np.kron, _plain(2, 2).tolist(), normal(2, 2)),
    case(np.cross, normal(2, 3), normal(3)).but(complex=True),
    case(np.cross, normal(3), normal(4, 2, 3)),
    case(np.cross, normal(2, 1, 3), normal(4, 3)),
    case(np.cross, normal(3, 2), normal(3, 2), axis=0),
    case(np.cross, normal(3), normal(3, 2), 0, 0, 0),
    case(np.cross, normal(3, 2), normal(2, 3), axisa=0, axisc=0),
    case(np.cross, normal(2, 3), normal(3, 2), axisb=-2, axisc=-2),
    case(np.cross, normal(5, 3, 2), normal(3), axisa=1, axisc=1),
    case(np.cross, normal(0, 3), normal(0, 3)),
    case(np.linalg.cross, normal(2, 3), normal(3)),
    case(np.linalg.cross, normal(3, 2), normal(3, 2), axis=0),
    case(np.trace, normal(3, 3)).but(complex=True),
    case(np.trace, normal(2, 4), offset=1),
    case(np.trace, normal(4, 2), -2),
    case(np.trace, normal(2, 3), offset=5),
    case(np.trace, normal(2, 3, 4), axis1=2, axis2=0),
    case(np.trace, normal(2, 3, 4), 1, -1, -3),
    case(np.trace, normal(2, 3, 3), axis1=1, axis2=2, dtype=np.float64),
    case(np.trace, normal(0, 3)),
    case(np.linalg.trace, normal(2, 3, 4), offset=1),
    case(np.linalg.trace, normal(3, 3), dtype=np.float64),
    case(np.linalg.diagonal, normal(2, 3, 4)).but(complex=True),
    case(np.linalg.diagonal, normal(2, 4), offset=2),
    case(np.linalg.diagonal, normal(4, 2), offset=-3),
    case(np.linalg.diagonal, normal(2, 3), offset=4),
    case(np.linalg.multi_dot, [normal(2, 3), normal(3, 4)]),
    case(np.linalg.multi_dot, [normal(2, 3), normal(3, 4), normal(4, 2)]).but(complex=True),
    case(np.linalg.multi_dot, [normal(3), normal(3, 4), normal(4, 2), normal(2)]),
    case(np.linalg.multi_dot, [normal(3), normal(3, 2), _plain(2, 4)]),
    case(np.linalg.multi_dot, [_plain(4, 3), normal(3, 2), normal(2)]),
]
_more(case(np.linalg.matrix_power, _regular(3, 3), n) for n in (0, 1, 2, 3, 7, -1, -2, -3))
CASES += [
    case(np.linalg.matrix_power, normal(2, 3, 3), 4).but(complex=True),
    case(np.linalg.matrix_power, _regular(2, 2, 2), -2).but(complex=True),
]


def _cross(*args: Any, **kwargs: Any) -> Any:
    with warnings.catch_warnings():  # NumPy means to drop vectors of the plane
        warnings.simplefilter("ignore", DeprecationWarning)
        return np.cross(*args, **kwargs)


def _has_planar_cross() -> bool:
    """NumPy 2.5 has dropped vectors of the plane."""
    try:
        _cross([1.0, 0.0], [0.0, 1.0])
    except ValueError:
        return False
    return True


_PLANAR = [
    wrapped(np.cross, _cross, normal(2), normal(2)),
    wrapped(np.cross, _cross, normal(4, 2), normal(2)).but(complex=True),
    wrapped(np.cross, _cross, normal(4, 2), normal(3)),
    wrapped(np.cross, _cross, normal(3), normal(4, 2)),
    wrapped(np.cross, lambda a, b: _cross(a, b, axisa=0), normal(2, 4), normal(4, 2)),
    wrapped(np.cross, lambda a, b: _cross(a, b, axisb=0, axisc=0), normal(4, 3), normal(2, 4)),
]
if _has_planar_cross():
    CASES += _PLANAR
