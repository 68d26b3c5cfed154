"""Discrete Fourier transforms."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from tests.cases.case import Case, case, normal, wrapped

_COMPLEX_IN = (np.fft.fft, np.fft.ifft, np.fft.irfft, np.fft.hfft)
_REAL_IN = (np.fft.rfft, np.fft.ihfft)
_NORMS = (None, "backward", "ortho", "forward")


def _one_axis(f: Callable[..., Any]) -> list[Case]:
    return [
        *(case(f, normal(length), norm=norm) for length in (4, 5) for norm in _NORMS),
        *(case(f, normal(4), n=n, norm=norm) for n in (2, 3, 6, 7) for norm in ("ortho", "forward")),
        *(case(f, normal(5), n) for n in (1, 2, 4, 5, 8, 9)),
        case(f, normal(2)),
        case(f, normal(3, 4, 2), axis=1),
        case(f, normal(3, 4), axis=-2),
        case(f, normal(3, 4), 5, 0, "forward"),
        case(f, normal(2, 3), n=np.int64(5), axis=1),
        case(f, normal(0, 4)),
        case(f, normal(0, 4), n=3),
    ]


def _several_axes(f: Callable[..., Any]) -> list[Case]:
    return [
        *(case(f, normal(3, 4), norm=norm) for norm in _NORMS),
        case(f, normal(2, 4, 3)),
        case(f, normal(2, 3, 4), axes=(0, 2)),
        case(f, normal(2, 3, 4), axes=(-1, 0)),
        case(f, normal(3, 2, 4), s=(4, 3), axes=(0, 1)),
        case(f, normal(3, 4), s=(2, 6), axes=(0, 1), norm="ortho"),
        case(f, normal(3, 4), (5, 3), (1, 0), "forward"),
        case(f, normal(3, 4), s=(-1, 5), axes=(0, 1)),
        case(f, normal(3, 4), s=np.array([5, -1]), axes=(-2, -1)),
        case(f, normal(4, 3), axes=[1]),
        case(f, normal(4, 3), s=[6], axes=[0], norm="forward"),
        case(f, normal(4, 4), axes=(0, 0)),
        case(f, normal(4, 3), s=(3, 5), axes=(0, 0)),
        case(f, normal(0, 3, 4), axes=(1, 2)),
    ]


CASES = [
    *(c.but(complex=True) for f in _COMPLEX_IN for c in _one_axis(f)),
    *(c for f in _REAL_IN for c in [*_one_axis(f), case(f, normal(1))]),
    *(c.but(complex=True) for f in (np.fft.fftn, np.fft.ifftn, np.fft.irfftn) for c in _several_axes(f)),
    *(c.but(complex=True) for f in (np.fft.fft2, np.fft.ifft2, np.fft.irfft2) for c in _several_axes(f)),
    *(c for f in (np.fft.rfftn, np.fft.rfft2) for c in _several_axes(f)),
    *(case(f, normal(3, 2, 4)).but(complex=True) for f in (np.fft.fftn, np.fft.ifftn, np.fft.irfftn)),
    *(case(f, normal(3), axes=()) for f in (np.fft.fftn, np.fft.ifftn)),
    *(case(f, normal(1)).but(complex=True) for f in (np.fft.fft, np.fft.ifft)),
    *(
        c.but(complex=True)
        for f in (np.fft.fftshift, np.fft.ifftshift)
        for c in [
            case(f, normal(5)),
            case(f, normal(4)),
            case(f, normal(3, 5)),
            case(f, normal(3, 5, 2), axes=1),
            case(f, normal(3, 5), axes=(-1,)),
            case(f, normal(3, 5, 2), (0, 1)),
            case(f, normal(0, 3)),
        ]
    ),
    # what programs do with them: a real result of complex values between real ones
    wrapped(np.fft.fft, lambda x: np.abs(np.fft.fft(x)) ** 2, normal(5)),
    wrapped(np.fft.irfft, lambda x, k: np.fft.irfft(np.fft.rfft(x, 8) * np.fft.rfft(k, 8), 8), normal(5), normal(3)),
    wrapped(np.fft.ifft2, lambda x: np.real(np.fft.ifft2(np.fft.fft2(x) * 1j)), normal(3, 4)),
]
