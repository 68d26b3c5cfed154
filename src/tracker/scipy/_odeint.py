"""odeint: SciPy's values; the derivatives are those of solve_ivp, by the adjoint equation."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import numpy as np
import scipy.integrate

from tracker._arrays import handles
from tracker._arrays.leaf import collect
from tracker._transforms.recording import stop_gradient
from tracker.errors import NotDifferentiableError
from tracker.scipy._initial_value import as_scipys, solve_ivp
from tracker.scipy._watch import any_tracked, plainly, watched

_integrate: Any = scipy.integrate
_TOLERANCE: Final = 1.49012e-8  # SciPy's for both tolerances


def odeint(
    func: Callable[..., Any],
    y0: Any,
    t: Any,
    args: tuple[Any, ...] = (),
    Dfun: Callable[..., Any] | None = None,
    col_deriv: int = 0,
    full_output: int = 0,
    ml: int | None = None,
    mu: int | None = None,
    rtol: Any = None,
    atol: Any = None,
    tcrit: Any = None,
    h0: float = 0.0,
    hmax: float = 0.0,
    hmin: float = 0.0,
    ixpr: int = 0,
    mxstep: int = 0,
    mxhnil: int = 0,
    mxordn: int = 12,
    mxords: int = 5,
    printmessg: int = 0,
    tfirst: bool = False,
) -> Any:
    """`scipy.integrate.odeint`, differentiable by `y0` (n,), the times `t` (m,), and what `args` and `func` hold.

    Values (m, n) are SciPy's. The gradient is that of `solve_ivp` with method LSODA to the same tolerances: by the
    adjoint equation, first derivatives in reverse mode.

    >>> import tracker
    >>> end = lambda rate: odeint(lambda y, t: -rate * y, 2.0, [0.0, 1.0])[-1, 0]
    >>> bool(np.isclose(tracker.gradient(end, 0.5)[0], -2 * np.exp(-0.5), rtol=1e-6))
    True
    """
    y0, t = _gathered(y0), _gathered(t)

    def slope(time: Any, y: Any, *further: Any) -> Any:
        return func(time, y, *further) if tfirst else func(y, time, *further)

    def solve() -> Any:
        return _integrate.odeint(
            lambda *given: plainly(slope(*given)), handles.plain(y0), handles.plain(t), stop_gradient(args),
            None if Dfun is None else lambda time, y, *further: plainly(
                Dfun(time, y, *further) if tfirst else Dfun(y, time, *further)
            ),
            col_deriv, full_output, ml, mu, rtol, atol, tcrit, h0, hmax, hmin, ixpr, mxstep, mxhnil, mxordn, mxords,
            printmessg, True,
        )  # fmt: skip

    result, seen = watched(solve)
    if not seen and not any_tracked((y0, t, args)):
        return result
    value = result[0] if full_output else result
    tolerances = {"rtol": _TOLERANCE if rtol is None else rtol, "atol": _TOLERANCE if atol is None else atol}
    y = as_scipys(_equivalent(slope, y0, t, args, tolerances), value)
    return (y, result[1]) if full_output else y


def _gathered(x: Any) -> Any:
    return collect(x) if isinstance(x, list | tuple) else x


def _equivalent(slope: Callable[..., Any], y0: Any, t: Any, args: tuple[Any, ...], tolerances: Any) -> Any:
    """The solution (m, n) by solve_ivp, which takes each time once."""
    start, t = [x if handles.is_tracked(x) else np.asarray(x, float) for x in (np.reshape(y0, -1), t)]
    new = np.append(True, np.diff(handles.plain(t)) != 0)
    if handles.is_tracked(t) and not new.all():
        raise NotDifferentiableError("odeint: tracked times must differ. Leave out those that repeat.")
    place = np.cumsum(new) - 1
    if place[-1] == 0:
        return np.broadcast_to(start, (len(new), len(start)))
    times = t[new]
    y = solve_ivp(slope, (times[0], times[-1]), start, "LSODA", times, args=args, **tolerances).y
    if np.shape(y) != (len(start), len(times)):
        raise NotDifferentiableError("odeint: the solution does not come to the last time, so there is no derivative.")
    return np.transpose(y)[place]
