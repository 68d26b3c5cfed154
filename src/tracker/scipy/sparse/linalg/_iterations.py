"""Sparse systems solved by iterations; the adjoint system is solved by the same, to the same tolerance."""

from __future__ import annotations

from typing import Any

import scipy.sparse.linalg

from tracker._arrays import handles
from tracker.errors import DegenerateError
from tracker.scipy.sparse.linalg._systems import Method, gathered, solved

_lib: Any = scipy.sparse.linalg


def _iterative(name: str, hermitian: bool, A: Any, b: Any, **options: Any) -> tuple[Any, int]:
    """(x, info) of an iteration of SciPy's; the adjoint system is solved by it, too, to the same tolerance."""
    f = getattr(_lib, name)
    if not handles.is_tracked(getattr(A, "data", None)) and not handles.is_tracked(A) and not handles.is_tracked(b):
        return f(_plain(A), b, **options)  # type: ignore[no-any-return]
    informed: list[int] = []

    def method(options: dict[str, Any], first: bool) -> Method:
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
        return Method(run, lambda: method(turned, False), lambda: method(_quiet(options), False))

    x = solved(A, gathered(b), method(options, True))
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

    >>> import numpy as np
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

    >>> import numpy as np
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

    >>> import numpy as np
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

    >>> import numpy as np
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

    >>> import numpy as np
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

    >>> import numpy as np
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

    >>> import numpy as np
    >>> import tracker
    >>> f = lambda b: qmr(np.diag([2.0, 4.0]), b, rtol=1e-12)[0][1]
    >>> tracker.gradient(f, np.array([1.0, 1.0]))[0].round(9)
    array([0.  , 0.25])
    """
    return _iterative("qmr", False, A, b, x0=x0, rtol=rtol, atol=atol, maxiter=maxiter, M1=M1, M2=M2, callback=callback)
