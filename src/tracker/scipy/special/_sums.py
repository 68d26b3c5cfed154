"""Sums of exponentials, softmax, and gamma functions of several kinds."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import scipy.special as sp

from tracker._core.registry import rule
from tracker._transforms.custom import track


def logsumexp(a: Any, axis: Any = None, b: Any = None, keepdims: bool = False, return_sign: bool = False) -> Any:
    """The logarithm of the sum of b exp(a) over `axis`, as scipy.special.logsumexp; by a and by b.

    >>> import tracker
    >>> tracker.gradient(logsumexp, [1000.0, 1000.0])
    (array([0.5, 0.5]),)
    """
    return track(sp.logsumexp, a, axis, b, keepdims=keepdims, return_sign=return_sign)


def softmax(x: Any, axis: Any = None) -> Any:
    """exp(x) divided by its sum over `axis`, as scipy.special.softmax; same shape as x.

    >>> import tracker
    >>> tracker.gradient(lambda x: softmax(x)[0], [0.0, 0.0])
    (array([ 0.25, -0.25]),)
    """
    return track(sp.softmax, x, axis=axis)


def log_softmax(x: Any, axis: Any = None) -> Any:
    """The logarithm of `softmax`, as scipy.special.log_softmax; same shape as x.

    >>> import tracker
    >>> tracker.gradient(lambda x: log_softmax(x)[0], [0.0, 0.0])
    (array([ 0.5, -0.5]),)
    """
    return track(sp.log_softmax, x, axis=axis)


def polygamma(n: Any, x: Any) -> Any:
    """The n-th derivative of digamma at x; n a whole number, not tracked. DLMF 5.15.2.

    >>> import tracker
    >>> tracker.gradient(lambda x: polygamma(0, x), 1.0)[0] == polygamma(1, 1.0)
    np.True_
    """
    if n == 0:
        return sp.digamma(x)
    return (-1.0) ** (n + 1) * math.gamma(n + 1.0) * sp.zeta(n + 1, x)


def multigammaln(a: Any, d: int) -> Any:
    """The logarithm of the multivariate gamma function of dimension d, as scipy.special.multigammaln; shape of a.

    >>> import tracker
    >>> tracker.gradient(lambda a: multigammaln(a, 1), 3.0)[0] == sp.digamma(3.0)
    np.True_
    """
    if np.any(a <= 0.5 * (d - 1)):
        raise ValueError(f"condition a ({a}) > 0.5 * (d-1) ({0.5 * (d - 1)}) not met")
    return sum((sp.gammaln(a - 0.5 * j) for j in range(d)), start=0.25 * d * (d - 1) * math.log(math.pi))


# Rules: SciPy's own functions are recorded


def _spread(y: Any, a: Any, axis: Any, keepdims: Any) -> Any:
    """y with the axes that were summed away."""
    if keepdims or y is None or axis is None or np.ndim(y) == a.ndim:
        return y
    return np.expand_dims(y, axis)


def _weights(dy: Any, y: Any, a: Any, axis: Any, keepdims: Any, return_sign: Any) -> Any:
    """dy exp(a - y): the gradient by b, which is the one by a for b = 1."""
    if return_sign:
        dy, y = _of_logarithm(dy, y[1]), y[0]
    y = _spread(y, a, axis, keepdims)
    finite = np.where(np.isfinite(y), y, np.zeros_like(y))
    return _spread(dy, a, axis, keepdims) * np.conj(np.exp(a - finite))


def _of_logarithm(dy: Any, sign: Any) -> Any:
    """The gradient of the logarithm by those of its real part and of the sign, whose angle is the imaginary part."""
    by_size = 0 * sign if dy[0] is None else dy[0]
    if dy[1] is None or sign.dtype.kind != "c":
        return by_size * sign
    return (by_size + 1j * np.imag(dy[1] * np.conj(sign))) * sign


def _conj(y: Any) -> Any:
    return np.conj(y) if y.dtype.kind == "c" else y


def _by_a(
    dy: Any, y: Any, a: Any, axis: Any = None, b: Any = None, keepdims: Any = False, return_sign: Any = False
) -> Any:
    weights = _weights(dy, y, a, axis, keepdims, return_sign)
    return weights if b is None else np.where(b == 0, 0, weights * np.conj(b))


def _by_b(
    dy: Any, y: Any, a: Any, axis: Any = None, b: Any = None, keepdims: Any = False, return_sign: Any = False
) -> Any:
    return _weights(dy, y, a, axis, keepdims, return_sign)


rule(sp.logsumexp, _by_a, None, _by_b)
rule(
    sp.softmax,
    lambda dy, y, x, axis=None: _conj(y) * (dy - np.sum(dy * _conj(y), axis=axis, keepdims=True)),
    pushforward=lambda t, y, x, axis=None: y * (t[0] - np.sum(t[0] * y, axis=axis, keepdims=True)),
)
rule(
    sp.log_softmax,
    lambda dy, y, x, axis=None: dy - np.exp(_conj(y)) * np.sum(dy, axis=axis, keepdims=True),
    pushforward=lambda t, y, x, axis=None: t[0] - np.sum(np.exp(y) * t[0], axis=axis, keepdims=True),
)
