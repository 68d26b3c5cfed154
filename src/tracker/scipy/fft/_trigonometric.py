"""Discrete cosine and sine transforms.

With norm="ortho" and orthogonalize=True their matrices are orthogonal, Q. All others are f L^-1 Q R^-1 with a number f
and diagonal matrices L and R that differ from 1 at the ends only, so the adjoint is f R^-1 Q^T L^-1: SciPy's reference,
`scipy.fft.dct` and `scipy.fft.dst`, section Notes.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import numpy as np
import scipy.fft

from tracker._arrays import handles
from tracker.errors import UnsupportedKeywordError
from tracker.scipy.fft._linear import axes_and_sizes, gathered, one_after_the_other, scaled, sized, transform

_fft: Any = scipy.fft
_ROOT: Final = np.sqrt(2.0)
# The ends that orthogonalize=True scales: of the input (by sqrt(2)) and of the output (by its inverse).
_ENDS: Final[dict[tuple[str, int], tuple[tuple[int, ...], tuple[int, ...]]]] = {
    ("dct", 1): ((0, -1), (0, -1)),
    ("dct", 2): ((), (0,)),
    ("dct", 3): ((0,), ()),
    ("dst", 2): ((), (-1,)),
    ("dst", 3): ((-1,), ()),
}


def _ends(n: int, places: tuple[int, ...], factor: float) -> Any:
    factors = np.ones(n)
    factors[list(places)] = factor
    return factors


def _adjoint(name: str, kind: int, n: int, length: int, axis: int, norm: Any, orthogonalize: Any) -> Any:
    """The adjoint of `scipy.fft.<name>(x, kind, n, axis, norm, orthogonalize=orthogonalize)`."""
    base, inverse = name.removeprefix("i"), name.startswith("i")
    period = 2 * (n + {("dct", 1): -1, ("dst", 1): 1}.get((base, kind), 0))
    size = {None: np.sqrt(period), "backward": np.sqrt(period), "ortho": 1.0, "forward": 1 / np.sqrt(period)}[norm]
    inputs, outputs = _ENDS.get((base, kind), ((), ()))
    if norm == "ortho" if orthogonalize is None else orthogonalize:
        inputs = outputs = ()
    left, right = _ends(n, outputs, _ROOT), _ends(n, inputs, 1 / _ROOT)  # L^-1 and R^-1

    def adjoint(dy: Any) -> Any:
        if inverse:  # x = R Q^T L y / f
            turned = getattr(_fft, base)(scaled(dy, 1 / right, axis), kind, axis=axis, norm="ortho")
            return sized(scaled(turned, 1 / (left * size), axis), length, axis)
        turned = getattr(_fft, f"i{base}")(scaled(dy, left, axis), kind, axis=axis, norm="ortho")
        return sized(scaled(turned, right * size, axis), length, axis)

    return adjoint


def _along_one(name: str) -> Callable[..., Any]:
    theirs = getattr(_fft, name)

    def function(
        x: Any, type: int = 2, n: Any = None, axis: int = -1, norm: Any = None, overwrite_x: bool = False,
        workers: Any = None, orthogonalize: Any = None,
    ) -> Any:  # fmt: skip
        x = gathered(x)
        _refuse_complex(name, x, orthogonalize)
        shape = np.shape(x)

        def adjoint(dy: Any) -> Any:
            size = shape[axis] if n is None else n
            return _adjoint(name, type, size, shape[axis], axis, norm, orthogonalize)(dy)

        value = lambda x: theirs(x, type, n, axis, norm, False, workers, orthogonalize)
        return transform(name, value, adjoint, x)

    return _named(function, name)


def _along_several(name: str) -> Callable[..., Any]:
    theirs = getattr(_fft, f"{name}n")

    def function(
        x: Any, type: int = 2, s: Any = None, axes: Any = None, norm: Any = None, overwrite_x: bool = False,
        workers: Any = None, orthogonalize: Any = None,
    ) -> Any:  # fmt: skip
        x = gathered(x)
        _refuse_complex(name, x, orthogonalize)
        shape = np.shape(x)

        def adjoint(dy: Any) -> Any:
            places, sizes = axes_and_sizes(shape, s, axes)
            steps = [
                _adjoint(name, type, n, shape[a], a, norm, orthogonalize) for a, n in zip(places, sizes, strict=True)
            ]
            return one_after_the_other(steps)(dy)

        value = lambda x: theirs(x, type, s, axes, norm, False, workers, orthogonalize=orthogonalize)
        return transform(f"{name}n", value, adjoint, x)

    return _named(function, f"{name}n")


def _refuse_complex(name: str, x: Any, orthogonalize: Any) -> None:
    """SciPy leaves orthogonalize= out where x is complex, at least up to version 1.17."""
    if orthogonalize is not None and handles.is_tracked(x) and x.dtype.kind == "c":
        raise UnsupportedKeywordError(
            f"scipy.fft.{name} of complex values has no derivative with orthogonalize=. Transform x.real and x.imag."
        )


def _named(function: Callable[..., Any], name: str) -> Callable[..., Any]:
    function.__name__ = function.__qualname__ = name
    function.__doc__ = f"`scipy.fft.{name}`, differentiable by `x`, to any order. See scipy.fft.{name}."
    return function


dct, idct, dst, idst = [_along_one(name) for name in ("dct", "idct", "dst", "idst")]
dctn, idctn, dstn, idstn = [_along_several(name) for name in ("dct", "idct", "dst", "idst")]
