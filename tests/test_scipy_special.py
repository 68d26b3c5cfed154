"""tracker.scipy.special: values, derivatives in both modes and twice; every name of scipy.special has its place."""

import numpy as np
import pytest
import scipy.special as sp

import tracker
from tests.scipy_derivatives import assert_derivatives
from tracker._core.registry import lookup
from tracker.errors import NoRuleError, NotDifferentiableError
from tracker.scipy import special
from tracker.scipy.special._refused import REASONS

X = np.array([0.4, 1.3, 2.6])
N = np.array([4.3, 6.7, 9.2])
ANGLE = np.array([0.3, 1.2, 2.7])


def case(name, make, *xs, note=""):
    return pytest.param(name, make, xs, id=f"{name}{note}")


CASES = [
    case("comb", lambda f: lambda n, k: f(n, k), N, X + 0.5),
    case("comb", lambda f: lambda n: f(n, np.array([[2], [3]])), N, note="-broadcast"),
    case("comb", lambda f: lambda n: f(n, 2, repetition=True), N, note="-repetition"),
    case("comb", lambda f: lambda n: f(n, 3.5), np.array([2.2, 4.8]), note="-zero"),
    case("perm", lambda f: lambda n, k: f(n, k), N, X + 0.5),
    case("factorial", lambda f: lambda n: f(n), np.array([0.3, 2.4, -1.5])),
    case("factorial", lambda f: lambda n: f(n, extend="complex"), np.array([0.3, 2.4, -1.5]), note="-complex"),
    *[case("diric", lambda f, n=n: lambda x: f(x, n), np.array([0.4, 1.7, -2.0]), note=f"-{n}") for n in (2, 5)],
    *[
        case(name, lambda f, n=n, d=d: lambda z: f(n, z, d), X, note=f"-{n}{d}")
        for name in ("spherical_jn", "spherical_yn", "spherical_in", "spherical_kn")
        for n in (0, 1, 3)
        for d in (False, True)
    ],
    case("spherical_jn", lambda f: lambda z: f(np.array([[0], [2]]), z), X, note="-orders"),
    *[
        case("sph_harm_y", lambda f, n=n, m=m: lambda t, p: f(n, m, t, p), ANGLE, X, note=f"-{n},{m}")
        for n, m in ((2, 0), (2, 1), (3, -2), (3, 3), (2, -2))
    ],
    *[
        case("sph_legendre_p", lambda f, n=n, m=m: lambda t: f(n, m, t), ANGLE, note=f"-{n},{m}")
        for n, m in ((2, 0), (2, 1), (3, -2), (3, 3))
    ],
    case("legendre_p", lambda f: lambda z: f(3, z), np.array([-0.4, 0.3])),
    case("polygamma", lambda f: lambda x: f(2, x), X),
    case("polygamma", lambda f: lambda x: f(0, x), X, note="-0"),
    case("multigammaln", lambda f: lambda a: f(a, 3), X + 2),
    case("softmax", lambda f: lambda x: f(x), X),
    case("logsumexp", lambda f: lambda x, b: f(x, b=b), X, X + 1),
    # SciPy's own, which hand tracked values on
    case("jvp", lambda f: lambda z: f(1.5, z, 2), X),
    case("kvp", lambda f: lambda z: f(1, z), X),
    case("assoc_laguerre", lambda f: lambda x: f(x, 3, 1.5), X),
    case("lambertw", lambda f: lambda z: f(z), X),
    case("sinc", lambda f: lambda x: f(x), X),
    case("softplus", lambda f: lambda x: f(x), X),
    case("zeta", lambda f: lambda x, q: f(x, q), X + 1.5, X),
]  # fmt: skip


@pytest.mark.parametrize(("name", "make", "xs"), CASES)
def test_value_and_derivatives_are_scipys(name, make, xs):
    exact = name not in ("polygamma", "multigammaln")
    assert_derivatives(make, getattr(special, name), getattr(sp, name), *xs, exact=exact)


