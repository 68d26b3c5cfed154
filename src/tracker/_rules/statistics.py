"""Averages, covariance, counts, interpolation, convolution."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from tracker._core.registry import linear, multilinear, rule
from tracker._rules.cumulative import conj
from tracker._rules.indexing import counting, scatter
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
    w = _aligned(array(weights, dy), shape, axis)
    return dy * conj(w / np.sum(w, axis=axis, keepdims=True))


def _average_pullback_weights(
    dy: Any, y: Any, a: Any, axis: Any = None, weights: Any = None, returned: bool = False, *, keepdims: Any = False
) -> Any:
    shape = np.shape(a)
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
    ddof = (0 if bias else 1) if ddof is None else ddof
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
    ddof = (0 if bias else 1) if ddof is None else ddof
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

# ---------------------------------------------------------------- bincount, interp

linear(np.bincount, None, lambda dy, y, x, /, weights=None, minlength=0: np.take(dy, x))


class _Place(NamedTuple):
    """Where each point of np.interp lies among the knots."""

    low: Any  # the knots on both sides, as positions in xp
    high: Any
    t: Any  # how far from low to high: 0 to 1
    width: Any
    inside: Any
    below: Any
    above: Any


def _reals(x: Any, like: Any) -> Any:
    """A list or number as an array of the kind of `like`; an array as it is."""
    return x if hasattr(x, "dtype") else np.zeros_like(like, shape=np.shape(x), dtype=float) + x


def _place(like: Any, x: Any, xp: Any, period: Any) -> _Place:
    x, xp = _reals(x, like), _reals(xp, like)
    n = xp.size
    source = counting(n, like)
    if period is not None:
        period = abs(period)
        x, xp = np.mod(x, period), np.mod(xp, period)
        order = np.argsort(xp)
        source = np.concatenate((order[-1:], order, order[:1]))
        xp = np.take(xp, source)
        xp = np.concatenate((xp[:1] - period, xp[1:-1], xp[-1:] + period))
        n += 2
    low = np.clip(np.searchsorted(xp, x, side="right") - 1, 0, max(n - 2, 0))
    high = np.minimum(low + 1, n - 1)
    start = np.take(xp, low)
    width = np.take(xp, high) - start
    width = np.where(width == 0, 1, width)
    below, above = np.less(x, np.take(xp, 0)), np.greater(x, np.take(xp, n - 1))
    inside = np.greater_equal(x, np.take(xp, 0)) & np.less_equal(x, np.take(xp, n - 1))
    t = np.where(below, 0, np.where(above, 1, np.subtract(x, start) / width))
    return _Place(np.take(source, low), np.take(source, high), t, width, inside, below, above)


def _reads_knots(place: _Place, left: Any, right: Any, period: Any) -> Any:
    """Which points take their value from `fp`: not those for which `left` or `right` is given."""
    reads = place.inside
    reads = reads | place.below if left is None or period is not None else reads
    return reads | place.above if right is None or period is not None else reads


def _slope(place: _Place, fp: Any) -> Any:
    """The slope where each point lies; at a knot that of the segment after it, 0 outside."""
    return np.where(place.inside, (np.take(fp, place.high) - np.take(fp, place.low)) / place.width, 0)


def _to_knots(dy: Any, place: _Place, n: int) -> Any:
    """The adjoint of interpolating between `n` knots."""
    low, high = np.ravel(place.low), np.ravel(place.high)
    return scatter(np.ravel(dy * (1 - place.t)), low, (n,)) + scatter(np.ravel(dy * place.t), high, (n,))


def _from_knots(place: _Place, t: Any) -> Any:
    return (1 - place.t) * np.take(t, place.low) + place.t * np.take(t, place.high)


def _interp_pullback_x(
    dy: Any, y: Any, x: Any, xp: Any, fp: Any, left: Any = None, right: Any = None, period: Any = None
) -> Any:
    return dy * conj(_slope(_place(dy, x, xp, period), fp))


def _interp_pullback_xp(
    dy: Any, y: Any, x: Any, xp: Any, fp: Any, left: Any = None, right: Any = None, period: Any = None
) -> Any:
    place = _place(dy, x, xp, period)
    return -_to_knots(np.real(dy * conj(_slope(place, fp))), place, np.size(xp))


def _interp_pullback_fp(
    dy: Any, y: Any, x: Any, xp: Any, fp: Any, left: Any = None, right: Any = None, period: Any = None
) -> Any:
    place = _place(dy, x, xp, period)
    return _to_knots(np.where(_reads_knots(place, left, right, period), dy, 0), place, np.size(xp))


def _interp_pullback_left(
    dy: Any, y: Any, x: Any, xp: Any, fp: Any, left: Any = None, right: Any = None, period: Any = None
) -> Any:
    return np.where(_place(dy, x, xp, period).below, dy, 0)


def _interp_pullback_right(
    dy: Any, y: Any, x: Any, xp: Any, fp: Any, left: Any = None, right: Any = None, period: Any = None
) -> Any:
    return np.where(_place(dy, x, xp, period).above, dy, 0)


def _interp_pushforward(
    tangents: Any, y: Any, x: Any, xp: Any, fp: Any, left: Any = None, right: Any = None, period: Any = None
) -> Any:
    t_x, t_xp, t_fp = tangents[:3]
    t_left, t_right = entry(tangents, 3), entry(tangents, 4)
    place = _place(y, x, xp, period)
    dy: Any = np.zeros_like(y)
    if t_x is not None:
        dy = dy + _slope(place, fp) * t_x
    if t_xp is not None:
        dy = dy - _slope(place, fp) * _from_knots(place, t_xp)
    if t_fp is not None:
        dy = dy + np.where(_reads_knots(place, left, right, period), _from_knots(place, t_fp), 0)
    for outside, t in ((place.below, t_left), (place.above, t_right)):
        dy = dy if t is None else dy + np.where(outside, t, 0)
    return dy


rule(
    np.interp,
    _interp_pullback_x,
    _interp_pullback_xp,
    _interp_pullback_fp,
    _interp_pullback_left,
    _interp_pullback_right,
    pushforward=_interp_pushforward,
)

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
