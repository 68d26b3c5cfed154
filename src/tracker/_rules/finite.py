"""nan_to_num: numbers instead of NaN and infinities."""

from __future__ import annotations

from typing import Any

import numpy as np

from tracker._core.registry import composed, rule
from tracker._rules.choosing import only
from tracker._rules.elementwise import is_complex
from tracker._rules.overridable import overridable


def nan_to_num(x: Any, copy: Any = True, nan: Any = 0.0, posinf: Any = None, neginf: Any = None) -> Any:
    """numpy.nan_to_num, into `x` itself with copy=False."""
    if isinstance(copy, str):
        raise ValueError("strings are not allowed for 'copy' keyword. Use True/False/None instead.")
    x = np.stack(x) if isinstance(x, list | tuple) else x
    y = finite(x, nan, posinf, neginf)
    if copy or not np.ndim(x):
        return y
    x[...] = y
    return x


@overridable
def finite(x: Any, nan: Any, posinf: Any, neginf: Any) -> Any:
    """A copy of `x` with numbers instead of NaN and infinities."""
    return np.nan_to_num(x, True, nan, posinf, neginf)


def _where(test: Any, dy: Any, x: Any) -> Any:
    """`dy` where the test of `x` holds; of complex numbers each part by itself."""
    if not is_complex(x):
        return only(dy, test(x))
    return only(np.real(dy), test(np.real(x))) + 1j * only(np.imag(dy), test(np.imag(x)))


def _as_number(dy: Any, x: Any) -> Any:
    """The gradient of a number that stands in for real and for imaginary parts."""
    return np.real(dy) + np.imag(dy) if is_complex(x) else dy


rule(
    finite,
    lambda dy, y, x, nan, posinf, neginf: _where(np.isfinite, dy, x),
    lambda dy, y, x, nan, posinf, neginf: _as_number(_where(np.isnan, dy, x), x),
    lambda dy, y, x, nan, posinf, neginf: _as_number(_where(np.isposinf, dy, x), x),
    lambda dy, y, x, nan, posinf, neginf: _as_number(_where(np.isneginf, dy, x), x),
    pushforward=lambda t, y, x, *numbers: _first_of(
        ((np.isfinite, t[0]), (np.isnan, t[1]), (np.isposinf, t[2]), (np.isneginf, t[3])), x
    ),
)
composed(np.nan_to_num, nan_to_num)


def _first_of(choices: Any, x: Any) -> Any:
    """The tangent of each entry of `x`, among those that are given the one whose test holds."""
    if is_complex(x):
        parts = [
            _first_of([(test, part(t) if t is choices[0][1] and t is not None else t) for test, t in choices], part(x))
            for part in (np.real, np.imag)
        ]
        return parts[0] + 1j * parts[1]
    y: Any = 0
    for test, t in choices:
        y = y if t is None else np.where(test(x), t, y)
    return y
