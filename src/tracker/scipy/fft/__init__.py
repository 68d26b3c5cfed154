"""scipy.fft of tracked arrays: Fourier, cosine, sine and Hankel transforms, which are linear.

Once this module is imported, `scipy.fft.fft(x)` of a tracked x works as it is: SciPy asks registered backends first.

>>> import numpy as np
>>> import scipy.fft
>>> import tracker
>>> from tracker.scipy import fft
>>> tracker.gradient(lambda x: fft.dct(x)[0], np.zeros(3))
(array([2., 2., 2.]),)
>>> tracker.gradient(lambda x: abs(scipy.fft.rfft(x)[1]) ** 2, np.array([1.0, 0.0, 0.0, 0.0]))
(array([ 2.,  0., -2.,  0.]),)
"""

from __future__ import annotations

import sys as _sys
from typing import Any

import numpy as np
import scipy.fft as _scipy

from tracker._arrays import handles as _handles
from tracker.scipy._without import Section as _Section
from tracker.scipy._without import names as _names
from tracker.scipy._without import rest_of as _rest_of
from tracker.scipy.fft._fourier import (
    fft,
    fft2,
    fftn,
    hfft,
    hfft2,
    hfftn,
    ifft,
    ifft2,
    ifftn,
    ihfft,
    ihfft2,
    ihfftn,
    irfft,
    irfft2,
    irfftn,
    rfft,
    rfft2,
    rfftn,
)
from tracker.scipy.fft._linear import gathered as _gathered
from tracker.scipy.fft._linear import transform as _transform
from tracker.scipy.fft._trigonometric import dct, dctn, dst, dstn, idct, idctn, idst, idstn

__all__ = [
    "dct",
    "dctn",
    "dst",
    "dstn",
    "fft",
    "fft2",
    "fftn",
    "fftshift",
    "fht",
    "hfft",
    "hfft2",
    "hfftn",
    "idct",
    "idctn",
    "idst",
    "idstn",
    "ifft",
    "ifft2",
    "ifftn",
    "ifftshift",
    "ifht",
    "ihfft",
    "ihfft2",
    "ihfftn",
    "irfft",
    "irfft2",
    "irfftn",
    "rfft",
    "rfft2",
    "rfftn",
]

__getattr__ = _rest_of(
    "fft",
    _Section(
        refused={"fhtoffset": "the parameters of a Hankel transform are constants: pass tracker.data(...)."},
        own=_names(
            "fftfreq get_workers next_fast_len prev_fast_len register_backend rfftfreq set_backend set_global_backend "
            "set_workers skip_backend"
        ),
    ),
)


def fftshift(x: Any, axes: Any = None) -> Any:
    """`scipy.fft.fftshift`: the zero frequency in the middle."""
    return np.fft.fftshift(_gathered(x), axes)


def ifftshift(x: Any, axes: Any = None) -> Any:
    """`scipy.fft.ifftshift`: the inverse of `fftshift`."""
    return np.fft.ifftshift(_gathered(x), axes)


def fht(a: Any, dln: float, mu: float, offset: float = 0.0, bias: float = 0.0) -> Any:
    """`scipy.fft.fht`, differentiable by `a`: its matrix is symmetric."""
    step = lambda a: _scipy.fht(a, dln, mu, offset, bias)
    return _transform("fht", step, step, _gathered(a))


def ifht(A: Any, dln: float, mu: float, offset: float = 0.0, bias: float = 0.0) -> Any:
    """`scipy.fft.ifht`, differentiable by `A`: its matrix is symmetric."""
    step = lambda a: _scipy.ifht(a, dln, mu, offset, bias)
    return _transform("ifht", step, step, _gathered(A))


# SciPy's protocol for other arrays (uarray): these two names make the module a backend.
__ua_domain__ = "numpy.scipy.fft"


def __ua_function__(method: Any, args: Any, kwargs: Any) -> Any:
    """SciPy's function, called on tracked values."""
    if (args and _handles.is_tracked(args[0])) or (kwargs and any(map(_handles.is_tracked, kwargs.values()))):
        return globals()[method.__name__](*args, **kwargs)
    return NotImplemented


_scipy.register_backend(_sys.modules[__name__])
