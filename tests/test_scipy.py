"""tracker.scipy: SciPy's values, and derivatives against differences in both modes and to second order."""

import numpy as np
import pytest
import scipy.linalg as sl
import scipy.special as sp

import tracker
import tracker.scipy as ts
from tests.test_rules import slope

RNG = np.random.default_rng(3)
A = RNG.standard_normal((3, 3)) / 2
B = RNG.standard_normal((2, 2)) + 3 * np.eye(2)
POSITIVE = A @ A.T + 2 * np.eye(3)
STABLE = A / (1.5 * np.max(np.abs(np.linalg.eigvals(A))))
Q = RNG.standard_normal((3, 3))
V = RNG.standard_normal(3)
T = A + 2 * np.eye(3)


def pair(name, *args, **kwargs):
    """The function of this name in tracker.scipy and in scipy, on these arguments."""
    module, _, function = name.partition(".")
    theirs = np.kron if function == "kron" else getattr({"linalg": sl, "special": sp}[module], function)
    return pytest.param(getattr(getattr(ts, module), function), theirs, args, kwargs, id=f"{name}{kwargs or ''}")


CASES = [
    pair("special.logsumexp", Q),
    pair("special.logsumexp", Q, axis=1),
    pair("special.logsumexp", Q, axis=(0, 1), keepdims=True),
    pair("special.logsumexp", Q, axis=0, b=np.abs(A) + 0.1),
    pair("special.softmax", Q, axis=1),
    pair("special.softmax", V),
    pair("special.log_softmax", Q, axis=0),
    pair("special.multigammaln", np.abs(V) + 2, d=3),
    pair("linalg.expm", A),
    pair("linalg.logm", POSITIVE),
    pair("linalg.sqrtm", POSITIVE),
    pair("linalg.solve_sylvester", T, B, Q[:, :2]),
    pair("linalg.solve_continuous_lyapunov", T, Q),
    pair("linalg.solve_discrete_lyapunov", STABLE, Q),
    *[
        pair("linalg.solve_triangular", T, b, trans=trans, lower=lower, unit_diagonal=unit)
        for b in (V, Q)
        for trans in (0, 1, "C")
        for lower in (True, False)
        for unit in (True, False)
    ],
    pair("linalg.cholesky", POSITIVE),
    pair("linalg.cholesky", POSITIVE, lower=True),
    pair("linalg.det", T),
    pair("linalg.inv", T),
    pair("linalg.eigh", Q + Q.T, POSITIVE, eigvals_only=True),
    pair("linalg.eigh", Q + Q.T, POSITIVE, eigvals_only=True, lower=False),
    pair("linalg.block_diag", Q, V, B),
    pair("linalg.kron", Q, B),
    pair("linalg.toeplitz", V),
    pair("linalg.toeplitz", V, Q[0, :2]),
    pair("linalg.pinv", Q[:, :2]),
    pair("linalg.solve", T, Q),
    pair("linalg.solve", T, V, transposed=True),
    *[pair("linalg.solve", POSITIVE, V, assume_a=s, lower=low) for s in ("pos", "sym") for low in (True, False)],
    pair("linalg.svd", Q, compute_uv=False),
]


def loss_of(f, kwargs):
    def loss(*xs):
        y = f(*xs, **kwargs)
        weights = np.cos(1.0 + np.arange(np.size(tracker.data(y)))).reshape(np.shape(y))
        return np.sum((y + 0.5 * y * y) * weights)

    return loss


@pytest.mark.parametrize(("f", "theirs", "args", "kwargs"), CASES)
def test_value_is_scipys(f, theirs, args, kwargs):
    y, _ = tracker.pullback(lambda *xs: f(*xs, **kwargs), *args)
    np.testing.assert_allclose(y, theirs(*args, **kwargs), rtol=1e-12, atol=1e-13)


@pytest.mark.parametrize(("f", "theirs", "args", "kwargs"), CASES)
def test_both_modes_and_second_order_agree_with_differences(f, theirs, args, kwargs):
    loss, plain = loss_of(f, kwargs), loss_of(theirs, kwargs)
    v, w = ([np.random.default_rng(s).standard_normal(x.shape) for x in args] for s in (5, 6))

    def along(*xs):
        return sum(np.sum(g * d) for g, d in zip(tracker.gradient(loss, *xs), v, strict=True))

    first = slope(plain, list(args), v)
    assert along(*args) == pytest.approx(first, rel=1e-6, abs=1e-7)
    assert tracker.pushforward(loss, args, tuple(v))[1] == pytest.approx(first, rel=1e-6, abs=1e-7)
    second = slope(along, list(args), w)
    found = sum(np.sum(g * d) for g, d in zip(tracker.gradient(along, *args), w, strict=True))
    assert found == pytest.approx(second, rel=1e-6, abs=1e-7)


