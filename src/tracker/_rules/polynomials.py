"""Polynomials by their coefficients, highest power first: compositions of functions with rules.

Each does NumPy's steps in NumPy's order, so that results agree bit for bit.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from tracker._core.registry import composed, rule
from tracker._rules.overridable import overridable


def _vector(p: Any) -> Any:
    """Coefficients as an array: a list may hold tracked numbers, a number stands for itself."""
    if isinstance(p, list | tuple):
        p = np.stack(p) if len(p) else np.zeros(0)
    return np.atleast_1d(p)


def _of_kind(p: Any, x: Any) -> Any:
    """A list of numbers as an array of the kind of `p`; one of tracked numbers as theirs."""
    if any(hasattr(e, "__array_function__") and not isinstance(e, np.generic | np.ndarray) for e in x):
        return np.stack(x)
    return np.stack([np.zeros_like(p, shape=(), dtype=float) + e for e in x]) if len(x) else np.zeros_like(p, shape=0)


def _is_poly1d(*ps: Any) -> bool:
    return any(isinstance(p, np.poly1d) for p in ps)


def _refuse_poly1d(name: str, *ps: Any) -> None:
    if _is_poly1d(*ps):
        raise NotImplementedError(
            f"numpy.{name} of a poly1d and a tracked value has no derivative: pass the coefficients, p.coeffs."
        )


def polyval(p: Any, x: Any) -> Any:
    """Horner's scheme."""
    if _is_poly1d(p):
        p = p.coeffs
    if isinstance(x, np.poly1d):
        _refuse_poly1d("polyval", x)
    if np.ndim(p) == 0:
        raise TypeError("iteration over a 0-d array")
    p = _vector(p)
    if not isinstance(x, list | tuple | np.poly1d) and np.ndim(x) == 0:
        x = np.reshape(np.atleast_1d(x), ())  # NumPy multiplies arrays of complex numbers otherwise than numbers
    x = _of_kind(p, x) if isinstance(x, list | tuple) else x
    if type(p) is np.ndarray and p.ndim == 1:
        return horner(tuple(p), x)
    y: Any = np.zeros_like(x)
    for c in p:
        y = y * x + c
    return y


@overridable
def horner(p: Any, x: Any) -> Any:
    """numpy.polyval of plain coefficients, a tuple of n numbers, in one step."""
    y: Any = np.zeros_like(x)
    for c in p:
        y = y * x + c
    return y


def _slope(p: Any, x: Any) -> Any:
    return horner(tuple(k * c for k, c in zip(range(len(p) - 1, 0, -1), p[:-1], strict=True)), x)


rule(
    horner,
    None,
    lambda dy, y, p, x: dy * np.conj(_slope(p, x)) if y.dtype.kind == "c" else dy * _slope(p, x),
    pushforward=lambda t, y, p, x: t[1] * _slope(p, x),
    sequences=(0,),
)


def polyadd(a1: Any, a2: Any) -> Any:
    """The sum, the shorter one padded in front."""
    return _aligned(np.add, "polyadd", a1, a2)


def polysub(a1: Any, a2: Any) -> Any:
    """The difference, the shorter one padded in front."""
    return _aligned(np.subtract, "polysub", a1, a2)


def _aligned(f: Any, name: str, a1: Any, a2: Any) -> Any:
    _refuse_poly1d(name, a1, a2)
    a1, a2 = _vector(a1), _vector(a2)
    n = max(len(a1), len(a2))
    return f(_padded(a1, n), _padded(a2, n))


def _padded(a: Any, n: int) -> Any:
    return a if len(a) == n else np.concatenate([np.zeros_like(a, shape=n - len(a)), a])


def polymul(a1: Any, a2: Any) -> Any:
    """The product, leading zeros dropped first as NumPy does."""
    _refuse_poly1d("polymul", a1, a2)
    return np.convolve(_trimmed(a1), _trimmed(a2))


def _trimmed(a: Any) -> Any:
    a = _vector(a)
    nonzero = np.flatnonzero(a)
    return a[int(nonzero[0]) :] if len(nonzero) else np.zeros_like(a, shape=1)


