"""Activation functions, elementwise, for arrays and numbers; dtypes are kept and large inputs don't overflow.

At a kink the derivative is the least of the slopes that meet there (of least norm): 0 for relu at 0.
"""

from __future__ import annotations

import math
from typing import Any, Final

import numpy as np
from scipy import special

from tracker._core.registry import partials
from tracker.nn._primitive import primitive

# Klambauer et al., Self-Normalizing Neural Networks (2017), eq. 14
_SELU_ALPHA: Final = 1.6732632423543772
_SELU_SCALE: Final = 1.0507009873554805


def of_scipy(f: Any, x: Any) -> Any:
    """f(x) in the dtype of x, also in float16, which SciPy's functions do not know.

    >>> of_scipy(special.expit, np.zeros(1, np.float16))
    array([0.5], dtype=float16)
    """
    half = getattr(x, "dtype", None) == np.float16
    return f(x.astype(np.float32)).astype(np.float16) if half else f(x)


def identity(x: Any) -> Any:
    """`x` itself.

    >>> identity(2.0)
    2.0
    """
    return x


@primitive
def relu(x: Any) -> Any:
    """max(x, 0); its derivative at 0 is 0.

    >>> relu(np.array([-1.0, 2.0]))
    array([0., 2.])
    """
    return np.maximum(x, 0)


def _least(a: float, b: float) -> float:
    """The number of least magnitude between a and b."""
    return min(max(0.0, min(a, b)), max(a, b))


@primitive
def leaky_relu(x: Any, slope: float = 0.01) -> Any:
    """x where it is positive, slope * x elsewhere.

    >>> leaky_relu(np.array([-1.0, 2.0]), 0.25)
    array([-0.25,  2.  ])
    """
    return np.where(x > 0, x, slope * x)


@primitive
def elu(x: Any, alpha: float = 1.0) -> Any:
    """x where it is positive, alpha * (exp(x) - 1) elsewhere.

    >>> elu(np.array([0.0, 2.0]))
    array([0., 2.])
    """
    return np.where(x > 0, x, alpha * np.expm1(np.minimum(x, 0)))


def selu(x: Any) -> Any:
    """The scaled elu of self-normalising networks: Klambauer et al. (2017), eq. 2.

    >>> float(selu(0.0))
    0.0
    """
    return _SELU_SCALE * elu(x, _SELU_ALPHA)


@primitive
def celu(x: Any, alpha: float = 1.0) -> Any:
    """max(x, 0) + alpha * (exp(min(x, 0) / alpha) - 1), smooth at 0: Barron (2017).

    >>> celu(np.array([0.0, 2.0]))
    array([0., 2.])
    """
    return np.where(x > 0, x, alpha * np.expm1(np.minimum(x, 0) / alpha))


@primitive
def sigmoid(x: Any) -> Any:
    """1 / (1 + exp(-x)).

    >>> sigmoid(np.array([-1000.0, 0.0, 1000.0]))
    array([0. , 0.5, 1. ])
    """
    return 0.5 * np.tanh(0.5 * x) + 0.5 if np.iscomplexobj(x) else of_scipy(special.expit, x)


@primitive
def softplus(x: Any) -> Any:
    """log(1 + exp(x)). Raises `TypeError` for complex numbers, as `log_sigmoid`, `mish` and `logcosh` do by it.

    >>> softplus(np.array([-1000.0, 1000.0]))
    array([   0., 1000.])
    """
    if np.iscomplexobj(x):
        raise TypeError("softplus takes real numbers, and was given complex ones; np.log1p(np.exp(x)) takes them.")
    return np.log1p(np.exp(-np.abs(x))) + np.maximum(x, 0)


def log_sigmoid(x: Any) -> Any:
    """log(1 / (1 + exp(-x))).

    >>> log_sigmoid(np.array([-1000.0, 1000.0]))
    array([-1000.,    -0.])
    """
    return -softplus(-x)


@primitive
def normal_cdf(x: Any) -> Any:
    """The standard normal distribution function, the gate of the exact gelu.

    >>> float(normal_cdf(0.0))
    0.5
    """
    return of_scipy(special.ndtr, x)


def swish(x: Any) -> Any:
    """x * sigmoid(x), also known as silu.

    >>> float(swish(0.0))
    0.0
    """
    return x * sigmoid(x)


def mish(x: Any) -> Any:
    """x * tanh(softplus(x)): Misra (2019), eq. 1.

    >>> float(mish(0.0))
    0.0
    """
    return x * np.tanh(softplus(x))


