"""Averages, covariance, convolution."""

from __future__ import annotations

from typing import Any

import numpy as np

from tracker._core.registry import multilinear, rule
from tracker._rules.cumulative import conj
from tracker._rules.products import array
from tracker._rules.reductions import axes_of, entry, unreduce

# ---------------------------------------------------------------- average


def _aligned(weights: Any, shape: tuple[int, ...], axis: Any) -> Any:
    """`weights`, given for all of an array of this shape or for its averaged axes, as it broadcasts with it."""
    if np.shape(weights) == shape:
        return weights
    axes = axes_of(axis, len(shape))
    weights = np.transpose(weights, sorted(range(len(axes)), key=axes.__getitem__))
    return np.reshape(weights, tuple(length if k in axes else 1 for k, length in enumerate(shape)))


def _unaligned(g: Any, weights_shape: tuple[int, ...], shape: tuple[int, ...], axis: Any) -> Any:
    """The adjoint of `_aligned`."""
    g = np.broadcast_to(g, shape)
    if weights_shape == shape:
        return g
    axes = axes_of(axis, len(shape))
    g = np.sum(g, axis=tuple(k for k in range(len(shape)) if k not in axes))
    return np.transpose(g, [sorted(axes).index(k) for k in axes])


def _average_pullback_a(
    dy: Any, y: Any, a: Any, axis: Any = None, weights: Any = None, returned: bool = False, *, keepdims: Any = False
) -> Any:
    dy = dy[0] if returned else dy
    if dy is None:
        return None
    shape = a.shape
    dy = unreduce(dy, len(shape), axis, keepdims)
    if weights is None:
        return dy / max(int(np.prod([shape[k] for k in axes_of(axis, len(shape))])), 1)
    axis = axes_of(axis, len(shape))
    w = _aligned(array(weights, dy) * np.ones_like(dy, shape=()), shape, axis)  # not in the weights' precision
    return dy * conj(w / np.sum(w, axis=axis, keepdims=True))


def _average_pullback_weights(
    dy: Any, y: Any, a: Any, axis: Any = None, weights: Any = None, returned: bool = False, *, keepdims: Any = False
) -> Any:
    shape = np.shape(a)
    axis = axes_of(axis, len(shape))
    dy, dy_sum, mean = (*dy, y[0]) if returned else (dy, None, y)
    g: Any = 0
    if dy is not None:
        total = np.sum(_aligned(weights, shape, axis), axis=axis, keepdims=True)
        deviation = np.subtract(a, unreduce(mean, len(shape), axis, keepdims))
        g = unreduce(dy, len(shape), axis, keepdims) * conj(deviation / total)
    if dy_sum is not None:
        g = g + unreduce(dy_sum, len(shape), axis, keepdims)
    return _unaligned(g, np.shape(weights), shape, axis)


def _average_pushforward(
    tangents: Any, y: Any, a: Any, axis: Any = None, weights: Any = None, returned: bool = False,
    *, keepdims: Any = False,
) -> Any:  # fmt: skip
    t, t_weights = tangents[0], entry(tangents, 2)
    shape = np.shape(a)
    axis = axes_of(axis, len(shape))  # average takes lists of axes, sum does not
    mean = y[0] if returned else y
    if weights is None:
        dy = np.mean(t, axis=axis, keepdims=keepdims)
        return (dy, None) if returned else dy
    w = _aligned(weights, shape, axis)
    change = 0 if t is None else np.multiply(t, w)
    if t_weights is not None:
        t_weights = _aligned(t_weights, shape, axis)
        change = change + np.subtract(a, unreduce(mean, len(shape), axis, keepdims)) * t_weights
    kept = np.sum(change, axis=axis, keepdims=True)
    dy = np.reshape(kept / np.sum(w, axis=axis, keepdims=True), mean.shape)
    if not returned:
        return dy
    if t_weights is None:
        return dy, None
    return dy, np.reshape(np.broadcast_to(np.sum(t_weights, axis=axis, keepdims=True), kept.shape), mean.shape)


rule(np.average, _average_pullback_a, None, _average_pullback_weights, pushforward=_average_pushforward)

# ---------------------------------------------------------------- cov, corrcoef


