"""Functions of square matrices: exponential, logarithm, powers, trigonometric and hyperbolic ones."""

from __future__ import annotations

from typing import Any

import numpy as np
import scipy.linalg as sl

from tracker._arrays import handles
from tracker._core.registry import rule
from tracker._rules.products import conj_transpose
from tracker._transforms.custom import track
from tracker.errors import UnsupportedKeywordError
from tracker.scipy._signature import NOT_GIVEN, as_installed, only_given
from tracker.scipy.linalg._call import call, gathered, matrix

_lib: Any = sl


def expm(A: Any) -> Any:
    """The exponential of a square matrix, (..., n, n) -> (..., n, n).

    >>> import tracker
    >>> tracker.gradient(lambda t: expm(t * np.eye(2))[0, 0], 0.0)
    (1.0,)
    """
    return track(_lib.expm, matrix(A))


@as_installed(sl.logm)
def logm(A: Any, disp: Any = NOT_GIVEN) -> Any:
    """The principal logarithm of a square matrix, (..., n, n) -> (..., n, n).

    Raises `NotImplementedError` for SciPy's deprecated `disp` if A is tracked.

    >>> import tracker
    >>> round(tracker.gradient(lambda t: logm(t * np.eye(2))[0, 0], 2.0)[0], 12)
    0.5
    """
    return _without_deprecated(_lib.logm, gathered(A), disp=disp)


@as_installed(sl.sqrtm)
def sqrtm(A: Any, disp: Any = NOT_GIVEN, blocksize: Any = NOT_GIVEN) -> Any:
    """The principal square root of a square matrix, (..., n, n) -> (..., n, n).

    Raises `NotImplementedError` for SciPy's deprecated `disp` and `blocksize` if A is tracked.

    >>> import tracker
    >>> tracker.gradient(lambda t: sqrtm(t * np.eye(2))[0, 0], 4.0)
    (0.25,)
    """
    return _without_deprecated(
        _lib.sqrtm, matrix(A), disp=disp, blocksize=blocksize
    )  # SciPy leaves the root of a number unwritten


def _without_deprecated(f: Any, a: Any, **settings: Any) -> Any:
    deprecated = only_given(**settings)
    if not deprecated:
        return track(f, a)
    if not handles.is_tracked(a):
        return f(a, **deprecated)
    raise UnsupportedKeywordError(
        f"scipy.linalg.{f.__name__} of a tracked matrix takes no {', '.join(deprecated)}, which SciPy has deprecated: "
        "leave it out."
    )


def _derivative(f: Any, a: Any, e: Any) -> Any:
    """The derivative L(a, e) of f in the direction e: f([[a, e], [0, a]]) = [[f(a), L(a, e)], [0, f(a)]].

    R. Mathias, A chain rule for matrix functions and applications, SIAM J. Matrix Anal. Appl. 17 (1996), theorem 2.1.
    """
    n = a.shape[-1]
    if n == 0:
        return np.zeros_like(a)
    return track(f, _blocks(a, e))[..., :n, n:]


def _blocks(a: Any, e: Any) -> Any:
    top = np.concatenate([a, e], axis=-1)
    bottom = np.concatenate([np.zeros_like(a), a], axis=-1)
    return np.concatenate([top, bottom], axis=-2)


def _matrix_function(f: Any) -> None:
    # the adjoint of L(a, .) is L(a^H, .): Higham, Functions of Matrices (2008), section 3.2
    rule(
        f,
        lambda dy, y, A: _derivative(f, conj_transpose(A), dy),
        pushforward=lambda t, y, A: _derivative(f, A, t[0]),
    )


for _f in (_lib.expm, _lib.logm, _lib.sqrtm):
    _matrix_function(_f)


def expm_frechet(
    A: Any, E: Any, method: str | None = None, compute_expm: bool = True, check_finite: bool = True
) -> Any:  # fmt: skip
    """(expm(A), derivative of expm at A in the direction E), the latter alone unless `compute_expm`: (..., n, n).

    >>> import tracker
    >>> tracker.gradient(lambda e: expm_frechet(np.zeros((1, 1)), e)[1][0, 0], np.ones((1, 1)))
    (array([[1.]]),)
    """

    def composition(a: Any, e: Any) -> Any:
        n = a.shape[-1]
        whole = expm(_blocks(a, e))
        return (whole[:n, :n], whole[:n, n:]) if compute_expm else whole[:n, n:]

    options = {"method": method, "compute_expm": compute_expm, "check_finite": check_finite}
    return call(_lib.expm_frechet, composition, (2, 2), A, E, **options)


