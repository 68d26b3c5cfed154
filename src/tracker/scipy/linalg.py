"""Functions of scipy.linalg with SciPy's names and signatures, differentiable in both modes and to any order."""

from __future__ import annotations

from typing import Any

import numpy as np
import scipy.linalg as sl

from tracker._core.registry import rule
from tracker._transforms.custom import track

__all__ = [
    "block_diag",
    "cho_factor",
    "cho_solve",
    "cholesky",
    "det",
    "eigh",
    "expm",
    "inv",
    "kron",
    "logm",
    "pinv",
    "polar",
    "solve",
    "solve_continuous_lyapunov",
    "solve_discrete_lyapunov",
    "solve_sylvester",
    "solve_triangular",
    "sqrtm",
    "svd",
    "toeplitz",
]


def _h(a: Any) -> Any:
    """The conjugate transpose."""
    return np.conj(a.swapaxes(-1, -2))


def _t(a: Any) -> Any:
    return a.swapaxes(-1, -2)


# Functions of matrices


def expm(A: Any) -> Any:
    """The exponential of a square matrix, (n, n) -> (n, n).

    >>> import tracker
    >>> tracker.gradient(lambda t: expm(t * np.eye(2))[0, 0], 0.0)
    (1.0,)
    """
    return track(sl.expm, A)


def logm(A: Any) -> Any:
    """The principal logarithm of a square matrix, (n, n) -> (n, n).

    >>> import tracker
    >>> round(tracker.gradient(lambda t: logm(t * np.eye(2))[0, 0], 2.0)[0], 12)
    0.5
    """
    return track(sl.logm, A)


def sqrtm(A: Any) -> Any:
    """The principal square root of a square matrix, (n, n) -> (n, n).

    >>> import tracker
    >>> tracker.gradient(lambda t: sqrtm(t * np.eye(2))[0, 0], 4.0)
    (0.25,)
    """
    return track(sl.sqrtm, A)


def _derivative(f: Any, a: Any, e: Any) -> Any:
    """The derivative L(a, e) of f in the direction e: f([[a, e], [0, a]]) = [[f(a), L(a, e)], [0, f(a)]].

    R. Mathias, A chain rule for matrix functions and applications, SIAM J. Matrix Anal. Appl. 17 (1996), theorem 2.1.
    """
    n = a.shape[-1]
    top = np.concatenate([a, e], axis=-1)
    bottom = np.concatenate([np.zeros_like(a), a], axis=-1)
    return track(f, np.concatenate([top, bottom], axis=-2))[..., :n, n:]


def _matrix_function(f: Any) -> None:
    # the adjoint of L(a, .) is L(a^H, .): Higham, Functions of Matrices (2008), section 3.2
    rule(
        f,
        lambda dy, y, A: _derivative(f, _h(A), dy),
        pushforward=lambda t, y, A: _derivative(f, A, t[0]),
    )


for _f in (sl.expm, sl.logm, sl.sqrtm):
    _matrix_function(_f)


# Matrix equations


def solve_sylvester(a: Any, b: Any, q: Any) -> Any:
    """The solution x of a x + x b = q: (m, m), (n, n), (m, n) -> (m, n).

    >>> import tracker
    >>> solve = lambda q: solve_sylvester(np.array([[1.0]]), np.array([[3.0]]), q)[0, 0]
    >>> tracker.gradient(solve, np.array([[8.0]]))
    (array([[0.25]]),)
    """
    return track(sl.solve_sylvester, a, b, q)


def solve_continuous_lyapunov(a: Any, q: Any) -> Any:
    """The solution x of a x + x a^H = q: (n, n), (n, n) -> (n, n).

    >>> import tracker
    >>> tracker.gradient(lambda q: solve_continuous_lyapunov(np.array([[2.0]]), q)[0, 0], np.array([[8.0]]))
    (array([[0.25]]),)
    """
    return track(sl.solve_continuous_lyapunov, a, q)