def _variables(m: Any, rowvar: bool) -> Any:
    """`m` with one variable per row."""
    x = np.atleast_2d(m)
    return x if rowvar or np.ndim(m) == 1 else x.T


def _second_variables(y: Any, rowvar: bool) -> Any:
    y = np.atleast_2d(y)
    return y if rowvar or y.shape[0] == 1 else y.T


def _joined(m: Any, y: Any, rowvar: bool, dtype: Any) -> Any:
    """All variables, shape (p, n)."""
    x = _variables(m, rowvar)
    x = x if y is None else np.concatenate((x, _second_variables(y, rowvar)), axis=0)
    return np.astype(x, dtype)


def _of_first(dx: Any, m: Any, rowvar: bool) -> Any:
    """The part of the gradient of `_joined` that is the first argument's, in its shape."""
    like = _variables(m, rowvar)
    dm = dx[: like.shape[0]]
    return np.reshape(dm if rowvar or np.ndim(m) == 1 else dm.T, np.shape(m))


def _of_second(dx: Any, y: Any, rowvar: bool) -> Any:
    like = _second_variables(y, rowvar)
    dm = dx[dx.shape[0] - like.shape[0] :]
    return np.reshape(dm if rowvar or np.atleast_2d(y).shape[0] == 1 else dm.T, np.shape(y))


def _sample_weights(fweights: Any, aweights: Any) -> Any:
    if fweights is None or aweights is None:
        return fweights if aweights is None else aweights
    return np.multiply(fweights, aweights)


def _freedom(n: int, bias: Any, ddof: Any, fweights: Any, aweights: Any) -> Any:
    """What np.cov divides by."""
    ddof = (1 if bias == 0 else 0) if ddof is None else ddof
    w = _sample_weights(fweights, aweights)
    if w is None:
        return max(n - ddof, 0.0)
    total = np.sum(w)
    lost = ddof if aweights is None else ddof * np.sum(np.multiply(w, aweights)) / total
    return total - lost if total > lost else 0.0


def _centred(x: Any, w: Any) -> Any:
    return x - np.expand_dims(np.average(x, axis=1, weights=w), 1)


def _both(dy: Any, p: int) -> Any:
    dy = np.reshape(dy, (p, p))
    return dy + conj(dy.T)


def _cov_back(
    dy: Any, dtype: Any, m: Any, y: Any, rowvar: Any, bias: Any, ddof: Any, fweights: Any, aweights: Any
) -> Any:
    """The gradient of the variables X: cov is Z W Z^H / f with Z = X - mean, and Z w = 0 stops the mean's part."""
    x = _joined(m, y, rowvar, dtype)
    w = _sample_weights(fweights, aweights)
    z = _centred(x, w)
    z = z if w is None else z * w
    return np.matmul(_both(dy, x.shape[0]), z) * np.true_divide(1, _freedom(x.shape[1], bias, ddof, fweights, aweights))


def _cov_pullback_m(
    dy: Any, result: Any, /, m: Any, y: Any = None, rowvar: Any = True, bias: Any = False, ddof: Any = None,
    fweights: Any = None, aweights: Any = None, *, dtype: Any = None,
) -> Any:  # fmt: skip
    if result.size == 0:
        return np.zeros_like(m)
    return _of_first(_cov_back(dy, result.dtype, m, y, rowvar, bias, ddof, fweights, aweights), m, rowvar)


def _cov_pullback_y(
    dy: Any, result: Any, /, m: Any, y: Any = None, rowvar: Any = True, bias: Any = False, ddof: Any = None,
    fweights: Any = None, aweights: Any = None, *, dtype: Any = None,
) -> Any:  # fmt: skip
    if result.size == 0:
        return np.zeros_like(y)
    return _of_second(_cov_back(dy, result.dtype, m, y, rowvar, bias, ddof, fweights, aweights), y, rowvar)


