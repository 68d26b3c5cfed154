"""Discrete Fourier transforms: each one's adjoint is another one, scaled.

With F the matrix of `fft`, F^H is `ifft` without its factor (norm "forward" for "backward"). `rfft` gives the first
half of F x: of its adjoint's sum over both halves `irfft` takes the middle entries twice, which is undone by a half.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import numpy as np
import scipy.fft

from tracker.scipy.fft._linear import axes_and_sizes, gathered, no_plan, one_after_the_other, scaled, sized, transform

_fft: Any = scipy.fft
_OTHER: Final = {None: "forward", "backward": "forward", "forward": "backward", "ortho": "ortho"}
_COMPLEX: Final = {"fft": "ifft", "ifft": "fft"}


def _ends(n: int, end: float, middle: float) -> Any:
    """A factor for each of the n // 2 + 1 entries of a half spectrum: those without a mirror image are ends."""
    factors = np.full(n // 2 + 1, middle)
    factors[0] = end
    if n % 2 == 0:
        factors[-1] = end
    return factors


def _adjoint(name: str, n: int, length: int, axis: int, norm: Any) -> Callable[[Any], Any]:
    """The adjoint of `scipy.fft.<name>(x, n, axis, norm)` of an x of this length."""
    other = _OTHER[norm]
    if name in _COMPLEX:
        return lambda dy: sized(getattr(_fft, _COMPLEX[name])(dy, axis=axis, norm=other), length, axis)
    if name == "rfft":
        return lambda dy: sized(_fft.irfft(scaled(dy, _ends(n, 1.0, 0.5), axis), n, axis, other), length, axis)
    if name == "irfft":
        return lambda dy: sized(scaled(_fft.rfft(dy, axis=axis, norm=other), _ends(n, 1.0, 2.0), axis), length, axis)
    if name == "hfft":  # irfft of the conjugate, scaled as the transform there
        back = _adjoint("irfft", n, length, axis, other)
        return lambda dy: np.conj(back(dy))
    back = _adjoint("rfft", n, length, axis, other)  # ihfft: the conjugate of rfft, scaled as the way back
    return lambda dy: back(np.conj(dy))


def _along_one(name: str) -> Callable[..., Any]:
    theirs = getattr(_fft, name)
    doubles = name in ("irfft", "hfft")

    def function(
        x: Any, n: Any = None, axis: int = -1, norm: Any = None, overwrite_x: bool = False, workers: Any = None, *,
        plan: Any = None,
    ) -> Any:  # fmt: skip
        no_plan(name, plan)
        x = gathered(x)
        shape = np.shape(x)

        def adjoint(dy: Any) -> Any:
            length = shape[axis]
            size = (2 * (length - 1) if doubles else length) if n is None else n
            return _adjoint(name, size, length, axis, norm)(dy)

        return transform(name, lambda x: theirs(x, n, axis, norm, False, workers), adjoint, x)

    return _named(function, name, f"differentiable by `x`, to any order. See scipy.fft.{name}.")


def _along_several(name: str, base: str, default: Any) -> Callable[..., Any]:
    """`base` along the last of the axes, and `fft` or `ifft` along the others."""
    theirs = getattr(_fft, name)
    others = "ifft" if base in ("ifft", "irfft", "ihfft") else "fft"

    def function(
        x: Any, s: Any = None, axes: Any = default, norm: Any = None, overwrite_x: bool = False, workers: Any = None,
        *, plan: Any = None,
    ) -> Any:  # fmt: skip
        no_plan(name, plan)
        x = gathered(x)
        shape = np.shape(x)

        def adjoint(dy: Any) -> Any:
            places, sizes = axes_and_sizes(shape, s, axes)
            if base in ("irfft", "hfft") and s is None:
                sizes[-1] = 2 * (sizes[-1] - 1)
            steps = [_adjoint(others, n, shape[a], a, norm) for a, n in zip(places[:-1], sizes[:-1], strict=True)]
            last = [_adjoint(base, sizes[-1], shape[places[-1]], places[-1], norm)] if places else []
            return one_after_the_other(last + steps if base in ("irfft", "hfft") else steps + last)(dy)

        return transform(name, lambda x: theirs(x, s, axes, norm, False, workers), adjoint, x)

    return _named(function, name, f"differentiable by `x`, to any order. See scipy.fft.{name}.")


def _named(function: Callable[..., Any], name: str, what: str) -> Callable[..., Any]:
    function.__name__ = function.__qualname__ = name
    function.__doc__ = f"`scipy.fft.{name}`, {what}"
    return function


fft, ifft, rfft, irfft, hfft, ihfft = [_along_one(n) for n in ("fft", "ifft", "rfft", "irfft", "hfft", "ihfft")]
fft2, ifft2, rfft2, irfft2, hfft2, ihfft2 = [
    _along_several(f"{n}2", n, (-2, -1)) for n in ("fft", "ifft", "rfft", "irfft", "hfft", "ihfft")
]
fftn, ifftn, rfftn, irfftn, hfftn, ihfftn = [
    _along_several(f"{n}n", n, None) for n in ("fft", "ifft", "rfft", "irfft", "hfft", "ihfft")
]
