"""Cases for what the arrays' layer itself records: collecting numbers, copies, writes through views."""

from __future__ import annotations

from typing import Any

import numpy as np

import tracker
from tests.cases.case import Case, normal, scalar, value, wrapped
from tracker._arrays.leaf import collect_values, identity, python_number, zero_dim
from tracker._arrays.paths import put_flat, with_imag, with_real


def _parameter(x: Any) -> Any:
    return tracker.param(x) if tracker.is_tracked(x) else x


def _write(view: Any, v: Any) -> None:
    view[...] = v


def _through_transpose(x: Any, v: Any) -> Any:
    y = +x
    y.T[1] = v
    return y


def _through_diagonal(x: Any, v: Any) -> Any:
    y = np.stack((x, 2 * x))
    _write(np.reshape(y, (-1,))[::4], v)
    return y


def _real_part(x: Any, v: Any) -> Any:
    z = x * (1 + 2j)
    _write(z.real, v)
    return z


def _imaginary_part(x: Any, v: Any) -> Any:
    z = x * (1 + 2j)
    _write(np.imag(z), v)
    return z


CASES: list[Case] = [
    wrapped(collect_values, lambda a, b: tracker.collect([a, b, a * b]), scalar(1.5), scalar(-0.3)),
    wrapped(collect_values, lambda a, b: tracker.collect([[a, 1.0], [b, a]]), scalar(1.5), scalar(-0.3)),
    wrapped(collect_values, lambda a, b: tracker.collect([a, a * b]), normal(2, 3), normal(3)).but(complex=True),
    wrapped(collect_values, lambda a: tracker.collect([a[1], a[0] * a[2]]), normal(3)),
    wrapped(collect_values, lambda a: tracker.collect((a,)), normal(0, 3)),
    wrapped(zero_dim, tracker.collect, scalar(1.5)),
    wrapped(python_number, lambda x: python_number(np.sin(x)), scalar(1.5)),
    wrapped(identity, _parameter, normal(2, 3)).but(complex=True),
    wrapped(identity, _parameter, scalar(1.5)),
    wrapped(put_flat, _through_transpose, normal(2, 3), normal(2)).but(complex=True),
    wrapped(put_flat, _through_transpose, normal(2, 3), scalar(0.5)),
    wrapped(put_flat, _through_diagonal, normal(2, 3), normal(3)).but(any_order=False),
    wrapped(with_real, _real_part, normal(2, 3), normal(3)),
    wrapped(with_real, _real_part, value([1.0, 2.0]), scalar(0.5)),
    wrapped(with_imag, _imaginary_part, normal(2, 3), normal(3)),
    wrapped(with_imag, _imaginary_part, value([1.0, 2.0]), scalar(0.5)),
]
