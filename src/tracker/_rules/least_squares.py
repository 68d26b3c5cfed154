"""Rules for systems of any shape and rank: pinv, lstsq."""

from typing import Any

import numpy as np

from tracker._core.registry import rule
from tracker._rules.products import array, conj_transpose
from tracker._rules.spectral import eps, fold_triangle, hermitian_of


def pinv_pullback(dy: Any, y: Any, a: Any, rcond: Any = None, hermitian: bool = False, *, rtol: Any = None) -> Any:
    """Golub and Pereyra 1973, "The differentiation of pseudo-inverses", transposed.

    Holds where the rank does not change.
    """
    a = hermitian_of(a, "L") if hermitian else a
    cut = rcond if rtol is None else rtol
    if cut is not None and a.size and _cuts_off(a, cut):
        g = _truncated_pullback(dy, a, cut)
        return fold_triangle(g, "L") if hermitian else g
    turned, back = conj_transpose(y), conj_transpose(dy)
    left, right = _product(back, y, turned), _product(turned, y, back)
    g = left - _product(a, y, left) + right - _product(right, y, a) - _product(turned, dy, turned)
    return fold_triangle(g, "L") if hermitian else g


def _product(a: Any, b: Any, c: Any) -> Any:
    """a @ b @ c, the smaller product first: a tall matrix has no square of its many rows."""
    (i, j), (k, n) = a.shape[-2:], c.shape[-2:]
    return (a @ b) @ c if i * k * (j + n) < j * n * (i + k) else a @ (b @ c)


def _cuts_off(a: Any, cut: Any) -> bool:
    """Whether a singular value counts as zero that is more than rounding."""
    s = np.linalg.svd(a, compute_uv=False)
    largest = s[..., :1]
    return bool(np.any((s <= _each(cut) * largest) & (s > eps(a) * largest)))


def _each(cut: Any) -> Any:
    """The cut of each matrix beside its singular values."""
    return cut if np.ndim(cut) == 0 else cut[..., None]


def _truncated_pullback(dy: Any, a: Any, cut: Any) -> Any:
    """The pseudo-inverse as an odd function f of the singular values: 1/s, or 0 up to the cut.

    Noferini 2017, "A formula for the Fréchet derivative of a generalized matrix function", SIAM J. Matrix Anal. Appl.
    38, theorem 4.1.
    """
    u, s, vh = np.linalg.svd(a, full_matrices=False)
    v, g = conj_transpose(vh), conj_transpose(dy)
    kept = s > _each(cut) * s[..., :1]
    f = np.where(kept, 1, 0) / np.where(kept, s, 1)
    m = conj_transpose(u) @ g @ v
    outer = u @ (m * _mean_slope(f, s, kept, -1) + conj_transpose(m) * _mean_slope(f, s, kept, 1)) @ vh
    if u.shape[-2] > s.shape[-1]:
        outer = outer + (g @ v - u @ m) * (f * f)[..., None, :] @ vh
    elif v.shape[-2] > s.shape[-1]:
        outer = outer + (u * (f * f)[..., None, :]) @ (conj_transpose(u) @ g - m @ vh)
    return outer


def _mean_slope(f: Any, s: Any, kept: Any, sign: int) -> Any:
    """Half the sum (-1) or half the difference (1) of the slopes of f from -s_j to s_i and from s_j to s_i."""
    i, j = s[..., :, None], s[..., None, :]
    one = kept[..., :, None] ^ kept[..., None, :]  # of the two is kept
    either = f[..., :, None] + f[..., None, :]
    both = f[..., :, None] * f[..., None, :]
    apart = np.where(one, np.abs(i - j), 1)
    together = np.where(one, i + j, 1)
    return np.where(one, either / apart - sign * either / together, -both - sign * both) / 2


def lstsq_pullback_a(dy: Any, y: Any, a: Any, b: Any, rcond: Any = None) -> Any:
    """Of the solution as of pinv(a) @ b; of the sums of squared residuals; of the singular values."""
    dx, dr, _, ds = dy
    _refuse_array(rcond)
    x, b = _columns(y[0]), _columns(array(b, a))
    pseudo = _pinv_of_lstsq(a, rcond)
    residual, turned = b - a @ x, conj_transpose(pseudo)
    g = np.zeros_like(a)
    if dx is not None and y[2] < min(a.shape) and rcond is not None and rcond > 0:
        g = g + _truncated_pullback(_columns(dx) @ conj_transpose(b), a, rcond)
    elif dx is not None:
        dx = _columns(dx)
        back, xd = conj_transpose(dx), x @ conj_transpose(dx)
        g = g - _product(turned, dx, conj_transpose(x))
        g = g + _product(residual, back, pseudo @ turned)
        g = g + turned @ (xd - _product(xd, pseudo, a))
    if dr is not None and dr.size:
        g = g - 2 * (residual * dr) @ conj_transpose(x)
    if ds is not None:
        u, _, vh = np.linalg.svd(a, full_matrices=False)
        g = g + (u * ds) @ vh
    return g


def lstsq_pullback_b(dy: Any, y: Any, a: Any, b: Any, rcond: Any = None) -> Any:
    dx, dr = dy[:2]
    _refuse_array(rcond)
    a, shape = array(a, y[0]), b.shape
    g = np.zeros_like(_columns(b))
    if dx is not None:
        g = g + np.dot(conj_transpose(_pinv_of_lstsq(a, rcond)), _columns(dx))
    if dr is not None and dr.size:
        g = g + 2 * (_columns(b) - np.dot(a, _columns(y[0]))) * dr
    return g.reshape(shape)


def _refuse_array(rcond: Any) -> None:
    if np.ndim(rcond):
        raise NotImplementedError("numpy.linalg.lstsq with an array for rcond has no derivative: pass one number.")


def _columns(x: Any) -> Any:
    return x[:, None] if x.ndim == 1 else x


def _pinv_of_lstsq(a: Any, rcond: Any) -> Any:
    return np.linalg.pinv(a, rcond=None if rcond is None or rcond < 0 else rcond)


rule(np.linalg.pinv, pinv_pullback)
rule(np.linalg.lstsq, lstsq_pullback_a, lstsq_pullback_b)
