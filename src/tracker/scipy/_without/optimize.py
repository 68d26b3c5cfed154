"""What of scipy.optimize is not differentiated."""

from __future__ import annotations

from typing import Final

from tracker.scipy._without import Section, because, names

_GLOBAL: Final = "it is a global search: polish its result with minimize, whose result has a derivative."
_MINIMIZE: Final = 'take minimize(f, x0, method="{}").x.'
_ROOT: Final = 'take root(f, x0, method="{}").x.'
_SCALAR: Final = 'take root_scalar(f, method="{}").root.'
_NUMBER: Final = 'take minimize_scalar(f, method="{}").x.'
_INTERVAL: Final = "it finds an interval, which is a constant: pass a function of plain values."
_STEP: Final = "it is a step of minimize: take that."
_OBJECT: Final = "it is an object of a solver: give the solver's name."
_PROGRAM: Final = "its solution jumps from corner to corner: take minimize with a barrier."

TABLE: Final = Section(
    refused=because(
        {
            _GLOBAL: "basinhopping brute differential_evolution direct dual_annealing shgo",
            _PROGRAM: "linprog milp quadratic_assignment",
            "take gradient, or jacobian, which are exact.": "approx_fprime",
            "take tracker.gradcheck.": "check_grad",
            _INTERVAL: "bracket",
            "take least_squares(lambda p: f(x, *p) - y, p0).x, and the inverse of J.T @ J for its covariance.":
                "curve_fit",
            "take least_squares.": "leastsq",
            "take numpy.linalg.lstsq of the columns whose solution is not at a bound.": "lsq_linear",
            "take root(f, x0).x.": "fsolve",
            _STEP: "line_search",
            _OBJECT: "BFGS BroydenFirst HessianUpdateStrategy "
            "InverseJacobian KrylovJacobian LbfgsInvHessProduct SR1",
            _SCALAR.format("newton"): "newton",
            **{
                _ROOT.format(n): n
                for n in "anderson broyden1 broyden2 diagbroyden excitingmixing linearmixing".split()
            },
            _ROOT.format("krylov"): "newton_krylov",
            _MINIMIZE.format("Nelder-Mead"): "fmin",
            _MINIMIZE.format("BFGS"): "fmin_bfgs",
            _MINIMIZE.format("CG"): "fmin_cg",
            _MINIMIZE.format("COBYLA"): "fmin_cobyla",
            _MINIMIZE.format("L-BFGS-B"): "fmin_l_bfgs_b",
            _MINIMIZE.format("Newton-CG"): "fmin_ncg",
            _MINIMIZE.format("Powell"): "fmin_powell",
            _MINIMIZE.format("SLSQP"): "fmin_slsqp",
            _MINIMIZE.format("TNC"): "fmin_tnc",
            _NUMBER.format("brent"): "brent",
            _NUMBER.format("golden"): "golden",
            _NUMBER.format("bounded"): "fminbound",
        }
    ),
    answered=names("linear_sum_assignment"),
    own=names(
        "Bounds LinearConstraint NonlinearConstraint OptimizeResult RootResults linprog_verbose_callback show_options"
    ),
    undefined=frozenset({_GLOBAL, _PROGRAM, _INTERVAL, _STEP, _OBJECT}),
)  # fmt: skip
