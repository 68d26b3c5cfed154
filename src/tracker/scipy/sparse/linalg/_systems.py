"""Sparse systems: solved by factors, or by iterations; one more system, with A^H, is the whole gradient."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import scipy.sparse.linalg

from tracker._arrays import dispatch, handles
from tracker._arrays.leaf import collect
from tracker._core.node import EVERYTHING, PULLBACKS, Op
from tracker.errors import DegenerateError
from tracker.scipy.sparse._matrix import Pattern, coo_matrix, product

_lib: Any = scipy.sparse.linalg
_Run = Callable[[Any, Any], Any]


class _Method:
    """How a system is solved: `run(matrix, b)` for plain values, `adjoint()` for the conjugate transpose, `again()` for
    further right-hand sides."""

    def __init__(self, run: _Run, adjoint: Callable[[], _Method], again: Callable[[], _Method] | None = None) -> None:
        self.run = run
        self.adjoint = adjoint
        self.again = again or self._same

    def _same(self) -> _Method:
        return self


def _solution(data: Any, b: Any, pattern: Pattern, method: _Method) -> Any:
    return dispatch.record(_SOLVE, (data, b, pattern, method), None)


def _run(data: Any, b: Any, pattern: Pattern, method: _Method) -> Any:
    return method.run(pattern.matrix(data), b)


def _by_data(dy: Any, y: Any, data: Any, b: Any, pattern: Pattern, method: _Method) -> Any:
    return -pattern.by_values(_by_b(dy, y, data, b, pattern, method), y)


def _by_b(dy: Any, y: Any, data: Any, b: Any, pattern: Pattern, method: _Method) -> Any:
    return _solution(np.conj(data), dy, pattern.transposed(), method.adjoint())


def _tangent(tangents: Any, y: Any, data: Any, b: Any, pattern: Pattern, method: _Method) -> Any:
    right: Any = 0.0 * y if tangents[1] is None else tangents[1]
    if tangents[0] is not None:
        right = right - product(tangents[0], y, pattern)
    return _solution(data, right, pattern, method.again())


_SOLVE = Op(_run, "a sparse solution", PULLBACKS, (_by_data, _by_b, None, None))
_SOLVE.pushforward = _tangent
_SOLVE.reads = [EVERYTHING & ~4, EVERYTHING & ~5, 0, 0]


def _solved(a: Any, b: Any, method: _Method) -> Any:
    a = coo_matrix(a)
    return _solution(a.data, b, Pattern(a.row, a.col, a.shape), method)


def _gathered(b: Any) -> Any:
    return collect(b) if isinstance(b, list | tuple) else b


# Factors


def spsolve(A: Any, b: Any, permc_spec: Any = None, use_umfpack: bool = True) -> Any:
    """`scipy.sparse.linalg.spsolve` for a sparse matrix (n, n) and `b` (n,) or (n, k), differentiable by both.

    >>> import tracker
    >>> from tracker.scipy.sparse import SparseMatrix
    >>> f = lambda v: spsolve(SparseMatrix(v, [0, 1], [0, 1], (2, 2)), np.array([1.0, 1.0]))[0]
    >>> tracker.gradient(f, np.array([2.0, 4.0]))[0]
    array([-0.25, -0.  ])
    """
    b = _gathered(b)
    b = b[:, 0] if np.ndim(b) == 2 and np.shape(b)[1] == 1 else b  # SciPy's result is a vector
    method = _Method(lambda m, b: _lib.spsolve(m.tocsc(), b, permc_spec, use_umfpack), lambda: method)
    return _solved(A, b, method)


def factorized(A: Any) -> Callable[[Any], Any]:
    """`scipy.sparse.linalg.factorized`: a function that solves A x = b, differentiable by the values of A and by b.

    >>> import tracker
    >>> from tracker.scipy.sparse import SparseMatrix
    >>> f = lambda v: factorized(SparseMatrix(v, [0, 1], [0, 1], (2, 2)))(np.array([1.0, 1.0]))[0]
    >>> tracker.gradient(f, np.array([2.0, 4.0]))[0]
    array([-0.25, -0.  ])
    """
    A = coo_matrix(A)
    factors = _lib.splu(Pattern(A.row, A.col, A.shape).matrix(handles.plain(A.data)).tocsc())
    turned = _Method(lambda m, b: _by_parts(factors, b, "H"), lambda: method)
    method = _Method(lambda m, b: _by_parts(factors, b, "N"), lambda: turned)
    return lambda b: _solved(A, _gathered(b), method)


def _by_parts(factors: Any, b: Any, trans: str) -> Any:
    b = np.asarray(b)
    if b.dtype.kind == "c" and factors.L.dtype.kind != "c":
        return _by_parts(factors, b.real, trans) + 1j * _by_parts(factors, b.imag, trans)
    return factors.solve(np.ascontiguousarray(b, np.result_type(b.dtype, factors.L.dtype)), trans)


def spsolve_triangular(
    A: Any,
    b: Any,
    lower: bool = True,
    overwrite_A: bool = False,
    overwrite_b: bool = False,
    unit_diagonal: bool = False,
) -> Any:
    """`scipy.sparse.linalg.spsolve_triangular` for a sparse triangular matrix (n, n), differentiable by both.

    Values outside of the triangle raise, as in SciPy; the diagonal counts as 1, with no gradient, if `unit_diagonal`.

    >>> import tracker
    >>> from tracker.scipy.sparse import SparseMatrix
    >>> f = lambda v: spsolve_triangular(SparseMatrix(v, [0, 1], [0, 1], (2, 2)), np.array([1.0, 1.0]))[0]
    >>> tracker.gradient(f, np.array([2.0, 4.0]))[0]
    array([-0.25, -0.  ])
    """
    A = coo_matrix(A)
    if unit_diagonal:
        ones = np.where(A.row == A.col, 1.0, A.data)
        A = type(A)(ones, A.row, A.col, A.shape)

    def method(low: bool) -> _Method:
        return _Method(
            lambda m, b: _lib.spsolve_triangular(m, b, low, unit_diagonal=unit_diagonal), lambda: method(not low)
        )

    return _solved(A, _gathered(b), method(lower))


# Iterations


def _iterative(name: str, hermitian: bool, A: Any, b: Any, **options: Any) -> tuple[Any, int]:
    """(x, info) of an iteration of SciPy's; the adjoint system is solved by it, too, to the same tolerance."""
    f = getattr(_lib, name)
    if not handles.is_tracked(getattr(A, "data", None)) and not handles.is_tracked(A) and not handles.is_tracked(b):
        return f(_plain(A), b, **options)  # type: ignore[no-any-return]
    informed: list[int] = []

    def method(options: dict[str, Any], first: bool) -> _Method:
        def run(matrix: Any, b: Any) -> Any:
            x, info = f(matrix, b, **options)
            informed.append(info)
            if not first and (info or informed[0]):
                raise DegenerateError(
                    f"{name} did not converge (info={info or informed[0]}), so what it gave has no derivative. "
                    "Allow more iterations, or take spsolve."
                )
            return x

        turned = _turned(options, hermitian)
        return _Method(run, lambda: method(turned, False), lambda: method(_quiet(options), False))

    x = _solved(A, _gathered(b), method(options, True))
    return x, informed[0]