def softsign(x: Any) -> Any:
    """x / (1 + abs(x)).

    >>> softsign(np.array([-1.0, 3.0]))
    array([-0.5 ,  0.75])
    """
    return x / (1 + np.abs(x))


@primitive
def hard_sigmoid(x: Any) -> Any:
    """(x + 3) / 6, no less than 0 and no more than 1.

    >>> hard_sigmoid(np.array([-4.0, 0.0, 4.0]))
    array([0. , 0.5, 1. ])
    """
    return np.clip((x + 3.0) / 6.0, 0, 1)


@primitive
def hard_tanh(x: Any) -> Any:
    """x, no less than -1 and no more than 1.

    >>> hard_tanh(np.array([-4.0, 0.5, 4.0]))
    array([-1. ,  0.5,  1. ])
    """
    return np.clip(x, -1, 1)


@primitive
def relu6(x: Any) -> Any:
    """x, no less than 0 and no more than 6.

    >>> relu6(np.array([-4.0, 0.5, 8.0]))
    array([0. , 0.5, 6. ])
    """
    return np.clip(x, 0, 6)


def hard_swish(x: Any) -> Any:
    """x * hard_sigmoid(x): Howard et al. (2019), section 5.2.

    >>> hard_swish(np.array([-4.0, 0.0, 4.0]))
    array([-0.,  0.,  4.])
    """
    return x * hard_sigmoid(x)


def lisht(x: Any) -> Any:
    """x * tanh(x): Roy et al. (2019), eq. 1.

    >>> float(lisht(0.0))
    0.0
    """
    return x * np.tanh(x)


def logcosh(x: Any) -> Any:
    """log(cosh(x)).

    >>> logcosh(np.array([0.0, 1000.0])) + np.log(2) == np.array([np.log(2), 1000.0])
    array([ True,  True])
    """
    return x + softplus(-2 * x) - math.log(2)


def thresholded_relu(x: Any, threshold: float = 1.0) -> Any:
    """x where it is above `threshold`, 0 elsewhere, where its derivative is 0, too.

    >>> thresholded_relu(np.array([0.5, 1.0, 2.0]))
    array([0., 0., 2.])
    """
    return np.where(x > threshold, x, 0 * x)


def tanh_shrink(x: Any) -> Any:
    """x - tanh(x).

    >>> float(tanh_shrink(0.0))
    0.0
    """
    return x - np.tanh(x)


@primitive
def soft_shrink(x: Any, threshold: float = 0.5) -> Any:
    """x moved towards 0 by `threshold`, and 0 where it would pass.

    >>> soft_shrink(np.array([-2.0, 0.25, 2.0]))
    array([-1.5,  0. ,  1.5])
    """
    return np.where(x > threshold, x - threshold, np.where(x < -threshold, x + threshold, 0 * x))


def glu(x: Any, axis: int = -1) -> Any:
    """The first half along `axis` times the sigmoid of the second: Dauphin et al. (2017), eq. 1.

    Raises `ValueError` if the length is odd.

    >>> glu(np.array([3.0, 0.0]))
    array([1.5])
    """
    if x.shape[axis] % 2:
        raise ValueError(f"glu halves axis {axis}, whose length is {x.shape[axis]} here; give it an even length.")
    a, b = np.split(x, 2, axis=axis)
    return a * sigmoid(b)


def _sides(x: Any, right: Any, left: Any, middle: Any) -> Any:
    """`right` where x > 0, `left` where x < 0, `middle` at 0."""
    return np.where(x > 0, right, np.where(x < 0, left, middle))


partials(relu, lambda y, x: y > 0)  # of y, which whatever comes next often keeps, too
partials(leaky_relu, lambda y, x, slope=0.01: _sides(x, 1.0, slope, _least(slope, 1.0)), None)
partials(elu, lambda y, x, alpha=1.0: _sides(x, 1.0, y + alpha, _least(alpha, 1.0)), None)
partials(celu, lambda y, x, alpha=1.0: np.where(x > 0, 1.0, y / alpha + 1.0), None)
partials(sigmoid, lambda y, x: y * (1.0 - y))
partials(softplus, lambda y, x: sigmoid(x))
partials(normal_cdf, lambda y, x: np.exp(-0.5 * x * x) * (1 / math.sqrt(2 * math.pi)))
partials(hard_sigmoid, lambda y, x: np.where((x > -3) & (x < 3), 1 / 6, 0.0))
partials(hard_tanh, lambda y, x: 1.0 * ((x > -1) & (x < 1)))
partials(relu6, lambda y, x: 1.0 * ((x > 0) & (x < 6)))
partials(soft_shrink, lambda y, x, threshold=0.5: 1.0 * ((x > threshold) | (x < -threshold)), None)
