"""Matrix equations: Sylvester's, Lyapunov's and Riccati's, by the implicit function theorem."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import scipy.linalg as sl

from tracker._arrays import dispatch
from tracker._core.node import EVERYTHING, PULLBACKS, Op
from tracker._core.registry import rule
from tracker._rules.products import conj_transpose as _h
from tracker._transforms.custom import track
from tracker._transforms.reverse import pullback
from tracker.scipy.linalg._call import gathered

_lib: Any = sl


def solve_sylvester(a: Any, b: Any, q: Any) -> Any:
    """The solution x of a x + x b = q: (..., m, m), (..., n, n), (..., m, n) -> (..., m, n).

    >>> import tracker
    >>> solve = lambda q: solve_sylvester(np.array([[1.0]]), np.array([[3.0]]), q)[0, 0]
    >>> tracker.gradient(solve, np.array([[8.0]]))
    (array([[0.25]]),)
    """
    return track(_lib.solve_sylvester, gathered(a), gathered(b), gathered(q))


def solve_continuous_lyapunov(a: Any, q: Any) -> Any:
    """The solution x of a x + x a^H = q: (..., n, n), (..., n, n) -> (..., n, n). `solve_lyapunov` is the same.

    >>> import tracker
    >>> tracker.gradient(lambda q: solve_continuous_lyapunov(np.array([[2.0]]), q)[0, 0], np.array([[8.0]]))
    (array([[0.25]]),)
    """
    return track(_lib.solve_continuous_lyapunov, gathered(a), gathered(q))


solve_lyapunov = solve_continuous_lyapunov


def solve_discrete_lyapunov(a: Any, q: Any, method: str | None = None) -> Any:
    """The solution x of a x a^H - x + q = 0: (..., n, n), (..., n, n) -> (..., n, n).

    `method` "direct" or "bilinear"; SciPy chooses by size if it is left out.

    >>> import tracker
    >>> x = tracker.gradient(lambda q: solve_discrete_lyapunov(np.array([[0.5]]), q)[0, 0], np.array([[3.0]]))[0]
    >>> np.round(x, 12)
    array([[1.33333333]])
    """
    return track(_lib.solve_discrete_lyapunov, gathered(a), gathered(q), method=method)


rule(
    _lib.solve_sylvester,
    lambda dy, x, a, b, q: -solve_sylvester(_h(a), _h(b), dy) @ _h(x),
    lambda dy, x, a, b, q: -_h(x) @ solve_sylvester(_h(a), _h(b), dy),
    lambda dy, x, a, b, q: solve_sylvester(_h(a), _h(b), dy),
)


def _lyapunov_by_a(dy: Any, x: Any, a: Any, q: Any) -> Any:
    z = solve_continuous_lyapunov(_h(a), dy)
    return -(z @ _h(x) + _h(z) @ x)


def _stein_by_a(dy: Any, x: Any, a: Any, q: Any, method: Any = None) -> Any:
    z = solve_discrete_lyapunov(_h(a), dy)
    return z @ a @ _h(x) + _h(z) @ a @ x


rule(
    _lib.solve_continuous_lyapunov,
    _lyapunov_by_a,
    lambda dy, x, a, q: solve_continuous_lyapunov(_h(a), dy),
)
rule(
    _lib.solve_discrete_lyapunov,
    _stein_by_a,
    lambda dy, x, a, q, method=None: solve_discrete_lyapunov(_h(a), dy),
)


# Riccati's


def solve_continuous_are(
    a: Any, b: Any, q: Any, r: Any, e: Any = None, s: Any = None, balanced: bool = True
) -> Any:  # fmt: skip
    """The stabilising x of a^H x e + e^H x a - (e^H x b + s) inv(r) (b^H x e + s^H) + q = 0.

    a, q and e are (..., n, n), b and s (..., n, k), r (..., k, k). q and r are Hermitian, and gradients by them too.

    >>> import tracker
    >>> one = np.array([[1.0]])
    >>> tracker.gradient(lambda q: solve_continuous_are(0 * one, one, q, one)[0, 0], 4 * one)[0].round(12)
    array([[0.25]])
    """
    return _continuous(*[gathered(x) for x in (a, b, q, r, e, s)], balanced=balanced)


def _continuous_residual(x: Any, a: Any, b: Any, q: Any, r: Any, e: Any, s: Any) -> Any:
    xe = x if e is None else x @ e
    gain = _h(b) @ xe if s is None else _h(b) @ xe + _h(s)
    square = _h(a) @ xe
    return square + _h(square) - _h(gain) @ np.linalg.solve(_hermitian(r), gain) + _hermitian(q)


def _continuous_adjoint(dy: Any, x: Any, a: Any, b: Any, q: Any, r: Any, e: Any, s: Any) -> Any:
    """z of c z e^H + e z c^H = dy, c the closed loop."""
    xe = x if e is None else x @ e
    gain = _h(b) @ xe if s is None else _h(b) @ xe + _h(s)
    closed = a - b @ np.linalg.solve(_hermitian(r), gain)
    if e is None:
        return solve_continuous_lyapunov(closed, dy)
    return solve_continuous_lyapunov(np.linalg.solve(e, closed), _between(e, dy))


def solve_discrete_are(
    a: Any, b: Any, q: Any, r: Any, e: Any = None, s: Any = None, balanced: bool = True
) -> Any:  # fmt: skip
    """The stabilising x of a^H x a - e^H x e - (a^H x b + s) inv(r + b^H x b) (b^H x a + s^H) + q = 0.

    Shapes, and what is Hermitian, as in `solve_continuous_are`.

    >>> import tracker
    >>> one = np.array([[1.0]])
    >>> tracker.gradient(lambda q: solve_discrete_are(0 * one, one, q, one)[0, 0], 4 * one)[0].round(12)
    array([[1.]])
    """
    return _discrete(*[gathered(x) for x in (a, b, q, r, e, s)], balanced=balanced)


def _discrete_residual(x: Any, a: Any, b: Any, q: Any, r: Any, e: Any, s: Any) -> Any:
    gain = _h(b) @ x @ a if s is None else _h(b) @ x @ a + _h(s)
    weight = _hermitian(r) + _h(b) @ x @ b
    own = x if e is None else _h(e) @ x @ e
    return _h(a) @ x @ a - own - _h(gain) @ np.linalg.solve(weight, gain) + _hermitian(q)


def _discrete_adjoint(dy: Any, x: Any, a: Any, b: Any, q: Any, r: Any, e: Any, s: Any) -> Any:
    """z of c z c^H - e z e^H = dy, c the closed loop."""
    gain = _h(b) @ x @ a if s is None else _h(b) @ x @ a + _h(s)
    closed = a - b @ np.linalg.solve(_hermitian(r) + _h(b) @ x @ b, gain)
    if e is None:
        return solve_discrete_lyapunov(closed, -dy)
    return solve_discrete_lyapunov(np.linalg.solve(e, closed), -_between(e, dy))


def _between(e: Any, dy: Any) -> Any:
    """inv(e) dy inv(e)^H."""
    return _h(np.linalg.solve(e, _h(np.linalg.solve(e, dy))))


def _hermitian(x: Any) -> Any:
    return (x + _h(x)) / 2


def _implicit(f: Any, residual: Callable[..., Any], adjoint: Callable[..., Any]) -> Callable[..., Any]:
    """`f`, whose Hermitian result x solves residual(x, *p) = 0; `adjoint` solves the transposed linearised equation."""

    def pull(i: int, dy: Any, x: Any, *p: Any, balanced: Any = True) -> Any:
        z = adjoint(_hermitian(dy), x, *p)
        return -pullback(lambda part: residual(x, *p[:i], part, *p[i + 1 :]), p[i])[1](z)[0]

    op = Op(f, f"scipy.linalg.{f.__name__}", PULLBACKS, (pull,))
    op.variadic = True
    op.reads = [EVERYTHING]
    return lambda *p, **options: dispatch.record(op, p, options)


_continuous = _implicit(_lib.solve_continuous_are, _continuous_residual, _continuous_adjoint)
_discrete = _implicit(_lib.solve_discrete_are, _discrete_residual, _discrete_adjoint)