def solve_discrete_lyapunov(a: Any, q: Any) -> Any:
    """The solution x of a x a^H - x + q = 0: (n, n), (n, n) -> (n, n). SciPy chooses the method.

    >>> import tracker
    >>> x = tracker.gradient(lambda q: solve_discrete_lyapunov(np.array([[0.5]]), q)[0, 0], np.array([[3.0]]))[0]
    >>> np.round(x, 12)
    array([[1.33333333]])
    """
    return track(sl.solve_discrete_lyapunov, a, q)


rule(
    sl.solve_sylvester,
    lambda dy, x, a, b, q: -solve_sylvester(_h(a), _h(b), dy) @ _h(x),
    lambda dy, x, a, b, q: -_h(x) @ solve_sylvester(_h(a), _h(b), dy),
    lambda dy, x, a, b, q: solve_sylvester(_h(a), _h(b), dy),
)


def _lyapunov_by_a(dy: Any, x: Any, a: Any, q: Any) -> Any:
    z = solve_continuous_lyapunov(_h(a), dy)
    return -(z @ _h(x) + _h(z) @ x)


def _stein_by_a(dy: Any, x: Any, a: Any, q: Any) -> Any:
    z = solve_discrete_lyapunov(_h(a), dy)
    return z @ a @ _h(x) + _h(z) @ a @ x


rule(
    sl.solve_continuous_lyapunov,
    _lyapunov_by_a,
    lambda dy, x, a, q: solve_continuous_lyapunov(_h(a), dy),
)
rule(
    sl.solve_discrete_lyapunov,
    _stein_by_a,
    lambda dy, x, a, q: solve_discrete_lyapunov(_h(a), dy),
)


# Triangular systems and Cholesky's factors


def solve_triangular(
    a: Any, b: Any, trans: Any = 0, lower: bool = False, unit_diagonal: bool = False, check_finite: bool = True
) -> Any:
    """The solution x of op(a) x = b, a triangular: (n, n), (n,) or (n, k) -> shape of b.

    `trans` 0, 1, 2 (or "N", "T", "C"): op(a) is a, its transpose, its conjugate transpose. The gradient by a is
    zero in the triangle that is not read, and on the diagonal with `unit_diagonal`.

    >>> import tracker
    >>> a = np.array([[2.0, 7.0], [1.0, 4.0]])
    >>> tracker.gradient(lambda b: np.sum(solve_triangular(a, b, lower=True)), np.array([2.0, 5.0]))
    (array([0.375, 0.25 ]),)
    """
    trans = {"N": 0, "T": 1, "C": 2}.get(trans, trans)
    return track(
        sl.solve_triangular, a, b, trans=trans, lower=lower, unit_diagonal=unit_diagonal, check_finite=check_finite
    )


def _solve_adjoint(dy: Any, a: Any, trans: Any, options: Any) -> Any:
    """z of op(a)^H z = dy."""
    if trans == 1:
        return np.conj(solve_triangular(a, np.conj(dy), 0, **options))
    return solve_triangular(a, dy, 2 if trans == 0 else 0, **options)


def _triangular_by_a(
    dy: Any, x: Any, a: Any, b: Any, trans: Any = 0, lower: Any = False, unit_diagonal: Any = False, **kw: Any
) -> Any:
    z = _solve_adjoint(dy, a, trans, {"lower": lower, "unit_diagonal": unit_diagonal})
    z, x = (z[:, None], x[:, None]) if len(b.shape) == 1 else (z, x)
    by_op = -z @ _h(x)
    by_a = by_op if trans == 0 else by_op.swapaxes(-1, -2) if trans == 1 else _h(by_op)
    offset = 1 if unit_diagonal else 0
    return np.tril(by_a, -offset) if lower else np.triu(by_a, offset)


def _triangular_by_b(
    dy: Any, x: Any, a: Any, b: Any, trans: Any = 0, lower: Any = False, unit_diagonal: Any = False, **kw: Any
) -> Any:
    return _solve_adjoint(dy, a, trans, {"lower": lower, "unit_diagonal": unit_diagonal})


rule(sl.solve_triangular, _triangular_by_a, _triangular_by_b)


