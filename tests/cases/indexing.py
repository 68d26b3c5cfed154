"""Cases for reading and writing entries."""

from __future__ import annotations

from typing import Any

import numpy as np

from tests.cases.case import Case, case, normal, scalar, wrapped
from tracker._rules.choosing import only
from tracker._rules.indexing import add_at, getitem, scatter, setitem

MASK = np.array([[True, False, True], [False, False, True]])
ROWS = np.array([2, 0, 2, 1])
PICKS = np.array([[0, 1, 0], [2, 2, 1]])


def trimmed(trim: str = "fb", axis: Any = None) -> Any:
    """np.trim_zeros of an array with two zeros before and one behind, which stay zeros in finite differences."""
    return lambda x: np.trim_zeros(np.pad(x, (2, 1)), trim, axis=axis)


GETITEM: list[Case] = [
    case(getitem, normal(4), 1).but(complex=True),
    case(getitem, normal(4), slice(None, None, -2)),
    case(getitem, normal(3, 4), (1, -1)),
    case(getitem, normal(3, 4), (slice(1, None), None, ..., 2)),
    case(getitem, normal(3, 4), ()),
    case(getitem, normal(), ()),
    case(getitem, normal(), None),
    case(getitem, normal(2, 3), MASK).but(complex=True),
    case(getitem, normal(4, 2, 3), (slice(None, None, 2), MASK)),
    case(getitem, normal(3), np.array([False, False, False])),
    case(getitem, normal(3), ROWS).but(complex=True),
    case(getitem, normal(3), [0, 0, -1]),
    case(getitem, normal(3, 2), [[0, 0], [2, 1]]),
    case(getitem, normal(3, 2), (ROWS, [1, 1, 1, 0])),
    case(getitem, normal(2, 3), (slice(None), [0, 0, 1])),
    case(getitem, normal(2, 3), (..., ROWS, None)),
    case(getitem, normal(3, 2, 3), (ROWS, slice(None), ROWS)),
    case(getitem, normal(3, 4), (MASK[0], [1, 1])),
    case(getitem, normal(40, 2), ROWS),
    case(getitem, normal(0, 3), slice(0)),
    case(getitem, normal(3), np.array([], int)),
]

SETITEM: list[Case] = [
    case(only, normal(2, 3), MASK).but(complex=True),
    case(only, normal(3), MASK),
    case(only, normal(), MASK),
    case(only, normal(2, 3), MASK.tolist()),
    case(only, normal(2, 3), MASK * 1),
    case(setitem, normal(4), 1, normal()).but(complex=True),
    case(setitem, normal(4), slice(None, None, 2), scalar(1.5)),
    case(setitem, normal(4), slice(1, 3), normal(1, 1, 2)),
    case(setitem, normal(4), slice(1, 3), normal(1, 1, 1)),
    case(setitem, normal(3, 4), (..., 1), normal(3)),
    case(setitem, normal(3, 4), slice(None), normal(4)),
    case(setitem, normal(3, 4), (), normal(3, 1)),
    case(setitem, normal(2, 3), MASK, normal(3)).but(complex=True),
    case(setitem, normal(2, 3), MASK, normal()),
    case(setitem, normal(3), ROWS, normal(4)).but(complex=True),
    case(setitem, normal(3), ROWS, normal()),
    case(setitem, normal(3), [0, 0, -1], normal(3)),
    case(setitem, normal(3, 2), ROWS, normal(4, 2)),
    case(setitem, normal(3, 2), ROWS, normal(2)),
    case(setitem, normal(3, 2), (ROWS, [1, 1, 1, 0]), normal(4)),
    case(setitem, normal(3, 2), (slice(None), [0, 0]), normal(3, 2)),
    case(setitem, normal(), (), normal()),
    case(setitem, normal(0, 3), slice(0), normal(3)),
    case(setitem, np.zeros(3), 1, normal()),
    case(setitem, normal(3), 1, 2.0),
]