def _plain(A: Any) -> Any:
    return A.toscipy() if hasattr(A, "toscipy") else A


def _quiet(options: dict[str, Any]) -> dict[str, Any]:
    """The options without what belongs to the first run."""
    return {k: v for k, v in options.items() if k not in ("callback", "callback_type", "x0")}


def _turned(options: dict[str, Any], hermitian: bool) -> dict[str, Any]:
    """The options for the conjugate transpose: preconditioners are turned with the matrix."""
    chosen = _quiet(options)
    if hermitian:
        return chosen
    return {k: _lib.aslinearoperator(v).H if k in ("M", "M1", "M2") and v is not None else v for k, v in chosen.items()}


def cg(
    A: Any,
    b: Any,
    x0: Any = None,
    *,
    rtol: float = 1e-5,
    atol: float = 0.0,
    maxiter: Any = None,
    M: Any = None,
    callback: Any = None,
) -> tuple[Any, int]:
    """`scipy.sparse.linalg.cg` for a sparse or dense (n, n) and b (n,), differentiable by both: (x, info).

    Implicitly: cg solves the adjoint system too, to the same tolerance, and that is how exact the gradient is. It
    raises `ValueError` if one of them did not converge. The start `x0` has no influence.

    >>> import tracker
    >>> f = lambda b: cg(np.diag([2.0, 4.0]), b, rtol=1e-12)[0][1]
    >>> tracker.gradient(f, np.array([1.0, 1.0]))[0].round(9)
    array([0.  , 0.25])
    """
    return _iterative("cg", True, A, b, x0=x0, rtol=rtol, atol=atol, maxiter=maxiter, M=M, callback=callback)


def minres(
    A: Any,
    b: Any,
    x0: Any = None,
    *,
    rtol: float = 1e-5,
    shift: float = 0.0,
    maxiter: Any = None,
    M: Any = None,
    callback: Any = None,
    show: bool = False,
    check: bool = False,
) -> tuple[Any, int]:
    """`scipy.sparse.linalg.minres` for a sparse or dense (n, n) and b (n,), differentiable by both: (x, info).

    Implicitly: minres solves the adjoint system too, to the same tolerance, and that is how exact the gradient is. It
    raises `ValueError` if one of them did not converge. The start `x0` has no influence.

    >>> import tracker
    >>> f = lambda b: minres(np.diag([2.0, 4.0]), b, rtol=1e-12)[0][1]
    >>> tracker.gradient(f, np.array([1.0, 1.0]))[0].round(9)
    array([0.  , 0.25])
    """
    return _iterative(
        "minres",
        True,
        A,
        b,
        x0=x0,
        rtol=rtol,
        shift=shift,
        maxiter=maxiter,
        M=M,
        callback=callback,
        show=show,
        check=check,
    )