def cholesky(a: Any, lower: bool = False) -> Any:
    """Cholesky's factor of a positive definite matrix: u with a = u^H u, or l with a = l l^H; (n, n) -> (n, n).

    >>> import tracker
    >>> tracker.gradient(lambda a: cholesky(a)[0, 0], np.array([[4.0]]))
    (array([[0.25]]),)
    """
    return np.linalg.cholesky(a) if lower else _h(np.linalg.cholesky(_h(a)))


def cho_factor(a: Any, lower: bool = False) -> tuple[Any, bool]:
    """Cholesky's factor and `lower`, for `cho_solve`; the unused triangle is zero.

    >>> import tracker
    >>> cho_factor(np.array([[4.0]]))
    (array([[2.]]), False)
    """
    return cholesky(a, lower), lower


def cho_solve(c_and_lower: tuple[Any, bool], b: Any) -> Any:
    """The solution x of a x = b from `cho_factor(a)`: b of shape (n,) or (n, k) -> shape of b.

    >>> import tracker
    >>> tracker.gradient(lambda a: cho_solve(cho_factor(a), np.ones(1))[0], np.array([[2.0]]))[0].round(12)
    array([[-0.25]])
    """
    c, lower = c_and_lower
    first, second = (0, 2) if lower else (2, 0)
    return solve_triangular(c, solve_triangular(c, b, first, lower), second, lower)


# Where NumPy's function has the rule


def det(a: Any) -> Any:
    """The determinant: (..., n, n) -> (...).

    >>> import tracker
    >>> tracker.gradient(det, np.diag([2.0, 3.0]))[0].round(12)
    array([[3., 0.],
           [0., 2.]])
    """
    return np.linalg.det(a)


def inv(a: Any) -> Any:
    """The inverse: (..., n, n) -> (..., n, n).

    >>> import tracker
    >>> tracker.gradient(lambda a: inv(a)[0, 0], np.array([[2.0]]))
    (array([[-0.25]]),)
    """
    return np.linalg.inv(a)


def eigh(a: Any, b: Any = None, *, lower: bool = True, eigvals_only: bool = False) -> Any:
    """Eigenvalues w (n,) and vectors v (n, n) of a v = w b v, a Hermitian, b positive definite (1 by default).

    Reduced to the standard problem by b's Cholesky factor; v^H b v = 1, as in SciPy.

    >>> import tracker
    >>> tracker.gradient(lambda b: eigh(np.diag([2.0, 8.0]), b, eigvals_only=True)[1], np.eye(2))[0].round(12)
    array([[ 0.,  0.],
           [ 0., -8.]])
    """
    uplo: Any = "L" if lower else "U"
    if b is None:
        return np.linalg.eigvalsh(a, UPLO=uplo) if eigvals_only else tuple(np.linalg.eigh(a, UPLO=uplo))
    factor = np.linalg.cholesky(b if lower else _h(b))
    a = np.tril(a) + _h(np.tril(a, -1)) if lower else np.triu(a) + _h(np.triu(a, 1))
    half = solve_triangular(factor, a, lower=True)
    reduced = _h(solve_triangular(factor, _h(half), lower=True))
    if eigvals_only:
        return np.linalg.eigvalsh(reduced)
    w, v = np.linalg.eigh(reduced)
    return w, solve_triangular(factor, v, 2, lower=True)


def block_diag(*arrs: Any) -> Any:
    """The matrix with these matrices, (m_i, n_i), along its diagonal, zeros elsewhere.

    >>> import tracker
    >>> tracker.gradient(lambda a: np.sum(block_diag(a, a) ** 2), np.array([[3.0]]))
    (array([[12.]]),)
    """
    arrs = tuple(np.atleast_2d(a) for a in arrs)
    width = sum(a.shape[1] for a in arrs)
    rows, before = [], 0
    for a in arrs:
        rows.append(np.pad(a, ((0, 0), (before, width - before - a.shape[1]))))
        before += a.shape[1]
    return np.concatenate(rows)