@pytest.mark.parametrize("name", ["spherical_jn", "spherical_in"])
def test_spherical_bessel_functions_differentiate_at_zero(name):
    f = getattr(special, name)
    sign = -1 if name == "spherical_jn" else 1
    assert tracker.grad(lambda z: f(1, z))(0.0) == pytest.approx(1 / 3)
    assert tracker.hessian(lambda z: f(0, z), 0.0) == pytest.approx(sign / 3)
    assert tracker.hessian(lambda z: f(2, z), 0.0) == pytest.approx(2 / 15)


def test_diric_differentiates_at_its_maxima():
    assert tracker.hessian(lambda x: special.diric(x, 3), 0.0) == pytest.approx(-2 / 3)
    assert tracker.grad(lambda x: special.diric(x, 4))(2 * np.pi) == pytest.approx(0.0, abs=1e-14)


def test_spherical_harmonics_differentiate_at_the_pole():
    f = lambda t: np.real(special.sph_harm_y(1, 1, t, 0.0))
    assert tracker.grad(f)(0.0) == pytest.approx(-np.sqrt(3 / (8 * np.pi)))


WRONG = [
    ("comb", (np.array([4.5]), "a"), {}),
    ("factorial", (X,), {"extend": "none"}),
    ("factorial", (X,), {"exact": True}),
    ("spherical_jn", (-1, X), {}),
    ("sph_harm_y", (2, 1, X, np.zeros(2)), {}),
    ("legendre_p", (2, "a"), {}),
    ("multigammaln", (X, 9), {}),
    ("diric", (X, 1.5), {}),
]


@pytest.mark.parametrize(("name", "args", "options"), WRONG)
def test_what_scipy_rejects_is_rejected_with_the_same_exception(name, args, options):
    try:
        expected = getattr(sp, name)(*args, **options)
    except Exception as error:  # noqa: BLE001
        for given in (args, [tracker.param(a) if isinstance(a, np.ndarray) else a for a in args]):
            with pytest.raises(type(error)):
                getattr(special, name)(*given, **options)
    else:  # SciPy has NaN
        np.testing.assert_array_equal(getattr(special, name)(*args, **options), expected)


def test_whole_numbers_are_refused_by_name():
    with pytest.raises(NoRuleError, match=r"spherical_jn .*by n"):
        special.spherical_jn(tracker.param(1.0), X)
    with pytest.raises(NoRuleError, match=r"sph_harm_y .*by m"):
        special.sph_harm_y(2, tracker.param(1.0), 0.3, 0.4)
    with pytest.raises(NoRuleError, match="diff_n"):
        special.sph_harm_y(2, 1, tracker.param(0.3), 0.4, diff_n=1)


@pytest.mark.parametrize("name", sp.__all__)
def test_every_public_name_of_scipy_is_there_differentiated_or_refused_with_a_reason(name):
    theirs, ours = getattr(sp, name), getattr(special, name)
    if isinstance(theirs, np.ufunc):
        assert ours is theirs
        assert lookup(theirs) is not None
    elif name in REASONS:
        assert ours.refusal == REASONS[name]
    elif name not in special.__all__:
        assert ours is theirs
        assert name in HANDLED


HANDLED = {
    "SpecialFunctionError", "SpecialFunctionWarning", "errstate", "geterr", "seterr", "assoc_laguerre", "h1vp", "h2vp",
    "ivp", "jvp", "kvp", "lambertw", "sinc", "softplus", "yvp", "zeta",
}  # fmt: skip


def test_refused_functions_work_on_plain_values_and_name_the_reason():
    assert special.riccati_jn(2, 0.3)[0][1] == sp.riccati_jn(2, 0.3)[0][1]
    with pytest.raises(NotDifferentiableError, match=r"scipy\.special\.riccati_jn .*spherical_jn"):
        special.riccati_jn(2, tracker.param(0.3))
    with pytest.raises(NoRuleError, match=r"scipy\.special\.ellip_harm .*Lame"):
        sp.ellip_harm(5, 8, 1, 1, tracker.param(2.0))
    with pytest.raises(AttributeError, match="error_function"):
        special.error_function  # noqa: B018


