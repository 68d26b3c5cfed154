"""scipy.optimize with exact derivatives: fed to the solvers, and taken through their solutions.

The functions take SciPy's arguments. What is minimised or solved is plain NumPy code; gradients, Jacobians and Hessian
products are tracker's unless you give your own. A start `x0` may be any nested structure: functions are called with
that structure, and results have it. A result depends, by the implicit function theorem, on every tracked value that
the function captures or gets by `args`.
"""

from tracker.scipy._without import rest_of as _rest_of
from tracker.scipy._without.optimize import TABLE as _REST
from tracker.scipy.optimize._by_name import (
    bisect,
    brenth,
    brentq,
    fixed_point,
    isotonic_regression,
    nnls,
    ridder,
    rosen,
    rosen_der,
    rosen_hess,
    rosen_hess_prod,
    toms748,
)
from tracker.scipy.optimize._least_squares import least_squares
from tracker.scipy.optimize._minimize import minimize, minimize_scalar
from tracker.scipy.optimize._root import root, root_scalar

__all__ = [
    "bisect",
    "brenth",
    "brentq",
    "fixed_point",
    "isotonic_regression",
    "least_squares",
    "minimize",
    "minimize_scalar",
    "nnls",
    "ridder",
    "root",
    "root_scalar",
    "rosen",
    "rosen_der",
    "rosen_hess",
    "rosen_hess_prod",
    "toms748",
]

__getattr__ = _rest_of("optimize", _REST)