def _cov_pullback_aweights(
    dy: Any, result: Any, /, m: Any, y: Any = None, rowvar: Any = True, bias: Any = False, ddof: Any = None,
    fweights: Any = None, aweights: Any = None, *, dtype: Any = None,
) -> Any:  # fmt: skip
    if result.size == 0:
        return np.zeros_like(aweights)
    x = _joined(m, y, rowvar, result.dtype)
    w = _sample_weights(fweights, aweights)
    z = _centred(x, w)
    f = _freedom(x.shape[1], bias, ddof, fweights, aweights)
    dw = np.real(np.sum(conj(z) * np.matmul(np.reshape(dy, (x.shape[0], x.shape[0])), z), axis=0)) / f
    df = -np.real(np.sum(conj(dy) * result)) / f
    ddof = (1 if bias == 0 else 0) if ddof is None else ddof
    total = np.sum(w)
    slope = 1 - ddof * (2 * np.multiply(aweights, 1.0) / total - np.sum(np.multiply(w, aweights)) / total**2)
    return (dw + df * slope) * (1 if fweights is None else np.multiply(fweights, 1.0))


def _corrcoef_back(dy: Any, dtype: Any, x: Any, y: Any, rowvar: Any) -> Any:
    """The gradient of the variables: corrcoef is U U^H, U the centred variables at length 1."""
    z = _joined(x, y, rowvar, dtype)
    z = _centred(z, None)
    length = np.sqrt(np.sum(np.real(conj(z) * z), axis=1, keepdims=True))
    u = z / length
    du = np.matmul(_both(dy, z.shape[0]), u)
    return (du - u * np.sum(np.real(conj(u) * du), axis=1, keepdims=True)) / length


def _corrcoef_pullback_x(
    dy: Any, result: Any, /, x: Any, y: Any = None, rowvar: Any = True, *, dtype: Any = None
) -> Any:
    if result.size == 0:
        return np.zeros_like(x)
    return _of_first(_corrcoef_back(dy, result.dtype, x, y, rowvar), x, rowvar)


def _corrcoef_pullback_y(
    dy: Any, result: Any, /, x: Any, y: Any = None, rowvar: Any = True, *, dtype: Any = None
) -> Any:
    if result.size == 0:
        return np.zeros_like(y)
    return _of_second(_corrcoef_back(dy, result.dtype, x, y, rowvar), y, rowvar)


rule(np.cov, _cov_pullback_m, _cov_pullback_y, None, None, None, None, _cov_pullback_aweights)
rule(np.corrcoef, _corrcoef_pullback_x, _corrcoef_pullback_y)

# ---------------------------------------------------------------- convolve, correlate


def _in_full(dy: Any, n: int, m: int, mode: Any, start: int) -> Any:
    """`dy` where mode="full" has it; `start` is where mode="same" begins."""
    if mode in ("full", 2):
        return dy
    start = min(n, m) - 1 if mode in ("valid", 0) else start
    after = n + m - 1 - start - dy.shape[0]
    return np.concatenate((np.zeros_like(dy, shape=(start,)), dy, np.zeros_like(dy, shape=(after,))))


def _convolve_adjoint_a(dy: Any, y: Any, a: Any, v: Any, mode: Any = "full") -> Any:
    n, m = np.size(a), np.size(v)
    return np.correlate(_in_full(dy, n, m, mode, (min(n, m) - 1) // 2), np.atleast_1d(array(v, dy)), "valid")


def _convolve_adjoint_v(dy: Any, y: Any, a: Any, v: Any, mode: Any = "full") -> Any:
    return _convolve_adjoint_a(dy, y, v, a, mode)


def _middle(n: int, m: int) -> int:
    """Where mode="same" begins: np.correlate reverses the result if the second argument is longer."""
    return (m - 1) // 2 if n >= m else n // 2


def _correlate_adjoint_a(dy: Any, y: Any, a: Any, v: Any, mode: Any = "valid") -> Any:
    n, m = a.size, np.size(v)
    return np.convolve(_in_full(dy, n, m, mode, _middle(n, m)), array(v, dy), "valid")


def _correlate_adjoint_v(dy: Any, y: Any, a: Any, v: Any, mode: Any = "valid") -> Any:
    n, m = np.size(a), v.size
    return conj(np.flip(np.correlate(_in_full(dy, n, m, mode, _middle(n, m)), array(a, dy), "valid")))


multilinear(np.convolve, _convolve_adjoint_a, _convolve_adjoint_v)
multilinear(np.correlate, _correlate_adjoint_a, _correlate_adjoint_v)