def bicg(
    A: Any,
    b: Any,
    x0: Any = None,
    *,
    rtol: float = 1e-5,
    atol: float = 0.0,
    maxiter: Any = None,
    M: Any = None,
    callback: Any = None,
) -> tuple[Any, int]:
    """`scipy.sparse.linalg.bicg` for a sparse or dense (n, n) and b (n,), differentiable by both: (x, info).

    Implicitly: bicg solves the adjoint system too, to the same tolerance, and that is how exact the gradient is. It
    raises `ValueError` if one of them did not converge. The start `x0` has no influence.

    >>> import tracker
    >>> f = lambda b: bicg(np.diag([2.0, 4.0]), b, rtol=1e-12)[0][1]
    >>> tracker.gradient(f, np.array([1.0, 1.0]))[0].round(9)
    array([0.  , 0.25])
    """
    return _iterative("bicg", False, A, b, x0=x0, rtol=rtol, atol=atol, maxiter=maxiter, M=M, callback=callback)


def bicgstab(
    A: Any,
    b: Any,
    x0: Any = None,
    *,
    rtol: float = 1e-5,
    atol: float = 0.0,
    maxiter: Any = None,
    M: Any = None,
    callback: Any = None,
) -> tuple[Any, int]:
    """`scipy.sparse.linalg.bicgstab` for a sparse or dense (n, n) and b (n,), differentiable by both: (x, info).

    Implicitly: bicgstab solves the adjoint system too, to the same tolerance, and that is how exact the gradient is. It
    raises `ValueError` if one of them did not converge. The start `x0` has no influence.

    >>> import tracker
    >>> f = lambda b: bicgstab(np.diag([2.0, 4.0]), b, rtol=1e-12)[0][1]
    >>> tracker.gradient(f, np.array([1.0, 1.0]))[0].round(9)
    array([0.  , 0.25])
    """
    return _iterative("bicgstab", False, A, b, x0=x0, rtol=rtol, atol=atol, maxiter=maxiter, M=M, callback=callback)


def cgs(
    A: Any,
    b: Any,
    x0: Any = None,
    *,
    rtol: float = 1e-5,
    atol: float = 0.0,
    maxiter: Any = None,
    M: Any = None,
    callback: Any = None,
) -> tuple[Any, int]:
    """`scipy.sparse.linalg.cgs` for a sparse or dense (n, n) and b (n,), differentiable by both: (x, info).

    Implicitly: cgs solves the adjoint system too, to the same tolerance, and that is how exact the gradient is. It
    raises `ValueError` if one of them did not converge. The start `x0` has no influence.

    >>> import tracker
    >>> f = lambda b: cgs(np.diag([2.0, 4.0]), b, rtol=1e-12)[0][1]
    >>> tracker.gradient(f, np.array([1.0, 1.0]))[0].round(9)
    array([0.  , 0.25])
    """
    return _iterative("cgs", False, A, b, x0=x0, rtol=rtol, atol=atol, maxiter=maxiter, M=M, callback=callback)


def gmres(
    A: Any,
    b: Any,
    x0: Any = None,
    *,
    rtol: float = 1e-5,
    atol: float = 0.0,
    restart: Any = None,
    maxiter: Any = None,
    M: Any = None,
    callback: Any = None,
    callback_type: Any = None,
) -> tuple[Any, int]:
    """`scipy.sparse.linalg.gmres` for a sparse or dense (n, n) and b (n,), differentiable by both: (x, info).

    Implicitly: gmres solves the adjoint system too, to the same tolerance, and that is how exact the gradient is. It
    raises `ValueError` if one of them did not converge. The start `x0` has no influence.

    >>> import tracker
    >>> f = lambda b: gmres(np.diag([2.0, 4.0]), b, rtol=1e-12)[0][1]
    >>> tracker.gradient(f, np.array([1.0, 1.0]))[0].round(9)
    array([0.  , 0.25])
    """
    return _iterative(
        "gmres",
        False,
        A,
        b,
        x0=x0,
        rtol=rtol,
        atol=atol,
        restart=restart,
        maxiter=maxiter,
        M=M,
        callback=callback,
        callback_type=callback_type,
    )


def qmr(
    A: Any,
    b: Any,
    x0: Any = None,
    *,
    rtol: float = 1e-5,
    atol: float = 0.0,
    maxiter: Any = None,
    M1: Any = None,
    M2: Any = None,
    callback: Any = None,
) -> tuple[Any, int]:
    """`scipy.sparse.linalg.qmr` for a sparse or dense (n, n) and b (n,), differentiable by both: (x, info).

    Implicitly: qmr solves the adjoint system too, to the same tolerance, and that is how exact the gradient is. It
    raises `ValueError` if one of them did not converge. The start `x0` has no influence.

    >>> import tracker
    >>> f = lambda b: qmr(np.diag([2.0, 4.0]), b, rtol=1e-12)[0][1]
    >>> tracker.gradient(f, np.array([1.0, 1.0]))[0].round(9)
    array([0.  , 0.25])
    """
    return _iterative("qmr", False, A, b, x0=x0, rtol=rtol, atol=atol, maxiter=maxiter, M1=M1, M2=M2, callback=callback)