HINTS = {
    "comb": lambda x: sp.comb(x, 2),
    "factorial": sp.factorial,
    "diric": lambda x: sp.diric(x, 3),
    "spherical_jn": lambda x: sp.spherical_jn(1, x),
    "sph_harm_y": lambda x: sp.sph_harm_y(2, 1, x, x),
    "legendre_p": lambda x: sp.legendre_p(2, x),
    "polygamma": lambda x: sp.polygamma(1, x),
    "logsumexp": sp.logsumexp,
}


@pytest.mark.parametrize("name", HINTS)
def test_plain_calls_name_their_counterpart(name):
    with pytest.raises(TypeError, match=rf"Call tracker\.scipy\.special\.{name} instead of scipy\.special\.{name}\."):
        HINTS[name](tracker.param(X))


def test_plain_calls_of_what_is_refused_name_the_reason():
    with pytest.raises(TypeError, match=r"scipy\.special\.roots_jacobi has no derivative: it gives points"):
        sp.roots_jacobi(3, tracker.param(0.5), 0.5)
    with pytest.raises(TypeError, match=r"scipy\.special\.lqn has no derivative"):
        sp.lqn(2, tracker.param(X))


# The functions of DiffRules.jl that NumPy or SciPy has, at a point of their domain

DIFF_RULES = {
    **{name: (getattr(np, name), 0.4) for name in (
        "sin cos tan sinh cosh tanh sqrt cbrt log log10 log2 log1p exp exp2 expm1 sinc deg2rad rad2deg abs").split()},
    **{name: (getattr(np, f"arc{name[1:]}"), 0.4) for name in "asin acos atan asinh atanh".split()},
    "acosh": (np.arccosh, 1.4),
    **{name: (f, 0.4) for name, f in {
        "sec": lambda x: 1 / np.cos(x), "csc": lambda x: 1 / np.sin(x), "cot": lambda x: 1 / np.tan(x),
        "sech": lambda x: 1 / np.cosh(x), "csch": lambda x: 1 / np.sinh(x), "coth": lambda x: 1 / np.tanh(x),
        "asec": lambda x: np.arccos(1 / (1 + x)), "acsc": lambda x: np.arcsin(1 / (1 + x)),
        "acot": lambda x: np.arctan(1 / x), "asech": lambda x: np.arccosh(1 / x),
        "acsch": lambda x: np.arcsinh(1 / x), "acoth": lambda x: np.arctanh(1 / (1 + x)),
        "sinpi": lambda x: np.sin(np.pi * x), "cospi": lambda x: np.cos(np.pi * x),
        "sind": sp.sindg, "cosd": sp.cosdg, "tand": sp.tandg, "cotd": sp.cotdg,
        "secd": lambda x: 1 / sp.cosdg(x), "cscd": lambda x: 1 / sp.sindg(x),
        "asind": lambda x: np.rad2deg(np.arcsin(x)), "acosd": lambda x: np.rad2deg(np.arccos(x)),
        "atand": lambda x: np.rad2deg(np.arctan(x)),
        "exp10": sp.exp10, "abs2": lambda x: np.abs(x) ** 2, "inv": np.reciprocal, "mod2pi": lambda x: x % (2 * np.pi),
        "unary -": np.negative, "unary +": np.positive,
        "erf": sp.erf, "erfc": sp.erfc, "erfinv": sp.erfinv, "erfcinv": sp.erfcinv, "erfi": sp.erfi,
        "erfcx": sp.erfcx, "logerfc": lambda x: sp.log_ndtr(-np.sqrt(2) * x) + np.log(2),
        "logerfcx": lambda x: np.log(sp.erfcx(x)), "dawson": sp.dawsn,
        "digamma": sp.digamma, "trigamma": lambda x: special.polygamma(1, x), "gamma": sp.gamma,
        "loggamma": sp.loggamma, "logabsgamma": sp.gammaln,
        "airyai": lambda x: sp.airy(x)[0], "airyaiprime": lambda x: sp.airy(x)[1],
        "airybi": lambda x: sp.airy(x)[2], "airybiprime": lambda x: sp.airy(x)[3],
        "airyaix": lambda x: sp.airye(x)[0], "airyaiprimex": lambda x: sp.airye(x)[1],
        "airybix": lambda x: sp.airye(x)[2], "airybiprimex": lambda x: sp.airye(x)[3],
        "besselj0": sp.j0, "besselj1": sp.j1, "bessely0": sp.y0, "bessely1": sp.y1,
        "sinint": lambda x: sp.sici(x)[0], "cosint": lambda x: sp.sici(x)[1],
        "ellipk": sp.ellipk, "ellipe": sp.ellipe, "expint": sp.exp1, "expintx": lambda x: sp.exp1(x) * np.exp(x),
        "expinti": sp.expi, "zeta": lambda x: sp.zeta(x + 1), "eta": lambda x: (1 - 2.0**-x) * sp.zeta(x + 1),
        "logit": sp.logit, "logistic": sp.expit, "xlogx": lambda x: -sp.entr(x), "log1psq": lambda x: np.log1p(x * x),
        "log1pexp": lambda x: np.logaddexp(0.0, x), "softplus": sp.softplus,
        "log1mexp": lambda x: np.log(-np.expm1(-x)), "log2mexp": lambda x: np.log1p(-np.expm1(x - 1)),
        "logexpm1": lambda x: np.log(np.expm1(x)), "log1pmx": lambda x: np.log1p(x) - x,
        "logmxp1": lambda x: np.log(x) - x + 1, "logcosh": lambda x: np.logaddexp(x, -x) - np.log(2),
    }.items()},
    **{name: (lambda x, f=f: f(1.5, x), 0.4) for name, f in {
        "besselj": sp.jv, "besseli": sp.iv, "bessely": sp.yv, "besselk": sp.kv, "besselix": sp.ive,
        "besseljx": sp.jve, "besselyx": sp.yve, "besselkx": sp.kve, "hankelh1": lambda v, x: np.real(sp.hankel1(v, x)),
        "hankelh2": lambda v, x: np.imag(sp.hankel2(v, x)), "hankelh1x": lambda v, x: np.real(sp.hankel1e(v, x)),
        "hankelh2x": lambda v, x: np.imag(sp.hankel2e(v, x)), "polygamma": lambda v, x: special.polygamma(2, x),
        "expint of order": lambda v, x: sp.expn(2, x), "ldexp": lambda v, x: np.ldexp(x, 2),
    }.items()},
}  # fmt: skip
BINARY = {
    "+": np.add, "-": np.subtract, "*": np.multiply, "/": np.divide, "^": np.power, "atan": np.arctan2,
    "hypot": np.hypot, "mod": np.mod, "rem": np.fmod, "max": np.maximum, "min": np.minimum, "beta": sp.beta,
    "logbeta": sp.betaln, "xlogy": sp.xlogy, "xlog1py": sp.xlog1py, "logaddexp": np.logaddexp,
    "logsubexp": lambda a, b: a + np.log(-np.expm1(b - a)), "log with base": lambda a, b: np.log(a) / np.log(b),
    "gamma_inc": sp.gammainc, "gamma_inc (upper)": sp.gammaincc, "loggamma of two": lambda a, x: sp.gammaln(a) * x,
    "muladd": lambda a, b: a * b + 2.0, "ifelse": lambda a, b: np.where(a > b, a, b),
}  # fmt: skip