def polydiv(u: Any, v: Any) -> Any:
    """Quotient and remainder by long division."""
    _refuse_poly1d("polydiv", u, v)
    u, v = _vector(u) + 0.0, _vector(v) + 0.0
    if max(u.ndim, v.ndim) > 1:
        raise ValueError("polydiv takes coefficients in vectors, not in matrices")
    w = u[:1] + v[:1]
    u = np.astype(u, w.dtype)
    scale, steps = 1.0 / v[0], max(len(u) - len(v) + 1, 0)
    quotient, rest = [], u
    if not steps:  # the remainder is u, which may be plain: in an array of the kind of both
        rest = np.zeros_like(w, shape=u.shape)
        rest[...] = u
    for k in range(steps):
        d = scale * rest[k]
        quotient.append(d)
        rest = np.concatenate([rest[:k], rest[k : k + len(v)] - d * v, rest[k + len(v) :]])
    while np.allclose(rest[0], 0, rtol=1e-14) and len(rest) > 1:
        rest = rest[1:]
    return (np.stack(quotient) if quotient else np.zeros_like(w)), rest


def polyder(p: Any, m: int = 1) -> Any:
    """The m-th derivative."""
    m = _order("polyder", p, m)
    p = _vector(p)
    for _ in range(m):
        p = p[:-1] * np.arange(len(p) - 1, 0, -1)
    return p


def polyint(p: Any, m: int = 1, k: Any = None) -> Any:
    """The m-th antiderivative, `k` its constants, that of the highest power first."""
    m = _order("polyint", p, m)
    p = _vector(p) if m else p
    k = [0.0] * m if k is None else [k] if isinstance(k, int | float) else k
    k = _of_kind(p, k) if isinstance(k, list | tuple) else _vector(k)
    if len(k) == 1 and m > 1:
        k = np.repeat(k, m)
    if len(k) < m:
        raise ValueError("k must be a scalar or a rank-1 array of length 1 or >m.")
    for i in range(m):
        powers = np.flip(np.cumsum(np.ones_like(p, dtype=np.intp)))  # an array of the kind of p
        p = np.concatenate([p / powers, k[i : i + 1]])
    return p


def _order(name: str, p: Any, order: Any) -> int:
    m = int(order)
    if m < 0:
        raise ValueError(f"Order of {'derivative' if name == 'polyder' else 'integral'} must be positive")
    if np.ndim(p) == 0 and (m or name == "polyder"):
        raise TypeError("len() of unsized object")
    return m


def poly(seq_of_zeros: Any) -> Any:
    """The coefficients with these roots, or of the characteristic polynomial of a matrix."""
    z = _vector(seq_of_zeros)
    if z.ndim == 2 and z.shape[0] == z.shape[1] and z.shape[0]:
        z = np.linalg.eigvals(z)
    elif z.ndim != 1:
        raise ValueError("input must be 1d or non-empty square 2d array.")
    if not len(z):
        return 1.0
    one = np.ones_like(z, shape=1)
    c = one
    for k in range(len(z)):
        c = np.convolve(c, np.concatenate([one, -z[k : k + 1]]), mode="full")
    if z.dtype.kind == "c" and np.all(np.sort(z) == np.sort(np.conj(z))):
        c = np.real(c)
    return c


def roots(p: Any) -> Any:
    """The eigenvalues of the companion matrix, and zeros for trailing zero coefficients."""
    p = _vector(p)
    if p.ndim != 1:
        raise ValueError("Input must be a rank-1 array.")
    nonzero = np.flatnonzero(p)
    if not len(nonzero):
        return np.zeros(0)
    first, last = int(nonzero[0]), int(nonzero[-1])
    zeros, p = len(p) - 1 - last, p[first : last + 1]
    n = len(p) - 1
    if not n:
        return np.zeros_like(p, shape=zeros)
    top = -p[1:] / p[0]
    below = np.zeros_like(p, shape=(n - 1, n)) + np.eye(n - 1, n, dtype=np.int8)
    found = np.linalg.eigvals(np.concatenate([top[None], np.astype(below, top.dtype)]))
    if top.dtype.kind != "c" and found.dtype.kind == "c" and not np.any(np.imag(found)):
        found = np.real(found)  # eigvals of NumPy 2.5 are always complex
    return np.concatenate([found, np.zeros_like(found, shape=zeros)])


def vander(x: Any, N: Any = None, increasing: bool = False) -> Any:
    """The powers of x by columns."""
    if np.ndim(x) == 0 or (x := _vector(x)).ndim != 1:
        raise ValueError("x must be a one-dimensional array or sequence.")
    n = len(x) if N is None else N
    x = np.astype(x, np.promote_types(x.dtype, int))
    columns = [np.ones_like(x)][:n]
    if x.dtype.kind == "c" and n > 1:  # multiplied as NumPy does: two complex numbers alone may differ by a rounding
        columns += np.unstack(np.cumprod(np.stack([x] * (n - 1), axis=1), axis=1), axis=1)
    for _ in range(n - len(columns)):
        columns.append(columns[-1] * x)
    v = np.stack(columns, axis=1) if n else np.zeros_like(x, shape=(len(x), 0))
    return v if increasing else np.flip(v, 1)


