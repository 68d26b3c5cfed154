"""Multiple integrals: SciPy's, with the derivatives of `quad` of a function that calls `quad`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import scipy.integrate

from tracker import tree
from tracker._arrays import handles
from tracker._transforms.recording import stop_gradient
from tracker.scipy._quadrature import quad
from tracker.scipy._watch import any_tracked, plainly, watched

_integrate: Any = scipy.integrate


def nquad(func: Callable[..., Any], ranges: Any, args: Any = None, opts: Any = None, full_output: bool = False) -> Any:
    """`scipy.integrate.nquad`, differentiable by ranges, `args` and captured values, as `quad` is.

    >>> import tracker
    >>> area = lambda c: nquad(lambda x, y: c * x * y, [[0.0, 1.0], [0.0, c]])[0]  # c^3 / 4
    >>> round(tracker.gradient(area, 2.0)[0], 9)
    3.0
    """
    args = () if args is None else args if isinstance(args, tuple) else (args,)
    result, seen = watched(
        lambda: _integrate.nquad(
            _plain(func), [_plain(r) for r in ranges], stop_gradient(args), _plain_options(opts), full_output
        )
    )
    if not seen and not any_tracked((args, [r for r in ranges if not callable(r)])):
        return result
    options = opts if isinstance(opts, list | tuple) else [opts] * len(ranges)

    def integral(depth: int, *outer: Any) -> Any:
        low, high = _given(ranges[-depth - 1], outer)
        chosen = _given(options[-depth - 1], outer) or {}
        inner = func if depth + 1 == len(ranges) else lambda *x: integral(depth + 1, *x)
        return quad(inner, low, high, outer, **chosen)[0]

    return (integral(0, *args), *result[1:])


def dblquad(
    func: Callable[..., Any], a: Any, b: Any, gfun: Any, hfun: Any, args: Any = (), epsabs: float = 1.49e-8,
    epsrel: float = 1.49e-8,
) -> Any:  # fmt: skip
    """`scipy.integrate.dblquad`: of `func(y, x)`, y from `gfun` to `hfun` (of x, or numbers), x from a to b.

    >>> import tracker
    >>> round(tracker.gradient(lambda b: dblquad(lambda y, x: x * y, 0.0, b, 0.0, lambda x: x)[0], 2.0)[0], 9)
    4.0
    """
    inner = lambda x, *_: [_given(gfun, (x,)), _given(hfun, (x,))]
    return nquad(func, [inner, [a, b]], args, {"epsabs": epsabs, "epsrel": epsrel})


def tplquad(
    func: Callable[..., Any], a: Any, b: Any, gfun: Any, hfun: Any, qfun: Any, rfun: Any, args: Any = (),
    epsabs: float = 1.49e-8, epsrel: float = 1.49e-8,
) -> Any:  # fmt: skip
    """`scipy.integrate.tplquad`: of `func(z, y, x)`, z from `qfun` to `rfun`, functions of (x, y), the rest as dblquad.

    >>> import tracker
    >>> volume = lambda c: tplquad(lambda z, y, x: c, 0.0, 1.0, 0.0, 1.0, 0.0, lambda x, y: x * y)[0]
    >>> round(tracker.gradient(volume, 2.0)[0], 9)
    0.25
    """
    innermost = lambda y, x, *_: [_given(qfun, (x, y)), _given(rfun, (x, y))]
    inner = lambda x, *_: [_given(gfun, (x,)), _given(hfun, (x,))]
    return nquad(func, [innermost, inner, [a, b]], args, {"epsabs": epsabs, "epsrel": epsrel})


def _given(x: Any, outer: tuple[Any, ...]) -> Any:
    return x(*outer) if callable(x) else x


def _plain(x: Any) -> Any:
    """A function of plain values, or plain limits."""
    return (lambda *given: plainly(x(*given))) if callable(x) else tree.map(handles.plain, x)


def _plain_options(opts: Any) -> Any:
    return [_plain(o) for o in opts] if isinstance(opts, list | tuple) else opts
