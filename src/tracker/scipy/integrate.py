"""scipy.integrate, differentiable: initial value problems, quadrature, and integrals of samples."""

from __future__ import annotations

from tracker.scipy._initial_value import solve_ivp
from tracker.scipy._quadrature import quad, quad_vec
from tracker.scipy._samples import cumulative_simpson, cumulative_trapezoid, simpson, trapezoid

__all__ = [
    "cumulative_simpson",
    "cumulative_trapezoid",
    "quad",
    "quad_vec",
    "simpson",
    "solve_ivp",
    "trapezoid",
]