@pytest.mark.parametrize("name", DIFF_RULES)
def test_functions_of_one_number_that_diffrules_knows(name):
    f, x = DIFF_RULES[name]
    assert tracker.gradcheck(f, x, rtol=1e-6)
    assert tracker.gradcheck(f, x, order=2)


@pytest.mark.parametrize("name", BINARY)
def test_functions_of_two_numbers_that_diffrules_knows(name):
    assert tracker.gradcheck(BINARY[name], 2.3, 1.4, rtol=1e-6)


def test_inverse_digamma_is_a_root():
    from tracker.scipy.optimize import root_scalar

    f = lambda y: root_scalar(lambda x: sp.digamma(x) - y, bracket=(0.1, 20.0)).root
    assert tracker.grad(f)(0.5) == pytest.approx(1 / sp.polygamma(1, f(0.5)), rel=1e-8)


@pytest.mark.parametrize("k", range(4))
def test_ufuncs_with_several_results_take_a_plain_array_beside_a_tracked_one(k):
    u, m, h = np.array([0.3, 0.8]), np.array([0.4, 0.6]), 1e-6
    for f in (lambda x: sp.ellipj(x, m)[k], lambda x: sp.ellipj(u, x)[k]):
        expected = (f(m + h) - f(m - h)) / (2 * h)
        np.testing.assert_allclose(tracker.gradient(lambda x, f=f: np.sum(f(x)), m)[0], expected, rtol=1e-7)