SCATTER: list[Case] = [
    case(scatter, normal(4), ROWS, (3,)).but(complex=True),
    case(scatter, normal(4, 2), ROWS, (3, 2)),
    case(scatter, normal(3), MASK, (2, 3)),
    case(scatter, normal(2), (slice(None), 1), (2, 3)),
    case(scatter, normal(), 2, (3,)),
    case(scatter, normal(2, 4), (slice(None), ROWS), (2, 3)),
    case(scatter, normal(4), (ROWS, 0), (3, 40)),
    case(scatter, normal(4, 257), ROWS, (3, 257)).but(order=1, note="the path for long rows"),
    case(scatter, normal(0), np.array([], int), (3,)),
]

ADD_AT: list[Case] = [
    case(add_at, normal(3), ROWS, normal(4)).but(complex=True),
    case(add_at, normal(3, 4), (slice(None), slice(0, 1)), normal(3, 1)),
    case(add_at, normal(3, 4), (slice(None), [0, 3, 0]), normal(3, 3)),
    case(add_at, normal(2, 3), MASK, normal()),
]

POSITIONS: list[Case] = [
    case(np.take, normal(5), 3),
    case(np.take, normal(5), []),
    case(np.take, normal(5), [0, 0, -1]).but(complex=True),
    case(np.take, normal(2, 3), PICKS),
    case(np.take, normal(2, 3), PICKS, 1),
    case(np.take, normal(3, 2), ROWS, axis=-2),
    case(np.take, normal(2, 3), 1, axis=-1),
    case(np.take, normal(3), [5, -7, 1], mode="wrap"),
    case(np.take, normal(2, 3), [5, -7, 1], axis=1, mode="clip"),
    case(np.take, normal(0, 3), [1, 1], axis=1),
    case(np.take, normal(3), np.array([], int)),
    case(np.take, normal(), 0),
    case(np.take_along_axis, normal(3, 3), PICKS, 0).but(complex=True),
    case(np.take_along_axis, normal(2, 4), PICKS, 1),
    case(np.take_along_axis, normal(2, 4), PICKS),
    case(np.take_along_axis, normal(2, 4), PICKS[:1], axis=-1),
    case(np.take_along_axis, normal(1, 4), PICKS, axis=1),
    case(np.take_along_axis, normal(2, 3), ROWS, None),
    case(np.take_along_axis, normal(0, 4), np.zeros((0, 2), int), 1),
    case(np.compress, [True, False, True], normal(3)).but(complex=True),
    case(np.compress, [0, 1], normal(3, 2), axis=0),
    case(np.compress, [True, False, True], normal(2, 3), -1),
    case(np.compress, MASK[0], normal(2, 3)),
    case(np.compress, [False, False], normal(2)),
    case(np.compress, [True], normal(0, 2), axis=1),
    case(np.compress, [True], normal(0, 2, 0, 2), axis=-2),
    case(np.extract, MASK, normal(2, 3)).but(complex=True),
    case(np.extract, [True, False, True], normal(4)),
]


def choose_from(choices: Any) -> Any:
    return np.choose(PICKS, choices)


CONDITIONS: list[Case] = [
    case(np.where, MASK, normal(2, 3), normal(2, 3)).but(complex=True),
    case(np.where, MASK, normal(3), scalar(0.5)),
    case(np.where, MASK, 1.0, normal(2, 1)),
    case(np.where, MASK[0], normal(2, 3), normal()),
    case(np.where, True, normal(2), normal(2)),
    case(np.where, np.zeros((0, 3), bool), normal(0, 3), normal(3)),
    wrapped(np.where, lambda x: x[np.where(x > 0)], normal(5)),
    case(np.choose, PICKS, [normal(2, 3), normal(3), normal()]).but(complex=True),
    case(np.choose, PICKS, [normal(2, 3), 1.0, np.zeros(3)]),
    case(np.choose, [0, 4, -1], [normal(3), normal(3)], mode="wrap"),
    case(np.choose, [0, 4, -1], [normal(3), normal(3)], mode="clip"),
    wrapped(np.choose, choose_from, normal(3, 2, 3)),
    wrapped(np.choose, choose_from, normal(3, 3)),
    wrapped(np.choose, choose_from, normal(3)),
    case(np.select, [MASK, ~MASK[::-1]], [normal(2, 3), normal(2, 3)]).but(complex=True),
    case(np.select, [MASK, MASK[0]], [normal(3), normal(2, 1)], normal(2, 3)),
    wrapped(np.select, lambda x, d: np.select([MASK, MASK[0]], [x, 0.0], default=d), normal(3), scalar(2.0)),
    case(np.select, [MASK], [normal()], normal()),
]