def fractional_matrix_power(A: Any, t: Any) -> Any:
    """The principal power A^t = expm(t logm(A)), by both: (..., n, n), a number -> (..., n, n).

    >>> import tracker
    >>> round(tracker.gradient(lambda t: fractional_matrix_power(2 * np.eye(2), t)[0, 0] / np.log(2), 1.0)[0], 12)
    2.0
    """
    A = gathered(A)
    if handles.is_tracked(t):
        return call(_lib.fractional_matrix_power, lambda a, t: expm(t * logm(a)), (2, 0), A, t)

    def composition(a: Any) -> Any:
        return np.linalg.matrix_power(a, int(t)) if t == int(t) else expm(t * logm(a))

    return call(_lib.fractional_matrix_power, composition, (2,), A, t=t)


@as_installed(sl.signm)
def signm(A: Any, disp: Any = NOT_GIVEN) -> Any:
    """The sign of a square matrix, A inv(sqrtm(A^2)); no eigenvalue may be imaginary: (..., n, n) -> (..., n, n).

    Higham (2008), Functions of Matrices, section 5.1.

    >>> import tracker
    >>> bool(abs(tracker.gradient(lambda t: signm(t * np.eye(2))[0, 0], 4.0)[0]) < 1e-15)
    True
    """
    if disp is not NOT_GIVEN:
        return _without_deprecated(_lib.signm, gathered(A), disp=disp)
    return call(_lib.signm, lambda a: a @ np.linalg.inv(sqrtm(a @ a)), (2,), A)


# By exponentials


def cosm(A: Any) -> Any:
    """The cosine of a square matrix, (..., n, n) -> (..., n, n).

    >>> import tracker
    >>> round(tracker.gradient(lambda t: cosm(t * np.eye(2))[0, 0], np.pi / 2)[0], 12)
    -1.0
    """
    return call(_lib.cosm, _cosine, (2,), A)


def sinm(A: Any) -> Any:
    """The sine of a square matrix, (..., n, n) -> (..., n, n).

    >>> import tracker
    >>> tracker.gradient(lambda t: sinm(t * np.eye(2))[0, 0], 0.0)
    (1.0,)
    """
    return call(_lib.sinm, _sine, (2,), A)


def tanm(A: Any) -> Any:
    """The tangent of a square matrix, (..., n, n) -> (..., n, n).

    >>> import tracker
    >>> tracker.gradient(lambda t: tanm(t * np.eye(2))[0, 0], 0.0)
    (1.0,)
    """
    return call(_lib.tanm, lambda a: np.linalg.solve(_cosine(a), _sine(a)), (2,), A)


def coshm(A: Any) -> Any:
    """The hyperbolic cosine of a square matrix, (..., n, n) -> (..., n, n).

    >>> import tracker
    >>> tracker.gradient(lambda t: coshm(t * np.eye(2))[0, 0], 0.0)
    (0.0,)
    """
    return call(_lib.coshm, lambda a: (expm(a) + expm(-a)) / 2, (2,), A)


def sinhm(A: Any) -> Any:
    """The hyperbolic sine of a square matrix, (..., n, n) -> (..., n, n).

    >>> import tracker
    >>> tracker.gradient(lambda t: sinhm(t * np.eye(2))[0, 0], 0.0)
    (1.0,)
    """
    return call(_lib.sinhm, lambda a: (expm(a) - expm(-a)) / 2, (2,), A)


def tanhm(A: Any) -> Any:
    """The hyperbolic tangent of a square matrix, (..., n, n) -> (..., n, n).

    >>> import tracker
    >>> tracker.gradient(lambda t: tanhm(t * np.eye(2))[0, 0], 0.0)
    (1.0,)
    """

    def composition(a: Any) -> Any:
        up, down = expm(a), expm(-a)
        return np.linalg.solve(up + down, up - down)

    return call(_lib.tanhm, composition, (2,), A)


def _cosine(a: Any) -> Any:
    turned = expm(1j * a)
    return (turned + expm(-1j * a)) / 2 if a.dtype.kind == "c" else np.real(turned)


def _sine(a: Any) -> Any:
    turned = expm(1j * a)
    return (turned - expm(-1j * a)) / 2j if a.dtype.kind == "c" else np.imag(turned)