def kron(a: Any, b: Any) -> Any:
    """The Kronecker product: (m, n), (p, q) -> (m p, n q). SciPy left its own for numpy.kron in 1.17.

    >>> import tracker
    >>> tracker.gradient(lambda a: np.sum(kron(a, np.ones((2, 2)))), np.array([[3.0]]))
    (array([[4.]]),)
    """
    return np.kron(a, b)


def toeplitz(c: Any, r: Any = None) -> Any:
    """The matrix with first column c (m,) and first row r (n,), c's conjugate by default: constant along diagonals.

    r[0] is not used. Raises `ValueError` unless both have one dimension.

    >>> import tracker
    >>> tracker.gradient(lambda c: np.sum(toeplitz(c)), np.array([1.0, 2.0, 3.0]))
    (array([3., 4., 2.]),)
    """
    r = np.conj(c) if r is None else r
    if np.ndim(c) != 1 or np.ndim(r) != 1:
        raise ValueError(f"toeplitz takes vectors; c has shape {np.shape(c)}, r has shape {np.shape(r)}.")
    m, n = np.shape(c)[0], np.shape(r)[0]
    values = np.concatenate([c[::-1], r[1:]])
    return values[np.arange(m - 1, -1, -1)[:, None] + np.arange(n)[None, :]]


def polar(a: Any, side: str = "right") -> tuple[Any, Any]:
    """The polar factors (u, p) of a = u p, or of a = p u with `side="left"`: (m, n) -> (m, n) and (n, n) or (m, m).

    Their derivative is that of the singular value decomposition: `ValueError` where singular values are equal.

    >>> import tracker
    >>> tracker.gradient(lambda a: polar(a)[1][0, 0], np.diag([2.0, 3.0]))[0].round(12)
    array([[1., 0.],
           [0., 0.]])
    """
    if side not in ("right", "left"):
        raise ValueError(f"side must be 'right' or 'left', not {side!r}.")
    w, s, vh = np.linalg.svd(a, full_matrices=False)
    p = (_h(vh) * s) @ vh if side == "right" else (w * s) @ _h(w)
    return w @ vh, p


def pinv(a: Any) -> Any:
    """The Moore-Penrose inverse: (m, n) -> (n, m).

    >>> import tracker
    >>> tracker.gradient(lambda a: pinv(a)[0, 0], np.array([[2.0]]))[0].round(12)
    array([[-0.25]])
    """
    return np.linalg.pinv(a, rcond=max(np.shape(a)) * float(np.finfo(a.dtype).eps))


def solve(a: Any, b: Any, lower: bool = False, *, assume_a: str | None = None, transposed: bool = False) -> Any:
    """The solution x of a x = b (of a^T x = b with `transposed`): (n, n), (n,) or (n, k) -> shape of b.

    `assume_a="pos"`, "sym" and "her" read one triangle, the lower with `lower`: its gradient lies there. Other
    structures are refused: `NotImplementedError`.

    >>> import tracker
    >>> tracker.gradient(lambda b: solve(np.diag([2.0, 4.0]), b).sum(), np.ones(2))
    (array([0.5 , 0.25]),)
    """
    if assume_a in ("pos", "sym", "her"):
        flip = _t if assume_a == "sym" else _h
        a = np.tril(a) + flip(np.tril(a, -1)) if lower else np.triu(a) + flip(np.triu(a, 1))
    elif assume_a not in (None, "gen"):
        raise NotImplementedError(
            f"tracker.scipy.linalg.solve does not take assume_a={assume_a!r}; leave it out, or use solve_triangular."
        )
    return np.linalg.solve(a.swapaxes(-1, -2) if transposed else a, b)


def svd(a: Any, full_matrices: bool = True, compute_uv: bool = True) -> Any:
    """Singular values s, with u and v^H as (u, s, vh) unless `compute_uv` is false; a of shape (m, n).

    >>> import tracker
    >>> tracker.gradient(lambda a: svd(a, compute_uv=False)[0], np.diag([3.0, 2.0]))[0].round(12)
    array([[1., 0.],
           [0., 0.]])
    """
    if not compute_uv:
        return np.linalg.svd(a, compute_uv=False)
    return tuple(np.linalg.svd(a, full_matrices=full_matrices))