def polyfit(x: Any, y: Any, deg: Any, rcond: Any = None, full: bool = False, w: Any = None, cov: Any = False) -> Any:
    """Least squares in powers of x scaled to columns of norm 1, as NumPy fits."""
    order = int(deg) + 1
    x, y = _vector(x) + 0.0, _vector(y) + 0.0
    _check_fit(deg, x, y)
    rcond = len(x) * np.finfo(x.dtype).eps if rcond is None else rcond
    left, right = vander(x, order), y
    if w is not None:
        w = _vector(w) + 0.0
        if w.ndim != 1:
            raise TypeError("expected a 1-d array for weights")
        if w.shape[0] != y.shape[0]:
            raise TypeError("expected w and y to have the same length")
        left = np.astype(left * w[:, None], left.dtype)
        right = np.astype(right * (w[:, None] if right.ndim == 2 else w), right.dtype)
    scale = np.sqrt(np.sum(left * left, axis=0))
    left = left / scale
    c, residuals, rank, s = np.linalg.lstsq(left, right, rcond)
    c = (c.T / scale).T
    if rank != order and not full:
        _warn_of_rank()
    if full:
        return c, residuals, rank, s, rcond
    return (c, _covariance(left, scale, residuals, len(x), order, y.ndim, cov)) if cov else c


def _check_fit(deg: Any, x: Any, y: Any) -> None:
    if np.ndim(deg) or deg < 0:
        raise ValueError("expected deg >= 0")
    if x.ndim != 1:
        raise TypeError("expected 1D vector for x")
    if not x.size:
        raise TypeError("expected non-empty vector for x")
    if not 1 <= y.ndim <= 2:
        raise TypeError("expected 1D or 2D array for y")
    if x.shape[0] != y.shape[0]:
        raise TypeError("expected x and y to have same length")


def _covariance(left: Any, scale: Any, residuals: Any, n: int, order: int, ndim: int, cov: Any) -> Any:
    base = np.linalg.inv(np.dot(left.T, left)) / np.outer(scale, scale)
    if isinstance(cov, str) and cov == "unscaled":
        factor: Any = 1
    elif n <= order:
        raise ValueError("the number of data points must exceed order to scale the covariance matrix")
    else:
        factor = residuals / (n - order)
    return base * factor if ndim == 1 else base[:, :, None] * factor


def _warn_of_rank() -> None:
    import warnings

    warnings.warn("Polyfit may be poorly conditioned", np.exceptions.RankWarning, stacklevel=4)


# ---------------------------------------------------------------- numpy.polynomial's, lowest power first


def _values(x: Any, c: Any, tensor: bool) -> Any:
    """numpy.polynomial's Horner scheme: of each column of `c` at all of `x` if `tensor`, else at its own."""
    c = np.reshape(c, np.shape(c) + (1,) * np.ndim(x)) if tensor else c
    y = c[-1] + x * 0
    for k in range(2, len(c) + 1):
        y = c[-k] + y * x
    return y


def _floats(x: Any) -> Any:
    return (np.stack(x) if isinstance(x, list | tuple) else x) * 1.0


def polyval2d(x: Any, y: Any, c: Any) -> Any:
    """The values of a polynomial in x and y, shape (powers of x, powers of y, ...), at points (x, y)."""
    x, y, c = _floats(x), _floats(y), _floats(c)
    if np.shape(x) != np.shape(y):
        raise ValueError("x, y are incompatible")
    return _values(y, _values(x, c, True), False)


def polygrid2d(x: Any, y: Any, c: Any) -> Any:
    """The same at all pairs of an entry of x and one of y."""
    x, y, c = _floats(x), _floats(y), _floats(c)
    return _values(y, _values(x, c, True), True)


composed(np.polynomial.polynomial.polyval2d, polyval2d)
composed(np.polynomial.polynomial.polygrid2d, polygrid2d)
composed(np.polyval, polyval)
composed(np.polyadd, polyadd)
composed(np.polysub, polysub)
composed(np.polymul, polymul)
composed(np.polydiv, polydiv)
composed(np.polyder, polyder)
composed(np.polyint, polyint)
composed(np.poly, poly)
composed(np.roots, roots)
composed(np.vander, vander)
composed(np.polyfit, polyfit)