@pytest.mark.parametrize("lower", [True, False])
def test_cho_solve_differentiates_through_the_factor(lower):
    def solve(a, b):
        return loss_of(lambda s: ts.linalg.cho_solve(ts.linalg.cho_factor((s + s.T) / 2, lower), b), {})(a)

    def plain(a, b):
        return loss_of(lambda s: np.linalg.solve((s + s.T) / 2, b), {})(a)

    v = [Q, V]
    g = tracker.gradient(solve, POSITIVE, V)
    expected = slope(plain, [POSITIVE, V], v)
    assert sum(np.sum(a * b) for a, b in zip(g, v, strict=True)) == pytest.approx(expected, rel=1e-6)


@pytest.mark.parametrize("side", ["left", "right"])
@pytest.mark.parametrize("k", [0, 1])
def test_polar_factors_are_scipys_and_agree_with_differences(side, k):
    f = lambda a: ts.linalg.polar(a, side)[k]
    np.testing.assert_allclose(f(Q), sl.polar(Q, side)[k], rtol=1e-10, atol=1e-12)
    expected = slope(loss_of(lambda a: sl.polar(a, side)[k], {}), [Q], [A])
    assert np.sum(tracker.gradient(loss_of(f, {}), Q)[0] * A) == pytest.approx(expected, rel=1e-6)


def test_generalised_eigenvectors_are_scipys_up_to_sign():
    w, v = ts.linalg.eigh(Q + Q.T, POSITIVE)
    np.testing.assert_allclose(v.T @ POSITIVE @ v, np.eye(3), atol=1e-12)
    np.testing.assert_allclose((Q + Q.T) @ v, POSITIVE @ v * w, atol=1e-12)


def test_complex_matrix_exponential_agrees_with_differences():
    a = (A + 0.3j * Q).astype(complex)
    loss = lambda a: np.sum(np.abs(ts.linalg.expm(a)) ** 2)
    d = RNG.standard_normal((3, 3)) + 1j * RNG.standard_normal((3, 3))
    g = tracker.gradient(loss, a)[0]
    assert np.sum(np.real(np.conj(d) * g)) == pytest.approx(slope(loss, [a], [d]), rel=1e-6)


def test_logsumexp_of_minus_infinity_has_no_nan():
    g = tracker.gradient(ts.special.logsumexp, np.array([-np.inf, 0.0, 0.0]))[0]
    np.testing.assert_allclose(g, [0.0, 0.5, 0.5])


def test_logsumexp_by_its_weights_agrees_with_differences():
    f = lambda a, b: np.sum(ts.special.logsumexp(a, axis=1, b=b) ** 2)
    plain = lambda a, b: np.sum(sp.logsumexp(a, axis=1, b=b) ** 2)
    point, v = [Q, np.abs(A) + 0.1], [A, Q]
    g = tracker.gradient(f, *point)
    expected = slope(plain, point, v)
    assert sum(np.sum(a * b) for a, b in zip(g, v, strict=True)) == pytest.approx(expected, rel=1e-6)
    assert tracker.pushforward(f, tuple(point), tuple(v))[1] == pytest.approx(expected, rel=1e-6)


def test_logsumexp_with_sign_differentiates_the_logarithm():
    f = lambda a: ts.special.logsumexp(a, b=np.array([1.0, -3.0]), return_sign=True)[0]
    g = tracker.gradient(f, np.array([0.1, 0.4]))[0]
    e = np.array([1.0, -3.0]) * np.exp([0.1, 0.4])
    np.testing.assert_allclose(g, e / np.sum(e))


@pytest.mark.parametrize("n", [0, 1, 2])
def test_polygamma_differentiates_to_the_next(n):
    g = tracker.gradient(lambda x: ts.special.polygamma(n, x), 1.7)[0]
    assert g == pytest.approx(float(sp.polygamma(n + 1, 1.7)), rel=1e-12)


def test_float32_is_kept():
    x = V.astype(np.float32)
    for f in (ts.special.softmax, ts.special.logsumexp, ts.special.log_softmax):
        assert tracker.gradient(lambda x, f=f: np.sum(f(x) ** 2), x)[0].dtype == np.float32


@pytest.mark.parametrize("name", ["special.logsumexp", "special.softmax", "linalg.expm", "linalg.solve_triangular"])
def test_scipys_own_function_names_its_counterpart(name):
    module, _, function = name.partition(".")
    f = getattr({"linalg": sl, "special": sp}[module], function)
    with pytest.raises(TypeError, match=rf"tracker\.scipy\.{module}\.{function}"):
        f(*[tracker.param(T)] * (2 if "triangular" in name else 1))