DIAGONALS: list[Case] = [
    case(np.diag, normal(3)).but(complex=True),
    case(np.diag, normal(3), 1),
    case(np.diag, normal(3), k=-2),
    case(np.diag, normal(3, 4)).but(complex=True),
    case(np.diag, normal(4, 2), -1),
    case(np.diag, normal(2, 4), k=2),
    case(np.diag, normal(2, 4), -1),
    case(np.diag, normal(2, 2), 5),
    case(np.diag, normal(0, 3)),
    case(np.diag, normal(0)),
    case(np.diagonal, normal(3, 4)),
    case(np.diagonal, normal(3, 4, 2), 1),
    case(np.diagonal, normal(3, 4, 2), -1, 2, 0),
    case(np.diagonal, normal(3, 4, 2), axis1=-1, axis2=1, offset=1),
    case(np.diagonal, normal(2, 3, 3, 2), 0, -3, -2).but(complex=True),
    case(np.diagonal, normal(2, 0, 3), axis1=1, axis2=2),
    case(np.diagflat, normal(2, 2)),
    case(np.diagflat, normal(3), k=-1).but(complex=True),
    case(np.diagflat, normal(), 1),
    case(np.tril, normal(3, 4)).but(complex=True),
    case(np.tril, normal(2, 3, 3), -1),
    case(np.tril, normal(3)),
    case(np.triu, normal(4, 3)),
    case(np.triu, normal(2, 3, 3), k=1),
    case(np.triu, normal(0, 3)),
]

ADDING: list[Case] = [
    case(np.append, normal(3), normal(2)).but(complex=True),
    case(np.append, normal(2, 2), scalar(3.0)),
    case(np.append, normal(2, 2), normal(1, 3)),
    case(np.append, normal(2, 2), normal(2, 1), axis=-1),
    case(np.append, np.ones((1, 2)), normal(2, 2), 0),
    case(np.insert, normal(4), 1, scalar(2.0)).but(complex=True),
    case(np.insert, normal(4), 1, normal(3)),
    case(np.insert, normal(4), [1, 3, 1], normal(3)),
    case(np.insert, normal(4), [3, 1], scalar(2.0)),
    case(np.insert, normal(4), [-1], normal(2)),
    case(np.insert, normal(4), slice(0, 4, 2), normal(2)),
    case(np.insert, normal(3), np.array([True, False, True]), normal(2)),
    case(np.insert, normal(2, 3), 1, normal(3), axis=0),
    case(np.insert, normal(2, 3), 1, normal(2), axis=1),
    case(np.insert, normal(2, 3), 1, normal(2, 2), axis=-1),
    case(np.insert, normal(2, 3), [1, 1], normal(2, 2), axis=-1),
    case(np.insert, normal(2, 3), [2, 0], normal(2, 1), 1),
    case(np.insert, normal(2, 3), 4, normal(2)),
    case(np.delete, normal(5), 1).but(complex=True),
    case(np.delete, normal(5), [0, -1, 0]),
    case(np.delete, normal(5), slice(1, None, 2)),
    case(np.delete, normal(2, 3), [1, 4]),
    case(np.delete, normal(2, 3), 1, axis=-1),
    case(np.delete, normal(2, 3), np.array([True, False, True]), axis=1),
    wrapped(np.trim_zeros, trimmed(), normal(3)).but(complex=True),
    wrapped(np.trim_zeros, trimmed("f"), normal(3)),
    wrapped(np.trim_zeros, trimmed("B"), normal(3)),
    wrapped(np.trim_zeros, trimmed(), normal(2, 2)),
    wrapped(np.trim_zeros, trimmed(axis=-1), normal(2, 2)),
    wrapped(np.trim_zeros, lambda x: np.trim_zeros(x * 0), normal(3)),
]

CASES: list[Case] = GETITEM + SETITEM + SCATTER + ADD_AT + POSITIONS + CONDITIONS + DIAGONALS + ADDING