@pytest.mark.filterwarnings("ignore:floating point number truncated")
def test_expn_truncates_its_order_as_scipy_does():
    for n in (0.4, 1.7):
        assert tracker.gradient(lambda x, n=n: sp.expn(n, x), 0.7) == tracker.gradient(
            lambda x, n=n: sp.expn(int(n), x), 0.7
        )


Z = np.array([[0.3 + 0.2j, -0.4 + 0.9j, 1.1 - 0.6j], [0.7 - 1.2j, 0.1 + 0.4j, -0.8 + 0.3j]])


@pytest.mark.parametrize("axis", [None, 0, 1])
@pytest.mark.parametrize("name", ["softmax", "log_softmax"])
def test_softmax_of_complex_numbers(name, axis):
    make = lambda f: lambda x, y: f(x + 1j * y, axis=axis)
    assert_derivatives(make, getattr(special, name), getattr(sp, name), Z.real.copy(), Z.imag.copy())


@pytest.mark.parametrize("k", [0, 1])
@pytest.mark.parametrize("axis", [None, 0, 1])
def test_logsumexp_of_complex_numbers_with_its_sign(k, axis):
    make = lambda f: lambda x, y, b: f(x + 1j * y, axis=axis, b=b, return_sign=True)[k]
    assert_derivatives(make, special.logsumexp, sp.logsumexp, Z.real.copy(), Z.imag.copy(), np.abs(Z))


def test_the_sign_of_a_real_sum_has_a_zero_gradient():
    f = lambda a: special.logsumexp(a, b=np.array([1.0, -3.0]), return_sign=True)[1]
    assert not np.any(tracker.gradient(f, np.array([0.1, 0.4]))[0])


@pytest.mark.parametrize("name", ["erfcx", "dawsn", "i0e", "i1e", "k0e", "k1e"])
def test_slopes_far_out_where_their_terms_cancel(name):
    powers = {"erfcx": -1, "dawsn": -1}.get(name, -0.5)
    for x in (1e8, 1e10):  # there the function is a power
        found = tracker.gradient(getattr(sp, name), x)[0]
        assert found == pytest.approx(powers * getattr(sp, name)(x) / x, rel=1e-7)
    assert tracker.gradient(getattr(sp, name), np.inf, check_finite=False)[0] == 0
    for x in (49.0, 51.0, 9e5, 2e6):
        h = 1e-3 * x
        f = lambda x: float(getattr(sp, name)(x))
        expected = (8 * (f(x + h) - f(x - h)) - (f(x + 2 * h) - f(x - 2 * h))) / (12 * h)
        assert tracker.gradient(getattr(sp, name), x)[0] == pytest.approx(expected, rel=1e-8)
