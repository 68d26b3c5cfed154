"""scipy.integrate, differentiable: initial value problems, quadrature, and integrals of samples.

What has no derivative here says so and what to take instead; the rest is SciPy's own.
"""

from __future__ import annotations

from typing import Final

from tracker.scipy._initial_value import solve_ivp
from tracker.scipy._nested_quadrature import dblquad, nquad, tplquad
from tracker.scipy._odeint import odeint
from tracker.scipy._quadrature import fixed_quad, quad, quad_vec
from tracker.scipy._samples import cumulative_simpson, cumulative_trapezoid, romb, simpson, trapezoid
from tracker.scipy._without import Section as _Section
from tracker.scipy._without import names as _names
from tracker.scipy._without import rest_of as _rest_of

__all__ = [
    "cumulative_simpson",
    "cumulative_trapezoid",
    "dblquad",
    "fixed_quad",
    "nquad",
    "odeint",
    "quad",
    "quad_vec",
    "romb",
    "simpson",
    "solve_ivp",
    "tplquad",
    "trapezoid",
]

REASONS: Final = {
    "complex_ode": "take solve_ivp, with a complex initial state.",
    "cubature": "take nquad.",
    "nsum": "sum the terms with numpy.sum.",
    "ode": "take solve_ivp.",
    "qmc_quad": "take the mean of the integrand at the points of scipy.stats.qmc.",
    "solve_bvp": "shoot: find the start from which solve_ivp meets the conditions by tracker.scipy.optimize.root.",
    "tanhsinh": "take quad or quad_vec.",
}
_OWN: Final = _names("BDF DOP853 DenseOutput LSODA OdeSolution OdeSolver RK23 RK45 Radau lebedev_rule newton_cotes")

__getattr__ = _rest_of("integrate", _Section(REASONS, own=_OWN))
